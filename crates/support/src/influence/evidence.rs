//! The records that something said to those who decide rests on, and what a reader sees of them.

use std::{collections::BTreeSet, fmt, str::FromStr};

use access::Visitor;
use foundation::{DbError, OrgRef, Sql};
use sea_orm::FromQueryResult;

use super::InfluenceId;
use crate::{
    agreements::{Agreement, AgreementId, store},
    impact, stories,
};

/// A record that something rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Record {
    /// The results of the body's schools together.
    Together,
    /// A case study that both schools consented to.
    Story(AgreementId),
    /// The measured effect of a support.
    Effect(AgreementId),
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Together => f.write_str("together"),
            Self::Story(id) => write!(f, "story:{id}"),
            Self::Effect(id) => write!(f, "effect:{id}"),
        }
    }
}

impl FromStr for Record {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || format!("“{text}” is not a record");
        let id = |id: &str| id.parse().map_err(|_| unknown());
        match text.split_once(':') {
            None if text == "together" => Ok(Self::Together),
            Some(("story", of)) => id(of).map(Self::Story),
            Some(("effect", of)) => id(of).map(Self::Effect),
            _ => Err(unknown()),
        }
    }
}

/// The records an item rests on.
///
/// # Errors
/// When the database cannot be read.
pub async fn evidence(db: &impl Sql, id: InfluenceId) -> Result<Vec<Record>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        record: String,
    }
    let sql = "SELECT record FROM influence_evidence WHERE item = $1 ORDER BY record";
    let rows: Vec<Row> = db.all(sql, [id.into()]).await?;
    Ok(rows.iter().filter_map(|row| row.record.parse().ok()).collect())
}

/// A record as a reader sees it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which.
    pub record: Record,
    /// What it is called for this reader.
    pub title: String,
    /// Where it is read, for those who may.
    pub href: Option<String>,
    /// Its finding with what must be said beside it, where everybody may read it.
    pub told: Option<stories::Told>,
}

/// The page of the results of a body's schools together.
fn together(org: OrgRef) -> String {
    match org {
        OrgRef::Trust(uid) => format!("/trusts/{uid}/together"),
        OrgRef::Authority(code) => format!("/areas/{code}/together"),
        _ => "/schools".to_owned(),
    }
}

/// A record for a reader: its title only where they may open it.
///
/// # Errors
/// When the database cannot be read.
pub async fn shown(
    db: &impl Sql,
    readable: &[Agreement],
    org: OrgRef,
    record: Record,
) -> Result<Shown, DbError> {
    let title = |words: &str, of: &str| format!("{words}: {of}");
    Ok(match record {
        Record::Together => Shown {
            record,
            title: "The results of our schools together".to_owned(),
            href: Some(together(org)),
            told: None,
        },
        Record::Story(id) => {
            let story = stories::of(db, id).await?;
            match story.filter(|it| it.state() == stories::State::Published) {
                Some(it) => Shown {
                    record,
                    title: title("Case study", &it.title),
                    href: Some(format!("/stories/{id}")),
                    told: Some(it.told().clone()),
                },
                None => Shown {
                    record,
                    title: "A case study that was taken back".to_owned(),
                    href: None,
                    told: None,
                },
            }
        }
        Record::Effect(id) => match readable.iter().find(|one| one.id == id) {
            Some(one) => Shown {
                record,
                title: title("Measured effect", &one.title),
                href: Some(format!("/agreements/{id}/impact")),
                told: None,
            },
            None => Shown {
                record,
                title: "The measured effect of a support, for those who may open it".to_owned(),
                href: None,
                told: None,
            },
        },
    })
}

/// What somebody could name as evidence: the results of the body's schools together, the case studies
/// everybody may read, and the measured effect of support in which one of its schools took part.
///
/// # Errors
/// When the database cannot be read.
pub async fn candidates(
    db: &impl Sql,
    visitor: &Visitor,
    org: OrgRef,
) -> Result<Vec<Shown>, DbError> {
    let readable = store::readable(db, visitor).await?;
    let mut records = vec![Record::Together];
    records.extend(stories::published(db).await?.iter().map(|it| Record::Story(it.agreement)));
    let mut known: BTreeSet<OrgRef> = register::under(db, org).await?.into_iter().collect();
    known.insert(org);
    for one in &readable {
        let ours = known.contains(&one.supported) || known.contains(&one.supporting);
        if ours && one.state().is_over() && impact::has_arrived(db, one).await? {
            records.push(Record::Effect(one.id));
        }
    }
    let mut found = Vec::new();
    for record in records {
        found.push(shown(db, &readable, org, record).await?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_what_it_wrote() {
        let id: AgreementId = "01a2e024-3900-7364-9b6b-95b8fcb1cf97".parse().unwrap();
        for record in [Record::Together, Record::Story(id), Record::Effect(id)] {
            assert_eq!(record.to_string().parse(), Ok(record));
        }
        for wrong in ["", "story", "story:", "effect:17", "audit:01a2e024"] {
            assert!(wrong.parse::<Record>().is_err(), "{wrong}");
        }
    }
}
