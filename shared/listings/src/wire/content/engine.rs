//! How a listing works, as far as whoever uses it has to know.

use citygate_calendar::Period;
use citygate_kernel::Locale;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::{CitationBody, bodies};
use crate::{
    content::{
        ApplicationSpec, BookingSpec, CaseCategory, CaseSpec, Code, Delivery, Engine, InquirySpec,
        Intent, NotTaken, RecordField, RecordFieldKind, RefusalReason, Step,
    },
    model::EngineKind,
};

/// How a listing works. Of the parts the one that the kind names is there; what a register is called
/// by is of no use to anybody outside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingEngine)]
pub(super) struct EngineBody {
    kind: EngineKind,
    /// The same in the language of the answer.
    kind_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = InquiryBody)]
    inquiry: Option<InquiryBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = BillEngineBody)]
    bill: Option<BillEngineBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = BookingEngineBody)]
    booking: Option<BookingEngineBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = ApplicationEngineBody)]
    application: Option<ApplicationEngineBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = CaseEngineBody)]
    case: Option<CaseEngineBody>,
}

impl EngineBody {
    pub(super) fn new(engine: Engine<'_>, locale: Locale) -> Self {
        let kind = EngineKind::from(engine);
        let kind_name = kind.name().get(locale).to_owned();
        let (inquiry, bill, booking) = (None, None, None);
        let none = Self { kind, kind_name, inquiry, bill, booking, application: None, case: None };
        match engine {
            Engine::Inquiry(spec) => Self { inquiry: Some(InquiryBody::new(spec, locale)), ..none },
            Engine::Bill(spec) => {
                let charge = spec.charge.get(locale).to_owned();
                Self { bill: Some(BillEngineBody { charge }), ..none }
            }
            Engine::Booking(spec) => Self { booking: Some(spec.into()), ..none },
            Engine::Application(spec) => {
                Self { application: Some(ApplicationEngineBody::new(spec, locale)), ..none }
            }
            Engine::Case(spec) => Self { case: Some(CaseEngineBody::new(spec, locale)), ..none },
        }
    }
}

/// What is shown of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingInquiry)]
struct InquiryBody {
    fields: Vec<RecordFieldBody>,
}

/// A member of a record.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingRecordField)]
struct RecordFieldBody {
    code: Code,
    name: String,
    kind: RecordFieldKind,
}

impl InquiryBody {
    fn new(spec: &InquirySpec, locale: Locale) -> Self {
        let field = |field: &RecordField, locale| RecordFieldBody {
            code: field.code.clone(),
            name: field.name.get(locale).to_owned(),
            kind: field.kind,
        };
        Self { fields: bodies(&spec.fields, locale, field) }
    }
}

/// What is paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingBill)]
struct BillEngineBody {
    /// What a bill is for, where the register does not say.
    charge: String,
}

/// Appointments at offices of the agency.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingBooking)]
struct BookingEngineBody {
    /// At offices of this kind.
    office_kind: Code,
    /// That are able to do this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = Code)]
    capability: Option<Code>,
    /// Days before the day on which an appointment can be made at the earliest.
    horizon_days: u16,
    /// Hours before its beginning until which it can be made.
    notice_hours: u16,
    /// Hours before its beginning until which it can be given up without a strike.
    cancel_hours: u16,
}

impl From<&BookingSpec> for BookingEngineBody {
    fn from(spec: &BookingSpec) -> Self {
        Self {
            office_kind: spec.office_kind.clone(),
            capability: spec.capability.clone(),
            horizon_days: spec.horizon_days,
            notice_hours: spec.notice_hours,
            cancel_hours: spec.cancel_hours,
        }
    }
}

/// A form, steps, a decision, its delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingApplication)]
struct ApplicationEngineBody {
    /// JSON Schema (2020-12) of what is filled in.
    form: Map<String, Value>,
    /// What people call its fields, in the language of the answer.
    labels: Vec<FormLabelBody>,
    /// What the agency does, in this order.
    steps: Vec<ListingStepBody>,
    /// Why it may refuse.
    refusals: Vec<RefusalReasonBody>,
    /// How the outcome reaches the applicant.
    delivery: Vec<DeliveryBody>,
    /// How long the fee can be paid.
    pay_within_hours: u16,
    /// How long somebody has to supply what is missing.
    supplement_within: Period,
    /// For how many months what is issued is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, value_type = u16)]
    valid_months: Option<u16>,
}

