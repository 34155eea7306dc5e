//! What somebody reads of the own record, and what follows from it.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use citygate_catalogue::{Agency, AgencyId, City, Rule, agencies, rule_of};
use citygate_identity::{
    Access, Accessor, ProofError, RealName, Reason, Record as Recorded, Sensitive, StepUp,
    StepUpPurpose, note_read, require_session,
};
use citygate_inquiry::{Answer, Question, Registers, Subject, agencies_with, with_source};
use citygate_kernel::{CityCode, Month};
use citygate_platform::{Cx, db::Tx};

use crate::{
    error::Error,
    model::Record,
    rules::{
        flexible::{FLEXIBLE, FlexibleRule},
        gaps::{ARREARS, ArrearsRule},
        pension::{
            AGE, AgeRule, FORMULA, Forecast, FormulaRule, MINIMUM, MinimumRule, PensionRules,
            REFERENCE, ReferenceRule, forecast,
        },
    },
    store,
};

/// A record of social security is read after a fresh proof.
#[derive(Debug)]
pub(crate) struct RecordRead;
impl Sensitive for RecordRead {
    const PURPOSE: StepUpPurpose = StepUpPurpose::SocialSecurityRead;
}

/// For how long the same sign-in goes on without another proof: months, gaps, forecast, an order.
const VIEWING: TimeDelta = TimeDelta::minutes(10);
/// What registers are asked about.
pub(crate) static SUBJECT: Subject = Subject::of("social_security");
/// Why people read their own.
const OWN: Reason<'static> = Reason { purpose: "social_security.query", legal_basis: "sil-74" };

/// A record, and where it comes from.
pub(crate) struct Reading {
    pub agency: Agency,
    pub city: City,
    pub answer: Answer<Record>,
}

impl Reading {
    /// The last month that the register's books have whole.
    pub(crate) fn books_end(&self) -> Month {
        Month::of(self.city.date(self.answer.as_of)).plus(-1)
    }
}

/// A forecast, and the law that it was computed by.
pub(crate) struct Forecasting {
    pub reading: Reading,
    pub forecast: Forecast,
    pub pays_on: bool,
    pub minimum: Rule<MinimumRule>,
    pub age: Rule<AgeRule>,
    pub formula: Rule<FormulaRule>,
    pub reference: Rule<ReferenceRule>,
}

/// What may be ordered at an agency today.
pub(crate) struct Terms {
    pub rule: Rule<FlexibleRule>,
    pub today: NaiveDate,
}

/// The agencies whose registers can be asked, of one city or of all.
pub(crate) async fn agencies_that_answer(
    cx: &Cx,
    city: Option<CityCode>,
) -> Result<Vec<Agency>, Error> {
    cx.db
        .read("social_security.list_agencies", async |tx| {
            let mut with = agencies_with(tx, &SUBJECT).await?;
            with.retain(|agency| city.is_none_or(|city| agency.city() == city));
            Ok(agencies(tx, &with).await?.into_values().collect())
        })
        .await
}

/// Reads the record with a fresh proof, and lets the sign-in look on for ten minutes.
pub(crate) async fn read(
    cx: &Cx,
    registers: &Registers,
    proof: &StepUp<RecordRead>,
    agency: AgencyId,
) -> Result<Reading, Error> {
    let caller = *proof.caller();
    let permit = async |tx: &mut Tx<'_>| {
        require_source(tx, agency).await?;
        proof.consume(tx, None, None).await?;
        let ends_at = tx.now() + VIEWING;
        store::viewings::open(tx, &caller, agency, ends_at).await?;
        note_own(cx, tx, &caller, agency).await
    };
    ask(cx, registers, &caller, agency, permit).await
}

/// Reads the record again while the ten minutes last.
pub(crate) async fn read_on(
    cx: &Cx,
    registers: &Registers,
    caller: &RealName,
    agency: AgencyId,
) -> Result<Reading, Error> {
    let permit = async |tx: &mut Tx<'_>| {
        require_source(tx, agency).await?;
        require_session(tx, caller).await?;
        if !store::viewings::is_open(tx, caller, agency).await? {
            return Err(citygate_identity::Error::from(ProofError::StepUpRequired(
                RecordRead::PURPOSE,
            ))
            .into());
        }
        note_own(cx, tx, caller, agency).await
    };
    ask(cx, registers, caller, agency, permit).await
}

