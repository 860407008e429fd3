//! The end: plan, check-list, what people can do now, how it was, and the checks afterwards.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{
    CheckboxItem, Checkboxes, Html, InsetText, SummaryList, TaskItem, TaskList, TaskStatus,
};

use super::{
    Sight,
    parts::{
        FormPage, Sheet, act_button, choice, go, kept, line, lines, link, paragraphs, problems,
    },
    show::nav,
    sight, sight_of_form, sight_to_act, sight_to_send,
};
use crate::{
    agreements::{
        Side, Standing, State,
        machine::{Work, allows},
    },
    exits::{self, ExitPlan, GainKind, Held, NewPlan},
    money::returns,
    pack::pack,
};

pub(super) async fn exit(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let id = sight.agreement.id;
    let state = sight.agreement.state();
    let plan = exits::plan_of(&app.db, id).await?;
    let gains = exits::gains_of(&app.db, id).await?;
    let feedback = exits::feedback_of(&app.db, id).await?;
    let checks = exits::checks_of(&app.db, id).await?;
    let taken = exits::taken_home(&app.db, id).await?;
    let back = returns::of(&app.db, &sight.agreement).await?;
    let works = allows(state, Work::Exit) && sight.takes_part();
    let report = exits::advice::advice_of(&app.db, id).await?;
    let mut sheet = Sheet::new("Exit");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "exit");
    sheet.lede = paragraphs(&sight.say(
        "Support is good when it can stop. Here both schools write down who carries the work on, \
         what people can do now that they could not do before, and how it was.",
    ));
    if let (true, Some(words)) = (back.owed() > 0 && state.in_force(), back.in_words()) {
        let owes = format!("Days in return from {}: {words}.", sight.school(Side::Supported));
        sheet.lede = Html::join([sheet.lede, Html::of(&InsetText::new(owes))]);
    }
    let written = if plan.is_written() {
        Html::of(
            &SummaryList::new()
                .row("Who owns what from now on", paragraphs(&plan.owners))
                .row("What stays, and how it is looked after", paragraphs(&plan.stays))
                .row("What stops", paragraphs(&plan.stops)),
        )
    } else {
        paragraphs("Nothing has been written yet.")
    };
    let change =
        if works { go(&sight.at("exit/plan"), "Write the exit plan") } else { Html::default() };
    let gained = gains.iter().fold(SummaryList::new(), |list, gain| {
        let how = if gain.evidence.is_empty() {
            String::new()
        } else {
            format!("\nHow we know: {}", gain.evidence)
        };
        list.row(
            format!("{}, {}", gain.who, sight.school(gain.side())),
            paragraphs(&format!("{}\n{}{how}", gain.kind().words(), gain.can_now)),
        )
    });
    let gained = if gains.is_empty() {
        paragraphs("Nothing has been written yet.")
    } else {
        Html::of(&gained)
    };
    let more = if works {
        link(&sight.at("exit/gain"), "Add what somebody can do now")
    } else {
        Html::default()
    };
    let sheet = sheet
        .part("The exit plan", Html::join([written, change]))
        .part("Check-list", checklist(&sight, &plan))
        .part("What people can do now", Html::join([gained, more]))
        .part(
            &format!("What {} took home", sight.school(Side::Supporting)),
            super::taken::told(&sight, taken.as_ref()),
        )
        .part(
            "The report",
            match exits::advice::ends_with_report(&sight.agreement) {
                true => super::advice::part(&sight, report.as_ref()),
                false => Html::default(),
            },
        )
        .part("How it was", said(&sight, &feedback))
        .part("Drawing to a close", closing(&sight, &plan, taken.is_some()))
        .part("Does it still hold?", held(&sight, &checks))
        .part(
            "",
            if super::letter::ended(state) {
                link(&sight.at("exit/letter"), "The letter at the end, to print and file")
            } else {
                Html::default()
            },
        );
    frame
        .page("Exit")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

fn checklist(sight: &Sight, plan: &ExitPlan) -> Html {
    let list = pack().exit_items.iter().fold(TaskList::new("exit"), |list, item| {
        let status = if plan.has(&item.code) {
            TaskStatus::done("Done")
        } else {
            TaskStatus::default().tag(govuk::Tag::coloured(govuk::TagColour::Blue, "Open"))
        };
        list.with(TaskItem::new(sight.say(&item.words).as_str(), status))
    });
    Html::of(&list)
}

