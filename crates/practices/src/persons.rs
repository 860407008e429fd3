//! What this room knows of a person: what they still look after, and what it holds about them.

use access::{AccountId, leaving::Duty};
use foundation::{App, DbError, OrgRef, Sql as _};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::{
    adoptions, asks,
    practice::{COLUMNS, Practice, State},
};

async fn written_by(app: &App, account: AccountId) -> Result<Vec<Practice>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM practice WHERE author = $1 ORDER BY id");
    app.db.all(&sql, [account.into()]).await
}

/// What somebody still looks after in a school: the practices they wrote down, which others ask
/// them about.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let all = written_by(&app, account).await?;
    let own = all.into_iter().filter(|it| it.origin == org && it.state() != State::Retired);
    Ok(own
        .map(|it| Duty {
            what: format!("Answers for the practice “{}”", it.draft().title),
            href: format!("/practices/{}", it.id),
        })
        .collect())
}

#[derive(FromQueryResult)]
struct Checked {
    practice: String,
    on_date: String,
}

/// What is held about somebody: the practices they wrote, what they recorded for their school, and
/// where they asked to come.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    let written: Vec<Value> = written_by(&app, account)
        .await?
        .iter()
        .map(|it| json!({ "practice": it.id, "state": it.state(), "words": it.draft() }))
        .collect();
    let used: Vec<Value> = adoptions::by_person(&app.db, account)
        .await?
        .iter()
        .map(|it| json!({ "practice": it.practice, "school": it.org, "state": it.state() }))
        .collect();
    let asked: Vec<Value> = asks::of_person(&app.db, account)
        .await?
        .iter()
        .map(|it| json!({ "practice": it.practice, "words": it.words, "state": it.state() }))
        .collect();
    let checked: Vec<Checked> = app
        .db
        .all(
            "SELECT practice, on_date FROM practice_check WHERE account = $1 ORDER BY on_date",
            [account.into()],
        )
        .await?;
    let checked: Vec<Value> = checked
        .into_iter()
        .map(|it| json!({ "practice": it.practice, "on": it.on_date }))
        .collect();
    Ok(json!({
        "practices": written, "uses": used, "asked to see": asked, "checked": checked,
    }))
}
