//! How long a broker waits for a what-if where 2,000 requests wait: through the pages of the room,
//! from the request to the last byte of the page, on SQLite.
//!
//! `cargo bench -p brokerage --bench what_if -- [--needs 2000] [--supporters 1000] [--count 200]`
//! prints one line of JSON: seconds of elapsed and of processor time.

#[path = "../tests/it/world.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod world;

use std::{error::Error, time::Instant};

use access::{Action, Kind, Post, Resource, Role, Zone};
use brokerage::cadre::{Nomination, SupporterRef, acts, capacity};
use brokerage::desk;
use brokerage::requests::{self, Ask, Mode};
use foundation::{Context, OrgRef};
use jiff::{ToSpan, civil::date};
use matching::Depth;
use register::{Phase, School, imports};
use testkit::TestApp;

/// SplitMix64: the same invented place each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let n = u64::try_from(list.len()).unwrap_or(1);
        &list[usize::try_from(self.below(n)).unwrap_or(0)]
    }
}

/// Seconds of processor time of this process so far, where the system says.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: f64 = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

fn argument(name: &str, otherwise: u64) -> u64 {
    let mut words = std::env::args();
    while let Some(word) = words.next() {
        if word == name {
            return words.next().and_then(|value| value.parse().ok()).unwrap_or(otherwise);
        }
    }
    otherwise
}

async fn people(
    t: &TestApp,
    dice: &mut Dice,
    schools: &[School],
    alliance: OrgRef,
    count: u64,
) -> Result<(), Box<dyn Error>> {
    let kinds = brokerage::packs::specialisms();
    for n in 0..count {
        let school = dice.of(schools);
        let org = school.org();
        let name = format!("Leader {n}");
        let person = t.person(&name, &[Post::new(org, Role::Staff, "Lead teacher")]).await;
        let mut held = Vec::new();
        for _ in 0..=dice.below(3) {
            let code = &dice.of(kinds).code;
            if held.iter().all(|one: &matching::Specialism| one.code != *code) {
                let depth = *dice.of(&[Depth::Secure, Depth::Expert, Depth::Leading]);
                held.push(world::wanted(code, depth));
            }
        }
        let mut profile = world::profile(&held);
        profile.phases = vec![school.phase.key().to_owned()];
        let new = Nomination {
            person: person.account,
            name,
            org,
            partnership: alliance,
            role: "sle".to_owned(),
            profile,
        };
        let id = acts::enrol(&t.app, &world::system(t), &new, date(2028, 8, 31)).await?;
        let period = (date(2027, 1, 4), date(2027, 3, 26));
        let key = SupporterRef::Designation(id);
        capacity::pledge(&t.app, &world::system(t), key, org, period, 2, &[]).await?;
    }
    Ok(())
}

async fn asked(
    t: &TestApp,
    dice: &mut Dice,
    schools: &[School],
    alliance: OrgRef,
    count: u64,
) -> Result<Vec<requests::RequestId>, Box<dyn Error>> {
    let kinds = brokerage::packs::specialisms();
    let mut ids = Vec::new();
    for n in 0..count {
        let school = dice.of(schools);
        let draft = Resource::new(Kind::Request, Zone::School, school.org());
        let post = [Post::new(school.org(), Role::Head, "Headteacher")];
        let head = t.person(&format!("Head {n}"), &post).await;
        let permit = world::permit(t, &head, Action::Create, &draft).await;
        let earliest =
            date(2027, 1, 4).saturating_add(i64::try_from(dice.below(4)).unwrap_or(0).weeks());
        let ask = Ask {
            title: format!("Request {n}"),
            specialisms: vec![world::wanted(
                &dice.of(kinds).code,
                *dice.of(&[Depth::Secure, Depth::Expert]),
            )],
            phase: school.phase.key().to_owned(),
            earliest,
            latest: earliest.saturating_add(7.weeks()),
            half_days: 2 + u32::try_from(dice.below(7)).unwrap_or(0),
            mode: *dice.of(&[Mode::OnSite, Mode::OnSite, Mode::Online]),
            severity: 1 + u8::try_from(dice.below(5)).unwrap_or(0),
            avoid: Vec::new(),
            ..world::ask()
        };
        let system = world::system(t);
        let id = requests::acts::draft(&t.app, &permit, school.org(), alliance, &ask).await?;
        requests::acts::submit(&t.app, &permit, id).await?;
        let yes = requests::Answer::Accept(String::new());
        requests::acts::answer(&t.app, &system, id, &yes).await?;
        requests::acts::start_matching(&t.app, &system, id).await?;
        ids.push(id);
    }
    Ok(ids)
}

