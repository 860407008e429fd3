//! The member that leads a partnership: named by whoever looks after it.

use access::{Action, SignedIn, authorize, partnerships};
use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Form, redirect},
};
use govuk::{Button, Details, Html, Select};

/// The form with which the lead is named, folded away.
pub(super) fn form(base: &str, now: Option<OrgRef>, members: &[(OrgRef, String)]) -> Html {
    let chosen = now.map_or_else(String::new, |org| org.to_string());
    let select = Select::new("member", "Which member leads it?")
        .hint("It answers for the partnership to the outside. It reads and decides no more than before.")
        .value(chosen)
        .item("", "None of them");
    let select = members
        .iter()
        .fold(select, |select, (org, name)| select.item(org.to_string(), name.as_str()));
    Html::of(&Details::new(
        "Name the member that leads it",
        Html::trusted(format!(
            "<form method=\"post\" action=\"{base}/lead\" novalidate>{select}{}</form>",
            Button::new("Save").secondary()
        )),
    ))
}

pub(super) async fn save(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = super::partnership::reference(&id)?;
    let permit = authorize(&app, &visitor, Action::Update, &partnerships::resource(org))?;
    let member = match data.text("member") {
        "" => None,
        _ => Some(data.chosen("member", "Choose one of the members")?),
    };
    let today = app.clock.today();
    let tx = app.db.write().await?;
    partnerships::lead(&tx, permit.context(), org, member, today).await?;
    tx.commit().await?;
    Ok(redirect(&partnerships::address(org)))
}
