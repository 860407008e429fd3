//! A plan over its terms: what is done when, which early signs are looked for, and which results count
//! last.

use charts::{Day, Frame as ChartFrame, Mark, Span, Symbol, Timeline, Track};
use foundation::{
    clock::date_in_words,
    terms::{AcademicYear, Term},
    web::{Cell, Table},
};
use govuk::{Details, Html};
use jiff::civil::Date;
use support::milestones::{Gauge, Rag};

use super::{
    Sight,
    parts::{hint, paragraphs},
};
use crate::{
    machine::{ActionState, ObjectiveState},
    model::{Action, Milestone, Objective},
};

fn day(date: Date) -> Day {
    Day::new(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
}

/// Whether a milestone is a published result, which comes last; everything else is an early sign.
const fn is_result(one: &Milestone) -> bool {
    matches!(one.gauge(), Gauge::Number { code: Some(_), .. })
}

/// The term of a day in words.
fn term(on: Date) -> String {
    let term = match Term::of(on) {
        Term::Autumn => "Autumn",
        Term::Spring => "Spring",
        Term::Summer => "Summer",
    };
    format!("{term} {}", AcademicYear::of(on))
}

/// A row of the table, with the day it is sorted by.
type Row = (Date, Vec<Cell>);

fn rows_of(sight: &Sight, one: &Objective, today: Date) -> Vec<Row> {
    let title = one.words().title.clone();
    let mut rows: Vec<Row> = Vec::new();
    let mut add = |on: Date, what: &str, kind: &str, state: &str| {
        rows.push((
            on,
            vec![
                Cell::text(term(on)),
                Cell::text(date_in_words(on)),
                Cell::text(&title),
                Cell::text(what),
                Cell::text(kind),
                Cell::text(state),
            ],
        ));
    };
    for action in sight.whole.actions_of(one.id) {
        if action.state() != ActionState::Dropped {
            add(action.due_on(), &action.words, "Action", action.state().words());
        }
    }
    for milestone in sight.whole.milestones_of(one.id) {
        let kind = if is_result(milestone) { "Result" } else { "Early sign" };
        let rag = milestone.rag().unwrap_or_else(|| milestone.proposed(today));
        add(milestone.due_on(), &milestone.title, kind, rag.in_words());
    }
    if let (Some(_), Some(_)) = (&one.kpi, one.target) {
        let state = if one.rag() == Some(Rag::TooEarly) || today < sight.whole.plan.end_on() {
            "Too early to judge before its first cycle is over"
        } else {
            "To be judged"
        };
        add(sight.whole.plan.end_on(), "The figure that should move", "Result", state);
    }
    rows
}

fn track(sight: &Sight, one: &Objective) -> Track {
    let spans = sight
        .whole
        .actions_of(one.id)
        .filter(|action| action.state() != ActionState::Dropped)
        .map(|action| Span {
            from: day(action.start_on()),
            to: day(action.due_on()),
            done: !action.state().is_open(),
        })
        .collect();
    let mut marks: Vec<Mark> = sight
        .whole
        .milestones_of(one.id)
        .map(|milestone| Mark {
            on: day(milestone.due_on()),
            words: milestone.title.clone(),
            symbol: if is_result(milestone) { Symbol::Diamond } else { Symbol::Circle },
        })
        .collect();
    if one.kpi.is_some() && one.target.is_some() {
        marks.push(Mark {
            on: day(sight.whole.plan.end_on()),
            words: "The figure that should move".to_owned(),
            symbol: Symbol::Diamond,
        });
    }
    Track { label: one.words().title.clone(), spans, marks }
}

/// The plan over its terms, as a picture and as a table; nothing before it has an objective.
pub(super) fn part(sight: &Sight, today: Date) -> Html {
    let plan = &sight.whole.plan;
    let mine: Vec<&Objective> =
        sight.objectives().filter(|one| one.state() != ObjectiveState::Dropped).collect();
    if mine.is_empty() {
        return Html::default();
    }
    let last = mine
        .iter()
        .flat_map(|one| {
            let actions = sight.whole.actions_of(one.id).map(Action::due_on);
            actions.chain(sight.whole.milestones_of(one.id).map(Milestone::due_on))
        })
        .fold(plan.end_on(), Date::max);
    let picture = Timeline {
        frame: ChartFrame::new("terms", &format!("{} over its terms", plan.title)).wide(),
        from: day(plan.start_on()),
        to: day(last),
        today: (plan.start_on()..=last).contains(&today).then(|| day(today)),
        kinds: vec![
            (Symbol::Circle, "Early sign".to_owned()),
            (Symbol::Diamond, "Result".to_owned()),
        ],
        tracks: mine.iter().map(|one| track(sight, one)).collect(),
    };
    let mut rows: Vec<Row> = mine.iter().flat_map(|one| rows_of(sight, one, today)).collect();
    rows.sort_by_key(|(on, _)| *on);
    let table = Table {
        caption: "Term by term".to_owned(),
        columns: ["Term", "By", "Objective", "What", "Kind", "Stands"].map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes: Vec::new(),
    };
    let drawing = picture.draw();
    Html::join([
        paragraphs(&drawing.description),
        Html::trusted(format!("<figure class=\"as-chart\">{}</figure>", drawing.svg)),
        hint(
            "Early signs come first: what people do, what is seen in lessons. Results are published \
             figures; they follow a year or more behind, and before their first cycle is over it is \
             too early to judge.",
        ),
        Html::of(&Details::new("The same as a table", Html::trusted(table.html()))),
    ])
}
