//! HL7 version 2 by a hospital's systems: over MLLP, on real sockets, and over HTTP.

use std::net::SocketAddr;

use chrono::TimeDelta;
use citygate::{
    demo::{
        actors::{Caller, Reply},
        laboratory::{self, BLOOD_COUNT, FHIR_JSON, Named},
    },
    settings::Settings,
};
use citygate_exchange::hl7::{MllpPeer, set_mllp_peer};
use citygate_hl7v2::{Charset, Frames, frame};
use citygate_hospital::HOSPITAL;
use citygate_identity::ClientId;
use reqwest::Method;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    hospital_directory::{clinic, items, system_with},
    support::{TestApp, refused},
};

const PATH: &str = "/v1/exchange/hl7v2";
const FACILITY: &str = "湖滨医院";
const SCOPES: &[&str] =
    &["hospital.schedules:write", "hospital.schedules:read", "system/*.read", "system/*.write"];
/// Two people whom nobody has named before.
const NEW: &str = "440524188001010014";
const OTHER: &str = "11010519491231002X";

/// The hospital's system, connected, and registered to speak MLLP in GBK from this machine.
async fn start() -> (TestApp, Caller) {
    start_with(|_| {}).await
}

async fn start_with(change: impl FnOnce(&mut Settings)) -> (TestApp, Caller) {
    let app = TestApp::start_with(change).await;
    let system = system_with(&app, HOSPITAL, SCOPES).await;
    register(&app, system.id, "127.0.0.0/8").await;
    (app, system.caller)
}

async fn register(app: &TestApp, client: ClientId, network: &str) {
    let peer = MllpPeer {
        facility: FACILITY.to_owned(),
        application: String::new(),
        agency: HOSPITAL,
        client,
        networks: vec![network.parse().unwrap()],
        charset: Charset::Gb18030,
    };
    let db = &app.city().platform.db;
    db.tx("test.register_peer", async |tx| {
        citygate_exchange::participants::connect(tx, HOSPITAL).await.unwrap();
        set_mllp_peer(tx, &peer).await
    })
    .await
    .unwrap();
}

/// What differs from one message to another.
struct Oru<'a> {
    no: &'a str,
    order: &'a str,
    patient: &'a str,
    status: &'a str,
    issued: &'a str,
    value: &'a str,
    charset: &'a str,
}

const USUAL: Oru<'_> = Oru {
    no: "1",
    order: "O-1",
    patient: NEW,
    status: "F",
    issued: "20261005093000",
    value: "11.2",
    charset: "UNICODE UTF-8",
};

impl Oru<'_> {
    fn text(&self) -> String {
        let Self { no, order, patient, status, issued, value, charset } = self;
        format!(
            "MSH|^~\\&|LIS|{FACILITY}|CITYGATE|330100|{issued}||ORU^R01^ORU_R01|{no}|P|2.5.1||||||{charset}\r\
             PID|1||{patient}^^^CHN^NI||赵^小燕\r\
             OBR|1|{order}|R-{order}|CBC^血常规^L^58410-2^^LN|||{issued}|||||||||||||||\
             {issued}||HM|{status}\r\
             OBX|1|NM|WBC^白细胞计数^L^6690-2^^LN||{value}|10*9/L|3.5-9.5|H|||{status}\r"
        )
    }
}

/// A connection to the city's MLLP port.
struct Line {
    stream: TcpStream,
    frames: Frames,
}

impl Line {
    async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self { stream, frames: Frames::default() }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The next answer, or nothing where the city has hung up.
    async fn answer(&mut self) -> Option<Vec<u8>> {
        let mut chunk = [0; 4096];
        loop {
            if let Some(answer) = self.frames.take().unwrap() {
                return Some(answer);
            }
            match self.stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.frames.push(&chunk[..count]),
            }
        }
    }

    async fn ask(&mut self, text: &str, charset: Charset) -> String {
        self.send(&frame(&charset.encode(text))).await;
        let answer = self.answer().await.expect("an answer");
        charset.decode(&answer).expect("in the character set of the message").into_owned()
    }
}

/// MSA of an answer.
fn msa(answer: &str) -> &str {
    answer.split('\r').find(|segment| segment.starts_with("MSA")).unwrap()
}

/// Where an answer says that something is wrong: ERR-2 and the number of ERR-3.
fn err(answer: &str) -> (String, String) {
    let err = answer.split('\r').find(|segment| segment.starts_with("ERR")).unwrap();
    let fields: Vec<&str> = err.split('|').collect();
    (fields[2].to_owned(), fields[3].split('^').next().unwrap().to_owned())
}

