//! Coming in: asking one's school for an account through its way in, and the first step after
//! accepting an invitation, choosing how to sign in from now on.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame},
};
use govuk::{Button, Input};

use super::{
    account_of, org_in_words,
    sheet::{Sheet, form},
    status,
};
use crate::{
    Action, SignedIn, authorize,
    colleagues::{self, Outcome, Way},
    identities, passkeys, passwords, policy,
};

async fn way(app: &App, code: &str) -> Result<(Way, String), PageError> {
    let way = colleagues::way_at(&app.db, code).await?.ok_or(PageError::NotFound)?;
    let name = org_in_words(app, way.org).await?;
    Ok((way, name))
}

fn asking(name: &str, code: &str, data: &FormData, errors: &Errors) -> Sheet {
    let who = Input::new("name", "Your name")
        .value(data.text("name"))
        .autocomplete("name")
        .error_if(errors.get("name"));
    let email = Input::new("email", "Your e-mail address at work")
        .hint("We send a letter there to see that it is yours. It is the name to sign in with.")
        .email()
        .value(data.text("email"))
        .error_if(errors.get("email"));
    let title = Input::new("title", "What do you do there?")
        .hint("For example: Teaching assistant, Head of English, Site manager")
        .value(data.text("title"))
        .error_if(errors.get("title"));
    Sheet::new("Ask for an account")
        .caption(name)
        .errors(errors)
        .lead(
            "Alongside is where schools help each other. With an account you can suggest what you \
             could offer, join colleagues of your field and borrow what works elsewhere.",
        )
        .text(&format!(
            "Whoever leads {name} sees what you write here and lets you in. You have an account \
             already? Ask with the same address: it gets this post as well."
        ))
        .form(
            &format!("/join/{code}"),
            vec![
                who.into(),
                email.into(),
                title.into(),
                Button::new("Ask").prevent_double_click(true).into(),
            ],
        )
}

pub(super) async fn ask(
    State(app): State<App>,
    frame: Frame,
    Path(code): Path<String>,
) -> Result<Response, PageError> {
    let (_, name) = way(&app, &code).await?;
    frame.page("Ask for an account").show(&asking(
        &name,
        &code,
        &FormData::default(),
        &Errors::default(),
    ))
}

/// An address as it is asked for on every form of this room.
pub(super) fn address<'a>(data: &'a FormData, errors: &mut Errors, missing: &str) -> &'a str {
    let email = data.required("email", errors, missing);
    if !email.is_empty()
        && (!email.contains('@') || email.contains(char::is_whitespace) || email.len() > 254)
    {
        errors.add("email", "Enter an e-mail address in the form name@school.example");
    }
    email
}

pub(super) async fn send(
    State(app): State<App>,
    frame: Frame,
    Path(code): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (way, school) = way(&app, &code).await?;
    let mut errors = data.errors();
    let name = data.required("name", &mut errors, "Enter your name");
    let email = address(&data, &mut errors, "Enter your e-mail address at work");
    let title = data.required("title", &mut errors, "Say in a few words what you do there");
    for (field, words) in [("name", name), ("title", title)] {
        if words.chars().count() > 100 {
            errors.add(field, "Use a hundred letters at most");
        }
    }
    if !errors.is_empty() {
        let sheet = asking(&school, &code, &data, &errors);
        return frame.page("Ask for an account").with_problems().show(&sheet);
    }
    if colleagues::ask(&app, &way, name, email, title).await? == Outcome::TooOften {
        errors.add(
            "email",
            "It was asked for several times just now. Look for the letter in your e-mail, or try \
             again in a few minutes",
        );
        let sheet = asking(&school, &code, &data, &errors);
        let page = frame.page("Ask for an account").with_problems().show(&sheet)?;
        return Ok(status(page, StatusCode::TOO_MANY_REQUESTS));
    }
    let sent = Sheet::new("Check your e-mail").caption(&school).text(&format!(
        "A letter is on its way to {email}. Confirm there, within three days, that the address is \
         yours; then whoever leads {school} is asked to let you in."
    ));
    frame.page("Check your e-mail").show(&sent)
}

/// The answer for a link that was used, has expired or never was.
fn over(frame: Frame) -> Result<Response, PageError> {
    let sheet = Sheet::new("This link is over").text(
        "It works once, for three days. If you have confirmed your address already, all is well: \
         your school has been asked. Otherwise ask again through the address your school gave you.",
    );
    let page = frame.page("This link is over").show(&sheet)?;
    Ok(status(page, StatusCode::GONE))
}

pub(super) async fn ask_confirm(
    State(app): State<App>,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some(one) = colleagues::to_confirm(&app, &token).await? else { return over(frame) };
    let school = org_in_words(&app, one.org).await?;
    let sheet = Sheet::new("Is this you?")
        .caption(&school)
        .text(&format!(
            "{}, {}, {}. {school} is asked to let you in as soon as you confirm.",
            one.name, one.title, one.email
        ))
        .form(
            &format!("/join/confirm/{token}"),
            vec![Button::new("Yes, this is my address").prevent_double_click(true).into()],
        );
    frame.page("Is this you?").show(&sheet)
}

pub(super) async fn confirm(
    State(app): State<App>,
    frame: Frame,
    Path(token): Path<String>,
) -> Result<Response, PageError> {
    let Some(one) = colleagues::confirm(&app, &token).await? else { return over(frame) };
    let school = org_in_words(&app, one.org).await?;
    let sheet = Sheet::new("Thank you").caption(&school).text(&format!(
        "{school} has been asked to let you in. You hear by e-mail, at {}.",
        one.email
    ));
    frame.page("Thank you").show(&sheet)
}

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
