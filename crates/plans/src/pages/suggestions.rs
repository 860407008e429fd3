//! Suggestions: what would be different, and the school's answer.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, InsetText, WarningText};

use super::{
    Sent, Sight,
    objective_forms::word_fields,
    parts::{
        Sheet, Typed, anchor, day_pairs, hint, list as bullets, marked, paragraphs, problems,
        suggestion_tag, text,
    },
    sent, sight, sight_to_act,
};
use crate::{
    acts::suggestion::{self, Decision, current, drifted, label},
    machine::{SUGGESTIONS, Standing, SuggestionAct, transition},
    model::{Change, Suggestion, SuggestionKind},
};

/// What a suggestion is about, in words.
fn about(sight: &Sight, one: &Suggestion) -> String {
    let title = one
        .objective
        .and_then(|id| sight.whole.objective(id).ok())
        .map(|objective| objective.words().title.clone());
    match (title, one.kind()) {
        (Some(title), kind) => format!("{}: {title}", kind.words()),
        (None, kind) => kind.words().to_owned(),
    }
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let rows: Vec<String> = sight
        .suggestions()
        .map(|one| {
            format!(
                "{} {}<br><span class=\"as-hits__detail\">{}, {}</span>",
                anchor(&sight.at(&format!("suggestions/{}", one.id)), &about(&sight, one)),
                suggestion_tag(one.state()).render(),
                text(&one.author_name).as_str(),
                in_words(one.created_at.0),
            )
        })
        .collect();
    let mut sheet = Sheet::new("Suggestions");
    sheet.caption.clone_from(&sight.whole.plan.title);
    sheet.nav = sight.nav("suggestions");
    sheet.lede = match rows.is_empty() {
        true => Html::join([
            Html::of(&InsetText::new("Nobody has suggested anything yet.")),
            paragraphs(
                "Whoever supports an objective can suggest other words, an action or a new \
                 objective. The school sees what would be different and accepts it, changes it or \
                 declines it with a sentence. Until then nothing changes.",
            ),
        ]),
        false => bullets(&rows),
    };
    sight.page(frame, "Suggestions", sight.visible()).show(&sheet)
}

/// The difference a list of changes makes, field by field.
fn difference(kind: SuggestionKind, changes: &[Change]) -> Html {
    Html::join(changes.iter().map(|change| {
        let readable = |value: &str| match (change.field.as_str(), value.parse()) {
            ("due_on", Ok(day)) => foundation::clock::date_in_words(day),
            _ => value.to_owned(),
        };
        Html::join([
            Html::trusted(format!(
                "<h3 class=\"govuk-heading-s\">{}</h3>",
                text(label(kind, &change.field)).as_str()
            )),
            marked(&readable(&change.before), &readable(&change.after)),
        ])
    }))
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, suggestion)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.suggestion(&suggestion)?;
    let mut pairs = Vec::new();
    for change in one.changes() {
        match (change.field.as_str(), change.after.parse()) {
            ("due_on", Ok(day)) => pairs.extend(day_pairs("due_on", Some(day))),
            _ => pairs.push((change.field.clone(), change.after.clone())),
        }
    }
    // Fields the suggestion leaves alone show what the plan says now.
    for (field, now) in current(&sight.whole, one.kind(), one.objective, one.action)? {
        if one.changes().iter().any(|change| change.field == field) {
            continue;
        }
        match (field, now.parse()) {
            ("due_on", Ok(day)) => pairs.extend(day_pairs("due_on", Some(day))),
            _ => pairs.push((field.to_owned(), now)),
        }
    }
    page(frame, &sight, one, &FormData::from_pairs(pairs), &Errors::default())
}

fn page(
    frame: Frame,
    sight: &Sight,
    one: &Suggestion,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let objective = one.objective.and_then(|id| sight.whole.objective(id).ok());
    let mut sheet = Sheet::new(about(sight, one));
    sheet.caption = format!("Suggested by {}", one.author_name);
    sheet.tag = Html::of(&suggestion_tag(one.state()));
    sheet.lede = Html::join([
        problems(errors),
        hint(&in_words(one.created_at.0)),
        Html::of(&InsetText::new(one.why.as_str())),
    ]);
    let mut answer = Vec::new();
    if let Some(at) = one.decided_at() {
        answer.push(hint(&format!("{}, {}", one.decided_by, in_words(at))));
    }
    answer.push(paragraphs(&one.reply));
    let own_words = one.chosen().filter(|chosen| chosen != one.changes());
    if let Some(chosen) = own_words {
        answer.push(Html::trusted("<h3 class=\"govuk-heading-s\">What the school wrote</h3>"));
        answer.push(difference(one.kind(), &chosen));
    }
    let mut standings = sight.standings(objective, None);
    if sight.visitor.account == Some(one.author) {
        standings.push(Standing::Author);
    }
    let can = |act| transition(SUGGESTIONS, one.state(), act, &standings).is_ok();
    let drifted = drifted(&sight.whole, one);
    let mut decide = Vec::new();
    if can(SuggestionAct::Accept) {
        decide.push(forms(sight, one, form, errors, &drifted));
    }
    if can(SuggestionAct::Withdraw) {
        decide.push(button(sight, one, "withdraw", "Withdraw it", "", true));
    }
    let heading = if one.decided_at().is_some() { "The answer" } else { "" };
    let sheet = sheet
        .part("What would be different", difference(one.kind(), one.changes()))
        .part(
            heading,
            if one.decided_at().is_some() { Html::join(answer) } else { Html::default() },
        )
        .part("", Html::join(decide));
    let words = match objective {
        Some(objective) => sight.visible_of(objective),
        None => format!("the leaders of {} and {}", sight.school, one.author_name),
    };
    let mut built =
        sight.page(frame, "Suggestion", words).crumb("Suggestions", sight.at("suggestions"));
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&sheet)
}

