//! The hospital's side: orders placed beforehand, reports made beforehand, and connections that push.

use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use citygate::demo::{
    self,
    actors::System,
    laboratory::{
        BLOOD_COUNT, FHIR_JSON, Item, Named, Report, created, order, report, transaction,
    },
};
use citygate_identity::{ClientId, KeyPair, NewClient, register_client};
use citygate_kernel::Clock;
use diesel::{QueryableByName, sql_query, sql_types::BigInt};
use futures_util::future::try_join_all;

use crate::city::{
    Failure,
    citizens::{expect, id_number},
    cluster::connect,
    connection::Connection,
    server::Server,
    site::Site,
};

/// Observations of a report.
const ITEMS: usize = 20;
/// More reports than a second takes.
const PER_SECOND: usize = 1_500;
/// Orders of a Bundle.
const ORDERS: usize = 100;
/// People whom the reports are about.
const PEOPLE: usize = 500;

/// A hospital's laboratory with a token.
pub struct Laboratory<'a> {
    site: &'a Site,
    system: System,
    made: usize,
    stock: Vec<Vec<u8>>,
    acknowledged: u64,
}

/// What was written in a round.
#[derive(Debug)]
pub struct Done {
    /// Reports that were acknowledged.
    pub reports: u64,
    /// How long it took.
    pub lasted: Duration,
}

impl Done {
    /// Reports a second.
    pub fn per_second(&self) -> f64 {
        self.reports as f64 / self.lasted.as_secs_f64()
    }
}

#[derive(QueryableByName)]
struct Counts {
    #[diesel(sql_type = BigInt)]
    reports: i64,
    #[diesel(sql_type = BigInt)]
    observations: i64,
}

impl<'a> Laboratory<'a> {
    /// Connects the first agency of the site as a hospital.
    pub async fn open(site: &'a Site, server: &Server) -> Result<Self, Failure> {
        let agency = *site.agencies.first().ok_or("no agency")?;
        let platform = &site.city.platform;
        let key = KeyPair::generate().ok_or("no key pair could be made")?;
        let id = ClientId::new(&platform.clock);
        let client =
            NewClient::system(id, agency, "Laboratory", &key.public, demo::HOSPITAL_SCOPES);
        let registered = platform.db.tx("bench.register_client", async |tx| {
            register_client(tx, &client).await?;
            Ok::<_, citygate_identity::Error>(())
        });
        registered.await?;
        let connected = platform.db.tx("bench.connect", async |tx| {
            citygate_exchange::participants::connect(tx, agency).await
        });
        connected.await?;
        let system = System::new(&format!("http://{}", server.address), id, &key)?;
        let mut laboratory = Self { site, system, made: 0, stock: Vec::new(), acknowledged: 0 };
        laboratory.prepare(Duration::from_secs(2)).await?;
        Ok(laboratory)
    }

    /// Takes a new token, places orders, and makes a report for each: enough for so long.
    pub async fn prepare(&mut self, length: Duration) -> Result<(), Failure> {
        let assertion = self.system.assertion(&Clock::system())?;
        expect(200, self.system.authenticate(&assertion).await?)?;
        let wanted = PER_SECOND * usize::try_from(length.as_secs().max(1))?;
        self.stock.clear();
        while self.stock.len() < wanted {
            let numbers: Vec<usize> = (self.made..self.made + ORDERS).collect();
            self.made += ORDERS;
            self.place(&numbers).await?;
            for n in numbers {
                self.stock.push(self.request(n)?);
            }
        }
        Ok(())
    }

    async fn place(&self, numbers: &[usize]) -> Result<(), Failure> {
        let mut entries = Vec::with_capacity(numbers.len());
        for n in numbers {
            let number = id_number(n % PEOPLE)?;
            let patient = Named { id_number: &number, name: "患者" };
            let placed = order(&format!("O-{n}"), patient, BLOOD_COUNT);
            let name = format!("urn:uuid:00000000-0000-4000-8000-{n:012x}");
            entries.push(created(&name, "ServiceRequest", placed));
        }
        let body = serde_json::to_string(&transaction(entries))?;
        let request = self.system.caller.request(reqwest::Method::POST, "/fhir/r4");
        let request = request.header("Content-Type", FHIR_JSON).body(body);
        expect(200, self.system.caller.send(request).await?)?;
        Ok(())
    }

    /// A push as bytes.
    fn request(&self, n: usize) -> Result<Vec<u8>, Failure> {
        let number = id_number(n % PEOPLE)?;
        let version = Report {
            order_no: &format!("O-{n}"),
            report_no: &format!("R-{n}"),
            patient: Named { id_number: &number, name: "患者" },
            status: "final",
            issued: Clock::system().now(),
            code: BLOOD_COUNT,
            items: &COUNT,
        };
        let body = serde_json::to_string(&transaction(report(&version)))?;
        let token = self.system.caller.token.as_deref().unwrap_or_default();
        let request = format!(
            "POST /fhir/r4 HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: {FHIR_JSON}\r\nContent-Length: {}\r\n\r\n{body}",
            self.site.address,
            body.len()
        );
        Ok(request.into_bytes())
    }

