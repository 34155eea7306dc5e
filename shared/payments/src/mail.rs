//! The letters that the gateway writes.

use citygate_catalogue::{Agency, City};
use citygate_kernel::{Locale, MoneyError};
use citygate_notify::Mail;

use crate::model::{Bill, Payment};

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
    let total = principal.checked_add(surcharge)?;
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
