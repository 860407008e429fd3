//! The charter of a partnership: read by its members, written by those who look after it, accepted
//! by each.

use access::{Action as Deed, SignedIn, Visitor, Zone, authorize, decide, partnerships};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::{date_in_words, london},
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Details, Html, InsetText, Tag, TagColour};

use super::parts::{Sheet, Typed, hidden, list, paragraphs, problems, text};
use crate::shared::charter::{self, Charter, NewCharter, Standing};

/// The partnership behind an address, for somebody who may read it.
pub(super) async fn partnership(
    app: &App,
    visitor: &Visitor,
    id: &str,
) -> Result<(OrgRef, String), PageError> {
    let org: OrgRef = format!("partnership:{id}").parse().map_err(|_| PageError::NotFound)?;
    authorize(app, visitor, Deed::Read, &partnerships::resource(org))?;
    let it = partnerships::get(&app.db, org).await?.ok_or(PageError::NotFound)?;
    Ok((org, it.name))
}

fn words_of(charter: &Charter) -> Html {
    let part = |heading: &str, words: &str| {
        Html::join([
            Html::trusted(format!("<h3 class=\"govuk-heading-s\">{heading}</h3>")),
            paragraphs(words),
        ])
    };
    Html::join([
        part("What for", &charter.purpose),
        part("How we work with each other", &charter.ways),
        part("What we share, and what we do not", &charter.shares),
    ])
}

fn form_of(base: &str, typed: Typed<'_>) -> Html {
    Html::join([
        Html::trusted(format!("<form method=\"post\" action=\"{base}\" novalidate>")),
        typed.lines("purpose", "What is the partnership for?", "The purpose and the values.", 4),
        typed.lines("ways", "How do members work with each other?", "", 5),
        typed.lines(
            "shares",
            "What is shared, and what is not?",
            "For example: strengths and offers with all members, audits with nobody.",
            4,
        ),
        Html::of(&govuk::Button::new("Put it to the members").prevent_double_click(true)),
        Html::trusted("</form>".to_owned()),
    ])
}

async fn who(app: &App, standing: &Standing) -> Result<Html, PageError> {
    let mut yes = Vec::new();
    for one in &standing.accepted {
        let org = register::org_name(&app.db, one.org).await?;
        let day = date_in_words(london(one.at()));
        yes.push(text(format!("{org}: {}, {day}", one.name)).as_str().to_owned());
    }
    let mut open = Vec::new();
    for &org in &standing.awaited {
        open.push(text(register::org_name(&app.db, org).await?).as_str().to_owned());
    }
    let mut parts = Vec::new();
    if !yes.is_empty() {
        parts.push(Html::trusted("<h3 class=\"govuk-heading-s\">Accepted by</h3>".to_owned()));
        parts.push(list(&yes));
    }
    if !open.is_empty() {
        parts.push(Html::trusted("<h3 class=\"govuk-heading-s\">Not yet</h3>".to_owned()));
        parts.push(list(&open));
    }
    Ok(Html::join(parts))
}

