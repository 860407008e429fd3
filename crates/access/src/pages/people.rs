//! Looking after people's accounts and posts: for operators.

use axum::{
    Extension,
    extract::{Path, RawQuery, State},
    response::Response,
};
use foundation::{
    App, DbError, PageError,
    clock::{date_in_words, in_words},
    events::{self, Event},
    web::{Errors, Form, FormData, Frame, escape, redirect},
};
use govuk::{
    Button, DateInput, Html, Input, InsetText, SummaryList, SummaryRow, Table, TableCell, Tag,
    TagColour, Textarea, extra::ScrollArea,
};
use jiff::civil::Date;

use super::{
    headships, org_in_words,
    post::{day_values, post_fields, post_of, since},
    sheet::{Sheet, form, links},
    watched,
};
use crate::{
    AccountId, Action, Permit, SignedIn, Visitor, Zone, accounts, authorize, colleagues, decide,
    headships as shares, identities,
    leaving::{self, Duties, Duty, LeavingError},
    oidc, policy, retention, sessions,
};

pub(super) fn door(app: &App, visitor: &Visitor, action: Action) -> Result<Permit, PageError> {
    authorize(app, visitor, action, &policy::installation())
}

fn account_id(id: &str) -> Result<AccountId, PageError> {
    id.parse().map_err(|_| PageError::NotFound)
}

/// Whether the visitor changes what this page shows: a data protection officer only reads it.
fn changes(visitor: &Visitor) -> bool {
    decide(visitor, Action::Update, &policy::installation()).allowed
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Read)?;
    watched(&app, &visitor, "people", "everybody").await?;
    let today = app.clock.today();
    let held = accounts::held(&app.db, None).await?;
    let mut table = Table::new("People with an account")
        .head(["Name", "E-mail address", "Posts today"].map(TableCell::new))
        .first_cell_is_header(true);
    for person in accounts::all(&app.db).await? {
        let mut posts = Vec::new();
        for post in held.iter().filter(|post| post.account == person.id && post.on(today)) {
            let org = org_in_words(&app, post.org).await?;
            posts.push(format!("{}, {org}", post.title));
        }
        let name = format!(
            "<a class=\"govuk-link\" href=\"/people/{}\">{}</a>",
            person.id,
            escape(&person.name)
        );
        let posts = if posts.is_empty() { "None".to_owned() } else { posts.join("; ") };
        table = table.row([
            TableCell::new(Html::trusted(name)),
            TableCell::new(person.email),
            TableCell::new(posts),
        ]);
    }
    let mut sheet = Sheet::new("People")
        .full()
        .text("Everybody who can sign in, and the posts that say what they may do.");
    if changes(&visitor) {
        sheet = sheet.part(Button::link("Invite somebody", "/people/new"));
    }
    let sheet = sheet
        .link("The record of acts", "/record")
        .link("Retention", "/retention")
        .part(ScrollArea::new("People with an account", Html::from(table)));
    frame.page("People").wide().visible_to(Zone::System.in_words()).show(&sheet)
}

async fn invite_form(app: &App, data: &FormData, errors: &Errors) -> Result<Sheet, PageError> {
    let name = Input::new("name", "Name").value(data.text("name")).error_if(errors.get("name"));
    let email = Input::new("email", "E-mail address")
        .hint("The invitation goes there, and it is the name to sign in with.")
        .email()
        .value(data.text("email"))
        .error_if(errors.get("email"));
    let mut fields: Vec<Html> = vec![name.into(), email.into()];
    fields.extend(post_fields(app, data, errors).await?);
    fields.push(Button::new("Send the invitation").prevent_double_click(true).into());
    Ok(Sheet::new("Invite somebody").errors(errors).form("/people/new", fields))
}

pub(super) async fn ask_invite(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Create)?;
    let sheet = invite_form(&app, &FormData::default(), &Errors::default()).await?;
    frame
        .page("Invite somebody")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .show(&sheet)
}

pub(super) async fn invite(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Create)?;
    let mut errors = data.errors();
    let name = data.required("name", &mut errors, "Enter the person's name");
    let email = data.required("email", &mut errors, "Enter the person's e-mail address");
    if !email.is_empty() && (!email.contains('@') || email.contains(char::is_whitespace)) {
        errors.add("email", "Enter an e-mail address in the form name@school.example");
    }
    let post = post_of(&data, &mut errors);
    let from = since(&data, &mut errors, app.clock.today());
    if let (Some(post), true) = (post, errors.is_empty()) {
        match leaving::invite(&app, &permit, email, name, &post, from).await {
            Ok(account) => return Ok(redirect(&format!("/people/{account}"))),
            Err(DbError::Duplicate(_)) => errors.add(
                "email",
                "This address has an account already. Open it from the list of people, or use another address",
            ),
            Err(error) => return Err(error.into()),
        }
    }
    let sheet = invite_form(&app, &data, &errors).await?;
    frame
        .page("Invite somebody")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .with_problems()
        .show(&sheet)
}

