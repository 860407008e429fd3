//! Every rule of the policy, in the order in which they are asked. The first that applies
//! decides; where none does, the answer is no.
//!
//! The table is what the door reads, what `/how-access-works` shows and what
//! `docs/security/policy.md` prints: there is no other place where a rule could hide.

use foundation::OrgRef;

use crate::{AccountId, Action, Kind, Resource, Role, Visitor, Zone};

/// Whether a rule lets in or shuts out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The act is allowed.
    Allow,
    /// The act is refused.
    Deny,
}

/// What is asked of the door.
pub(crate) struct Question<'a> {
    visitor: &'a Visitor,
    account: Option<AccountId>,
    action: Action,
    resource: &'a Resource,
}

/// A rule.
pub struct Rule {
    /// Its name, for the log and for talking about it.
    pub id: &'static str,
    /// What it does.
    pub effect: Effect,
    /// Whom it concerns, in words.
    pub who: &'static str,
    /// The rule in one sentence, as decisions and the access log quote it.
    pub text: &'static str,
    /// The acts it is about; empty for every act.
    pub actions: &'static [Action],
    /// The zones it is about; empty for every zone.
    pub zones: &'static [Zone],
    /// The kinds of record it is about; empty for every kind.
    pub kinds: &'static [Kind],
    /// Whether it concerns this visitor and this record.
    holds: fn(&Question<'_>) -> bool,
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Rule({})", self.id)
    }
}

impl Rule {
    fn applies(&self, question: &Question<'_>) -> bool {
        let among = |empty: bool, found: bool| empty || found;
        among(self.actions.is_empty(), self.actions.contains(&question.action))
            && among(self.zones.is_empty(), self.zones.contains(&question.resource.zone))
            && among(self.kinds.is_empty(), self.kinds.contains(&question.resource.kind))
            && (self.holds)(question)
    }
}

impl Question<'_> {
    fn named(&self) -> bool {
        self.account.is_some_and(|account| self.resource.people.contains(&account))
    }

    fn operator(&self) -> bool {
        self.visitor.has(Role::Operator)
    }

    fn about_the_installation(&self) -> bool {
        self.resource.kind == Kind::System || self.resource.zone == Zone::System
    }

    fn any(&self, roles: &[Role], org: OrgRef) -> bool {
        roles.iter().any(|&role| self.visitor.is(role, org))
    }

    /// The organisations the record is about: its owner and every side.
    fn sides(&self) -> impl Iterator<Item = OrgRef> {
        std::iter::once(self.resource.owner).chain(self.resource.parties.iter().copied())
    }

    /// Whether the record still belongs to the partnership it was shared in: one of these is a
    /// member today. Whoever leaves takes its records along.
    fn in_partnership(&self, mut orgs: impl Iterator<Item = OrgRef>) -> bool {
        let partnership = self.resource.partnership;
        partnership.is_some_and(|it| orgs.any(|org| self.visitor.has_member(it, org)))
    }

    /// Whether the person belongs to the partnership of the record, and its owner does too.
    fn among_members(&self) -> bool {
        let partnership = self.resource.partnership;
        partnership.is_some_and(|it| self.visitor.partnerships.contains(&it))
            && self.in_partnership(std::iter::once(self.resource.owner))
    }
}

/// The rule that decides a question, where there is one.
pub(crate) fn deciding(
    visitor: &Visitor,
    action: Action,
    resource: &Resource,
) -> Option<&'static Rule> {
    let question = Question { visitor, account: visitor.account, action, resource };
    RULES.iter().find(|rule| rule.applies(&question))
}

/// The answer where no rule applies.
pub const OTHERWISE: &str = "No rule allows this.";
/// The rule behind broken glass, by its sentence.
pub const BEHIND_GLASS: &str = "An administrator who gave a reason reads, for an hour, what \
    belongs to one member of the partnership; its leaders are told.";

/// The version of the policy. Raised with every change of a rule, so that an entry of the access
/// log can be read with the rules of its day; a test holds the two together.
pub const VERSION: u32 = 7;

