//! What becomes of messages, with a service behind the inbox that writes one row for each.

mod held;
mod once;

use citygate_identity::ClientId;
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_platform::{Cx, db::Tx, sql::sql};
use citygate_testkit::{TestDb, monday_morning};
use diesel::sql_types::Text as SqlText;
use diesel_async::RunQueryDsl;

use super::{Incoming, Protocol, Received, Reply};
use crate::{
    Fault,
    error::Error,
    fault::{Hold, HoldReason},
    participants,
    sender::Sender,
    signature::Proof,
    testing,
};

/// A hospital that is connected, and a table of what its messages did.
struct Town {
    cx: Cx,
    sender: Sender,
    clock: Clock,
    _db: TestDb,
}

impl Town {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let clock = Clock::manual(monday_morning());
        let cx = db.platform(&clock).cx(Locale::En, "req_test");
        testing::run(&cx, "CREATE TABLE effects (message text NOT NULL)").await;
        let sender = hospital(&cx).await;
        Self { cx, sender, clock, _db: db }
    }

    async fn run(&self, statement: &str) {
        testing::run(&self.cx, statement).await;
    }

    async fn count(&self, rows: &str) -> i64 {
        testing::count(&self.cx, rows).await
    }

    async fn effects(&self) -> i64 {
        self.count("effects").await
    }

    async fn messages(&self) -> i64 {
        self.count("exchange.messages").await
    }

    async fn refusals(&self) -> i64 {
        self.count("exchange.refusals").await
    }

    /// Receives a message that is carried out.
    async fn send(&self, incoming: &Incoming<'_>) -> Result<Received, Fault> {
        let no = incoming.message_no.unwrap_or_default();
        super::receive(&self.cx, incoming, async |tx| effect(tx, no).await).await
    }

    /// Receives a message that ends in a fault.
    async fn send_in_vain(
        &self,
        incoming: &Incoming<'_>,
        fault: impl Fn() -> Fault,
    ) -> Result<Received, Fault> {
        let no = incoming.message_no.unwrap_or_default();
        let act = async |tx: &mut Tx<'_>| {
            effect(tx, no).await?;
            Err(fault())
        };
        super::receive(&self.cx, incoming, act).await
    }
}

async fn hospital(cx: &Cx) -> Sender {
    let agency = testing::new_hospital(cx, CityCode::HANGZHOU).await;
    let connected = cx.db.tx("test.connect", async |tx| participants::connect(tx, agency).await);
    connected.await.unwrap();
    Sender { client: ClientId::new(&cx.clock), agency }
}

/// What a message does.
async fn effect(tx: &mut Tx<'_>, message: &str) -> Result<Reply, Fault> {
    let insert = sql("INSERT INTO effects VALUES ($1)").bind::<SqlText, _>(message.to_owned());
    insert.execute(tx.conn()).await.map_err(Error::from)?;
    Ok(reply(message))
}

fn reply(message: &str) -> Reply {
    Reply {
        status: 201,
        content_type: "application/fhir+json".to_owned(),
        headers: vec![("Location".to_owned(), "here".to_owned())],
        body: format!("done {message}"),
    }
}

fn message<'a>(sender: Sender, no: &'a str, body: &'a str) -> Incoming<'a> {
    Incoming {
        sender,
        protocol: Protocol::Fhir,
        message_no: Some(no),
        what: "POST /fhir/r4",
        conditions: "",
        body: body.as_bytes(),
        proof: None,
        part: None,
    }
}

fn waits() -> Fault {
    Hold { reason: HoldReason::OrderUnknown, waits_for: Some("L1".to_owned()) }.into()
}

/// The code of the problem that a message was refused with.
fn refusal(received: Result<Received, Fault>) -> &'static str {
    match received {
        Err(Fault::Refused(error)) => error.problem().kind.code,
        other => panic!("{other:?}"),
    }
}

fn answer(received: Result<Received, Fault>) -> (Reply, bool) {
    match received {
        Ok(Received::Answered { reply, replayed }) => (reply, replayed),
        other => panic!("{other:?}"),
    }
}

fn signed(nonce: &str) -> Proof {
    Proof::for_test(nonce)
}