/// What people call a field of a form.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingFormLabel)]
struct FormLabelBody {
    field: Code,
    name: String,
}

/// What an agency does.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingStep)]
struct ListingStepBody {
    code: Code,
    name: String,
    /// How long it takes at most, from the end of the one before.
    period: Period,
}

/// Why an agency may refuse.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingRefusal)]
struct RefusalReasonBody {
    code: Code,
    /// What the applicant reads.
    text: String,
    /// What they can do about it.
    remedy: String,
    citation: CitationBody,
}

/// How an outcome reaches the applicant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingDelivery)]
struct DeliveryBody {
    kind: Delivery,
    /// The same in the language of the answer.
    name: String,
}

impl ApplicationEngineBody {
    fn new(spec: &ApplicationSpec, locale: Locale) -> Self {
        let label = |(field, name): (&Code, &citygate_kernel::Text)| FormLabelBody {
            field: field.clone(),
            name: name.get(locale).to_owned(),
        };
        let step = |step: &Step, locale| ListingStepBody {
            code: step.code.clone(),
            name: step.name.get(locale).to_owned(),
            period: step.period,
        };
        let refusal = |reason: &RefusalReason, locale| RefusalReasonBody {
            code: reason.code.clone(),
            text: reason.text.get(locale).to_owned(),
            remedy: reason.remedy.get(locale).to_owned(),
            citation: CitationBody::new(&reason.citation, locale),
        };
        let delivery = |kind: &Delivery, locale| DeliveryBody {
            kind: *kind,
            name: kind.name().get(locale).to_owned(),
        };
        Self {
            form: spec.form.as_object().cloned().unwrap_or_default(),
            labels: spec.labels.iter().map(label).collect(),
            steps: bodies(&spec.steps, locale, step),
            refusals: bodies(&spec.refusals, locale, refusal),
            delivery: bodies(&spec.delivery, locale, delivery),
            pay_within_hours: spec.pay_within_hours,
            supplement_within: spec.supplement_within,
            valid_months: spec.valid_months,
        }
    }
}

/// What somebody may want of the city, and within what time there is a reply.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCase)]
struct CaseEngineBody {
    /// What it can be about.
    categories: Vec<CaseCategoryBody>,
    /// What is not taken here, and where it goes.
    not_taken: Vec<NotTakenBody>,
    /// How long after the reply the person is asked whether it helped.
    call_back_within: Period,
    /// How often somebody may have their case opened again.
    reopen_times: u8,
    /// Within how many days of its end.
    reopen_within_days: u16,
}

/// What a case can be about.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingCaseCategory)]
struct CaseCategoryBody {
    code: Code,
    name: String,
    description: String,
    intents: Vec<Intent>,
    /// Within what time it is replied to.
    period: Period,
    citation: CitationBody,
}

/// What is not taken here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingNotTaken)]
struct NotTakenBody {
    code: Code,
    name: String,
    /// Where it goes.
    instead: String,
    citation: CitationBody,
}

impl CaseEngineBody {
    fn new(spec: &CaseSpec, locale: Locale) -> Self {
        let category = |category: &CaseCategory, locale| CaseCategoryBody {
            code: category.code.clone(),
            name: category.name.get(locale).to_owned(),
            description: category.description.get(locale).to_owned(),
            intents: category.intents.clone(),
            period: category.period,
            citation: CitationBody::new(&category.citation, locale),
        };
        let not_taken = |one: &NotTaken, locale| NotTakenBody {
            code: one.code.clone(),
            name: one.name.get(locale).to_owned(),
            instead: one.instead.get(locale).to_owned(),
            citation: CitationBody::new(&one.citation, locale),
        };
        Self {
            categories: bodies(&spec.categories, locale, category),
            not_taken: bodies(&spec.not_taken, locale, not_taken),
            call_back_within: spec.call_back_within,
            reopen_times: spec.reopen_times,
            reopen_within_days: spec.reopen_within_days,
        }
    }
}
