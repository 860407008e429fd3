//! The goals that the members of a partnership share: a list, and a page for each.

use access::{Action as Deed, Permit, SignedIn, Visitor, Zone, authorize, decide, partnerships};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, in_words, london},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Details, Html, InsetText, SummaryList, Tag, TagColour,
    extra::{Timeline, TimelineEvent},
};
use jiff::civil::Date;

use super::{
    MEANWHILE, Sent,
    charter::partnership,
    parts::{Sheet, Typed, anchor, problems, text},
    sent,
};
use crate::shared::{
    GoalAct, GoalState,
    goals::{self, Goal, GoalId, NewGoal},
};

/// How a goal stands, as a tag.
fn tag(goal: &Goal, today: Date) -> Tag {
    match goal.state() {
        GoalState::Open if goal.stands_still(today) => {
            Tag::coloured(TagColour::Orange, "Stands still")
        }
        GoalState::Open => Tag::coloured(TagColour::Blue, goal.state().words()),
        GoalState::Reached => Tag::coloured(TagColour::Green, goal.state().words()),
        GoalState::Dropped => Tag::coloured(TagColour::Grey, goal.state().words()),
    }
}

fn form_of(base: &str, typed: Typed<'_>, members: &[(String, String)]) -> Html {
    let mut choices = vec![(String::new(), "Choose a member".to_owned())];
    choices.extend(members.iter().cloned());
    Html::join([
        Html::trusted(format!("<form method=\"post\" action=\"{base}\" novalidate>")),
        typed.line("title", "What do you want to reach together?", ""),
        typed.lines("seen_by", "How will you see that it is reached?", "", 2),
        typed.select("lead", "Who looks after it?", "", &choices),
        typed.day("due", "By when?", ""),
        Html::of(&govuk::Button::new("Write it down").prevent_double_click(true)),
        Html::trusted("</form>".to_owned()),
    ])
}

async fn members(app: &App, org: OrgRef) -> Result<Vec<(String, String)>, PageError> {
    let mut named = Vec::new();
    for member in partnerships::members(&app.db, org, app.clock.today()).await? {
        named.push((member.to_string(), register::org_name(&app.db, member).await?));
    }
    named.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(named)
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    id: &str,
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let (org, name) = partnership(app, visitor, id).await?;
    let today = app.clock.today();
    let all = goals::of(&app.db, org).await?;
    let mut sheet = Sheet::new("Shared goals");
    sheet.caption.clone_from(&name);
    sheet.lede = problems(errors);
    let mut lines = String::new();
    for goal in &all {
        let lead = register::org_name(&app.db, goal.lead).await?;
        lines += &format!(
            "<li>{} {}<br><span class=\"as-quiet\">{}</span></li>",
            anchor(&format!("/goals/{}", goal.id), &goal.title),
            Html::of(&tag(goal, today)).as_str(),
            text(format!(
                "Looked after by {lead}, by {}. Last heard of on {}",
                date_in_words(goal.due()),
                date_in_words(goal.moved_on())
            ))
            .as_str()
        );
    }
    sheet = sheet.part(
        "",
        match all.is_empty() {
            true => Html::of(&InsetText::new("No goal has been written down yet.")),
            false => {
                Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{lines}</ul>"))
            }
        },
    );
    if decide(visitor, Deed::Update, &partnerships::resource(org)).allowed {
        let form_html = form_of(
            &format!("/partnerships/{id}/goals"),
            Typed { form, errors },
            &members(app, org).await?,
        );
        let details = Details::new("Write down a goal", form_html);
        let open = !form.pairs().is_empty() || all.is_empty();
        sheet = sheet.part("", Html::of(&if open { details.open(true) } else { details }));
    }
    frame
        .page(format!("Shared goals of {name}"))
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
) -> Result<Response, PageError> {
    page(&app, &visitor, frame, &id, (&FormData::default(), &Errors::default())).await
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (org, _) = partnership(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Deed::Update, &partnerships::resource(org))?;
    let mut errors = form.errors();
    let due = form.date("due", &mut errors, "Enter a date such as 16 7 2027");
    if errors.is_empty() || errors.get("due").is_some() {
        let new = NewGoal {
            title: form.text("title"),
            seen_by: form.text("seen_by"),
            lead: form.text("lead").parse().ok(),
            due,
        };
        match goals::begin(&app, &permit, org, &new).await {
            Ok(goal) => return Ok(redirect(&format!("/goals/{goal}"))),
            Err(refusal) => refusal.beside(&mut errors)?,
        }
    }
    page(&app, &visitor, frame, &id, (&form, &errors)).await
}

