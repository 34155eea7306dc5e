//! The agency's end of a webhook: keeps what arrives with a good signature.

use std::sync::{Arc, Mutex};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use citygate_notify::sign;
use serde_json::Value;

use crate::commands::CommandError;

type Inbox = Arc<Mutex<Vec<Value>>>;

#[derive(Clone, Default)]
struct State {
    inbox: Inbox,
    secret: Arc<Mutex<String>>,
}

/// A server on loopback that an agency runs.
pub(super) struct Receiver {
    /// Where it listens.
    pub url: String,
    state: State,
    handle: actix_web::dev::ServerHandle,
}

impl Receiver {
    pub(super) fn start() -> Result<Self, CommandError> {
        let state = State::default();
        let shared = state.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(shared.clone()))
                .route("/webhook", web::post().to(receive))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied().ok_or("no address")?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { url: format!("http://{address}/webhook"), state, handle })
    }

    /// The secret that the city signs with.
    pub(super) fn trust(&self, secret: String) {
        if let Ok(mut trusted) = self.state.secret.lock() {
            *trusted = secret;
        }
    }

    /// What has arrived with a good signature.
    pub(super) fn received(&self) -> Vec<Value> {
        self.state.inbox.lock().map(|inbox| inbox.clone()).unwrap_or_default()
    }

    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn receive(request: HttpRequest, state: web::Data<State>, body: String) -> HttpResponse {
    let header = |name: &str| {
        request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    };
    let secret = state.secret.lock().map(|secret| secret.clone()).unwrap_or_default();
    let timestamp = header("webhook-timestamp").parse().unwrap_or_default();
    let expected = sign(&secret, header("webhook-id"), timestamp, &body);
    let good = expected
        .is_ok_and(|expected| header("webhook-signature").split(' ').any(|one| one == expected));
    match (good, serde_json::from_str(&body), state.inbox.lock()) {
        (true, Ok(message), Ok(mut inbox)) => {
            inbox.push(message);
            HttpResponse::NoContent().finish()
        }
        _ => HttpResponse::Unauthorized().finish(),
    }
}
