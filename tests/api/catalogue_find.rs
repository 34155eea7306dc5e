//! Finding what there is: by city, type, life event and one's own words.

use citygate::demo::actors::Caller;
use citygate_kernel::Locale;
use citygate_listings::{Item, PutItem, publish_at_once, put_item};
use serde_json::Value;

use crate::{
    listing_things::WATER,
    support::{TestApp, refused},
};

/// Items beside those that every catalogue has.
const ITEMS: &[(&str, &str, &str, &str)] = &[
    ("exit_entry.passport_first", "First issue of passport", "首次申领普通护照", "travel"),
    ("exit_entry.passport_renewal", "Renewal of passport", "普通护照到期换发", "travel"),
    ("housing_fund.loan", "Application for housing fund loan", "公积金贷款申请", "home"),
    ("marriage.certificate", "Certified copy of marriage certificate", "结婚证补领", "marriage"),
    ("medical.vaccination", "Appointment for vaccination", "预防接种预约", "birth"),
    ("traffic_police.licence", "Renewal of driving licence", "驾驶证到期换证", "car"),
    ("traffic_police.lost", "Replacement of lost driving licence", "驾驶证遗失补办", "car"),
    ("traffic_police.plate", "New number plate", "机动车号牌申领", "car"),
];

fn item((code, en, zh, event): (&str, &str, &str, &str)) -> Item {
    let file = format!(
        "code = \"{code}\"\nname = {{ en = \"{en}\", zh = \"{zh}\" }}\n\
         summary = {{ en = \"{en}.\", zh = \"{zh}。\" }}\nlife_events = [\"{event}\"]\n\
         keywords = [\"{}\"]\n",
        zh.chars().take(2).collect::<String>()
    );
    Item::read(&file).unwrap()
}

async fn put(app: &TestApp, item: &Item) -> PutItem {
    let db = &app.city().platform.db;
    db.tx("test.put_item", async |tx| put_item(tx, item).await).await.unwrap()
}

/// A city whose catalogue has the items above.
async fn stocked() -> TestApp {
    let app = TestApp::start().await;
    for row in ITEMS {
        assert_eq!(put(&app, &item(*row)).await, PutItem::Added);
    }
    app
}

async fn page(caller: &Caller, query: &str) -> Value {
    let reply = caller.get(&format!("/v1/catalogue/items?{query}")).await.unwrap();
    assert_eq!(reply.status, 200, "{query}: {}", reply.text);
    reply.body
}

