//! Finding hospitals, departments and doctors by their names.

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Text};
use citygate_platform::{db::Tx, sql::sql};
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Integer, Nullable, Text as SqlText, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{DepartmentId, PractitionerId, Title},
    rules::SearchTerm,
};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FoundKind {
    /// The hospital itself.
    Hospital,
    /// A department of it.
    Department(DepartmentId),
    /// A doctor of it.
    Practitioner(PractitionerId, Title),
}

/// Something that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub kind: FoundKind,
    /// The hospital that it belongs to.
    pub hospital: AgencyId,
    /// Its name; a hospital's is the agency's.
    pub name: Option<Text>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlText)]
    kind: String,
    #[diesel(sql_type = SqlUuid)]
    agency_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<SqlText>)]
    name_en: Option<String>,
    #[diesel(sql_type = Nullable<SqlText>)]
    name_zh: Option<String>,
    #[diesel(sql_type = Nullable<SqlText>)]
    title: Option<String>,
}

impl Row {
    fn found(self, city: CityCode) -> Result<Found, Error> {
        let kind = match self.kind.as_str() {
            "hospital" => FoundKind::Hospital,
            "department" => FoundKind::Department(DepartmentId::from_parts(city, self.id)),
            _ => {
                let title = self.title.as_deref().and_then(Title::parse);
                let title = title.ok_or(Error::Damaged("title"))?;
                FoundKind::Practitioner(PractitionerId::from_parts(city, self.id), title)
            }
        };
        let name = self.name_en.zip(self.name_zh).map(|(en, zh)| Text::new(en, zh));
        Ok(Found { kind, hospital: AgencyId::from_parts(city, self.agency_id), name })
    }
}

/// What people can see in a city under a term: of each kind the first so many, those first where the
/// term stands earliest in a name. The directory of a city is read from end to end, which for some
/// ten thousand doctors takes a few milliseconds and needs no extension of PostgreSQL.
pub(crate) async fn search(
    tx: &mut Tx<'_>,
    city: CityCode,
    term: &SearchTerm,
    limit: i64,
) -> Result<Vec<Found>, Error> {
    let rows: Vec<Row> =
        sql("WITH asked AS (SELECT $1 AS city, $2 AS words, $3 AS first, $4 AS most), \
         listed AS (SELECT h.* FROM hospital.hospitals h, asked q \
          WHERE h.city = q.city AND h.state = 'listed') \
         (SELECT 'hospital' AS kind, h.agency_id, h.agency_id AS id, NULL AS name_en, \
           NULL AS name_zh, NULL AS title \
          FROM listed h, asked q WHERE h.search LIKE ALL (q.words) \
          ORDER BY strpos(h.search, q.first), h.agency_id LIMIT (SELECT most FROM asked)) \
         UNION ALL \
         (SELECT 'department', d.agency_id, d.id, d.name_en, d.name_zh, NULL \
          FROM listed h JOIN hospital.departments d USING (city, agency_id), asked q \
          WHERE d.active AND d.search LIKE ALL (q.words) \
          ORDER BY strpos(d.search, q.first), d.id LIMIT (SELECT most FROM asked)) \
         UNION ALL \
         (SELECT 'practitioner', p.agency_id, p.id, p.name_en, p.name_zh, p.title \
          FROM listed h JOIN hospital.practitioners p USING (city, agency_id), asked q \
          WHERE p.active AND p.search LIKE ALL (q.words) \
          ORDER BY strpos(p.search, q.first), p.id LIMIT (SELECT most FROM asked))")
        .bind::<Integer, _>(city.number())
        .bind::<Array<SqlText>, _>(term.patterns())
        .bind::<SqlText, _>(term.first())
        .bind::<BigInt, _>(limit)
        .load(tx.conn())
        .await?;
    rows.into_iter().map(|row| row.found(city)).collect()
}
