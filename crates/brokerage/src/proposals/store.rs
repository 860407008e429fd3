//! Reading proposals.

use access::AccountId;
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, At, Json},
};
use matching::Candidate;
use sea_orm::{FromQueryResult, Value};

use super::{Proposal, ProposalId, ProposalState, Said};
use crate::cadre::SupporterRef;
use crate::requests::RequestId;

#[derive(FromQueryResult)]
struct Row {
    id: ProposalId,
    request: RequestId,
    supporter: SupporterRef,
    supporter_org: OrgRef,
    label: String,
    person: Option<AccountId>,
    half_days: i64,
    place: Option<i64>,
    considered: i64,
    candidate: Json<Candidate>,
    reason: String,
    message: String,
    state: AsText<ProposalState>,
    proposed_by: String,
    proposed_at: At,
    supported_answer: AsText<Said>,
    supported_reason: String,
    supporting_answer: AsText<Said>,
    supporting_reason: String,
    supported_talked_at: Option<At>,
    supporting_talked_at: Option<At>,
    version: i64,
}

async fn load(
    db: &impl Sql,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<Proposal>, DbError> {
    let sql = format!(
        "SELECT id, request, supporter, supporter_org, label, person, half_days, place, considered, candidate, reason, \
         message, state, proposed_by, proposed_at, supported_answer, supported_reason, supporting_answer, \
         supporting_reason, supported_talked_at, supporting_talked_at, version FROM match_proposal WHERE {condition} ORDER BY proposed_at DESC, id DESC"
    );
    let rows: Vec<Row> = db.all(&sql, values).await?;
    Ok(rows
        .into_iter()
        .map(|row| Proposal {
            id: row.id,
            request: row.request,
            supporter: row.supporter,
            org: row.supporter_org,
            label: row.label,
            person: row.person,
            half_days: row.half_days,
            place: row.place,
            considered: row.considered,
            candidate: row.candidate.0,
            reason: row.reason,
            message: row.message,
            state: row.state.0,
            proposed_by: row.proposed_by,
            proposed_at: row.proposed_at.0,
            supported: (row.supported_answer.0, row.supported_reason),
            supporting: (row.supporting_answer.0, row.supporting_reason),
            talked: (
                row.supported_talked_at.map(|at| at.0),
                row.supporting_talked_at.map(|at| at.0),
            ),
            version: row.version,
        })
        .collect())
}

/// A proposal by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn proposal(db: &impl Sql, id: ProposalId) -> Result<Option<Proposal>, DbError> {
    Ok(load(db, "id = $1", vec![id.into()]).await?.pop())
}

/// The proposals of a request, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn proposals_of(db: &impl Sql, request: RequestId) -> Result<Vec<Proposal>, DbError> {
    load(db, "request = $1", vec![request.into()]).await
}

/// The proposal that stands for a request: waiting or agreed.
///
/// # Errors
/// When the database cannot be read.
pub async fn current(db: &impl Sql, request: RequestId) -> Result<Option<Proposal>, DbError> {
    let all = proposals_of(db, request).await?;
    Ok(all
        .into_iter()
        .find(|one| matches!(one.state, ProposalState::Proposed | ProposalState::Agreed)))
}

/// The proposals in which a school would support another, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn proposals_to(db: &impl Sql, org: OrgRef) -> Result<Vec<Proposal>, DbError> {
    load(db, "supporter_org = $1", vec![org.into()]).await
}

/// The proposals that name a person, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn proposals_naming(db: &impl Sql, person: AccountId) -> Result<Vec<Proposal>, DbError> {
    load(db, "person = $1", vec![person.to_string().into()]).await
}
