//! The plan as a table: one row for each action and each milestone a reader may see.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::date_in_words,
    web::{Cell, Format, Table},
};
use jiff::civil::Date;

use super::{Sight, sight};

fn table(sight: &Sight, today: Date) -> Table {
    let mut rows = Vec::new();
    for objective in sight.objectives() {
        let words = objective.words();
        let priority = sight.whole.priorities.iter().find(|one| one.id == objective.priority);
        let judged = |rag: Option<support::milestones::Rag>, said: &str| match rag {
            Some(rag) => Cell::text(format!("{}: {said}", rag.in_words())),
            None => Cell::Missing("Not judged yet".to_owned()),
        };
        let start = || {
            vec![
                Cell::text(priority.map_or("", |one| one.title.as_str())),
                Cell::text(words.title.as_str()),
            ]
        };
        let mut row = start();
        row.extend([
            Cell::text("Objective"),
            Cell::text(words.why.as_str()),
            Cell::text(objective.lead_name.as_str()),
            Cell::text(objective.lead_role.as_str()),
            Cell::text(date_in_words(sight.whole.plan.end_on())),
            Cell::text(objective.state().words()),
            judged(objective.rag(), &objective.rag_words),
        ]);
        rows.push(row);
        for action in sight.whole.actions_of(objective.id) {
            let mut row = start();
            row.extend([
                Cell::text(if action.quick { "Quick win" } else { "Action" }),
                Cell::text(action.words.as_str()),
                Cell::text(action.owner_name.as_str()),
                Cell::text(action.owner_role.as_str()),
                Cell::text(date_in_words(action.due_on())),
                Cell::text(action.state().words()),
                judged(action.rag(), &action.rag_words),
            ]);
            rows.push(row);
        }
        for milestone in sight.whole.milestones_of(objective.id) {
            let mut row = start();
            row.extend([
                Cell::text("Milestone"),
                Cell::text(format!("{}: {}", milestone.title, milestone.gauge().in_words())),
                Cell::text(objective.lead_name.as_str()),
                Cell::text(objective.lead_role.as_str()),
                Cell::text(date_in_words(milestone.due_on())),
                Cell::text(milestone.seen()),
                match milestone.rag() {
                    Some(rag) => judged(Some(rag), &milestone.words),
                    None => Cell::text(format!(
                        "The rule says: {}",
                        milestone.proposed(today).in_words()
                    )),
                },
            ]);
            rows.push(row);
        }
    }
    Table {
        caption: format!("{}, {}", sight.whole.plan.title, sight.school),
        columns: [
            "Priority",
            "Objective",
            "What it is",
            "Words",
            "Who",
            "Role",
            "By",
            "Stands at",
            "Judged",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
        notes: vec![format!(
            "As at {}. Who can see this: {}.",
            date_in_words(today),
            sight.visible()
        )],
    }
}

pub(super) async fn download(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    Path(id): Path<String>,
    format: Format,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    table(&sight, app.clock.today()).download(format, "plan")
}
