//! The weekly digest and reminders: letters that say what is expected, once, on school days, and
//! nothing when there is nothing.
//!
//! A daily round on school days sets one job a person. What was sent is written down in the
//! transaction that posts the letter, so a round that runs twice, or is cut short and runs again,
//! sends nothing twice.

use access::{AccountId, Permit, Visitor, accounts, partnerships};
use foundation::{
    App, DbError, PageError, Sql as _,
    clock::{date_in_words, london, moment},
    db::AsText,
    events::{self, Event},
    jobs,
    mail::{self, Letter},
};
use jiff::{SignedDuration, ToSpan as _, civil::Date};
use plans::shared::thanks;
use serde::{Deserialize, Serialize};
use support::{calendar::calendar, home::Dated};

use super::{Ledger, Week, days, of};

/// The kind of job that sets each day's letters.
pub const ROUND: &str = "week round";
/// The kind of job that writes one person's letters.
pub const PERSON: &str = "week person";

#[derive(Serialize, Deserialize)]
struct Body {
    account: AccountId,
    /// Whether the digest is due, besides reminders.
    digest: bool,
    /// The school day it is for.
    on: Date,
}

/// Adds the week's jobs.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    let said = |error: DbError| error.to_string();
    handlers
        .on(ROUND, move |app: App, _| async move {
            round(&app).await.map_err(said)?;
            schedule(&app).await.map_err(said)
        })
        .on(PERSON, |app: App, held| async move {
            let body: Body = serde_json::from_str(&held.body).map_err(|error| error.to_string())?;
            person(&app, &body).await.map_err(|error| error.to_string())
        })
}

/// Sets the next round for the morning of the next school day; a second call adds nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), DbError> {
    let tomorrow = app.clock.today().saturating_add(1.days());
    let due = calendar().next_open(moment(tomorrow.at(0, 0, 0, 0)));
    let once = format!("{ROUND} {}", london(due));
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, ROUND, &serde_json::json!({}), due, Some(&once)).await?;
    tx.commit().await
}

/// Sets a job for everybody who has a post today. The digest goes out on the first school day of
/// a week.
///
/// # Errors
/// When the database refuses.
pub async fn round(app: &App) -> Result<usize, DbError> {
    let today = app.clock.today();
    if !calendar().is_school_day(today) {
        return Ok(0);
    }
    let digest = calendar().first_of_week(today) == Some(today);
    let everybody = accounts::all(&app.db).await?;
    let tx = app.db.write().await?;
    for account in &everybody {
        let body = Body { account: account.id, digest, on: today };
        let once = format!("{PERSON} {} {today}", account.id);
        let due = calendar().next_open(app.clock.now());
        jobs::enqueue(&tx, &app.ids, PERSON, &body, due, Some(&once)).await?;
    }
    tx.commit().await?;
    Ok(everybody.len())
}

/// Whether a person wants the weekly digest.
///
/// # Errors
/// When the database cannot be read.
pub async fn wanted(app: &App, account: AccountId) -> Result<bool, DbError> {
    let refused = app
        .db
        .count(
            "SELECT count(*) AS n FROM digest_wish WHERE account = $1 AND weekly = FALSE",
            [account.into()],
        )
        .await?;
    Ok(refused == 0)
}

/// Keeps whether a person wants the weekly digest. The permit is for their own records.
///
/// # Errors
/// When the database refuses.
pub async fn wish(
    app: &App,
    permit: &Permit,
    account: AccountId,
    weekly: bool,
) -> Result<(), DbError> {
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO digest_wish (account, weekly) VALUES ($1, $2)
         ON CONFLICT (account) DO UPDATE SET weekly = excluded.weekly",
        [account.into(), weekly.into()],
    )
    .await?;
    let verb = if weekly { "asked for the digest" } else { "asked for no digest" };
    events::append(&tx, permit.context(), Event::new("account", account, verb)).await?;
    tx.commit().await
}

