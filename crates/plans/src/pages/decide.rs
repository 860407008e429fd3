//! Taking a plan or an objective a step further, judging and reviewing.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    web::{Errors, Form, FormData, Frame, redirect},
};
use support::milestones::Rag;

use super::{
    MEANWHILE, Sent, Sight,
    list::{frame_fields, frame_of},
    parts::{FormPage, Typed, day_pairs, hidden, hint, paragraphs, text},
    seen, sent, sight, sight_to_act,
};
use crate::{
    acts::{
        objective,
        plan::{self, NewReview},
    },
    machine::{OBJECTIVES, ObjectiveAct, ObjectiveState, PLANS, PlanAct},
    model::Objective,
};

const COLOURS: [Rag; 5] = [Rag::Green, Rag::Amber, Rag::Red, Rag::TooEarly, Rag::NoData];

fn built(
    frame: Frame,
    sight: &Sight,
    page: &FormPage,
    words: String,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut shown = sight.page(frame, &page.title, words);
    if !errors.is_empty() {
        shown = shown.with_problems();
    }
    shown.show(page)
}

pub(super) async fn ask_frame(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    sight.must_head()?;
    let plan = &sight.whole.plan;
    let mut pairs = vec![
        ("title".to_owned(), plan.title.clone()),
        ("aim".to_owned(), plan.aim.clone()),
        ("stale_after".to_owned(), plan.stale_after.to_string()),
        ("ladder_top".to_owned(), plan.ladder_top.to_string()),
    ];
    pairs.extend(day_pairs("start_on", Some(plan.start_on())));
    pairs.extend(day_pairs("end_on", Some(plan.end_on())));
    frame_form(frame, &sight, &FormData::from_pairs(pairs), &Errors::default())
}

fn frame_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = FormPage::new("Change the plan's frame", sight.at("edit"), sight.at(""), errors);
    page.caption.clone_from(&sight.school);
    page.fields.push(hidden("seen", sight.whole.plan.version));
    page.fields.extend(frame_fields(Typed { form, errors }));
    built(frame, sight, &page, sight.visible(), errors)
}

pub(super) async fn edit_frame(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    sight.must_head()?;
    let version = seen(&form);
    let Form(form) = form;
    let mut errors = form.errors();
    if let Some(new) = frame_of(&form, &mut errors) {
        let outcome = plan::edit(&app, &permit, sight.whole.plan.id, version, &new).await;
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(""))),
            Sent::Conflict => errors.add("title", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    frame_form(frame, &sight, &form, &errors)
}

/// What an act means, before the button is pressed.
const fn meaning(act: PlanAct) -> &'static str {
    match act {
        PlanAct::Propose => {
            "The schools of the agreements you linked can now read the objectives they help with, \
             and suggest. Objectives without an agreement stay with your school."
        }
        PlanAct::Agree => {
            "The plan is yours. Where each indicator stands today is kept, so that nobody can choose \
             a flattering start later. You can still change the plan."
        }
        PlanAct::Adopt => "Governors have seen the plan. This keeps the day.",
        PlanAct::Begin => {
            "From now on owners are reminded before their day, and what goes quiet is raised as the \
             plan says. Without this button the plan begins by itself on its first day."
        }
        PlanAct::Review => "",
        PlanAct::Close => {
            "Nothing in the plan changes any more. It stays readable for those who see it now."
        }
        PlanAct::Archive => "The plan moves out of the way. It stays readable.",
    }
}

pub(super) async fn ask(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let act: PlanAct = act.parse().map_err(|_| PageError::NotFound)?;
    sight.must_step(PLANS, sight.whole.plan.state(), act, None)?;
    let form = FormData::from_pairs(day_pairs("on", Some(app.clock.today())));
    act_form(frame, &sight, act, &form, &Errors::default())
}

