//! What somebody owes.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Currency, Locale, Money};
use citygate_listings::ListingId;
use citygate_payments::{BillId, BillState, PaymentId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::record::ListedRegisterBody;
use crate::{
    actions::bills::Fetched,
    model::{ListedBillId, ListedBillView, SaidBillView},
};

citygate_kernel::words! {
    /// Where a bill of a listed service stands.
    ListedBillState {
        /// It is owed.
        Open = "open" ("To be paid", "待缴费"),
        /// It is settled.
        Paid = "paid" ("Paid", "已缴费"),
        /// It was taken back.
        Cancelled = "cancelled" ("Taken back", "已撤销"),
        /// Its time is over.
        Expired = "expired" ("Over", "已失效"),
        /// No bill stands for it: the register could not be heard, or another person has it.
        NotIssued = "not_issued" ("Cannot be paid now", "暂不能缴费"),
    }
}

impl From<BillState> for ListedBillState {
    fn from(state: BillState) -> Self {
        match state {
            BillState::Open => Self::Open,
            BillState::Paid => Self::Paid,
            BillState::Cancelled => Self::Cancelled,
            BillState::Expired => Self::Expired,
        }
    }
}

/// What a register says that the caller owes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FetchedBills)]
pub(crate) struct FetchedBillsBody {
    register: ListedRegisterBody,
    /// In the order of the register.
    bills: Vec<FetchedBillBody>,
}

/// What a register says that the caller owes, and the bill that stands for it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FetchedBill)]
struct FetchedBillBody {
    /// The register's own number.
    no: String,
    /// What for, in the language of the answer.
    subject: String,
    amount: Money,
    due_on: NaiveDate,
    state: ListedBillState,
    /// The same in the language of the answer.
    state_name: String,
    /// Present where a bill stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ListedBillId)]
    id: Option<ListedBillId>,
    /// Pay this bill; present where one stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = BillId)]
    bill_id: Option<BillId>,
}

impl FetchedBillsBody {
    pub(crate) fn new(fetched: Fetched, locale: Locale) -> Self {
        let Fetched { reading, bills } = fetched;
        Self {
            register: ListedRegisterBody::new(&reading, locale),
            bills: bills.into_iter().map(|one| FetchedBillBody::new(one, locale)).collect(),
        }
    }
}

impl FetchedBillBody {
    fn new(one: SaidBillView, locale: Locale) -> Self {
        let SaidBillView { said, subject, view } = one;
        let state = view.as_ref().map(|view| view.bill.state.into());
        let state: ListedBillState = state.unwrap_or(ListedBillState::NotIssued);
        Self {
            no: said.no,
            subject: subject.get(locale).to_owned(),
            amount: Money::new(said.amount_minor, Currency::Cny),
            due_on: said.due_on,
            state,
            state_name: state.name().get(locale).to_owned(),
            id: view.as_ref().map(|view| view.listed.id),
            bill_id: view.as_ref().map(|view| view.listed.bill),
        }
    }
}

/// A bill that the caller has fetched.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedBill)]
pub(crate) struct ListedBillBody {
    id: ListedBillId,
    listing_id: ListingId,
    agency_id: AgencyId,
    /// In the language of the answer.
    agency_name: String,
    /// The register's own number.
    no: String,
    /// What for, in the language of the answer.
    subject: String,
    amount: Money,
    due_on: NaiveDate,
    state: ListedBillState,
    /// The same in the language of the answer.
    state_name: String,
    /// Pay this bill.
    bill_id: BillId,
    /// When it was fetched first.
    fetched_at: DateTime<Utc>,
    /// Present once it is paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
}

impl ListedBillBody {
    pub(crate) fn new(view: ListedBillView, locale: Locale) -> Self {
        let ListedBillView { listed, bill } = view;
        let state = ListedBillState::from(bill.state);
        Self {
            id: listed.id,
            listing_id: listed.listing,
            agency_id: listed.agency,
            agency_name: bill.agency.name.get(locale).to_owned(),
            no: listed.external_no,
            subject: bill.bill.subject.get(locale).to_owned(),
            amount: bill.bill.amount,
            due_on: bill.bill.due_on,
            state,
            state_name: state.name().get(locale).to_owned(),
            bill_id: listed.bill,
            fetched_at: listed.fetched_at,
            payment_id: bill.payment.map(|payment| payment.id),
        }
    }

    /// What pages are cut by.
    pub(crate) fn uuid(view: &ListedBillView) -> Uuid {
        view.listed.id.uuid()
    }
}

/// A paid bill, as its agency sees it. Nobody is named: the agency knows whose number it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PaidListedBill)]
pub(crate) struct PaidListedBillBody {
    id: ListedBillId,
    listing_id: ListingId,
    /// The register's own number.
    no: String,
    amount: Money,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = PaymentId)]
    payment_id: Option<PaymentId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = DateTime<Utc>)]
    paid_at: Option<DateTime<Utc>>,
}

impl From<ListedBillView> for PaidListedBillBody {
    fn from(view: ListedBillView) -> Self {
        let ListedBillView { listed, bill } = view;
        Self {
            id: listed.id,
            listing_id: listed.listing,
            no: listed.external_no,
            amount: bill.bill.amount,
            payment_id: bill.payment.as_ref().map(|payment| payment.id),
            paid_at: bill.payment.as_ref().map(|payment| payment.paid_at),
        }
    }
}
