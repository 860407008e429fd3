//! Answering for an action from a letter: open the link, press one button. No account is needed;
//! the link is good for one answer about one action.

use access::{
    Permit, accounts,
    links::{self, Act, Link},
};
use foundation::{App, Sql, Tx};
use jiff::SignedDuration;

use super::action::{Said, step};
use crate::{
    Refusal,
    machine::{ActionAct, ActionState, Standing},
    model::{Action, ActionId, PlanId},
    store::{Whole, open, plan_of_action},
};

/// How links name an action.
pub const SUBJECT: &str = "plan action";
/// The one act a link is good for.
pub const ACT: &str = "answer";
/// How long a link stands.
const STANDS: SignedDuration = SignedDuration::from_hours(24 * 28);

/// Where letters about an action go; nothing when nobody can be written to.
pub(crate) async fn address(db: &impl Sql, action: &Action) -> Result<Option<String>, Refusal> {
    let found = match action.owner {
        Some(owner) => accounts::get(db, owner)
            .await?
            .filter(|account| account.closed_at.is_none())
            .map(|account| account.email),
        None => Some(action.owner_email.clone()).filter(|email| !email.is_empty()),
    };
    Ok(found)
}

/// Makes the link for a letter; earlier ones stop working.
pub(crate) async fn link(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    whole: &Whole,
    action: &Action,
    email: &str,
) -> Result<String, Refusal> {
    let act = Act {
        subject: SUBJECT,
        id: action.id.to_string(),
        act: ACT,
        email: email.to_owned(),
        owner: whole.plan.org,
    };
    links::revoke(tx, permit, SUBJECT, &act.id, whole.plan.org).await?;
    let token = links::issue(tx, app, permit, &act, STANDS).await?;
    Ok(format!("{}/plans/answer/{token}", app.config.public_url()))
}

/// What an owner answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// It is done.
    Done,
    /// Not yet: why, and by when.
    NotYet(Said),
}

/// What a link opens: the plan, the action and how it stands; nothing when it is over.
///
/// # Errors
/// When the database cannot be read.
pub async fn look(app: &App, token: &str) -> Result<Option<(Whole, ActionId, Link)>, Refusal> {
    let Some(link) = links::look(app, token).await? else { return Ok(None) };
    let id: Option<ActionId> = link.subject_id.parse().ok();
    let (Some(id), true) = (id, link.subject == SUBJECT && link.act == ACT) else {
        return Ok(None);
    };
    let plan: PlanId = plan_of_action(&app.db, id).await?;
    Ok(Some((Whole::load(app, &app.db, plan).await?, id, link)))
}

/// Answers once. Nothing is used up when the answer is refused, so that it can be corrected.
///
/// # Errors
/// [`Refusal::NotFound`] when the link is over or somebody else's by now; [`Refusal`] otherwise.
pub async fn answer(app: &App, token: &str, answer: &Answer) -> Result<ActionState, Refusal> {
    let (_, id, _) = look(app, token).await?.ok_or(Refusal::NotFound)?;
    let (tx, whole) = open(app, plan_of_action(&app.db, id).await?).await?;
    let (_, action) = whole.action(id)?;
    let redeemed = links::redeem(&tx, app, token, SUBJECT, &id.to_string(), ACT).await?;
    let (link, permit) = redeemed.ok_or(Refusal::NotFound)?;
    if address(&tx, action).await?.as_deref() != Some(link.email.as_str()) {
        return Err(Refusal::NotFound);
    }
    let nothing = Said::default();
    let (acts, said): (&[ActionAct], &Said) = match answer {
        Answer::Done => (action.state().way_to_done(), &nothing),
        Answer::NotYet(said) => (&[ActionAct::Report], said),
    };
    if acts.is_empty() {
        return Err(Refusal::NotNow(format!(
            "Nothing is asked any more: this action stands at “{}”.",
            action.state().words()
        )));
    }
    let to = step(app, &tx, &permit, &whole, action, &[Standing::Owner], acts, said).await?;
    links::revoke(&tx, &permit, SUBJECT, &id.to_string(), whole.plan.org).await?;
    tx.commit().await?;
    Ok(to)
}
