//! Everybody of one alliance tries every address and every form of the other. What they get is
//! what they would get where nothing is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use access::Role;
use axum::http::Method;
use foundation::{Sql as _, db::Step};
use testkit::{Answer, Kind, Setup, both};

use super::{
    alike::{self, Cost, Work},
    paths::{self, Form, Route, Walk, ids, path_of, route_of},
    world::{Person, Side, World},
};

/// The same address, or the same form, about records that do not exist.
fn ghost(text: &str) -> String {
    let mut out = text.to_owned();
    for id in ids(text) {
        out = out.replace(id, &ghost_of(id));
    }
    out
}

/// Another identifier of the same length and kind.
fn ghost_of(id: &str) -> String {
    id.char_indices()
        .map(|(at, digit)| match (at > 23, digit) {
            (true, '0'..='8') => char::from(digit as u8 + 1),
            (true, '9') => '0',
            (true, 'a'..='e') => char::from(digit as u8 + 1),
            (true, 'f') => 'a',
            _ => digit,
        })
        .collect()
}

/// An answer without what differs by chance.
fn plain(answer: &Answer, id: &[&str]) -> (u16, String, String) {
    let mut body = answer.body.clone();
    let mut to = answer.location().to_owned();
    for one in id {
        body = body.replace(one, &ghost_of(one));
        to = to.replace(one, &ghost_of(one));
    }
    (answer.status.as_u16(), to, body)
}

/// What an attack learnt.
#[derive(Default)]
struct Learnt {
    /// How often it was tried.
    tries: usize,
    /// Answers by which somebody can tell that a record exists, or read of it.
    told: Vec<String>,
    /// What it took the database to refuse, by method and route.
    work: Work,
}

impl Learnt {
    fn with(mut self, other: Self) -> Self {
        self.tries += other.tries;
        self.told.extend(other.told);
        for (route, work) in other.work {
            self.work.entry(route).or_default().join(&work);
        }
        self
    }
}

/// Everything an attack needs to know.
struct Siege {
    world: Arc<World>,
    routes: Vec<Route>,
    loot: Walk,
    secrets: BTreeSet<String>,
}

/// Answers where nothing is, by method and route: asked for once a person.
type Nothing = BTreeMap<String, (Tried, Vec<Step>)>;
type Tried = (u16, String, String);

impl Siege {
    /// Everybody against everything the victims met, each on their own.
    async fn by(self, attackers: &[&Person]) -> Learnt {
        let siege = Arc::new(self);
        let mut running = tokio::task::JoinSet::new();
        for who in attackers {
            let (siege, who) = (Arc::clone(&siege), Person::clone(who));
            running.spawn(async move { siege.one(&who).await });
        }
        running.join_all().await.into_iter().fold(Learnt::default(), Learnt::with)
    }

    /// The installation's own pages belong to its operators and data protection officers, of whichever
    /// organisation.
    fn theirs(url: &str, who: &Person) -> bool {
        let shared = ["/people", "/imports", "/record", "/retention"];
        of_the_installation(who) && shared.iter().any(|start| url.starts_with(start))
    }

    async fn one(&self, who: &Person) -> Learnt {
        let mut learnt = Learnt::default();
        let mut nothing = Nothing::new();
        let pages = self.loot.pages.keys();
        for url in pages.filter(|url| !ids(url).is_empty() && !Self::theirs(url, who)) {
            let told = self.asked(who, Method::GET, url, None, &mut nothing, &mut learnt).await;
            if let Some((real, none)) = told {
                learnt.told.push(format!(
                    "{} opens {url}: {} ({} bytes), where nothing is: {} ({} bytes)",
                    who.name,
                    real.0,
                    real.2.len(),
                    none.0,
                    none.2.len()
                ));
            }
        }
        for form in &self.loot.forms {
            let in_fields = form.fields.iter().any(|(_, _, value)| self.secrets.contains(value));
            if form.upload
                || Self::theirs(&form.action, who)
                || (ids(&form.action).is_empty() && !in_fields)
            {
                continue;
            }
            let action = path_of(&form.action);
            let told =
                self.asked(who, Method::POST, action, Some(form), &mut nothing, &mut learnt).await;
            if let Some((real, none)) = told {
                learnt.told.push(format!(
                    "{} sends {} from {}: {}, where nothing is: {}",
                    who.name, form.action, form.page, real.0, none.0
                ));
            }
        }
        // What they can open of their own names nothing of the others.
        for route in self.routes.iter().filter(|route| !route.pattern.contains('{')) {
            if !route.methods.contains(&"GET".to_owned()) || Self::theirs(&route.pattern, who) {
                continue;
            }
            learnt.tries += 1;
            let page = self.world.get(Some(who), &route.pattern).await;
            for secret in self.secrets.iter().filter(|secret| page.body.contains(secret.as_str())) {
                learnt.told.push(format!("{} reads {secret} on {}", who.name, route.pattern));
            }
        }
        learnt
    }

