//! What comes out of a file: one small typed value for each thing a row says.

use crate::pack::KpiId;
use crate::school::SchoolRecord;
use crate::year::{AcademicYear, ReleaseStatus};
use evidence::Measure;
use jiff::civil::Date;
use std::fmt;

/// A school's unique reference number. It is the number of that legal school: a conversion to an
/// academy brings a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Urn(u32);

impl Urn {
    /// The largest number with seven digits.
    const MAX: u32 = 9_999_999;

    /// The digits of the longest URN in England.
    pub(crate) const DIGITS: usize = 6;

    /// A school's number from four digits (children's centres have the short ones) to seven, as
    /// registers outside England have them.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number >= 1000 && number <= Self::MAX { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Reads a URN; a `.0` left by a spreadsheet is forgiven, anything else is not.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::parse_to(text, Self::DIGITS)
    }

    /// Reads a school's number of at most so many digits.
    pub(crate) fn parse_to(text: &str, most: usize) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_suffix(".0").unwrap_or(text);
        if digits.len() < 4 || digits.len() > most || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        Self::new(digits.parse().ok()?)
    }
}

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Which schools a total covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Phase {
    /// Every phase together, or the only phase the file is about.
    All,
    /// Primary schools.
    Primary,
    /// Secondary schools.
    Secondary,
    /// Special schools.
    Special,
    /// Nursery schools.
    Nursery,
    /// Alternative provision and pupil referral units.
    Alternative,
}

impl Phase {
    /// A short stable word, for storage, JSON and packs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Special => "special",
            Self::Nursery => "nursery",
            Self::Alternative => "alternative",
        }
    }

    /// Reads what [`Phase::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::All, Self::Primary, Self::Secondary, Self::Special, Self::Nursery, Self::Alternative]
            .into_iter()
            .find(|phase| phase.code() == code)
    }
}

/// Which schools a national figure covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum NationalScope {
    /// Every school, independent ones too.
    AllSchools,
    /// State-funded schools.
    StateFunded,
}

/// Whom a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Subject {
    /// One school, by its number in that year.
    School(Urn),
    /// A local authority, by its three-digit code.
    Authority {
        /// The education department's code, such as 850.
        code: u16,
        /// Which of its schools.
        phase: Phase,
    },
    /// A region, by the number in its nine-character code: 8 for `E12000008`.
    Region {
        /// The last digits of the code.
        code: u8,
        /// Which of its schools.
        phase: Phase,
    },
    /// The nation.
    National {
        /// Which kind of school.
        scope: NationalScope,
        /// Which phase.
        phase: Phase,
    },
}

/// Which pupils a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PupilGroup {
    /// Every pupil of the cohort.
    All,
    /// Disadvantaged pupils, as the publisher defines them that year.
    Disadvantaged,
    /// Pupils who are not disadvantaged.
    Other,
    /// Pupils with special educational needs.
    Sen,
    /// Pupils whose first language is known or believed to be other than English.
    Eal,
}

impl PupilGroup {
    /// Every group.
    pub const ALL: [Self; 5] = [Self::All, Self::Disadvantaged, Self::Other, Self::Sen, Self::Eal];

    /// A short stable word, for storage, JSON and packs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Disadvantaged => "disadvantaged",
            Self::Other => "other",
            Self::Sen => "sen",
            Self::Eal => "eal",
        }
    }

    /// Reads what [`PupilGroup::code`] wrote.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }
}

/// One reading of one indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KpiRecord {
    /// Whom it is about.
    pub subject: Subject,
    /// Which indicator: [`Pack::kpi`](crate::Pack::kpi) gives its code and name.
    pub kpi: KpiId,
    /// Which school year.
    pub period: AcademicYear,
    /// Which pupils.
    pub group: PupilGroup,
    /// The number, or why there is none.
    pub measure: Measure,
    /// How firm it is.
    pub release: ReleaseStatus,
}

/// One line of the register's links: how one school follows another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRecord {
    /// The school the link belongs to.
    pub urn: Urn,
    /// The school it points at.
    pub link_urn: Urn,
    /// The name the register gives for the other school.
    pub link_name: Option<String>,
    /// What the link says.
    pub kind: LinkKind,
    /// The register's own words for the link.
    pub kind_as_published: String,
    /// Since when; a quarter of the links have no date.
    pub established: Option<Date>,
}

