//! Whether people keep at a plan, week by week and action by action.

use access::SignedIn;
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use charts::{Frame as ChartFrame, Steady};
use foundation::{
    App, PageError,
    clock::date_in_words,
    events,
    web::{Cell, Frame, Table},
};
use govuk::{Details, Html, InsetText};

use super::{
    Sight,
    history::knows,
    parts::{Sheet, hint, paragraphs},
    sight, terms,
};
use crate::{
    model::Action,
    rhythm::{self, Rhythm},
};

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let sight = sight(&app, &visitor, &id).await?;
    let plan = &sight.whole.plan;
    let mut entries = events::timeline(&app.db, "plan", &plan.id.to_string()).await?;
    entries.retain(|entry| knows(&sight, entry));
    let actions: Vec<&Action> =
        sight.objectives().flat_map(|one| sight.whole.actions_of(one.id)).collect();
    let days = (plan.start_on(), plan.end_on());
    let rhythm = rhythm::of(&entries, &actions, days, app.clock.today());
    let mut sheet = Sheet::new("Progress");
    sheet.caption.clone_from(&plan.title);
    sheet.nav = sight.nav("progress");
    sheet.lede = paragraphs(
        "Schools improve by keeping at it. This page shows in which weeks something was heard, and \
         how long an action was held on to. It does not show who was fast.",
    );
    let sheet = sheet.part("Over the terms", terms::part(&sight, app.clock.today()));
    let sheet = match rhythm.months.is_empty() {
        true => sheet.part("", Html::of(&InsetText::new(not_yet(&sight)))),
        false => sheet
            .part("Week by week", weeks(&sight, &rhythm))
            .part("Action by action", kept(&rhythm, &actions)),
    };
    sight.page(frame, "Progress", sight.visible()).show(&sheet)
}

fn not_yet(sight: &Sight) -> String {
    format!(
        "Nothing can be seen yet. The plan runs from {} on, and every week something is heard is \
         shown here.",
        date_in_words(sight.whole.plan.start_on())
    )
}

fn weeks(sight: &Sight, rhythm: &Rhythm) -> Html {
    let title = format!("Weeks in which something was heard, {}", sight.whole.plan.title);
    let picture =
        Steady { frame: ChartFrame::new("steady", &title), months: rhythm.months.clone() };
    let drawing = picture.draw();
    let table = Table {
        caption: "Weeks in which something was heard".to_owned(),
        columns: drawing.table.headers.clone(),
        rows: drawing
            .table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| Cell::text(cell.clone())).collect())
            .collect(),
        notes: Vec::new(),
    };
    Html::join([
        paragraphs(&drawing.description),
        Html::trusted(format!("<figure class=\"as-chart\">{}</figure>", drawing.svg)),
        hint(
            "Each box is a week, with the day of its Monday and how often something was written about \
             the plan. Holidays are for rest: they are no silence, whatever is done in them.",
        ),
        Html::of(&Details::new("The same as a table", Html::trusted(table.html()))),
    ])
}

fn kept(rhythm: &Rhythm, actions: &[&Action]) -> Html {
    if rhythm.kept.is_empty() {
        return Html::of(&InsetText::new("Nothing has been heard of an action yet."));
    }
    let rows = rhythm
        .kept
        .iter()
        .filter_map(|kept| {
            let action = actions.iter().find(|action| action.id == kept.action)?;
            let again = match kept.again {
                0 => String::new(),
                1 => "Once".to_owned(),
                times => format!("{times} times"),
            };
            let weeks = if kept.weeks == 1 { "week" } else { "weeks" };
            Some(vec![
                Cell::text(action.words.clone()),
                Cell::text(format!("{} of {} {weeks}", kept.heard, kept.weeks)),
                Cell::text(again),
                Cell::text(action.state().words()),
            ])
        })
        .collect();
    let table = Table {
        caption: "How long each action was held on to".to_owned(),
        columns: ["Action", "Heard of in", "Taken up again", "Now"].map(str::to_owned).to_vec(),
        rows,
        notes: vec![
            "In the order of the plan. Weeks are school weeks, from the first word on.".to_owned(),
        ],
    };
    Html::trusted(table.html())
}
