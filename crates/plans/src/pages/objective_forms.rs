//! Writing an objective, or suggesting to the school what it could say.

use access::{AccountId, Role, SignedIn, accounts};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::Html;
use needs::{FindingKind, Framework};
use support::milestones::published;

use super::{
    MEANWHILE, Sent, Sight,
    parts::{FormPage, Typed, hidden, marked, paragraphs, text},
    seen, sent, sight, sight_to_act,
};
use crate::{
    acts::{
        objective::{self, NewObjective},
        suggestion::{self, NewSuggestion},
    },
    machine::Work,
    model::{OBJECTIVE_FIELDS, Objective, ObjectiveWords, SuggestionKind},
};

/// The form of an objective as it is written now.
fn filled(new: &NewObjective, version: i64) -> FormData {
    let mut pairs = vec![
        ("seen".to_owned(), version.to_string()),
        ("priority".to_owned(), new.priority.clone()),
        ("area".to_owned(), new.area.clone()),
        ("lead".to_owned(), new.lead.map_or_else(String::new, |lead| lead.to_string())),
        ("lead_name".to_owned(), new.lead.map_or_else(|| new.lead_name.clone(), |_| String::new())),
        ("lead_role".to_owned(), new.lead_role.clone()),
        ("kpi".to_owned(), new.kpi.clone().unwrap_or_default()),
        ("pupils".to_owned(), new.pupils.clone()),
        ("target".to_owned(), new.target.map_or_else(String::new, |target| target.to_string())),
    ];
    for (field, _) in OBJECTIVE_FIELDS {
        pairs.push((field.to_owned(), new.words.get(field).to_owned()));
    }
    pairs.extend(new.findings.iter().map(|id| ("findings".to_owned(), id.to_string())));
    pairs.extend(new.agreements.iter().map(|id| ("agreements".to_owned(), id.to_string())));
    FormData::from_pairs(pairs)
}

/// What the form says; problems go to the list.
fn read(form: &FormData, errors: &mut Errors) -> NewObjective {
    let mut words = ObjectiveWords::default();
    for (field, _) in OBJECTIVE_FIELDS {
        words.set(field, form.text(field));
    }
    let some = |name: &str| Some(form.text(name).to_owned()).filter(|text| !text.is_empty());
    let target = match form.text("target") {
        "" => None,
        _ => form.parsed("target", errors, "Enter the target as a number"),
    };
    NewObjective {
        priority: form.text("priority").to_owned(),
        area: form.text("area").to_owned(),
        words,
        lead: form.text("lead").parse().ok(),
        lead_name: form.text("lead_name").to_owned(),
        lead_role: form.text("lead_role").to_owned(),
        kpi: some("kpi"),
        pupils: form.text("pupils").to_owned(),
        target,
        findings: form.all("findings").filter_map(|id| id.parse().ok()).collect(),
        agreements: form.all("agreements").filter_map(|id| id.parse().ok()).collect(),
    }
}

