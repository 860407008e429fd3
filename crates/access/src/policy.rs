//! The one door: may this visitor do this to that?
//!
//! A room describes the record ([`Resource`]: its kind, zone, owner, parties…), names the act and
//! asks. Lists are filtered by the same question, so what one can list is what one can open.

use foundation::{Actor, App, Context, DbError, OrgRef, PageError};

use crate::{
    AccountId, Visitor, Zone,
    rules::{self, Effect, OTHERWISE},
};

pub use crate::rules::BEHIND_GLASS;

/// What is done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Look at it, list it, export it.
    Read,
    /// Bring a new one into being.
    Create,
    /// Change it.
    Update,
    /// Sign it or decide on it for one's own organisation.
    Sign,
    /// Decide on it as the broker: accept, propose, allocate.
    Broker,
    /// Suggest a change that the owner may accept.
    Propose,
}

impl Action {
    /// Every act.
    pub const ALL: [Self; 6] =
        [Self::Read, Self::Create, Self::Update, Self::Sign, Self::Broker, Self::Propose];

    /// The act in a word.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "change",
            Self::Sign => "sign",
            Self::Broker => "broker",
            Self::Propose => "suggest",
        }
    }
}

/// The kinds of record the rooms keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The public register and public indicators.
    Directory,
    /// A needs audit and its findings.
    Audit,
    /// A request for support.
    Request,
    /// An offer, a designation or somebody's availability.
    Offer,
    /// A proposed match and its reasons.
    Match,
    /// A declaration of interests or a due-diligence record.
    Declaration,
    /// An agreement and its deployment.
    Agreement,
    /// A plan, its milestones and reviews.
    Plan,
    /// A note of visit.
    Visit,
    /// A coaching or mentoring conversation.
    Conversation,
    /// Time and money.
    Ledger,
    /// The measured effect on both schools.
    Impact,
    /// What a school or trust tells its board: summaries of plans, reports, reviews of governance.
    Board,
    /// A partnership: who belongs to it.
    Partnership,
    /// A practice, who uses it and who asks to see it.
    Practice,
    /// Imports, accounts, retention and the record of looks.
    System,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Directory,
        Self::Audit,
        Self::Request,
        Self::Offer,
        Self::Match,
        Self::Declaration,
        Self::Agreement,
        Self::Plan,
        Self::Visit,
        Self::Conversation,
        Self::Ledger,
        Self::Impact,
        Self::Board,
        Self::Partnership,
        Self::Practice,
        Self::System,
    ];

    /// The kind in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Directory => "public register",
            Self::Audit => "needs audits",
            Self::Request => "requests",
            Self::Offer => "offers",
            Self::Match => "matches",
            Self::Declaration => "declarations",
            Self::Agreement => "agreements",
            Self::Plan => "plans and reviews",
            Self::Visit => "notes of visit",
            Self::Conversation => "conversations",
            Self::Ledger => "time and money",
            Self::Impact => "measured effect",
            Self::Board => "summaries for the board",
            Self::Partnership => "partnerships and their members",
            Self::Practice => "practices and who uses them",
            Self::System => "the installation",
        }
    }
}

/// What the policy needs to know about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its kind.
    pub kind: Kind,
    /// Its zone.
    pub zone: Zone,
    /// The organisation that controls it.
    pub owner: OrgRef,
    /// The bodies legally responsible for the owner.
    pub responsible: Vec<OrgRef>,
    /// The organisations on every side, the owner included where it is one.
    pub parties: Vec<OrgRef>,
    /// The partnership through which it is brokered.
    pub partnership: Option<OrgRef>,
    /// People named on it: the team, the pair, the author.
    pub people: Vec<AccountId>,
}

impl Resource {
    /// A record of an organisation in a zone, with nobody else concerned yet.
    #[must_use]
    pub const fn new(kind: Kind, zone: Zone, owner: OrgRef) -> Self {
        Self {
            kind,
            zone,
            owner,
            responsible: Vec::new(),
            parties: Vec::new(),
            partnership: None,
            people: Vec::new(),
        }
    }

    /// Adds the bodies responsible for the owner.
    #[must_use]
    pub fn responsible(mut self, bodies: impl IntoIterator<Item = OrgRef>) -> Self {
        self.responsible.extend(bodies);
        self
    }

    /// Adds the organisations on every side.
    #[must_use]
    pub fn parties(mut self, parties: impl IntoIterator<Item = OrgRef>) -> Self {
        self.parties.extend(parties);
        self
    }

    /// Names the partnership through which it is brokered.
    #[must_use]
    pub const fn through(mut self, partnership: Option<OrgRef>) -> Self {
        self.partnership = partnership;
        self
    }

    /// Adds people named on it.
    #[must_use]
    pub fn people(mut self, people: impl IntoIterator<Item = AccountId>) -> Self {
        self.people.extend(people);
        self
    }
}

/// The installation itself: its accounts, imports and settings.
#[must_use]
pub const fn installation() -> Resource {
    Resource::new(Kind::System, Zone::System, OrgRef::Partnership(uuid::Uuid::nil()))
}

/// What belongs to a person alone: their account, their sessions.
#[must_use]
pub fn own(account: AccountId) -> Resource {
    Resource::new(Kind::System, Zone::Own, OrgRef::Partnership(uuid::Uuid::nil())).people([account])
}

/// The answer, with the rule that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whether the act is allowed.
    pub allowed: bool,
    /// The rule in plain English.
    pub rule: &'static str,
    /// The rule's name, as the record of acts keeps it.
    pub id: &'static str,
}

