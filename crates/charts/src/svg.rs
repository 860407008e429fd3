//! Writing SVG: escaping, marks, and the frame every chart shares.
//!
//! Only presentation attributes are written, never `style=`, so that a strict content security
//! policy needs no exception and a saved file looks the same. Classes are for pages that want
//! to adjust.

use std::fmt::Write as _;

use crate::table::Table;

/// Dark blue: the school the page is about. 9.9:1 on white.
pub(crate) const OWN: &str = "#12436d";
/// Dark pink: the nation, or the second school. 9.6:1 on white.
pub(crate) const OTHER: &str = "#801650";
/// Dark grey: the family, axes and words. 10.9:1 on white.
pub(crate) const INK: &str = "#3d3d3d";
/// Mid grey: secondary words. 5.9:1 on white.
pub(crate) const SOFT: &str = "#626a6e";
/// Light grey: bands and grid lines. Never carries meaning alone.
pub(crate) const PALE: &str = "#dee0e2";
/// Teal: a third kind. 5.6:1 on white.
pub(crate) const THIRD: &str = "#0f706a";
/// Ochre: a fourth kind. 5.0:1 on white.
pub(crate) const FOURTH: &str = "#8f5a00";
/// Pale blue: where the own school's interval lies.
pub(crate) const OWN_PALE: &str = "#c3d3e2";
/// Pale teal: the family's middle half.
pub(crate) const FAMILY_PALE: &str = "#e6e7e8";
/// White, for haloes and hollow marks.
pub(crate) const PAPER: &str = "#ffffff";

const FONT: &str = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif";

/// Escapes text for an XML body or attribute, and drops what XML cannot hold.
#[must_use]
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}

/// Roughly how wide a text will be, in the drawing's units. System fonts differ by a few per
/// cent, so layouts leave room.
#[must_use]
pub(crate) fn text_width(text: &str, size: f64) -> f64 {
    let em: f64 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '.' | ',' | '\'' | '|' | ':' | ';' | '!' | '\u{2019}' => 0.28,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '-' => 0.35,
            'm' | 'w' | 'M' | 'W' | '%' | '@' => 0.87,
            'A'..='Z' => 0.67,
            _ => 0.56,
        })
        .sum();
    em * size
}

/// Shortens a text to fit, with an ellipsis.
#[must_use]
pub(crate) fn fit(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut short = String::new();
    for c in text.chars() {
        if text_width(&short, size) + 2.0 * size * 0.6 > width {
            break;
        }
        short.push(c);
    }
    format!("{}\u{2026}", short.trim_end())
}

/// Breaks a text into lines that fit.
#[must_use]
pub(crate) fn wrap(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line} {word}"), size) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Where a text is anchored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a shape is painted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    pub(crate) fill: &'static str,
    pub(crate) stroke: &'static str,
    pub(crate) width: f64,
    pub(crate) dashes: &'static str,
}

impl Paint {
    pub(crate) const fn fill(fill: &'static str) -> Self {
        Self { fill, stroke: "none", width: 0.0, dashes: "" }
    }

    pub(crate) const fn stroke(stroke: &'static str, width: f64) -> Self {
        Self { fill: "none", stroke, width, dashes: "" }
    }

    pub(crate) const fn dashed(self, dashes: &'static str) -> Self {
        Self { dashes, ..self }
    }

    pub(crate) const fn outlined(self, stroke: &'static str, width: f64) -> Self {
        Self { stroke, width, ..self }
    }
}

/// What a chart is called in the page, and how wide it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Identifier, unique in its page: letters, digits and hyphens; anything else is dropped.
    pub id: String,
    /// Title: what is shown, of whom.
    pub title: String,
    /// Width in units. Text is 12 to 13 units high, so 360 reads well from a phone's 320 pixels up
    /// to about 560; use 720 for a wide page.
    pub width: u16,
}

impl Frame {
    /// A frame of the width that suits every screen.
    #[must_use]
    pub fn new(id: &str, title: &str) -> Self {
        Self { id: id.to_owned(), title: title.to_owned(), width: 360 }
    }

    /// The same, drawn for a phone: larger words in less room.
    #[must_use]
    pub fn narrow(mut self) -> Self {
        self.width = 300;
        self
    }

    /// The same, drawn wide, for a page with room.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.width = 720;
        self
    }

    pub(crate) fn units(&self) -> f64 {
        f64::from(self.width.clamp(280, 1600))
    }

    fn slug(&self) -> String {
        let slug: String =
            self.id.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
        if slug.is_empty() { "chart".to_owned() } else { slug }
    }
}

/// A finished chart: the picture, the sentence that tells its finding, and the same as a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    /// Title.
    pub title: String,
    /// The finding, in a sentence or two. It is also the picture's description.
    pub description: String,
    /// The picture.
    pub svg: String,
    /// The same as a table.
    pub table: Table,
}

/// Marks being written.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    body: String,
}

/// A coordinate with at most two decimals, so that files stay small and repeatable.
pub(crate) fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

impl Canvas {
    fn paint(&mut self, paint: Paint) {
        let _ = write!(self.body, " fill=\"{}\"", paint.fill);
        if paint.stroke != "none" {
            let _ = write!(
                self.body,
                " stroke=\"{}\" stroke-width=\"{}\"",
                paint.stroke,
                n(paint.width)
            );
        }
        if !paint.dashes.is_empty() {
            let _ = write!(self.body, " stroke-dasharray=\"{}\"", paint.dashes);
        }
    }

