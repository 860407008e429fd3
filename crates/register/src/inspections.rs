//! Inspections of a school, as the inspectorate published them.
//!
//! Grades stand by area and in the publisher's words; nothing is made of them: they feed no
//! family, no match and no verdict.

use foundation::{
    DbError, Sql,
    db::{AsText, Json},
    web::{Cell, Table},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;

use crate::{lineage, school::number_list};

/// One inspection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The school's number when it was inspected; a predecessor's before a conversion.
    pub urn_then: u32,
    /// What kind of inspection.
    pub kind: Option<String>,
    /// First day.
    pub started: Option<Date>,
    /// When the report came out.
    pub published: Option<Date>,
    /// Special measures and its like, in the publisher's words.
    pub concern: Option<String>,
    /// The outcome in words where no grade is given.
    pub outcome: Option<String>,
    /// Area and grade, in words; areas without a judgement are left out.
    pub grades: Vec<(String, String)>,
    /// The import file.
    pub file: i64,
}

/// The inspections of a school and of those it continues, newest first, each once: of several
/// files that name it, the newest counts.
///
/// # Errors
/// When the database cannot be read.
pub async fn inspections(db: &impl Sql, urn: u32) -> Result<Vec<Inspection>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        file: i64,
        urn_then: i64,
        number: Option<String>,
        kind: Option<String>,
        started: Option<AsText<Date>>,
        published: Option<AsText<Date>>,
        concern: Option<String>,
        outcome: Option<String>,
        grades: Json<Vec<(String, String)>>,
    }
    let mut urns = vec![urn];
    urns.extend(lineage::line(db, urn).await?);
    let sql = format!(
        "SELECT file, urn_then, number, kind, started, published, concern, outcome, grades
         FROM inspection WHERE urn IN ({}) ORDER BY started DESC, file DESC, seq",
        number_list(urns)
    );
    let mut met = Vec::new();
    let mut found = Vec::new();
    for row in db.all::<Row>(&sql, []).await? {
        let started = row.started.map(|day| day.0);
        let same = (row.number.clone(), started);
        if (same.0.is_some() || same.1.is_some()) && met.contains(&same) {
            continue;
        }
        met.push(same);
        found.push(Inspection {
            urn_then: crate::school::small(row.urn_then),
            kind: row.kind,
            started,
            published: row.published.map(|day| day.0),
            concern: row.concern,
            outcome: row.outcome,
            grades: row
                .grades
                .0
                .iter()
                .filter(|(_, grade)| grade != "not-judged" && grade != "does-not-apply")
                .map(|(area, grade)| (in_words(area), in_words(grade).to_lowercase()))
                .collect(),
            file: row.file,
        });
    }
    Ok(found)
}

/// "quality-of-education" as "Quality of education".
fn in_words(code: &str) -> String {
    let words = match code {
        "overall" => "overall effectiveness (given until 2024)".to_owned(),
        "post-16" => "provision after sixteen".to_owned(),
        code => code.replace('-', " "),
    };
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// The inspections as a table; `source` is the sentence under it.
pub(crate) fn table(name: &str, inspections: &[Inspection], sources: Vec<String>) -> Table {
    let day = |date: Option<Date>| {
        date.map_or_else(|| Cell::Missing("not given".to_owned()), |d| Cell::text(d.to_string()))
    };
    Table {
        caption: format!("Inspections: {name}"),
        columns: ["Began", "Report", "Kind", "What was found"].map(str::to_owned).to_vec(),
        rows: inspections
            .iter()
            .map(|one| {
                let mut found: Vec<String> = one.outcome.iter().cloned().collect();
                found.extend(one.concern.iter().cloned());
                found.extend(one.grades.iter().map(|(area, grade)| format!("{area}: {grade}")));
                vec![
                    day(one.started),
                    day(one.published),
                    one.kind
                        .as_deref()
                        .map_or_else(|| Cell::Missing("not given".to_owned()), Cell::text),
                    if found.is_empty() {
                        Cell::Missing("no judgement published".to_owned())
                    } else {
                        Cell::text(found.join("; "))
                    },
                ]
            })
            .collect(),
        notes: sources,
    }
}
