//! Interest on a real database: once, whatever runs how often.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Clock, Locale, Text};
use citygate_platform::{Cx, Platform};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{
    QueryableByName, sql_query,
    sql_types::{BigInt, Text as SqlText},
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures_util::future::join;

use super::{books_closed, credit};
use crate::{error::Error, jobs::interest::Page};

/// A centre with five accounts, two to a page, whose interest the city computes.
struct Centre {
    platform: Platform,
    agency: AgencyId,
    _db: TestDb,
}

/// CNY 100,000.00 since before the year: 1,520.83 of interest.
const OPENING: i64 = 10_000_000;
const INTEREST: i64 = 152_083;
const ACCOUNTS: i64 = 5;

impl Centre {
    async fn open(computed_by: &str) -> Self {
        let db = TestDb::new().await;
        let platform = db.platform(&Clock::manual(monday_morning()));
        let agency = AgencyId::new(CityCode::HANGZHOU, &platform.clock);
        let centre = Self { platform, agency, _db: db };
        let listed = Agency { id: agency, name: Text::new("Fund", "公积金中心") };
        let added = centre.platform.db.tx("test.add", async |tx| add_agency(tx, &listed).await);
        added.await.unwrap();
        let rule = format!(
            "INSERT INTO public.rules (id, key, city, agency_id, valid_from, params, citation_en, \
             citation_zh, verified_on) VALUES (gen_random_uuid(), 'provident_fund.interest', 330100, \
             '{}', '2020-01-01', '{{\"annual_rate_ppm\": 15000, \"day_basis\": 360, \
             \"computed_by\": \"{computed_by}\"}}', 'test', '测试', '2026-01-01')",
            agency.uuid()
        );
        centre.run(&rule).await;
        for n in 1..=ACCOUNTS {
            centre.account(n, "active").await;
        }
        centre
    }

    /// An account with an opening balance, and a posting that is only declared.
    async fn account(&self, n: i64, state: &str) {
        let (city, id) = (330_100, format!("01900000-0000-7000-8000-{n:012}"));
        let agency = self.agency.uuid();
        self.run(&format!(
            "INSERT INTO provident_fund.accounts (city, id, agency_id, account_no, person_id, state, \
             opened_on, base_minor, own_rate_bp, employer_rate_bp, balance_minor, currency, as_of, \
             batch_id, created_at, changed_at) VALUES ({city}, '{id}', '{agency}', '{n:012}', '{id}', \
             '{state}', '2020-01-01', 0, 1200, 1200, {OPENING}, 'CNY', now(), '{agency}', now(), now()); \
             INSERT INTO provident_fund.postings (city, account_id, posting_no, kind, state, month, \
             booked_on, own_minor, employer_minor, batch_id) VALUES \
             ({city}, '{id}', 'OPEN', 'opening', 'posted', '2025-06-01', '2025-06-15', 4000000, 6000000, \
              '{agency}'), \
             ({city}, '{id}', 'DECL', 'remittance', 'declared', '2026-05-01', '2026-05-31', 100000, \
              100000, '{agency}')"
        ))
        .await;
    }

    async fn run(&self, statements: &str) {
        let ran = self.platform.db.tx("test.run", async |tx| {
            tx.conn().batch_execute(statements).await?;
            Ok::<_, Error>(())
        });
        ran.await.unwrap();
    }

    fn cx(&self) -> Cx {
        self.platform.cx(Locale::En, "req_test")
    }

    fn page(&self, after: &str) -> Page {
        Page { agency: self.agency, year: 2026, after: after.to_owned() }
    }

    /// Runs pages of two accounts, each after the one that enqueued it.
    async fn all(&self, first: Page) -> usize {
        let (mut credited, mut page) = (0, first);
        loop {
            credited += credit(&self.cx(), &page, 2).await.unwrap();
            let after = if page.after.is_empty() { 0 } else { page.after.parse::<i64>().unwrap() };
            if after + 2 > ACCOUNTS {
                return credited;
            }
            page.after = format!("{:012}", after + 2);
        }
    }

    async fn number(&self, expression: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Number {
            #[diesel(sql_type = BigInt)]
            n: i64,
        }
        let query = format!("SELECT ({expression})::bigint AS n");
        let found = self.platform.db.tx("test.number", async |tx| {
            Ok::<_, Error>(sql_query(query.as_str()).get_result::<Number>(tx.conn()).await?)
        });
        found.await.unwrap().n
    }

    /// Jobs that were enqueued, by what they say.
    async fn jobs(&self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Payload {
            #[diesel(sql_type = SqlText)]
            payload: String,
        }
        let found = self.platform.db.tx("test.jobs", async |tx| {
            let query = sql_query(
                "SELECT concat(payload->>'year', ' ', payload->>'after') AS payload \
                 FROM platform.jobs ORDER BY payload->>'year', payload->>'after'",
            );
            Ok::<_, Error>(query.load::<Payload>(tx.conn()).await?)
        });
        found.await.unwrap().into_iter().map(|row| row.payload).collect()
    }

    /// Every account has its interest once, and its balance is the sum of what counts.
    async fn is_credited_once(&self) {
        let interest = "SELECT count(*) FROM provident_fund.postings WHERE posting_no = 'INT-2026' \
                        AND kind = 'interest' AND state = 'posted' AND booked_on = '2026-06-30' \
                        AND month = '2026-06-01' AND own_minor = 152083 AND employer_minor = 0";
        assert_eq!(self.number(interest).await, ACCOUNTS);
        let all = "SELECT count(*) FROM provident_fund.postings WHERE kind = 'interest'";
        assert_eq!(self.number(all).await, ACCOUNTS);
        let balances = "SELECT sum(balance_minor) FROM provident_fund.accounts";
        assert_eq!(self.number(balances).await, ACCOUNTS * (OPENING + INTEREST));
        let apart = "SELECT count(*) FROM provident_fund.accounts a WHERE balance_minor <> \
                     (SELECT sum(own_minor + employer_minor) FROM provident_fund.postings p \
                      WHERE p.city = a.city AND p.account_id = a.id AND state = 'posted')";
        assert_eq!(self.number(apart).await, 0);
    }
}

#[tokio::test]
async fn interest_is_credited_once_however_often_it_runs() {
    let centre = Centre::open("city").await;
    assert_eq!(centre.all(centre.page("")).await, 5);
    centre.is_credited_once().await;
    assert_eq!(centre.all(centre.page("")).await, 0);
    centre.is_credited_once().await;
    // The pages that follow were enqueued, twice.
    let follows =
        ["2026 000000000002", "2026 000000000002", "2026 000000000004", "2026 000000000004"];
    assert_eq!(centre.jobs().await, follows);
}

#[tokio::test]
async fn whoever_is_stopped_between_pages_goes_on_or_begins_anew() {
    let centre = Centre::open("city").await;
    assert_eq!(credit(&centre.cx(), &centre.page(""), 2).await.unwrap(), 2);
    // Stopped here. The page that was enqueued with the first goes on.
    assert_eq!(centre.jobs().await, ["2026 000000000002"]);
    assert_eq!(credit(&centre.cx(), &centre.page("000000000002"), 2).await.unwrap(), 2);
    // And somebody begins anew.
    assert_eq!(centre.all(centre.page("")).await, 1);
    centre.is_credited_once().await;
}

#[tokio::test]
async fn a_page_that_fails_leaves_nothing_behind() {
    let centre = Centre::open("city").await;
    // The third account would hold more than there can be: its page fails as a whole.
    let third = "id = '01900000-0000-7000-8000-000000000003'";
    centre
        .run(&format!(
            "UPDATE provident_fund.accounts SET balance_minor = 9223372036854775807 WHERE {third}"
        ))
        .await;
    assert_eq!(credit(&centre.cx(), &centre.page(""), 2).await.unwrap(), 2);
    assert!(credit(&centre.cx(), &centre.page("000000000002"), 2).await.is_err());
    let all = "SELECT count(*) FROM provident_fund.postings WHERE kind = 'interest'";
    assert_eq!(centre.number(all).await, 2);
    assert_eq!(centre.jobs().await, ["2026 000000000002"]);
    centre
        .run(&format!("UPDATE provident_fund.accounts SET balance_minor = {OPENING} WHERE {third}"))
        .await;
    assert_eq!(centre.all(centre.page("000000000002")).await, 3);
    centre.is_credited_once().await;
}

#[tokio::test]
async fn two_at_once_credit_once() {
    let centre = Centre::open("city").await;
    let (one, other) = join(centre.all(centre.page("")), centre.all(centre.page(""))).await;
    assert_eq!(one + other, 5);
    centre.is_credited_once().await;
}

#[tokio::test]
async fn who_is_closed_or_elsewhere_bears_no_interest() {
    let centre = Centre::open("city").await;
    centre.account(6, "closed").await;
    centre.account(7, "transferred").await;
    assert_eq!(credit(&centre.cx(), &centre.page(""), 100).await.unwrap(), 5);
    assert!(centre.jobs().await.is_empty());
}

#[tokio::test]
async fn a_centre_that_computes_itself_is_left_alone() {
    let centre = Centre::open("centre").await;
    assert_eq!(credit(&centre.cx(), &centre.page(""), 2).await.unwrap(), 0);
    assert!(centre.jobs().await.is_empty());
    assert_eq!(
        centre.number("SELECT sum(balance_minor) FROM provident_fund.accounts").await,
        50_000_000
    );
}

#[tokio::test]
async fn interest_is_due_when_the_books_of_the_year_are_closed() {
    let centre = Centre::open("city").await;
    let at = |text: &str| -> Option<DateTime<Utc>> {
        let day: NaiveDate = text.parse().unwrap();
        // Midnight in Hangzhou.
        Some(day.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::hours(8))
    };
    for (before, until, years) in [
        (None, at("2026-07-02"), &[][..]),
        (at("2026-06-29"), at("2026-06-30"), &[]),
        (at("2026-06-30"), at("2026-07-01"), &["2026 "]),
        (at("2026-07-01"), at("2027-06-30"), &[]),
        (at("2026-06-30"), at("2028-07-01"), &["2026 ", "2027 ", "2028 "]),
        // Books that stand still.
        (at("2026-07-01"), at("2026-07-01"), &[]),
    ] {
        let closed = centre
            .platform
            .db
            .tx("test.close", async |tx| books_closed(tx, centre.agency, before, until).await);
        closed.await.unwrap();
        assert_eq!(centre.jobs().await, years, "{before:?} {until:?}");
        centre.run("DELETE FROM platform.jobs").await;
    }
}
