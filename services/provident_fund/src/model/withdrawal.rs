//! Nouns of withdrawals: money that its owner takes out of the account.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{AccountId as SignedIn, PersonId, StaffId};
use citygate_kernel::{CityId, Kind, Money, Text, words};
use serde::{Deserialize, Serialize};

use super::AccountId;

/// Prefix of identifiers of withdrawals.
pub enum WithdrawalKind {}
impl Kind for WithdrawalKind {
    const PREFIX: &'static str = "fwdr";
}
/// Identifies a withdrawal, for its applicant and for the centre that pays it out.
pub type WithdrawalId = CityId<WithdrawalKind>;

words! {
    /// Why money may be taken out.
    WithdrawalGround {
        /// Buying.
        Buy = "buy" ("Buying a home of one's own", "购买自住住房"),
        /// Building.
        Build = "build" ("Building a home of one's own", "建造自住住房"),
        /// Rebuilding, overhauling.
        Renovate = "renovate" ("Rebuilding or overhauling a home of one's own", "翻建、大修自住住房"),
        /// Retired.
        Retire = "retire" ("Retirement", "离休、退休"),
        /// Unable to work, and without employment.
        Disability = "disability" (
            "Loss of the ability to work, and end of employment",
            "丧失劳动能力并与单位终止劳动关系"
        ),
        /// Settled abroad.
        Emigrate = "emigrate" ("Settling abroad", "出境定居"),
        /// A loan for a home.
        RepayLoan = "repay_loan" ("Repaying a loan for a home", "偿还购房贷款本息"),
        /// Rent.
        Rent = "rent" ("Rent above a share of the household's income", "房租超出家庭工资收入的规定比例"),
        /// The owner has died.
        Death = "death" ("Death of the owner: heirs and legatees", "职工死亡：继承人、受遗赠人提取"),
        /// Lives on the minimum income.
        MinimumIncome = "minimum_income" ("Living on the minimum income", "享受城市居民最低生活保障"),
        /// Two years without work.
        Unemployment = "unemployment" (
            "Two years without work, and hardship",
            "连续失业两年以上且家庭生活严重困难"
        ),
        /// Illness in the family.
        SeriousIllness = "serious_illness" (
            "Serious illness in the family, and hardship",
            "本人、配偶及其直系亲属重病、大病造成家庭生活严重困难"
        ),
    }
}

words! {
    /// What an applicant shows.
    WithdrawalPaper {
        /// Who somebody is.
        Identity = "identity" ("Identity card", "身份证"),
        /// A contract of sale.
        PurchaseContract = "purchase_contract" ("Contract of sale", "购房合同"),
        /// That it was paid.
        PaymentReceipt = "payment_receipt" ("Receipt for what was paid", "付款凭证"),
        /// A permit.
        BuildingPermit = "building_permit" ("Permit to build or rebuild", "建造、翻建批准文件"),
        /// What it costs.
        CostEstimate = "cost_estimate" ("Estimate of the cost", "工程预算或决算书"),
        /// Retired.
        RetirementCertificate = "retirement_certificate" ("Certificate of retirement", "离休、退休证明"),
        /// An assessment.
        DisabilityAssessment = "disability_assessment" (
            "Assessment of the ability to work",
            "劳动能力鉴定结论"
        ),
        /// Employment ended.
        EmploymentEnd = "employment_end" ("Proof that employment has ended", "终止劳动关系证明"),
        /// Leave to settle elsewhere.
        SettlementPermit = "settlement_permit" ("Permit to settle abroad", "出境定居证明"),
        /// A loan.
        LoanContract = "loan_contract" ("Loan contract", "购房贷款合同"),
        /// That it is repaid.
        RepaymentRecord = "repayment_record" ("Record of repayments", "还款明细"),
        /// A lease.
        Lease = "lease" ("Lease", "房屋租赁合同"),
        /// No home of one's own.
        NoHomeProof = "no_home_proof" ("Proof of having no home in the city", "本市无自有住房证明"),
        /// Death.
        DeathCertificate = "death_certificate" ("Death certificate", "死亡证明"),
        /// Who inherits.
        InheritanceProof = "inheritance_proof" ("Proof of inheritance", "继承权公证书或法院裁判文书"),
        /// Minimum income.
        MinimumIncomeProof = "minimum_income_proof" (
            "Certificate of the minimum income",
            "最低生活保障证明"
        ),
        /// Out of work.
        UnemploymentProof = "unemployment_proof" ("Proof of two years without work", "连续失业两年以上证明"),
        /// Hardship.
        HardshipProof = "hardship_proof" ("Proof of hardship", "家庭生活严重困难证明"),
        /// A diagnosis.
        Diagnosis = "diagnosis" ("Diagnosis, and bills of the hospital", "诊断证明及医疗费用票据"),
    }
}

