//! The access log: who looked at what in the private zones, for the organisation it belongs to;
//! and the administrator's hour behind broken glass.

use foundation::{
    App, DbError, OrgRef, PageError, Sql,
    clock::in_words,
    db::{AsText, At},
    events::{self, Event},
    mail::{self, Letter},
};
use jiff::{SignedDuration, Timestamp};
use sea_orm::FromQueryResult;

use crate::{
    AccountId, Action, Permit, Resource, Role, Visitor, Zone, accounts, authorize, decide,
    partnerships, policy,
};

/// How long an administrator may read behind broken glass.
pub const GLASS: SignedDuration = SignedDuration::from_hours(1);
/// The fewest characters of a reason.
pub const REASON: usize = 20;

/// A person's looks at one record on one day.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Look {
    /// Whose look it was.
    pub account: AccountId,
    /// Their name at the time.
    pub name: String,
    /// On whose behalf.
    pub acting_for: Option<String>,
    /// The kind of record.
    pub subject: String,
    /// The record.
    pub subject_id: String,
    /// The organisation it belongs to.
    pub owner: OrgRef,
    /// Its zone.
    pub zone: AsText<Zone>,
    /// The rule that allowed it.
    pub rule: String,
    /// The reason given, behind broken glass.
    pub reason: Option<String>,
    /// The first look of the day.
    pub first_at: At,
    /// The last look of the day.
    pub last_at: At,
    /// How many looks.
    pub times: i64,
}

const COLUMNS: &str = "account, name, acting_for, subject, subject_id, owner, zone, rule, reason, \
                       first_at, last_at, times";

/// Whether looks at a zone are recorded: those of the school, the broker, the pair and the
/// installation itself.
#[must_use]
pub const fn recorded(zone: Zone) -> bool {
    matches!(zone, Zone::School | Zone::Broker | Zone::Pair | Zone::System)
}

/// Records that somebody looks at a record. Rooms call it where they show one; zones whose
/// looks are not recorded cost nothing, except behind broken glass, where every look is noted.
///
/// # Errors
/// When the database refuses: a look that cannot be recorded must not happen.
pub async fn record(
    app: &App,
    visitor: &Visitor,
    resource: &Resource,
    subject: &str,
    id: impl std::fmt::Display + Send,
) -> Result<(), DbError> {
    let Some(account) = visitor.account else { return Ok(()) };
    let glass = visitor.glass.contains(&resource.owner);
    if !recorded(resource.zone) && !glass {
        return Ok(());
    }
    let decision = decide(visitor, Action::Read, resource);
    if !recorded(resource.zone) && decision.rule != policy::BEHIND_GLASS {
        return Ok(());
    }
    let now = app.clock.now();
    let reason = match decision.rule {
        policy::BEHIND_GLASS => reason(&app.db, account, resource.owner, now).await?,
        _ => None,
    };
    let acting_for = policy::acting_for(visitor, resource).map(|org| org.to_string());
    app.db
        .run(
            "INSERT INTO look (account, subject, subject_id, day, name, acting_for, owner, zone, rule, reason, first_at, last_at, times)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, 1)
             ON CONFLICT (account, subject, subject_id, day) DO UPDATE SET
               last_at = excluded.last_at, times = look.times + 1, rule = excluded.rule,
               reason = COALESCE(excluded.reason, look.reason)",
            [
                account.into(),
                subject.into(),
                id.to_string().into(),
                app.clock.today().to_string().into(),
                visitor.name.clone().into(),
                acting_for.into(),
                resource.owner.into(),
                AsText(resource.zone).into(),
                decision.rule.into(),
                reason.into(),
                At(now).into(),
            ],
        )
        .await?;
    Ok(())
}

/// As [`record`], for a list that shows what somebody else's records are called. What belongs to the
/// visitor's own organisations is their daily work and not noted from lists.
///
/// # Errors
/// When the database refuses.
pub async fn listed(
    app: &App,
    visitor: &Visitor,
    subject: &str,
    shown: Vec<(Resource, String)>,
) -> Result<(), DbError> {
    for (resource, id) in shown {
        if !visitor.belongs_to(resource.owner) {
            record(app, visitor, &resource, subject, id).await?;
        }
    }
    Ok(())
}

/// The looks at what belongs to any of these organisations since a moment, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_orgs(
    db: &impl Sql,
    orgs: &[OrgRef],
    since: Timestamp,
) -> Result<Vec<Look>, DbError> {
    let mut looks = Vec::new();
    for &org in orgs {
        let sql = format!(
            "SELECT {COLUMNS} FROM look WHERE owner = $1 AND last_at >= $2
             ORDER BY last_at DESC, account, subject_id"
        );
        looks.extend(db.all::<Look>(&sql, [org.into(), At(since).into()]).await?);
    }
    looks.sort_by_key(|look| std::cmp::Reverse(look.last_at));
    Ok(looks)
}

