//! The board and its best plan, kept from one look to the next.
//!
//! Reading everything and planning from nothing takes seconds where thousands of requests wait;
//! a broker who tries things out must not wait for it each time. What is kept is used again only
//! while nothing has happened that the desk depends on: the record of acts says so exactly,
//! because every act appends to it in its own transaction. When something has happened the board
//! is read again, and planned again only where what the plan depends on is no longer the same.
//! So every one of several servers shows what is true now, and all show the same plan: it depends
//! on the question alone, never on the questions before.

use std::sync::{Arc, Mutex, PoisonError};

use foundation::{App, DbError, OrgRef, Sql};
use jiff::civil::Date;
use matching::plan::{Alternative, WhyNot};
use matching::{Effort, Pair, Plan, Planned, Question};
use needs::ActError;
use sea_orm::FromQueryResult;
use tokio::sync::OnceCell;

use super::plan::{Board, Then, WhatIf, told};
use super::unlock;

/// A partnership's board as of a day, and the best plan for it.
#[derive(Debug)]
pub struct Standing {
    /// The board.
    pub board: Board,
    worked: Arc<Worked>,
}

/// What was worked out for a question, for every look until the question changes.
#[derive(Debug)]
struct Worked {
    question: Question,
    planned: Planned,
    others: OnceCell<Vec<Alternative>>,
    lines: OnceCell<Vec<unlock::Line>>,
}

struct Kept {
    partnership: OrgRef,
    today: Date,
    /// Up to which entry of the record it is known to hold, and that entry's hash: two records
    /// (of two databases in one process) never share it.
    seen: Tail,
    standing: Arc<Standing>,
}

#[derive(Clone, Debug, FromQueryResult, PartialEq, Eq)]
struct Tail {
    seq: i64,
    hash: String,
    subject: String,
    verb: String,
}

impl Tail {
    /// Whether no board can depend on what the entry tells. A board shows people's names and
    /// writes to their addresses, so of what happens to accounts only signing in and out is passed
    /// over.
    fn aside(&self) -> bool {
        ASIDE.contains(&self.subject.as_str())
            || (self.subject == "account" && SIGNING.contains(&self.verb.as_str()))
    }
}

/// How many other plans are looked for.
const OTHERS: usize = 3;
/// How much less good another plan may be, as a share of the best one's points.
const WITHIN: f64 = 0.02;
/// Boards kept in a process; a server has few partnerships under the hand at a time.
const KEEP: usize = 8;
/// Beyond so many new entries it is quicker to look again than to read them.
const TAIL: i64 = 2_000;

/// What happens to these changes nothing on any board.
const ASIDE: [&str; 9] = [
    "audit",
    "conversation",
    "data share",
    "desk",
    "keys",
    "organisation",
    "retention",
    "session",
    "visit",
];

/// What happens to an account every time somebody comes and goes.
const SIGNING: [&str; 3] = ["signed in", "signed out of another session", "signed out everywhere"];

static SHELF: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

fn shelf() -> std::sync::MutexGuard<'static, Vec<Kept>> {
    SHELF.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The board and its best plan: kept ones while they hold, else read and planned anew.
///
/// # Errors
/// When the database cannot be read or the engine cannot read a request.
pub async fn standing(
    app: &App,
    partnership: OrgRef,
    today: Date,
) -> Result<Arc<Standing>, ActError> {
    if let Some(standing) = kept(app, partnership, today).await? {
        return Ok(standing);
    }
    // The mark is taken before the board is read: what happens in between is looked at again.
    let seen: Option<Tail> = app
        .db
        .first("SELECT seq, hash, subject, verb FROM event ORDER BY seq DESC LIMIT 1", [])
        .await?;
    let board = Board::load(&app.db, partnership, today).await?;
    let before: Vec<Arc<Worked>> = shelf()
        .iter()
        .filter(|one| one.partnership == partnership)
        .map(|one| Arc::clone(&one.standing.worked))
        .collect();
    let standing = away(move || {
        let question = board.question();
        if let Some(worked) = before.into_iter().find(|one| one.question == question) {
            return Ok(Arc::new(Standing { board, worked }));
        }
        let planned = Planned::new(&question, Effort::default()).map_err(told)?;
        let (others, lines) = (OnceCell::new(), OnceCell::new());
        let worked = Arc::new(Worked { question, planned, others, lines });
        Ok(Arc::new(Standing { board, worked }))
    })
    .await?;
    if let Some(seen) = seen {
        let mut shelf = shelf();
        shelf.retain(|one| one.partnership != partnership || one.today != today);
        shelf.insert(0, Kept { partnership, today, seen, standing: Arc::clone(&standing) });
        shelf.truncate(KEEP);
    }
    Ok(standing)
}

