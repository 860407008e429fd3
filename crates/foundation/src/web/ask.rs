//! The question before a form is taken whose words may tell who a child is. It stands at the one
//! door that every form comes through, loses nothing that was typed, and never says no: the writer
//! changes the words here, or sends them as they are.

use axum::http::{Uri, uri::PathAndQuery};
use govuk::{Button, ErrorSummary, Hint, Html, Textarea};

use super::{FormData, Frame, text::escape};
use crate::pupil::{self, Likely};

/// The field by which a writer says that nothing here tells who a child is.
const ASKED: &str = "no-child";

/// Fields that hold no prose; their content is never shown again either.
const SECRET: [&str; 4] = ["password", "again", "current", "code"];

/// The page that asks, where a form may tell who a child is and its writer has not been asked yet.
pub(super) fn about_a_child(frame: &Frame, uri: &Uri, form: &FormData) -> Option<String> {
    // A draft is its writer's own: they are asked when they send it.
    if form.has(ASKED, "yes") || form.has("act", "save") {
        return None;
    }
    let doubts: Vec<(usize, Likely<'_>)> = form
        .pairs()
        .iter()
        .enumerate()
        .filter(|(_, (name, _))| !SECRET.contains(&name.as_str()))
        .filter_map(|(at, (_, value))| pupil::likely(value).map(|found| (at, found)))
        .collect();
    let (first, _) = doubts.first()?;
    let mut summary = ErrorSummary::new([(
        field(*first).as_str(),
        "Take out what tells who a child is, or send it as it is",
    )]);
    summary.title = "Before this is kept".into();
    let mut parts = vec![
        Html::from(summary),
        Html::trusted(
            "<h1 class=\"govuk-heading-l\">Does this tell who a child is?</h1>\
             <p class=\"govuk-body\">Alongside holds nothing about single pupils: no names, no dates \
             of birth. Nothing has been kept yet. If it is about a grown-up, or about nobody, send it \
             as it is.</p>",
        ),
        Html::trusted(format!(
            "<form action=\"{}\" method=\"post\" novalidate>",
            escape(uri.path_and_query().map_or("/", PathAndQuery::as_str))
        )),
    ];
    for (at, (name, value)) in form.pairs().iter().enumerate() {
        let doubt = doubts.iter().find(|(of, _)| *of == at);
        parts.push(match doubt {
            Some((_, found)) => question(at, name, value, *found),
            None => hidden(name, value),
        });
    }
    parts.push(hidden(ASKED, "yes"));
    parts.push(Button::new("Send it as it stands here").prevent_double_click(true).into());
    parts.push(Html::trusted("</form>"));
    let main: String = parts.iter().map(ToString::to_string).collect();
    let title = "Does this tell who a child is?";
    Some(frame.clone().page(title).document(format!("Error: {title} – Alongside"), main))
}

fn field(at: usize) -> String {
    format!("words-{at}")
}

fn hidden(name: &str, value: &str) -> Html {
    Html::trusted(format!(
        "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
        escape(name),
        escape(value)
    ))
}

fn question(at: usize, name: &str, value: &str, found: Likely<'_>) -> Html {
    let hint = match found {
        Likely::Name(words) => format!("“{words}” reads like the name of a child."),
        Likely::Birth(words) => format!("“{words}” reads like a date of birth."),
    };
    let mut area = Textarea::new(name, "What you wrote").hint(Hint::new(hint)).value(value);
    area.id = field(at);
    area.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(form: &FormData) -> Option<String> {
        let uri: Uri = "/visits/1/note?step=2".parse().unwrap();
        about_a_child(&Frame::default(), &uri, form)
    }

    #[test]
    fn the_writer_is_asked_once_and_loses_nothing() {
        let typed = [("seen", "Sam (Year 4) read <well>"), ("kind", "walk & talk"), ("seen", "x")];
        let page = asked(&FormData::from_pairs(typed)).unwrap();
        assert!(page.contains("action=\"/visits/1/note?step=2\""), "{page}");
        assert!(page.contains("“Sam (Year 4” reads like the name of a child."), "{page}");
        assert!(
            page.contains(">Sam (Year 4) read &#60;well&#62;<")
                || page.contains(">Sam (Year 4) read &lt;well&gt;<"),
            "{page}"
        );
        assert!(
            page.contains("name=\"kind\" value=\"walk &amp; talk\"")
                || page.contains("name=\"kind\" value=\"walk &#38; talk\""),
            "{page}"
        );
        let again = FormData::from_pairs(typed.into_iter().chain([(ASKED, "yes")]));
        assert_eq!(asked(&again), None);
        assert_eq!(asked(&FormData::from_pairs([("seen", "Phonics in Year 1")])), None);
        let draft = FormData::from_pairs(typed.into_iter().chain([("act", "save")]));
        assert_eq!(asked(&draft), None);
        assert_eq!(asked(&FormData::from_pairs([("password", "Sam Year 4 pupil")])), None);
    }
}
