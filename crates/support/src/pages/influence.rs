//! What a trust or an authority says to those who decide: the log, a matter with its evidence, and the
//! forms by which it goes on.

use access::{Action, Permit, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, DbError, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Format, Frame, redirect},
};
use govuk::{Checkboxes, Html, InsetText, SummaryList, Tag, TagColour, extra::Downloads};

use super::parts::{
    self, FormPage, Sheet, beside, bullets, choice, day, day_pairs, go, kept, line, lines, link,
    paragraphs, text,
};
use crate::{
    Refusal,
    agreements::store,
    board,
    influence::{self, Act, InfluenceId, Item, Shown, State, Way, Who, Words},
    machine::may,
};

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Spotted | State::Left => TagColour::Grey,
        State::Drafting => TagColour::Blue,
        State::Endorsed => TagColour::Yellow,
        State::Submitted | State::Answered => TagColour::Purple,
        State::Noted => TagColour::Green,
    };
    Tag::coloured(colour, state.words())
}

/// A body whose log the visitor may read, with its name.
async fn body(app: &App, visitor: &Visitor, org: &str) -> Result<(OrgRef, String), PageError> {
    let org: OrgRef = org.parse().map_err(|_| PageError::NotFound)?;
    if !matches!(org, OrgRef::Trust(_) | OrgRef::Authority(_)) {
        return Err(PageError::NotFound);
    }
    access::authorize(app, visitor, Action::Read, &board::resource(&app.db, org).await?)?;
    Ok((org, register::org_name(&app.db, org).await?))
}

