//! A batch does what its transfers do one by one, in a fixed number of statements.

use citygate_ledger::Books;
use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// What differs between two databases only by the identifiers of accounts. Each transfer has the
/// same identifier in both.
const ROWS: [(&str, &str); 6] = [
    (
        "accounts and balances",
        "SELECT a.city, a.code, a.owner_id, a.currency, a.created_at, b.debits_posted, \
         b.credits_posted, b.debits_pending, b.credits_pending, b.overdraft_minor, \
         b.no_debit_excess, b.no_credit_excess, b.version, b.changed_at FROM ledger.accounts a \
         JOIN ledger.balances b ON (b.city, b.account_id) = (a.city, a.id) ORDER BY 1, 2, 3, 4",
    ),
    (
        "transfers",
        "SELECT t.city, t.id, t.kind, t.pending_id, t.group_id, d.city AS debit_city, \
         d.code AS debit, d.owner_id AS debit_owner, t.debit_version, c.city AS credit_city, \
         c.code AS credit, c.owner_id AS credit_owner, t.credit_version, t.amount_minor, \
         t.currency, t.code, t.expires_at, t.created_at FROM ledger.transfers t \
         JOIN ledger.accounts d ON (d.city, d.id) = (t.debit_city, t.debit_account) \
         JOIN ledger.accounts c ON (c.city, c.id) = (t.credit_city, t.credit_account) \
         ORDER BY 1, 2",
    ),
    (
        "entries",
        "SELECT a.city, a.code, a.owner_id, a.currency, e.version, e.transfer_city, \
         e.transfer_id, e.amount_minor, e.balance_after, e.created_at FROM ledger.entries e \
         JOIN ledger.accounts a ON (a.city, a.id) = (e.city, e.account_id) \
         ORDER BY 1, 2, 3, 4, 5",
    ),
    (
        "holds",
        "SELECT h.city, h.id, d.city AS debit_city, d.code AS debit, d.owner_id AS debit_owner, \
         c.city AS credit_city, c.code AS credit, c.owner_id AS credit_owner, h.amount_minor, \
         h.currency, h.expires_at FROM ledger.holds h \
         JOIN ledger.accounts d ON (d.city, d.id) = (h.debit_city, h.debit_account) \
         JOIN ledger.accounts c ON (c.city, c.id) = (h.credit_city, h.credit_account) \
         ORDER BY 1, 2",
    ),
    ("sealed", "SELECT city, unnest(transfer_ids) AS id FROM ledger.blocks ORDER BY 1, 2"),
    // A hold that does not outlive its batch leaves no job; alone, it does.
    (
        "jobs of open holds",
        "SELECT kind, payload, run_at FROM platform.jobs WHERE payload ->> 'hold' IN \
         (SELECT 'tran_' || city || '_' || replace(id::text, '-', '') FROM ledger.holds) \
         ORDER BY payload::text",
    ),
];

fn accounts() -> [Account; 6] {
    let there = |account| Account { city: other_city(), ..account };
    [processor(), wallet(1), wallet(2), agency(), there(agency()), there(wallet(1))]
}

/// A transfer before it has a name; holds by how many were asked for after them.
#[derive(Debug, Clone)]
enum Command {
    Single { sides: (usize, usize), minor: i64 },
    Pending { sides: (usize, usize), minor: i64, ends: Option<i64> },
    Post { hold: usize, minor: Option<i64> },
    Void { hold: usize },
    Expire { hold: usize },
}

fn commands() -> impl Strategy<Value = Command> {
    let sides = || prop_oneof![2 => (Just(0), 1_usize..6), 3 => (0_usize..6, 0_usize..6)];
    let minor = || 1_i64..60;
    // Some are over before they begin: the clock stands still.
    let ends = || proptest::option::of(select(vec![-1_i64, 5]));
    prop_oneof![
        4 => (sides(), minor()).prop_map(|(sides, minor)| Command::Single { sides, minor }),
        3 => (sides(), minor(), ends())
            .prop_map(|(sides, minor, ends)| Command::Pending { sides, minor, ends }),
        2 => (0_usize..3, proptest::option::of(minor()))
            .prop_map(|(hold, minor)| Command::Post { hold, minor }),
        1 => (0_usize..3).prop_map(|hold| Command::Void { hold }),
        1 => (0_usize..3).prop_map(|hold| Command::Expire { hold }),
    ]
}

