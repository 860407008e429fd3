//! How one leads in another school: asked by oneself, answered by the partner, read by oneself alone.

use access::{Action, SignedIn, Visitor, authorize, decide};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use charts::{Bar, Bars, Finite, Frame as ChartFrame, Reading, Unit};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Errors, Form, FormData, Frame, Table, redirect},
};
use govuk::{Html, Tag, TagColour};

use super::{
    Sight,
    parts::{self, FormPage, Sheet, act_button, choice, kept, line, link, paragraphs, text},
    sight_of_form, sight_to_send,
};
use crate::{
    leading::{
        self, Act, EXAMPLE_FIELDS, LEVEL_FIELDS, LEVELS, Leading, LeadingId, Said, Side, State,
    },
    machine::may,
    neighbours,
};

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Asked => TagColour::Yellow,
        State::Answered => TagColour::Green,
        State::Declined | State::Withdrawn => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// The name of whoever asks, as long as they have an account.
async fn asker(app: &App, it: &Leading) -> Result<String, PageError> {
    let account = access::accounts::get(&app.db, it.leader).await?;
    Ok(account.map_or_else(|| "Somebody".to_owned(), |one| one.name))
}

async fn school(app: &App, it: &Leading) -> Result<String, PageError> {
    let names = neighbours::names(&app.db, [it.partner]).await?;
    Ok(names.get(&it.partner).cloned().unwrap_or_default())
}

fn entry(href: &str, words: &str, tag: &Tag) -> Html {
    Html::trusted(format!(
        "<p class=\"govuk-body\"><a class=\"govuk-link\" href=\"{href}\">{}</a> {}</p>",
        text(words).as_str(),
        Html::of(tag).as_str()
    ))
}

/// Everything of this kind that is somebody's: what waits for them, what they asked, whom they may ask.
pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let mut waiting = Vec::new();
    for org in visitor.led() {
        for it in leading::waiting_for(&app.db, org).await? {
            if !decide(&visitor, Action::Sign, &it.put_to_partner()).allowed {
                continue;
            }
            let words = format!("How {} leads in your school", asker(&app, &it).await?);
            waiting.push(entry(&format!("/leading/{}", it.id), &words, &tag(it.state())));
        }
    }
    let mine = leading::of_leader(&app.db, account).await?;
    let mut own = Vec::new();
    for it in &mine {
        let words = format!("{}, {}", school(&app, it).await?, date_in_words(it.asked()));
        own.push(entry(&format!("/leading/{}", it.id), &words, &tag(it.state())));
    }
    let mut ask = Vec::new();
    if !brokerage::packs::behaviours().is_empty() {
        for agreement in leading::may_ask_in(&app.db, &visitor).await? {
            let open = |it: &&Leading| it.agreement == agreement.id && it.state() == State::Asked;
            if mine.iter().find(open).is_none() {
                let names = neighbours::names(&app.db, [agreement.supported]).await?;
                let name = names.get(&agreement.supported).cloned().unwrap_or_default();
                let href = format!("/agreements/{}/leading/new", agreement.id);
                ask.push(link(&href, &format!("Ask {name}: {}", agreement.title)));
            }
        }
    }
    let mut sheet = Sheet::new("How you lead");
    sheet.lede = paragraphs(if waiting.is_empty() && own.is_empty() && ask.is_empty() {
        "While you work with another school you can ask its head here how they see the way you lead. You \
         lead in no support at the moment."
    } else {
        "Say how you see it yourself, and ask the head of a school you come to. You alone read the two \
         beside each other. Nobody adds them up."
    });
    let sheet = sheet
        .part("Waiting for your answer", Html::join(waiting))
        .part("What you asked", Html::join(own))
        .part("Ask a partner", Html::join(ask));
    frame
        .page("How you lead")
        .crumb("Your contribution record", "/cadre/mine")
        .visible_to("you alone")
        .show(&sheet)
}

/// The behaviours as fields: how often, and where it showed.
fn fields(form: &FormData, errors: &Errors, side: Side) -> Vec<Html> {
    let least = usize::from(side == Side::Own);
    let told: Vec<String> = (0..LEVELS.len()).map(|level| level.to_string()).collect();
    // The answers from often to seldom, and that it could not be seen at the end.
    let mut items: Vec<(&str, &str, &str)> =
        (1..LEVELS.len()).rev().map(|level| (told[level].as_str(), LEVELS[level], "")).collect();
    if least == 0 {
        items.push((told[0].as_str(), LEVELS[0], ""));
    }
    let mut fields = Vec::new();
    for (at, one) in brokerage::packs::behaviours().iter().enumerate().take(LEVEL_FIELDS.len()) {
        fields.push(choice(form, errors, LEVEL_FIELDS[at], &one.name, &one.about, &items));
        fields.push(line(form, errors, EXAMPLE_FIELDS[at], "Where did it show?", ""));
    }
    fields
}

