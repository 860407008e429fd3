//! Progress reviews of an agreement.

use access::{Action, SignedIn, Visitor};
use axum::{
    Extension,
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Errors, Form, FormData, Frame, redirect},
};
use govuk::{Html, SummaryList};

use super::{
    Sight,
    fields::optional_day,
    parts::{
        Sheet, begun, choice, day, day_pairs, framed, go, hidden, kept, lines, paragraphs, rag_tag,
        text,
    },
    points::{OpenPoints, Point, listed},
    show::nav,
    sight, sight_of_form, sight_to_send,
};
use crate::{
    agreements::{
        State,
        machine::{Work, allows},
        store,
        terms::days,
    },
    milestones::{self, Rag},
    reviews::{self, Decision, NewReview, Review},
};

pub(super) async fn reviews(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let held = reviews::of(&app.db, sight.agreement.id).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut sheet = Sheet::new("Progress reviews");
    sheet.caption = sight.title();
    sheet.nav = nav(&sight, "reviews");
    let planned: Vec<String> = terms.terms().reviews.iter().map(|on| date_in_words(*on)).collect();
    let mut lede = if planned.is_empty() {
        "No dates for reviews were agreed.".to_owned()
    } else {
        format!("You agreed to look at progress together on {}.", planned.join("; "))
    };
    if let Some((nth, on)) = reviews::ahead(&terms.terms().reviews, &held).first() {
        lede += &format!("\nReview {nth} is on {}.", date_in_words(*on));
    }
    sheet.lede = Html::join([paragraphs(&lede), follow(&sight, held.last())]);
    for review in held.iter().rev() {
        let heading = format!("Review {}, {}", review.ordinal, date_in_words(review.held_on()));
        sheet = sheet.part(&heading, review_words(review));
    }
    if held.is_empty() {
        sheet = sheet.part("", paragraphs("No review has been held yet."));
    }
    if allows(sight.agreement.state(), Work::Review) && sight.takes_part() {
        sheet = sheet.part("", go(&sight.at("reviews/new"), "Hold a review"));
    }
    frame
        .page("Progress reviews")
        .crumb("Agreements", "/agreements")
        .crumb(&sight.title(), sight.at(""))
        .visible_to(sight.visible())
        .show(&sheet)
}

/// Where the last review's decision leads, for whoever can take the next step.
fn follow(sight: &Sight, last: Option<&Review>) -> Html {
    let state = sight.agreement.state();
    match last.map(Review::decision) {
        Some(Decision::Change | Decision::Intensify)
            if state == State::Active && sight.is_head() =>
        {
            go(&sight.at("do/vary"), "Propose the change you decided on")
        }
        Some(Decision::Close) if allows(state, Work::Exit) && sight.takes_part() => {
            go(&sight.at("exit"), "Draw to a close, as you decided")
        }
        _ => Html::default(),
    }
}

fn review_words(review: &Review) -> Html {
    let mut list = SummaryList::new();
    for line in review.lines() {
        list = list.row(
            line.title.as_str(),
            Html::join([
                Html::of(&rag_tag(line.rag)),
                paragraphs(&format!("Seen: {}", line.seen)),
                paragraphs(&line.words),
                if line.rag == line.proposed {
                    Html::default()
                } else {
                    paragraphs(&format!("The rule proposed: {}.", line.proposed.in_words()))
                },
            ]),
        );
    }
    list = list
        .row(
            "Time used",
            format!("{} of {}", days(review.half_days_used), days(review.half_days_agreed)),
        )
        .row("Decision", review.decision().in_words())
        .row("Next steps", paragraphs(&review.next_steps))
        .row("Held by", review.reviewer_name.as_str());
    if let Some(next) = review.next_on() {
        list = list.row("Next review", date_in_words(next));
    }
    Html::of(&list)
}

type Points = Option<Extension<OpenPoints>>;

/// What other rooms know to be open, for this reader.
async fn open_points(
    app: &App,
    visitor: &Visitor,
    sight: &Sight,
    points: Points,
) -> Result<Vec<Point>, PageError> {
    let points = points.map(|Extension(points)| points).unwrap_or_default();
    Ok(points.answers(app, &(visitor.clone(), sight.agreement.id)).await?)
}

