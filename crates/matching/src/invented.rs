//! Invented national instances for benchmarks and studies: seeded, repeatable, with the shape of
//! the real thing. Needs and supporters cluster in towns; each need wants a specialism in a
//! phase, each supporter offers a few; a pair costs its journey and how ill it fits.

use crate::candidates::draw;
use crate::spatial::{Found, Nearest, Point};
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

/// Makes the instance. Needs and supporters are numbered along a space-filling curve.
pub fn national(recipe: &Recipe) -> Instance {
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

    let kinds = SPECIALISMS as usize * PHASES.len();
    let mut offers: Vec<Vec<Point>> = vec![Vec::new(); kinds];
    let mut capacity = Vec::with_capacity(supporters.len());
    let mut setting = Vec::with_capacity(supporters.len());
    for (id, &(x, y)) in supporters.iter().enumerate() {
        let phase = dice.phase();
        let mut held = 0_u64;
        for _ in 0..2 + dice.next() % 3 {
            held |= 1 << dice.specialism();
        }
        for specialism in (0..SPECIALISMS).filter(|s| held >> s & 1 == 1) {
            let kind = (phase * SPECIALISMS + specialism) as usize;
            offers[kind].push(Point { x, y, id: id as u32 });
        }
        let most = if recipe.tight { 3 } else { 5 };
        let extra = u64::from(recipe.tight && dice.next() % 100 < 18);
        capacity.push((1 + dice.next() % most + extra) as u32);
        setting.push(dice.bell() as f32);
    }
    let index: Vec<Nearest> = offers.into_iter().map(Nearest::new).collect();
    let mut instance = Instance {
        starts: Vec::with_capacity(needs.len() + 1),
        edges: Vec::with_capacity(needs.len() * recipe.candidates),
        unmet: Vec::with_capacity(needs.len()),
        capacity,
    };
    instance.starts.push(0);
    let mut found = Found::default();
    for &(x, y) in &needs {
        let kind = (dice.phase() * SPECIALISMS + dice.specialism()) as usize;
        let severity = 1 + (dice.next() % 5) as i64;
        let own = dice.bell() as f32;
        index[kind].find(x, y, recipe.candidates, f32::INFINITY, &mut found);
        for &(square, id) in &found.nearest {
            // Tenths of a minute by road at 40 km/h, and up to an hour and a half for settings
            // that differ.
            let minutes = square.sqrt() * 1.3 / 1000.0 * 1.5;
            let differ = (own - setting[id as usize]).abs().min(3.0) * 30.0;
            let cost = ((minutes + differ) * 10.0) as i32;
            instance.edges.push(Edge { cost, supporter: id });
        }
        instance.starts.push(instance.edges.len() as u32);
        // Two to ten hours of road, by severity.
        instance.unmet.push(1_200 * severity);
    }
    instance
}
