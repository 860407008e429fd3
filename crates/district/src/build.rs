//! Builds the register: authorities, trusts, schools and their histories.

use jiff::civil::{Date, date};

use crate::alliance::{MEMBERS, Member};
use crate::chance::Stream;
use crate::names::{Places, SAINTS};
use crate::place::{self, ORIGIN, Town, URBAN, VILLAGE};
use crate::school::{Context, Kind, Phase, School, Status, Succession, Urn};

/// A local authority.
#[derive(Clone, Debug, PartialEq)]
pub struct Authority {
    /// Three digits that no English authority has.
    pub code: u16,
    /// Invented name.
    pub name: String,
}

/// A multi-academy trust.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    /// Group UID, as the register's groups file numbers it.
    pub uid: u32,
    /// Group ID (`TR…`).
    pub group_id: String,
    /// Invented name.
    pub name: String,
    /// Companies House number; eight digits that no company has.
    pub company: String,
    /// When it was incorporated.
    pub incorporated: Date,
}

/// The one diocese: its register code and name.
pub const DIOCESE: (&str, &str) = ("CE99", "Diocese of Estermouth");

const TRUSTS: [&str; 4] = [
    "Farthinglight Trust",
    "Halyard and Hawser Schools Trust",
    "Threlldale Learning Partnership",
    "Guillemot Academies Trust",
];

const STREETS: [&str; 24] = [
    "Chandler Street",
    "Fishergate Row",
    "Beacon Hill",
    "Mill Loke",
    "Church Walk",
    "Station Parade",
    "Netmakers Lane",
    "Orchard Way",
    "Weir Lane",
    "Coopers Yard",
    "Signal Road",
    "Lighthouse Lane",
    "Kiln Bank",
    "Sluice Road",
    "Almshouse Row",
    "Quarry Lane",
    "Heron Close",
    "Tinker Street",
    "Staithe Road",
    "Bellfounder Way",
    "Old Customs Street",
    "Parsonage Lane",
    "Marsh Road",
    "Fen End",
];

pub(crate) struct Built {
    pub(crate) authorities: Vec<Authority>,
    pub(crate) trusts: Vec<Trust>,
    pub(crate) towns: Vec<Town>,
    pub(crate) schools: Vec<School>,
}

struct Builder {
    chance: Stream,
    places: Places,
    built: Built,
    next_low_urn: Urn,
    next_establishment: Vec<[u16; 5]>,
    next_identity: u32,
    unit_number: u32,
}

/// Builds the register of `schools` open schools with their predecessors and closed neighbours.
pub(crate) fn build(seed: u64, schools: usize, with_alliance: bool) -> Built {
    let authorities = authorities(schools);
    let reserved = place::TOWNS.iter().map(|t| t.0.to_owned());
    let mut places = Places::new(seed, reserved);
    let towns = place::towns(seed, authorities.len(), &mut || places.next());
    let trusts = trusts(seed, schools, &mut places);
    let mut builder = Builder {
        chance: Stream::named(seed, "register", &[]),
        places,
        next_establishment: vec![[1000, 2000, 4000, 7000, 6000]; authorities.len()],
        built: Built { authorities, trusts, towns, schools: Vec::with_capacity(schools * 5 / 4) },
        next_low_urn: 998_999,
        next_identity: 0,
        unit_number: 0,
    };
    if with_alliance {
        for member in &MEMBERS {
            builder.add_member(member);
        }
    }
    while builder.built.schools.len() < schools {
        builder.add_school();
    }
    let open = builder.built.schools.len();
    for index in 0..open {
        builder.give_history(index);
    }
    for _ in 0..(schools / 60).max(1) {
        builder.add_closed();
    }
    builder.built
}

fn authorities(schools: usize) -> Vec<Authority> {
    let mut list = vec![
        Authority { code: 990, name: "Estermouth Sound".to_owned() },
        Authority { code: 991, name: "Corvendale".to_owned() },
    ];
    // Further authorities only for load tests: codes from 430 to 599 are unused.
    for extra in 0..(schools / 150).saturating_sub(2) {
        list.push(Authority {
            code: 430 + (extra as u16 % 170),
            name: format!("Load Test Authority {}", extra + 1),
        });
    }
    list
}

