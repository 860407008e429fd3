//! The policy as one function, as it was before it became a table: kept as the second opinion
//! that the table is held to.

use access::{Action, Kind, Resource, Role, Visitor, Zone};

type Answer = (bool, &'static str);

fn allow(rule: &'static str) -> Answer {
    (true, rule)
}

fn deny(rule: &'static str) -> Answer {
    (false, rule)
}

/// Decides.
pub(crate) fn decide(visitor: &Visitor, action: Action, resource: &Resource) -> Answer {
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
        if visitor.has(Role::DataProtectionOfficer)
            && !visitor.has(Role::Operator)
            && action == Action::Read
        {
            return allow(
                "A data protection officer reads what an operator looks after, and changes none of it.",
            );
        }
        return if visitor.has(Role::Operator) {
            allow(
                "An operator looks after imports, accounts, retention and the founding of partnerships.",
            )
        } else {
            deny(
                "Only an operator looks after imports, accounts, retention and the founding of partnerships.",
            )
        };
    }
    if resource.kind == Kind::Partnership
        && visitor.is(Role::Administrator, resource.owner)
        && matches!(action, Action::Read | Action::Create | Action::Update)
    {
        return allow("An administrator looks after the members of their own partnership.");
    }
    let for_the_broker = resource.zone == Zone::Broker && action == Action::Read;
    let leads_owner = visitor.is(Role::Broker, resource.owner)
        || !for_the_broker
            && (visitor.is(Role::Head, resource.owner)
                || visitor.is(Role::TrustExecutive, resource.owner)
                || visitor.is(Role::Commissioner, resource.owner));
    if leads_owner {
        return allow(
            "The leaders of the organisation that owns a record read, change and sign it; what is written for the broker alone only a broker reads.",
        );
    }
    let belongs = |org| {
        resource.partnership.is_some_and(|it| it == org || visitor.members.contains(&(it, org)))
    };
    let mut orgs = resource.parties.clone();
    orgs.push(resource.owner);
    let broker = resource.partnership.is_some_and(|org| visitor.is(Role::Broker, org))
        && orgs.iter().any(|&org| belongs(org));
    if broker
        && resource.zone != Zone::School
        && matches!(
            action,
            Action::Read | Action::Create | Action::Update | Action::Broker | Action::Propose
        )
    {
        return allow(
            "The broker runs requests, matches and agreements of the partnership, as long as one of their schools belongs to it.",
        );
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
        let pays = resource.parties.iter().any(|&party| visitor.is(Role::Commissioner, party));
        if pays
            && matches!(resource.kind, Kind::Agreement | Kind::Ledger | Kind::Impact)
            && matches!(action, Action::Read | Action::Sign)
        {
            return allow(
                "Whoever pays for a deployment reads its agreement, its time and money and its measured effect, and signs for the money.",
            );
        }
        if resource.people.contains(&account)
            && !visitor.posts.is_empty()
            && matches!(action, Action::Read | Action::Update | Action::Propose)
        {
            return allow(
                "The people named on a deployment read it and record their part, as long as they hold a post.",
            );
        }
    }
    let sides = || resource.parties.iter().chain([&resource.owner]);
    let boards = resource.zone <= Zone::Parties
        && matches!(resource.kind, Kind::Agreement | Kind::Impact | Kind::Declaration);
    let chair = sides().any(|&org| visitor.chairs(org));
    if chair && boards && matches!(action, Action::Read | Action::Sign) {
        return allow("A chair reads and, where asked, signs the agreements of the school.");
    }
    let governor = sides().any(|&org| visitor.is(Role::Governor, org));
    if governor && boards && action == Action::Read {
        return allow(
            "Members of a board read the agreements of their school, which its chair signs.",
        );
    }
    if resource.kind == Kind::Board
        && resource.zone <= Zone::School
        && action == Action::Read
        && visitor.is(Role::Governor, resource.owner)
    {
        return allow(
            "A board reads the summaries, reports and reviews of governance that are written for it.",
        );
    }
    let responsible =
        resource.responsible.iter().any(|&body| visitor.is(Role::TrustExecutive, body));
    if responsible
        && resource.zone <= Zone::School
        && matches!(action, Action::Read | Action::Propose)
    {
        return allow(
            "The trust responsible for a school reads its records by default; the school is told.",
        );
    }
    let shared = visitor.shared.contains(&(resource.owner, resource.kind));
    if shared && resource.zone <= Zone::School && matches!(action, Action::Read | Action::Propose) {
        return allow(
            "A local authority, or another body, reads the kinds of record that the owner agreed to share with it, until the agreement ends or is taken back.",
        );
    }
    let member = resource.partnership.is_some_and(|org| visitor.partnerships.contains(&org))
        && belongs(resource.owner);
    if resource.zone <= Zone::School
        && visitor.is(Role::Staff, resource.owner)
        && resource.people.contains(&account)
        && matches!(action, Action::Read | Action::Update)
    {
        return allow("Staff read and write the parts their head delegated to them.");
    }
    if resource.kind == Kind::Practice {
        if resource.zone <= Zone::School
            && visitor.is(Role::Staff, resource.owner)
            && matches!(action, Action::Read | Action::Create | Action::Update)
        {
            return allow(
                "Those who work at a school write down its practices and say which it uses.",
            );
        }
        if resource.zone <= Zone::Network && action == Action::Propose && member {
            return allow("Members of a partnership check the practices of one another.");
        }
    }
    if resource.zone == Zone::Network && action == Action::Read && member {
        return allow("Signed-in members of a partnership read what its members share in it.");
    }
    deny("No rule allows this.")
}
