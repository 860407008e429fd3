//! The people of the story move in: accounts, posts, the alliance and its members.

use std::collections::{BTreeMap, BTreeSet};

use access::{AccountId, Kind, Permit, Post, Role, accounts, partnerships, sharing};
use district::{District, Story, story};
use foundation::{App, Context, OrgRef, Tx};
use jiff::ToSpan as _;
use uuid::Uuid;

/// Who is who in the database.
#[derive(Debug)]
pub(super) struct Cast {
    /// Accounts by the story's short names.
    pub(super) accounts: BTreeMap<&'static str, (AccountId, String)>,
    /// The alliance.
    pub(super) alliance: OrgRef,
}

/// The people a newcomer may sign in as: name, persona, address.
pub fn personas() -> Vec<(String, String, String)> {
    Story::tideway()
        .people
        .into_iter()
        .filter_map(|person| {
            person.persona.map(|persona| (person.name, persona.to_owned(), person.email))
        })
        .collect()
}

/// Opens the accounts, gives out the posts and founds the alliance.
pub(super) async fn arrive(app: &App, district: &District, story: &Story) -> anyhow::Result<Cast> {
    let context = Context::system("demo", app.clock.now());
    let tx = app.db.write().await?;
    let founded = story.alliance.founded;
    let alliance =
        partnerships::found(&tx, &app.ids, &context, story.alliance.name, "alliance", founded)
            .await?;
    for urn in &story.alliance.members {
        partnerships::join(&tx, &context, alliance, OrgRef::School(*urn), founded).await?;
    }
    // A trust whose schools are members is one too: it asks and offers for itself.
    let members = district.schools.iter().filter(|one| story.alliance.members.contains(&one.urn));
    let trusts: BTreeSet<usize> = members.filter_map(|school| Some(school.trust?.0)).collect();
    for place in trusts {
        let trust = OrgRef::Trust(district.trusts[place].uid);
        partnerships::join(&tx, &context, alliance, trust, founded).await?;
    }
    let mut cast = BTreeMap::new();
    for person in &story.people {
        let account = accounts::open(&tx, &app.ids, &context, &person.email, &person.name).await?;
        cast.insert(person.key, (account, person.name.clone()));
    }
    for post in &story.posts {
        let Some((account, _)) = cast.get(post.person) else { continue };
        let org = employer(district, alliance, post.employer);
        let post_here = Post::new(org, role(post.role), post.title);
        let post_here =
            if post.role == story::Role::Chair { post_here.chairing() } else { post_here };
        accounts::appoint(&tx, &app.ids, &context, *account, &post_here, post.start).await?;
    }
    share(app, district, story, &tx).await?;
    tx.commit().await?;
    Ok(Cast { accounts: cast, alliance })
}

/// The maintained schools of the alliance agreed to share with their authority what its advisers
/// need to help in time.
async fn share(app: &App, district: &District, story: &Story, tx: &Tx) -> anyhow::Result<()> {
    let permit = Permit::system("demo", app.clock.now());
    let start_on = story.alliance.founded;
    for school in &district.schools {
        let maintained = school.trust.is_none() && story.alliance.members.contains(&school.urn);
        if !maintained {
            continue;
        }
        let terms = sharing::Terms {
            reader: OrgRef::Authority(district.authorities[school.authority].code),
            kinds: vec![Kind::Audit, Kind::Request, Kind::Agreement, Kind::Plan, Kind::Impact],
            purpose: "So that the authority's advisers help in time".to_owned(),
            start_on,
            end_on: start_on.saturating_add(12.years()),
        };
        sharing::agree(tx, app, &permit, OrgRef::School(school.urn), &terms).await?;
    }
    Ok(())
}

fn employer(district: &District, alliance: OrgRef, employer: story::Employer) -> OrgRef {
    match employer {
        story::Employer::School(urn) => OrgRef::School(urn),
        story::Employer::Trust(place) => OrgRef::Trust(district.trusts[place].uid),
        story::Employer::Authority(place) => OrgRef::Authority(district.authorities[place].code),
        story::Employer::Alliance => alliance,
        // A name is enough to tell one invented partner from another.
        story::Employer::Partner(name) => {
            let bytes = foundation::ids::derive("alongside demo partner", name.as_bytes());
            let mut id = [0_u8; 16];
            id.copy_from_slice(&bytes[..16]);
            OrgRef::Partner(Uuid::from_bytes(id))
        }
    }
}

fn role(role: story::Role) -> Role {
    match role {
        story::Role::Head => Role::Head,
        story::Role::DelegatedStaff | story::Role::SystemLeader => Role::Staff,
        story::Role::Broker => Role::Broker,
        story::Role::TrustExecutive => Role::TrustExecutive,
        story::Role::Governor | story::Role::Chair => Role::Governor,
        story::Role::Convenor => Role::Convenor,
        story::Role::Commissioner => Role::Commissioner,
        story::Role::Partner => Role::Partner,
        story::Role::Administrator => Role::Administrator,
        story::Role::Operator => Role::Operator,
    }
}
