//! The people of one's own school or trust: invited, let in and seen off by those who lead it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use foundation::{
    App, DbError, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    Button, Details, Html, Input, InsetText, RadioItem, Radios, SummaryList, SummaryRow, Table,
    TableCell, extra::ScrollArea,
};

use super::{
    joining, org_in_words, row_button,
    sheet::{Sheet, form, hidden},
};
use crate::{
    Action, Permit, Post, Role, SignedIn, Visitor, Zone, accounts, authorize,
    colleagues::{self, Asked, AskedId, ROLES, looks_after, may_end},
    leaving,
};

/// The schools and trusts whose people a visitor looks after.
pub(super) fn cared_for(visitor: &Visitor) -> Vec<OrgRef> {
    let mut orgs: Vec<OrgRef> = visitor.posts.iter().map(|post| post.org).collect();
    orgs.retain(|&org| looks_after(visitor, org));
    orgs.sort();
    orgs.dedup();
    orgs
}

/// A permit to look after the people of an organisation the visitor leads.
fn door(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Permit, PageError> {
    if !looks_after(visitor, org) {
        return Err(PageError::NotFound);
    }
    authorize(app, visitor, Action::Sign, &colleagues::resource(org))
}

async fn people(app: &App, visitor: &Visitor, org: OrgRef) -> Result<Html, PageError> {
    let today = app.clock.today();
    let mut held = accounts::held(&app.db, None).await?;
    held.retain(|post| post.org == org && post.on(today));
    let mut list = SummaryList::new();
    for post in held {
        let Some(person) = accounts::get(&app.db, post.account).await? else { continue };
        let until = post.end_on.as_ref().and_then(|end| end.parse().ok());
        let until = until.map_or_else(String::new, |end| format!(", until {}", date_in_words(end)));
        let words = format!(
            "{} ({}), since {}{until}",
            post.title,
            post.role.0.in_words(),
            date_in_words(post.start_on.0)
        );
        let mut row = SummaryRow::new(person.name.clone(), words);
        if post.end_on.is_none() && may_end(visitor, &post) {
            let href = format!("/people/{}/posts/{}/end", person.id, post.id);
            row = row.action("End", href, format!("the post of {}", person.name));
        }
        list = list.with(row);
    }
    Ok(list.into())
}

fn waiting(asked: &[Asked], name: &str) -> Html {
    let mut table = Table::new(format!("Who asks to be let into {name}"))
        .head(
            ["Name", "E-mail address", "What they do", "Asked", "Your answer"].map(TableCell::new),
        )
        .first_cell_is_header(true);
    for one in asked {
        let at = |act: &str| format!("/colleagues/asked/{}/{act}", one.id);
        table = table.row([
            TableCell::new(one.name.clone()),
            TableCell::new(one.email.clone()),
            TableCell::new(one.title.clone()),
            TableCell::new(date_in_words(foundation::clock::london(one.asked_at.0))),
            TableCell::new(Html::join([
                row_button(&at("let-in"), &format!("Let {} in", one.name)),
                row_button(&at("decline"), &format!("{} is no colleague", one.name)),
            ])),
        ]);
    }
    Html::from(ScrollArea::new(format!("Who asks to be let into {name}"), Html::from(table)))
}

async fn way_in(app: &App, org: OrgRef) -> Result<Html, PageError> {
    let own = || hidden("org", &org.to_string());
    Ok(match colleagues::way(&app.db, org).await? {
        Some(way) => Html::join([
            InsetText::new(Html::trusted(format!(
                "<p class=\"govuk-body\">For the staff room or a newsletter:</p>\
                 <p class=\"govuk-body\"><strong>{}/join/{}</strong></p>",
                app.config.public_url(),
                way.code
            )))
            .into(),
            form(
                "/colleagues/way-in",
                vec![own(), Button::new("Give it a new address").secondary().into()],
            ),
            form(
                "/colleagues/way-in/close",
                vec![own(), Button::new("Close it").secondary().into()],
            ),
        ]),
        None => {
            form("/colleagues/way-in", vec![own(), Button::new("Open a way in").secondary().into()])
        }
    })
}

fn invitation(org: OrgRef, name: &str, data: &FormData, errors: &Errors) -> Html {
    let role = ROLES.iter().fold(
        Radios::new("role", "As what?")
            .value(if data.text("role").is_empty() { "staff" } else { data.text("role") })
            .error_if(errors.get("role")),
        |radios, role| radios.with(RadioItem::new(role.key(), role.in_words())),
    );
    let fields = vec![
        hidden("org", &org.to_string()),
        Input::new("name", "Name").value(data.text("name")).error_if(errors.get("name")).into(),
        Input::new("email", "E-mail address")
            .hint("The invitation goes there, and it is the name to sign in with.")
            .email()
            .value(data.text("email"))
            .error_if(errors.get("email"))
            .into(),
        Input::new("title", "What do they do?")
            .hint("For example: Teaching assistant, Vice chair")
            .value(data.text("title"))
            .error_if(errors.get("title"))
            .into(),
        role.into(),
        Button::new("Send the invitation").prevent_double_click(true).into(),
    ];
    let details =
        Details::new(format!("Invite somebody who works in {name}"), form("/colleagues", fields));
    Html::from(if errors.is_empty() { details } else { details.open(true) })
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    (about, data, errors): (Option<OrgRef>, &FormData, &Errors),
) -> Result<Response, PageError> {
    let orgs = cared_for(visitor);
    if orgs.is_empty() {
        return Err(PageError::NotFound);
    }
    let mut sheet = Sheet::new("Colleagues").full().errors(errors).lead(
        "Everybody has a role to play: whoever works with you can suggest an offer, join a network \
         and borrow what works elsewhere.",
    );
    let fresh = (FormData::default(), Errors::default());
    let several = orgs.len() > 1;
    for org in orgs {
        let name = org_in_words(app, org).await?;
        let asked = colleagues::waiting(&app.db, org).await?;
        // The form that was sent keeps its words; a page has one of them open.
        let (data, errors) = if about == Some(org) { (data, errors) } else { (&fresh.0, &fresh.1) };
        if !asked.is_empty() {
            sheet = sheet
                .heading(&format!("Asking to be let into {name}"))
                .part(waiting(&asked, &name));
        }
        sheet = sheet.heading(&format!("People of {name}")).part(people(app, visitor, org).await?);
        if !several || about == Some(org) {
            sheet = sheet.part(invitation(org, &name, data, errors));
        } else {
            let href = format!("/colleagues?org={org}");
            sheet = sheet.link(&format!("Invite somebody who works in {name}"), &href);
        }
        sheet = sheet
            .heading("A way in for everybody who works here")
            .text(
                "Whoever follows it asks for an account with their own address; you let them in, one \
                 by one. They become staff: whoever leads or signs is appointed by an operator.",
            )
            .part(way_in(app, org).await?);
    }
    frame.page("Colleagues").wide().visible_to(Zone::School.in_words()).checked(errors).show(&sheet)
}

#[derive(serde::Deserialize)]
pub(super) struct About {
    #[serde(default)]
    org: String,
}

pub(super) async fn list(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    axum::extract::Query(about): axum::extract::Query<About>,
) -> Result<Response, PageError> {
    let about = about.org.parse().ok();
    page(&app, &visitor, frame, (about, &FormData::default(), &Errors::default())).await
}

/// Of which school or trust a form speaks. Only those who lead one are told what is missing.
fn which(visitor: &Visitor, data: &FormData) -> Result<OrgRef, PageError> {
    if cared_for(visitor).is_empty() {
        return Err(PageError::NotFound);
    }
    data.chosen("org", "Say for which school or trust: use the form on its page")
}

pub(super) async fn invite(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = which(&visitor, &data)?;
    let permit = door(&app, &visitor, org)?;
    let mut errors = data.errors();
    let name = data.required("name", &mut errors, "Enter the person's name");
    let email = joining::address(&data, &mut errors, "Enter the person's e-mail address");
    let title = data.required("title", &mut errors, "Say in a few words what they do");
    let role = data.parsed::<Role>("role", &mut errors, "Choose as what you invite them");
    let role = role.filter(|role| ROLES.contains(role));
    if role.is_none() && errors.is_empty() {
        errors.add("role", "Choose as what you invite them");
    }
    if let (Some(role), true) = (role, errors.is_empty()) {
        let post = Post::new(org, role, title);
        match leaving::invite(&app, &permit, email, name, &post, app.clock.today()).await {
            Ok(_) => return Ok(redirect("/colleagues")),
            Err(DbError::Duplicate(_)) => errors.add(
                "email",
                "This address has an account already. Send them your way in: they ask through it, \
                 and you give their account this post as well",
            ),
            Err(error) => return Err(error.into()),
        }
    }
    page(&app, &visitor, frame, (Some(org), &data, &errors)).await
}

pub(super) async fn open(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = which(&visitor, &data)?;
    let permit = door(&app, &visitor, org)?;
    colleagues::open(&app, &permit, org).await?;
    Ok(redirect("/colleagues"))
}

pub(super) async fn close(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Form(data): Form,
) -> Result<Response, PageError> {
    let org = which(&visitor, &data)?;
    let permit = door(&app, &visitor, org)?;
    colleagues::close(&app, &permit, org).await?;
    Ok(redirect("/colleagues"))
}

async fn asked(app: &App, visitor: &Visitor, id: &str) -> Result<(Asked, Permit), PageError> {
    let id: AskedId = id.parse().map_err(|_| PageError::NotFound)?;
    let one = colleagues::asked(&app.db, id).await?.ok_or(PageError::NotFound)?;
    let permit = door(app, visitor, one.org)?;
    Ok((one, permit))
}

pub(super) async fn let_in(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (one, permit) = asked(&app, &visitor, &id).await?;
    match colleagues::let_in(&app, &permit, &one).await {
        Ok(()) => Ok(redirect("/colleagues")),
        Err(DbError::Duplicate(_)) => Err(PageError::Conflict(
            "The account of this address was closed: an operator can say why, and open another."
                .to_owned(),
        )),
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn decline(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (one, permit) = asked(&app, &visitor, &id).await?;
    colleagues::decline(&app, &permit, &one).await?;
    Ok(redirect("/colleagues"))
}
