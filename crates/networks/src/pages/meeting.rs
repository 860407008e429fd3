//! A meeting: its day, its agenda, who comes, and what was said.

use access::{SignedIn, Visitor, Zone};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, Page, redirect},
};
use govuk::{Html, Select, SummaryList};
use jiff::civil::Date;
use support::{
    machine::may,
    pages::parts::{
        self, FormPage, Sheet, act_button, bullets, day, day_pairs, go, hidden, line, link,
        paragraphs, text,
    },
};

use super::{
    Open, as_convenor, for_oneself, open, readable, schools,
    show::{came_from, tag},
};
use crate::{
    meet::{self, Plan},
    meetings::{self, Act, Answer, ItemKind, Presence, State},
    network::Network,
};

/// The way to a meeting.
pub(super) fn way(page: Page, all: &Open) -> Page {
    page.crumb("Networks", "/networks").crumb(&all.of.name, all.of.address())
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    let it = &all.it;
    let mut sheet = Sheet::new(it.title.clone());
    sheet.caption.clone_from(&all.of.name);
    sheet.tag = Html::of(&tag(it.state()));
    let mut facts = SummaryList::new().row("Day", date_in_words(it.on()));
    for (what, words) in
        [("Time", &it.at_time), ("Place", &it.place), ("Why it is cancelled", &it.reason)]
    {
        if !words.is_empty() {
            facts = facts.row(what, words.as_str());
        }
    }
    let presence = meetings::presence(&app.db, it.id).await?;
    if let (Some(places), State::Planned) = (it.places, it.state()) {
        let taken = presence.iter().filter(|one| one.answer() == Answer::Coming).count();
        let full = if it.is_full(&presence) { ": full" } else { "" };
        facts = facts.row("Places", format!("{taken} of {places} taken{full}"));
    }
    let mut head = vec![Html::of(&facts)];
    if !it.link.is_empty() && it.state() == State::Planned {
        head.push(link(&it.link, "Join from afar"));
    }
    let sheet = sheet
        .part("", Html::join(head))
        .part("What was said", paragraphs(&it.notes))
        .part("What was agreed", bullets(it.actions.lines().map(str::to_owned)))
        .part("What came of it", paragraphs(&it.outcome))
        .part("Agenda", agenda(&app, &all).await?)
        .part("Who comes", coming(&visitor, &all, &presence))
        .part("Who came", came(&app, &all, &presence).await?)
        .part("", to_do(&app, &all));
    way(frame.page(it.title.clone()), &all).visible_to(Zone::Network.in_words()).show(&sheet)
}

async fn agenda(app: &App, all: &Open) -> Result<Html, PageError> {
    let items = meetings::agenda(&app.db, all.it.id).await?;
    let list: String = items
        .iter()
        .map(|one| {
            let paper = match one.link.is_empty() {
                true => String::new(),
                false => format!(
                    " <a class=\"govuk-link\" href=\"{0}\" rel=\"noreferrer\">{0}</a>",
                    text(&one.link).as_str()
                ),
            };
            format!(
                "<li><strong>{}:</strong> {}, {}{paper}</li>",
                one.kind().words(),
                text(&one.words).as_str(),
                text(&one.name).as_str()
            )
        })
        .collect();
    let list = match (list.is_empty(), all.it.state()) {
        (true, State::Planned) => {
            paragraphs("Nothing is on it yet. Every member puts something on it.")
        }
        (true, _) => Html::default(),
        (false, _) => {
            Html::trusted(format!("<ol class=\"govuk-list govuk-list--number\">{list}</ol>"))
        }
    };
    let share = match may(all.it.state(), Act::Share, &all.who) {
        true => go(&format!("{}/agenda", all.it.address()), "Put something on the agenda"),
        false => Html::default(),
    };
    Ok(Html::join([list, share]))
}

/// Before a meeting: a count for everybody, names and reasons for the convenor, one's own answer.
fn coming(visitor: &Visitor, all: &Open, presence: &[Presence]) -> Html {
    if all.it.state() != State::Planned {
        return Html::default();
    }
    let said = |answer| presence.iter().filter(move |one| one.answer() == answer);
    let (yes, no) = (said(Answer::Coming).count(), said(Answer::Sorry).count());
    let silent = all.members.len().saturating_sub(yes + no);
    let mut parts =
        vec![paragraphs(&format!("Coming: {yes}. Cannot come: {no}. Not answered yet: {silent}."))];
    if all.convenes() {
        parts.push(bullets(presence.iter().map(|one| {
            let reason =
                if one.reason.is_empty() { String::new() } else { format!(", {}", one.reason) };
            format!("{}: {}{reason}", one.name, one.answer().in_the_third())
        })));
    }
    if all.belongs() {
        let mine =
            presence.iter().find(|one| one.account.is_some() && one.account == visitor.account);
        if let Some(mine) = mine {
            parts.push(paragraphs(&format!("Your answer: {}.", mine.answer().words())));
        }
        let action = format!("{}/answer", all.it.address());
        for answer in [Answer::Coming, Answer::Sorry] {
            let said = mine.is_some_and(|mine| mine.answer() == answer);
            if said || (answer == Answer::Coming && all.it.is_full(presence)) {
                continue;
            }
            parts.push(Html::trusted(format!(
                "<form method=\"post\" action=\"{action}\" class=\"as-noprint\">{}<button \
                 type=\"submit\" class=\"govuk-button govuk-button--secondary\" \
                 data-module=\"govuk-button\" data-prevent-double-click=\"true\">{}</button></form>",
                hidden("answer", answer.key()).as_str(),
                answer.words()
            )));
        }
    }
    Html::join(parts)
}