fn trusts(seed: u64, schools: usize, places: &mut Places) -> Vec<Trust> {
    let mut chance = Stream::named(seed, "trusts", &[]);
    let count = if schools <= 600 { 4 } else { schools / 75 };
    (0..count)
        .map(|i| Trust {
            uid: 99_001 + i as u32,
            group_id: format!("TR9{:04}", i + 1),
            name: TRUSTS
                .get(i)
                .map_or_else(|| format!("{} Trust", places.next()), |n| (*n).to_owned()),
            company: format!("9990{:04}", i + 1),
            incorporated: date(2011 + chance.below(6) as i16, 1 + chance.below(12) as i8, 1),
        })
        .collect()
}

impl Builder {
    fn urn(&mut self) -> Urn {
        let above = 999_300 + self.built.schools.len() as Urn;
        if above < 1_000_000 && self.next_low_urn == 998_999 {
            return above;
        }
        self.low_urn()
    }

    fn low_urn(&mut self) -> Urn {
        self.next_low_urn -= 1;
        self.next_low_urn + 1
    }

    fn identity(&mut self) -> u32 {
        self.next_identity += 1;
        self.next_identity
    }

    fn establishment(&mut self, authority: usize, phase: Phase) -> u16 {
        let slot = match phase {
            Phase::Nursery | Phase::AlternativeProvision => 0,
            Phase::Infant | Phase::Junior | Phase::Primary => 1,
            Phase::Secondary | Phase::AllThrough => 2,
            Phase::Special => 3,
            Phase::Independent => 4,
        };
        let next = &mut self.next_establishment[authority][slot];
        *next += 1;
        *next
    }

    /// A postcode nobody else in the district has.
    fn postcode(&mut self, town: usize) -> String {
        const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
        let n = self.unit_number;
        self.unit_number += 1;
        let letter = |i: u32| LETTERS[i as usize % LETTERS.len()] as char;
        format!(
            "{} {}{}{}",
            self.built.towns[town].outward,
            (n / 400) % 9 + 1,
            letter(n / 20),
            letter(n)
        )
    }

    fn add_member(&mut self, m: &Member) {
        let town = self.built.towns.iter().position(|t| t.name == m.town).unwrap_or_default();
        let authority = self.built.towns[town].authority;
        let joined = |trust: usize| (trust, date(2014 + trust as i16, 9, 1));
        let school = School {
            urn: m.urn,
            name: m.name.to_owned(),
            phase: m.phase,
            kind: m.kind,
            status: Status::Open,
            authority,
            establishment: self.establishment(authority, m.phase),
            opened: m.kind.is_academy().then(|| joined(m.trust.unwrap_or_default()).1),
            closed: None,
            trust: m.trust.map(joined),
            previous_trust: None,
            diocesan: m.diocesan,
            town,
            street: m.street.to_owned(),
            postcode: self.postcode(town),
            easting: (ORIGIN.0 + m.at.0 * 1000.0).round(),
            northing: (ORIGIN.1 + m.at.1 * 1000.0).round(),
            capacity: m.capacity,
            roll: m.roll,
            sixth_form: m.phase == Phase::Secondary && m.roll > 1_000,
            context: m.context,
            identity: self.identity(),
            predecessors: Vec::new(),
        };
        self.built.schools.push(school);
    }

