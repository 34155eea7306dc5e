//! The hospital, its stations, and its system, which asks the city over HTTP.

use std::{cell::Cell, collections::BTreeMap};

use chrono::{DateTime, TimeDelta, Utc};
use citygate::{
    demo::{
        self,
        actors::{Reply, System},
    },
    instance::{City, Database, Instance, listen, public_url},
};
use citygate_hospital::HOSPITAL;
use citygate_identity::{ClientId, KeyPair, NewClient, register_client};
use citygate_kernel::Clock;
use citygate_platform::{http::RateLimitSettings, worker::Worker};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::city::Failure;

/// 06:30 in Hangzhou, on a Monday.
const BEGINS: &str = "2026-11-22T22:30:00Z";
const DAY: &str = "2026-11-23";

/// After so many simulated seconds the system takes a new token.
const TOKEN_SECONDS: i64 = 240;

const SCOPES: &[&str] =
    &["hospital.directory:write", "hospital.queue:write", "hospital.queue:read"];

/// A station with its queue.
#[derive(Debug)]
pub struct Station {
    /// The hospital's own number.
    pub no: String,
    /// Its kind, as the city calls it.
    pub kind: &'static str,
    /// How many rooms call.
    pub rooms: usize,
    /// How long one person takes on average, in seconds.
    pub mean: i64,
    /// The queue of the day.
    pub queue: String,
}

/// A city in this process with one hospital that everybody goes to.
pub struct Hospital {
    /// Simulated time.
    pub clock: Clock,
    /// When the doors open.
    pub opens_at: DateTime<Utc>,
    /// The departments first, one after the other; then laboratory, imaging and pharmacy.
    pub stations: Vec<Station>,
    /// Where the database is.
    pub database: Database,
    requests: Cell<u64>,
    system: System,
    token_from: DateTime<Utc>,
    worker: Worker,
    instance: Instance,
    _folder: TempDir,
}