    /// Pushes over so many connections, as fast as they are answered, for so long.
    pub async fn push(&mut self, connections: usize, length: Duration) -> Result<Done, Failure> {
        let mut open = Vec::with_capacity(connections);
        for _ in 0..connections {
            open.push(Connection::open(self.site.address).await?);
        }
        let (stock, reports) = (RefCell::new(std::mem::take(&mut self.stock)), Cell::new(0_u64));
        let began = Instant::now();
        let in_turn = |mut connection: Connection| {
            let (stock, reports) = (&stock, &reports);
            async move {
                while began.elapsed() < length {
                    let next = stock.borrow_mut().pop();
                    let Some(request) = next else { break };
                    let answer = connection.exchange(&request).await?;
                    if answer.status != 200 {
                        let body = String::from_utf8_lossy(answer.body);
                        return Err(format!("{} instead of 200: {body}", answer.status).into());
                    }
                    reports.set(reports.get() + 1);
                }
                Ok::<_, Failure>(())
            }
        };
        try_join_all(open.into_iter().map(in_turn)).await?;
        let pushed = Done { reports: reports.get(), lasted: began.elapsed() };
        self.acknowledged += pushed.reports;
        self.check().await?;
        Ok(pushed)
    }

    /// What was acknowledged is there, and nothing else.
    async fn check(&self) -> Result<(), Failure> {
        use diesel_async::RunQueryDsl as _;
        let counts: Counts = sql_query(
            "SELECT (SELECT count(*) FROM results.reports WHERE status = 'final') AS reports, \
               (SELECT count(*) FROM results.observations) AS observations",
        )
        .get_result(&mut connect(&self.site.url).await?)
        .await?;
        let wanted = i64::try_from(self.acknowledged)?;
        let items = i64::try_from(ITEMS)?;
        if (counts.reports, counts.observations) == (wanted, wanted * items) {
            return Ok(());
        }
        let Counts { reports, observations } = counts;
        Err(format!("{wanted} were acknowledged, {reports} with {observations} items are there")
            .into())
    }
}

/// A blood count with nothing out of the usual: what most of a laboratory's reports are.
const COUNT: [Item; ITEMS] = [
    normal("6690-2", "白细胞计数", "6.24", "10*9/L", ("3.50", "9.50")),
    normal("789-8", "红细胞计数", "4.61", "10*12/L", ("3.80", "5.10")),
    normal("718-7", "血红蛋白", "132", "g/L", ("115", "150")),
    normal("4544-3", "红细胞压积", "0.41", "L/L", ("0.35", "0.45")),
    normal("787-2", "平均红细胞体积", "89.2", "fL", ("82.0", "100.0")),
    normal("785-6", "平均红细胞血红蛋白含量", "29.4", "pg", ("27.0", "34.0")),
    normal("786-4", "平均红细胞血红蛋白浓度", "334", "g/L", ("316", "354")),
    normal("788-0", "红细胞分布宽度", "12.9", "%", ("11.0", "14.5")),
    normal("777-3", "血小板计数", "228", "10*9/L", ("125", "350")),
    normal("32623-1", "平均血小板体积", "10.4", "fL", ("7.0", "12.0")),
    normal("751-8", "中性粒细胞计数", "3.52", "10*9/L", ("1.80", "6.30")),
    normal("731-0", "淋巴细胞计数", "2.01", "10*9/L", ("1.10", "3.20")),
    normal("742-7", "单核细胞计数", "0.42", "10*9/L", ("0.10", "0.60")),
    normal("711-2", "嗜酸性粒细胞计数", "0.16", "10*9/L", ("0.02", "0.52")),
    normal("704-7", "嗜碱性粒细胞计数", "0.03", "10*9/L", ("0.00", "0.06")),
    normal("770-8", "中性粒细胞百分比", "56.4", "%", ("40.0", "75.0")),
    normal("736-9", "淋巴细胞百分比", "32.2", "%", ("20.0", "50.0")),
    normal("5905-5", "单核细胞百分比", "6.7", "%", ("3.0", "10.0")),
    normal("713-8", "嗜酸性粒细胞百分比", "2.6", "%", ("0.4", "8.0")),
    normal("706-2", "嗜碱性粒细胞百分比", "0.5", "%", ("0.0", "1.0")),
];

const fn normal(
    code: &'static str,
    name: &'static str,
    value: &'static str,
    unit: &'static str,
    range: (&'static str, &'static str),
) -> Item {
    Item { code: (code, name), value, unit, range, flag: "N" }
}