/// A person's own looks since a moment, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn by(db: &impl Sql, account: AccountId, since: Timestamp) -> Result<Vec<Look>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM look WHERE account = $1 AND last_at >= $2
         ORDER BY last_at DESC, subject_id"
    );
    db.all(&sql, [account.into(), At(since).into()]).await
}

/// The organisations whose glass a visitor may break: the partnerships they administer and the
/// members of these today.
#[must_use]
pub fn within_reach(visitor: &Visitor) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor.orgs(Role::Administrator).collect();
    orgs.extend(visitor.members.iter().map(|(_, member)| *member));
    orgs.retain(|&org| visitor.administers(org).is_some());
    orgs.sort();
    orgs.dedup();
    orgs
}

/// Breaks the glass: for an hour the administrator reads (never changes) what belongs to one
/// member of their partnership, short of what belongs to two people or to one. Its leaders are
/// told at once.
///
/// # Errors
/// [`PageError::Bad`] when the reason is too short; [`PageError::NotFound`] for an organisation
/// beyond the partnership; as [`authorize`] for anybody else.
pub async fn break_glass(
    app: &App,
    visitor: &Visitor,
    owner: OrgRef,
    reason: &str,
) -> Result<Permit, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let through = visitor.administers(owner).ok_or(PageError::NotFound)?;
    let permit = authorize(app, visitor, Action::Update, &partnerships::resource(through))?;
    let reason = reason.trim();
    if reason.chars().count() < REASON {
        return Err(PageError::Bad(format!("Give a reason of at least {REASON} characters.")));
    }
    let permit = permit.because(reason);
    let at = permit.context().at;
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO broken_glass (id, account, owner, reason, opened_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        [
            app.ids.next().to_string().into(),
            account.into(),
            owner.into(),
            reason.into(),
            At(at).into(),
            At(at + GLASS).into(),
        ],
    )
    .await?;
    let event = Event::new("organisation", owner, "broke the glass").owned_by(owner);
    events::append(&tx, permit.context(), event).await?;
    let mut told = leaders(&tx, app, owner).await?;
    let mut whose = "your organisation".to_owned();
    if told.is_empty() {
        whose = format!("{owner}, a member of your partnership,");
        told = leaders(&tx, app, through).await?;
        told.retain(|leader| leader.id != account);
    }
    if told.is_empty() {
        return Err(PageError::Bad(
            "Nobody leads that organisation here yet, and the partnership has no broker: there is \
             nobody who could be told. Appoint one of them first."
                .to_owned(),
        ));
    }
    for leader in told {
        let letter = Letter {
            recipient: leader.email,
            subject: "An administrator is reading records".to_owned(),
            body: format!(
                "Hello {},\n\nOn {} {}, an administrator, began to read records of {whose} \
                 that administrators do not normally see. This ends after an hour. \
                 Coaching and mentoring texts stay closed.\n\nThe reason given: {reason}\n\n\
                 What was looked at: {}/access-log\n",
                leader.name,
                in_words(at),
                visitor.name,
                app.config.public_url()
            ),
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    tx.commit().await?;
    Ok(permit)
}

/// The people who lead an organisation today, for letters.
///
/// # Errors
/// When the database cannot be read.
pub async fn leaders(
    db: &impl Sql,
    app: &App,
    org: OrgRef,
) -> Result<Vec<accounts::Account>, DbError> {
    let mut leaders: Vec<accounts::Account> = Vec::new();
    for role in [Role::Head, Role::TrustExecutive, Role::Commissioner, Role::Broker] {
        for holder in accounts::holders(db, &app.clock, org, role).await? {
            if leaders.iter().all(|known| known.id != holder.id) {
                leaders.push(holder);
            }
        }
    }
    Ok(leaders)
}

/// The organisations whose glass a person has broken within the hour.
///
/// # Errors
/// When the database cannot be read.
pub async fn glass(
    db: &impl Sql,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<OrgRef>, DbError> {
    #[derive(FromQueryResult)]
    struct Broken {
        owner: OrgRef,
    }
    let broken: Vec<Broken> = db
        .all(
            "SELECT DISTINCT owner FROM broken_glass WHERE account = $1 AND expires_at > $2",
            [account.into(), At(now).into()],
        )
        .await?;
    Ok(broken.into_iter().map(|broken| broken.owner).collect())
}

async fn reason(
    db: &impl Sql,
    account: AccountId,
    owner: OrgRef,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    #[derive(FromQueryResult)]
    struct Given {
        reason: String,
    }
    let given: Option<Given> = db
        .first(
            "SELECT reason FROM broken_glass WHERE account = $1 AND owner = $2 AND expires_at > $3
             ORDER BY opened_at DESC LIMIT 1",
            [account.into(), owner.into(), At(now).into()],
        )
        .await?;
    Ok(given.map(|given| given.reason))
}
