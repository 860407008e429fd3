//! The supporters of a partnership, as the engine `matching` reads them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{AccountId, accounts};
use evidence::trajectory::{Trend, trajectory};
use foundation::{DbError, OrgRef, Sql, terms::AcademicYear};
use jiff::civil::Date;
use matching::{
    Context, FreeWeek, HomeGuard, HomeSchool, Interest, Need, Place, Policy, Standing,
    SupporterKind, Team, TrackRecord, Window,
};
use register::{School, kpis};

use crate::cadre::{
    SupporterRef, cadre_of,
    capacity::{self, Commitment, CommitmentState},
};
use crate::day_job;
use crate::interests;
use crate::offers::offers_in;
use crate::requests::{Request, TRUST};
use crate::weeks::week_of;

/// Somebody who may support.
#[derive(Clone, Debug)]
pub struct Supporter {
    /// How records name them.
    pub key: SupporterRef,
    /// What pages call them: `Aisha Khan, Oakfield Primary`.
    pub label: String,
    /// The person's or the offer's own name.
    pub name: String,
    /// The role, or that it is a school's offer.
    pub role: String,
    /// The school the support comes from.
    pub org: OrgRef,
    /// That school's name.
    pub org_name: String,
    /// The person, when it is one.
    pub person: Option<AccountId>,
    /// Where letters to the person go.
    pub email: Option<String>,
    /// What a day costs in pence, where it is stated.
    pub day_rate_pence: Option<i64>,
    /// As the engine reads them.
    pub model: matching::Supporter,
}

/// Everybody of a partnership who may support, and the schools concerned.
#[derive(Clone, Debug)]
pub struct Pool {
    /// The supporters, by label.
    pub supporters: Vec<Supporter>,
    /// The schools concerned, by reference number.
    pub schools: BTreeMap<u32, School>,
    /// What their intakes are like, standardised over these schools.
    pub contexts: BTreeMap<u32, Context>,
    /// The place's rules.
    pub policy: Policy,
    /// As of when.
    pub today: Date,
    /// The names of those that ask or help and are no school.
    bodies: BTreeMap<OrgRef, String>,
    /// Where each supporter stands in the list, by the engine's id.
    at: HashMap<String, usize>,
}

/// The indicators that describe an intake, with the words for them.
pub const CONTEXT: [(&str, &str); 4] = [
    ("CTX_FSM6", "free school meals"),
    ("CTX_EAL", "first languages"),
    ("SEN_SUP", "special educational needs"),
    ("SEN_EHC", "education, health and care plans"),
];

/// A position on a plane, in metres: the transverse Mercator projection of a sphere about the
/// meridian 2° west, like the national grid. Distances on it are within one in a thousand of the
/// great circle anywhere in England.
#[must_use]
pub fn place(position: (f64, f64)) -> Place {
    let (lat, lon) = (position.0.to_radians(), (position.1 + 2.0).to_radians());
    let across = lat.cos() * lon.sin();
    // The scale on the middle meridian, which halves the stretch towards the edges.
    let radius = 6_371_000.0 * 0.9996;
    Place { easting: radius * across.atanh(), northing: radius * lat.tan().atan2(lon.cos()) }
}

fn percent_full(school: &School) -> Option<f64> {
    let (pupils, places) = (school.pupils?, school.capacity.filter(|places| *places > 0)?);
    #[expect(clippy::cast_precision_loss, reason = "a school's pupils")]
    let share = 100.0 * pupils as f64 / places as f64;
    Some(share)
}

