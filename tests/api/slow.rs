//! Clients that send slowly, too much, or hang up in the middle.

use std::time::Duration;

use citygate_identity::DEMO_CITIZENS;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, interval, timeout},
};

use crate::support::{TestApp, until};

/// How long a test waits for what the city does within a second.
const PATIENCE: Duration = Duration::from_secs(10);

async fn connect(app: &TestApp) -> TcpStream {
    TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap()
}

/// Writes one byte every 20 ms, until the city answers or closes. Returns what it answered.
async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> String {
    let (mut from, mut to) = stream.split();
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    let (mut bytes, mut ticks) = (bytes.iter().cycle(), interval(Duration::from_millis(20)));
    loop {
        tokio::select! {
            read = from.read(&mut buffer) => match read {
                Ok(0) | Err(_) => break,
                Ok(length) => {
                    answer.extend_from_slice(&buffer[..length]);
                    if answer.ends_with(b"}") {
                        break;
                    }
                }
            },
            _ = ticks.tick() => {
                let _ = to.write_all(&[*bytes.next().unwrap()]).await;
            }
        }
    }
    String::from_utf8(answer).unwrap()
}

/// The answer to a request that was sent, up to the end of its body.
async fn read_answer(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let mut buffer = [0; 4_096];
    while !answer.ends_with(b"}") {
        match timeout(PATIENCE, stream.read(&mut buffer)).await.expect("an answer") {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend_from_slice(&buffer[..length]),
        }
    }
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_is_answered_408_when_its_time_is_up() {
    let app = TestApp::start_with(|settings| settings.http.body_seconds = 1).await;
    let mut stream = connect(&app).await;
    let head = "POST /v1/sign-in HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n\
                Content-Length: 100000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let began = Instant::now();
    let answer = timeout(PATIENCE, drip(&mut stream, b" ")).await.expect("an answer in time");
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("\"code\":\"request.body_too_slow\""), "{answer}");
    assert!(began.elapsed() >= Duration::from_secs(1), "not before: {:?}", began.elapsed());
    assert_eq!(app.anybody().get("/health/ready").await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn headers_that_come_byte_by_byte_are_not_waited_for() {
    let app = TestApp::start_with(|settings| settings.http.header_seconds = 1).await;
    let mut stream = connect(&app).await;
    stream.write_all(b"GET /health/live HTTP/1.1\r\n").await.unwrap();
    let answer = timeout(PATIENCE, drip(&mut stream, b"X-Slow: 1\r\n")).await.expect("an end");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408 "), "{answer}");
    app.finish().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let app = TestApp::start().await;
    let mut stream = connect(&app).await;
    let head = "POST /v1/sign-in HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n\
                Content-Length: 2000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("\"code\":\"request.body_too_large\""), "{answer}");
    app.finish().await;
}

#[tokio::test]
async fn a_body_without_a_length_is_refused_at_the_first_byte_too_many() {
    let app = TestApp::start().await;
    let mut stream = connect(&app).await;
    let head = "POST /v1/sign-in HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x1_0000));
    for _ in 0..16 {
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    stream.write_all(b"1\r\n \r\n").await.unwrap();
    let answer = read_answer(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_refused() {
    let app = TestApp::start().await;
    let smuggled = "0\r\n\r\nGET /v1/cities HTTP/1.1\r\nHost: city\r\n\r\n";
    for framing in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: +5",
        "Content-Length: 99999999999999999999999999",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
    ] {
        let mut stream = connect(&app).await;
        let request = format!("POST /v1/sign-in HTTP/1.1\r\nHost: city\r\n{framing}\r\n\r\n");
        stream.write_all((request + smuggled).as_bytes()).await.unwrap();
        let answer = read_answer(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{framing}: {answer}");
        assert!(!answer.contains("HTTP/1.1 200"), "{framing}: {answer}");
    }
    app.finish().await;
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let app = TestApp::start().await;
    let mut stream = connect(&app).await;
    let line = format!("X-Long: {}\r\n", "x".repeat(8_000));
    let _ = stream.write_all(b"GET /health/live HTTP/1.1\r\nHost: city\r\n").await;
    for _ in 0..40 {
        if stream.write_all(line.as_bytes()).await.is_err() {
            break;
        }
    }
    let answer = read_answer(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(app.anybody().get("/health/ready").await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let app = TestApp::start().await;
    let request = app.anybody().request(reqwest::Method::POST, "/v1/sign-in");
    let body = " ".repeat(1024 * 1024 - 2) + "{}";
    let reply = request.header("Content-Type", "application/json").body(body);
    let reply = app.anybody().send(reply).await.unwrap();
    assert_eq!((reply.status, reply.text_at("/code").as_str()), (400, "request.invalid_body"));
    app.finish().await;
}

#[tokio::test]
async fn a_payment_whose_client_hangs_up_while_it_waits_is_still_made_whole() {
    let app = TestApp::start().await;
    let police = app.police().await;
    let citizen = app.demo_citizen(0).await;
    let bill = app.fine(&police, "3301060000000200", DEMO_CITIZENS[0].2, 10_000).await;
    let (mut side, mut look) = (app.sql().await, app.sql().await);
    side.run("BEGIN; SELECT * FROM payments.bills FOR UPDATE").await;

    let path = format!("/v1/bills/{bill}/payments");
    let token = citizen.caller.token.as_ref().unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: city\r\nAuthorization: Bearer {token}\r\n\
         Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    let mut stream = connect(&app).await;
    stream.write_all(request.as_bytes()).await.unwrap();
    until(async || look.waiting().await == 1).await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    // Both workers of the server have been around since then, and have seen the reset.
    for _ in 0..20 {
        assert_eq!(app.anybody().get("/health/live").await.unwrap().status, 200);
    }
    assert_eq!(look.waiting().await, 1, "the payment waits, whoever has gone");
    side.run("COMMIT").await;

    let bill_path = format!("/v1/bills/{bill}");
    until(async || citizen.caller.get(&bill_path).await.unwrap().text_at("/state") == "paid").await;
    let again = citizen.caller.post_once(&path, "k", &json!({})).await.unwrap();
    assert_eq!((again.status, again.replayed), (201, true), "{}", again.text);
    assert_eq!(citizen.caller.get("/v1/wallet").await.unwrap().minor_at("/available"), 40_000);
    for _ in 0..20 {
        assert_eq!(citizen.caller.get("/v1/bills").await.unwrap().status, 200);
    }
    let left = "pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%'";
    assert_eq!(look.count(left).await, 0, "no transaction is left open");
    app.finish().await;
}