    fn add_school(&mut self) {
        // Shares of open schools, close to England's.
        let phase = self.chance.weighted(&[
            (Phase::Primary, 0.630),
            (Phase::Infant, 0.065),
            (Phase::Junior, 0.055),
            (Phase::Secondary, 0.145),
            (Phase::AllThrough, 0.010),
            (Phase::Special, 0.045),
            (Phase::AlternativeProvision, 0.015),
            (Phase::Nursery, 0.020),
            (Phase::Independent, 0.015),
        ]);
        let town = self.town_for(phase);
        let authority = self.built.towns[town].authority;
        let village = self.built.towns[town].settlement == VILLAGE;
        let kind = self.kind(phase);
        let context = self.context(phase, town);
        let (roll, capacity) = self.size(phase, village);
        let diocesan = match kind {
            Kind::VoluntaryAided | Kind::VoluntaryControlled => true,
            Kind::AcademyConverter => self.chance.chance(0.12),
            _ => false,
        };
        let urn = self.urn();
        let name = self.name(phase, kind, diocesan);
        let (easting, northing) = self.near(town);
        let trust = kind.is_academy().then(|| {
            let joined =
                date(2012 + self.chance.below(13) as i16, [1, 4, 9, 9][self.chance.below(4)], 1);
            (self.chance.below(self.built.trusts.len()), joined)
        });
        let opened = match kind {
            Kind::FreeSchool => trust.map(|(_, joined)| date(joined.year(), 9, 1)),
            _ => trust.map(|(_, joined)| joined),
        };
        let school = School {
            urn,
            name,
            phase,
            kind,
            status: Status::Open,
            authority,
            establishment: self.establishment(authority, phase),
            opened,
            closed: None,
            trust: trust.map(|(t, joined)| (t, opened.unwrap_or(joined))),
            previous_trust: None,
            diocesan,
            town,
            street: STREETS[self.chance.below(STREETS.len())].to_owned(),
            postcode: self.postcode(town),
            easting,
            northing,
            capacity,
            roll,
            sixth_form: matches!(phase, Phase::Secondary | Phase::AllThrough)
                && roll > 700
                && self.chance.chance(0.6),
            context,
            identity: self.identity(),
            predecessors: Vec::new(),
        };
        self.built.schools.push(school);
    }

    fn town_for(&mut self, phase: Phase) -> usize {
        let towns = &self.built.towns;
        let authorities = self.built.authorities.len();
        let authority = self.chance.below(authorities);
        let small = matches!(phase, Phase::Primary | Phase::Infant | Phase::Junior);
        let choices: Vec<(usize, f64)> = towns
            .iter()
            .enumerate()
            .filter(|(_, t)| t.authority == authority)
            .map(|(i, t)| {
                let weight = match t.settlement {
                    s if s == URBAN => 4.0,
                    s if s == VILLAGE => f64::from(u8::from(small)),
                    _ => 1.6,
                };
                (i, weight)
            })
            .collect();
        self.chance.weighted(&choices)
    }

    fn near(&mut self, town: usize) -> (f64, f64) {
        let (spread, easting, northing, authority) = {
            let t = &self.built.towns[town];
            (t.spread, t.easting, t.northing, t.authority)
        };
        let rings = place::outlines();
        // The sea begins close to some centres: try again rather than build a school in it.
        for _ in 0..60 {
            let e = (easting + self.chance.normal() * spread).round();
            let n = (northing + self.chance.normal() * spread).round();
            if rings.get(authority).is_none_or(|ring| place::contains(ring, e, n)) {
                return (e, n);
            }
        }
        (easting, northing)
    }

    fn kind(&mut self, phase: Phase) -> Kind {
        match phase {
            Phase::Nursery => Kind::Nursery,
            Phase::Special => self
                .chance
                .weighted(&[(Kind::CommunitySpecial, 0.65), (Kind::AcademyConverter, 0.35)]),
            Phase::AlternativeProvision => Kind::PupilReferralUnit,
            Phase::Independent => Kind::Independent,
            Phase::Secondary | Phase::AllThrough => self.chance.weighted(&[
                (Kind::AcademyConverter, 0.44),
                (Kind::AcademySponsorLed, 0.22),
                (Kind::FreeSchool, 0.08),
                (Kind::Community, 0.12),
                (Kind::Foundation, 0.06),
                (Kind::VoluntaryAided, 0.08),
            ]),
            Phase::Infant | Phase::Junior | Phase::Primary => self.chance.weighted(&[
                (Kind::Community, 0.36),
                (Kind::AcademyConverter, 0.28),
                (Kind::AcademySponsorLed, 0.09),
                (Kind::FreeSchool, 0.015),
                (Kind::VoluntaryAided, 0.135),
                (Kind::VoluntaryControlled, 0.09),
                (Kind::Foundation, 0.03),
            ]),
        }
    }

