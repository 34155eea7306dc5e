//! Who may ask how often.
//!
//! Every operation belongs to a class of routes, and every caller has a token bucket for each class.
//! A signed-in caller is an account or a client, wherever it asks from; everybody else is an
//! address: all of an IPv4 address, and the first 64 bits of an IPv6 address, which is what one
//! household or one phone is given.
//!
//! The buckets are those of this process: of two replicas, each grants the quota. They are a fence
//! against floods and scripts. What must hold exactly, such as guesses at a code, is counted in the
//! database.

mod bucket;

use std::{collections::HashMap, net::IpAddr, num::NonZeroU32, sync::Arc};

use actix_web::{
    HttpRequest,
    dev::ServiceRequest,
    http::header::{HeaderMap, HeaderName, HeaderValue},
    web::Data,
};
use citygate_kernel::Problem;
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use utoipa::openapi::{OpenApi, path::Operation};
use uuid::Uuid;

use super::{client_address::ClientAddress, openapi::operations, server::HttpSettings};
use crate::{Platform, problems};
use bucket::{Bucket, Taken, WINDOW_SECONDS};

/// The extension of an operation that names its class, in the handler's attribute and in the
/// OpenAPI document.
pub(super) const EXTENSION: &str = "x-rate-limit";

/// How many buckets are kept: some eight megabytes. Whoever has not asked for longest is forgotten
/// first, which is as if the bucket had filled.
const BUCKETS: usize = 65_536;

/// A class of operations that share a bucket for each caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateClass {
    /// Proving who one is, and anything else that a stranger can change: the strictest.
    SignIn,
    /// The token endpoint, where a server may speak for many people.
    Token,
    /// What anybody may read.
    Public,
    /// What a signed-in caller reads.
    Read,
    /// What a citizen or somebody of an agency changes: payments, bookings, settings.
    Write,
    /// What an agency's or hospital's system sends.
    Push,
    /// Not limited: health and metrics, which the proxy keeps inside.
    Unlimited,
}

impl RateClass {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::SignIn,
        Self::Token,
        Self::Public,
        Self::Read,
        Self::Write,
        Self::Push,
        Self::Unlimited,
    ];

    /// Its name in documents and headers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Token => "token",
            Self::Public => "public",
            Self::Read => "read",
            Self::Write => "write",
            Self::Push => "push",
            Self::Unlimited => "unlimited",
        }
    }

    /// The class of an operation: the one that it names, or the one that follows from its method
    /// and its callers. An operation that says nothing about its callers is in the strictest.
    pub(super) fn of(method: &str, operation: &Operation) -> Self {
        let named = operation.extensions.as_ref().and_then(|all| all.get(EXTENSION)?.as_str());
        if let Some(name) = named {
            let known = Self::ALL.into_iter().find(|class| class.name() == name);
            return known.unwrap_or(Self::SignIn);
        }
        let schemes = serde_json::to_value(&operation.security).unwrap_or_default();
        let callers: Option<Vec<&str>> = schemes.as_array().map(|schemes| {
            schemes
                .iter()
                .filter_map(|scheme| scheme.as_object()?.keys().next())
                .map(String::as_str)
                .collect()
        });
        match (callers.as_deref(), method) {
            (None, _) => Self::SignIn,
            (Some([]), "GET") => Self::Public,
            (Some([]), _) => Self::SignIn,
            (Some(_), "GET") => Self::Read,
            (Some(callers), _) if callers.contains(&"partner") => Self::Push,
            (Some(_), _) => Self::Write,
        }
    }
}

/// How many requests each caller may make within a minute, by class. The bucket holds as many, so
/// all of them may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimitSettings {
    /// For [`RateClass::SignIn`].
    pub sign_in: NonZeroU32,
    /// For [`RateClass::Token`].
    pub token: NonZeroU32,
    /// For [`RateClass::Public`].
    pub public: NonZeroU32,
    /// For [`RateClass::Read`].
    pub read: NonZeroU32,
    /// For [`RateClass::Write`].
    pub write: NonZeroU32,
    /// For [`RateClass::Push`].
    pub push: NonZeroU32,
}

impl Default for RateLimitSettings {
    fn default() -> Self {
        let quota = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            sign_in: quota(120),
            token: quota(1_200),
            public: quota(1_200),
            read: quota(600),
            write: quota(120),
            push: quota(12_000),
        }
    }
}

impl RateLimitSettings {
    /// The same for every class.
    pub fn uniform(quota: NonZeroU32) -> Self {
        Self { sign_in: quota, token: quota, public: quota, read: quota, write: quota, push: quota }
    }

    /// The quota of a class; `None` where there is no limit.
    fn quota(&self, class: RateClass) -> Option<NonZeroU32> {
        match class {
            RateClass::SignIn => Some(self.sign_in),
            RateClass::Token => Some(self.token),
            RateClass::Public => Some(self.public),
            RateClass::Read => Some(self.read),
            RateClass::Write => Some(self.write),
            RateClass::Push => Some(self.push),
            RateClass::Unlimited => None,
        }
    }
}

type Identify = dyn Fn(&HttpRequest) -> Option<Uuid> + Send + Sync;

/// Says which account or client a request is from, if its token is whole. Whoever issues the tokens
/// adds it to the app.
pub struct WhoCalls(Arc<Identify>);

impl WhoCalls {
    /// By a function.
    pub fn new(identify: impl Fn(&HttpRequest) -> Option<Uuid> + Send + Sync + 'static) -> Self {
        Self(Arc::new(identify))
    }
}

/// A caller, as the limits see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Caller {
    Known(Uuid),
    Address(IpAddr),
}

