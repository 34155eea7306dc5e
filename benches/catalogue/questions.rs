//! What people ask, and what they meant.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use reqwest::Url;

use crate::city::{Failure, connection::Connection, figures::Latencies};

/// A question, the city in which it is asked, and how the codes of what is meant begin; nothing where
/// nothing is meant.
pub const QUESTIONS: [(&str, i32, &str); 16] = [
    ("居住证", 330_100, "public_security.residence_"),
    ("怎么补办身份证", 310_000, "public_security.identity_card_"),
    ("居注证", 440_300, "public_security.residence_card_"),
    ("港澳通行证", 440_100, "exit_entry.macao_permit_"),
    ("公积金贷款", 320_100, "housing_fund.fund_loan_"),
    ("医保报销", 370_200, "medical_insurance.medical_claim_"),
    ("小学入学", 410_100, "education.primary_enrolment_"),
    ("交水费", 330_200, "utilities.water_"),
    ("驾驶正换证", 350_200, "traffic_police.driving_licence_"),
    ("driving licence", 110_000, "traffic_police.driving_licence_"),
    ("drivng license renewl", 510_100, "traffic_police.driving_licence_"),
    ("pasport", 610_100, "exit_entry.passport_"),
    ("how do I get a residance card", 330_300, "public_security.residence_card_"),
    ("marrige certificate", 420_100, "marriage.marriage_certificate_"),
    ("pension of the self-employed", 320_500, "social_security.flexible_pension_"),
    ("xyzzy qwfpgj", 500_000, ""),
];

/// What came of a load.
pub struct Asked {
    /// Questions that were answered, late ones too.
    pub answered: u64,
    /// Questions a second, without the late ones.
    pub per_second: f64,
    /// How long they took.
    pub latencies: Latencies,
}

/// A request as it goes over the wire, and what its answer has to say.
struct Question {
    request: Vec<u8>,
    expected: Vec<u8>,
}

fn questions(address: SocketAddr) -> Result<Vec<Question>, Failure> {
    let question = |(text, city, meant): (&str, i32, &str)| {
        let base = format!("http://{address}/v1/catalogue/items");
        let asked = [("city", city.to_string()), ("q", text.to_owned())];
        let url = Url::parse_with_params(&base, asked)?;
        let query = url.query().unwrap_or_default();
        let request =
            format!("GET /v1/catalogue/items?{query} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        let expected = match meant {
            "" => "\"items\":[]".to_owned(),
            meant => format!("\"code\":\"{meant}"),
        };
        Ok(Question { request: request.into_bytes(), expected: expected.into_bytes() })
    };
    QUESTIONS.into_iter().map(question).collect()
}

/// So many connections ask one question after the other, each beginning with another one.
pub async fn closed_loop(
    address: SocketAddr,
    connections: usize,
    length: Duration,
) -> Result<Asked, Failure> {
    let questions = questions(address)?;
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(address).await?);
    }
    let ends = Instant::now() + length;
    let loops = open
        .iter_mut()
        .enumerate()
        .map(|(n, connection)| in_turn(connection, questions.iter().cycle().skip(n), ends));
    let taken: Vec<(Vec<Duration>, usize)> = try_join_all(loops).await?;
    let in_time: usize = taken.iter().map(|(_, in_time)| in_time).sum();
    let latencies: Vec<Duration> = taken.into_iter().flat_map(|(taken, _)| taken).collect();
    Ok(Asked {
        answered: u64::try_from(latencies.len())?,
        per_second: in_time as f64 / length.as_secs_f64(),
        latencies: Latencies::new(latencies),
    })
}

async fn in_turn<'a>(
    connection: &mut Connection,
    questions: impl Iterator<Item = &'a Question>,
    ends: Instant,
) -> Result<(Vec<Duration>, usize), Failure> {
    let (mut taken, mut in_time) = (Vec::new(), 0);
    for question in questions {
        let now = Instant::now();
        if now >= ends {
            break;
        }
        let answer = connection.exchange(&question.request).await?;
        let expected = &question.expected;
        let right = answer.body.windows(expected.len()).any(|part| part == expected);
        if answer.status != 200 || !right {
            let meant = String::from_utf8_lossy(expected);
            let body = String::from_utf8_lossy(answer.body);
            return Err(format!("{} and not {meant}: {body}", answer.status).into());
        }
        taken.push(now.elapsed());
        if Instant::now() <= ends {
            in_time += 1;
        }
    }
    Ok((taken, in_time))
}
