//! People who act for an agency: invited, certified, ended; and the keys of its systems.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use citygate::demo::actors::{Caller, CitizenApp, Reply, System, invitation_in};
use citygate_catalogue::AgencyId;
use citygate_identity::{KeyPair, NewStaff, StaffRole, invite_staff};
use citygate_traffic::POLICE;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    sign_in_methods::{add_phone, set_password, sms_code},
    support::{Answer, TestApp, refused},
};

/// Somebody with an address, a telephone number and a password, who has signed in with the latter
/// two.
pub async fn sure(app: &TestApp, email: &str) -> CitizenApp {
    const PASSWORD: &str = "vD7#qLm2";
    static NUMBERS: AtomicU32 = AtomicU32::new(0);
    let citizen = app.citizen(email).await;
    let phone = format!("+8613800{:06}", NUMBERS.fetch_add(1, Ordering::Relaxed));
    assert_eq!(add_phone(app, &citizen, &phone).await.status, 200);
    assert_eq!(set_password(&citizen, PASSWORD).await.status, 200);
    app.later(TimeDelta::minutes(1));
    sign_in_again(app, email, &phone, PASSWORD).await
}

async fn sign_in_again(app: &TestApp, email: &str, phone: &str, password: &str) -> CitizenApp {
    let mut citizen = CitizenApp::new(&app.url, phone).unwrap();
    assert_eq!(citizen.ask_for_code().await.unwrap().status, 202);
    let code = sms_code(app, phone).await;
    let body = json!({"challenge": citizen.challenge, "code": code, "password": password});
    let reply = citizen.caller.post("/v1/sign-in", &body).await.unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    citizen.caller.token = Some(reply.text_at("/access_token"));
    citizen.refresh_token = reply.text_at("/refresh_token");
    citizen.email = email.to_owned();
    citizen
}

/// An agency with an admin and a clerk.
pub struct Agency {
    pub id: AgencyId,
    pub admin: CitizenApp,
    pub clerk: CitizenApp,
    pub domain: String,
}

/// As if everybody had just signed in.
pub async fn at_their_desks(app: &TestApp) {
    let fresh = format!("UPDATE identity.sessions SET authenticated_at = '{}'", app.clock.now());
    app.sql().await.run(&fresh).await;
}

/// Somebody in a role at an agency, with a name.
pub async fn in_role(app: &TestApp, agency: &mut Agency, role: &str) -> CitizenApp {
    let citizen = sure(app, &format!("{role}@{}", agency.domain)).await;
    at_their_desks(app).await;
    assert_eq!(agency.admin.refresh().await.unwrap().status, 200);
    let invited = agency.invite(&citizen.email, role).await;
    assert_eq!(invited.status, 201, "{}", invited.text);
    assert_eq!(accept(app, &citizen).await.status, 200);
    citizen
}

impl Agency {
    /// Its first admin is invited by whoever runs the city, the clerk by the admin.
    pub async fn new(app: &TestApp, id: AgencyId, domain: &str) -> Self {
        let admin = sure(app, &format!("admin@{domain}")).await;
        first_admin(app, id, &admin.email).await;
        assert_eq!(accept(app, &admin).await.status, 200);
        let clerk = sure(app, &format!("clerk@{domain}")).await;
        let agency = Self { id, admin, clerk, domain: domain.to_owned() };
        assert_eq!(agency.invite(&agency.clerk.email, "clerk").await.status, 201);
        assert_eq!(accept(app, &agency.clerk).await.status, 200);
        agency
    }

    fn path(&self, rest: &str) -> String {
        format!("/v1/agencies/{}/{rest}", self.id)
    }

    /// The admin invites somebody.
    pub async fn invite(&self, email: &str, role: &str) -> Reply {
        let body = json!({"email": email, "role": role});
        self.admin.caller.post(&self.path("staff-invitations"), &body).await.unwrap()
    }

    async fn staff(&self) -> Vec<Value> {
        let listed = self.admin.caller.get(&self.path("staff")).await.unwrap();
        assert_eq!(listed.status, 200, "{}", listed.text);
        listed.body["items"].as_array().unwrap().clone()
    }

    async fn staff_id(&self, email: &str) -> String {
        let staff = self.staff().await;
        let one = staff.iter().find(|one| one["email"] == email).unwrap();
        one["id"].as_str().unwrap().to_owned()
    }