words! {
    /// Where a withdrawal stands.
    WithdrawalState {
        /// The centre has to decide.
        Lodged = "lodged",
        /// The applicant has to bring something.
        Incomplete = "incomplete",
        /// Granted, and set aside until it is paid.
        Approved = "approved",
        /// The centre has booked it out.
        Paid = "paid",
        /// Not granted.
        Refused = "refused",
        /// Given up by the applicant.
        Cancelled = "cancelled",
        /// What was asked for did not come.
        Lapsed = "lapsed",
        /// The centre took its decision back before it paid.
        Revoked = "revoked",
    }
}

words! {
    /// What happens to a withdrawal.
    WithdrawalEvent {
        /// The centre asks for something.
        Ask = "ask",
        /// The applicant brings it.
        Supplement = "supplement",
        /// The centre grants it.
        Approve = "approve",
        /// The centre does not.
        Refuse = "refuse",
        /// The applicant gives it up.
        Cancel = "cancel",
        /// The centre books it out.
        Pay = "pay",
        /// Time to bring what was asked for is over.
        Lapse = "lapse",
        /// The centre takes its decision back.
        Revoke = "revoke",
        /// Time to decide is over.
        Overdue = "overdue",
    }
}

/// A paper as the applicant names it: where the centre finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PaperReference {
    /// Which one.
    pub paper: WithdrawalPaper,
    /// Its number or place, as its issuer gives it.
    pub reference: String,
}

/// What somebody said when something happened to an application. It is kept sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Said {
    /// In words of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// In a sentence of the city's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<Text>,
    /// With papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<PaperReference>,
    /// What can be done about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Text>,
}

impl Said {
    /// Words alone.
    pub(crate) fn words(words: &str) -> Self {
        Self { words: Some(words.to_owned()), ..Self::default() }
    }
}

/// Something that happened to an application: a withdrawal, a dispute or a transfer.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// What; a word of its kind.
    pub event: String,
    /// Where it stood afterwards.
    pub state: String,
    /// When.
    pub happened_at: DateTime<Utc>,
    /// Who of the centre did it, if anybody.
    pub staff: Option<StaffId>,
    /// What was said.
    pub said: Option<Said>,
}

/// A withdrawal as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Withdrawal {
    pub id: WithdrawalId,
    pub agency: AgencyId,
    pub account: AccountId,
    pub person: PersonId,
    /// Who asked: an account in the city, not at the centre.
    pub lodged_by: SignedIn,
    pub ground: WithdrawalGround,
    pub amount: Money,
    /// What it costs, or costs a month, as the applicant says.
    pub stated: Option<Money>,
    pub state: WithdrawalState,
    /// The version of the rule that it is under.
    pub rule: RuleId,
    /// The day from which the time of whoever has to act is counted.
    pub counted_from: NaiveDate,
    /// When that time is over; none when nobody has to act.
    pub act_by: Option<DateTime<Utc>>,
    /// The posting by which it was paid.
    pub posting_no: Option<String>,
    pub lodged_at: DateTime<Utc>,
}

impl Withdrawal {
    /// Whether the centre has let its time pass.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.state == WithdrawalState::Lodged && self.act_by.is_some_and(|by| by <= now)
    }
}
