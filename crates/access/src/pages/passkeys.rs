//! Signing in with a passkey, and looking after one's own.

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use foundation::{
    App, PageError,
    clock::in_words,
    web::{Errors, Form, FormData, Frame, asset_url, escape, redirect},
};
use govuk::{Button, Html, Input, SummaryList};
use serde::Deserialize;

use super::{
    account_of, begin,
    second_step::tell,
    sheet::{Sheet, form, hidden, paragraph},
    sign_in::other_ways,
    status,
    waiting::{added, may_change_ways},
};
use crate::{
    AccountId, Action, Permit, SignedIn, Visitor, accounts, authorize,
    passkeys::{self, Assertion, Passkey, PasskeyError, Purpose, ceremony},
    policy,
    sessions::Entrance,
    signing_in::local,
};

#[derive(Deserialize)]
pub(super) struct Back {
    #[serde(default)]
    back: String,
}

const WITHOUT: &str = "A passkey needs JavaScript and a browser that knows passkeys: the page has to talk to your device. Here one of them is missing, so use another way.";

/// A form that the script fills and sends. Until the script has run, only the words beside it
/// are seen.
fn talking(act: &str, data: &[(&str, String)], form: Html) -> Html {
    let data: String =
        data.iter().map(|(name, value)| format!(" data-{name}=\"{}\"", escape(value))).collect();
    let script = escape(&asset_url("passkey.js"));
    Html::join([
        Html::trusted(format!("<div data-passkey=\"{act}\"{data} hidden>")),
        form,
        Html::trusted("<p class=\"govuk-body\" role=\"status\" data-passkey-status></p></div>"),
        Html::trusted("<div data-passkey-without>"),
        paragraph(WITHOUT),
        Html::trusted(format!("</div><script type=\"module\" src=\"{script}\"></script>")),
    ])
}

fn sheet(app: &App, back: &str, errors: &Errors) -> Sheet {
    let data = [
        ("challenge", passkeys::challenge(app, Purpose::SigningIn)),
        ("host", passkeys::host(&app.config)),
    ];
    let fields = ["credential", "client", "authenticator", "signature"];
    let mut parts: Vec<Html> = fields.iter().map(|name| hidden(name, "")).collect();
    parts.push(hidden("back", local(back)));
    parts.push(Button::new("Use your passkey").id("passkey").into());
    let sheet = Sheet::new("Sign in with a passkey")
        .errors(errors)
        .text("Your device asks for your fingerprint, your face or its PIN. None of them leaves the device.")
        .part(talking("get", &data, form("/sign-in/passkey", parts)));
    other_ways(app, sheet, back, "passkey")
}

pub(super) async fn ask(
    State(app): State<App>,
    frame: Frame,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    frame.page("Sign in with a passkey").show(&sheet(&app, &back.back, &Errors::default()))
}

/// A field of base 64; empty when it is not.
fn field(data: &FormData, name: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(data.text(name)).unwrap_or_default()
}

/// What to tell the person; faults of ours go on.
fn words(error: PasskeyError) -> Result<String, PageError> {
    tracing::info!(%error, "a passkey was not taken");
    Ok(match error {
        PasskeyError::Db(error) => return Err(error.into()),
        PasskeyError::Challenge => {
            "The page was open for too long, or the answer was sent twice. Try again".to_owned()
        }
        PasskeyError::Unknown => {
            "This passkey is not known here. Sign in another way and add it on your account page"
                .to_owned()
        }
        PasskeyError::Known => "This passkey is registered already".to_owned(),
        PasskeyError::Full => {
            format!("You have {} passkeys. Remove one first", passkeys::MOST)
        }
        PasskeyError::Ceremony(ceremony::CeremonyError::Copied) => {
            "This passkey may have been copied, so it was refused. Sign in another way, remove it on your account page and add a new one".to_owned()
        }
        PasskeyError::Ceremony(ceremony::CeremonyError::Shape(_)) => {
            "Your browser sent no passkey. It needs JavaScript; another way works without".to_owned()
        }
        PasskeyError::Ceremony(_) => {
            "Your device's answer does not fit this page. Try again, or use another way".to_owned()
        }
    })
}