    /// Somebody else in a role, an invitation, a system and one that is asked for, by the names of
    /// their path parameters.
    pub async fn things(&self, app: &TestApp, nth: usize) -> BTreeMap<&'static str, String> {
        let another = app.citizen(&format!("another-{nth}@{}", self.domain)).await;
        assert_eq!(self.invite(&another.email, "clerk").await.status, 201);
        assert_eq!(accept(app, &another).await.status, 200);
        let waits = self.invite(&format!("waits-{nth}@{}", self.domain), "clerk").await;
        let key = KeyPair::generate().unwrap();
        let client = app.register(self.id, &key, &["hospital.results:write"]).await;
        let spare = KeyPair::generate().unwrap().public;
        let keys = self.path(&format!("clients/{client}/keys"));
        let added = self.admin.caller.post(&keys, &json!({"jwk": spare})).await.unwrap();
        assert_eq!(added.status, 201, "{}", added.text);
        let wanted = json!({"name": "x", "scopes": ["webhooks:write"], "jwk": spare});
        let wanted = self.admin.caller.post(&self.path("client-requests"), &wanted).await.unwrap();
        assert_eq!(wanted.status, 201, "{}", wanted.text);
        BTreeMap::from([
            ("agency_id", self.id.to_string()),
            ("staff_id", self.staff_id(&another.email).await),
            ("invitation_id", waits.text_at("/id")),
            ("client_id", client.to_string()),
            ("kid", key.public.common.key_id.unwrap()),
            ("request_id", wanted.text_at("/id")),
        ])
    }
}

/// What `citygate staff invite` does.
async fn first_admin(app: &TestApp, agency: AgencyId, email: &str) {
    let email = email.parse().unwrap();
    let new = NewStaff { agency, email: &email, role: StaffRole::Admin };
    invite_staff(&app.city().cx(), &new, None).await.unwrap();
}

/// The code in the newest invitation to an address.
async fn invited(app: &TestApp, email: &str) -> String {
    app.work().await;
    let letter = app.letter(email, "invites you to act");
    invitation_in(&letter).unwrap_or_else(|| panic!("no code: {letter}"))
}

async fn accept_code(citizen: &CitizenApp, code: &str) -> Reply {
    let body = json!({"code": code});
    citizen.caller.post("/v1/staff-invitations/acceptances", &body).await.unwrap()
}

/// Takes on the role of the newest invitation.
pub async fn accept(app: &TestApp, citizen: &CitizenApp) -> Reply {
    accept_code(citizen, &invited(app, &citizen.email).await).await
}

async fn delete(caller: &Caller, path: &str) -> Reply {
    caller.send(caller.request(Method::DELETE, path)).await.unwrap()
}

const NOTHING: (u16, &str) = (404, "request.not_found");

#[tokio::test]
async fn an_agency_gets_its_first_admin_by_a_letter_and_the_rest_by_its_admin() {
    let app = TestApp::start().await;
    let admin = sure(&app, "admin@police.example").await;
    let path = format!("/v1/agencies/{POLICE}/staff");
    refused(&admin.caller.get(&path).await.unwrap(), NOTHING.0, NOTHING.1);
    first_admin(&app, POLICE, &admin.email).await;
    let office = accept(&app, &admin).await;
    assert_eq!(office.status, 200, "{}", office.text);
    assert_eq!(office.text_at("/role"), "admin");
    assert_eq!(office.text_at("/agency_id"), POLICE.to_string());
    let until: DateTime<Utc> = office.text_at("/expires_at").parse().unwrap();
    assert_eq!(until, app.clock.now() + TimeDelta::days(90));
    let listed = admin.caller.get(&path).await.unwrap();
    assert_eq!(listed.text_at("/items/0/email"), "admin@police.example");
    let roles = admin.caller.get("/v1/me/roles").await.unwrap();
    assert_eq!(roles.text_at("/items/0/id"), office.text_at("/id"));
    app.finish().await;
}