async fn page(
    app: &App,
    visitor: &Visitor,
    frame: Frame,
    id: &str,
    (form, errors): (&FormData, &Errors),
) -> Result<Response, PageError> {
    let (org, name) = partnership(app, visitor, id).await?;
    let base = format!("/partnerships/{id}/charter");
    let keeps = decide(visitor, Deed::Update, &partnerships::resource(org)).allowed;
    let standing = charter::standing(app, org).await?;
    let mut sheet = Sheet::new("Charter");
    sheet.caption.clone_from(&name);
    sheet.lede = problems(errors);
    let active = partnerships::get(&app.db, org).await?.and_then(|it| it.active_on());
    sheet.lede = Html::join([
        sheet.lede,
        match active {
            Some(day) => paragraphs(&format!("Active since {}.", date_in_words(day))),
            None => Html::of(&InsetText::new(
                "Being formed. Matches are proposed from the day on which every member has \
                 accepted these words; what two heads agree themselves does not wait for it.",
            )),
        },
    ]);
    let mut prefilled = FormData::default();
    if let Some(standing) = &standing {
        let it = &standing.charter;
        let (colour, words) = match standing.is_agreed() {
            true => (TagColour::Green, "Accepted by every member"),
            false => (TagColour::Yellow, "Being accepted"),
        };
        sheet.tag = Html::of(&Tag::coloured(colour, words));
        let day = date_in_words(london(it.at()));
        let by = text(format!("Version {}, written by {}, {day}", it.number, it.name));
        sheet = sheet.part(
            "The words",
            Html::join([
                words_of(it),
                Html::trusted(format!("<p class=\"govuk-body-s as-quiet\">{}</p>", by.as_str())),
            ]),
        );
        let mut accept = Vec::new();
        for member in charter::asks(visitor, standing) {
            let member_name = register::org_name(&app.db, member).await?;
            accept.push(Html::join([
                Html::trusted(format!("<form method=\"post\" action=\"{base}/accept\">")),
                hidden("member", member),
                hidden("version", it.number),
                Html::of(
                    &govuk::Button::new(format!("Accept it for {member_name}"))
                        .prevent_double_click(true),
                ),
                Html::trusted("</form>".to_owned()),
            ]));
        }
        sheet = sheet.part("Your answer", Html::join(accept));
        sheet = sheet.part("Who has accepted it", who(app, standing).await?);
        prefilled = FormData::from_pairs([
            ("purpose", it.purpose.as_str()),
            ("ways", it.ways.as_str()),
            ("shares", it.shares.as_str()),
        ]);
    } else {
        sheet.lede = Html::join([
            sheet.lede,
            paragraphs(
                "This partnership has not written down yet what it is for, how its members work \
                 with each other and what they share.",
            ),
        ]);
    }
    if keeps {
        let sent = !form.pairs().is_empty();
        let typed = Typed { form: if sent { form } else { &prefilled }, errors };
        let label = if standing.is_some() { "Change the words" } else { "Write the charter" };
        let details = Details::new(label, form_of(&base, typed));
        let open = sent || standing.is_none();
        sheet = sheet.part("", Html::of(&if open { details.open(true) } else { details }));
    }
    let mut earlier = Vec::new();
    for it in charter::versions(&app.db, org).await?.iter().skip(1) {
        let day = date_in_words(london(it.at()));
        let summary = format!("Version {}, written by {}, {day}", it.number, it.name);
        earlier.push(Html::of(&Details::new(summary, words_of(it))));
    }
    sheet = sheet.part("Earlier words", Html::join(earlier));
    frame
        .page(format!("Charter of {name}"))
        .crumb("Partnerships", "/partnerships")
        .crumb(&name, format!("/partnerships/{id}"))
        .visible_to(Zone::Network.in_words())
        .checked(errors)
        .show(&sheet)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    page(&app, &visitor, frame, &id, (&FormData::default(), &Errors::default())).await
}

pub(super) async fn write(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (org, _) = partnership(&app, &visitor, &id).await?;
    let permit = authorize(&app, &visitor, Deed::Update, &partnerships::resource(org))?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let new = NewCharter {
            purpose: form.text("purpose"),
            ways: form.text("ways"),
            shares: form.text("shares"),
        };
        match charter::write(&app, &permit, org, &new).await {
            Ok(_) => return Ok(redirect(&format!("/partnerships/{id}/charter"))),
            Err(refusal) => refusal.beside(&mut errors)?,
        }
    }
    page(&app, &visitor, frame, &id, (&form, &errors)).await
}

pub(super) async fn accept(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (org, _) = partnership(&app, &visitor, &id).await?;
    let member: OrgRef =
        form.chosen("member", "Say for which member you accept it: press the button for it")?;
    let permit = authorize(&app, &visitor, Deed::Sign, &charter::answer_of(member))?;
    let mut errors = form.errors();
    let version = form.text("version").parse().unwrap_or(0);
    match charter::accept(&app, &permit, org, member, version).await {
        Ok(()) => return Ok(redirect(&format!("/partnerships/{id}/charter"))),
        Err(refusal) => refusal.beside(&mut errors)?,
    }
    page(&app, &visitor, frame, &id, (&FormData::default(), &errors)).await
}