    /// Asks for a record of the other alliance, and for one that does not exist: both answers,
    /// where they differ. An address that answers word for word as its route answers where nothing
    /// is need not be asked for a second time.
    async fn asked(
        &self,
        who: &Person,
        method: Method,
        url: &str,
        form: Option<&Form>,
        nothing: &mut Nothing,
        learnt: &mut Learnt,
    ) -> Option<(Tried, Tried)> {
        learnt.tries += 1;
        let sent = form.map(Form::pairs);
        let (answer, steps) = self.world.traced(who, method.clone(), url, sent.as_deref()).await;
        let mut known = ids(url);
        let fields = sent.iter().flatten().map(|(_, value)| value.as_str());
        known.extend(fields.filter(|value| paths::is_id(value)));
        let real = plain(&answer, &known);
        let (route, _) = route_of(&self.routes, path_of(url)).expect("a route");
        let key = format!("{method} {}", route.pattern);
        let mut met = nothing.get(&key).filter(|(none, _)| *none == real).cloned();
        if met.is_none() {
            let pairs: Option<Vec<(String, String)>> = sent
                .map(|sent| sent.into_iter().map(|(name, value)| (name, ghost(&value))).collect());
            let (none, steps) = self.world.traced(who, method, &ghost(url), pairs.as_deref()).await;
            let none = (plain(&none, &[]), steps);
            nothing.insert(key.clone(), none.clone());
            met = Some(none);
        }
        let (none, without) = met.expect("an answer");
        if none != real || (form.is_some() && real.0 == 200) {
            return Some((real, none));
        }
        learnt.work.entry(key).or_default().join(&Cost::of(real.0, &without, &steps));
        None
    }
}

/// Whether somebody's role is about the installation and no alliance.
fn of_the_installation(who: &Person) -> bool {
    let roles = [Role::Operator, Role::DataProtectionOfficer];
    roles.iter().any(|role| who.role.as_deref() == Some(role.key()))
}

/// The identifiers of everything that is not for anybody.
async fn secrets(world: &World, walk: &Walk, routes: &[Route]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for url in walk.pages.keys() {
        let open = world.get(None, url).await.status == 200;
        let account = route_of(routes, path_of(url))
            .is_some_and(|(route, _)| route.pattern.starts_with("/people"));
        if !open && !account {
            found.extend(ids(url).into_iter().map(str::to_owned));
        }
    }
    found
}

/// What it took to refuse everything, once nothing was learnt.
async fn hold(world: World) -> Work {
    let world = &Arc::new(world);
    let routes = paths::routes(world).await;
    let people = &world.people;
    let roles = |side: Side| Role::ALL.map(|role| people.who(role, side).expect("a person"));
    let ours: Vec<&Person> = people.of(&[Side::Story]).collect();
    let theirs: Vec<&Person> =
        roles(Side::Other).into_iter().filter(|who| !of_the_installation(who)).collect();
    let tideway = paths::walk(world, &routes, &ours).await;
    let elsewhere = paths::walk(world, &routes, &theirs).await;
    let known = secrets(world, &tideway, &routes).await;
    let other = secrets(world, &elsewhere, &routes).await;
    assert!(known.len() > 40 && other.len() >= 3, "{} and {} records", known.len(), other.len());
    // A body that answers for schools of both alliances meets records of both: those are nobody's
    // secret from either.
    let ours_alone: BTreeSet<String> = known.difference(&other).cloned().collect();
    let theirs_alone: BTreeSet<String> = other.difference(&known).cloned().collect();
    assert!(theirs_alone.len() >= 2, "{theirs_alone:?}");
    // The records of one walk are those that the other did not meet.
    let only = |walk: &Walk, mine: &BTreeSet<String>, theirs: &BTreeSet<String>| {
        let mut walk = walk.clone();
        let of_mine = |url: &str| {
            ids(url).iter().any(|id| mine.contains(*id))
                && !ids(url).iter().any(|id| theirs.contains(*id))
        };
        walk.pages.retain(|url, _| of_mine(url));
        walk.forms.retain(|form| {
            of_mine(&form.action) || form.fields.iter().any(|f| mine.contains(&f.2))
        });
        walk
    };
    let before = world.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap();
    let siege =
        |loot, secrets| Siege { world: Arc::clone(world), routes: routes.clone(), loot, secrets };
    let ours = only(&tideway, &known, &other);
    assert!(ours.pages.len() > 60 && ours.forms.len() > 20, "{} pages", ours.pages.len());
    let own = only(&elsewhere, &other, &known);
    assert!(own.pages.len() > 5, "{:?}", own.pages);
    let learnt = siege(ours, ours_alone).by(&roles(Side::Other)).await;
    let learnt = learnt.with(siege(own, theirs_alone).by(&roles(Side::Own)).await);
    let told = &learnt.told;
    assert!(told.is_empty(), "{} of {}:\n{}", told.len(), learnt.tries, told.join("\n"));
    let after = world.app.db.count("SELECT count(*) AS n FROM event", []).await.unwrap();
    assert_eq!(before, after, "an attack left a trace of an act");
    learnt.work
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_alliance_learns_nothing() {
    let work = hold(World::open().await).await;
    alike::reviewed(&work);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_alliance_learns_nothing_on_postgresql() {
    let rooms =
        [register::MIGRATIONS, needs::MIGRATIONS, brokerage::MIGRATIONS, support::MIGRATIONS];
    let mut setup = Setup::new(&rooms, axum::Router::new);
    setup.migrations = alongside::routes::migrations();
    both(&setup, async |t| {
        if t.kind == Kind::Postgres {
            let _ = hold(World::over(t.app.db.clone()).await).await;
        }
    })
    .await;
}
