//! What a person has contributed beyond their school: a record that belongs to the person and goes
//! with them.

use access::AccountId;
use foundation::{DbError, OrgRef, Sql, db::AsText};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::cadre::{self, SupporterRef, capacity::CommitmentState};

/// One support that somebody gave or gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contribution {
    /// The school that received it.
    pub to: OrgRef,
    /// Its name.
    pub school: String,
    /// What it was about.
    pub title: String,
    /// In which role.
    pub role: String,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
    /// Half-days: given when it is complete, else agreed.
    pub half_days: i64,
    /// Whether it is complete.
    pub complete: bool,
}

/// What a person has given and is giving, the latest first. Time that is only held while heads
/// talk is no contribution yet.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, account: AccountId) -> Result<Vec<Contribution>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        to_org: OrgRef,
        title: Option<String>,
        from_on: AsText<Date>,
        to_on: AsText<Date>,
        half_days: i64,
        state: AsText<CommitmentState>,
    }
    let mut given = Vec::new();
    for it in cadre::designations_of(db, account).await? {
        let supporter: SupporterRef = it.supporter();
        let rows: Vec<Row> = db
            .all(
                "SELECT c.to_org, r.title, c.from_on, c.to_on, c.half_days, c.state
                 FROM commitment c LEFT JOIN support_request r ON r.id = c.request
                 WHERE c.supporter = $1 AND c.state IN ('agreed', 'done')",
                [supporter.into()],
            )
            .await?;
        for row in rows {
            given.push(Contribution {
                school: register::org_name(db, row.to_org).await?,
                to: row.to_org,
                title: row.title.unwrap_or_else(|| "Support".to_owned()),
                role: it.role_name().to_owned(),
                from_on: row.from_on.0,
                to_on: row.to_on.0,
                half_days: row.half_days,
                complete: row.state.0 == CommitmentState::Done,
            });
        }
    }
    given.sort_by(|a, b| b.from_on.cmp(&a.from_on).then_with(|| a.school.cmp(&b.school)));
    Ok(given)
}
