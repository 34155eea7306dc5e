//! Decisions about certificates.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use citygate_kernel::{
    Text,
    states::{self, Row},
};

use crate::model::{CertificateState, CertificateStatus, Ending, NewCertificate};

/// Where an ending leads. What is not listed is refused.
const TABLE: &[Row<CertificateState, Ending>] = &[
    (CertificateState::Valid, Ending::Corrected, CertificateState::Replaced),
    (CertificateState::Valid, Ending::Annulled, CertificateState::Revoked),
    (CertificateState::Valid, Ending::Withdrawn, CertificateState::Revoked),
];

/// The state after an ending; none where it does not apply.
pub(crate) fn next(state: CertificateState, ending: Ending) -> Option<CertificateState> {
    states::next(TABLE, state, ending)
}

/// Whether a certificate holds on a day. What was ended is so whatever the day.
pub(crate) fn status(
    state: CertificateState,
    valid_until: Option<NaiveDate>,
    today: NaiveDate,
) -> CertificateStatus {
    match state {
        CertificateState::Revoked => CertificateStatus::Revoked,
        CertificateState::Replaced => CertificateStatus::Replaced,
        CertificateState::Valid if valid_until.is_some_and(|last| last < today) => {
            CertificateStatus::Expired
        }
        CertificateState::Valid => CertificateStatus::Valid,
    }
}

/// How many characters titles, names of statements and their values have at most, and how many
/// statements there are.
const NAME: usize = 64;
const VALUE: usize = 1_000;
const CASE: usize = 128;
const STATEMENTS: usize = 40;