impl Pool {
    /// Gathers the supporters of a partnership as of a day; `also` names further schools whose
    /// setting is wanted, such as those that ask.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn load(
        db: &impl Sql,
        partnership: OrgRef,
        also: &[OrgRef],
        today: Date,
    ) -> Result<Self, DbError> {
        let cadre = cadre_of(db, partnership).await?;
        let offers = offers_in(db, partnership).await?;
        let orgs: BTreeSet<OrgRef> = cadre
            .iter()
            .map(|one| one.org)
            .chain(offers.iter().map(|one| one.what.org))
            .chain(also.iter().copied())
            .collect();
        let urns: Vec<u32> = orgs.iter().filter_map(|org| org.urn()).collect();
        let schools: BTreeMap<u32, School> = register::schools(db, &urns)
            .await?
            .into_iter()
            .map(|school| (school.urn, school))
            .collect();
        let mut bodies = BTreeMap::new();
        for &org in orgs.iter().filter(|org| org.urn().is_none()) {
            bodies.insert(org, register::org_name(db, org).await?);
        }
        let contexts = contexts(db, &schools).await?;
        let falling = falling(db, &urns).await?;
        let commitments = capacity::all_commitments(db).await?;
        let facts = Facts {
            pledges: capacity::all_pledges(db, today).await?,
            turns: capacity::given_and_received(&commitments, AcademicYear::of(today)),
            commitments,
            guards: capacity::guards(db, today).await?,
            judged: capacity::judgements(db).await?,
            emails: accounts::all(db).await?.into_iter().map(|a| (a.id, a.email)).collect(),
            interests: interests::standing(db, today).await?,
            falling,
            people: day_job::people(db).await?,
            today,
        };
        let mut supporters = Vec::new();
        let mut add =
            |key: SupporterRef, org: OrgRef, name: &str, role: &str, person: Option<AccountId>| {
                let school = org.urn().and_then(|urn| schools.get(&urn));
                let org_name = school
                    .map(|school| school.name.clone())
                    .or_else(|| bodies.get(&org).cloned())
                    .unwrap_or_else(|| org.to_string());
                let label =
                    if name == org_name { org_name.clone() } else { format!("{name}, {org_name}") };
                let context = org.urn().and_then(|urn| contexts.get(&urn)).cloned();
                let model = facts.model(key, &label, org, school, context.unwrap_or_default());
                supporters.push(Supporter {
                    key,
                    label,
                    name: name.to_owned(),
                    role: role.to_owned(),
                    org,
                    org_name,
                    email: person.and_then(|person| facts.emails.get(&person).cloned()),
                    person,
                    day_rate_pence: None,
                    model,
                });
            };
        for one in &cadre {
            add(one.supporter(), one.org, &one.name, one.role_name(), Some(one.person));
        }
        for one in &offers {
            add(
                SupporterRef::Offer(one.id),
                one.what.org,
                &one.what.title,
                "A school’s offer",
                None,
            );
        }
        for supporter in &mut supporters {
            let model = &mut supporter.model;
            if let Some(one) = cadre.iter().find(|one| one.supporter() == supporter.key) {
                model.specialisms.clone_from(&one.profile.specialisms);
                model.phases = one.profile.phases.iter().cloned().collect();
                model.on_site = one.profile.on_site;
                model.online = one.profile.online;
                model.travel_limit_km = one.profile.travel_limit_km;
                model.weekly_cap = one.profile.weekly_cap;
                model.concurrent_cap = one.profile.concurrent_cap;
                model.standing = Standing {
                    designation_live: one.is_live(today),
                    training_current: one.is_current(today),
                };
            }
            if let Some(one) =
                offers.iter().find(|one| SupporterRef::Offer(one.id) == supporter.key)
            {
                model.kind = SupporterKind::School;
                model.specialisms.clone_from(&one.what.specialisms);
                model.phases = one.what.phases.iter().cloned().collect();
                model.on_site = one.what.on_site;
                model.online = one.what.online;
                model.weekly_cap = one.what.weekly_cap;
                model.concurrent_cap = 3;
                supporter.day_rate_pence = Some(one.what.day_rate_pence);
            }
            // What is promised in a week counts towards its cap.
            for (week, pledged) in facts.pledges.get(&supporter.key).into_iter().flatten() {
                let slots = supporter.model.free.iter_mut();
                for slot in slots.filter(|slot| slot.week == week_of(*week)) {
                    let taken = u32::try_from(*pledged).unwrap_or(0) - slot.half_days;
                    slot.half_days =
                        slot.half_days.min(supporter.model.weekly_cap.saturating_sub(taken));
                }
            }
        }
        supporters.sort_by(|a, b| (&a.label, a.key).cmp(&(&b.label, b.key)));
        let at = supporters.iter().enumerate().map(|(at, s)| (s.model.id.clone(), at)).collect();
        let policy = Policy::default();
        Ok(Self { supporters, schools, bodies, contexts, policy, today, at })
    }

    /// The supporter the engine knows by an id.
    #[must_use]
    pub fn supporter(&self, id: &str) -> Option<&Supporter> {
        self.at.get(id).map(|&at| &self.supporters[at])
    }

    /// A request as the engine reads it.
    #[must_use]
    pub fn need(&self, request: &Request) -> Need {
        let school = request.org.urn().and_then(|urn| self.schools.get(&urn));
        let ask = &request.ask;
        let earliest = week_of(ask.earliest.max(self.today));
        Need {
            id: request.id.to_string(),
            label: format!(
                "{}: {}",
                school
                    .map(|school| school.name.clone())
                    .or_else(|| self.bodies.get(&request.org).cloned())
                    .unwrap_or_else(|| request.org.to_string()),
                ask.title
            ),
            school: request.org.to_string(),
            half_days: ask.half_days,
            window: Window { earliest, latest: week_of(ask.latest).max(earliest) },
            specialisms: ask.specialisms.clone(),
            phase: ask.phase.clone(),
            mode: ask.mode.into(),
            context: request
                .org
                .urn()
                .and_then(|urn| self.contexts.get(&urn))
                .cloned()
                .unwrap_or_default(),
            place: school.and_then(School::position).map(place),
            urban: school.is_some_and(|s| {
                s.urban_rural.as_deref().is_some_and(|words| words.contains("rban"))
            }),
            percent_full: school.and_then(percent_full),
            travel_limit_km: None,
            avoid: ask.avoid.iter().map(ToString::to_string).collect(),
            severity: ask.severity,
            may_split: false,
            team: if ask.team { Team::OneEach } else { Team::OnePerson },
        }
    }

    /// The supporters as the engine reads them.
    #[must_use]
    pub fn models(&self) -> Vec<matching::Supporter> {
        self.supporters.iter().map(|one| one.model.clone()).collect()
    }
}

