//! The one door: may this visitor do this to that?
//!
//! A room describes the record ([`Resource`]: its kind, zone, owner, parties…), names the act and
//! asks. Lists are filtered by the same question, so what one can list is what one can open.

use foundation::{App, Context, OrgRef, PageError};

use crate::{AccountId, Role, Visitor, Zone};

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
    /// Imports, accounts, retention and the record of looks.
    System,
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
}

const fn allow(rule: &'static str) -> Decision {
    Decision { allowed: true, rule }
}

const fn deny(rule: &'static str) -> Decision {
    Decision { allowed: false, rule }
}

/// Decides. Whatever no rule allows is denied.
#[must_use]
pub fn decide(visitor: &Visitor, action: Action, resource: &Resource) -> Decision {
    if resource.zone == Zone::Public && action == Action::Read {
        return allow("Anyone may read what is public.");
    }
    let Some(account) = visitor.account else {
        return deny("Signing in is needed for everything that is not public.");
    };
    if matches!(resource.zone, Zone::Pair | Zone::Own) {
        return if resource.people.contains(&account) {
            allow("A private record belongs to the people named on it.")
        } else {
            deny("A private record belongs to the people named on it and to nobody else.")
        };
    }
    if resource.kind == Kind::System || resource.zone == Zone::System {
        return if visitor.has(Role::Administrator) {
            allow("An administrator looks after imports, accounts and retention.")
        } else {
            deny("Only an administrator looks after imports, accounts and retention.")
        };
    }
    let leads_owner = visitor.is(Role::Head, resource.owner)
        || visitor.is(Role::TrustExecutive, resource.owner)
        || visitor.is(Role::Commissioner, resource.owner)
        || visitor.is(Role::Broker, resource.owner);
    if leads_owner {
        return allow(
            "The leaders of the organisation that owns a record read, change and sign it.",
        );
    }
    let broker = resource.partnership.is_some_and(|org| visitor.is(Role::Broker, org));
    if broker
        && resource.zone != Zone::School
        && matches!(
            action,
            Action::Read | Action::Create | Action::Update | Action::Broker | Action::Propose
        )
    {
        return allow("The broker runs requests, matches and agreements of the partnership.");
    }
    let leads_party = resource
        .parties
        .iter()
        .any(|&party| visitor.is(Role::Head, party) || visitor.is(Role::TrustExecutive, party));
    if resource.zone <= Zone::Parties {
        if leads_party && matches!(action, Action::Read | Action::Sign | Action::Propose) {
            return allow(
                "The leaders on each side of a deployment read it, sign for their own side and suggest changes.",
            );
        }
        if resource.people.contains(&account)
            && matches!(action, Action::Read | Action::Update | Action::Propose)
        {
            return allow("The people named on a deployment read it and record their part.");
        }
    }
    let chair = resource
        .parties
        .iter()
        .chain([&resource.owner])
        .any(|&org| visitor.is(Role::Governor, org));
    if chair
        && resource.zone <= Zone::Parties
        && matches!(resource.kind, Kind::Agreement | Kind::Impact | Kind::Declaration)
        && matches!(action, Action::Read | Action::Sign)
    {
        return allow("A chair reads and, where asked, signs the agreements of the school.");
    }
    let responsible = resource.responsible.iter().any(|&body| {
        visitor.is(Role::TrustExecutive, body) || visitor.is(Role::Commissioner, body)
    });
    if responsible
        && resource.zone <= Zone::School
        && matches!(action, Action::Read | Action::Propose)
    {
        return allow(
            "The body responsible for a school reads its records by default; the school is told.",
        );
    }
    if resource.zone <= Zone::School
        && visitor.is(Role::Staff, resource.owner)
        && resource.people.contains(&account)
        && matches!(action, Action::Read | Action::Update)
    {
        return allow("Staff read and write the parts their head delegated to them.");
    }
    if resource.zone == Zone::Network
        && action == Action::Read
        && resource.partnership.is_some_and(|org| visitor.partnerships.contains(&org))
    {
        return allow("Signed-in members of a partnership read what is shared in it.");
    }
    deny("No rule allows this.")
}

/// Proof that the door was passed: a mutation takes one, and only this module makes it.
#[derive(Clone, Debug)]
pub struct Permit {
    context: Context,
    rule: &'static str,
}

impl Permit {
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

    /// A permit for the product's own acts: commands on the server, scheduled work.
    #[must_use]
    pub const fn system(part: &'static str, at: jiff::Timestamp) -> Self {
        Self {
            context: Context::system(part, at),
            rule: "The person who runs the server may run its commands.",
        }
    }
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
        let acting_for = visitor
            .posts
            .iter()
            .map(|post| post.org)
            .find(|org| *org == resource.owner || resource.parties.contains(org))
            .or_else(|| {
                visitor.posts.iter().map(|post| post.org).find(|org| {
                    resource.partnership == Some(*org) || resource.responsible.contains(org)
                })
            });
        return Ok(Permit { context: visitor.context(app, acting_for), rule: decision.rule });
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