/// A goal the visitor may read.
async fn readable(app: &App, visitor: &Visitor, id: &str) -> Result<Goal, PageError> {
    let id: GoalId = id.parse().map_err(|_| PageError::NotFound)?;
    let goal = goals::find(&app.db, id).await?.ok_or(PageError::NotFound)?;
    authorize(app, visitor, Deed::Read, &partnerships::resource(goal.partnership))?;
    Ok(goal)
}

async fn goal_page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    goal: &Goal,
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let it = partnerships::get(&app.db, goal.partnership).await?.ok_or(PageError::NotFound)?;
    let at = partnerships::address(goal.partnership);
    let mut sheet = Sheet::new(&goal.title);
    sheet.caption = format!("Shared goal of {}", it.name);
    sheet.tag = Html::of(&tag(goal, today));
    sheet.lede = problems(errors);
    let facts = SummaryList::new()
        .row("How one will see it", goal.seen_by.as_str())
        .row("Looked after by", register::org_name(&app.db, goal.lead).await?)
        .row("By when", date_in_words(goal.due()))
        .row("Last heard of", date_in_words(goal.moved_on()));
    sheet = sheet.part("", Html::of(&facts));
    let standings = goal.standings(visitor);
    let open: Vec<(&str, &str, &str)> = GoalAct::ALL
        .iter()
        .filter(|act| crate::shared::step(goal.state(), **act, &standings).is_ok())
        .map(|act| (act.key(), act.words(), ""))
        .collect();
    if !open.is_empty() {
        let typed = Typed { form, errors };
        let fields = Html::join([
            Html::trusted(format!(
                "<form method=\"post\" action=\"/goals/{}\" novalidate>",
                goal.id
            )),
            super::parts::hidden("seen", goal.version),
            typed.choice("act", "What is there to say?", "", &open),
            typed.lines("words", "In a sentence or two", "Members of the partnership read it.", 3),
            Html::of(&govuk::Button::new("Save").prevent_double_click(true)),
            Html::trusted("</form>".to_owned()),
        ]);
        sheet = sheet.part("Say how it goes", fields);
    }
    let said = goals::notes(&app.db, goal.id).await?;
    let events = said.iter().map(|note| {
        TimelineEvent::new(note.act().words(), in_words(note.at()), london(note.at()).to_string())
            .by(note.name.clone())
            .content(note.words.clone())
    });
    if !said.is_empty() {
        sheet = sheet.part("What was said", Html::of(&Timeline::new(events.collect::<Vec<_>>())));
    }
    frame
        .page(goal.title.clone())
        .crumb("Partnerships", "/partnerships")
        .crumb(&it.name, at.as_str())
        .crumb("Shared goals", format!("{at}/goals"))
        .visible_to(Zone::Network.in_words())
        .checked(errors)
        .show(&sheet)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let goal = readable(&app, &visitor, &id).await?;
    let fresh = FormData::from_pairs([("act", GoalAct::Report.key())]);
    goal_page(&app, &visitor, frame, &goal, (&fresh, &Errors::default())).await
}

/// The right to write about a goal: as one of its lead, or as who looks after the partnership.
fn permit(app: &App, visitor: &Visitor, goal: &Goal) -> Result<Permit, PageError> {
    let whole = partnerships::resource(goal.partnership);
    authorize(app, visitor, Deed::Update, &goal.resource())
        .or_else(|_| authorize(app, visitor, Deed::Update, &whole))
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let mut goal = readable(&app, &visitor, &id).await?;
    let permit = permit(&app, &visitor, &goal)?;
    let mut errors = form.errors();
    let Ok(act) = form.text("act").parse::<GoalAct>() else {
        errors.add("act", "Choose what there is to say");
        return goal_page(&app, &visitor, frame, &goal, (&form, &errors)).await;
    };
    // What the writer had before them decides, not what somebody else made of it meanwhile.
    let newest = goal.version;
    goal.version = form.text("seen").parse().unwrap_or(newest);
    if errors.is_empty() {
        let who = goal.standings(&visitor);
        let outcome = goals::take(&app, &permit, &goal, act, &who, form.text("words")).await;
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&format!("/goals/{}", goal.id))),
            Sent::Conflict => errors.add("words", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    goal.version = newest;
    goal_page(&app, &visitor, frame, &goal, (&form, &errors)).await
}
