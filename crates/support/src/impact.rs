//! Did both schools get better? The frozen baselines beside the results that have arrived since,
//! each against its frozen family, with everything that must be said with them.

use std::collections::HashMap;

use access::Permit;
use evidence::{
    Measure,
    verdict::{
        NetChange, NotComputable, Pair, Policy, Question, Selection, Side as Judged, Verdict,
        double_lift, net_change,
    },
};
use foundation::{App, DbError, OrgRef, Sql, clock::london, db::AsText, terms::AcademicYear};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{
    Refusal,
    agreements::{Agreement, AgreementId, Side, store, terms::Terms},
    baselines::{Frozen, Peer, Series, over},
    course,
    neighbours::{self, Outturn},
};

/// How many years of results are pooled into the outturn at most.
pub const OUTTURN_YEARS: i16 = 2;

/// One indicator of one side: what was frozen, what has come and what it comes to.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was frozen.
    pub frozen: Frozen,
    /// Its hash, as stored.
    pub hash: String,
    /// Whether the stored text still has this hash.
    pub intact: bool,
    /// The years of the outturn.
    pub years: Vec<AcademicYear>,
    /// The outturn.
    pub outturn: Measure,
    /// The school's own figures since, oldest first.
    pub since: Series,
    /// What it comes to, or why it comes to nothing.
    pub net: Result<NetChange, NotComputable>,
    /// The family's middle at the base and at the outturn, over the schools with both.
    pub middle: Option<(f64, f64)>,
    /// Where the newest figure comes from.
    pub source: Option<String>,
}

/// What can be said about an agreement.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// One line for each indicator, the supported school's first.
    pub lines: Vec<Line>,
    /// The verdict by the ordered rules.
    pub verdict: Verdict,
    /// The first year whose results count.
    pub outturn_from: Option<AcademicYear>,
}

impl Assessment {
    /// The lines of a side.
    pub fn of(&self, side: Side) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.frozen.side == side)
    }

    /// Whether no result that counts has arrived for either school.
    #[must_use]
    pub fn too_early(&self) -> bool {
        self.lines.iter().all(|line| line.years.is_empty())
    }

    /// What a figure of effect is never shown without: with whom it was compared, over how many
    /// cohorts, and what it does not prove.
    #[must_use]
    pub fn beside(&self) -> String {
        let judged: Vec<&NetChange> =
            self.lines.iter().filter_map(|line| line.net.as_ref().ok()).collect();
        if judged.is_empty() {
            return String::new();
        }
        let mut with: Vec<String> = judged
            .iter()
            .map(|net| format!("{} {}", net.schools, net.comparator.in_words()))
            .collect();
        with.sort();
        with.dedup();
        let cohorts = match judged.iter().map(|net| net.cohorts).min() {
            Some(1) => "one cohort".to_owned(),
            Some(n) => format!("{n} cohorts"),
            None => String::new(),
        };
        let low = match judged.iter().any(|net| net.bottom_fifth) {
            true => "; low results tend to rise by themselves",
            false => "",
        };
        format!(
            "Compared with {}, over {cohorts}. Association, not proof{low}.",
            with.join(" and with ")
        )
    }

    /// Whether every stored baseline still has the hash it was stored with.
    #[must_use]
    pub fn intact(&self) -> bool {
        self.lines.iter().all(|line| line.intact)
    }
}

/// Works out one line.
#[must_use]
pub fn line(hash: String, frozen: Frozen, outturn: Outturn) -> Line {
    let years: Vec<AcademicYear> = (0..OUTTURN_YEARS)
        .map(|more| AcademicYear(frozen.outturn_from.0 + more))
        .filter(|year| outturn.school.iter().any(|(y, _)| y == year))
        .collect();
    // A school whose first year is hidden and whose second is not is judged on what it has; the
    // others are then read over the same years.
    let with_number: Vec<AcademicYear> = years
        .iter()
        .copied()
        .filter(|year| outturn.school.iter().any(|(y, m)| y == year && m.number().is_some()))
        .collect();
    let used = if with_number.is_empty() { years } else { with_number };
    let own = over(&outturn.school, &used);
    let kpi = frozen.kpi();
    let family = pairs(&frozen.family, &outturn.peers, &used);
    let authority = pairs(&frozen.authority, &outturn.peers, &used);
    let selection = frozen
        .chosen_on
        .map(|year| Selection { year: i32::from(year.0), what: format!("the results of {year}") });
    let net = net_change(&Question {
        kpi: &kpi,
        school: frozen.pair(own),
        base_year: i32::from(frozen.base_year().0),
        selection,
        cohorts: u32::try_from(used.len()).unwrap_or(0),
        family: &family,
        authority: &authority,
        national: &[],
    });
    let middle = middle(&family);
    let mut since = outturn.school;
    since.sort_by_key(|(year, _)| *year);
    Line {
        intact: frozen.hash() == hash,
        frozen,
        hash,
        years: used,
        outturn: own,
        since,
        net,
        middle,
        source: outturn.source,
    }
}

