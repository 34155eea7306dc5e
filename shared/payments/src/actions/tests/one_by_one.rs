//! A batch is what its commands would have been one by one: the same answers, and the same rows
//! but for the identifiers that are new.

use citygate_kernel::{Currency, Money};
use proptest::{prelude::*, test_runner::Config};
use tokio::runtime::Runtime;

use super::town::{PEOPLE, Town, bill_id, command, payer, yuan};
use crate::actions::{PayBill, pay::pay_all};

const BILLS: u128 = 21;
/// Not enough for everything that somebody owes.
const OPENING: Money = Money::new(25_000, Currency::Cny);

/// Who tries to pay what: bill and payer by number, how much, and what was expected.
type Attempt = (u128, u128, Option<i64>, Option<i64>);

fn attempt() -> impl Strategy<Value = Attempt> {
    let amount = prop_oneof![
        5 => Just(None),
        1 => Just(Some(9_999)),
        1 => Just(Some(5_450)),
        1 => Just(Some(9_450)),
        1 => Just(Some(0)),
        4 => (1_i64..7_000).prop_map(Some),
    ];
    let expected = prop_oneof![6 => Just(None), 1 => Just(Some(9_999)), 1 => Just(Some(10_898))];
    // Mostly who owes it; one bill more than there are.
    let payer = prop_oneof![4 => Just(None), 1 => (0..PEOPLE).prop_map(Some)];
    (0..=BILLS, payer, amount, expected).prop_map(|(bill, payer, amount, expected)| {
        (bill, payer.unwrap_or(bill % PEOPLE), amount, expected)
    })
}

fn commands(attempts: &[Attempt]) -> Vec<PayBill> {
    let command = |(key, (bill, who, amount, expected)): (usize, &Attempt)| PayBill {
        amount: amount.map(yuan),
        expected: expected.map(yuan),
        ..command(key, payer(*who), bill_id(*bill))
    };
    attempts.iter().enumerate().map(command).collect()
}

/// A text without the new identifiers in it.
fn natural(text: &str) -> String {
    let mut parts = text.split("paym_330100_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "paym" + part.get(32..).unwrap_or(part))
}

/// What each command came to.
async fn outcomes(town: &Town, batch: &[PayBill]) -> Vec<String> {
    let outcomes = town.tx(async |tx| pay_all(&town.platform.keys, tx, batch).await).await;
    let outcome = |outcome: Result<citygate_platform::idempotency::Answer, _>| match outcome {
        Ok(answer) => format!("{} {} {}", answer.status, answer.replayed, natural(&answer.body)),
        Err(problem) => format!("{problem}"),
    };
    outcomes.into_iter().map(outcome).collect()
}

/// Every row that a payment writes, by what it says.
const ROWS: [&str; 10] = [
    "SELECT concat_ws(' ', external_no, state, payment_count, principal_paid_minor, \
     surcharge_paid_minor, accrued_minor, accrued_on, closed_at) AS value FROM payments.bills",
    "SELECT concat_ws(' ', external_no, p.payer_person_id, payer_account_id, principal_minor, \
     surcharge_minor, p.currency, paid_at) AS value \
     FROM payments.payments p JOIN payments.bills b ON b.id = bill_id",
    "SELECT concat_ws(' ', external_no, n, principal_minor, surcharge_minor) AS value \
     FROM payments.part_payments x JOIN payments.payments p ON p.id = payment_id \
     JOIN payments.bills b ON b.id = x.bill_id AND b.id = p.bill_id",
    "SELECT concat_ws(' ', external_no, principal_minor, surcharge_minor) AS value \
     FROM payments.bill_settlements x JOIN payments.payments p ON p.id = payment_id \
     JOIN payments.bills b ON b.id = x.bill_id AND b.id = p.bill_id",
    "SELECT concat_ws(' ', bill_id, n, agency_id, received_minor) AS value \
     FROM payments.bill_shares",
    "SELECT concat_ws(' ', p.bill_id, s.n, s.agency_id, s.amount_minor, refunded_minor, \
     principal_minor, surcharge_minor, t.amount_minor) AS value FROM payments.payment_shares s \
     JOIN payments.payments p ON p.id = payment_id JOIN ledger.transfers t ON t.id = s.transfer_id",
    "SELECT concat_ws(' ', code, owner_id, debits_pending, debits_posted, credits_pending, \
     credits_posted, b.version) AS value \
     FROM ledger.balances b JOIN ledger.accounts a ON a.id = account_id",
    "SELECT concat_ws(' ', a.code, owner_id, e.version, e.amount_minor, balance_after, t.code, \
     t.amount_minor) AS value FROM ledger.entries e JOIN ledger.accounts a ON a.id = account_id \
     JOIN ledger.transfers t ON t.id = transfer_id",
    // The answers are sealed; whoever asks once more is told them.
    "SELECT concat_ws(' ', key, status) AS value FROM platform.idempotency_keys",
    "SELECT concat_ws(' ', name, piece->>'bill', piece->>'issuer', count(*)) AS value \
     FROM platform.events, jsonb_array_elements(payload) piece GROUP BY name, piece->>'bill', \
     piece->>'issuer'",
];

async fn rows(town: &Town) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for query in ROWS {
        let rows = town.texts(query).await;
        let mut rows: Vec<String> = rows.iter().map(|row| natural(row)).collect();
        rows.sort();
        all.push(rows);
    }
    all
}

proptest! {
    #![proptest_config(Config {
        cases: 8,
        max_shrink_iters: 50,
        failure_persistence: None,
        ..Config::default()
    })]

    #[test]
    fn a_batch_is_what_its_commands_would_have_been_one_by_one(
        attempts in prop::collection::vec(attempt(), 1..60),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (one, other) = (Town::new(BILLS, OPENING).await, Town::new(BILLS, OPENING).await);
            let batch = commands(&attempts);
            let mut singly = Vec::new();
            for command in &batch {
                singly.extend(outcomes(&one, std::slice::from_ref(command)).await);
            }
            prop_assert_eq!(outcomes(&other, &batch).await, singly);
            for (found, expected) in rows(&other).await.into_iter().zip(rows(&one).await) {
                prop_assert_eq!(found, expected);
            }
            // And once more: everything that has an answer has the same one still.
            let again = outcomes(&other, &batch).await;
            prop_assert_eq!(outcomes(&one, &batch).await, again);
            Ok(())
        })?;
    }
}
