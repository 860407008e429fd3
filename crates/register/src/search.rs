//! Finding schools, trusts and authorities by name, number, postcode, town or trust, forgiving
//! a slip of the keyboard. The same words are found in both databases, because they are folded
//! here and compared there byte by byte.

use std::collections::{BTreeMap, BTreeSet};

use foundation::{DbError, OrgRef, Sql, Tx};
use sea_orm::{FromQueryResult, Value};

use crate::{
    Phase,
    bulk::{Batch, Column, Rows, Target},
    fold::{fold, grams, slips, slips_between},
    school::{detail, small},
};

/// Something found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is.
    pub org: OrgRef,
    /// Its name.
    pub name: String,
    /// What tells it from others of its name: phase and place.
    pub detail: String,
    /// Whether it is open.
    pub is_open: bool,
}

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The words typed.
    pub text: String,
    /// Only schools of this phase.
    pub phase: Option<Phase>,
    /// Only schools of this authority.
    pub authority: Option<u16>,
    /// Closed schools too.
    pub closed_too: bool,
}

const TRUSTS: i64 = 40_000_000;
const AUTHORITIES: i64 = 10_000_000;
/// How many rows are ranked here; beyond that the alphabet decides.
const RANKED: usize = 300;

fn org(subject: i64) -> OrgRef {
    match subject {
        TRUSTS.. => OrgRef::Trust(small(subject - TRUSTS)),
        AUTHORITIES..TRUSTS => {
            OrgRef::Authority(u16::try_from((subject - AUTHORITIES) / 10).unwrap_or(0))
        }
        _ => OrgRef::School(small(subject)),
    }
}

/// Schools, trusts and authorities that fit the words, the best first.
///
/// # Errors
/// When the database cannot be read.
pub async fn search(db: &impl Sql, text: &str, limit: usize) -> Result<Vec<Hit>, DbError> {
    find(db, &Query { text: text.to_owned(), closed_too: true, ..Query::default() }, limit).await
}

#[derive(FromQueryResult)]
struct Row {
    subject: i64,
    sort_name: String,
    name: String,
    detail: String,
    is_open: bool,
}

/// As [`search`], narrowed by phase and authority.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(db: &impl Sql, query: &Query, limit: usize) -> Result<Vec<Hit>, DbError> {
    let folded = fold(&query.text);
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(8).collect();
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let by_number = by_number(db, query, &folded).await?;
    if !by_number.is_empty() {
        return Ok(hits(by_number, limit));
    }
    let mut found: Vec<Row> = Vec::new();
    for effort in [Effort::Exact, Effort::Beginning, Effort::Slips] {
        let mut options = Vec::with_capacity(words.len());
        for word in &words {
            options.push(meanings(db, word, effort).await?);
        }
        if options.iter().any(Vec::is_empty) {
            continue;
        }
        let mut rows = rows(db, query, &mut options).await?;
        rows.retain(|row| found.iter().all(|known| known.subject != row.subject));
        rows.sort_by_cached_key(|row| (!row.is_open, rank(row, &words), row.sort_name.clone()));
        found.extend(rows);
        if found.len() >= limit || (effort == Effort::Beginning && !found.is_empty()) {
            break;
        }
    }
    Ok(hits(found, limit))
}

fn hits(rows: Vec<Row>, limit: usize) -> Vec<Hit> {
    rows.into_iter()
        .take(limit)
        .map(|row| Hit {
            org: org(row.subject),
            name: row.name,
            detail: row.detail,
            is_open: row.is_open,
        })
        .collect()
}

/// The smaller the better: words in the name before words of the place, words as typed before
/// words a slip away, a name that begins like the query before one that has it inside.
fn rank(row: &Row, words: &[&str]) -> (usize, usize, usize) {
    let names: Vec<&str> = row.sort_name.split(' ').collect();
    let (mut elsewhere, mut slipped) = (0, 0);
    for word in words {
        if names.iter().any(|name| name.starts_with(word)) {
            continue;
        }
        let near = |name: &&str| slips_between(name, word, slips(word.len()));
        match names.iter().filter_map(near).min() {
            Some(slips) => slipped += slips,
            None => elsewhere += 1,
        }
    }
    let place = names.iter().position(|name| name.starts_with(words[0])).unwrap_or(names.len());
    (elsewhere, slipped, place)
}

