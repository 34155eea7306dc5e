//! Open bills, a stock of them for each connection.

use chrono::{Days, NaiveDate};
use citygate_catalogue::AgencyId;
use citygate_identity::PersonId;
use citygate_kernel::{Currency, Money, Text};
use citygate_payments::{BillId, NewBill, Terms, issue_bills};

use super::{
    Failure,
    citizens::Citizen,
    cluster::write_out,
    site::{CITY, Site},
};

/// How many bills are issued in one transaction.
const BATCH: usize = 1_000;

/// A bill that somebody is going to pay.
pub struct Due {
    /// The bill as it stands in a path.
    pub bill: String,
    /// Which citizen owes it.
    pub payer: usize,
}

/// The open bills of all connections.
pub struct Stock {
    /// Those of each connection; the last one is paid next.
    pub shelves: Vec<Vec<Due>>,
    payees: Vec<AgencyId>,
}

impl Stock {
    /// Nothing yet. Bills will be owed to these agencies, evenly.
    pub fn new(connections: usize, payees: Vec<AgencyId>) -> Self {
        Self { shelves: (0..connections).map(|_| Vec::new()).collect(), payees }
    }

    /// Issues bills until each connection has so many, and they are on the disk. The citizens are
    /// shared out among the connections, and those of one connection pay in turn: nobody pays twice
    /// at the same time.
    pub async fn fill(
        &mut self,
        site: &Site,
        citizens: &[Citizen],
        each: usize,
    ) -> Result<(), Failure> {
        let connections = self.shelves.len();
        let payers = citizens.len() / connections;
        let mut drafts = Vec::new();
        for (connection, shelf) in self.shelves.iter().enumerate() {
            for n in shelf.len()..each {
                let payer = connection * payers + n % payers;
                let citizen = citizens.get(payer).ok_or("a connection without payers")?;
                drafts.push((connection, payer, self.draft(site, citizen.person)?));
            }
        }
        for batch in drafts.chunks(BATCH) {
            let bills: Vec<NewBill> = batch.iter().map(|(_, _, bill)| bill.clone()).collect();
            issue(site, &bills).await?;
        }
        for (connection, payer, bill) in drafts {
            let due = Due { bill: bill.id.to_string(), payer };
            self.shelves.get_mut(connection).ok_or("no such connection")?.push(due);
        }
        write_out().await
    }

    /// Which agency is drawn by lot, from the random part of the identifier: evenly, and without a
    /// rhythm that would keep connections out of each other's way.
    fn draft(&self, site: &Site, debtor: PersonId) -> Result<NewBill, Failure> {
        let clock = &site.city.platform.clock;
        let id = BillId::new(CITY, clock);
        let lot = usize::try_from(id.uuid().as_u128() & 0xffff_ffff)?;
        let agency = self.payees.get(lot % self.payees.len().max(1)).ok_or("no payees")?;
        // Two to five yuan.
        let fen = i64::try_from(200 + 100 * (lot % 4))?;
        Ok(NewBill {
            id,
            agency: *agency,
            issuer: "bench",
            external_no: id.uuid().simple().to_string(),
            debtor,
            subject: Text::new("A small fee", "小额费用"),
            amount: Money::new(fen, Currency::Cny),
            due_on: due_on(clock.now().date_naive())?,
            surcharge: None,
            terms: Terms::default(),
        })
    }
}

/// Late enough that nothing is added to the bill.
fn due_on(today: NaiveDate) -> Result<NaiveDate, Failure> {
    today.checked_add_days(Days::new(30)).ok_or_else(|| "no such day".into())
}

/// Issues bills as a service would: the one place that knows how.
async fn issue(site: &Site, bills: &[NewBill]) -> Result<(), Failure> {
    let db = &site.city.platform.db;
    let issued = db.tx("bench.issue", async |tx| issue_bills(tx, bills).await).await?;
    Ok(issued.into_iter().collect::<Result<_, _>>()?)
}