/// The people of a school who can own something, with an empty choice first.
pub(super) async fn people(
    app: &App,
    sight: &Sight,
    others: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<(String, String)>, PageError> {
    let mut found = vec![(String::new(), "Somebody without an account here".to_owned())];
    for role in [Role::Head, Role::Staff] {
        for one in accounts::holders(&app.db, &app.clock, sight.whole.plan.org, role).await? {
            let id = one.id.to_string();
            if found.iter().all(|(known, _)| *known != id) {
                found.push((id, one.name));
            }
        }
    }
    for other in others {
        let id = other.to_string();
        if found.iter().all(|(known, _)| *known != id)
            && let Some(one) =
                accounts::get(&app.db, other).await?.filter(|a| a.closed_at.is_none())
        {
            found.push((id, format!("{} (of the support team)", one.name)));
        }
    }
    Ok(found)
}

/// The fields of words, as both the school and others write them.
pub(super) fn word_fields(typed: Typed<'_>) -> Vec<Html> {
    vec![
        typed.line(
            "title",
            "What should become true?",
            "For example: one phonics programme, taught daily in all classes",
        ),
        typed.lines(
            "why",
            "Why this, why here?",
            "What the audit, the figures and the people in the school say",
            4,
        ),
        typed.lines("when", "If we…", "What the adults do differently", 2),
        typed.lines("then", "…then…", "What changes in classrooms", 2),
        typed.lines("so", "…so that…", "What children gain", 2),
        typed.lines(
            "practices",
            "Practices we use, and what we adapt",
            "Where they come from, what must stay, and why it fits here",
            3,
        ),
        typed.lines("success", "How will everybody know that it worked?", "", 2),
        typed.lines(
            "beneficiaries",
            "Who should notice the difference?",
            "Groups, never single children",
            2,
        ),
    ]
}

async fn form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    one: Option<&Objective>,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let writes = match one {
        Some(one) => sight.writes(one),
        None => sight.is_head(),
    };
    let (title, action, back) = match (one, writes) {
        (Some(one), _) => {
            let at = sight.at(&format!("objectives/{}", one.id));
            let title = if writes { "Change an objective" } else { "Suggest a change" };
            (title, format!("{at}/edit"), at)
        }
        (None, true) => ("Add an objective", sight.at("objectives/new"), sight.at("")),
        (None, false) => ("Suggest an objective", sight.at("objectives/new"), sight.at("")),
    };
    let mut page = FormPage::new(title, action, back, errors);
    page.caption.clone_from(&sight.school);
    let priorities: Vec<&str> =
        sight.whole.priorities.iter().map(|priority| priority.title.as_str()).collect();
    let known = match priorities.is_empty() {
        true => "For example: every child reads by six".to_owned(),
        false => format!("A new one, or one of the plan's: {}", priorities.join("; ")),
    };
    if writes {
        page.fields.push(hidden("seen", one.map_or(0, |one| one.version)));
        page.fields.push(typed.line("priority", "Which priority does it serve?", &known));
        page.fields.extend(word_fields(typed));
        page.fields.extend(frame_fields(app, sight, typed).await?);
    } else {
        page.lede = paragraphs(&format!(
            "{} owns this plan. What you write here is a suggestion: nothing changes until the \
             school accepts it, as it is or in its own words.",
            sight.school
        ));
        if one.is_none() {
            page.fields.push(typed.line("priority", "Which priority does it serve?", &known));
        }
        page.fields.extend(word_fields(typed));
        page.fields.push(typed.lines(
            "reason",
            "Why do you suggest this?",
            "What you saw, and what it would help",
            3,
        ));
        page.button = "Send the suggestion".to_owned();
    }
    if let Some(one) = one.filter(|_| errors.get("title").is_some_and(|text| text == MEANWHILE)) {
        page.after = theirs(one, form);
    }
    let words = match one {
        Some(one) => sight.visible_of(one),
        None => sight.visible(),
    };
    let mut built = sight.page(frame, title, words);
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

/// What the objective says now, compared with what was typed.
fn theirs(one: &Objective, form: &FormData) -> Html {
    let parts: Vec<Html> = OBJECTIVE_FIELDS
        .into_iter()
        .filter(|(field, _)| one.words().get(field) != form.text(field))
        .map(|(field, label)| {
            Html::join([
                Html::trusted(format!(
                    "<h3 class=\"govuk-heading-s\">{}</h3>",
                    text(label).as_str()
                )),
                marked(one.words().get(field), form.text(field)),
            ])
        })
        .collect();
    Html::join([
        Html::trusted("<h2 class=\"govuk-heading-m\">From what it says now to what you typed</h2>"),
        Html::join(parts),
    ])
}

async fn frame_fields(app: &App, sight: &Sight, typed: Typed<'_>) -> Result<Vec<Html>, PageError> {
    let org = sight.whole.plan.org;
    let areas: Vec<(String, String)> = [(String::new(), "Choose an area".to_owned())]
        .into_iter()
        .chain(Framework::every_area().map(|(area, words)| (area.code.clone(), words)))
        .collect();
    let mut kpis_known = vec![(String::new(), "None".to_owned())];
    kpis_known.extend(published::indicators(&app.db, org).await?);
    let findings: Vec<(String, String)> = needs::findings_of(&app.db, org)
        .await?
        .into_iter()
        .filter(|one| one.finding.kind == FindingKind::Need)
        .map(|one| {
            (one.finding.id.to_string(), format!("{} ({})", one.finding.statement, one.area_name))
        })
        .collect();
    let mut agreements = Vec::new();
    for one in objective::agreements_of(app, org).await? {
        let other = register::org_name(&app.db, one.supporting).await?;
        let title = if one.title.is_empty() { "Support" } else { one.title.as_str() };
        agreements.push((one.id.to_string(), format!("{title}, with {other}")));
    }
    Ok(vec![
        typed.select("area", "Area", "", &areas),
        typed.select("lead", "Who leads it?", "", &people(app, sight, []).await?),
        typed.line("lead_name", "Name, without an account", "Leave empty if you chose somebody above"),
        typed.line("lead_role", "Role", "For example: reading lead"),
        typed.select("kpi", "Which figure should move?", "Where it stands is kept from the day the objective begins", &kpis_known),
        typed.number("target", "Where should it be?", "Leave empty if you would rather say it in a milestone"),
        typed.ticks("findings", "Which needs of your audit does it answer?", "", &findings),
        typed.ticks(
            "agreements",
            "Who helps with it?",
            "The other side of an agreement you tick sees this objective and can suggest. It sees no other",
            &agreements,
        ),
    ])
}

pub(super) async fn ask_new(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    form(&app, frame, &sight, None, &FormData::default(), &Errors::default()).await
}

fn wanted(form: &FormData, kind: SuggestionKind) -> Vec<(String, String)> {
    suggestion::fields(kind)
        .into_iter()
        .map(|(field, _)| (field.to_owned(), form.text(field).to_owned()))
        .collect()
}

/// The lead's name where an account was chosen.
async fn named(app: &App, mut new: NewObjective) -> Result<NewObjective, PageError> {
    if let Some(lead) = new.lead {
        new.lead_name = accounts::get(&app.db, lead).await?.ok_or(PageError::NotFound)?.name;
    }
    Ok(new)
}

pub(super) async fn add(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(sent_form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let mut errors = sent_form.errors();
    let new = read(&sent_form, &mut errors);
    if errors.is_empty() {
        let plan = sight.whole.plan.id;
        let (outcome, to) = if sight.is_head() {
            let new = named(&app, new).await?;
            let outcome = objective::add(&app, &permit, plan, &new).await;
            let to =
                outcome.as_ref().map_or_else(|_| String::new(), |id| format!("objectives/{id}"));
            (outcome.map(|_| ()), to)
        } else {
            let kind = SuggestionKind::NewObjective;
            let new = NewSuggestion {
                kind,
                objective: None,
                action: None,
                wanted: wanted(&sent_form, kind),
                why: sent_form.text("reason").to_owned(),
            };
            let outcome = suggestion::suggest(&app, &permit, plan, &new).await.map(|_| ());
            (outcome, "suggestions".to_owned())
        };
        if let Sent::Done = sent(outcome, &mut errors)? {
            return Ok(redirect(&sight.at(&to)));
        }
    }
    form(&app, frame, &sight, None, &sent_form, &errors).await
}

pub(super) async fn ask_edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    let text = filled(&objective::as_written(&sight.whole, one), one.version);
    form(&app, frame, &sight, Some(one), &text, &Errors::default()).await
}

pub(super) async fn edit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective_id)): Path<(String, String)>,
    sent_form: Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.objective(&objective_id)?;
    let version = seen(&sent_form);
    let Form(sent_form) = sent_form;
    let mut errors = sent_form.errors();
    let mut new = read(&sent_form, &mut errors);
    if errors.is_empty() {
        let (outcome, to) = if sight.writes(one) && sight.whole.plan.state().allows(Work::Edit) {
            new.pupils.clone_from(&one.pupils);
            let new = named(&app, new).await?;
            let outcome = objective::edit(&app, &permit, one.id, version, &new).await;
            (outcome, format!("objectives/{}", one.id))
        } else {
            let kind = SuggestionKind::Objective;
            let new = NewSuggestion {
                kind,
                objective: Some(one.id),
                action: None,
                wanted: wanted(&sent_form, kind),
                why: sent_form.text("reason").to_owned(),
            };
            let outcome = suggestion::suggest(&app, &permit, sight.whole.plan.id, &new).await;
            (outcome.map(|_| ()), "suggestions".to_owned())
        };
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&to))),
            Sent::Conflict => errors.add("title", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    form(&app, frame, &sight, Some(one), &sent_form, &errors).await
}
