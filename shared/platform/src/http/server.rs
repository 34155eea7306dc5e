//! The HTTP server: one app made of services, and its life from bind to drain.

use std::{
    collections::{BTreeMap, HashMap},
    io,
    net::TcpListener,
    sync::Arc,
    time::Duration,
};

use actix_web::{
    App, HttpMessage, HttpRequest, HttpResponse, HttpServer,
    dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::from_fn,
    web::{self, Data},
};
use citygate_kernel::Problem;
use serde::{Deserialize, Serialize};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use super::{
    Failure, FailureForm,
    client_address::{Network, ProxyHeader},
    edge::{Draining, edge},
    openapi::{describe, operations},
    rate_limit::{Buckets, RateClasses, RateLimitSettings},
    routes::{Described, Found, RouteTree, Routes},
    scopes::SystemScopes,
};
use crate::{Platform, Service, problems};

const OPENAPI: &str = "/openapi.json";
const DOCS: &str = "/docs/{_:.*}";

/// What people look at; no operations.
const PAGES: [&str; 4] = ["/", OPENAPI, "/docs", DOCS];

/// Settings of the server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    /// Address and port. Port 0 takes a free one.
    pub listen: String,
    /// Threads that serve requests; 0 means one per core.
    pub workers: usize,
    /// The largest body, in bytes.
    pub body_limit_bytes: usize,
    /// Within how many seconds a body must have arrived.
    pub body_seconds: u64,
    /// Within how many seconds a request line and headers must have arrived.
    pub header_seconds: u64,
    /// Within how many seconds a handler must have answered.
    pub handler_seconds: u64,
    /// How long a server on its way out keeps answering, with `Connection: close`.
    pub drain_seconds: u64,
    /// The proxies that are believed when they say for whom they ask. Nobody, when empty.
    pub trusted_proxies: Vec<Network>,
    /// In which header they say so.
    pub proxy_header: ProxyHeader,
    /// How often one caller may ask.
    pub rate_limit: RateLimitSettings,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".to_owned(),
            workers: 0,
            body_limit_bytes: 1024 * 1024,
            body_seconds: 10,
            header_seconds: 5,
            handler_seconds: 20,
            drain_seconds: 2,
            trusted_proxies: Vec::new(),
            proxy_header: ProxyHeader::default(),
            rate_limit: RateLimitSettings::default(),
        }
    }
}

/// A server that listens.
pub struct Server {
    handle: ServerHandle,
    draining: Data<Draining>,
    drain: Duration,
    /// Where it listens; with port 0, the port that it got.
    pub address: std::net::SocketAddr,
}

impl Server {
    /// Stops in order: asks clients to go, waits until load balancers have noticed, then closes
    /// once the requests under way are answered.
    pub async fn drain(self) {
        self.draining.begin();
        tokio::time::sleep(self.drain).await;
        self.handle.stop(true).await;
    }
}

/// Takes the address, before anything slow is done.
pub fn bind(settings: &HttpSettings) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(&settings.listen)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// What the apps of all workers share. What is known of the operations takes megabytes.
#[derive(Clone)]
pub struct Common {
    draining: Data<Draining>,
    buckets: Data<Buckets>,
    tree: Data<RouteTree>,
    document: Data<Document>,
    classes: Data<RateClasses>,
    scopes: Data<SystemScopes>,
}

impl Common {
    /// For the apps of some services.
    pub fn new(services: &[Service]) -> Self {
        let (api, mut tree) = ask(services);
        PAGES.iter().for_each(|path| tree.add_page(path));
        Self {
            draining: Data::default(),
            buckets: Data::default(),
            tree: Data::new(tree),
            document: Data::new(Document::new(&api)),
            classes: Data::new(RateClasses::of(&api)),
            scopes: Data::new(SystemScopes::of(&api)),
        }
    }
}

/// The OpenAPI document of some services.
pub fn document(services: &[Service]) -> OpenApi {
    ask(services).0
}

/// Asks all handlers what they are, in an app that serves nobody.
fn ask(services: &[Service]) -> (OpenApi, RouteTree) {
    let mut described = None;
    App::new().configure(|app| described = mount(Routes::describing(app), services));
    let Described { api, tree } = described.unwrap_or_default();
    (describe(api, services), tree)
}

fn mount(mut routes: Routes<'_>, services: &[Service]) -> Option<Described> {
    services.iter().for_each(|service| (service.state)(&mut routes));
    services.iter().for_each(|service| (service.routes)(&mut routes));
    routes.mount()
}

