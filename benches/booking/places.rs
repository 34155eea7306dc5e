//! Sessions that everybody wants, and what must be true of their places.

use std::cell::Cell;

use chrono::{Days, TimeDelta};
use citygate_booking::{
    Allocation, Channel, Claims, DayPart, NewSession, NewSlot, SessionFilter, open_session,
    sessions,
};
use citygate_catalogue::AgencyId;
use citygate_kernel::{Clock, Currency, Locale, Money, Text};
use diesel::{QueryableByName, sql_query, sql_types::BigInt};

use crate::city::{
    Failure,
    cluster::connect,
    site::{CITY, Site},
};

/// Who receives people.
pub struct Clinic<'a> {
    site: &'a Site,
    opened: Cell<u64>,
}

#[derive(QueryableByName)]
struct Sums {
    #[diesel(sql_type = BigInt)]
    taken: i64,
    #[diesel(sql_type = BigInt)]
    appointments: i64,
    #[diesel(sql_type = BigInt)]
    too_many: i64,
}

impl<'a> Clinic<'a> {
    /// In the city of a site.
    pub fn new(site: &'a Site) -> Result<Self, Failure> {
        Ok(Self { site, opened: Cell::new(0) })
    }

    /// Opens a session of a department of its own on one of the next days, so that nobody's quota
    /// is in the way, and returns the identifiers of its slots.
    pub async fn open(&self, places: &[u16]) -> Result<Vec<String>, Failure> {
        let n = self.opened.get() + 1;
        self.opened.set(n);
        let platform = &self.site.city.platform;
        let cx = platform.cx(Locale::default(), "bench");
        let now = Clock::system().now();
        let on = now.date_naive() + Days::new(1 + n % 6);
        let eight = on.and_hms_opt(0, 0, 0).ok_or("no such hour")?.and_utc();
        let length =
            TimeDelta::seconds(i64::try_from(12 * 3_600 / places.len().max(1))?.min(1_800));
        let slot = |(n, places): (i32, &u16)| NewSlot {
            starts_at: eight + length * n,
            ends_at: eight + length * (n + 1),
            places: vec![(Channel::App, *places)],
        };
        let unit = AgencyId::new(CITY, &platform.clock).uuid();
        let new = NewSession {
            agency: *self.site.agencies.first().ok_or("no agency")?,
            service: "hospital",
            external_no: n.to_string(),
            unit,
            provider: None,
            grade: "expert".to_owned(),
            title: Text::new("Cardiology, expert clinic", "心内科专家门诊"),
            place: Text::new("Building 2, floor 3", "2号楼3层"),
            on,
            part: DayPart::Day,
            slots: (0..).zip(places).map(slot).collect(),
            fee: Money::new(5_000, Currency::Cny),
            allocation: Allocation::FirstCome,
            claims: Claims::Open,
        };
        let filter = SessionFilter {
            city: CITY,
            service: "hospital",
            units: vec![unit],
            providers: Vec::new(),
            from: on,
            to: on,
        };
        let opened = platform.db.tx("bench.open_session", async |tx| {
            open_session(&cx, tx, &new).await?;
            sessions(tx, &filter).await
        });
        let opened = opened.await?;
        let slots = opened.iter().flat_map(|view| &view.slots);
        Ok(slots.map(|slot| slot.id.to_string()).collect())
    }

    /// Compares places with appointments. `most` is what the last session has.
    pub async fn check(&self, most: u16) -> Result<i64, Failure> {
        use diesel_async::RunQueryDsl as _;
        let sums: Sums = sql_query(
            "SELECT coalesce(sum(p.taken), 0)::bigint AS taken, \
               (SELECT count(*) FROM booking.appointments a \
                JOIN booking.sessions s ON s.id = a.session_id \
                WHERE s.external_no = $1 AND a.state IN ('held', 'booked')) AS appointments, \
               count(*) FILTER (WHERE p.taken > p.capacity) AS too_many \
             FROM booking.places p JOIN booking.slots l ON l.id = p.slot_id \
             JOIN booking.sessions s ON s.id = l.session_id WHERE s.external_no = $1",
        )
        .bind::<diesel::sql_types::Text, _>(self.opened.get().to_string())
        .get_result(&mut connect(&self.site.url).await?)
        .await?;
        let right = sums.taken == sums.appointments && sums.too_many == 0;
        if !right || sums.taken > i64::from(most) {
            let Sums { taken, appointments, too_many } = sums;
            return Err(format!(
                "{taken} places are taken by {appointments} appointments of {most}, {too_many} slots \
                 have too many"
            )
            .into());
        }
        Ok(sums.taken)
    }
}
