//! One objective: why this, why here; if, then, so that; its measure, actions and milestones.

use access::SignedIn;
use axum::{
    Extension,
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{App, PageError, clock::date_in_words, terms::AcademicYear, web::Frame};
use govuk::{Html, InsetText, SummaryList};
use needs::Framework;
use register::kpis;
use support::{
    baselines::{DirectionWord, UnitWord},
    milestones::{Gauge, Rag, propose},
};

use super::{
    Sight, chosen, evidence, milestone,
    parts::{Sheet, anchor, go, hint, link, list, objective_tag, paragraphs, rag_tag, text},
    plan::{action_list, line, supports},
    sight, trial,
};
use crate::{
    acts::objective::newest,
    chosen::Library,
    machine::{ActionState, OBJECTIVES, ObjectiveAct, ObjectiveState, Standing, Work, transition},
    model::{Objective, ObjectiveWords},
};

/// If, then, so that: the change the school believes in, as one sentence.
pub(super) fn theory(words: &ObjectiveWords) -> Html {
    let parts: Vec<String> =
        [("If we ", &words.when), ("then ", &words.then), ("so that ", &words.so)]
            .into_iter()
            .filter(|(_, text)| !text.is_empty())
            .map(|(lead, words)| {
                format!(
                    "<strong>{lead}</strong>{}",
                    text(words.trim_end_matches(['.', ','])).as_str()
                )
            })
            .collect();
    match parts.is_empty() {
        true => Html::default(),
        false => Html::trusted(format!("<p class=\"govuk-body\">{}.</p>", parts.join(", "))),
    }
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    library: Option<Extension<Library>>,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    let library = library.as_ref().map(|Extension(library)| library);
    let words = one.words();
    let today = app.clock.today();
    let at = |page: &str| sight.at(&format!("objectives/{}{page}", one.id));
    let standings = sight.standings(Some(one), None);
    let writes = sight.writes(one) && sight.whole.plan.state().allows(Work::Edit);
    let suggests =
        standings.contains(&Standing::Supporter) && sight.whole.plan.state().allows(Work::Suggest);
    let mut sheet = Sheet::new(words.title.as_str());
    sheet.caption = sight
        .whole
        .priorities
        .iter()
        .find(|priority| priority.id == one.priority)
        .map_or_else(String::new, |priority| priority.title.clone());
    let mut tags = vec![Html::of(&objective_tag(one.state()))];
    if let Some(rag) = one.rag().filter(|_| one.state().is_open()) {
        tags.push(Html::of(&rag_tag(rag)));
    }
    sheet.tag = Html::trusted(tags.iter().map(Html::as_str).collect::<Vec<_>>().join(" "));
    let mut lede = Vec::new();
    if let (false, Some(on)) = (one.rag_words.is_empty(), one.rag_on()) {
        lede.push(Html::of(&InsetText::new(format!("{} ({})", one.rag_words, date_in_words(on)))));
    }
    lede.push(theory(words));
    if one.state().is_open() && (writes || suggests) {
        let button = if writes { "Change this objective" } else { "Suggest a change" };
        lede.push(go(&at("/edit"), button, true));
    }
    sheet.lede = Html::join(lede);
    let rows: Vec<String> = sight
        .whole
        .actions_of(one.id)
        .filter(|action| action.state() != ActionState::Dropped)
        .map(|action| line(&sight, one, action, today))
        .collect();
    let mut actions = match rows.is_empty() {
        true => vec![hint("No action yet: who does what first?")],
        false => vec![action_list(&rows)],
    };
    if one.state().is_open() && (writes || suggests) {
        let button = if writes { "Add an action" } else { "Suggest an action" };
        actions.push(go(&at("/actions/new"), button, true));
        if writes {
            actions.push(link(&at("/actions/several"), "Add several at once"));
        }
    }
    let mut known: Vec<Html> = sight
        .whole
        .milestones_of(one.id)
        .map(|found| milestone::card(&sight, found, today, writes))
        .collect();
    if known.is_empty() {
        known.push(hint("No milestone yet: what will be seen by when?"));
    }
    if one.state().is_open() && writes {
        known.push(go(&at("/milestones/new"), "Add a milestone", true));
    }
    let sheet = sheet
        .part("Why this, why here", paragraphs(&words.why))
        .part("Practices we use", chosen::part(&app, &sight, one, library, writes).await?)
        .part("Actions", Html::join(actions))
        .part("How we will know", Html::join(known))
        .part("What we have seen", evidence::part(&app, &sight, one, writes).await?)
        .part("Tried small first", trial::part(&app, &sight, one, writes).await?)
        .part("Where the inquiry stands", trial::inquiry(&app, &sight, one, writes).await?)
        .part("The measure", measure(&app, &sight, one).await?)
        .part("More about it", facts(&app, &sight, one).await?)
        .part("", deeds(&sight, one));
    sight.page(frame, &words.title, sight.visible_of(one)).show(&sheet)
}

/// The indicator: where it began, where it stands, where it should be; never a rank.
async fn measure(app: &App, sight: &Sight, one: &Objective) -> Result<Html, PageError> {
    let Some(definition) = one.kpi.as_deref().and_then(kpis::definition) else {
        return Ok(Html::default());
    };
    let newest = newest(&app.db, sight.whole.plan.org, definition.code, &one.pupils).await?;
    let mut facts = SummaryList::new().row("Indicator", definition.plain_name);
    let began = one.baseline();
    let year = |year: i16| AcademicYear(year).to_string();
    match (&began, &newest) {
        (Some(began), _) => {
            let words = format!("{} in {}", began.words, year(began.year));
            facts = facts.row("When the objective began", words);
        }
        (None, Some(newest)) => {
            let words = format!("{} in {}", newest.words, year(newest.year));
            facts = facts.row("Newest figure", words);
        }
        (None, None) => facts = facts.row("Newest figure", "There is no figure for this school."),
    }
    if let Some(target) = one.target {
        facts = facts.row("Should be", definition.number_in_words(target));
    }
    let since = match (&began, &newest) {
        (Some(began), Some(newest)) if newest.year > began.year => Some(newest),
        _ => None,
    };
    if let (Some(began), Some(target)) = (&began, one.target) {
        let gauge = Gauge::Number {
            code: Some(definition.code.to_owned()),
            unit: UnitWord::from(definition.unit),
            direction: DirectionWord::from(definition.direction),
            baseline: began.value,
            target,
            band: None,
            cohort: began.pupils,
        };
        let today = app.clock.today();
        let rag = match since {
            // A figure before the plan's end says how likely it is; after it, what became of it.
            Some(newest) => {
                propose(&gauge, Some(newest.value), None, None, sight.whole.plan.end_on(), today)
            }
            None => Rag::TooEarly,
        };
        let words = match since {
            Some(newest) => format!("{} in {}.", newest.words, year(newest.year)),
            None => {
                "No figure has been published since the objective began: an annual figure inside \
                     its first cycle says nothing yet."
                    .to_owned()
            }
        };
        let said = Html::join([Html::of(&rag_tag(rag)), paragraphs(&words)]);
        facts = facts.row("So far", said);
    }
    let source = newest.or(began).map_or_else(Html::default, |figure| hint(&figure.source));
    Ok(Html::join([Html::of(&facts), source]))
}

async fn facts(app: &App, sight: &Sight, one: &Objective) -> Result<Html, PageError> {
    let words = one.words();
    let area = Framework::any_area(&one.area).map_or("", |area| area.name.as_str());
    let lead = match (one.lead_name.as_str(), one.lead_role.as_str()) {
        ("", role) => role.to_owned(),
        (name, "") => name.to_owned(),
        (name, role) => format!("{name}, {role}"),
    };
    let mut facts = SummaryList::new();
    for (key, value) in [
        ("Area", area),
        ("Led by", lead.as_str()),
        ("Practices we use, and what we adapt", words.practices.as_str()),
        ("How everybody will know that it worked", words.success.as_str()),
        ("Who should notice the difference", words.beneficiaries.as_str()),
    ] {
        if !value.is_empty() {
            facts = facts.row(key, value);
        }
    }
    let supports = supports(sight, one);
    if !supports.is_empty() {
        facts = facts.row("Support", Html::trusted(supports.trim().to_owned()));
    }
    // What it came to is measured where the support is: beside both schools' baselines.
    let outturns: Vec<String> = sight
        .whole
        .linked(one.id)
        .filter(|linked| linked.agreement.state().is_over() || linked.agreement.state().in_force())
        .map(|linked| {
            let href = format!("/agreements/{}/impact", linked.agreement.id);
            anchor(&href, &format!("{}: in both schools", linked.agreement.title))
        })
        .collect();
    if !outturns.is_empty() && sight.visitor.belongs_to(sight.whole.plan.org) {
        facts = facts.row("What becomes of it", list(&outturns));
    }
    let ids = sight.whole.findings.get(&one.id).cloned().unwrap_or_default();
    // The audit has a label of its own: what it found is shown to those who may read it.
    if sight.visitor.belongs_to(sight.whole.plan.org) {
        let found: Vec<String> = needs::audits::findings(&app.db, &ids)
            .await?
            .into_iter()
            .map(|one| anchor(&format!("/audits/{}", one.audit), &one.finding.statement))
            .collect();
        if !found.is_empty() {
            facts = facts.row("Answers what the audit found", list(&found));
        }
    }
    Ok(Html::of(&facts))
}

fn deeds(sight: &Sight, one: &Objective) -> Html {
    let standings = sight.standings(Some(one), None);
    if !sight.whole.plan.state().allows(Work::Edit) {
        return Html::default();
    }
    let links: Vec<String> = ObjectiveAct::ALL
        .iter()
        .filter(|&&act| transition(OBJECTIVES, one.state(), act, &standings).is_ok())
        .map(|act| anchor(&sight.at(&format!("objectives/{}/do/{act}", one.id)), act.words()))
        .collect();
    let mut parts = Vec::new();
    let judges = standings.contains(&Standing::Head) || standings.contains(&Standing::Lead);
    if judges && one.state() == ObjectiveState::Live {
        parts.push(link(
            &sight.at(&format!("objectives/{}/judge", one.id)),
            "Say how likely the change is",
        ));
    }
    if !links.is_empty() {
        parts.push(Html::trusted(format!(
            "<p class=\"govuk-body as-noprint\">{}</p>",
            links.join(" · ")
        )));
    }
    Html::join(parts)
}
