//! Certificates of what was paid in.

use citygate_catalogue::agency;
use citygate_certificates::{CertificateId, NewCertificate, Statement, issue};
use citygate_identity::{
    Access, Accessor, FullName, RealName, Reason, Record, StepUp, full_names, note_read,
    own_masked_name,
};
use citygate_kernel::{Currency, Money, Text};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{balance::FundRead, desk::hold_own};
use crate::{
    error::{ApplicationError, Error},
    model::{Account, AccountId},
    store::{self, statement::Contributions},
    wire::certificate::CertificateBody,
};

/// What the certificate is, among all that agencies issue.
const KIND: &str = "provident_fund.contributions";

/// Why the name stands in it.
const REASON: Reason<'static> =
    Reason { purpose: "provident_fund.certificate", legal_basis: "hpfr-22" };

/// A certificate that was issued: which, its number, and the account that it is about.
pub(crate) struct IssuedCertificate {
    pub id: CertificateId,
    pub number: String,
    pub account: AccountId,
}

/// Issues a certificate of what was paid into the caller's account, once for each claim, and uses the
/// proof up. What it says is read where all certificates are.
pub(crate) async fn certify(
    cx: &Cx,
    claim: &Claim,
    proof: &StepUp<FundRead>,
    id: AccountId,
) -> Result<Answer, Error> {
    cx.db
        .tx("provident_fund.certify", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                proof.consume(tx, None, None).await?;
                let account = hold_own(tx, id, proof.caller().person).await?;
                let issued = issue_for(cx, tx, proof.caller(), &account).await?;
                Ok::<_, Error>(CertificateBody::from(issued))
            })
            .await
        })
        .await
}

async fn issue_for(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    account: &Account,
) -> Result<IssuedCertificate, Error> {
    let paid = store::statement::contributions(tx, account.id).await?;
    if paid.months == 0 {
        return Err(ApplicationError::NothingPaidIn.into());
    }
    let case = account.id.to_string();
    let access = Access::new(cx, Accessor::person(caller.account, caller.city), REASON);
    note_read(tx, &access, Record::ProvidentFund, &[(account.person, &case)]).await?;
    let city = Access::new(cx, Accessor::city(account.id.city()), REASON);
    let mut names = full_names(&cx.keys, tx, &city, &[account.person], &case).await?;
    let name = names.remove(&account.person).ok_or(Error::Damaged("a person without a name"))?;
    let masked = own_masked_name(&cx.keys, tx, account.person).await?.unwrap_or_default();
    let centre = agency(tx, account.agency).await?;
    let new = NewCertificate {
        agency: account.agency,
        kind: KIND,
        holders: vec![account.person],
        case: &case,
        title: Text::new(
            "Certificate of contributions to the housing provident fund",
            "住房公积金缴存证明",
        ),
        statements: statements((&name, masked), account, &paid, &centre.name),
        valid_until: None,
    };
    let issued = issue(cx, tx, &new).await?;
    Ok(IssuedCertificate { id: issued.id, number: issued.number, account: account.id })
}

/// What it says. Whoever verifies it sees as much of it as ties the paper to its holder and to what it
/// is about: no amounts, and no number of a document.
fn statements(
    (name, masked): (&FullName, String),
    account: &Account,
    paid: &Contributions,
    centre: &Text,
) -> Vec<Statement> {
    let public = |en: &str, zh: &str, value: String| Statement {
        name: Text::new(en, zh),
        value,
        public: true,
    };
    let private =
        |en: &str, zh: &str, value: String| Statement { public: false, ..public(en, zh, value) };
    let money = |minor| Money::new(minor, Currency::Cny).to_string();
    let month = |day: Option<chrono::NaiveDate>| {
        day.map(|day| day.format("%Y-%m").to_string()).unwrap_or_default()
    };
    let last = month(paid.last_month);
    vec![
        private("Name", "姓名", name.name.expose().clone()),
        public("Name, partly hidden", "姓名（部分隐藏）", masked),
        private("Document number", "证件号码", name.document.expose().to_owned()),
        private("Account", "个人账号", account.number.to_string()),
        public("Centre", "缴存地中心", format!("{} {}", centre.zh, centre.en)),
        public("Months paid", "累计缴存月数", paid.months.to_string()),
        public("First month", "首次缴存月份", month(paid.first_month)),
        public("Last month", "最近缴存月份", last),
        private("Monthly base", "缴存基数", account.base.to_string()),
        private("Own rate", "个人缴存比例", percent(account.own_rate_bp)),
        private("Employer's rate", "单位缴存比例", percent(account.employer_rate_bp)),
        private("Paid in by the holder", "个人累计缴存", money(paid.own_minor)),
        private("Paid in by employers", "单位累计缴存", money(paid.employer_minor)),
        private("Balance", "账户余额", account.balance.to_string()),
        public("As of", "数据截至", account.as_of.format("%Y-%m-%d").to_string()),
    ]
}

/// 1200 → `12.00%`.
fn percent(basis_points: u16) -> String {
    format!("{}.{:02}%", basis_points / 100, basis_points % 100)
}