fn answers(form: &FormData) -> Vec<Said> {
    brokerage::packs::behaviours()
        .iter()
        .enumerate()
        .take(LEVEL_FIELDS.len())
        .map(|(at, one)| Said {
            behaviour: one.code.clone(),
            level: form.text(LEVEL_FIELDS[at]).parse().unwrap_or(-1),
            example: form.text(EXAMPLE_FIELDS[at]).to_owned(),
        })
        .collect()
}

fn ask_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("How you lead", sight.at("leading/new"), "/leading");
    page.caption = sight.title();
    page.problems = parts::problems(errors);
    page.lede = paragraphs(&format!(
        "Say first how you see it yourself. Then the head of {} is asked the same, without seeing what \
         you said. You alone read both.",
        sight.school(crate::agreements::Side::Supported)
    ));
    page.fields = fields(form, errors, Side::Own);
    page.button = "Keep it, and ask the partner".to_owned();
    let mut built = frame
        .page("How you lead")
        .crumb("How you lead", "/leading")
        .visible_to("you alone; that you ask, the head who is asked");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// A pack without behaviours has no such question.
fn must_be_in_the_pack() -> Result<(), PageError> {
    if brokerage::packs::behaviours().is_empty() { Err(PageError::NotFound) } else { Ok(()) }
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    must_be_in_the_pack()?;
    let sight = sight_of_form(&app, &visitor, &id, leading::must_lead).await?;
    ask_form(frame, &sight, &FormData::default(), &Errors::default())
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    must_be_in_the_pack()?;
    let (sight, permit) = sight_to_send(&app, &visitor, &id, leading::must_lead).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match leading::ask(&app, &permit, sight.agreement.id, &answers(&form)).await {
            Ok(id) => return Ok(redirect(&format!("/leading/{id}"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    ask_form(frame, &sight, &form, &errors)
}

async fn it(app: &App, id: &str) -> Result<Leading, PageError> {
    let id: LeadingId = id.parse().map_err(|_| PageError::NotFound)?;
    leading::get(&app.db, id).await?.ok_or(PageError::NotFound)
}

/// Both sides in the pack's order; what a side did not say is empty.
fn paired(own: &[Said], theirs: &[Said]) -> Vec<(String, Option<Said>, Option<Said>)> {
    let of = |said: &[Said], code: &str| said.iter().find(|one| one.behaviour == code).cloned();
    brokerage::packs::behaviours()
        .iter()
        .map(|one| (one.name.clone(), of(own, &one.code), of(theirs, &one.code)))
        .collect()
}

fn level_words(said: Option<&Said>) -> Cell {
    match said {
        Some(one) if one.level == 0 => Cell::Missing("Could not be seen".to_owned()),
        Some(one) => {
            let at = usize::try_from(one.level).unwrap_or_default();
            let words = LEVELS.get(at).copied().unwrap_or_default();
            Cell::text(match one.example.as_str() {
                "" => words.to_owned(),
                example => format!("{words}. {example}"),
            })
        }
        None => Cell::Missing("Not yet".to_owned()),
    }
}

fn reading(said: Option<&Said>) -> Option<Finite> {
    let level = said.filter(|one| one.level > 0)?.level;
    Finite::try_from(f64::from(i32::try_from(level).ok()?)).ok()
}

/// The two sides as a picture and as a table that says the same, with the examples.
fn beside_each_other(school: &str, own: &[Said], theirs: &[Said]) -> Html {
    let rows = paired(own, theirs);
    let bars = rows
        .iter()
        .map(|(name, own, theirs)| Bar {
            label: name.clone(),
            reading: reading(own.as_ref())
                .map_or_else(|| Reading::Missing("not said".to_owned()), Reading::bare),
            comparator: reading(theirs.as_ref()),
        })
        .collect();
    let picture = Bars {
        frame: ChartFrame::new(
            "leading",
            "How often: 1 seldom, 2 sometimes, 3 often, 4 nearly always",
        ),
        unit: Unit::plain(0),
        value: Side::Own.words().to_owned(),
        comparator: format!("As {school} sees it"),
        bars,
    };
    let table = Table {
        caption: "Side by side".to_owned(),
        columns: vec![
            "Behaviour".to_owned(),
            Side::Own.words().to_owned(),
            format!("As {school} sees it"),
        ],
        rows: rows
            .iter()
            .map(|(name, own, theirs)| {
                vec![
                    Cell::text(name.clone()),
                    level_words(own.as_ref()),
                    level_words(theirs.as_ref()),
                ]
            })
            .collect(),
        notes: vec![
            "There is no total: six different things are not one. Where you differ is worth a talk."
                .to_owned(),
        ],
    };
    Html::trusted(format!(
        "<figure class=\"as-chart\"><figcaption class=\"govuk-body-s\">1 seldom, 2 sometimes, 3 often, 4 \
         nearly always</figcaption>{}</figure>{}",
        picture.draw().svg,
        table.html()
    ))
}

async fn for_leader(app: &App, frame: Frame, it: &Leading) -> Result<Response, PageError> {
    let school = school(app, it).await?;
    let own = leading::said(&app.db, it.id, Side::Own).await?;
    let theirs = leading::said(&app.db, it.id, Side::Partner).await?;
    let mut sheet = Sheet::new(format!("How you lead in {school}"));
    sheet.tag = Html::of(&tag(it.state()));
    sheet.lede = paragraphs(&match (it.state(), it.answered()) {
        (State::Answered, Some(on)) => {
            format!("Asked on {}, answered on {}.", date_in_words(it.asked()), date_in_words(on))
        }
        (State::Declined, _) => format!(
            "Asked on {}. {school} would rather not answer. What you said stays with you.",
            date_in_words(it.asked())
        ),
        (State::Withdrawn, _) => {
            "You took the question back. What you said stays with you.".to_owned()
        }
        _ => format!("Asked on {}.", date_in_words(it.asked())),
    });
    let back = if may(it.state(), Act::Withdraw, &[leading::Who::Leader]) {
        act_button(&format!("/leading/{}?act=withdraw", it.id), "Take the question back", true)
    } else {
        Html::default()
    };
    let sheet = sheet.part("", beside_each_other(&school, &own, &theirs)).part("", back);
    frame
        .page("How you lead")
        .crumb("How you lead", "/leading")
        .visible_to("you alone")
        .wide()
        .show(&sheet)
}

/// The question as the partner meets it, or that it is answered.
async fn for_partner(
    app: &App,
    frame: Frame,
    it: &Leading,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let name = asker(app, it).await?;
    let title = format!("How {name} leads in your school");
    let visible = format!("{name} alone; you as long as you write it");
    if it.state() != State::Asked {
        let mut sheet = Sheet::new(title.clone());
        sheet.tag = Html::of(&tag(it.state()));
        sheet.lede = paragraphs(&match (it.state(), it.answered()) {
            (State::Answered, Some(on)) => format!(
                "Your school answered on {}. {name} alone reads what was said.",
                date_in_words(on)
            ),
            (State::Declined, Some(on)) => {
                format!("Your school said on {} that it would rather not.", date_in_words(on))
            }
            _ => format!("{name} took the question back."),
        });
        return frame
            .page(title)
            .crumb("How you lead", "/leading")
            .visible_to(visible)
            .show(&sheet);
    }
    let action = format!("/leading/{}", it.id);
    let mut page = FormPage::new(&title, action.clone(), "/leading");
    page.problems = parts::problems(errors);
    page.lede = paragraphs(&format!(
        "{name} has said how they see it, and asks you. You do not see what they said, and nobody but \
         {name} sees what you say. Say what you saw; where you saw nothing, say that."
    ));
    page.fields = fields(form, errors, Side::Partner);
    page.button = format!("Send it to {name}");
    page.after = act_button(&format!("{action}?act=decline"), "Rather not answer", true);
    let mut built = frame.page(title).crumb("How you lead", "/leading").visible_to(visible);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// The door for the school that is asked: whoever may read much of that school, but does not lead it,
/// learns of no question.
fn partner(app: &App, visitor: &Visitor, it: &Leading) -> Result<access::Permit, PageError> {
    let resource = it.put_to_partner();
    if !decide(visitor, Action::Sign, &resource).allowed {
        return Err(PageError::NotFound);
    }
    authorize(app, visitor, Action::Sign, &resource)
}

fn is_leader(visitor: &Visitor, it: &Leading) -> bool {
    visitor.account == Some(it.leader)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = it(&app, &id).await?;
    if is_leader(&visitor, &it) {
        authorize(&app, &visitor, Action::Read, &it.read_by_leader())?;
        return for_leader(&app, frame, &it).await;
    }
    partner(&app, &visitor, &it)?;
    for_partner(&app, frame, &it, &FormData::default(), &Errors::default()).await
}

/// Which button was pressed; the form with the answers has none.
#[derive(serde::Deserialize)]
pub(super) struct Pressed {
    act: Option<String>,
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    axum::extract::Query(pressed): axum::extract::Query<Pressed>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let it = it(&app, &id).await?;
    let own = is_leader(&visitor, &it);
    let permit = if own {
        authorize(&app, &visitor, Action::Update, &it.read_by_leader())?
    } else {
        partner(&app, &visitor, &it)?
    };
    let act = match (own, pressed.act.as_deref()) {
        (true, _) => Act::Withdraw,
        (false, Some("decline")) => Act::Decline,
        (false, _) => Act::Answer,
    };
    let mut errors = form.errors();
    if errors.is_empty() {
        match leading::take(&app, &permit, it.id, act, &answers(&form)).await {
            Ok(State::Withdrawn) => return Ok(redirect("/leading")),
            Ok(_) => return Ok(redirect(&format!("/leading/{id}"))),
            Err(refusal) if own || it.state() != State::Asked => return Err(refusal.into()),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    if own {
        return for_leader(&app, frame, &it).await;
    }
    for_partner(&app, frame, &it, &form, &errors).await
}
