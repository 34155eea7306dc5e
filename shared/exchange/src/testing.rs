//! What the tests of this crate have in common.

use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_kernel::{CityCode, Text};
use citygate_platform::{Cx, db::DbError};
use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};

/// A hospital that nobody has connected.
pub(crate) async fn new_hospital(cx: &Cx, city: CityCode) -> AgencyId {
    let hospital = Agency {
        id: AgencyId::new(city, &cx.clock),
        name: Text::new("Lake Hospital", "湖滨医院"),
    };
    let added = cx.db.tx("test.hospital", async |tx| add_agency(tx, &hospital).await);
    added.await.unwrap();
    hospital.id
}

/// Executes statements of a test's own.
pub(crate) async fn run(cx: &Cx, statements: &str) {
    let done = cx.db.tx("test.execute", async |tx| {
        Ok::<_, DbError>(tx.conn().batch_execute(statements).await?)
    });
    done.await.unwrap();
}

/// How many rows there are: of a table, or of one under a condition.
pub(crate) async fn count(cx: &Cx, rows: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let query = format!("SELECT count(*) FROM {rows}");
    let counted = cx.db.read("test.count", async |tx| {
        Ok::<Counted, DbError>(sql_query(&query).get_result(tx.conn()).await?)
    });
    counted.await.unwrap().count
}
