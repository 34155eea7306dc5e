//! Registers that answer, and registers that do not: each behaviour with and without an earlier
//! answer, over real HTTP and a real database.

#![cfg(test)]

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{
    Access, Accessor, Named, PersonId, Reason, Record as Recorded, note_read, person,
};
use citygate_inquiry::{
    Answer, Error, Freshness, Question, Registers, Source, Subject, Trouble, remove_source,
    set_source,
};
use citygate_kernel::{CityCode, Clock, Locale, Masked, Text};
use citygate_platform::{Cx, db::Tx, sql::sql};
use citygate_sandbox::records_office::{Behaviour, Filed, RecordsOfficeSandbox};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_types::BigInt};
use diesel_async::RunQueryDsl;
use futures_util::future::join_all;
use serde::Deserialize;
use serde_json::json;

const KEY: &str = "key_of_the_city";
const WANG: &str = "330106199305120021";
const REASON: Reason<'static> = Reason { purpose: "city.demonstration", legal_basis: "pipl-45" };

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Record {
    months: u32,
}

/// A city with an agency and one person.
struct Scene {
    cx: Cx,
    clock: Clock,
    db: TestDb,
    registers: Registers,
    agency: AgencyId,
    person: PersonId,
}

impl Scene {
    async fn new() -> Self {
        let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
        let cx = db.platform(&clock).cx(Locale::En, "req_test");
        let agency = AgencyId::new(CityCode::HANGZHOU, &clock);
        let named = cx.db.tx("test.people", async |tx| {
            let name = Text::new("Social Security", "社会保险");
            add_agency(tx, &Agency { id: agency, name }).await?;
            let access = Access::new(&cx, Accessor::city(CityCode::HANGZHOU), REASON);
            let id_number = WANG.parse().unwrap();
            let named = Named { id_number: &id_number, name: Some("王芳"), case: None };
            Ok::<_, Error>(person(&cx.keys, tx, &access, named).await?)
        });
        let person = named.await.unwrap();
        Self { registers: Registers::new().unwrap(), cx, clock, db, agency, person }
    }

    /// An office that has the person on file, and is the source of a subject.
    async fn office(&self, subject: &Subject, fresh_for: i64) -> RecordsOfficeSandbox {
        let office = RecordsOfficeSandbox::start(KEY).unwrap();
        office.file(self.filed(subject, 12, self.clock.now()));
        let source = Source {
            agency: self.agency,
            subject: subject.clone(),
            url: office.url.parse().unwrap(),
            api_key: Masked::new(KEY.to_owned()),
            fresh_for: TimeDelta::seconds(fresh_for),
        };
        let set =
            self.cx.db.tx("test.source", async |tx| set_source(&self.cx.keys, tx, &source).await);
        set.await.unwrap();
        office
    }

    fn filed(&self, subject: &Subject, months: u32, as_of: DateTime<Utc>) -> Filed {
        let subject = subject.as_str().to_owned();
        Filed { subject, id_number: WANG.to_owned(), as_of, record: json!({"months": months}) }
    }

    async fn ask(&self, subject: &Subject) -> Result<Answer<Record>, Error> {
        self.ask_if(subject, Ok(())).await
    }

    async fn ask_if(
        &self,
        subject: &Subject,
        permitted: Result<(), &'static str>,
    ) -> Result<Answer<Record>, Error> {
        let access = Access::new(&self.cx, Accessor::city(CityCode::HANGZHOU), REASON);
        let question = Question { agency: self.agency, subject, person: self.person, access };
        let permit = async |_: &mut Tx<'_>| permitted.map_err(Error::Damaged);
        self.registers.ask(&self.cx, &question, permit).await
    }

    /// How many rows there are.
    async fn count(&self, rows: &'static str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let read = self.cx.db.read("test.count", async |tx| {
            Ok::<_, Error>(sql(rows).get_result::<Count>(tx.conn()).await?)
        });
        read.await.unwrap().count
    }

    async fn told(&self) -> i64 {
        self.count("SELECT count(*) FROM identity.access_entries WHERE action = 'disclosed'").await
    }

    async fn kept(&self) -> i64 {
        self.count("SELECT count(*) FROM inquiry.answers").await
    }
}

