//! What the registry decides: yes, with a certificate, or no, with a reason and a remedy.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use citygate_booking::{arrive, fulfil};
use citygate_catalogue::{OfficeId, office, rule};
use citygate_certificates::{Issued, NewCertificate, Statement, issue};
use citygate_identity::{FullName, PersonId, Record, full_names, note_filed};
use citygate_kernel::Text;
use citygate_platform::{
    Cx,
    db::Tx,
    idempotency::{Answer, Claim, once},
};

use super::{
    letters,
    office::{REGISTRATION, Registrar, lock_at, today_at},
    precheck::for_day,
    step::step,
};
use crate::{
    error::{CaseError, Error},
    model::{Case, CaseEvent, CaseId, CaseState, Couple, Party, Sex, SignedStatement},
    rules::{
        registry::{REFUSAL, RefusalRule},
        state,
    },
    store,
    wire::RegisteredBody,
};

/// Registers the marriage of two who are there, and issues their certificate; once for each claim.
pub(crate) async fn register(
    cx: &Cx,
    claim: &Claim,
    registrar: Registrar,
    id: CaseId,
) -> Result<Answer, Error> {
    cx.db
        .tx("marriage.register", async |tx| {
            once(cx, tx, claim, 201, async |tx| registered(cx, tx, registrar, id).await).await
        })
        .await
}

async fn registered(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    id: CaseId,
) -> Result<RegisteredBody, Error> {
    let (mut case, couple) = lock_at(cx, tx, registrar, id).await?;
    state::next(case.state, CaseEvent::Register).map_err(CaseError::from)?;
    let appointment = today_at(tx, &case).await?;
    let both = couple.both().ok_or(Error::Damaged("couple"))?;
    if both.iter().any(|party| party.seen.is_none()) {
        return Err(CaseError::PartyUnseen.into());
    }
    let today = citygate_catalogue::city(tx, id.city()).await?.date(tx.now());
    if !for_day(cx, tx, (&case, &couple), today).await?.is_ready() {
        return Err(CaseError::CannotProceed.into());
    }
    fulfil(tx, appointment).await?;
    case.registered_on = Some(today);
    let issued = certify(cx, tx, registrar, (&case, &couple), today).await?;
    case.certificate = Some(issued.id);
    step(tx, &mut case, CaseEvent::Register, Some(registrar.staff)).await?;
    note(cx, tx, registrar, (id, &couple)).await?;
    for party in both {
        letters::registered(cx, tx, &issued.number, party.person).await?;
    }
    Ok(RegisteredBody::new(id, today, issued))
}

/// Each of the two reads that something was recorded about them.
pub(super) async fn note(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    (id, couple): (CaseId, &Couple),
) -> Result<(), Error> {
    let no = id.to_string();
    let people = couple.people();
    let of: Vec<_> = people.iter().map(|person| (*person, no.as_str())).collect();
    let access = registrar.access(cx, REGISTRATION);
    Ok(note_filed(tx, &access, Record::Marriage, &of).await?)
}

/// Issues the certificate of a marriage that was registered on a day, with names and documents as the
/// city knows them now.
pub(super) async fn certify(
    cx: &Cx,
    tx: &mut Tx<'_>,
    registrar: Registrar,
    (case, couple): (&Case, &Couple),
    registered_on: NaiveDate,
) -> Result<Issued, Error> {
    let venue = case.venue.ok_or(Error::Damaged("venue"))?;
    let registry = office(tx, OfficeId::from_parts(case.id.city(), venue.office)).await?;
    let (people, no) = (couple.people(), case.id.to_string());
    let access = registrar.access(cx, REGISTRATION);
    let names = full_names(&cx.keys, tx, &access, &people, &no).await?;
    let signed = store::statements::standing(&cx.keys, tx, case.id).await?;
    let both = couple.both().ok_or(Error::Damaged("couple"))?;
    let mut statements = vec![
        said(Text::new("Registered on", "登记日期"), registered_on.to_string(), true),
        said(Text::new("Registry", "婚姻登记机关"), registry.name.zh.clone(), true),
    ];
    for party in both {
        statements.extend(about(party, &names, &signed)?);
    }
    let certificate = NewCertificate {
        agency: venue.agency,
        kind: "marriage.registration",
        holders: people,
        case: &no,
        title: Text::new("Registration of marriage", "结婚登记证明"),
        statements,
        valid_until: None,
    };
    Ok(issue(cx, tx, &certificate).await?)
}

fn said(name: Text, value: String, public: bool) -> Statement {
    Statement { name, value, public }
}

/// What a certificate says of one of the two; only its holders read it.
fn about(
    party: &Party,
    names: &BTreeMap<PersonId, FullName>,
    signed: &[SignedStatement],
) -> Result<[Statement; 2], Error> {
    let full = names.get(&party.person).ok_or(Error::Damaged("a party without a name"))?;
    let statement = signed.iter().find(|signed| signed.side == party.side);
    let sex = statement.ok_or(Error::Damaged("a party without a statement"))?.declared.sex;
    let (name, document) = match sex {
        Sex::Male => {
            (Text::new("Husband", "男方"), Text::new("Husband's document", "男方证件号码"))
        }
        Sex::Female => (Text::new("Wife", "女方"), Text::new("Wife's document", "女方证件号码")),
    };
    Ok([
        said(name, full.name.expose().clone(), false),
        said(document, full.document.expose().to_owned(), false),
    ])
}

/// Refuses, with a reason of the rule in force. Refusing again for the same reason changes nothing.
pub(crate) async fn refuse(
    cx: &Cx,
    registrar: Registrar,
    id: CaseId,
    reason: &str,
) -> Result<(Case, Couple), Error> {
    cx.db
        .tx("marriage.refuse", async |tx| {
            let (mut case, couple) = lock_at(cx, tx, registrar, id).await?;
            if case.refusal.as_ref().is_some_and(|(known, _)| known == reason) {
                return Ok((case, couple));
            }
            state::next(case.state, CaseEvent::Refuse).map_err(CaseError::from)?;
            let appointment = today_at(tx, &case).await?;
            let city = citygate_catalogue::city(tx, id.city()).await?;
            let rule = rule::<RefusalRule>(tx, REFUSAL, id.city(), city.date(tx.now())).await?;
            rule.params.reason(reason).ok_or(CaseError::ReasonUnknown)?;
            // They were received, whatever came of it: it is held against nobody.
            if case.state == CaseState::Booked {
                arrive(tx, appointment).await?;
            }
            fulfil(tx, appointment).await?;
            case.refusal = Some((reason.to_owned(), rule.id));
            step(tx, &mut case, CaseEvent::Refuse, Some(registrar.staff)).await?;
            note(cx, tx, registrar, (id, &couple)).await?;
            for person in couple.people() {
                letters::refused(cx, tx, person).await?;
            }
            Ok((case, couple))
        })
        .await
}