pub(super) async fn person(app: &App, id: &str) -> Result<accounts::Account, PageError> {
    accounts::get(&app.db, account_id(id)?).await?.ok_or(PageError::NotFound)
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Read)?;
    let person = person(&app, &id).await?;
    watched(&app, &visitor, "account", person.id).await?;
    let open = sessions::list(&app.db, app.clock.now(), person.id).await?.len();
    let state: Html = match person.closed_at {
        Some(_) => Tag::coloured(TagColour::Grey, "Closed").into(),
        None => Tag::coloured(TagColour::Green, "Open").into(),
    };
    let facts = SummaryList::new()
        .row("E-mail address", person.email.as_str())
        .row("Account", state)
        .row("Sessions now", open.to_string());
    let mut posts = SummaryList::new();
    let today = app.clock.today();
    for held in accounts::held(&app.db, Some(person.id)).await? {
        let org = org_in_words(&app, held.org).await?;
        let since = date_in_words(held.start_on.0);
        let words = match held.end_on.as_ref().and_then(|end| end.parse::<Date>().ok()) {
            Some(end) if end < today => format!("{org}, {since} to {}", date_in_words(end)),
            Some(end) => format!("{org}, since {since}, until {}", date_in_words(end)),
            None => format!("{org}, since {since}"),
        };
        let words = match held.share {
            Some(share) => format!("{words}; {} of full time", shares::in_words(share)),
            None => words,
        };
        let mut row =
            SummaryRow::new(format!("{} ({})", held.title, held.role.0.in_words()), words);
        if held.end_on.is_none() && person.closed_at.is_none() && changes(&visitor) {
            let href = format!("/people/{}/posts/{}/end", person.id, held.id);
            row = row.action("End", href, format!("the post {}", held.title));
        }
        posts = posts.with(row);
    }
    let mut suggested = Vec::new();
    for one in identities::suggested(&app.db, person.id, today).await? {
        let org = org_in_words(&app, one.org).await?;
        let name = oidc::configured(&app.config, &one.provider)
            .map_or(one.provider.as_str(), |provider| provider.name.as_str());
        let org_ref = one.org.to_string();
        let (kind, number) = org_ref.split_once(':').unwrap_or(("", ""));
        suggested.push((
            format!("{name} says that the person works for: {org}. Give a post there"),
            format!("/people/{}/appoint?kind={kind}&number={number}", person.id),
        ));
    }
    let mut history = Vec::new();
    for entry in events::timeline(&app.db, "account", &person.id.to_string()).await? {
        let mut line = format!("{}: {} ({})", in_words(entry.at.0), entry.verb, entry.actor_name);
        if let Some(reason) = &entry.reason {
            line += &format!(". Reason: {reason}");
        }
        history.push(line);
    }
    let mut sheet =
        Sheet::new(&person.name).caption("Person").part(facts).heading("Posts").part(posts);
    if person.closed_at.is_none() && changes(&visitor) {
        let at = |act: &str| format!("/people/{}/{act}", person.id);
        if !suggested.is_empty() {
            sheet = sheet.part(links(&suggested));
        }
        sheet = sheet
            .part(Button::link("Give another post", at("appoint")).secondary())
            .link("How their time as a head is split", &at("headships"))
            .heading("Account")
            .form(&at("invite"), vec![Button::new("Send an invitation again").secondary().into()])
            .form(&at("sign-out"), vec![Button::new("End every session").secondary().into()])
            .link("Set up sign-in again, for somebody who lost app or passkey", &at("recover"))
            .part(Button::link("Close the account", at("close")).warning());
    }
    let forgotten = person.name == retention::FORGOTTEN;
    if person.closed_at.is_some() && !forgotten && changes(&visitor) {
        let href = format!("/people/{}/forget", person.id);
        sheet = sheet.part(Button::link("Forget this person", href).warning());
    }
    let sheet = sheet
        .heading("What happened")
        .part(super::sheet::bullets(history.iter().map(String::as_str)));
    frame
        .page(person.name.clone())
        .crumb("People", "/people")
        .visible_to(Zone::System.in_words())
        .show(&sheet)
}