fn button(
    sight: &Sight,
    one: &Suggestion,
    act: &str,
    words: &str,
    fields: &str,
    secondary: bool,
) -> Html {
    let class = if secondary { " govuk-button--secondary" } else { "" };
    Html::trusted(format!(
        "<form method=\"post\" action=\"{}\" novalidate class=\"as-noprint\"><input type=\"hidden\" \
         name=\"act\" value=\"{act}\">{fields}<button type=\"submit\" class=\"govuk-button{class}\" \
         data-module=\"govuk-button\" data-prevent-double-click=\"true\">{words}</button></form>",
        sight.at(&format!("suggestions/{}", one.id)),
    ))
}

/// Accepting, changing and declining: three ways side by side, none hidden.
fn forms(
    sight: &Sight,
    one: &Suggestion,
    form: &FormData,
    errors: &Errors,
    drifted: &[String],
) -> Html {
    let typed = Typed { form, errors };
    let mut parts = Vec::new();
    if drifted.is_empty() {
        parts.push(button(sight, one, "accept", "Accept it as it is", "", false));
    } else {
        let now = current(&sight.whole, one.kind(), one.objective, one.action).unwrap_or_default();
        let said: Vec<String> = drifted
            .iter()
            .filter_map(|field| {
                let (_, text) = now.iter().find(|(name, _)| name == field)?;
                Some(format!("{}: {}", label(one.kind(), field), text))
            })
            .collect();
        parts.push(Html::of(&WarningText::new(
            "The plan has changed here since this was suggested. Choose your own words below.",
        )));
        parts.push(paragraphs(&format!("It now says: {}", said.join("; "))));
    }
    let mut fields = Vec::new();
    match one.kind() {
        SuggestionKind::Objective => fields.extend(word_fields(typed)),
        SuggestionKind::NewObjective => {
            fields.push(typed.line("priority", "Which priority does it serve?", ""));
            fields.extend(word_fields(typed));
        }
        SuggestionKind::Action | SuggestionKind::NewAction => fields.extend([
            typed.line("words", "What is done?", ""),
            typed.line("owner_role", "By whom?", ""),
            typed.day("due_on", "By when?", ""),
        ]),
    }
    fields.push(typed.lines("reply", "A word to whoever suggested it", "If you like", 2));
    let adapt: String = fields.iter().map(Html::as_str).collect();
    let open = !drifted.is_empty() || (!errors.is_empty() && form.text("act") == "adapt");
    parts.push(details(
        "Accept it in your own words",
        &button(sight, one, "adapt", "Save our words", &adapt, false),
        open,
    ));
    // Its field has a name of its own, since the page holds two forms.
    let why = govuk::Textarea::new("decline_reply", "Why not, or not now?")
        .rows(3)
        .value(form.text("decline_reply"))
        .error_if(errors.get("decline_reply"));
    parts.push(details(
        "Decline it",
        &button(sight, one, "decline", "Decline with thanks", Html::of(&why).as_str(), true),
        errors.get("decline_reply").is_some(),
    ));
    Html::join(parts)
}

fn details(summary: &str, inner: &Html, open: bool) -> Html {
    Html::trusted(format!(
        "<details class=\"govuk-details as-noprint\"{}><summary class=\"govuk-details__summary\"><span \
         class=\"govuk-details__summary-text\">{summary}</span></summary><div \
         class=\"govuk-details__text\">{}</div></details>",
        if open { " open" } else { "" },
        inner.as_str()
    ))
}

pub(super) async fn decide(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, suggestion_id)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.suggestion(&suggestion_id)?;
    let mut errors = form.errors();
    let reply = form.text("reply").to_owned();
    let decision = match form.text("act") {
        "accept" => Decision::Accept { reply },
        "adapt" => {
            let fields = suggestion::fields(one.kind());
            let mut chosen: Vec<(String, String)> = fields
                .into_iter()
                .filter(|(field, _)| *field != "due_on")
                .map(|(field, _)| (field.to_owned(), form.text(field).to_owned()))
                .collect();
            if matches!(one.kind(), SuggestionKind::Action | SuggestionKind::NewAction) {
                let day = form.date("due_on", &mut errors, "Enter the day as day, month and year");
                let day = day.map_or_else(String::new, |day| day.to_string());
                chosen.push(("due_on".to_owned(), day));
            }
            Decision::Adapt { chosen, reply }
        }
        "decline" => {
            let message = "Say why, kindly: somebody has thought about your plan";
            let reply = form.required("decline_reply", &mut errors, message).to_owned();
            Decision::Decline { reply }
        }
        "withdraw" => Decision::Withdraw,
        _ => return Err(PageError::Bad("Choose what to do with the suggestion.".to_owned())),
    };
    if errors.is_empty() {
        match sent(suggestion::decide(&app, &permit, one.id, &decision).await, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&format!("suggestions/{}", one.id)))),
            Sent::Conflict => {
                return Err(PageError::Conflict(
                    "Somebody else is answering this suggestion at the same moment.".to_owned(),
                ));
            }
            Sent::Wrong => {}
        }
    }
    page(frame, &sight, one, &form, &errors)
}