/// What is known about everybody, loaded once.
struct Facts {
    pledges: BTreeMap<SupporterRef, BTreeMap<Date, i64>>,
    commitments: Vec<Commitment>,
    /// Half-days given and received this school year.
    turns: BTreeMap<OrgRef, (i64, i64)>,
    guards: Vec<capacity::Guard>,
    judged: BTreeMap<SupporterRef, (u32, f64)>,
    emails: BTreeMap<AccountId, String>,
    interests: Vec<interests::Declaration>,
    falling: BTreeMap<u32, String>,
    /// Whose time each designation is.
    people: BTreeMap<SupporterRef, AccountId>,
    today: Date,
}

impl Facts {
    fn model(
        &self,
        key: SupporterRef,
        label: &str,
        org: OrgRef,
        school: Option<&School>,
        context: Context,
    ) -> matching::Supporter {
        let own: Vec<&Commitment> =
            self.commitments.iter().filter(|one| one.supporter == key).collect();
        let free = self.pledges.get(&key).map(|pledged| {
            capacity::free_after(pledged, &own, self.today)
                .into_iter()
                .filter(|(_, half_days)| *half_days > 0)
                .map(|(week, half_days)| FreeWeek {
                    week: week_of(week),
                    half_days: u32::try_from(half_days).unwrap_or(0),
                })
                .collect()
        });
        let running = own
            .iter()
            .filter(|one| one.state != CommitmentState::Done && one.to_on >= self.today)
            .count();
        let person = self.people.get(&key);
        let anywhere: Vec<&Commitment> = self
            .commitments
            .iter()
            .filter(|one| person.is_some() && self.people.get(&one.supporter) == person)
            .collect();
        let limits = day_job::limits(
            person.map(|_| anywhere.as_slice()),
            school.map(|school| school.phase),
            self.today,
        );
        let (given, received) = self.turns.get(&org).copied().unwrap_or_default();
        let mut reasons: Vec<String> =
            self.guards.iter().filter(|one| one.org == org).map(|one| one.reason.clone()).collect();
        reasons.extend(org.urn().and_then(|urn| self.falling.get(&urn)).cloned());
        let (judged, mean) = self.judged.get(&key).copied().unwrap_or_default();
        matching::Supporter {
            id: key.to_string(),
            label: label.to_owned(),
            kind: SupporterKind::Person,
            home: (school.is_some() || matches!(org, OrgRef::Trust(_))).then(|| HomeSchool {
                school: org.to_string(),
                phase: school.map_or(TRUST, |school| school.phase.key()).to_owned(),
                percent_full: school.and_then(percent_full),
                context,
                given_half_days: u32::try_from(given).unwrap_or(0),
                received_half_days: u32::try_from(received).unwrap_or(0),
            }),
            base: school.and_then(School::position).map(place),
            specialisms: Vec::new(),
            phases: BTreeSet::new(),
            on_site: true,
            online: true,
            standing: Standing::default(),
            free: free.unwrap_or_default(),
            weekly_cap: 2,
            limits,
            concurrent_cap: 2,
            running: u32::try_from(running).unwrap_or(u32::MAX),
            guard: HomeGuard { reasons },
            interests: self
                .interests
                .iter()
                .filter(|one| one.org == org)
                .map(|one| Interest {
                    school: one.about.to_string(),
                    detail: one.detail.trim_end_matches('.').to_owned(),
                    bars: one.state == interests::State::Bar,
                })
                .collect(),
            avoid: BTreeSet::new(),
            travel_limit_km: None,
            track: TrackRecord { judged, mean },
            last_used: own.iter().map(|one| week_of(one.from_on)).max(),
        }
    }
}

