//! `cargo bench --bench day`: a day of eight thousand visits in one hospital, over HTTP.
//!
//! A whole city runs in this process by a clock that the benchmark moves: the hospital's system
//! opens twenty departments with two consulting rooms each, laboratory, imaging and pharmacy; people
//! walk in along a curve with a peak in the morning and one after lunch; they are called, miss
//! calls, are sent to examinations and back, and collect medicine. Time goes on in steps of five
//! seconds; what is due at one instant is asked over eight connections. Background work is done
//! once in every simulated minute.
//!
//! | figure | what it is |
//! |---|---|
//! | `finished`, `void` | how the visits ended; all of them, or the benchmark fails |
//! | `requests_per_s` | requests answered a second, background work included |
//! | `error_median_s`, `error_p90_s` | how far from the instant that they were told people were called |
//! | `bias_s` | the mean of that; above zero, people wait longer than they were told |
//!
//! People are told by the plan of their visit when they come to a queue, and when they look again.
//!
//! It fails if a request is refused or ends in an error of the server, if somebody who waits is not
//! in the queue, if a visit, a step, an order or an event is lost, or if background work is left.
//!
//! People come without appointments and pay nothing. `CITYGATE_BENCH_VISITS` (8000) says how many;
//! there is one department for every four hundred.

mod dice;
mod evening;
mod hospital;
mod patients;
mod play;
mod tellings;

#[path = "../city/mod.rs"]
#[expect(dead_code, reason = "shared with the benchmarks that pay")]
mod city;

use std::{env, process::ExitCode, time::Instant};

use chrono::TimeDelta;

use city::{Failure, conclude};
use evening::Evening;
use hospital::Hospital;
use play::Day;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    conclude(run()).await
}

async fn run() -> Result<(), Failure> {
    let visits = match env::var("CITYGATE_BENCH_VISITS") {
        Ok(visits) => visits.parse()?,
        Err(_) => 8_000,
    };
    let hospital = Hospital::open(visits).await?;
    let before = hospital.requests();
    let mut day = Day::new(hospital, visits);
    let began = Instant::now();
    day.play().await?;
    let seconds = began.elapsed().as_secs_f64();
    let requests = day.requests() - before;
    let (calls, missed, orders, jobs) = (day.calls, day.missed, day.orders, day.jobs);
    day.tellings.print();

    let mut hospital = day.into_hospital();
    let mut evening = Evening::of(&hospital.database.url).await?;
    evening.check(visits, orders).await?;
    // When its day is over, a visit that is still open is closed: none was.
    hospital.be_at(hospital.clock.now() + TimeDelta::days(2)).await?;
    hospital.work().await?;
    if !hospital.is_idle().await? {
        return Err("background work is left".into());
    }
    evening.check(visits, orders).await?;
    let finished = evening.count("hospital.visits WHERE state = 'finished'").await?;
    println!(
        "RESULT visits={visits} finished={finished} void={} calls={calls} missed={missed} \
         orders={orders} jobs={jobs} requests={requests} requests_per_s={:.1} seconds={seconds:.1}",
        visits - finished,
        requests as f64 / seconds,
    );
    hospital.close().await;
    Ok(())
}
