//! What stories of listings begin with: an agency whose editors list services through the portal.

use citygate::demo::actors::{CitizenApp, Reply};
use citygate_catalogue::AgencyId;
use serde_json::{Value, json};

use crate::{
    staff::{Agency, accept, at_their_desks, sure},
    support::TestApp,
};

/// A bill, the shortest of the listings that the demo city has.
pub const WATER: &str = include_str!("../../services/listed/demo/water_bill.toml");

/// An agency, one who writes its listings, and one who reviews them.
pub struct Portal {
    pub agency: AgencyId,
    pub staff: Agency,
    pub author: CitizenApp,
    pub reviewer: CitizenApp,
}

impl Portal {
    /// Another agency of Hangzhou, its people at their desks.
    pub async fn new(app: &TestApp, domain: &str) -> Self {
        let agency = app.other_agency().await;
        Self::of(app, agency, domain).await
    }

    /// An agency that there is.
    pub async fn of(app: &TestApp, agency: AgencyId, domain: &str) -> Self {
        let staff = Agency::new(app, agency, domain).await;
        let author = editor(app, &staff, "author").await;
        let reviewer = editor(app, &staff, "reviewer").await;
        at_their_desks(app).await;
        Self { agency, staff, author, reviewer }
    }

    /// Everybody has signed in anew, whatever the time is.
    pub async fn at_their_desks(&mut self, app: &TestApp) {
        for one in [&mut self.staff.admin, &mut self.author, &mut self.reviewer] {
            assert_eq!(one.refresh().await.unwrap().status, 200);
        }
        at_their_desks(app).await;
    }

    /// The path of something that its staff do.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/agencies/{}/listings{rest}", self.agency)
    }

    /// The author submits a file.
    pub async fn submit(&self, key: &str, file: &str) -> Reply {
        let body = json!({ "file": file });
        self.author.caller.post_once(&self.path(""), key, &body).await.unwrap()
    }

    /// The reviewer does something to a listing.
    pub async fn review(&self, rest: &str, body: &Value) -> Reply {
        self.reviewer.caller.post(&self.path(rest), body).await.unwrap()
    }

    /// Submitted and published. Returns the listing and the number of the version.
    pub async fn publish(&self, file: &str) -> (String, i64) {
        let submitted = self.submit(&format!("list-{}", digest(file)), file).await;
        assert_eq!(submitted.status, 201, "{}", submitted.text);
        let listing = submitted.text_at("/listing_id");
        let version = submitted.body["version"].as_i64().unwrap();
        let published =
            self.review(&format!("/{listing}/versions/{version}/publish"), &json!({})).await;
        assert_eq!(published.status, 200, "{}", published.text);
        (listing, version)
    }

    /// The same, for whoever needs a listing and nothing else.
    pub async fn list(&self, file: &str) -> String {
        self.publish(file).await.0
    }
}

async fn editor(app: &TestApp, staff: &Agency, name: &str) -> CitizenApp {
    let editor = sure(app, &format!("{name}@{}", staff.domain)).await;
    at_their_desks(app).await;
    assert_eq!(staff.invite(&editor.email, "editor").await.status, 201);
    assert_eq!(accept(app, &editor).await.status, 200);
    editor
}

/// Tells files apart.
fn digest(file: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    file.hash(&mut hasher);
    hasher.finish()
}

/// A file is submitted and published for an agency by two of its editors. Returns the listing.
pub async fn list(app: &TestApp, agency: AgencyId, file: &str) -> String {
    Portal::of(app, agency, &format!("{}.example", digest(file))).await.list(file).await
}
