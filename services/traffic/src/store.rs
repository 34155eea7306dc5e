//! Every statement of traffic fines.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Text};
use citygate_payments::BillId;
use citygate_platform::{db::Tx, http::Cursor};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Decision, DecisionId, DecisionNo, Violation},
    schema::decisions,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = decisions)]
struct DecisionRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    decision_no: String,
    plate: String,
    violation_code: String,
    violation_en: String,
    violation_zh: String,
    place: String,
    violated_at: DateTime<Utc>,
    served_on: NaiveDate,
    points: i16,
    person_id: Uuid,
    bill_id: Uuid,
    payment_rule_id: Uuid,
    surcharge_rule_id: Uuid,
    content_digest: Vec<u8>,
}

impl TryFrom<DecisionRow> for Decision {
    type Error = Error;

    fn try_from(row: DecisionRow) -> Result<Self, Error> {
        let city: CityCode = row.city.try_into().map_err(|_| Error::Damaged("city"))?;
        Ok(Self {
            id: DecisionId::from_parts(city, row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            number: row.decision_no.parse().map_err(|_| Error::Damaged("decision number"))?,
            plate: row.plate.parse().map_err(|_| Error::Damaged("plate"))?,
            violation: Violation {
                code: row.violation_code,
                name: Text::new(row.violation_en, row.violation_zh),
                place: row.place,
                at: row.violated_at,
                points: u8::try_from(row.points).map_err(|_| Error::Damaged("points"))?,
            },
            person: PersonId::from_uuid(row.person_id),
            bill: BillId::from_parts(city, row.bill_id),
            served_on: row.served_on,
            payment_rule: RuleId::from_uuid(row.payment_rule_id),
            surcharge_rule: RuleId::from_uuid(row.surcharge_rule_id),
            content_digest: row.content_digest,
        })
    }
}

/// Records a decision. False when its number is taken; of two that try at once, one waits.
pub(crate) async fn insert(tx: &mut Tx<'_>, decision: &Decision) -> Result<bool, Error> {
    let now = tx.now();
    let violation = &decision.violation;
    let inserted = diesel::insert_into(decisions::table)
        .values((
            decisions::city.eq(decision.id.city().number()),
            decisions::id.eq(decision.id.uuid()),
            decisions::agency_id.eq(decision.agency.uuid()),
            decisions::decision_no.eq(decision.number.as_str()),
            decisions::plate.eq(decision.plate.as_str()),
            decisions::violation_code.eq(&violation.code),
            decisions::violation_en.eq(&violation.name.en),
            decisions::violation_zh.eq(&violation.name.zh),
            decisions::place.eq(&violation.place),
            decisions::violated_at.eq(violation.at),
            decisions::served_on.eq(decision.served_on),
            decisions::points.eq(i16::from(violation.points)),
            decisions::person_id.eq(decision.person.uuid()),
            decisions::bill_id.eq(decision.bill.uuid()),
            decisions::payment_rule_id.eq(decision.payment_rule.uuid()),
            decisions::surcharge_rule_id.eq(decision.surcharge_rule.uuid()),
            decisions::content_digest.eq(&decision.content_digest),
            decisions::created_at.eq(now),
        ))
        .on_conflict((decisions::city, decisions::agency_id, decisions::decision_no))
        .do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(inserted == 1)
}

pub(crate) async fn by_number(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    number: &DecisionNo,
) -> Result<Option<Decision>, Error> {
    let row: Option<DecisionRow> = decisions::table
        .filter(decisions::city.eq(agency.city().number()))
        .filter(decisions::agency_id.eq(agency.uuid()))
        .filter(decisions::decision_no.eq(number.as_str()))
        .select(DecisionRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Decision::try_from).transpose()
}

pub(crate) async fn by_bill(tx: &mut Tx<'_>, bill: BillId) -> Result<Option<Decision>, Error> {
    let row: Option<DecisionRow> = decisions::table
        .filter(decisions::city.eq(bill.city().number()))
        .filter(decisions::bill_id.eq(bill.uuid()))
        .select(DecisionRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Decision::try_from).transpose()
}

pub(crate) async fn by_id(tx: &mut Tx<'_>, id: DecisionId) -> Result<Option<Decision>, Error> {
    let row: Option<DecisionRow> = decisions::table
        .find((id.city().number(), id.uuid()))
        .select(DecisionRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Decision::try_from).transpose()
}

/// Decisions served since a day, in the order of their ids, some at a time.
pub(crate) async fn served_since(
    tx: &mut Tx<'_>,
    since: NaiveDate,
    after: Uuid,
    limit: i64,
) -> Result<Vec<Decision>, Error> {
    let rows: Vec<DecisionRow> = decisions::table
        .filter(decisions::served_on.ge(since))
        .filter(decisions::id.gt(after))
        .order(decisions::id)
        .limit(limit)
        .select(DecisionRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Decision::try_from).collect()
}

pub(crate) async fn of_person(
    tx: &mut Tx<'_>,
    person: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Decision>, Error> {
    let mut query = decisions::table
        .filter(decisions::person_id.eq(person.uuid()))
        .order(decisions::id.desc())
        .limit(limit)
        .select(DecisionRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(decisions::id.lt(after));
    }
    let rows: Vec<DecisionRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Decision::try_from).collect()
}