pub(super) async fn enter(
    State(app): State<App>,
    frame: Frame,
    headers: HeaderMap,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let assertion = Assertion {
        id: data.text("credential").to_owned(),
        client_data: field(&data, "client"),
        authenticator_data: field(&data, "authenticator"),
        signature: field(&data, "signature"),
    };
    match passkeys::sign_in(&app, &assertion).await {
        Ok(account) => {
            let entrance = Entrance { way: "passkey", proved: true };
            begin(&app, &headers, jar, account, entrance, local(data.text("back"))).await
        }
        Err(error) => {
            let mut errors = Errors::default();
            errors.add("passkey", &words(error)?);
            let page = frame.page("Sign in with a passkey").with_problems().show(&sheet(
                &app,
                data.text("back"),
                &errors,
            ))?;
            Ok(status(page, StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

fn permit(app: &App, visitor: &Visitor) -> Result<(AccountId, Permit), PageError> {
    let account = account_of(visitor)?;
    Ok((account, authorize(app, visitor, Action::Update, &policy::own(account))?))
}

async fn new_sheet(
    app: &App,
    account: AccountId,
    data: &FormData,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let person = accounts::get(&app.db, account).await?.ok_or(PageError::NotFound)?;
    let have = passkeys::of(&app.db, account).await?;
    let known: Vec<&str> = have.iter().map(|passkey| passkey.id.as_str()).collect();
    let user: uuid::Uuid = account.to_string().parse().map_err(|_| PageError::NotFound)?;
    let kinds: Vec<String> = ceremony::ALGORITHMS.iter().map(ToString::to_string).collect();
    let asked = [
        ("challenge", passkeys::challenge(app, Purpose::Adding(account))),
        ("host", passkeys::host(&app.config)),
        ("user", URL_SAFE_NO_PAD.encode(user.as_bytes())),
        ("name", person.email),
        ("shown", person.name),
        ("kinds", kinds.join(" ")),
        ("known", known.join(" ")),
    ];
    let name = Input::new("name", "A name for it")
        .hint("So that you know it again, for example: work laptop")
        .value(data.text("name"))
        .error_if(errors.get("name"));
    let parts = vec![
        hidden("client", ""),
        hidden("attestation", ""),
        name.into(),
        Button::new("Add a passkey").id("passkey").into(),
    ];
    Ok(Sheet::new("Add a passkey")
        .errors(errors)
        .text("A passkey signs you in with your fingerprint, your face or the PIN of your device. It works on this site only, so a false page gets nothing from you.")
        .part(talking("create", &asked, form("/account/passkeys/new", parts)))
        .link("Back to your account", "/account"))
}

pub(super) async fn ask_new(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let (account, _) = permit(&app, &visitor)?;
    may_change_ways(&app, &visitor).await?;
    let sheet = new_sheet(&app, account, &FormData::default(), &Errors::default()).await?;
    frame
        .page("Add a passkey")
        .crumb("Your account", "/account")
        .visible_to("only you")
        .show(&sheet)
}

/// The name of a passkey as it was typed, or what is wrong with it.
fn name_of<'a>(data: &'a FormData, errors: &mut Errors) -> &'a str {
    let name = data.required("name", errors, "Give it a name, so that you know it again");
    if name.chars().count() > passkeys::LONGEST_NAME {
        errors.add("name", "Use at most 60 characters");
    }
    name
}

pub(super) async fn add(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    jar: CookieJar,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    let had = may_change_ways(&app, &visitor).await?;
    // Of what is sent only the name is words; the rest is the device's.
    let mut errors = FormData::from_pairs([("name", data.text("name"))]).errors();
    let name = name_of(&data, &mut errors);
    if errors.is_empty() {
        let (client, attestation) = (field(&data, "client"), field(&data, "attestation"));
        match passkeys::add(&app, &permit, account, name, &client, &attestation).await {
            Ok(()) => {
                let told = format!("A passkey named “{name}” now signs you in to Alongside.");
                let jar = added(&app, &visitor, jar, had, &told).await?;
                return Ok((jar, redirect("/account")).into_response());
            }
            Err(error) => errors.add("passkey", &words(error)?),
        }
    }
    let sheet = new_sheet(&app, account, &data, &errors).await?;
    frame
        .page("Add a passkey")
        .visible_to("only you")
        .crumb("Your account", "/account")
        .with_problems()
        .show(&sheet)
}

async fn own(app: &App, account: AccountId, id: &str) -> Result<Passkey, PageError> {
    let have = passkeys::of(&app.db, account).await?;
    have.into_iter().find(|passkey| passkey.id == id).ok_or(PageError::NotFound)
}

fn one(passkey: &Passkey, name: &str, errors: &Errors) -> Sheet {
    let used = passkey.used_at.map_or_else(|| "Not yet".to_owned(), |at| in_words(at.0));
    let synced = match passkey.synced {
        true => "On all devices that share your passkeys",
        false => "On one device only",
    };
    let name = Input::new("name", "Name").value(name).error_if(errors.get("name"));
    let here = format!("/account/passkeys/{}", passkey.id);
    Sheet::new("Passkey")
        .caption(&passkey.name)
        .errors(errors)
        .part(
            SummaryList::new()
                .row("Added", in_words(passkey.created_at.0))
                .row("Last used", used)
                .row("Where it is", synced),
        )
        .form(&here, vec![name.into(), Button::new("Save the name").into()])
        .heading("Remove it")
        .text("It no longer signs you in. Delete it on your device as well, so that it is not offered there.")
        .form(&format!("{here}/remove"), vec![Button::new("Remove this passkey").warning().into()])
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (account, _) = permit(&app, &visitor)?;
    let passkey = own(&app, account, &id).await?;
    frame.page("Passkey").crumb("Your account", "/account").visible_to("only you").show(&one(
        &passkey,
        &passkey.name,
        &Errors::default(),
    ))
}

pub(super) async fn rename(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    let passkey = own(&app, account, &id).await?;
    let mut errors = data.errors();
    let name = name_of(&data, &mut errors);
    if !errors.is_empty() {
        let page = frame
            .page("Passkey")
            .visible_to("only you")
            .crumb("Your account", "/account")
            .with_problems();
        return page.show(&one(&passkey, name, &errors));
    }
    passkeys::rename(&app, &permit, account, &id, name).await?;
    Ok(redirect("/account"))
}

pub(super) async fn remove(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    jar: CookieJar,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (account, permit) = permit(&app, &visitor)?;
    let passkey = own(&app, account, &id).await?;
    may_change_ways(&app, &visitor).await?;
    passkeys::remove(&app, &permit, account, &id).await?;
    let told =
        format!("The passkey named “{}” was removed and no longer signs you in.", passkey.name);
    tell(&app, account, &told).await?;
    let jar = super::second_step::renew_session(&app, account, jar).await?;
    Ok((jar, redirect("/account")).into_response())
}
