//! What a school's page says of what it offers to the partnerships it shares with the reader.

use access::{Action, Visitor, Zone, decide, partnerships};
use foundation::{App, DbError, OrgRef};
use register::pages::{Line, Section};

use crate::offers::{self, OfferState};

/// Its open offers, and the strengths it shares.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(app: App, visitor: Visitor, org: OrgRef) -> Result<Vec<Section>, DbError> {
    let lines = offers::offers_of(&app.db, org)
        .await?
        .into_iter()
        .filter(|offer| offer.state == OfferState::Open)
        .filter(|offer| decide(&visitor, Action::Read, &offer.resource()).allowed)
        .map(|offer| Line {
            href: Some(format!("/offers/{}", offer.id)),
            text: offer.what.title,
            note: offer.what.about,
        })
        .collect();
    let mut shared = Vec::new();
    for &partnership in &visitor.partnerships {
        let members = partnerships::members(&app.db, partnership, app.clock.today()).await?;
        if members.contains(&org) {
            shared = needs::shared_strengths(&app.db, &[org])
                .await?
                .into_iter()
                .map(|found| Line {
                    text: found.finding.statement,
                    href: None,
                    note: found.area_name,
                })
                .collect();
            break;
        }
    }
    let visible_to = Zone::Network.in_words();
    Ok(vec![
        Section { heading: "What it offers to others".to_owned(), lines, visible_to },
        Section { heading: "Strengths it shares".to_owned(), lines: shared, visible_to },
    ])
}
