//! People's accounts and the posts they hold.

use std::{fmt, str::FromStr};

use foundation::{
    Clock, Context, DbError, Ids, OrgRef, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

id_type! {
    /// A person's account.
    AccountId
}

/// What a post lets a person do. One person may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Headteacher or deputy: acts for the school.
    Head,
    /// A member of staff, with what the head delegates.
    Staff,
    /// Chair or member of the governing body or trust board: reads summaries, signs as chair.
    Governor,
    /// Trust executive: reads and moderates the trust's own schools.
    TrustExecutive,
    /// An officer of a local authority or another body that commissions and funds.
    Commissioner,
    /// The broker of a partnership.
    Broker,
    /// Convenor of a network.
    Convenor,
    /// A contact in an organisation beyond the school sector.
    Partner,
    /// Looks after the members of one partnership; reads a member's records only with a reason
    /// that the member's leaders are told.
    Administrator,
    /// Runs the installation: imports, accounts, retention, founding partnerships. Sees no record.
    Operator,
    /// Watches over data protection: reads what an operator looks after, changes none of it. Sees no
    /// record.
    DataProtectionOfficer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 11] = [
        Self::Head,
        Self::Staff,
        Self::Governor,
        Self::TrustExecutive,
        Self::Commissioner,
        Self::Broker,
        Self::Convenor,
        Self::Partner,
        Self::Administrator,
        Self::Operator,
        Self::DataProtectionOfficer,
    ];

    /// The role in words, as a person would say it.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Head => "Headteacher or deputy",
            Self::Staff => "Member of staff",
            Self::Governor => "Governor or trustee",
            Self::TrustExecutive => "Trust executive",
            Self::Commissioner => "Commissioner",
            Self::Broker => "Broker",
            Self::Convenor => "Convenor of a network",
            Self::Partner => "Partner beyond the school sector",
            Self::Administrator => "Administrator of a partnership",
            Self::Operator => "Operator of the installation",
            Self::DataProtectionOfficer => "Data protection officer",
        }
    }

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Staff => "staff",
            Self::Governor => "governor",
            Self::TrustExecutive => "trust-executive",
            Self::Commissioner => "commissioner",
            Self::Broker => "broker",
            Self::Convenor => "convenor",
            Self::Partner => "partner",
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::DataProtectionOfficer => "data-protection-officer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.key() == text).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|role| role.key()).collect();
            format!("“{text}” is not a role: use one of {}", known.join(", "))
        })
    }
}

/// A person who can sign in.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Account {
    /// The identifier.
    pub id: AccountId,
    /// Where letters go; also the name to sign in with.
    pub email: String,
    /// The name others see.
    pub name: String,
    /// When the account was closed, if it was.
    pub closed_at: Option<i64>,
}

/// A post a person holds now.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Post {
    /// Where.
    pub org: OrgRef,
    /// As what.
    role: AsText<Role>,
    /// The words on the door.
    pub title: String,
    /// Whether a governor or trustee chairs the board.
    pub chair: bool,
    /// How much of full time a headship is, in hundredths, where somebody said so.
    pub share: Option<i64>,
}

impl Post {
    /// A post, as tests and the policy build it.
    #[must_use]
    pub fn new(org: OrgRef, role: Role, title: &str) -> Self {
        Self { org, role: AsText(role), title: title.to_owned(), chair: false, share: None }
    }

    /// The post of the person who chairs the board.
    #[must_use]
    pub fn chairing(mut self) -> Self {
        self.chair = true;
        self
    }

    /// The post with its share of full time, in hundredths.
    #[must_use]
    pub const fn sharing(mut self, share: Option<i64>) -> Self {
        self.share = share;
        self
    }

    /// Why nobody can hold such a post, if nobody can: a sentence for whoever gives it.
    #[must_use]
    pub const fn problem(&self) -> Option<&'static str> {
        match (self.role.0, self.org) {
            (Role::Administrator, OrgRef::Partnership(_)) => None,
            (Role::Administrator, _) => Some(
                "An administrator looks after a partnership: give the post there. Whoever looks after accounts and imports is an operator",
            ),
            (role, _) if self.chair && !matches!(role, Role::Governor) => {
                Some("A governor or trustee chairs the board: choose that, or leave out the mark")
            }
            _ => None,
        }
    }

    /// What the post lets the person do.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role.0
    }
}

/// Opens an account.
///
/// # Errors
/// [`DbError::Duplicate`] when the address already has one.
pub async fn open(
    tx: &Tx,
    ids: &Ids,
    context: &Context,
    email: &str,
    name: &str,
) -> Result<AccountId, DbError> {
    let id = AccountId::new(ids);
    tx.run(
        "INSERT INTO account (id, email, name, created_at) VALUES ($1, $2, $3, $4)",
        [id.into(), email.trim().to_lowercase().into(), name.trim().into(), At(context.at).into()],
    )
    .await?;
    events::append(tx, context, Event::new("account", id, "opened")).await?;
    Ok(id)
}

/// Gives a person a post from a date on.
///
/// # Errors
/// When the account does not exist.
pub async fn appoint(
    tx: &Tx,
    ids: &Ids,
    context: &Context,
    account: AccountId,
    post: &Post,
    start_on: Date,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO post (id, account, org, role, title, start_on, chair, share)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            ids.next().to_string().into(),
            account.into(),
            post.org.into(),
            post.role.into(),
            post.title.clone().into(),
            start_on.to_string().into(),
            post.chair.into(),
            post.share.into(),
        ],
    )
    .await?;
    let mut facts = serde_json::json!({ "role": post.role().key(), "org": post.org });
    if post.chair {
        facts["chair"] = true.into();
    }
    if let Some(share) = post.share {
        facts["share"] = share.into();
    }
    events::append(
        tx,
        context,
        Event::new("account", account, "appointed").owned_by(post.org).with(facts),
    )
    .await
}