async fn to_write(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Permit, PageError> {
    access::authorize(app, visitor, Action::Update, &board::resource(&app.db, org).await?)
}

fn visible(name: &str) -> String {
    format!("the leaders and the board of {name}")
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(org): Path<String>,
) -> Result<Response, PageError> {
    let (org, name) = body(&app, &visitor, &org).await?;
    let all = influence::of(&app.db, org).await?;
    let mut sheet = Sheet::new("What we say to those who decide");
    sheet.caption = name.clone();
    sheet.lede = paragraphs(
        "Consultations we answer, meetings, what we publish: with the records it rests on, and what \
         came of it.",
    );
    let at = format!("/influence/{org}");
    let mut parts = Vec::new();
    if all.is_empty() {
        parts.push(Html::of(&InsetText::new("Nothing has been written down yet.")));
    } else {
        parts.push(Html::trusted(influence::table(&all).html()));
        parts.push(Html::of(&Downloads::new(
            "this table",
            [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
                .map(|(words, ending)| (words, format!("{at}/log.{ending}"))),
        )));
    }
    if influence::standings(&app.db, &visitor, org).await?.contains(&Who::Leader) {
        parts.push(go(&format!("{at}/new"), "Write down a matter"));
    }
    frame
        .page("What we say to those who decide")
        .crumb("All our support", format!("/portfolio/{org}"))
        .visible_to(visible(&name))
        .wide()
        .show(&sheet.part("", Html::join(parts)))
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(org): Path<String>,
    format: Format,
) -> Result<Response, PageError> {
    let (org, _) = body(&app, &visitor, &org).await?;
    influence::table(&influence::of(&app.db, org).await?).download(format, "what-we-say")
}

fn first_fields(form: &FormData, errors: &Errors) -> Vec<Html> {
    let ways: Vec<(&str, &str, &str)> =
        Way::ALL.iter().map(|way| (way.key(), way.words(), "")).collect();
    vec![
        line(
            form,
            errors,
            "topic",
            "What is it about?",
            "For example: how long families wait for an assessment of needs",
        ),
        choice(form, errors, "way", "How will it be said?", "", &ways),
        line(
            form,
            errors,
            "audience",
            "Who decides about it?",
            "A ministry, an authority, a board",
        ),
        day(form, errors, "deadline", "By when? (optional)", ""),
    ]
}

fn read(form: &FormData, errors: &mut Errors) -> Words {
    let given = ["day", "month", "year"]
        .iter()
        .any(|part| !form.text(&format!("deadline-{part}")).is_empty());
    let deadline = given
        .then(|| form.date("deadline", errors, "Enter a date such as 14 2 2028, or leave it empty"))
        .flatten();
    Words {
        topic: form.text("topic").to_owned(),
        way: form.text("way").parse().ok(),
        audience: form.text("audience").to_owned(),
        deadline,
        position: form.text("position").to_owned(),
        evidence: form.all("evidence").filter_map(|one| one.parse().ok()).collect(),
    }
}

fn new_form(
    frame: Frame,
    (org, name): &(OrgRef, String),
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let at = format!("/influence/{org}");
    let mut page = FormPage::new("Write down a matter", format!("{at}/new"), at.clone());
    page.caption.clone_from(name);
    page.problems = parts::problems(errors);
    page.fields = first_fields(form, errors);
    frame
        .page("Write down a matter")
        .crumb("What we say to those who decide", at)
        .visible_to(visible(name))
        .checked(errors)
        .show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(org): Path<String>,
) -> Result<Response, PageError> {
    let of = body(&app, &visitor, &org).await?;
    to_write(&app, &visitor, of.0).await?;
    new_form(frame, &of, &FormData::default(), &Errors::default())
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(org): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let of = body(&app, &visitor, &org).await?;
    let permit = to_write(&app, &visitor, of.0).await?;
    let mut errors = form.errors();
    let new = read(&form, &mut errors);
    if errors.is_empty() {
        match influence::begin(&app, &permit, of.0, &new).await {
            Ok(id) => return Ok(redirect(&format!("/influence/{}/{id}", of.0))),
            Err(refusal) => beside(&mut errors, refusal)?,
        }
    }
    new_form(frame, &of, &form, &errors)
}

/// A matter of a body whose log the visitor may read.
struct Open {
    it: Item,
    name: String,
    who: Vec<Who>,
}

async fn open(
    app: &App,
    visitor: &Visitor,
    (org, id): &(String, String),
) -> Result<Open, PageError> {
    let (org, name) = body(app, visitor, org).await?;
    let id: InfluenceId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = influence::find(&app.db, id).await?.filter(|it| it.org == org);
    let it = it.ok_or(PageError::NotFound)?;
    let who = influence::standings(&app.db, visitor, org).await?;
    Ok(Open { it, name, who })
}

fn record(shown: &Shown) -> Html {
    let title = match &shown.href {
        Some(href) => link(href, &shown.title),
        None => paragraphs(&shown.title),
    };
    let Some(told) = &shown.told else { return title };
    Html::join([
        title,
        Html::of(&InsetText::new(told.headline.clone())),
        paragraphs("What must be said with it:"),
        bullets(told.caveats.clone()),
    ])
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(path): Path<(String, String)>,
) -> Result<Response, PageError> {
    let Open { it, name, who } = open(&app, &visitor, &path).await?;
    let mut sheet = Sheet::new(it.topic.clone());
    sheet.caption = name.clone();
    sheet.tag = Html::of(&tag(it.state()));
    let mut facts = SummaryList::new().row("How", it.way().words()).row("To", it.audience.as_str());
    if let Some(on) = it.deadline() {
        facts = facts.row("By when", date_in_words(on));
    }
    if !it.endorsed.is_empty() {
        facts = facts.row("Who stands behind it", it.endorsed.as_str());
    }
    if let Some(on) = it.submitted_on() {
        let how = if it.sent.is_empty() { String::new() } else { format!(". {}", it.sent) };
        facts = facts.row("Sent on", format!("{}{how}", date_in_words(on)));
    }
    let readable = store::readable(&app.db, &visitor).await?;
    let mut records = Vec::new();
    for one in influence::evidence(&app.db, it.id).await? {
        records.push(record(&influence::shown(&app.db, &readable, it.org, one).await?));
    }
    let outcome = if it.state() == State::Left { "Why it was left" } else { "What came of it" };
    let sheet = sheet
        .part("", Html::of(&facts))
        .part("What we say", paragraphs(&it.position))
        .part("What it rests on", Html::join(records))
        .part("What was answered", paragraphs(&it.response))
        .part(outcome, paragraphs(&it.outcome))
        .part("", next(&it, &who));
    frame
        .page(it.topic.clone())
        .crumb("What we say to those who decide", format!("/influence/{}", it.org))
        .visible_to(format!("{}; each record by its own label", visible(&name)))
        .show(&sheet)
}

/// What may be done next: the one step that leads on as a button, the others as links.
fn next(it: &Item, who: &[Who]) -> Html {
    let at = it.address();
    let can = |act| may(it.state(), act, who);
    let mut parts = Vec::new();
    let on = match it.state() {
        State::Drafting if !it.position.is_empty() => Act::Endorse,
        State::Endorsed => Act::Submit,
        State::Submitted => Act::Answer,
        State::Answered => Act::Note,
        _ => Act::Write,
    };
    for act in [on].into_iter().chain(Act::ALL.iter().copied().filter(|act| *act != on)) {
        if !can(act) {
            continue;
        }
        let href = match act {
            Act::Write => format!("{at}/edit"),
            act => format!("{at}/do/{act}"),
        };
        parts.push(if act == on { go(&href, act.words()) } else { link(&href, act.words()) });
    }
    Html::join(parts)
}

/// Opens a form about a matter for those who keep it.
async fn open_to_act(
    app: &App,
    visitor: &Visitor,
    path: &(String, String),
) -> Result<(Open, Permit), PageError> {
    let open = open(app, visitor, path).await?;
    let permit = to_write(app, visitor, open.it.org).await?;
    Ok((open, permit))
}

fn hidden(version: i64) -> Html {
    Html::trusted(format!("<input type=\"hidden\" name=\"seen\" value=\"{version}\">"))
}

async fn edit_form(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    open: &Open,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let it = &open.it;
    let mut page = FormPage::new("Write it", format!("{}/edit", it.address()), it.address());
    page.caption.clone_from(&it.topic);
    page.problems = parts::problems(errors);
    if it.state() == State::Endorsed {
        page.lede = paragraphs("It was endorsed as it stands: what you change is endorsed anew.");
    }
    page.fields = first_fields(form, errors);
    page.fields.push(lines(
        form,
        errors,
        "position",
        "What do you want to say?",
        "Nothing that names a child or a family.",
        8,
    ));
    let chosen = form.all("evidence").map(str::to_owned).collect::<Vec<_>>();
    let known = influence::candidates(&app.db, visitor, it.org).await?;
    let boxes = Checkboxes::new("evidence", "What does it rest on?")
        .small()
        .values(chosen)
        .error_if(errors.get("evidence"));
    let boxes = known
        .iter()
        .fold(boxes, |boxes, one| boxes.item(one.record.to_string(), one.title.as_str()));
    page.fields.push(Html::of(&boxes));
    page.fields.push(hidden(it.version));
    frame
        .page("Write it")
        .crumb("What we say to those who decide", format!("/influence/{}", it.org))
        .crumb(&it.topic, it.address())
        .visible_to(visible(&open.name))
        .checked(errors)
        .show(&page)
}

pub(super) async fn ask_edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(path): Path<(String, String)>,
) -> Result<Response, PageError> {
    let (open, _) = open_to_act(&app, &visitor, &path).await?;
    let it = &open.it;
    let mut pairs = vec![
        ("topic".to_owned(), it.topic.clone()),
        ("way".to_owned(), it.way().key().to_owned()),
        ("audience".to_owned(), it.audience.clone()),
        ("position".to_owned(), it.position.clone()),
    ];
    pairs.extend(day_pairs("deadline", it.deadline()));
    for one in influence::evidence(&app.db, it.id).await? {
        pairs.push(("evidence".to_owned(), one.to_string()));
    }
    edit_form(&app, &visitor, frame, &open, &FormData::from_pairs(pairs), &Errors::default()).await
}

/// What somebody else made of it meanwhile stands above the form; what was typed stays in it.
fn kept_or_met(errors: &mut Errors, refusal: Refusal) -> Result<(), PageError> {
    match refusal {
        Refusal::Db(DbError::Conflict(_)) => {
            errors.add(
                "refused",
                "Somebody else wrote in the meantime. What you typed is still here: press again to \
                 keep yours",
            );
            Ok(())
        }
        other => kept(errors, other),
    }
}

pub(super) async fn edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(path): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (open, permit) = open_to_act(&app, &visitor, &path).await?;
    let mut errors = form.errors();
    let new = read(&form, &mut errors);
    if errors.is_empty() {
        let seen = form.text("seen").parse().unwrap_or(0);
        match influence::write(&app, &permit, &visitor, open.it.id, seen, &new).await {
            Ok(()) => return Ok(redirect(&open.it.address())),
            Err(refusal) => kept_or_met(&mut errors, refusal)?,
        }
    }
    edit_form(&app, &visitor, frame, &open, &form, &errors).await
}

