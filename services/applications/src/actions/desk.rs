//! What whoever decides for an agency sees.

use chrono::{DateTime, Datelike, NaiveTime, TimeZone, Utc};
use citygate_catalogue::{AgencyId, City};
use citygate_identity::{FullName, Record, full_names, masked_names, note_read};
use citygate_platform::{Cx, db::Tx, http::Cursor};

use super::{
    decide::{Clerk, lock_at},
    read::{ApplicationLine, ApplicationView, lines, view},
};
use crate::{
    error::Error,
    model::{ApplicationId, ApplicationState},
    store::{
        self,
        desk::{Decided, Filter},
    },
};

/// An application in an agency's list.
pub(crate) struct DeskLine {
    pub line: ApplicationLine,
    /// Partly hidden.
    pub name: Option<String>,
}

/// An application as a clerk opens it.
pub(crate) struct Opened {
    pub view: ApplicationView,
    pub applicant: Option<FullName>,
}

/// How an agency stands.
pub(crate) struct Statistics {
    pub at: DateTime<Utc>,
    pub month_from: DateTime<Utc>,
    pub lodged: i64,
    pub in_progress: i64,
    pub supplement_asked: i64,
    pub to_be_delivered: i64,
    pub overdue: i64,
    pub decided: i64,
    pub decided_in_time: i64,
    pub refused: i64,
}

/// The applications of an agency, the most urgent first; one more than the page has. Each applicant
/// reads that their name was shown.
pub(crate) async fn list(
    cx: &Cx,
    clerk: Clerk,
    filter: Filter,
    (cursor, limit): (Option<Cursor>, i64),
) -> Result<Vec<DeskLine>, Error> {
    cx.db
        .tx("applications.list_desk", async |tx| {
            let page = (cursor, limit + 1);
            let found = store::desk::of_agency(tx, clerk.agency, filter, page).await?;
            let access = clerk.access(cx);
            let mut shown = Vec::with_capacity(found.len());
            for line in lines(tx, found).await? {
                let (person, case) = (line.application.person, line.application.id.to_string());
                let mut names = masked_names(&cx.keys, tx, &access, &[person], &case).await?;
                shown.push(DeskLine { line, name: names.remove(&person) });
            }
            Ok(shown)
        })
        .await
}

/// An application with everything in it, and whose it is. The applicant reads in the ledger of
/// accesses who has opened it.
pub(crate) async fn open(cx: &Cx, clerk: Clerk, id: ApplicationId) -> Result<Opened, Error> {
    cx.db
        .tx("applications.open", async |tx| {
            let application = lock_at(tx, clerk, id).await?;
            let (person, case, access) = (application.person, id.to_string(), clerk.access(cx));
            let mut names = full_names(&cx.keys, tx, &access, &[person], &case).await?;
            note_read(tx, &access, Record::Application, &[(person, &case)]).await?;
            let view = view(cx, tx, application).await?;
            Ok(Opened { view, applicant: names.remove(&person) })
        })
        .await
}

/// How an agency stands now, and what it has decided this month.
pub(crate) async fn statistics(cx: &Cx, agency: AgencyId) -> Result<Statistics, Error> {
    cx.db
        .read("applications.statistics", async |tx| {
            let city = citygate_catalogue::city(tx, agency.city()).await?;
            let (at, month_from) = (tx.now(), month_from(&city, tx.now()));
            let decided = async |tx: &mut Tx<'_>, which| {
                store::desk::decided_since(tx, agency, month_from, which).await
            };
            let standing =
                async |tx: &mut Tx<'_>, state| store::desk::in_state(tx, agency, state).await;
            Ok(Statistics {
                at,
                month_from,
                lodged: standing(tx, ApplicationState::Lodged).await?,
                in_progress: standing(tx, ApplicationState::InProgress).await?,
                supplement_asked: standing(tx, ApplicationState::SupplementAsked).await?,
                to_be_delivered: standing(tx, ApplicationState::Approved).await?,
                overdue: store::desk::overdue(tx, agency).await?,
                decided: decided(tx, Decided::All).await?,
                decided_in_time: decided(tx, Decided::InTime).await?,
                refused: decided(tx, Decided::Refused).await?,
            })
        })
        .await
}

/// When the month of an instant began in a city.
fn month_from(city: &City, at: DateTime<Utc>) -> DateTime<Utc> {
    let today = city.date(at);
    let first = today.with_day(1).unwrap_or(today).and_time(NaiveTime::MIN);
    city.time_zone
        .from_local_datetime(&first)
        .earliest()
        .map_or_else(|| first.and_utc(), |first| first.to_utc())
}
