//! Components and content stand in the templates of others as they are.

use askama::Template;
use govuk::{Content, Html, Tag, TagColour};

#[derive(Template)]
#[template(
    source = "<p>{{ tag }}|{{ html }}|{{ text }}|{{ name }}{% if let Some(tag) = again %}|{{ tag }}{% endif %}</p>",
    ext = "html"
)]
struct Line<'a> {
    tag: &'a Tag,
    html: Html,
    text: Content,
    name: &'a str,
    again: Option<Tag>,
}

#[test]
fn components_are_not_escaped_and_text_is() {
    let tag = Tag::coloured(TagColour::Green, "A & B");
    let line = Line {
        tag: &tag,
        html: Html::trusted("<b>b</b>"),
        text: Content::from("<i>"),
        name: "<u>",
        again: Some(Tag::new("New")),
    };
    let html = line.render().expect("a line");
    let plain = html.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(
        plain,
        "<p><strong class=\"govuk-tag govuk-tag--green\"> A &#38; B </strong>\
         |<b>b</b>|&#60;i&#62;|&#60;u&#62;|<strong class=\"govuk-tag\"> New </strong></p>"
    );
}

#[test]
fn html_is_made_from_what_is_safe() {
    let tag = Tag::new("New");
    assert_eq!(Html::of(&tag).as_str(), tag.render());
    let both = Html::join([Html::from(tag.clone()), Html::of(&Content::from("<"))]);
    assert_eq!(both.as_str(), format!("{tag}&#60;"));
}
