//! What a school's page says of the support it gives and receives, to those who may read it.

use access::{Action, Kind, Resource, Visitor, Zone, decide};
use foundation::{App, DbError, OrgRef, clock::date_in_words, terms::AcademicYear};
use register::pages::{Line, Section};

use crate::{
    agreements::{Agreement, Side, State, store, terms::days},
    neighbours, time,
};

/// The live agreements on either side, and this year's days given and received.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(app: App, visitor: Visitor, org: OrgRef) -> Result<Vec<Section>, DbError> {
    let mut receives = Vec::new();
    let mut gives = Vec::new();
    for agreement in store::of_org(&app.db, org).await? {
        if !(agreement.state().in_force() || agreement.state() == State::Paused) {
            continue;
        }
        let resource = agreement.resource(&app.db).await?;
        if !decide(&visitor, Action::Read, &resource).allowed {
            continue;
        }
        let Some(side) = agreement.side_of(org) else { continue };
        let other = match side {
            Side::Supported => agreement.supporting,
            Side::Supporting => agreement.supported,
        };
        let line = line(&agreement, &register::org_name(&app.db, other).await?, side);
        match side {
            Side::Supported => receives.push(line),
            Side::Supporting => gives.push(line),
        }
    }
    let visible_to = Zone::Parties.in_words();
    let mut sections = vec![
        Section { heading: "Support it receives".to_owned(), lines: receives, visible_to },
        Section { heading: "Support it gives".to_owned(), lines: gives, visible_to },
    ];
    let bodies = neighbours::responsible(&app.db, &[org]).await?;
    let books = Resource::new(Kind::Ledger, Zone::Parties, org).parties([org]).responsible(bodies);
    if decide(&visitor, Action::Read, &books).allowed {
        let year = AcademicYear::of(app.clock.today());
        let both = time::give_receive(&app.db, org, year).await?;
        if both != time::GiveReceive::default() {
            let line = |what: &str, totals: time::Totals| Line {
                text: format!("{what} {}", days(totals.delivered)),
                href: None,
                note: format!("{} more planned", days(totals.planned)),
            };
            sections.push(Section {
                heading: format!("Days given and received in {year}"),
                lines: vec![line("Given:", both.given), line("Received:", both.received)],
                visible_to: "the school and those responsible for it",
            });
        }
    }
    Ok(sections)
}

fn line(agreement: &Agreement, other: &str, side: Side) -> Line {
    let until = agreement
        .end_on()
        .map_or_else(String::new, |day| format!(", until {}", date_in_words(day)));
    Line {
        text: agreement.title.clone(),
        href: Some(format!("/agreements/{}", agreement.id)),
        note: match side {
            Side::Supported => format!("from {other}{until}"),
            Side::Supporting => format!("for {other}{until}"),
        },
    }
}
