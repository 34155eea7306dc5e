//! Connections on a real database.

use citygate_catalogue::AgencyId;
use citygate_identity::{AccountId, ClientId, KeyPair, registered_clients};
use citygate_kernel::{CityCode, Clock, Locale};
use citygate_platform::{Cx, db::DbError};
use citygate_testkit::{TestDb, monday_morning};
use diesel_async::SimpleAsyncConnection;
use serde_json::{Value, json};

use super::{
    actions::{self, Application, Judgement},
    model::Admission,
    *,
};
use crate::{
    error::Error,
    fault::{Fault, Hold, HoldReason},
    inbox::{Incoming, Received, Reply, receive},
    model::Protocol,
    sender::Sender,
    testing,
};

struct City {
    cx: Cx,
    hospital: AgencyId,
    _db: TestDb,
}

impl City {
    async fn new() -> Self {
        let db = TestDb::new().await;
        let clock = Clock::manual(monday_morning());
        let cx = db.platform(&clock).cx(Locale::En, "test");
        let hospital = testing::new_hospital(&cx, CityCode::HANGZHOU).await;
        Self { cx, hospital, _db: db }
    }

    fn account(&self) -> AccountId {
        AccountId::new(&self.cx.clock)
    }

    async fn apply(&self, abilities: Abilities) -> Result<Participant, Error> {
        let jwk = serde_json::to_value(KeyPair::generate().unwrap().public).unwrap();
        let application = Application {
            agency: self.hospital,
            contact: "lis@hospital.example".parse().unwrap(),
            software: "LIS 7".to_owned(),
            abilities,
            key: jwk.as_object().unwrap().clone(),
        };
        actions::apply(&self.cx, &application, self.account()).await
    }

    async fn open_sandbox(&self) -> Result<ClientId, Error> {
        self.cx.db.tx("test.open", async |tx| open_sandbox(tx, self.hospital).await).await
    }

    async fn happens(&self, event: ParticipantEvent) -> Result<ParticipantState, Error> {
        let moved =
            self.cx.db.tx("test.happens", async |tx| happen(tx, self.hospital, event).await);
        Ok(moved.await?.state)
    }

    async fn admission(&self, agency: AgencyId) -> Result<Admission, Error> {
        self.cx.db.tx("test.admit", async |tx| admit(tx, agency).await).await
    }

    /// Applied, with a sandbox that is open.
    async fn in_sandbox(abilities: Abilities) -> (Self, Sender) {
        let city = Self::new().await;
        city.apply(abilities).await.unwrap();
        let client = city.open_sandbox().await.unwrap();
        let sender = Sender { client, agency: twin(city.hospital) };
        (city, sender)
    }

    async fn receive(
        &self,
        sender: Sender,
        number: &str,
        body: &Value,
        held: Option<HoldReason>,
    ) -> Result<Received, Fault> {
        let body = body.to_string();
        let incoming = Incoming {
            sender,
            protocol: Protocol::Fhir,
            message_no: Some(number),
            what: "POST /fhir/r4",
            conditions: "",
            body: body.as_bytes(),
            proof: None,
            part: None,
        };
        receive(&self.cx, &incoming, async |_| match held {
            Some(reason) => Err(Hold { reason, waits_for: None }.into()),
            None => Ok(Reply {
                status: 200,
                content_type: "application/fhir+json".to_owned(),
                headers: Vec::new(),
                body: "{}".to_owned(),
            }),
        })
        .await
    }

    async fn judgement(&self) -> Judgement {
        actions::conformance(&self.cx, twin(self.hospital)).await.unwrap()
    }

    async fn missing(&self) -> Vec<&'static str> {
        let findings = self.judgement().await.findings;
        let missing = findings.iter().filter(|one| one.mandatory && one.passed_at.is_none());
        missing.map(|one| one.rule.code).collect()
    }
}

const PLAIN: Abilities = Abilities { signs: false, speaks_hl7: false };

fn report(status: &str) -> Value {
    json!({"resourceType": "DiagnosticReport", "status": status})
}

fn problem(fault: Fault) -> &'static str {
    match fault {
        Fault::Refused(error) => error.problem().kind.code,
        Fault::Held(hold) => hold.reason.code(),
    }
}

#[tokio::test]
async fn what_is_live_is_admitted_until_it_is_suspended() {
    let city = City::new().await;
    let hospital = city.hospital;
    assert!(matches!(city.admission(hospital).await, Err(Error::NotConnected)));
    city.cx.db.tx("test.connect", async |tx| connect(tx, hospital).await).await.unwrap();
    let live = Admission { signatures_required: false };
    assert_eq!(city.admission(hospital).await.unwrap(), live);
    assert!(matches!(city.admission(twin(hospital)).await, Err(Error::NotConnected)));
    let suspended = city.happens(ParticipantEvent::Suspend).await.unwrap();
    assert_eq!(suspended, ParticipantState::Suspended);
    assert!(matches!(city.admission(hospital).await, Err(Error::Suspended)));
    city.happens(ParticipantEvent::Resume).await.unwrap();
    assert_eq!(city.admission(hospital).await.unwrap(), live);
    assert!(matches!(
        city.happens(ParticipantEvent::Certify).await,
        Err(Error::ParticipationState(ParticipantState::Live))
    ));
}

