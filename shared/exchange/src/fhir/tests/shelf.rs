//! A repository that keeps what it is given, in a table of its own.

use chrono::{DateTime, Utc};
use citygate_fhir::{Query, Resource, ResourceType};
use citygate_kernel::FieldError;
use citygate_platform::{
    Cx,
    db::{DbError, Tx},
};
use diesel::{
    QueryableByName, sql_query,
    sql_types::{Array, BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl;
use futures_util::{FutureExt, future::LocalBoxFuture};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Fault, Hold, HoldReason, Sender,
    fhir::{
        FhirError, Found, Match, Operation, Outcome, Page, Repository, Scope, Search, Stored,
        Target, TypeRules, Versioning, Write, Written,
    },
};

pub const TABLE: &str = "CREATE TABLE shelf (kind text, agency uuid, id uuid, version int, \
     updated timestamptz, identifier text, body text, PRIMARY KEY (id, version)); \
     CREATE UNIQUE INDEX shelf_identifier ON shelf (kind, agency, identifier) WHERE version = 1";

const SEARCH: &[Search] = &[
    Search { name: "_id", kind: "token", documentation: "The id." },
    Search { name: "identifier", kind: "token", documentation: "The hospital's number." },
    Search { name: "status", kind: "token", documentation: "The status." },
];

const fn rules(kind: ResourceType, written: bool) -> TypeRules {
    TypeRules {
        kind,
        written,
        versioning: Versioning::All,
        search: SEARCH,
        operations: &[],
        documentation: "For tests.",
    }
}

const DEFINITION: &str = "https://example.org/OperationDefinition";

pub static SCHEDULES: &[TypeRules] =
    &[rules(ResourceType::Schedule, true), rules(ResourceType::Location, false)];
pub static SLOTS: &[TypeRules] = &[TypeRules {
    operations: &[
        Operation { name: "find", scope: Scope::Type, writes: false, definition: DEFINITION },
        Operation { name: "hold", scope: Scope::Type, writes: true, definition: DEFINITION },
        Operation { name: "cancel", scope: Scope::Instance, writes: true, definition: DEFINITION },
    ],
    ..rules(ResourceType::Slot, true)
}];

/// Keeps resources of some types.
pub struct Shelf(pub &'static [TypeRules]);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Timestamptz)]
    updated: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    body: String,
}

impl Row {
    fn stored(self) -> Stored {
        let version = u32::try_from(self.version).unwrap();
        let mut resource = Resource::parse(&self.body).unwrap();
        resource.stamp(self.id, version, self.updated).unwrap();
        Stored { id: self.id, version, updated: self.updated, resource }
    }
}

const LATEST: &str = "SELECT DISTINCT ON (id) id, version, updated, body FROM shelf \
     WHERE kind = $1 AND agency = $2";

fn text(resource: &Resource, pointer: &str) -> Option<String> {
    let value: Value = serde_json::from_str(&resource.to_json().unwrap()).unwrap();
    value.pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned)
}

/// What the comment of a Slot asks for: it waits until there is a schedule with the number ORD1.
async fn obey(tx: &mut Tx<'_>, sender: Sender, resource: &Resource) -> Result<(), Fault> {
    let hold = |reason| Fault::from(Hold { reason, waits_for: Some("ORD1".to_owned()) });
    match text(resource, "/comment").as_deref() {
        Some("hold") => {
            let pair = ("identifier".to_owned(), "ORD1".to_owned());
            let (order, _) = Query::read(ResourceType::Schedule, [pair]).unwrap();
            let page = Page { after: None, count: 1 };
            match found(tx, sender, &order, page).await?.as_slice() {
                [] => Err(hold(HoldReason::OrderUnknown)),
                _ => Ok(()),
            }
        }
        Some("mismatch") => Err(hold(HoldReason::PatientMismatch)),
        Some("refuse") => {
            let (pointer, detail) = ("Slot.comment".to_owned(), "it says so".to_owned());
            Err(FhirError::Unprocessable(vec![FieldError { pointer, detail }]).into())
        }
        _ => Ok(()),
    }
}

