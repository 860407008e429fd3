//! The letters of this room. Subjects name no matter, only that something waits.

use access::{
    Permit,
    accounts::{self, Account},
};
use foundation::{
    App, Tx,
    clock::date_in_words,
    mail::{self, Letter},
};
use jiff::civil::Date;

use crate::{
    Refusal,
    acts::answer,
    machine::SuggestionState,
    model::{Action, Milestone, Objective, Suggestion, SuggestionId},
    store::Whole,
};

async fn send(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    to: &str,
    subject: &str,
    body: String,
) -> Result<(), Refusal> {
    let letter = Letter { recipient: to.to_owned(), subject: subject.to_owned(), body };
    Ok(mail::post(tx, app, permit.context(), &letter).await?)
}

fn at(app: &App, whole: &Whole, page: &str) -> String {
    format!("{}/plans/{}{page}", app.config.public_url(), whole.plan.id)
}

async fn school(tx: &Tx, whole: &Whole) -> Result<String, Refusal> {
    Ok(register::org_name(tx, whole.plan.org).await?)
}

/// The heads of the supporting schools hear that a plan is open for suggestions.
pub(crate) async fn plan_opened(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
) -> Result<(), Refusal> {
    let school = school(tx, whole).await?;
    let mut told: Vec<String> = Vec::new();
    for linked in whole.agreements.values().filter(|linked| linked.shares()) {
        let other = linked.agreement.supporting;
        for head in accounts::leaders(tx, &app.clock, other).await? {
            if told.contains(&head.email) || other == whole.plan.org {
                continue;
            }
            let body = format!(
                "Hello {},\n\n{school} has written its plan and asks what you think. You see the \
                 objectives that are linked with your agreement. What you write is a suggestion: \
                 the school decides.\n\n{}\n",
                head.name,
                at(app, whole, "")
            );
            send(app, tx, permit, &head.email, "A plan is open for your suggestions", body).await?;
            told.push(head.email);
        }
    }
    Ok(())
}

/// The heads of the school, the leader of the objective and the heads who support it hear that a
/// milestone is off track.
pub(crate) async fn off_track(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    milestone: &Milestone,
) -> Result<(), Refusal> {
    let objective = whole.objective(milestone.objective)?;
    let mut readers = accounts::leaders(tx, &app.clock, whole.plan.org).await?;
    if let Some(lead) = objective.lead {
        readers.extend(accounts::get(tx, lead).await?.filter(|one| one.closed_at.is_none()));
    }
    for linked in whole.linked(objective.id).filter(|linked| linked.shares()) {
        let other = linked.agreement.supporting;
        readers.extend(accounts::leaders(tx, &app.clock, other).await?);
    }
    let school = school(tx, whole).await?;
    let mut told = Vec::new();
    for reader in readers {
        if told.contains(&reader.id) {
            continue;
        }
        told.push(reader.id);
        let body = format!(
            "Hello {},\n\nwhat was written down about a milestone in the plan of {school} says that \
             it is off track. Better seen now than at the end: talk about what gets in the way, and \
             what would help.\n\n{}\n",
            reader.name,
            at(app, whole, &format!("/milestones/{}", milestone.id))
        );
        send(app, tx, permit, &reader.email, "A milestone needs a conversation", body).await?;
    }
    Ok(())
}

/// The head hears of a suggestion.
pub(crate) async fn suggested(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    head: &Account,
    id: SuggestionId,
) -> Result<(), Refusal> {
    let body = format!(
        "Hello {},\n\n{} suggests something for your plan “{}”. Nothing changes unless you accept \
         it, as it is or in your own words:\n\n{}\n",
        head.name,
        permit.context().actor.name(),
        whole.plan.title,
        at(app, whole, &format!("/suggestions/{id}"))
    );
    send(app, tx, permit, &head.email, "A suggestion for your plan", body).await
}

/// The author hears what became of a suggestion.
pub(crate) async fn answered(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    found: &Suggestion,
    to: SuggestionState,
    reply: &str,
) -> Result<(), Refusal> {
    let author = accounts::get(tx, found.author).await?.filter(|a| a.closed_at.is_none());
    let Some(author) = author else { return Ok(()) };
    let became = match to {
        SuggestionState::Accepted => "has accepted your suggestion",
        SuggestionState::Adapted => "has taken up your suggestion in its own words",
        _ => "has thought about your suggestion and decided otherwise",
    };
    let reply = match reply.trim() {
        "" => String::new(),
        words => format!("\n\n“{words}”"),
    };
    let body = format!(
        "Hello {},\n\n{} {became}. Thank you for it.{reply}\n\n{}\n",
        author.name,
        school(tx, whole).await?,
        at(app, whole, &format!("/suggestions/{}", found.id))
    );
    send(app, tx, permit, &author.email, "Your suggestion was answered", body).await
}

/// Why an owner is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// The day comes near.
    Soon(Date),
    /// The day has passed.
    Late(Date),
    /// Nothing was heard for so many days.
    Quiet(i64),
}

/// Asks the owner of an action; `false` when nobody can be written to.
pub(crate) async fn ask_owner(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    action: &Action,
    ask: Ask,
) -> Result<bool, Refusal> {
    let Some(email) = answer::address(tx, action).await? else { return Ok(false) };
    let link = answer::link(app, tx, permit, whole, action, &email).await?;
    let (subject, why) = match ask {
        Ask::Soon(day) => {
            ("An action of yours is due soon", format!("this is due on {}", date_in_words(day)))
        }
        Ask::Late(day) => ("How did it go?", format!("this was due on {}", date_in_words(day))),
        Ask::Quiet(days) => (
            "How is it going?",
            format!("nothing was written about this for {days} school days and weekends"),
        ),
    };
    let name = match action.owner_name.is_empty() {
        true => action.owner_role.as_str(),
        false => action.owner_name.as_str(),
    };
    let body = format!(
        "Hello {name},\n\nin the plan of {}, {why}:\n\n    {}\n\nOpen this link and press one \
         button if it is done, or say in a sentence what is in the way. You need no \
         account:\n\n{link}\n\nThe link is yours alone and works for four weeks, for this one \
         action.\n",
        school(tx, whole).await?,
        action.words,
    );
    send(app, tx, permit, &email, subject, body).await?;
    Ok(true)
}

/// Tells somebody further up that an action has been quiet, and what was tried before.
pub(crate) async fn raise(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    (objective, action): (&Objective, &Action),
    person: &Account,
    days: i64,
) -> Result<(), Refusal> {
    let body = format!(
        "Hello {},\n\nnothing was heard for {days} school days and weekends of an action in the \
         plan of {}:\n\n    {}\n    Owner: {}\n    Objective: {}\n\nPerhaps it is done, perhaps \
         something is in the way. A short call often helps more than a reminder. What was written \
         and who was asked so far:\n\n{}\n\nThis letter is a step of the ladder the school agreed \
         to; it goes no further than that.\n",
        person.name,
        school(tx, whole).await?,
        action.words,
        action.owner_in_words(),
        objective.words().title,
        at(app, whole, &format!("/actions/{}", action.id)),
    );
    send(app, tx, permit, &person.email, "An action has gone quiet", body).await
}
