//! Which handler a request is for.
//!
//! actix-web tries one pattern after the other until one fits. Most are regular expressions, and there
//! are hundreds. Here the edge finds the handler once, in a tree of the segments of all paths. Each
//! handler is mounted behind a guard that compares its number, and so is each block of handlers: what
//! actix-web still tries is the pattern of one handler, which tells what stands for each `{name}`.
//!
//! Where several paths fit a request, one that knows the method comes before one that does not; then a
//! segment with a name of its own comes before one that takes any name; then the order in which they
//! were added counts. A `{name}` is one segment, or the rest of one.

use std::{collections::HashMap, str::Split, sync::Arc};

use actix_web::{
    FromRequest, Handler, Responder, Scope,
    dev::{HttpServiceFactory, ResourceDef},
    guard::{Guard, fn_guard},
    http::Method,
    web::{self, ServiceConfig},
};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::OpenApiFactory;

use super::openapi::methods;

/// How many handlers stand in a block: about the square root of all, so that few guards are asked.
const BLOCK: usize = 16;

/// What a crate adds its handlers to, and what they and its extractors ask for.
pub struct Routes<'a> {
    app: &'a mut ServiceConfig,
    scopes: Vec<Scope>,
    described: Option<Described>,
}

/// What handlers say of themselves: megabytes while it is put together.
#[derive(Default)]
pub(super) struct Described {
    pub api: OpenApi,
    pub tree: RouteTree,
}

impl Described {
    /// Asks a handler of a number what it is.
    fn add(&mut self, handler: &impl OpenApiFactory, number: usize) {
        let paths = handler.paths();
        for (path, item) in &paths.paths {
            for (method, _) in methods(item) {
                self.tree.add(path, method, number);
            }
        }
        self.api.paths.merge(paths);
        let mut schemas = Vec::new();
        handler.schemas(&mut schemas);
        self.api.components.get_or_insert_default().schemas.extend(schemas);
    }
}

impl<'a> Routes<'a> {
    /// For the app of a worker: handlers are mounted, and not asked what they are.
    pub(super) fn new(app: &'a mut ServiceConfig) -> Self {
        Self { app, scopes: Vec::new(), described: None }
    }

    /// Asks each handler what it is as well.
    pub(super) fn describing(app: &'a mut ServiceConfig) -> Self {
        Self { described: Some(Described::default()), ..Self::new(app) }
    }

    /// Adds what handlers and extractors of any crate may ask for.
    pub fn app_data<T: 'static>(&mut self, data: T) -> &mut Self {
        self.app.app_data(data);
        self
    }

    /// Adds a handler, with the full path of its macro, to the app and to the OpenAPI document.
    pub fn service<H>(&mut self, handler: H) -> &mut Self
    where
        H: HttpServiceFactory + OpenApiFactory + 'static,
    {
        if let Some(described) = &mut self.described {
            described.add(&handler, self.scopes.len());
        }
        self.add(|scope| scope.service(handler))
    }

    /// Adds a handler that the OpenAPI document does not name.
    pub fn route<H, Args>(&mut self, method: Method, path: &str, handler: H) -> &mut Self
    where
        H: Handler<Args, Output: Responder + 'static>,
        Args: FromRequest + 'static,
    {
        if let Some(described) = &mut self.described {
            described.tree.add(path, method.as_str(), self.scopes.len());
        }
        self.add(|scope| scope.route(path, web::method(method).to(handler)))
    }

    fn add(&mut self, handler: impl FnOnce(Scope) -> Scope) -> &mut Self {
        let own = self.scopes.len();
        self.scopes.push(handler(web::scope("").guard(is_for(move |number| number == own))));
        self
    }

    /// Mounts what was added, and gives what it was asked.
    pub(super) fn mount(self) -> Option<Described> {
        let mut scopes = self.scopes.into_iter();
        for block in 0..scopes.len().div_ceil(BLOCK) {
            let scope = web::scope("").guard(is_for(move |number| number / BLOCK == block));
            self.app.service(scopes.by_ref().take(BLOCK).fold(scope, Scope::service));
        }
        self.described
    }
}

/// Lets requests for some handlers pass.
fn is_for(own: impl Fn(usize) -> bool + 'static) -> impl Guard {
    fn_guard(move |request| {
        let data = request.req_data();
        data.get::<Found>().and_then(|found| found.handler).is_some_and(&own)
    })
}

/// What the edge has found for a request, and notes among its extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The path as the handler names it.
    pub path: Arc<str>,
    /// The number of the handler; `None` where only the method is unknown, and for pages.
    handler: Option<usize>,
}

/// The paths of all handlers.
#[derive(Default)]
pub(super) struct RouteTree {
    root: Node,
    pages: Vec<(Arc<str>, ResourceDef)>,
}

#[derive(Default)]
struct Node {
    named: HashMap<String, Node>,
    any: Option<Box<Node>>,
    /// Those that end here. They may differ in the names of parameters, and in what stands before them.
    ends: Vec<Route>,
}

struct Route {
    path: Arc<str>,
    method: String,
    handler: usize,
}

impl Route {
    /// Whether its parameters, and what stands around them, fit a path of as many segments.
    fn fits(&self, path: &str) -> bool {
        self.path.split('/').zip(path.split('/')).all(|(own, given)| takes(own, given))
    }

    /// The number of its handler, if it is one for this method.
    fn handler(&self, method: &str) -> Option<usize> {
        (self.method == method).then_some(self.handler)
    }
}

