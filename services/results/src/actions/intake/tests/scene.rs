//! Two hospitals and two people.

use chrono::TimeDelta;
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_exchange::{Fault, OrderPlaced, OrderWithdrawn, Sender, patient_named};
use citygate_identity::{ClientId, PersonId};
use citygate_kernel::{CityCode, Clock, Locale, Masked, Text};
use citygate_platform::Cx;
use citygate_testkit::{TestDb, monday_morning};
use diesel::{
    QueryableByName,
    sql_types::{BigInt, Bytea},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::{FILING, Filed, Policies, reports};
use crate::{
    actions::orders::{self, NewOrder, Placed},
    error::Error,
    model::{
        Code, NewObservation, NewReport, ObservedValue, OwnNo, Report, ReportCategory, ReportId,
        ReportStatus, VersionKey,
    },
    rules::orders::OrderEvent,
    store,
};

pub(super) const WANG: &str = "330102199003078512";
const LI: &str = "11010519491231002X";

pub(super) struct Hospital {
    pub agency: AgencyId,
    pub sender: Sender,
}

pub(super) struct Scene {
    _db: TestDb,
    pub cx: Cx,
    pub one: Hospital,
    pub other: Hospital,
    pub wang: PersonId,
    pub li: PersonId,
}

/// An item of a blood count.
pub(super) fn item(value: &str) -> NewObservation {
    let unit = "10*9/L".to_owned();
    NewObservation {
        id: None,
        code: Code {
            system: "http://loinc.org".to_owned(),
            code: "6690-2".to_owned(),
            display: "白细胞计数".to_owned(),
        },
        status: ReportStatus::Final,
        value: ObservedValue::Quantity { value: value.parse().unwrap(), comparator: None, unit },
        range: None,
        flags: Vec::new(),
        effective_at: None,
        note: None,
        resource: None,
    }
}

/// A report of one item, issued so many seconds after the beginning.
pub(super) fn says(
    report_no: &str,
    order_no: &str,
    patient: PersonId,
    status: ReportStatus,
    second: i64,
    value: &str,
) -> NewReport {
    let issued_at = monday_morning() + TimeDelta::seconds(second);
    NewReport {
        id: None,
        report_no: OwnNo::parse(report_no).unwrap(),
        order_no: OwnNo::parse(order_no).unwrap(),
        patient,
        status,
        issued_at,
        effective_at: Some(issued_at - TimeDelta::hours(1)),
        category: ReportCategory::Laboratory,
        code: Code {
            system: String::new(), code: "CBC".to_owned(), display: "血常规".to_owned()
        },
        conclusion: Some(Masked::new("未见异常".to_owned())),
        observations: vec![item(value)],
        resource: None,
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Raw {
    #[diesel(sql_type = Bytea)]
    content_sealed: Vec<u8>,
}

impl Scene {
    pub async fn set() -> Self {
        let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
        let cx = db.platform(&clock).cx(Locale::En, "test-request");
        let one = hospital(&cx, &clock, 1).await;
        let other = hospital(&cx, &clock, 2).await;
        let wang = person(&cx, &one, WANG).await;
        let li = person(&cx, &one, LI).await;
        Self { _db: db, cx, one, other, wang, li }
    }

    pub async fn file(
        &self,
        by: &Hospital,
        new: impl IntoIterator<Item = NewReport>,
    ) -> Result<Vec<Filed>, Fault> {
        // A body may run again: it is given the same each time.
        let new: Vec<NewReport> = new.into_iter().collect();
        let again = || new.iter().map(copy).collect();
        let file = async |tx: &mut citygate_platform::db::Tx<'_>| {
            reports(&self.cx, tx, &Policies::default(), by.sender, again()).await
        };
        self.cx.db.tx("test.file", file).await
    }

    /// Hears of an order of a visit.
    pub async fn hear(&self, by: &Hospital, no: &str, person: PersonId) -> Result<(), Error> {
        let news = OrderPlaced {
            agency: by.agency,
            order_no: no.to_owned(),
            person,
            visit: Uuid::nil(),
            placed_at: monday_morning(),
        };
        self.cx.db.tx("test.hear", async |tx| orders::heard(&self.cx, tx, &news).await).await
    }

    pub async fn order(&self, by: &Hospital, no: &str, person: PersonId) {
        self.hear(by, no, person).await.unwrap();
    }

    pub async fn withdraw(&self, by: &Hospital, no: &str) {
        let news = OrderWithdrawn { agency: by.agency, order_no: no.to_owned() };
        let known = self.cx.db.tx("test.withdraw", async |tx| orders::withdrawn(tx, &news).await);
        assert!(known.await.unwrap());
    }

    pub async fn push_order(
        &self,
        by: &Hospital,
        no: &str,
        person: PersonId,
    ) -> Result<Placed, Fault> {
        let new = NewOrder {
            id: ReportId::new(CityCode::HANGZHOU, &self.cx.clock).uuid(),
            order_no: OwnNo::parse(no).unwrap(),
            person,
            event: OrderEvent::Placed,
            authored_at: monday_morning(),
            resource: r#"{"resourceType":"ServiceRequest"}"#.to_owned(),
        };
        let put = async |tx: &mut citygate_platform::db::Tx<'_>| {
            orders::put(&self.cx, tx, by.sender, &new).await
        };
        self.cx.db.tx("test.push_order", put).await
    }

    pub async fn report(&self, of: &Hospital, no: &str) -> Report {
        let read = self.cx.db.tx("test.report", async |tx| {
            Ok::<_, Error>(store::reports::lock_by_numbers(tx, of.agency, &[no]).await?.pop())
        });
        read.await.unwrap().unwrap()
    }

    pub async fn versions(&self, of: ReportId) -> Vec<VersionKey> {
        self.cx.db.tx("test.keys", async |tx| store::versions::keys_of(tx, of).await).await.unwrap()
    }

    async fn count(&self, what: &str) -> i64 {
        let sql = format!("SELECT count(*) AS n FROM {what}");
        let count = self.cx.db.tx("test.count", async |tx| {
            let rows: Vec<Counted> = diesel::sql_query(sql.clone()).load(tx.conn()).await?;
            Ok::<_, Error>(rows)
        });
        count.await.unwrap()[0].n
    }

    /// Orders, reports, versions and observations.
    pub async fn counts(&self) -> (i64, i64, i64, i64) {
        (
            self.count("results.orders").await,
            self.count("results.reports").await,
            self.count("results.report_versions").await,
            self.count("results.observations").await,
        )
    }

    /// Entries in the ledger of accesses: people named, results filed, results read.
    pub async fn ledger(&self) -> (i64, i64, i64) {
        let act = |act| format!("identity.access_entries WHERE action = '{act}'");
        (
            self.count(&act("named")).await,
            self.count(&act("result_filed")).await,
            self.count(&act("result_read")).await,
        )
    }

    /// How many pieces of some news were told.
    pub async fn news(&self, name: &str) -> i64 {
        self.count(&format!("platform.events, jsonb_array_elements(payload) WHERE name = '{name}'"))
            .await
    }

    pub async fn raw_content(&self) -> Vec<Vec<u8>> {
        let sql = "SELECT content_sealed FROM results.report_versions \
                   UNION ALL SELECT content_sealed FROM results.observations";
        let read = self.cx.db.tx("test.raw", async |tx| {
            let rows: Vec<Raw> = diesel::sql_query(sql).load(tx.conn()).await?;
            Ok::<_, Error>(rows)
        });
        read.await.unwrap().into_iter().map(|row| row.content_sealed).collect()
    }
}

fn copy(new: &NewReport) -> NewReport {
    NewReport {
        id: new.id,
        report_no: new.report_no.clone(),
        order_no: new.order_no.clone(),
        patient: new.patient,
        status: new.status,
        issued_at: new.issued_at,
        effective_at: new.effective_at,
        category: new.category,
        code: new.code.clone(),
        conclusion: new.conclusion.clone(),
        observations: new.observations.clone(),
        resource: new.resource.clone(),
    }
}

async fn hospital(cx: &Cx, clock: &Clock, n: u128) -> Hospital {
    let agency = AgencyId::new(CityCode::HANGZHOU, clock);
    let named =
        Agency { id: agency, name: Text::new(format!("Hospital {n}"), format!("医院{n}")) };
    cx.db.tx("test.agency", async |tx| add_agency(tx, &named).await).await.unwrap();
    Hospital { agency, sender: Sender { client: ClientId::from_uuid(Uuid::from_u128(n)), agency } }
}

async fn person(cx: &Cx, by: &Hospital, number: &str) -> PersonId {
    let number = number.parse().unwrap();
    let named = cx.db.tx("test.person", async |tx| {
        patient_named(cx, tx, by.sender, FILING, &number, None, "R1").await
    });
    named.await.unwrap().person
}
