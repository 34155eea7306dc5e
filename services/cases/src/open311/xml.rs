//! JSON of the answers as XML: members become elements, and elements of lists are called by one of them.

use serde::Serialize;
use serde_json::Value;

/// A document with one root. Of a list, each item is an element `item`.
pub(crate) fn document((root, item): (&str, &str), body: &impl Serialize) -> String {
    let value = serde_json::to_value(body).unwrap_or(Value::Null);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    match &value {
        Value::Array(items) => {
            begin(&mut text, root);
            items.iter().for_each(|one| element(&mut text, item, one));
            end(&mut text, root);
        }
        other => element(&mut text, root, other),
    }
    text.push('\n');
    text
}

fn begin(text: &mut String, name: &str) {
    text.extend(["<", name, ">"]);
}

fn end(text: &mut String, name: &str) {
    text.extend(["</", name, ">"]);
}

fn element(text: &mut String, name: &str, value: &Value) {
    begin(text, name);
    match value {
        Value::Null => {}
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.to_string()),
        Value::String(words) => escape(text, words),
        // `attributes` hold `attribute`s.
        Value::Array(items) => {
            let item = name.strip_suffix('s').unwrap_or(name);
            items.iter().for_each(|one| element(text, item, one));
        }
        Value::Object(members) => members.iter().for_each(|(name, one)| element(text, name, one)),
    }
    end(text, name);
}

/// What would be markup is written otherwise; what XML 1.0 cannot hold is left out.
fn escape(text: &mut String, words: &str) {
    for letter in words.chars() {
        match letter {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&apos;"),
            '\t' | '\n' | '\r' => text.push(letter),
            letter if letter < ' ' || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_and_members_are_elements() {
        let body =
            json!([{"code": "a<b&\"c\"'\u{1}", "on": true, "values": [{"key": 1}], "no": null}]);
        let text = document(("services", "service"), &body);
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<services><service>\
            <code>a&lt;b&amp;&quot;c&quot;&apos;</code><no></no><on>true</on>\
            <values><value><key>1</key></value></values></service></services>\n";
        assert_eq!(text, expected);
        assert!(document(("services", "service"), &json!([])).ends_with("<services></services>\n"));
        assert!(document(("a", "b"), &json!({"c": 1.5})).ends_with("<a><c>1.5</c></a>\n"));
    }
}
