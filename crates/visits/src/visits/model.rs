//! Visits as they are kept, and who may see them.

use access::{AccountId, Kind, Permit, Post, Resource, Role, Visitor, Zone, accounts};
use foundation::{
    Actor, App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    id_type, words,
};
use jiff::{Timestamp, civil::Date};
use sea_orm::FromQueryResult;
use support::{
    Agreement, AgreementId,
    agreements::{Bodies, Side, store},
    time::EntryId,
};

use super::{acts::NewVisit, state::State};
use crate::{Refusal, machine::Who, pack::pack};

id_type! {
    /// A visit.
    VisitId
}

words! {
    /// Which part of the day.
    Part {
        Morning = "morning", "In the morning";
        Afternoon = "afternoon", "In the afternoon";
        Day = "day", "The whole day";
    }
}

impl Part {
    /// How many half-days.
    #[must_use]
    pub const fn half_days(self) -> i64 {
        match self {
            Self::Morning | Self::Afternoon => 1,
            Self::Day => 2,
        }
    }

    /// The halves of the day it takes.
    #[must_use]
    pub const fn halves(self) -> &'static [&'static str] {
        match self {
            Self::Morning => &["morning"],
            Self::Afternoon => &["afternoon"],
            Self::Day => &["morning", "afternoon"],
        }
    }
}

/// A visit.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Visit {
    /// The identifier.
    pub id: VisitId,
    /// The agreement it belongs to.
    pub agreement: AgreementId,
    /// The school that is visited.
    pub host: OrgRef,
    /// The school whose time it is.
    pub giver: OrgRef,
    /// The partnership whose broker looks after the agreement.
    pub partnership: Option<OrgRef>,
    /// Who comes.
    pub visitor: AccountId,
    /// The visitor's name.
    pub visitor_name: String,
    /// The kind, by code.
    pub kind: String,
    on_date: AsText<Date>,
    part: AsText<Part>,
    /// Whether it takes place on a screen.
    pub online: bool,
    /// What for, agreed beforehand.
    pub purpose: String,
    /// Whom the visitor meets and what they see together.
    pub meets: String,
    /// Arrival, parking, access needs, what to bring.
    pub arrival: String,
    /// The line of the ledger.
    pub entry: EntryId,
    pub(super) state: AsText<State>,
    /// Why it was cancelled, by code.
    pub reason: String,
    check_by: Option<i64>,
    /// Guards against two people changing it at once.
    pub version: i64,
    /// When it was booked.
    pub created_at: At,
    /// When it last changed.
    pub changed_at: At,
}

const COLUMNS: &str = "id, agreement, host, giver, partnership, visitor, visitor_name, kind, \
     on_date, part, online, purpose, meets, arrival, entry, state, reason, check_by, version, \
     created_at, changed_at";

impl Visit {
    pub(super) fn booked(
        id: VisitId,
        agreement: &Agreement,
        new: &NewVisit,
        entry: EntryId,
        at: At,
    ) -> Self {
        let visited = match new.from {
            Side::Supported => Side::Supporting,
            Side::Supporting => Side::Supported,
        };
        Self {
            id,
            agreement: agreement.id,
            host: agreement.school(visited),
            giver: agreement.school(new.from),
            partnership: agreement.partnership,
            visitor: new.visitor,
            visitor_name: new.visitor_name.trim().to_owned(),
            kind: new.kind.clone(),
            on_date: AsText(new.on),
            part: AsText(new.part),
            online: new.online,
            purpose: new.purpose.trim().to_owned(),
            meets: new.meets.trim().to_owned(),
            arrival: new.arrival.trim().to_owned(),
            entry,
            state: AsText(State::Proposed),
            reason: String::new(),
            check_by: None,
            version: 1,
            created_at: at,
            changed_at: at,
        }
    }