#[tokio::test]
async fn an_invitation_works_once_for_seven_days_for_its_address_alone() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    let unknown = "identity.invitation_unknown";
    let (li, other) = (app.citizen("li@police.example").await, app.citizen("x@x.example").await);
    assert_eq!(police.invite(&li.email, "clerk").await.status, 201);
    let code = invited(&app, &li.email).await;
    refused(&accept_code(&other, &code).await, 404, unknown);
    for wrong in ["", "x", &code[1..], &format!("{code}x")] {
        refused(&accept_code(&li, wrong).await, 400, "request.invalid_body");
    }
    refused(&accept_code(&li, &"A".repeat(43)).await, 404, unknown);
    assert_eq!(accept_code(&li, &code).await.status, 200);
    refused(&accept_code(&li, &code).await, 404, unknown);

    assert_eq!(police.invite("late@police.example", "clerk").await.status, 201);
    let code = invited(&app, "late@police.example").await;
    app.later(TimeDelta::days(7));
    let late = app.citizen("late@police.example").await;
    refused(&accept_code(&late, &code).await, 404, unknown);
    let mut sql = app.sql().await;
    assert_eq!(sql.count("identity.staff_invitations WHERE code_digest IS NULL").await, 0);
    let dump = sql.dump().await;
    assert!(!dump.values().any(|rows| rows.contains(&code)), "the code is in the letter alone");
    app.finish().await;
}

#[tokio::test]
async fn a_second_invitation_takes_the_place_of_the_first_and_either_can_be_taken_back() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    let li = app.citizen("li@police.example").await;
    police.invite(&li.email, "clerk").await;
    let first = invited(&app, &li.email).await;
    let second = police.invite(&li.email, "clerk").await;
    refused(&accept_code(&li, &first).await, 404, "identity.invitation_unknown");
    let listed = police.admin.caller.get(&police.path("staff-invitations")).await.unwrap();
    assert_eq!(listed.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed.text_at("/items/0/id"), second.text_at("/id"));
    assert_eq!(listed.text_at("/items/0/email"), li.email);
    let path = police.path(&format!("staff-invitations/{}", second.text_at("/id")));
    assert_eq!(delete(&police.admin.caller, &path).await.status, 204);
    refused(&delete(&police.admin.caller, &path).await, NOTHING.0, NOTHING.1);
    refused(&accept(&app, &li).await, 404, "identity.invitation_unknown");
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_ended_is_out_with_the_next_request() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    let second = sure(&app, "second@police.example").await;
    police.invite(&second.email, "admin").await;
    assert_eq!(accept(&app, &second).await.status, 200);
    assert_eq!(second.caller.get(&police.path("staff")).await.unwrap().status, 200);
    let path = police.path(&format!("staff/{}", police.staff_id(&second.email).await));
    assert_eq!(delete(&police.admin.caller, &path).await.status, 204);
    let again = second.caller.get(&police.path("staff")).await.unwrap();
    refused(&again, NOTHING.0, NOTHING.1);
    assert_eq!(second.caller.get("/v1/me").await.unwrap().status, 200, "still a citizen");
    let roles = second.caller.get("/v1/me/roles").await.unwrap();
    assert_eq!(roles.body["items"], json!([]));
    refused(&delete(&police.admin.caller, &path).await, NOTHING.0, NOTHING.1);
    app.finish().await;
}