/// After a meeting: the schools that came, and their people where they belong to the network.
async fn came(app: &App, all: &Open, presence: &[Presence]) -> Result<Html, PageError> {
    if !all.it.was_held() {
        return Ok(Html::default());
    }
    let there: Vec<&Presence> = presence.iter().filter(|one| one.came == Some(true)).collect();
    let names = support::names(&app.db, there.iter().map(|one| one.org)).await?;
    let count = format!(
        "Somebody came from {} of {} schools. Members who could not come were sent what was said.",
        came_from(app, &all.it).await?,
        schools(app, &app.db, &all.of).await?
    );
    let mut lines: Vec<String> = there
        .iter()
        .map(|one| {
            let school = names.get(&one.org).cloned().unwrap_or_default();
            if one.name.is_empty() { school } else { format!("{school}: {}", one.name) }
        })
        .collect();
    lines.sort_by_cached_key(|line| line.to_lowercase());
    Ok(Html::join([paragraphs(&count), bullets(lines)]))
}

/// What the convenor does next.
fn to_do(app: &App, all: &Open) -> Html {
    let here = all.it.address();
    let state = all.it.state();
    let mut parts = Vec::new();
    if may(state, Act::Hold, &all.who) && all.it.on() <= app.clock.today() {
        parts.push(go(&format!("{here}/hold"), Act::Hold.words()));
    }
    if may(state, Act::Correct, &all.who) {
        parts.push(link(&format!("{here}/hold"), "Correct the notes, or who came"));
    }
    if may(state, Act::Settle, &all.who) && !all.it.actions.trim().is_empty() {
        parts.push(go(&format!("{here}/settle"), Act::Settle.words()));
    }
    if may(state, Act::Reopen, &all.who) {
        parts.push(act_button(&format!("{here}/reopen"), Act::Reopen.words(), false));
    }
    if may(state, Act::Change, &all.who) {
        parts.push(link(&format!("{here}/change"), Act::Change.words()));
    }
    if may(state, Act::Cancel, &all.who) {
        parts.push(link(&format!("{here}/cancel"), "Cancel this meeting"));
    }
    Html::join(parts)
}

fn plan_fields(form: &FormData, errors: &Errors) -> Vec<Html> {
    vec![
        line(form, errors, "title", "What is it about?", "For example: Reading in Year 7"),
        day(form, errors, "on", "Which day?", ""),
        line(
            form,
            errors,
            "at_time",
            "From when to when? (optional)",
            "For example: 15:45 to 17:00",
        ),
        line(form, errors, "place", "Where? (optional)", "A school, a room"),
        line(
            form,
            errors,
            "link",
            "Address to join from afar (optional)",
            "It begins with https://",
        ),
        line(
            form,
            errors,
            "places",
            "For how many people is there room? (optional)",
            "Leave it empty where everybody has a place",
        ),
    ]
}

fn read(form: &FormData, errors: &mut Errors) -> Option<Plan> {
    form.required("title", errors, "Say what it is about");
    let on: Option<Date> = form.date("on", errors, "Enter the day as day, month and year");
    let places = match form.text("places") {
        "" => None,
        _ => form.parsed::<u32>("places", errors, "Enter a number of people, or leave it empty"),
    };
    let text = |name: &str| form.text(name).to_owned();
    errors.is_empty().then_some(on).flatten().map(|on| Plan {
        title: text("title"),
        on,
        at_time: text("at_time"),
        place: text("place"),
        link: text("link"),
        places,
    })
}

fn new_form(
    frame: Frame,
    of: &Network,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = of.address();
    let mut page = FormPage::new("Plan a meeting", format!("{here}/meetings/new"), here.clone());
    page.caption.clone_from(&of.name);
    page.problems = parts::problems(errors);
    page.fields = plan_fields(form, errors);
    page.button = "Plan it".to_owned();
    let built = frame
        .page("Plan a meeting")
        .visible_to(Zone::Network.in_words())
        .crumb("Networks", "/networks")
        .crumb(&of.name, here);
    built.checked(errors).show(&page)
}

