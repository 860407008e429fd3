//! Two schools, a family for each, results before and after, and the people around them.

use access::{Post, Role, partnerships};
use foundation::{Context, OrgRef, Sql as _};
use jiff::{SignedDuration, Timestamp, civil::date};
use support::agreements::{ChosenKpi, ChosenOn, Money, Side, TeamMember, Terms};
use testkit::{Persona, Setup, TestApp};

pub(crate) const HARBOUR: u32 = 999_101;
pub(crate) const OAKFIELD: u32 = 999_207;

pub(crate) fn setup() -> Setup {
    Setup::new(
        &[register::MIGRATIONS, needs::MIGRATIONS, brokerage::MIGRATIONS, support::MIGRATIONS],
        support::routes,
    )
    .with_handlers(|| {
        support::handlers(foundation::mail::handlers(foundation::jobs::Handlers::default()))
    })
}

pub(crate) struct World {
    pub(crate) alliance: OrgRef,
    pub(crate) priya: Persona,
    pub(crate) daniel: Persona,
    pub(crate) chair: Persona,
    pub(crate) marcus: Persona,
    pub(crate) aisha: Persona,
    pub(crate) stranger: Persona,
}

pub(crate) async fn world(t: &TestApp) -> World {
    let context = Context::system("test", t.app.clock.now());
    let tx = t.app.db.write().await.unwrap();
    let start = date(2020, 9, 1);
    let alliance =
        partnerships::found(&tx, &t.app.ids, &context, "Tideway", "alliance", start).await.unwrap();
    let other = partnerships::found(&tx, &t.app.ids, &context, "Elsewhere", "alliance", start)
        .await
        .unwrap();
    for urn in [HARBOUR, OAKFIELD] {
        let school = OrgRef::School(urn);
        partnerships::join(&tx, &context, alliance, school, start).await.unwrap();
    }
    for (urn, name) in [(HARBOUR, "Harbour View Primary"), (OAKFIELD, "Oakfield Primary")] {
        school(&tx, urn, name).await;
    }
    tx.run(
        "INSERT INTO import_batch (id, at, by_key, by_name) VALUES (1, $1, 'system:test', 'Test')",
        [context.at.as_microsecond().into()],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO import_file (id, batch, name, hash, family, kind, title, source, licence,
           mapping, mapping_version, release_status, as_of, rows_met, accepted, rejected, missing_values,
           problems, live)
         VALUES (1, 1, 'ks2.csv', 'x', 'ks2', 'ks2', 'Key stage 2 results', 'Department for Education',
           'Open Government Licence v3.0', 'm', 1, 'revised', '2026-12-01', 1, 1, 0, 0, 0, TRUE)",
        [],
    )
    .await
    .unwrap();
    for (at, urn) in [HARBOUR, OAKFIELD].into_iter().enumerate() {
        let first = 999_300 + 20 * u32::try_from(at).unwrap();
        let members: Vec<(u32, f64, Vec<Option<f64>>)> =
            (first..first + 14).map(|urn| (urn, 0.5, vec![Some(0.1)])).collect();
        tx.run(
            "INSERT INTO school_family (urn, method, pool, doubts, members)
             VALUES ($1, 'nearest 14, version 1', 200, '[]', $2)",
            [i64::from(urn).into(), serde_json::to_string(&members).unwrap().into()],
        )
        .await
        .unwrap();
    }
    tx.commit().await.unwrap();
    for year in 2023..=2026 {
        results(t, year, [48.0, 71.0], 0.0).await;
    }
    let post = |org, role, title: &str| [Post::new(org, role, title)];
    let harbour = OrgRef::School(HARBOUR);
    let oakfield = OrgRef::School(OAKFIELD);
    World {
        priya: t.person("Priya Nair", &post(harbour, Role::Head, "Headteacher")).await,
        daniel: t.person("Daniel Reyes", &post(oakfield, Role::Head, "Headteacher")).await,
        chair: t
            .person("Mina Cole", &[Post::new(harbour, Role::Governor, "Chair").chairing()])
            .await,
        marcus: t.person("Marcus Webb", &post(alliance, Role::Broker, "Broker")).await,
        aisha: t.person("Aisha Khan", &post(oakfield, Role::Staff, "Leader of reading")).await,
        stranger: t.person("Una Far", &post(other, Role::Broker, "Broker")).await,
        alliance,
    }
}

