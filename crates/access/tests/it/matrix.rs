//! The whole policy: every role, relation, zone, kind and act, held to a golden file and to the
//! function the table of rules replaced; lists equal items; the document is the table.

use std::{fmt::Write as _, path::PathBuf};

use access::{
    AccountId, Action, Kind, Post, Resource, Role, Visitor, Zone, authorize, decide, filter, rules,
    second::Waiting,
};
use foundation::{Clock, Ids, OrgRef, PageError};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use testkit::TestApp;

use crate::{reference, signing_in::setup};

const OWNER: OrgRef = OrgRef::School(1);
const PARTY: OrgRef = OrgRef::School(2);
const BODY: OrgRef = OrgRef::Trust(3);
const MEMBER: OrgRef = OrgRef::School(4);
const STRANGER: OrgRef = OrgRef::School(5);
const READER: OrgRef = OrgRef::Authority(7);

fn alliance() -> OrgRef {
    OrgRef::Partnership(uuid::Uuid::from_u128(6))
}

fn account() -> AccountId {
    AccountId::new(&Ids::seeded(Clock::fixed(jiff::Timestamp::UNIX_EPOCH), 1))
}

/// How a visitor may stand to a record.
const RELATIONS: [(&str, OrgRef, bool); 9] = [
    ("owner", OWNER, false),
    ("owner, named", OWNER, true),
    ("other side", PARTY, false),
    ("other side, named", PARTY, true),
    ("responsible body", BODY, false),
    ("shared with by agreement", READER, false),
    ("member of the partnership", MEMBER, false),
    ("stranger", STRANGER, false),
    ("stranger, named", STRANGER, true),
];

fn record(kind: Kind, zone: Zone, named: bool) -> Resource {
    Resource::new(kind, zone, OWNER)
        .responsible([BODY])
        .parties([OWNER, PARTY])
        .through(Some(alliance()))
        .people(named.then(account))
}

fn visitor(role: Role, org: OrgRef) -> Visitor {
    let member = [OWNER, PARTY, MEMBER, alliance()].contains(&org);
    Visitor {
        account: Some(account()),
        name: "Somebody".to_owned(),
        posts: vec![Post::new(org, role, "Post")],
        partnerships: if member { vec![alliance()] } else { Vec::new() },
        members: if member {
            [OWNER, PARTY, MEMBER].map(|org| (alliance(), org)).to_vec()
        } else {
            Vec::new()
        },
        // As `Visitor::load` does: what is shared with a body is for those who lead it.
        shared: if org == READER && [Role::Commissioner, Role::TrustExecutive].contains(&role) {
            vec![(OWNER, Kind::Audit), (OWNER, Kind::Impact)]
        } else {
            Vec::new()
        },
        glass: Vec::new(),
        waiting: Waiting::default(),
    }
}

/// Somebody who chairs a board.
fn chair(org: OrgRef) -> Visitor {
    let posts = vec![Post::new(org, Role::Governor, "Chair").chairing()];
    Visitor { posts, ..visitor(Role::Governor, org) }
}

/// The acts allowed, as letters: R C U S B P, or a dash.
fn letters(visitor: &Visitor, resource: &Resource) -> String {
    let letter = |action| match action {
        Action::Read => 'R',
        Action::Create => 'C',
        Action::Update => 'U',
        Action::Sign => 'S',
        Action::Broker => 'B',
        Action::Propose => 'P',
    };
    let allowed: String = Action::ALL
        .into_iter()
        .filter(|&action| decide(visitor, action, resource).allowed)
        .map(letter)
        .collect();
    if allowed.is_empty() { "-".to_owned() } else { allowed }
}

