//! What this room holds about a person, and what a person still looks after here.

use access::{AccountId, leaving::Duty};
use foundation::{App, DbError, OrgRef, Sql as _};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::agreements::{Agreement, AgreementId, store};

#[derive(FromQueryResult)]
struct Part {
    agreement: AgreementId,
    lead: bool,
}

/// The agreements whose team names a person, with whether they lead it.
async fn parts(app: &App, account: AccountId) -> Result<Vec<(Agreement, bool)>, DbError> {
    let rows: Vec<Part> = app
        .db
        .all(
            "SELECT agreement, lead FROM agreement_person WHERE account = $1 ORDER BY agreement",
            [account.into()],
        )
        .await?;
    let mut parts = Vec::new();
    for row in rows {
        if let Some(agreement) = store::find(&app.db, row.agreement).await? {
            parts.push((agreement, row.lead));
        }
    }
    Ok(parts)
}

/// What a person looks after: the teams of running agreements in which their organisation takes
/// part, and the planned days that stand in their name.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let mut duties = Vec::new();
    for (agreement, lead) in parts(&app, account).await? {
        let state = agreement.state();
        let concerns = agreement.side_of(org).is_some() && !state.is_over();
        if !concerns {
            continue;
        }
        let part = if lead { "Leads the team of" } else { "Works in the team of" };
        duties.push(Duty {
            what: format!("{part} “{}”", titled(&agreement)),
            href: format!("/agreements/{}", agreement.id),
        });
        let planned = app
            .db
            .count(
                "SELECT count(*) AS n FROM time_entry
                 WHERE agreement = $1 AND account = $2 AND state = 'planned'",
                [agreement.id.into(), account.to_string().into()],
            )
            .await?;
        if planned > 0 {
            let entries = if planned == 1 { "entry" } else { "entries" };
            duties.push(Duty {
                what: format!("{planned} {entries} of planned time in “{}”", titled(&agreement)),
                href: format!("/agreements/{}/time", agreement.id),
            });
        }
    }
    Ok(duties)
}

fn titled(agreement: &Agreement) -> &str {
    match agreement.title.trim() {
        "" => "an agreement without a title yet",
        title => title,
    }
}

/// What the room holds about a person: their parts in teams, signatures, time, reviews, feedback
/// and answers.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        agreement: AgreementId,
        about: String,
        words: String,
    }
    let teams: Vec<Value> = parts(&app, account)
        .await?
        .into_iter()
        .map(|(agreement, lead)| {
            json!({ "agreement": agreement.id, "title": agreement.title, "lead": lead,
                    "state": agreement.state().in_words() })
        })
        .collect();
    let mut bundle = json!({ "teams": teams });
    let kinds = [
        (
            "signatures",
            "SELECT agreement, capacity AS about, name || ', ' || title AS words
             FROM agreement_signature WHERE account = $1 ORDER BY agreement, number, capacity",
        ),
        (
            "time",
            "SELECT agreement, on_date || ', ' || state AS about, what AS words
             FROM time_entry WHERE account = $1 OR recorded_by = 'account:' || CAST($1 AS TEXT) ORDER BY on_date, id",
        ),
        (
            "sessions",
            "SELECT agreement, on_date || ', hours: ' || CAST(hours AS TEXT) AS about, what AS words
             FROM time_session WHERE account = $1 OR recorded_by = 'account:' || CAST($1 AS TEXT) ORDER BY on_date, id",
        ),
        (
            "reviews",
            "SELECT agreement, held_on AS about, next_steps AS words
             FROM progress_review WHERE reviewer = $1 ORDER BY held_on, id",
        ),
        (
            "feedback",
            "SELECT agreement, side AS about, comment AS words
             FROM feedback WHERE given_by = 'account:' || CAST($1 AS TEXT) ORDER BY agreement, side",
        ),
        (
            "capacity",
            "SELECT agreement, who AS about, can_now AS words
             FROM capacity_gain WHERE recorded_by = 'account:' || CAST($1 AS TEXT) ORDER BY id",
        ),
        (
            "taken home",
            "SELECT agreement, goal AS about, words
             FROM taken_home WHERE said_by = 'account:' || CAST($1 AS TEXT) ORDER BY agreement",
        ),
        (
            "reports of advice",
            "SELECT agreement, delivered_on AS about, advised AS words
             FROM advice_report WHERE by_account = $1 ORDER BY agreement",
        ),
        (
            "how you lead",
            "SELECT l.agreement, s.behaviour || ', ' || s.side || ', ' || CAST(s.level AS TEXT) AS about,
               s.example AS words
             FROM leading_view l JOIN leading_said s ON s.question = l.id
             WHERE l.leader = $1 OR (l.answered_by = $1 AND s.side = 'partner')
             ORDER BY l.asked_on, l.id, s.side, s.behaviour",
        ),
        (
            "checks",
            "SELECT agreement, due_on AS about, evidence AS words
             FROM sustainability_check WHERE answered_by = 'account:' || CAST($1 AS TEXT) ORDER BY due_on, id",
        ),
    ];
    for (name, sql) in kinds {
        let rows: Vec<Row> = app.db.all(sql, [account.to_string().into()]).await?;
        let rows: Vec<Value> = rows
            .into_iter()
            .map(
                |row| json!({ "agreement": row.agreement, "about": row.about, "words": row.words }),
            )
            .collect();
        bundle[name] = rows.into();
    }
    Ok(bundle)
}
