//! A city with a centre and its accounts, and citizens who own them in turn.

use std::time::{Duration, Instant};

use citygate_kernel::CityId;
use citygate_provident_fund::{AccountId, AccountIdKind};
use diesel::{
    QueryableByName, sql_query,
    sql_types::{Array, BigInt, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

use crate::{
    city::{
        Failure,
        citizens::{Citizen, sign_up},
        cluster::{DurableCluster, connect, write_out},
        cpu::Cpu,
        plan::Plan,
        server::Server,
        site::{CITY, Site},
    },
    load::{Asked, Query, closed_loop},
    proofs::Prover,
};

/// Accounts that are written by one statement.
const CHUNK: usize = 250_000;
/// Queries of the first cell, for each connection.
const FIRST: usize = 50;
/// An account's identifier says which one it is; the first half tells it from others.
const FIRST_HALF: u128 = 0x0190_0000_0000_7000_8000_0000_0000_0000;
/// Spreads neighbours over the whole table: odd, and so no two numbers meet.
const LEAP: usize = 2_654_435_761;

/// A centre whose accounts are asked for.
pub struct Fund {
    name: String,
    /// Its folder is there for as long as this is.
    _site: Site,
    server: Server,
    citizens: Vec<Citizen>,
    prover: Prover,
    connection: AsyncPgConnection,
    accounts: usize,
    connections: usize,
    database_pid: u32,
    /// The query after the last one that was made.
    next: usize,
    answered: u64,
    /// The most that was answered in a second so far.
    fastest: u128,
}

impl Fund {
    /// A city with so many accounts, owned by citizens who have signed in.
    pub async fn found(
        cluster: &DurableCluster,
        name: &str,
        accounts: usize,
        plan: &Plan,
    ) -> Result<Self, Failure> {
        println!("the {name} city");
        let site = Site::found(cluster.create(name).await?, 1).await?;
        let server = Server::start(&site, site.address, &[]).await?;
        let citizens = sign_up(&site, &server, plan.citizens()).await?;
        drop(server);
        let [like, ..] = citizens.as_slice() else { return Err("no citizen".into()) };
        let mut connection = connect(&site.url).await?;
        write_accounts(&mut connection, &site, &citizens, accounts).await?;
        let server = Server::start(&site, site.address, &[("WORK", "false")]).await?;
        Ok(Self {
            name: name.to_owned(),
            prover: Prover::of(&site, like)?,
            _site: site,
            server,
            citizens,
            connection,
            accounts,
            connections: plan.connections,
            database_pid: cluster.pid(),
            next: 0,
            answered: 0,
            fastest: 0,
        })
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// Short cells, until it is known how many queries a whole one takes. Their figures do not count.
    pub async fn warm_up(&mut self, plan: &Plan) -> Result<(), Failure> {
        for _ in 0..4 {
            let cell = Duration::from_secs(2).min(plan.cell);
            if self.measure(cell).await?.lasted == cell {
                break;
            }
        }
        Ok(self.connection.batch_execute("VACUUM (ANALYZE)").await?)
    }

    /// Asks over all connections for as long as the cell is.
    pub async fn measure(&mut self, cell: Duration) -> Result<Asked, Failure> {
        let mut stacks = self.queries(cell).await?;
        write_out().await?;
        let used = Cpu::used(self.server.pid(), self.database_pid)?;
        let asked = closed_loop(self.server.address, &mut stacks, cell).await;
        let asked = asked.map_err(|error| -> Failure {
            format!("{error}; the server said: {}", self.server.complaints()).into()
        })?;
        let cpu =
            Cpu::used(self.server.pid(), self.database_pid)?.each_since(&used, asked.answered);
        self.answered += asked.answered;
        let per_second = u128::from(asked.answered) * 1_000 / asked.lasted.as_millis().max(1);
        self.fastest = self.fastest.max(per_second);
        let (p50, p99) = (asked.latencies.percentile_ms(50), asked.latencies.percentile_ms(99));
        let (name, rate) = (&self.name, asked.per_second);
        println!("  {name:<14} {rate:>8.0}/s   p50 {p50:.1} ms, p99 {p99:.1} ms; each: {cpu}");
        if asked.lasted < cell {
            println!("    the proofs ran out after {:.1} s", asked.lasted.as_secs_f64());
        }
        Ok(asked)
    }

    /// Queries for a cell, by half more than were answered before, each with a proof of its own.
    async fn queries(&mut self, cell: Duration) -> Result<Vec<Vec<Query>>, Failure> {
        let expected = usize::try_from(self.fastest * cell.as_millis() * 3 / 2 / 1_000)?;
        let count = expected.max(FIRST * self.connections);
        let tokens = self.prover.prove(&mut self.connection, &self.citizens, count).await?;
        let mut stacks: Vec<Vec<Query>> = (0..self.connections).map(|_| Vec::new()).collect();
        for (n, token) in tokens.into_iter().enumerate() {
            let stack = stacks.get_mut(n % self.connections).ok_or("no such connection")?;
            stack.push(self.query(n % self.citizens.len(), &token));
        }
        Ok(stacks)
    }

    /// A citizen's next query.
    fn query(&mut self, citizen: usize, token: &str) -> Query {
        self.next += 1;
        let own = self.accounts / self.citizens.len();
        let account = (self.next.wrapping_mul(LEAP) % own) * self.citizens.len() + citizen;
        let id: AccountId = CityId::<AccountIdKind>::from_parts(CITY, account_id(account));
        let request = format!(
            "GET /v1/provident-fund/accounts/{id}/balance HTTP/1.1\r\nHost: {}\r\n\
             Authorization: Bearer {token}\r\n\r\n",
            self.server.address
        );
        let expected = format!("\"amount_minor\":{},", balance(account));
        Query { request: request.into_bytes(), expected: expected.into_bytes() }
    }

    /// Each answered query has one entry and one used proof, and there are no others.
    pub async fn check(&mut self) -> Result<(), Failure> {
        for (what, count) in [
            (
                "entries",
                "SELECT count(*) FROM identity.access_entries e JOIN identity.people p \
                 ON p.id = e.person_id WHERE action = 'provident_fund_read' \
                 AND purpose = 'provident_fund.query' AND accessor = 'person'",
            ),
            (
                "requests with an entry",
                "SELECT count(DISTINCT request_id) FROM identity.access_entries \
                 WHERE action = 'provident_fund_read'",
            ),
            (
                "used proofs",
                "SELECT count(*) FROM identity.step_ups WHERE used_at IS NOT NULL \
                 AND purpose = 'provident_fund.read'",
            ),
        ] {
            let found: Count = sql_query(count).get_result(&mut self.connection).await?;
            if u64::try_from(found.count)? != self.answered {
                let (name, told) = (&self.name, self.answered);
                return Err(format!("{name}: {told} answers, {} {what}", found.count).into());
            }
        }
        println!(
            "         {}: {} answers, as many entries and used proofs",
            self.name, self.answered
        );
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn account_id(account: usize) -> Uuid {
    Uuid::from_u128(FIRST_HALF | account as u128)
}

fn balance(account: usize) -> usize {
    100_000 + account
}

/// Accounts in the order of their numbers, the first of the first citizen, and so on in turn.
async fn write_accounts(
    connection: &mut AsyncPgConnection,
    site: &Site,
    citizens: &[Citizen],
    accounts: usize,
) -> Result<(), Failure> {
    let began = Instant::now();
    let [agency, ..] = site.agencies.as_slice() else { return Err("no centre".into()) };
    let agency = agency.uuid();
    let owners: Vec<Uuid> = citizens.iter().map(|citizen| citizen.person.uuid()).collect();
    let city = CITY.number();
    connection
        .batch_execute(&format!(
            "INSERT INTO provident_fund.centres (city, agency_id, kind, as_of) \
             VALUES ({city}, '{agency}', 'postings', now())"
        ))
        .await?;
    for from in (0..accounts).step_by(CHUNK) {
        let to = (from + CHUNK).min(accounts) - 1;
        let statement = format!(
            "INSERT INTO provident_fund.accounts (city, id, agency_id, account_no, person_id, state, \
             opened_on, base_minor, own_rate_bp, employer_rate_bp, balance_minor, currency, \
             last_posted_month, as_of, batch_id, created_at, changed_at) \
             SELECT {city}, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
             '{agency}', lpad(n::text, 12, '0'), ($1::uuid[])[1 + n % {}], 'active', '2020-01-01', \
             1000000, 1200, 1200, 100000 + n, 'CNY', '2026-10-01', now(), '{agency}', now(), now() \
             FROM generate_series({from}::bigint, {to}) n",
            owners.len()
        );
        sql_query(statement).bind::<Array<SqlUuid>, _>(&owners).execute(connection).await?;
    }
    connection.batch_execute("VACUUM (ANALYZE)").await?;
    println!("  {accounts} accounts after {:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}