/// One line a role, relation and zone; kinds that are alike stand together.
fn matrix() -> String {
    let mut text = String::from(
        "R read, C create, U change, S sign, B broker, P suggest, - nothing\n\
         role | relation | zone | kinds: acts\n",
    );
    let mut relations = RELATIONS.to_vec();
    relations.push(("the partnership itself", alliance(), false));
    let mut line = |who: &str, relation: &str, visitor: &Visitor, named: bool| {
        for zone in Zone::ALL {
            let mut groups: Vec<(String, Vec<String>)> = Vec::new();
            for kind in Kind::ALL {
                let acts = letters(visitor, &record(kind, zone, named));
                let name = format!("{kind:?}").to_lowercase();
                match groups.iter_mut().find(|(known, _)| *known == acts) {
                    Some((_, kinds)) => kinds.push(name),
                    None => groups.push((acts, vec![name])),
                }
            }
            groups.sort_by_key(|(_, kinds)| std::cmp::Reverse(kinds.len()));
            let rest = groups.len() - 1;
            let words: Vec<String> = groups
                .iter()
                .enumerate()
                .map(|(nth, (acts, kinds))| match nth {
                    0 if rest == 0 => format!("all: {acts}"),
                    0 => format!("others: {acts}"),
                    _ => format!("{}: {acts}", kinds.join(" ")),
                })
                .collect();
            let _ = writeln!(text, "{who} | {relation} | {zone} | {}", words.join("; "));
        }
    };
    line("nobody", "not signed in", &Visitor::default(), true);
    for role in Role::ALL {
        for (relation, org, named) in &relations {
            line(role.key(), relation, &visitor(role, *org), *named);
        }
    }
    for (relation, org, named) in &relations {
        line("governor in the chair", relation, &chair(*org), *named);
    }
    let glass = Visitor { glass: vec![OWNER], ..visitor(Role::Administrator, STRANGER) };
    line("administrator", "broke the owner's glass", &glass, false);
    text
}

/// Compares with a committed file; `UPDATE_GOLDEN=1` writes it instead.
fn golden(path: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "{} differs from the rules: read the difference, then run with UPDATE_GOLDEN=1",
        path.display()
    );
}

#[test]
fn every_answer_is_the_one_that_was_reviewed() {
    golden("tests/golden/policy.txt", &matrix());
}

#[test]
fn the_document_is_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/security/policy.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    let version = format!("Version {}.", rules::VERSION);
    assert!(
        kept == rules::document() || !kept.contains(&version),
        "a rule has changed: raise `rules::VERSION`, then run with UPDATE_GOLDEN=1"
    );
    golden("../../docs/security/policy.md", &rules::document());
}

#[test]
fn every_rule_has_a_name_of_its_own_and_is_reached() {
    let mut ids: Vec<&str> = rules::RULES.iter().map(|rule| rule.id).collect();
    let mut texts: Vec<&str> = rules::RULES.iter().map(|rule| rule.text).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    texts.sort_unstable();
    texts.dedup();
    assert_eq!((ids.len(), texts.len()), (count, count));
    let mut reached: Vec<&str> = Vec::new();
    let glass = Visitor { glass: vec![OWNER], ..visitor(Role::Administrator, STRANGER) };
    let mut visitors = vec![(Visitor::default(), false), (glass, false)];
    visitors.extend(RELATIONS.map(|(_, org, named)| (chair(org), named)));
    for role in Role::ALL {
        visitors.extend(RELATIONS.map(|(_, org, named)| (visitor(role, org), named)));
        visitors.push((visitor(role, alliance()), false));
    }
    for (visitor, named) in &visitors {
        for zone in Zone::ALL {
            for kind in Kind::ALL {
                for action in Action::ALL {
                    reached.push(decide(visitor, action, &record(kind, zone, *named)).rule);
                }
            }
        }
    }
    for rule in rules::RULES {
        assert!(reached.contains(&rule.text), "nothing reaches the rule {}", rule.id);
    }
}

fn orgs() -> impl Strategy<Value = OrgRef> {
    prop_oneof![
        (1_u32..5).prop_map(OrgRef::School),
        (1_u32..3).prop_map(OrgRef::Trust),
        (1_u128..3).prop_map(|id| OrgRef::Partnership(uuid::Uuid::from_u128(id))),
    ]
}

