//! Reading declarations and checks.

use access::AccountId;
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, At, Json},
};
use jiff::civil::Date;
use sea_orm::{FromQueryResult, Value};

use super::{Check, Checked, Declaration, DeclarationId, InterestKind, State};
use crate::proposals::{Proposal, ProposalId};
use crate::requests::{Request, RequestId};

/// What still stands between a match both heads want and its agreement.
///
/// # Errors
/// When the database cannot be read.
pub async fn still_open(
    db: &impl Sql,
    request: &Request,
    proposal: &Proposal,
) -> Result<Vec<String>, DbError> {
    let mut open = Vec::new();
    let declared = declarations(db, proposal.id).await?;
    for (org, words) in [
        (
            proposal.org,
            "The supporting school has not declared its interests yet, not even that there are none.",
        ),
        (
            request.org,
            "The asking school has not declared its interests yet, not even that there are none.",
        ),
    ] {
        if !declared.iter().any(|one| one.org == org) {
            open.push(words.to_owned());
        }
    }
    // What has expired is over once the same person has declared again.
    let again = |old: &Declaration| {
        old.state == State::Expired
            && declared.iter().any(|new| {
                new.state != State::Expired
                    && new.declared_at >= old.declared_at
                    && (new.org, new.person, &new.name) == (old.org, old.person, &old.name)
            })
    };
    for one in declared.iter().filter(|one| !one.is_clear() && !again(one)) {
        open.push(match one.state {
            State::Declared => format!("{}’s declaration has not been assessed.", one.name),
            State::Assessed => format!(
                "The safeguards for {}’s interest wait for the {}.",
                one.name,
                match (&one.head_accepted, &one.chair_accepted) {
                    (None, None) => "head and the chair of the asking school",
                    (None, _) => "head of the asking school",
                    _ => "chair of the asking school",
                }
            ),
            State::Bar => format!("{}’s interest bars this match: match again.", one.name),
            _ => format!("{}’s declaration has expired: declare again.", one.name),
        });
    }
    let done = checks(db, proposal.id).await?;
    for &item in Check::ALL {
        if !done.iter().any(|one| one.item == item) {
            open.push(format!("Not checked yet: {}.", item.words().to_lowercase()));
        }
    }
    Ok(open)
}

#[derive(FromQueryResult)]
struct Row {
    id: DeclarationId,
    proposal: ProposalId,
    request: RequestId,
    org: OrgRef,
    about: OrgRef,
    person: Option<AccountId>,
    person_name: String,
    kinds: Json<Vec<InterestKind>>,
    detail: String,
    state: AsText<State>,
    mitigation: String,
    assessed_by: Option<String>,
    head_accepted: Option<String>,
    chair_accepted: Option<String>,
    declared_at: At,
    valid_to: AsText<Date>,
    version: i64,
}

async fn load(
    db: &impl Sql,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<Declaration>, DbError> {
    let sql = format!(
        "SELECT id, proposal, request, org, about, person, person_name, kinds, detail, state, mitigation, assessed_by, \
         head_accepted, chair_accepted, declared_at, valid_to, version FROM declaration WHERE {condition} ORDER BY declared_at, id"
    );
    let rows: Vec<Row> = db.all(&sql, values).await?;
    Ok(rows
        .into_iter()
        .map(|row| Declaration {
            id: row.id,
            proposal: row.proposal,
            request: row.request,
            org: row.org,
            about: row.about,
            person: row.person,
            name: row.person_name,
            kinds: row.kinds.0,
            detail: row.detail,
            state: row.state.0,
            mitigation: row.mitigation,
            assessed_by: row.assessed_by,
            head_accepted: row.head_accepted,
            chair_accepted: row.chair_accepted,
            declared_at: row.declared_at.0,
            valid_to: row.valid_to.0,
            version: row.version,
        })
        .collect())
}

/// A declaration by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn declaration(db: &impl Sql, id: DeclarationId) -> Result<Option<Declaration>, DbError> {
    Ok(load(db, "id = $1", vec![id.into()]).await?.pop())
}

/// The declarations about a proposal, in the order they were made.
///
/// # Errors
/// When the database cannot be read.
pub async fn declarations(
    db: &impl Sql,
    proposal: ProposalId,
) -> Result<Vec<Declaration>, DbError> {
    load(db, "proposal = $1", vec![proposal.into()]).await
}

/// What a person has declared, in the order it was declared.
///
/// # Errors
/// When the database cannot be read.
pub async fn declared_by(db: &impl Sql, person: AccountId) -> Result<Vec<Declaration>, DbError> {
    load(db, "person = $1", vec![person.to_string().into()]).await
}

/// Declarations that count on a day: what the desk shows and rules by.
///
/// # Errors
/// When the database cannot be read.
pub async fn standing(db: &impl Sql, on: Date) -> Result<Vec<Declaration>, DbError> {
    load(db, "valid_to >= $1 AND state IN ('manage', 'bar')", vec![on.to_string().into()]).await
}

/// The checks made for a proposal.
///
/// # Errors
/// When the database cannot be read.
pub async fn checks(db: &impl Sql, proposal: ProposalId) -> Result<Vec<Checked>, DbError> {
    #[derive(FromQueryResult)]
    struct CheckRow {
        item: AsText<Check>,
        note: String,
        done_by: String,
        done_at: At,
    }
    let rows: Vec<CheckRow> = db
        .all(
            "SELECT item, note, done_by, done_at FROM diligence WHERE proposal = $1 ORDER BY item",
            [proposal.into()],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Checked { item: row.item.0, note: row.note, by: row.done_by, at: row.done_at.0 })
        .collect())
}
