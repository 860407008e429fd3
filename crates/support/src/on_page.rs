//! What a school's page says of the support it gives and receives, what a partnership's says of the
//! support that runs in it, and what is remembered of support that has ended.

use access::{Action, Kind, Resource, Visitor, Zone, decide};
use foundation::{App, DbError, OrgRef, clock::date_in_words, terms::AcademicYear};
use register::pages::{Line, Moment, Section};

use crate::{
    Refusal,
    agreements::{Agreement, Side, State, store, terms::days},
    impact, neighbours, reviews, time,
};

/// The live agreements on either side, and this year's days given and received.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    if matches!(org, OrgRef::Partnership(_)) {
        return Ok(vec![running(&app, &visitor, org).await?]);
    }
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

/// The support that runs in a partnership, as far as the reader may know.
async fn running(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Section, DbError> {
    let mut lines = Vec::new();
    for agreement in store::readable(&app.db, visitor).await? {
        let live = agreement.state().in_force() || agreement.state() == State::Paused;
        if !live || agreement.partnership != Some(org) {
            continue;
        }
        let supporting = register::org_name(&app.db, agreement.supporting).await?;
        let supported = register::org_name(&app.db, agreement.supported).await?;
        let mut line = line(&agreement, &supporting, Side::Supported);
        line.note = format!("{supporting} with {supported}. {}", agreement.state().in_words());
        lines.push(line);
    }
    Ok(Section {
        heading: "Support that runs".to_owned(),
        lines,
        visible_to: "the schools on both sides of each, and their broker",
    })
}

/// When support began, was reviewed and ended, and what came of it.
///
/// # Errors
/// When the database cannot be read.
pub async fn memory(app: App, (visitor, org): (Visitor, OrgRef)) -> Result<Vec<Moment>, DbError> {
    let mut moments = Vec::new();
    for agreement in store::of_org(&app.db, org).await? {
        let Some(side) = agreement.side_of(org) else { continue };
        if agreement.in_force.is_none() {
            continue;
        }
        if !decide(&visitor, Action::Read, &agreement.resource(&app.db).await?).allowed {
            continue;
        }
        let other = match side {
            Side::Supported => agreement.supporting,
            Side::Supporting => agreement.supported,
        };
        let other = register::org_name(&app.db, other).await?;
        let sort = match side {
            Side::Supported => "Support received",
            Side::Supporting => "Support given",
        };
        let base = format!("/agreements/{}", agreement.id);
        let mut add = |on, text: String, href: &str, note: String| {
            moments.push(Moment { on, sort, text, href: Some(format!("{base}{href}")), note });
        };
        if let Some(day) = agreement.start_on() {
            let with = match side {
                Side::Supported => format!("from {other}"),
                Side::Supporting => format!("for {other}"),
            };
            add(day, format!("Begun: {}", agreement.title), "", with);
        }
        for review in reviews::of(&app.db, agreement.id).await? {
            let what = format!("Reviewed: {}", agreement.title);
            add(
                review.held_on(),
                what,
                "/reviews",
                format!("Decided: {}", review.decision().in_words().to_lowercase()),
            );
        }
        if let Some(day) = agreement.ended_on() {
            let verdict = match impact::verdict(&app.db, &agreement).await {
                Ok(it) => [it.verdict.headline.clone(), it.beside()].join(" ").trim().to_owned(),
                Err(Refusal::Db(error)) => return Err(error),
                Err(_) => String::new(),
            };
            let stands = agreement.state().in_words();
            let note =
                if verdict.is_empty() { stands.to_owned() } else { format!("{stands}. {verdict}") };
            add(day, format!("Ended: {}", agreement.title), "/impact", note);
        }
    }
    Ok(moments)
}