/// What is wrong with a certificate that is to be issued today; it says what would hold of a sound
/// one.
pub(crate) fn check(new: &NewCertificate<'_>, today: NaiveDate) -> Result<(), &'static str> {
    let within = |text: &str, most| (1..=most).contains(&text.chars().count());
    let both = |text: &Text| within(&text.en, NAME) && within(&text.zh, NAME);
    let part = |part: &str| {
        within(part, 32) && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let holders: BTreeSet<_> = new.holders.iter().collect();
    let facts = [
        (
            new.kind.split_once('.').is_some_and(|(service, kind)| part(service) && part(kind)),
            "its kind is service.kind",
        ),
        (
            (1..=2).contains(&new.holders.len()) && holders.len() == new.holders.len(),
            "it has one holder or two different ones",
        ),
        (within(new.case, CASE), "its case has 1 to 128 characters"),
        (both(&new.title), "its title has 1 to 64 characters"),
        ((1..=STATEMENTS).contains(&new.statements.len()), "it has 1 to 40 statements"),
        (
            new.statements.iter().all(|said| both(&said.name) && within(&said.value, VALUE)),
            "each statement has a name of 1 to 64 characters and a value of 1 to 1000",
        ),
        (new.valid_until.is_none_or(|last| last >= today), "it holds today"),
    ];
    facts.into_iter().find(|(holds, _)| !holds).map_or(Ok(()), |(_, fact)| Err(fact))
}

#[cfg(test)]
mod tests {
    use citygate_catalogue::AgencyId;
    use citygate_identity::PersonId;
    use citygate_kernel::CityCode;
    use uuid::Uuid;

    use super::*;
    use crate::model::Statement;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_ending_of_every_state() {
        use CertificateState::{Replaced, Revoked, Valid};
        let table = [(Valid, [Some(Replaced), Some(Revoked), Some(Revoked)])];
        let table = table.into_iter().chain([(Revoked, [None; 3]), (Replaced, [None; 3])]);
        let mut states = Vec::new();
        for (state, row) in table {
            let ended: Vec<_> = Ending::ALL.iter().map(|ending| next(state, *ending)).collect();
            assert_eq!(ended, row, "{state:?}");
            states.push(state);
        }
        assert_eq!(states, CertificateState::ALL);
    }

    #[test]
    fn the_table_of_the_documentation_is_this_one() {
        let cells = |cells: Vec<&str>| format!("//! | {} |", cells.join(" | "));
        let mut head = vec![""];
        head.extend(Ending::ALL.iter().map(|ending| ending.code()));
        let row = |state: &CertificateState| {
            let to = |ending: &Ending| next(*state, *ending).map_or("", CertificateState::code);
            let mut row = vec![state.code()];
            row.extend(Ending::ALL.iter().map(to));
            cells(row).replace("|  |", "| |").replace("|  |", "| |")
        };
        let mut lines =
            vec![cells(head).replace("|  |", "| |"), "//! |---|---|---|---|".to_owned()];
        lines.extend(CertificateState::ALL.iter().map(row));
        let lines = lines.join("\n");
        assert!(include_str!("lib.rs").contains(&lines), "lib.rs should say\n{lines}");
    }

    #[test]
    fn a_certificate_holds_to_the_end_of_its_last_day() {
        let last = Some(day("2026-12-31"));
        for (state, until, today, expected) in [
            (CertificateState::Valid, None, "2099-01-01", CertificateStatus::Valid),
            (CertificateState::Valid, last, "2026-12-31", CertificateStatus::Valid),
            (CertificateState::Valid, last, "2027-01-01", CertificateStatus::Expired),
            (CertificateState::Revoked, last, "2027-01-01", CertificateStatus::Revoked),
            (CertificateState::Replaced, last, "2026-12-01", CertificateStatus::Replaced),
        ] {
            assert_eq!(status(state, until, day(today)), expected, "{state:?} {today}");
        }
    }

    fn sound() -> NewCertificate<'static> {
        let name = Text::new("Months paid", "缴存月数");
        NewCertificate {
            agency: AgencyId::from_parts(CityCode::HANGZHOU, Uuid::nil()),
            kind: "provident_fund.contributions",
            holders: vec![PersonId::from_uuid(Uuid::nil())],
            case: "case",
            title: Text::new("Certificate", "证明"),
            statements: vec![Statement { name, value: "12".into(), public: true }],
            valid_until: Some(day("2026-11-23")),
        }
    }

    #[test]
    fn what_is_not_sound_is_not_issued() {
        let today = day("2026-11-23");
        assert_eq!(check(&sound(), today), Ok(()));
        let holder = sound().holders[0];
        let other = PersonId::from_uuid(Uuid::max());
        assert_eq!(
            check(&NewCertificate { holders: vec![holder, other], ..sound() }, today),
            Ok(())
        );
        let statement = |value: String| Statement { value, ..sound().statements[0].clone() };
        let long = Text::new("x".repeat(65), "x");
        for wrong in [
            NewCertificate { kind: "marriage", ..sound() },
            NewCertificate { kind: "Marriage.x", ..sound() },
            NewCertificate { kind: "marriage.x.y", ..sound() },
            NewCertificate { holders: vec![], ..sound() },
            NewCertificate { holders: vec![holder, holder], ..sound() },
            NewCertificate {
                holders: vec![holder, other, PersonId::from_uuid(Uuid::from_u128(7))],
                ..sound()
            },
            NewCertificate { case: "", ..sound() },
            NewCertificate { title: long.clone(), ..sound() },
            NewCertificate { title: Text::new("x", ""), ..sound() },
            NewCertificate { statements: vec![], ..sound() },
            NewCertificate { statements: vec![statement("1".into()); 41], ..sound() },
            NewCertificate { statements: vec![statement(String::new())], ..sound() },
            NewCertificate { statements: vec![statement("长".repeat(1_001))], ..sound() },
            NewCertificate {
                statements: vec![Statement { name: long, ..statement("1".into()) }],
                ..sound()
            },
            NewCertificate { valid_until: Some(day("2026-11-22")), ..sound() },
        ] {
            assert!(check(&wrong, today).is_err());
        }
    }
}