/// Whether a segment of a pattern takes a segment of a path: `${operation}` takes `$find`.
fn takes(own: &str, given: &str) -> bool {
    let Some((before, rest)) = own.split_once('{') else { return own == given };
    let after = rest.rsplit_once('}').map_or("", |(_, after)| after);
    let named = given.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    named.is_some_and(|value| !value.is_empty())
}

impl RouteTree {
    fn add(&mut self, path: &str, method: &str, handler: usize) {
        let end = path.split('/').fold(&mut self.root, |node, segment| {
            if segment.contains('{') {
                node.any.get_or_insert_default()
            } else {
                node.named.entry(segment.to_owned()).or_default()
            }
        });
        end.ends.push(Route { path: path.into(), method: method.to_owned(), handler });
    }

    /// Adds a path that actix-web finds by itself, so that it has a name in logs and metrics.
    pub(super) fn add_page(&mut self, path: &str) {
        self.pages.push((path.into(), ResourceDef::new(path)));
    }

    /// What a request is for, by its method and decoded path. `None` where nothing has this path.
    pub(super) fn find(&self, method: &str, path: &str) -> Option<Found> {
        let first = |fits: &dyn Fn(&Route) -> bool| self.root.first(path.split('/'), fits);
        let route = first(&|route| route.handler(method).is_some() && route.fits(path))
            .or_else(|| first(&|route| route.fits(path)));
        if let Some(route) = route {
            return Some(Found { path: Arc::clone(&route.path), handler: route.handler(method) });
        }
        let (page, _) = self.pages.iter().find(|(_, pattern)| pattern.is_match(path))?;
        Some(Found { path: Arc::clone(page), handler: None })
    }
}

impl Node {
    fn first(&self, mut path: Split<'_, char>, fits: &dyn Fn(&Route) -> bool) -> Option<&Route> {
        let Some(segment) = path.next() else {
            return self.ends.iter().find(|route| fits(route));
        };
        let nodes = [self.named.get(segment), self.any.as_deref()];
        nodes.into_iter().flatten().find_map(|node| node.first(path.clone(), fits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUTES: [(&str, &str); 11] = [
        ("GET", "/v1/bills/{bill_id}"),
        ("GET", "/v1/bills/{bill_id}/payments/{payment_id}"),
        ("POST", "/v1/bills/batches"),
        ("GET", "/v1/bills"),
        ("PUT", "/fhir/{type}/{id}"),
        ("POST", "/fhir/{type}/${operation}"),
        ("POST", "/fhir/{type}/_search"),
        ("POST", "/fhir"),
        ("POST", "/fhir/"),
        ("GET", "/v1/bills/{bill_id}/trend.svg"),
        ("GET", "/open311/requests/{id}.json"),
    ];

    fn tree() -> RouteTree {
        let mut tree = RouteTree::default();
        for (number, (method, path)) in ROUTES.into_iter().enumerate() {
            tree.add(path, method, number);
        }
        tree.add_page("/docs/{_:.*}");
        tree
    }

    #[test]
    fn every_route_is_found_by_what_it_says() {
        let tree = tree();
        for (number, (method, path)) in ROUTES.into_iter().enumerate() {
            let found = tree.find(method, &path.replace(['{', '}'], ""));
            assert_eq!(found, Some(Found { path: path.into(), handler: Some(number) }));
        }
    }

    #[test]
    fn the_method_decides_then_the_name_then_the_order() {
        let tree = tree();
        for (method, path, found, handler) in [
            ("GET", "/v1/bills/batches", "/v1/bills/{bill_id}", Some(0)),
            ("POST", "/v1/bills/batches", "/v1/bills/batches", Some(2)),
            ("PUT", "/v1/bills/batches", "/v1/bills/batches", None),
            ("POST", "/v1/bills/b1", "/v1/bills/{bill_id}", None),
            ("POST", "/fhir/Slot/$find", "/fhir/{type}/${operation}", Some(5)),
            ("POST", "/fhir/Slot/_search", "/fhir/{type}/_search", Some(6)),
            ("PUT", "/fhir/Slot/_search", "/fhir/{type}/{id}", Some(4)),
            ("POST", "/fhir/Slot/find", "/fhir/{type}/{id}", None),
            ("GET", "/fhir/Slot/$find", "/fhir/{type}/{id}", None),
            ("GET", "/open311/requests/a.json.json", "/open311/requests/{id}.json", Some(10)),
            ("GET", "/docs/a/b", "/docs/{_:.*}", None),
        ] {
            let known = Some(Found { path: found.into(), handler });
            assert_eq!(tree.find(method, path), known, "{method} {path}");
        }
    }

    #[test]
    fn what_nobody_has_added_is_not_found() {
        let tree = tree();
        for path in [
            "",
            "/",
            "//",
            "/v1",
            "/v1/",
            "/v1/bills/",
            "/v1//b1",
            "v1/bills",
            "/v1/bills/b1/",
            "/v1/bills/b1/payments",
            "/v1/bills/b1/trend_svg",
            "/open311/requests/.json",
            "/open311/requests/r1.xml",
            "/v1/Bills",
            "/v1/bills?",
            "/docs",
            "/fhir/Slot",
            "/v1/bills/b1/payments/p1/more",
            "/v1/{bills}",
        ] {
            assert_eq!(tree.find("GET", path), None, "{path}");
        }
    }
}
