//! A school says what it makes of a practice.

use access::{Action, SignedIn, Visitor};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, OrgRef, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Checkboxes, Html};
use support::{
    Refusal,
    pages::parts::{self, FormPage, choice, hidden, lines, paragraphs},
};

use super::{open, permit, schools_of};
use crate::{
    adoptions::{self, Act, Adoption, Words},
    machine::{Who, step},
    practice::{self, Practice},
};

/// What the page is about: the practice, the visitor's school and its record, where there is one.
struct Seen {
    it: Practice,
    ingredients: Vec<String>,
    title: String,
    org: OrgRef,
    used: Option<Adoption>,
}

async fn seen(app: &App, visitor: &Visitor, id: &str) -> Result<Seen, PageError> {
    let it = open(app, visitor, id).await?;
    let versions = practice::versions(&app.db, it.id).await?;
    let shown = versions.into_iter().find(|version| Some(version.number) == it.shown);
    let words = shown.ok_or(PageError::NotFound)?.words().clone();
    let org = schools_of(visitor).into_iter().find(|org| *org != it.origin);
    let org = org.ok_or(PageError::NotFound)?;
    let used = adoptions::of_practice(&app.db, it.id).await?;
    let used = used.into_iter().find(|one| one.org == org);
    Ok(Seen { it, ingredients: words.ingredients, title: words.title, org, used })
}

async fn form_page(
    app: &App,
    frame: Frame,
    seen: &Seen,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let here = format!("/practices/{}", seen.it.id);
    let school = register::org_name(&app.db, seen.org).await?;
    let origin = register::org_name(&app.db, seen.it.origin).await?;
    let mut page = FormPage::new(&seen.title, format!("{here}/use"), here.clone());
    page.caption = format!("In {school}");
    page.problems = parts::problems(errors);
    page.lede = Html::join([
        seen.used.as_ref().map_or_else(Html::default, |used| {
            let day = date_in_words(used.changed_on());
            paragraphs(&format!("{}, since {day}.", used.state().words()))
        }),
        paragraphs(&format!("{origin} is told, so that it knows what became of its practice.")),
    ]);
    page.fields = vec![hidden("seen", form.text("seen"))];
    let offered: Vec<(&str, &str, &str)> = match &seen.used {
        None => vec![
            ("interest", "We would like to try it", ""),
            ("borrow", "We are trying it as it is", ""),
        ],
        Some(used) => Act::ALL
            .iter()
            .filter(|act| step(used.state(), **act, &[Who::Adopter]).is_ok())
            .map(|act| (act.key(), act.words(), ""))
            .collect(),
    };
    page.fields.push(choice(form, errors, "act", "How does it stand?", "", &offered));
    let has = |act: Act| offered.iter().any(|(key, ..)| *key == act.key());
    if has(Act::Adapt) {
        let hint = "Only where you changed it: what and why";
        page.fields.push(lines(form, errors, "changes", "What did you change?", hint, 3));
        let mut kept = Checkboxes::new("kept", "Which parts did you keep?");
        for part in &seen.ingredients {
            let mut item = govuk::CheckboxItem::new(part.as_str(), part.as_str());
            item.checked = Some(form.has("kept", part));
            kept = kept.with(item);
        }
        page.fields.push(Html::of(&kept));
    }
    if has(Act::Adopt) || has(Act::Tell) {
        let hint = "What you see now, where it helped and where it did not. Name no child";
        page.fields.push(lines(form, errors, "result", "What happened?", hint, 3));
    }
    if has(Act::Stop) {
        let hint = "Only where you have stopped";
        page.fields.push(lines(form, errors, "reason", "Why did you stop?", hint, 2));
    }
    let built = frame
        .page(seen.title.clone())
        .crumb("Practices", "/practices")
        .crumb(&seen.title, here)
        .visible_to("your school, the school it comes from and members of its partnership");
    built.checked(errors).show(&page)
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let seen = seen(&app, &visitor, &id).await?;
    let mut filled = vec![("seen".to_owned(), String::new())];
    if let Some(used) = &seen.used {
        filled[0].1 = used.version.to_string();
        filled.push(("changes".to_owned(), used.changes.clone()));
        filled.push(("result".to_owned(), used.result.clone()));
        filled.extend(used.kept().iter().map(|part| ("kept".to_owned(), part.clone())));
    }
    form_page(&app, frame, &seen, &FormData::from_pairs(filled), &Errors::default()).await
}

pub(super) async fn record(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let seen = seen(&app, &visitor, &id).await?;
    let resource = adoptions::resource(&seen.it, seen.org);
    let permit = match &seen.used {
        None => access::authorize(&app, &visitor, Action::Create, &resource)?,
        Some(_) => permit(&app, &visitor, &[resource])?,
    };
    let mut errors = form.errors();
    if errors.is_empty() {
        let done = match (&seen.used, form.text("act")) {
            (None, way @ ("interest" | "borrow")) => {
                let tries = way == "borrow";
                adoptions::begin(&app, &permit, seen.it.id, seen.org, tries).await.map(|_| ())
            }
            (Some(used), act) if act.parse::<Act>().is_ok() => {
                let act = act.parse().unwrap_or(Act::Tell);
                let text = |name: &str| form.text(name).to_owned();
                let words = Words {
                    changes: text("changes"),
                    kept: form.all("kept").map(str::to_owned).collect(),
                    result: text("result"),
                    reason: text("reason"),
                };
                let version = form.text("seen").parse().unwrap_or(0);
                adoptions::take(&app, &permit, used.id, act, &words, version).await.map(|_| ())
            }
            _ => Err(Refusal::field("act", "Choose how it stands")),
        };
        match done {
            Ok(()) => return Ok(redirect(&format!("/practices/{}", seen.it.id))),
            Err(refusal) => parts::kept(&mut errors, refusal)?,
        }
    }
    form_page(&app, frame, &seen, &form, &errors).await
}
