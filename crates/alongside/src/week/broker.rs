//! What a broker wants to know on a Monday: which clocks run, what waits for a signature, where
//! nothing moves, where supports meet, who has time in the next twelve weeks, and how long each
//! step takes.

use std::collections::BTreeMap;

use access::Visitor;
use brokerage::{
    cadre::{self, capacity},
    requests::{self, ClockState, Request},
};
use foundation::{
    App, DbError, OrgRef, PageError, Sql,
    clock::{date_in_words, in_words},
    db::At,
    terms::{AcademicYear, Term},
    web::{Cell, Table},
};
use jiff::{Timestamp, ToSpan as _};
use sea_orm::FromQueryResult;
use support::{AgreementId, watch};

/// Everything on a broker's dashboard, each part a table under its own name.
///
/// # Errors
/// When the database cannot be read.
pub async fn tables(
    app: &App,
    visitor: &Visitor,
    partnership: OrgRef,
) -> Result<Vec<(&'static str, Table)>, PageError> {
    let watch = watch::over(&app.db, visitor, partnership, app.clock.today()).await?;
    let unlinked = without_plan(app, watch.unlinked, &watch.unlinked_ids).await?;
    let requests = requests::requests_through(&app.db, partnership, app.clock.today()).await?;
    Ok(vec![
        ("clocks", clocks(app, &requests).await?),
        ("unsigned", watch.unsigned),
        ("quiet", watch.quiet),
        ("overlaps", watch.overlaps),
        ("days", watch.delivered),
        ("unlinked", unlinked),
        ("company", super::company::table(app, partnership).await?),
        ("capacity", capacity_ahead(app, partnership).await?),
        ("pace", pace(&app.db, &requests, partnership).await?),
    ])
}

/// The supports that name no need in their agreement and serve no objective of a plan either.
async fn without_plan(app: &App, mut all: Table, ids: &[AgreementId]) -> Result<Table, DbError> {
    let mut rows = Vec::new();
    for (row, &id) in std::mem::take(&mut all.rows).into_iter().zip(ids) {
        if plans::store::linked_plans(&app.db, id).await?.is_empty() {
            rows.push(row);
        }
    }
    all.rows = rows;
    Ok(all)
}

/// Requests that wait for an answer within two working days, soonest first.
async fn clocks(app: &App, requests: &[Request]) -> Result<Table, DbError> {
    let now = app.clock.now();
    let mut rows = Vec::new();
    for request in requests {
        let (due, words) = match request.clock_state(now) {
            ClockState::Running(due) => (due, "To be answered by"),
            ClockState::Late(due) => (due, "Was to be answered by"),
            _ => continue,
        };
        if request.state != requests::State::Submitted {
            continue;
        }
        let school = register::org_name(&app.db, request.org).await?;
        let row = vec![
            Cell::Link(request.ask.title.clone(), format!("/desk/{}", request.id)),
            Cell::text(school),
            Cell::text(format!("{words} {}", in_words(due))),
        ];
        rows.push((due, row));
    }
    rows.sort_by_key(|(due, _)| *due);
    Ok(Table {
        caption: "Requests that wait for your answer".to_owned(),
        columns: ["Request", "School", "Clock"].map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes: vec!["Two working days from the moment a request is sent.".to_owned()],
    })
}

/// Half-days the cadre has pledged and has left, week by week for twelve weeks.
async fn capacity_ahead(app: &App, partnership: OrgRef) -> Result<Table, DbError> {
    let today = app.clock.today();
    let monday = capacity::monday(today);
    let mut weeks: BTreeMap<_, (i64, i64, i64)> =
        (0..12).map(|n| (monday.saturating_add((7 * n).days()), (0, 0, 0))).collect();
    for person in cadre::cadre_of(&app.db, partnership).await? {
        if !person.is_live(today) {
            continue;
        }
        for (week, pledged, left) in capacity::weeks_of(&app.db, person.supporter(), today).await? {
            if let Some(so_far) = weeks.get_mut(&week) {
                so_far.0 += pledged;
                so_far.1 += left;
                so_far.2 += i64::from(left > 0);
            }
        }
    }
    let days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
    Ok(Table {
        caption: "Time in the next twelve weeks".to_owned(),
        columns: ["Week of", "Days pledged", "Days free", "People with time"]
            .map(str::to_owned)
            .to_vec(),
        rows: weeks
            .into_iter()
            .map(|(week, (pledged, left, people))| {
                vec![
                    Cell::text(date_in_words(week)),
                    days(pledged),
                    days(left),
                    Cell::Number(people as f64, 0),
                ]
            })
            .collect(),
        notes: vec!["Of everybody whose designation is live today.".to_owned()],
    })
}

