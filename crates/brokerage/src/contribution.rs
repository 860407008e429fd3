//! What a person has contributed beyond their school: a record that belongs to the person and goes
//! with them, whether or not they hold a designation. The rooms above know what was given; each
//! adds its own answer.

use access::AccountId;
use foundation::{App, DbError, OrgRef, Rooms, Sql, db::AsText};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::cadre::{self, SupporterRef, capacity::CommitmentState};

/// One thing that somebody gave or gives to another school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contribution {
    /// Who received it.
    pub to: OrgRef,
    /// Their name.
    pub school: String,
    /// What it was about.
    pub title: String,
    /// In which part: `leads the team`, `reviewer`.
    pub role: String,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
    /// Half-days agreed, where it is counted in time.
    pub agreed: Option<i64>,
    /// Half-days that took place, where it is counted in time.
    pub given: Option<i64>,
    /// Where it stands, in words.
    pub stands: String,
    /// What became of it in the other school: what people can do now, what its head said.
    pub became: Vec<String>,
}

/// The rooms' answers: what has this person given to other schools?
pub type Contributions = Rooms<AccountId, Contribution>;

/// Everything somebody gave and gives, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn given(
    rooms: &Contributions,
    app: &App,
    account: AccountId,
) -> Result<Vec<Contribution>, DbError> {
    let mut all = rooms.answers(app, &account).await?;
    all.sort_by(|a, b| (b.from_on, &a.school, &a.title).cmp(&(a.from_on, &b.school, &b.title)));
    Ok(all)
}

/// Time promised to a support and kept free for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promised {
    /// The school it is promised to.
    pub to: OrgRef,
    /// What the request was about; empty where there was none.
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

/// The time a person's designations promised for good, the latest first. Time that is only held
/// while heads talk is not among it.
///
/// # Errors
/// When the database cannot be read.
pub async fn promised(db: &impl Sql, account: AccountId) -> Result<Vec<Promised>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        to_org: OrgRef,
        title: Option<String>,
        from_on: AsText<Date>,
        to_on: AsText<Date>,
        half_days: i64,
        state: AsText<CommitmentState>,
    }
    let mut all = Vec::new();
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
        all.extend(rows.into_iter().map(|row| Promised {
            to: row.to_org,
            title: row.title.unwrap_or_default(),
            role: it.role_name().to_owned(),
            from_on: row.from_on.0,
            to_on: row.to_on.0,
            half_days: row.half_days,
            complete: row.state.0 == CommitmentState::Done,
        }));
    }
    all.sort_by(|a, b| b.from_on.cmp(&a.from_on).then_with(|| a.to.cmp(&b.to)));
    Ok(all)
}