#[tokio::test]
async fn a_session_that_has_ended_is_no_staff() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    assert_eq!(police.staff().await.len(), 2);
    let ended = police.admin.caller.post("/v1/sign-out", &json!({})).await.unwrap();
    assert_eq!(ended.status, 204, "{}", ended.text);
    let again = police.admin.caller.get(&police.path("staff")).await.unwrap();
    refused(&again, 401, "identity.token_invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_role_ends_after_ninety_days_unless_another_admin_certifies_it() {
    let app = TestApp::start().await;
    let mut police = Agency::new(&app, POLICE, "police.example").await;
    let (admin, clerk) =
        (police.staff_id(&police.admin.email).await, police.staff_id(&police.clerk.email).await);
    let certify = |id: &str| police.path(&format!("staff/{id}/certifications"));
    let (own, others) = (certify(&admin), certify(&clerk));
    refused(&police.admin.caller.post(&own, &json!({})).await.unwrap(), 409, "identity.own_role");
    app.later(TimeDelta::days(80));
    police.admin = sure(&app, "admin@police.example").await;
    let certified = police.admin.caller.post(&others, &json!({})).await.unwrap();
    assert_eq!(certified.status, 200, "{}", certified.text);
    app.later(TimeDelta::days(9));
    police.admin = sure(&app, "admin@police.example").await;
    assert_eq!(police.staff().await.len(), 2);
    // A new session is no new role.
    app.later(TimeDelta::days(1));
    police.admin = sure(&app, "admin@police.example").await;
    let over = police.admin.caller.get(&police.path("staff")).await.unwrap();
    refused(&over, NOTHING.0, NOTHING.1);
    police.clerk = app.citizen("clerk@police.example").await;
    let roles = police.clerk.caller.get("/v1/me/roles").await.unwrap();
    assert_eq!(roles.text_at("/items/0/id"), clerk);
    first_admin(&app, POLICE, "admin@police.example").await;
    assert_eq!(accept(&app, &police.admin).await.text_at("/id"), admin, "the same role, anew");
    assert_eq!(police.staff().await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn a_role_works_with_two_factors_alone() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    app.later(TimeDelta::minutes(1));
    let by_mail = app.citizen(&police.admin.email).await;
    let path = police.path("staff");
    let answer = Answer::to(by_mail.caller.request(Method::GET, &path)).await;
    let found = (answer.status, answer.problem());
    assert_eq!(found, (401, "identity.two_factors_required".to_owned()));
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:citygate:loa:2\""
    );
    assert_eq!(police.admin.caller.get(&path).await.unwrap().status, 200);
    app.finish().await;
}

#[tokio::test]
async fn whoever_leaves_the_desk_or_has_worked_all_day_signs_in_again() {
    let app = TestApp::start().await;
    let mut police = Agency::new(&app, POLICE, "police.example").await;
    let path = police.path("staff");
    let closed = async |caller: &Caller| {
        let answer = Answer::to(caller.request(Method::GET, &path)).await;
        assert_eq!((answer.status, answer.problem()), (401, "identity.desk_closed".to_owned()));
        assert_eq!(
            answer.header("www-authenticate"),
            "Bearer error=\"insufficient_user_authentication\", acr_values=\"urn:citygate:loa:2\", \
             max_age=\"900\""
        );
    };
    app.later_with(&mut police.admin, TimeDelta::minutes(15)).await;
    closed(&police.admin.caller).await;
    // The citizen is still signed in.
    assert_eq!(police.admin.caller.get("/v1/me/roles").await.unwrap().status, 200);

    police.admin = sure(&app, "admin@police.example").await;
    let began = app.clock.now() - TimeDelta::seconds(1);
    let mut requests = 0;
    while app.clock.now() + TimeDelta::minutes(13) < began + TimeDelta::hours(8) {
        app.later_with(&mut police.admin, TimeDelta::minutes(13)).await;
        let reply = police.admin.caller.get(&police.path("staff")).await.unwrap();
        assert_eq!(reply.status, 200, "{requests}: {}", reply.text);
        requests += 1;
    }
    assert_eq!(requests, 36);
    app.later_with(&mut police.admin, TimeDelta::minutes(13)).await;
    closed(&police.admin.caller).await;
    app.finish().await;
}

#[tokio::test]
async fn nobody_gives_a_role_to_an_account_of_their_own() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    assert_eq!(police.invite(&police.admin.email, "clerk").await.status, 201);
    refused(&accept(&app, &police.admin).await, 409, "identity.own_role");
    assert_eq!(police.staff().await.len(), 2);
    app.finish().await;
}

#[tokio::test]
async fn what_a_role_may_not_do_and_what_another_agency_may_not_see() {
    let app = TestApp::start().await;
    let police = Agency::new(&app, POLICE, "police.example").await;
    let parking = Agency::new(&app, app.other_agency().await, "parking.example").await;
    for path in ["staff", "staff-invitations", "clients"] {
        let path = police.path(path);
        let clerk = police.clerk.caller.get(&path).await.unwrap();
        refused(&clerk, 403, "identity.duty_missing");
        let stranger = parking.admin.caller.get(&path).await.unwrap();
        refused(&stranger, NOTHING.0, NOTHING.1);
    }
    let clerk = police.staff_id(&police.clerk.email).await;
    let through_own = parking.path(&format!("staff/{clerk}"));
    refused(&delete(&parking.admin.caller, &through_own).await, NOTHING.0, NOTHING.1);
    assert_eq!(police.staff().await.len(), 2);
    app.finish().await;
}

