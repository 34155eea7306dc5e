//! Listings in the words of CPSV-AP 3.2, the European application profile of public services, as
//! JSON-LD. Names of things are relative to the address of the document, and everything that it speaks
//! of is described in it: nobody has to ask elsewhere.
//!
//! What the profile has no words for is a rule that the service follows: how long the agency has, on
//! which kind of days, and how somebody appeals. Conditions that the law forbids to tell are left out.

use citygate_calendar::DayKind;
use citygate_catalogue::{Agency, City};
use citygate_kernel::{Locale, Text};
use serde_json::{Map, Value, json};

use crate::{
    content::{Channel, ChannelKind, Citation, Content, DocumentNeeded, Eligibility, Engine, Fee},
    model::{Item, LifeEvent, ListingId, ListingState},
};

/// What is described.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Described<'a> {
    pub id: ListingId,
    pub state: ListingState,
    pub content: &'a Content,
    pub agency: &'a Agency,
    pub city: &'a City,
    /// The item, and what its type is called.
    pub item: Option<(&'a Item, &'a Text)>,
}

/// Languages and currencies by the names of the Publications Office.
const AUTHORITY: &str = "http://publications.europa.eu/resource/authority/";

/// A document that describes a listing.
pub(crate) fn document(described: &Described<'_>) -> Value {
    let mut graph = Graph { nodes: Vec::new() };
    let service = service(described, &mut graph);
    graph.nodes.insert(0, service);
    json!({"@context": context(), "@graph": graph.nodes})
}

