//! Nouns of inquiries.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};
use citygate_catalogue::AgencyId;
use citygate_identity::{Access, PersonId};
use citygate_kernel::Masked;
use url::{Host, Url};

/// Where an agency's register of a subject is asked.
#[derive(Debug, Clone)]
pub struct Source {
    /// Whose register it is.
    pub agency: AgencyId,
    /// What it is about: `social_security`.
    pub subject: Subject,
    /// Its address; requests go to paths below it.
    pub url: SourceUrl,
    /// The key that the agency gave the city.
    pub api_key: Masked<String>,
    /// For how long an answer is given again without asking anew; 0 asks every time.
    pub fresh_for: TimeDelta,
}

/// What a register is about: 1 to 32 small letters and underscores.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject(Cow<'static, str>);

/// The address of a register, over which identity numbers go: `https`, or `http` to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceUrl(String);

/// The text is not the name of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subject is 1 to 32 small letters and underscores")]
pub struct InvalidSubject;

/// The text is not an address that a register may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an https URL without user, query and fragment is expected; http is for this machine alone"
)]
pub struct InvalidSourceUrl;

impl Subject {
    const CHARS_MAX: usize = 32;

    /// What a service asks about. The database refuses what is no name of a subject.
    pub const fn of(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Subject {
    type Err = InvalidSubject;

    fn from_str(text: &str) -> Result<Self, InvalidSubject> {
        let length = (1..=Self::CHARS_MAX).contains(&text.len());
        let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
        let plain = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if length && begins && plain {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(InvalidSubject)
        }
    }
}

impl SourceUrl {
    const CHARS_MAX: usize = 2048;

    /// As written, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for SourceUrl {
    type Err = InvalidSourceUrl;

    fn from_str(text: &str) -> Result<Self, InvalidSourceUrl> {
        let url = Url::parse(text).map_err(|_| InvalidSourceUrl)?;
        let protected = match (url.scheme(), url.host()) {
            ("https", Some(_)) => true,
            ("http", Some(Host::Domain(name))) => name == "localhost",
            ("http", Some(Host::Ipv4(address))) => address.is_loopback(),
            ("http", Some(Host::Ipv6(address))) => address.is_loopback(),
            _ => false,
        };
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        let fits = text.chars().count() <= Self::CHARS_MAX;
        let text = text.trim_end_matches('/');
        if protected && bare && fits { Ok(Self(text.to_owned())) } else { Err(InvalidSourceUrl) }
    }
}

/// What is asked, of whom, and why.
pub struct Question<'a> {
    /// Whose register.
    pub agency: AgencyId,
    /// About what.
    pub subject: &'a Subject,
    /// Whose record.
    pub person: PersonId,
    /// Who asks, and what permits it: the entry in the ledger of accesses that says to whom the
    /// person's number was disclosed.
    pub access: Access<'a>,
}

/// What a register has on somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<T> {
    /// The record.
    pub record: T,
    /// Up to when the register's own books say so.
    pub as_of: DateTime<Utc>,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// Whether that is what it says now.
    pub freshness: Freshness,
    /// Why it is not what the register says now; none of a live answer.
    pub trouble: Option<Trouble>,
}

citygate_kernel::words! {
    /// Whether a record is what its register says now.
    Freshness {
        /// The register says so; or said so, within the time for which its answers are good.
        Live = "live",
        /// The register could not be heard: what it said last.
        Kept = "kept",
    }
}

citygate_kernel::words! {
    /// Why a register was not heard, or not believed.
    Trouble {
        /// It did not answer in time, or broke off.
        Silent = "silent",
        /// Too many wait for it already: it was not asked.
        Crowded = "crowded",
        /// It refused to say.
        Refused = "refused",
        /// It said that it had failed.
        Failed = "failed",
        /// It answered in a form that is not agreed.
        Unreadable = "unreadable",
        /// It sent somebody else's record, which nobody has seen.
        OtherPerson = "other_person",
        /// Its books are older than they were before.
        WentBack = "went_back",
        /// Its books are closed on a day to come.
        FromFuture = "from_future",
    }
}

/// An answer that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The record as JSON.
    pub record: Vec<u8>,
    pub as_of: DateTime<Utc>,
    pub asked_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_go_over_https_or_stay_on_the_machine() {
        for (url, right) in [
            ("https://si.example/registers", true),
            ("https://si.example:8443/", true),
            ("http://127.0.0.1:40123", true),
            ("http://[::1]:40123", true),
            ("http://localhost:1", true),
            ("http://si.example", false),
            ("http://10.0.0.1", false),
            ("http://localhost.example", false),
            ("https://user:secret@si.example", false),
            ("https://si.example/?key=1", false),
            ("https://si.example/#a", false),
            ("ftp://si.example", false),
            ("si.example", false),
            ("", false),
        ] {
            assert_eq!(url.parse::<SourceUrl>().is_ok(), right, "{url}");
        }
        let long = format!("https://si.example/{}", "a".repeat(2048));
        assert!(long.parse::<SourceUrl>().is_err());
        let url: SourceUrl = "https://si.example/a/".parse().unwrap();
        assert_eq!(url.as_str(), "https://si.example/a");
    }

    #[test]
    fn subjects() {
        for (subject, right) in [
            ("social_security", true),
            ("a", true),
            ("_a", false),
            ("", false),
            ("Fund", false),
            ("fund1", false),
            ("社保", false),
            ("abcdefghijklmnopqrstuvwxyzabcdefg", false),
        ] {
            assert_eq!(subject.parse::<Subject>().is_ok(), right, "{subject}");
        }
    }
}