fn act_form(
    frame: Frame,
    sight: &Sight,
    act: PlanAct,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let mut page = FormPage::new(act.words(), sight.at(&format!("do/{act}")), sight.at(""), errors);
    page.caption.clone_from(&sight.whole.plan.title);
    page.lede = paragraphs(meaning(act));
    match act {
        PlanAct::Adopt => page.fields.push(typed.day("on", "When did governors note it?", "")),
        PlanAct::Close => page.fields.push(typed.lines("words", "What was learned?", "", 4)),
        _ => {}
    }
    page.button = act.words().to_owned();
    page.warn = act == PlanAct::Close;
    built(frame, sight, &page, sight.visible(), errors)
}

pub(super) async fn act(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, act)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let act: PlanAct = act.parse().map_err(|_| PageError::NotFound)?;
    sight.must_step(PLANS, sight.whole.plan.state(), act, None)?;
    let mut errors = form.errors();
    let on = match act {
        PlanAct::Adopt => form.date("on", &mut errors, "Enter the day as day, month and year"),
        _ => None,
    };
    if errors.is_empty() {
        let id = sight.whole.plan.id;
        let outcome = plan::take(&app, &permit, id, act, form.text("words"), on).await;
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(""))),
            Sent::Conflict => return Err(foundation::DbError::Conflict("plan").into()),
            Sent::Wrong => {}
        }
    }
    act_form(frame, &sight, act, &form, &errors)
}

pub(super) async fn ask_objective(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective, act)): Path<(String, String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    let act: ObjectiveAct = act.parse().map_err(|_| PageError::NotFound)?;
    sight.must_step(OBJECTIVES, one.state(), act, Some(one))?;
    objective_form(frame, &sight, one, act, &FormData::default(), &Errors::default())
}

fn objective_form(
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    act: ObjectiveAct,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let at = sight.at(&format!("objectives/{}", one.id));
    let mut page = FormPage::new(act.words(), format!("{at}/do/{act}"), at, errors);
    page.caption.clone_from(&one.words().title);
    let typed = Typed { form, errors };
    if !matches!(act, ObjectiveAct::Begin | ObjectiveAct::Resume) {
        page.fields.push(typed.lines("words", "Why? In a sentence or two", "", 3));
    }
    page.button = act.words().to_owned();
    page.warn = act == ObjectiveAct::Drop;
    built(frame, sight, &page, sight.visible_of(one), errors)
}

pub(super) async fn act_objective(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective_id, act)): Path<(String, String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.objective(&objective_id)?;
    let act: ObjectiveAct = act.parse().map_err(|_| PageError::NotFound)?;
    sight.must_step(OBJECTIVES, one.state(), act, Some(one))?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let outcome = objective::take(&app, &permit, one.id, act, form.text("words")).await;
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&format!("objectives/{}", one.id)))),
            Sent::Conflict => return Err(foundation::DbError::Conflict("objective").into()),
            Sent::Wrong => {}
        }
    }
    objective_form(frame, &sight, one, act, &form, &errors)
}

pub(super) async fn ask_judge(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let one = sight.objective(&objective)?;
    sight.must_write(one)?;
    let form = FormData::from_pairs([
        ("rag", one.rag().map_or("", Rag::key)),
        ("words", one.rag_words.as_str()),
    ]);
    judge_form(frame, &sight, one, &form, &Errors::default())
}

fn judge_form(
    frame: Frame,
    sight: &Sight,
    one: &Objective,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let at = sight.at(&format!("objectives/{}", one.id));
    let mut page = FormPage::new("How likely is the change?", format!("{at}/judge"), at, errors);
    page.caption.clone_from(&one.words().title);
    page.fields = vec![
        hidden("seen", one.version),
        typed.colour("rag", "How does it stand?", &COLOURS),
        typed.lines("words", "Why?", "A colour alone helps nobody", 3),
    ];
    built(frame, sight, &page, sight.visible_of(one), errors)
}