#[tokio::test]
async fn a_sandbox_is_a_twin_in_another_city_with_a_key_of_its_own() {
    let signs = Abilities { signs: true, ..PLAIN };
    let (city, sender) = City::in_sandbox(signs).await;
    let admitted = city.admission(sender.agency).await.unwrap();
    assert_eq!(admitted, Admission { signatures_required: true });
    assert!(matches!(city.admission(city.hospital).await, Err(Error::NotConnected)));
    let clients =
        city.cx.db.tx("test.clients", async |tx| registered_clients(tx, Some(sender.agency)).await);
    let clients = clients.await.unwrap();
    assert_eq!(clients.len(), 1);
    assert_eq!(clients[0].agency.unwrap().city(), CityCode::SANDBOX);
    assert!(matches!(
        city.open_sandbox().await,
        Err(Error::ParticipationState(ParticipantState::Sandbox))
    ));
    assert!(matches!(
        city.apply(PLAIN).await,
        Err(Error::ParticipationState(ParticipantState::Sandbox))
    ));
    // Whoever goes takes nothing along, and may come back with another key.
    actions::withdraw(&city.cx, city.hospital).await.unwrap();
    assert!(matches!(city.admission(sender.agency).await, Err(Error::NotConnected)));
    city.apply(PLAIN).await.unwrap();
    let second = city.open_sandbox().await.unwrap();
    let clients =
        city.cx.db.tx("test.clients", async |tx| registered_clients(tx, Some(sender.agency)).await);
    for client in clients.await.unwrap() {
        assert_eq!(client.disabled_at.is_none(), client.client_id == second.to_string());
    }
}

#[tokio::test]
async fn whoever_shows_all_is_certified_and_goes_live_by_four_eyes() {
    let (city, sender) = City::in_sandbox(PLAIN).await;
    let twin = sender.agency;
    assert_eq!(city.judgement().await.state, ParticipantState::Sandbox);
    actions::set_drop_answers(&city.cx, twin, 1).await.unwrap();
    let order = json!({"resourceType": "ServiceRequest"});
    let dropped = city.receive(sender, "1", &order, None).await.unwrap_err();
    assert_eq!(problem(dropped), "exchange.answer_dropped");
    assert!(city.missing().await.contains(&"retry"));
    let again = city.receive(sender, "1", &order, None).await.unwrap();
    assert!(matches!(again, Received::Answered { replayed: true, .. }));
    assert!(!city.missing().await.contains(&"retry"));
    for (number, status) in [("2", "final"), ("3", "corrected"), ("4", "entered-in-error")] {
        city.receive(sender, number, &report(status), None).await.unwrap();
    }
    // What is right is only a mending of what was wrong before.
    assert_eq!(city.missing().await, ["read", "critical_value", "patient_mismatch"]);
    let critical = json!([{"coding": [{"code": "LL"}]}]);
    let observation = json!({"resourceType": "Observation", "interpretation": critical});
    city.receive(sender, "5", &observation, None).await.unwrap();
    let mismatch = Some(HoldReason::PatientMismatch);
    city.receive(sender, "6", &report("final"), mismatch).await.unwrap();
    assert_eq!(city.missing().await, ["read", "patient_mismatch"]);
    city.receive(sender, "7", &report("final"), None).await.unwrap();
    let early = city.happens(ParticipantEvent::GoLive).await;
    assert!(matches!(early, Err(Error::ParticipationState(ParticipantState::Sandbox))));
    let (one, other) = (city.account(), city.account());
    assert!(actions::ask_live(&city.cx, city.hospital, one).await.is_err());
    city.cx.db.tx("test.read", async |tx| has_read(tx, twin).await).await.unwrap();
    assert_eq!(city.judgement().await.state, ParticipantState::Certified);
    assert!(matches!(city.admission(city.hospital).await, Err(Error::NotConnected)));

    let live = ParticipantEvent::GoLive;
    assert!(matches!(city.happens(live).await, Err(Error::LiveNotApproved)));
    let unasked = actions::approve_live(&city.cx, city.hospital, other).await;
    assert!(matches!(unasked, Err(Error::LiveNotApproved)));
    actions::ask_live(&city.cx, city.hospital, one).await.unwrap();
    let own = actions::approve_live(&city.cx, city.hospital, one).await;
    assert!(matches!(own, Err(Error::OwnLiveRequest)));
    let forged = format!(
        "UPDATE exchange.participants SET live_approved_by = '{}', live_approved_at = live_asked_at",
        one.uuid()
    );
    let refused = city
        .cx
        .db
        .tx("test.forge", async |tx| Ok::<_, DbError>(tx.conn().batch_execute(&forged).await?));
    assert!(refused.await.unwrap_err().to_string().contains("participants_four_eyes"));
    assert!(matches!(city.happens(live).await, Err(Error::LiveNotApproved)));
    actions::approve_live(&city.cx, city.hospital, other).await.unwrap();
    assert_eq!(city.happens(live).await.unwrap(), ParticipantState::Live);
    assert!(city.admission(city.hospital).await.is_ok());
    // The sandbox stays, for the next version of the system.
    assert!(city.admission(twin).await.is_ok());
}

#[tokio::test]
async fn a_live_hospital_leaves_no_evidence_and_loses_no_answer() {
    let city = City::new().await;
    let hospital = city.hospital;
    city.cx.db.tx("test.connect", async |tx| connect(tx, hospital).await).await.unwrap();
    let sender = Sender { client: ClientId::new(&city.cx.clock), agency: hospital };
    city.receive(sender, "1", &report("final"), None).await.unwrap();
    assert!(actions::set_drop_answers(&city.cx, hospital, 1).await.is_err());
    assert!(actions::conformance(&city.cx, hospital).await.is_err());
    let shown = city.cx.db.tx("test.evidence", async |tx| store::evidence(tx, hospital).await);
    assert!(shown.await.unwrap().is_empty());
}