fn subject(text: &str) -> Subject {
    text.parse().unwrap()
}

/// What came of a question, in short.
fn brief(answer: Result<Answer<Record>, Error>) -> String {
    match answer {
        Ok(Answer { record, freshness, trouble, .. }) => {
            let trouble = trouble.map_or("", Trouble::code);
            format!("{} {} {trouble}", freshness.code(), record.months).trim_end().to_owned()
        }
        Err(Error::Unheard(trouble)) => format!("unheard {}", trouble.code()),
        Err(Error::NoSource) => "no source".to_owned(),
        Err(Error::NoRecord) => "no record".to_owned(),
        Err(other) => other.to_string(),
    }
}

/// A behaviour, and what comes of it with an earlier answer, and without.
const CASES: [(Behaviour, &str, &str); 12] = [
    (Behaviour::Well, "live 24", "live 24"),
    (Behaviour::Slow, "live 24", "live 24"),
    (Behaviour::Hang, "kept 12 silent", "unheard silent"),
    (Behaviour::HangUp, "kept 12 silent", "unheard silent"),
    (Behaviour::Error500, "kept 12 failed", "unheard failed"),
    (Behaviour::Garbage, "kept 12 unreadable", "unheard unreadable"),
    (Behaviour::OtherForm, "kept 12 unreadable", "unheard unreadable"),
    (Behaviour::OtherPerson, "kept 12 other_person", "unheard other_person"),
    (Behaviour::Yesterday, "kept 12 went_back", "live 24"),
    (Behaviour::Tomorrow, "kept 12 from_future", "unheard from_future"),
    (Behaviour::NoSuchRecord, "no record", "no record"),
    (Behaviour::Refuse, "kept 12 refused", "unheard refused"),
];

async fn comes_of(scene: &Scene, n: usize, behaviour: Behaviour, earlier: bool) -> (String, bool) {
    let name = format!("{}_{}", if earlier { "with" } else { "without" }, "a".repeat(n + 1));
    let subject = subject(&name);
    let office = scene.office(&subject, 0).await;
    if earlier {
        assert_eq!(brief(scene.ask(&subject).await), "live 12");
    }
    office.file(scene.filed(&subject, 24, scene.clock.now()));
    office.behave([behaviour]);
    let came = brief(scene.ask(&subject).await);
    // What is still there when nobody can be asked any more.
    office.behave([Behaviour::Error500]);
    let left = matches!(scene.ask(&subject).await, Ok(answer) if answer.record.months > 0);
    office.stop().await;
    (came, left)
}

#[tokio::test]
async fn each_behaviour_has_one_outcome_with_and_without_an_earlier_answer() {
    let scene = Scene::new().await;
    let cases = CASES.iter().enumerate().flat_map(|(n, (behaviour, with, without))| {
        let case = |earlier, expected| (n, *behaviour, earlier, expected);
        [case(true, *with), case(false, *without)]
    });
    let cases: Vec<_> = cases.collect();
    let runs =
        cases.iter().map(|(n, behaviour, earlier, _)| comes_of(&scene, *n, *behaviour, *earlier));
    for ((_, behaviour, earlier, expected), (came, left)) in cases.iter().zip(join_all(runs).await)
    {
        assert_eq!(came, *expected, "{behaviour:?}, earlier answer: {earlier}");
        let given = came.starts_with("live") || came.starts_with("kept");
        assert_eq!(left, given, "{behaviour:?}, earlier answer: {earlier}");
    }
    let asked = i64::try_from(CASES.len()).unwrap() * (3 + 2);
    assert_eq!(scene.told().await, asked, "an entry for each time that the number went out");
}

#[tokio::test]
async fn a_fresh_answer_is_given_again_and_the_number_stays_here() {
    let scene = Scene::new().await;
    let subject = subject("social_security");
    let office = scene.office(&subject, 300).await;
    let first = scene.ask(&subject).await.unwrap();
    assert_eq!((first.freshness, first.as_of), (Freshness::Live, monday_morning()));
    office.file(scene.filed(&subject, 24, scene.clock.now()));
    scene.clock.advance(TimeDelta::seconds(299));
    assert_eq!(scene.ask(&subject).await.unwrap(), first);
    assert_eq!((scene.told().await, office.asked().len()), (1, 1));
    scene.clock.advance(TimeDelta::seconds(1));
    assert_eq!(brief(scene.ask(&subject).await), "live 24");
    assert_eq!((scene.told().await, office.asked().len()), (2, 2));
    assert_eq!(scene.kept().await, 1);
}