pub(super) async fn ask_review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    points: Points,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight_of_form(&app, &visitor, &id, reviews::must_review).await?;
    sight.agreement.must_allow(Work::Review)?;
    let today = app.clock.today();
    let there = milestones::of(&app.db, sight.agreement.id).await?;
    let held = reviews::of(&app.db, sight.agreement.id).await?;
    let terms = store::current(&app.db, &sight.agreement).await?;
    let mut pairs = vec![("after".to_owned(), held.len().to_string())];
    for milestone in &there {
        pairs.push((format!("rag-{}", milestone.id), milestone.proposed(today).key().to_owned()));
    }
    let mut planned = terms.terms().reviews.clone();
    planned.sort();
    pairs.extend(day_pairs("next_on", planned.get(held.len() + 1).copied()));
    let open = open_points(&app, &visitor, &sight, points).await?;
    review_form(&app, frame, &sight, &open, &FormData::from_pairs(pairs), &Errors::default()).await
}

async fn review_form(
    app: &App,
    frame: Frame,
    sight: &Sight,
    open: &[Point],
    form: &FormData,
    errors: &Errors,
) -> Result<Response, PageError> {
    let today = app.clock.today();
    let there = milestones::of(&app.db, sight.agreement.id).await?;
    let mut page = begun(sight, "Hold a review", "reviews/new", "reviews", errors);
    let lede = paragraphs(&sight.say(
        "For each milestone, how likely is the change you agreed on? The rule has made a proposal; \
         you decide, and say why in a sentence both schools can read.",
    ));
    page.lede = Html::join([lede, listed(open)]);
    page.fields.push(hidden("after", form.text("after")));
    let colours: Vec<(&str, &str, &str)> =
        Rag::ALL.iter().map(|rag| (rag.key(), rag.in_words(), "")).collect();
    for milestone in &there {
        let head = format!(
            "<h2 class=\"govuk-heading-m\">{}</h2><p class=\"govuk-body\">{}, by {}. Seen: {}. The \
             rule proposes: {}.</p>",
            text(&milestone.title).as_str(),
            text(milestone.gauge().in_words()).as_str(),
            date_in_words(milestone.due_on()),
            text(milestone.seen()).as_str(),
            milestone.proposed(today).in_words()
        );
        page.fields.push(Html::join([
            Html::trusted("<div class=\"as-card\">"),
            Html::trusted(head),
            choice(
                form,
                errors,
                &format!("rag-{}", milestone.id),
                "How likely is it?",
                "",
                &colours,
            ),
            lines(form, errors, &format!("words-{}", milestone.id), "Why?", "", 2),
            Html::trusted("</div>"),
        ]));
    }
    let decisions: Vec<(&str, &str, &str)> =
        Decision::ALL.iter().map(|decision| (decision.key(), decision.in_words(), "")).collect();
    page.fields.extend([
        lines(form, errors, "next_steps", "What happens next?", "One line for each step. What would have to be true for it to work? What are we avoiding?", 4),
        choice(form, errors, "decision", "What do you decide together?", "", &decisions),
        day(form, errors, "next_on", "Next review", "Leave empty if there is none"),
    ]);
    page.button = "Write the review down".to_owned();
    framed(frame, sight, &page, errors)
}

pub(super) async fn hold_review(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    points: Points,
    frame: Frame,
    Path(id): Path<String>,
    Form(form): Form,
) -> Result<Response, PageError> {
    let (sight, permit) = sight_to_send(&app, &visitor, &id, reviews::must_review).await?;
    let mut errors = form.errors();
    let mut lines = Vec::new();
    for milestone in milestones::of(&app.db, sight.agreement.id).await? {
        let rag = form.parsed::<Rag>(
            &format!("rag-{}", milestone.id),
            &mut errors,
            "Choose how likely it is",
        );
        let field = format!("words-{}", milestone.id);
        let words =
            form.required(&field, &mut errors, &format!("Say why: {}", milestone.title)).to_owned();
        if let Some(rag) = rag {
            lines.push((milestone.id, rag, words));
        }
    }
    let open = open_points(&app, &visitor, &sight, points).await?;
    for point in open.iter().filter(|point| point.unanswered) {
        let words =
            format!("Answer this challenge before the review is written down: {}", point.words);
        errors.add("next_steps", words);
    }
    let next_steps = form.required("next_steps", &mut errors, "Say what happens next").to_owned();
    let decision = form.parsed::<Decision>("decision", &mut errors, "Choose what you decide");
    let next_on = optional_day(&form, "next_on", &mut errors, "Enter a whole date");
    if let (true, Some(decision)) = (errors.is_empty(), decision) {
        let after = form.text("after").parse().unwrap_or(-1);
        let new = NewReview { after, lines, next_steps, next_on, decision };
        match reviews::hold(&app, &permit, sight.agreement.id, &new).await {
            Ok(_) => return Ok(redirect(&sight.at("reviews"))),
            Err(refusal) => kept(&mut errors, refusal)?,
        }
    }
    review_form(&app, frame, &sight, &open, &form, &errors).await
}
