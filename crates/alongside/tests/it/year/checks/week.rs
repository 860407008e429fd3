//! The broker's glance, home pages, the digest and the calendar.

use std::collections::BTreeMap;

use access::Action;
use alongside::week;
use foundation::terms::{AcademicYear, Term};
use jiff::ToSpan as _;
use testkit::TestApp;
use visits::visits::State;

use super::{again, number, plain, rows, same, word};
use crate::year::world::{TODAY, Year, at, urn};

pub(in crate::year) async fn whole(t: &TestApp, year: &Year) {
    glance(t, year).await;
    homes(t, year).await;
    calendar(t, year).await;
    planned(t, year).await;
    digest(t, year).await;
}

async fn glance(t: &TestApp, year: &Year) {
    let broker = again(t, &year.all.broker).await;
    let days = rows(t, &broker, "/broker/days.json").await;
    assert_eq!(days.len(), year.supports.len());
    for (column, noted) in [
        (
            "Delivered",
            year.supports
                .iter()
                .map(super::super::world::supports::Support::delivered)
                .sum::<i64>(),
        ),
        (
            "Planned",
            year.supports.iter().map(super::super::world::supports::Support::planned).sum(),
        ),
        (
            "Cancelled",
            year.supports.iter().map(super::super::world::supports::Support::cancelled).sum(),
        ),
    ] {
        let shown: f64 = days.iter().map(|row| number(row, column)).sum();
        same(shown * 2.0, noted, column);
    }
    // Planned days that have passed are asked about, support by support.
    let quiet = rows(t, &broker, "/broker/quiet.json").await;
    for support in &year.supports {
        let row = quiet.iter().find(|row| row["Support"].to_string().contains(&support.title));
        let words = match support.planned() {
            0 => String::new(),
            1 => "1 planned day has passed without a word".to_owned(),
            some => format!("{some} planned days have passed without a word"),
        };
        let said = row.map_or("", |row| word(row, "What there is to ask"));
        assert!(said.contains(&words), "{}: “{said}” lacks “{words}”", support.title);
        assert_eq!(said.contains("without a word"), !words.is_empty(), "{}", support.title);
    }
    let mut receiving: BTreeMap<u32, usize> = BTreeMap::new();
    for support in &year.supports {
        *receiving.entry(support.receiver).or_default() += 1;
    }
    let several: Vec<String> = (0..year.size.schools)
        .filter(|&n| receiving.get(&urn(year.size, n)).is_some_and(|&some| some > 1))
        .map(|n| format!("School {n:02}"))
        .collect();
    let overlaps = rows(t, &broker, "/broker/overlaps.json").await;
    let shown: Vec<&str> = overlaps.iter().map(|row| word(row, "School")).collect();
    assert_eq!(shown, several, "schools where several supports meet");
    for name in ["clocks", "unsigned", "unlinked"] {
        assert!(rows(t, &broker, &format!("/broker/{name}.json")).await.is_empty(), "{name}");
    }
    pace(t, year).await;
    let weeks = rows(t, &broker, "/broker/capacity.json").await;
    assert_eq!(weeks.len(), 12);
    assert!(weeks.iter().all(|row| number(row, "Days pledged").abs() < f64::EPSILON));
}

/// How long the actions of shared objectives took, term by term; nothing was asked for through the
/// desk this year, so the other steps are empty.
async fn pace(t: &TestApp, year: &Year) {
    let mut took: BTreeMap<(AcademicYear, Term), Vec<i32>> = BTreeMap::new();
    for note in &year.plans {
        for fate in note.actions.iter().filter(|fate| fate.objective < note.linked.len()) {
            let Some(on) = fate.done_on.filter(|_| fate.is_done()) else { continue };
            let days = (on - fate.start_on).get_days().max(0);
            took.entry((AcademicYear::of(on), Term::of(on))).or_default().push(days);
        }
    }
    assert!(!took.is_empty(), "some shared actions are done");
    let broker = again(t, &year.all.broker).await;
    let shown = rows(t, &broker, "/broker/pace.json").await;
    assert_eq!(shown.len(), took.len());
    for (row, mut days) in shown.iter().zip(took.into_values()) {
        days.sort_unstable();
        let middle = f64::from(days[(days.len() - 1) / 2] + days[days.len() / 2]) / 2.0;
        let words = format!("{middle:.0} days (of {})", days.len());
        assert_eq!(word(row, "Action begun to done"), words);
        for step in ["Request to answer", "Request to agreement", "Agreement to first day"] {
            assert!(row[step].as_str().is_none_or(|said| said == "none"), "{row}");
        }
    }
}

