//! An invented place for the desk: open needs and supporters with everything the model knows.

use crate::candidates::draw;
use crate::model::{
    Context, Depth, FreeWeek, HomeGuard, HomeSchool, Mode, Need, Place, Specialism, Standing,
    Supporter, SupporterKind, Team, TrackRecord, Window,
};
use crate::plan::{Change, Pair, Planned, Question};

const CODES: [&str; 10] = [
    "phonics",
    "mathematics",
    "reading",
    "behaviour",
    "attendance",
    "send",
    "early-years",
    "governance",
    "curriculum",
    "finance",
];
const DEPTHS: [Depth; 4] = [Depth::Some, Depth::Secure, Depth::Expert, Depth::Leading];

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        draw(self.0, &["desk"]) % n
    }
}

fn place(dice: &mut Dice, side: u64) -> Place {
    Place { easting: dice.below(side) as f64, northing: dice.below(side) as f64 }
}

fn context(dice: &mut Dice) -> Context {
    let value = |dice: &mut Dice| (dice.below(60) + dice.below(60)) as f64 / 20.0 - 3.0;
    Context(
        ["free-meals", "language", "send", "roll"]
            .into_iter()
            .map(|name| (name.to_owned(), value(dice)))
            .collect(),
    )
}

fn phase(dice: &mut Dice) -> String {
    ["primary", "primary", "primary", "secondary"][dice.below(4) as usize].to_owned()
}

/// An invented question with so many open needs and half as many supporters, over twelve weeks
/// and a square whose side grows with the number of needs.
pub fn desk(needs: u32, seed: u64) -> Question {
    let mut dice = Dice(draw(seed, &["desk"]));
    let dice = &mut dice;
    let side = (f64::from(needs).sqrt() * 2_500.0) as u64 + 1;
    let held = |dice: &mut Dice, most: u64| -> Vec<Specialism> {
        let mut list: Vec<Specialism> = Vec::new();
        for _ in 0..1 + dice.below(most) {
            let code = CODES[dice.below(10) as usize];
            if list.iter().all(|held| held.code != code) {
                list.push(Specialism { code: code.into(), depth: DEPTHS[dice.below(4) as usize] });
            }
        }
        list
    };
    let supporters = (0..needs / 2)
        .map(|id| {
            let phase = phase(dice);
            Supporter {
                id: format!("S{id:06}"),
                label: format!("Supporter {id}"),
                kind: SupporterKind::Person,
                home: Some(HomeSchool {
                    school: format!("H{id}"),
                    phase: phase.clone(),
                    percent_full: Some(70.0 + dice.below(40) as f64),
                    context: context(dice),
                    given_half_days: dice.below(20) as u32,
                    received_half_days: dice.below(20) as u32,
                }),
                base: Some(place(dice, side)),
                specialisms: held(dice, 4),
                phases: [phase].into(),
                on_site: true,
                online: dice.below(10) < 6,
                standing: Standing::default(),
                free: (0..12)
                    .map(|week| FreeWeek { week, half_days: dice.below(4) as u32 })
                    .collect(),
                weekly_cap: 2,
                limits: Vec::new(),
                concurrent_cap: 3,
                running: 0,
                guard: HomeGuard::default(),
                interests: Vec::new(),
                avoid: [].into(),
                travel_limit_km: None,
                track: TrackRecord {
                    judged: dice.below(8) as u32,
                    mean: 0.4 + dice.below(60) as f64 / 100.0,
                },
                last_used: Some(dice.below(100) as u32),
            }
        })
        .collect();
    let needs = (0..needs)
        .map(|id| {
            let earliest = dice.below(4) as u32;
            Need {
                id: format!("N{id:06}"),
                label: format!("Need {id}"),
                school: format!("R{id}"),
                half_days: 2 + dice.below(7) as u32,
                window: Window { earliest, latest: earliest + 5 + dice.below(3) as u32 },
                specialisms: held(dice, 2),
                phase: phase(dice),
                mode: if dice.below(5) == 0 { Mode::Online } else { Mode::OnSite },
                context: context(dice),
                place: Some(place(dice, side)),
                urban: dice.below(2) == 0,
                percent_full: Some(70.0 + dice.below(40) as f64),
                travel_limit_km: None,
                avoid: [].into(),
                severity: 1 + dice.below(5) as u8,
                may_split: dice.below(4) == 0,
                team: if dice.below(2) == 0 { Team::OneEach } else { Team::OnePerson },
            }
        })
        .collect();
    Question { needs, supporters, ..Question::default() }
}

/// One of four areas by where the need is.
pub fn area(need: &Need) -> String {
    let half = |metres: f64| if (metres / 20_000.0) as u64 & 1 == 1 { 'b' } else { 'a' };
    let corner = |place: Place| format!("{}{}", half(place.easting), half(place.northing));
    need.place.map(corner).unwrap_or_default()
}

/// Things a broker might try: each match forbidden, each need pinned to its runner-up, some
/// windows widened and some supporters given a half-day more in the week.
pub fn what_ifs(now: &Planned, question: &Question) -> Vec<Change> {
    let mut changes = Vec::new();
    for matched in &now.plan().matches {
        let share = &matched.shares[0];
        changes.push(Change::Forbid(Pair::new(&matched.need, &share.supporter)));
        if let Some(next) = &share.runner_up {
            changes.push(Change::Pin(Pair::new(&matched.need, &next.supporter)));
        }
    }
    for need in question.needs.iter().step_by(10) {
        let mut wider = need.clone();
        wider.window.latest = wider.window.latest.min(9) + 1;
        changes.push(Change::Need(wider));
    }
    for supporter in question.supporters.iter().step_by(10) {
        let mut freer = supporter.clone();
        freer.weekly_cap += 1;
        changes.push(Change::Supporter(freer));
    }
    changes
}