    /// Ends a mark, with words that appear when it is pointed at.
    fn end(&mut self, tag: &str, hint: &str) {
        if hint.is_empty() {
            self.body.push_str("/>");
        } else {
            let _ = write!(self.body, "><title>{}</title></{tag}>", escape(hint));
        }
    }

    pub(crate) fn rect(
        &mut self,
        class: &str,
        (x, y, w, h): (f64, f64, f64, f64),
        paint: Paint,
        hint: &str,
    ) {
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"",
            n(x),
            n(y),
            n(w.max(0.0)),
            n(h.max(0.0))
        );
        self.paint(paint);
        self.end("rect", hint);
    }

    pub(crate) fn line(
        &mut self,
        class: &str,
        (x1, y1): (f64, f64),
        (x2, y2): (f64, f64),
        paint: Paint,
    ) {
        let _ = write!(
            self.body,
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"",
            n(x1),
            n(y1),
            n(x2),
            n(y2)
        );
        self.paint(paint);
        self.end("line", "");
    }

    pub(crate) fn circle(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        r: f64,
        paint: Paint,
        hint: &str,
    ) {
        let _ = write!(
            self.body,
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"",
            n(x),
            n(y),
            n(r)
        );
        self.paint(paint);
        self.end("circle", hint);
    }

    pub(crate) fn polyline(&mut self, class: &str, points: &[(f64, f64)], paint: Paint) {
        self.path(class, &join(points), paint, "");
    }

    pub(crate) fn polygon(&mut self, class: &str, points: &[(f64, f64)], paint: Paint, hint: &str) {
        self.path(class, &format!("{}Z", join(points)), paint, hint);
    }

    pub(crate) fn path(&mut self, class: &str, d: &str, paint: Paint, hint: &str) {
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{d}\"");
        self.paint(paint);
        if paint.stroke != "none" {
            self.body.push_str(" stroke-linejoin=\"round\" stroke-linecap=\"round\"");
        }
        self.end("path", hint);
    }

    pub(crate) fn text(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        text: &str,
        (size, colour, anchor): (f64, &str, Anchor),
    ) {
        self.write_text(class, (x, y), text, (size, colour, anchor), false, false);
    }

    pub(crate) fn bold(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        text: &str,
        (size, colour, anchor): (f64, &str, Anchor),
    ) {
        self.write_text(class, (x, y), text, (size, colour, anchor), true, false);
    }

    /// Text with a white rim, so that it can be read over lines.
    pub(crate) fn haloed(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        text: &str,
        (size, colour, anchor): (f64, &str, Anchor),
    ) {
        self.write_text(class, (x, y), text, (size, colour, anchor), false, true);
    }

    fn write_text(
        &mut self,
        class: &str,
        (x, y): (f64, f64),
        text: &str,
        (size, colour, anchor): (f64, &str, Anchor),
        bold: bool,
        halo: bool,
    ) {
        let _ = write!(
            self.body,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{colour}\"",
            n(x),
            n(y),
            n(size)
        );
        match anchor {
            Anchor::Start => {}
            Anchor::Middle => self.body.push_str(" text-anchor=\"middle\""),
            Anchor::End => self.body.push_str(" text-anchor=\"end\""),
        }
        if bold {
            self.body.push_str(" font-weight=\"600\"");
        }
        if halo {
            self.body.push_str(" stroke=\"#ffffff\" stroke-width=\"4.5\" stroke-linejoin=\"round\" paint-order=\"stroke\"");
        }
        let _ = write!(self.body, ">{}</text>", escape(text));
    }

    /// Wraps the marks into a finished picture.
    pub(crate) fn finish(
        self,
        kind: &str,
        frame: &Frame,
        height: f64,
        description: &str,
        table: Table,
    ) -> Drawing {
        let id = frame.slug();
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart chart--{kind}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" viewBox=\"0 0 {w} {h}\" width=\"100%\" \
             font-family=\"{FONT}\" font-size=\"13\" fill=\"{INK}\">\
             <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{desc}</desc>\
             <rect class=\"chart__paper\" width=\"{w}\" height=\"{h}\" fill=\"{PAPER}\"/>{body}</svg>",
            w = n(frame.units()),
            h = n(height),
            title = escape(&frame.title),
            desc = escape(description),
            body = self.body,
        );
        Drawing { title: frame.title.clone(), description: description.to_owned(), svg, table }
    }
}

/// Points as a path.
pub(crate) fn join(points: &[(f64, f64)]) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, n(*x), n(*y));
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_break_out() {
        assert_eq!(escape("<b a=\"1\">'&\u{1}"), "&lt;b a=&quot;1&quot;&gt;&#39;&amp;");
    }

    #[test]
    fn long_texts_are_wrapped_or_shortened() {
        assert!(wrap("one two three four five six", 13.0, 60.0).len() > 2);
        let short = fit("Kestlebridge All-Through School", 12.0, 90.0);
        assert!(short.ends_with('\u{2026}') && text_width(&short, 12.0) <= 96.0, "{short}");
    }

    #[test]
    fn identifiers_are_safe() {
        assert_eq!(Frame::new("a\"b c-1", "").slug(), "abc-1");
        assert_eq!(Frame::new("\"", "").slug(), "chart");
    }
}
