//! Who acts, for whom, when and why: every store function takes it.

use jiff::Timestamp;

use crate::{OrgRef, origin};

/// Who performs an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person, by account id, with the name to show in the record.
    Person {
        /// The account's identifier as text.
        account: String,
        /// The name as it is shown in timelines.
        name: String,
    },
    /// Somebody without an account who follows a signed link to one record.
    Link {
        /// The e-mail address the link was sent to.
        email: String,
    },
    /// The product itself: scheduled work, imports from the command line.
    System(&'static str),
}

impl Actor {
    /// The key the event log stores.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Person { account, .. } => format!("account:{account}"),
            Self::Link { email } => format!("link:{email}"),
            Self::System(part) => format!("system:{part}"),
        }
    }

    /// The name a timeline shows.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name,
            Self::Link { email } => email,
            Self::System(_) => "Alongside",
        }
    }
}

/// The circumstances of an act, as the event log keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Who acts.
    pub actor: Actor,
    /// The organisation on whose behalf, where there is one.
    pub acting_for: Option<OrgRef>,
    /// When.
    pub at: Timestamp,
    /// Why, where the act asks for a reason.
    pub reason: Option<String>,
    /// From where: the browser and the request ([`crate::origin`]), never an address.
    pub request: Option<String>,
    /// The rule of the policy that lets them, by its name.
    pub rule: Option<&'static str>,
    /// Whether something may be changed in these circumstances. A permit to read says no, and
    /// the record of acts then refuses the entry without which no act commits.
    pub may_change: bool,
}

impl Context {
    /// The product's own act at a moment.
    #[must_use]
    pub const fn system(part: &'static str, at: Timestamp) -> Self {
        Self::plain(Actor::System(part), at, None)
    }

    /// An act of somebody at a moment, from where the present request comes.
    #[must_use]
    pub fn by(actor: Actor, at: Timestamp) -> Self {
        Self::plain(actor, at, origin::current())
    }

    const fn plain(actor: Actor, at: Timestamp, request: Option<String>) -> Self {
        Self { actor, acting_for: None, at, reason: None, request, rule: None, may_change: true }
    }

    /// The same circumstances with a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}
