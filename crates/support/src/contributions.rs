//! What somebody gave to other schools within agreements, for their own record: in a team, in a
//! small support, or in return.

use std::collections::BTreeSet;

use access::AccountId;
use brokerage::contribution::Contribution;
use foundation::{App, DbError, OrgRef, Sql as _};
use sea_orm::FromQueryResult;

use crate::{
    Refusal,
    agreements::{Agreement, AgreementId, Side, State, store},
    exits,
    time::{self, Entry, EntryState},
};

#[derive(FromQueryResult)]
struct Found {
    agreement: AgreementId,
}

/// Everything a person gave and gives in agreements that have begun, whichever school they were
/// at then.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(app: App, account: AccountId) -> Result<Vec<Contribution>, DbError> {
    let found: Vec<Found> = app
        .db
        .all(
            "SELECT agreement FROM agreement_person WHERE account = $1
             UNION SELECT agreement FROM time_entry WHERE account = $1 ORDER BY agreement",
            [account.to_string().into()],
        )
        .await?;
    let mut all = Vec::new();
    for one in found {
        let Some(agreement) = store::find(&app.db, one.agreement).await? else { continue };
        let never = agreement.state() == State::Cancelled;
        if never || !agreement.state().has_begun() {
            continue;
        }
        let own: Vec<Entry> = time::of(&app.db, agreement.id)
            .await?
            .into_iter()
            .filter(|entry| entry.account.as_deref() == Some(&account.to_string()))
            .collect();
        all.extend(in_agreement(&app, &agreement, account, &own).await?);
    }
    Ok(all)
}

async fn in_agreement(
    app: &App,
    agreement: &Agreement,
    account: AccountId,
    own: &[Entry],
) -> Result<Vec<Contribution>, DbError> {
    let binding = match store::current(&app.db, agreement).await {
        Ok(binding) => binding,
        Err(Refusal::Db(error)) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    let terms = binding.terms();
    let part: Vec<_> = terms.team.iter().filter(|member| member.account == Some(account)).collect();
    let mut givers: BTreeSet<OrgRef> = own.iter().map(|entry| entry.giver).collect();
    if !part.is_empty() {
        givers.insert(agreement.supporting);
    }
    let (Some(from_on), Some(last)) = (agreement.start_on(), agreement.end_on()) else {
        return Ok(Vec::new());
    };
    let mut all = Vec::new();
    for giver in givers {
        let given = own
            .iter()
            .filter(|entry| entry.giver == giver && entry.state() == EntryState::Delivered)
            .map(|entry| entry.half_days)
            .sum();
        let in_return = giver == agreement.supported;
        let to = if in_return { agreement.supporting } else { agreement.supported };
        let role = match part.first() {
            _ if in_return => "In return".to_owned(),
            Some(member) if member.lead => "Led the team".to_owned(),
            Some(member) if !member.part.trim().is_empty() => member.part.trim().to_owned(),
            Some(_) => "In the team".to_owned(),
            None => "Came along".to_owned(),
        };
        let agreed = (!in_return && !part.is_empty())
            .then(|| part.iter().map(|member| member.half_days).sum());
        // The role of the agreement is the leader's.
        let leads = !in_return && part.iter().any(|member| member.lead);
        let sphere = terms.role.kind().filter(|_| leads).map(|kind| kind.sphere.clone());
        all.push(Contribution {
            sphere: sphere.unwrap_or_default(),
            to,
            school: register::org_name(&app.db, to).await?,
            title: agreement.title.clone(),
            role,
            from_on,
            to_on: agreement.ended_on().unwrap_or(last),
            agreed,
            given: Some(given),
            stands: agreement.state().in_words().to_owned(),
            became: if in_return {
                Vec::new()
            } else {
                became(app, agreement, part.iter().any(|member| member.lead)).await?
            },
        });
    }
    Ok(all)
}

/// What people of the supported school can do now; for whoever led the team also what its head said
/// about working together, once both schools have spoken.
async fn became(app: &App, agreement: &Agreement, leads: bool) -> Result<Vec<String>, DbError> {
    let mut words: Vec<String> = exits::gains_of(&app.db, agreement.id)
        .await?
        .into_iter()
        .filter(|gain| gain.side() == Side::Supported)
        .map(|gain| format!("{}: {}", gain.who, gain.can_now))
        .collect();
    let said = exits::feedback_of(&app.db, agreement.id).await?;
    let both = Side::BOTH.iter().all(|side| said.iter().any(|one| one.side() == *side));
    if leads && both {
        let theirs = said.iter().filter(|one| one.side() == Side::Supported);
        let theirs = theirs.filter(|one| !one.comment.is_empty());
        words.extend(theirs.map(|one| format!("“{}”", one.comment)));
    }
    Ok(words)
}