/// The label and the hint of the words an act asks for.
const fn words_of(act: Act) -> (&'static str, &'static str) {
    match act {
        Act::Endorse => (
            "Who stands behind it, and since when?",
            "For example: the trust board, 12 March, minute 7",
        ),
        Act::Submit | Act::Write => ("How was it sent? (optional)", "For example: the online form"),
        Act::Answer => ("What was answered?", ""),
        Act::Note => ("What came of it?", "Also where nothing did"),
        Act::Leave => ("Why is it left?", ""),
    }
}

fn act_form(
    frame: Frame,
    open: &Open,
    act: Act,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let it = &open.it;
    let (label, hint) = words_of(act);
    let mut page = FormPage::new(act.words(), format!("{}/do/{act}", it.address()), it.address());
    page.caption.clone_from(&it.topic);
    page.problems = parts::problems(errors);
    if act == Act::Submit {
        page.fields.push(day(form, errors, "on", "When was it sent?", ""));
    }
    page.fields.push(lines(form, errors, "words", label, hint, 3));
    page.fields.push(hidden(it.version));
    page.warn = act == Act::Leave;
    frame
        .page(act.words())
        .crumb("What we say to those who decide", format!("/influence/{}", it.org))
        .crumb(&it.topic, it.address())
        .visible_to(visible(&open.name))
        .checked(errors)
        .show(&page)
}