const ANY_SIDE: &[Zone] = &[Zone::Public, Zone::Network, Zone::Parties];
const UP_TO_SCHOOL: &[Zone] = &[Zone::Public, Zone::Network, Zone::Parties, Zone::School];
const ALL_BUT_SCHOOL: &[Zone] = &[Zone::Public, Zone::Network, Zone::Parties, Zone::Broker];
const BEHIND: &[Zone] = &[Zone::Network, Zone::Parties, Zone::School, Zone::Broker];
const PRIVATE: &[Zone] = &[Zone::Pair, Zone::Own];

/// The rules, in the order in which they are asked.
pub static RULES: &[Rule] = &[
    Rule {
        id: "public",
        effect: Effect::Allow,
        who: "Anyone, signed in or not",
        text: "Anyone may read what is public.",
        actions: &[Action::Read],
        zones: &[Zone::Public],
        kinds: &[],
        holds: |_| true,
    },
    Rule {
        id: "nobody",
        effect: Effect::Deny,
        who: "Anyone who is not signed in",
        text: "Signing in is needed for everything that is not public.",
        actions: &[],
        zones: &[],
        kinds: &[],
        holds: |question| question.account.is_none(),
    },
    Rule {
        id: "private-own",
        effect: Effect::Allow,
        who: "The people named on the record",
        text: "A private record belongs to the people named on it.",
        actions: &[],
        zones: PRIVATE,
        kinds: &[],
        holds: |question| question.named(),
    },
    Rule {
        id: "private-others",
        effect: Effect::Deny,
        who: "Everybody else, administrators included",
        text: "A private record belongs to the people named on it and to nobody else.",
        actions: &[],
        zones: PRIVATE,
        kinds: &[],
        holds: |_| true,
    },
    Rule {
        id: "installation",
        effect: Effect::Allow,
        who: "Operators, about the installation itself",
        text: "An operator looks after imports, accounts, retention and the founding of partnerships.",
        actions: &[],
        zones: &[],
        kinds: &[],
        holds: |question| question.about_the_installation() && question.operator(),
    },
    Rule {
        id: "data-protection-officer",
        effect: Effect::Allow,
        who: "Data protection officers, about the installation itself",
        text: "A data protection officer reads what an operator looks after, and changes none of it.",
        actions: &[Action::Read],
        zones: &[],
        kinds: &[],
        holds: |question| {
            question.about_the_installation() && question.visitor.has(Role::DataProtectionOfficer)
        },
    },
    Rule {
        id: "installation-others",
        effect: Effect::Deny,
        who: "Everybody else, about the installation itself",
        text: "Only an operator looks after imports, accounts, retention and the founding of partnerships.",
        actions: &[],
        zones: &[],
        kinds: &[],
        holds: |question| question.about_the_installation(),
    },
    Rule {
        id: "partnership-administrator",
        effect: Effect::Allow,
        who: "The administrator of the partnership",
        text: "An administrator looks after the members of their own partnership.",
        actions: &[Action::Read, Action::Create, Action::Update],
        zones: &[],
        kinds: &[Kind::Partnership],
        holds: |question| question.visitor.is(Role::Administrator, question.resource.owner),
    },
    Rule {
        id: "owner",
        effect: Effect::Allow,
        who: "The head, trust executive, commissioner or broker of the organisation that owns the record",
        text: "The leaders of the organisation that owns a record read, change and sign it; what is written for the broker alone only a broker reads.",
        actions: &[],
        zones: &[],
        kinds: &[],
        holds: |question| {
            let leaders = [Role::Broker, Role::Head, Role::TrustExecutive, Role::Commissioner];
            let told = question.action == Action::Read && question.resource.zone == Zone::Broker;
            question.any(if told { &leaders[..1] } else { &leaders }, question.resource.owner)
        },
    },
    Rule {
        id: "broker",
        effect: Effect::Allow,
        who: "The broker of the partnership through which the record is brokered",
        text: "The broker runs requests, matches and agreements of the partnership, as long as one of their schools belongs to it.",
        actions: &[Action::Read, Action::Create, Action::Update, Action::Broker, Action::Propose],
        zones: ALL_BUT_SCHOOL,
        kinds: &[],
        holds: |question| {
            let partnership = question.resource.partnership;
            partnership.is_some_and(|org| question.visitor.is(Role::Broker, org))
                && question.in_partnership(question.sides())
        },
    },
    Rule {
        id: "side",
        effect: Effect::Allow,
        who: "The head or trust executive of an organisation on either side",
        text: "The leaders on each side of a deployment read it, sign for their own side and suggest changes.",
        actions: &[Action::Read, Action::Sign, Action::Propose],
        zones: ANY_SIDE,
        kinds: &[],
        holds: |question| {
            let leaders = [Role::Head, Role::TrustExecutive];
            question.resource.parties.iter().any(|&party| question.any(&leaders, party))
        },
    },
    Rule {
        id: "payer",
        effect: Effect::Allow,
        who: "The commissioner of the body that pays for a deployment",
        text: "Whoever pays for a deployment reads its agreement, its time and money and its measured effect, and signs for the money.",
        actions: &[Action::Read, Action::Sign],
        zones: ANY_SIDE,
        kinds: &[Kind::Agreement, Kind::Ledger, Kind::Impact],
        holds: |question| {
            let mut parties = question.resource.parties.iter();
            parties.any(|&party| question.visitor.is(Role::Commissioner, party))
        },
    },
    Rule {
        id: "named",
        effect: Effect::Allow,
        who: "The people named on the record",
        text: "The people named on a deployment read it and record their part, as long as they hold a post.",
        actions: &[Action::Read, Action::Update, Action::Propose],
        zones: ANY_SIDE,
        kinds: &[],
        holds: |question| question.named() && !question.visitor.posts.is_empty(),
    },
    Rule {
        id: "chair",
        effect: Effect::Allow,
        who: "Whoever chairs the board of an organisation on either side",
        text: "A chair reads and, where asked, signs the agreements of the school.",
        actions: &[Action::Read, Action::Sign],
        zones: ANY_SIDE,
        kinds: &[Kind::Agreement, Kind::Impact, Kind::Declaration],
        holds: |question| question.sides().any(|org| question.visitor.chairs(org)),
    },
    Rule {
        id: "governor",
        effect: Effect::Allow,
        who: "Governors and trustees of an organisation on either side",
        text: "Members of a board read the agreements of their school, which its chair signs.",
        actions: &[Action::Read],
        zones: ANY_SIDE,
        kinds: &[Kind::Agreement, Kind::Impact, Kind::Declaration],
        holds: |question| question.sides().any(|org| question.visitor.is(Role::Governor, org)),
    },
    Rule {
        id: "board",
        effect: Effect::Allow,
        who: "Governors and trustees of the organisation that owns the record",
        text: "A board reads the summaries, reports and reviews of governance that are written for it.",
        actions: &[Action::Read],
        zones: UP_TO_SCHOOL,
        kinds: &[Kind::Board],
        holds: |question| question.visitor.is(Role::Governor, question.resource.owner),
    },
    Rule {
        id: "responsible-body",
        effect: Effect::Allow,
        who: "The trust executive of the body legally responsible for the owner",
        text: "The trust responsible for a school reads its records by default; the school is told.",
        actions: &[Action::Read, Action::Propose],
        zones: UP_TO_SCHOOL,
        kinds: &[],
        holds: |question| {
            let mut bodies = question.resource.responsible.iter();
            bodies.any(|&body| question.visitor.is(Role::TrustExecutive, body))
        },
    },
    Rule {
        id: "shared",
        effect: Effect::Allow,
        who: "The commissioner or trust executive of a body with which the owner agreed to share",
        text: "A local authority, or another body, reads the kinds of record that the owner agreed to share with it, until the agreement ends or is taken back.",
        actions: &[Action::Read, Action::Propose],
        zones: UP_TO_SCHOOL,
        kinds: &[],
        holds: |question| {
            let resource = question.resource;
            question.visitor.shared.contains(&(resource.owner, resource.kind))
        },
    },
    Rule {
        id: "delegated",
        effect: Effect::Allow,
        who: "Staff of the owner who are named on the record",
        text: "Staff read and write the parts their head delegated to them.",
        actions: &[Action::Read, Action::Update],
        zones: UP_TO_SCHOOL,
        kinds: &[],
        holds: |question| {
            question.visitor.is(Role::Staff, question.resource.owner) && question.named()
        },
    },
    Rule {
        id: "colleague",
        effect: Effect::Allow,
        who: "Staff of the organisation that owns the record",
        text: "Those who work at a school write down its practices and say which it uses.",
        actions: &[Action::Read, Action::Create, Action::Update],
        zones: UP_TO_SCHOOL,
        kinds: &[Kind::Practice],
        holds: |question| question.visitor.is(Role::Staff, question.resource.owner),
    },
    Rule {
        id: "peer",
        effect: Effect::Allow,
        who: "Anyone with a post in an organisation that belongs, as the owner does, to the partnership today",
        text: "Members of a partnership check the practices of one another.",
        actions: &[Action::Propose],
        zones: &[Zone::Public, Zone::Network],
        kinds: &[Kind::Practice],
        holds: |question| question.among_members(),
    },
    Rule {
        id: "member",
        effect: Effect::Allow,
        who: "Anyone with a post in an organisation that belongs, as the owner does, to the partnership today",
        text: "Signed-in members of a partnership read what its members share in it.",
        actions: &[Action::Read],
        zones: &[Zone::Network],
        kinds: &[],
        holds: |question| question.among_members(),
    },
    Rule {
        id: "broken-glass",
        effect: Effect::Allow,
        who: "An administrator who broke the glass for the owner, a member of their partnership, within the hour",
        text: BEHIND_GLASS,
        actions: &[Action::Read],
        zones: BEHIND,
        kinds: &[],
        holds: |question| {
            question.visitor.has(Role::Administrator)
                && question.visitor.glass.contains(&question.resource.owner)
        },
    },
];

