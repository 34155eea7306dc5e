//! Bodies of charges.

use chrono::{DateTime, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Currency, Locale, Money};
use citygate_payments::BillId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    actions::ChargeView,
    model::{
        CatalogueClass, Charge, ChargeId, ChargeLine, ChargeRefund, ChargeRefundId,
        ChargeRefundState, ChargeState, Details, Item, LineSplit, OwnNo, ServiceKind, Settlement,
        SettlementMethod, SettlementState, VisitId,
    },
};

/// Where a charge stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ChargeState)]
enum StateBody {
    /// It is to be settled.
    Open,
    /// The insurer is being asked for a split.
    Asked,
    /// It is split, and the patient's part is to be paid.
    PreSettled,
    /// Paid, or to be paid later on credit; the insurer is being told.
    Paid,
    /// Everybody pays what the split says.
    Settled,
    /// The hospital has taken some lines back.
    PartlyRefunded,
    /// The hospital has taken all lines back.
    Refunded,
    /// A settlement is being taken back; then it is open again.
    Reversing,
    /// The hospital has taken the charge back.
    Withdrawn,
}

impl StateBody {
    fn new(charge: ChargeState, settlement: Option<SettlementState>) -> Self {
        match (charge, settlement) {
            (ChargeState::Withdrawn, _) => Self::Withdrawn,
            (ChargeState::Open, _)
            | (_, None | Some(SettlementState::Refused | SettlementState::Reversed)) => Self::Open,
            (_, Some(SettlementState::Asked)) => Self::Asked,
            (_, Some(SettlementState::PreSettled)) => Self::PreSettled,
            (_, Some(SettlementState::Paid)) => Self::Paid,
            (_, Some(SettlementState::Settled)) => Self::Settled,
            (_, Some(SettlementState::PartlyRefunded)) => Self::PartlyRefunded,
            (_, Some(SettlementState::Refunded)) => Self::Refunded,
            (_, Some(SettlementState::Reversing)) => Self::Reversing,
        }
    }
}

/// A part of a charge.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChargeLine)]
pub(super) struct LineBody {
    n: i16,
    /// The code of the item in the hospital's price list.
    code: String,
    text: String,
    service: ServiceKind,
    class: CatalogueClass,
    quantity: i32,
    unit_price: Money,
    amount: Money,
    /// Who pays what of it; present once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = LineSplit)]
    split: Option<LineSplit>,
    /// Whether the hospital has taken it back since it was settled.
    refunded: bool,
}

impl LineBody {
    pub(super) fn all(
        lines: &[ChargeLine],
        details: &Details,
        settlement: Option<&Settlement>,
        locale: Locale,
    ) -> Vec<Self> {
        let body = |(line, item): (&ChargeLine, &Item)| {
            let settled = settlement
                .and_then(|settlement| settlement.lines.iter().find(|one| one.split.n == line.n));
            Self {
                n: line.n,
                code: item.code.clone(),
                text: item.text.get(locale).to_owned(),
                service: line.service,
                class: line.class,
                quantity: line.quantity,
                unit_price: line.unit_price,
                amount: line.amount,
                split: settled.map(|settled| settled.split),
                refunded: settled.is_some_and(|settled| settled.refund.is_some()),
            }
        };
        lines.iter().zip(&details.items).map(body).collect()
    }
}

/// How a charge is settled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChargeSettlement)]
struct SettlementBody {
    method: SettlementMethod,
    /// What the insurer pays.
    insurance: Money,
    /// What the patient pays.
    own: Money,
    /// The patient's part; present where there is any. It is paid as any bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = BillId)]
    bill_id: Option<BillId>,
    /// Whether the patient pays after the visit.
    on_credit: bool,
    /// When the patient's part was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    paid_at: Option<DateTime<Utc>>,
    /// Whether there is a receipt.
    receipt: bool,
}

impl From<&Settlement> for SettlementBody {
    fn from(settlement: &Settlement) -> Self {
        Self {
            method: settlement.method,
            insurance: settlement.insurance,
            own: settlement.cash,
            bill_id: settlement.bill,
            on_credit: settlement.on_credit,
            paid_at: settlement.cash_paid_at,
            receipt: settlement.receipt.is_some(),
        }
    }
}

