//! Agreements as they are kept.

use access::{AccountId, Kind as RecordKind, Resource, Visitor, Zone, accounts};
use foundation::{
    Actor, App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At, Json},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use super::{
    bodies::Bodies,
    machine::{Signed, Standing, State, Work, allows},
    terms::{Side, Terms},
};
use crate::{Refusal, neighbours, seal::seal};

id_type! {
    /// An agreement and the deployment it leads to.
    AgreementId
}

/// An agreement.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Agreement {
    /// The identifier.
    pub id: AgreementId,
    /// What it is for.
    pub title: String,
    /// The kind of support, by code.
    pub kind: String,
    pub(crate) state: AsText<State>,
    /// The supported school.
    pub supported: OrgRef,
    /// The supporting school.
    pub supporting: OrgRef,
    /// The partnership whose broker looks after it; none where two heads agreed alone.
    pub partnership: Option<OrgRef>,
    /// The organisation that pays, where it is one we know.
    pub funder: Option<OrgRef>,
    /// The request it answers.
    pub request: Option<String>,
    pub(crate) start_on: Option<String>,
    pub(crate) end_on: Option<String>,
    /// The number of the version that binds.
    pub in_force: Option<i64>,
    /// The number of the newest version.
    pub latest: i64,
    /// Steps of the ladder taken.
    pub ladder: i64,
    /// The supported school's head has confirmed completion.
    pub confirmed_supported: bool,
    /// The supporting school's head has confirmed completion.
    pub confirmed_supporting: bool,
    pub(crate) ended_on: Option<String>,
    /// Guards against two people changing it at once.
    pub version: i64,
    /// When it was first drafted.
    pub created_at: At,
    /// When it last changed.
    pub changed_at: At,
}

pub(crate) const COLUMNS: &str = "a.id, a.title, a.kind, a.state, a.supported, a.supporting, \
     a.partnership, a.funder, a.request, a.start_on, a.end_on, a.in_force, a.latest, a.ladder, \
     a.confirmed_supported, a.confirmed_supporting, a.ended_on, a.version, a.created_at, \
     a.changed_at";

impl Agreement {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state.0
    }

    /// The first day, once entered.
    #[must_use]
    pub fn start_on(&self) -> Option<Date> {
        self.start_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// The last day, once entered.
    #[must_use]
    pub fn end_on(&self) -> Option<Date> {
        self.end_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// The day it was completed or ended early.
    #[must_use]
    pub fn ended_on(&self) -> Option<Date> {
        self.ended_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// The school on a side.
    #[must_use]
    pub const fn school(&self, side: Side) -> OrgRef {
        match side {
            Side::Supported => self.supported,
            Side::Supporting => self.supporting,
        }
    }

    /// What the two sides are.
    #[must_use]
    pub const fn bodies(&self) -> Bodies {
        Bodies::of(self.supported, self.supporting)
    }

    /// Which side an organisation is on.
    #[must_use]
    pub fn side_of(&self, org: OrgRef) -> Option<Side> {
        Side::BOTH.into_iter().find(|&side| self.school(side) == org)
    }

    /// The record as the policy sees it: the parties' own, with the team and the broker.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn resource(&self, db: &impl Sql) -> Result<Resource, DbError> {
        let people = team_accounts(db, self.id).await?;
        let responsible = neighbours::responsible(db, &[self.supported, self.supporting]).await?;
        Ok(self.resource_with(RecordKind::Agreement, people, responsible))
    }

    pub(crate) fn resource_with(
        &self,
        kind: RecordKind,
        people: Vec<AccountId>,
        responsible: Vec<OrgRef>,
    ) -> Resource {
        let mut parties = vec![self.supported, self.supporting];
        parties.extend(self.funder);
        Resource::new(kind, Zone::Parties, self.supported)
            .parties(parties)
            .through(self.partnership)
            .people(people)
            .responsible(responsible)
    }

    /// Its time and money as the policy sees them: no business of the team, but of whoever pays.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn books(&self, db: &impl Sql) -> Result<Resource, DbError> {
        let responsible = neighbours::responsible(db, &[self.supported, self.supporting]).await?;
        Ok(self.books_with(responsible))
    }

    fn books_with(&self, mut responsible: Vec<OrgRef>) -> Resource {
        responsible.extend(self.funder);
        self.resource_with(RecordKind::Ledger, Vec::new(), responsible)
    }

    /// Refuses work that the state does not allow.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] with the state in words.
    pub fn must_allow(&self, work: Work) -> Result<(), Refusal> {
        if allows(self.state(), work) {
            return Ok(());
        }
        Err(Refusal::NotNow(match self.state() {
            State::Paused => "This agreement is paused, so nothing in it changes. Either head can \
                              resume it."
                .to_owned(),
            state if state.in_force() => {
                "This part of the agreement cannot be changed at the moment.".to_owned()
            }
            state => format!(
                "This cannot be changed: the agreement is in the state “{}”.",
                state.in_words()
            ),
        }))
    }
}