    fn context(&mut self, phase: Phase, town: usize) -> Context {
        let place = self.built.towns[town].deprivation;
        let poor = 0.75 * place + 0.75 * self.chance.normal();
        let share = |x: f64| 100.0 / (1.0 + libm::exp(-x));
        // A logistic centred a little over one in four, as in England.
        let fsm6 = share(-1.06 + 0.62 * poor).clamp(1.5, 72.0);
        let eal = share(-2.35 + 0.25 * poor + 0.95 * self.chance.normal()).clamp(0.0, 85.0);
        let special = phase == Phase::Special;
        let ap = phase == Phase::AlternativeProvision;
        let sen_support = match (special, ap) {
            (true, _) => self.chance.between(0.0, 3.0),
            (_, true) => self.chance.between(35.0, 60.0),
            _ => (14.0 + 1.6 * poor + 3.6 * self.chance.normal()).clamp(2.0, 40.0),
        };
        let ehcp = match (special, ap) {
            (true, _) => self.chance.between(96.0, 100.0),
            (_, true) => self.chance.between(10.0, 28.0),
            _ => (2.7 + 1.2 * self.chance.normal()).clamp(0.0, 9.0),
        };
        let mobility = (7.5 + 1.5 * poor + 2.6 * self.chance.normal()).clamp(0.0, 40.0);
        let idaci =
            (0.175 * libm::exp(0.42 * poor) + 0.01 * self.chance.normal()).clamp(0.005, 0.75);
        Context {
            fsm6: if phase == Phase::Nursery || phase == Phase::Independent { 0.0 } else { fsm6 },
            eal,
            sen_support,
            ehcp,
            mobility,
            idaci,
        }
    }

    fn size(&mut self, phase: Phase, village: bool) -> (u32, u32) {
        let intake = match phase {
            Phase::Nursery => self.chance.weighted(&[(32.0, 1.0), (48.0, 2.0), (64.0, 1.0)]),
            Phase::Infant | Phase::Junior => {
                self.chance.weighted(&[(30.0, 0.2), (60.0, 0.5), (90.0, 0.3)])
            }
            Phase::Primary if village => {
                self.chance.weighted(&[(6.0, 0.14), (10.0, 0.22), (15.0, 0.34), (30.0, 0.30)])
            }
            Phase::Primary => self.chance.weighted(&[
                (15.0, 0.04),
                (30.0, 0.44),
                (45.0, 0.14),
                (60.0, 0.32),
                (90.0, 0.06),
            ]),
            Phase::Secondary => self.chance.weighted(&[
                (120.0, 0.15),
                (150.0, 0.20),
                (180.0, 0.27),
                (210.0, 0.20),
                (240.0, 0.18),
            ]),
            Phase::AllThrough => self.chance.weighted(&[(60.0, 0.5), (90.0, 0.5)]),
            Phase::Special => self.chance.weighted(&[(8.0, 0.4), (12.0, 0.4), (18.0, 0.2)]),
            Phase::AlternativeProvision => self.chance.weighted(&[(10.0, 0.5), (16.0, 0.5)]),
            Phase::Independent => self.chance.weighted(&[(10.0, 0.4), (22.0, 0.6)]),
        };
        let capacity = (intake * f64::from(phase.year_groups())).round();
        let full = (0.93 + 0.07 * self.chance.normal()).clamp(0.55, 1.05);
        (((capacity * full).round() as u32).max(8), capacity as u32)
    }

    fn name(&mut self, phase: Phase, kind: Kind, diocesan: bool) -> String {
        let ending = match (phase, kind.is_academy()) {
            (Phase::Nursery, _) => "Nursery School",
            (Phase::Infant, _) => "Infant School",
            (Phase::Junior, _) => "Junior School",
            (Phase::Primary, true) => {
                ["Primary Academy", "Primary School", "Academy"][self.chance.below(3)]
            }
            (Phase::Primary, false) => {
                ["Primary School", "Community Primary School", "Primary"][self.chance.below(3)]
            }
            (Phase::Secondary, true) => ["Academy", "High School", "School"][self.chance.below(3)],
            (Phase::Secondary, false) => ["High School", "School"][self.chance.below(2)],
            (Phase::AllThrough, _) => "All-Through Academy",
            (Phase::Special, _) => "Special School",
            (Phase::AlternativeProvision, _) => "Pupil Referral Unit",
            (Phase::Independent, _) => "House School",
        };
        if diocesan {
            let saint = SAINTS[self.chance.below(SAINTS.len())];
            // Real downloads hold curly apostrophes, which only cp1252 explains.
            return format!("St {saint}\u{2019}s Church {ending}, {}", self.places.next());
        }
        format!("{} {ending}", self.places.next())
    }