/// Gives the transfers their names: most are of one city, a hold's end is of the hold's.
fn named(groups: &[Vec<Command>]) -> Vec<Vec<Transfer>> {
    let (accounts, mut names, mut holds) = (accounts(), 0, Vec::new());
    let mut name = |command: &Command| {
        names += 1;
        let own = if names % 7 == 0 { other_city() } else { CITY };
        let known = |back: &usize| {
            let known: Option<&TransferId> = holds.iter().rev().nth(*back);
            known.copied().unwrap_or(nth(0))
        };
        let movement = match command {
            Command::Single { sides: (debit, credit), minor } => Movement::Single {
                debit: accounts[*debit],
                credit: accounts[*credit],
                amount: cny(*minor),
            },
            Command::Pending { sides: (debit, credit), minor, ends } => Movement::Pending {
                debit: accounts[*debit],
                credit: accounts[*credit],
                amount: cny(*minor),
                expires_at: ends.map(minutes),
            },
            Command::Post { hold, minor } => {
                Movement::Post { hold: known(hold), amount: minor.map(cny) }
            }
            Command::Void { hold } => Movement::Void { hold: known(hold) },
            Command::Expire { hold } => Movement::Expire { hold: known(hold) },
        };
        let city = match movement {
            Movement::Single { .. } | Movement::Pending { .. } => own,
            Movement::Post { hold, .. } | Movement::Void { hold } | Movement::Expire { hold } => {
                hold.city()
            }
        };
        let id = TransferId::from_parts(city, Uuid::from_u128(names));
        if matches!(movement, Movement::Pending { .. }) {
            holds.push(id);
        }
        Transfer { id, code: "test", movement }
    };
    groups.iter().map(|group| group.iter().map(&mut name).collect()).collect()
}

impl Ground {
    /// Posts groups of linked transfers as one batch; says how each fared.
    async fn batch(&self, groups: &[Vec<Transfer>]) -> Vec<String> {
        let holds: Vec<TransferId> = groups
            .iter()
            .flatten()
            .filter_map(|transfer| match transfer.movement {
                Movement::Single { .. } | Movement::Pending { .. } => None,
                Movement::Post { hold, .. }
                | Movement::Void { hold }
                | Movement::Expire { hold } => Some(hold),
            })
            .collect();
        let batch = self.platform.db.tx("test.batch", async |tx| {
            let mut books = Books::open(tx, accounts(), &holds).await?;
            let done = groups.iter().map(|group| format!("{:?}", books.post(group))).collect();
            books.write(tx).await?;
            Ok::<_, Error>(done)
        });
        batch.await.unwrap()
    }
}

/// One transaction for each group, or one for many: nobody can tell from the books.
async fn compare(groups: &[Vec<Transfer>], sizes: &[usize]) -> Result<(), TestCaseError> {
    let (one_by_one, batched) = (Ground::new().await, Ground::new().await);
    let (mut singly, mut together) = (Vec::new(), Vec::new());
    for group in groups {
        singly.push(format!("{:?}", one_by_one.post(group).await));
    }
    let (mut rest, mut sizes) = (groups, sizes.iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().map_or(1, |size| rest.len().min(*size));
        let (batch, later) = rest.split_at(size);
        together.extend(batched.batch(batch).await);
        rest = later;
    }
    prop_assert_eq!(singly, together);
    for (what, query) in ROWS {
        prop_assert_eq!(one_by_one.rows(query).await, batched.rows(query).await, "{}", what);
    }
    let (one_by_one, batched) = (one_by_one.sound().await, batched.sound().await);
    prop_assert_eq!(one_by_one.transfers, batched.transfers);
    prop_assert!(batched.blocks <= one_by_one.blocks);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 100, ..ProptestConfig::with_cases(6) })]
    #[test]
    fn batches_leave_the_same_rows_as_one_transaction_for_each(
        groups in vec(prop_oneof![3 => vec(commands(), 1), 1 => vec(commands(), 2..5)], 20..60),
        sizes in vec(1_usize..20, 1..5),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(compare(&named(&groups), &sizes))?;
    }
}

