//! Whether people keep at a plan: in which school weeks something was heard, and which actions were
//! held on to. It says nothing of how fast anybody was and nobody is compared with anybody: what
//! counts is that it goes on.

use std::collections::{BTreeMap, BTreeSet};

use charts::{Heard, HeardMonth, HeardWeek};
use foundation::{
    clock::{date_in_words, london},
    events::Entry,
};
use jiff::{Span, ToSpan as _, civil::Date};
use support::calendar::calendar;

use crate::model::{Action, ActionId};

/// How long people kept at an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The action.
    pub action: ActionId,
    /// In how many school weeks something was heard of it.
    pub heard: usize,
    /// In how many school weeks it went on, from the first word to the end or to now.
    pub weeks: usize,
    /// How often it was taken up again after it was stuck or done too early.
    pub again: usize,
}

/// How steadily a plan is worked on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rhythm {
    /// The weeks of the plan, month by month. The running week is left out until something is heard.
    pub months: Vec<HeardMonth>,
    /// The actions of which anything was heard, in the plan's order.
    pub kept: Vec<Kept>,
}

/// Written about several actions at once, each of which has an entry of its own.
const TWICE: &str = "actions gone through";

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(Span::new().days(back))
}

/// Why nobody is at school in a week, where nobody is on any of its days.
fn closed(monday: Date) -> Option<String> {
    let days = || (0..5).map(|n| monday.saturating_add(Span::new().days(n)));
    if days().any(|day| calendar().is_school_day(day)) {
        return None;
    }
    let name = calendar()
        .holidays
        .iter()
        .find(|one| days().any(|day| one.from <= day && day <= one.to))
        .map_or("Holidays", |one| one.name.as_str());
    Some(name.to_owned())
}

fn school_weeks(first: Date, last: Date) -> impl Iterator<Item = Date> {
    monday(first).series(1.week()).take_while(move |week| *week <= last)
}

/// How steadily a plan is worked on, from what its record says people did. What the product did by
/// itself is no sign of life, and a week of holidays is no silence, whatever was done in it.
///
/// `entries` are those of the plan that the reader may know of; `first` and `last` are the days of the
/// plan, of which days after `today` are left out.
#[must_use]
pub fn of(entries: &[Entry], actions: &[&Action], days: (Date, Date), today: Date) -> Rhythm {
    let (first, last) = (days.0, days.1.min(today));
    let by_people = || {
        entries
            .iter()
            .filter(|entry| !entry.actor.starts_with("system:") && entry.verb != TWICE)
            .map(|entry| (monday(london(entry.at.0)), entry))
    };
    let mut heard: BTreeMap<Date, u32> = BTreeMap::new();
    let mut weeks: BTreeMap<ActionId, BTreeSet<Date>> = BTreeMap::new();
    let mut again: BTreeMap<ActionId, usize> = BTreeMap::new();
    for (week, entry) in by_people() {
        *heard.entry(week).or_default() += 1;
        let Some(action) = action_of(entry) else { continue };
        match entry.verb.as_str() {
            // Written down, not yet worked on.
            "action added" | "action changed" => continue,
            "action taken up again" | "action reopened" => *again.entry(action).or_default() += 1,
            _ => {}
        }
        if closed(week).is_none() {
            weeks.entry(action).or_default().insert(week);
        }
    }
    let mut months: Vec<HeardMonth> = Vec::new();
    for week in school_weeks(first, last) {
        let times = heard.get(&week).copied().unwrap_or(0);
        if times == 0 && week == monday(today) {
            continue;
        }
        let label = week.strftime("%b %Y").to_string();
        let cell = HeardWeek {
            day: week.day().to_string(),
            monday: date_in_words(week),
            heard: closed(week).map_or(Heard::Times(times), Heard::Closed),
        };
        match months.last_mut() {
            Some(month) if month.label == label => month.weeks.push(cell),
            _ => months.push(HeardMonth { label, weeks: vec![cell] }),
        }
    }
    let kept = actions
        .iter()
        .filter_map(|action| {
            let heard = weeks.get(&action.id)?;
            let begun = *heard.first()?;
            let end = match action.finished_at() {
                Some(done) if !action.state().is_open() => london(done),
                _ => last,
            };
            let open = |week: &Date| closed(*week).is_none();
            let running = |week: &Date| *week != monday(today) || heard.contains(week);
            let weeks = school_weeks(begun, end).filter(open).filter(running).count();
            Some(Kept {
                action: action.id,
                heard: heard.len(),
                weeks: weeks.max(heard.len()),
                again: again.get(&action.id).copied().unwrap_or(0),
            })
        })
        .collect();
    Rhythm { months, kept }
}

/// The action an entry is about, where it names one.
fn action_of(entry: &Entry) -> Option<ActionId> {
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).ok()?;
    detail.get("action")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use foundation::db::At;
    use jiff::civil::date;

    use super::*;

    fn entry(day: Date, actor: &str, verb: &str, action: Option<ActionId>) -> Entry {
        let detail = action.map_or_else(
            || "{}".to_owned(),
            |action| serde_json::json!({ "action": action }).to_string(),
        );
        Entry {
            seq: 1,
            at: At(foundation::clock::moment(day.at(15, 0, 0, 0))),
            actor: actor.to_owned(),
            actor_name: String::new(),
            acting_for: None,
            verb: verb.to_owned(),
            subject: "plan".to_owned(),
            subject_id: String::new(),
            owner: None,
            reason: None,
            detail,
            request: None,
            rule: None,
            previous: String::new(),
            hash: String::new(),
        }
    }

    fn told(rhythm: &Rhythm) -> String {
        let week = |week: &HeardWeek| match &week.heard {
            Heard::Times(times) => format!("{}:{times}", week.day),
            Heard::Closed(_) => format!("{}:-", week.day),
        };
        let month = |month: &HeardMonth| {
            let weeks: Vec<String> = month.weeks.iter().map(week).collect();
            format!("{} {}", &month.label[..3], weeks.join(" "))
        };
        rhythm.months.iter().map(month).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn weeks_are_counted_from_what_people_did_and_holidays_are_no_silence() {
        let entries = [
            entry(date(2026, 12, 30), "account:1", "action done", None),
            entry(date(2027, 1, 5), "account:1", "objective begun", None),
            entry(date(2027, 1, 8), "link:a@b.example", "milestone judged", None),
            entry(date(2027, 1, 12), "system:daily work", "begun", None),
            entry(date(2027, 1, 19), "account:1", "actions gone through", None),
            entry(date(2027, 2, 16), "account:1", "reviewed", None),
        ];
        let days = (date(2027, 1, 4), date(2027, 7, 20));
        let seen = of(&entries, &[], days, date(2027, 2, 24));
        assert_eq!(told(&seen), "Jan 4:2 11:0 18:0 25:0 | Feb 1:0 8:0 15:-");
        // A week that has only begun is not held against anybody.
        let more = entry(date(2027, 2, 22), "account:1", "reviewed", None);
        let seen = of(&[more], &[], days, date(2027, 2, 24));
        assert!(told(&seen).ends_with("15:- 22:1"), "{}", told(&seen));
        assert!(of(&entries, &[], days, date(2027, 1, 3)).months.is_empty());
    }
}
