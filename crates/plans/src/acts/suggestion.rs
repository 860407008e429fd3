//! Suggestions: what others would write differently. Nothing changes until the school accepts.

use access::{Permit, accounts};
use foundation::{
    App, Sql as _, Tx,
    clock::london,
    db::{At, Json},
};
use jiff::{Span, civil::Date};
use serde_json::json;

use super::{Check, action, objective};
use crate::{
    Refusal, letters,
    machine::{SUGGESTIONS, Standing, SuggestionAct, SuggestionState, Work, transition},
    model::{
        ActionId, Change, Field, OBJECTIVE_FIELDS, ObjectiveId, ObjectiveWords, PlanId, Suggestion,
        SuggestionId, SuggestionKind,
    },
    store::{Who, Whole, must_allow, must_be, one_plan, open, record, touched, who},
};

/// The fields of an action that can be suggested, in the order of the form.
pub const ACTION_FIELDS: [Field; 3] =
    [("words", "What is done"), ("owner_role", "By whom, as a role"), ("due_on", "By when")];

/// The fields a suggestion of a kind may touch.
#[must_use]
pub fn fields(kind: SuggestionKind) -> Vec<Field> {
    match kind {
        SuggestionKind::Objective => OBJECTIVE_FIELDS.to_vec(),
        SuggestionKind::NewObjective => {
            let mut fields = vec![("priority", "The priority it serves")];
            fields.extend(OBJECTIVE_FIELDS);
            fields
        }
        SuggestionKind::Action | SuggestionKind::NewAction => ACTION_FIELDS.to_vec(),
    }
}

/// The label of a field, for a difference.
#[must_use]
pub fn label(kind: SuggestionKind, field: &str) -> &'static str {
    fields(kind).into_iter().find(|(name, _)| *name == field).map_or("", |(_, label)| label)
}

/// What the record says now in the fields a suggestion may touch.
///
/// # Errors
/// [`Refusal::NotFound`] when what it is about is gone.
pub fn current(
    whole: &Whole,
    kind: SuggestionKind,
    objective: Option<ObjectiveId>,
    action: Option<ActionId>,
) -> Result<Vec<(&'static str, String)>, Refusal> {
    Ok(match kind {
        SuggestionKind::NewObjective | SuggestionKind::NewAction => {
            fields(kind).into_iter().map(|(field, _)| (field, String::new())).collect()
        }
        SuggestionKind::Objective => {
            let one = whole.objective(objective.ok_or(Refusal::NotFound)?)?;
            OBJECTIVE_FIELDS
                .into_iter()
                .map(|(field, _)| (field, one.words().get(field).to_owned()))
                .collect()
        }
        SuggestionKind::Action => {
            let (_, one) = whole.action(action.ok_or(Refusal::NotFound)?)?;
            vec![
                ("words", one.words.clone()),
                ("owner_role", one.owner_role.clone()),
                ("due_on", one.due_on().to_string()),
            ]
        }
    })
}

/// A suggestion to be made.
#[derive(Clone, Debug)]
pub struct NewSuggestion {
    /// What it is about.
    pub kind: SuggestionKind,
    /// The objective: the one to change, or the one a new action is for.
    pub objective: Option<ObjectiveId>,
    /// The action to change.
    pub action: Option<ActionId>,
    /// The fields as they should be, changed or not.
    pub wanted: Vec<(String, String)>,
    /// Why.
    pub why: String,
}

/// Makes a suggestion. The school is told; nothing else changes.
///
/// # Errors
/// [`Refusal`] when the plan is not shared with the person, nothing differs or no reason is given.
pub async fn suggest(
    app: &App,
    permit: &Permit,
    plan: PlanId,
    new: &NewSuggestion,
) -> Result<SuggestionId, Refusal> {
    let author = permit
        .person()
        .ok_or_else(|| Refusal::NotYours("Sign in to make a suggestion.".to_owned()))?;
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, plan).await?;
    must_allow(&whole.plan, Work::Suggest)?;
    let (about, of_action) = match (new.objective, new.action) {
        (_, Some(action)) => {
            let (objective, action) = whole.action(action)?;
            (Some(objective), Some(action))
        }
        (Some(objective), None) => (Some(whole.objective(objective)?), None),
        (None, None) => (None, None),
    };
    must_be(&whole.standings(&who, about, of_action), &[Standing::Supporter, Standing::Head])?;
    let objective = about.map(|about| about.id);
    let now = current(&whole, new.kind, objective, new.action)?;
    let changes: Vec<Change> = now
        .into_iter()
        .filter_map(|(field, before)| {
            let after = new.wanted.iter().find(|(name, _)| name == field)?.1.trim().to_owned();
            (after != before).then(|| Change { field: field.to_owned(), before, after })
        })
        .collect();
    let mut check = Check::default();
    check.words("reason", &new.why, "Say why: it helps the school to decide");
    let first = fields(new.kind).first().map_or("title", |(field, _)| *field);
    check.that(
        !changes.is_empty(),
        first,
        "Change something first: this is what the plan says now",
    );
    for change in &changes {
        check.text(&change.field, &change.after);
    }
    checked(new.kind, &changes, &mut check);
    check.done()?;
    let id = SuggestionId::new(&app.ids);
    tx.run(
        "INSERT INTO plan_suggestion (id, plan, objective, action, kind, changes, why, author,
           author_name, author_org, state, reply, decided_by, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'open', '', '', $11, 1)",
        [
            id.into(),
            plan.into(),
            objective.map(|id| id.to_string()).into(),
            new.action.map(|id| id.to_string()).into(),
            new.kind.key().into(),
            Json(&changes).into(),
            new.why.trim().into(),
            author.into(),
            permit.context().actor.name().into(),
            permit.context().acting_for.map(|org| org.to_string()).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let detail = json!({ "suggestion": id, "objective": objective });
    record(&tx, permit, &whole.plan, "suggestion made", detail).await?;
    for head in accounts::leaders(&tx, &app.clock, whole.plan.org).await? {
        if head.id != author {
            letters::suggested(app, &tx, permit, &whole, &head, id).await?;
        }
    }
    tx.commit().await?;
    Ok(id)
}

