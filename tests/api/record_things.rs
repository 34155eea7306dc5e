//! What a fund centre, a registry, an insurance agency and whoever certifies keep of a citizen: more
//! things for tests of who may see what.

use chrono::TimeDelta;
use citygate::demo::{FUND_SCOPES, actors::CitizenApp};
use citygate_catalogue::{Office, OfficeId, put_office};
use citygate_identity::DEMO_CITIZENS;
use citygate_kernel::Text;
use citygate_provident_fund::FUND_CENTRE;
use serde_json::{Value, json};

use crate::{
    certificates::certificate,
    hospital_things::{Keeper, Kept, made},
    marriage::{Person, man, woman},
    provident_fund_applications::{FUND, proven, push},
    support::yuan,
};

/// The only year that a statement could be about.
const YEAR: &str = "2026";

impl Keeper<'_> {
    fn which(&self) -> usize {
        let position = DEMO_CITIZENS.iter().position(|(.., number)| *number == self.id_number);
        position.unwrap()
    }

    /// The identifier of the one row that there is.
    pub async fn id_of(&self, prefix: &str, row: &str) -> String {
        let found =
            self.app.sql().await.texts(&format!("SELECT id::text AS value FROM {row}")).await;
        let [id] = &found[..] else { panic!("{row}: {found:?}") };
        format!("{prefix}_{}_{}", self.agency.city(), id.replace('-', ""))
    }

    /// Proofs of one hour are few, and what is tested here is something else.
    async fn forget_limits(&self) {
        self.app.sql().await.run("DELETE FROM identity.counters").await;
    }

    /// An account of the fund with a loan, and what its holder asks of the centre.
    pub async fn save_up(&self, kept: &mut Kept) {
        self.forget_limits().await;
        let (number, moves) = (self.no("F"), self.no("M"));
        let lines = [self.fund_account(&number), self.fund_account(&moves)];
        assert_eq!(push(self.app, self.hospital, &self.no("A"), &lines).await, [""; 0]);
        let lines = [fund_posting(&number, 10), fund_posting(&moves, 10)];
        assert_eq!(push(self.app, self.hospital, &self.no("P"), &lines).await, [""; 0]);
        let lines = [fund_loan(&number, &self.no("L"))];
        assert_eq!(push(self.app, self.hospital, &self.no("B"), &lines).await, [""; 0]);
        let of = |number: &str| format!("provident_fund.accounts WHERE account_no = '{number}'");
        let (own, moving) =
            (self.id_of("facc", &of(&number)).await, self.id_of("facc", &of(&moves)).await);
        let loan = format!("provident_fund.loans WHERE loan_no = '{}'", self.no("L"));
        kept.ids.extend([
            ("loan_id", self.id_of("floa", &loan).await),
            ("batch_no", self.no("A")),
            ("provident_fund_put_batch/batch_no", self.no("NEW")),
            ("provident_fund_close_batch/batch_no", self.no("B")),
            ("part_no", "1".to_owned()),
            ("queue", "waiting".to_owned()),
            ("year", YEAR.to_owned()),
            ("withdrawal_id", self.withdraw(&own).await),
            ("dispute_id", self.dispute(&own).await),
        ]);
        kept.ids.extend(self.transfer(&moving).await);
        kept.ids.insert("account_id", own);
        kept.bodies.extend(fund_bodies(&moving));
        kept.bodies.insert("provident_fund_put_batch_part", self.fund_account(&number));
    }

    fn fund_account(&self, number: &str) -> Value {
        json!({
            "account_no": number, "person": {"name": "某人", "id_number": self.id_number},
            "state": "active", "opened_on": "2020-01-01", "base_minor": 1_000_000,
            "own_rate_bp": 1_200, "employer_rate_bp": 1_200,
            "employer": {"employer_no": "91350100M000100Y43", "name": "甲公司"},
        })
    }

    async fn withdraw(&self, account: &str) -> String {
        let amount = yuan(100);
        let wanted =
            json!({"purpose": "provident_fund.apply", "object": account, "amount": amount});
        let raised = proven(self.app, self.citizen, self.which(), &wanted).await;
        let path = format!("{FUND}/accounts/{account}/withdrawals");
        made(raised.post_once(&path, &self.no("withdraw"), &withdrawal()).await.unwrap())
            .text_at("/id")
    }

    async fn dispute(&self, account: &str) -> String {
        let path = format!("provident-fund/accounts/{account}/disputes");
        self.ask(&path, &json!({"month": "2026-10", "words": "x"})).await.text_at("/id")
    }

    /// The account is to move to the capital. Both sides have the transfer under the same number.
    async fn transfer(&self, account_id: &str) -> [(&'static str, String); 3] {
        let there = self.account_of_the_capital().await;
        let body = json!({"from_account_id": account_id, "to_account_id": there});
        let asked = self.ask("provident-fund/transfers", &body).await.text_at("/id");
        self.app.work().await;
        let number = asked.rsplit('_').next().unwrap();
        let out = format!("ftro_{}_{number}", self.agency.city());
        [
            ("transfer_id", asked),
            ("provident_fund_read_transfer/transfer_id", out.clone()),
            ("provident_fund_decide_transfer/transfer_id", out),
        ]
    }

    /// Another account, at the capital's centre, paid into for six months.
    async fn account_of_the_capital(&self) -> String {
        let (capital, number) = (self.app.system_of(FUND_CENTRE, FUND_SCOPES).await, self.no("C"));
        let lines = [self.fund_account(&number)];
        assert_eq!(push(self.app, &capital, &self.no("CA"), &lines).await, [""; 0]);
        let paid: Vec<Value> = (5..=10).map(|month| fund_posting(&number, month)).collect();
        assert_eq!(push(self.app, &capital, &self.no("CP"), &paid).await, [""; 0]);
        let row = format!("provident_fund.accounts WHERE account_no = '{number}'");
        let id = self.id_of("facc", &row).await;
        format!("facc_110000_{}", id.rsplit('_').next().unwrap())
    }

    /// A certificate of the citizen's.
    pub async fn certify(&self, kept: &mut Kept) {
        let issued = certificate(self.app, self.agency, &[self.which()]).await;
        kept.ids.insert("certificate_id", issued.id.to_string());
        let number = issued.number.clone();
        let asked = json!({"number": number, "code": issued.code.expose()});
        kept.bodies.insert("certificates_verify", asked);
    }

    /// Contributions that the citizen has ordered of the agency. Its bill is one that is there.
    pub async fn contribute(&self, kept: &mut Kept, bill: &str) {
        let now = self.app.clock.now();
        let bill = bill.rsplit('_').next().unwrap();
        let insert = format!(
            "INSERT INTO social_security.orders SELECT {city}, gen_random_uuid(), '{agency}', \
             v.person_id, '{bill}', r.id, 'ordered', 400000, '2026-11-01', 1, 200, \
             '{now}'::timestamptz + interval '1 day', '{now}', '{now}' \
             FROM identity.verifications v, \
               (SELECT id FROM public.rules WHERE key LIKE 'social_security.%' LIMIT 1) r \
             WHERE v.account_id = '{account}' AND v.state = 'verified' LIMIT 1",
            city = self.agency.city(),
            agency = self.agency.uuid(),
            account = self
                .citizen
                .caller
                .get("/v1/me")
                .await
                .unwrap()
                .text_at("/account_id")
                .trim_start_matches("acct_"),
        );
        self.app.sql().await.run(&insert).await;
        let row = format!("social_security.orders WHERE bill_id = '{bill}'");
        kept.ids.insert("order_id", self.id_of("sord", &row).await);
        let order = json!({
            "agency_id": self.agency, "kinds": ["pension"], "base": yuan(400_000),
            "first_month": "2026-11", "months": 1,
        });
        kept.bodies.insert("social_security_post_order", order);
    }

    /// The citizen and somebody of their choice have an appointment at an office of the agency.
    pub async fn marry(&self, kept: &mut Kept, registrar: &CitizenApp) {
        self.forget_limits().await;
        let office = Office {
            id: OfficeId::new(self.agency.city(), &self.app.clock),
            agency: self.agency,
            kind: "marriage_registry".parse().unwrap(),
            name: Text::new("Registry", "婚姻登记处"),
            address: Text::new("1 Lake Road", "湖滨路1号"),
            capabilities: Vec::new(),
            open: true,
        };
        let db = &self.app.city().platform.db;
        db.tx("test.put_office", async |tx| put_office(tx, &office).await).await.unwrap();
        // Nobody has two appointments at the same time.
        let nth = i64::try_from(self.nth).unwrap();
        let on = (self.app.today() + TimeDelta::days(8 + nth)).to_string();
        let path = format!("/v1/marriage/agencies/{}/offices/{}/days/{on}", self.agency, office.id);
        let windows = json!({"windows": [{"from": "09:00", "to": "11:30", "places": 2}]});
        let opened = made(registrar.caller.put(&path, &windows).await.unwrap());
        let case = self.engaged().await;
        let path = format!("marriage/cases/{case}");
        self.ask(&format!("{path}/prechecks"), &json!({"on": on})).await;
        let slot = json!({
            "session_id": opened.text_at("/items/0/session_id"),
            "starts_at": format!("{on}T01:00:00Z"),
        });
        self.ask(&format!("{path}/appointment"), &slot).await;
        // Whoever marries twice in this story is not held to the one case that people have.
        self.app.sql().await.run("DELETE FROM marriage.engagements").await;
        kept.ids.extend([
            ("case_id", case),
            ("office_id", office.id.to_string()),
            ("on", on.clone()),
        ]);
        kept.bodies.extend([
            ("marriage_open_office_day", windows),
            ("marriage_book", slot.clone()),
            ("marriage_reschedule", slot),
            ("marriage_precheck", json!({"on": on})),
        ]);
        kept.bodies.extend(marriage_bodies());
    }

    /// Two who have both signed.
    async fn engaged(&self) -> String {
        let sex = ["female", "male"][self.which()];
        let own = Person { app: self.citizen.clone(), number: self.id_number_for_good(), sex };
        let other = match self.nth {
            1 => man(self.app, 0).await,
            nth => woman(self.app, nth - 2).await,
        };
        let city = json!({"city": self.agency.city()});
        let case = self.ask("marriage/cases", &city).await.text_at("/id");
        let path = format!("/v1/marriage/cases/{case}");
        let invited = own.proven(self.app, &case).await;
        let invited = made(invited.post(&format!("{path}/invitation"), &json!({})).await.unwrap());
        let code = json!({"code": invited.text_at("/code")});
        let confirmed = other.proven(self.app, &case).await;
        made(confirmed.post(&format!("{path}/confirmation"), &code).await.unwrap());
        for one in [&own, &other] {
            made(one.sign(self.app, &case).await);
        }
        case
    }

    fn id_number_for_good(&self) -> &'static str {
        DEMO_CITIZENS[self.which()].2
    }
}