/// The words of a list, or "all" where it is empty.
fn words(list: impl ExactSizeIterator<Item = &'static str>) -> String {
    if list.len() == 0 { "all".to_owned() } else { list.collect::<Vec<_>>().join(", ") }
}

impl Rule {
    /// The acts it is about, in words.
    #[must_use]
    pub fn actions_in_words(&self) -> String {
        words(self.actions.iter().map(|action| action.in_words()))
    }

    /// The zones it is about, in words.
    #[must_use]
    pub fn zones_in_words(&self) -> String {
        words(self.zones.iter().map(|zone| zone.key()))
    }

    /// The kinds of record it is about, in words.
    #[must_use]
    pub fn kinds_in_words(&self) -> String {
        words(self.kinds.iter().map(|kind| kind.in_words()))
    }
}

/// The whole policy as a document.
#[must_use]
pub fn document() -> String {
    let mut text = String::from(
        "# Who may see and do what\n\n\
         This page is written from the table the program decides by (`crates/access/src/rules.rs`);\n\
         a test fails when the two differ. Rules are asked from the top; the first that applies\n\
         decides; where none does, the answer is no.\n\n\
         | Rule | Effect | Who | May do | In zones | With | In one sentence |\n\
         |---|---|---|---|---|---|---|\n",
    );
    text = text.replacen("\n\n", &format!("\n\nVersion {VERSION}.\n\n"), 1);
    for rule in RULES {
        let effect = if rule.effect == Effect::Allow { "allows" } else { "refuses" };
        text += &format!(
            "| `{}` | {effect} | {} | {} | {} | {} | {} |\n",
            rule.id,
            rule.who,
            rule.actions_in_words(),
            rule.zones_in_words(),
            rule.kinds_in_words(),
            rule.text
        );
    }
    text +=
        "\n## Zones\n\nEvery record carries exactly one.\n\n| Zone | Who can see it |\n|---|---|\n";
    for zone in Zone::ALL {
        text += &format!("| {} | {} |\n", zone.key(), zone.in_words());
    }
    text
}
