//! What a school is: the facts a register prints, and the context results depend on.

use jiff::civil::Date;

/// Unique reference number. The district's run from 970000 to 999999, which no school has.
pub type Urn = u32;

/// Phase and kind of provision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Phase {
    /// Ages 2 to 4, maintained nursery school.
    Nursery,
    /// Ages 4 to 7.
    Infant,
    /// Ages 7 to 11.
    Junior,
    /// Ages 4 to 11.
    Primary,
    /// Ages 11 to 16 or 18.
    Secondary,
    /// Ages 4 to 16 or 18.
    AllThrough,
    /// A special school, ages 4 to 16.
    Special,
    /// Alternative provision, ages 11 to 16.
    AlternativeProvision,
    /// An independent school, ages 4 to 16.
    Independent,
}

impl Phase {
    /// Whether pupils sit key stage 2 tests here.
    #[must_use]
    pub const fn has_key_stage_2(self) -> bool {
        matches!(
            self,
            Self::Junior | Self::Primary | Self::AllThrough | Self::Special | Self::Independent
        )
    }

    /// Whether pupils sit key stage 4 examinations here.
    #[must_use]
    pub const fn has_key_stage_4(self) -> bool {
        matches!(self, Self::Secondary | Self::AllThrough | Self::Special | Self::Independent)
    }

    /// Statutory lowest and highest age.
    #[must_use]
    pub const fn ages(self, sixth_form: bool) -> (u8, u8) {
        match self {
            Self::Nursery => (2, 5),
            Self::Infant => (4, 7),
            Self::Junior => (7, 11),
            Self::Primary => (4, 11),
            Self::Secondary => (11, if sixth_form { 18 } else { 16 }),
            Self::AllThrough => (4, if sixth_form { 18 } else { 16 }),
            Self::Special | Self::Independent => (4, 16),
            Self::AlternativeProvision => (11, 16),
        }
    }

    /// Number of year groups on roll.
    #[must_use]
    pub const fn year_groups(self) -> u32 {
        match self {
            Self::Nursery => 2,
            Self::Infant => 3,
            Self::Junior => 4,
            Self::Primary => 7,
            Self::Secondary | Self::AlternativeProvision => 5,
            Self::AllThrough | Self::Special | Self::Independent => 12,
        }
    }
}

/// Who is responsible, in the register's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Maintained by the authority.
    Community,
    /// Maintained, land and ethos held by a diocese.
    VoluntaryAided,
    /// Maintained, diocese has a minority voice.
    VoluntaryControlled,
    /// Maintained, governors own the land.
    Foundation,
    /// A former maintained school that chose to convert.
    AcademyConverter,
    /// A former maintained school moved to a sponsor.
    AcademySponsorLed,
    /// Opened as an academy.
    FreeSchool,
    /// Maintained special school.
    CommunitySpecial,
    /// Pupil referral unit.
    PupilReferralUnit,
    /// Maintained nursery school.
    Nursery,
    /// Independent.
    Independent,
}

impl Kind {
    /// Register code and name of the type, and code and name of its group.
    #[must_use]
    pub const fn register(self) -> (&'static str, &'static str, &'static str, &'static str) {
        const MAINTAINED: &str = "Local authority maintained schools";
        match self {
            Self::Community => ("01", "Community school", "4", MAINTAINED),
            Self::VoluntaryAided => ("02", "Voluntary aided school", "4", MAINTAINED),
            Self::VoluntaryControlled => ("03", "Voluntary controlled school", "4", MAINTAINED),
            Self::Foundation => ("05", "Foundation school", "4", MAINTAINED),
            Self::AcademyConverter => ("34", "Academy converter", "10", "Academies"),
            Self::AcademySponsorLed => ("28", "Academy sponsor led", "10", "Academies"),
            Self::FreeSchool => ("35", "Free schools", "11", "Free Schools"),
            Self::CommunitySpecial => ("07", "Community special school", "5", "Special schools"),
            Self::PupilReferralUnit => ("14", "Pupil referral unit", "4", MAINTAINED),
            Self::Nursery => ("15", "Local authority nursery school", "4", MAINTAINED),
            Self::Independent => ("11", "Other independent school", "3", "Independent schools"),
        }
    }