pub(super) async fn invite_again(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Update)?;
    let person = person(&app, &id).await?;
    if person.closed_at.is_some() {
        return Err(PageError::Conflict("This account is closed.".to_owned()));
    }
    leaving::invite_again(&app, &permit, person.id).await?;
    Ok(redirect(&format!("/people/{id}")))
}

pub(super) async fn end_sessions(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Update)?;
    let person = person(&app, &id).await?;
    let tx = app.db.write().await?;
    sessions::end_all(&tx, permit.context().at, person.id, None).await?;
    let event = Event::new("account", person.id, "was signed out everywhere");
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(redirect(&format!("/people/{id}")))
}

async fn appoint_form(
    app: &App,
    person: &accounts::Account,
    data: &FormData,
    errors: &Errors,
) -> Result<Sheet, PageError> {
    let mut fields = post_fields(app, data, errors).await?;
    fields.push(Button::new("Give this post").into());
    Ok(Sheet::new("Give another post")
        .caption(&person.name)
        .errors(errors)
        .text("The person signs in again with the new rights.")
        .form(&format!("/people/{}/appoint", person.id), fields))
}

pub(super) async fn ask_appoint(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Update)?;
    let person = person(&app, &id).await?;
    // A suggestion of a provider comes as the beginning of an answer.
    let data = FormData::decode(query.unwrap_or_default().as_bytes());
    let sheet = appoint_form(&app, &person, &data, &Errors::default()).await?;
    frame
        .page("Give another post")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .show(&sheet)
}

pub(super) async fn appoint(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Update)?;
    let person = person(&app, &id).await?;
    if visitor.account == Some(person.id) {
        return Err(PageError::Forbidden(
            "Nobody gives themselves a post: ask another operator.".to_owned(),
        ));
    }
    let mut errors = data.errors();
    let from = since(&data, &mut errors, app.clock.today());
    if let (Some(post), true) = (post_of(&data, &mut errors), errors.is_empty()) {
        let permit = headships::because(permit, &data);
        match leaving::appoint(&app, &permit, person.id, &post, from).await {
            Ok(()) => return Ok(redirect(&format!("/people/{id}"))),
            Err(error) => headships::told(error, &mut errors)?,
        }
    }
    let sheet = appoint_form(&app, &person, &data, &errors).await?;
    frame
        .page("Give another post")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .with_problems()
        .show(&sheet)
}

/// What somebody has to take over first, with the places where that is done.
fn duties_inset(duties: &[Duty]) -> Html {
    let items: String = duties
        .iter()
        .map(|duty| {
            format!(
                "<li><a class=\"govuk-link\" href=\"{}\">{}</a></li>",
                escape(&duty.href),
                escape(&duty.what)
            )
        })
        .collect();
    let list = format!(
        "<p class=\"govuk-body\">Somebody has to take these over first:</p>\
         <ul class=\"govuk-list govuk-list--bullet\">{items}</ul>"
    );
    InsetText::new(Html::trusted(list)).into()
}

async fn end_form(
    app: &App,
    id: &str,
    post: &str,
    data: &FormData,
    errors: &Errors,
    duties: &[Duty],
) -> Result<Sheet, PageError> {
    let person = person(app, id).await?;
    let held = accounts::held(&app.db, Some(person.id)).await?;
    let held = held.iter().find(|held| held.id == post).ok_or(PageError::NotFound)?;
    let org = org_in_words(app, held.org).await?;
    let last = DateInput::new("last", "The last day of the post")
        .values(day_values(data, "last"))
        .hint("The person keeps the post until the end of that day.")
        .error_if(errors.get("last"));
    let mut sheet = Sheet::new("End a post")
        .caption(&person.name)
        .errors(errors)
        .text(&format!("{}, {org}. Nothing that was done is lost; the person stops seeing what the post let them see.", held.title));
    if !duties.is_empty() {
        sheet = sheet.part(duties_inset(duties));
    }
    Ok(sheet.form(
        &format!("/people/{id}/posts/{post}/end"),
        vec![last.into(), Button::new("End the post").warning().into()],
    ))
}

/// The post that is to end, and the permit to end it: an operator's, or that of whoever leads the
/// school or trust, for staff and members of the board.
async fn ending(
    app: &App,
    visitor: &Visitor,
    id: &str,
    post: &str,
) -> Result<(accounts::Held, Permit), PageError> {
    let all = match account_id(id) {
        Ok(account) => accounts::held(&app.db, Some(account)).await?,
        Err(_) => Vec::new(),
    };
    let held = all.into_iter().find(|held| held.id == post);
    let own = held.as_ref().filter(|held| colleagues::may_end(visitor, held));
    // Whoever may not look hears the same whether there is such a post or not.
    let permit = match own {
        Some(held) => authorize(app, visitor, Action::Sign, &colleagues::resource(held.org))?,
        None => door(app, visitor, Action::Update)?,
    };
    Ok((held.ok_or(PageError::NotFound)?, permit))
}

