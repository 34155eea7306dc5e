//! A batch takes as many statements as one command of each of its kinds.

use std::collections::BTreeSet;

use citygate_identity::{ClientId, ResidentIdNumber};
use citygate_kernel::{Locale, Masked};

use super::town::{KINDS, PEOPLE, Town, agency, bill_id, command, debtor, new_bill, yuan};
use crate::{
    actions::{PayBill, bills, issue_bills, issued::issue_all, pay::pay_all},
    model::{NewBill, Party, Terms},
};

/// Bills that somebody can pay whose session runs.
fn payable() -> impl Iterator<Item = u128> {
    (0..).filter(|n| n % PEOPLE != PEOPLE - 1)
}

/// How many statements it takes to pay so many bills in one transaction.
async fn statements_to_pay(town: &Town, bills: &[u128], keys: usize) -> u32 {
    let batch: Vec<PayBill> =
        (keys..).zip(bills).map(|(key, n)| command(key, debtor(*n), bill_id(*n))).collect();
    town.tx(async |tx| {
        let before = tx.statements();
        for outcome in pay_all(&town.platform.keys, tx, &batch).await? {
            let answer = outcome.unwrap();
            assert_eq!(answer.status, 201, "{}", answer.body);
        }
        Ok(tx.statements() - before)
    })
    .await
}

#[tokio::test]
async fn paying_a_hundred_bills_takes_as_many_statements_as_paying_one() {
    let town = Town::new(1_000, yuan(1_000_000)).await;
    let plain: Vec<u128> = payable().filter(|n| n % KINDS == 0).take(111).collect();
    let (first, rest) = plain.split_at(10);
    let (one, hundred) = rest.split_at(1);
    // The first ones open the accounts of their agencies.
    statements_to_pay(&town, first, 0).await;
    let one = statements_to_pay(&town, one, 100).await;
    let all = statements_to_pay(&town, hundred, 200).await;
    assert_eq!((hundred.len(), one), (100, all));
    assert!(one <= 16, "this only becomes less: {one}");
}

#[tokio::test]
async fn paying_a_hundred_bills_takes_no_more_statements_than_paying_one_of_each_kind() {
    let town = Town::new(200, yuan(1_000_000)).await;
    let bills: Vec<u128> = payable().take(110).collect();
    let (few, many) = bills.split_at(10);
    assert_eq!(few.iter().map(|n| n % KINDS).collect::<BTreeSet<_>>().len(), 7);
    let first = statements_to_pay(&town, few, 0).await;
    let second = statements_to_pay(&town, many, 100).await;
    assert!(second <= first, "{second} for {} bills, {first} for {}", many.len(), few.len());
    assert!(first <= 30, "{first}");
}

#[tokio::test]
async fn issuing_and_reading_a_hundred_bills_takes_as_many_statements_as_seven() {
    let town = Town::new(0, yuan(1)).await;
    let mut counts = Vec::new();
    for range in [0..7, 7..107] {
        let new: Vec<NewBill> = range.clone().map(new_bill).collect();
        let ids: Vec<_> = new.iter().map(|bill| bill.id).collect();
        let count = town
            .tx(async |tx| {
                let before = tx.statements();
                let issued = issue_bills(tx, &new).await?;
                assert!(issued.iter().all(Result::is_ok), "{issued:?}");
                let between = tx.statements();
                assert_eq!(bills(tx, ids[0].city(), &ids).await?.len(), ids.len());
                Ok((between - before, tx.statements() - between))
            })
            .await;
        counts.push(count);
    }
    assert_eq!(counts[0], counts[1]);
}

/// A made-up number with its check character (GB 11643).
fn id_number(n: u128) -> ResidentIdNumber {
    let digits = format!("33010619900101{n:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: usize = digits.bytes().zip(weights).map(|(b, w)| usize::from(b - b'0') * w).sum();
    format!("{digits}{}", &"10X98765432"[sum % 11..=sum % 11]).parse().unwrap()
}

/// A bill as an agency sends it: of every kind, and each fifth is not sound.
fn sent(n: u128) -> NewBill<Party> {
    let bill = new_bill(n);
    let party = |n| Party { id_number: id_number(n), name: Masked::new("某人".to_owned()) };
    let Terms { payer, expires_at, allows_partial, lines, shares, instalments } = bill.terms;
    NewBill {
        id: bill.id,
        agency: agency(0),
        issuer: bill.issuer,
        external_no: bill.external_no,
        debtor: party(n),
        subject: bill.subject,
        amount: if n % 5 == 4 { yuan(0) } else { bill.amount },
        due_on: bill.due_on,
        surcharge: bill.surcharge,
        terms: Terms {
            payer: payer.map(|_| party(n + 1)),
            expires_at,
            allows_partial,
            lines,
            shares,
            instalments,
        },
    }
}

#[tokio::test]
async fn a_batch_of_an_agency_takes_as_many_statements_whatever_its_size() {
    let town = Town::new(0, yuan(1)).await;
    let cx = town.platform.cx(Locale::En, "budget");
    let client = ClientId::new(&town.platform.clock);
    let issue = async |range: std::ops::Range<u128>| {
        let bills: Vec<_> = range.map(sent).collect();
        town.tx(async |tx| {
            let before = tx.statements();
            let issued = issue_all(&cx, tx, client, &bills).await?;
            let new = issued.iter().flatten().filter(|issued| !issued.unchanged).count();
            let refused = issued.iter().filter(|issued| issued.is_err()).count();
            Ok((tx.statements() - before, new, refused))
        })
        .await
    };
    // The first of a process reads its data keys.
    issue(520..521).await;
    let (few, many) = (issue(0..20).await, issue(20..520).await);
    assert_eq!((few.1, few.2, many.1, many.2), (16, 4, 400, 100));
    assert_eq!(few.0, many.0);
    // And once more, when all of them are on record.
    let (few, many) = (issue(0..20).await, issue(20..520).await);
    assert_eq!((few.1, few.2, many.1, many.2), (0, 4, 0, 100));
    assert_eq!(few.0, many.0);
}
