use chrono::NaiveDate;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::{Illness, Kinship, MaritalStatus};

/// The parameters of a rule, and from when to when it is in force, as the migration writes them.
fn row(key: &str, on: &str) -> Value {
    let sql = include_str!("../../../../../migrations/marriage/2026-11-22-002160_marriage/up.sql");
    let on: NaiveDate = on.parse().unwrap();
    let mut rows = sql.split("('01999999-").skip(1).filter_map(|row| {
        // Between quotes: the rest of the id, the key, the first day, and the last one, if there is one.
        let parts: Vec<&str> = row.split('\'').collect();
        let from: NaiveDate = parts[4].parse().ok()?;
        let until: Option<NaiveDate> = parts[6].parse().ok();
        let is_in_force = from <= on && until.is_none_or(|until| on <= until);
        (parts[2] == key && is_in_force).then(|| row.split("$json$").nth(1))?
    });
    let found = rows.next().unwrap_or_else(|| panic!("{key} on {on}"));
    serde_json::from_str(found).unwrap()
}

fn rules_on(day: &str) -> Rules {
    Rules {
        age: serde_json::from_value(row(AGE, day)).unwrap(),
        papers: serde_json::from_value(row(PAPERS, day)).unwrap(),
    }
}

const TODAY: &str = "2026-11-23";

fn signed(sex: Sex) -> Option<Declarations> {
    Some(Declarations {
        sex,
        marital_status: MaritalStatus::NeverMarried,
        kinship: Kinship::None,
        illness: Illness::None,
    })
}

fn of(sex: Sex, age: u32) -> Facts {
    let declared = signed(sex);
    Facts { status: PersonStatus::Resident, age: Some(age), declared, has_spouse: false }
}

#[test]
fn the_age_of_marriage_is_22_and_20_completed_years() {
    // Civil Code, article 1047: both sides of each boundary.
    for (man, woman, ready, of_him, of_her) in [
        (22, 20, true, vec![], vec![]),
        (21, 20, false, vec![Finding::UnderAge], vec![]),
        (22, 19, false, vec![], vec![Finding::UnderAge]),
        (80, 80, true, vec![], vec![]),
    ] {
        let [him, her] = precheck(&rules_on(TODAY), [&of(Sex::Male, man), &of(Sex::Female, woman)]);
        assert_eq!((him.is_ready(), her.is_ready()), (ready, ready), "{man} {woman}");
        assert_eq!((him.findings, her.findings), (of_him, of_her), "{man} {woman}");
    }
}

#[test]
fn the_sex_is_what_was_declared_and_before_that_the_lower_age_holds() {
    let unsigned = |age| Facts { declared: None, ..of(Sex::Male, age) };
    let own = |age| precheck(&rules_on(TODAY), [&unsigned(age), &of(Sex::Female, 20)])[0].clone();
    assert_eq!(own(20).findings, [Finding::Unsigned]);
    assert_eq!(own(19).findings, [Finding::Unsigned, Finding::UnderAge]);
}

#[test]
fn a_spouse_on_record_is_told_to_whom_it_is_about() {
    // Civil Code, article 1042.
    let married = Facts { has_spouse: true, ..of(Sex::Male, 30) };
    let [him, her] = precheck(&rules_on(TODAY), [&married, &of(Sex::Female, 30)]);
    assert_eq!(him.findings, [Finding::HasSpouse]);
    assert_eq!((him.other, her.other), (OtherSide::Ready, OtherSide::ContactOffice));
    assert_eq!(her.findings, []);
    assert!(!him.is_ready() && !her.is_ready());
}

#[test]
fn two_of_one_sex_are_told_to_contact_the_office() {
    for sex in Sex::ALL {
        let [a, b] = precheck(&rules_on(TODAY), [&of(*sex, 30), &of(*sex, 30)]);
        assert_eq!((a.other, b.other), (OtherSide::ContactOffice, OtherSide::ContactOffice));
        assert!(a.findings.is_empty() && b.findings.is_empty());
    }
}