/// What a link says, seen from `urn` to `link_urn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LinkKind {
    /// The other school is what this one grew out of.
    Predecessor,
    /// As above, by a merger or amalgamation.
    PredecessorMerged,
    /// As above, by a split.
    PredecessorSplit,
    /// The other school is what this one became.
    Successor,
    /// As above, by a merger or amalgamation.
    SuccessorMerged,
    /// As above, by a split.
    SuccessorSplit,
    /// A shared sixth form: not lineage.
    SixthForm,
    /// Expansion, a change of age range, closure, anything else: not lineage.
    Other,
}

impl LinkKind {
    /// A short stable word, for storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Predecessor => "predecessor",
            Self::PredecessorMerged => "predecessor-merged",
            Self::PredecessorSplit => "predecessor-split",
            Self::Successor => "successor",
            Self::SuccessorMerged => "successor-merged",
            Self::SuccessorSplit => "successor-split",
            Self::SixthForm => "sixth-form",
            Self::Other => "other",
        }
    }

    /// Reads the register's words.
    #[must_use]
    pub fn from_published(words: &str) -> Self {
        let words = words.to_lowercase();
        let merged = words.contains("merge") || words.contains("amalgamat");
        let split = words.contains("split");
        match () {
            () if words.starts_with("predecessor") && merged => Self::PredecessorMerged,
            () if words.starts_with("predecessor") && split => Self::PredecessorSplit,
            () if words.starts_with("predecessor") => Self::Predecessor,
            () if words.starts_with("successor") && merged => Self::SuccessorMerged,
            () if words.starts_with("successor") && split => Self::SuccessorSplit,
            () if words.starts_with("successor") => Self::Successor,
            // The school this link belongs to is the one the amalgamation made.
            () if words.starts_with("result of amalgamation") => Self::PredecessorMerged,
            () if words.starts_with("sixth form") => Self::SixthForm,
            () => Self::Other,
        }
    }

    /// Whether the other school is an earlier form of this one.
    #[must_use]
    pub const fn is_predecessor(self) -> bool {
        matches!(self, Self::Predecessor | Self::PredecessorMerged | Self::PredecessorSplit)
    }

    /// Whether the other school is a later form of this one.
    #[must_use]
    pub const fn is_successor(self) -> bool {
        matches!(self, Self::Successor | Self::SuccessorMerged | Self::SuccessorSplit)
    }
}

/// One line of the register's groups: a trust, federation or sponsor, and perhaps one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupRecord {
    /// The register's number of the group.
    pub uid: u32,
    /// The group's other identifier, such as `TR00123`.
    pub group_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Its type in the register's words: a school may be in a trust and under a sponsor at once.
    pub group_type: Option<String>,
    /// Open, closed or proposed, in the register's words.
    pub status: Option<String>,
    /// When it was incorporated or opened.
    pub opened: Option<Date>,
    /// When it closed.
    pub closed: Option<Date>,
    /// Its company number.
    pub companies_house: Option<String>,
    /// Its provider number.
    pub ukprn: Option<u32>,
    /// The member this line is about, when the file lists members.
    pub member: Option<Urn>,
    /// Since when the member belongs to it.
    pub joined: Option<Date>,
}

/// How deprived the neighbourhood of a postcode is.
#[derive(Clone, Debug, PartialEq)]
pub struct PostcodeRecord {
    /// The postcode with one space, in capitals.
    pub postcode: String,
    /// The code of its neighbourhood (LSOA).
    pub lsoa: Option<String>,
    /// Share of children in income-deprived families, 0 to 1.
    pub idaci_score: Option<f64>,
    /// Rank of 32,844 neighbourhoods, 1 the most deprived.
    pub idaci_rank: Option<u32>,
    /// Tenth of the neighbourhoods, 1 the most deprived.
    pub idaci_decile: Option<u8>,
    /// Tenth by the index of multiple deprivation, 1 the most deprived.
    pub imd_decile: Option<u8>,
}

/// What one inspection said about one school.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionRecord {
    /// The school's number when it was inspected; an academy's may be its predecessor's.
    pub urn_then: Urn,
    /// The school's number in this file, when the file gives it.
    pub urn_now: Option<Urn>,
    /// The school's authority and number within it, when given.
    pub laestab: Option<u32>,
    /// The publisher's number of the inspection.
    pub number: Option<String>,
    /// What kind of inspection, in the publisher's words.
    pub kind: Option<String>,
    /// First day.
    pub started: Option<Date>,
    /// When the report came out.
    pub published: Option<Date>,
    /// Whether this is the latest or an earlier inspection in the file.
    pub latest: bool,
    /// Special measures, serious weaknesses… in the publisher's words.
    pub category_of_concern: Option<String>,
    /// The grades by area; an area the file does not have is absent.
    pub grades: Vec<(InspectionArea, Grade)>,
    /// The outcome in words where no grade is given.
    pub outcome: Option<String>,
}

