//! Intake against a database.

mod resources;
mod scene;

use chrono::TimeDelta;
use citygate_exchange::OrderWithdrawn;
use futures_util::future::join_all;

use self::scene::{Scene, item, says};
use super::*;
use crate::{
    actions::orders,
    model::{NewObservation, ReportStatus as S},
};

/// What becomes of a message, in a word.
fn word(result: &Result<Vec<Filed>, Fault>) -> String {
    match result {
        Ok(filed) => filed.iter().map(|one| format!("{:?}", one.outcome)).collect(),
        Err(Fault::Held(hold)) => hold.reason.code().to_owned(),
        Err(Fault::Refused(error)) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_case_has_one_outcome() {
    let scene = Scene::set().await;
    let hospital = &scene.one;
    let (wang, li) = (scene.wang, scene.li);
    for order in ["O1", "O2", "O3"] {
        scene.order(hospital, order, wang).await;
    }
    scene.withdraw(hospital, "O3").await;
    let unknown = scene.file(hospital, [says("R0", "O9", wang, S::Final, 1, "5.0")]).await;
    let Err(Fault::Held(hold)) = &unknown else { panic!("{}", word(&unknown)) };
    assert_eq!(hold.reason, HoldReason::OrderUnknown);
    assert_eq!(hold.waits_for.as_deref(), Some("O9"));
    for (what, new, expected) in [
        ("new", says("R1", "O1", wang, S::Preliminary, 10, "5.0"), "Created"),
        ("again", says("R1", "O1", wang, S::Preliminary, 10, "5.0"), "Unchanged"),
        ("final", says("R1", "O1", wang, S::Final, 20, "5.1"), "Updated"),
        ("older, later", says("R1", "O1", wang, S::Partial, 5, "4.9"), "Superseded"),
        ("older, again", says("R1", "O1", wang, S::Partial, 5, "4.9"), "Unchanged"),
        ("less than before", says("R1", "O1", wang, S::Preliminary, 30, "5.2"), "status_regressed"),
        ("other content", says("R1", "O1", wang, S::Final, 20, "9.9"), "version_conflict"),
        ("other digits", says("R1", "O1", wang, S::Final, 20, "5.10"), "version_conflict"),
        ("another person", says("R1", "O1", li, S::Corrected, 40, "5.1"), "patient_mismatch"),
        (
            "another order",
            says("R1", "O2", wang, S::Corrected, 40, "5.1"),
            "the report answers another order",
        ),
        ("corrected", says("R1", "O1", wang, S::Corrected, 40, "5.3"), "Updated"),
        ("cancelled", says("R1", "O1", wang, S::Cancelled, 50, "5.3"), "Updated"),
        ("in error", says("R1", "O1", wang, S::EnteredInError, 60, "5.3"), "Updated"),
        ("after an error", says("R1", "O1", wang, S::Final, 70, "5.3"), "status_regressed"),
        ("withdrawn order", says("R3", "O3", wang, S::Final, 1, "5.0"), "order_withdrawn"),
        ("nobody's order", says("R9", "O9", li, S::Final, 1, "5.0"), "order_unknown"),
    ] {
        let before = scene.counts().await;
        let result = scene.file(hospital, [new]).await;
        assert_eq!(word(&result), expected, "{what}");
        let written = matches!(expected, "Created" | "Updated" | "Superseded");
        assert_eq!(scene.counts().await != before, written, "{what}");
    }
    let report = scene.report(hospital, "R1").await;
    assert_eq!(
        (report.status, report.current_version, report.last_version),
        (S::EnteredInError, 6, 6)
    );
    assert_eq!(scene.news("results.order_resulted").await, 1, "told once, of the first final one");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_filed_keeps_the_others_out() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    let before = scene.counts().await;
    let both = [
        says("R1", "O1", scene.wang, S::Final, 1, "5.0"),
        says("R2", "O2", scene.wang, S::Final, 1, "5.0"),
    ];
    assert_eq!(word(&scene.file(&scene.one, both).await), "order_unknown");
    assert_eq!(scene.counts().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_of_one_message_are_filed_one_after_the_other() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    let both = [
        says("R1", "O1", scene.wang, S::Final, 20, "5.1"),
        says("R1", "O1", scene.wang, S::Preliminary, 10, "5.0"),
        says("R1", "O1", scene.wang, S::Final, 20, "5.1"),
    ];
    let result = scene.file(&scene.one, both).await;
    assert_eq!(word(&result), "CreatedSupersededUnchanged");
    assert_eq!(scene.report(&scene.one, "R1").await.current_version, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_numbers_of_two_hospitals_are_two_things() {
    let scene = Scene::set().await;
    let (one, other) = (&scene.one, &scene.other);
    scene.order(one, "O1", scene.wang).await;
    let new = || [says("R1", "O1", scene.li, S::Final, 1, "5.0")];
    assert_eq!(
        word(&scene.file(other, new()).await),
        "order_unknown",
        "the other's order is not theirs"
    );
    scene.order(other, "O1", scene.li).await;
    assert_eq!(word(&scene.file(other, new()).await), "Created");
    let own = [says("R1", "O1", scene.wang, S::Final, 1, "6.0")];
    assert_eq!(word(&scene.file(one, own).await), "Created");
    assert_ne!(scene.report(one, "R1").await.id, scene.report(other, "R1").await.id);
    assert_eq!(scene.report(other, "R1").await.person, scene.li);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_the_same_whoever_tells_of_it_first() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    scene.push_order(&scene.one, "O1", scene.wang).await.unwrap();
    assert_eq!(scene.counts().await.0, 1);
    let other = scene.push_order(&scene.one, "O1", scene.li).await;
    assert!(matches!(other, Err(Fault::Held(hold)) if hold.reason == HoldReason::PatientMismatch));
    scene.push_order(&scene.one, "O2", scene.li).await.unwrap();
    assert!(matches!(scene.hear(&scene.one, "O2", scene.wang).await, Err(Error::OrderOfAnother)));
    scene.hear(&scene.one, "O2", scene.li).await.unwrap();
    let missing = OrderWithdrawn { agency: scene.one.agency, order_no: "O7".to_owned() };
    let known = scene.cx.db.tx("test.withdraw", async |tx| orders::withdrawn(tx, &missing).await);
    assert!(!known.await.unwrap(), "it may still be heard of");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_push_the_same_report_at_once_one_files_it() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    scene.order(&scene.one, "O2", scene.wang).await;
    let same =
        (0..12).map(|_| scene.file(&scene.one, [says("R1", "O1", scene.wang, S::Final, 1, "5.0")]));
    let words: Vec<String> = join_all(same).await.iter().map(word).collect();
    assert_eq!(words.iter().filter(|word| *word == "Created").count(), 1, "{words:?}");
    assert_eq!(words.iter().filter(|word| *word == "Unchanged").count(), 11, "{words:?}");
    assert_eq!(scene.news("results.order_resulted").await, 1);
    // The same new number under two orders: whichever comes first has it.
    let two = ["O1", "O2"]
        .map(|order| scene.file(&scene.one, [says("R2", order, scene.wang, S::Final, 1, "5.0")]));
    let mut words: Vec<String> = join_all(two).await.iter().map(word).collect();
    words.sort();
    assert_eq!(words, ["Created", "the report answers another order"]);
}

/// Numbers that look like chance and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_pushes_in_any_order_end_as_they_were_issued() {
    const LIVES: [&[S]; 4] = [
        &[S::Final],
        &[S::Preliminary, S::Final],
        &[S::Registered, S::Partial, S::Final, S::Corrected],
        &[S::Preliminary, S::Final, S::Cancelled],
    ];
    let scene = Scene::set().await;
    for order in 0..20 {
        scene.order(&scene.one, &format!("O{order}"), scene.wang).await;
    }
    let mut pushes: Vec<(usize, usize)> = Vec::new();
    while pushes.len() < 2_000 {
        let report = pushes.len() / 10;
        let versions = LIVES[report % LIVES.len()].len();
        pushes.push((report, pushes.len() % 10 % versions));
    }
    let mut dice = Dice(7);
    for last in (1..pushes.len()).rev() {
        pushes.swap(last, dice.below(last + 1));
    }
    let push = |(report, version): (usize, usize)| {
        let status = LIVES[report % LIVES.len()][version];
        let (number, order) = (format!("R{report}"), format!("O{}", report % 20));
        let second = i64::try_from(version).unwrap();
        says(&number, &order, scene.wang, status, second, &format!("{version}.5"))
    };
    let (scene, push) = (&scene, &push);
    let sent = pushes.chunks(250).map(|part| async move {
        for what in part {
            let result = scene.file(&scene.one, [push(*what)]).await;
            assert!(result.is_ok(), "{}", word(&result));
        }
    });
    join_all(sent).await;
    for report in 0..200 {
        let life = LIVES[report % LIVES.len()];
        let stands = scene.report(&scene.one, &format!("R{report}")).await;
        assert_eq!(Some(&stands.status), life.last(), "R{report}");
        assert_eq!(usize::try_from(stands.last_version).unwrap(), life.len());
        let mut history = scene.versions(stands.id).await;
        history.sort_by_key(|version| version.issued_at);
        let statuses: Vec<S> = history.iter().map(|version| version.status).collect();
        assert_eq!(statuses, life, "R{report}");
    }
    assert_eq!(scene.news("results.order_resulted").await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_observations_cost_few_statements() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    let mut counts = Vec::new();
    for (n, observations) in [(1, 1), (2, 20), (3, 200)] {
        let new = || {
            let mut new = says(&format!("R{n}"), "O1", scene.wang, S::Preliminary, 1, "5.0");
            new.observations = (0..observations).map(|i| item(&format!("{i}.0"))).collect();
            new
        };
        let sender = scene.one.sender;
        let filed = scene.cx.db.tx("test.budget", async |tx| {
            let before = tx.statements();
            reports(&scene.cx, tx, &Policies::default(), sender, vec![new()]).await?;
            Ok::<_, Fault>(tx.statements() - before)
        });
        counts.push(filed.await.unwrap());
    }
    assert!(counts.iter().all(|count| *count == counts[0]), "{counts:?}: whatever their number");
    assert!(counts[0] <= 16, "{counts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_sealed_and_opens_as_it_was_said() {
    let scene = Scene::set().await;
    scene.order(&scene.one, "O1", scene.wang).await;
    let new = says("R1", "O1", scene.wang, S::Final, 1, "5.10");
    let (said, code) = (new.observations[0].clone(), new.code.clone());
    scene.file(&scene.one, [new]).await.unwrap();
    let report = scene.report(&scene.one, "R1").await;
    let keys = &scene.cx.keys;
    let opened = scene.cx.db.tx("test.open", async |tx| {
        let version = store::versions::version(tx, keys, report.id, 1).await?.unwrap();
        Ok::<_, Error>((version, store::observations::of_version(tx, keys, report.id, 1).await?))
    });
    let (version, items) = opened.await.unwrap();
    assert_eq!(version.content.code, code);
    assert_eq!(items[0].said, NewObservation { id: Some(items[0].id), ..said });
    assert_eq!(items[0].effective_at, report.issued_at - TimeDelta::hours(1), "the report's");
    let raw = scene.raw_content().await;
    for word in ["白细胞", "6690-2", "5.10", "未见异常"] {
        assert!(
            !raw.iter().any(|row| row.windows(word.len()).any(|w| w == word.as_bytes())),
            "{word}"
        );
    }
}
