//! What an organisation shares with other bodies: agreed and taken back by its leaders.

use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Button, CheckboxItem, Checkboxes, Html, Input, RadioItem, Radios, Table, TableCell, Tag,
    TagColour, extra::ScrollArea,
};

use super::{org_in_words, row_button, sheet::Sheet};
use crate::{
    Action, Kind, SignedIn, Visitor, Zone, authorize, decide,
    sharing::{self, Terms},
};

/// The kinds of record that can be shared.
const SHARED: [Kind; 7] = [
    Kind::Audit,
    Kind::Request,
    Kind::Agreement,
    Kind::Plan,
    Kind::Visit,
    Kind::Ledger,
    Kind::Impact,
];

/// The organisations that a visitor may share for.
pub(super) fn led(visitor: &Visitor) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor.posts.iter().map(|post| post.org).collect();
    orgs.retain(|&org| decide(visitor, Action::Sign, &sharing::resource(org)).allowed);
    orgs.sort();
    orgs.dedup();
    orgs
}

async fn sheet(
    app: &App,
    visitor: &Visitor,
    data: &FormData,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let today = app.clock.today();
    let mut page = Sheet::new("What we share").full().errors(errors).text(
        "Bodies that may read your records by agreement. You can take an agreement back at any time; it ends at once.",
    );
    for org in led(visitor) {
        let name = org_in_words(app, org).await?;
        let mut table = Table::new(name.as_str())
            .head(["With", "What", "Why", "Until", "State", "Action"].map(TableCell::new))
            .first_cell_is_header(true);
        let shares = sharing::of(&app.db, org).await?;
        let none = shares.is_empty();
        for share in shares {
            let on = share.on(today);
            let state: Html = match (on, share.revoked_at) {
                (true, _) => Tag::coloured(TagColour::Green, "In force").into(),
                (false, Some(_)) => Tag::coloured(TagColour::Grey, "Taken back").into(),
                (false, None) => Tag::coloured(TagColour::Grey, "Not in force").into(),
            };
            let act = match on {
                true => row_button(&format!("/sharing/{}/revoke", share.id), "Take back"),
                false => Html::default(),
            };
            table = table.row([
                TableCell::new(org_in_words(app, share.reader).await?),
                TableCell::new(share.kinds.0.join(", ")),
                TableCell::new(share.purpose.clone()),
                TableCell::new(date_in_words(share.end_on.0)),
                TableCell::new(state),
                TableCell::new(act),
            ]);
        }
        page = match none {
            true => page.text(&format!("{name} shares nothing by agreement.")),
            false => page.part(ScrollArea::new(format!("What {name} shares"), Html::from(table))),
        };
    }
    let mut owner = Radios::new("owner", "Whose records")
        .value(data.text("owner"))
        .error_if(errors.get("owner"));
    for org in led(visitor) {
        owner = owner.with(RadioItem::new(org.to_string(), org_in_words(app, org).await?));
    }
    let number = Input::new("reader", "With which local authority (its three digits)")
        .whole_number()
        .width(5)
        .value(data.text("reader"))
        .error_if(errors.get("reader"));
    let mut kinds = Checkboxes::new("kinds", "What they may read").error_if(errors.get("kinds"));
    for kind in SHARED {
        let word = kind.in_words();
        kinds = kinds.with(CheckboxItem::new(word, word).checked(data.has("kinds", word)));
    }
    let purpose = Input::new("purpose", "What for")
        .value(data.text("purpose"))
        .error_if(errors.get("purpose"));
    let until = Input::new("until", "Until which day")
        .hint("For example: 2027-08-31")
        .width(10)
        .value(data.text("until"))
        .error_if(errors.get("until"));
    let fields: Vec<Html> = vec![
        owner.into(),
        number.into(),
        kinds.into(),
        purpose.into(),
        until.into(),
        Button::new("Agree to share").into(),
    ];
    Ok(page
        .heading("Agree to share")
        .form("/sharing", fields)
        .heading("People without an account")
        .link("Links to one record that were sent to them", "/sharing/links"))
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    if led(&visitor).is_empty() {
        return Err(PageError::NotFound);
    }
    let content = sheet(&app, &visitor, &FormData::default(), &Errors::default()).await?;
    frame.page("What we share").wide().visible_to(Zone::School.in_words()).show(&content)
}

fn terms(app: &App, data: &FormData, errors: &mut Errors) -> Option<(OrgRef, Terms)> {
    let owner = data.parsed::<OrgRef>("owner", errors, "Choose whose records are shared");
    let reader = format!("authority:{}", data.text("reader")).parse::<OrgRef>().ok();
    if reader.is_none() {
        errors.add("reader", "Enter the three digits of the local authority");
    }
    let kinds: Vec<Kind> =
        SHARED.into_iter().filter(|kind| data.has("kinds", kind.in_words())).collect();
    if kinds.is_empty() {
        errors.add("kinds", "Choose what they may read");
    }
    let purpose = data.required("purpose", errors, "Say what for").to_owned();
    let start_on = app.clock.today();
    let end_on = data.date("until", errors, "Enter the last day, for example 2027-08-31");
    if end_on.is_some_and(|end| end < start_on) {
        errors.add("until", "Choose a day that is still to come");
    }
    Some((owner?, Terms { reader: reader?, kinds, purpose, start_on, end_on: end_on? }))
}

pub(super) async fn agree(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let mut errors = data.errors();
    if let (Some((owner, terms)), true) = (terms(&app, &data, &mut errors), errors.is_empty()) {
        let permit = authorize(&app, &visitor, Action::Sign, &sharing::resource(owner))?;
        let tx = app.db.write().await?;
        sharing::agree(&tx, &app, &permit, owner, &terms).await?;
        tx.commit().await?;
        return Ok(redirect("/sharing"));
    }
    if led(&visitor).is_empty() {
        return Err(PageError::NotFound);
    }
    let content = sheet(&app, &visitor, &data, &errors).await?;
    frame
        .page("What we share")
        .visible_to(Zone::School.in_words())
        .wide()
        .with_problems()
        .show(&content)
}

pub(super) async fn revoke(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let owner = sharing::owner(&app.db, &id).await?.ok_or(PageError::NotFound)?;
    let permit = authorize(&app, &visitor, Action::Sign, &sharing::resource(owner))?;
    let tx = app.db.write().await?;
    if !sharing::revoke(&tx, &permit, owner, &id).await? {
        return Err(PageError::NotFound);
    }
    tx.commit().await?;
    Ok(redirect("/sharing"))
}