    pub(super) async fn insert(&self, tx: &Tx) -> Result<(), DbError> {
        tx.run(
            "INSERT INTO visit (id, agreement, host, giver, partnership, visitor, visitor_name,
               kind, on_date, part, online, purpose, meets, arrival, entry, state, version,
               created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
               $18, $18)",
            [
                self.id.into(),
                self.agreement.into(),
                self.host.into(),
                self.giver.into(),
                self.partnership.map(|org| org.to_string()).into(),
                self.visitor.into(),
                self.visitor_name.clone().into(),
                self.kind.clone().into(),
                self.on_date.into(),
                self.part.into(),
                self.online.into(),
                self.purpose.clone().into(),
                self.meets.clone().into(),
                self.arrival.clone().into(),
                self.entry.into(),
                self.state.into(),
                self.version.into(),
                self.created_at.into(),
            ],
        )
        .await?;
        Ok(())
    }

    /// The day.
    #[must_use]
    pub const fn on(&self) -> Date {
        self.on_date.0
    }

    /// The part of the day.
    #[must_use]
    pub const fn part(&self) -> Part {
        self.part.0
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// Until when the school checks the facts.
    #[must_use]
    pub fn check_by(&self) -> Option<Timestamp> {
        self.check_by.and_then(|micros| Timestamp::from_microsecond(micros).ok())
    }

    /// The kind's name.
    #[must_use]
    pub fn kind_name(&self) -> &str {
        pack().visit(&self.kind).map_or(self.kind.as_str(), |kind| kind.name.as_str())
    }

    /// What its two sides are; what is said of them follows.
    #[must_use]
    pub const fn bodies(&self) -> Bodies {
        Bodies::of(self.host, self.giver)
    }

    /// How it stands, said of its two sides.
    #[must_use]
    pub fn state_in_words(&self) -> String {
        self.bodies().say(self.state().words())
    }

    /// The booking as the policy sees it: both schools' leaders, the visitor, the broker.
    #[must_use]
    pub fn resource(&self) -> Resource {
        Resource::new(Kind::Visit, Zone::Parties, self.host)
            .parties([self.host, self.giver])
            .through(self.partnership)
            .people([self.visitor])
    }

    /// The note as the policy sees it. While it is written it is the author's alone; while the
    /// school checks it, the two schools'; once it stands, the broker and the bodies responsible
    /// read it too.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn note_resource(&self, db: &impl Sql) -> Result<Resource, DbError> {
        let state = self.state();
        if !state.is_told() {
            let own = Resource::new(Kind::Visit, Zone::Own, self.host);
            return Ok(own.people([self.visitor]));
        }
        let both = Resource::new(Kind::Visit, Zone::Parties, self.host)
            .parties([self.host, self.giver])
            .people([self.visitor]);
        if !state.stands() {
            return Ok(both);
        }
        let bodies = support::responsible(db, &[self.host, self.giver]).await?;
        Ok(both.through(self.partnership).responsible(bodies))
    }
}

/// Reads a visit.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: VisitId) -> Result<Option<Visit>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM visit WHERE id = $1"), [id.into()]).await
}

/// The visits of an agreement, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_agreement(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Visit>, DbError> {
    db.all(
        &format!("SELECT {COLUMNS} FROM visit WHERE agreement = $1 ORDER BY on_date, part, id"),
        [agreement.into()],
    )
    .await
}

/// The visits a person makes, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn made_by(db: &impl Sql, account: AccountId) -> Result<Vec<Visit>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM visit WHERE visitor = $1 ORDER BY on_date, id");
    db.all(&sql, [account.into()]).await
}

/// The visits in which a school is visited or visits, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_school(db: &impl Sql, org: OrgRef) -> Result<Vec<Visit>, DbError> {
    let sql =
        format!("SELECT {COLUMNS} FROM visit WHERE host = $1 OR giver = $1 ORDER BY on_date, id");
    db.all(&sql, [org.into()]).await
}

/// The visits in a partnership between two days, both included, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_partnership(
    db: &impl Sql,
    org: OrgRef,
    from: Date,
    to: Date,
) -> Result<Vec<Visit>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM visit WHERE partnership = $1 AND on_date BETWEEN $2 AND $3
         ORDER BY on_date, id"
    );
    db.all(&sql, [org.into(), from.to_string().into(), to.to_string().into()]).await
}

