//! Introductions: suggested by a broker, answered by each of the two.

use access::{Action, Role, SignedIn, Visitor, authorize, decide};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Tag, TagColour};
use support::pages::parts::{self, FormPage, Sheet, act_button, go, line, paragraphs, text};

use super::found::person;
use crate::{
    introductions::{self, Introduction, IntroductionId, State},
    network,
};

fn tag(state: State) -> Tag {
    let colour = match state {
        State::Asked => TagColour::Yellow,
        State::Introduced => TagColour::Green,
        State::Closed => TagColour::Grey,
    };
    Tag::coloured(colour, state.words())
}

/// The partnership whose broker a visitor is.
fn brokered(visitor: &Visitor) -> Option<OrgRef> {
    let mut orgs = visitor.orgs(Role::Broker);
    orgs.find(|org| decide(visitor, Action::Create, &network::resource(*org)).allowed)
}

fn must_broker(visitor: &Visitor) -> Result<OrgRef, PageError> {
    brokered(visitor).ok_or_else(|| {
        PageError::Forbidden(
            "The broker of a partnership suggests introductions: ask them for one.".to_owned(),
        )
    })
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let mut sheet = Sheet::new("Introductions");
    sheet.lede = paragraphs(
        "Somebody elsewhere faces the same. Each of the two is asked, and learns who the other is \
         when both have said yes. Nobody learns who said no.",
    );
    let mine: String = introductions::of_person(&app.db, account)
        .await?
        .iter()
        .map(|it| {
            format!(
                "<li><a class=\"govuk-link\" href=\"/introductions/{}\">{}</a> {}</li>",
                it.id,
                text(&it.matter).as_str(),
                Html::of(&tag(it.state())).as_str()
            )
        })
        .collect();
    let mine = match mine.is_empty() {
        true => paragraphs("Nobody has suggested one to you yet."),
        false => Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{mine}</ul>")),
    };
    sheet = sheet.part("Suggested to you", mine);
    if let Some(partnership) = brokered(&visitor) {
        let items: String = introductions::of_partnership(&app.db, partnership)
            .await?
            .iter()
            .map(of_the_broker)
            .collect();
        let all = match items.is_empty() {
            true => paragraphs("You have suggested none yet."),
            false => {
                Html::trusted(format!("<ul class=\"govuk-list govuk-list--spaced\">{items}</ul>"))
            }
        };
        let all = Html::join([all, go("/introductions/new", "Suggest an introduction")]);
        sheet = sheet.part("Suggested by the broker", all);
    }
    frame
        .page("Introductions")
        .crumb("Networks", "/networks")
        .visible_to("you alone; what was suggested in a partnership, its broker")
        .show(&sheet)
}

/// A suggestion as the broker reads it: who, and where it stands; never who said what.
fn of_the_broker(it: &Introduction) -> String {
    let [one, other] = it.both();
    let words =
        format!("{} and {}: {} ({})", one.name, other.name, it.matter, date_in_words(it.made_on()));
    let back = match it.state() {
        State::Asked => {
            act_button(&format!("/introductions/{}/take-back", it.id), "Take it back", true)
        }
        _ => Html::default(),
    };
    format!(
        "<li>{} {}{}</li>",
        text(&words).as_str(),
        Html::of(&tag(it.state())).as_str(),
        back.as_str()
    )
}

async fn new_form(
    app: &App,
    frame: Frame,
    partnership: OrgRef,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "Suggest an introduction";
    let mut page = FormPage::new(title, "/introductions/new", "/introductions");
    page.lede = paragraphs(
        "Both are asked by letter. Write the matter so that it names neither of them and no school.",
    );
    page.problems = parts::problems(errors);
    page.fields = vec![
        line(
            form,
            errors,
            "matter",
            "What do both face?",
            "For example: mixed-age phonics with one class",
        ),
        person(app, partnership, ("one", "Who?", ""), form, errors).await?,
        person(app, partnership, ("other", "And who else?", "Of another school"), form, errors)
            .await?,
    ];
    page.button = "Ask both".to_owned();
    let built = frame
        .page(title)
        .crumb("Networks", "/networks")
        .crumb("Introductions", "/introductions")
        .visible_to("you; each of the two reads the matter and not the other’s name");
    built.checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let partnership = must_broker(&visitor)?;
    new_form(&app, frame, partnership, &FormData::default(), &Errors::default()).await
}