async fn person(app: &App, body: &Body) -> Result<(), PageError> {
    let Some(account) = accounts::get(&app.db, body.account).await? else { return Ok(()) };
    let visitor = Visitor::for_letters(app, account.id, account.name.clone()).await?;
    let short = left_out(app, &visitor).await?;
    if visitor.posts.is_empty() && short.is_empty() {
        return Ok(());
    }
    if body.digest && wanted(app, account.id).await? {
        let week = of(app, &visitor).await?;
        let thanks = thanked(app, &visitor).await?;
        let items = week.expected().count() + week.days().count() + thanks.len();
        // Where all of it is left out, that is said in one letter and not again every week.
        if items > 0 || !short.is_empty() && !told(app, account.id).await? {
            let text = digest_text(&app.config.public_url(), &account.name, &week, &thanks, &short);
            send_digest(app, &account, body.on, items, text).await?;
        }
    }
    // Today's digest tells of the days ahead: a reminder beside it would only repeat it.
    if !body.digest {
        remind(app, &account, &visitor, body.on).await?;
    }
    Ok(())
}

/// What the schools and trusts in which somebody works were thanked for in the last week, and where all
/// of it stands.
async fn thanked(app: &App, visitor: &Visitor) -> Result<Vec<(String, String)>, DbError> {
    let since = app.clock.now() - SignedDuration::from_hours(7 * 24);
    let mut orgs: Vec<_> = visitor.posts.iter().map(|post| post.org).collect();
    orgs.sort();
    orgs.dedup();
    let mut lines = Vec::new();
    for org in orgs {
        for one in thanks::received(&app.db, org, since).await? {
            // Who has left the partnership is told nothing of it any more.
            if !visitor.has_member(one.partnership, org) {
                continue;
            }
            let from = register::org_name(&app.db, one.from_org).await?;
            let to = register::org_name(&app.db, org).await?;
            let words = format!("{from} thanks {to}: “{}”", one.words);
            lines.push((words, format!("{}/thanks", partnerships::address(one.partnership))));
        }
    }
    Ok(lines)
}

/// Why the letter is short: posts that wait for a second step, and where it is set up. Empty where
/// nothing is left out.
async fn left_out(app: &App, visitor: &Visitor) -> Result<String, DbError> {
    let mut posts = Vec::new();
    for post in &visitor.waiting.held_back {
        posts.push(format!("{}, {}", post.title, app.names.of(&app.db, post.org).await?));
    }
    if posts.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(
        "\nThis letter leaves out what belongs to your post as {}: it is closed until you set up a \
         second step.\n{}/account/second-step\n",
        posts.join(" and as "),
        app.config.public_url()
    ))
}

/// Whether somebody had a letter that said nothing but that all of it is left out.
async fn told(app: &App, account: AccountId) -> Result<bool, DbError> {
    let sql = "SELECT count(*) AS n FROM digest_sent WHERE account = $1 AND items = 0";
    Ok(app.db.count(sql, [account.into()]).await? > 0)
}

async fn send_digest(
    app: &App,
    account: &accounts::Account,
    on: Date,
    items: usize,
    text: String,
) -> Result<(), DbError> {
    let week = brokerage::cadre::capacity::monday(on);
    let tx = app.db.write().await?;
    let first = tx
        .run(
            "INSERT INTO digest_sent (account, week, items) VALUES ($1, $2, $3)
             ON CONFLICT (account, week) DO NOTHING",
            [
                account.id.into(),
                AsText(week).into(),
                i64::try_from(items).unwrap_or(i64::MAX).into(),
            ],
        )
        .await?;
    if first == 1 {
        let letter = Letter {
            recipient: account.email.clone(),
            subject: "Your week on Alongside".to_owned(),
            body: text,
        };
        let due = calendar().next_open(app.clock.now());
        mail::post_at(&tx, app, &letter, due).await?;
    }
    tx.commit().await
}

/// Pages about what one person said to another: their words are read there and not in a letter, which
/// passes through other hands.
const SAID: [&str; 2] = ["/challenges/", "/coaching/"];

