//! The library: what schools do that others could do too.

use std::collections::BTreeMap;

use access::Visitor;
use axum::{
    extract::{Query, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Format, Frame, Table},
};
use govuk::{Html, Input, Select, extra::Downloads};
use serde::Deserialize;
use support::pages::parts::{Sheet, go, paragraphs, text};

use super::{schools_of, tag};
use crate::{
    adoptions::{self, Spread},
    practice::{self, EvidenceKind, Shown, Sought},
};

/// What the form of the library asks.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
    area: String,
    phase: String,
    evidence: String,
}

impl Asked {
    fn sought(&self) -> Sought {
        Sought {
            text: self.q.clone(),
            area: self.area.clone(),
            phase: self.phase.clone(),
            evidence: self.evidence.clone(),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.q, &self.area, &self.phase, &self.evidence].iter().all(|part| part.is_empty())
    }

    fn form(&self) -> Html {
        let any = |name: &str, label: &str, value: &str| {
            Select::new(name, label).value(value).item("", "Any")
        };
        let areas = needs::Framework::every_area()
            .fold(any("area", "Area", &self.area), |select, (area, words)| {
                select.item(area.code.as_str(), words)
            });
        let phases = register::Phase::ALL
            .into_iter()
            .fold(any("phase", "Phase", &self.phase), |select, phase| {
                select.item(phase.key(), phase.in_words())
            });
        let evidence = EvidenceKind::ALL
            .iter()
            .fold(any("evidence", "Evidence", &self.evidence), |select, kind| {
                select.item(kind.key(), kind.words())
            });
        let words = Input::new("q", "What is the problem?").value(self.q.as_str());
        Html::trusted(format!(
            "<form method=\"get\" action=\"/practices\" class=\"as-noprint\">{}<div \
             class=\"as-halves\">{}{}</div>{}<button type=\"submit\" class=\"govuk-button\" \
             data-module=\"govuk-button\">Look for it</button></form>",
            Html::of(&words).as_str(),
            Html::of(&areas).as_str(),
            Html::of(&phases).as_str(),
            Html::of(&evidence).as_str(),
        ))
    }

    /// The address of the same list in another form.
    fn ending(&self, ending: &str) -> String {
        let pairs = [
            ("q", &self.q),
            ("area", &self.area),
            ("phase", &self.phase),
            ("evidence", &self.evidence),
        ];
        let query: Vec<String> = pairs
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| {
                let plain: String = value
                    .bytes()
                    .map(|byte| match byte {
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' => {
                            char::from(byte).to_string()
                        }
                        other => format!("%{other:02X}"),
                    })
                    .collect();
                format!("{name}={plain}")
            })
            .collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("/practices.{ending}{mark}{}", query.join("&"))
    }
}

/// What is found, each with its school's name and how far it has spread.
async fn found(app: &App, asked: &Asked) -> Result<Vec<(Shown, String, Spread)>, PageError> {
    let library = practice::library(&app.db, &asked.sought()).await?;
    let names = support::names(&app.db, library.iter().map(|one| one.origin)).await?;
    let mut found = Vec::new();
    for one in library {
        let spread = Spread::of(&adoptions::of_practice(&app.db, one.id).await?);
        let name = names.get(&one.origin).cloned().unwrap_or_default();
        found.push((one, name, spread));
    }
    Ok(found)
}

