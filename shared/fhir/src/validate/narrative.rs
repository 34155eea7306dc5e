//! Narratives: text for people, without anything that acts (FHIR R4, 2.22, rules txt-1 and txt-2).

/// What may stand in a narrative: chapters 7 to 11 and 15 of HTML 4.0, links and images.
const ELEMENTS: [&str; 49] = [
    "a",
    "abbr",
    "acronym",
    "b",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
];

/// The rest of them.
const MORE_ELEMENTS: [&str; 3] = ["tt", "ul", "var"];

/// Whether a text is one `div` of plain elements, with something to see in it.
pub(super) fn is_plain(text: &str) -> bool {
    let text = text.trim();
    let framed = text.starts_with("<div") && text.ends_with("</div>");
    let mut seen = text.contains("<img");
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        seen |= !before.trim().is_empty();
        // Comments act no more than text does.
        let end = if tag.starts_with("!--") { "-->" } else { ">" };
        let Some((tag, after)) = tag.split_once(end) else { return false };
        if end == ">" && !is_plain_tag(tag) {
            return false;
        }
        rest = after;
    }
    framed && seen && rest.is_empty()
}

/// Whether a tag, without its brackets, is of a plain element and has no handlers of events.
fn is_plain_tag(tag: &str) -> bool {
    let tag = tag.strip_prefix('/').unwrap_or(tag);
    let name = tag.split([' ', '\t', '\r', '\n', '/']).next().unwrap_or_default();
    let handles = |word: &str| {
        let name = word.split('=').next().unwrap_or_default();
        word.contains('=') && name.to_ascii_lowercase().starts_with("on")
    };
    let acts = tag.to_ascii_lowercase().contains("javascript:");
    let words = || tag.split([' ', '\t', '\r', '\n', '/', '"', '\'']);
    (ELEMENTS.contains(&name) || MORE_ELEMENTS.contains(&name)) && !acts && !words().any(handles)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_narrative_is_for_reading_only() {
        for (text, plain) in [
            ("<div xmlns=\"http://www.w3.org/1999/xhtml\">血常规</div>", true),
            ("<div><p><b>a</b><br/><img src=\"#1\"/></p><!-- <x> --></div>", true),
            ("<div><img src=\"#1\" alt=\"one = 1\"/></div>", true),
            ("<div> <br/> </div>", false),
            ("", false),
            ("text", false),
            ("<p>a</p>", false),
            ("<div>a", false),
            ("<div>a<script>b</script></div>", false),
            ("<div>a<iframe src=\"b\"></iframe></div>", false),
            ("<div><p onclick=\"b\">a</p></div>", false),
            ("<div><p class=\"c\"OnClick=b>a</p></div>", false),
            ("<div><a href=\"javascript:b\">a</a></div>", false),
            ("<div>a<b</div>", false),
        ] {
            assert_eq!(is_plain(text), plain, "{text}");
        }
    }
}
