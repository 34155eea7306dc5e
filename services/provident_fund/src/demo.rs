//! The fund centre of the demo: Beijing's, with an account for each demo citizen.

use std::error::Error as StdError;

use chrono::{Datelike, Months, NaiveDate};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{Accessor, DEMO_CITIZENS};
use citygate_kernel::{CityCode, Text};
use citygate_platform::Cx;
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::{Value, json};
use uuid::uuid;

use crate::{
    actions::batch::{self, Centre, Part},
    error::{BatchError, Error},
    model::{BatchKind, BatchNo, Declaration},
};

/// The housing provident fund centre of Beijing in the demo.
pub const FUND_CENTRE: AgencyId =
    AgencyId::from_parts(CityCode::BEIJING, uuid!("01999999-0000-7000-8000-0000000000d1"));

/// Who pays in: the example of GB 32100.
const EMPLOYER_NO: &str = "91350100M000100Y43";
/// How many months are told of, before the present one.
const MONTHS: u32 = 30;
/// 12 % of a base of CNY 15,000, for each of both sides.
const SHARE_MINOR: i64 = 180_000;
const BASE_MINOR: i64 = 1_500_000;

/// Lines of a kind, and what they come to.
struct Told {
    kind: BatchKind,
    lines: Vec<Value>,
    sum_minor: i64,
}

/// Lists the centre and pushes its records, once; those that exist stay as they are.
pub(crate) fn seed(cx: Cx) -> LocalBoxFuture<'static, Result<(), Box<dyn StdError>>> {
    async move {
        let name =
            Text::new("Beijing Housing Provident Fund Management Center", "北京住房公积金管理中心");
        let agency = Agency { id: FUND_CENTRE, name };
        cx.db
            .tx("provident_fund.seed_agency", async |tx| {
                Ok::<_, Error>(add_agency(tx, &agency).await?)
            })
            .await?;
        let today = cx.clock.now().date_naive();
        let first = today.with_day(1).ok_or("a month begins with a day")?;
        let months: Vec<NaiveDate> =
            (1..=MONTHS).rev().filter_map(|n| first.checked_sub_months(Months::new(n))).collect();
        for told in [accounts(), terms(&months), postings(&months), loans(&months)] {
            push(&cx, &told).await?;
        }
        Ok(())
    }
    .boxed_local()
}

/// Pushes a batch, as a centre does. What it says depends on the day, and is said once.
async fn push(cx: &Cx, told: &Told) -> Result<(), Box<dyn StdError>> {
    let number: BatchNo = format!("demo-{}", told.kind.code()).parse()?;
    let declared = Declaration {
        kind: told.kind,
        as_of: cx.clock.now(),
        lines: i64::try_from(told.lines.len())?,
        sum_minor: told.sum_minor,
    };
    match batch::declare(cx, FUND_CENTRE, &number, declared, None).await {
        Ok(_) => {}
        Err(Error::Batch(BatchError::DeclaredOtherwise)) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    let lines: Vec<String> = told.lines.iter().map(Value::to_string).collect();
    let centre = Centre { agency: FUND_CENTRE, by: Accessor::city(FUND_CENTRE.city()) };
    let body = lines.join("\n");
    let part = Part { number: 1, bytes: body.as_bytes() };
    batch::receive(cx, centre, &number, part).await?;
    batch::close(cx, FUND_CENTRE, &number).await?;
    Ok(())
}

/// Whose account is which: `110000000001`, `110000000002`.
fn account_no(which: usize) -> String {
    format!("11{:010}", which + 1)
}

fn accounts() -> Told {
    let line = |(which, (_, name, id_number)): (usize, (&str, &str, &str))| {
        json!({
            "account_no": account_no(which), "person": {"name": name, "id_number": id_number},
            "state": "active", "opened_on": "2019-07-01",
            "employer": {"employer_no": EMPLOYER_NO, "name": "燕山数据科技有限公司"},
            "base_minor": BASE_MINOR, "own_rate_bp": 1_200, "employer_rate_bp": 1_200,
        })
    };
    let lines: Vec<Value> = DEMO_CITIZENS.into_iter().enumerate().map(line).collect();
    Told { kind: BatchKind::Accounts, sum_minor: BASE_MINOR * 2, lines }
}

/// Bases are set anew each July.
fn terms(months: &[NaiveDate]) -> Told {
    let from = months.iter().filter(|month| month.month() == 7);
    let lines: Vec<Value> = from
        .flat_map(|month| (0..DEMO_CITIZENS.len()).map(move |which| (month, which)))
        .map(|(month, which)| {
            json!({
                "account_no": account_no(which), "from_month": month.format("%Y-%m").to_string(),
                "employer_no": EMPLOYER_NO, "base_minor": BASE_MINOR, "own_rate_bp": 1_200,
                "employer_rate_bp": 1_200,
            })
        })
        .collect();
    let count = lines.iter().map(|_| BASE_MINOR);
    Told { kind: BatchKind::Terms, sum_minor: count.sum(), lines }
}

/// A contribution each month, and interest each June; for the last two months the second citizen's
/// employer has paid nothing.
fn postings(months: &[NaiveDate]) -> Told {
    let (mut lines, mut sum_minor) = (Vec::new(), 0);
    for which in 0..DEMO_CITIZENS.len() {
        let mut post =
            |number: String, kind: &str, month: NaiveDate, day: u32, minor: (i64, i64)| {
                let booked_on = month.with_day(day).unwrap_or(month);
                let late = which == 1 && months.iter().rev().take(2).any(|last| *last == month);
                lines.push(json!({
                    "account_no": account_no(which), "posting_no": number, "kind": kind,
                    "state": if late { "declared" } else { "posted" },
                    "month": month.format("%Y-%m").to_string(), "booked_on": booked_on,
                    "own_minor": minor.0, "employer_minor": minor.1,
                    "employer_no": (kind == "remittance").then_some(EMPLOYER_NO),
                }));
                sum_minor += minor.0 + minor.1;
            };
        if let Some(first) = months.first() {
            post("OPENING".to_owned(), "opening", *first, 1, (9_000_000, 9_000_000));
        }
        for month in months {
            let number = month.format("%Y%m");
            let share = (SHARE_MINOR, SHARE_MINOR);
            post(format!("R{number}"), "remittance", *month, 10, share);
            if month.month() == 6 {
                post(format!("I{number}"), "interest", *month, 30, (150_000, 150_000));
            }
        }
    }
    Told { kind: BatchKind::Postings, lines, sum_minor }
}

/// The first citizen pays back a loan: of each of its instalments the same principal.
fn loans(months: &[NaiveDate]) -> Told {
    // On the first of each month, so that as many are due on any day of this one.
    let first_due = months.get(1);
    let left = 90_000_000 - 300_000 * i64::from(MONTHS);
    let lines = vec![json!({
        "loan_no": "BJ-L-0001", "account_no": account_no(0), "principal_minor": 90_000_000,
        "annual_rate_ppm": 26_000, "method": "equal_principal", "months": 300,
        "first_due_on": first_due, "balance_minor": left, "state": "repaying",
    })];
    Told { kind: BatchKind::Loans, sum_minor: left, lines }
}