pub(crate) async fn school(tx: &foundation::Tx, urn: u32, name: &str) {
    tx.run(
        "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status, is_open,
           authority, authority_name)
         VALUES ($1, 1, 1, $2, $3, 'primary', 'Community school', 'Open', TRUE, 990, 'Northmere')",
        [i64::from(urn).into(), name.into(), name.to_lowercase().into()],
    )
    .await
    .unwrap();
}

impl World {
    /// The agreement of the storyboard.
    pub(crate) fn terms(&self) -> Terms {
        let kind = support::pack::pack().kind("intensive").unwrap();
        let mut terms = Terms::draft(kind, OrgRef::School(HARBOUR), OrgRef::School(OAKFIELD));
        terms.title = "Early reading".to_owned();
        terms.purpose = "Phonics is taught in three ways.".to_owned();
        terms.success = vec!["One phonics programme, taught daily".to_owned()];
        terms.supporter_goal = "Test our own handover to Year 3".to_owned();
        terms.start_on = Some(date(2027, 1, 4));
        terms.end_on = Some(date(2027, 12, 17));
        let member = |account, name: &str, half_days, lead| TeamMember {
            account,
            name: name.to_owned(),
            part: String::new(),
            half_days,
            lead,
        };
        terms.team = vec![
            member(Some(self.daniel.account), "Daniel Reyes", 6, true),
            member(Some(self.aisha.account), "Aisha Khan", 18, false),
        ];
        terms.money = Money {
            day_rate: 35_000,
            home_share: 30_000,
            broker_share: 5_000,
            funder: "Alliance fund".to_owned(),
            funder_org: None,
            funder_pays: 350_000,
            reciprocal_half_days: 4,
            reciprocal_words: "Music".to_owned(),
        };
        terms.kpis = Side::BOTH
            .into_iter()
            .map(|side| ChosenKpi {
                side,
                code: "KS2_RWM_EXP".to_owned(),
                group: "all".to_owned(),
                worth_having: 3.0,
            })
            .collect();
        terms.chosen_on = Some(ChosenOn { year: foundation::terms::AcademicYear(2026) });
        terms.outturn_from = Some(foundation::terms::AcademicYear(2027));
        terms.reviews =
            vec![date(2027, 3, 26), date(2027, 7, 9), date(2027, 10, 15), date(2027, 12, 10)];
        terms
    }
}

/// Moves the clock to a moment and keeps everybody signed in.
pub(crate) async fn at(t: &TestApp, moment: &str) {
    let to: Timestamp = moment.parse().unwrap();
    t.app.clock.set(to);
    t.app
        .db
        .run(
            "UPDATE session SET seen_at = $1, expires_at = $2",
            [
                to.as_microsecond().into(),
                (to + SignedDuration::from_hours(12)).as_microsecond().into(),
            ],
        )
        .await
        .unwrap();
}

/// Publishes the results of a year: both schools', and their families' with a drift.
pub(crate) async fn results(t: &TestApp, year: i16, [harbour, oakfield]: [f64; 2], drift: f64) {
    let tx = t.app.db.write().await.unwrap();
    for (urn, percent, n) in [(HARBOUR, harbour, 30.0), (OAKFIELD, oakfield, 58.0)] {
        value(&tx, urn, year, percent, n).await;
    }
    for (first, middle) in [(999_300_u32, 58.0), (999_320, 66.0)] {
        for at in 0..14_u32 {
            // Neighbours scatter a little from year to year, as cohorts do.
            let wobble = f64::from((at * 7 + u32::from(year.unsigned_abs()) * 3) % 5) - 2.0;
            let percent = middle + f64::from(at) - 7.0 + wobble + drift;
            value(&tx, first + at, year, percent, 40.0).await;
        }
    }
    tx.commit().await.unwrap();
}

async fn value(tx: &foundation::Tx, urn: u32, year: i16, percent: f64, n: f64) {
    let group = register::kpis::group("all").map(register::kpis::group_number).unwrap();
    tx.run(
        "INSERT INTO kpi_value (subject, kpi, pupils, period, stand, form, value, n)
         VALUES ($1, $2, $3, $4, $5, 1, $6, $7)",
        [
            i64::from(urn).into(),
            register::kpis::number_of("KS2_RWM_EXP").into(),
            group.into(),
            i64::from(year).into(),
            register::kpis::stand(register::kpis::ReleaseStatus::Revised, 1).into(),
            (percent * n / 100.0).into(),
            n.into(),
        ],
    )
    .await
    .unwrap();
}