/// A system of the police with its key, seen by the admin.
struct Rolled {
    app: TestApp,
    police: Agency,
    system: System,
    keys: String,
    kid: String,
}

impl Rolled {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let police = Agency::new(&app, POLICE, "police.example").await;
        let key = KeyPair::generate().unwrap();
        let id = app.register(POLICE, &key, &["traffic.decisions:read"]).await;
        let system = System::new(&app.url, id, &key).unwrap();
        let keys = police.path(&format!("clients/{id}/keys"));
        Self { app, police, system, keys, kid: key.public.common.key_id.unwrap() }
    }

    async fn add(&self, jwk: &Value) -> Reply {
        self.police.admin.caller.post(&self.keys, &json!({"jwk": jwk})).await.unwrap()
    }

    async fn retire(&self, kid: &str) -> Reply {
        delete(&self.police.admin.caller, &format!("{}/{kid}", self.keys)).await
    }

    async fn proves(&self, system: &mut System) -> u16 {
        let assertion = system.assertion(&self.app.clock).unwrap();
        system.authenticate(&assertion).await.unwrap().status
    }
}

#[tokio::test]
async fn keys_roll_over_without_a_gap_and_a_retired_one_proves_nothing() {
    let rolled = Rolled::new().await;
    let mut old = rolled.system.clone();
    assert_eq!(rolled.proves(&mut old).await, 200);
    refused(&rolled.retire(&rolled.kid).await, 409, "identity.last_key");
    let key = KeyPair::generate().unwrap();
    let mut new = System::new(&rolled.app.url, old.id, &key).unwrap();
    assert_eq!(rolled.proves(&mut new).await, 401, "not registered yet");
    let jwk = serde_json::to_value(&key.public).unwrap();
    assert_eq!(rolled.add(&jwk).await.status, 201);
    assert_eq!(rolled.add(&jwk).await.status, 201, "again changes nothing");
    assert_eq!((rolled.proves(&mut old).await, rolled.proves(&mut new).await), (200, 200));
    assert_eq!(rolled.retire(&rolled.kid).await.status, 204);
    assert_eq!((rolled.proves(&mut old).await, rolled.proves(&mut new).await), (401, 200));
    refused(&rolled.retire(&rolled.kid).await, NOTHING.0, NOTHING.1);
    let other = serde_json::to_value(KeyPair::generate().unwrap().public).unwrap();
    let mut renamed = other.clone();
    renamed["kid"] = rolled.kid.clone().into();
    refused(&rolled.add(&renamed).await, 409, "identity.key_name_taken");
    rolled.app.finish().await;
}

#[tokio::test]
async fn only_public_keys_are_taken_and_three_at_most() {
    let rolled = Rolled::new().await;
    let fresh = || serde_json::to_value(KeyPair::generate().unwrap().public).unwrap();
    let with = |name: &str, value: Value| {
        let mut jwk = fresh();
        jwk[name] = value;
        jwk
    };
    for wrong in [
        json!({}),
        json!({"kty": "oct", "k": "c2VjcmV0", "kid": "a"}),
        with("d", json!("c2VjcmV0")),
        with("kid", json!("")),
        with("kty", json!("none")),
    ] {
        refused(&rolled.add(&wrong).await, 422, "identity.key_unusable");
    }
    assert_eq!(rolled.add(&fresh()).await.status, 201);
    assert_eq!(rolled.add(&fresh()).await.status, 201);
    refused(&rolled.add(&fresh()).await, 409, "identity.too_many_keys");
    rolled.app.finish().await;
}

#[tokio::test]
async fn a_system_that_an_admin_disables_gets_no_token() {
    let rolled = Rolled::new().await;
    let mut system = rolled.system.clone();
    assert_eq!(rolled.proves(&mut system).await, 200);
    let client = rolled.keys.trim_end_matches("/keys").to_owned();
    assert_eq!(delete(&rolled.police.admin.caller, &client).await.status, 204);
    assert_eq!(rolled.proves(&mut system).await, 401);
    let listed = rolled.police.admin.caller.get(&rolled.police.path("clients")).await.unwrap();
    let items = listed.body["items"].as_array().unwrap();
    let disabled = items.iter().filter(|client| client["disabled_at"].is_string());
    assert_eq!(disabled.count(), 1);
    rolled.app.finish().await;
}