/// Schools by number or postcode, when the words look like one.
async fn by_number(db: &impl Sql, query: &Query, folded: &str) -> Result<Vec<Row>, DbError> {
    const FROM: &str = "SELECT n.subject, n.sort_name, n.name, n.detail, n.is_open
         FROM search_name n JOIN school s ON s.urn = n.subject";
    let compact: String = folded.chars().filter(|c| *c != ' ').collect();
    let narrowed = narrowed(query);
    let order = "ORDER BY n.is_open DESC, n.sort_name, n.subject LIMIT 100";
    if compact.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = compact.parse().unwrap_or(0);
        let condition = match compact.len() {
            6 => format!("s.urn = {number}"),
            7 => format!("s.authority = {} AND s.number = {}", number / 10_000, number % 10_000),
            4 | 5 => {
                let step = 10_i64.pow(if compact.len() == 4 { 2 } else { 1 });
                format!("s.urn BETWEEN {} AND {}", number * step, number * step + step - 1)
            }
            _ => return Ok(Vec::new()),
        };
        return db.all(&format!("{FROM} WHERE {condition} {narrowed} {order}"), []).await;
    }
    if !looks_like_postcode(&compact) {
        return Ok(Vec::new());
    }
    let sql =
        format!("{FROM} WHERE s.postcode_key >= $1 AND s.postcode_key < $2 {narrowed} {order}");
    let start = compact.to_uppercase();
    // After every letter and digit, in bytes.
    let end = format!("{start}\u{7f}");
    db.all(&sql, [start.into(), end.into()]).await
}

/// One or two letters, a digit, and at most what else a postcode has.
fn looks_like_postcode(compact: &str) -> bool {
    let letters = compact.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = &compact[letters..];
    (1..=2).contains(&letters)
        && (1..=5).contains(&rest.len())
        && rest.as_bytes()[0].is_ascii_digit()
        && rest.bytes().filter(u8::is_ascii_alphabetic).count() <= 3
}