pub(super) async fn suggest(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let partnership = must_broker(&visitor)?;
    let permit = authorize(&app, &visitor, Action::Create, &network::resource(partnership))?;
    let mut errors = form.errors();
    form.required("matter", &mut errors, "Say what both face");
    let one = form.parsed("one", &mut errors, "Choose somebody");
    let other = form.parsed("other", &mut errors, "Choose somebody of another school");
    if let (true, Some(one), Some(other)) = (errors.is_empty(), one, other) {
        let matter = form.text("matter");
        match introductions::suggest(&app, &permit, partnership, (one, other), matter).await {
            Ok(_) => return Ok(redirect("/introductions")),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    new_form(&app, frame, partnership, &form, &errors).await
}

async fn opened(app: &App, id: &str) -> Result<Introduction, PageError> {
    let id: IntroductionId = id.parse().map_err(|_| PageError::NotFound)?;
    introductions::find(&app.db, id).await?.ok_or(PageError::NotFound)
}

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = opened(&app, &id).await?;
    authorize(&app, &visitor, Action::Read, &it.resource())?;
    let account = visitor.account.ok_or(PageError::NotFound)?;
    let (own, other) = it.seen_by(account).ok_or(PageError::NotFound)?;
    let mut sheet = Sheet::new("Would you like to be introduced?");
    sheet.tag = Html::of(&tag(it.state()));
    sheet.lede = paragraphs(&format!(
        "{} thinks that you and a colleague of another school face the same: “{}”.",
        it.by_name, it.matter
    ));
    let here = format!("/introductions/{}", it.id);
    let body = match it.state() {
        State::Introduced => {
            let school = register::org_name(&app.db, other.org).await?;
            let them = access::accounts::get(&app.db, other.account).await?;
            let email = them.filter(|one| one.closed_at.is_none()).map(|one| one.email);
            let address = email.map_or_else(String::new, |email| format!(", {email}"));
            paragraphs(&format!("You both said yes: {}, {school}{address}.", other.name))
        }
        State::Closed => paragraphs("It did not come about. Nothing more is asked of you."),
        State::Asked if own.said => paragraphs(
            "You said yes. You are told when the other has too; if they would rather not, you hear \
             nothing more.",
        ),
        State::Asked => paragraphs(
            "Neither of you reads who the other is unless both say yes, and nobody learns who said \
             no.",
        ),
    };
    let mut acts = Vec::new();
    if it.state() == State::Asked {
        if !own.said {
            acts.push(act_button(&format!("{here}/yes"), "Yes, introduce us", false));
        }
        acts.push(act_button(&format!("{here}/no"), "No, thank you", true));
    }
    frame
        .page("An introduction")
        .crumb("Introductions", "/introductions")
        .visible_to("you and the other alone")
        .show(&sheet.part("", Html::join([body, Html::join(acts)])))
}

async fn answered(
    app: &App,
    visitor: &Visitor,
    id: &str,
    yes: bool,
) -> Result<Response, PageError> {
    let it = opened(app, id).await?;
    let permit = authorize(app, visitor, Action::Update, &it.resource())?;
    introductions::answer(app, &permit, it.id, yes).await?;
    Ok(redirect(&format!("/introductions/{}", it.id)))
}

pub(super) async fn yes(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    answered(&app, &visitor, &id, true).await
}

pub(super) async fn no(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    answered(&app, &visitor, &id, false).await
}

pub(super) async fn take_back(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let it = opened(&app, &id).await?;
    // Whoever may not read that it exists is told that nothing is there.
    if !visitor.is(Role::Broker, it.partnership) {
        return Err(PageError::NotFound);
    }
    let permit = authorize(&app, &visitor, Action::Create, &network::resource(it.partnership))?;
    introductions::take_back(&app, &permit, it.id).await?;
    Ok(redirect("/introductions"))
}
