//! What is done with networks: begun, changed, joined, left, ended.

use std::collections::BTreeSet;

use access::{AccountId, Permit, accounts, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    clock::london,
    db::AsText,
    events::{self, Event},
    upn,
};
use jiff::civil::Date;
use support::calendar::calendar;

use crate::{
    Refusal, letters,
    meet::{self, Plan},
    meetings::Pattern,
    network::{self, Member, MemberId, Network, NetworkId, Sort, works_at},
};

/// A network to be founded.
#[derive(Clone, Debug)]
pub struct NewNetwork {
    /// The partnership whose people it is for.
    pub partnership: OrgRef,
    /// What it is called.
    pub name: String,
    /// For whom it is and what for.
    pub about: String,
    /// Who convenes it.
    pub convenor: AccountId,
    /// How often it means to meet.
    pub pattern: Pattern,
    /// Whether it meets for good or is a course with an end.
    pub sort: Sort,
}

pub(crate) fn event<'a>(of: &Network, thing: &'a str, id: &'a str, verb: &'a str) -> Event<'a> {
    Event::new(thing, id, verb).owned_by(of.partnership)
}

/// Refuses words that name a pupil by number.
pub(crate) fn clean(words: &[(&'static str, &str)]) -> Result<(), Refusal> {
    match words.iter().find(|(_, text)| upn::find(text).is_some()) {
        Some((field, _)) => Err(Refusal::field(field, "Remove the unique pupil number")),
        None => Ok(()),
    }
}

/// Whoever may convene: somebody with an account who holds a post at a member of the partnership,
/// or in it.
async fn convenor(
    app: &App,
    tx: &Tx,
    partnership: OrgRef,
    account: AccountId,
) -> Result<String, Refusal> {
    let posts = accounts::posts(tx, &app.clock, account).await?;
    let orgs = partnerships::members(tx, partnership, app.clock.today()).await?;
    let belongs = posts.iter().any(|post| post.org == partnership || orgs.contains(&post.org));
    match accounts::get(tx, account).await?.filter(|one| belongs && one.closed_at.is_none()) {
        Some(account) => Ok(account.name),
        None => Err(Refusal::field("convenor", "Choose somebody of the partnership")),
    }
}

/// Founds a network and sets the year's meetings, where it means to meet each term.
///
/// # Errors
/// [`Refusal`] where the name, the purpose or the convenor is missing.
pub async fn found(app: &App, permit: &Permit, new: &NewNetwork) -> Result<NetworkId, Refusal> {
    let (name, about) = (new.name.trim(), new.about.trim());
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Refusal::field("name", "Say what it is called, in at most 80 characters"));
    }
    if about.is_empty() {
        return Err(Refusal::field("about", "Say for whom it is, in a sentence"));
    }
    clean(&[("name", name), ("about", about)])?;
    let tx = app.db.write().await?;
    let convenor_name = convenor(app, &tx, new.partnership, new.convenor).await?;
    let id = NetworkId::new(&app.ids);
    let today = london(permit.context().at);
    tx.run(
        "INSERT INTO network (id, partnership, name, about, convenor, convenor_name, founded_on,
           kind, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
        [
            id.into(),
            new.partnership.into(),
            name.into(),
            about.into(),
            new.convenor.into(),
            convenor_name.into(),
            AsText(today).into(),
            AsText(new.sort).into(),
        ],
    )
    .await?;
    let of = network::find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    events::append(&tx, permit.context(), event(&of, "network", &id.to_string(), "founded"))
        .await?;
    for (on, title) in new.pattern.days(today, calendar()) {
        let plan = Plan {
            title: title.to_owned(),
            on,
            at_time: String::new(),
            place: String::new(),
            link: String::new(),
            places: None,
        };
        meet::insert(app, &tx, permit, &of, &plan).await?;
    }
    let words = format!("You convene “{name}” from now on: set days and place, and invite.");
    let told = ("A network is yours to convene", words.as_str(), of.address());
    letters::send(app, &tx, permit, vec![new.convenor], (told.0, told.1, &told.2)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes name, purpose or convenor.
///
/// # Errors
/// As [`found`]; [`DbError::Conflict`] when somebody changed it meanwhile.
pub async fn change(
    app: &App,
    permit: &Permit,
    of: &Network,
    (name, about, who): (&str, &str, AccountId),
    seen: i64,
) -> Result<(), Refusal> {
    let (name, about) = (name.trim(), about.trim());
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Refusal::field("name", "Say what it is called, in at most 80 characters"));
    }
    if about.is_empty() {
        return Err(Refusal::field("about", "Say for whom it is, in a sentence"));
    }
    clean(&[("name", name), ("about", about)])?;
    let tx = app.db.write().await?;
    let convenor_name = convenor(app, &tx, of.partnership, who).await?;
    let touched = tx
        .run(
            "UPDATE network SET name = $3, about = $4, convenor = $5, convenor_name = $6,
               version = version + 1 WHERE id = $1 AND version = $2 AND ended_on IS NULL",
            [
                of.id.into(),
                seen.into(),
                name.into(),
                about.into(),
                who.into(),
                convenor_name.into(),
            ],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("network").into());
    }
    let id = of.id.to_string();
    events::append(&tx, permit.context(), event(of, "network", &id, "changed")).await?;
    if who != of.convenor {
        let words = format!("You convene “{name}” from now on.");
        let told = ("A network is yours to convene", words.as_str(), of.address());
        letters::send(app, &tx, permit, vec![who], (told.0, told.1, &told.2)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends a network: its notes stay, meetings to come are cancelled.
///
/// # Errors
/// [`Refusal`] without a reason.
pub async fn end(app: &App, permit: &Permit, of: &Network, reason: &str) -> Result<(), Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::field("reason", "Say why it ends"));
    }
    clean(&[("reason", reason)])?;
    let tx = app.db.write().await?;
    let today = AsText(london(permit.context().at));
    let told = people(network::members(app, &tx, of).await?);
    tx.run(
        "UPDATE network SET ended_on = $2, version = version + 1 WHERE id = $1 AND ended_on IS NULL",
        [of.id.into(), today.into()],
    )
    .await?;
    tx.run(
        "UPDATE network_meeting SET state = 'cancelled', reason = $2, version = version + 1
         WHERE network = $1 AND state = 'planned'",
        [of.id.into(), reason.into()],
    )
    .await?;
    let id = of.id.to_string();
    let context = permit.context().clone().because(reason);
    events::append(&tx, &context, event(of, "network", &id, "ended")).await?;
    let words = format!("“{}” has ended: {reason}", of.name);
    letters::send(app, &tx, permit, told, ("A network has ended", &words, &of.address())).await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) fn people(members: Vec<Member>) -> Vec<AccountId> {
    members.into_iter().map(|member| member.account).collect()
}

