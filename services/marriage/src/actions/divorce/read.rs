//! What people and registrars see of a divorce.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_catalogue::{City, Rule, rule_by_id};
use citygate_identity::{PersonId, RealName, Record, masked_names, note_read};
use citygate_kernel::Masked;
use citygate_platform::{Cx, db::Tx, http::PageQuery};

use super::{clock_of, passed};
use crate::{
    actions::office::{REGISTRATION, Registrar},
    error::{DivorceError, Error},
    model::{CaseId, Couple, Divorce, Side},
    rules::divorce::{self as rules, DivorceClock, DivorceRule},
    store,
};

/// A divorce as one of the two sees it, as the clock has left it.
#[derive(Debug)]
pub(crate) struct DivorceView {
    pub one: Divorce,
    pub side: Side,
    /// Partly hidden.
    pub other: Masked<String>,
    pub clock: Option<DivorceClock>,
    pub rule: Rule<DivorceRule>,
    pub city: City,
    pub today: NaiveDate,
}

/// A divorce as somebody in it sees it.
pub(super) async fn view(
    cx: &Cx,
    tx: &mut Tx<'_>,
    person: PersonId,
    mut one: Divorce,
) -> Result<DivorceView, Error> {
    let couple = store::parties::of_case(&cx.keys, tx, one.id).await?;
    let side = couple.side_of(person).ok_or(DivorceError::Unknown)?;
    let other = couple.on(side.other()).ok_or(Error::Damaged("couple"))?.name.clone();
    bring_up(tx, &mut one).await?;
    let city = citygate_catalogue::city(tx, one.id.city()).await?;
    Ok(DivorceView {
        side,
        other,
        clock: clock_of(tx, &one).await?,
        rule: rule_by_id(tx, one.rule).await?,
        today: city.date(tx.now()),
        city,
        one,
    })
}

/// Where the clock has brought a divorce, written down or not.
async fn bring_up(tx: &mut Tx<'_>, one: &mut Divorce) -> Result<(), Error> {
    for event in passed(tx, one).await? {
        one.state = rules::next(one.state, *event).map_err(DivorceError::from)?;
    }
    Ok(())
}

/// One of the caller's divorces.
pub(crate) async fn divorce(cx: &Cx, caller: &RealName, id: CaseId) -> Result<DivorceView, Error> {
    cx.db
        .read("marriage.get_divorce", async |tx| {
            let one = store::divorces::by_id(tx, id).await?.ok_or(DivorceError::Unknown)?;
            view(cx, tx, caller.person, one).await
        })
        .await
}

/// The caller's divorces, newest first; one more than the page has.
pub(crate) async fn divorces(
    cx: &Cx,
    caller: &RealName,
    page: &PageQuery,
) -> Result<Vec<DivorceView>, Error> {
    cx.db
        .read("marriage.list_divorces", async |tx| {
            let (cursor, limit) = (page.cursor, page.limit() + 1);
            let found = store::divorces::of_person(tx, caller.person, cursor, limit).await?;
            let mut views = Vec::with_capacity(found.len());
            for one in found {
                views.push(view(cx, tx, caller.person, one).await?);
            }
            Ok(views)
        })
        .await
}

/// A divorce before an agency, with the names of the two, partly hidden. Each of them reads in the
/// ledger of accesses who has opened it.
pub(crate) async fn opened(
    cx: &Cx,
    registrar: Registrar,
    id: CaseId,
) -> Result<(Divorce, Couple, BTreeMap<PersonId, String>), Error> {
    cx.db
        .tx("marriage.open_divorce", async |tx| {
            let found = store::divorces::by_id(tx, id).await?;
            let found = found.filter(|one| one.agency == registrar.agency);
            let mut one = found.ok_or(DivorceError::Unknown)?;
            bring_up(tx, &mut one).await?;
            let couple = store::parties::of_case(&cx.keys, tx, id).await?;
            let (people, no) = (couple.people(), id.to_string());
            let access = registrar.access(cx, REGISTRATION);
            let read: Vec<_> = people.iter().map(|person| (*person, no.as_str())).collect();
            note_read(tx, &access, Record::Marriage, &read).await?;
            let names = masked_names(&cx.keys, tx, &access, &people, &no).await?;
            Ok((one, couple, names))
        })
        .await
}
