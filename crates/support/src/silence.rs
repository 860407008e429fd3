//! Support of which nothing is heard: who is asked, after how many days, as the agreement says.

use access::{
    Permit, Role,
    accounts::{self, Account},
};
use foundation::{
    App, DbError, Sql, Tx,
    clock::london,
    db::At,
    mail::{self, Letter},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        Agreement,
        quiet::Rung,
        store::{self, open},
    },
    calendar::calendar,
    course::record,
};

/// The verb under which a step is kept: it is no word about the work, and ends no silence.
const STEP: &str = "silence noticed";

/// The last day on which something was written down about a support, and how many steps were
/// taken since.
pub(crate) async fn last_word(
    db: &impl Sql,
    agreement: &Agreement,
) -> Result<Option<(Date, usize)>, DbError> {
    #[derive(FromQueryResult)]
    struct Last {
        seq: i64,
        at: At,
    }
    let id = agreement.id.to_string();
    let last: Option<Last> = db
        .first(
            "SELECT seq, at FROM event WHERE subject = 'agreement' AND subject_id = $1
               AND verb <> $2 ORDER BY seq DESC LIMIT 1",
            [id.clone().into(), STEP.into()],
        )
        .await?;
    let Some(last) = last else { return Ok(None) };
    let taken = db
        .count(
            "SELECT count(*) AS n FROM event WHERE subject = 'agreement' AND subject_id = $1
               AND verb = $2 AND seq > $3",
            [id.into(), STEP.into(), last.seq.into()],
        )
        .await?;
    Ok(Some((london(last.at.0), usize::try_from(taken).unwrap_or(usize::MAX))))
}

/// Takes the next step for every support under way in which nothing was written down for as long
/// as its agreement says: one step a day at most, none on a day without school, and none where
/// both agreed on none. Returns how many were taken.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<usize, Refusal> {
    let today = london(permit.context().at);
    if !calendar().is_school_day(today) {
        return Ok(0);
    }
    let going: Vec<Agreement> = app
        .db
        .all(
            &format!(
                "SELECT {} FROM agreement a
                 WHERE a.state IN ('active', 'under_variation', 'exiting') ORDER BY a.id",
                store::COLUMNS
            ),
            [],
        )
        .await?;
    let mut taken = 0;
    for agreement in going {
        taken += usize::from(notice(app, permit, &agreement, today).await?);
    }
    Ok(taken)
}

async fn notice(
    app: &App,
    permit: &Permit,
    agreement: &Agreement,
    today: Date,
) -> Result<bool, Refusal> {
    let version = store::current(&app.db, agreement).await?;
    let Some(quiet) = version.terms().quiet else { return Ok(false) };
    let (tx, agreement) = open(app, agreement.id).await?;
    let Some((since, taken)) = last_word(&tx, &agreement).await? else { return Ok(false) };
    let days = calendar().days_of_term(since, today);
    let Some(rung) = quiet.due(days, taken) else { return Ok(false) };
    if noticed_today(&tx, &agreement, today).await? {
        return Ok(false);
    }
    let people = people(app, &tx, &agreement, rung).await?;
    let told: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    for person in &people {
        let body = format!(
            "Hello {},\n\nnothing was written down for {days} days, school holidays left out, \
             about this support. Perhaps all is well, perhaps something is in the way. A short \
             call often helps more than a letter:\n\n{}/agreements/{}\n\nBoth sides agreed to this \
             letter when they signed. A day booked, a note or a review ends the silence.\n",
            person.name,
            app.config.public_url(),
            agreement.id
        );
        let letter = Letter {
            recipient: person.email.clone(),
            subject: "Support has gone quiet".to_owned(),
            body,
        };
        mail::post(&tx, app, permit.context(), &letter).await?;
    }
    let detail = json!({ "step": taken + 1, "days": days, "told": told });
    record(&tx, permit.context(), &agreement, STEP, detail).await?;
    tx.commit().await?;
    Ok(true)
}

async fn noticed_today(tx: &Tx, agreement: &Agreement, today: Date) -> Result<bool, DbError> {
    #[derive(FromQueryResult)]
    struct Last {
        at: At,
    }
    let last: Option<Last> = tx
        .first(
            "SELECT at FROM event WHERE subject = 'agreement' AND subject_id = $1 AND verb = $2
             ORDER BY seq DESC LIMIT 1",
            [agreement.id.to_string().into(), STEP.into()],
        )
        .await?;
    Ok(last.is_some_and(|last| london(last.at.0) == today))
}

/// Who is told at a step; where a team has no leader with an account, the supporting head is.
async fn people(
    app: &App,
    tx: &Tx,
    agreement: &Agreement,
    rung: Rung,
) -> Result<Vec<Account>, DbError> {
    let mut found = Vec::new();
    match rung {
        Rung::InHand => {
            for lead in store::team_leaders(tx, agreement.id).await? {
                found.extend(accounts::get(tx, lead).await?.filter(|one| one.closed_at.is_none()));
            }
            if found.is_empty() {
                found = accounts::leaders(tx, &app.clock, agreement.supporting).await?;
            }
        }
        Rung::Heads => {
            for org in [agreement.supported, agreement.supporting] {
                found.extend(accounts::leaders(tx, &app.clock, org).await?);
            }
        }
        Rung::Broker => {
            if let Some(partnership) = agreement.partnership {
                found = accounts::holders(tx, &app.clock, partnership, Role::Broker).await?;
            }
        }
    }
    found.sort_by_key(|person| person.id);
    found.dedup_by_key(|person| person.id);
    Ok(found)
}
