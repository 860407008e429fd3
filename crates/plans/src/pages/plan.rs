//! A plan on a page: what waits, what should become true, who does what, and what is quick.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{App, PageError, clock::date_in_words, web::Frame};
use govuk::{Details, Html, InsetText, NotificationBanner, SummaryList, extra::Downloads};
use jiff::civil::Date;

use super::{
    Sight,
    objective::theory,
    parts::{
        Sheet, action_tag, anchor, go, hint, link, list, objective_tag, paragraphs, plan_tag,
        rag_tag, text,
    },
    sight, summary_sight,
};
use crate::{
    acts::plan as plan_acts,
    machine::{PLANS, PlanAct, PlanState, SuggestionState, Work, transition},
    model::{Action, Objective},
    store::{is_quiet, reviews},
    tend::RUNGS,
};

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let plan = &sight.whole.plan;
    let today = app.clock.today();
    let mut sheet = Sheet::new(plan.title.as_str());
    sheet.caption.clone_from(&sight.school);
    sheet.tag = Html::of(&plan_tag(plan.state()));
    sheet.nav = sight.nav("");
    let mut lede = vec![waiting(&sight), aim(&sight)];
    lede.push(next(&sight));
    if plan.state().allows(Work::Report) && !super::several::mine(&sight).is_empty() {
        lede.push(link(&sight.at("actions"), "Go through the open actions"));
    }
    sheet.lede = Html::join(lede);
    let mut sheet = sheet.part("Quick wins", quick(&sight, today));
    for priority in &sight.whole.priorities {
        let cards: Vec<Html> = sight
            .objectives()
            .filter(|one| one.priority == priority.id)
            .map(|one| card(&sight, one, today))
            .collect();
        sheet = sheet.part(&priority.title, Html::join(cards));
    }
    let sheet = sheet
        .part("", empty(&sight))
        .part("", add(&sight))
        .part("Reviews", past_reviews(&app, &sight).await?)
        .part("About this plan", facts(&sight))
        .part("", downloads(&sight));
    sight.page(frame, &plan.title, sight.visible()).wide().show(&sheet)
}

fn waiting(sight: &Sight) -> Html {
    let open = sight.suggestions().filter(|one| one.state() == SuggestionState::Open).count();
    if open == 0 || !sight.is_head() {
        return Html::default();
    }
    let words = match open {
        1 => "A suggestion waits for your answer.".to_owned(),
        some => format!("{some} suggestions wait for your answer."),
    };
    let inner = format!(
        "<p class=\"govuk-notification-banner__heading\">{} {}</p>",
        text(&words).as_str(),
        anchor(&sight.at("suggestions"), "Read and answer")
    );
    Html::trusted(format!(
        "<div class=\"as-noprint\">{}</div>",
        NotificationBanner::new(Html::trusted(inner)).render()
    ))
}

fn aim(sight: &Sight) -> Html {
    match sight.whole.plan.aim.as_str() {
        "" => Html::default(),
        aim => Html::trusted(format!("<p class=\"govuk-body-l\">{}</p>", text(aim).as_str())),
    }
}

/// What the head can do next with the plan as a whole, as one clear step.
fn next(sight: &Sight) -> Html {
    let plan = &sight.whole.plan;
    let standings = sight.standings(None, None);
    let can = |act| transition(PLANS, plan.state(), act, &standings).is_ok();
    let mut parts = Vec::new();
    if can(PlanAct::Agree) {
        let gaps: Vec<String> = plan_acts::gaps(&sight.whole)
            .into_iter()
            .map(|(id, gap)| anchor(&sight.at(&format!("objectives/{id}/edit")), &gap))
            .collect();
        if !gaps.is_empty() {
            parts.push(Html::join([hint("Before you can agree the plan:"), list(&gaps)]));
        }
    }
    let main = [PlanAct::Propose, PlanAct::Agree, PlanAct::Begin, PlanAct::Archive]
        .into_iter()
        .find(|&act| can(act));
    if let Some(act) = main {
        parts.push(go(&sight.at(&format!("do/{act}")), act.words(), false));
    }
    if can(PlanAct::Review) {
        parts.push(go(&sight.at("review"), "Review the plan", true));
    }
    let others: Vec<String> = [PlanAct::Adopt, PlanAct::Close]
        .into_iter()
        .filter(|&act| can(act))
        .map(|act| anchor(&sight.at(&format!("do/{act}")), act.words()))
        .collect();
    if !others.is_empty() {
        parts.push(Html::trusted(format!(
            "<p class=\"govuk-body as-noprint\">{}</p>",
            others.join(" · ")
        )));
    }
    Html::join(parts)
}

