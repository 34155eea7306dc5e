//! An agency, two people, and what they do.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_identity::{Access, Accessor, Named, PersonId, Reason, person};
use citygate_kernel::{CityCode, Clock, Locale, Text};
use citygate_platform::{Cx, db::Tx};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_query, sql_types};
use diesel_async::RunQueryDsl;
use serde_json::Value;

use super::super::{Issued, Verified, issue, published_keys, revoke, verify};
use crate::{
    error::Error,
    model::{CertificateId, Content, NewCertificate, Revocation, Statement},
    store,
};

pub(super) struct Scene {
    _db: TestDb,
    pub cx: Cx,
    pub agency: AgencyId,
    pub wang: PersonId,
    pub li: PersonId,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = sql_types::BigInt)]
    n: i64,
}

impl Scene {
    pub async fn set() -> Self {
        let (db, clock) = (TestDb::new().await, Clock::manual(monday_morning()));
        let cx = db.platform(&clock).cx(Locale::En, "test-request");
        let agency = AgencyId::new(CityCode::HANGZHOU, &clock);
        let name = Text::new("Registry of Marriages", "婚姻登记处");
        let listed = Agency { id: agency, name };
        cx.db.tx("test.agency", async |tx| add_agency(tx, &listed).await).await.unwrap();
        let wang = named(&cx, "330102199003078512").await;
        let li = named(&cx, "11010519491231002X").await;
        Self { _db: db, cx, agency, wang, li }
    }

    /// A certificate of two, of which only the place is public.
    pub fn marriage(&self) -> NewCertificate<'static> {
        let said = |en: &str, zh: &str, value: &str, public| Statement {
            name: Text::new(en, zh),
            value: value.to_owned(),
            public,
        };
        NewCertificate {
            agency: self.agency,
            kind: "marriage.registration",
            holders: vec![self.wang, self.li],
            case: "mcas_1",
            title: Text::new("Marriage certificate", "结婚证明"),
            statements: vec![
                said("Holders", "持证人", "王芳、李强", false),
                said("Registered at", "登记机关", "西湖区民政局", true),
            ],
            valid_until: None,
        }
    }

    pub async fn issue(&self, new: &NewCertificate<'_>) -> Result<Issued, Error> {
        self.cx.db.tx("test.issue", async |tx| issue(&self.cx, tx, new).await).await
    }

    pub async fn revoke(&self, id: CertificateId, because: Revocation) -> Result<(), Error> {
        let revoke = async |tx: &mut Tx<'_>| revoke(&self.cx, tx, id, because).await;
        self.cx.db.tx("test.revoke", revoke).await
    }

    pub async fn verify(&self, number: &str, code: &str) -> Result<Verified, Error> {
        verify(&self.cx, &number.parse().unwrap(), &code.parse().unwrap()).await
    }

    /// By its own number and code.
    pub async fn verified(&self, issued: &Issued) -> Verified {
        self.verify(&issued.number, issued.code.expose()).await.unwrap()
    }

    pub async fn content(&self, id: CertificateId) -> Content {
        let read = self.cx.db.tx("test.content", async |tx| {
            store::certificates::of_holder(&self.cx.keys, tx, id, self.wang).await
        });
        read.await.unwrap().unwrap().1
    }

    pub async fn credential(&self, id: CertificateId) -> String {
        self.content(id).await.credential
    }

    pub async fn keys(&self) -> Vec<Value> {
        published_keys(&self.cx).await.unwrap()
    }

    pub async fn count(&self, what: &str) -> i64 {
        let sql = format!("SELECT count(*) AS n FROM {what}");
        let count = self.cx.db.tx("test.count", async |tx| {
            let rows: Vec<Counted> = sql_query(sql.clone()).load(tx.conn()).await?;
            Ok::<_, Error>(rows)
        });
        count.await.unwrap()[0].n
    }

    pub async fn execute(&self, sql: &str) -> Result<usize, Error> {
        self.cx.db.tx("test.execute", async |tx| Ok(sql_query(sql).execute(tx.conn()).await?)).await
    }

    pub fn later(&self, by: TimeDelta) {
        self.cx.clock.advance(by);
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.cx.clock.now()
    }
}

async fn named(cx: &Cx, id_number: &str) -> PersonId {
    let id_number = id_number.parse().unwrap();
    let reason = Reason { purpose: "city.demonstration", legal_basis: "pipl-13-1" };
    let access = Access::new(cx, Accessor::city(CityCode::HANGZHOU), reason);
    let named = Named { id_number: &id_number, name: None, case: None };
    let person =
        cx.db.tx("test.person", async |tx| person(&cx.keys, tx, &access, named).await).await;
    person.unwrap()
}
