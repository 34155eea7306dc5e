//! What a hospital's system reads and searches: its own hospital's.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use citygate_exchange::{
    Fault, Sender,
    fhir::{Found, Match, Page, Stored},
    patients_of,
};
use citygate_fhir::{Query, ResourceType};
use citygate_identity::{Access, PersonId, Reason, Record, note_read};
use citygate_platform::{Cx, db::Tx};
use uuid::Uuid;

use super::{
    order, report,
    search::{filter, parameter},
};
use crate::{
    error::Error,
    model::{Order, Report, ReportId, ReportVersion, StoredObservation},
    store::{self, searches},
};

/// What a hospital's system reads its own results for.
const READING: Reason<'static> = Reason { purpose: "results.care", legal_basis: "physicians-25" };

/// Of whom a resource is, and what it says.
type Of<T> = (PersonId, T);

/// Whoever reads, on which ground.
pub(super) struct Reader<'a> {
    pub cx: &'a Cx,
    pub sender: Sender,
}

impl Reader<'_> {
    /// A resource as it stands, or one of its versions.
    pub async fn read(
        &self,
        tx: &mut Tx<'_>,
        (kind, id): (ResourceType, Uuid),
        version: Option<u32>,
    ) -> Result<Option<Stored>, Error> {
        let mut found = match kind {
            ResourceType::ServiceRequest => {
                let order = store::orders::by_id(tx, self.sender.agency, id).await?;
                let order = order.filter(|order| version.is_none_or(|n| n == order.version));
                self.orders(tx, order.into_iter().collect()).await?
            }
            ResourceType::DiagnosticReport => {
                let report = self.report(tx, id).await?;
                let Some(report) = report else { return Ok(None) };
                let number = version.unwrap_or(report.current_version);
                let keys = &self.cx.keys;
                let version = store::versions::version(tx, keys, report.id, number).await?;
                let version = version.map(|version| (report, version));
                self.versions(tx, version.into_iter().collect()).await?
            }
            _ => {
                let keys = &self.cx.keys;
                let agency = self.sender.agency;
                let all = searches::observation_versions(tx, keys, agency, id).await?;
                // The one that stands; of one that no version names any more, what it was last.
                let wanted = all.iter().position(|((item, _), stands)| match version {
                    Some(number) => item.version == number,
                    None => *stands,
                });
                let wanted = wanted.or((version.is_none() && !all.is_empty()).then_some(0));
                let item = wanted.and_then(|n| all.into_iter().nth(n)).map(|(item, _)| item);
                self.items(tx, item.into_iter().collect()).await?
            }
        };
        Ok(found.pop())
    }

    /// The versions of a resource, newest first.
    pub async fn history(
        &self,
        tx: &mut Tx<'_>,
        (kind, id): (ResourceType, Uuid),
        before: Option<u32>,
        count: usize,
    ) -> Result<Option<Vec<Stored>>, Error> {
        let earlier = |number: u32| before.is_none_or(|before| number < before);
        match kind {
            ResourceType::ServiceRequest => {
                let order = store::orders::by_id(tx, self.sender.agency, id).await?;
                let Some(order) = order else { return Ok(None) };
                let present = Some(order).filter(|order| earlier(order.version));
                Ok(Some(self.orders(tx, present.into_iter().collect()).await?))
            }
            ResourceType::DiagnosticReport => {
                let Some(report) = self.report(tx, id).await? else { return Ok(None) };
                let (keys, limit) = (&self.cx.keys, i64::try_from(count).unwrap_or(100));
                let versions =
                    store::versions::versions(tx, keys, report.id, before, limit).await?;
                let versions = versions.into_iter().map(|version| (report.clone(), version));
                Ok(Some(self.versions(tx, versions.collect()).await?))
            }
            _ => {
                let (keys, agency) = (&self.cx.keys, self.sender.agency);
                let all = searches::observation_versions(tx, keys, agency, id).await?;
                if all.is_empty() {
                    return Ok(None);
                }
                let items = all.into_iter().map(|(item, _)| item);
                let items = items.filter(|(item, _)| earlier(item.version)).take(count);
                Ok(Some(self.items(tx, items.collect()).await?))
            }
        }
    }

    /// A page of what matches.
    pub async fn search(&self, tx: &mut Tx<'_>, query: &Query, page: Page) -> Result<Found, Error> {
        let mut filter = filter(self.cx, tx, self.sender, query).await?;
        filter.after = page.after;
        filter.limit = i64::try_from(page.count).unwrap_or(100).saturating_add(1);
        let (agency, keys) = (self.sender.agency, &self.cx.keys);
        let more;
        let matches = match query.kind {
            ResourceType::ServiceRequest => {
                let mut orders = searches::orders(tx, agency, &filter).await?;
                more = cut(&mut orders, page.count);
                self.orders(tx, orders).await?
            }
            ResourceType::DiagnosticReport => {
                let mut reports = searches::reports(tx, agency, &filter).await?;
                more = cut(&mut reports, page.count);
                let mut standing = store::versions::standing(tx, keys, &reports).await?;
                let versions = reports.into_iter().filter_map(|report| {
                    let version = standing.remove(&report.id.uuid())?;
                    Some((report, version))
                });
                let versions = versions.collect();
                self.versions(tx, versions).await?
            }
            _ => {
                let mut items = searches::observations(tx, keys, agency, &filter).await?;
                more = cut(&mut items, page.count);
                self.items(tx, items).await?
            }
        };
        Ok(Found { matches, more })
    }

    /// Which resource each condition means.
    pub async fn resolve(
        &self,
        tx: &mut Tx<'_>,
        conditions: &[Query],
    ) -> Result<Vec<Match>, Fault> {
        let mut found = Vec::with_capacity(conditions.len());
        for condition in conditions {
            if let Some(other) = condition.parameters.iter().find(|one| one.name != "identifier") {
                return Err(parameter(&other.name, "conditions are by identifier").into());
            }
            let mut filter = filter(self.cx, tx, self.sender, condition).await?;
            filter.limit = 2;
            let agency = self.sender.agency;
            let ids: Vec<Uuid> = match condition.kind {
                ResourceType::ServiceRequest => {
                    let orders = searches::orders(tx, agency, &filter).await?;
                    orders.into_iter().map(|order| order.id.uuid()).collect()
                }
                ResourceType::DiagnosticReport => {
                    let reports = searches::reports(tx, agency, &filter).await?;
                    reports.into_iter().map(|report| report.id.uuid()).collect()
                }
                _ => return Err(parameter("identifier", "Observations have no number here").into()),
            };
            found.push(match ids.as_slice() {
                [] => Match::None,
                [one] => Match::One(*one),
                [..] => Match::Many,
            });
        }
        Ok(found)
    }

    async fn report(&self, tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Report>, Error> {
        let id = ReportId::from_parts(self.sender.agency.city(), id);
        let report = store::reports::by_id(tx, id).await?;
        Ok(report.filter(|report| report.agency == self.sender.agency))
    }

    async fn orders(&self, tx: &mut Tx<'_>, orders: Vec<Order>) -> Result<Vec<Stored>, Error> {
        let of = orders.into_iter().map(|order| (order.person, order)).collect();
        let (of, patients) = self.noted(tx, of, |order| order.order_no.as_str()).await?;
        let mut stored = Vec::with_capacity(of.len());
        for (person, order) in &of {
            stored.push(order::stored(self.cx, tx, order, patient(&patients, *person)?).await?);
        }
        Ok(stored)
    }

    async fn versions(
        &self,
        tx: &mut Tx<'_>,
        versions: Vec<(Report, ReportVersion)>,
    ) -> Result<Vec<Stored>, Error> {
        let of = versions.into_iter().map(|version| (version.0.person, version)).collect();
        let (of, patients) = self.noted(tx, of, |(report, _)| report.report_no.as_str()).await?;
        let mut stored = Vec::with_capacity(of.len());
        for (person, (report, version)) in &of {
            let items = match version.content.resource {
                Some(_) => Vec::new(),
                None => {
                    let keys = &self.cx.keys;
                    store::observations::of_version(tx, keys, report.id, version.number).await?
                }
            };
            stored.push(report::stored(report, version, patient(&patients, *person)?, &items)?);
        }
        Ok(stored)
    }

    async fn items(
        &self,
        tx: &mut Tx<'_>,
        items: Vec<(StoredObservation, DateTime<Utc>)>,
    ) -> Result<Vec<Stored>, Error> {
        let of = items.into_iter().map(|item| (item.0.person, item)).collect();
        let (of, patients) = self.noted(tx, of, |_| "FHIR Observation").await?;
        let stored = of.iter().map(|(person, (item, at))| {
            report::stored_observation(item, patient(&patients, *person)?, *at)
        });
        stored.collect()
    }

    /// Notes in people's ledgers that the hospital reads what is about them, each once, and finds out
    /// as whom it knows them.
    async fn noted<T>(
        &self,
        tx: &mut Tx<'_>,
        of: Vec<Of<T>>,
        case: impl Fn(&T) -> &str,
    ) -> Result<(Vec<Of<T>>, BTreeMap<PersonId, Uuid>), Error> {
        if of.is_empty() {
            return Ok((of, BTreeMap::new()));
        }
        let cases: BTreeMap<PersonId, &str> =
            of.iter().map(|(person, what)| (*person, case(what))).collect();
        let cases: Vec<(PersonId, &str)> = cases.into_iter().collect();
        let access = Access::new(self.cx, self.sender.accessor(), READING);
        note_read(tx, &access, Record::HealthResult, &cases).await?;
        let people: Vec<PersonId> = cases.iter().map(|(person, _)| *person).collect();
        let patients = patients_of(tx, self.sender.agency, &people).await?;
        Ok((of, patients))
    }
}

fn patient(patients: &BTreeMap<PersonId, Uuid>, person: PersonId) -> Result<Uuid, Error> {
    patients.get(&person).copied().ok_or(Error::Damaged("patient"))
}

/// Takes away what is more than a page. Whether there was.
fn cut<T>(all: &mut Vec<T>, count: usize) -> bool {
    let more = all.len() > count;
    all.truncate(count);
    more
}
