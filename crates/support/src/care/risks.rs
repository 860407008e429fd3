//! Risks of a support: what could go wrong, how likely, how bad, what is done about it and who
//! looks after it.

use std::{fmt, str::FromStr};

use access::Permit;
use foundation::{
    App, DbError, Sql,
    db::{AsText, At},
    id_type, words,
};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::{
    Refusal,
    agreements::{
        AgreementId, Standing,
        store::{open, standings},
    },
    course::record,
};

id_type! {
    /// A risk.
    RiskId
}

/// Low, medium or high: in words, since a number would only pretend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

impl Level {
    /// Every level.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word stored in the database.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for Level {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|level| level.key() == text)
            .ok_or_else(|| format!("“{text}” is neither low, medium nor high"))
    }
}

words! {
    /// How much of a risk the two schools accept for what they hope to win.
    Appetite {
        Averse = "averse", "None: stop before it happens";
        Cautious = "cautious", "Some: with what is done about it";
        Open = "open", "Willingly: it is worth a try, and we stop if it fails";
    }
}

/// A risk.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Risk {
    /// The identifier.
    pub id: RiskId,
    /// The agreement.
    pub agreement: AgreementId,
    /// What could go wrong.
    pub what: String,
    likelihood: AsText<Level>,
    impact: AsText<Level>,
    /// What is done about it.
    pub mitigation: String,
    /// Who looks after it: a role is enough.
    pub owner: String,
    appetite: AsText<Appetite>,
    state: String,
    /// What became of it.
    pub words: String,
    /// Guards against two people changing it at once.
    pub version: i64,
}

impl Risk {
    /// How likely.
    #[must_use]
    pub const fn likelihood(&self) -> Level {
        self.likelihood.0
    }

    /// How bad.
    #[must_use]
    pub const fn impact(&self) -> Level {
        self.impact.0
    }

    /// How much of it the two schools accept.
    #[must_use]
    pub const fn appetite(&self) -> Appetite {
        self.appetite.0
    }

    /// Whether it is larger than the two schools accept: at all where they accept none, high in one
    /// way without being low in the other where they accept some, high in both where they are open.
    #[must_use]
    pub fn is_beyond_appetite(&self) -> bool {
        let (likelihood, impact) = (self.likelihood(), self.impact());
        let (worst, best) = (likelihood.max(impact), likelihood.min(impact));
        self.is_open()
            && match self.appetite() {
                Appetite::Averse => worst > Level::Low,
                Appetite::Cautious => worst == Level::High && best > Level::Low,
                Appetite::Open => best == Level::High,
            }
    }

    /// Whether it is still looked after.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == "open"
    }

    /// Whether a board should hear of it: open, and high in one way without being low in the other.
    #[must_use]
    pub fn is_high(&self) -> bool {
        let (likelihood, impact) = (self.likelihood(), self.impact());
        self.is_open()
            && likelihood.max(impact) == Level::High
            && likelihood.min(impact) > Level::Low
    }
}

const COLUMNS: &str = "id, agreement, what, likelihood, impact, mitigation, owner, appetite, state, \
                       words, version";

/// The risks of an agreement, open ones first.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: AgreementId) -> Result<Vec<Risk>, DbError> {
    db.all(
        &format!(
            "SELECT {COLUMNS} FROM risk WHERE agreement = $1 ORDER BY state DESC, noted_at, id"
        ),
        [agreement.into()],
    )
    .await
}

/// A risk to be noted.
#[derive(Clone, Debug)]
pub struct NewRisk<'a> {
    /// What could go wrong.
    pub what: &'a str,
    /// How likely.
    pub likelihood: Level,
    /// How bad.
    pub impact: Level,
    /// What is done about it.
    pub mitigation: &'a str,
    /// Who looks after it.
    pub owner: &'a str,
    /// How much of it the two schools accept.
    pub appetite: Appetite,
}

/// Whose part it is: asked by the form as well as by the act.
pub(crate) fn must_take_part(who: &[Standing]) -> Result<(), Refusal> {
    let part =
        [Standing::SupportedHead, Standing::SupportingHead, Standing::Lead, Standing::Broker];
    if part.iter().any(|standing| who.contains(standing)) {
        return Ok(());
    }
    Err(Refusal::NotYours("The heads, the lead and the broker look after risks.".to_owned()))
}

/// Notes a risk.
///
/// # Errors
/// [`Refusal`] when a part is empty, the agreement is over or somebody else notes it.
pub async fn note(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    new: &NewRisk<'_>,
) -> Result<RiskId, Refusal> {
    for (field, text, message) in [
        ("what", new.what, "Say what could go wrong"),
        ("mitigation", new.mitigation, "Say what is done about it"),
        ("owner", new.owner, "Say who looks after it: a role is enough"),
    ] {
        if text.trim().is_empty() {
            return Err(Refusal::field(field, message));
        }
    }
    let (tx, record_of) = open(app, agreement).await?;
    if record_of.state().is_over() {
        return Err(Refusal::NotNow("This agreement is over.".to_owned()));
    }
    must_take_part(&standings(app, &tx, permit, &record_of).await?)?;
    let id = RiskId::new(&app.ids);
    tx.run(
        "INSERT INTO risk (id, agreement, what, likelihood, impact, mitigation, owner, appetite,
           state, noted_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $9, 'open', $8, 1)",
        [
            id.into(),
            agreement.into(),
            new.what.trim().into(),
            AsText(new.likelihood).into(),
            AsText(new.impact).into(),
            new.mitigation.trim().into(),
            new.owner.trim().into(),
            At(permit.context().at).into(),
            AsText(new.appetite).into(),
        ],
    )
    .await?;
    record(&tx, permit.context(), &record_of, "risk noted", json!({ "risk": id })).await?;
    tx.commit().await?;
    Ok(id)
}

/// Closes a risk with a word on what became of it.
///
/// # Errors
/// [`Refusal`] without words, or when somebody else looks after it;
/// [`DbError::Conflict`] when it was closed already.
pub async fn close(
    app: &App,
    permit: &Permit,
    agreement: AgreementId,
    id: RiskId,
    words: &str,
) -> Result<(), Refusal> {
    if words.trim().is_empty() {
        return Err(Refusal::field("words", "Say what became of it"));
    }
    let (tx, record_of) = open(app, agreement).await?;
    must_take_part(&standings(app, &tx, permit, &record_of).await?)?;
    let touched = tx
        .run(
            "UPDATE risk SET state = 'closed', words = $3, version = version + 1
             WHERE id = $1 AND agreement = $2 AND state = 'open'",
            [id.into(), agreement.into(), words.trim().into()],
        )
        .await?;
    if touched == 0 {
        return Err(DbError::Conflict("risk").into());
    }
    record(&tx, permit.context(), &record_of, "risk closed", json!({ "risk": id })).await?;
    tx.commit().await?;
    Ok(())
}