/// What each side said. Each head reads their own words at once; all of it is for the leader of the
/// team, the head who sent them and the broker, once both sides have spoken, so that nobody
/// answers the other's answer.
fn said(sight: &Sight, feedback: &[exits::Feedback]) -> Html {
    let mut html = Html::default();
    let both = Side::BOTH.iter().all(|side| feedback.iter().any(|given| given.side() == *side));
    let reads = sight.is(&[Standing::Lead, Standing::SupportingHead, Standing::Broker]);
    for side in Side::BOTH {
        let own = match side {
            Side::Supported => Standing::SupportedHead,
            Side::Supporting => Standing::SupportingHead,
        };
        let words = match feedback.iter().find(|given| given.side() == side) {
            Some(_) if !(sight.is(&[own]) || both && reads) => {
                let until = if reads { ": you read it once both schools have spoken" } else { "" };
                paragraphs(&format!(
                    "{} has said how it was{}.",
                    sight.school(side),
                    sight.say(until)
                ))
            }
            Some(given) => {
                let mut list = SummaryList::new();
                for (code, value) in given.answers() {
                    let item = pack()
                        .feedback_items
                        .iter()
                        .find(|item| item.code == *code)
                        .map_or(code.clone(), |item| sight.say(&item.words));
                    list = list.row(item.as_str(), answer_words(*value));
                }
                if !given.comment.is_empty() {
                    list = list.row("In their own words", paragraphs(&given.comment));
                }
                Html::of(&list.in_card(sight.school(side)))
            }
            None => paragraphs(&format!("{} has not said anything yet.", sight.school(side))),
        };
        html = Html::join([html, words]);
    }
    let may = allows(sight.agreement.state(), Work::Feedback) && sight.is_head();
    let mine =
        if sight.is(&[Standing::SupportedHead]) { Side::Supported } else { Side::Supporting };
    if may && feedback.iter().all(|given| given.side() != mine) {
        html = Html::join([html, go(&sight.at("exit/feedback"), "Say how it was")]);
    }
    html
}

const fn answer_words(value: u8) -> &'static str {
    match value {
        1 => "Not at all",
        2 => "A little",
        3 => "Mostly",
        _ => "Fully",
    }
}

fn closing(sight: &Sight, plan: &ExitPlan, taken: bool) -> Html {
    let agreement = &sight.agreement;
    let yes = |done: bool| if done { "has confirmed" } else { "has not confirmed yet" };
    match agreement.state() {
        State::Active if sight.is(&[Standing::Lead, Standing::SupportingHead]) => {
            if plan.is_written() {
                Html::join([
                    paragraphs(&sight.say(
                        "When the work is nearly done, begin to draw to a close. Both heads are then asked to confirm.",
                    )),
                    act_button(&sight.at("exit/begin"), "Begin to draw to a close", true),
                ])
            } else {
                paragraphs("Write the exit plan first, then the support can draw to a close.")
            }
        }
        State::Exiting => {
            let words = paragraphs(&format!(
                "{} {}. {} {}.",
                sight.school(Side::Supported),
                yes(agreement.confirmed_supported),
                sight.school(Side::Supporting),
                yes(agreement.confirmed_supporting)
            ));
            let mine = if sight.is(&[Standing::SupportedHead]) {
                agreement.confirmed_supported
            } else {
                agreement.confirmed_supporting
            };
            let asked = !taken && sight.is(&[Standing::SupportingHead]);
            if asked && !mine && plan.open(sight.bodies()).is_empty() {
                Html::join([
                    words,
                    paragraphs(&sight.say("Before you confirm, say what your school took home.")),
                ])
            } else if sight.is_head() && !mine && plan.open(sight.bodies()).is_empty() {
                Html::join([
                    words,
                    act_button(&sight.at("exit/confirm"), "Confirm that the work is done", false),
                ])
            } else if !plan.open(sight.bodies()).is_empty() {
                Html::join([
                    words,
                    paragraphs(&sight.say("Both heads confirm once the check-list is done.")),
                ])
            } else {
                words
            }
        }
        _ => match agreement.ended_on() {
            Some(on) => paragraphs(&format!("It ended on {}.", date_in_words(on))),
            None => Html::default(),
        },
    }
}