/// The posts a person holds today.
///
/// # Errors
/// When the database cannot be read.
pub async fn posts(db: &impl Sql, clock: &Clock, account: AccountId) -> Result<Vec<Post>, DbError> {
    db.all(
        "SELECT org, role, title, chair, share FROM post
         WHERE account = $1 AND start_on <= $2 AND (end_on IS NULL OR end_on >= $2)
         ORDER BY start_on, org, role",
        [account.into(), clock.today().to_string().into()],
    )
    .await
}

/// The account of an e-mail address, if it is open.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_email(db: &impl Sql, email: &str) -> Result<Option<Account>, DbError> {
    db.first(
        "SELECT id, email, name, closed_at FROM account WHERE email = $1 AND closed_at IS NULL",
        [email.trim().to_lowercase().into()],
    )
    .await
}

/// Every open account, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn all(db: &impl Sql) -> Result<Vec<Account>, DbError> {
    db.all(
        "SELECT id, email, name, closed_at FROM account WHERE closed_at IS NULL ORDER BY name, email",
        [],
    )
    .await
}

/// The people who hold a role in an organisation today, for letters and signatures.
///
/// # Errors
/// When the database cannot be read.
pub async fn holders(
    db: &impl Sql,
    clock: &Clock,
    org: OrgRef,
    role: Role,
) -> Result<Vec<Account>, DbError> {
    db.all(
        "SELECT DISTINCT a.id, a.email, a.name, a.closed_at FROM account a JOIN post p ON p.account = a.id
         WHERE p.org = $1 AND p.role = $2 AND a.closed_at IS NULL
           AND p.start_on <= $3 AND (p.end_on IS NULL OR p.end_on >= $3)
         ORDER BY a.name, a.email, a.id, a.closed_at",
        [org.into(), role.key().into(), clock.today().to_string().into()],
    )
    .await
}

/// Everybody who holds a post in an organisation today, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn people(db: &impl Sql, clock: &Clock, org: OrgRef) -> Result<Vec<Account>, DbError> {
    db.all(
        "SELECT DISTINCT a.id, a.email, a.name, a.closed_at FROM account a JOIN post p ON p.account = a.id
         WHERE p.org = $1 AND a.closed_at IS NULL
           AND p.start_on <= $2 AND (p.end_on IS NULL OR p.end_on >= $2)
         ORDER BY a.name, a.email, a.id, a.closed_at",
        [org.into(), clock.today().to_string().into()],
    )
    .await
}

/// The people who lead an organisation today and sign for it: the heads of a school, the executives
/// of a trust.
///
/// # Errors
/// When the database cannot be read.
pub async fn leaders(db: &impl Sql, clock: &Clock, org: OrgRef) -> Result<Vec<Account>, DbError> {
    let mut found = holders(db, clock, org, Role::Head).await?;
    if matches!(org, OrgRef::Trust(_)) {
        for one in holders(db, clock, org, Role::TrustExecutive).await? {
            if found.iter().all(|known| known.id != one.id) {
                found.push(one);
            }
        }
    }
    Ok(found)
}

/// The people who chair an organisation's board today.
///
/// # Errors
/// When the database cannot be read.
pub async fn chairs(db: &impl Sql, clock: &Clock, org: OrgRef) -> Result<Vec<Account>, DbError> {
    db.all(
        "SELECT DISTINCT a.id, a.email, a.name, a.closed_at FROM account a JOIN post p ON p.account = a.id
         WHERE p.org = $1 AND p.role = 'governor' AND p.chair AND a.closed_at IS NULL
           AND p.start_on <= $2 AND (p.end_on IS NULL OR p.end_on >= $2)
         ORDER BY a.name, a.email, a.id, a.closed_at",
        [org.into(), clock.today().to_string().into()],
    )
    .await
}

/// An account by its identifier, closed or not.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(db: &impl Sql, id: AccountId) -> Result<Option<Account>, DbError> {
    db.first("SELECT id, email, name, closed_at FROM account WHERE id = $1", [id.into()]).await
}

/// A post with its dates, as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Held {
    /// The post's identifier.
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// Where.
    pub org: OrgRef,
    /// As what.
    pub role: AsText<Role>,
    /// The words on the door.
    pub title: String,
    /// The first day.
    pub start_on: AsText<Date>,
    /// The last day, where it is known.
    pub end_on: Option<String>,
    /// How much of full time a headship is, in hundredths, where somebody said so.
    pub share: Option<i64>,
}

impl Held {
    /// Whether the post is held on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> bool {
        self.start_on.0 <= day && self.end_on.as_ref().is_none_or(|end| *end >= day.to_string())
    }
}

/// Every post of a person, past and present, the latest first; of everybody without a person.
///
/// # Errors
/// When the database cannot be read.
pub async fn held(db: &impl Sql, account: Option<AccountId>) -> Result<Vec<Held>, DbError> {
    const COLUMNS: &str = "SELECT id, account, org, role, title, start_on, end_on, share FROM post";
    const ORDER: &str = "ORDER BY start_on DESC, org, role";
    match account {
        Some(account) => {
            db.all(&format!("{COLUMNS} WHERE account = $1 {ORDER}"), [account.into()]).await
        }
        None => db.all(&format!("{COLUMNS} {ORDER}"), []).await,
    }
}
