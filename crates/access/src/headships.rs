//! Executive headship: one person heads several schools, each for a part of their time. Together
//! the parts are no more than full time, unless somebody says why they are.

use foundation::{
    App, DbError, OrgRef, Sql,
    events::{self, Event},
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{AccountId, Permit, Post, Role};

/// Full time, in the hundredths in which shares are kept.
pub const FULL: i64 = 100;

/// A headship somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Headship {
    /// The post.
    pub id: String,
    /// Where.
    pub org: OrgRef,
    /// The words on the door.
    pub title: String,
    /// How much of full time it is, in hundredths, where somebody said so.
    pub share: Option<i64>,
}

/// Why headships cannot stand like that.
#[derive(Debug, thiserror::Error)]
pub enum HeadshipError {
    /// Together they are more than full time, in hundredths, and nobody said why.
    #[error(
        "together these headships are {} of full time (one of which nothing is said counts as 1): split \
         them so that they are 1 or less, or say why they are more",
        in_words(*.0)
    )]
    TooMuch(i64),
    /// A share that no post can have.
    #[error("enter a share of full time from 0.05 to 1, such as 0.4")]
    NoShare,
    /// It is not a headship of this person any more.
    #[error("this is not a headship of this person any more")]
    Over,
    /// The database said something.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// A share as people write it: "0.4", "1".
#[must_use]
pub fn in_words(share: i64) -> String {
    let text = format!("{}.{:02}", share / FULL, share % FULL);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Reads a share such as "0.4" or "1".
///
/// # Errors
/// [`HeadshipError::NoShare`] for anything that is no part of full time.
pub fn parse(text: &str) -> Result<i64, HeadshipError> {
    let share: f64 = text.trim().parse().map_err(|_| HeadshipError::NoShare)?;
    if !(0.05..=1.0).contains(&share) {
        return Err(HeadshipError::NoShare);
    }
    #[expect(clippy::cast_possible_truncation, reason = "at most a hundred")]
    let hundredths = (share * 100.0).round() as i64;
    Ok(hundredths)
}

/// The headships a person holds on a day, the first one first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, account: AccountId, on: Date) -> Result<Vec<Headship>, DbError> {
    db.all(
        "SELECT id, org, title, share FROM post
         WHERE account = $1 AND role = $2 AND start_on <= $3 AND (end_on IS NULL OR end_on >= $3)
         ORDER BY start_on, org",
        [account.into(), Role::Head.key().into(), on.to_string().into()],
    )
    .await
}

/// What some shares are together. Where there are several, one of which nothing was said counts as
/// full time: it was that before there was another.
#[must_use]
pub fn sum(shares: &[Option<i64>]) -> i64 {
    match shares {
        [] | [None] => 0,
        some => some.iter().map(|share| share.unwrap_or(FULL)).sum(),
    }
}

/// Refuses more than full time, unless the permit carries a reason.
fn must_fit(shares: &[Option<i64>], permit: &Permit) -> Result<(), HeadshipError> {
    let sum = sum(shares);
    let said = permit.context().reason.as_deref().is_some_and(|why| !why.trim().is_empty());
    if sum > FULL && !said { Err(HeadshipError::TooMuch(sum)) } else { Ok(()) }
}

/// Refuses a further post that would make somebody head for more than full time.
///
/// # Errors
/// [`HeadshipError::TooMuch`] without a reason on the permit.
pub(crate) async fn must_allow(
    db: &impl Sql,
    permit: &Permit,
    account: AccountId,
    post: &Post,
    on: Date,
) -> Result<(), HeadshipError> {
    if post.role() != Role::Head {
        return Ok(());
    }
    let mut shares: Vec<Option<i64>> =
        of(db, account, on).await?.iter().map(|one| one.share).collect();
    shares.push(post.share);
    must_fit(&shares, permit)
}

/// Says how somebody's time as a head is split: the share of each headship they hold.
///
/// # Errors
/// [`HeadshipError`] when a share is no share, the sum is more than full time without a reason, or
/// a post is not theirs.
pub async fn split(
    app: &App,
    permit: &Permit,
    account: AccountId,
    shares: &[(String, i64)],
    today: Date,
) -> Result<(), HeadshipError> {
    if shares.iter().any(|(_, share)| !(5..=FULL).contains(share)) {
        return Err(HeadshipError::NoShare);
    }
    let context = permit.context();
    let tx = app.db.write().await?;
    tx.lock(&format!("headships of {account}")).await?;
    let held = of(&tx, account, today).await?;
    let known = |id: &String| held.iter().any(|one| one.id == *id);
    if shares.len() != held.len() || !shares.iter().all(|(id, _)| known(id)) {
        return Err(HeadshipError::Over);
    }
    let all: Vec<Option<i64>> = shares.iter().map(|(_, share)| Some(*share)).collect();
    must_fit(&all, permit)?;
    for (id, share) in shares {
        tx.run("UPDATE post SET share = $2 WHERE id = $1", [id.clone().into(), (*share).into()])
            .await?;
    }
    let facts = json!({ "sum": sum(&all) });
    let event = Event::new("account", account, "split their time as a head").with(facts);
    events::append(&tx, context, event).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_said_as_people_write_them() {
        for (text, share) in [("0.4", 40), (" 1 ", 100), ("0.05", 5), ("0.333", 33), ("1.0", 100)] {
            assert_eq!(parse(text).unwrap(), share, "{text}");
        }
        for text in ["", "0", "1.4", "-0.2", "half", "NaN", "inf", "0.01"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!([5, 40, 100, 140].map(in_words), ["0.05", "0.4", "1", "1.4"]);
    }

    #[test]
    fn what_nobody_said_counts_as_full_time_beside_another() {
        assert_eq!(sum(&[None]), 0);
        assert_eq!(sum(&[None, Some(40)]), 140);
        assert_eq!(sum(&[Some(60), Some(40)]), 100);
        assert_eq!(sum(&[None, None]), 200);
    }
}