/// Joins a network: the person themselves, for an organisation they work at.
///
/// # Errors
/// [`Refusal`] for somebody who works at no member of the partnership.
pub async fn join(app: &App, permit: &Permit, of: &Network, org: OrgRef) -> Result<(), Refusal> {
    let tx = app.db.write().await?;
    let account = permit.person().ok_or(Refusal::NotFound)?;
    tx.lock(&format!("network {} {account}", of.id)).await?;
    let today = app.clock.today();
    let orgs = partnerships::members(&tx, of.partnership, today).await?;
    let posts = accounts::posts(&tx, &app.clock, account).await?;
    if of.ended_on().is_some() || !orgs.contains(&org) || !works_at(&posts, org) {
        return Err(Refusal::NotYours(
            "Anybody who works at a school or trust of the partnership joins.".to_owned(),
        ));
    }
    if network::joined(&tx, of.id).await?.iter().any(|member| member.account == account) {
        return Ok(());
    }
    tx.run(
        "INSERT INTO network_member (id, network, account, name, org, joined_on)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            MemberId::new(&app.ids).into(),
            of.id.into(),
            account.into(),
            permit.context().actor.name().into(),
            org.into(),
            AsText(today).into(),
        ],
    )
    .await?;
    let id = of.id.to_string();
    events::append(&tx, permit.context(), event(of, "network", &id, "joined")).await?;
    tx.commit().await?;
    Ok(())
}

/// Leaves a network, in one step and without a reason. Answers to meetings to come go with it.
///
/// # Errors
/// When the database refuses.
pub async fn leave(app: &App, permit: &Permit, of: &Network) -> Result<(), Refusal> {
    let tx = app.db.write().await?;
    let account = permit.person().ok_or(Refusal::NotFound)?;
    if gone(&tx, of.id, account, app.clock.today()).await? {
        let id = of.id.to_string();
        events::append(&tx, permit.context(), event(of, "network", &id, "left")).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends a membership; false where there was none.
async fn gone(tx: &Tx, of: NetworkId, account: AccountId, today: Date) -> Result<bool, DbError> {
    let left = tx
        .run(
            "UPDATE network_member SET left_on = $3
         WHERE network = $1 AND account = $2 AND left_on IS NULL",
            [of.into(), account.into(), AsText(today).into()],
        )
        .await?;
    tx.run(
        "DELETE FROM network_presence WHERE account = $2 AND came IS NULL AND meeting IN
           (SELECT id FROM network_meeting WHERE network = $1 AND state = 'planned')",
        [of.into(), account.into()],
    )
    .await?;
    Ok(left > 0)
}

/// Lets go of members who no longer work where they joined from, or whose school has left.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<usize, DbError> {
    let mut left = 0;
    for partnership in partnerships::all(&app.db).await? {
        for of in network::of_partnership(&app.db, partnership.org).await? {
            let tx = app.db.write().await?;
            let still: BTreeSet<AccountId> =
                people(network::members(app, &tx, &of).await?).into_iter().collect();
            for member in network::joined(&tx, of.id).await? {
                if !still.contains(&member.account) {
                    gone(&tx, of.id, member.account, app.clock.today()).await?;
                    let id = of.id.to_string();
                    let event = event(&of, "network", &id, "let a member go");
                    events::append(&tx, permit.context(), event).await?;
                    left += 1;
                }
            }
            tx.commit().await?;
        }
    }
    Ok(left)
}