fn context() -> Value {
    json!({
        "adms": "http://www.w3.org/ns/adms#",
        "cpsv": "http://purl.org/vocab/cpsv#",
        "cv": "http://data.europa.eu/m8g/",
        "dct": "http://purl.org/dc/terms/",
        "eli": "http://data.europa.eu/eli/ontology#",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

/// What a service speaks of.
struct Graph {
    nodes: Vec<Value>,
}

impl Graph {
    /// Describes something, and returns how it is referred to.
    fn add(&mut self, id: &str, mut node: Value) -> Value {
        if let Some(members) = node.as_object_mut() {
            members.insert("@id".to_owned(), json!(id));
        }
        if !self.nodes.iter().any(|known| known.get("@id") == node.get("@id")) {
            self.nodes.push(node);
        }
        json!({"@id": id})
    }

    fn concept(&mut self, id: &str, name: &Text) -> Value {
        self.add(id, json!({"@type": "skos:Concept", "skos:prefLabel": both(name)}))
    }

    /// A law. The same law is described once.
    fn law(&mut self, citation: &Citation) -> Value {
        let known = |node: &&Value| {
            node.get("@type") == Some(&json!("eli:LegalResource"))
                && node.get("dct:title") == Some(&both(&citation.title))
        };
        if let Some(id) = self.nodes.iter().find(known).and_then(|node| node.get("@id")) {
            return json!({"@id": id});
        }
        let mut node = json!({"@type": "eli:LegalResource", "dct:title": both(&citation.title)});
        if let (Some(members), Some(url)) = (node.as_object_mut(), &citation.url) {
            members.insert("foaf:page".to_owned(), json!({"@value": url, "@type": "xsd:anyURI"}));
        }
        let id = format!("#law-{}", self.nodes.len());
        self.add(&id, node)
    }

    fn rule(&mut self, word: &str, (title, description): (&Text, &Text), law: &Citation) -> Value {
        let law = self.law(law);
        let node = json!({
            "@type": "cpsv:Rule",
            "dct:identifier": word,
            "dct:title": both(title),
            "dct:description": both(description),
            "cpsv:implements": law,
        });
        self.add(&format!("#rule-{word}"), node)
    }
}

/// A text in both languages.
fn both(text: &Text) -> Value {
    let one = |locale: Locale| json!({"@language": locale.tag(), "@value": text.get(locale)});
    json!([one(Locale::En), one(Locale::ZhCn)])
}

/// A text in every language that there is.
fn all(text: &Text, content: &Content, of: impl Fn(&crate::content::Translation) -> &str) -> Value {
    let mut texts = both(text);
    if let Some(texts) = texts.as_array_mut() {
        let more = content.translations.iter();
        texts.extend(more.map(|(tag, one)| json!({"@language": tag, "@value": of(one)})));
    }
    texts
}

fn service(described: &Described<'_>, graph: &mut Graph) -> Value {
    let Described { id, state, content, .. } = described;
    let state =
        graph.concept(&format!("urn:citygate:listing-state:{}", state.code()), &state.name());
    let mut service = Map::new();
    let mut say = |name: &str, value: Value| {
        let empty = value.as_array().is_some_and(Vec::is_empty);
        if !empty {
            service.insert(name.to_owned(), value);
        }
    };
    say("@id", json!(format!("../{id}")));
    say("@type", json!("cpsv:PublicService"));
    say("dct:identifier", json!(id.to_string()));
    say("dct:title", all(&content.name, content, |one| &one.name));
    say("dct:description", all(&content.summary, content, |one| &one.summary));
    say("adms:status", state);
    say("dct:language", json!(languages(graph)));
    say("dct:spatial", place(described.city, graph));
    say("cv:hasCompetentAuthority", authority(described, graph));
    let laws = content.legal_basis.iter().map(|law| graph.law(law)).collect::<Vec<_>>();
    say("cv:hasLegalResource", json!(laws));
    let channels = (1_usize..).zip(&content.channels).map(|(n, one)| channel(n, one, graph));
    say("cv:hasChannel", json!(channels.collect::<Vec<_>>()));
    let fees = content.fees.iter().map(|fee| cost(fee, graph)).collect::<Vec<_>>();
    say("cv:hasCost", json!(fees));
    let evidence = content.documents.iter().map(|one| evidence(one, graph)).collect::<Vec<_>>();
    say("cpsv:hasInput", json!(evidence));
    let told = content.eligibility.iter().filter(|one| one.disclosed);
    let requirements = told.map(|one| requirement(one, graph)).collect::<Vec<_>>();
    say("cv:holdsRequirement", json!(requirements));
    say("cpsv:follows", json!(rules(content, graph)));
    say("cpsv:produces", json!([output(described, graph)]));
    if let Some(limit) = &content.time_limit {
        let days = format!("P{}D", limit.period.length_days);
        say("cv:processingTime", json!({"@value": days, "@type": "xsd:duration"}));
    }
    if let Some((item, type_name)) = described.item {
        let theme = format!("urn:citygate:type:{}", item.code.type_code());
        say("cv:thematicArea", json!([graph.concept(&theme, type_name)]));
        let events = item.life_events.iter().map(|one| event(*one, graph)).collect::<Vec<_>>();
        say("cv:isGroupedBy", json!(events));
    }
    Value::Object(service)
}

fn languages(graph: &mut Graph) -> Vec<Value> {
    let mut language = |code: &str, en: &str, zh: &str| {
        let id = format!("{AUTHORITY}language/{code}");
        let name = both(&Text::new(en, zh));
        graph.add(&id, json!({"@type": "dct:LinguisticSystem", "skos:prefLabel": name}))
    };
    vec![language("ZHO", "Chinese", "中文"), language("ENG", "English", "英文")]
}

fn place(city: &City, graph: &mut Graph) -> Value {
    let node = json!({
        "@type": "dct:Location",
        "dct:identifier": city.code.to_string(),
        "skos:prefLabel": both(&city.name),
    });
    graph.add(&format!("urn:citygate:division:{}", city.code), node)
}

fn authority(described: &Described<'_>, graph: &mut Graph) -> Value {
    let agency = described.agency;
    let place = place(described.city, graph);
    let node = json!({
        "@type": "cv:PublicOrganisation",
        "dct:identifier": agency.id.to_string(),
        "skos:prefLabel": both(&agency.name),
        "dct:spatial": place,
    });
    graph.add(&format!("urn:citygate:agency:{}", agency.id), node)
}

fn channel(n: usize, channel: &Channel, graph: &mut Graph) -> Value {
    let kind = graph.concept(
        &format!("urn:citygate:channel:{}", channel.kind.code()),
        &ChannelKind::name(channel.kind),
    );
    let mut node = json!({
        "@type": "cv:Channel",
        "dct:identifier": format!("channel-{n}"),
        "dct:type": kind,
    });
    if let (Some(members), Some(note)) = (node.as_object_mut(), &channel.note) {
        members.insert("dct:description".to_owned(), both(note));
    }
    graph.add(&format!("#channel-{n}"), node)
}

fn cost(fee: &Fee, graph: &mut Graph) -> Value {
    let currency = Text::new("Renminbi yuan", "人民币");
    let currency = graph.concept(&format!("{AUTHORITY}currency/CNY"), &currency);
    let yuan = format!("{}.{:02}", fee.amount_minor / 100, fee.amount_minor % 100);
    let node = json!({
        "@type": "cv:Cost",
        "dct:identifier": fee.code.as_str(),
        "dct:description": both(&fee.name),
        "cv:hasValue": {"@value": yuan, "@type": "xsd:double"},
        "cv:currency": currency,
    });
    graph.add(&format!("#fee-{}", fee.code), node)
}

fn evidence(document: &DocumentNeeded, graph: &mut Graph) -> Value {
    let source = graph.concept(
        &format!("urn:citygate:document-source:{}", document.source.code()),
        &document.source.name(),
    );
    let node = json!({
        "@type": "cv:Evidence",
        "dct:identifier": document.code.as_str(),
        "dct:title": both(&document.name),
        "dct:type": source,
    });
    graph.add(&format!("#document-{}", document.code), node)
}

/// A condition reads best as what somebody is told of whom it does not hold.
fn requirement(condition: &Eligibility, graph: &mut Graph) -> Value {
    let word = format!("condition-{}", condition.code);
    let title = Text::new("Who may not use it", "不予办理的情形");
    let rule = graph.rule(&word, (&title, &condition.otherwise), &condition.citation);
    let node = json!({
        "@type": "cv:Requirement",
        "dct:identifier": condition.code.as_str(),
        "dct:title": both(&condition.otherwise),
        "cv:fulfils": rule,
    });
    graph.add(&format!("#{word}"), node)
}

fn rules(content: &Content, graph: &mut Graph) -> Vec<Value> {
    let mut rules = Vec::new();
    if let Some(limit) = &content.time_limit {
        let days = limit.period.length_days;
        let (en, zh) = match limit.period.day_kind {
            DayKind::Calendar => ("calendar days", "个自然日"),
            DayKind::Working => ("working days", "个工作日"),
        };
        let about = Text::new(format!("Within {days} {en}."), format!("{days}{zh}内。"));
        let title = Text::new("Time limit", "办理时限");
        rules.push(graph.rule("time-limit", (&title, &about), &limit.citation));
    }
    let appeal = &content.appeal;
    let (mut en, mut zh) = (
        format!("{}, by {}", appeal.route.en, appeal.body.en),
        format!("{}，受理机关：{}", appeal.route.zh, appeal.body.zh),
    );
    if let Some(days) = appeal.within_days {
        en += &format!(", within {days} days of the outcome");
        zh += &format!("，自知道结果之日起{days}日内提出");
    }
    let title = Text::new("Appeal", "救济途径");
    let about = Text::new(en + ".", zh + "。");
    rules.push(graph.rule("appeal", (&title, &about), &appeal.citation));
    for fee in &content.fees {
        let title = Text::new("Fee", "收费标准");
        let word = format!("fee-{}", fee.code);
        rules.push(graph.rule(&word, (&title, &fee.name), &fee.citation));
    }
    rules
}

fn output(described: &Described<'_>, graph: &mut Graph) -> Value {
    let (en, zh) = match described.content.engine() {
        Some(Engine::Inquiry(_)) => ("Record", "查询结果"),
        Some(Engine::Bill(_)) => ("Receipt", "缴费凭证"),
        Some(Engine::Booking(_)) => ("Appointment", "预约凭证"),
        Some(Engine::Application(_)) => ("Decision", "办理决定"),
        Some(Engine::Case(_)) => ("Reply", "办理答复"),
        None => ("Outcome", "办理结果"),
    };
    let node = json!({
        "@type": "cv:Output",
        "dct:identifier": format!("{}-outcome", described.id),
        "dct:title": both(&Text::new(en, zh)),
    });
    graph.add("#outcome", node)
}

fn event(event: LifeEvent, graph: &mut Graph) -> Value {
    let kind = match event {
        LifeEvent::Business => "cv:BusinessEvent",
        _ => "cv:LifeEvent",
    };
    let node = json!({
        "@type": ["cv:Event", kind],
        "dct:identifier": event.code(),
        "dct:title": both(&event.name()),
    });
    graph.add(&format!("urn:citygate:life-event:{}", event.code()), node)
}

#[cfg(test)]
mod tests;
