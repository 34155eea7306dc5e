//! Lodging an application.

use chrono::TimeDelta;
use citygate_catalogue::City;
use citygate_identity::{RealName, require_session};
use citygate_kernel::Clock;
use citygate_listings::{ApplicationSpec, Published, facts_of, faults_of_form, in_force};
use citygate_payments::{BillId, Line as BillLine, NewBill, Terms, issue_bill};
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};
use citygate_usage::{Measure, Service, count};

use super::{
    ISSUER,
    clock::{ground, spec},
    letters,
    read::view,
    step::{With, line, tell_agency},
};
use crate::{
    error::{ApplicationError, Error, Faults},
    mail::News,
    model::{
        Application, ApplicationEvent, ApplicationId, ApplicationState, Content, NewApplication,
        Running,
    },
    rules::lodging::{self, Owed},
    store,
    wire::ApplicationBody,
};

/// How many open applications somebody may have under one listing.
const OPEN_MAX: i32 = 3;

/// Lodges an application, once for each claim.
pub(crate) async fn lodge(
    cx: &Cx,
    caller: &RealName,
    claim: &Claim,
    new: &NewApplication,
) -> Result<Answer, Error> {
    cx.db
        .tx("applications.lodge", async |tx| {
            require_session(tx, caller).await?;
            once(cx, tx, claim, 201, async |tx| {
                let application = lodged(cx, tx, caller, new).await?;
                Ok::<_, Error>(ApplicationBody::new(view(cx, tx, application).await?, cx.locale))
            })
            .await
        })
        .await
}

async fn lodged(
    cx: &Cx,
    tx: &mut Tx<'_>,
    caller: &RealName,
    new: &NewApplication,
) -> Result<Application, Error> {
    let listing = in_force(tx, new.listing).await?;
    let spec = spec(&listing)?;
    let mut form = new.form.clone();
    let faults = faults_of_form(&spec.form, &mut form);
    if !faults.is_empty() {
        return Err(ApplicationError::FormFaulty(Faults(faults)).into());
    }
    lodging::check_answers(&listing.content, &new.facts).map_err(ApplicationError::from)?;
    let identity = facts_of(cx, tx, listing.listing.city(), caller.person).await?;
    let known = lodging::kept(&identity, &new.facts);
    let facts = lodging::facts(&known, &form);
    let owed = lodging::check(&listing.content, &facts, &new.documents)?;
    let owed = owed.map_err(ApplicationError::from)?;
    if !spec.delivery.contains(&new.delivery) {
        return Err(ApplicationError::DeliveryNotOffered.into());
    }
    if store::applicants::count(tx, listing.listing, caller.person).await? > OPEN_MAX {
        return Err(ApplicationError::TooMany.into());
    }
    let content =
        Content { form: Some(form), facts: known, documents: new.documents.clone(), note: None };
    let application = begun(tx, caller, (&listing, spec), (new, &owed)).await?;
    store::applications::insert(tx, &application).await?;
    store::filings::insert(&cx.keys, tx, application.id, &content).await?;
    let first = line(&application, ApplicationEvent::Lodge, With::default());
    store::events::insert(&cx.keys, tx, application.id, &first).await?;
    let item = listing.content.item.as_str();
    count(cx, tx, Service { agency: application.agency, item }, Measure::Used).await?;
    let news = if application.bill.is_some() { News::ToBePaid } else { News::Begun };
    letters::tell(cx, tx, &application, news).await?;
    tell_agency(tx, &application, "applications.application.lodged").await?;
    Ok(application)
}

/// The application as it is lodged: with a bill, or with the agency's time running.
async fn begun(
    tx: &mut Tx<'_>,
    caller: &RealName,
    (listing, spec): (&Published, &ApplicationSpec),
    (new, owed): (&NewApplication, &Owed<'_>),
) -> Result<Application, Error> {
    let (now, city) = (tx.now(), listing.listing.city());
    let (clock, ground) = (Clock::manual(now), ground(tx, city).await?);
    let free = owed.fees.is_empty();
    let pay_by = now + TimeDelta::hours(spec.pay_within_hours.into());
    let mut application = Application {
        id: ApplicationId::new(city, &clock),
        agency: listing.agency,
        listing: listing.listing,
        version: listing.version,
        person: caller.person,
        account: caller.account,
        bill: (!free).then(|| BillId::new(city, &clock)),
        state: if free { ApplicationState::InProgress } else { ApplicationState::Lodged },
        delivery: new.delivery,
        steps_done: 0,
        running: free.then_some(Running { started_on: ground.today, step_from: ground.today }),
        act_by: if free { now } else { pay_by },
        lodged_at: now,
        decision: None,
        changed_at: now,
    };
    match application.bill {
        Some(bill) => {
            let bill = new_bill(&application, bill, (listing, &ground.city), owed);
            issue_bill(tx, &bill).await?;
        }
        None => ground.set(listing, &mut application, &[])?,
    }
    Ok(application)
}

/// The bill of an application, with a line for each fee. It cannot be paid after its time.
fn new_bill(
    application: &Application,
    id: BillId,
    (listing, city): (&Published, &City),
    owed: &Owed<'_>,
) -> NewBill {
    let line = |fee: &&citygate_listings::Fee| BillLine {
        text: fee.name.clone(),
        amount: fee.amount(),
        refunded: 0,
    };
    NewBill {
        id,
        agency: application.agency,
        issuer: ISSUER,
        external_no: application.id.to_string(),
        debtor: application.person,
        subject: listing.content.name.clone(),
        amount: owed.total,
        due_on: city.date(application.act_by),
        surcharge: None,
        terms: Terms {
            expires_at: Some(application.act_by),
            lines: owed.fees.iter().map(line).collect(),
            ..Terms::default()
        },
    }
}