fn named(act: &str) -> Result<Act, PageError> {
    let act: Act = act.parse().map_err(|_| PageError::NotFound)?;
    if act == Act::Write { Err(PageError::NotFound) } else { Ok(act) }
}

pub(super) async fn ask_act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((org, id, act)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let (open, _) = open_to_act(&app, &visitor, &(org, id)).await?;
    let act = named(&act)?;
    if !may(open.it.state(), act, &open.who) {
        return Ok(redirect(&open.it.address()));
    }
    let today = FormData::from_pairs(day_pairs("on", Some(app.clock.today())));
    act_form(frame, &open, act, &today, &Errors::default())
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((org, id, act)): Path<(String, String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (open, permit) = open_to_act(&app, &visitor, &(org, id)).await?;
    let act = named(&act)?;
    let mut errors = form.errors();
    let on = match act {
        Act::Submit => form.date("on", &mut errors, "Enter the day it was sent"),
        _ => None,
    };
    if errors.is_empty() {
        let seen = form.text("seen").parse().unwrap_or(0);
        let said = (form.text("words"), on);
        match influence::take(&app, &permit, &visitor, open.it.id, seen, act, said).await {
            Ok(_) => return Ok(redirect(&open.it.address())),
            Err(refusal) => kept_or_met(&mut errors, refusal)?,
        }
    }
    act_form(frame, &open, act, &form, &errors)
}

/// What has still to be sent, or waits for an answer, as other pages of the body show it.
pub(super) async fn open_matters(app: &App, org: OrgRef) -> Result<Html, PageError> {
    let mut all = influence::of(&app.db, org).await?;
    all.retain(|it| !matches!(it.state(), State::Noted | State::Left));
    let items: String = all
        .iter()
        .map(|it| {
            format!(
                "<li><a class=\"govuk-link\" href=\"{}\">{}</a>: {}</li>",
                it.address(),
                text(&it.topic).as_str(),
                text(it.in_words()).as_str()
            )
        })
        .collect();
    Ok(match items.is_empty() {
        true => paragraphs("Nothing is on its way to those who decide."),
        false => Html::trusted(format!("<ul class=\"govuk-list govuk-list--bullet\">{items}</ul>")),
    })
}
