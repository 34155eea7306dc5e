//! The end of a marriage: both have come again, in time.

use citygate_certificates::{Issued, NewCertificate, Revocation, Statement, issue, revoke};
use citygate_identity::full_names;
use citygate_kernel::Text;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{both_present, letters, not_own, note, settle, step};
use crate::{
    actions::{
        office::{REGISTRATION, Registrar},
        step::step as step_of_marriage,
    },
    error::{DivorceError, Error},
    model::{CaseEvent, CaseId, Couple, Divorce, DivorceEvent, Side},
    rules::divorce as rules,
    store,
    wire::RegisteredBody,
};

/// Registers a divorce of two who are there, and issues their certificate, once for each claim. The
/// marriage ends with it, and so does its certificate.
pub(crate) async fn certify(
    cx: &Cx,
    claim: &Claim,
    registrar: Registrar,
    (id, present): (CaseId, &[Side]),
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.certify_divorce", async |tx| {
            once(cx, tx, claim, 201, async |tx| {
                both_present(present)?;
                certified(cx, tx, registrar, id).await
            })
            .await
        })
        .await
}

async fn certified(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    id: CaseId,
) -> Result<RegisteredBody, Error> {
    let found = store::divorces::lock(tx, id).await?;
    let found = found.filter(|one| one.agency == registrar.agency);
    let mut one = found.ok_or(DivorceError::Unknown)?;
    let couple = store::parties::of_case(&cx.keys, tx, id).await?;
    not_own(&couple, registrar)?;
    settle(cx, tx, &mut one, &couple).await?;
    rules::next(one.state, DivorceEvent::Certify).map_err(DivorceError::from)?;
    let today = citygate_catalogue::city(tx, id.city()).await?.date(tx.now());
    one.registered_on = Some(today);
    one.certified_by = Some(registrar.staff);
    let issued = issued(cx, tx, registrar, (&one, &couple)).await?;
    one.certificate = Some(issued.id);
    step(tx, &mut one, DivorceEvent::Certify, Some(registrar.staff)).await?;
    dissolve(cx, tx, registrar, &one).await?;
    note(cx, tx, registrar, (id, &couple)).await?;
    letters::registered(cx, tx, &couple).await?;
    Ok(RegisteredBody::new(id, today, issued))
}

async fn dissolve(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    one: &Divorce,
) -> Result<(), Error> {
    let marriage = store::cases::lock(tx, one.marriage).await?;
    let mut marriage = marriage.ok_or(DivorceError::MarriageUnknown)?;
    let certificate = marriage.certificate.ok_or(Error::Damaged("certificate"))?;
    step_of_marriage(tx, &mut marriage, CaseEvent::Dissolve, Some(registrar.staff)).await?;
    Ok(revoke(cx, tx, certificate, Revocation::Withdrawn).await?)
}

async fn issued(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    (one, couple): (&Divorce, &Couple),
) -> Result<Issued, Error> {
    let (people, no) = (couple.people(), one.id.to_string());
    let registry = citygate_catalogue::agency(tx, one.agency).await?;
    let access = registrar.access(cx, REGISTRATION);
    let names = full_names(&cx.keys, tx, &access, &people, &no).await?;
    let on = one.registered_on.ok_or(Error::Damaged("day"))?;
    let mut statements = vec![
        said(Text::new("Divorced on", "离婚登记日期"), on.to_string(), true),
        said(Text::new("Registry", "婚姻登记机关"), registry.name.zh.clone(), true),
    ];
    let words = [
        (Text::new("Party A", "一方"), Text::new("Party A's document", "一方证件号码")),
        (Text::new("Party B", "另一方"), Text::new("Party B's document", "另一方证件号码")),
    ];
    for (person, (name, document)) in people.iter().zip(words) {
        let full = names.get(person).ok_or(Error::Damaged("a party without a name"))?;
        statements.push(said(name, full.name.expose().clone(), false));
        statements.push(said(document, full.document.expose().to_owned(), false));
    }
    let certificate = NewCertificate {
        agency: one.agency,
        kind: "marriage.divorce",
        holders: people,
        case: &no,
        title: Text::new("Registration of divorce", "离婚登记证明"),
        statements,
        valid_until: None,
    };
    Ok(issue(cx, tx, &certificate).await?)
}

fn said(name: Text, value: String, public: bool) -> Statement {
    Statement { name, value, public }
}