/// The actions that are checked within six weeks, beside the long objectives.
fn quick(sight: &Sight, today: Date) -> Html {
    let rows: Vec<String> = sight
        .objectives()
        .flat_map(|objective| sight.whole.actions_of(objective.id).map(move |a| (objective, a)))
        .filter(|(_, action)| {
            action.quick && action.state() != crate::machine::ActionState::Dropped
        })
        .map(|(objective, action)| line(sight, objective, action, today))
        .collect();
    if rows.is_empty() {
        return Html::default();
    }
    Html::join([
        hint("Small things that help at once, each checked within six weeks."),
        action_list(&rows),
    ])
}

pub(super) fn action_list(rows: &[String]) -> Html {
    Html::trusted(format!("<ul class=\"as-actions\">{}</ul>", rows.concat()))
}

/// An action as a line: what, who, by when, how it stands.
pub(super) fn line(sight: &Sight, objective: &Objective, action: &Action, today: Date) -> String {
    let mut tags = action_tag(action.state()).render();
    if action.is_late(today) {
        tags += " <strong class=\"govuk-tag govuk-tag--orange\">Overdue</strong>";
    }
    if is_quiet(&sight.whole, objective, action, today) {
        tags += " <strong class=\"govuk-tag govuk-tag--yellow\">Quiet</strong>";
    }
    if let (Some(rag), true) = (action.rag(), action.state().is_open()) {
        tags += &format!(" {}", rag_tag(rag).render());
    }
    format!(
        "<li><div class=\"as-actions__what\">{}<span class=\"as-hits__detail\">{}, by {}</span></div>\
         <div class=\"as-actions__how\">{tags}</div></li>",
        anchor(&sight.at(&format!("actions/{}", action.id)), &action.words),
        text(action.owner_in_words()).as_str(),
        date_in_words(action.due_on()),
    )
}

fn card(sight: &Sight, objective: &Objective, today: Date) -> Html {
    let words = objective.words();
    let mut tags = objective_tag(objective.state()).render();
    if let Some(rag) = objective.rag().filter(|_| objective.state().is_open()) {
        tags += &format!(" {}", rag_tag(rag).render());
    }
    let heading = format!(
        "<h3 class=\"govuk-heading-s\">{}</h3><p class=\"govuk-body\">{tags}</p>",
        anchor(&sight.at(&format!("objectives/{}", objective.id)), &words.title)
    );
    let mut parts = vec![Html::trusted(heading)];
    if !objective.rag_words.is_empty() {
        parts.push(paragraphs(&objective.rag_words));
    }
    parts.push(theory(words));
    let lead = match (objective.lead_name.as_str(), objective.lead_role.as_str()) {
        ("", "") => "nobody yet".to_owned(),
        (name, "") => name.to_owned(),
        ("", role) => role.to_owned(),
        (name, role) => format!("{name}, {role}"),
    };
    let with = supports(sight, objective);
    parts.push(Html::trusted(format!(
        "<p class=\"govuk-body-s\">Led by {}.{with}</p>",
        text(lead).as_str()
    )));
    let rows: Vec<String> = sight
        .whole
        .actions_of(objective.id)
        .filter(|action| !action.quick)
        .filter(|action| action.state() != crate::machine::ActionState::Dropped)
        .map(|action| line(sight, objective, action, today))
        .collect();
    if !rows.is_empty() {
        parts.push(action_list(&rows));
    }
    let milestones: Vec<String> = sight
        .whole
        .milestones_of(objective.id)
        .map(|one| super::milestone::line(one, today))
        .collect();
    if !milestones.is_empty() {
        parts.push(Html::trusted("<h4 class=\"govuk-heading-s\">How we will know</h4>"));
        parts.push(list(&milestones));
    }
    Html::trusted(format!("<div class=\"as-card\">{}</div>", Html::join(parts).as_str()))
}