/// What a batch of transfers of one kind costs, from BEGIN to before COMMIT.
async fn statements(ground: &Ground, transfers: &[Transfer]) -> u32 {
    let sides = transfers.iter().filter_map(|transfer| match transfer.movement {
        Movement::Single { debit, credit, .. } | Movement::Pending { debit, credit, .. } => {
            Some([debit, credit])
        }
        Movement::Post { .. } | Movement::Void { .. } | Movement::Expire { .. } => None,
    });
    let holds = transfers.iter().filter_map(|transfer| match transfer.movement {
        Movement::Single { .. } | Movement::Pending { .. } => None,
        Movement::Post { hold, .. } | Movement::Void { hold } | Movement::Expire { hold } => {
            Some(hold)
        }
    });
    let (sides, holds): (Vec<_>, Vec<_>) = (sides.flatten().collect(), holds.collect());
    let counted = ground.platform.db.tx("test.count", async |tx| {
        let mut books = Books::open(tx, sides.iter().copied(), &holds).await?;
        for transfer in transfers {
            books.post(&[*transfer])?;
        }
        books.write(tx).await?;
        Ok::<_, Error>(tx.statements())
    });
    counted.await.unwrap()
}

#[tokio::test]
async fn two_hundred_transfers_take_as_many_statements_as_one() {
    let ground = Ground::new().await;
    let mut names = 0;
    let mut batch = |size: u128, movement: &dyn Fn(u128) -> Movement| -> Vec<Transfer> {
        let named = (0..size).map(|n| {
            names += 1;
            Transfer { id: nth(names), code: "test", movement: movement(n) }
        });
        named.collect()
    };
    let fill = |n| Movement::Single { debit: processor(), credit: wallet(n), amount: cny(100) };
    let pay = |n| Movement::Single { debit: wallet(n), credit: agency(), amount: cny(1) };
    let hold = |n, expires_at| {
        let (debit, credit, amount) = (wallet(n), agency(), cny(2));
        Movement::Pending { debit, credit, amount, expires_at }
    };
    statements(&ground, &batch(200, &fill)).await;
    statements(&ground, &batch(1, &pay)).await;
    for size in [1, 200] {
        // BEGIN; a lock for each kind of account; transfers, entries, balances; the block.
        assert_eq!(statements(&ground, &batch(size, &fill)).await, 1 + 2 + 3 + 1, "{size} singles");
        // No entries, but holds.
        let endless = batch(size, &|n| hold(n, None));
        assert_eq!(statements(&ground, &endless).await, 1 + 2 + 3 + 1, "{size} holds");
        // And one for the jobs that will end them.
        let ending = batch(size, &|n| hold(n, Some(minutes(1))));
        assert_eq!(statements(&ground, &ending).await, 1 + 2 + 4 + 1, "{size} holds that end");
        let of = |holds: &[Transfer], n: u128| holds[usize::try_from(n).unwrap()].id;
        // Holds are locked first and deleted at last.
        let posts = batch(size, &|n| Movement::Post { hold: of(&endless, n), amount: None });
        assert_eq!(statements(&ground, &posts).await, 1 + 3 + 4 + 1, "{size} posts");
        let voids = batch(size, &|n| Movement::Void { hold: of(&ending, n) });
        assert_eq!(statements(&ground, &voids).await, 1 + 3 + 3 + 1, "{size} voids");
    }
    let opened =
        |n| Movement::Single { debit: processor(), credit: wallet(999 + n), amount: cny(1) };
    assert_eq!(statements(&ground, &batch(1, &opened)).await, 1 + 2 + 5 + 1, "and one is opened");
    let more =
        |n| Movement::Single { debit: processor(), credit: wallet(1_999 + n), amount: cny(1) };
    assert_eq!(statements(&ground, &batch(200, &more)).await, 1 + 2 + 5 + 1, "200 are opened");
    ground.sound().await;
}
