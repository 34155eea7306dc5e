use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;

use ReportStatus as S;

const ORIGIN: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn at(second: i64) -> DateTime<Utc> {
    ORIGIN + TimeDelta::seconds(second)
}

/// A version that somebody sends: when it was issued, how far it is, and what it says.
type Sent = (i64, ReportStatus, u8);

fn arriving(sent: &Sent, digest: &[u8]) -> Result<Filing, Contradiction> {
    file(&[], Arriving { status: sent.1, issued_at: at(sent.0), content_digest: digest })
}

/// What is on record, what arrives, and what becomes of it.
type Case = (&'static str, &'static [Sent], Sent, Result<Filing, Contradiction>);

/// Files what arrives, in the order of arrival.
#[derive(Default)]
struct Record(Vec<VersionKey>);

impl Record {
    fn receive(&mut self, (second, status, says): Sent) -> Result<Filing, Contradiction> {
        let (digest, issued_at) = (vec![says], at(second));
        let filing = file(&self.0, Arriving { status, issued_at, content_digest: &digest })?;
        if matches!(filing, Filing::Current | Filing::Superseded) {
            let number = u32::try_from(self.0.len()).unwrap() + 1;
            let received_at = ORIGIN;
            self.0.push(VersionKey {
                number,
                status,
                issued_at,
                received_at,
                content_digest: digest,
            });
        }
        Ok(filing)
    }

    /// What was issued, in that order, without the numbers of arrival.
    fn history(&self) -> Vec<(DateTime<Utc>, u8, Vec<u8>)> {
        let mut history: Vec<_> = self
            .0
            .iter()
            .map(|v| (v.issued_at, v.status.rank(), v.content_digest.clone()))
            .collect();
        history.sort();
        history
    }
}

#[test]
fn every_status_says_which_may_follow_it() {
    // One row for each status; a mark for each status that may follow, in the order of ALL.
    let table = [
        (S::Registered, "yyyyyyyyy"),
        (S::Partial, "-yyyyyyyy"),
        (S::Preliminary, "-yyyyyyyy"),
        (S::Final, "---yyyyyy"),
        (S::Amended, "---yyyyyy"),
        (S::Corrected, "---yyyyyy"),
        (S::Appended, "---yyyyyy"),
        (S::Cancelled, "-------yy"),
        (S::EnteredInError, "--------y"),
    ];
    assert_eq!(table.map(|(status, _)| status).as_slice(), S::ALL);
    for (status, row) in table {
        assert_eq!(row.len(), S::ALL.len());
        for (later, mark) in S::ALL.iter().zip(row.chars()) {
            assert_eq!(status.may_become(*later), mark == 'y', "{status:?} then {later:?}");
        }
    }
}

#[test]
fn what_arrives_has_one_place() {
    use Contradiction::{Regressed, SameInstant};
    use Filing::{Current, Superseded, Unchanged};
    let rows: [Case; 17] = [
        ("the first", &[], (5, S::Final, 1), Ok(Current)),
        ("the same again", &[(5, S::Final, 1)], (5, S::Final, 1), Ok(Unchanged(1))),
        (
            "an older one again",
            &[(1, S::Partial, 1), (5, S::Final, 2)],
            (1, S::Partial, 1),
            Ok(Unchanged(1)),
        ),
        ("final after preliminary", &[(1, S::Preliminary, 1)], (5, S::Final, 2), Ok(Current)),
        ("preliminary that was late", &[(5, S::Final, 2)], (1, S::Preliminary, 1), Ok(Superseded)),
        ("corrected", &[(5, S::Final, 1)], (6, S::Corrected, 2), Ok(Current)),
        ("amended", &[(5, S::Final, 1)], (6, S::Amended, 2), Ok(Current)),
        ("appended", &[(5, S::Final, 1)], (6, S::Appended, 2), Ok(Current)),
        ("final that was overtaken", &[(6, S::Corrected, 2)], (5, S::Final, 1), Ok(Superseded)),
        (
            "between two",
            &[(1, S::Partial, 1), (9, S::Corrected, 3)],
            (5, S::Final, 2),
            Ok(Superseded),
        ),
        ("cancelled", &[(5, S::Final, 1)], (6, S::Cancelled, 2), Ok(Current)),
        ("in error", &[(5, S::Cancelled, 1)], (6, S::EnteredInError, 2), Ok(Current)),
        ("verified in the same instant", &[(5, S::Preliminary, 1)], (5, S::Final, 2), Ok(Current)),
        ("preliminary after final", &[(5, S::Final, 1)], (6, S::Preliminary, 2), Err(Regressed)),
        ("final before a preliminary", &[(6, S::Preliminary, 2)], (5, S::Final, 1), Err(Regressed)),
        ("final after an error", &[(5, S::EnteredInError, 1)], (6, S::Final, 2), Err(Regressed)),
        ("other content", &[(5, S::Final, 1)], (5, S::Final, 2), Err(SameInstant)),
    ];
    for (what, on_record, new, expected) in rows {
        let mut record = Record::default();
        for sent in on_record {
            record.receive(*sent).unwrap();
        }
        assert_eq!(record.receive(new), expected, "{what}");
    }
    assert_eq!(arriving(&(1, S::Registered, 1), b"x"), Ok(Current));
}

#[test]
fn two_changes_of_one_instant_are_not_put_in_an_order() {
    let mut record = Record::default();
    record.receive((5, S::Corrected, 1)).unwrap();
    assert_eq!(record.receive((5, S::Amended, 2)), Err(Contradiction::SameInstant));
    assert_eq!(record.receive((5, S::Amended, 1)), Err(Contradiction::SameInstant));
}

/// The life of a report: instants that grow, statuses that get further.
fn lives() -> impl Strategy<Value = Vec<Sent>> {
    let step = (1_i64..4, 0_usize..S::ALL.len());
    proptest::collection::vec(step, 1..9).prop_map(|steps| {
        let (mut second, mut life) = (0, Vec::<Sent>::new());
        for (says, (later, status)) in (0..).zip(steps) {
            second += later;
            let status = S::ALL[status];
            if life.last().is_none_or(|(_, before, _)| before.may_become(status)) {
                life.push((second, status, says));
            }
        }
        life
    })
}

proptest! {
    #[test]
    fn any_order_with_any_repetitions_ends_the_same(
        (life, arrivals) in lives().prop_flat_map(|life| {
            let copies: Vec<Sent> = [&life[..], &life, &life].concat();
            (Just(life), Just(copies).prop_shuffle())
        })
    ) {
        let (mut straight, mut shuffled) = (Record::default(), Record::default());
        for sent in &life {
            prop_assert_eq!(straight.receive(*sent), Ok(Filing::Current));
        }
        let mut current = None;
        for sent in &arrivals {
            match shuffled.receive(*sent) {
                Ok(Filing::Current) => current = Some(*sent),
                Ok(Filing::Superseded | Filing::Unchanged(_)) => {}
                Err(why) => prop_assert!(false, "{:?}", why),
            }
        }
        prop_assert_eq!(current, life.last().copied(), "the same one stands");
        prop_assert_eq!(straight.history(), shuffled.history(), "and the same history is kept");
    }
}