fn narrowed(query: &Query) -> String {
    let mut text = String::new();
    if let Some(phase) = query.phase {
        text += &format!(" AND n.phase = '{}'", phase.key());
    }
    if let Some(code) = query.authority {
        text += &format!(" AND n.authority = {code}");
    }
    if !query.closed_too {
        text += " AND n.is_open";
    }
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effort {
    /// The word as typed.
    Exact,
    /// Words that begin so.
    Beginning,
    /// Words a slip or two away.
    Slips,
}

#[derive(Clone, Debug, FromQueryResult)]
struct Meaning {
    term: String,
    uses: i64,
}

/// The known words that a typed word may stand for.
async fn meanings(db: &impl Sql, word: &str, effort: Effort) -> Result<Vec<Meaning>, DbError> {
    if effort == Effort::Exact {
        return db.all("SELECT term, uses FROM search_word WHERE term = $1", [word.into()]).await;
    }
    let end = format!("{word}\u{7f}");
    let mut found: Vec<Meaning> = db
        .all(
            "SELECT term, uses FROM search_word WHERE term >= $1 AND term < $2
             ORDER BY uses DESC, term LIMIT 60",
            [word.into(), end.into()],
        )
        .await?;
    let allowed = slips(word.len());
    if effort == Effort::Beginning || allowed == 0 {
        return Ok(found);
    }
    let pieces = grams(word);
    // Each slip spoils three pieces at most.
    let shared = pieces.len().saturating_sub(3 * allowed).max(1);
    let places: Vec<String> = (1..=pieces.len()).map(|at| format!("${at}")).collect();
    let sql = format!(
        "SELECT g.term, max(w.uses) AS uses FROM search_gram g JOIN search_word w ON w.term = g.term
         WHERE g.gram IN ({}) GROUP BY g.term HAVING count(*) >= {shared}
         ORDER BY count(*) DESC, g.term LIMIT 400",
        places.join(", ")
    );
    let near: Vec<Meaning> = db.all(&sql, pieces.into_iter().map(Value::from)).await?;
    for meaning in near {
        if slips_between(&meaning.term, word, allowed).is_some()
            && found.iter().all(|known| known.term != meaning.term)
        {
            found.push(meaning);
        }
    }
    Ok(found)
}

/// What has one of the meanings of every word.
async fn rows(
    db: &impl Sql,
    query: &Query,
    options: &mut [Vec<Meaning>],
) -> Result<Vec<Row>, DbError> {
    // The rarest word leads, the others are looked up for what it finds.
    options.sort_by_key(|meanings| meanings.iter().map(|meaning| meaning.uses).sum::<i64>());
    let mut values: Vec<Value> = Vec::new();
    let mut list = |meanings: &[Meaning]| {
        let places: Vec<String> = meanings
            .iter()
            .map(|meaning| {
                values.push(meaning.term.clone().into());
                format!("${}", values.len())
            })
            .collect();
        places.join(", ")
    };
    let Some((rarest, others)) = options.split_first() else { return Ok(Vec::new()) };
    let mut sql = format!(
        "SELECT n.subject, n.sort_name, n.name, n.detail, n.is_open FROM search_name n
         WHERE n.subject IN (SELECT subject FROM search_term WHERE term IN ({}))",
        list(rarest)
    );
    for meanings in others {
        sql += &format!(
            " AND EXISTS (SELECT 1 FROM search_term t WHERE t.subject = n.subject AND t.term IN ({}))",
            list(meanings)
        );
    }
    sql += &narrowed(query);
    sql += &format!(" ORDER BY n.is_open DESC, n.sort_name, n.subject LIMIT {RANKED}");
    db.all(&sql, values).await
}

static TERM: Target = Target {
    table: "search_term",
    columns: &[("term", Column::Text), ("subject", Column::Int)],
    conflict: "",
};
static WORD: Target = Target {
    table: "search_word",
    columns: &[("term", Column::Text), ("uses", Column::Int)],
    conflict: "",
};
static GRAM: Target = Target {
    table: "search_gram",
    columns: &[("gram", Column::Text), ("term", Column::Text)],
    conflict: "",
};
static NAME: Target = Target {
    table: "search_name",
    columns: &[
        ("subject", Column::Int),
        ("sort_name", Column::Text),
        ("name", Column::Text),
        ("detail", Column::Text),
        ("is_open", Column::Bool),
        ("phase", Column::Text),
        ("authority", Column::Int),
    ],
    conflict: "",
};

#[derive(FromQueryResult)]
struct SchoolRow {
    urn: i64,
    name: String,
    sort_name: String,
    phase: String,
    is_open: bool,
    town: Option<String>,
    district: Option<String>,
    authority: i64,
    authority_name: String,
    trust_name: Option<String>,
    federation_name: Option<String>,
}

#[derive(FromQueryResult)]
struct TrustRow {
    uid: i64,
    name: String,
    sort_name: String,
    schools: i64,
}

/// Makes the index again from the register.
pub(crate) async fn rebuild(tx: &Tx) -> Result<(), DbError> {
    for table in ["search_term", "search_word", "search_gram", "search_name"] {
        tx.run(&format!("DELETE FROM {table}"), []).await?;
    }
    let schools: Vec<SchoolRow> = tx
        .all(
            "SELECT urn, name, sort_name, phase, is_open, town, district, authority,
             authority_name, trust_name, federation_name FROM school",
            [],
        )
        .await?;
    let trusts: Vec<TrustRow> = tx
        .all(
            "SELECT t.uid, t.name, t.sort_name, (SELECT count(*) FROM school s
               WHERE s.trust = t.uid AND s.is_open) AS schools FROM trust t",
            [],
        )
        .await?;
    let authorities = crate::orgs::authorities(tx).await?;
    let dialect = tx.dialect();
    let batches = tokio::task::spawn_blocking(move || {
        let mut index = Index::new(dialect);
        for school in &schools {
            index.school(school);
        }
        for trust in &trusts {
            let detail = match trust.schools {
                0 => "Trust".to_owned(),
                1 => "Trust with one school".to_owned(),
                many => format!("Trust with {many} schools"),
            };
            let open = trust.schools > 0;
            index.add(
                TRUSTS + trust.uid,
                &trust.name,
                &trust.sort_name,
                &detail,
                open,
                "",
                0,
                [&trust.name],
            );
        }
        for authority in &authorities {
            let sort_name = fold(&authority.name);
            let code = i64::from(authority.code());
            let detail = authority.region.as_ref().map_or_else(
                || "Local authority".to_owned(),
                |region| format!("Local authority, {region}"),
            );
            index.add(
                AUTHORITIES + code * 10,
                &authority.name,
                &sort_name,
                &detail,
                true,
                "",
                code,
                [&authority.name],
            );
        }
        index.finish()
    })
    .await
    .unwrap_or_default();
    for batch in batches {
        batch.run(tx).await?;
    }
    Ok(())
}

