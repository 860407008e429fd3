//! The home-school guard: floors under a supporting school's own results, and how many of its
//! people may be out on the same day.

use access::{Action, Role, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, Select, SelectItem, SummaryList};
use register::kpis;

use super::parts::{
    FormPage, Sheet, act_button, go, kept, lines, link, number, paragraphs, problems,
};
use crate::{
    care::{
        floors::{self, FloorId},
        staffing,
    },
    neighbours,
};

/// The school whose head the visitor is.
fn school(visitor: &Visitor) -> Result<OrgRef, PageError> {
    visitor.orgs(Role::Head).find(|org| org.urn().is_some()).ok_or(PageError::NotFound)
}

pub(super) async fn list(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    access::authorize(&app, &visitor, Action::Read, &floors::resource(org))?;
    let all = floors::of(&app.db, org).await?;
    let mut sheet = Sheet::new("Home-school guard");
    sheet.caption = register::org_name(&app.db, org).await?;
    sheet.lede = paragraphs(
        "Your own school comes first. Put a floor under a result: when a published reading lies \
         beyond it while you support others, you and your broker are told, and no new support is \
         offered from your school until you have looked. Support that is under way goes on.",
    );
    let mut list = SummaryList::new();
    for floor in &all {
        let act = if floor.waits_for_review() {
            Html::join([
                paragraphs("A published result lies beyond this floor."),
                link(&format!("/home-floors/{}", floor.id), "Say what you make of it"),
            ])
        } else {
            act_button(&format!("/home-floors/{}/lift", floor.id), "Lift this floor", true)
        };
        list = list.row(floor.in_words(), act);
    }
    let body = if all.is_empty() { paragraphs("There is no floor yet.") } else { Html::of(&list) };
    let limit = staffing::most_out(&app.db, org).await?.map_or_else(
        || "You have set no limit.".to_owned(),
        |most| format!("At most {most} of your people may be out on the same day."),
    );
    let people = Html::join([
        paragraphs(&format!(
            "{limit} Beyond a limit only you, as their head, can let somebody go, with a reason \
             that stays on record."
        )),
        link("/home-floors/staffing", "Change how many may be out"),
    ]);
    frame
        .page("Home-school guard")
        .crumb("Home", "/home")
        .visible_to("the leaders of your school and the body responsible for it")
        .show(
            &sheet
                .part("", body)
                .part("", go("/home-floors/new", "Put a floor under a result"))
                .part("People out on the same day", people),
        )
}

async fn put_form(
    app: &App,
    frame: Frame,
    org: OrgRef,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Put a floor under a result", "/home-floors/new", "/home-floors");
    page.problems = problems(errors);
    let known = neighbours::indicators_for(&app.db, org).await?;
    let select = Select::new("kpi", "Which result?").error_if(errors.get("kpi")).item("", "Choose");
    let select = known.iter().fold(select, |mut select, definition| {
        let chosen = form.text("kpi") == definition.code;
        let item = SelectItem::new(definition.code, definition.plain_name).selected(chosen);
        select.items.push(item);
        select
    });
    page.fields = vec![
        Html::of(&select),
        number(form, errors, "floor", "Not worse than", "A number in the unit of the result", ""),
    ];
    let mut built = frame
        .page("Put a floor under a result")
        .crumb("Home-school guard", "/home-floors")
        .visible_to("the leaders of your school and the body responsible for it");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    put_form(&app, frame, org, &FormData::default(), &Errors::default()).await
}

pub(super) async fn put(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    let permit = access::authorize(&app, &visitor, Action::Update, &floors::resource(org))?;
    let mut errors = form.errors();
    let floor = form.parsed::<f64>("floor", &mut errors, "Enter a number");
    if kpis::definition(form.text("kpi")).is_none() {
        errors.add("kpi", "Choose a result");
    }
    if let (true, Some(floor)) = (errors.is_empty(), floor) {
        match floors::put(&app, &permit, org, [form.text("kpi"), "all"], floor).await {
            Ok(_) => return Ok(redirect("/home-floors")),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    put_form(&app, frame, org, &form, &errors).await
}

async fn staffing_form(
    frame: Frame,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let title = "People out on the same day";
    let mut page = FormPage::new(title, "/home-floors/staffing", "/home-floors");
    page.problems = problems(errors);
    page.lede = paragraphs(
        "Everybody who supports another school on that day counts once, whichever support it is \
         for. What is planned already stays.",
    );
    let question = "How many of your people may be out on the same day?";
    page.fields =
        vec![number(form, errors, "most_out", question, "Leave it empty for no limit", "")];
    let mut built = frame
        .page(title)
        .crumb("Home-school guard", "/home-floors")
        .visible_to("the leaders of your school and the body responsible for it");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_staffing(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    access::authorize(&app, &visitor, Action::Update, &floors::resource(org))?;
    let most = staffing::most_out(&app.db, org).await?;
    let form = FormData::from_pairs(most.map(|most| ("most_out", most.to_string())));
    staffing_form(frame, &form, &Errors::default()).await
}

pub(super) async fn staffing(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Form(form): Form,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    let permit = access::authorize(&app, &visitor, Action::Update, &floors::resource(org))?;
    let mut errors = form.errors();
    let most = if form.text("most_out").is_empty() {
        None
    } else {
        form.parsed::<i64>("most_out", &mut errors, "Enter a whole number, such as 2")
    };
    if errors.is_empty() {
        match staffing::set(&app, &permit, org, most).await {
            Ok(()) => return Ok(redirect("/home-floors")),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    staffing_form(frame, &form, &errors).await
}

async fn review_form(
    app: &App,
    frame: Frame,
    org: OrgRef,
    id: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let key: FloorId = id.parse().map_err(|_| PageError::NotFound)?;
    let all = floors::of(&app.db, org).await?;
    let floor = all.iter().find(|one| one.id == key && one.waits_for_review());
    let floor = floor.ok_or(PageError::NotFound)?;
    let here = format!("/home-floors/{id}");
    let mut page = FormPage::new("What do you make of it?", here, "/home-floors");
    page.problems = problems(errors);
    page.lede = paragraphs(&format!(
        "{}. A published result lies beyond this. One year may be chance: say what you see at home \
         and what follows for the time you give to others.",
        floor.in_words()
    ));
    page.fields = vec![lines(form, errors, "reason", "In your words", "", 4)];
    page.button = "We have looked at it".to_owned();
    let mut built = frame
        .page("What do you make of it?")
        .crumb("Home-school guard", "/home-floors")
        .visible_to("the leaders of your school and the body responsible for it");
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(&page)
}

pub(super) async fn ask_review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    review_form(&app, frame, org, &id, &FormData::default(), &Errors::default()).await
}

pub(super) async fn review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    let permit = access::authorize(&app, &visitor, Action::Update, &floors::resource(org))?;
    let key: FloorId = id.parse().map_err(|_| PageError::NotFound)?;
    let mut errors = form.errors();
    if errors.is_empty() {
        match floors::review(&app, &permit.because(form.text("reason")), org, key).await {
            Ok(()) => return Ok(redirect("/home-floors")),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    review_form(&app, frame, org, &id, &form, &errors).await
}

pub(super) async fn lift(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let org = school(&visitor)?;
    let permit = access::authorize(&app, &visitor, Action::Update, &floors::resource(org))?;
    let key: FloorId = id.parse().map_err(|_| PageError::NotFound)?;
    floors::lift(&app, &permit, org, key).await?;
    Ok(redirect("/home-floors"))
}
