//! The family of a school: the schools most like it in intake and context, never in outcomes.
//!
//! Families are derived: they are computed again whenever an import or its undoing changed what
//! they are made of, and stored with the version of the method. They are shown in the order of
//! the alphabet.

use std::collections::{BTreeMap, HashMap};

use evidence::families::{Families, Profile, Recipe, VERSION};
use foundation::{DbError, Sql, Tx, db::Json};
use sea_orm::FromQueryResult;

use crate::{
    bulk::{Column, Rows, Target},
    kpis, lineage,
    school::small,
};

/// A school in a family.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The school.
    pub urn: u32,
    /// Its distance; the smaller the more alike.
    pub distance: f64,
    /// What each feature of [`features`] adds to the squared distance; `None` where it is unknown
    /// for either school.
    pub contributions: Vec<Option<f64>>,
}

impl Member {
    /// "Most alike in X and Y; least in Z."
    #[must_use]
    pub fn why_similar(&self) -> String {
        let family = evidence::families::Family {
            of: 0,
            neighbours: Vec::new(),
            pool: 0,
            doubts: Vec::new(),
        };
        let neighbour = evidence::families::Neighbour {
            at: 0,
            distance: self.distance,
            contributions: self.contributions.clone(),
        };
        family.why_similar(&neighbour, &Recipe::england().features)
    }
}

/// The family of a school.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// Its members, nearest first. Show them by name, not in this order.
    pub members: Vec<Member>,
    /// The version of the method and what it compared.
    pub method: String,
    /// From how many schools they were chosen.
    pub pool: usize,
    /// Why this family deserves less trust, one sentence each.
    pub doubts: Vec<String>,
    /// Whether there is a reason for less trust.
    pub low_confidence: bool,
}

impl Family {
    /// What was compared, in plain words.
    #[must_use]
    pub fn compared(&self) -> Vec<String> {
        let (_, names) = self.method.split_once(": ").unwrap_or(("", ""));
        names.split("; ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }

    /// The members' numbers, nearest first.
    #[must_use]
    pub fn urns(&self) -> Vec<u32> {
        self.members.iter().map(|member| member.urn).collect()
    }
}

/// The names of what families are made of, in the order of [`Member::contributions`].
#[must_use]
pub fn features() -> Vec<String> {
    Recipe::england().features.into_iter().map(|feature| feature.name).collect()
}

type StoredMember = (u32, f64, Vec<Option<f64>>);

/// The family of a school, if it has one.
///
/// # Errors
/// When the database cannot be read.
pub async fn family(db: &impl Sql, urn: u32) -> Result<Option<Family>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        method: String,
        pool: i64,
        doubts: Json<Vec<String>>,
        members: Json<Vec<StoredMember>>,
    }
    let row: Option<Row> = db
        .first(
            "SELECT method, pool, doubts, members FROM school_family WHERE urn = $1",
            [i64::from(urn).into()],
        )
        .await?;
    Ok(row.filter(|row| !row.members.0.is_empty()).map(|row| Family {
        members: row
            .members
            .0
            .into_iter()
            .map(|(urn, distance, contributions)| Member { urn, distance, contributions })
            .collect(),
        method: row.method,
        pool: usize::try_from(row.pool).unwrap_or(0),
        low_confidence: !row.doubts.0.is_empty(),
        doubts: row.doubts.0,
    }))
}

/// The indicators that feed the features of [`Recipe::england`], in its order; roll, deprivation
/// and mobility have their own sources.
const SHARES: [(usize, &str); 4] =
    [(0, "CTX_FSM6"), (1, "CTX_EAL"), (2, "SEN_SUP"), (3, "SEN_EHC")];
const ROLL: usize = 4;
const DEPRIVATION: usize = 5;

static TARGET: Target = Target {
    table: "school_family",
    columns: &[
        ("urn", Column::Int),
        ("method", Column::Text),
        ("pool", Column::Int),
        ("doubts", Column::Text),
        ("members", Column::Text),
    ],
    conflict: "",
};

#[derive(FromQueryResult)]
struct SchoolRow {
    urn: i64,
    phase: String,
    kind_group: Option<String>,
    pupils: Option<i64>,
    idaci_decile: Option<i64>,
}

/// The latest number of some indicators for every school that has one.
async fn latest(db: &impl Sql, codes: &[&str]) -> Result<HashMap<(i64, i64), f64>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        subject: i64,
        kpi: i64,
        form: i64,
        value: Option<f64>,
        n: Option<f64>,
    }
    let list = crate::school::number_list(codes.iter().map(|code| kpis::number_of(code)));
    let sql = format!(
        "SELECT v.subject, v.kpi, v.form, v.value, v.n FROM kpi_value v
         WHERE v.kpi IN ({list}) AND v.pupils = 0 AND v.form < {0} AND v.subject < 10000000
           AND NOT EXISTS (SELECT 1 FROM kpi_value w WHERE w.subject = v.subject AND w.kpi = v.kpi
             AND w.pupils = 0 AND w.form < {0}
             AND (w.period > v.period OR (w.period = v.period AND w.stand > v.stand)))",
        kpis::FORM_MISSING
    );
    let rows: Vec<Row> = db.all(&sql, []).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let value = match (row.form, row.value?, row.n) {
                (1, met, Some(of)) if of > 0.0 => 100.0 * met / of,
                (1, ..) => return None,
                (_, value, _) => value,
            };
            Some(((row.subject, row.kpi), value))
        })
        .collect())
}