/// The first moment of each kind in the life of a support.
#[derive(Clone, Copy, Debug, Default)]
struct Steps {
    submitted: Option<Timestamp>,
    answered: Option<Timestamp>,
    agreed: Option<Timestamp>,
    first_day: Option<Timestamp>,
}

/// How long each step takes: medians in days, by the term in which the step ended.
async fn pace(db: &impl Sql, requests: &[Request], partnership: OrgRef) -> Result<Table, DbError> {
    #[derive(FromQueryResult)]
    struct Moment {
        at: At,
        subject: String,
        subject_id: String,
        verb: String,
    }
    #[derive(FromQueryResult)]
    struct Link {
        id: String,
        request: Option<String>,
    }
    let moments: Vec<Moment> = db
        .all(
            "SELECT at, subject, subject_id, verb FROM event
             WHERE (subject = 'request' AND verb = 'submitted')
                OR (subject = 'agreement' AND verb IN ('drafted', 'activated', 'time delivered'))
             ORDER BY seq",
            [],
        )
        .await?;
    let links: Vec<Link> =
        db.all("SELECT id, request FROM agreement WHERE request IS NOT NULL", []).await?;
    let request_of: BTreeMap<&str, &str> = links
        .iter()
        .filter_map(|link| Some((link.id.as_str(), link.request.as_deref()?)))
        .collect();
    let mut steps: BTreeMap<String, Steps> = requests
        .iter()
        .map(|request| {
            let answered = request.answered_at;
            (request.id.to_string(), Steps { answered, ..Steps::default() })
        })
        .collect();
    for moment in &moments {
        let request = match moment.subject.as_str() {
            "request" => Some(moment.subject_id.as_str()),
            _ => request_of.get(moment.subject_id.as_str()).copied(),
        };
        let Some(step) = request.and_then(|request| steps.get_mut(request)) else { continue };
        let place = match moment.verb.as_str() {
            "submitted" => &mut step.submitted,
            "drafted" => &mut step.agreed,
            "time delivered" => &mut step.first_day,
            _ => continue,
        };
        place.get_or_insert(moment.at.0);
    }
    let mut by: BTreeMap<(AcademicYear, Term), [Vec<f64>; 4]> = BTreeMap::new();
    for step in steps.values() {
        let ends = [
            (step.submitted, step.answered),
            (step.submitted, step.agreed),
            (step.agreed, step.first_day),
        ];
        for (place, (from, to)) in ends.into_iter().enumerate() {
            let (Some(from), Some(to)) = (from, to) else { continue };
            let on = foundation::clock::london(to);
            let days = to.duration_since(from).as_secs_f64() / 86_400.0;
            by.entry((AcademicYear::of(on), Term::of(on))).or_default()[place].push(days.max(0.0));
        }
    }
    for (start, done) in plans::store::finished(db, partnership).await? {
        let on = foundation::clock::london(done);
        let days = f64::from((on - start).get_days());
        by.entry((AcademicYear::of(on), Term::of(on))).or_default()[3].push(days.max(0.0));
    }
    let rows = by
        .into_iter()
        .map(|((year, term), found)| {
            let mut row = vec![Cell::text(format!("{term:?} term {year}"))];
            row.extend(found.map(|days| match median(days) {
                Some((middle, n)) => Cell::text(format!("{middle:.0} days (of {n})")),
                None => Cell::Missing("none".to_owned()),
            }));
            row
        })
        .collect();
    Ok(Table {
        caption: "How long each step takes".to_owned(),
        columns: [
            "Term",
            "Request to answer",
            "Request to agreement",
            "Agreement to first day",
            "Action begun to done",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows,
        notes: vec![
            "Medians, by the term in which the step ended. A step that has not ended is not \
             counted. Actions are those of plans in which support through this partnership stands."
                .to_owned(),
        ],
    })
}

/// The median and of how many.
fn median(mut values: Vec<f64>) -> Option<(f64, usize)> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match (n, n % 2) {
        (0, _) => None,
        (_, 1) => Some((values[n / 2], n)),
        _ => Some((f64::midpoint(values[n / 2 - 1], values[n / 2]), n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_says_of_how_many() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some((2.0, 3)));
        assert_eq!(median(vec![4.0, 1.0]), Some((2.5, 2)));
    }
}