struct Index {
    names: Rows,
    terms: BTreeMap<String, BTreeSet<i64>>,
    batches: Vec<Batch>,
    dialect: sea_orm::DbBackend,
}

impl Index {
    fn new(dialect: sea_orm::DbBackend) -> Self {
        let names = Rows::new(&NAME, dialect);
        Self { names, terms: BTreeMap::new(), batches: Vec::new(), dialect }
    }

    fn school(&mut self, school: &SchoolRow) {
        let phase = school.phase.parse().unwrap_or(Phase::Other);
        let detail = detail(phase, school.town.as_deref(), &school.authority_name);
        let texts = [
            Some(school.name.as_str()),
            school.town.as_deref(),
            school.district.as_deref(),
            Some(school.authority_name.as_str()),
            school.trust_name.as_deref(),
            school.federation_name.as_deref(),
        ];
        self.add(
            school.urn,
            &school.name,
            &school.sort_name,
            &detail,
            school.is_open,
            &school.phase,
            school.authority,
            texts.into_iter().flatten(),
        );
    }

    #[expect(clippy::too_many_arguments, reason = "one for each column")]
    fn add<'a>(
        &mut self,
        subject: i64,
        name: &str,
        sort_name: &str,
        detail: &str,
        is_open: bool,
        phase: &str,
        authority: i64,
        texts: impl IntoIterator<Item = impl AsRef<str> + 'a>,
    ) {
        self.names
            .int(subject)
            .text(sort_name)
            .text(name)
            .text(detail)
            .bool(is_open)
            .text(phase)
            .int(authority);
        self.batches.extend(self.names.end());
        for text in texts {
            for word in fold(text.as_ref()).split(' ').filter(|word| !word.is_empty()) {
                match self.terms.get_mut(word) {
                    Some(subjects) => {
                        subjects.insert(subject);
                    }
                    None => {
                        self.terms.insert(word.to_owned(), BTreeSet::from([subject]));
                    }
                }
            }
        }
    }

    fn finish(mut self) -> Vec<Batch> {
        self.batches.extend(self.names.take());
        let mut terms = Rows::new(&TERM, self.dialect);
        let mut words = Rows::new(&WORD, self.dialect);
        let mut pieces = Rows::new(&GRAM, self.dialect);
        for (word, subjects) in &self.terms {
            for subject in subjects {
                terms.text(word.as_str()).int(*subject);
                self.batches.extend(terms.end());
            }
            words.text(word.as_str()).int(i64::try_from(subjects.len()).unwrap_or(i64::MAX));
            self.batches.extend(words.end());
            if word.len() > 3 && !word.bytes().any(|b| b.is_ascii_digit()) {
                for piece in grams(word) {
                    pieces.text(piece.as_str()).text(word.as_str());
                    self.batches.extend(pieces.end());
                }
            }
        }
        self.batches.extend(terms.take());
        self.batches.extend(words.take());
        self.batches.extend(pieces.take());
        self.batches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_are_told_from_words() {
        for yes in ["so24", "so240aa", "w1a1aa", "e1", "ec3a5de"] {
            assert!(looks_like_postcode(yes), "{yes}");
        }
        for no in ["oak", "st", "1", "hampshire", "a", "abc1"] {
            assert!(!looks_like_postcode(no), "{no}");
        }
    }
}