/// Computes every open school's family again.
pub(crate) async fn rebuild(tx: &Tx) -> Result<usize, DbError> {
    tx.run("DELETE FROM school_family", []).await?;
    let schools: Vec<SchoolRow> = tx
        .all(
            "SELECT urn, phase, kind_group, pupils, idaci_decile FROM school
             WHERE is_open ORDER BY urn",
            [],
        )
        .await?;
    if schools.is_empty() {
        return Ok(0);
    }
    let codes: Vec<&str> = SHARES.iter().map(|(_, code)| *code).chain(["CTX_ROLL"]).collect();
    let latest = latest(tx, &codes).await?;
    let steps = lineage::steps(tx).await?;
    let dialect = tx.dialect();
    let made = tokio::task::spawn_blocking(move || {
        let mut rows = Rows::new(&TARGET, dialect);
        compute(&schools, &latest, &steps, &mut rows)
    })
    .await;
    let (batches, count) = made.unwrap_or_default();
    for batch in batches {
        batch.run(tx).await?;
    }
    Ok(count)
}

fn compute(
    schools: &[SchoolRow],
    latest: &HashMap<(i64, i64), f64>,
    steps: &[lineage::Step],
    rows: &mut Rows,
) -> (Vec<crate::bulk::Batch>, usize) {
    let lines = lineage::lines(steps);
    let kin = lineage::kin(steps);
    let at_of: BTreeMap<u32, usize> =
        schools.iter().enumerate().map(|(at, school)| (small(school.urn), at)).collect();
    let mut full = Recipe::england();
    let mut profiles: Vec<Profile> = Vec::with_capacity(schools.len());
    for school in schools {
        let urn = small(school.urn);
        let line = lines.get(&urn).map_or(&[][..], Vec::as_slice);
        let value = |code: &str| {
            let kpi = kpis::number_of(code);
            std::iter::once(urn)
                .chain(line.iter().copied())
                .find_map(|urn| latest.get(&(i64::from(urn), kpi)).copied())
        };
        let mut values = vec![None; full.features.len()];
        for (feature, code) in SHARES {
            values[feature] = value(code);
        }
        #[expect(clippy::cast_precision_loss, reason = "pupils on roll and deciles are small")]
        {
            let roll = value("CTX_ROLL").or(school.pupils.map(|pupils| pupils as f64));
            values[ROLL] = roll.filter(|roll| *roll > 0.0).map(f64::ln);
            values[DEPRIVATION] = school.idaci_decile.map(|decile| ((decile + 1) / 2) as f64);
        }
        let independent =
            school.kind_group.as_deref().is_some_and(|g| g.to_lowercase().contains("independent"));
        let phase = school.phase.parse().unwrap_or(crate::Phase::Other);
        let phase = crate::Phase::ALL.iter().position(|p| *p == phase).unwrap_or(0);
        profiles.push(Profile {
            values,
            block: u32::try_from(phase).unwrap_or(0) * 2 + u32::from(independent),
            trust: None,
            excluded: kin
                .get(&urn)
                .into_iter()
                .flatten()
                .filter_map(|other| at_of.get(other).copied())
                .collect(),
        });
    }
    // A feature that nothing imported so far tells about is left out for everybody, so that no
    // single school looks incomplete for it.
    let used: Vec<usize> = (0..full.features.len())
        .filter(|&feature| profiles.iter().any(|profile| profile.values[feature].is_some()))
        .collect();
    let width = full.features.len();
    let mut kept = Vec::new();
    for &feature in &used {
        kept.push(full.features[feature].clone());
    }
    let names: Vec<&str> = kept.iter().map(|feature| feature.name.as_str()).collect();
    let method = format!("{VERSION}: {}", names.join("; "));
    full.min_present = full.min_present.min(kept.len());
    full.features = kept;
    for profile in &mut profiles {
        profile.values = used.iter().map(|&feature| profile.values[feature]).collect();
    }
    let Ok(families) = Families::new(full, &profiles) else { return (Vec::new(), 0) };
    let mut batches = Vec::new();
    let mut count = 0;
    for family in families.all() {
        let members: Vec<StoredMember> = family
            .neighbours
            .iter()
            .map(|neighbour| {
                let mut parts = vec![None; width];
                for (&feature, part) in used.iter().zip(&neighbour.contributions) {
                    parts[feature] = part.map(rounded);
                }
                (small(schools[neighbour.at].urn), rounded(neighbour.distance), parts)
            })
            .collect();
        let doubts: Vec<String> = family.doubts.iter().map(|doubt| format!("{doubt}.")).collect();
        count += usize::from(!members.is_empty());
        rows.int(schools[family.of].urn)
            .text(method.as_str())
            .int(i64::try_from(family.pool).unwrap_or(i64::MAX))
            .text(serde_json::to_string(&doubts).unwrap_or_default().as_str())
            .text(serde_json::to_string(&members).unwrap_or_default().as_str());
        batches.extend(rows.end());
    }
    batches.extend(rows.take());
    (batches, count)
}

/// Four decimals: beyond what any reader compares, and half the room.
fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