fn accounts() -> impl Strategy<Value = AccountId> {
    (1_u64..4).prop_map(|seed| {
        AccountId::new(&Ids::seeded(Clock::fixed(jiff::Timestamp::UNIX_EPOCH), seed))
    })
}

prop_compose! {
    fn visitors()(
        account in proptest::option::weighted(0.9, accounts()),
        posts in proptest::collection::vec((orgs(), 0..Role::ALL.len(), any::<bool>()), 0..4),
        partnerships in proptest::collection::vec(orgs(), 0..3),
        members in proptest::collection::btree_set((orgs(), orgs()), 0..6),
        shared in proptest::collection::vec((orgs(), 0..Kind::ALL.len()), 0..3),
    ) -> Visitor {
        Visitor {
            account,
            name: "Somebody".to_owned(),
            posts: posts
                .into_iter()
                .map(|(org, role, chair)| {
                    let post = Post::new(org, Role::ALL[role], "Post");
                    if chair { post.chairing() } else { post }
                })
                .collect(),
            partnerships,
            members: members.into_iter().collect(),
            shared: shared.into_iter().map(|(org, kind)| (org, Kind::ALL[kind])).collect(),
            glass: Vec::new(),
            waiting: Waiting::default(),
        }
    }
}

prop_compose! {
    fn records()(
        kind in 0..Kind::ALL.len(),
        zone in 0..Zone::ALL.len(),
        owner in orgs(),
        responsible in proptest::collection::vec(orgs(), 0..2),
        parties in proptest::collection::vec(orgs(), 0..3),
        partnership in proptest::option::of(orgs()),
        people in proptest::collection::vec(accounts(), 0..3),
    ) -> Resource {
        Resource::new(Kind::ALL[kind], Zone::ALL[zone], owner)
            .responsible(responsible)
            .parties(parties)
            .through(partnership)
            .people(people)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// The table says what the hand-written function said before it.
    #[test]
    fn the_table_agrees_with_the_function(visitor in visitors(), resource in records()) {
        for action in Action::ALL {
            let table = decide(&visitor, action, &resource);
            let (allowed, rule) = reference::decide(&visitor, action, &resource);
            prop_assert_eq!((table.allowed, table.rule), (allowed, rule));
        }
    }

    /// Breaking glass adds reading to an administrator and nothing else to anybody.
    #[test]
    fn glass_adds_reading_only(visitor in visitors(), resource in records()) {
        let behind = Visitor { glass: vec![resource.owner], ..visitor.clone() };
        for action in Action::ALL {
            let (before, after) =
                (decide(&visitor, action, &resource), decide(&behind, action, &resource));
            if before != after {
                prop_assert!(visitor.has(Role::Administrator) && action == Action::Read);
                prop_assert!(!matches!(resource.zone, Zone::Pair | Zone::Own | Zone::System));
            }
        }
    }
}

/// What one can list is exactly what one can open, in random worlds.
#[tokio::test]
async fn lists_equal_items() {
    let t = TestApp::sqlite(&setup()).await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..200 {
        let visitor = visitors().new_tree(&mut runner).unwrap().current();
        let world =
            proptest::collection::vec(records(), 30).new_tree(&mut runner).unwrap().current();
        for action in Action::ALL {
            let listed = filter(&visitor, action, world.clone(), Clone::clone);
            let opened: Vec<Resource> = world
                .iter()
                .filter(|record| authorize(&t.app, &visitor, action, record).is_ok())
                .cloned()
                .collect();
            assert_eq!(listed, opened);
        }
        // What may not be read is answered like what does not exist.
        for record in &world {
            match authorize(&t.app, &visitor, Action::Read, record) {
                Ok(_) | Err(PageError::NotFound) => {}
                Err(PageError::SignIn { .. }) => assert!(visitor.account.is_none()),
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[tokio::test]
async fn everybody_can_read_how_access_works() {
    let t = TestApp::sqlite(&setup()).await;
    let mut page = t.get(None, "/how-access-works").await.expect(200);
    for rule in rules::RULES {
        page = page.contains(rule.id);
    }
    let _ = page.contains("the two people named, and nobody else");
}
