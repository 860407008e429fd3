//! Reading where schools stand.

use access::AccountId;
use foundation::{
    DbError, OrgRef, Sql,
    db::{AsText, At},
};
use jiff::civil::Date;
use sea_orm::{FromQueryResult, Value};

use super::model::{Decision, DecisionId, NewDecision, Reply, Stage, StageLine, Tier};

/// The stages of a school, the newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn stages(db: &impl Sql, org: OrgRef) -> Result<Vec<StageLine>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        stage: AsText<Stage>,
        reason: String,
        name: String,
        body: OrgRef,
        at: At,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT stage, reason, name, body, at FROM improvement_stage WHERE org = $1
             ORDER BY at DESC, id DESC",
            [org.into()],
        )
        .await?;
    let line = |row: Row| StageLine {
        stage: row.stage.0,
        reason: row.reason,
        name: row.name,
        body: row.body,
        at: row.at.0,
    };
    Ok(rows.into_iter().map(line).collect())
}

#[derive(FromQueryResult)]
struct Row {
    id: DecisionId,
    org: OrgRef,
    tier: AsText<Tier>,
    evidence: String,
    review_on: Option<AsText<Date>>,
    account: Option<AccountId>,
    name: String,
    body: OrgRef,
    at: At,
    agrees: Option<bool>,
    reply: String,
    replied_at: Option<At>,
    reply_name: Option<String>,
}

impl Row {
    fn decision(self) -> Decision {
        let reply = self.agrees.zip(self.replied_at).map(|(agrees, at)| Reply {
            agrees,
            words: self.reply,
            name: self.reply_name.unwrap_or_default(),
            at: at.0,
        });
        Decision {
            id: self.id,
            org: self.org,
            said: NewDecision {
                tier: self.tier.0,
                evidence: self.evidence,
                review_on: self.review_on.map(|day| day.0),
            },
            body: self.body,
            account: self.account,
            name: self.name,
            at: self.at.0,
            reply,
        }
    }
}

async fn load(
    db: &impl Sql,
    condition: &str,
    values: impl IntoIterator<Item = Value> + Send,
) -> Result<Vec<Decision>, DbError> {
    let sql = format!(
        "SELECT id, org, tier, evidence, review_on, account, name, body, at, agrees, reply, \
         replied_at, reply_name FROM tier_decision d WHERE {condition} ORDER BY at DESC, id DESC"
    );
    let rows: Vec<Row> = db.all(&sql, values).await?;
    Ok(rows.into_iter().map(Row::decision).collect())
}

/// The decisions on a school's tier, the newest first: that one is in force.
///
/// # Errors
/// When the database cannot be read.
pub async fn decisions(db: &impl Sql, org: OrgRef) -> Result<Vec<Decision>, DbError> {
    load(db, "org = $1", [org.into()]).await
}

/// Everything a person decided.
///
/// # Errors
/// When the database cannot be read.
pub async fn decided_by(db: &impl Sql, account: AccountId) -> Result<Vec<Decision>, DbError> {
    load(db, "account = $1", [account.into()]).await
}

/// The stages a person recorded: the school, the stage and why.
///
/// # Errors
/// When the database cannot be read.
pub async fn recorded_by(
    db: &impl Sql,
    account: AccountId,
) -> Result<Vec<(OrgRef, Stage, String)>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        org: OrgRef,
        stage: AsText<Stage>,
        reason: String,
    }
    let rows: Vec<Row> = db
        .all(
            "SELECT org, stage, reason FROM improvement_stage WHERE account = $1 ORDER BY at, id",
            [account.into()],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.org, row.stage.0, row.reason)).collect())
}

/// The decisions in force whose review has come, and which this person made.
///
/// # Errors
/// When the database cannot be read.
pub async fn due(db: &impl Sql, account: AccountId, today: Date) -> Result<Vec<Decision>, DbError> {
    load(
        db,
        "account = $1 AND review_on <= $2
         AND NOT EXISTS (SELECT 1 FROM tier_decision l WHERE l.org = d.org AND l.at > d.at)",
        [account.into(), today.to_string().into()],
    )
    .await
}
