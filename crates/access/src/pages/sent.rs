//! The links to one record that people without an account were sent: seen and taken back by the
//! leaders of the organisation whose record it is.

use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::in_words,
    web::{Frame, redirect},
};
use govuk::{Html, Table, TableCell, Tag, TagColour, extra::ScrollArea};

use super::{org_in_words, row_button, sharing::led, sheet::Sheet};
use crate::{
    Action, SignedIn, Zone, authorize,
    links::{self, LinkId, Sent},
    sharing,
};

/// How a link stands, as a tag.
fn state(link: &Sent, stands: bool) -> Html {
    let (colour, words) = match (stands, link.used_at, link.revoked_at) {
        (true, ..) => (TagColour::Green, "Stands"),
        (_, Some(_), _) => (TagColour::Blue, "Used"),
        (_, _, Some(_)) => (TagColour::Grey, "Taken back"),
        _ => (TagColour::Grey, "Over"),
    };
    Tag::coloured(colour, words).into()
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let orgs = led(&visitor);
    if orgs.is_empty() {
        return Err(PageError::NotFound);
    }
    let now = app.clock.now();
    let mut page = Sheet::new("Links we sent").full().text(
        "Somebody without an account answers through a link in a letter. It opens one record for one \
         act, once, and ends by itself. You can take one back at any time.",
    );
    for org in orgs {
        let name = org_in_words(&app, org).await?;
        let sent = links::sent(&app.db, org).await?;
        if sent.is_empty() {
            page = page.text(&format!("No link to a record of {name} was sent."));
            continue;
        }
        let mut table = Table::new(name.as_str())
            .head(["To", "For what", "Sent", "Until", "State", "Action"].map(TableCell::new))
            .first_cell_is_header(true);
        for link in sent {
            let stands = link.stands(now);
            let act = match stands {
                true => row_button(&format!("/sharing/links/{}/take-back", link.id), "Take back"),
                false => Html::default(),
            };
            table = table.row([
                TableCell::new(link.email.clone()),
                TableCell::new(format!("{}: {}", link.subject, link.act)),
                TableCell::new(in_words(link.created_at.0)),
                TableCell::new(in_words(link.expires_at.0)),
                TableCell::new(state(&link, stands)),
                TableCell::new(act),
            ]);
        }
        page = page.part(ScrollArea::new(format!("Links of {name}"), Html::from(table)));
    }
    frame
        .page("Links we sent")
        .crumb("What we share", "/sharing")
        .wide()
        .visible_to(Zone::School.in_words())
        .show(&page)
}

pub(super) async fn take_back(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let id: LinkId = id.parse().map_err(|_| PageError::NotFound)?;
    let owner = links::owner(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let permit = authorize(&app, &visitor, Action::Sign, &sharing::resource(owner))?;
    let tx = app.db.write().await?;
    if !links::take_back(&tx, &permit, owner, id).await? {
        return Err(PageError::NotFound);
    }
    tx.commit().await?;
    Ok(redirect("/sharing/links"))
}
