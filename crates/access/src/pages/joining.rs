//! The first step after accepting an invitation: choosing how to sign in from now on.

use axum::{extract::State, response::Response};
use foundation::{App, PageError, web::Frame};
use govuk::Button;

use super::{
    account_of, org_in_words,
    sheet::{Sheet, form},
};
use crate::{Action, SignedIn, authorize, identities, passkeys, passwords, policy};

pub(super) async fn choose(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = account_of(&visitor)?;
    authorize(&app, &visitor, Action::Read, &policy::own(account))?;
    let mut sheet =
        Sheet::new("How do you want to sign in?").caption(&format!("Welcome, {}", visitor.name));
    for post in visitor.posts.iter().chain(&visitor.waiting.held_back) {
        let org = org_in_words(&app, post.org).await?;
        sheet = sheet.text(&format!("Your post here: {}, {org}.", post.title));
    }
    if visitor.posts.is_empty() && visitor.waiting.is_empty() {
        sheet = sheet.text("Your post has not begun yet. You can set up your sign-in now.");
    }
    let has_passkey = !passkeys::of(&app.db, account).await?.is_empty();
    sheet = sheet
        .heading("A passkey")
        .text(match has_passkey {
            true => "You have one.",
            false => "The quickest and safest: your fingerprint, your face or the PIN of your device. Nobody can trick you out of it.",
        })
        .part(Button::link("Add a passkey", "/account/passkeys/new").secondary());
    let linked = identities::of(&app.db, account).await?;
    for provider in &app.config.providers {
        sheet = sheet.heading(&provider.name);
        if linked.iter().any(|identity| identity.issuer == provider.issuer) {
            sheet = sheet.text("It signs you in.");
        } else {
            let action = format!("/account/providers/{}", provider.key);
            let link = Button::new(format!("Link {}", provider.name)).secondary();
            sheet = sheet
                .text("Use the account you have there already.")
                .part(form(&action, vec![link.into()]));
        }
    }
    let ready = passwords::state(&app.db, account).await? == passwords::State::Ready;
    sheet = sheet.heading("A password and a code").text(match ready {
        true => "They are set up.",
        false => "A password together with an authenticator app on your phone or computer.",
    });
    if !ready {
        sheet = sheet.part(Button::link("Choose a password", "/account/password").secondary());
    }
    sheet = sheet
        .heading("A link by e-mail")
        .text(match visitor.waiting.is_empty() {
            true => "It always works, and it is enough: you can go on without setting anything up.",
            false => {
                "It always works. For your post it is not enough: it needs one of the ways above."
            }
        })
        .part(Button::link("Continue", "/home"));
    frame.page("How do you want to sign in?").visible_to("only you").show(&sheet)
}
