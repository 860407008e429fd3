//! The matching desk: everybody who could help, as the engine sees them, and why.
//!
//! The desk gathers what the partnership knows about its supporters and hands it to the engine
//! `matching`; the decision is a person's and is recorded in `proposals`.

pub mod plan;
pub mod pool;
pub mod report;
pub mod standing;
pub mod unlock;
pub mod words;

use foundation::{DbError, Sql};
use jiff::civil::Date;
use matching::{Need, Removal, Shortlist, candidates};
use needs::ActError;

use crate::cadre::SupporterRef;
use crate::requests::{self, Request, RequestId};

pub use plan::{Board, WhatIf};
pub use pool::{Pool, Supporter};
pub use standing::{Standing, standing};

/// One request on the desk, with everybody who might help.
#[derive(Clone, Debug)]
pub struct Case {
    /// The request.
    pub request: Request,
    /// The request as the engine reads it.
    pub need: Need,
    /// The supporters of the partnership.
    pub pool: Pool,
}

/// Gathers a request and the supporters of its partnership as of a day.
///
/// # Errors
/// When the database cannot be read.
pub async fn case(db: &impl Sql, id: RequestId, today: Date) -> Result<Option<Case>, DbError> {
    let Some(request) = requests::request(db, id).await? else { return Ok(None) };
    let pool = Pool::load(db, request.partnership, &[request.org], today).await?;
    let need = pool.need(&request);
    Ok(Some(Case { request, need, pool }))
}

impl Case {
    /// Everybody considered: who may help, best fit first, and who may not, with every reason.
    ///
    /// # Errors
    /// When the request cannot be read by the engine; the sentence says what to mend.
    pub fn shortlist(&self) -> Result<Shortlist, ActError> {
        candidates(&self.need, &self.pool.models(), &self.pool.policy, &Default::default())
            .map_err(|error| ActError::Refused(error.to_string()))
    }

    /// A supporter of the pool.
    #[must_use]
    pub fn supporter(&self, key: SupporterRef) -> Option<&Supporter> {
        self.pool.supporters.iter().find(|one| one.key == key)
    }

    /// Why somebody is out, in words a head understands.
    #[must_use]
    pub fn sentence(&self, removal: &Removal, key: &str) -> String {
        match self.pool.supporters.iter().find(|one| one.model.id == key) {
            Some(supporter) => words::removal(removal, &self.need, &self.request, supporter),
            None => removal.sentence.clone(),
        }
    }
}

/// Puts somebody on a request's shortlist or takes them off. The broker's act.
///
/// # Errors
/// When the database refuses.
pub async fn shortlisted(
    app: &foundation::App,
    permit: &access::Permit,
    request: RequestId,
    supporter: SupporterRef,
    on: bool,
) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let sql = if on {
        "INSERT INTO request_shortlist (request, supporter) VALUES ($1, $2) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM request_shortlist WHERE request = $1 AND supporter = $2"
    };
    tx.run(sql, [request.into(), supporter.into()]).await?;
    let verb = if on { "shortlisted" } else { "taken off the shortlist" };
    foundation::events::append(
        &tx,
        permit.context(),
        foundation::events::Event::new("desk", request, verb)
            .with(serde_json::json!({ "supporter": supporter.to_string() })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