/// A version of the words.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Version {
    /// Its number, from 1.
    pub number: i64,
    terms: Json<Terms>,
    /// Its hash, once sealed.
    pub hash: Option<String>,
    /// When it was sealed.
    sealed_at: Option<i64>,
}

impl Version {
    /// The words.
    #[must_use]
    pub const fn terms(&self) -> &Terms {
        &self.terms.0
    }

    /// When it was sealed.
    #[must_use]
    pub fn sealed_at(&self) -> Option<jiff::Timestamp> {
        self.sealed_at.and_then(|micros| jiff::Timestamp::from_microsecond(micros).ok())
    }

    /// Re-computes the hash; `true` when the stored words are those that were sealed.
    #[must_use]
    pub fn intact(&self, agreement: AgreementId) -> bool {
        self.hash.as_deref() == Some(version_hash(agreement, self.number, self.terms()).as_str())
    }
}

/// The hash of a version: over the agreement's identifier, the number and every word.
#[must_use]
pub fn version_hash(agreement: AgreementId, number: i64, terms: &Terms) -> String {
    seal(&serde_json::json!({ "agreement": agreement, "number": number, "terms": terms }))
}

/// A signature.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Signature {
    /// The version signed.
    pub number: i64,
    /// `supported`, `chair` or `supporting`.
    pub capacity: String,
    /// For which organisation.
    pub org: OrgRef,
    /// By which account.
    pub account: String,
    /// The name as typed.
    pub name: String,
    /// The capacity in the signer's words.
    pub title: String,
    /// When.
    pub signed_at: At,
    /// The hash over all of the above and the version's hash.
    pub hash: String,
}

impl Signature {
    /// The capacity in words.
    #[must_use]
    pub fn capacity_in_words(&self, bodies: Bodies) -> String {
        bodies.say(match self.capacity.as_str() {
            "supported" => "For the supported school",
            "chair" => "Chair of the supported school",
            _ => "For the supporting school",
        })
    }
}

/// Reads an agreement.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, id: AgreementId) -> Result<Option<Agreement>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM agreement a WHERE a.id = $1"), [id.into()]).await
}

/// Reads the agreement that answers a request.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_request(db: &impl Sql, request: &str) -> Result<Option<Agreement>, DbError> {
    db.first(&format!("SELECT {COLUMNS} FROM agreement a WHERE a.request = $1"), [request.into()])
        .await
}

/// Every agreement in which an organisation is on either side, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of_org(db: &impl Sql, org: OrgRef) -> Result<Vec<Agreement>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM agreement a WHERE a.supported = $1 OR a.supporting = $1
             ORDER BY a.created_at DESC, a.id"
        ),
        [org.into()],
    )
    .await
}