async fn latest(
    tx: &mut Tx<'_>,
    sender: Sender,
    (kind, id): (ResourceType, Uuid),
) -> Result<Option<Row>, DbError> {
    let row = sql_query(format!("{LATEST} AND id = $3 ORDER BY id, version DESC"))
        .bind::<Text, _>(kind.name())
        .bind::<SqlUuid, _>(sender.agency.uuid())
        .bind::<SqlUuid, _>(id)
        .get_results::<Row>(tx.conn())
        .await?;
    Ok(row.into_iter().next())
}

async fn write_one(tx: &mut Tx<'_>, sender: Sender, write: Write) -> Result<Written, Fault> {
    let Write { target, mut resource } = write;
    let kind = resource.kind();
    if let Some(reference) = text(&resource, "/schedule/reference") {
        let unknown = || FhirError::ReferenceUnknown("Slot.schedule".to_owned());
        let named: citygate_fhir::Reference = reference.parse().map_err(|_| unknown())?;
        if latest(tx, sender, (named.kind, named.id)).await?.is_none() {
            return Err(unknown().into());
        }
    }
    let (version, outcome) = match target {
        Target::Create { .. } => (1, Outcome::Created),
        Target::Update { id, if_match } => {
            let known = latest(tx, sender, (kind, id)).await?.ok_or(FhirError::IdsAreGiven)?;
            if if_match.is_some_and(|version| i64::from(version) != i64::from(known.version)) {
                return Err(FhirError::VersionDiffers.into());
            }
            (known.version + 1, Outcome::Updated)
        }
    };
    let (id, now) = (target.id(), tx.now());
    let inserted = sql_query("INSERT INTO shelf VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind::<Text, _>(kind.name())
        .bind::<SqlUuid, _>(sender.agency.uuid())
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(version)
        .bind::<Timestamptz, _>(now)
        .bind::<Nullable<Text>, _>(text(&resource, "/identifier/0/value"))
        .bind::<Text, _>(resource.to_json().unwrap())
        .execute(tx.conn())
        .await;
    if let Err(error) = inserted {
        let error = DbError::from(error);
        // Somebody was faster: whoever tries again finds it.
        return Err(FhirError::Db(match error.unique_violation() {
            Some(_) => DbError::Overtaken("shelf"),
            None => error,
        })
        .into());
    }
    let version = u32::try_from(version).unwrap();
    resource.stamp(id, version, now).unwrap();
    Ok(Written { stored: Stored { id, version, updated: now, resource }, outcome })
}

async fn found(
    tx: &mut Tx<'_>,
    sender: Sender,
    query: &Query,
    page: Page,
) -> Result<Vec<Row>, FhirError> {
    let mut identifiers = None;
    for parameter in query.all("identifier") {
        let codes = parameter.tokens()?.into_iter().filter_map(|token| token.code);
        identifiers = Some(codes.collect::<Vec<_>>());
    }
    let statuses = query.all("status").next().map(citygate_fhir::Parameter::texts);
    let rows = sql_query(format!(
        "SELECT * FROM ({LATEST} ORDER BY id, version DESC) AS latest \
         WHERE ($3 IS NULL OR body::json #>> '{{identifier,0,value}}' = ANY($3)) \
         AND ($4 IS NULL OR body::json ->> 'status' = ANY($4)) \
         AND ($5 IS NULL OR id > $5) ORDER BY id LIMIT $6"
    ));
    let rows = rows
        .bind::<Text, _>(query.kind.name())
        .bind::<SqlUuid, _>(sender.agency.uuid())
        .bind::<Nullable<Array<Text>>, _>(identifiers)
        .bind::<Nullable<Array<Text>>, _>(statuses)
        .bind::<Nullable<SqlUuid>, _>(page.after)
        .bind::<BigInt, _>(i64::try_from(page.count).unwrap() + 1);
    Ok(rows.get_results(tx.conn()).await?)
}

impl Repository for Shelf {
    fn types(&self) -> &'static [TypeRules] {
        self.0
    }

    fn write<'a>(
        &'a self,
        _: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        writes: Vec<Write>,
    ) -> LocalBoxFuture<'a, Result<Vec<Written>, Fault>> {
        async move {
            let mut written = Vec::new();
            for write in writes {
                let resource = write.resource.clone();
                written.push(write_one(tx, sender, write).await?);
                // Late, so that what was written before has to be undone.
                obey(tx, sender, &resource).await?;
            }
            Ok(written)
        }
        .boxed_local()
    }

    fn resolve<'a>(
        &'a self,
        _: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        conditions: &'a [Query],
    ) -> LocalBoxFuture<'a, Result<Vec<Match>, Fault>> {
        async move {
            let mut matches = Vec::new();
            for condition in conditions {
                let page = Page { after: None, count: 1 };
                matches.push(match found(tx, sender, condition, page).await?.as_slice() {
                    [] => Match::None,
                    [one] => Match::One(one.id),
                    _ => Match::Many,
                });
            }
            Ok(matches)
        }
        .boxed_local()
    }

    fn read<'a>(
        &'a self,
        _: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        (kind, id): (ResourceType, Uuid),
        version: Option<u32>,
    ) -> LocalBoxFuture<'a, Result<Option<Stored>, Fault>> {
        async move {
            let all = versions(tx, sender, (kind, id), None, 1000).await?;
            let fits = |stored: &Stored| version.is_none_or(|version| stored.version == version);
            Ok(all.into_iter().flatten().find(fits))
        }
        .boxed_local()
    }

    fn history<'a>(
        &'a self,
        _: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        (kind, id): (ResourceType, Uuid),
        before: Option<u32>,
        count: usize,
    ) -> LocalBoxFuture<'a, Result<Option<Vec<Stored>>, Fault>> {
        async move { versions(tx, sender, (kind, id), before, count).await }.boxed_local()
    }

    fn search<'a>(
        &'a self,
        _: &'a Cx,
        tx: &'a mut Tx<'_>,
        sender: Sender,
        query: &'a Query,
        page: Page,
    ) -> LocalBoxFuture<'a, Result<Found, Fault>> {
        async move {
            let mut rows = found(tx, sender, query, page).await?;
            let more = rows.len() > page.count;
            rows.truncate(page.count);
            Ok(Found { matches: rows.into_iter().map(Row::stored).collect(), more })
        }
        .boxed_local()
    }

    fn operate<'a>(
        &'a self,
        _: &'a Cx,
        _: &'a mut Tx<'_>,
        _: Sender,
        (kind, name): (ResourceType, &'static str),
        id: Option<Uuid>,
        parameters: &'a Value,
    ) -> LocalBoxFuture<'a, Result<Value, Fault>> {
        let said = format!("{kind} {name} {}", id.is_some());
        async move {
            let given = parameters["parameter"].as_array().map_or(0, Vec::len);
            Ok(json!({"resourceType": "Parameters", "parameter": [
                {"name": "said", "valueString": said}, {"name": "given", "valueInteger": given}
            ]}))
        }
        .boxed_local()
    }
}

async fn versions(
    tx: &mut Tx<'_>,
    sender: Sender,
    (kind, id): (ResourceType, Uuid),
    before: Option<u32>,
    count: usize,
) -> Result<Option<Vec<Stored>>, Fault> {
    let known = latest(tx, sender, (kind, id)).await?.is_some();
    let rows = sql_query(
        "SELECT id, version, updated, body FROM shelf WHERE id = $1 AND version < $2 \
         ORDER BY version DESC LIMIT $3",
    );
    let rows: Vec<Row> = rows
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(before.map_or(i64::MAX, i64::from))
        .bind::<BigInt, _>(i64::try_from(count).unwrap())
        .get_results(tx.conn())
        .await
        .map_err(DbError::from)?;
    Ok(known.then(|| rows.into_iter().map(Row::stored).collect()))
}