fn held(sight: &Sight, checks: &[exits::Check]) -> Html {
    let mut html = Html::default();
    let mut asked = false;
    for check in checks {
        let title = if check.terms == 1 { "After one term" } else { "After three terms" };
        let mut list = SummaryList::new()
            .row("By", date_in_words(check.due_on()))
            .row("Answer", check.held_in_words());
        if check.held.is_some() {
            list = list.row("How we know", paragraphs(&check.evidence));
            if !check.next.is_empty() {
                list = list.row("What happens next", paragraphs(&check.next));
            }
        }
        html = Html::join([html, Html::of(&list.in_card(title))]);
        let may =
            allows(sight.agreement.state(), Work::Check) && sight.is(&[Standing::SupportedHead]);
        if check.held.is_none() && may && !asked {
            asked = true;
            html = Html::join([
                html,
                link(&sight.at(&format!("checks/{}", check.id)), "Say whether it still holds"),
            ]);
        }
    }
    html
}

pub(super) fn form_page(
    frame: Frame,
    sight: &Sight,
    page: &FormPage,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut built = frame
        .page(page.title.clone())
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .crumb("Exit", sight.at("exit"))
        .visible_to(sight.visible());
    if !errors.is_empty() {
        built = built.with_problems();
    }
    built.show(page)
}

pub(super) fn begun(sight: &Sight, title: &str, page: &str, errors: &Errors) -> FormPage {
    let mut form = FormPage::new(title, sight.at(page), sight.at("exit"));
    form.caption = sight.title();
    form.problems = problems(errors);
    form
}

pub(super) async fn ask_plan(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, exits::must_take_part).await?;
    sight.agreement.must_allow(Work::Exit)?;
    let plan = exits::plan_of(&app.db, sight.agreement.id).await?;
    let mut pairs = vec![
        ("owners".to_owned(), plan.owners.clone()),
        ("stays".to_owned(), plan.stays.clone()),
        ("stops".to_owned(), plan.stops.clone()),
        ("seen".to_owned(), plan.version.to_string()),
    ];
    for item in pack().exit_items.iter().filter(|item| plan.has(&item.code)) {
        pairs.push(("ticked".to_owned(), item.code.clone()));
    }
    plan_form(frame, &sight, &FormData::from_pairs(pairs), &Errors::default())
}

fn plan_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "The exit plan", "exit/plan", errors);
    let mut boxes = Checkboxes::new("ticked", "What is done").error_if(errors.get("ticked"));
    for item in &pack().exit_items {
        boxes.items.push(Some(
            CheckboxItem::new(item.code.clone(), sight.say(&item.words).as_str())
                .checked(form.has("ticked", &item.code)),
        ));
    }
    page.fields = vec![
        Html::trusted(format!(
            "<input type=\"hidden\" name=\"seen\" id=\"seen\" value=\"{}\">",
            form.text("seen").parse::<i64>().unwrap_or(0)
        )),
        lines(form, errors, "owners", "Who owns what from now on?", "One line for each change", 4),
        lines(form, errors, "stays", "What stays, and how is it looked after?", "", 4),
        lines(form, errors, "stops", "What stops?", "", 3),
        Html::of(&boxes),
    ];
    form_page(frame, sight, &page, errors)
}

