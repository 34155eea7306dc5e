//! What it costs to make a caller type from a request.

use std::time::{Duration, Instant};

use actix_web::{
    FromRequest, HttpRequest, http::header::AUTHORIZATION, test::TestRequest, web::Data,
};
use citygate_identity::Citizen;

use crate::city::{Failure, site::Site};

/// How often each token is seen again.
const AGAIN: usize = 100;

/// Microseconds for one check.
pub struct Checks {
    /// Of a token that was not seen before.
    pub miss_us: f64,
    /// Of one that was.
    pub hit_us: f64,
}

/// Checks tokens that this process has not seen, and then again.
pub async fn measure(site: &Site, tokens: &[String]) -> Result<Checks, Failure> {
    let (keys, platform) =
        (Data::new(site.city.tokens.clone()), Data::new(site.city.platform.clone()));
    let requests: Vec<HttpRequest> = tokens
        .iter()
        .map(|token| {
            TestRequest::default()
                .app_data(keys.clone())
                .app_data(platform.clone())
                .insert_header((AUTHORIZATION, format!("Bearer {token}")))
                .to_http_request()
        })
        .collect();
    let miss_us = each_us(&requests).await?;
    let mut hits = Vec::with_capacity(AGAIN);
    for _ in 0..AGAIN {
        hits.push(each_us(&requests).await?);
    }
    Ok(Checks { miss_us, hit_us: crate::city::figures::median(&hits) })
}

async fn each_us(requests: &[HttpRequest]) -> Result<f64, Failure> {
    let mut taken = Duration::ZERO;
    for request in requests {
        let began = Instant::now();
        let citizen = Citizen::extract(request).await;
        taken += began.elapsed();
        citizen.map_err(|failure| format!("a token is refused: {failure}"))?;
    }
    Ok(taken.as_secs_f64() * 1e6 / requests.len() as f64)
}
