//! What a school's page says of its practices: those it shares, and its repertoire; and what is
//! remembered of both.

use access::{Action, Visitor, Zone, decide};
use foundation::{App, DbError, OrgRef, clock::date_in_words};
use register::pages::{Line, Moment, Section};

use crate::{
    adoptions::{self, Spread},
    practice::{self, State},
};

/// What it shares with everybody, and what it uses, for those who may read it.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    let mut shares = Vec::new();
    for it in practice::of_school(&app.db, org).await? {
        if it.shown.is_none() || it.state() == State::Retired {
            continue;
        }
        let versions = practice::versions(&app.db, it.id).await?;
        let shown = versions.iter().find(|version| Some(version.number) == it.shown);
        let Some(shown) = shown else { continue };
        shares.push(Line {
            text: shown.words().title.clone(),
            href: Some(format!("/practices/{}", it.id)),
            note: Spread::of(&adoptions::of_practice(&app.db, it.id).await?).in_words(),
        });
    }
    let mut uses = Vec::new();
    for one in adoptions::of_school(&app.db, org).await? {
        let Some(of) = practice::find(&app.db, one.practice).await? else { continue };
        if of.shown.is_none() || !decide(&visitor, Action::Read, &one.resource(&of)).allowed {
            continue;
        }
        let from = register::org_name(&app.db, of.origin).await?;
        let day = date_in_words(one.changed_on());
        uses.push(Line {
            text: of.draft().title.clone(),
            href: Some(format!("/practices/{}", of.id)),
            note: format!("from {from}. {}, {day}", one.state().words()),
        });
    }
    Ok(vec![
        Section {
            heading: "Practices it shares".to_owned(),
            lines: shares,
            visible_to: Zone::Public.in_words(),
        },
        Section {
            heading: "Practices it borrows, adapts and adopts".to_owned(),
            lines: uses,
            visible_to: Zone::Network.in_words(),
        },
    ])
}

/// What it showed to others and what it took up.
///
/// # Errors
/// When the database cannot be read.
pub async fn memory(app: App, (visitor, org): (Visitor, OrgRef)) -> Result<Vec<Moment>, DbError> {
    let mut moments = Vec::new();
    for it in practice::of_school(&app.db, org).await? {
        if it.shown.is_none() || it.state() == State::Retired {
            continue;
        }
        for version in practice::versions(&app.db, it.id).await? {
            moments.push(Moment {
                on: version.on(),
                sort: "Practice",
                text: version.words().title.clone(),
                href: Some(format!("/practices/{}", it.id)),
                note: match version.number {
                    1 => "Shown to others for the first time".to_owned(),
                    number => format!("Version {number} shown to others"),
                },
            });
        }
    }
    for one in adoptions::of_school(&app.db, org).await? {
        let Some(of) = practice::find(&app.db, one.practice).await? else { continue };
        if of.shown.is_none() || !decide(&visitor, Action::Read, &one.resource(&of)).allowed {
            continue;
        }
        let from = register::org_name(&app.db, of.origin).await?;
        moments.push(Moment {
            on: one.begun_on(),
            sort: "Practice",
            text: format!("Taken up: {}", of.draft().title),
            href: Some(format!("/practices/{}", of.id)),
            note: format!("From {from}. Today: {}", one.state().words()),
        });
    }
    Ok(moments)
}
