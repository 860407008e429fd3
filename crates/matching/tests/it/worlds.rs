//! Small random worlds with every kind of constraint.

use std::collections::BTreeSet;

use matching::{
    Context, Depth, FreeWeek, HomeGuard, HomeSchool, Interest, Limit, Mode, Need, Pair, Place,
    Question, Specialism, Standing, Supporter, SupporterKind, Team, TrackRecord, Window,
};

/// SplitMix64.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn chance(&mut self, per_cent: u64) -> bool {
        self.below(100) < per_cent
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

const CODES: [&str; 3] = ["phonics", "behaviour", "governance"];
const DEPTHS: [Depth; 4] = [Depth::Some, Depth::Secure, Depth::Expert, Depth::Leading];
const MODES: [Mode; 3] = [Mode::OnSite, Mode::Online, Mode::Mixed];

fn specialisms(dice: &mut Dice, most: u64) -> Vec<Specialism> {
    let mut codes = CODES.to_vec();
    dice.shuffle(&mut codes);
    codes.truncate(1 + dice.below(most) as usize);
    codes
        .into_iter()
        .map(|code| Specialism { code: code.into(), depth: DEPTHS[dice.below(4) as usize] })
        .collect()
}

fn place(dice: &mut Dice) -> Option<Place> {
    (!dice.chance(10)).then(|| Place {
        easting: 400_000.0 + dice.below(40_000) as f64,
        northing: 300_000.0 + dice.below(40_000) as f64,
    })
}

fn context(dice: &mut Dice) -> Context {
    ["meals", "roll"]
        .into_iter()
        .filter(|_| dice.chance(70))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|name| (name.to_owned(), dice.below(40) as f64 / 10.0 - 2.0))
        .collect::<std::collections::BTreeMap<_, _>>()
        .pipe(Context)
}

trait Pipe: Sized {
    fn pipe<T>(self, f: impl FnOnce(Self) -> T) -> T {
        f(self)
    }
}
impl<T> Pipe for T {}

/// Weeks that are closed, and what may be used of the others together.
fn limits(dice: &mut Dice) -> Vec<Limit> {
    let mut limits = Vec::new();
    let mut limit = |earliest, latest, half_days| {
        let window = Window { earliest, latest };
        limits.push(Limit { window, half_days, reason: "the day job".into() });
    };
    let cut = dice.below(4) as u32;
    if dice.chance(25) {
        limit(0, cut, 1 + dice.below(4) as u32);
    }
    if dice.chance(25) {
        limit(cut + 1, 4, 1 + dice.below(4) as u32);
    }
    if dice.chance(15) {
        limit(cut, cut + 1, 0);
    }
    limits
}

/// A question with up to five needs and four supporters.
pub(crate) fn world(seed: u64) -> Question {
    let mut dice = Dice(seed);
    let dice = &mut dice;
    let needs: Vec<Need> = (0..1 + dice.below(5))
        .map(|n| {
            let earliest = dice.below(3) as u32;
            Need {
                id: format!("n{n}"),
                label: format!("Need {n}"),
                school: format!("school{}", dice.below(6)),
                half_days: 1 + dice.below(4) as u32,
                window: Window { earliest, latest: earliest + dice.below(3) as u32 },
                specialisms: specialisms(dice, 2),
                phase: if dice.chance(85) { "primary" } else { "secondary" }.into(),
                mode: MODES[dice.below(3) as usize],
                context: context(dice),
                place: place(dice),
                urban: dice.chance(50),
                percent_full: dice.chance(50).then(|| 60.0 + dice.below(50) as f64),
                travel_limit_km: dice.chance(20).then(|| 10.0 + dice.below(30) as f64),
                avoid: if dice.chance(10) { ["s1".to_owned()].into() } else { BTreeSet::new() },
                severity: 1 + dice.below(5) as u8,
                may_split: dice.chance(30),
                team: if dice.chance(50) { Team::OneEach } else { Team::OnePerson },
            }
        })
        .collect();
    let supporters: Vec<Supporter> = (0..1 + dice.below(4))
        .map(|s| Supporter {
            id: format!("s{s}"),
            label: format!("Supporter {s}"),
            kind: SupporterKind::Person,
            home: dice.chance(80).then(|| HomeSchool {
                school: format!("school{}", dice.below(6)),
                phase: "primary".into(),
                percent_full: dice.chance(50).then(|| 60.0 + dice.below(50) as f64),
                context: context(dice),
                given_half_days: dice.below(5) as u32,
                received_half_days: dice.below(5) as u32,
            }),
            base: place(dice),
            specialisms: specialisms(dice, 3),
            phases: if dice.chance(80) {
                ["primary".to_owned(), "secondary".to_owned()].into()
            } else {
                ["primary".to_owned()].into()
            },
            on_site: dice.chance(95),
            online: dice.chance(90),
            standing: Standing {
                designation_live: dice.chance(97),
                training_current: dice.chance(97),
            },
            free: (0..5).map(|week| FreeWeek { week, half_days: dice.below(4) as u32 }).collect(),
            weekly_cap: 1 + dice.below(3) as u32,
            limits: limits(dice),
            concurrent_cap: 1 + dice.below(3) as u32,
            running: u32::from(dice.chance(10)),
            guard: HomeGuard {
                reasons: if dice.chance(3) { vec!["a new head".into()] } else { vec![] },
            },
            interests: if dice.chance(10) {
                let school = format!("school{}", dice.below(6));
                vec![Interest { school, detail: "a governor there".into(), bars: dice.chance(50) }]
            } else {
                vec![]
            },
            avoid: BTreeSet::new(),
            travel_limit_km: dice.chance(20).then(|| 20.0 + dice.below(30) as f64),
            track: TrackRecord { judged: dice.below(6) as u32, mean: dice.below(10) as f64 / 10.0 },
            last_used: dice.chance(50).then(|| dice.below(20) as u32),
        })
        .collect();
    let mut pair = |chance| -> Vec<Pair> {
        if dice.chance(chance) {
            let need = &needs[dice.below(needs.len() as u64) as usize];
            let supporter = &supporters[dice.below(supporters.len() as u64) as usize];
            vec![Pair::new(&need.id, &supporter.id)]
        } else {
            vec![]
        }
    };
    let (pins, forbids, agreed) = (pair(25), pair(25), pair(40));
    Question { pins, forbids, agreed, needs, supporters, ..Question::default() }
}
