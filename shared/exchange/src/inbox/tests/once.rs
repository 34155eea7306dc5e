//! Once in effect, whatever is sent how often.

use citygate_platform::db::DbError;
use futures_util::future::join_all;
use tokio::sync::Notify;

use super::*;

#[tokio::test]
async fn a_message_is_carried_out_once_and_always_answered_alike() {
    let town = Town::new().await;
    let first = message(town.sender, "1", "{}");
    assert_eq!(answer(town.send(&first).await), (reply("1"), false));
    for _ in 0..2 {
        assert_eq!(answer(town.send(&first).await), (reply("1"), true));
    }
    assert_eq!((town.effects().await, town.messages().await), (1, 1));

    let other_body = message(town.sender, "1", "{} ");
    let other_target = Incoming { what: "PUT /fhir/r4/Slot", ..first };
    let other_conditions = Incoming { conditions: "If-Match: 2", ..first };
    for differing in [other_body, other_target, other_conditions] {
        assert_eq!(refusal(town.send(&differing).await), "exchange.message_differs");
    }
    assert_eq!((town.effects().await, town.messages().await), (1, 1));
    assert_eq!(town.refusals().await, 3);

    // Numbers are each sender's own, in each protocol; a message without one is new each time.
    let stranger = Incoming { sender: hospital(&town.cx).await, ..first };
    let hl7 = Incoming { protocol: Protocol::Hl7v2, ..first };
    let nameless = Incoming { message_no: None, ..first };
    for new in [stranger, hl7, nameless, nameless] {
        assert!(!answer(town.send(&new).await).1);
    }
    assert_eq!((town.effects().await, town.messages().await), (5, 5));
}

#[tokio::test]
async fn copies_that_come_in_at_once_have_one_effect() {
    let town = Town::new().await;
    let copy = message(town.sender, "1", "{}");
    let answers = join_all((0..12).map(|_| town.send(&copy))).await;
    let answers: Vec<_> = answers.into_iter().map(answer).collect();
    assert!(answers.iter().all(|(answer, _)| *answer == reply("1")));
    assert_eq!(answers.iter().filter(|(_, replayed)| !replayed).count(), 1);
    assert_eq!((town.effects().await, town.messages().await, town.refusals().await), (1, 1, 0));
}

#[tokio::test]
async fn a_copy_that_is_refused_because_of_the_first_is_answered_like_it() {
    let town = Town::new().await;
    let copy = message(town.sender, "1", "{}");
    let (begun, done) = (Notify::new(), Notify::new());
    let second = super::super::receive(&town.cx, &copy, async |_| {
        begun.notify_one();
        done.notified().await;
        Err(Error::PatientDiffers.into())
    });
    let first = async {
        begun.notified().await;
        let first = town.send(&copy).await;
        done.notify_one();
        first
    };
    let (second, first) = tokio::join!(second, first);
    assert_eq!((answer(first), answer(second)), ((reply("1"), false), (reply("1"), true)));
    assert_eq!((town.effects().await, town.refusals().await), (1, 0));
}

#[tokio::test]
async fn a_refusal_leaves_its_code_and_nothing_of_the_content() {
    let town = Town::new().await;
    let wrong = message(town.sender, "1", "{\"wrong\": true}");
    let refused = town.send_in_vain(&wrong, || Error::PatientDiffers.into()).await;
    assert_eq!(refusal(refused), "exchange.patient_differs");
    assert_eq!((town.effects().await, town.messages().await, town.refusals().await), (0, 0, 1));
    let noted = "exchange.refusals \
                 WHERE problem = 'exchange.patient_differs' AND what = 'POST /fhir/r4'";
    assert_eq!(town.count(noted).await, 1);
    // What was mended may keep its number: nothing was done under it.
    assert!(!answer(town.send(&message(town.sender, "1", "{}")).await).1);
    assert_eq!((town.effects().await, town.messages().await), (1, 1));
}

#[tokio::test]
async fn trouble_leaves_no_trace() {
    let town = Town::new().await;
    let sent = message(town.sender, "1", "{}");
    let faulty = || Error::Db(DbError::Faulty("test".to_owned())).into();
    assert_eq!(refusal(town.send_in_vain(&sent, faulty).await), "service.internal");
    let damaged = || Error::Damaged("test").into();
    assert_eq!(refusal(town.send_in_vain(&sent, damaged).await), "service.internal");
    assert_eq!((town.effects().await, town.messages().await, town.refusals().await), (0, 0, 0));
    assert!(!answer(town.send(&sent).await).1);
}

#[tokio::test]
async fn a_sender_that_is_gone_before_the_commit_has_sent_nothing() {
    let town = Town::new().await;
    let sent = message(town.sender, "1", "{}");
    let begun = Notify::new();
    let lost = super::super::receive(&town.cx, &sent, async |tx| {
        effect(tx, "1").await?;
        begun.notify_one();
        std::future::pending().await
    });
    tokio::select! {
        _ = lost => panic!("it never ends"),
        () = begun.notified() => {}
    }
    assert_eq!((town.effects().await, town.messages().await), (0, 0));
    assert!(!answer(town.send(&sent).await).1);
    assert_eq!((town.effects().await, town.messages().await), (1, 1));
}

#[tokio::test]
async fn who_is_not_live_is_refused() {
    let town = Town::new().await;
    let sent = message(town.sender, "1", "{}");
    town.run("UPDATE exchange.participants SET state = 'suspended', suspended_at = now()").await;
    assert_eq!(refusal(town.send(&sent).await), "exchange.suspended");
    town.run("DELETE FROM exchange.participants").await;
    assert_eq!(refusal(town.send(&sent).await), "exchange.not_connected");
    assert_eq!((town.effects().await, town.refusals().await), (0, 2));
}