    /// Conversions, amalgamations, moves between trusts and proposals to close.
    fn give_history(&mut self, index: usize) {
        let school = self.built.schools[index].clone();
        let alliance = (999_101..999_300).contains(&school.urn);
        match school.kind {
            Kind::AcademyConverter | Kind::AcademySponsorLed => {
                // The school it was: closed the day before, same pupils, same strengths.
                let opened = school.opened.unwrap_or(date(2014, 9, 1));
                let before = if school.diocesan { Kind::VoluntaryAided } else { Kind::Community };
                let urn = self.low_urn();
                let name = school.name.replace("Primary Academy", "Primary School");
                let name =
                    name.strip_suffix(" Academy").map_or(name.clone(), |n| format!("{n} School"));
                self.built.schools.push(School {
                    urn,
                    name,
                    kind: if school.phase == Phase::Special {
                        Kind::CommunitySpecial
                    } else {
                        before
                    },
                    status: Status::Closed,
                    opened: None,
                    closed: opened.yesterday().ok(),
                    trust: None,
                    predecessors: Vec::new(),
                    ..school.clone()
                });
                self.built.schools[index].predecessors.push((urn, Succession::Converted));
                if !alliance && self.chance.chance(0.08) {
                    self.change_trust(index);
                }
            }
            Kind::Community if !alliance && school.phase == Phase::Primary => {
                if school.roll > 330 && self.chance.chance(0.22) {
                    self.amalgamate(index);
                } else if school.roll < 90 && self.chance.chance(0.12) {
                    self.built.schools[index].status = Status::ProposedToClose;
                }
            }
            _ => {}
        }
    }

    fn change_trust(&mut self, index: usize) {
        let trusts = self.built.trusts.len();
        let Some((old, _)) = self.built.schools[index].trust else { return };
        let left = date(2023 + self.chance.below(3) as i16, 8, 31);
        let new = (old + 1 + self.chance.below(trusts - 1)) % trusts;
        let school = &mut self.built.schools[index];
        school.previous_trust = Some((old, left));
        school.trust = Some((new, left.tomorrow().unwrap_or(left)));
    }

    /// The school opened when an infant and a junior school became one.
    fn amalgamate(&mut self, index: usize) {
        let opened = date(2020 + self.chance.below(5) as i16, 9, 1);
        let school = self.built.schools[index].clone();
        let stem = school
            .name
            .replace("Community Primary School", "")
            .replace("Primary School", "")
            .replace("Primary", "");
        for (phase, ending, share) in
            [(Phase::Infant, "Infant School", 0.43), (Phase::Junior, "Junior School", 0.57)]
        {
            let urn = self.low_urn();
            let identity = self.identity();
            let establishment = self.establishment(school.authority, phase);
            self.built.schools.push(School {
                urn,
                name: format!("{} {ending}", stem.trim()),
                phase,
                establishment,
                status: Status::Closed,
                opened: None,
                closed: opened.yesterday().ok(),
                roll: (f64::from(school.roll) * share) as u32,
                capacity: (f64::from(school.capacity) * share) as u32,
                identity,
                predecessors: Vec::new(),
                ..school.clone()
            });
            self.built.schools[index].predecessors.push((urn, Succession::Amalgamated));
        }
        self.built.schools[index].opened = Some(opened);
    }

    /// A school that closed and has no heir.
    fn add_closed(&mut self) {
        self.add_school();
        let closed = date(2019 + self.chance.below(6) as i16, 8, 31);
        let urn = self.low_urn();
        if let Some(school) = self.built.schools.last_mut() {
            school.urn = urn;
            school.status = Status::Closed;
            school.closed = Some(closed);
            school.trust = None;
            school.kind = match school.kind {
                k if k.is_academy() && school.phase == Phase::Special => Kind::CommunitySpecial,
                k if k.is_academy() => Kind::Community,
                k => k,
            };
            school.opened = None;
        }
    }
}