/// The agreements that help with an objective, in a sentence.
pub(super) fn supports(sight: &Sight, objective: &Objective) -> String {
    let links: Vec<String> = sight
        .whole
        .linked(objective.id)
        .map(|linked| {
            let title = match linked.agreement.title.trim() {
                "" => "an agreement",
                title => title,
            };
            anchor(&format!("/agreements/{}", linked.agreement.id), title)
        })
        .collect();
    match links.is_empty() {
        true => String::new(),
        false => format!(" Supported under {}.", links.join(" and ")),
    }
}

fn empty(sight: &Sight) -> Html {
    if sight.objectives().next().is_some() {
        return Html::default();
    }
    Html::join([
        Html::of(&InsetText::new("There is no objective yet.")),
        paragraphs(
            "Begin with one or two. A good objective says what becomes true for whom, why this and \
             why here, and what has to happen: if we do this, then that follows, so that children \
             gain.",
        ),
    ])
}

fn add(sight: &Sight) -> Html {
    let plan = &sight.whole.plan;
    if sight.is_head() && plan.state().allows(Work::Edit) {
        let main = sight.objectives().next().is_none();
        return go(&sight.at("objectives/new"), "Add an objective", !main);
    }
    let may = sight.standings(None, None).contains(&crate::machine::Standing::Supporter);
    match may && plan.state().allows(Work::Suggest) {
        true => go(&sight.at("objectives/new"), "Suggest an objective", true),
        false => Html::default(),
    }
}

async fn past_reviews(app: &App, sight: &Sight) -> Result<Html, PageError> {
    // What a review says about the whole concerns the school; others read the colours above.
    if !sight.visitor.belongs_to(sight.whole.plan.org) {
        return Ok(Html::default());
    }
    let mut parts = Vec::new();
    for review in reviews(&app.db, sight.whole.plan.id).await?.iter().rev() {
        let judged: Vec<String> = review
            .judged
            .0
            .iter()
            .map(|line| {
                format!(
                    "{}: {} {}",
                    text(&line.title).as_str(),
                    rag_tag(line.rag).render(),
                    text(&line.words).as_str()
                )
            })
            .collect();
        let mut body = vec![paragraphs(&review.words), list(&judged)];
        if let Some(next) = review.next_on() {
            body.push(hint(&format!("Next review: {}", date_in_words(next))));
        }
        let title = format!(
            "Review {}, {}, by {}",
            review.number,
            date_in_words(review.held_on.0),
            review.by_name
        );
        parts.push(Html::of(&Details::new(title, Html::join(body))));
    }
    Ok(Html::join(parts))
}

fn facts(sight: &Sight) -> Html {
    let plan = &sight.whole.plan;
    let ladder: Vec<&str> =
        RUNGS.into_iter().take(usize::try_from(plan.ladder_top + 1).unwrap_or(1)).collect();
    let mut facts = SummaryList::new()
        .row("From", date_in_words(plan.start_on()))
        .row("To", date_in_words(plan.end_on()))
        .row(
            "An action is quiet",
            format!("after {} days without a word, school holidays left out", plan.stale_after),
        )
        .row("Then, one step a week", format!("{}.", ladder.join(". ")));
    let agreed: Vec<String> = sight
        .whole
        .agreements
        .values()
        .filter(|linked| linked.is_going_on())
        .filter_map(|linked| {
            let steps = linked.quiet?.in_words(linked.agreement.bodies()).join(". ");
            Some(text(format!("{}: {steps}", linked.agreement.title)).to_string())
        })
        .collect();
    if !agreed.is_empty() {
        facts = facts.row("Where an agreement says more", list(&agreed));
    }
    if let Some(on) = plan.governors_on() {
        facts = facts.row("Noted by governors", date_in_words(on));
    }
    if let Some(audit) = &plan.audit
        && sight.visitor.belongs_to(plan.org)
    {
        let words = anchor(&format!("/audits/{audit}"), "The needs audit it grew from");
        facts = facts.row("Grew from", Html::trusted(words));
    }
    let mut parts = vec![Html::of(&facts)];
    if sight.is_head() && plan.state().allows(Work::Edit) {
        parts.push(link(&sight.at("edit"), "Change the title, dates or ladder"));
    }
    Html::join(parts)
}