/// The visits a person makes or takes part in as a leader of either school, by day.
///
/// # Errors
/// When the database cannot be read.
pub async fn concerning(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Visit>, DbError> {
    let Some(account) = visitor.account else { return Ok(Vec::new()) };
    let mut found = made_by(db, account).await?;
    for post in &visitor.posts {
        let more: Vec<Visit> = db
            .all(
                &format!(
                    "SELECT {COLUMNS} FROM visit WHERE host = $1 OR giver = $1 OR partnership = $1
                     ORDER BY on_date, id"
                ),
                [post.org.into()],
            )
            .await?;
        for visit in more {
            if found.iter().all(|known| known.id != visit.id) {
                found.push(visit);
            }
        }
    }
    let mut found = access::filter(visitor, access::Action::Read, found, Visit::resource);
    found.sort_by_key(|visit| (visit.on(), visit.id));
    Ok(found)
}

/// The visits whose time for the check ended before a moment.
pub(super) async fn overdue(db: &impl Sql, now: Timestamp) -> Result<Vec<Visit>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM visit WHERE state = 'checking' AND check_by < $1 ORDER BY id"
        ),
        [At(now).into()],
    )
    .await
}

/// Begins a write on a visit: its agreement is locked until the transaction ends, so nobody else
/// writes to the visit, its note or its line of the ledger.
pub(crate) async fn open(app: &App, id: VisitId) -> Result<(Tx, Agreement, Visit), Refusal> {
    let agreement = find(&app.db, id).await?.ok_or(Refusal::NotFound)?.agreement;
    let (tx, agreement) = store::open(app, agreement).await?;
    let visit = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((tx, agreement, visit))
}

/// Writes where a visit stands, guarded by its version.
pub(super) async fn keep(
    tx: &Tx,
    before: &Visit,
    to: State,
    check_by: Option<Timestamp>,
    at: Timestamp,
) -> Result<(), DbError> {
    let touched = tx
        .run(
            "UPDATE visit SET state = $3, check_by = $4, changed_at = $5, version = version + 1
             WHERE id = $1 AND version = $2",
            [
                before.id.into(),
                before.version.into(),
                AsText(to).into(),
                check_by.map(Timestamp::as_microsecond).into(),
                At(at).into(),
            ],
        )
        .await?;
    if touched == 1 { Ok(()) } else { Err(DbError::Conflict("visit")) }
}

/// The account behind a permit and the posts it holds today; nobody for the product itself. Inside
/// a transaction it reads through that: a second connection may never come free.
pub(crate) async fn actor(
    app: &App,
    db: &impl Sql,
    permit: &Permit,
) -> Result<(Option<AccountId>, Vec<Post>), DbError> {
    let Some(account) = permit.person() else { return Ok((None, Vec::new())) };
    Ok((Some(account), accounts::posts(db, &app.clock, account).await?))
}

/// Whether posts make somebody a leader of a school.
pub(crate) fn leads(posts: &[Post], org: OrgRef) -> bool {
    posts
        .iter()
        .any(|post| matches!(post.role(), Role::Head | Role::TrustExecutive) && post.org == org)
}

/// What somebody is in relation to a visit.
#[must_use]
pub fn standings(visit: &Visit, account: Option<AccountId>, posts: &[Post]) -> Vec<Who> {
    let mut who = Vec::new();
    if account == Some(visit.visitor) {
        who.push(Who::Visitor);
    }
    if leads(posts, visit.host) {
        who.push(Who::Host);
    }
    if leads(posts, visit.giver) {
        who.push(Who::Giver);
    }
    let brokers = |post: &Post| post.role() == Role::Broker && Some(post.org) == visit.partnership;
    if posts.iter().any(brokers) {
        who.push(Who::Broker);
    }
    who
}

/// What the person behind a permit is in relation to a visit.
pub(crate) async fn who(
    app: &App,
    db: &impl Sql,
    permit: &Permit,
    visit: &Visit,
) -> Result<Vec<Who>, DbError> {
    if matches!(permit.context().actor, Actor::System(_)) {
        return Ok(vec![Who::System]);
    }
    let (account, posts) = actor(app, db, permit).await?;
    Ok(standings(visit, account, &posts))
}

/// The side somebody speaks for: the visitor's or a leader's own school.
pub(crate) fn speaks_for(visit: &Visit, who: &[Who]) -> OrgRef {
    if who.contains(&Who::Host) { visit.host } else { visit.giver }
}