/// The codes of what is found, best first.
async fn found(caller: &Caller, query: &str) -> Vec<String> {
    let page = page(caller, query).await;
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["code"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_was_meant_is_found_in_both_languages_and_misspelt() {
    let app = stocked().await;
    let caller = app.anybody();
    for (question, meant) in [
        ("Renewal of passport", "exit_entry.passport_renewal"),
        ("pasport renewl", "exit_entry.passport_renewal"),
        ("普通护照到期换发", "exit_entry.passport_renewal"),
        ("怎么换护照", "exit_entry.passport_renewal"),
        ("driving licence", "traffic_police.licence"),
        ("drivng license", "traffic_police.licence"),
        ("驾驶证补办", "traffic_police.lost"),
        ("驾使证遗失", "traffic_police.lost"),
        ("marrige certificate", "marriage.certificate"),
        ("how do I get a housing fund lone", "housing_fund.loan"),
        ("公积金代款", "housing_fund.loan"),
        ("HOUSING ＦＵＮＤ", "housing_fund.loan"),
        ("12345", "feedback.hotline_12345"),
        ("摆摊", "market.stall_permit"),
        ("港澳签注", "exit_entry.hk_macao_endorsement"),
    ] {
        let codes = found(&caller, &format!("q={question}")).await;
        assert_eq!(codes.first().map(String::as_str), Some(meant), "{question}: {codes:?}");
    }
    for nonsense in ["xyzzy qwfpgj", "量子香蕉火箭", "!?", "ཆུ", "a", "%F0%9F%9A%80"] {
        let codes = found(&caller, &format!("q={nonsense}")).await;
        assert_eq!(codes, [""; 0], "{nonsense}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_city_a_type_and_a_life_event_narrow_what_is_found() {
    let app = stocked().await;
    let caller = app.anybody();
    let of = async |query: &str| found(&caller, query).await;
    assert_eq!(of("type=housing_fund").await, ["housing_fund.loan"]);
    assert_eq!(of("life_event=marriage&q=certificate").await, ["marriage.certificate"]);
    assert_eq!(of("type=medical&life_event=car").await, [""; 0]);
    assert_eq!(of("type=nothing_such").await, [""; 0]);
    // Zhengzhou has two at its counters; nobody has listed anything there.
    let offers = "INSERT INTO listings.offers (city, item, since) \
         SELECT 410100, number, '2024-05-06' FROM listings.items WHERE code LIKE 'exit%passport%'";
    app.sql().await.run(offers).await;
    let passports = ["exit_entry.passport_first", "exit_entry.passport_renewal"];
    assert_eq!(of("city=410100").await, passports);
    assert_eq!(of("city=410100&q=driving licence").await, [""; 0]);
    assert_eq!(of("city=410100&q=passport&life_event=travel&type=exit_entry").await.len(), 2);
    // A listing is found in its city, with itself.
    let agency = app.other_agency().await;
    let cx = app.city().platform.cx(Locale::En, "test");
    let listed = async |tx: &mut citygate_platform::db::Tx<'_>| {
        publish_at_once(&cx, tx, agency, WATER).await
    };
    let listing = cx.db.tx("test.list", listed).await.unwrap();
    let here = page(&caller, "city=330100&q=water bill").await;
    let ids: Vec<_> = here["items"][0]["listing_ids"].as_array().unwrap().iter().collect();
    assert!(ids.iter().any(|id| **id == listing.to_string().as_str()), "{here}");
    let cities = caller.get("/v1/catalogue/items/utilities.water_bill/listings").await.unwrap();
    let row = &cities.body["items"][0];
    assert_eq!((&row["city"], &row["city_name"]), (&"330100".into(), &"Hangzhou".into()));
    assert_eq!(row["counter_since"], Value::Null);
    let names = row["listings"].as_array().unwrap();
    assert!(names.iter().any(|one| one["agency_id"] == agency.to_string().as_str()), "{row}");
    assert!(names.iter().all(|one| one["from"].is_string()), "{row}");
    let counters = caller.get("/v1/catalogue/items/exit_entry.passport_first/listings").await;
    let counters = counters.unwrap();
    assert_eq!(counters.body["items"][0]["counter_since"], "2024-05-06");
    assert_eq!(counters.body["items"][0]["listings"], Value::Array(Vec::new()));
    let most = caller.get("/v1/catalogue/cities/330100/most-used").await.unwrap();
    assert_eq!((most.status, most.body["items"].as_array().map(Vec::len)), (200, Some(0)));
    refused(
        &caller.get("/v1/catalogue/cities/659900/most-used").await.unwrap(),
        404,
        "catalogue.city_unknown",
    );
    app.finish().await;
}

#[tokio::test]
async fn pages_end_where_the_next_one_begins_even_if_items_are_added_meanwhile() {
    let app = stocked().await;
    let caller = app.anybody();
    for query in ["", "q=renewal of driving licence or passport&", "life_event=car&q=licence&"] {
        let whole = found(&caller, &format!("{query}limit=100")).await;
        assert!(whole.len() >= 2, "{query}: {whole:?}");
        let (mut pieces, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = page(&caller, &format!("{query}limit=1{cursor}")).await;
            pieces.extend(
                page["items"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|item| item["code"].as_str().unwrap().to_owned()),
            );
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pieces, whole, "{query}");
    }
    let first = page(&caller, "limit=5").await;
    put(&app, &item(("sports.pool", "Public pool", "游泳池开放", "illness"))).await;
    let next = first["next_cursor"].as_str().unwrap();
    let second = found(&caller, &format!("limit=100&cursor={next}")).await;
    assert_eq!(second.last().map(String::as_str), Some("sports.pool"));
    assert!(!second.iter().any(|code| first.to_string().contains(code.as_str())));
    app.finish().await;
}

#[tokio::test]
async fn an_item_is_shown_with_what_is_related_and_can_be_written_anew() {
    let app = stocked().await;
    let caller = app.anybody();
    let path = "/v1/catalogue/items/traffic_police.licence";
    let shown = caller.get(path).await.unwrap();
    assert_eq!(shown.text_at("/name"), "Renewal of driving licence");
    assert_eq!(shown.text_at("/type_name"), "Traffic police");
    assert_eq!(shown.text_at("/related/0/code"), "traffic_police.lost");
    let related = shown.body["related"].as_array().unwrap();
    assert!(related.iter().all(|one| one["code"] != "traffic_police.licence"));
    // Its old name is forgotten, and the new one is found.
    let other = item(("traffic_police.licence", "Exchange of military papers", "军车", "car"));
    assert_eq!(put(&app, &other).await, PutItem::Changed);
    let military = found(&caller, "q=military papers").await;
    assert_eq!(military, ["traffic_police.licence"]);
    let before = found(&caller, "q=renewal of driving licence").await;
    assert!(!before.contains(&"traffic_police.licence".to_owned()), "{before:?}");
    let types = caller.get("/v1/catalogue/types").await.unwrap();
    let types = types.body["items"].as_array().unwrap().clone();
    assert_eq!(types.len(), 40);
    let police = types.iter().find(|one| one["code"] == "traffic_police").unwrap();
    assert_eq!(police["items"], 3);
    let events = caller.get("/v1/catalogue/life-events").await.unwrap();
    assert_eq!(events.body["items"].as_array().unwrap().len(), 12);
    let nothing = caller.get("/v1/catalogue/items/medical.nothing").await.unwrap();
    refused(&nothing, 404, "listings.item_not_found");
    for wrong in [
        "q=",
        "q=a%00b",
        "q=%20",
        "city=33010",
        "city=x",
        "type=Exit",
        "life_event=war",
        "limit=0",
        "limit=101",
        "cursor=x",
        "page=2",
        "q=a&q=b",
    ] {
        let reply = caller.get(&format!("/v1/catalogue/items?{wrong}")).await.unwrap();
        assert_eq!(reply.status, 400, "{wrong}: {}", reply.text);
    }
    app.finish().await;
}
