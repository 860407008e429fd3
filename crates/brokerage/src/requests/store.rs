//! Reading requests.

use access::partnerships;
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, At, Json, marks},
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
    suggested_by: Option<OrgRef>,
    version: i64,
}

const COLUMNS: &str = "id, org, partnership, title, need, outcome, findings, audit, \
    beneficiaries, specialisms, tier, phase, earliest, latest, half_days, mode, severity, team, \
    budget_pence, give_back, funder, avoid, avoid_why, state, created_at, submitted_at, due_at, \
    answered_at, broker, answer, review_consent, review_on, agreement, \
    suggested_by, version";

impl Row {
    fn request(self, responsible: Vec<OrgRef>) -> Request {
        Request {
            id: self.id,
            org: self.org,
            responsible,
            partnership: self.partnership,
            ask: Ask {
                title: self.title,
                need: self.need,
                outcome: self.outcome,
                audit: self.audit,
                findings: self.findings.0,
                beneficiaries: self.beneficiaries.0,
                specialisms: self.specialisms.0,
                tier: self.tier.0,
                phase: self.phase,
                earliest: self.earliest.0,
                latest: self.latest.0,
                half_days: u32::try_from(self.half_days).unwrap_or(0),
                mode: self.mode.0,
                severity: u8::try_from(self.severity).unwrap_or(0),
                team: self.team,
                budget_pence: self.budget_pence,
                give_back: self.give_back,
                funder: self.funder,
                avoid: self.avoid.0,
                avoid_why: self.avoid_why,
            },
            state: self.state.0,
            created_at: self.created_at.0,
            clock: self.submitted_at.map(|at| at.0).zip(self.due_at.map(|at| at.0)),
            answered_at: self.answered_at.map(|at| at.0),
            broker: self.broker,
            answer: self.answer,
            review_consent: self.review_consent,
            review_on: self.review_on.as_deref().and_then(|text| text.parse().ok()),
            agreement: self.agreement,
            suggested_by: self.suggested_by,
            version: self.version,
        }
    }
}

async fn load(db: &impl Sql, condition: &str, values: Vec<Value>) -> Result<Vec<Request>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM support_request WHERE {condition} ORDER BY created_at DESC, id"
    );
    let rows: Vec<Row> = db.all(&sql, values).await?;
    let bodies = register::bodies(db, rows.iter().map(|row| row.org)).await?;
    let responsible = |org| bodies.get(&org).cloned().unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| {
            let org = row.org;
            row.request(responsible(org))
        })
        .collect())
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

/// The requests a partnership's broker looks after on a day, drafts left out, newest first. A school
/// that leaves the partnership takes its requests along.
///
/// # Errors
/// When the database cannot be read.
pub async fn requests_through(
    db: &impl Sql,
    partnership: OrgRef,
    today: Date,
) -> Result<Vec<Request>, DbError> {
    let members = partnerships::members(db, partnership, today).await?;
    let condition = "partnership = $1 AND state <> 'draft'";
    let mut requests = load(db, condition, vec![partnership.into()]).await?;
    requests.retain(|one| one.org == partnership || members.contains(&one.org));
    Ok(requests)
}

/// The requests of schools a body is responsible for today, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn requests_under(db: &impl Sql, body: OrgRef) -> Result<Vec<Request>, DbError> {
    let schools = register::under(db, body).await?;
    if schools.is_empty() {
        return Ok(Vec::new());
    }
    let condition = format!("org IN ({})", marks(1, schools.len()));
    load(db, &condition, schools.into_iter().map(Value::from).collect()).await
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
