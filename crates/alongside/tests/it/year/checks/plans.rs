//! Plans: every action of every school where it stands, the sentence for governors, the colours.

use std::collections::BTreeMap;

use foundation::clock::date_in_words;
use jiff::{
    ToSpan as _,
    civil::{Date, date},
};
use serde_json::Value;
use support::milestones::Rag;
use testkit::TestApp;

use super::{again, plain, rows, word};
use crate::year::world::{
    TODAY, Year,
    plans::{Fate, PlanNote},
};

pub(in crate::year) async fn whole(t: &TestApp, year: &Year) {
    for note in &year.plans {
        let head = again(t, &year.all.heads[&note.urn]).await;
        let table = rows(t, &head, &format!("/plans/{}/plan.json", note.id)).await;
        actions(&table, note);
        objectives(&table, note);
        let page = t.get(Some(&head), &format!("/plans/{}", note.id)).await.expect(200);
        let late = note.actions.iter().filter(|fate| is_late(fate)).count();
        assert_eq!(page.body.matches(">Overdue<").count(), late, "late in {}", note.urn);
        let path = format!("/plans/{}/progress", note.id);
        let page = t.get(Some(&head), &path).await.expect(200);
        let _ = page.contains(&steadiness(note));
        let governor = again(t, &year.all.governors[&note.urn]).await;
        for reader in [&head, &governor] {
            let path = format!("/plans/{}/summary", note.id);
            let page = t.get(Some(reader), &path).await.expect(200);
            assert!(
                plain(&page.body).contains(&sentence(note)),
                "{}\n{}",
                sentence(note),
                page.body
            );
        }
        // The board reads the summary and nothing behind it.
        let _ = t.get(Some(&governor), &format!("/plans/{}", note.id)).await.expect(404);
        let path = format!("/plans/{}/plan.json", note.id);
        let _ = t.get(Some(&governor), &path).await.expect(404);
        let suggestions = format!("/plans/{}/suggestions", note.id);
        let page = t.get(Some(&head), &suggestions).await.expect(200);
        let waits = page.body.matches("Waits for the school").count();
        assert_eq!(waits, note.waiting, "suggestions of {}", note.urn);
    }
    shared(t, year).await;
}

fn is_late(fate: &Fate) -> bool {
    fate.is_open() && fate.due_on < TODAY
}

fn actions(table: &[Value], note: &PlanNote) {
    let shown: Vec<&Value> =
        table.iter().filter(|row| word(row, "What it is") == "Action").collect();
    assert_eq!(shown.len(), note.actions.len(), "actions of {}", note.urn);
    let by_words: BTreeMap<&str, &Value> =
        shown.iter().map(|row| (word(row, "Words"), *row)).collect();
    for fate in &note.actions {
        let row = by_words[fate.words.as_str()];
        assert_eq!(word(row, "Stands at"), fate.state.words(), "{} of {}", fate.words, note.urn);
        assert_eq!(word(row, "By"), date_in_words(fate.due_on), "{} of {}", fate.words, note.urn);
        assert_eq!(word(row, "Objective"), format!("Objective {:02}", fate.objective));
    }
}

fn objectives(table: &[Value], note: &PlanNote) {
    let of = |what: &str| table.iter().filter(|row| word(row, "What it is") == what).count();
    assert_eq!(of("Objective"), note.objectives.len());
    assert_eq!(of("Milestone"), note.objectives.len() * note.milestones);
    let colours = [Rag::Green, Rag::Amber, Rag::Red, Rag::TooEarly];
    for row in table.iter().filter(|row| word(row, "What it is") == "Objective") {
        let at: usize = word(row, "Objective").trim_start_matches("Objective ").parse().unwrap();
        let expected = format!("{}: As the books show.", colours[at % 4].in_words());
        assert_eq!(word(row, "Judged"), expected);
    }
}

/// The sentence of the summary, counted from the notes.
fn sentence(note: &PlanNote) -> String {
    let done = note.actions.iter().filter(|fate| fate.is_done()).count();
    let open = note.actions.iter().filter(|fate| fate.is_open()).count();
    let late = match note.actions.iter().filter(|fate| is_late(fate)).count() {
        0 => String::new(),
        1 => ", one of them past its day".to_owned(),
        some => format!(", {some} of them past their day"),
    };
    format!("{done} of {} actions are done, {open} go on{late}.", done + open)
}

/// The Mondays of 2027 up to the summer in whose weeks nobody was at school.
const CLOSED: [Date; 4] =
    [date(2027, 2, 15), date(2027, 3, 29), date(2027, 4, 5), date(2027, 5, 31)];

/// In how many school weeks somebody wrote about the plan, counted from the notes.
fn steadiness(note: &PlanNote) -> String {
    let (mut some, mut all, mut quiet, mut longest) = (0, 0, 0, 0);
    let mut monday = date(2027, 1, 4);
    while monday <= TODAY {
        let next = monday.saturating_add(7.days());
        let heard = note.heard.range(monday..next).next().is_some();
        // The running week is counted once something was heard in it.
        if !CLOSED.contains(&monday) && (heard || next <= TODAY) {
            all += 1;
            some += usize::from(heard);
            quiet = if heard { 0 } else { quiet + 1 };
            longest = longest.max(quiet);
        }
        monday = next;
    }
    assert!(some > 1 && longest > 1, "{some} of {all}, {longest} quiet: too little to tell");
    format!(
        "Something was heard in {some} of {all} school weeks. The longest silence was {longest} \
         school weeks."
    )
}

/// Who supports one objective sees that one and no other.
async fn shared(t: &TestApp, year: &Year) {
    for note in year.plans.iter().filter(|note| !note.linked.is_empty()).step_by(5) {
        for (nth, &support) in note.linked.iter().enumerate() {
            let leader = again(t, &year.supports[support].leader).await;
            let table = rows(t, &leader, &format!("/plans/{}/plan.json", note.id)).await;
            let wanted = format!("Objective {nth:02}");
            assert!(table.iter().all(|row| word(row, "Objective") == wanted));
            let theirs = note.actions.iter().filter(|fate| fate.objective == nth).count();
            let shown = table.iter().filter(|row| word(row, "What it is") == "Action").count();
            assert_eq!(shown, theirs, "{wanted} of {} for {}", note.urn, leader.name);
        }
    }
}