pub(super) async fn ask_new(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    as_convenor(&app, &visitor, &of)?;
    new_form(frame, &of, &FormData::default(), &Errors::default())
}

pub(super) async fn plan(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let of = readable(&app, &visitor, &id).await?;
    let permit = as_convenor(&app, &visitor, &of)?;
    let mut errors = form.errors();
    if let Some(plan) = read(&form, &mut errors) {
        match meet::plan(&app, &permit, &of, &plan).await {
            Ok(id) => return Ok(redirect(&format!("/network-meetings/{id}"))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    new_form(frame, &of, &form, &errors)
}

fn change_form(
    frame: Frame,
    all: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = all.it.address();
    let mut page = FormPage::new(Act::Change.words(), format!("{here}/change"), here.clone());
    page.caption.clone_from(&all.it.title);
    page.lede = paragraphs("Members are told when the day moves.");
    page.problems = parts::problems(errors);
    page.fields = plan_fields(form, errors);
    page.fields.push(hidden("seen", form.text("seen")));
    let built = way(frame.page(Act::Change.words()), all).crumb(&all.it.title, here);
    built.checked(errors).show(&page)
}

pub(super) async fn ask_change(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    as_convenor(&app, &visitor, &all.of)?;
    support::machine::step(all.it.state(), Act::Change, &all.who)?;
    let it = &all.it;
    let mut filled = day_pairs("on", Some(it.on()));
    for (name, value) in [
        ("title", it.title.clone()),
        ("at_time", it.at_time.clone()),
        ("place", it.place.clone()),
        ("link", it.link.clone()),
        ("places", it.places.map_or_else(String::new, |places| places.to_string())),
        ("seen", it.version.to_string()),
    ] {
        filled.push((name.to_owned(), value));
    }
    change_form(frame, &all, &FormData::from_pairs(filled), &Errors::default())
}

pub(super) async fn change(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    let permit = as_convenor(&app, &visitor, &all.of)?;
    let mut errors = form.errors();
    if let Some(plan) = read(&form, &mut errors) {
        let seen = form.text("seen").parse().unwrap_or(0);
        match meet::move_to(&app, &permit, all.it.id, &plan, seen).await {
            Ok(()) => return Ok(redirect(&all.it.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    change_form(frame, &all, &form, &errors)
}

fn item_form(
    frame: Frame,
    all: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = all.it.address();
    let title = "Put something on the agenda";
    let mut page = FormPage::new(title, format!("{here}/agenda"), here.clone());
    page.caption.clone_from(&all.it.title);
    page.problems = parts::problems(errors);
    let kinds = ItemKind::ALL.iter().fold(
        Select::new("kind", "What is it?").value(form.text("kind")).error_if(errors.get("kind")),
        |select, kind| select.item(kind.key(), kind.words()),
    );
    page.fields = vec![
        Html::of(&kinds),
        line(form, errors, "words", "In a sentence", "For example: our five-day newcomer check"),
        line(
            form,
            errors,
            "link",
            "Where can it be read? (for a paper)",
            "It begins with https://",
        ),
    ];
    page.button = "Put it there".to_owned();
    let built = way(frame.page(title), all).crumb(&all.it.title, here);
    built.checked(errors).show(&page)
}

/// Members and the convenor put something on the agenda; everybody else is told how to.
fn shares(all: &Open) -> Result<(), PageError> {
    match all.convenes() || all.belongs() {
        true => Ok(()),
        false => Err(PageError::Forbidden("Join the network first, on its page.".to_owned())),
    }
}

pub(super) async fn ask_item(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    shares(&all)?;
    support::machine::step(all.it.state(), Act::Share, &all.who)?;
    item_form(frame, &all, &FormData::default(), &Errors::default())
}

pub(super) async fn put(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    shares(&all)?;
    let permit = for_oneself(&app, &visitor)?;
    let mut errors = form.errors();
    let kind = form.parsed::<ItemKind>("kind", &mut errors, "Say what it is");
    form.required("words", &mut errors, "Say what it is, in a sentence");
    if let (true, Some(kind)) = (errors.is_empty(), kind) {
        let said = (form.text("words"), form.text("link"));
        match meet::share(&app, &permit, all.it.id, kind, said).await {
            Ok(()) => return Ok(redirect(&all.it.address())),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    item_form(frame, &all, &form, &errors)
}

pub(super) async fn answer(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let all = open(&app, &visitor, &id).await?;
    if !all.belongs() {
        return Err(PageError::Forbidden(
            "Members say whether they come: join the network first, on its page.".to_owned(),
        ));
    }
    let permit = for_oneself(&app, &visitor)?;
    let Ok(answer @ (Answer::Coming | Answer::Sorry)) = form.text("answer").parse() else {
        return Err(PageError::Bad("Press one of the buttons.".to_owned()));
    };
    meet::answer(&app, &permit, all.it.id, answer, form.text("reason")).await?;
    Ok(redirect(&all.it.address()))
}
