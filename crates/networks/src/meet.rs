//! What is done with the meetings of a network.

use std::collections::BTreeSet;

use access::{AccountId, Permit, Role, accounts, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::{date_in_words, london},
    db::{AsText, At},
    events,
};
use jiff::civil::Date;
use support::machine::step;

use crate::{
    Refusal,
    acts::{clean, event, people},
    letters,
    meetings::{self, Act, Answer, ItemId, ItemKind, Meeting, MeetingId, State, Who},
    network::{self, Member, Network},
};

/// A meeting's day and place.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it is about.
    pub title: String,
    /// The day.
    pub on: Date,
    /// From when to when, in words.
    pub at_time: String,
    /// Where.
    pub place: String,
    /// The address to join from afar; may be empty.
    pub link: String,
    /// How many people there is room for.
    pub places: Option<u32>,
}

/// What is written after a meeting.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Members who came.
    pub members: Vec<AccountId>,
    /// Schools from which somebody without a membership came.
    pub schools: Vec<OrgRef>,
    /// What was said.
    pub notes: String,
    /// What was agreed, one a line.
    pub actions: String,
    /// Whether heads of schools from which nobody came get the notes too.
    pub heads: bool,
}

/// Writes a meeting down.
pub(crate) async fn insert(
    app: &App,
    tx: &Tx,
    permit: &Permit,
    of: &Network,
    plan: &Plan,
) -> Result<MeetingId, DbError> {
    let id = MeetingId::new(&app.ids);
    tx.run(
        "INSERT INTO network_meeting (id, network, title, on_date, at_time, place, link, places,
           state, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', 1)",
        [
            id.into(),
            of.id.into(),
            plan.title.trim().into(),
            AsText(plan.on).into(),
            plan.at_time.trim().into(),
            plan.place.trim().into(),
            plan.link.trim().into(),
            plan.places.map(i64::from).into(),
        ],
    )
    .await?;
    let key = id.to_string();
    events::append(tx, permit.context(), event(of, "network meeting", &key, "planned")).await?;
    Ok(id)
}

fn sound(plan: &Plan, today: Date) -> Result<(), Refusal> {
    if plan.title.trim().is_empty() {
        return Err(Refusal::field("title", "Say what it is about"));
    }
    if plan.on < today {
        return Err(Refusal::field("on", "Choose a day from today on"));
    }
    if plan.places == Some(0) {
        return Err(Refusal::field(
            "places",
            "Enter how many people there is room for, or nothing",
        ));
    }
    let link = plan.link.trim();
    if !link.is_empty() && !link.starts_with("https://") {
        return Err(Refusal::field("link", "Enter the whole address, beginning with https://"));
    }
    clean(&[("title", &plan.title), ("place", &plan.place), ("at_time", &plan.at_time)])
}

/// Plans a meeting.
///
/// # Errors
/// [`Refusal`] by anybody but the convenor, or for a day that has passed.
pub async fn plan(
    app: &App,
    permit: &Permit,
    of: &Network,
    plan: &Plan,
) -> Result<MeetingId, Refusal> {
    if permit.person() != Some(of.convenor) || of.ended_on().is_some() {
        return Err(Refusal::NotYours("The convenor plans meetings.".to_owned()));
    }
    sound(plan, london(permit.context().at))?;
    let tx = app.db.write().await?;
    let id = insert(app, &tx, permit, of, plan).await?;
    tx.commit().await?;
    Ok(id)
}

/// A meeting and its network, with what whoever acts is to it.
async fn open(
    app: &App,
    permit: &Permit,
    id: MeetingId,
) -> Result<(Tx, Meeting, Network, Vec<Who>), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("network meeting {id}")).await?;
    let it = meetings::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    let of = network::find(&tx, it.network).await?.ok_or(Refusal::NotFound)?;
    let mut who = standings(&of, permit.person(), &network::members(app, &tx, &of).await?);
    if of.ended_on().is_some() {
        who = vec![Who::Other];
    }
    Ok((tx, it, of, who))
}