#[test]
fn papers_and_offices_by_kind_of_person_before_and_after_may_2025() {
    // Order 387 until 9 May 2025, Order 804 from 10 May 2025.
    let of_kind = |status, day: &str| {
        let somebody = Facts { status, ..of(Sex::Male, 30) };
        precheck(&rules_on(day), [&somebody, &of(Sex::Female, 30)])[0].clone()
    };
    let resident = |day| of_kind(PersonStatus::Resident, day);
    assert_eq!(resident("2025-05-09").findings, [Finding::Household]);
    assert_eq!(
        resident("2025-05-09").papers,
        [Paper::HouseholdBook, Paper::ResidentId, Paper::SignedStatement]
    );
    assert_eq!(resident("2025-05-10").findings, []);
    assert_eq!(resident("2025-05-10").papers, [Paper::ResidentId, Paper::SignedStatement]);
    for (status, designated, papers) in [
        (
            PersonStatus::HkMoTw,
            Designation::HkMoTw,
            vec![Paper::TravelOrResidencePermit, Paper::OwnId, Paper::NotarisedStatement],
        ),
        (
            PersonStatus::OverseasChinese,
            Designation::Foreign,
            vec![Paper::Passport, Paper::AuthenticatedStatement],
        ),
        (
            PersonStatus::Foreigner,
            Designation::Foreign,
            vec![Paper::PassportOrPermit, Paper::AuthenticatedSingleStatus],
        ),
    ] {
        let told = of_kind(status, TODAY);
        assert!(told.is_ready(), "an office that is designated can do it");
        assert_eq!((told.designated, told.papers), (Some(designated), papers), "{status:?}");
        assert_eq!(told.findings, [Finding::Designated]);
    }
    let old = of_kind(PersonStatus::HkMoTw, "2025-05-09").papers;
    assert_eq!(old, [Paper::TravelPermit, Paper::OwnId, Paper::NotarisedStatement]);
}

#[test]
fn whose_document_has_no_date_of_birth_shows_it_at_the_office() {
    let foreigner = Facts { status: PersonStatus::Foreigner, age: None, ..of(Sex::Male, 0) };
    let [him, her] = precheck(&rules_on(TODAY), [&foreigner, &of(Sex::Female, 20)]);
    assert_eq!(him.findings, [Finding::AgeUnknown, Finding::Designated]);
    assert!(him.is_ready() && her.is_ready());
}

#[test]
fn every_document_makes_somebody_of_a_kind() {
    for (document, status) in [
        (DocumentType::ResidentId, PersonStatus::Resident),
        (DocumentType::ResidencePermit, PersonStatus::HkMoTw),
        (DocumentType::HkMacaoTravelPermit, PersonStatus::HkMoTw),
        (DocumentType::TaiwanTravelPermit, PersonStatus::HkMoTw),
        (DocumentType::PrcPassport, PersonStatus::OverseasChinese),
        (DocumentType::ForeignPassport, PersonStatus::Foreigner),
        (DocumentType::PermanentResidenceCard, PersonStatus::Foreigner),
    ] {
        assert_eq!(PersonStatus::from(document), status);
    }
}

#[test]
fn every_kind_of_person_has_papers() {
    for day in ["2025-05-09", TODAY] {
        let rules = rules_on(day);
        for status in PersonStatus::ALL {
            assert!(!rules.papers.kinds[status].papers.is_empty(), "{status:?}");
        }
        assert!(json!(rules.papers.kinds.len()) == json!(PersonStatus::ALL.len()));
    }
}

fn anybody() -> impl Strategy<Value = Facts> {
    let status = proptest::sample::select(PersonStatus::ALL);
    let sex = proptest::sample::select(Sex::ALL);
    let marital = proptest::sample::select(MaritalStatus::ALL);
    let illness = proptest::sample::select(Illness::ALL);
    let declared = (sex, marital, illness).prop_map(|(sex, marital_status, illness)| {
        Declarations { sex, marital_status, kinship: Kinship::None, illness }
    });
    let age = proptest::option::of(0_u32..60);
    (status, age, proptest::option::of(declared), any::<bool>())
        .prop_map(|(status, age, declared, has_spouse)| Facts { status, age, declared, has_spouse })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// Whatever the facts about the other are: where they come to the same word, the answer is the
    /// same in everything.
    #[test]
    fn one_learns_of_the_other_no_more_than_a_word(a in anybody(), b in anybody(), c in anybody()) {
        let rules = rules_on(TODAY);
        let [with_b, _] = precheck(&rules, [&a, &b]);
        let [with_c, _] = precheck(&rules, [&a, &c]);
        if with_b.other == with_c.other {
            prop_assert_eq!(with_b, with_c);
        } else {
            prop_assert_eq!(with_b.findings, with_c.findings);
            prop_assert_eq!(with_b.papers, with_c.papers);
            prop_assert_eq!(with_b.designated, with_c.designated);
        }
    }

    /// They are ready together or not at all, whichever of the two asks.
    #[test]
    fn both_are_told_the_same_of_the_whole(a in anybody(), b in anybody()) {
        let rules = rules_on(TODAY);
        let [of_a, of_b] = precheck(&rules, [&a, &b]);
        prop_assert_eq!(of_a.is_ready(), of_b.is_ready());
        let [again_b, again_a] = precheck(&rules, [&b, &a]);
        prop_assert_eq!((of_a, of_b), (again_a, again_b));
    }
}