/// What operations about marriages take, whichever it is.
fn marriage_bodies() -> [(&'static str, Value); 14] {
    let code = json!({"code": "0".repeat(32)});
    let version = "rule_01999999000070008000000000216005";
    let statement = json!({
        "version": version, "sex": "female", "marital_status": "never_married", "kinship": "none",
        "illness": "none",
    });
    let annulment =
        json!({"ground": "coerced", "judged_on": "2026-11-01", "judgment_no": "(2026) 1"});
    let divorce =
        json!({"marriage_id": format!("mcas_330100_{}", "0".repeat(32)), "present": ["a", "b"]});
    [
        ("marriage_begin", json!({"city": "330100"})),
        ("marriage_invite", json!({"address": "somebody@citygate.example"})),
        ("marriage_open_invitation", code.clone()),
        ("marriage_confirm", code),
        ("marriage_sign", statement),
        ("marriage_stop_office_day", json!({"reason": "x"})),
        ("marriage_see_party", json!({"side": "a", "document_sex": "female"})),
        ("marriage_refuse", json!({"reason": "papers"})),
        ("marriage_propose_correction", json!({"kind": "names", "grounds": "x"})),
        ("marriage_decide_correction", json!({"approved": true})),
        ("marriage_annul", annulment),
        ("marriage_enter_divorce", divorce),
        ("marriage_certify_divorce", json!({"present": ["a", "b"]})),
        ("marriage_sign_divorce", json!({"version": version})),
    ]
}

fn withdrawal() -> Value {
    let papers = ["building_permit", "cost_estimate"];
    let papers = papers.map(|paper| json!({"paper": paper, "reference": "2026-0001"}));
    json!({"ground": "build", "amount": yuan(100), "cost": yuan(100_000), "papers": papers})
}

fn fund_posting(account: &str, month: u32) -> Value {
    json!({
        "account_no": account, "posting_no": format!("R{month}"), "kind": "remittance",
        "month": format!("2026-{month:02}"), "booked_on": format!("2026-{month:02}-20"),
        "own_minor": 120_000, "employer_minor": 120_000,
    })
}

fn fund_loan(account: &str, number: &str) -> Value {
    json!({
        "loan_no": number, "account_no": account, "principal_minor": 80_000_000,
        "annual_rate_ppm": 26_000, "method": "equal_instalment", "months": 300,
        "first_due_on": "2025-08-20", "balance_minor": 77_000_000, "state": "repaying",
    })
}

/// What operations about the fund take.
fn fund_bodies(from: &str) -> [(&'static str, Value); 10] {
    let transfer = json!({"from_account_id": from, "to_account_id": from});
    let decision = json!({"outcome": "refused", "reason": "x"});
    let batch =
        json!({"kind": "accounts", "as_of": "2026-11-01T00:00:00Z", "lines": 1, "sum_minor": 1});
    [
        ("provident_fund_put_batch", batch),
        ("provident_fund_precheck_withdrawal", json!({"ground": "retire", "amount": yuan(1)})),
        ("provident_fund_apply_for_withdrawal", withdrawal()),
        ("provident_fund_supplement_withdrawal", json!({"words": "x", "papers": []})),
        ("provident_fund_decide_withdrawal", decision.clone()),
        ("provident_fund_file_dispute", json!({"month": "2026-10", "words": "x"})),
        ("provident_fund_reopen_dispute", json!({"words": "x"})),
        ("provident_fund_answer_dispute", json!({"words": "x"})),
        ("provident_fund_request_transfer", transfer),
        ("provident_fund_decide_transfer", decision),
    ]
}
