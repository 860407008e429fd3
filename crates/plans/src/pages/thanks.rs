//! Thanks among the members of a partnership: a page of them, the latest first.

use access::{
    Action as Deed, Permit, SignedIn, Visitor, Zone, authorize, partnerships, policy::own,
};
use axum::{
    extract::{Path, Query, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{in_words, london},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Details, Html, InsetText,
    extra::{Timeline, TimelineEvent},
};

use super::{
    charter::partnership,
    parts::{Sheet, Typed, link, paragraphs, problems, text},
};
use crate::shared::{
    charter::answer_of,
    pulse,
    thanks::{self, Act, Thanks, ThanksId, Who},
};

/// How many stand on a page.
const ON_A_PAGE: i64 = 30;

/// From where on the page is read.
#[derive(Default, serde::Deserialize)]
pub(super) struct Start {
    #[serde(default)]
    from: u32,
}

/// The members a visitor may thank: every one but their own.
async fn others(
    app: &App,
    visitor: &Visitor,
    org: OrgRef,
) -> Result<Vec<(String, String)>, PageError> {
    let mut named = vec![(String::new(), "Choose a member".to_owned())];
    let mut found = Vec::new();
    for member in partnerships::members(&app.db, org, app.clock.today()).await? {
        if !visitor.belongs_to(member) {
            found.push((member.to_string(), register::org_name(&app.db, member).await?));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    named.extend(found);
    Ok(named)
}

async fn entry(app: &App, visitor: &Visitor, it: &Thanks) -> Result<TimelineEvent, PageError> {
    let author = access::accounts::get(&app.db, it.author).await?;
    let by = format!(
        "{}, {}",
        author.map_or_else(|| "A colleague".to_owned(), |one| one.name),
        register::org_name(&app.db, it.from_org).await?
    );
    let who = it.standings(visitor);
    let mut content = paragraphs(&it.words).as_str().to_owned();
    for act in Act::ALL {
        if thanks::step(it.state(), *act, &who).is_ok() {
            content += &format!(
                "<form method=\"post\" action=\"/thanks/{}/{}\" class=\"as-noprint\"><button \
                 type=\"submit\" class=\"govuk-button govuk-button--secondary\" \
                 data-module=\"govuk-button\">{}<span class=\"govuk-visually-hidden\">: {}</span>\
                 </button></form>",
                it.id,
                act.key(),
                act.words(),
                text(&it.words).as_str()
            );
            break;
        }
    }
    let title = format!("To {}", register::org_name(&app.db, it.to_org).await?);
    Ok(TimelineEvent::new(title, in_words(it.at()), london(it.at()).to_string())
        .by(by)
        .content(Html::trusted(content)))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    (id, from): (&str, u32),
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let (org, name) = partnership(app, visitor, id).await?;
    let from = i64::from(from);
    let mut all = thanks::shown(&app.db, org, (from, ON_A_PAGE + 1)).await?;
    let more = i64::try_from(all.len()).is_ok_and(|n| n > ON_A_PAGE);
    all.truncate(usize::try_from(ON_A_PAGE).unwrap_or_default());
    let mut sheet = Sheet::new("Thanks");
    sheet.caption.clone_from(&name);
    sheet.lede = Html::join([
        problems(errors),
        paragraphs("What members are grateful for to each other. Nobody counts it."),
    ]);
    if pulse::standings(visitor, org).contains(&pulse::Who::Member) {
        let typed = Typed { form, errors };
        let html = Html::join([
            Html::trusted(format!(
                "<form method=\"post\" action=\"/partnerships/{id}/thanks\" novalidate>"
            )),
            typed.select("to", "Whom do you thank?", "", &others(app, visitor, org).await?),
            typed.lines(
                "words",
                "What are you grateful for?",
                "In a sentence or two. All members read it, with your name; no names of pupils.",
                3,
            ),
            Html::of(&govuk::Button::new("Say thank you").prevent_double_click(true)),
            Html::trusted("</form>".to_owned()),
        ]);
        let details = Details::new("Say thank you", html);
        let open = !errors.is_empty() || (all.is_empty() && from == 0);
        sheet = sheet.part("", Html::of(&if open { details.open(true) } else { details }));
    }
    let mut entries = Vec::new();
    for it in &all {
        entries.push(entry(app, visitor, it).await?);
    }
    sheet = match entries.is_empty() {
        true => sheet.part("", Html::of(&InsetText::new("Nobody has said thank you here yet."))),
        false => sheet.part("What was said", Html::of(&Timeline::new(entries))),
    };
    if more {
        let next = format!("/partnerships/{id}/thanks?from={}", from + ON_A_PAGE);
        sheet = sheet.part("", link(&next, "Earlier ones"));
    }
    frame
        .page(format!("Thanks in {name}"))
        .crumb("Partnerships", "/partnerships")
        .crumb(&name, format!("/partnerships/{id}"))
        .visible_to(Zone::Network.in_words())
        .checked(errors)
        .show(&sheet)
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Query(start): Query<Start>,
) -> Result<Response, PageError> {
    let nothing = (&FormData::default(), &Errors::default());
    page(&app, &visitor, frame, (&id, start.from), nothing).await
}

pub(super) async fn say(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (org, _) = partnership(&app, &visitor, &id).await?;
    let permit = of_a_member(&app, &visitor, org)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let to = form.text("to").parse().ok();
        match thanks::say(&app, &permit, &visitor, org, to, form.text("words")).await {
            Ok(_) => return Ok(redirect(&format!("/partnerships/{id}/thanks"))),
            Err(refusal) => refusal.beside(&mut errors)?,
        }
    }
    page(&app, &visitor, frame, (&id, 0), (&form, &errors)).await
}

/// Whoever is of a member thanks for themselves.
fn of_a_member(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Permit, PageError> {
    let member = pulse::standings(visitor, org).contains(&pulse::Who::Member);
    match visitor.account {
        Some(account) if member => authorize(app, visitor, Deed::Update, &own(account)),
        _ => Err(PageError::Forbidden("Whoever is of a member thanks another.".to_owned())),
    }
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let id: ThanksId = id.parse().map_err(|_| PageError::NotFound)?;
    let it = thanks::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let whole = partnerships::resource(it.partnership);
    authorize(&app, &visitor, Deed::Read, &whole)?;
    let act: Act = act.parse().map_err(|_| PageError::NotFound)?;
    let who = it.standings(&visitor);
    let permit = match act {
        Act::TakeBack if who.contains(&Who::Author) => {
            authorize(&app, &visitor, Deed::Update, &own(it.author))
        }
        Act::Hide if who.contains(&Who::Thanked) => {
            authorize(&app, &visitor, Deed::Sign, &answer_of(it.to_org))
        }
        _ => authorize(&app, &visitor, Deed::Update, &whole),
    }?;
    thanks::take(&app, &permit, it.id, act, &who).await?;
    Ok(redirect(&format!("{}/thanks", partnerships::address(it.partnership))))
}
