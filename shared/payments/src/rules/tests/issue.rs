use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Clock, Currency, Money, Rate, Text};

use super::{day, fine, yuan};
use crate::{
    error::Error,
    model::{Bill, BillId, Instalment, Line, NewBill, Share, Surcharge, Terms},
    rules::{AMOUNT_MAX, check_bill, check_end, same_content},
};

fn now() -> DateTime<Utc> {
    "2026-05-01T00:00:00Z".parse().unwrap()
}

fn line(minor: i64) -> Line {
    Line { text: Text::new("water", "水费"), amount: yuan(minor), refunded: 0 }
}

fn share(parts: u32) -> Share {
    let agency = AgencyId::new(CityCode::HANGZHOU, &Clock::system());
    Share { agency, parts, received: 0 }
}

fn instalment(minor: i64, after: i64) -> Instalment {
    Instalment { amount: yuan(minor), due_on: day(after) }
}

/// A bill of everything that a bill can have.
fn rich() -> NewBill {
    let clock = Clock::system();
    NewBill {
        id: BillId::new(CityCode::HANGZHOU, &clock),
        agency: AgencyId::new(CityCode::HANGZHOU, &clock),
        issuer: "test",
        external_no: "1".to_owned(),
        debtor: PersonId::new(&clock),
        subject: Text::new("utilities", "公用事业费"),
        amount: yuan(1_000),
        due_on: day(0),
        surcharge: Some(Surcharge { per_day: Rate::basis_points(5), cap: yuan(1_000) }),
        terms: Terms {
            payer: Some(PersonId::new(&clock)),
            expires_at: Some(now() + TimeDelta::days(100)),
            allows_partial: true,
            lines: vec![line(600), line(400)],
            shares: vec![share(70), share(30)],
            instalments: vec![instalment(500, 0), instalment(500, 30)],
        },
    }
}

#[test]
fn a_sound_bill_is_sound_with_and_without_its_parts() {
    let mut bill = rich();
    assert!(check_bill(&bill).is_ok() && check_end(&bill, now()).is_ok());
    bill.terms = Terms::default();
    bill.surcharge = None;
    assert!(check_bill(&bill).is_ok() && check_end(&bill, now()).is_ok());
    bill.amount = yuan(AMOUNT_MAX);
    assert!(check_bill(&bill).is_ok());
    bill.terms.lines =
        vec![line(AMOUNT_MAX - 99); 1].into_iter().chain(vec![line(1); 99]).collect();
    assert!(check_bill(&bill).is_ok(), "a hundred lines");
}

/// A change that makes a bill unsound.
type Spoil = fn(&mut NewBill);

#[test]
fn each_contradiction_is_named() {
    let spoilt: [(&str, Spoil); 24] = [
        ("its amount is", |bill| bill.amount = yuan(0)),
        ("its amount is", |bill| bill.amount = yuan(-1_000)),
        ("its amount is", |bill| bill.amount = yuan(AMOUNT_MAX + 1)),
        ("its surcharge is 1", |bill| {
            bill.surcharge = Some(Surcharge { per_day: Rate::basis_points(0), cap: yuan(1) });
        }),
        ("its surcharge is 1", |bill| {
            bill.surcharge = Some(Surcharge { per_day: Rate::basis_points(10_001), cap: yuan(1) });
        }),
        ("its surcharge is 1", |bill| {
            bill.surcharge = Some(Surcharge { per_day: Rate::basis_points(1), cap: yuan(0) });
        }),
        ("its surcharge is 1", |bill| {
            let cap = yuan(AMOUNT_MAX + 1);
            bill.surcharge = Some(Surcharge { per_day: Rate::basis_points(1), cap });
        }),
        ("its surcharge is of its own currency", |bill| {
            let cap = Money::new(1, Currency::Usd);
            bill.surcharge = Some(Surcharge { per_day: Rate::basis_points(1), cap });
        }),
        ("it has at most 100", |bill| {
            bill.amount = yuan(101);
            bill.terms.lines = vec![line(1); 101];
        }),
        ("it has at most 100", |bill| bill.terms.shares = (0..101).map(|_| share(1)).collect()),
        ("its lines come", |bill| bill.terms.lines[1] = line(399)),
        ("its lines come", |bill| bill.terms.lines[1] = line(401)),
        ("its lines come", |bill| bill.terms.lines = vec![line(1_001), line(-1)]),
        ("its lines come", |bill| bill.terms.lines.push(line(0))),
        ("its lines come", |bill| bill.terms.lines = vec![line(i64::MAX), line(i64::MAX)]),
        ("its lines come", |bill| {
            bill.terms.lines[1].amount = Money::new(400, Currency::Usd);
        }),
        ("its instalments come", |bill| bill.terms.instalments[1] = instalment(499, 30)),
        ("each of its instalments", |bill| bill.terms.instalments[1].due_on = day(0)),
        ("each of its instalments", |bill| bill.terms.instalments.swap(0, 1)),
        ("it is due when", |bill| bill.due_on = day(1)),
        ("each of its shares", |bill| bill.terms.shares[0].parts = 0),
        ("each of its shares", |bill| bill.terms.shares[0].parts = 1_000_001),
        ("each agency", |bill| bill.terms.shares[1].agency = bill.terms.shares[0].agency),
        ("its shares go", |bill| {
            bill.terms.shares[0].agency =
                AgencyId::new("110000".parse().unwrap(), &Clock::system());
        }),
    ];
    for (n, (what, spoil)) in spoilt.into_iter().enumerate() {
        let mut bill = rich();
        spoil(&mut bill);
        match check_bill(&bill) {
            Err(Error::BillUnsound(said)) => assert!(said.starts_with(what), "{n}: {said}"),
            other => panic!("{n}: {what}: {other:?}"),
        }
    }
}