pub(super) async fn judge(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, objective_id)): Path<(String, String)>,
    form: Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    let one = sight.objective(&objective_id)?;
    sight.must_write(one)?;
    let version = seen(&form);
    let Form(form) = form;
    let mut errors = form.errors();
    let rag: Option<Rag> = form.parsed("rag", &mut errors, "Choose how it stands");
    if let (Some(rag), true) = (rag, errors.is_empty()) {
        let outcome =
            objective::judge(&app, &permit, one.id, version, rag, form.text("words")).await;
        match sent(outcome, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(&format!("objectives/{}", one.id)))),
            Sent::Conflict => errors.add("words", MEANWHILE),
            Sent::Wrong => {}
        }
    }
    judge_form(frame, &sight, one, &form, &errors)
}

pub(super) async fn ask_review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    sight.must_step(PLANS, sight.whole.plan.state(), PlanAct::Review, None)?;
    let held = crate::store::reviews(&app.db, sight.whole.plan.id).await?.len();
    let form = FormData::from_pairs([("after", held.to_string())]);
    review_form(frame, &sight, &form, &Errors::default())
}

fn live(sight: &Sight) -> impl Iterator<Item = &Objective> {
    sight.whole.objectives.iter().filter(|one| one.state() == ObjectiveState::Live)
}

fn review_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let typed = Typed { form, errors };
    let mut page = FormPage::new("Review the plan", sight.at("review"), sight.at(""), errors);
    page.caption.clone_from(&sight.whole.plan.title);
    page.lede = hint(
        "How likely is each change? “Too early to judge” is an honest answer. A version of the \
         whole plan is kept with the review.",
    );
    page.fields.push(hidden("after", form.text("after")));
    for one in live(sight) {
        let title = &one.words().title;
        page.fields.push(govuk::Html::trusted(format!(
            "<h2 class=\"govuk-heading-m\">{}</h2>",
            text(title).as_str()
        )));
        page.fields.push(typed.colour(
            &format!("rag-{}", one.id),
            &format!("How does it stand: {title}?"),
            &COLOURS,
        ));
        page.fields.push(typed.lines(&format!("words-{}", one.id), "Why?", "", 2));
    }
    page.fields.extend([
        govuk::Html::trusted("<h2 class=\"govuk-heading-m\">The whole</h2>"),
        typed.lines("words", "What did you learn, and what comes next?", "", 4),
        typed.day("next_on", "When is the next review?", "Leave empty if you do not know yet"),
    ]);
    page.button = "Keep the review".to_owned();
    built(frame, sight, &page, sight.visible(), errors)
}

pub(super) async fn review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    sight.must_step(PLANS, sight.whole.plan.state(), PlanAct::Review, None)?;
    let mut errors = form.errors();
    let judged = live(&sight)
        .filter_map(|one| {
            let rag = form.text(&format!("rag-{}", one.id)).parse().ok()?;
            Some((one.id, rag, form.text(&format!("words-{}", one.id)).to_owned()))
        })
        .collect();
    let typed =
        ["day", "month", "year"].iter().any(|p| !form.text(&format!("next_on-{p}")).is_empty());
    let next_on = match typed {
        true => form.date("next_on", &mut errors, "Enter the day as day, month and year"),
        false => None,
    };
    if errors.is_empty() {
        let new = NewReview {
            after: form.text("after").parse().unwrap_or(-1),
            words: form.text("words").to_owned(),
            judged,
            next_on,
        };
        match sent(plan::review(&app, &permit, sight.whole.plan.id, &new).await, &mut errors)? {
            Sent::Done => return Ok(redirect(&sight.at(""))),
            Sent::Conflict => {
                errors.add(
                    "words",
                    "Somebody else has just kept a review. Your words are still here: \
                            read theirs on the plan first, then decide whether yours is needed",
                );
            }
            Sent::Wrong => {}
        }
    }
    review_form(frame, &sight, &form, &errors)
}
