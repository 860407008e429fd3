//! A seeded, believable, obviously fictional school district for demonstrations, tests and
//! benchmarks.
//!
//! [`District::generate`] turns a seed and [`Options`] into two local authorities, four academy
//! trusts, a diocese and about three hundred schools on a coast that lies in the North Sea,
//! with six years of results. [`District::files`] prints them as the public files they would be
//! — register, links, groups, performance tables, census, absence, deprivation — in the layouts
//! England publishes, so that a demonstration goes through the same doors as real data.
//! [`Story`] is what happened among the twenty-four schools of the Tideway Learning Alliance.
//!
//! # What is believable, and what is not
//! School effects, trends, gaps and cohort noise have sizes found in England, so uncertainty,
//! families and verdicts behave as they would on real data. "National" rows are the sums over
//! the district, since it is a world of its own. Years run 2018-19, then 2021-22 to 2025-26;
//! Progress 8 is absent for 2024-25 and 2025-26 as in England; unlike England, the district
//! publishes key stage 2 results by school for 2021-22.
//!
//! # Invariants
//! The same seed and options give the same bytes, on every machine. Totals equal the sums of
//! the schools. No pupil is ever kept, only sums. No name is a real place's or school's.

mod alliance;
mod build;
mod chance;
mod files;
mod names;
mod place;
mod results;
mod school;
pub mod story;
mod years;

pub use alliance::{HARBOUR_VIEW, OAKFIELD};
pub use build::{Authority, DIOCESE, Trust};
pub use files::REGISTER_DATE;
pub use place::{Town, lat_lon, outlines};
pub use results::{Attendance, Census, Ks2, Ks4, Results};
pub use school::{Context, Kind, Phase, School, Status, Succession, Urn};
pub use story::Story;
pub use years::{AcademicYear, OUTTURN_YEAR, YEARS};

/// The seed the demonstration uses.
///
/// Cohorts of the story's schools are the same for every seed, but those of their families are
/// chance, and chance can hide a lift of three points. This seed was chosen from 150 because the
/// story's lifts can be seen in it whatever the size of the family (15 to 30 schools); with
/// another seed some verdicts may differ, as they would in life.
pub const DEMO_SEED: u64 = 20_261_197;

/// How large a district to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Open schools, the alliance's twenty-four among them. Beyond about 450, further
    /// authorities and trusts are added, for load tests.
    pub schools: usize,
    /// Whether the Tideway Learning Alliance exists.
    pub alliance: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { schools: 300, alliance: true }
    }
}

/// A district: its register, and whatever can be computed from it.
#[derive(Clone, Debug, PartialEq)]
pub struct District {
    /// The seed it grew from.
    pub seed: u64,
    /// How large it was asked to be.
    pub options: Options,
    /// Local authorities; codes no English authority has.
    pub authorities: Vec<Authority>,
    /// Multi-academy trusts.
    pub trusts: Vec<Trust>,
    /// Towns.
    pub towns: Vec<Town>,
    /// Every entry of the register, open and closed; reference numbers are unique.
    pub schools: Vec<School>,
}

impl District {
    /// Makes the district that belongs to this seed.
    #[must_use]
    pub fn generate(seed: u64, options: Options) -> Self {
        let build::Built { authorities, trusts, towns, schools } =
            build::build(seed, options.schools, options.alliance);
        Self { seed, options, authorities, trusts, towns, schools }
    }

    /// The entry with this reference number.
    #[must_use]
    pub fn school(&self, urn: Urn) -> Option<&School> {
        self.schools.iter().find(|s| s.urn == urn)
    }

    /// The alliance's schools, in the order of their reference numbers.
    pub fn alliance(&self) -> impl Iterator<Item = &School> {
        self.schools
            .iter()
            .filter(|s| self.options.alliance && (999_101..=999_299).contains(&s.urn))
    }

    /// What happened among the alliance's schools; `None` for a district without it.
    #[must_use]
    pub fn story(&self) -> Option<Story> {
        self.options.alliance.then(Story::tideway)
    }

    /// The authorities' outlines as GeoJSON in WGS84, with `code` and `name` of each.
    #[must_use]
    pub fn boundaries(&self) -> String {
        let features: Vec<String> = outlines()
            .iter()
            .zip(&self.authorities)
            .map(|(ring, authority)| {
                let points: Vec<String> = ring
                    .iter()
                    .map(|&(e, n)| {
                        let (lat, lon) = lat_lon(e, n);
                        format!("[{lon:.6},{lat:.6}]")
                    })
                    .collect();
                format!(
                    "{{\"type\":\"Feature\",\"properties\":{{\"code\":{},\"name\":\"{}\"}},\
                     \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":[[{}]]}}}}",
                    authority.code,
                    authority.name,
                    points.join(",")
                )
            })
            .collect();
        format!("{{\"type\":\"FeatureCollection\",\"features\":[{}]}}", features.join(","))
    }

    /// Everything measured in one year. Computed on demand: the same each time.
    #[must_use]
    pub fn results(&self, year: AcademicYear) -> Results {
        Results::of(self, year)
    }
}
