//! What this room knows of a person: what they still look after, and what it holds about them.

use access::{AccountId, leaving::Duty};
use brokerage::contribution::Contribution;
use foundation::{App, DbError, OrgRef, Sql as _, clock::date_in_words, db::At};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::{
    coaching,
    commissions::{self, CommissionId},
    visits::{Visit, model},
};

async fn visits_of(app: &App, account: AccountId) -> Result<Vec<Visit>, DbError> {
    model::made_by(&app.db, account).await
}

#[derive(FromQueryResult)]
struct Led {
    id: CommissionId,
    state: String,
}

async fn reviews_of(app: &App, account: AccountId) -> Result<Vec<Led>, DbError> {
    let sql = "SELECT id, state FROM commission WHERE reviewer = $1 ORDER BY id";
    app.db.all(sql, [account.into()]).await
}

/// What somebody still looks after in an organisation: visits to come, which somebody else makes
/// instead. A note is its writer's alone: nobody can take it over, so it keeps no post open.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let mut duties = Vec::new();
    for visit in visits_of(&app, account).await? {
        if visit.giver == org && visit.state().is_ahead() {
            let day = date_in_words(visit.on());
            duties.push(Duty {
                what: format!("Makes the visit of {day}"),
                href: format!("/visits/{}/move", visit.id),
            });
        }
    }
    Ok(duties)
}

/// Words somebody wrote beside a note or in a challenge.
#[derive(FromQueryResult)]
struct Wrote {
    about: String,
    words: String,
    at: At,
}

async fn wrote(app: &App, account: AccountId, sql: &str) -> Result<Vec<Value>, DbError> {
    let rows: Vec<Wrote> = app.db.all(sql, [account.into()]).await?;
    Ok(rows
        .into_iter()
        .map(|one| json!({ "about": one.about, "words": one.words, "at": one.at.0 }))
        .collect())
}

/// What is held about somebody: their visits and the notes they wrote, that they talked with
/// whom and when, the reviews they lead. The words of private conversations are not part of it:
/// they are sealed, and the person reads them on their own pages.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    let mut visits = Vec::new();
    for visit in visits_of(&app, account).await? {
        let note = crate::visits::notes::of(&app.db, visit.id).await?;
        visits.push(json!({
            "visit": visit.id, "day": visit.on(), "kind": visit.kind, "to": visit.host,
            "purpose": visit.purpose, "state": visit.state(), "note": note.map(|n| n.body().clone()),
        }));
    }
    let mut talks = Vec::new();
    for pair in coaching::pairs_of(&app.db, account).await? {
        let days: Vec<Value> = coaching::sessions(&app.db, pair.id)
            .await?
            .iter()
            .map(
                |one| json!({ "day": one.on(), "minutes": one.minutes, "shared": one.shared_step }),
            )
            .collect();
        talks.push(json!({ "with": pair.partner_of(account), "kind": pair.kind(), "days": days }));
    }
    let reviews: Vec<Value> = reviews_of(&app, account)
        .await?
        .into_iter()
        .map(|one| json!({ "review": one.id, "state": one.state }))
        .collect();
    let remarks = wrote(
        &app,
        account,
        "SELECT visit AS about, words, at FROM visit_remark WHERE account = $1 ORDER BY at",
    )
    .await?;
    let challenges = wrote(
        &app,
        account,
        "SELECT about, point AS words, raised_at AS at FROM challenge
         WHERE raised_by = $1 ORDER BY raised_at",
    )
    .await?;
    let replies = wrote(
        &app,
        account,
        "SELECT challenge AS about, words, at FROM challenge_reply WHERE account = $1 ORDER BY at",
    )
    .await?;
    let judged = wrote(
        &app,
        account,
        "SELECT j.moderation || ', aspect ' || j.aspect || ', level ' || j.level AS about,
           j.seen AS words, m.created_at AS at
         FROM moderation_judgement j JOIN moderation m ON m.id = j.moderation
         WHERE j.account = $1 ORDER BY j.moderation, j.aspect",
    )
    .await?;
    // How many there are; the words are sealed and come from the journal's own page.
    let journal = crate::journal::of(&app.db, account).await?.len();
    Ok(json!({
        "visits": visits, "conversations": talks, "reviews": reviews, "journal entries": journal,
        "remarks on notes": remarks, "challenge points": challenges, "replies": replies,
        "judgements": judged,
    }))
}

/// What somebody gave beyond their school that is not counted in time: private conversations with
/// a colleague of another school (that they took place and how often, never a word of them), and
/// reviews they led for a school that asked. For their own record.
///
/// # Errors
/// When the database cannot be read.
pub async fn contributions(app: App, account: AccountId) -> Result<Vec<Contribution>, DbError> {
    let mut all = Vec::new();
    for pair in coaching::pairs_of(&app.db, account).await? {
        // Whoever is from the supporting school of the agreement gives.
        let Some(agreement) = support::agreements::store::find(&app.db, pair.agreement).await?
        else {
            continue;
        };
        let (own, theirs) = if pair.one == account {
            (pair.one_org, pair.other_org)
        } else {
            (pair.other_org, pair.one_org)
        };
        let sessions = coaching::sessions(&app.db, pair.id).await?;
        let days = || sessions.iter().map(coaching::Session::on);
        let (Some(first), Some(last)) = (days().min(), days().max()) else { continue };
        if own != agreement.supporting {
            continue;
        }
        let times = match sessions.len() {
            1 => "one conversation".to_owned(),
            more => format!("{more} conversations"),
        };
        all.push(Contribution {
            to: theirs,
            school: register::org_name(&app.db, theirs).await?,
            title: format!("{}: {times}", pair.kind().words()),
            role: "Between two".to_owned(),
            from_on: first,
            to_on: last,
            agreed: None,
            given: None,
            stands: pair.state().words().to_owned(),
            became: Vec::new(),
            sphere: String::new(),
        });
    }
    for review in commissions::led_by(&app.db, account).await? {
        let (from_on, to_on) = review.days();
        all.push(Contribution {
            to: review.owner,
            school: register::org_name(&app.db, review.owner).await?,
            title: review.kind_name().to_owned(),
            role: "Lead reviewer".to_owned(),
            from_on,
            to_on,
            agreed: None,
            given: None,
            stands: review.state().words().to_owned(),
            became: Vec::new(),
            sphere: String::new(),
        });
    }
    Ok(all)
}
