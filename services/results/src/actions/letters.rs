//! Who is written to about results, and what happens with alarms.

use std::collections::BTreeSet;

use citygate_identity::{StaffRole, contact, staff_contact, staff_contacts};
use citygate_notify::{Owner, send_mail, send_webhook};
use citygate_platform::{Cx, db::Tx};
use serde_json::json;

use super::release::{locked, step};
use crate::{
    error::Error,
    jobs::release::{Alert, Due},
    mail,
    model::{Release, ReleaseState, ReleaseStep, Report, Viewer},
    rules::release::Desk,
    store,
};

/// Tells the person that there is a result. A version that does not stand any more, or that is not
/// released any more, has nothing to tell.
pub(crate) async fn tell(cx: &Cx, due: Due) -> Result<(), Error> {
    cx.db
        .tx("results.tell", async |tx| {
            let Some((report, release)) = locked(tx, due.report).await? else { return Ok(()) };
            if release.version != due.version || !release.state.is_open() {
                return Ok(());
            }
            let Some(to) = contact(&cx.keys, tx, report.person).await? else { return Ok(()) };
            let agency = citygate_catalogue::agency(tx, report.agency).await?;
            let letter = mail::result(agency.name.get(to.locale), to.locale);
            Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
        })
        .await
}

/// Tells everybody who has seen an earlier version that it was corrected or withdrawn.
pub(crate) async fn tell_viewers(cx: &Cx, due: Due) -> Result<(), Error> {
    cx.db
        .tx("results.tell_viewers", async |tx| {
            let Some((report, release)) = locked(tx, due.report).await? else { return Ok(()) };
            if release.version != due.version {
                return Ok(());
            }
            let mut told = BTreeSet::new();
            for (version, viewer, _) in store::releases::viewers(tx, due.report).await? {
                let known = match viewer {
                    Viewer::Person => None,
                    Viewer::Staff(staff) => Some(staff),
                };
                if version != due.version && told.insert(known.map(|staff| staff.uuid())) {
                    correct(cx, tx, (&report, &release), viewer).await?;
                }
            }
            Ok(())
        })
        .await
}

async fn correct(
    cx: &Cx,
    tx: &mut Tx<'_>,
    (report, release): (&Report, &Release),
    viewer: Viewer,
) -> Result<(), Error> {
    let to = match viewer {
        Viewer::Person => contact(&cx.keys, tx, report.person).await?,
        Viewer::Staff(staff) => staff_contact(&cx.keys, tx, staff).await?,
    };
    let Some(to) = to else { return Ok(()) };
    let agency = citygate_catalogue::agency(tx, report.agency).await?;
    let name = agency.name.get(to.locale);
    let letter = match viewer {
        Viewer::Person => mail::corrected(name, release.state, to.locale),
        Viewer::Staff(_) => {
            let withdrawn = release.state == ReleaseState::Withdrawn;
            mail::corrected_for_staff(report.report_no.as_str(), withdrawn, to.locale)
        }
    };
    Ok(send_mail(&cx.keys, tx, &to.email, &letter).await?)
}

/// Alerts the next in line about something critical that nobody has acknowledged.
pub(crate) async fn alert(cx: &Cx, due: Alert) -> Result<(), Error> {
    cx.db
        .tx("results.alert", async |tx| {
            let Some((report, release)) = locked(tx, due.report).await? else { return Ok(()) };
            if release.version != due.version || !release.alarms() {
                return Ok(());
            }
            let role = match due.to {
                Desk::Clinicians => StaffRole::Clinician,
                Desk::Admins => StaffRole::Admin,
            };
            let city = citygate_catalogue::city(tx, report.id.city()).await?;
            let by = release.acknowledge_by.map(|at| at.with_timezone(&city.time_zone));
            let by = by.map(|at| at.format("%H:%M").to_string()).unwrap_or_default();
            for to in staff_contacts(&cx.keys, tx, report.agency, role).await? {
                let letter = mail::alert(report.report_no.as_str(), &by, to.locale);
                send_mail(&cx.keys, tx, &to.email, &letter).await?;
            }
            let owner = Owner { city: report.agency.city(), id: report.agency.uuid() };
            let data = json!({
                "report_id": report.id,
                "report_no": report.report_no.as_str(),
                "version": release.version,
                "acknowledge_by": release.acknowledge_by,
            });
            send_webhook(tx, owner, "results.critical", data).await?;
            step(cx, tx, &release, ReleaseStep::Alerted, None).await?;
            Ok(())
        })
        .await
}