/// What a home page asks, counted from the notes.
async fn homes(t: &TestApp, year: &Year) {
    for note in year.plans.iter().step_by(5) {
        let doer = &year.all.doers[&note.urn];
        let account = Some(doer.persona.account);
        let soon = TODAY.saturating_add(14.days());
        let mine = || note.actions.iter().filter(|one| one.is_open() && one.owner == account);
        let text = plain(&t.get(Some(&again(t, doer).await), "/home").await.expect(200).body);
        for fate in mine() {
            let asked = text.contains(&format!("Say how it goes: {}", fate.words));
            assert!(asked || fate.due_on > soon, "{} of {}", fate.words, note.urn);
        }
        let late = mine().filter(|fate| fate.due_on < TODAY).count();
        assert_eq!(text.matches("Overdue").count(), late, "late for {}", doer.persona.name);
    }
    for support in year.supports.iter().step_by(7) {
        let leader = again(t, &support.leader).await;
        let text = plain(&t.get(Some(&leader), "/home").await.expect(200).body);
        let open = |state: State| support.visits.iter().filter(|v| v.state == state).count();
        assert_eq!(
            text.matches("Write the note of your visit").count(),
            open(State::Confirmed),
            "{}",
            support.title
        );
        assert_eq!(text.matches("Send the note of your visit").count(), open(State::Happened));
    }
}

/// The days of somebody's plans stand in their calendar, in neutral words.
async fn planned(t: &TestApp, year: &Year) {
    for note in year.plans.iter().step_by(9) {
        let doer = &year.all.doers[&note.urn];
        let own = access::policy::own(doer.persona.account);
        let permit = access::authorize(&t.app, &doer.visitor, Action::Update, &own).unwrap();
        // The proof is as old as the visitor; the address is made now.
        let token = week::feed::make(&t.app, &permit, doer.persona.account).await.unwrap();
        let file = t.get(None, &format!("/calendar/{token}.ics")).await.expect(200);
        let account = Some(doer.persona.account);
        let (from, to) = (TODAY.saturating_sub(1.month()), TODAY.saturating_add(1.year()));
        let due = note
            .actions
            .iter()
            .filter(|one| one.is_open() && one.owner == account)
            .filter(|one| from <= one.due_on && one.due_on <= to)
            .count();
        let shown = file.body.matches("SUMMARY:Alongside: action of a plan").count();
        assert_eq!(shown, due, "actions of {} in their calendar", doer.persona.name);
        assert!(!file.body.contains("Action 0"), "a calendar says nothing of the matter");
    }
}

/// The days of a leader's calendar: the ends, the review, and the days still planned.
async fn calendar(t: &TestApp, year: &Year) {
    for support in year.supports.iter().step_by(11) {
        let me = &support.leader;
        let visitor = t.visitor(&me.persona).await;
        let own = access::policy::own(me.persona.account);
        let permit = access::authorize(&t.app, &visitor, Action::Update, &own).unwrap();
        let token = week::feed::make(&t.app, &permit, me.persona.account).await.unwrap();
        let file = t.get(None, &format!("/calendar/{token}.ics")).await.expect(200);
        let month_ago = TODAY.saturating_sub(1.month());
        let planned = support
            .visits
            .iter()
            .filter(|visit| !visit.delivered && visit.state != State::Cancelled)
            .filter(|visit| visit.on >= month_ago)
            .count();
        let count = |what: &str| file.body.matches(&format!("SUMMARY:Alongside: {what}")).count();
        assert_eq!(count("day of support"), planned, "{}", support.title);
        assert_eq!(count("support ends"), 1);
        assert_eq!(count("review of progress"), 1);
        assert!(!file.body.contains("School"), "a calendar names no school");
    }
}

/// On the first school day of the week everybody who is expected to do something gets one letter,
/// and nobody a second one.
async fn digest(t: &TestApp, year: &Year) {
    at(t, jiff::civil::date(2027, 7, 19));
    let _ = t.letters().await;
    week::digest::round(&t.app).await.unwrap();
    week::digest::round(&t.app).await.unwrap();
    let letters = t.letters().await;
    let mut readers: Vec<&str> = letters.iter().map(|one| one.recipient.as_str()).collect();
    let all = readers.len();
    readers.sort_unstable();
    readers.dedup();
    assert_eq!(readers.len(), all, "one digest a person");
    // Every leader with a note to write hears of it.
    for support in &year.supports {
        let due =
            support.visits.iter().any(|v| matches!(v.state, State::Confirmed | State::Happened));
        let name = support.leader.persona.name.to_lowercase().replace(' ', ".");
        let heard = readers.contains(&format!("{name}@example.org").as_str());
        assert!(heard || !due, "{name}");
    }
    at(t, TODAY);
}