/// What a changed field must satisfy besides holding no pupil's number.
fn checked(kind: SuggestionKind, changes: &[Change], check: &mut Check) {
    let get = |field: &str| changes.iter().find(|c| c.field == field).map(|c| c.after.as_str());
    match kind {
        SuggestionKind::Objective => {
            check.that(get("title") != Some(""), "title", "Say what should become true");
        }
        SuggestionKind::NewObjective => {
            check.words("title", get("title").unwrap_or(""), "Say what should become true");
            check.words("priority", get("priority").unwrap_or(""), "Name the priority it serves");
        }
        SuggestionKind::Action => {
            check.that(get("words") != Some(""), "words", "Say what is done");
            let due = get("due_on").is_none_or(|due| due.parse::<Date>().is_ok());
            check.that(due, "due_on", "Enter the day as day, month and year");
        }
        SuggestionKind::NewAction => {
            check.words("words", get("words").unwrap_or(""), "Say what is done");
            check.words("owner_role", get("owner_role").unwrap_or(""), "Say who, as a role");
            let due = get("due_on").is_some_and(|due| due.parse::<Date>().is_ok());
            check.that(due, "due_on", "Enter the day as day, month and year");
        }
    }
}

/// What the school decides.
#[derive(Clone, Debug)]
pub enum Decision {
    /// As it is.
    Accept {
        /// A word of thanks, or nothing.
        reply: String,
    },
    /// With the school's own words in the fields.
    Adapt {
        /// The fields as they should be.
        chosen: Vec<(String, String)>,
        /// What was changed and why, or nothing.
        reply: String,
    },
    /// Not.
    Decline {
        /// Why.
        reply: String,
    },
    /// Its author takes it back.
    Withdraw,
}

impl Decision {
    const fn act(&self) -> SuggestionAct {
        match self {
            Self::Accept { .. } => SuggestionAct::Accept,
            Self::Adapt { .. } => SuggestionAct::Adapt,
            Self::Decline { .. } => SuggestionAct::Decline,
            Self::Withdraw => SuggestionAct::Withdraw,
        }
    }

    fn reply(&self) -> &str {
        match self {
            Self::Accept { reply } | Self::Adapt { reply, .. } | Self::Decline { reply } => reply,
            Self::Withdraw => "",
        }
    }
}

/// Decides on a suggestion; accepting writes the plan in the same transaction.
///
/// # Errors
/// [`Refusal`] when the state or the person does not allow it, what it is about has changed since
/// (then it can be adapted), or words are missing.
pub async fn decide(
    app: &App,
    permit: &Permit,
    id: SuggestionId,
    decision: &Decision,
) -> Result<SuggestionState, Refusal> {
    let sql = "SELECT plan FROM plan_suggestion WHERE id = $1";
    let who = who(app, permit).await?;
    let (tx, whole) = open(app, one_plan(&app.db, sql, id.to_string()).await?).await?;
    let found = whole.suggestions.iter().find(|one| one.id == id).ok_or(Refusal::NotFound)?;
    let objective = found.objective.map(|id| whole.objective(id)).transpose()?;
    let mut standings = whole.standings(&who, objective, None);
    if matches!(&who, Who::Person(visitor) if visitor.account == Some(found.author)) {
        standings.push(Standing::Author);
    }
    let act = decision.act();
    let to = transition(SUGGESTIONS, found.state(), act, &standings)
        .map_err(|no| Refusal::of(no, "suggestion", found.state().words()))?;
    let mut check = Check::default();
    check.text("reply", decision.reply());
    if act == SuggestionAct::Decline {
        check.words(
            "reply",
            decision.reply(),
            "Say why, kindly: somebody has thought about your plan",
        );
    }
    check.done()?;
    if act != SuggestionAct::Withdraw {
        must_allow(&whole.plan, Work::Edit)?;
    }
    let chosen = match decision {
        Decision::Accept { .. } => Some(unchanged_since(&whole, found)?),
        Decision::Adapt { chosen, .. } => Some(adapted(&whole, found, chosen)?),
        Decision::Decline { .. } | Decision::Withdraw => None,
    };
    if let Some(chosen) = &chosen {
        apply(app, &tx, permit, &whole, found, chosen).await?;
    }
    let rows = tx
        .run(
            "UPDATE plan_suggestion SET state = $3, reply = $4, chosen = $5, decided_by = $6,
               decided_at = $7, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                id.into(),
                found.version.into(),
                to.key().into(),
                decision.reply().trim().into(),
                chosen.and_then(|chosen| serde_json::to_string(&chosen).ok()).into(),
                permit.context().actor.name().into(),
                At(permit.context().at).into(),
            ],
        )
        .await?;
    touched(rows, "suggestion")?;
    let verb = match to {
        SuggestionState::Accepted => "suggestion accepted",
        SuggestionState::Adapted => "suggestion accepted with changes",
        SuggestionState::Declined => "suggestion declined",
        SuggestionState::Open | SuggestionState::Withdrawn => "suggestion withdrawn",
    };
    let detail = json!({ "suggestion": id, "objective": found.objective });
    record(&tx, permit, &whole.plan, verb, detail).await?;
    if act != SuggestionAct::Withdraw {
        letters::answered(app, &tx, permit, &whole, found, to, decision.reply()).await?;
    }
    tx.commit().await?;
    Ok(to)
}