impl Caller {
    fn of(request: &HttpRequest) -> Self {
        let who = request.app_data::<Data<WhoCalls>>();
        match who.and_then(|who| (who.0)(request)) {
            Some(known) => Self::Known(known),
            None => Self::Address(ClientAddress::of(request).household()),
        }
    }
}

/// The class of every documented operation, by path and method.
pub(super) struct RateClasses(HashMap<String, HashMap<&'static str, RateClass>>);

impl RateClasses {
    /// As a finished document says.
    pub(super) fn of(api: &OpenApi) -> Self {
        let mut classes: HashMap<String, HashMap<_, _>> = HashMap::new();
        for (path, method, operation) in operations(api) {
            let class = RateClass::of(method, operation);
            classes.entry(path.to_owned()).or_default().insert(method, class);
        }
        Self(classes)
    }

    /// What is no operation changes nothing and is cheap: documents, and paths that do not exist.
    /// With a slash behind its path, an operation is the same.
    fn class(&self, method: &str, path: Option<&str>) -> RateClass {
        let class = path.and_then(|path| {
            let path = path.strip_suffix('/').unwrap_or(path);
            self.0.get(path)?.get(method)
        });
        class.copied().unwrap_or(RateClass::Public)
    }
}

/// The buckets of all callers.
pub struct Buckets(Cache<(RateClass, Caller), Arc<Bucket>>);

impl Default for Buckets {
    fn default() -> Self {
        Self(Cache::new(BUCKETS))
    }
}

impl Buckets {
    fn take(&self, class: RateClass, caller: Caller, quota: NonZeroU32, now: i64) -> Taken {
        let full = || Ok::<_, std::convert::Infallible>(Arc::new(Bucket::full()));
        let Ok(bucket) = self.0.get_or_insert_with(&(class, caller), full);
        bucket.take(quota, now)
    }
}

/// How a caller stands after a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    class: RateClass,
    quota: NonZeroU32,
    taken: Taken,
}

/// Counts a request, before anything else is done for it. `None` where nothing is limited.
pub(super) fn count(
    request: &ServiceRequest,
    path: Option<&str>,
    settings: &HttpSettings,
) -> Option<Standing> {
    let class = request.app_data::<Data<RateClasses>>()?.class(request.method().as_str(), path);
    let quota = settings.rate_limit.quota(class)?;
    let now = request.app_data::<Data<Platform>>()?.clock.now().timestamp_micros();
    let caller = Caller::of(request.request());
    let taken = request.app_data::<Data<Buckets>>()?.take(class, caller, quota, now);
    Some(Standing { class, quota, taken })
}

impl Standing {
    /// The refusal, where the bucket was empty.
    pub(super) fn refusal(&self) -> Option<Problem> {
        if self.taken.allowed {
            return None;
        }
        metrics::counter!("citygate_http_rate_limited_total", "class" => self.class.name())
            .increment(1);
        let seconds = u32::try_from(self.taken.retry_in).unwrap_or(1);
        Some(Problem::new(&problems::RATE_LIMITED).retry_after(seconds))
    }

    /// Adds `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11): quota and
    /// window, then what is left and in how many seconds all of it is there again.
    pub(super) fn tell(&self, headers: &mut HeaderMap) {
        let (name, quota) = (self.class.name(), self.quota);
        let Taken { remaining, full_in, .. } = self.taken;
        for (header, value) in [
            ("ratelimit-policy", format!("\"{name}\";q={quota};w={WINDOW_SECONDS}")),
            ("ratelimit", format!("\"{name}\";r={remaining};t={full_in}")),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(header), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    const ONE: NonZeroU32 = NonZeroU32::MIN;

    fn is_in(buckets: &Buckets, class: RateClass, caller: &Caller) -> bool {
        buckets.take(class, caller.clone(), ONE, 0).allowed
    }

    #[test]
    fn every_caller_has_a_bucket_for_each_class() {
        let buckets = Buckets::default();
        let (one, other) = (Caller::Known(Uuid::from_u128(1)), Caller::Known(Uuid::from_u128(2)));
        assert!(is_in(&buckets, RateClass::Read, &one));
        assert!(!is_in(&buckets, RateClass::Read, &one));
        assert!(is_in(&buckets, RateClass::Read, &other));
        assert!(is_in(&buckets, RateClass::Write, &one));
    }

    #[test]
    fn an_address_is_one_of_ipv4_and_sixty_four_bits_of_ipv6() {
        let at = |text: &str| ClientAddress(text.parse().unwrap()).household();
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
        assert_eq!(at("2001:db8::1"), at("2001:db8::ffff:1"));
        assert_ne!(at("2001:db8::1"), at("2001:db8:0:1::1"));
    }

    #[test]
    fn addresses_without_number_take_a_bounded_place_and_push_nobody_out_who_keeps_asking() {
        let buckets = Buckets::default();
        let busy = Caller::Known(Uuid::from_u128(1));
        assert!(is_in(&buckets, RateClass::SignIn, &busy));
        for n in 0..4 * u128::try_from(BUCKETS).unwrap() {
            let address = IpAddr::V6(Ipv6Addr::from_bits(n << 64));
            assert!(is_in(&buckets, RateClass::SignIn, &Caller::Address(address)));
            if n % 1_000 == 0 {
                assert!(!is_in(&buckets, RateClass::SignIn, &busy), "forgotten after {n}");
            }
        }
        assert!(buckets.0.len() <= BUCKETS, "{} are kept", buckets.0.len());
    }

    #[test]
    fn names_are_different() {
        for class in RateClass::ALL {
            let same = RateClass::ALL.into_iter().filter(|other| other.name() == class.name());
            assert_eq!(same.count(), 1, "{}", class.name());
        }
    }
}