#[test]
fn a_bill_ends_in_the_future() {
    let mut bill = rich();
    for (micros, fits) in [(-1, false), (0, false), (1, true)] {
        bill.terms.expires_at = Some(now() + TimeDelta::microseconds(micros));
        assert_eq!(check_end(&bill, now()).is_ok(), fits, "{micros}");
    }
}

/// The bill as it is on record, with what became of it.
fn on_record(new: &NewBill) -> (Bill, Vec<Line>, Vec<Share>) {
    let new = new.clone();
    let mut bill = Bill {
        id: new.id,
        agency: new.agency,
        issuer: new.issuer.to_owned(),
        external_no: new.external_no,
        debtor: new.debtor,
        payer: new.terms.payer,
        subject: new.subject,
        amount: new.amount,
        due_on: new.due_on,
        surcharge: new.surcharge,
        expires_at: new.terms.expires_at,
        allows_partial: new.terms.allows_partial,
        instalments: new.terms.instalments,
        ..fine(1)
    };
    bill.progress.principal = 500;
    bill.cancel_reason = Some("a mistake".to_owned());
    let (mut lines, mut shares) = (new.terms.lines, new.terms.shares);
    lines.iter_mut().for_each(|line| line.refunded = 1);
    shares.iter_mut().for_each(|share| share.received = 250);
    (bill, lines, shares)
}

#[test]
fn the_same_bill_is_the_same_whatever_became_of_it() {
    let new = rich();
    let (bill, lines, shares) = on_record(&new);
    assert!(same_content(&bill, &lines, &shares, &new));
    let again = NewBill { id: BillId::new(CityCode::HANGZHOU, &Clock::system()), ..new };
    assert!(same_content(&bill, &lines, &shares, &again), "the id is ours, not the agency's");
}

#[test]
fn a_bill_that_differs_in_any_member_is_another() {
    let new = rich();
    let (bill, lines, shares) = on_record(&new);
    let changes: [Spoil; 22] = [
        |bill| bill.agency = AgencyId::new(CityCode::HANGZHOU, &Clock::system()),
        |bill| bill.issuer = "other",
        |bill| bill.external_no = "2".to_owned(),
        |bill| bill.debtor = PersonId::new(&Clock::system()),
        |bill| bill.subject.en = "other".to_owned(),
        |bill| bill.subject.zh = "其他".to_owned(),
        |bill| bill.amount = yuan(1_001),
        |bill| bill.due_on = day(1),
        |bill| bill.surcharge = None,
        |bill| bill.surcharge.as_mut().unwrap().cap = yuan(999),
        |bill| bill.surcharge.as_mut().unwrap().per_day = Rate::basis_points(6),
        |bill| bill.terms.payer = None,
        |bill| bill.terms.expires_at = None,
        |bill| bill.terms.allows_partial = false,
        |bill| bill.terms.lines[0].text.zh = "其他".to_owned(),
        |bill| bill.terms.lines.swap(0, 1),
        |bill| bill.terms.lines.truncate(1),
        |bill| bill.terms.shares[0].parts = 71,
        |bill| bill.terms.shares.swap(0, 1),
        |bill| bill.terms.shares.clear(),
        |bill| bill.terms.instalments[1].due_on = day(31),
        |bill| bill.terms.instalments.truncate(1),
    ];
    for (n, change) in changes.into_iter().enumerate() {
        let mut other = new.clone();
        change(&mut other);
        assert!(!same_content(&bill, &lines, &shares, &other), "{n}");
    }
}
