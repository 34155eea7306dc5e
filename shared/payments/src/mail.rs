//! The letters that the gateway writes.

use citygate_catalogue::{Agency, City};
use citygate_kernel::{Locale, MoneyError};
use citygate_notify::Mail;

use crate::model::{Bill, Payment, Refund};

/// The receipt of a payment.
pub(crate) fn receipt(
    payment: &Payment,
    bill: &Bill,
    agency: &Agency,
    city: &City,
    locale: Locale,
) -> Result<Mail, MoneyError> {
    let (subject, payee) = (bill.subject.get(locale), agency.name.get(locale));
    let (principal, surcharge) = (payment.principal, payment.surcharge);
    let total = payment.total()?;
    let at = payment.paid_at.with_timezone(&city.time_zone).format("%Y-%m-%d %H:%M %Z");
    let (id, number) = (payment.id, &bill.external_no);
    Ok(match locale {
        Locale::En => Mail {
            subject: format!("Receipt: {total}"),
            text: format!(
                "Paid to     {payee}\nFor         {subject}\nNumber      {number}\n\
                 Amount      {principal}\nSurcharge   {surcharge}\nTotal       {total}\n\
                 Time        {at}\nReceipt     {id}\n"
            ),
        },
        Locale::ZhCn => Mail {
            subject: format!("支付凭证：{total}"),
            text: format!(
                "收款单位：{payee}\n事　　由：{subject}\n编　　号：{number}\n本　　金：{principal}\n\
                 加处罚款：{surcharge}\n合　　计：{total}\n时　　间：{at}\n凭 证 号：{id}\n"
            ),
        },
    })
}

/// What the payer is told of a refund.
pub(crate) fn refund(
    refund: &Refund,
    bill: &Bill,
    agency: &Agency,
    city: &City,
    locale: Locale,
) -> Mail {
    let (subject, payee) = (bill.subject.get(locale), agency.name.get(locale));
    let Refund { id, payment, amount, reason, refunded_at, .. } = refund;
    let at = refunded_at.with_timezone(&city.time_zone).format("%Y-%m-%d %H:%M %Z");
    let number = &bill.external_no;
    match locale {
        Locale::En => Mail {
            subject: format!("Refund: {amount}"),
            text: format!(
                "From        {payee}\nFor         {subject}\nNumber      {number}\n\
                 Refunded    {amount}\nReason      {reason}\nTime        {at}\n\
                 Receipt     {payment}\nRefund      {id}\n\nThe money is in your wallet.\n"
            ),
        },
        Locale::ZhCn => Mail {
            subject: format!("退款通知：{amount}"),
            text: format!(
                "退款单位：{payee}\n事　　由：{subject}\n编　　号：{number}\n退款金额：{amount}\n\
                 退款原因：{reason}\n时　　间：{at}\n凭 证 号：{payment}\n退 款 号：{id}\n\n\
                 款项已退回您的钱包。\n"
            ),
        },
    }
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_kernel::{CityCode, Clock, Currency, Money, Text};
    use citygate_ledger::TransferId;

    use super::*;
    use crate::{
        model::{PaymentId, RefundId},
        rules::tests::fine,
    };

    #[test]
    fn a_refund_is_told_in_the_language_of_the_payer() {
        let (code, clock) = (CityCode::HANGZHOU, Clock::system());
        let city = City {
            code,
            name: Text::new("Hangzhou", "杭州市"),
            time_zone: "Asia/Shanghai".parse().unwrap(),
            sandbox: false,
        };
        let name = Text::new("Water Works", "自来水公司");
        let agency = Agency { id: AgencyId::new(code, &clock), name };
        let told = Refund {
            id: RefundId::new(code, &clock),
            payment: PaymentId::new(code, &clock),
            amount: Money::new(12_345, Currency::Cny),
            reason: "read twice".to_owned(),
            transfer: TransferId::new(code, &clock),
            refunded_at: "2026-11-30T16:05:00Z".parse().unwrap(),
            lines: Vec::new(),
        };
        for (locale, title, payee, subject) in [
            (Locale::En, "Refund: CNY 123.45", "Water Works", "fine"),
            (Locale::ZhCn, "退款通知：CNY 123.45", "自来水公司", "罚款"),
        ] {
            let letter = refund(&told, &fine(20_000), &agency, &city, locale);
            assert_eq!(letter.subject, title);
            let (id, payment) = (told.id.to_string(), told.payment.to_string());
            let at = "2026-12-01 00:05 CST";
            for said in [payee, subject, at, "CNY 123.45", "read twice", &id, &payment] {
                assert!(letter.text.contains(said), "{said} is not in {}", letter.text);
            }
        }
    }
}