pub(super) async fn write_plan(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, exits::must_take_part).await?;
    let mut errors = form.errors();
    if errors.is_empty() {
        let ticked: Vec<&str> = form.all("ticked").collect();
        let new = NewPlan {
            owners: form.text("owners"),
            stops: form.text("stops"),
            stays: form.text("stays"),
            ticked: &ticked,
            seen: form.text("seen").parse().unwrap_or(0),
        };
        match exits::write_plan(&app, &permit, sight.agreement.id, &new).await {
            Ok(()) => return Ok(redirect(&sight.at("exit"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    plan_form(frame, &sight, &form, &errors)
}

pub(super) async fn ask_gain(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, exits::must_take_part).await?;
    sight.agreement.must_allow(Work::Exit)?;
    let form = FormData::from_pairs([("kind", GainKind::Skill.key())]);
    gain_form(frame, &sight, &form, &Errors::default())
}

fn gain_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "What somebody can do now", "exit/gain", errors);
    let (supported, supporting) = (sight.school(Side::Supported), sight.school(Side::Supporting));
    let kinds: Vec<(&str, &str, &str)> =
        GainKind::ALL.iter().map(|kind| (kind.key(), kind.words(), "")).collect();
    page.fields = vec![
        choice(
            form,
            errors,
            "side",
            &sight.say("At which school?"),
            "",
            &[("supported", &supported, ""), ("supporting", &supporting, "")],
        ),
        choice(form, errors, "kind", "What kind of gain is it?", "", &kinds),
        line(form, errors, "who", "Who?", "A role is enough, for example: leader of Key Stage 1"),
        lines(form, errors, "can_now", "What can they do now?", "", 3),
        lines(form, errors, "evidence", "How do you know?", "", 3),
    ];
    form_page(frame, sight, &page, errors)
}

pub(super) async fn write_gain(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, exits::must_take_part).await?;
    let mut errors = form.errors();
    let side = form.parsed::<Side>("side", &mut errors, "Choose the school");
    let kind = form.parsed::<GainKind>("kind", &mut errors, "Choose what kind of gain it is");
    if let (true, Some(side), Some(kind)) = (errors.is_empty(), side, kind) {
        let words = [form.text("who"), form.text("can_now"), form.text("evidence")];
        match exits::gain(&app, &permit, sight.agreement.id, side, kind, words).await {
            Ok(_) => return Ok(redirect(&sight.at("exit"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    gain_form(frame, &sight, &form, &errors)
}

pub(super) async fn ask_feedback(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, exits::must_be_a_head).await?;
    sight.agreement.must_allow(Work::Feedback)?;
    feedback_form(frame, &sight, &FormData::default(), &Errors::default())
}

fn feedback_form(
    frame: Frame,
    sight: &Sight,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let mut page = begun(sight, "How it was", "exit/feedback", errors);
    page.lede = paragraphs(&sight.say(
        "The leader of the team, the head of the supporting school and the broker read this, with \
         your school’s name, once both schools have spoken. Nobody else does.",
    ));
    let answers =
        [("4", "Fully", ""), ("3", "Mostly", ""), ("2", "A little", ""), ("1", "Not at all", "")];
    for item in &pack().feedback_items {
        page.fields.push(choice(form, errors, &item.code, &sight.say(&item.words), "", &answers));
    }
    page.fields.push(lines(form, errors, "comment", "In your own words", "", 4));
    form_page(frame, sight, &page, errors)
}

pub(super) async fn give_feedback(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, exits::must_be_a_head).await?;
    let mut errors = form.errors();
    let mut answers = Vec::new();
    for item in &pack().feedback_items {
        match form.text(&item.code).parse::<u8>() {
            Ok(value) if (1..=4).contains(&value) => answers.push((item.code.clone(), value)),
            _ => errors.add(&item.code, format!("Choose an answer: {}", sight.say(&item.words))),
        }
    }
    if errors.is_empty() {
        let comment = form.text("comment");
        match exits::give_feedback(&app, &permit, sight.agreement.id, &answers, comment).await {
            Ok(()) => return Ok(redirect(&sight.at("exit"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    feedback_form(frame, &sight, &form, &errors)
}

pub(super) async fn begin(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    exits::begin(&app, &permit, sight.agreement.id).await?;
    Ok(redirect(&sight.at("exit")))
}

pub(super) async fn confirm(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_act(&app, &visitor, &id).await?;
    exits::confirm(&app, &permit, sight.agreement.id).await?;
    Ok(redirect(&sight.at("exit")))
}

pub(super) async fn ask_check(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, check)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, exits::must_answer).await?;
    sight.agreement.must_allow(Work::Check)?;
    check_form(frame, &sight, &check, &FormData::default(), &Errors::default())
}

fn check_form(
    frame: Frame,
    sight: &Sight,
    check: &str,
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let check: exits::CheckId = check.parse().map_err(|_| PageError::NotFound)?;
    let mut page = begun(sight, "Does it still hold?", &format!("checks/{check}"), errors);
    page.fields = vec![
        choice(
            form,
            errors,
            "held",
            "What was introduced",
            "",
            &[
                ("yes", "still holds", ""),
                ("partly", "holds in part", ""),
                ("no", "no longer holds", ""),
            ],
        ),
        lines(form, errors, "evidence", "How do you know?", "", 4),
        lines(form, errors, "next", "What happens next?", "", 3),
    ];
    form_page(frame, sight, &page, errors)
}

pub(super) async fn answer_check(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path((id, check)): Path<(String, String)>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, exits::must_answer).await?;
    let key: exits::CheckId = check.parse().map_err(|_| PageError::NotFound)?;
    let mut errors = form.errors();
    let held = Held::from_key(form.text("held"));
    if held.is_none() {
        errors.add("held", "Choose whether it still holds");
    }
    if let (true, Some(held)) = (errors.is_empty(), held) {
        let (evidence, next) = (form.text("evidence"), form.text("next"));
        match exits::answer(&app, &permit, key, held, evidence, next).await {
            Ok(()) => return Ok(redirect(&sight.at("exit"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    check_form(frame, &sight, &check, &form, &errors)
}
