//! Who is asking.

use axum::{extract::FromRequestParts, http::request::Parts};
use axum_extra::extract::CookieJar;
use foundation::{Actor, App, Context, OrgRef, PageError};
use jiff::civil::Date;

use crate::{
    AccountId, Kind, Post, Role, accounts, looks, partnerships,
    second::{self, Place, Waiting},
    sessions, sharing,
};

/// Somebody looking at a page: signed in with their posts, or nobody in particular.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// The account, when signed in.
    pub account: Option<AccountId>,
    /// The person's name.
    pub name: String,
    /// The posts held today that are open to the person.
    pub posts: Vec<Post>,
    /// Posts held today that wait for a second step.
    pub waiting: Waiting,
    /// The partnerships the person's organisations belong to today.
    pub partnerships: Vec<OrgRef>,
    /// Those partnerships with each of their members today, in order.
    pub members: Vec<(OrgRef, OrgRef)>,
    /// What organisations share today, by agreement, with a body this person leads.
    pub shared: Vec<(OrgRef, Kind)>,
    /// The organisations whose glass an administrator has broken within the hour.
    pub glass: Vec<OrgRef>,
}

impl Visitor {
    /// Loads what the policy needs to know about a person, for work on their behalf.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(app: &App, account: AccountId, name: String) -> Result<Self, PageError> {
        let posts = accounts::posts(&app.db, &app.clock, account).await?;
        Self::with(app, account, name, posts).await
    }

    /// Loads it for letters and calendars, which leave the house: without the posts that wait for a
    /// second step nobody has set up.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn for_letters(
        app: &App,
        account: AccountId,
        name: String,
    ) -> Result<Self, PageError> {
        let mut posts = accounts::posts(&app.db, &app.clock, account).await?;
        let waiting = second::hold_back(app, account, &mut posts, Place::Letters).await?;
        let it = Self::with(app, account, name, posts).await?;
        Ok(Self { waiting, ..it })
    }

    /// Loads it for somebody whose session this is: without the posts that wait for a second step.
    async fn resume(app: &App, session: sessions::Resumed) -> Result<Self, PageError> {
        let account = session.account;
        let mut posts = accounts::posts(&app.db, &app.clock, account).await?;
        let waiting = match session.proved {
            true => Waiting::default(),
            false => second::hold_back(app, account, &mut posts, Place::Session).await?,
        };
        let it = Self::with(app, account, session.name, posts).await?;
        Ok(Self { waiting, ..it })
    }

    async fn with(
        app: &App,
        account: AccountId,
        name: String,
        posts: Vec<Post>,
    ) -> Result<Self, PageError> {
        let today: Date = app.clock.today();
        let mut found = Vec::new();
        for post in &posts {
            if matches!(post.org, OrgRef::Partnership(_)) {
                found.push(post.org);
            }
            for partnership in partnerships::of(&app.db, post.org, today).await? {
                found.push(partnership.org);
            }
        }
        found.sort();
        found.dedup();
        let members = partnerships::members_of_all(&app.db, &found, today).await?;
        let mut it = Self {
            account: Some(account),
            name,
            posts,
            partnerships: found,
            members,
            ..Self::default()
        };
        for role in [Role::Commissioner, Role::TrustExecutive] {
            for reader in it.orgs(role).collect::<Vec<_>>() {
                it.shared.extend(sharing::with(&app.db, reader, today).await?);
            }
        }
        if it.has(Role::Administrator) {
            let broken = looks::glass(&app.db, account, app.clock.now()).await?;
            // Whoever left the partnership within the hour is closed at once.
            it.glass = broken.into_iter().filter(|&org| it.administers(org).is_some()).collect();
        }
        Ok(it)
    }

    /// Whether the person holds a role in an organisation.
    #[must_use]
    pub fn is(&self, role: Role, org: OrgRef) -> bool {
        self.posts.iter().any(|post| post.role() == role && post.org == org)
    }

    /// Whether the person chairs an organisation's board.
    #[must_use]
    pub fn chairs(&self, org: OrgRef) -> bool {
        self.posts.iter().any(|post| post.role() == Role::Governor && post.chair && post.org == org)
    }

    /// Whether the person leads an organisation and signs for it: as head, or as an executive of a
    /// trust for the trust itself.
    #[must_use]
    pub fn leads(&self, org: OrgRef) -> bool {
        self.is(Role::Head, org)
            || (matches!(org, OrgRef::Trust(_)) && self.is(Role::TrustExecutive, org))
    }

    /// The organisations the person leads, each once: schools as head, trusts as executive.
    #[must_use]
    pub fn led(&self) -> Vec<OrgRef> {
        let mut led = Vec::new();
        for post in &self.posts {
            if self.leads(post.org) && !led.contains(&post.org) {
                led.push(post.org);
            }
        }
        led
    }

    /// Whether the person holds any post in an organisation.
    #[must_use]
    pub fn belongs_to(&self, org: OrgRef) -> bool {
        self.posts.iter().any(|post| post.org == org)
    }

    /// Whether an organisation is, today, a member of one of the person's partnerships: of this one.
    #[must_use]
    pub fn has_member(&self, partnership: OrgRef, org: OrgRef) -> bool {
        org == partnership || self.members.binary_search(&(partnership, org)).is_ok()
    }

    /// The partnership which the person administers and to which an organisation belongs today, or
    /// which it is.
    #[must_use]
    pub fn administers(&self, org: OrgRef) -> Option<OrgRef> {
        self.orgs(Role::Administrator).filter(|&it| self.has_member(it, org)).last()
    }

    /// The organisations that share a kind of record with a body this person leads.
    pub fn sharing(&self, kind: Kind) -> impl Iterator<Item = OrgRef> {
        self.shared.iter().filter(move |(_, known)| *known == kind).map(|(owner, _)| *owner)
    }

    /// Whether the person holds a role anywhere.
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.posts.iter().any(|post| post.role() == role)
    }

    /// The organisations in which the person holds a role.
    pub fn orgs(&self, role: Role) -> impl Iterator<Item = OrgRef> {
        self.posts.iter().filter(move |post| post.role() == role).map(|post| post.org)
    }

    /// The circumstances of an act by this person now.
    #[must_use]
    pub fn context(&self, app: &App, acting_for: Option<OrgRef>) -> Context {
        let actor = match self.account {
            Some(account) => {
                Actor::Person { account: account.to_string(), name: self.name.clone() }
            }
            None => Actor::System("visitor"),
        };
        Context { acting_for, ..Context::by(actor, app.clock.now()) }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        if let Some(visitor) = parts.extensions.get::<Self>() {
            return Ok(visitor.clone());
        }
        let jar = CookieJar::from_headers(&parts.headers);
        let visitor = match jar.get(sessions::cookie_name(&app.config)) {
            Some(cookie) => match sessions::resume(app, cookie.value()).await? {
                Some(session) => Self::resume(app, session).await?,
                None => Self::default(),
            },
            None => Self::default(),
        };
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

/// A visitor who is signed in; others are sent to sign in and come back.
#[derive(Clone, Debug)]
pub struct SignedIn(pub Visitor);

impl FromRequestParts<App> for SignedIn {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, app).await?;
        if visitor.account.is_some() {
            return Ok(Self(visitor));
        }
        let back = if parts.method == axum::http::Method::GET {
            parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned()
        } else {
            "/".to_owned()
        };
        Err(PageError::SignIn { back })
    }
}