/// Standardised intakes: each value less the mean of these schools, over their spread.
async fn contexts(
    db: &impl Sql,
    schools: &BTreeMap<u32, School>,
) -> Result<BTreeMap<u32, Context>, DbError> {
    let urns: Vec<u32> = schools.keys().copied().collect();
    let mut raw: BTreeMap<&str, BTreeMap<u32, f64>> = BTreeMap::new();
    for (code, _) in CONTEXT {
        for (urn, readings) in kpis::across(db, &urns, code, "all").await? {
            if let Some(value) = readings.iter().rev().find_map(|r| r.measure.number()) {
                raw.entry(code).or_default().insert(urn, value);
            }
        }
    }
    for (urn, school) in schools {
        if let Some(pupils) = school.pupils.filter(|pupils| *pupils > 0) {
            #[expect(clippy::cast_precision_loss, reason = "a school's pupils")]
            raw.entry("size").or_default().insert(*urn, (pupils as f64).ln());
        }
    }
    let mut contexts: BTreeMap<u32, Context> = BTreeMap::new();
    for (code, values) in raw {
        let list: Vec<f64> = values.values().copied().collect();
        let (mean, variance) = evidence::distributions::mean_and_variance(&list);
        let spread = variance.sqrt();
        if list.len() < 3 || !spread.is_finite() || spread <= 0.0 {
            continue;
        }
        for (urn, value) in values {
            contexts.entry(urn).or_default().0.insert(code.to_owned(), (value - mean) / spread);
        }
    }
    Ok(contexts)
}

/// Schools whose main results have been falling beyond chance: they need their people at home.
async fn falling(db: &impl Sql, urns: &[u32]) -> Result<BTreeMap<u32, String>, DbError> {
    let mut falling = BTreeMap::new();
    for code in kpis::headline() {
        let Some(definition) = kpis::definition(code) else { continue };
        for (urn, readings) in kpis::across(db, urns, code, "all").await? {
            let points: Vec<_> =
                readings.iter().map(|r| (i32::from(r.period.0), r.measure)).collect();
            if trajectory(&definition.kpi(), &points, None).trend == Trend::Declining {
                falling.insert(
                    urn,
                    "its own results have been falling by more than chance, so it needs its people at home"
                        .to_owned(),
                );
            }
        }
    }
    Ok(falling)
}

/// Kilometres on the great circle between two positions in degrees (mean radius 6,371.0 km).
#[must_use]
pub fn great_circle_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let half_lat = (lat_b - lat_a) / 2.0;
    let half_lon = (b.1 - a.1).to_radians() / 2.0;
    let chord = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
    2.0 * 6371.0 * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn london_to_manchester_is_262_kilometres_as_the_crow_flies() {
        let km = great_circle_km((51.5074, -0.1278), (53.4808, -2.2426));
        assert!((km - 262.1).abs() < 0.5, "{km}");
        // From the Isles of Scilly to Berwick and from Dover to Carlisle the plane agrees with
        // the globe to one in a thousand.
        for (a, b) in [
            ((51.5074, -0.1278), (51.55, -0.1278)),
            ((49.92, -6.30), (55.77, -2.01)),
            ((51.13, 1.31), (54.89, -2.93)),
            ((52.48, 1.75), (52.30, 1.20)),
        ] {
            let (flat, round) = (place(a).km_to(&place(b)), great_circle_km(a, b));
            assert!((flat / round - 1.0).abs() < 0.001, "{flat} {round}");
        }
    }
}