/// Where a charge stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChargeStanding)]
pub(crate) struct ChargeStandingBody {
    id: ChargeId,
    state: StateBody,
    /// Present while a settlement is under way or done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = SettlementBody)]
    settlement: Option<SettlementBody>,
}

impl ChargeStandingBody {
    pub(crate) fn new(charge: &Charge, settlement: Option<&Settlement>) -> Self {
        let state = StateBody::new(charge.state, settlement.map(|settlement| settlement.state));
        Self { id: charge.id, state, settlement: settlement.map(SettlementBody::from) }
    }
}

/// What the medical insurance will probably pay. The insurer decides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InsuranceEstimate)]
struct EstimateBody {
    insurance: Money,
    own: Money,
    /// The rule of the pooling region.
    citation: String,
}

/// What a hospital charges for a part of a visit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Charge)]
pub(crate) struct ChargeBody {
    id: ChargeId,
    /// The hospital's own number.
    charge_no: OwnNo,
    visit_id: VisitId,
    hospital_id: AgencyId,
    hospital: String,
    title: String,
    total: Money,
    state: StateBody,
    /// Why the last settlement came to nothing: `called_off`, `not_paid_in_time`,
    /// `insurer_contradicts_itself`, or a code of the insurer such as `not_insured`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = String)]
    open_reason: Option<String>,
    lines: Vec<LineBody>,
    /// Present while a settlement is under way or done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = SettlementBody)]
    settlement: Option<SettlementBody>,
    /// Present while the charge is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = EstimateBody)]
    estimate: Option<EstimateBody>,
    charged_at: DateTime<Utc>,
    /// With a push: whether the charge was on record already and nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = bool)]
    unchanged: Option<bool>,
}

impl ChargeBody {
    pub(crate) fn new(view: ChargeView, locale: Locale) -> Self {
        let ChargeView { charge, hospital, lines, details, settlement, estimate } = view;
        let sum = |split: &[LineSplit], of: fn(&LineSplit) -> i64| {
            let minor = split.iter().map(of).fold(0, i64::saturating_add);
            Money::new(minor, Currency::Cny)
        };
        let state = settlement.as_ref().map(|settlement| settlement.state);
        Self {
            id: charge.id,
            visit_id: charge.visit,
            hospital_id: charge.agency,
            hospital: hospital.name.get(locale).to_owned(),
            title: details.title.get(locale).to_owned(),
            total: charge.total,
            state: StateBody::new(charge.state, state),
            lines: LineBody::all(&lines, &details, settlement.as_ref(), locale),
            settlement: settlement.as_ref().map(SettlementBody::from),
            estimate: estimate.map(|estimate| EstimateBody {
                insurance: sum(&estimate.split, LineSplit::insured),
                own: sum(&estimate.split, LineSplit::own),
                citation: estimate.citation.get(locale).to_owned(),
            }),
            charge_no: charge.number,
            open_reason: charge.open_reason,
            charged_at: charge.created_at,
            unchanged: None,
        }
    }

    /// The answer to a push.
    pub(crate) fn pushed(self, new: bool) -> Self {
        Self { unchanged: Some(!new), ..self }
    }

    pub(crate) fn id(&self) -> ChargeId {
        self.id
    }
}

/// Lines that a hospital has taken back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChargeRefund)]
pub(crate) struct ChargeRefundBody {
    id: ChargeRefundId,
    refund_no: OwnNo,
    lines: Vec<i16>,
    reason: String,
    /// What went back to the wallet that it came from.
    own: Money,
    /// What the insurer gets back.
    insurance: Money,
    state: ChargeRefundState,
}

impl From<ChargeRefund> for ChargeRefundBody {
    fn from(refund: ChargeRefund) -> Self {
        Self {
            id: refund.id,
            refund_no: refund.number,
            lines: refund.lines,
            reason: refund.reason,
            own: refund.cash,
            insurance: refund.insurance,
            state: refund.state,
        }
    }
}
