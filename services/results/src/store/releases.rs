//! Releases, their history, and who has seen what.

use chrono::{DateTime, Utc};
use citygate_catalogue::{AgencyId, RuleId};
use citygate_identity::{PersonId, SessionId, StaffId};
use citygate_kernel::Clock;
use citygate_platform::{
    db::Tx,
    http::Cursor,
    keys::Keys,
    sql::{column, sql},
};
use diesel::{
    prelude::*,
    sql_types::{Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
    upsert::excluded,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{city, column_number, number};
use crate::{
    error::Error,
    model::{
        Release, ReleaseClass, ReleaseEvent, ReleaseState, ReleaseStep, ReportId, ReportKind,
        Viewer,
    },
    schema::{release_events as events, releases, viewings, views},
    sealed,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = releases)]
struct ReleaseRow {
    city: i32,
    report_id: Uuid,
    agency_id: Uuid,
    person_id: Uuid,
    version: i32,
    class: String,
    state: String,
    acknowledge_by: Option<DateTime<Utc>>,
    acknowledged_at: Option<DateTime<Utc>>,
    release_at: Option<DateTime<Utc>>,
    released_at: Option<DateTime<Utc>>,
    rule_id: Uuid,
    changed_at: DateTime<Utc>,
}

impl TryFrom<ReleaseRow> for Release {
    type Error = Error;

    fn try_from(row: ReleaseRow) -> Result<Self, Error> {
        let city = city(row.city)?;
        Ok(Self {
            report: ReportId::from_parts(city, row.report_id),
            agency: AgencyId::from_parts(city, row.agency_id),
            person: PersonId::from_uuid(row.person_id),
            version: number(row.version)?,
            class: ReleaseClass::parse(&row.class).ok_or(Error::Damaged("release class"))?,
            state: ReleaseState::parse(&row.state).ok_or(Error::Damaged("release state"))?,
            acknowledge_by: row.acknowledge_by,
            acknowledged_at: row.acknowledged_at,
            release_at: row.release_at,
            released_at: row.released_at,
            rule: RuleId::from_uuid(row.rule_id),
            changed_at: row.changed_at,
        })
    }
}

/// Writes a release as it stands now. Whoever does holds its report.
pub(crate) async fn put(tx: &Tx<'_>, release: &Release) -> Result<(), Error> {
    diesel::insert_into(releases::table)
        .values((
            releases::city.eq(release.report.city().number()),
            releases::report_id.eq(release.report.uuid()),
            releases::agency_id.eq(release.agency.uuid()),
            releases::person_id.eq(release.person.uuid()),
            releases::version.eq(column_number(release.version)),
            releases::class.eq(release.class.code()),
            releases::state.eq(release.state.code()),
            releases::acknowledge_by.eq(release.acknowledge_by),
            releases::acknowledged_at.eq(release.acknowledged_at),
            releases::release_at.eq(release.release_at),
            releases::released_at.eq(release.released_at),
            releases::rule_id.eq(release.rule.uuid()),
            releases::changed_at.eq(release.changed_at),
        ))
        .on_conflict((releases::city, releases::report_id))
        .do_update()
        .set((
            releases::version.eq(excluded(releases::version)),
            releases::class.eq(excluded(releases::class)),
            releases::state.eq(excluded(releases::state)),
            releases::acknowledge_by.eq(excluded(releases::acknowledge_by)),
            releases::acknowledged_at.eq(excluded(releases::acknowledged_at)),
            releases::release_at.eq(excluded(releases::release_at)),
            releases::released_at.eq(excluded(releases::released_at)),
            releases::rule_id.eq(excluded(releases::rule_id)),
            releases::changed_at.eq(excluded(releases::changed_at)),
        ))
        .execute(&mut tx.pipeline())
        .await?;
    Ok(())
}

/// The release of a report.
pub(crate) async fn of_report(tx: &mut Tx<'_>, id: ReportId) -> Result<Option<Release>, Error> {
    let row: Option<ReleaseRow> = releases::table
        .find((id.city().number(), id.uuid()))
        .select(ReleaseRow::as_select())
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Release::try_from).transpose()
}

/// The releases of some reports.
pub(crate) async fn of_reports(tx: &mut Tx<'_>, ids: &[ReportId]) -> Result<Vec<Release>, Error> {
    let rows: Vec<ReleaseRow> = releases::table
        .filter(releases::city.eq_any(column(ids, |id| id.city().number())))
        .filter(releases::report_id.eq_any(column(ids, |id| id.uuid())))
        .select(ReleaseRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Release::try_from).collect()
}

