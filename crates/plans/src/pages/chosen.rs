//! Choosing practices of the library for an objective.

use access::SignedIn;
use axum::{
    Extension,
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Input, RadioItem, Radios};

use super::{
    Sent, Sight,
    parts::{FormPage, Typed, anchor, go, hidden, paragraphs, text},
    sent, sight, sight_to_act,
};
use crate::{
    chosen::{self, ChosenId, Library, Look, Practice},
    model::Objective,
};

/// How many practices a page offers at once.
const MOST: usize = 12;

/// The practices of an objective: each with what is changed in it, a link where it is still shown, and
/// a way to take it off.
pub(super) async fn part(
    app: &App,
    sight: &Sight,
    one: &Objective,
    library: Option<&Library>,
    writes: bool,
) -> Result<Html, PageError> {
    let mine = chosen::of(&app.db, one.id).await?;
    let ids = mine.iter().map(|one| one.practice.clone()).collect::<Vec<_>>();
    let shown = match (library, ids.is_empty()) {
        (Some(library), false) => library.answers(app, &Look::These(ids)).await?,
        _ => Vec::new(),
    };
    let mut parts = Vec::new();
    let mut lines = String::new();
    for it in &mine {
        let title = match shown.iter().find(|known| known.id == it.practice) {
            Some(known) => anchor(&known.href, &known.title),
            None => text(&it.title).as_str().to_owned(),
        };
        let off = match writes {
            true => format!(
                "<form method=\"post\" action=\"{}\" class=\"as-noprint\"><button type=\"submit\" \
                 class=\"govuk-button govuk-button--secondary govuk-!-margin-bottom-0\" \
                 data-module=\"govuk-button\">Take it off<span \
                 class=\"govuk-visually-hidden\">: {}</span></button></form>",
                sight.at(&format!("practices/{}/leave", it.id)),
                text(&it.title).as_str()
            ),
            false => String::new(),
        };
        lines += &format!("<li>{title}<br>{}{off}</li>", text(&it.adaptation).as_str());
    }
    if !lines.is_empty() {
        parts.push(Html::trusted(format!(
            "<ul class=\"govuk-list govuk-list--spaced\">{lines}</ul>"
        )));
    }
    if writes && library.is_some() {
        let href = sight.at(&format!("objectives/{}/practices", one.id));
        parts.push(go(&href, "Choose a practice from the library", true));
    }
    Ok(Html::join(parts))
}

/// What is looked for.
#[derive(serde::Deserialize)]
pub(super) struct Sought {
    q: Option<String>,
}

async fn page(
    app: &App,
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    library: &Library,
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let back = sight.at(&format!("objectives/{}", one.id));
    let here = format!("{back}/practices");
    let words = form.text("q");
    // Nothing looked for yet: what fits the area of the objective comes first.
    let area = if words.is_empty() { one.area.clone() } else { String::new() };
    let look = Look::For { words: words.to_owned(), area };
    let mut found = library.answers(app, &look).await?;
    if found.is_empty() && words.is_empty() {
        let any = Look::For { words: String::new(), area: String::new() };
        found = library.answers(app, &any).await?;
    }
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    let mut page = FormPage::new("Choose a practice", here.clone(), back, errors);
    page.caption.clone_from(&one.words().title);
    let search = Input::new("q", "What do you look for?").value(words);
    page.lede = Html::join([
        paragraphs("What other schools do, written down and checked by colleagues."),
        Html::trusted(format!(
            "<form method=\"get\" action=\"{here}\">{}<button type=\"submit\" \
             class=\"govuk-button govuk-button--secondary\" data-module=\"govuk-button\">Look for \
             it</button></form>",
            Html::of(&search).as_str()
        )),
    ]);
    if found.is_empty() {
        page.lede = Html::join([
            page.lede,
            paragraphs("No practice fits. Try another word, or write down what you do yourselves."),
        ]);
        return sight.page(frame, "Choose a practice", sight.visible_of(one)).show(&page);
    }
    let radios = found.iter().fold(
        Radios::new("practice", "Which one?")
            .value(form.text("practice"))
            .error_if(errors.get("practice")),
        |radios, it| {
            let label = format!("{} {}", text(&it.title).as_str(), anchor(&it.href, "(read it)"));
            radios.with(
                RadioItem::new(it.id.as_str(), Html::trusted(label)).hint(it.problem.as_str()),
            )
        },
    );
    let typed = Typed { form, errors };
    page.fields = vec![hidden("q", words), Html::of(&radios)];
    if more > 0 {
        page.fields.push(paragraphs(&format!("{more} more fit: look for a word to see them.")));
    }
    page.fields.push(typed.lines(
        "adaptation",
        "What do you change in it, and why?",
        "Or that you use it as it is",
        3,
    ));
    page.button = "Use it for this objective".to_owned();
    let mut built = sight.page(frame, "Choose a practice", sight.visible_of(one));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

fn rooms(library: Option<Extension<Library>>) -> Result<Library, PageError> {
    library.map(|Extension(library)| library).ok_or(PageError::NotFound)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    library: Option<Extension<Library>>,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
    Query(sought): Query<Sought>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let form = FormData::from_pairs([("q", sought.q.unwrap_or_default())]);
    page(&app, frame, &sight, one, &rooms(library)?, (&form, &Errors::default())).await
}

pub(super) async fn choose(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    library: Option<Extension<Library>>,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let library = rooms(library)?;
    let mut errors = form.errors();
    let wanted = Look::These(vec![form.text("practice").to_owned()]);
    let found: Option<Practice> = library.answers(&app, &wanted).await?.into_iter().next();
    if found.is_none() {
        errors.add("practice", "Choose a practice");
    }
    if let (true, Some(found)) = (errors.is_empty(), found) {
        let words = form.text("adaptation");
        let outcome = chosen::choose(&app, &permit, one.id, &found, words).await;
        if let Sent::Done = sent(outcome, &mut errors)? {
            return Ok(redirect(&sight.at(&format!("objectives/{}", one.id))));
        }
    }
    page(&app, frame, &sight, one, &library, (&form, &errors)).await
}

pub(super) async fn leave(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path((id, chosen)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let chosen: ChosenId = chosen.parse().map_err(|_| PageError::NotFound)?;
    let mut of = None;
    for one in &sight.whole.objectives {
        if chosen::of(&app.db, one.id).await?.iter().any(|it| it.id == chosen) {
            of = Some(one);
            break;
        }
    }
    let one = of.ok_or(PageError::NotFound)?;
    sight.must_write(one)?;
    chosen::leave(&app, &permit, chosen).await?;
    Ok(redirect(&sight.at(&format!("objectives/{}", one.id))))
}
