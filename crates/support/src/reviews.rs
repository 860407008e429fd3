//! Progress reviews: each milestone with a colour and words, next steps and a decision.

use std::{fmt, str::FromStr};

use access::Permit;
use foundation::{
    Actor, App, DbError, Sql,
    clock::london,
    db::{AsText, At, Json},
    id_type,
};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        AgreementId, Side,
        machine::{Standing, Work},
        store::{self, open, standings},
    },
    course::{Told, record, tell},
    milestones::{self, MilestoneId, Rag},
    time,
};

id_type! {
    /// A progress review.
    ReviewId
}

/// What a review decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Go on as agreed.
    Continue,
    /// Change something.
    Change,
    /// Do more.
    Intensify,
    /// Draw to a close.
    Close,
}

impl Decision {
    /// Every decision.
    pub const ALL: [Self; 4] = [Self::Continue, Self::Change, Self::Intensify, Self::Close];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Change => "change",
            Self::Intensify => "intensify",
            Self::Close => "close",
        }
    }

    /// What people read.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Continue => "Go on as agreed",
            Self::Change => "Change something",
            Self::Intensify => "Do more",
            Self::Close => "Draw to a close",
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Decision {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|decision| decision.key() == text)
            .ok_or_else(|| format!("“{text}” is not a decision of a review"))
    }
}

/// What a review says about one milestone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The milestone.
    pub milestone: MilestoneId,
    /// Its title on that day.
    pub title: String,
    /// Whose.
    pub side: Side,
    /// What had been seen on that day.
    pub seen: String,
    /// What the rule proposed.
    pub proposed: Rag,
    /// What the reviewer set.
    pub rag: Rag,
    /// Why.
    pub words: String,
}

/// A progress review.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Review {
    /// The identifier.
    pub id: ReviewId,
    /// First, second, third …
    pub ordinal: i64,
    held_on: AsText<Date>,
    /// Who held it.
    pub reviewer_name: String,
    lines: Json<Vec<Line>>,
    /// What happens next.
    pub next_steps: String,
    next_on: Option<String>,
    decision: AsText<Decision>,
    /// Half-days delivered by then.
    pub half_days_used: i64,
    /// Half-days agreed.
    pub half_days_agreed: i64,
}

impl Review {
    /// The day.
    #[must_use]
    pub const fn held_on(&self) -> Date {
        self.held_on.0
    }

    /// What it says about each milestone.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines.0
    }

    /// When the next one is.
    #[must_use]
    pub fn next_on(&self) -> Option<Date> {
        self.next_on.as_deref().and_then(|text| text.parse().ok())
    }

    /// What it decided.
    #[must_use]
    pub const fn decision(&self) -> Decision {
        self.decision.0
    }
}

/// The reviews of an agreement, first to last.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Review>, DbError> {
    db.all(
        "SELECT id, ordinal, held_on, reviewer_name, lines, next_steps, next_on, decision,
           half_days_used, half_days_agreed
         FROM progress_review WHERE agreement = $1 ORDER BY ordinal",
        [agreement.into()],
    )
    .await
}

/// The reviews that are still to be held, by number from 1 and day, in their order. The n-th agreed
/// day is answered by the n-th review; what the last review set for the next one goes before the
/// agreed day, also where no further day was agreed.
#[must_use]
pub fn ahead(agreed: &[Date], held: &[Review]) -> Vec<(usize, Date)> {
    let mut points = agreed.to_vec();
    points.sort_unstable();
    let mut ahead: Vec<Date> = points.get(held.len()..).unwrap_or_default().to_vec();
    if let Some(next) = held.last().and_then(Review::next_on) {
        match ahead.first_mut() {
            Some(first) => *first = next,
            None => ahead.push(next),
        }
    }
    ahead.into_iter().enumerate().map(|(at, on)| (held.len() + at + 1, on)).collect()
}

/// A review as it is written down.
#[derive(Clone, Debug)]
pub struct NewReview {
    /// How many reviews there were when the form was opened: two people cannot both write the
    /// second.
    pub after: i64,
    /// A colour and words for each milestone.
    pub lines: Vec<(MilestoneId, Rag, String)>,
    /// What happens next.
    pub next_steps: String,
    /// When the next review is.
    pub next_on: Option<Date>,
    /// What was decided.
    pub decision: Decision,
}

/// Who holds a review: asked by the form as well as by the act.
pub(crate) fn must_review(who: &[Standing]) -> Result<(), Refusal> {
    let reviewers =
        [Standing::SupportingHead, Standing::Lead, Standing::Broker, Standing::SupportedHead];
    if reviewers.iter().any(|standing| who.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::NotYours(
        "The heads, the leader of the team and the broker hold reviews.".to_owned(),
    ))
}

/// Holds a review: every milestone gets a colour with words, in one transaction.
///
/// # Errors
/// [`Refusal::Field`] where words or next steps are missing; [`DbError::Conflict`] when somebody
/// else has written the same review.
pub async fn hold(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewReview,
) -> Result<ReviewId, Refusal> {
    let (tx, record_of) = open(app, agreement).await?;
    record_of.must_allow(Work::Review)?;
    let who = standings(app, &tx, permit, &record_of).await?;
    must_review(&who)?;
    if new.next_steps.trim().is_empty() {
        return Err(Refusal::field("next_steps", "Say what happens next"));
    }
    let held = tx
        .count("SELECT count(*) AS n FROM progress_review WHERE agreement = $1", [agreement.into()])
        .await?;
    if held != new.after {
        return Err(DbError::Conflict("review").into());
    }
    let there = milestones::of(&tx, agreement).await?;
    let today = london(permit.context().at);
    let mut lines = Vec::new();
    for milestone in &there {
        let Some((_, rag, words)) = new.lines.iter().find(|(id, ..)| *id == milestone.id) else {
            return Err(Refusal::field("lines", "Look at every milestone"));
        };
        milestones::judge(&tx, &who, milestone.id, *rag, words, today).await?;
        lines.push(Line {
            milestone: milestone.id,
            title: milestone.title.clone(),
            side: milestone.side(),
            seen: milestone.seen(),
            proposed: milestone.proposed(today),
            rag: *rag,
            words: words.trim().to_owned(),
        });
    }
    let Actor::Person { account, name } = &permit.context().actor else {
        return Err(Refusal::NotYours("A person holds a review.".to_owned()));
    };
    let binding = store::current(&tx, &record_of).await?;
    let used = time::totals(&tx, agreement).await?.delivered;
    let id = ReviewId::new(&app.ids);
    tx.run(
        "INSERT INTO progress_review (id, agreement, ordinal, held_on, reviewer, reviewer_name, lines,
           next_steps, next_on, decision, half_days_used, half_days_agreed, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [
            id.into(),
            agreement.into(),
            (held + 1).into(),
            AsText(today).into(),
            account.clone().into(),
            name.clone().into(),
            Json(&lines).into(),
            new.next_steps.trim().into(),
            new.next_on.map(|on| on.to_string()).into(),
            new.decision.key().into(),
            used.into(),
            binding.terms().half_days().into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    let detail = json!({ "ordinal": held + 1, "decision": new.decision.key() });
    record(&tx, permit.context(), &record_of, "reviewed", detail).await?;
    tell(app, &tx, permit, &record_of, &Told::ReviewHeld).await?;
    tx.commit().await?;
    Ok(id)
}