fn at(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a short list"
    )]
    let place = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted[place]
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
async fn main() -> Result<(), Box<dyn Error>> {
    let (needs, supporters, count) =
        (argument("--needs", 2_000), argument("--supporters", 1_000), argument("--count", 200));
    let t = TestApp::sqlite(&world::setup()).await;
    let mut dice = Dice(42);
    let district = district::District::generate(
        district::DEMO_SEED,
        district::Options { schools: 400, alliance: true },
    );
    imports::import_bytes(&t.app, &world::system(&t), district.register_files()).await?;
    let context = Context::system("bench", t.app.clock.now());
    let tx = t.app.db.write().await?;
    let start = date(2024, 9, 1);
    let alliance =
        access::partnerships::found(&tx, &t.app.ids, &context, "Region", "alliance", start).await?;
    let (schools, _) = register::list(&tx, &register::Scope::default(), 0, 400).await?;
    let schools: Vec<School> = schools
        .into_iter()
        .filter(|one| matches!(one.phase, Phase::Primary | Phase::Secondary))
        .collect();
    for school in &schools {
        access::partnerships::join(&tx, &context, alliance, school.org(), start).await?;
    }
    tx.commit().await?;
    let broker = t.person("Marcus Bell", &[Post::new(alliance, Role::Broker, "Broker")]).await;
    people(&t, &mut dice, &schools, alliance, supporters).await?;
    let ids = asked(&t, &mut dice, &schools, alliance, needs).await?;

    let began = (Instant::now(), cpu());
    let today = t.app.clock.today();
    let standing = desk::standing(&t.app, alliance, today).await?;
    let first = began.0.elapsed().as_secs_f64();
    let first_cpu = cpu().zip(began.1).map(|(after, before)| after - before);
    let keys: Vec<String> =
        standing.board.pool.supporters.iter().map(|one| one.model.id.clone()).collect();
    // Half of what is tried rules out a pair of the best plan, which moves others; half pins one.
    let (mut times, mut moved, mut refused) = (Vec::new(), 0_usize, 0_usize);
    let before = cpu();
    for n in 0..count {
        let path = if n % 2 == 0 {
            let one = dice.of(&standing.plan().matches);
            format!("/desk/what-if?forbid={}~{}", one.need, one.shares[0].supporter)
        } else {
            format!("/desk/what-if?pin={}~{}", dice.of(&ids), dice.of(&keys))
        };
        let began = Instant::now();
        let answer = t.get(Some(&broker), &path).await.expect(200);
        times.push(began.elapsed().as_secs_f64());
        moved += usize::from(
            answer.body.contains("Then this changes")
                && !answer.body.contains("Nothing else moves"),
        );
        refused += usize::from(answer.body.contains("That cannot be"));
    }
    let spent = cpu().zip(before).map(|(after, before)| after - before);
    times.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a count of what-ifs")]
    let each = spent.map(|spent| spent / count as f64);
    println!(
        "{}",
        serde_json::json!({
            "requests": needs, "supporters": supporters, "met": standing.plan().matches.len(),
            "what_ifs": count, "moved_somebody": moved, "refused": refused,
            "first_look_s": first, "first_look_cpu_s": first_cpu,
            "elapsed_p50_s": at(&times, 0.5), "elapsed_p95_s": at(&times, 0.95),
            "elapsed_max_s": at(&times, 1.0), "cpu_mean_s": each,
        })
    );
    Ok(())
}