    /// Whether a trust runs it.
    #[must_use]
    pub const fn is_academy(self) -> bool {
        matches!(self, Self::AcademyConverter | Self::AcademySponsorLed | Self::FreeSchool)
    }

    /// The abbreviation the performance tables print in `NFTYPE`.
    #[must_use]
    pub const fn table_code(self) -> &'static str {
        match self {
            Self::Community => "CY",
            Self::VoluntaryAided => "VA",
            Self::VoluntaryControlled => "VC",
            Self::Foundation => "FD",
            Self::AcademyConverter => "ACC",
            Self::AcademySponsorLed => "AC",
            Self::FreeSchool => "F",
            Self::CommunitySpecial => "CYS",
            Self::PupilReferralUnit => "PRU",
            Self::Nursery => "NS",
            Self::Independent => "IND",
        }
    }
}

/// Whether the doors are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Open.
    Open,
    /// Open, but proposed to close.
    ProposedToClose,
    /// Closed.
    Closed,
}

/// Why one reference number follows another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Succession {
    /// The same school under another law: a conversion or a move to a sponsor.
    Converted,
    /// Two schools became one.
    Amalgamated,
}

/// The intake. Shares are percentages of pupils on roll (0–100).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Context {
    /// Eligible for free school meals at any time in six years.
    pub fsm6: f64,
    /// First language known or believed to be other than English.
    pub eal: f64,
    /// With SEN support but no plan.
    pub sen_support: f64,
    /// With an education, health and care plan.
    pub ehcp: f64,
    /// Joined other than at the usual time.
    pub mobility: f64,
    /// Income deprivation affecting children at the school's postcode, 0–1.
    pub idaci: f64,
}

/// One entry of the register. A converted academy and the school it was are two entries.
#[derive(Clone, Debug, PartialEq)]
pub struct School {
    /// Reference number.
    pub urn: Urn,
    /// Name, as registered.
    pub name: String,
    /// Phase.
    pub phase: Phase,
    /// Legal type.
    pub kind: Kind,
    /// Open, proposed to close or closed.
    pub status: Status,
    /// Index into `District::authorities`.
    pub authority: usize,
    /// Establishment number within the authority.
    pub establishment: u16,
    /// When it opened; `None` when nobody remembers.
    pub opened: Option<Date>,
    /// When it closed.
    pub closed: Option<Date>,
    /// Index into `District::trusts`, and when it joined.
    pub trust: Option<(usize, Date)>,
    /// The trust it belonged to before, and when it left.
    pub previous_trust: Option<(usize, Date)>,
    /// Whether it belongs to the diocese.
    pub diocesan: bool,
    /// Index into `District::towns`.
    pub town: usize,
    /// Street.
    pub street: String,
    /// Postcode; begins with Q, as no British one does.
    pub postcode: String,
    /// Metres east on the National Grid.
    pub easting: f64,
    /// Metres north on the National Grid.
    pub northing: f64,
    /// Places.
    pub capacity: u32,
    /// Pupils on roll in the latest January.
    pub roll: u32,
    /// Whether it has a sixth form.
    pub sixth_form: bool,
    /// The intake in the latest January.
    pub context: Context,
    /// Entries that continue each other share one identity, and so their strengths.
    pub identity: u32,
    /// The entries it followed, and why.
    pub predecessors: Vec<(Urn, Succession)>,
}

impl School {
    /// Whether it was open for all of the academic year, from 1 September to 31 August.
    #[must_use]
    pub fn open_through(&self, year: crate::AcademicYear) -> bool {
        let first = jiff::civil::date(year.start() as i16, 9, 1);
        let last = jiff::civil::date(year.end() as i16, 8, 30);
        self.opened.is_none_or(|d| d <= first) && self.closed.is_none_or(|d| d >= last)
    }

    /// Latitude and longitude in degrees.
    #[must_use]
    pub fn lat_lon(&self) -> (f64, f64) {
        crate::place::lat_lon(self.easting, self.northing)
    }

    /// Straight-line miles to another school.
    #[must_use]
    pub fn miles_to(&self, other: &Self) -> f64 {
        libm::hypot(self.easting - other.easting, self.northing - other.northing) / 1609.344
    }
}
