//! FHIR against a database: what a hospital's system pushes, finds and books.

mod counter;
mod directory;
mod sessions;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::{Agency, AgencyId, add_agency};
use citygate_exchange::{
    Fault, Sender,
    fhir::{Page, Stored, Target, Write, Written},
};
use citygate_fhir::{Parameter, Query, Resource, ResourceType as Kind};
use citygate_identity::ClientId;
use citygate_kernel::{Problem, Text};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{operations, read, receive};
use crate::{actions::directory_tests::Scene, model::Grade};

/// A resident number of the law's own example.
const WANG: &str = "11010519491231002X";

/// A hospital with its system.
struct House {
    scene: Scene,
    sender: Sender,
}

/// The codes of a refusal: that of the problem, and where it is.
fn refusal<T>(outcome: Result<T, Fault>) -> (String, String) {
    match outcome {
        Ok(_) => panic!("it was carried out"),
        Err(Fault::Held(hold)) => panic!("{hold:?}"),
        Err(Fault::Refused(error)) => {
            let problem: Problem = error.problem();
            let at = problem.errors.first().map(|field| field.pointer.clone());
            (problem.kind.code.to_owned(), at.unwrap_or_default())
        }
    }
}

fn resource(content: &Value) -> Resource {
    Resource::parse(&content.to_string()).unwrap()
}

fn says(stored: &Stored) -> Value {
    serde_json::from_str(&stored.resource.to_json().unwrap()).unwrap()
}

fn identifier(system: &str, value: &str) -> Value {
    json!([{"system": format!("urn:citygate:{system}"), "value": value}])
}

fn coded(system: &str, code: &str) -> Value {
    json!([{"coding": [{"system": format!("urn:citygate:{system}"), "code": code}]}])
}

impl House {
    async fn new() -> Self {
        let scene = Scene::listed(Grade::ThreeA).await;
        let client = ClientId::from_uuid(Uuid::from_u128(7));
        let sender = Sender { client, agency: scene.hospital };
        Self { scene, sender }
    }

    /// The same system, as if another hospital's.
    async fn other(&self) -> Sender {
        let agency = AgencyId::new(self.scene.hospital.city(), &self.scene.clock);
        let other = Agency { id: agency, name: Text::new("Other Hospital", "另一家医院") };
        let cx = &self.scene.cx;
        cx.db.tx("test.agency", async |tx| add_agency(tx, &other).await).await.unwrap();
        Sender { agency, ..self.sender }
    }

    async fn write(&self, writes: &[Write]) -> Result<Vec<Written>, Fault> {
        let cx = &self.scene.cx;
        cx.db.tx("test.write", async |tx| receive::write(cx, tx, self.sender, writes).await).await
    }

    async fn create(&self, contents: &[(u128, Value)]) -> Result<Vec<Written>, Fault> {
        let write = |(id, content): &(u128, Value)| Write {
            target: Target::Create { id: Uuid::from_u128(*id) },
            resource: resource(content),
        };
        self.write(&contents.iter().map(write).collect::<Vec<_>>()).await
    }

    async fn update(
        &self,
        id: Uuid,
        if_match: Option<u32>,
        content: &Value,
    ) -> Result<Vec<Written>, Fault> {
        let target = Target::Update { id, if_match };
        self.write(&[Write { target, resource: resource(content) }]).await
    }

    async fn search_as(
        &self,
        sender: Sender,
        kind: Kind,
        wanted: &[(&str, &str)],
    ) -> Result<Vec<Stored>, Fault> {
        let parameter = |(name, value): &(&str, &str)| Parameter {
            name: (*name).to_owned(),
            modifier: None,
            values: value.split(',').map(ToOwned::to_owned).collect(),
        };
        let query = Query { kind, parameters: wanted.iter().map(parameter).collect() };
        let cx = &self.scene.cx;
        let page = Page { after: None, count: 100 };
        cx.db.tx("test.search", async |tx| super::find(cx, tx, sender, &query, page).await).await
    }

    async fn search(&self, kind: Kind, wanted: &[(&str, &str)]) -> Vec<Stored> {
        self.search_as(self.sender, kind, wanted).await.unwrap()
    }

    async fn read_as(&self, sender: Sender, kind: Kind, id: Uuid) -> Option<Stored> {
        let cx = &self.scene.cx;
        let found = cx.db.tx("test.read", async |tx| read(cx, tx, sender, (kind, id)).await);
        found.await.unwrap()
    }

    async fn read(&self, kind: Kind, id: Uuid) -> Stored {
        self.read_as(self.sender, kind, id).await.unwrap()
    }

    async fn make(&self, wanted: receive::Booking, parameter: Value) -> Result<Value, Fault> {
        let cx = &self.scene.cx;
        let list: Vec<_> = parameter.as_array().unwrap().clone();
        let sent = json!({"resourceType": "Parameters", "parameter": list});
        cx.db
            .tx("test.operate", async |tx| {
                let made = operations::make(cx, tx, self.sender, &sent, wanted).await?;
                Ok(made["entry"][0]["resource"].clone())
            })
            .await
    }

    async fn cancel(&self, id: Uuid) -> Result<Value, Fault> {
        let cx = &self.scene.cx;
        cx.db
            .tx("test.cancel", async |tx| {
                let given_up = operations::cancel(cx, tx, self.sender, id).await?;
                Ok(given_up["entry"][0]["resource"].clone())
            })
            .await
    }

    fn starts_at(&self) -> DateTime<Utc> {
        self.scene.clock.now() + TimeDelta::hours(24)
    }

    /// A Bundle's worth: a session with two windows for the counter and the app.
    async fn session(&self, number: &str) -> Vec<(u128, Value)> {
        let service = self.search(Kind::HealthcareService, &[]).await.remove(0);
        let doctor = self.search(Kind::Practitioner, &[("identifier", "D1")]).await.remove(0);
        let schedule = json!({
            "resourceType": "Schedule",
            "identifier": identifier("session-no", number),
            "serviceType": coded("clinic-kind", "expert"),
            "actor": [
                {"reference": format!("HealthcareService/{}", service.id)},
                {"reference": format!("Practitioner/{}", doctor.id)},
            ],
            "planningHorizon": {"start": self.starts_at().to_rfc3339()},
        });
        let slot = |n: i32| {
            let starts_at = self.starts_at() + TimeDelta::minutes(30) * n;
            let places = |channel: &str| {
                json!({"url": "urn:citygate:places", "extension": [
                    {"url": "channel", "valueCode": channel},
                    {"url": "capacity", "valueUnsignedInt": 1},
                ]})
            };
            json!({
                "resourceType": "Slot",
                "schedule": {"reference": format!("Schedule/{}", Uuid::from_u128(1))},
                "status": "free",
                "start": starts_at.to_rfc3339(),
                "end": (starts_at + TimeDelta::minutes(30)).to_rfc3339(),
                "extension": [places("onsite"), places("app")],
            })
        };
        // Slots may come before what they belong to, and in any order.
        vec![(3, slot(1)), (1, schedule), (2, slot(0))]
    }
}
