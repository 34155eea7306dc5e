//! A listing in the words of CPSV-AP, member by member.

use std::collections::BTreeSet;

use citygate_catalogue::AgencyId;
use citygate_kernel::{CityCode, Clock};

use super::*;

const FILE: &str = r#"
item = "market.stall_permit"
name = { en = "Stall permit", zh = "便民摊点许可" }
summary = { en = "To sell in the street.", zh = "设摊经营。" }
effective_from = "2026-12-01"
legal_basis = [
  { title = { en = "Measures, article 1", zh = "办法第一条" }, url = "https://law.example/1" },
  { title = { en = "Measures, article 2", zh = "办法第二条" } },
]
channels = [
  { kind = "app" },
  { kind = "counter", note = { en = "Hall 1", zh = "一号大厅" } },
]

[translations.bo]
name = "ཚོང་ཁང"
summary = "ཚོང་ཁང་།"

[appeal]
route = { en = "Reconsideration", zh = "行政复议" }
body = { en = "the district", zh = "区人民政府" }
within_days = 60
citation = { title = { en = "Reconsideration Law, article 20", zh = "行政复议法第二十条" } }

[time_limit]
period = { length_days = 5, day_kind = "working", roll = "none" }
citation = { title = { en = "Measures, article 1", zh = "办法第一条" } }

[[eligibility]]
code = "of_age"
when = { fact = "person.age", at_least = 16 }
otherwise = { en = "You are too young.", zh = "未满十六周岁。" }
citation = { title = { en = "Measures, article 3", zh = "办法第三条" } }

[[eligibility]]
code = "hidden"
when = { fact = "person.age", at_least = 16 }
otherwise = { en = "Ask at a counter.", zh = "请到窗口咨询。" }
citation = { title = { en = "Measures, article 4", zh = "办法第四条" } }
disclosed = false

[[documents]]
code = "health"
name = { en = "Health certificate", zh = "健康证" }
source = "citizen"

[[fees]]
code = "place"
name = { en = "Place", zh = "摊位费" }
amount_minor = 8005
citation = { title = { en = "Price list", zh = "收费目录" } }

[inquiry]
subject = "stalls"
fields = []
"#;

fn described(file: &str) -> Value {
    let content: Content = toml::from_str(file).unwrap();
    let clock = Clock::system();
    let agency = AgencyId::new(CityCode::HANGZHOU, &clock);
    let agency = Agency { id: agency, name: Text::new("Market office", "市场监督管理局") };
    let city = City {
        code: CityCode::HANGZHOU,
        name: Text::new("Hangzhou", "杭州市"),
        time_zone: "Asia/Shanghai".parse().unwrap(),
        sandbox: false,
    };
    let item = Item {
        code: content.item.clone(),
        name: content.name.clone(),
        summary: content.summary.clone(),
        life_events: vec![LifeEvent::Work, LifeEvent::Business],
        keywords: Vec::new(),
    };
    document(&Described {
        id: ListingId::new(CityCode::HANGZHOU, &clock),
        state: ListingState::Published,
        content: &content,
        agency: &agency,
        city: &city,
        item: Some((&item, &Text::new("Market regulation", "市场监管"))),
    })
}

fn nodes(document: &Value) -> &[Value] {
    document["@graph"].as_array().unwrap()
}

/// What the service says under a name, described.
fn said<'a>(document: &'a Value, name: &str) -> Vec<&'a Value> {
    let graph = nodes(document);
    let value = &graph[0][name];
    let ids: Vec<&Value> = value.as_array().map_or(vec![value], |all| all.iter().collect());
    let of = |id: &Value| graph.iter().find(|node| node["@id"] == id["@id"]).unwrap();
    ids.into_iter().map(of).collect()
}

#[test]
fn a_service_says_what_the_profile_has_words_for() {
    let document = described(FILE);
    let service = &nodes(&document)[0];
    assert_eq!(service["@type"], "cpsv:PublicService");
    assert_eq!(service["@id"], format!("../{}", service["dct:identifier"].as_str().unwrap()));
    let languages: Vec<_> =
        service["dct:title"].as_array().unwrap().iter().map(|one| &one["@language"]).collect();
    assert_eq!(languages, ["en", "zh-CN", "bo"]);
    assert_eq!(service["cv:processingTime"], json!({"@value": "P5D", "@type": "xsd:duration"}));
    for (name, kind, count) in [
        ("cv:hasCompetentAuthority", json!("cv:PublicOrganisation"), 1),
        ("cv:hasLegalResource", json!("eli:LegalResource"), 2),
        ("cv:hasChannel", json!("cv:Channel"), 2),
        ("cv:hasCost", json!("cv:Cost"), 1),
        ("cpsv:hasInput", json!("cv:Evidence"), 1),
        ("cv:holdsRequirement", json!("cv:Requirement"), 1),
        ("cpsv:follows", json!("cpsv:Rule"), 3),
        ("cpsv:produces", json!("cv:Output"), 1),
        ("dct:language", json!("dct:LinguisticSystem"), 2),
        ("dct:spatial", json!("dct:Location"), 1),
        ("cv:thematicArea", json!("skos:Concept"), 1),
    ] {
        let found = said(&document, name);
        assert_eq!(found.len(), count, "{name}");
        assert!(found.iter().all(|node| node["@type"] == kind), "{name}");
    }
    let events: Vec<_> =
        said(&document, "cv:isGroupedBy").iter().map(|node| &node["@type"][1]).collect();
    assert_eq!(events, ["cv:LifeEvent", "cv:BusinessEvent"]);
    let cost = said(&document, "cv:hasCost")[0];
    assert_eq!(cost["cv:hasValue"], json!({"@value": "80.05", "@type": "xsd:double"}));
}

#[test]
fn what_the_law_forbids_to_tell_is_left_out_and_so_is_what_there_is_not() {
    let document = described(FILE);
    let text = document.to_string();
    assert!(text.contains("You are too young.") && !text.contains("Ask at a counter."));
    assert!(!text.contains("article 4"));
    let (bare, _) = FILE.split_once("[[documents]]").unwrap();
    let bare = described(&format!("{bare}[inquiry]\nsubject = \"stalls\"\nfields = []\n"));
    for name in ["cv:hasCost", "cpsv:hasInput"] {
        assert_eq!(nodes(&bare)[0].get(name), None, "{name}");
    }
}

#[test]
fn everything_is_described_once_and_whatever_is_referred_to_is_described() {
    let document = described(FILE);
    let ids: Vec<&str> =
        nodes(&document).iter().map(|node| node["@id"].as_str().unwrap()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Array(all) => all.iter().for_each(|one| references(one, found)),
            Value::Object(members) => match members.get("@id") {
                Some(id) if members.len() == 1 => found.push(id.as_str().unwrap()),
                _ => members.values().for_each(|one| references(one, found)),
            },
            _ => {}
        }
    }
    let mut found = Vec::new();
    references(&document["@graph"], &mut found);
    assert!(found.len() > 15);
    for id in found {
        assert!(ids.contains(&id), "{id} is not described");
    }
}