#[tokio::test]
async fn without_a_right_a_source_or_the_right_key_nothing_is_told() {
    let scene = Scene::new().await;
    let (here, elsewhere) = (subject("social_security"), subject("elsewhere"));
    let office = scene.office(&here, 0).await;
    assert_eq!(brief(scene.ask_if(&here, Err("no right")).await), "a row is damaged: no right");
    assert_eq!(brief(scene.ask(&elsewhere).await), "no source");
    assert_eq!((scene.told().await, office.asked().len()), (0, 0));
    let wrong = Source {
        agency: scene.agency,
        subject: here.clone(),
        url: office.url.parse().unwrap(),
        api_key: Masked::new("another".to_owned()),
        fresh_for: TimeDelta::zero(),
    };
    let set =
        scene.cx.db.tx("test.source", async |tx| set_source(&scene.cx.keys, tx, &wrong).await);
    set.await.unwrap();
    assert_eq!(brief(scene.ask(&here).await), "unheard failed");
    assert_eq!(scene.kept().await, 0);
}

#[tokio::test]
async fn where_nobody_can_be_asked_what_permits_the_question_is_undone() {
    let scene = Scene::new().await;
    let subject = subject("elsewhere");
    let access = || Access::new(&scene.cx, Accessor::city(CityCode::HANGZHOU), REASON);
    let question = Question {
        agency: scene.agency,
        subject: &subject,
        person: scene.person,
        access: access(),
    };
    let permit = async |tx: &mut Tx<'_>| {
        let read = [(scene.person, "case")];
        Ok::<_, Error>(note_read(tx, &access(), Recorded::SocialSecurity, &read).await?)
    };
    let asked = scene.registers.ask::<Record, Error>(&scene.cx, &question, permit).await;
    assert!(matches!(asked, Err(Error::NoSource)), "{asked:?}");
    let read = "SELECT count(*) FROM identity.access_entries WHERE action = 'social_security_read'";
    assert_eq!((scene.count(read).await, scene.told().await), (0, 0));
}

#[tokio::test]
async fn what_was_said_is_forgotten_with_its_source() {
    let scene = Scene::new().await;
    let subject = subject("social_security");
    let office = scene.office(&subject, 0).await;
    assert_eq!(brief(scene.ask(&subject).await), "live 12");
    assert!(remove_source(&scene.cx, scene.agency, &subject).await.unwrap());
    assert_eq!((brief(scene.ask(&subject).await), scene.kept().await), ("no source".to_owned(), 0));
    assert!(!remove_source(&scene.cx, scene.agency, &subject).await.unwrap());
    office.stop().await;
}

#[tokio::test]
async fn many_who_ask_at_once_keep_one_answer() {
    let scene = Scene::new().await;
    let subject = subject("social_security");
    let _office = scene.office(&subject, 0).await;
    let asked = join_all((0..8).map(|_| scene.ask(&subject))).await;
    assert!(asked.into_iter().all(|answer| brief(answer) == "live 12"));
    assert_eq!(scene.kept().await, 1);
}

#[tokio::test]
async fn nothing_of_a_record_stands_in_the_database_in_the_clear() {
    let scene = Scene::new().await;
    let subject = subject("social_security");
    let _office = scene.office(&subject, 0).await;
    assert_eq!(brief(scene.ask(&subject).await), "live 12");
    assert!(!scene.db.url.is_empty());
    for clear in [
        "SELECT count(*) FROM inquiry.answers a WHERE position('months' IN encode(a.record_sealed, \
         'escape')) > 0",
        "SELECT count(*) FROM inquiry.sources s WHERE position('key_of' IN encode(s.api_key_sealed, \
         'escape')) > 0",
    ] {
        assert_eq!(scene.count(clear).await, 0);
    }
}
