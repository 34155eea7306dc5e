//! A clinic with a few sessions, and people who want to be seen.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, RuleBook, add_agency};
use citygate_identity::{AccountId, PersonId, RealName, SessionId as SignIn};
use citygate_kernel::{CityCode, Clock, Currency, Locale, Money, Text};
use citygate_platform::{
    Cx, Platform,
    db::{DbError, Tx},
    idempotency::{Claim, Request},
};
use citygate_testkit::{TestDb, monday_morning};
use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use crate::{
    actions::{ClaimPlace, open_session},
    error::Error,
    model::{
        Allocation, Channel, Claims, DayPart, NewSession, NewSlot, Session, SessionId, SlotId,
    },
    store,
};

pub(super) const CITY: CityCode = CityCode::HANGZHOU;
pub(super) const AGENCY: AgencyId = AgencyId::from_parts(CITY, Uuid::from_u128(1));

pub(super) struct Clinic {
    pub platform: Platform,
    pub clock: Clock,
    pub book: RuleBook,
    _db: TestDb,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn uuid(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(kind << 64 | n)
}

/// Somebody; each has an account and a running session.
pub(super) fn citizen(n: u128) -> RealName {
    RealName {
        account: AccountId::from_uuid(uuid(4, n)),
        session: SignIn::from_uuid(uuid(5, n)),
        city: CITY,
        person: PersonId::from_uuid(uuid(2, n)),
    }
}

/// A claim of somebody to a slot, under a key.
pub(super) fn claim(key: u128, n: u128, slot: SlotId) -> ClaimPlace {
    let caller = citizen(n);
    let claim = Claim {
        city: CITY,
        subject_id: caller.account.uuid(),
        key: format!("key {key}"),
        request_hash: vec![1],
    };
    let request = Request { claim, locale: Locale::En, request_id: format!("request {key}") };
    ClaimPlace { request, caller, slot }
}

/// A morning with slots of half an hour from eight on.
pub(super) fn morning(no: &str, on: NaiveDate, unit: u128, slots: &[u16]) -> NewSession {
    let eight = on.and_hms_opt(0, 0, 0).unwrap().and_utc();
    let slot = |(n, places): (i64, &u16)| NewSlot {
        starts_at: eight + TimeDelta::minutes(30 * n),
        ends_at: eight + TimeDelta::minutes(30 * n + 30),
        places: vec![(Channel::App, *places), (Channel::Onsite, 1)],
    };
    NewSession {
        agency: AGENCY,
        service: "hospital",
        external_no: no.to_owned(),
        unit: uuid(7, unit),
        provider: None,
        grade: "general".to_owned(),
        title: Text::new("Cardiology", "心内科"),
        place: Text::new("Building 2, floor 3", "2号楼3层"),
        on,
        part: DayPart::Morning,
        slots: (0..).zip(slots).map(slot).collect(),
        fee: Money::new(0, Currency::Cny),
        allocation: Allocation::FirstCome,
        claims: Claims::Open,
    }
}

/// The same with a fee.
pub(super) fn paid(session: NewSession) -> NewSession {
    NewSession { fee: Money::new(2_500, Currency::Cny), ..session }
}

/// A working day of this week.
pub(super) fn day(n: i64) -> NaiveDate {
    (monday_morning() + TimeDelta::hours(8) + TimeDelta::days(n)).date_naive()
}

impl Clinic {
    /// With so many people who know its name.
    pub(super) async fn new(people: u128) -> Self {
        let clock = Clock::manual(monday_morning());
        let db = TestDb::new().await;
        let platform = db.platform(&clock);
        let clinic = Self { platform, clock, book: RuleBook::default(), _db: db };
        clinic
            .tx(async |tx| {
                let name = Text::new("First Clinic", "第一诊所");
                add_agency(tx, &Agency { id: AGENCY, name }).await?;
                let rows: Vec<String> = (0..people).map(rows_of).collect();
                Ok(tx.conn().batch_execute(&rows.concat()).await.map_err(DbError::from)?)
            })
            .await;
        clinic
    }

    pub(super) fn cx(&self) -> Cx {
        self.platform.cx(Locale::En, "test")
    }

    pub(super) async fn tx<T>(&self, body: impl AsyncFnMut(&mut Tx<'_>) -> Result<T, Error>) -> T {
        self.platform.db.tx("test.clinic", body).await.unwrap()
    }

    pub(super) async fn open(&self, new: &NewSession) -> (Session, Vec<SlotId>) {
        let cx = self.cx();
        self.tx(async |tx| {
            let (session, _) = open_session(&cx, tx, new).await?;
            let slots = store::slots_of(tx, CITY, &[session.id.uuid()], Channel::App).await?;
            let slots = slots.get(&session.id).unwrap().iter().map(|slot| slot.id).collect();
            Ok((session, slots))
        })
        .await
    }

    /// Taken, cooling and free places of a session at the app.
    pub(super) async fn places(&self, session: SessionId) -> (i16, i16, i16) {
        self.tx(async |tx| {
            let slots = store::slots_of(tx, CITY, &[session.uuid()], Channel::App).await?;
            let wanted: Vec<_> =
                slots.values().flatten().map(|slot| (slot.id.uuid(), Channel::App)).collect();
            let places = store::lock_places(tx, CITY, &wanted).await?;
            Ok(places.iter().fold((0, 0, 0), |(taken, cooling, free), place| {
                (taken + place.taken, cooling + place.cooling, free + place.free())
            }))
        })
        .await
    }

    /// How many rows a condition holds for.
    pub(super) async fn count(&self, from: &str) -> i64 {
        let query = format!("SELECT count(*) AS count FROM {from}");
        let rows: Vec<Count> =
            self.tx(async |tx| Ok(sql_query(&query).load(tx.conn()).await?)).await;
        rows[0].count
    }

    /// Sets the clock, forwards or back.
    pub(super) fn set(&self, to: DateTime<Utc>) {
        self.clock.advance(to - self.clock.now());
    }

    pub(super) fn at(&self, later: TimeDelta) -> DateTime<Utc> {
        self.clock.now() + later
    }
}

fn rows_of(n: u128) -> String {
    let RealName { account, session, person, .. } = citizen(n);
    let (account, session, person) = (account.uuid(), session.uuid(), person.uuid());
    format!(
        "INSERT INTO identity.people VALUES ('{person}', '{person}', 'x', NULL, now()); \
         INSERT INTO identity.accounts VALUES \
         ('{account}', 330100, '{account}', 'x', 'en', '{person}', now(), now()); \
         INSERT INTO identity.sessions VALUES \
         ('{account}', '{session}', now(), 'infinity', NULL);"
    )
}
