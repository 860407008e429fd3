//! Reading requests.

use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, At, Json},
};
use jiff::civil::Date;
use matching::Specialism;
use needs::{AuditId, FindingId};
use sea_orm::{FromQueryResult, Value};

use super::model::{Ask, Beneficiary, Mode, Request, RequestId, Tier};
use super::state::State;

#[derive(FromQueryResult)]
struct Row {
    id: RequestId,
    org: OrgRef,
    responsible: Json<Vec<OrgRef>>,
    partnership: OrgRef,
    title: String,
    need: String,
    outcome: String,
    findings: Json<Vec<FindingId>>,
    audit: Option<AuditId>,
    beneficiaries: Json<Vec<Beneficiary>>,
    specialisms: Json<Vec<Specialism>>,
    tier: AsText<Tier>,
    phase: String,
    earliest: AsText<Date>,
    latest: AsText<Date>,
    half_days: i64,
    mode: AsText<Mode>,
    severity: i64,
    team: bool,
    budget_pence: Option<i64>,
    give_back: String,
    funder: Option<OrgRef>,
    avoid: Json<Vec<OrgRef>>,
    avoid_why: String,
    state: AsText<State>,
    created_at: At,
    submitted_at: Option<At>,
    due_at: Option<At>,
    answered_at: Option<At>,
    broker: Option<String>,
    answer: String,
    review_consent: bool,
    review_on: Option<String>,
    agreement: Option<String>,
    version: i64,
}

const COLUMNS: &str = "id, org, responsible, partnership, title, need, outcome, findings, audit, \
    beneficiaries, specialisms, tier, phase, earliest, latest, half_days, mode, severity, team, \
    budget_pence, give_back, funder, avoid, avoid_why, state, created_at, submitted_at, due_at, \
    answered_at, broker, answer, review_consent, review_on, agreement, version";

impl From<Row> for Request {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            org: row.org,
            responsible: row.responsible.0,
            partnership: row.partnership,
            ask: Ask {
                title: row.title,
                need: row.need,
                outcome: row.outcome,
                audit: row.audit,
                findings: row.findings.0,
                beneficiaries: row.beneficiaries.0,
                specialisms: row.specialisms.0,
                tier: row.tier.0,
                phase: row.phase,
                earliest: row.earliest.0,
                latest: row.latest.0,
                half_days: u32::try_from(row.half_days).unwrap_or(0),
                mode: row.mode.0,
                severity: u8::try_from(row.severity).unwrap_or(0),
                team: row.team,
                budget_pence: row.budget_pence,
                give_back: row.give_back,
                funder: row.funder,
                avoid: row.avoid.0,
                avoid_why: row.avoid_why,
            },
            state: row.state.0,
            created_at: row.created_at.0,
            clock: row.submitted_at.map(|at| at.0).zip(row.due_at.map(|at| at.0)),
            answered_at: row.answered_at.map(|at| at.0),
            broker: row.broker,
            answer: row.answer,
            review_consent: row.review_consent,
            review_on: row.review_on.as_deref().and_then(|text| text.parse().ok()),
            agreement: row.agreement,
            version: row.version,
        }
    }
}

async fn load(db: &impl Sql, condition: &str, values: Vec<Value>) -> Result<Vec<Request>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM support_request WHERE {condition} ORDER BY created_at DESC, id"
    );
    Ok(db.all::<Row>(&sql, values).await?.into_iter().map(Request::from).collect())
}

/// A request by its identifier.
///
/// # Errors
/// When the database cannot be read.
pub async fn request(db: &impl Sql, id: RequestId) -> Result<Option<Request>, DbError> {
    Ok(load(db, "id = $1", vec![id.into()]).await?.pop())
}

/// The requests of a school, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn requests_of(db: &impl Sql, org: OrgRef) -> Result<Vec<Request>, DbError> {
    load(db, "org = $1", vec![org.into()]).await
}

/// The requests a partnership's broker looks after, drafts left out, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn requests_through(db: &impl Sql, partnership: OrgRef) -> Result<Vec<Request>, DbError> {
    load(db, "partnership = $1 AND state <> 'draft'", vec![partnership.into()]).await
}

/// The requests of schools a body is responsible for, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn requests_under(db: &impl Sql, body: OrgRef) -> Result<Vec<Request>, DbError> {
    load(db, "responsible LIKE $1", vec![format!("%\"{body}\"%").into()]).await
}

/// Other supports a school has or is about to have while a request of it runs, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn overlapping(
    db: &impl Sql,
    request: &Request,
    today: Date,
) -> Result<Vec<Request>, DbError> {
    let mut others = requests_of(db, request.org).await?;
    others.retain(|other| {
        let under_way = matches!(
            other.state,
            State::Proposed
                | State::ChemistryOk
                | State::CoiClear
                | State::Agreement
                | State::Fulfilled
        );
        other.id != request.id && under_way && other.ask.latest >= today
    });
    Ok(others)
}