/// What waits for somebody at a hospital, newest first.
pub(crate) async fn waiting(
    tx: &mut Tx<'_>,
    agency: AgencyId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Release>, Error> {
    let gates = [ReleaseState::InPerson, ReleaseState::Acknowledgement, ReleaseState::Note];
    let alarms = releases::acknowledge_by.is_not_null().and(releases::acknowledged_at.is_null());
    let rows: Vec<ReleaseRow> = releases::table
        .filter(releases::city.eq(agency.city().number()))
        .filter(releases::agency_id.eq(agency.uuid()))
        .filter(releases::state.eq_any(gates.map(ReleaseState::code)).or(alarms))
        .filter(releases::report_id.lt(after.map_or(Uuid::max(), |cursor| cursor.0)))
        .order(releases::report_id.desc())
        .limit(limit)
        .select(ReleaseRow::as_select())
        .load(tx.conn())
        .await?;
    rows.into_iter().map(Release::try_from).collect()
}

/// Adds a line to the history. Whoever does holds the report.
pub(crate) async fn insert_event(
    tx: &Tx<'_>,
    keys: &Keys,
    report: ReportId,
    event: &ReleaseEvent,
) -> Result<(), Error> {
    let id = citygate_kernel::Id::<ReportKind>::new(&Clock::manual(tx.now())).uuid();
    let words = match &event.words {
        Some(words) => Some(keys.seal_json(tx, &sealed::WORDS, id, words).await?),
        None => None,
    };
    sql("INSERT INTO results.release_events \
           (id, version, step, state, happened_at, staff_id, words_sealed, city, report_id, n) \
         SELECT $1, $2, $3, $4, $5, $6, $7, r.city, r.report_id, 1 + (SELECT count(*)::integer \
           FROM results.release_events e WHERE (e.city, e.report_id) = (r.city, r.report_id)) \
         FROM results.releases r WHERE r.city = $8 AND r.report_id = $9")
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(column_number(event.version))
    .bind::<Text, _>(event.step.code())
    .bind::<Text, _>(event.state.code())
    .bind::<Timestamptz, _>(event.happened_at)
    .bind::<Nullable<SqlUuid>, _>(event.staff.map(StaffId::uuid))
    .bind::<Nullable<Bytea>, _>(words)
    .bind::<Integer, _>(report.city().number())
    .bind::<SqlUuid, _>(report.uuid())
    .execute(&mut tx.pipeline())
    .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct EventRow {
    id: Uuid,
    version: i32,
    step: String,
    state: String,
    happened_at: DateTime<Utc>,
    staff_id: Option<Uuid>,
    words_sealed: Option<Vec<u8>>,
}

/// The history of a report's release, oldest first, two hundred lines at most.
pub(crate) async fn history(
    tx: &mut Tx<'_>,
    keys: &Keys,
    report: ReportId,
) -> Result<Vec<ReleaseEvent>, Error> {
    let rows: Vec<EventRow> = events::table
        .filter(events::city.eq(report.city().number()))
        .filter(events::report_id.eq(report.uuid()))
        .order(events::n)
        .limit(200)
        .select(EventRow::as_select())
        .load(tx.conn())
        .await?;
    let mut history = Vec::with_capacity(rows.len());
    for row in rows {
        let words = match row.words_sealed {
            Some(words) => Some(keys.open_json(tx, &sealed::WORDS, row.id, &words).await?),
            None => None,
        };
        history.push(ReleaseEvent {
            version: number(row.version)?,
            step: ReleaseStep::parse(&row.step).ok_or(Error::Damaged("release step"))?,
            state: ReleaseState::parse(&row.state).ok_or(Error::Damaged("release state"))?,
            happened_at: row.happened_at,
            staff: row.staff_id.map(|id| StaffId::from_parts(report.city(), id)),
            words,
        });
    }
    Ok(history)
}

/// Notes that somebody has seen a version. The first time counts.
pub(crate) async fn note_view(
    tx: &mut Tx<'_>,
    report: ReportId,
    version: u32,
    (viewer, person): (Viewer, PersonId),
) -> Result<(), Error> {
    let now = tx.now();
    let (kind, id) = match viewer {
        Viewer::Person => ("person", person.uuid()),
        Viewer::Staff(staff) => ("staff", staff.uuid()),
    };
    diesel::insert_into(views::table)
        .values((
            views::city.eq(report.city().number()),
            views::report_id.eq(report.uuid()),
            views::version.eq(column_number(version)),
            views::viewer.eq(kind),
            views::viewer_id.eq(id),
            views::viewed_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Who has seen which versions of a report, a thousand at most, in the order of versions.
pub(crate) async fn viewers(
    tx: &mut Tx<'_>,
    report: ReportId,
) -> Result<Vec<(u32, Viewer, DateTime<Utc>)>, Error> {
    let rows: Vec<(i32, String, Uuid, DateTime<Utc>)> = views::table
        .filter(views::city.eq(report.city().number()))
        .filter(views::report_id.eq(report.uuid()))
        .order((views::version, views::viewed_at))
        .limit(1_000)
        .select((views::version, views::viewer, views::viewer_id, views::viewed_at))
        .load(tx.conn())
        .await?;
    let seen = rows.into_iter().map(|(version, kind, id, at)| {
        let viewer = match kind.as_str() {
            "person" => Viewer::Person,
            _ => Viewer::Staff(StaffId::from_parts(report.city(), id)),
        };
        Ok((number(version)?, viewer, at))
    });
    seen.collect()
}

/// Lets a sign-in look at a report again until an instant.
pub(crate) async fn open_viewing(
    tx: &mut Tx<'_>,
    session: SessionId,
    (report, person): (ReportId, PersonId),
    ends_at: DateTime<Utc>,
) -> Result<(), Error> {
    diesel::insert_into(viewings::table)
        .values((
            viewings::city.eq(report.city().number()),
            viewings::session_id.eq(session.uuid()),
            viewings::report_id.eq(report.uuid()),
            viewings::person_id.eq(person.uuid()),
            viewings::ends_at.eq(ends_at),
        ))
        .on_conflict((viewings::city, viewings::session_id, viewings::report_id))
        .do_update()
        .set(viewings::ends_at.eq(ends_at))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whether a sign-in may look at a report now without another proof.
pub(crate) async fn is_viewing(
    tx: &mut Tx<'_>,
    session: SessionId,
    (report, person): (ReportId, PersonId),
) -> Result<bool, Error> {
    let now = tx.now();
    let open = viewings::table
        .find((report.city().number(), session.uuid(), report.uuid()))
        .filter(viewings::person_id.eq(person.uuid()))
        .filter(viewings::ends_at.gt(now));
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(tx.conn()).await?)
}