/// The fields whose text differs from what it was when the suggestion was made.
#[must_use]
pub fn drifted(whole: &Whole, found: &Suggestion) -> Vec<String> {
    let Ok(now) = current(whole, found.kind(), found.objective, found.action) else {
        return Vec::new();
    };
    found
        .changes()
        .iter()
        .filter(|change| {
            now.iter().any(|(field, text)| *field == change.field && *text != change.before)
        })
        .map(|change| change.field.clone())
        .collect()
}

fn unchanged_since(whole: &Whole, found: &Suggestion) -> Result<Vec<Change>, Refusal> {
    if drifted(whole, found).is_empty() {
        return Ok(found.changes().to_vec());
    }
    Err(Refusal::NotNow(
        "The plan has changed here since this was suggested. Accept it with changes instead: both \
         texts are on the page."
            .to_owned(),
    ))
}

fn adapted(
    whole: &Whole,
    found: &Suggestion,
    chosen: &[(String, String)],
) -> Result<Vec<Change>, Refusal> {
    let now = current(whole, found.kind(), found.objective, found.action)?;
    let changes: Vec<Change> = now
        .into_iter()
        .filter_map(|(field, before)| {
            let after = chosen.iter().find(|(name, _)| name == field)?.1.trim().to_owned();
            (after != before).then(|| Change { field: field.to_owned(), before, after })
        })
        .collect();
    let mut check = Check::default();
    for change in &changes {
        check.text(&change.field, &change.after);
    }
    check.that(
        !changes.is_empty(),
        "reply",
        "Nothing differs from the plan: decline the suggestion, with thanks",
    );
    checked(found.kind(), &changes, &mut check);
    check.done()?;
    Ok(changes)
}

async fn apply(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    found: &Suggestion,
    changes: &[Change],
) -> Result<(), Refusal> {
    let plan = &whole.plan;
    let get = |field: &str| {
        changes.iter().find(|change| change.field == field).map(|change| change.after.as_str())
    };
    let day = |otherwise: Date| get("due_on").and_then(|due| due.parse().ok()).unwrap_or(otherwise);
    match found.kind() {
        SuggestionKind::Objective => {
            let one = whole.objective(found.objective.ok_or(Refusal::NotFound)?)?;
            let mut new = objective::as_written(whole, one);
            for change in changes {
                new.words.set(&change.field, &change.after);
            }
            objective::write(app, tx, permit, plan, one, one.version, &new).await
        }
        SuggestionKind::NewObjective => {
            let mut words = ObjectiveWords::default();
            for change in changes {
                words.set(&change.field, &change.after);
            }
            let priority = get("priority").unwrap_or("").to_owned();
            let new = objective::NewObjective { priority, words, ..Default::default() };
            objective::insert(app, tx, permit, plan, &new).await.map(|_| ())
        }
        SuggestionKind::Action => {
            let (_, one) = whole.action(found.action.ok_or(Refusal::NotFound)?)?;
            let mut new = action::as_written(one);
            if let Some(words) = get("words") {
                words.clone_into(&mut new.words);
            }
            if let Some(role) = get("owner_role") {
                role.clone_into(&mut new.owner_role);
            }
            new.due_on = day(new.due_on);
            action::write(app, tx, permit, plan, one, one.version, &new).await
        }
        SuggestionKind::NewAction => {
            let one = whole.objective(found.objective.ok_or(Refusal::NotFound)?)?;
            let today = london(permit.context().at);
            let due_on = day(today.saturating_add(Span::new().days(14)));
            let new = action::NewAction {
                words: get("words").unwrap_or("").to_owned(),
                owner: None,
                owner_name: String::new(),
                owner_email: String::new(),
                owner_role: get("owner_role").unwrap_or("").to_owned(),
                start_on: today.min(due_on),
                due_on,
                quick: false,
            };
            action::insert(app, tx, permit, plan, one, &new).await.map(|_| ())
        }
    }
}