/// Every agreement that a visitor may read, newest first: the same policy as for one.
///
/// # Errors
/// When the database cannot be read.
pub async fn readable(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Agreement>, DbError> {
    #[derive(FromQueryResult)]
    struct Named {
        agreement: AgreementId,
        account: AccountId,
    }
    let named: Vec<Named> = db.all("SELECT agreement, account FROM agreement_person", []).await?;
    let resource = |agreement: &Agreement, bodies| {
        let people =
            named.iter().filter(|n| n.agreement == agreement.id).map(|n| n.account).collect();
        agreement.resource_with(RecordKind::Agreement, people, bodies)
    };
    filtered(db, visitor, resource).await
}

/// Every agreement whose time and money a visitor may read, newest first: the leaders of both
/// sides, the bodies responsible for them, whoever pays and the broker.
///
/// # Errors
/// When the database cannot be read.
pub async fn readable_books(db: &impl Sql, visitor: &Visitor) -> Result<Vec<Agreement>, DbError> {
    filtered(db, visitor, Agreement::books_with).await
}

async fn filtered(
    db: &impl Sql,
    visitor: &Visitor,
    resource: impl Fn(&Agreement, Vec<OrgRef>) -> Resource,
) -> Result<Vec<Agreement>, DbError> {
    let all: Vec<Agreement> = db
        .all(&format!("SELECT {COLUMNS} FROM agreement a ORDER BY a.created_at DESC, a.id"), [])
        .await?;
    let orgs: Vec<OrgRef> = all.iter().flat_map(|a| [a.supported, a.supporting]).collect();
    let responsible = register::bodies(db, orgs).await?;
    Ok(all
        .into_iter()
        .filter(|agreement| {
            let bodies = [agreement.supported, agreement.supporting]
                .iter()
                .filter_map(|org| responsible.get(org))
                .flatten()
                .copied()
                .collect();
            let resource = resource(agreement, bodies);
            access::decide(visitor, access::Action::Read, &resource).allowed
        })
        .collect())
}

/// Every version, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn versions(db: &impl Sql, id: AgreementId) -> Result<Vec<Version>, DbError> {
    db.all(
        "SELECT number, terms, hash, sealed_at FROM agreement_version WHERE agreement = $1
         ORDER BY number",
        [id.into()],
    )
    .await
}

/// One version.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none of that number.
pub async fn version(db: &impl Sql, id: AgreementId, number: i64) -> Result<Version, Refusal> {
    db.first(
        "SELECT number, terms, hash, sealed_at FROM agreement_version
         WHERE agreement = $1 AND number = $2",
        [id.into(), number.into()],
    )
    .await?
    .ok_or(Refusal::NotFound)
}

/// The words that bind, or the newest where none bind yet.
///
/// # Errors
/// As [`version`].
pub async fn current(db: &impl Sql, agreement: &Agreement) -> Result<Version, Refusal> {
    version(db, agreement.id, agreement.in_force.unwrap_or(agreement.latest)).await
}

/// Every signature, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn signatures(db: &impl Sql, id: AgreementId) -> Result<Vec<Signature>, DbError> {
    db.all(
        "SELECT number, capacity, org, account, name, title, signed_at, hash
         FROM agreement_signature WHERE agreement = $1 ORDER BY number, signed_at, capacity",
        [id.into()],
    )
    .await
}

/// Which signatures a version has.
#[must_use]
pub fn signed(signatures: &[Signature], number: i64) -> Signed {
    let has =
        |capacity: &str| signatures.iter().any(|s| s.number == number && s.capacity == capacity);
    Signed { supported: has("supported"), chair: has("chair"), supporting: has("supporting") }
}

/// The accounts of the team.
///
/// # Errors
/// When the database cannot be read.
pub async fn team_accounts(db: &impl Sql, id: AgreementId) -> Result<Vec<AccountId>, DbError> {
    #[derive(FromQueryResult)]
    struct Named {
        account: AccountId,
    }
    let named: Vec<Named> =
        db.all("SELECT account FROM agreement_person WHERE agreement = $1", [id.into()]).await?;
    Ok(named.into_iter().map(|n| n.account).collect())
}

/// The accounts of those who lead the team.
///
/// # Errors
/// When the database cannot be read.
pub async fn team_leaders(db: &impl Sql, id: AgreementId) -> Result<Vec<AccountId>, DbError> {
    #[derive(FromQueryResult)]
    struct Named {
        account: AccountId,
    }
    let named: Vec<Named> = db
        .all(
            "SELECT account FROM agreement_person WHERE agreement = $1 AND lead = $2",
            [id.into(), true.into()],
        )
        .await?;
    Ok(named.into_iter().map(|n| n.account).collect())
}

/// Begins a write on one agreement: nobody else writes to it until the transaction ends.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn open(app: &App, id: AgreementId) -> Result<(Tx, Agreement), Refusal> {
    let tx = app.db.write().await?;
    tx.lock(&format!("agreement {id}")).await?;
    let agreement = find(&tx, id).await?.ok_or(Refusal::NotFound)?;
    Ok((tx, agreement))
}