/// The list in which somebody found the post that ends.
fn list_of(visitor: &Visitor) -> (&'static str, &'static str) {
    if changes(visitor) { ("People", "/people") } else { ("Colleagues", "/colleagues") }
}

pub(super) async fn ask_end(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    duties: Option<Extension<Duties>>,
    Path((id, post)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let held = ending(&app, &visitor, &id, &post).await?.0;
    let duties = match duties {
        Some(Extension(duties)) => duties.answers(&app, &(held.account, held.org)).await?,
        None => Vec::new(),
    };
    let sheet =
        end_form(&app, &id, &post, &FormData::default(), &Errors::default(), &duties).await?;
    let (list, href) = list_of(&visitor);
    frame
        .page("End a post")
        .visible_to(if changes(&visitor) { Zone::System } else { Zone::School }.in_words())
        .crumb(list, href)
        .show(&sheet)
}

pub(super) async fn end(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    duties: Option<Extension<Duties>>,
    Path((id, post)): Path<(String, String)>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let (_, permit) = ending(&app, &visitor, &id, &post).await?;
    let mut errors = data.errors();
    let mut open = Vec::new();
    let last = data.date("last", &mut errors, "Enter the last day, for example 31 12 2026");
    if let (Some(last), true) = (last, errors.is_empty()) {
        let duties = duties.map(|Extension(duties)| duties).unwrap_or_default();
        match leaving::end_post(&app, &permit, &post, last, &duties).await {
            Ok(_) if changes(&visitor) => return Ok(redirect(&format!("/people/{id}"))),
            Ok(_) => return Ok(redirect("/colleagues")),
            Err(LeavingError::Held(held)) => {
                errors.add("last", "Somebody has to take over what this person looks after first");
                open = held;
            }
            Err(error @ (LeavingError::BeforeStart | LeavingError::LastOperator)) => {
                errors.add("last", capitalised(&error.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let sheet = end_form(&app, &id, &post, &data, &errors, &open).await?;
    let (list, href) = list_of(&visitor);
    frame
        .page("End a post")
        .visible_to(if changes(&visitor) { Zone::System } else { Zone::School }.in_words())
        .crumb(list, href)
        .with_problems()
        .show(&sheet)
}

pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn close_form(
    person: &accounts::Account,
    data: &FormData,
    errors: &Errors,
    open: &[Duty],
) -> Sheet {
    let reason = Textarea::new("reason", "Why, for the record")
        .rows(3)
        .value(data.text("reason"))
        .error_if(errors.get("reason"));
    let mut sheet = Sheet::new("Close the account")
        .caption(&person.name)
        .errors(errors)
        .text("The person is signed out at once and cannot sign in again. What they wrote and signed stays.");
    if !open.is_empty() {
        sheet = sheet.part(duties_inset(open));
    }
    sheet.part(form(
        &format!("/people/{}/close", person.id),
        vec![reason.into(), Button::new("Close the account").warning().into()],
    ))
}

pub(super) async fn ask_close(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    door(&app, &visitor, Action::Update)?;
    let person = person(&app, &id).await?;
    let sheet = close_form(&person, &FormData::default(), &Errors::default(), &[]);
    frame
        .page("Close the account")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .show(&sheet)
}

pub(super) async fn close(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(data): Form,
) -> Result<Response, PageError> {
    let permit = door(&app, &visitor, Action::Update)?;
    let person = person(&app, &id).await?;
    let mut errors = data.errors();
    let mut open = Vec::new();
    let reason = data.required("reason", &mut errors, "Say why, for the record");
    if errors.is_empty() {
        match leaving::close(&app, &permit.because(reason), person.id).await {
            Ok(()) => return Ok(redirect(&format!("/people/{id}"))),
            Err(LeavingError::Held(held)) => {
                errors.add("reason", "End every post first, with a last day before today");
                open = held;
            }
            Err(error) => return Err(error.into()),
        }
    }
    let sheet = close_form(&person, &data, &errors, &open);
    frame
        .page("Close the account")
        .visible_to(Zone::System.in_words())
        .crumb("People", "/people")
        .with_problems()
        .show(&sheet)
}
