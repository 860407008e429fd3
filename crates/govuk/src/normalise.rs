//! Brings two pieces of HTML into one form so that they can be compared.
//!
//! What is evened out, and nothing else:
//!
//! 1. Runs of white space become one space, and white space beside a block-level tag, or inside
//!    an SVG, goes: neither can be seen. Inside `<textarea>` every character counts.
//! 2. White space between the parts of a tag becomes one space; `/>` becomes `>`.
//! 3. Characters that may be escaped in several ways are unescaped (`&quot;`, `&#34;`).
//!
//! The order of attributes counts, and so does every class, id and value.

/// Elements that start and end a line when shown, and those inside an `<svg>` or a `<select>`,
/// where white space is not shown at all.
const BLOCKS: &[&str] = &[
    "caption", "circle", "dd", "details", "div", "dl", "dt", "fieldset", "g", "h1", "h2", "h3",
    "h4", "h5", "h6", "hr", "legend", "li", "nav", "ol", "option", "p", "path", "section",
    "summary", "table", "tbody", "td", "th", "thead", "title", "tr", "ul",
];

/// A piece of HTML: a tag or the text between two tags.
enum Piece {
    Tag { name: String, text: String },
    Text(String),
}

/// The normal form: one tag or text a line.
pub(crate) fn normalise(html: &str) -> String {
    let pieces = pieces(html);
    let mut lines: Vec<String> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Tag { text, .. } => lines.push(text.clone()),
            Piece::Text(text) => {
                let before = at.checked_sub(1).and_then(|before| pieces.get(before));
                let text = within(text, before, pieces.get(at + 1));
                if !text.is_empty() {
                    lines.push(format!("'{}'", unescape(&text)));
                }
            }
        }
    }
    lines.join("\n")
}

fn is_block(piece: Option<&Piece>) -> bool {
    match piece {
        None => true,
        Some(Piece::Tag { name, .. }) => BLOCKS.contains(&name.trim_start_matches('/')),
        Some(Piece::Text(_)) => false,
    }
}

/// Text between two tags, with the white space evened out.
fn within(text: &str, before: Option<&Piece>, after: Option<&Piece>) -> String {
    if matches!(before, Some(Piece::Tag { name, .. }) if name == "textarea") {
        return text.to_owned();
    }
    let mut even = collapse(text);
    if is_block(before) {
        even = even.trim_start().to_owned();
    }
    if is_block(after) {
        even = even.trim_end().to_owned();
    }
    even
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_whitespace() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

fn unescape(text: &str) -> String {
    [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&#60;", "<"),
        ("&gt;", ">"),
        ("&#62;", ">"),
        ("&#38;", "&amp;"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn pieces(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        if start > 0 {
            pieces.push(Piece::Text(rest[..start].to_owned()));
        }
        let end = tag_end(&rest[start..]) + start;
        pieces.push(tag(&rest[start..end]));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

/// Where the tag at the start of `html` ends: at the first `>` outside quotes.
fn tag_end(html: &str) -> usize {
    let mut quoted = false;
    for (at, c) in html.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '>' if !quoted => return at + 1,
            _ => {}
        }
    }
    html.len()
}

/// A tag with its white space evened out, outside quotes only.
fn tag(raw: &str) -> Piece {
    let inner = raw.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/').trim();
    let parts: Vec<String> = inner
        .split('"')
        .enumerate()
        .map(|(at, part)| if at % 2 == 0 { collapse(part) } else { unescape(part) })
        .collect();
    let text = parts.join("\"");
    let name = text.split(' ').next().unwrap_or_default().to_owned();
    Piece::Tag { text: format!("<{text}>"), name }
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn white_space_that_cannot_be_seen_does_not_count() {
        assert_eq!(
            normalise("<div\n class=\"a\" >\n  b \n</div>"),
            normalise("<div class=\"a\">b</div>")
        );
        assert_eq!(normalise("<path d=\"m0\"/>"), normalise("<path d=\"m0\">"));
    }

    #[test]
    fn white_space_that_can_be_seen_counts() {
        assert_ne!(normalise("<span>a</span> b"), normalise("<span>a</span>b"));
        assert_ne!(normalise("<textarea> a</textarea>"), normalise("<textarea>a</textarea>"));
    }

    #[test]
    fn order_values_and_escapes_count() {
        assert_ne!(normalise("<p id=\"a\" class=\"b\">"), normalise("<p class=\"b\" id=\"a\">"));
        assert_ne!(normalise("<p id=\"a\">"), normalise("<p id=\"a \">"));
        assert_ne!(normalise("a &amp;lt; b"), normalise("a &lt; b"));
        assert_eq!(normalise("a &#34;b&#34; &#38;"), normalise("a &quot;b&quot; &amp;"));
    }
}