async fn kept(
    app: &App,
    partnership: OrgRef,
    today: Date,
) -> Result<Option<Arc<Standing>>, DbError> {
    let found = shelf()
        .iter()
        .find(|one| one.partnership == partnership && one.today == today)
        .map(|one| (one.seen.clone(), Arc::clone(&one.standing)));
    let Some((seen, standing)) = found else { return Ok(None) };
    let since: Vec<Tail> = app
        .db
        .all(
            "SELECT seq, hash, subject, verb FROM event WHERE seq >= $1 ORDER BY seq LIMIT $2",
            [seen.seq.into(), TAIL.into()],
        )
        .await?;
    let same = since.first() == Some(&seen);
    let aside = since.iter().skip(1).all(Tail::aside);
    if !same || !aside || since.len() >= usize::try_from(TAIL).unwrap_or(usize::MAX) {
        return Ok(None);
    }
    if let (Some(last), Some(one)) =
        (since.last(), shelf().iter_mut().find(|one| Arc::ptr_eq(&one.standing, &standing)))
    {
        one.seen = last.clone();
    }
    Ok(Some(standing))
}

impl Standing {
    /// The best plan as things are.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        self.worked.planned.plan()
    }

    /// Whether another board's plan is this very one, not worked out again.
    #[must_use]
    pub fn same_plan(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.worked, &other.worked)
    }

    /// The best plan if something were different, without keeping other visitors waiting.
    ///
    /// # Errors
    /// When pins contradict each other or a hard rule; the sentence says which.
    pub async fn what_if(self: &Arc<Self>, trial: WhatIf) -> Result<Then, ActError> {
        let standing = Arc::clone(self);
        away(move || standing.board.what_if(&trial, &standing.worked.planned)).await
    }

    /// Why a supporter is not in the plan for a request, and what would follow.
    ///
    /// # Errors
    /// When the request or the supporter is not on the board.
    pub async fn why_not(self: &Arc<Self>, pair: Pair) -> Result<WhyNot, ActError> {
        let standing = Arc::clone(self);
        away(move || standing.worked.planned.why_not(&pair, standing.board.effort()).map_err(told))
            .await
    }

    /// Up to three other plans at most two per cent less good. Looked for once.
    ///
    /// # Errors
    /// When the engine cannot read a request.
    pub async fn others(self: &Arc<Self>) -> Result<&[Alternative], ActError> {
        let look = || {
            let standing = Arc::clone(self);
            away(move || {
                let effort = standing.board.effort();
                standing.worked.planned.alternatives(OTHERS, WITHIN, effort).map_err(told)
            })
        };
        Ok(self.worked.others.get_or_try_init(look).await?)
    }

    /// What a day is worth, by specialism, phase and area. Reckoned once.
    ///
    /// # Errors
    /// When the engine cannot reckon a price exactly.
    pub async fn unlock(self: &Arc<Self>) -> Result<&[unlock::Line], ActError> {
        let reckon = || {
            let standing = Arc::clone(self);
            away(move || unlock::unlock(&standing.board, &standing.worked.planned))
        };
        Ok(self.worked.lines.get_or_try_init(reckon).await?)
    }
}

/// Runs arithmetic that takes its time where it holds nobody up.
///
/// # Errors
/// As the work itself.
async fn away<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ActError> + Send + 'static,
) -> Result<T, ActError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(ActError::Refused(format!(
            "The desk could not finish its arithmetic: {error}. Please try again."
        ))),
    }
}