/// The app of a worker.
pub fn configure(
    platform: &Platform,
    settings: &HttpSettings,
    services: &[Service],
    common: &Common,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Response = ServiceResponse<actix_web::body::BoxBody>,
        Config = (),
        InitError = (),
        Error = actix_web::Error,
    > + use<>,
> {
    let docs = SwaggerUi::new(DOCS)
        .config(Config::new([OPENAPI]).doc_expansion("list").validator_url("none"));
    App::new()
        .app_data(Data::new(platform.clone()))
        .app_data(Data::new(settings.clone()))
        .app_data(common.draining.clone())
        .app_data(common.buckets.clone())
        .app_data(common.tree.clone())
        .app_data(common.document.clone())
        .app_data(common.classes.clone())
        .app_data(common.scopes.clone())
        .app_data(Data::new(forms(services)))
        .app_data(parameter_failures())
        .app_data(web::QueryConfig::default().error_handler(|error, _| refused(error)))
        .configure(|app| {
            mount(Routes::new(app), services);
        })
        .route(OPENAPI, web::get().to(get_openapi))
        .service(web::redirect("/", "/docs/"))
        .service(web::redirect("/docs", "/docs/"))
        .service(docs)
        .default_service(web::to(no_operation))
        .wrap(from_fn(edge))
}

fn forms(services: &[Service]) -> Vec<FailureForm> {
    services.iter().filter_map(|service| service.failures).collect()
}

fn parameter_failures() -> web::PathConfig {
    web::PathConfig::default().error_handler(|error, _| refused(error))
}

fn refused(error: impl ToString) -> actix_web::Error {
    Failure(Problem::new(&problems::INVALID_PARAMETER).detail(error.to_string())).into()
}

impl Server {
    /// Serves on a bound listener.
    pub fn start(
        listener: TcpListener,
        platform: &Platform,
        settings: &HttpSettings,
        services: &[Service],
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (common, platform) = (Common::new(services), platform.clone());
        let draining = common.draining.clone();
        let (app_settings, services): (_, Arc<[Service]>) = (settings.clone(), services.into());
        let workers = match settings.workers {
            0 => std::thread::available_parallelism().map_or(2, Into::into),
            workers => workers,
        };
        let server =
            HttpServer::new(move || configure(&platform, &app_settings, &services, &common))
                .workers(workers)
                .client_request_timeout(Duration::from_secs(settings.header_seconds))
                .client_disconnect_timeout(Duration::from_secs(2))
                .keep_alive(Duration::from_secs(75))
                .shutdown_timeout(settings.handler_seconds)
                .disable_signals()
                .listen(listener)?
                .run();
        let handle = server.handle();
        tokio::spawn(server);
        let drain = Duration::from_secs(settings.drain_seconds);
        Ok(Self { handle, draining, drain, address })
    }
}

/// The document as served, and which methods each of its paths knows.
struct Document {
    json: String,
    methods: HashMap<String, String>,
}

impl Document {
    fn new(api: &OpenApi) -> Self {
        let mut methods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (path, method, _) in operations(api) {
            let methods = methods.entry(path).or_default();
            methods.push(method);
            if method == "GET" {
                methods.push("HEAD");
            }
        }
        for path in PAGES {
            methods.insert(path, vec!["GET", "HEAD"]);
        }
        let methods =
            methods.into_iter().map(|(path, methods)| (path.to_owned(), methods.join(", ")));
        Self { json: api.to_json().unwrap_or_default(), methods: methods.collect() }
    }
}

async fn get_openapi(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(document.json.clone())
}

/// No handler took the request: the path is unknown, or only its method is.
async fn no_operation(request: HttpRequest, document: Data<Document>) -> HttpResponse {
    let found = request.extensions().get::<Found>().map(|found| Arc::clone(&found.path));
    let Some(methods) = found.and_then(|path| document.methods.get(&*path)) else {
        return HttpResponse::from_error(Failure(Problem::new(&problems::NOT_FOUND)));
    };
    let allow = (header::ALLOW, methods.as_str());
    if request.method() == Method::OPTIONS {
        return HttpResponse::NoContent().insert_header(allow).finish();
    }
    let mut answer = HttpResponse::from_error(Failure(Problem::new(&problems::METHOD_NOT_ALLOWED)));
    if let Ok(value) = header::HeaderValue::from_str(allow.1) {
        answer.headers_mut().insert(allow.0, value);
    }
    answer
}