async fn post(caller: &Caller, content_type: &str, body: Vec<u8>) -> Reply {
    let request = caller.request(Method::POST, PATH).header("content-type", content_type);
    caller.send(request.body(body)).await.unwrap()
}

async fn place_order(caller: &Caller, no: &str, id_number: &str) {
    let patient = Named { id_number, name: "赵小燕" };
    let order = laboratory::order(no, patient, BLOOD_COUNT);
    let request = caller
        .request(Method::POST, "/fhir/r4/ServiceRequest")
        .header("content-type", FHIR_JSON)
        .body(serde_json::to_vec(&order).unwrap());
    let reply = caller.send(request).await.unwrap();
    assert_eq!(reply.status, 201, "{}", reply.text);
}

/// The reports of the hospital, as FHIR shows them.
async fn reports(caller: &Caller) -> Vec<Value> {
    let reply = caller.get("/fhir/r4/DiagnosticReport").await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    let entries = reply.body["entry"].as_array().cloned().unwrap_or_default();
    entries.into_iter().map(|entry| entry["resource"].clone()).collect()
}

#[tokio::test]
async fn results_come_in_gbk_and_utf8_and_are_recorded_once() {
    let (app, hospital) = start().await;
    place_order(&hospital, "O-1", NEW).await;
    place_order(&hospital, "O-2", NEW).await;
    let mut line = Line::open(app.mllp()).await;
    let first = line.ask(&USUAL.text(), Charset::Utf8).await;
    assert_eq!(msa(&first), "MSA|AA|1");
    assert!(first.starts_with(&format!("MSH|^~\\&|CITYGATE|330100|LIS|{FACILITY}|")), "{first}");
    // The same again is given the same answer, byte for byte, whatever it comes through.
    assert_eq!(line.ask(&USUAL.text(), Charset::Utf8).await, first);
    let again = post(&hospital, "application/hl7-v2", USUAL.text().into_bytes()).await;
    assert_eq!(again.status, 200, "{}", again.text);
    // Another client has sent nothing yet under this number; the same one has.
    assert!(again.replayed && again.text == first, "{}", again.text);
    // GBK, as MSH-18 says and as the system is registered.
    for (no, order, charset) in [("2", "O-2", "GBK"), ("3", "O-2", "")] {
        let oru = Oru { no, order, charset, ..USUAL };
        let answer = line.ask(&oru.text(), Charset::Gb18030).await;
        assert_eq!(msa(&answer), format!("MSA|AA|{no}"));
        assert!(answer.contains(FACILITY), "{answer}");
    }
    let shown = reports(&hospital).await;
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(
        shown.iter().all(|report| report["code"]["coding"][0]["display"] == "血常规"
            || report["code"]["text"] == "血常规"),
        "{shown:?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn each_case_has_one_answer() {
    let (app, hospital) = start().await;
    place_order(&hospital, "O-1", NEW).await;
    let mut line = Line::open(app.mllp()).await;
    // An order that is not there yet is waited for.
    let early = Oru { no: "0", order: "O-9", ..USUAL };
    let held = line.ask(&early.text(), Charset::Utf8).await;
    assert_eq!(msa(&held), "MSA|AA|0|held: order_unknown");
    place_order(&hospital, "O-9", NEW).await;
    app.work().await;
    assert_eq!(msa(&line.ask(&early.text(), Charset::Utf8).await), "MSA|AA|0");
    for (oru, expected) in [
        (Oru { no: "1", status: "P", ..USUAL }, "MSA|AA|1"),
        (Oru { no: "2", issued: "20261005094000", ..USUAL }, "MSA|AA|2"),
        // An older version arrives later.
        (Oru { no: "3", status: "P", issued: "20261005092000", value: "10", ..USUAL }, "MSA|AA|3"),
        (Oru { no: "4", status: "C", issued: "20261005100000", value: "7.1", ..USUAL }, "MSA|AA|4"),
        // The same version under another number.
        (Oru { no: "5", status: "C", issued: "20261005100000", value: "7.1", ..USUAL }, "MSA|AA|5"),
        (Oru { no: "6", patient: OTHER, ..USUAL }, "MSA|AE|6|held: patient_mismatch"),
        (
            Oru { no: "7", status: "P", issued: "20261005110000", ..USUAL },
            "MSA|AE|7|held: status_regressed",
        ),
        (
            Oru { no: "8", status: "C", issued: "20261005100000", value: "7.2", ..USUAL },
            "MSA|AE|8|held: version_conflict",
        ),
        (Oru { no: "9", status: "D", issued: "20261005120000", ..USUAL }, "MSA|AA|9"),
    ] {
        let answer = line.ask(&oru.text(), Charset::Utf8).await;
        assert_eq!(msa(&answer), expected, "{answer}");
    }
    // The number stands for a message of other content.
    let differs = Oru { no: "1", value: "12", ..USUAL };
    let answer = line.ask(&differs.text(), Charset::Utf8).await;
    assert!(msa(&answer).starts_with("MSA|AR|1|"), "{answer}");
    assert_eq!(err(&answer).1, "205");
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_is_answered_with_its_place() {
    let (app, hospital) = start().await;
    place_order(&hospital, "O-1", NEW).await;
    let mut line = Line::open(app.mllp()).await;
    let usual = USUAL.text();
    for (n, (from, to, code, place, row)) in (100..).zip([
        ("||11.2|", "||high|", "AE", "OBX^1^5", "102"),
        ("|NM|WBC", "|ED|WBC", "AE", "OBX^1^2", "103"),
        ("||HM|F", "||HM|", "AE", "OBR^1^25", "101"),
        ("^NI", "^MR", "AE", "PID^1^3", "101"),
        ("440524188001010014", "440524188001010015", "AE", "PID^1^3^1^1", "102"),
        ("PID|", "ZID|", "AE", "PID^1", "100"),
        ("ORU^R01^ORU_R01", "ADT^A01", "AR", "MSH^1^9", "200"),
        ("ORU^R01^ORU_R01", "ORU^R30", "AR", "MSH^1^9", "201"),
        ("|P|2.5.1", "|T|2.5.1", "AR", "MSH^1^11", "202"),
        ("|P|2.5.1", "|P|2.9", "AR", "MSH^1^12", "203"),
        ("UNICODE UTF-8", "8859/1", "AR", "MSH^1^18", "102"),
    ]) {
        let id = format!("|{n}|");
        let text = usual.replacen(from, to, 1).replacen("|1|P", &format!("{id}P"), 1).replacen(
            "|1|T",
            &format!("{id}T"),
            1,
        );
        let answer = line.ask(&text, Charset::Utf8).await;
        assert!(msa(&answer).starts_with(&format!("MSA|{code}|{n}|")), "{to}: {answer}");
        assert_eq!(err(&answer), (place.to_owned(), row.to_owned()), "{to}: {answer}");
    }
    // What is wrong can be mended and sent again under its number.
    let mended = usual.replacen("|1|P", "|100|P", 1);
    assert_eq!(msa(&line.ask(&mended, Charset::Utf8).await), "MSA|AA|100");
    // Bytes that are no message, and bytes that are no text.
    line.send(&frame(b"hello")).await;
    let answer = String::from_utf8(line.answer().await.unwrap()).unwrap();
    assert!(msa(&answer).starts_with("MSA|AR||"), "{answer}");
    let mut broken = usual.replacen("|1|P", "|200|P", 1).into_bytes();
    broken.extend_from_slice(b"NTE|1||\xff\xff\r");
    line.send(&frame(&broken)).await;
    let answer = String::from_utf8(line.answer().await.unwrap()).unwrap();
    assert!(msa(&answer).starts_with("MSA|AR|200|"), "{answer}");
    let mut sql = app.sql().await;
    // All of them but the one that names no sender.
    assert_eq!(sql.count("exchange.refusals").await, 12);
    app.finish().await;
}

#[tokio::test]
async fn a_stream_may_be_cut_anywhere_and_its_answers_keep_their_order() {
    let (app, hospital) = start().await;
    place_order(&hospital, "O-1", NEW).await;
    let mut line = Line::open(app.mllp()).await;
    let message = |no: &str| frame(Oru { no, ..USUAL }.text().as_bytes());
    // Two in one packet, with junk around them, and a third in pieces.
    let mut two = b"junk\r\n".to_vec();
    two.extend([message("1"), b"\n".to_vec(), message("2")].concat());
    line.send(&two).await;
    for piece in message("3").chunks(7) {
        line.send(piece).await;
    }
    for no in ["1", "2", "3"] {
        let answer = String::from_utf8(line.answer().await.unwrap()).unwrap();
        assert_eq!(msa(&answer), format!("MSA|AA|{no}"));
    }
    // Who hangs up before the answer finds that the message was carried out, and is told so.
    let mut hasty = Line::open(app.mllp()).await;
    hasty.send(&message("4")).await;
    drop(hasty);
    let mut sql = app.sql().await;
    let kept = "exchange.messages WHERE message_no = '4'";
    let ends = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while sql.count(kept).await != 1 {
        assert!(std::time::Instant::now() < ends, "the message was not carried out");
        tokio::task::yield_now().await;
    }
    let answer = line.ask(&Oru { no: "4", ..USUAL }.text(), Charset::Utf8).await;
    assert_eq!(msa(&answer), "MSA|AA|4");
    // A message without an end ends the connection.
    let mut endless = Line::open(app.mllp()).await;
    endless.send(b"\x0bMSH|").await;
    let flood = vec![b'a'; 1024 * 1024 + 16];
    let _ = endless.stream.write_all(&flood).await;
    assert_eq!(endless.answer().await, None);
    app.finish().await;
}

#[tokio::test]
async fn only_who_is_registered_is_heard_and_where_they_are_registered() {
    let (app, hospital) = start().await;
    place_order(&hospital, "O-1", NEW).await;
    let mut line = Line::open(app.mllp()).await;
    let stranger = USUAL.text().replace(FACILITY, "西湖医院");
    let answer = line.ask(&stranger, Charset::Utf8).await;
    assert!(msa(&answer).starts_with("MSA|AR|1|"), "{answer}");
    assert!(answer.contains("exchange.hl7_peer_unknown"), "{answer}");
    // Registered elsewhere: hung up on, unread.
    let system = system_with(&app, HOSPITAL, SCOPES).await;
    register(&app, system.id, "10.0.0.0/8").await;
    let mut elsewhere = Line::open(app.mllp()).await;
    let _ = elsewhere.stream.write_all(&frame(USUAL.text().as_bytes())).await;
    assert_eq!(elsewhere.answer().await, None);
    // Nobody else's name is taken: the hospital sees that somebody spoke in it.
    let answer = line.ask(&USUAL.text(), Charset::Utf8).await;
    assert!(msa(&answer).starts_with("MSA|AR|1|"), "{answer}");
    let mut sql = app.sql().await;
    let noted = sql.texts("SELECT problem AS value FROM exchange.refusals").await;
    assert_eq!(noted, ["exchange.hl7_peer_unknown"]);
    // A hospital that has to sign cannot speak MLLP.
    register(&app, system.id, "127.0.0.0/8").await;
    sql.run("UPDATE exchange.participants SET signs = true").await;
    let answer = line.ask(&USUAL.text(), Charset::Utf8).await;
    assert!(answer.contains("exchange.signature_required"), "{answer}");
    let unsigned = post(&hospital, "application/hl7-v2", USUAL.text().into_bytes()).await;
    refused(&unsigned, 401, "exchange.signature_required");
    app.finish().await;
}

#[tokio::test]
async fn over_http_the_token_says_who_it_is() {
    let (app, hospital) = start().await;
    place_order(&hospital, "O-1", NEW).await;
    let usual = USUAL.text().into_bytes();
    let json = post(&hospital, "application/json", usual.clone()).await;
    refused(&json, 415, "exchange.hl7_media_type");
    let latin = post(&hospital, "application/hl7-v2; charset=iso-8859-1", usual.clone()).await;
    refused(&latin, 415, "exchange.hl7_media_type");
    let reader = system_with(&app, HOSPITAL, &["system/*.read"]).await.caller;
    let read_only = post(&reader, "application/hl7-v2", usual.clone()).await;
    refused(&read_only, 403, "identity.scope_missing");
    // What is wrong with a message is said in its answer, not by the status.
    let wrong = USUAL.text().replace("||11.2|", "||high|").into_bytes();
    let answer = post(&hospital, "application/hl7-v2", wrong).await;
    assert_eq!((answer.status, msa(&answer.text).starts_with("MSA|AE|1|")), (200, true));
    let empty = post(&hospital, "application/hl7-v2", Vec::new()).await;
    assert_eq!((empty.status, msa(&empty.text).starts_with("MSA|AR|")), (200, true));
    // Without MSH-18 the content type says which bytes they are.
    let gbk = Charset::Gb18030.encode(&Oru { charset: "", ..USUAL }.text());
    let request = hospital
        .request(Method::POST, PATH)
        .header("content-type", "x-application/hl7-v2+er7; charset=gbk")
        .body(gbk);
    let response = request.send().await.unwrap();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(kind, "x-application/hl7-v2+er7; charset=gb18030");
    let bytes = response.bytes().await.unwrap();
    let text = Charset::Gb18030.decode(&bytes).unwrap().into_owned();
    assert_eq!(msa(&text), "MSA|AA|1");
    assert!(text.contains(FACILITY));
    app.finish().await;
}

/// An appointment at the counter, as its system tells of it.
fn siu(event: &str, no: &str, id: &str, (session, at): (&str, &str), patient: &str) -> String {
    format!(
        "MSH|^~\\&|HIS|{FACILITY}|CITYGATE|330100|20261005||SIU^{event}^SIU_S12|{no}|P|2.5||||||UTF-8\r\
         SCH||{id}|||{session}||||||^^^{at}\r\
         PID|1||{patient}^^^CHN^NI||赵^小燕\rRGS|1\rAIS|1||OUT\r"
    )
}

#[tokio::test]
async fn appointments_of_the_counter_are_told_once_and_moved_and_given_up() {
    let (app, hospital) = start().await;
    let tomorrow = app.today() + TimeDelta::days(1);
    let opened = hospital
        .put("/v1/hospital/sessions/X-1", &clinic("D02", &tomorrow.to_string()))
        .await
        .unwrap();
    assert_eq!(opened.status, 201, "{}", opened.text);
    let day = tomorrow.format("%Y%m%d");
    let (nine, half) = (format!("{day}090000"), format!("{day}093000"));
    let mut line = Line::open(app.mllp()).await;
    for (n, (event, id, place, patient, expected)) in (1..).zip([
        ("S12", "A-1", ("X-1", nine.as_str()), NEW, "AA"),
        // The same once more, in another message.
        ("S12", "A-1", ("X-1", &nine), NEW, "AA"),
        ("S12", "A-1", ("X-1", &half), NEW, "AE"),
        ("S12", "A-1", ("X-1", &nine), OTHER, "AE"),
        // The counter has one place.
        ("S12", "A-2", ("X-1", &nine), OTHER, "AE"),
        ("S12", "A-2", ("X-9", &nine), OTHER, "AE"),
        ("S14", "A-1", ("X-1", &nine), NEW, "AA"),
        ("S13", "A-1", ("X-1", &half), NEW, "AA"),
        ("S12", "A-2", ("X-1", &nine), OTHER, "AA"),
        // Check-in is still open.
        ("S26", "A-2", ("X-1", &nine), OTHER, "AE"),
        ("S15", "A-1", ("X-1", &half), NEW, "AA"),
        ("S15", "A-1", ("X-1", &half), NEW, "AA"),
        ("S15", "A-7", ("X-1", &half), NEW, "AE"),
        ("S13", "A-1", ("X-1", &nine), NEW, "AE"),
    ]) {
        let text = siu(event, &n.to_string(), id, place, patient);
        let answer = line.ask(&text, Charset::Utf8).await;
        assert!(msa(&answer).starts_with(&format!("MSA|{expected}|{n}")), "{n} {event}: {answer}");
    }
    let listed = items(&hospital, "/v1/hospital/sessions/X-1/appointments").await;
    let mut states: Vec<_> = listed.iter().map(|one| one["state"].as_str().unwrap()).collect();
    states.sort_unstable();
    assert_eq!(states, ["booked", "cancelled", "cancelled"]);
    app.work().await;
    // Who did not come: noted once check-in is over.
    app.later(TimeDelta::hours(30));
    let answer = line.ask(&siu("S26", "90", "A-2", ("X-1", &nine), OTHER), Charset::Utf8).await;
    assert_eq!(msa(&answer), "MSA|AA|90", "{answer}");
    app.finish().await;
}

#[tokio::test]
async fn what_has_begun_is_answered_on_the_way_out() {
    // An address of its own: a port that is free again may be another city's the next moment.
    let own = Some("127.0.0.9:0".to_owned());
    let (app, hospital) = start_with(|settings| settings.mllp.listen = own).await;
    place_order(&hospital, "O-1", NEW).await;
    let address = app.mllp();
    let mut line = Line::open(address).await;
    assert_eq!(msa(&line.ask(&USUAL.text(), Charset::Utf8).await), "MSA|AA|1");
    app.finish().await;
    assert_eq!(line.answer().await, None);
    assert!(TcpStream::connect(address).await.is_err());
}