async fn require_source(tx: &mut Tx<'_>, agency: AgencyId) -> Result<(), Error> {
    let found = with_source(tx, &SUBJECT, &BTreeSet::from([agency])).await?;
    if found.is_empty() { Err(Error::AgencyUnknown) } else { Ok(()) }
}

async fn note_own(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    agency: AgencyId,
) -> Result<(), Error> {
    let access = Access::new(cx, Accessor::person(caller.account, caller.city), OWN);
    let case = agency.to_string();
    Ok(note_read(tx, &access, Recorded::SocialSecurity, &[(caller.person, &case)]).await?)
}

/// The number goes to the register as the city's question.
async fn ask(
    cx: &Cx,
    registers: &Registers,
    caller: &RealName,
    agency: AgencyId,
    permit: impl AsyncFnMut(&mut Tx<'_>) -> Result<(), Error>,
) -> Result<Reading, Error> {
    let access = Access::new(cx, Accessor::city(agency.city()), OWN);
    let question = Question { agency, subject: &SUBJECT, person: caller.person, access };
    let answer =
        registers.ask(cx, &question, permit).await.map_err(|error: Error| match error {
            // Taken away since the source was looked for.
            Error::Inquiry(citygate_inquiry::Error::NoSource) => Error::AgencyUnknown,
            other => other,
        })?;
    let read = cx.db.read("social_security.agency", async |tx| {
        let city = citygate_catalogue::city(tx, agency.city()).await?;
        Ok::<_, Error>((citygate_catalogue::agency(tx, agency).await?, city))
    });
    let (agency, city) = read.await?;
    Ok(Reading { agency, city, answer })
}

/// The rule about what employers owe, for who has gaps.
pub(crate) async fn arrears(cx: &Cx, reading: &Reading) -> Result<Rule<ArrearsRule>, Error> {
    cx.db
        .read("social_security.arrears", async |tx| {
            Ok(rule_of(tx, ARREARS, reading.agency.id, reading.city.date(tx.now())).await?)
        })
        .await
}

/// What pension somebody can expect by the rules of today, who pays on or does not.
pub(crate) async fn expect(cx: &Cx, reading: Reading, pays_on: bool) -> Result<Forecasting, Error> {
    let agency = reading.agency.id;
    let read = cx.db.read("social_security.forecast", async |tx| {
        let today = reading.city.date(tx.now());
        let minimum: Rule<MinimumRule> = rule_of(tx, MINIMUM, agency, today).await?;
        let age: Rule<AgeRule> = rule_of(tx, AGE, agency, today).await?;
        let formula: Rule<FormulaRule> = rule_of(tx, FORMULA, agency, today).await?;
        let reference: Rule<ReferenceRule> = rule_of(tx, REFERENCE, agency, today).await?;
        Ok::<_, Error>((minimum, age, formula, reference))
    });
    let (minimum, age, formula, reference) = read.await?;
    let rules = PensionRules {
        minimum: &minimum.params,
        age: &age.params,
        formula: &formula.params,
        reference: &reference.params,
    };
    let forecast = forecast(&reading.answer.record, &rules, reading.books_end(), pays_on);
    let forecast = forecast.ok_or(Error::NoForecast)?;
    Ok(Forecasting { reading, forecast, pays_on, minimum, age, formula, reference })
}

/// What may be ordered at an agency today.
pub(crate) async fn terms(cx: &Cx, agency: AgencyId) -> Result<Terms, Error> {
    cx.db
        .read("social_security.terms", async |tx| {
            require_source(tx, agency).await?;
            let today = citygate_catalogue::city(tx, agency.city()).await?.date(tx.now());
            let rule: Rule<FlexibleRule> = rule_of(tx, FLEXIBLE, agency, today).await?;
            Ok(Terms { rule, today })
        })
        .await
}