/// The digest in plain text: what is expected in both halves, then the days ahead, and what is left
/// out.
fn digest_text(
    url: &str,
    name: &str,
    week: &Week,
    thanks: &[(String, String)],
    short: &str,
) -> String {
    let mut text = format!("Hello {name},\n");
    if week.expected().next().is_some() || week.days().next().is_some() {
        text += "\nthis is what is expected of you this week.\n";
    }
    for (heading, half) in [("My school", &week.mine), ("Schools I work with", &week.others)] {
        let mut part = String::new();
        for item in half.items.iter().filter(|item| item.expected) {
            part += &format!("- {}\n", item.text);
            let said = SAID.iter().any(|page| item.href.starts_with(page));
            if !item.detail.is_empty() && !said {
                part += &format!("  {}\n", item.detail);
            }
            part += &format!("  {url}{}\n", item.href);
        }
        for day in &half.days {
            part += &format!("- {}: {}\n", date_in_words(day.on), day.what.to_lowercase());
            part += &format!("  {url}{}\n", day.href);
        }
        if !part.is_empty() {
            text += &format!("\n{heading}\n\n{part}");
        }
    }
    if !thanks.is_empty() {
        text += "\nThank you\n\n";
    }
    for (words, href) in thanks {
        text += &format!("- {words}\n  {url}{href}\n");
    }
    for Ledger { school, balance } in &week.ledgers {
        text += &format!("\n{school} this school year: {}; {}.\n", balance.given, balance.received);
    }
    text + short
        + &format!(
            "\nAll of it in one place: {url}/home\nNo digest, or a calendar instead: {url}/home/letters\n"
        )
}

/// Reminds somebody of days of support and reviews up to and including the next school day.
async fn remind(
    app: &App,
    account: &accounts::Account,
    visitor: &Visitor,
    today: Date,
) -> Result<(), PageError> {
    let next = calendar().next_open(moment(today.saturating_add(1.days()).at(0, 0, 0, 0)));
    let ahead = days(app, visitor, today.saturating_add(1.days()), london(next)).await?;
    let ahead: Vec<Dated> = ahead
        .into_iter()
        .filter(|day| ["Day of support", "Review of progress"].contains(&day.what))
        .collect();
    if ahead.is_empty() {
        return Ok(());
    }
    let url = app.config.public_url();
    let tx = app.db.write().await?;
    let mut text = String::new();
    for day in &ahead {
        let first = tx
            .run(
                "INSERT INTO reminder_sent (account, thing, on_date) VALUES ($1, $2, $3)
                 ON CONFLICT (account, thing, on_date) DO NOTHING",
                [account.id.into(), day.key.clone().into(), AsText(day.on).into()],
            )
            .await?;
        if first == 1 {
            text += &format!(
                "- {}: {}\n  {url}{}\n",
                date_in_words(day.on),
                day.what.to_lowercase(),
                day.href
            );
        }
    }
    if !text.is_empty() {
        let letter = Letter {
            recipient: account.email.clone(),
            subject: "A reminder from Alongside".to_owned(),
            body: format!("Hello {},\n\ncoming up:\n\n{text}", account.name),
        };
        let due = calendar().next_open(app.clock.now());
        mail::post_at(&tx, app, &letter, due).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::Item, *};

    #[test]
    fn what_one_said_to_another_stays_out_of_letters() {
        let item = |text: &str, href: &str, detail: &str| Item {
            text: text.to_owned(),
            href: href.to_owned(),
            tag: "To do".to_owned(),
            detail: detail.to_owned(),
            expected: true,
        };
        let mut week = Week::default();
        week.mine.items = vec![
            item("Reply to a challenge", "/challenges/1", "Daniel: three ways of teaching phonics"),
            item("Sign the agreement", "/agreements/1/sign", "Early reading"),
        ];
        let text = digest_text("https://example.org", "Priya", &week, &[], "");
        assert!(text.contains("Reply to a challenge") && text.contains("/challenges/1"));
        assert!(text.contains("Early reading") && !text.contains("three ways"), "{text}");
    }
}