/// Writes the row of an agreement back, guarded by its version.
///
/// # Errors
/// [`DbError::Conflict`] when somebody else changed it first.
pub(crate) async fn keep(
    tx: &Tx,
    before: &Agreement,
    after: &Agreement,
    at: jiff::Timestamp,
) -> Result<(), DbError> {
    let touched = tx
        .run(
            "UPDATE agreement SET title = $3, kind = $4, state = $5, start_on = $6, end_on = $7,
               in_force = $8, latest = $9, ladder = $10, confirmed_supported = $11,
               confirmed_supporting = $12, ended_on = $13, changed_at = $14, funder = $15,
               version = version + 1
             WHERE id = $1 AND version = $2",
            [
                before.id.into(),
                before.version.into(),
                after.title.clone().into(),
                after.kind.clone().into(),
                after.state.0.key().into(),
                after.start_on.clone().into(),
                after.end_on.clone().into(),
                after.in_force.into(),
                after.latest.into(),
                after.ladder.into(),
                after.confirmed_supported.into(),
                after.confirmed_supporting.into(),
                after.ended_on.clone().into(),
                At(at).into(),
                after.funder.map(|org| org.to_string()).into(),
            ],
        )
        .await?;
    if touched == 1 { Ok(()) } else { Err(DbError::Conflict("agreement")) }
}

impl Agreement {
    pub(crate) fn with_state(&self, state: State) -> Self {
        Self { state: AsText(state), ..self.clone() }
    }

    pub(crate) fn with_end(&self, on: Date) -> Self {
        Self { ended_on: Some(on.to_string()), ..self.clone() }
    }

    pub(crate) fn with_terms(&self, terms: &Terms) -> Self {
        Self {
            title: terms.title.clone(),
            kind: terms.kind.clone(),
            funder: terms.money.funder_org,
            start_on: terms.start_on.map(|on| on.to_string()),
            end_on: terms.end_on.map(|on| on.to_string()),
            ..self.clone()
        }
    }
}

/// What the person behind a permit is in relation to an agreement. One person may be several.
///
/// # Errors
/// When the database cannot be read.
pub async fn standings(
    app: &App,
    db: &impl Sql,
    permit: &access::Permit,
    agreement: &Agreement,
) -> Result<Vec<Standing>, DbError> {
    let account = match &permit.context().actor {
        Actor::System(_) => return Ok(vec![Standing::System]),
        Actor::Link { .. } => return Ok(Vec::new()),
        Actor::Person { account, .. } => match account.parse::<AccountId>() {
            Ok(account) => account,
            Err(_) => return Ok(Vec::new()),
        },
    };
    // On the same connection: inside a transaction a second one may never come free.
    let posts = accounts::posts(db, &app.clock, account).await?;
    let mut found = standings_of(&posts, agreement);
    #[derive(FromQueryResult)]
    struct Part {
        lead: bool,
    }
    let part: Option<Part> = db
        .first(
            "SELECT lead FROM agreement_person WHERE agreement = $1 AND account = $2",
            [agreement.id.into(), account.into()],
        )
        .await?;
    match part {
        Some(Part { lead: true }) => found.extend([Standing::Lead, Standing::Member]),
        Some(_) => found.push(Standing::Member),
        None => {}
    }
    Ok(found)
}

/// What posts make somebody in relation to an agreement.
#[must_use]
pub fn standings_of(posts: &[access::Post], agreement: &Agreement) -> Vec<Standing> {
    use access::Role;
    let mut found = Vec::new();
    for post in posts {
        let leads = matches!(post.role(), Role::Head | Role::TrustExecutive);
        let standing = match post.role() {
            _ if leads && post.org == agreement.supported => Standing::SupportedHead,
            _ if leads && post.org == agreement.supporting => Standing::SupportingHead,
            Role::Governor if post.chair && post.org == agreement.supported => Standing::Chair,
            Role::Broker if Some(post.org) == agreement.partnership => Standing::Broker,
            Role::Commissioner | Role::TrustExecutive if Some(post.org) == agreement.funder => {
                Standing::Commissioner
            }
            _ => continue,
        };
        if !found.contains(&standing) {
            found.push(standing);
        }
    }
    found
}