/// What somebody is in relation to the meetings of a network.
#[must_use]
pub fn standings(of: &Network, account: Option<AccountId>, members: &[Member]) -> Vec<Who> {
    let Some(account) = account else { return vec![Who::Other] };
    let mut who = Vec::new();
    if account == of.convenor {
        who.push(Who::Convenor);
    }
    if members.iter().any(|member| member.account == account) {
        who.push(Who::Member);
    }
    if who.is_empty() {
        who.push(Who::Other);
    }
    who
}

/// Changes day, time, place or title; members are told when the day moves.
///
/// # Errors
/// [`Refusal`] where the state or the person does not allow it; [`DbError::Conflict`] when somebody
/// changed it meanwhile.
pub async fn move_to(
    app: &App,
    permit: &Permit,
    id: MeetingId,
    plan: &Plan,
    seen: i64,
) -> Result<(), Refusal> {
    let (tx, it, of, who) = open(app, permit, id).await?;
    step(it.state(), Act::Change, &who)?;
    sound(plan, london(permit.context().at))?;
    let touched = tx
        .run(
            "UPDATE network_meeting SET title = $3, on_date = $4, at_time = $5, place = $6,
               link = $7, places = $8, version = version + 1 WHERE id = $1 AND version = $2",
            [
                id.into(),
                seen.into(),
                plan.title.trim().into(),
                AsText(plan.on).into(),
                plan.at_time.trim().into(),
                plan.place.trim().into(),
                plan.link.trim().into(),
                plan.places.map(i64::from).into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("meeting").into());
    }
    let key = id.to_string();
    events::append(&tx, permit.context(), event(&of, "network meeting", &key, "changed")).await?;
    if plan.on != it.on() {
        let words = format!(
            "“{}” of {} is on {} now, not on {}.",
            plan.title.trim(),
            of.name,
            date_in_words(plan.on),
            date_in_words(it.on())
        );
        let told = people(network::members(app, &tx, &of).await?);
        let subject = "A meeting of a network has moved";
        letters::send(app, &tx, permit, told, (subject, &words, &it.address())).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Puts something on the agenda.
///
/// # Errors
/// [`Refusal`] without words, by somebody who is no member, or once it was held.
pub async fn share(
    app: &App,
    permit: &Permit,
    id: MeetingId,
    kind: ItemKind,
    (words, link): (&str, &str),
) -> Result<(), Refusal> {
    let (tx, it, of, who) = open(app, permit, id).await?;
    step(it.state(), Act::Share, &who)?;
    let (words, link) = (words.trim(), link.trim());
    if words.is_empty() {
        return Err(Refusal::field("words", "Say what it is, in a sentence"));
    }
    if kind == ItemKind::Paper && link.is_empty() {
        return Err(Refusal::field("link", "Enter the address where the paper can be read"));
    }
    if !link.is_empty() && !link.starts_with("https://") {
        return Err(Refusal::field("link", "Enter the whole address, beginning with https://"));
    }
    clean(&[("words", words)])?;
    let account = permit.person().ok_or(Refusal::NotFound)?;
    tx.run(
        "INSERT INTO network_item (id, meeting, kind, words, link, account, name, added_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            ItemId::new(&app.ids).into(),
            id.into(),
            AsText(kind).into(),
            words.into(),
            link.into(),
            account.into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let key = id.to_string();
    events::append(&tx, permit.context(), event(&of, "network meeting", &key, "agenda")).await?;
    tx.commit().await?;
    Ok(())
}

/// Says whether one comes. The last answer counts, until the meeting is held.
///
/// # Errors
/// [`Refusal`] by somebody who is no member, or when it is not planned any more.
pub async fn answer(
    app: &App,
    permit: &Permit,
    id: MeetingId,
    answer: Answer,
    reason: &str,
) -> Result<(), Refusal> {
    let (tx, it, of, _) = open(app, permit, id).await?;
    if it.state() != State::Planned {
        return Err(Refusal::NotNow("This meeting is not planned any more.".to_owned()));
    }
    clean(&[("reason", reason)])?;
    let account = permit.person().ok_or(Refusal::NotFound)?;
    let mine = network::members(app, &tx, &of).await?;
    let Some(mine) = mine.into_iter().find(|member| member.account == account) else {
        return Err(Refusal::NotYours("Members say whether they come: join first.".to_owned()));
    };
    let others: Vec<_> = meetings::presence(&tx, id)
        .await?
        .into_iter()
        .filter(|one| one.account != Some(account))
        .collect();
    if answer == Answer::Coming && it.is_full(&others) {
        let places = it.places.unwrap_or_default();
        let taken = match places {
            1 => "The only place is taken".to_owned(),
            n => format!("All {n} places are taken"),
        };
        return Err(Refusal::NotNow(format!(
            "{taken}. Ask the convenor, {}, whether there is room for more.",
            of.convenor_name
        )));
    }
    tx.run(
        "DELETE FROM network_presence WHERE meeting = $1 AND account = $2",
        [id.into(), account.into()],
    )
    .await?;
    present(app, &tx, id, (Some(account), &mine.name, mine.org), (answer, reason.trim()), None)
        .await?;
    tx.commit().await?;
    Ok(())
}

async fn present(
    app: &App,
    tx: &Tx,
    meeting: MeetingId,
    (account, name, org): (Option<AccountId>, &str, OrgRef),
    (answer, reason): (Answer, &str),
    came: Option<bool>,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO network_presence (id, meeting, account, name, org, answer, reason, came)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            app.ids.next().to_string().into(),
            meeting.into(),
            account.map(|account| account.to_string()).into(),
            name.into(),
            org.into(),
            AsText(answer).into(),
            reason.into(),
            came.into(),
        ],
    )
    .await?;
    Ok(())
}

/// Writes who came and what was said, or corrects it. Members who were not there get the notes by
/// letter, the first time; heads of schools nobody came from, where the convenor wants it.
///
/// # Errors
/// [`Refusal`] before the day, without notes or with nobody there; [`DbError::Conflict`] when
/// somebody wrote meanwhile.
pub async fn hold(
    app: &App,
    permit: &Permit,
    id: MeetingId,
    held: &Held,
    seen: i64,
) -> Result<(), Refusal> {
    let (tx, it, of, who) = open(app, permit, id).await?;
    let act = if it.state() == State::Held { Act::Correct } else { Act::Hold };
    let to = step(it.state(), act, &who)?;
    if it.on() > london(permit.context().at) {
        return Err(Refusal::NotNow("The day has not come yet.".to_owned()));
    }
    let (notes, actions) = (held.notes.trim(), held.actions.trim());
    if notes.is_empty() {
        return Err(Refusal::field("notes", "Write what was said, so that others can follow"));
    }
    clean(&[("notes", notes), ("actions", actions)])?;
    let members = network::members(app, &tx, &of).await?;
    let came: Vec<&Member> =
        members.iter().filter(|member| held.members.contains(&member.account)).collect();
    let own: BTreeSet<OrgRef> = came.iter().map(|member| member.org).collect();
    let orgs = partnerships::members(&tx, of.partnership, app.clock.today()).await?;
    let schools: BTreeSet<OrgRef> = held
        .schools
        .iter()
        .copied()
        .filter(|org| orgs.contains(org) && !own.contains(org))
        .collect();
    if came.is_empty() && schools.is_empty() {
        return Err(Refusal::field("members", "Say who came, or which schools"));
    }
    let touched = tx
        .run(
            "UPDATE network_meeting SET state = $3, notes = $4, actions = $5,
               version = version + 1 WHERE id = $1 AND version = $2",
            [id.into(), seen.into(), AsText(to).into(), notes.into(), actions.into()],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("meeting").into());
    }
    let before = meetings::presence(&tx, id).await?;
    tx.run("DELETE FROM network_presence WHERE meeting = $1", [id.into()]).await?;
    for member in &members {
        let said = before.iter().find(|one| one.account == Some(member.account));
        let answer = said.map_or(Answer::Silent, meetings::Presence::answer);
        let reason = said.map_or("", |one| one.reason.as_str());
        let there = held.members.contains(&member.account);
        let whose = (Some(member.account), member.name.as_str(), member.org);
        present(app, &tx, id, whose, (answer, reason), Some(there)).await?;
    }
    for &org in &schools {
        present(app, &tx, id, (None, "", org), (Answer::Silent, ""), Some(true)).await?;
    }
    let key = id.to_string();
    let verb = if act == Act::Hold { "held" } else { "notes corrected" };
    events::append(&tx, permit.context(), event(&of, "network meeting", &key, verb)).await?;
    if act == Act::Hold {
        let mut absent: Vec<AccountId> = members
            .iter()
            .filter(|member| !held.members.contains(&member.account))
            .map(|member| member.account)
            .collect();
        if held.heads {
            let there = |org: &OrgRef| own.contains(org) || schools.contains(org);
            for org in orgs.iter().filter(|org| org.urn().is_some() && !there(org)) {
                let heads = accounts::holders(&tx, &app.clock, *org, Role::Head).await?;
                absent.extend(heads.into_iter().map(|head| head.id));
            }
        }
        let words = format!(
            "“{}” of {} was on {}. Here is what was said, for those who could not come.",
            it.title,
            of.name,
            date_in_words(it.on())
        );
        let subject = format!("Notes of {}", of.name);
        letters::send(app, &tx, permit, absent, (&subject, &words, &it.address())).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Closes what was agreed at a meeting: the convenor says what came of it, and the members read it.
///
/// # Errors
/// [`Refusal`] without words, where nothing was agreed, or where the state or the person does not
/// allow it.
pub async fn settle(app: &App, permit: &Permit, id: MeetingId, words: &str) -> Result<(), Refusal> {
    let (tx, it, of, who) = open(app, permit, id).await?;
    let to = step(it.state(), Act::Settle, &who)?;
    if it.actions.trim().is_empty() {
        return Err(Refusal::NotNow("Nothing was agreed at this meeting.".to_owned()));
    }
    let words = words.trim();
    if words.is_empty() {
        return Err(Refusal::field("outcome", "Say what came of what was agreed"));
    }
    clean(&[("outcome", words)])?;
    turn(&tx, permit, (&it, &of), to, words, "actions closed").await?;
    tx.commit().await?;
    Ok(())
}

/// Takes up again what was agreed, when something was left after all.
///
/// # Errors
/// [`Refusal`] where the state or the person does not allow it.
pub async fn reopen(app: &App, permit: &Permit, id: MeetingId) -> Result<(), Refusal> {
    let (tx, it, of, who) = open(app, permit, id).await?;
    let to = step(it.state(), Act::Reopen, &who)?;
    turn(&tx, permit, (&it, &of), to, &it.outcome, "actions taken up again").await?;
    tx.commit().await?;
    Ok(())
}

async fn turn(
    tx: &Tx,
    permit: &Permit,
    (it, of): (&Meeting, &Network),
    to: State,
    outcome: &str,
    verb: &str,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE network_meeting SET state = $2, outcome = $3, version = version + 1 WHERE id = $1",
        [it.id.into(), AsText(to).into(), outcome.into()],
    )
    .await?;
    let key = it.id.to_string();
    events::append(tx, permit.context(), event(of, "network meeting", &key, verb)).await
}

/// Cancels a meeting and tells the members.
///
/// # Errors
/// [`Refusal`] without a reason, or where the state or the person does not allow it.
pub async fn cancel(
    app: &App,
    permit: &Permit,
    id: MeetingId,
    reason: &str,
) -> Result<(), Refusal> {
    let (tx, it, of, who) = open(app, permit, id).await?;
    let to = step(it.state(), Act::Cancel, &who)?;
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::field("reason", "Say why it is cancelled"));
    }
    clean(&[("reason", reason)])?;
    tx.run(
        "UPDATE network_meeting SET state = $2, reason = $3, version = version + 1 WHERE id = $1",
        [id.into(), AsText(to).into(), reason.into()],
    )
    .await?;
    let context = permit.context().clone().because(reason);
    let key = id.to_string();
    events::append(&tx, &context, event(&of, "network meeting", &key, "cancelled")).await?;
    let words = format!(
        "“{}” of {}, on {}, is cancelled: {reason}",
        it.title,
        of.name,
        date_in_words(it.on())
    );
    let told = people(network::members(app, &tx, &of).await?);
    let subject = "A meeting of a network is cancelled";
    letters::send(app, &tx, permit, told, (subject, &words, &it.address())).await?;
    tx.commit().await?;
    Ok(())
}
