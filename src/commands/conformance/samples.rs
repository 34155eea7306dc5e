//! A set of messages as a laboratory's system would send them: what each rule wants to see.

use chrono::{DateTime, TimeDelta, Utc};
use citygate_identity::ClientId;
use citygate_kernel::Clock;
use reqwest::{Method, RequestBuilder, header};
use serde_json::{Value, json};

use super::{
    CommandError,
    checks::{Findings, told},
};
use crate::demo::{
    actors::{Reply, System},
    laboratory::{
        BLOOD_COUNT, ELECTROLYTES, FHIR_JSON, Item, Named, Report, created, order, report, sign_as,
        transaction,
    },
};

/// Nobody has these numbers: there is no division 9999.
const PATIENT: Named<'static> = Named { id_number: "999900198506120011", name: "样本甲" };
const OTHER: Named<'static> = Named { id_number: "999900197909230026", name: "样本乙" };

const POTASSIUM: Item =
    Item {
        code: ("2823-3", "钾"), value: "4.1", unit: "mmol/L", range: ("3.5", "5.3"), flag: "N"
    };
const CRITICAL: Item = Item { value: "7.1", flag: "HH", ..POTASSIUM };

/// A run of the samples. Its numbers are its own.
struct Run<'a> {
    system: &'a System,
    name: String,
    began: DateTime<Utc>,
    sent: u32,
}

/// Sends the samples that are missing.
pub(super) async fn send(system: &System, found: &Findings) -> Result<(), CommandError> {
    let began = Clock::system().now() - TimeDelta::minutes(5);
    let name = format!("SAMPLE-{}", began.timestamp_millis());
    let mut run = Run { system, name, began, sent: 0 };
    run.retry().await?;
    run.report().await?;
    run.mismatch().await?;
    run.early().await?;
    if found.lacks("hl7v2") {
        run.hl7().await?;
    }
    Ok(())
}

impl Run<'_> {
    fn order_no(&self, n: u32) -> String {
        format!("{}-{n}", self.name)
    }

    /// Sends entries under a number of their own. What the answer has to be is in `expected`.
    async fn push(&mut self, entries: Vec<Value>, expected: &[u16]) -> Result<Reply, CommandError> {
        self.sent += 1;
        let number = format!("{}-message-{}", self.name, self.sent);
        let body = serde_json::to_vec(&transaction(entries))?;
        self.push_as(&number, &body, expected).await
    }

    async fn push_as(
        &self,
        number: &str,
        body: &[u8],
        expected: &[u16],
    ) -> Result<Reply, CommandError> {
        let request = self.signed(("/fhir/r4", FHIR_JSON), body)?;
        let reply = self.system.caller.send(request.header("Idempotency-Key", number)).await?;
        if expected.contains(&reply.status) {
            Ok(reply)
        } else {
            Err(format!("the sample {number} was answered {}", told(&reply)).into())
        }
    }

    /// A request with a signature of its own.
    fn signed(&self, to: (&str, &str), body: &[u8]) -> Result<RequestBuilder, CommandError> {
        let clock = Clock::system();
        let nonce = ClientId::new(&clock).to_string();
        let proof = sign_as(self.system, to, body, &nonce, &clock)?;
        let request = self.system.caller.request(Method::POST, to.0);
        Ok(request
            .header(header::CONTENT_TYPE, to.1)
            .header("Content-Digest", proof.content_digest)
            .header("Signature-Input", proof.input)
            .header("Signature", proof.signature)
            .body(body.to_vec()))
    }

    fn ordered(&self, n: u32) -> Vec<Value> {
        let resource = order(&self.order_no(n), PATIENT, ELECTROLYTES);
        vec![created("urn:uuid:00000000-0000-4000-8000-000000000000", "ServiceRequest", resource)]
    }

    fn reported(
        &self,
        n: u32,
        status: &str,
        minutes: i64,
        of: Named<'_>,
        item: Item,
    ) -> Vec<Value> {
        let number = self.order_no(n);
        report(&Report {
            order_no: &number,
            report_no: &number,
            patient: of,
            status,
            issued: self.began + TimeDelta::minutes(minutes),
            code: if n == 1 { ELECTROLYTES } else { BLOOD_COUNT },
            items: &[item],
        })
    }

    /// An order whose answer is lost, and which is sent again.
    async fn retry(&mut self) -> Result<(), CommandError> {
        let wish = json!({"drop_answers": 1});
        let drop = self.system.caller.put("/v1/exchange/sandbox", &wish).await?;
        if drop.status != 204 {
            return Err(format!("the sandbox does not drop answers: {}", told(&drop)).into());
        }
        let number = format!("{}-message-0", self.name);
        let body = serde_json::to_vec(&transaction(self.ordered(1)))?;
        self.push_as(&number, &body, &[503]).await?;
        self.push_as(&number, &body, &[200, 201]).await?;
        Ok(())
    }

    /// A report from the preliminary to the taken back.
    async fn report(&mut self) -> Result<(), CommandError> {
        for (minutes, status, item) in [
            (1, "preliminary", POTASSIUM),
            (2, "final", CRITICAL),
            (3, "corrected", POTASSIUM),
            (4, "entered-in-error", POTASSIUM),
        ] {
            let entries = self.reported(1, status, minutes, PATIENT, item);
            self.push(entries, &[200, 201]).await?;
        }
        Ok(())
    }

    /// A report about somebody else, and then the right one.
    async fn mismatch(&mut self) -> Result<(), CommandError> {
        self.push(self.ordered(2), &[200, 201]).await?;
        self.push(self.reported(2, "final", 1, OTHER, POTASSIUM), &[422]).await?;
        self.push(self.reported(2, "final", 2, PATIENT, POTASSIUM), &[200, 201]).await?;
        Ok(())
    }

    /// A report in HL7 version 2.
    async fn hl7(&mut self) -> Result<(), CommandError> {
        self.push(self.ordered(4), &[200, 201]).await?;
        let number = self.order_no(4);
        let at = self.began.format("%Y%m%d%H%M%S+0000");
        let Named { id_number, name } = PATIENT;
        let message = format!(
            "MSH|^~\\&|LIS|SAMPLE|CITYGATE|SANDBOX|{at}||ORU^R01^ORU_R01|{number}|P|2.5.1|||||CHN|\
             UNICODE UTF-8\r\
             PID|1||{id_number}^^^CHN^NI||{name}\r\
             ORC|RE|{number}|{number}\r\
             OBR|1|{number}|{number}|24326-1^电解质^LN|||{at}|||||||||||||||{at}||LAB|F\r\
             OBX|1|NM|2823-3^钾^LN||4.1|mmol/L|3.5-5.3|N|||F\r"
        );
        let to = ("/v1/exchange/hl7v2", "application/hl7-v2; charset=utf-8");
        let request = self.signed(to, message.as_bytes())?;
        let reply = self.system.caller.send(request).await?;
        let accepted = reply.text.contains("MSA|AA|");
        if accepted { Ok(()) } else { Err(format!("HL7 was answered: {}", reply.text).into()) }
    }

    /// A report before its order.
    async fn early(&mut self) -> Result<(), CommandError> {
        self.push(self.reported(3, "final", 1, PATIENT, POTASSIUM), &[202]).await?;
        self.push(self.ordered(3), &[200, 201]).await?;
        Ok(())
    }
}