impl Hospital {
    /// Starts the city and opens the stations, for so many visits.
    pub async fn open(visits: usize) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("citygate-bench-").tempdir()?;
        let mut settings = demo::throw_away_settings(folder.path());
        settings.work = false;
        settings.http.workers = 2;
        let plenty = std::num::NonZeroU32::new(1_000_000).ok_or("no rate")?;
        settings.http.rate_limit = RateLimitSettings::uniform(plenty);
        let database = Database::throw_away().await?;
        database.migrate().await?;
        let clock = Clock::manual(BEGINS.parse()?);
        let listener = listen(&settings)?;
        let url = public_url(&settings, &listener);
        let city = City::assemble(&settings, &database.url, clock.clone(), &url).await?;
        let system = register(&city, &url).await?;
        let worker = Worker::new(city.platform.clone(), &city.services);
        let instance = Instance::start(&settings, listener, city, url)?;
        let mut hospital = Self {
            token_from: clock.now(),
            opens_at: clock.now() + TimeDelta::minutes(90),
            clock,
            stations: Vec::new(),
            database,
            requests: Cell::new(0),
            system,
            worker,
            instance,
            _folder: folder,
        };
        hospital.take_token().await?;
        hospital.open_stations(visits).await?;
        hospital.work().await?;
        Ok(hospital)
    }

    async fn open_stations(&mut self, visits: usize) -> Result<(), Failure> {
        let departments = (visits / 400).max(1);
        for n in 0..departments {
            let no = format!("DAY{n:02}");
            let department = json!({
                "name": {"en": format!("Clinic {n}"), "zh": format!("第{n}诊区")},
                "specialty": "03", "location_no": "LAKE-2-3",
            });
            let path = format!("/v1/hospital/directory/departments/{no}");
            self.created(self.system.caller.put(&path, &department).await?)?;
            self.open_station(no, "consultation", 2, 120).await?;
        }
        let share = |rooms: usize| (rooms * departments).div_ceil(20).max(1);
        self.open_station("LAB".to_owned(), "laboratory", share(7), 80).await?;
        self.open_station("IMG".to_owned(), "imaging", share(16), 280).await?;
        self.open_station("PH".to_owned(), "pharmacy", share(8), 45).await
    }

    async fn open_station(
        &mut self,
        no: String,
        kind: &'static str,
        rooms: usize,
        mean: i64,
    ) -> Result<(), Failure> {
        let mut body = json!({
            "on": DAY, "station": kind, "letter": "A",
            "name": {"en": "Station", "zh": "窗口"}, "place": {"en": "Floor 3", "zh": "3层"},
            "opens_at": format!("{DAY}T08:00:00+08:00"),
            "closes_at": format!("{DAY}T18:00:00+08:00"), "rooms": rooms,
        });
        if let ("consultation", Some(body)) = (kind, body.as_object_mut()) {
            body.insert("department_no".to_owned(), no.clone().into());
        }
        let path = format!("/v1/hospital/stations/{no}/queue");
        let queue = self.created(self.system.caller.put(&path, &body).await?)?.text_at("/id");
        self.stations.push(Station { no, kind, rooms, mean, queue });
        Ok(())
    }

    /// The stations by the ids of their queues.
    pub fn by_queue(&self) -> BTreeMap<String, usize> {
        self.stations.iter().zip(0..).map(|(one, n)| (one.queue.clone(), n)).collect()
    }

    /// How many requests were answered.
    pub fn requests(&self) -> u64 {
        self.requests.get()
    }

    /// Moves time, never back.
    pub async fn be_at(&mut self, at: DateTime<Utc>) -> Result<(), Failure> {
        self.clock.advance((at - self.clock.now()).max(TimeDelta::zero()));
        if (at - self.token_from).num_seconds() >= TOKEN_SECONDS {
            self.take_token().await?;
        }
        Ok(())
    }

    async fn take_token(&mut self) -> Result<(), Failure> {
        let assertion = self.system.assertion(&self.clock)?;
        let reply = self.system.authenticate(&assertion).await?;
        self.expect(&reply, 200)?;
        self.token_from = self.clock.now();
        Ok(())
    }

    /// Does all background work that is due. Returns how much that was.
    pub async fn work(&self) -> Result<usize, Failure> {
        let mut all = 0;
        loop {
            match self.worker.run_due().await? {
                0 => return Ok(all),
                done => all += done,
            }
        }
    }

    /// Whether nothing is left to do in the background and nothing has failed for good.
    pub async fn is_idle(&self) -> Result<bool, Failure> {
        let db = &self.instance.city.platform.db;
        let dead = db.tx("bench.dead", async |tx| citygate_platform::jobs::dead(tx).await).await?;
        Ok(dead.is_empty() && self.worker.is_idle().await?)
    }

    /// Somebody is at the desk.
    pub async fn arrive(&self, key: &str, body: &Value) -> Result<Reply, Failure> {
        let reply = self.system.caller.post_once("/v1/hospital/arrivals", key, body).await?;
        self.created(reply)
    }

    /// A visit with its plan.
    pub async fn plan(&self, visit: &str) -> Result<Reply, Failure> {
        let path = format!("/v1/hospital/received-visits/{visit}");
        self.fine(self.system.caller.get(&path).await?)
    }

    /// How long a queue is, as everybody may know.
    pub async fn eta(&self, queue: &str) -> Result<Reply, Failure> {
        self.fine(self.system.caller.get(&format!("/v1/hospital/queues/{queue}/eta")).await?)
    }

    /// Calls the next. That somebody waits is known: an empty queue would have lost them.
    pub async fn call(&self, queue: &str, key: &str) -> Result<Reply, Failure> {
        let path = format!("/v1/hospital/queues/{queue}/calls");
        self.fine(self.system.caller.post_once(&path, key, &json!({"room": "1"})).await?)
    }

    /// What became of somebody who was called.
    pub async fn turn(&self, turn: &str, event: &str) -> Result<Reply, Failure> {
        let path = format!("/v1/hospital/queue-entries/{turn}/events");
        self.fine(self.system.caller.post(&path, &json!({"event": event})).await?)
    }

    /// A doctor orders something.
    pub async fn order(&self, no: &str, body: &Value) -> Result<Reply, Failure> {
        let path = format!("/v1/hospital/orders/{no}");
        self.created(self.system.caller.put(&path, body).await?)
    }

    /// What became of an order.
    pub async fn order_event(&self, no: &str, event: &str) -> Result<Reply, Failure> {
        let path = format!("/v1/hospital/orders/{no}/events");
        self.fine(self.system.caller.post(&path, &json!({"event": event})).await?)
    }

    fn fine(&self, reply: Reply) -> Result<Reply, Failure> {
        self.expect(&reply, 200)?;
        Ok(reply)
    }

    fn created(&self, reply: Reply) -> Result<Reply, Failure> {
        self.expect(&reply, 201)?;
        Ok(reply)
    }

    fn expect(&self, reply: &Reply, status: u16) -> Result<(), Failure> {
        self.requests.set(self.requests.get() + 1);
        if reply.status == status {
            return Ok(());
        }
        Err(format!("{status} was expected, not {}: {}", reply.status, reply.text).into())
    }

    /// Takes the city down.
    pub async fn close(self) {
        self.instance.stop().await;
    }
}

async fn register(city: &City, url: &str) -> Result<System, Failure> {
    let key = KeyPair::generate().ok_or("no key pair could be made")?;
    let id = ClientId::new(&city.platform.clock);
    let client = NewClient::system(id, HOSPITAL, "Day", &key.public, SCOPES);
    let db = &city.platform.db;
    db.tx("bench.register", async |tx| register_client(tx, &client).await).await?;
    System::new(url, id, &key)
}