/// A practice in the list.
pub(super) fn card(one: &Shown, school: &str, spread: Spread) -> String {
    let words = one.words();
    let spread = match spread.in_words() {
        words if words.is_empty() => "not taken up by another school yet".to_owned(),
        words => words,
    };
    format!(
        "<li><a class=\"govuk-link govuk-!-font-weight-bold\" href=\"/practices/{}\">{}</a><br>{}<br>\
         <span class=\"govuk-body-s\">{}</span></li>",
        one.id,
        text(&words.title).as_str(),
        text(&words.problem).as_str(),
        text(format!("{school}. {}. {}: {spread}", words.area_name(), words.phases_in_words()))
            .as_str(),
    )
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    visitor: Visitor,
    frame: Frame,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let mut sheet = Sheet::new("Practices");
    sheet.lede = paragraphs(
        "What schools do that others could do too: what it is, which parts must be kept, for whom \
         it worked and where it did not. Borrow it as it is, adapt it, adopt it, and tell its \
         school what happened.",
    );
    sheet.lede = Html::join([
        sheet.lede,
        Html::trusted(
            "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"/stories\">What became of support \
             between two schools</a>: case studies that both schools agreed to tell. <a \
             class=\"govuk-link\" href=\"/networks\">Networks</a>: colleagues of one field who \
             meet.</p>",
        ),
    ]);
    let found = found(&app, &asked).await?;
    let items: String = found.iter().map(|(one, name, spread)| card(one, name, *spread)).collect();
    let empty = match asked.is_empty() {
        true => "No practice is shown yet. A title and a sentence are enough to begin one.",
        false => "Nothing is found. Ask for less: another word, any area, any phase.",
    };
    let list = match items.is_empty() {
        true => paragraphs(empty),
        false => Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>")),
    };
    let heading = match found.len() {
        1 => "1 practice, by title".to_owned(),
        n => format!("{n} practices, by title"),
    };
    let endings = [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
        .map(|(words, ending)| (words, asked.ending(ending)));
    let mut sheet = sheet.part("", asked.form()).part(&heading, list);
    if !found.is_empty() {
        sheet = sheet.part("", Html::of(&Downloads::new("these practices", endings)));
    }
    let sheet = sheet.part("Being written or checked", making(&app, &visitor).await?).part(
        "",
        match schools_of(&visitor).is_empty() {
            true => Html::default(),
            false => go("/practices/new", "Write down a practice"),
        },
    );
    frame.page("Practices").visible_to("anyone").show(&sheet)
}

/// What is not shown yet and the visitor may read.
async fn making(app: &App, visitor: &Visitor) -> Result<Html, PageError> {
    if visitor.account.is_none() {
        return Ok(Html::default());
    }
    let all = practice::in_the_making(&app.db, visitor).await?;
    let names = support::names(&app.db, all.iter().map(|one| one.origin)).await?;
    let items: String = all
        .iter()
        .map(|one| {
            format!(
                "<li><a class=\"govuk-link\" href=\"/practices/{}\">{}</a>, {} {}</li>",
                one.id,
                text(&one.draft().title).as_str(),
                text(names.get(&one.origin).map_or("", String::as_str)).as_str(),
                Html::of(&tag(one.state())).as_str()
            )
        })
        .collect();
    Ok(match items.is_empty() {
        true => Html::default(),
        false => Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>")),
    })
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    Query(asked): Query<Asked>,
    format: Format,
) -> Result<Response, PageError> {
    #[expect(clippy::cast_precision_loss, reason = "schools are counted in dozens")]
    let number = |n: usize| Cell::Number(n as f64, 0);
    let mut titles = BTreeMap::new();
    let found = found(&app, &asked).await?;
    for (one, ..) in &found {
        titles.insert(one.id, one.words().title.clone());
    }
    let rows = found
        .iter()
        .map(|(one, school, spread)| {
            let words = one.words();
            let parent = one.parent.and_then(|id| titles.get(&id).cloned()).unwrap_or_default();
            vec![
                Cell::text(words.title.clone()),
                Cell::text(school.clone()),
                Cell::text(words.area_name()),
                Cell::text(words.phases_in_words()),
                Cell::text(words.ingredients.join("; ")),
                Cell::text(words.caveats.clone()),
                number(spread.borrowed),
                number(spread.adapted),
                number(spread.adopted),
                number(spread.stopped),
                Cell::text(parent),
                Cell::text(date_in_words(one.on())),
            ]
        })
        .collect();
    let columns = [
        "Practice",
        "From",
        "Area",
        "For",
        "Parts to keep",
        "What is not known",
        "Borrowed",
        "Adapted",
        "Adopted",
        "Given up",
        "Adapted from",
        "Shown since",
    ];
    let table = Table {
        caption: "Practices".to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
        notes: vec![super::show::LICENCE.to_owned()],
    };
    table.download(format, "practices")
}