macro_rules! areas {
    ($($(#[$doc:meta])* $name:ident => $code:literal,)*) => {
        /// What an inspection grades. Overall effectiveness ended in September 2024; the areas of
        /// the report card began in November 2025.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum InspectionArea { $($(#[$doc])* $name,)* }

        impl InspectionArea {
            /// Every area.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// A short stable word, for storage, JSON and packs.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Reads what [`InspectionArea::code`] wrote.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|area| area.code() == code)
            }
        }
    };
}

areas! {
    /// Overall effectiveness (until 2024).
    Overall => "overall",
    /// Quality of education (2019 to 2025).
    QualityOfEducation => "quality-of-education",
    /// Behaviour and attitudes (2019 to 2025).
    BehaviourAndAttitudes => "behaviour-and-attitudes",
    /// Personal development (2019 to 2025).
    PersonalDevelopment => "personal-development",
    /// Leadership and management (until 2025).
    Leadership => "leadership",
    /// Early years.
    EarlyYears => "early-years",
    /// Sixth form (until 2025).
    SixthForm => "sixth-form",
    /// Safeguarding: effective or not; met or not met.
    Safeguarding => "safeguarding",
    /// Inclusion (report card).
    Inclusion => "inclusion",
    /// Curriculum and teaching (report card).
    CurriculumAndTeaching => "curriculum-and-teaching",
    /// Achievement (report card).
    Achievement => "achievement",
    /// Attendance and behaviour (report card).
    AttendanceAndBehaviour => "attendance-and-behaviour",
    /// Personal development and well-being (report card).
    PersonalDevelopmentAndWellbeing => "personal-development-and-wellbeing",
    /// Leadership and governance (report card).
    LeadershipAndGovernance => "leadership-and-governance",
    /// Provision after sixteen (report card).
    Post16 => "post-16",
}

/// One grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Grade {
    /// 1, until 2025.
    Outstanding,
    /// 2, until 2025.
    Good,
    /// 3, until 2025 (called satisfactory before 2012).
    RequiresImprovement,
    /// 4, until 2025.
    Inadequate,
    /// Report card, highest of five.
    Exceptional,
    /// Report card.
    StrongStandard,
    /// Report card.
    ExpectedStandard,
    /// Report card.
    NeedsAttention,
    /// Report card, lowest of five.
    UrgentImprovement,
    /// Safeguarding effective, or its standards met.
    Met,
    /// Safeguarding not effective, or its standards not met.
    NotMet,
    /// 9, `Not judged`, or an empty cell: this inspection gave no grade here.
    NotJudged,
    /// 0 or `Not applicable`: the school has nothing of the kind.
    DoesNotApply,
}

impl Grade {
    /// A short stable word, for storage and JSON.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Outstanding => "outstanding",
            Self::Good => "good",
            Self::RequiresImprovement => "requires-improvement",
            Self::Inadequate => "inadequate",
            Self::Exceptional => "exceptional",
            Self::StrongStandard => "strong-standard",
            Self::ExpectedStandard => "expected-standard",
            Self::NeedsAttention => "needs-attention",
            Self::UrgentImprovement => "urgent-improvement",
            Self::Met => "met",
            Self::NotMet => "not-met",
            Self::NotJudged => "not-judged",
            Self::DoesNotApply => "does-not-apply",
        }
    }

    /// Whether a judgement was made.
    #[must_use]
    pub const fn is_judged(self) -> bool {
        !matches!(self, Self::NotJudged | Self::DoesNotApply)
    }
}

/// Anything a row can say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Record {
    /// A school of the register.
    School(Box<SchoolRecord>),
    /// A link between two schools.
    Link(Box<LinkRecord>),
    /// A group, or a school's membership of one.
    Group(Box<GroupRecord>),
    /// A reading of an indicator.
    Kpi(KpiRecord),
    /// A postcode's deprivation.
    Postcode(Box<PostcodeRecord>),
    /// An inspection.
    Inspection(Box<InspectionRecord>),
}