fn pairs(peers: &[Peer], since: &HashMap<u32, Series>, years: &[AcademicYear]) -> Vec<Pair> {
    peers
        .iter()
        .map(|peer| Pair {
            baseline: peer.base.measure(),
            outturn: over(since.get(&peer.urn).map_or(&[][..], Vec::as_slice), years),
            selection: peer.selection,
        })
        .collect()
}

/// The middle of the schools that have both figures; nothing below eight, where it would point at
/// single schools.
fn middle(pairs: &[Pair]) -> Option<(f64, f64)> {
    let both: Vec<(f64, f64)> =
        pairs.iter().filter_map(|p| Some((p.baseline.number()?, p.outturn.number()?))).collect();
    if both.len() < 8 {
        return None;
    }
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        let half = values.len() / 2;
        if values.len() % 2 == 1 {
            values[half]
        } else {
            f64::midpoint(values[half - 1], values[half])
        }
    };
    Some((
        median(both.iter().map(|pair| pair.0).collect()),
        median(both.iter().map(|pair| pair.1).collect()),
    ))
}

/// The verdict on lines that have been worked out.
#[must_use]
pub fn judge(lines: Vec<Line>, terms: &Terms) -> Assessment {
    let side = |side: Side| Judged {
        kpis: lines
            .iter()
            .filter(|line| line.frozen.side == side)
            .map(|line| (line.frozen.kpi(), line.net.clone()))
            .collect(),
        other_support: terms.other_support.clone(),
    };
    let verdict = double_lift(&side(Side::Supported), &side(Side::Supporting), &Policy::default());
    Assessment { verdict, outturn_from: terms.outturn_from, lines }
}

/// Reads the frozen baselines and what has been published since, and judges.
///
/// # Errors
/// When the database cannot be read.
pub async fn verdict(db: &impl Sql, agreement: &Agreement) -> Result<Assessment, Refusal> {
    let mut lines = Vec::new();
    let mut frozen = course::frozen(db, agreement.id).await?;
    frozen.sort_by_key(|(_, frozen)| frozen.side);
    for (hash, frozen) in frozen {
        let outturn = neighbours::outturn(db, &frozen).await?;
        lines.push(line(hash, frozen, outturn));
    }
    let binding = store::current(db, agreement).await?;
    Ok(judge(lines, binding.terms()))
}

/// Whether results that count have arrived for an agreement.
///
/// # Errors
/// When the database cannot be read.
pub async fn has_arrived(db: &impl Sql, agreement: &Agreement) -> Result<bool, DbError> {
    for (_, frozen) in course::frozen(db, agreement.id).await? {
        if !neighbours::outturn(db, &frozen).await?.school.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An agreement for which both heads were told that results have arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The agreement.
    pub agreement: AgreementId,
    /// What it is for.
    pub title: String,
    /// The day both heads were told.
    pub on: Date,
}

/// The agreements of an organisation, on either side, whose results arrived on or after a day;
/// newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn arrived_since(
    db: &impl Sql,
    org: OrgRef,
    since: Date,
) -> Result<Vec<Arrived>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        agreement: AgreementId,
        title: String,
        on_date: AsText<Date>,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT r.agreement, a.title, r.on_date FROM results_told r
             JOIN agreement a ON a.id = r.agreement
             WHERE (a.supported = $1 OR a.supporting = $1) AND r.on_date >= $2
             ORDER BY r.on_date DESC, r.agreement",
            [org.into(), AsText(since).into()],
        )
        .await?;
    let arrived =
        |row: Row| Arrived { agreement: row.agreement, title: row.title, on: row.on_date.0 };
    Ok(rows.into_iter().map(arrived).collect())
}

/// Tells both heads, once for each agreement, that results which count have been published. Part
/// of the daily round; the permit is [`Permit::system`].
///
/// # Errors
/// When the database refuses.
pub async fn tell(app: &App, permit: &Permit) -> Result<usize, DbError> {
    let waiting: Vec<Agreement> = app
        .db
        .all(
            &format!(
                "SELECT {} FROM agreement a
                 WHERE a.state IN ('exiting', 'completed', 'sustaining', 'sustained', 'lapsed')
                   AND NOT EXISTS (SELECT 1 FROM results_told r WHERE r.agreement = a.id)
                 ORDER BY a.id",
                store::COLUMNS
            ),
            [],
        )
        .await?;
    let today = london(permit.context().at);
    let mut told = 0;
    for agreement in waiting {
        if !has_arrived(&app.db, &agreement).await? {
            continue;
        }
        let tx = app.db.write().await?;
        let first = tx
            .run(
                "INSERT INTO results_told (agreement, on_date) VALUES ($1, $2)
                 ON CONFLICT (agreement) DO NOTHING",
                [agreement.id.into(), AsText(today).into()],
            )
            .await?;
        if first == 1 {
            course::tell(app, &tx, permit, &agreement, &course::Told::ResultsArrived).await?;
            let none = serde_json::json!({});
            course::record(&tx, permit.context(), &agreement, "results arrived", none).await?;
            told += 1;
        }
        tx.commit().await?;
    }
    Ok(told)
}
