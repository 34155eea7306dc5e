//! Certificates and their holders.

use chrono::{DateTime, NaiveDate, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{CityCode, Text};
use citygate_platform::{db::Tx, http::Cursor, keys::Keys};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::{
    error::Error,
    model::{Certificate, CertificateId, CertificateState, Content, Revocation},
    schema::{certificates, holders},
    sealed::CONTENT,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct CertificateRow {
    city: i32,
    id: Uuid,
    agency_id: Uuid,
    kind: String,
    number: String,
    case_ref: String,
    title_en: String,
    title_zh: String,
    issued_at: DateTime<Utc>,
    issued_on: NaiveDate,
    valid_until: Option<NaiveDate>,
    state: String,
    replaced_by: Option<Uuid>,
}

impl TryFrom<CertificateRow> for Certificate {
    type Error = Error;

    fn try_from(row: CertificateRow) -> Result<Self, Error> {
        let city: CityCode = row.city.try_into().map_err(|_| Error::Damaged("city"))?;
        let id = |uuid| CertificateId::from_parts(city, uuid);
        Ok(Self {
            id: id(row.id),
            agency: AgencyId::from_parts(city, row.agency_id),
            kind: row.kind,
            number: row.number.parse().map_err(|_| Error::Damaged("number"))?,
            case: row.case_ref,
            title: Text::new(row.title_en, row.title_zh),
            issued_at: row.issued_at,
            issued_on: row.issued_on,
            valid_until: row.valid_until,
            state: CertificateState::parse(&row.state).ok_or(Error::Damaged("state"))?,
            replaced_by: row.replaced_by.map(id),
        })
    }
}

/// A new certificate as it is written.
pub(crate) struct Written<'a> {
    pub certificate: &'a Certificate,
    pub holders: &'a [PersonId],
    /// By which it is verified.
    pub code_digest: &'a [u8],
    /// The key that signed it.
    pub kid: &'a str,
    pub content: &'a Content,
}

/// Writes a new certificate with its holders.
pub(crate) async fn insert(
    keys: &Keys,
    tx: &mut Tx<'_>,
    Written { certificate, holders, code_digest, kid, content }: Written<'_>,
) -> Result<(), Error> {
    let (city, id) = (certificate.id.city().number(), certificate.id.uuid());
    let sealed = keys.seal_json(tx, &CONTENT, id, content).await?;
    diesel::insert_into(certificates::table)
        .values((
            certificates::city.eq(city),
            certificates::id.eq(id),
            certificates::agency_id.eq(certificate.agency.uuid()),
            certificates::kind.eq(&certificate.kind),
            certificates::number.eq(certificate.number.as_str()),
            certificates::code_digest.eq(code_digest),
            certificates::case_ref.eq(&certificate.case),
            certificates::title_en.eq(&certificate.title.en),
            certificates::title_zh.eq(&certificate.title.zh),
            certificates::issued_at.eq(certificate.issued_at),
            certificates::issued_on.eq(certificate.issued_on),
            certificates::valid_until.eq(certificate.valid_until),
            certificates::state.eq(certificate.state.code()),
            certificates::kid.eq(kid),
            certificates::content_sealed.eq(sealed),
        ))
        .execute(tx.conn())
        .await?;
    let rows: Vec<_> = holders
        .iter()
        .map(|person| {
            (
                holders::city.eq(city),
                holders::certificate_id.eq(id),
                holders::person_id.eq(person.uuid()),
            )
        })
        .collect();
    diesel::insert_into(holders::table).values(rows).execute(tx.conn()).await?;
    Ok(())
}

/// A certificate, which nobody else ends until this transaction does.
pub(crate) async fn lock(tx: &mut Tx<'_>, id: CertificateId) -> Result<Option<Certificate>, Error> {
    let row: Option<CertificateRow> = certificates::table
        .find((id.city().number(), id.uuid()))
        .select(CertificateRow::as_select())
        .for_no_key_update()
        .first(tx.conn())
        .await
        .optional()?;
    row.map(Certificate::try_from).transpose()
}

/// Writes that a certificate has ended.
pub(crate) async fn end(
    tx: &mut Tx<'_>,
    id: CertificateId,
    state: CertificateState,
    because: Revocation,
) -> Result<(), Error> {
    diesel::update(certificates::table.find((id.city().number(), id.uuid())))
        .set((
            certificates::state.eq(state.code()),
            certificates::ended_at.eq(tx.now()),
            certificates::ended_by.eq(because.ending().code()),
            certificates::replaced_by.eq(because.replaced_by().map(CertificateId::uuid)),
        ))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Whom a certificate is about.
pub(crate) async fn holders_of(tx: &mut Tx<'_>, id: CertificateId) -> Result<Vec<PersonId>, Error> {
    let people: Vec<Uuid> = holders::table
        .filter(holders::city.eq(id.city().number()))
        .filter(holders::certificate_id.eq(id.uuid()))
        .select(holders::person_id)
        .load(tx.conn())
        .await?;
    Ok(people.into_iter().map(PersonId::from_uuid).collect())
}

/// The certificate of a number and a code, by their digest.
pub(crate) async fn by_code(
    keys: &Keys,
    tx: &mut Tx<'_>,
    city: CityCode,
    code_digest: &[u8],
) -> Result<Option<(Certificate, Content)>, Error> {
    let row: Option<(CertificateRow, Vec<u8>)> = certificates::table
        .filter(certificates::city.eq(city.number()))
        .filter(certificates::code_digest.eq(code_digest))
        .select((CertificateRow::as_select(), certificates::content_sealed))
        .first(tx.conn())
        .await
        .optional()?;
    opened(keys, tx, row).await
}

/// A certificate of a holder's.
pub(crate) async fn of_holder(
    keys: &Keys,
    tx: &mut Tx<'_>,
    id: CertificateId,
    holder: PersonId,
) -> Result<Option<(Certificate, Content)>, Error> {
    let held = holders::table.find((id.city().number(), id.uuid(), holder.uuid()));
    let row: Option<(CertificateRow, Vec<u8>)> = certificates::table
        .find((id.city().number(), id.uuid()))
        .filter(diesel::dsl::exists(held))
        .select((CertificateRow::as_select(), certificates::content_sealed))
        .first(tx.conn())
        .await
        .optional()?;
    opened(keys, tx, row).await
}

async fn opened(
    keys: &Keys,
    tx: &Tx<'_>,
    row: Option<(CertificateRow, Vec<u8>)>,
) -> Result<Option<(Certificate, Content)>, Error> {
    let Some((row, sealed)) = row else { return Ok(None) };
    let content = keys.open_json(tx, &CONTENT, row.id, &sealed).await?;
    Ok(Some((row.try_into()?, content)))
}

/// The certificates of a holder, newest first.
pub(crate) async fn list(
    tx: &mut Tx<'_>,
    holder: PersonId,
    after: Option<Cursor>,
    limit: i64,
) -> Result<Vec<Certificate>, Error> {
    let mut query = holders::table
        .inner_join(certificates::table.on(
            holders::city.eq(certificates::city).and(holders::certificate_id.eq(certificates::id)),
        ))
        .filter(holders::person_id.eq(holder.uuid()))
        .order(holders::certificate_id.desc())
        .limit(limit)
        .select(CertificateRow::as_select())
        .into_boxed();
    if let Some(Cursor(after)) = after {
        query = query.filter(holders::certificate_id.lt(after));
    }
    let rows: Vec<CertificateRow> = query.load(tx.conn()).await?;
    rows.into_iter().map(Certificate::try_from).collect()
}