#[tokio::test]
async fn who_signs_has_to_sign_and_a_nonce_serves_once() {
    let town = Town::new().await;
    town.run("UPDATE exchange.participants SET signs = true").await;
    let bare = message(town.sender, "1", "{}");
    assert_eq!(refusal(town.send(&bare).await), "exchange.signature_required");
    let (one, two) = (signed("n-1"), signed("n-2"));
    let once = Incoming { proof: Some(&one), ..bare };
    assert!(!answer(town.send(&once).await).1);
    assert_eq!(refusal(town.send(&once).await), "exchange.signature_replayed");
    // The same message signed anew is a repetition like any other.
    assert!(answer(town.send(&Incoming { proof: Some(&two), ..bare }).await).1);
    // Another hospital's nonces are its own.
    let stranger = Incoming { sender: hospital(&town.cx).await, ..once };
    assert!(!answer(town.send(&stranger).await).1);
    assert_eq!((town.effects().await, town.refusals().await), (2, 2));
    let kept = "exchange.messages WHERE proof_sealed IS NOT NULL";
    assert_eq!(town.count(kept).await, 2);
}

#[tokio::test]
async fn of_many_messages_with_one_nonce_one_is_accepted() {
    let town = Town::new().await;
    let proof = signed("n-1");
    let numbers: Vec<String> = (0..12).map(|n| n.to_string()).collect();
    let messages: Vec<_> = numbers
        .iter()
        .map(|no| Incoming { proof: Some(&proof), ..message(town.sender, no, "{}") })
        .collect();
    let outcomes = join_all(messages.iter().map(|incoming| town.send(incoming))).await;
    let accepted = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(accepted, 1);
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(refusal(outcome), "exchange.signature_replayed");
    }
    assert_eq!((town.effects().await, town.refusals().await), (1, 11));
}

#[tokio::test]
async fn a_nonce_of_a_refused_message_is_used_up() {
    let town = Town::new().await;
    let proof = signed("n-1");
    let sent = Incoming { proof: Some(&proof), ..message(town.sender, "1", "{}") };
    let refused = town.send_in_vain(&sent, || Error::PatientDiffers.into()).await;
    assert_eq!(refusal(refused), "exchange.patient_differs");
    assert_eq!(refusal(town.send(&sent).await), "exchange.signature_replayed");
}

/// Three copies of each message, shuffled, many at a time; some are refused, some are held, and some
/// come in a second form under the same number.
#[tokio::test]
async fn shuffled_copies_have_exactly_the_effects_of_one_each() {
    const MESSAGES: usize = 60;
    let town = Town::new().await;
    let numbers: Vec<String> = (0..MESSAGES).map(|n| format!("m-{n}")).collect();
    let mut sent: Vec<usize> = (0..MESSAGES * 3).map(|n| n % MESSAGES).collect();
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    for n in (1..sent.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        sent.swap(n, usize::try_from(seed >> 33).unwrap() % (n + 1));
    }
    let (town_, numbers_) = (&town, &numbers);
    for batch in sent.chunks(16) {
        let outcomes = join_all(batch.iter().map(|n| async move {
            let incoming = message(town_.sender, &numbers_[*n], "{}");
            match n % 10 {
                3 => town_.send_in_vain(&incoming, || Error::PatientDiffers.into()).await,
                7 => town_.send_in_vain(&incoming, waits).await,
                _ => town_.send(&incoming).await,
            }
        }));
        for (n, outcome) in batch.iter().zip(outcomes.await) {
            match (n % 10, outcome) {
                (3, outcome) => assert_eq!(refusal(outcome), "exchange.patient_differs"),
                (7, outcome) => assert!(matches!(outcome, Ok(Received::Held { .. }))),
                (_, outcome) => assert_eq!(answer(outcome).0, reply(&numbers[*n])),
            }
        }
    }
    assert_eq!(town.effects().await, 48);
    assert_eq!(town.count("(SELECT DISTINCT message FROM effects) AS different").await, 48);
    assert_eq!((town.messages().await, town.refusals().await), (54, 18));
    assert_eq!(town.count("exchange.holds").await, 6);
}

#[tokio::test]
async fn a_message_costs_three_statements_and_a_signature_one_more() {
    let town = Town::new().await;
    let proof = signed("n-1");
    let bare = message(town.sender, "1", "{}");
    let signed = Incoming { proof: Some(&proof), ..message(town.sender, "2", "{}") };
    let nameless = Incoming { message_no: None, ..bare };
    // The first to seal reads the keys.
    answer(town.send(&message(town.sender, "0", "{}")).await);
    for (incoming, statements) in [(bare, 3), (signed, 4), (nameless, 2)] {
        let content = super::super::Content::new(incoming.conditions, incoming.body);
        let used = town.cx.db.tx("test.budget", async |tx| {
            let before = tx.statements();
            super::super::admit(&town.cx, tx, &incoming, &content).await?;
            let reply = reply("1");
            let keys = &town.cx.keys;
            crate::store::insert_message(keys, tx, &incoming, &content, Some(&reply)).await?;
            Ok::<_, Error>(tx.statements() - before)
        });
        assert_eq!(used.await.unwrap(), statements);
    }
}

#[tokio::test]
async fn a_message_opens_only_with_the_citys_keys() {
    let town = Town::new().await;
    answer(town.send(&message(town.sender, "1", "very secret text")).await);
    let plain = "exchange.messages m \
                 WHERE position('secret'::bytea IN m.body_sealed) > 0 \
                    OR position('done'::bytea IN m.answer_sealed) > 0";
    assert_eq!(town.count(plain).await, 0);
}