fn downloads(sight: &Sight) -> Html {
    let items = [("CSV", "csv"), ("Excel", "xlsx"), ("JSON", "json")]
        .map(|(words, ending)| (words, sight.at(&format!("plan.{ending}"))));
    Html::of(&Downloads::new("the plan", items))
}

/// The plan on two pages for governors: aims, how each objective stands, what was learned.
pub(super) async fn summary(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, board) = summary_sight(&app, &visitor, &id).await?;
    let plan = &sight.whole.plan;
    let today = app.clock.today();
    let mut sheet = Sheet::new(format!("{}: summary", plan.title));
    sheet.caption.clone_from(&sight.school);
    sheet.tag = Html::of(&plan_tag(plan.state()));
    if !board {
        sheet.nav = sight.nav("summary");
    }
    let all: Vec<&Objective> =
        sight.whole.objectives.iter().filter(|one| board || sight.shows(one)).collect();
    let actions: Vec<&Action> = all.iter().flat_map(|one| sight.whole.actions_of(one.id)).collect();
    let open = actions.iter().filter(|action| action.state().is_open()).count();
    let done = actions
        .iter()
        .filter(|a| {
            matches!(
                a.state(),
                crate::machine::ActionState::Done | crate::machine::ActionState::Checked
            )
        })
        .count();
    let late = actions.iter().filter(|action| action.is_late(today)).count();
    sheet.lede = Html::join([
        aim(&sight),
        paragraphs(&format!(
            "{}. {done} of {} actions are done, {open} go on{}.",
            count(all.len(), "objective", "objectives"),
            done + open,
            match late {
                0 => String::new(),
                1 => ", one of them past its day".to_owned(),
                some => format!(", {some} of them past their day"),
            }
        )),
        hint(
            "Prints on two sides for governors. Questions to ask: What is different for children \
              already? What is in the way? Who carries it when the support ends?",
        ),
    ]);
    for objective in all {
        let mut parts = vec![Html::trusted(format!(
            "<p class=\"govuk-body\">{}</p>",
            match objective.rag().filter(|_| objective.state().is_open()) {
                Some(rag) => rag_tag(rag).render(),
                None => objective_tag(objective.state()).render(),
            }
        ))];
        parts.push(paragraphs(&objective.rag_words));
        let lines: Vec<String> = sight
            .whole
            .milestones_of(objective.id)
            .map(|one| super::milestone::line(one, today))
            .collect();
        parts.push(list(&lines));
        sheet = sheet.part(&objective.words().title, Html::join(parts));
    }
    if plan.state() == PlanState::Draft {
        sheet = sheet.part("", hint("This plan is still being written."));
    }
    if board {
        let words = format!(
            "the leaders of {0}, the body responsible for the school and its board, which reads \
             this summary and not the plan itself",
            sight.school
        );
        return frame.page("Summary").crumb("Plans", "/plans").visible_to(words).show(&sheet);
    }
    let mut words = sight.visible();
    if plan.state().is_for_board() {
        words += "; the school's board reads this summary, and not the plan itself";
    }
    sight.page(frame, "Summary", words).show(&sheet)
}

fn count(n: usize, one: &str, many: &str) -> String {
    match n {
        1 => format!("One {one}"),
        some => format!("{some} {many}"),
    }
}