/// Decides by [the table of rules](crate::rules::RULES). Whatever no rule allows is denied.
#[must_use]
pub fn decide(visitor: &Visitor, action: Action, resource: &Resource) -> Decision {
    match rules::deciding(visitor, action, resource) {
        Some(rule) => {
            Decision { allowed: rule.effect == Effect::Allow, rule: rule.text, id: rule.id }
        }
        None => Decision { allowed: false, rule: OTHERWISE, id: "otherwise" },
    }
}

/// Keeps the items on which a visitor may act: the question of the door, asked of a list.
#[must_use]
pub fn filter<T>(
    visitor: &Visitor,
    action: Action,
    mut items: Vec<T>,
    resource: impl Fn(&T) -> Resource,
) -> Vec<T> {
    items.retain(|item| decide(visitor, action, &resource(item)).allowed);
    items
}

/// Proof that the door was passed: a mutation takes one, and only this module makes it.
///
/// Its fields are private, so nobody can put one together outside this crate:
///
/// ```compile_fail
/// let at = jiff::Timestamp::UNIX_EPOCH;
/// let context = foundation::Context::system("forged", at);
/// let permit = access::Permit { context, rule: "I say so.", action: None };
/// ```
///
/// An act that takes a permit cannot be called without one:
///
/// ```compile_fail
/// async fn forget(tx: &foundation::Tx, app: &foundation::App, account: access::AccountId) {
///     let _ = access::retention::forget(tx, app, account).await;
/// }
/// ```
///
/// With one it can, which shows that nothing else is wrong with the line above:
///
/// ```
/// async fn forget(
///     tx: &foundation::Tx,
///     app: &foundation::App,
///     permit: &access::Permit,
///     account: access::AccountId,
/// ) {
///     let _ = access::retention::forget(tx, app, permit, account).await;
/// }
/// ```
///
/// A permit remembers what was asked. One to read lets nothing be changed: the record of acts
/// refuses its entries ([`foundation::DbError::Unpermitted`]), and an act whose entry is refused is
/// undone as a whole. An act that needs more than any change asks [`Permit::must_be_to`].
#[derive(Clone, Debug)]
pub struct Permit {
    context: Context,
    rule: &'static str,
    /// What was asked; nothing where no question was needed (the product's own acts, links).
    action: Option<Action>,
}

impl Permit {
    /// What the door was asked for; nothing for the product's own acts and for links.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        self.action
    }

    /// Refuses unless the door was asked for one of these acts. The product's own acts and those
    /// by link pass: they were not asked for in words of the policy.
    ///
    /// # Errors
    /// [`DbError::Unpermitted`] with what was asked instead.
    pub fn must_be_to(&self, any: &[Action]) -> Result<(), DbError> {
        match self.action {
            Some(action) if !any.contains(&action) => {
                Err(DbError::Unpermitted(format!("to {}", action.in_words())))
            }
            _ => Ok(()),
        }
    }

    /// The circumstances of the act, for the record.
    #[must_use]
    pub const fn context(&self) -> &Context {
        &self.context
    }

    /// The rule that allowed it.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        self.rule
    }

    /// The same permit with the reason the person gave.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.context = self.context.because(reason);
        self
    }

    /// The permit of somebody without an account whose signed link was redeemed.
    pub(crate) const fn by_link(mut context: Context) -> Self {
        context.rule = Some("link");
        Self {
            context,
            rule: "A signed link lets its recipient do one act on one record, once.",
            action: None,
        }
    }

    /// The signed-in person it was given to, if it was one.
    #[must_use]
    pub fn person(&self) -> Option<AccountId> {
        match &self.context.actor {
            Actor::Person { account, .. } => account.parse().ok(),
            Actor::Link { .. } | Actor::System(_) => None,
        }
    }

    /// A permit for the product's own acts: commands on the server, scheduled work.
    #[must_use]
    pub const fn system(part: &'static str, at: jiff::Timestamp) -> Self {
        Self {
            context: Context::system(part, at),
            rule: "The person who runs the server may run its commands.",
            action: None,
        }
    }
}

/// The organisation on whose behalf somebody meets a record: the owner or a side where they hold
/// a post, else the partnership or the body responsible.
pub(crate) fn acting_for(visitor: &Visitor, resource: &Resource) -> Option<OrgRef> {
    let orgs = || visitor.posts.iter().map(|post| post.org);
    orgs().find(|org| *org == resource.owner || resource.parties.contains(org)).or_else(|| {
        orgs().find(|org| resource.partnership == Some(*org) || resource.responsible.contains(org))
    })
}

/// Asks the door and returns the permit.
///
/// # Errors
/// [`PageError::SignIn`] for nobody in particular; [`PageError::NotFound`] where the visitor may
/// not even know of the record; [`PageError::Forbidden`] where they may read but not do this.
pub fn authorize(
    app: &App,
    visitor: &Visitor,
    action: Action,
    resource: &Resource,
) -> Result<Permit, PageError> {
    let decision = decide(visitor, action, resource);
    if decision.allowed {
        let acting_for = acting_for(visitor, resource);
        let context = Context {
            may_change: action != Action::Read,
            rule: Some(decision.id),
            ..visitor.context(app, acting_for)
        };
        return Ok(Permit { context, rule: decision.rule, action: Some(action) });
    }
    if visitor.account.is_none() {
        return Err(PageError::SignIn { back: "/".to_owned() });
    }
    if action != Action::Read && decide(visitor, Action::Read, resource).allowed {
        return Err(PageError::Forbidden(
            "You can read this, but the people it belongs to decide on it.".to_owned(),
        ));
    }
    Err(PageError::NotFound)
}
