//! The daily round of this room: what runs out is let go, and who waits is reminded once.

use access::{Permit, Role};
use foundation::{
    App, DbError, Sql,
    clock::london,
    db::At,
    events::{self, Event},
    jobs,
};
use jiff::{Span, civil::Date};
use needs::ActError;
use sea_orm::FromQueryResult;

use crate::cadre::{self, DesignationId};
use crate::interests;
use crate::packs::working_days_later;
use crate::proposals::{self, ProposalId, Said};
use crate::requests::{self, acts::write_to};

/// The kind of job that tends to this room once a day.
pub const TEND: &str = "brokerage tend";

/// Working days after which heads who have not answered a proposal are reminded, once.
pub const REMIND_AFTER: u32 = 5;

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tended {
    /// Declarations of interest that ran out.
    pub expired: u64,
    /// Designations whose review date has passed and whose review was called.
    pub reviews: usize,
    /// Proposals about which somebody was reminded.
    pub reminded: usize,
}

/// Adds this room's daily work.
#[must_use]
pub fn handlers(handlers: jobs::Handlers) -> jobs::Handlers {
    handlers.on(TEND, |app: App, _| async move {
        let permit = Permit::system("daily work", app.clock.now());
        tend(&app, &permit).await.map_err(|error| error.to_string())?;
        schedule(&app).await.map_err(|error| error.to_string())
    })
}

/// Sets the next round for half past five in the morning; a second call for the same day adds
/// nothing.
///
/// # Errors
/// When the database refuses.
pub async fn schedule(app: &App) -> Result<(), DbError> {
    let tomorrow = app.clock.today().saturating_add(Span::new().days(1));
    let due = tomorrow
        .at(5, 30, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_or_else(|_| app.clock.now(), |zoned| zoned.timestamp());
    let once = format!("{TEND} {tomorrow}");
    let tx = app.db.write().await?;
    jobs::enqueue(&tx, &app.ids, TEND, &serde_json::json!({}), due, Some(&once)).await?;
    tx.commit().await
}

/// Goes the round: declarations past their date expire, designations past their review date come
/// up for review, and heads who have not answered a proposal are reminded once.
///
/// # Errors
/// When the database refuses.
pub async fn tend(app: &App, permit: &Permit) -> Result<Tended, ActError> {
    let today = london(permit.context().at);
    Ok(Tended {
        expired: interests::acts::expire(app, permit).await?,
        reviews: call_reviews(app, permit, today).await?,
        reminded: remind(app, permit).await?,
    })
}

async fn call_reviews(app: &App, permit: &Permit, today: Date) -> Result<usize, ActError> {
    #[derive(FromQueryResult)]
    struct Due {
        id: DesignationId,
    }
    let due: Vec<Due> = app
        .db
        .all(
            "SELECT id FROM designation WHERE state IN ('active', 'renewed') AND review_due < $1
             ORDER BY id",
            [today.to_string().into()],
        )
        .await?;
    for one in &due {
        let (act, who) = (cadre::Act::CallReview, cadre::Who::System);
        cadre::acts::take_step(app, permit, one.id, act, who).await?;
    }
    Ok(due.len())
}

async fn remind(app: &App, permit: &Permit) -> Result<usize, ActError> {
    #[derive(FromQueryResult)]
    struct Waiting {
        id: ProposalId,
        proposed_at: At,
    }
    let now = permit.context().at;
    let waiting: Vec<Waiting> = app
        .db
        .all(
            "SELECT id, proposed_at FROM match_proposal
             WHERE state = 'proposed' AND reminded_at IS NULL ORDER BY id",
            [],
        )
        .await?;
    let mut reminded = 0;
    for one in waiting.iter().filter(|w| working_days_later(w.proposed_at.0, REMIND_AFTER) <= now) {
        let tx = app.db.write().await?;
        // Guarded by the mark itself, so that two workers remind nobody twice.
        let marked = tx
            .run(
                "UPDATE match_proposal SET reminded_at = $2
                 WHERE id = $1 AND state = 'proposed' AND reminded_at IS NULL",
                [one.id.into(), At(now).into()],
            )
            .await?;
        let Some(it) = proposals::proposal(&tx, one.id).await?.filter(|_| marked == 1) else {
            continue;
        };
        let Some(request) = requests::request(&tx, it.request).await? else { continue };
        let page =
            format!("{}/requests/{}/proposal/{}", app.config.public_url(), it.request, it.id);
        let body = format!(
            "A proposed match still waits for your answer: {} for “{}”. A yes, a no or a question \
             all help; the days are held meanwhile.\n\n{page}",
            it.label, request.ask.title
        );
        for (org, said) in [(request.org, it.supported.0), (it.org, it.supporting.0)] {
            if said == Said::Nothing {
                let subject = "A proposed match waits for you";
                write_to(&tx, app, permit, org, Role::Head, subject, &body).await?;
            }
        }
        let event = Event::new("request", it.request, "reminded").owned_by(request.org);
        events::append(&tx, permit.context(), event).await?;
        tx.commit().await?;
        reminded += 1;
    }
    Ok(reminded)
}
