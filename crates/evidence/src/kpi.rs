//! What an indicator is, as far as the arithmetic needs to know: its unit, which way is better,
//! and the smallest change worth having.

/// Which way an indicator should move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Attainment, attendance, retention: more is better.
    HigherIsBetter,
    /// Absence, suspensions, sickness: less is better.
    LowerIsBetter,
    /// Context such as roll or the share of pupils with English as an additional language.
    Neutral,
}

impl Direction {
    /// +1 when higher is better, −1 when lower is better, and nothing when neither is.
    #[must_use]
    pub const fn sign(self) -> Option<f64> {
        match self {
            Self::HigherIsBetter => Some(1.0),
            Self::LowerIsBetter => Some(-1.0),
            Self::Neutral => None,
        }
    }
}

/// The unit an indicator is read in, for sentences and for pupil-equivalents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A percentage of pupils (0–100): changes are percentage points, and convert to pupils.
    PercentOfPupils,
    /// A percentage of something else, such as sessions or income.
    PercentOther,
    /// A score such as Progress 8 (about −2 to 2), shown with two decimals.
    Score,
    /// Points such as Attainment 8 or a scaled score, shown with one decimal.
    Points,
    /// Events for each hundred pupils.
    PerHundred,
}

impl Unit {
    /// The number of decimals a reader needs.
    #[must_use]
    pub const fn decimals(self) -> usize {
        match self {
            Self::Score | Self::PerHundred => 2,
            Self::PercentOfPupils | Self::PercentOther | Self::Points => 1,
        }
    }

    /// A change of this size in words, without its sign: "3.0 percentage points".
    #[must_use]
    pub fn amount(self, size: f64) -> String {
        let digits = self.decimals();
        let size = size.abs();
        match self {
            Self::PercentOfPupils | Self::PercentOther => {
                format!("{size:.digits$} percentage points")
            }
            Self::Score => format!("{size:.digits$}"),
            Self::Points => format!("{size:.digits$} points"),
            Self::PerHundred => format!("{size:.digits$} for each 100 pupils"),
        }
    }
}

/// An indicator named in an agreement or shown on a page.
#[derive(Clone, Debug, PartialEq)]
pub struct Kpi {
    /// The plain name a head would use, with a small first letter where English has one.
    pub name: String,
    /// The unit it is read in.
    pub unit: Unit,
    /// Which way is better.
    pub direction: Direction,
    /// *m*: the smallest change worth having, in the indicator's unit, fixed at signature.
    pub worth_having: f64,
}

impl Kpi {
    /// An indicator with the usual smallest worthwhile change for its unit: 3 percentage points,
    /// 0.1 of a score, 1 point, 1 event for each hundred pupils.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: Unit, direction: Direction) -> Self {
        let worth_having = match unit {
            Unit::PercentOfPupils | Unit::PercentOther => 3.0,
            Unit::Score => 0.1,
            Unit::Points | Unit::PerHundred => 1.0,
        };
        Self { name: name.into(), unit, direction, worth_having }
    }

    /// The same indicator with another smallest worthwhile change.
    #[must_use]
    pub fn worth_having(mut self, change: f64) -> Self {
        self.worth_having = change;
        self
    }
}
