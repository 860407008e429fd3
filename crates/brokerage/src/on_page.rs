//! What a school's page says of what it offers to the partnerships it shares with the reader, what a
//! partnership's says of its system leaders, and what is remembered.

use access::{Action, Visitor, Zone, decide, looks, partnerships};
use foundation::{App, DbError, OrgRef, clock::london};
use register::pages::{Line, Moment, Section};

use crate::{
    cadre,
    offers::{self, OfferState},
    requests::{self, Request},
};

/// Its open offers, and the strengths it shares.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    if matches!(org, OrgRef::Partnership(_)) {
        return Ok(vec![leaders(&app, &visitor, org).await?]);
    }
    let lines = offers::offers_of(&app.db, org)
        .await?
        .into_iter()
        .filter(|offer| offer.state == OfferState::Open)
        .filter(|offer| decide(&visitor, Action::Read, &offer.resource()).allowed)
        .map(|offer| Line {
            href: Some(format!("/offers#offer-{}", offer.id)),
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

/// The system leaders of a partnership who may be asked today.
async fn leaders(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Section, DbError> {
    let mut lines = Vec::new();
    for one in cadre::cadre_of(&app.db, org).await? {
        if !one.is_live(app.clock.today())
            || !decide(visitor, Action::Read, &one.resource()).allowed
        {
            continue;
        }
        let school = register::org_name(&app.db, one.org).await?;
        lines.push(Line {
            href: Some(format!("/cadre/{}", one.id)),
            note: format!("{}, {school}", one.role_name()),
            text: one.name,
        });
    }
    Ok(Section {
        heading: "Its system leaders".to_owned(),
        lines,
        visible_to: Zone::Network.in_words(),
    })
}

/// What it asked for and what it offered.
///
/// # Errors
/// When the database cannot be read.
pub async fn memory(app: App, (visitor, org): (Visitor, OrgRef)) -> Result<Vec<Moment>, DbError> {
    let requests = requests::requests_of(&app.db, org).await?;
    let requests = access::filter(&visitor, Action::Read, requests, Request::resource);
    let listed = requests.iter().map(|one| (one.resource(), one.id.to_string())).collect();
    looks::listed(&app, &visitor, "title of a request", listed).await?;
    let asked = requests.into_iter().filter_map(|one| {
        let (sent, _) = one.clock?;
        Some(Moment {
            on: london(sent),
            sort: "Request",
            href: Some(format!("/requests/{}", one.id)),
            note: one.state.words().to_owned(),
            text: one.ask.title,
        })
    });
    let mut moments: Vec<Moment> = asked.collect();
    let offers = offers::offers_of(&app.db, org).await?;
    let offers = access::filter(&visitor, Action::Read, offers, offers::Offer::resource);
    moments.extend(offers.into_iter().map(|one| Moment {
        on: london(one.created_at),
        sort: "Offer",
        href: Some(format!("/offers#offer-{}", one.id)),
        text: one.what.title,
        note: one.state.words().to_owned(),
    }));
    Ok(moments)
}
