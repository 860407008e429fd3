//! Invented national instances for benchmarks and studies: seeded, repeatable, with the shape of
//! the real thing. Needs and supporters cluster in towns; each need wants a specialism in a
//! phase, each supporter offers a few; a pair costs its journey and how ill it fits.

use crate::candidates::draw;
use crate::grid::{Grid, Sweep, unkey};
use crate::spatial::Point;
use crate::transport::{Edge, Instance, hilbert};

/// Specialisms wanted and offered.
const SPECIALISMS: u64 = 8;
/// Phases, by their share of a hundred.
const PHASES: [u64; 3] = [70, 20, 10];

/// What to invent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// How many needs.
    pub needs: u32,
    /// How many supporters.
    pub supporters: u32,
    /// Candidates kept for each need: the nearest that are eligible.
    pub candidates: usize,
    /// Fewer places than needs, instead of a quarter more.
    pub tight: bool,
    /// The seed.
    pub seed: u64,
}

impl Recipe {
    /// Ten supporters for every twenty-four needs and fifty candidates each.
    pub fn national(needs: u32, seed: u64, tight: bool) -> Self {
        let supporters = (u64::from(needs) * 10 / 24) as u32;
        Self { needs, supporters, candidates: 50, tight, seed }
    }
}

struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(1);
        draw(self.0, &[])
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A rough bell curve about nought with standard deviation one.
    fn bell(&mut self) -> f64 {
        ((0..6).map(|_| self.unit()).sum::<f64>() - 3.0) * std::f64::consts::SQRT_2
    }

    fn specialism(&mut self) -> u64 {
        // The commonest is asked for about four times as often as the rarest.
        let x = self.unit();
        ((x * x * 0.6 + x * 0.4) * SPECIALISMS as f64) as u64
    }

    fn phase(&mut self) -> u64 {
        let mut roll = self.next() % 100;
        for (phase, share) in PHASES.iter().enumerate() {
            if roll < *share {
                return phase as u64;
            }
            roll -= share;
        }
        0
    }
}

/// An invented country before anybody is matched: what a register and a list of offers would say.
/// Everything is side by side, by position.
#[derive(Clone, Debug, Default)]
pub struct Country {
    /// Metres east and north of each need, along a space-filling curve.
    pub needs: Vec<(f32, f32)>,
    /// Specialism and phase wanted, as one number.
    pub wanted: Vec<u32>,
    /// One to five.
    pub severity: Vec<u8>,
    /// A standardised value of each asking school's setting.
    pub setting: Vec<f32>,
    /// Metres east and north of each supporter, along the same curve.
    pub supporters: Vec<(f32, f32)>,
    /// What each supporter offers: one bit for each specialism.
    pub held: Vec<u32>,
    /// The phase each supporter works in.
    pub phase: Vec<u32>,
    /// A standardised value of each home school's setting.
    pub home_setting: Vec<f32>,
    /// Places of each supporter.
    pub capacity: Vec<u32>,
}

/// Makes the instance: a country and its pairs.
pub fn national(recipe: &Recipe) -> Instance {
    pairs(&country(recipe), recipe.candidates)
}

/// Invents the country. Needs and supporters are numbered along a space-filling curve.
pub fn country(recipe: &Recipe) -> Country {
    let mut dice = Dice(draw(recipe.seed, &["national"]));
    // England has about 130,000 square kilometres for 24,000 schools.
    let side = 360_000.0 * (f64::from(recipe.needs.max(1)) / 24_000.0).sqrt();
    let towns: Vec<(f64, f64, f64)> = (0..(recipe.needs / 80).max(3))
        .map(|_| (dice.unit() * side, dice.unit() * side, 1_500.0 + 9_000.0 * dice.unit().powi(3)))
        .collect();
    let place = |dice: &mut Dice| -> (f32, f32) {
        let (x, y) = if dice.unit() < 0.65 {
            let (x, y, spread) = towns[(dice.next() % towns.len() as u64) as usize];
            (x + spread * dice.bell(), y + spread * dice.bell())
        } else {
            (dice.unit() * side, dice.unit() * side)
        };
        (x.clamp(0.0, side) as f32, y.clamp(0.0, side) as f32)
    };
    let along = |&(x, y): &(f32, f32)| {
        let cell = |v: f32| (f64::from(v) / side * 65_535.0) as u16;
        hilbert(cell(x), cell(y))
    };
    let mut supporters: Vec<(f32, f32)> =
        (0..recipe.supporters).map(|_| place(&mut dice)).collect();
    supporters.sort_by_key(along);
    let mut needs: Vec<(f32, f32)> = (0..recipe.needs).map(|_| place(&mut dice)).collect();
    needs.sort_by_key(along);

    let mut country = Country { needs, supporters, ..Country::default() };
    for _ in 0..country.supporters.len() {
        country.phase.push(dice.phase() as u32);
        let mut held = 0_u32;
        for _ in 0..2 + dice.next() % 3 {
            held |= 1 << dice.specialism();
        }
        country.held.push(held);
        let most = if recipe.tight { 3 } else { 5 };
        let extra = u64::from(recipe.tight && dice.next() % 100 < 18);
        country.capacity.push((1 + dice.next() % most + extra) as u32);
        country.home_setting.push(dice.bell() as f32);
    }
    for _ in 0..country.needs.len() {
        country.wanted.push((dice.phase() * SPECIALISMS + dice.specialism()) as u32);
        country.severity.push(1 + (dice.next() % 5) as u8);
        country.setting.push(dice.bell() as f32);
    }
    country
}

/// The pairs of a country: for each need the nearest supporters who offer what it wants in its
/// phase, with what each pair costs, without comparing all with all.
pub fn pairs(country: &Country, candidates: usize) -> Instance {
    let mut offers: Vec<Vec<Point>> = vec![Vec::new(); SPECIALISMS as usize * PHASES.len()];
    for (id, &(x, y)) in country.supporters.iter().enumerate() {
        let (phase, mut held) = (country.phase[id], country.held[id]);
        while held != 0 {
            let kind = phase * SPECIALISMS as u32 + held.trailing_zeros();
            offers[kind as usize].push(Point { x, y, id: id as u32 });
            held &= held - 1;
        }
    }
    let index: Vec<Grid> = offers.iter().map(|points| Grid::new(points)).collect();
    let mut sweeps = vec![Sweep::default(); index.len()];
    let mut instance = Instance {
        starts: Vec::with_capacity(country.needs.len() + 1),
        edges: Vec::with_capacity(country.needs.len() * candidates),
        // Two to ten hours of road, by severity.
        unmet: country.severity.iter().map(|&severity| 1_200 * i64::from(severity)).collect(),
        capacity: country.capacity.clone(),
    };
    instance.starts.push(0);
    let mut keys = Vec::new();
    for (need, &(x, y)) in country.needs.iter().enumerate() {
        let (kind, own) = (country.wanted[need] as usize, country.setting[need]);
        index[kind].nearest(x, y, candidates, &mut sweeps[kind], &mut keys);
        instance.edges.extend(keys.iter().map(|&key| {
            let (square, supporter) = unkey(key);
            // Tenths of a minute by road at 40 km/h, and up to an hour and a half for settings
            // that differ.
            let minutes = square.sqrt() * 1.3 / 1000.0 * 1.5;
            let differ = (own - country.home_setting[supporter as usize]).abs().min(3.0) * 30.0;
            Edge { cost: ((minutes + differ) * 10.0) as i32, supporter }
        }));
        instance.starts.push(instance.edges.len() as u32);
    }
    instance
}
