//! What a board reads of its school's work with others, and the letter that tells it so.

use access::{Permit, Post, Role};
use brokerage::requests::Beneficiary;
use foundation::OrgRef;
use jiff::civil::date;
use support::{
    AgreementId,
    agreements::Side,
    board,
    care::risks::{self, Appetite, Level, NewRisk},
    exits,
    money::statements::Period,
    time::{self, NewEntry},
};
use testkit::{Persona, TestApp, both};

use crate::{
    thread::{active, permit},
    world::{HARBOUR, OAKFIELD, World, at, results, setup, world},
};

/// Two days given and a half-day cancelled in the spring term; a risk, and somebody who can do
/// more than before.
async fn spring(t: &TestApp) -> (World, AgreementId) {
    let w = world(t).await;
    let id = active(t, &w).await;
    at(t, "2027-03-16T15:00:00Z").await;
    let aisha = permit(t, &w.aisha, id).await;
    for (on, half_days, cancelled) in [(date(2027, 3, 9), 4, false), (date(2027, 3, 16), 1, true)] {
        let new = NewEntry {
            account: Some(w.aisha.account),
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on,
            beneficiary: None,
            half_days,
            what: "Lessons".to_owned(),
        };
        let entry = time::plan(&t.app, &aisha, id, &new).await.unwrap();
        match cancelled {
            true => time::cancel(&t.app, &aisha, entry, "illness").await.unwrap(),
            false => time::deliver(&t.app, &aisha, entry).await.unwrap(),
        }
    }
    let daniel = permit(t, &w.daniel, id).await;
    let risk = |what, impact| NewRisk {
        what,
        likelihood: Level::Medium,
        impact,
        mitigation: "A second leader is being prepared.",
        owner: "Head",
        appetite: Appetite::Open,
    };
    let high = risk("Our reading leader may move on.", Level::High);
    risks::note(&t.app, &daniel, id, &high).await.unwrap();
    let low = risk("The minibus is old.", Level::Low);
    risks::note(&t.app, &daniel, id, &low).await.unwrap();
    exits::gain(
        &t.app,
        &daniel,
        id,
        Side::Supporting,
        exits::GainKind::Skill,
        ["Two teachers", "Lead a lesson study", ""],
    )
    .await
    .unwrap();
    (w, id)
}

async fn governor(t: &TestApp, urn: u32) -> Persona {
    t.person("Ines Ford", &[Post::new(OrgRef::School(urn), Role::Governor, "Chair")]).await
}

#[tokio::test]
async fn a_board_reads_days_money_risks_and_gains_and_no_other_school_does() {
    both(&setup(), async |t| {
        let (w, _) = spring(&t).await;
        let ines = governor(&t, OAKFIELD).await;
        let page = format!("/boards/school:{OAKFIELD}?year=2027&term=spring");
        let read = t.get(Some(&ines), &page).await.expect(200);
        let read = read.contains("2 days delivered, no days still planned, half a day cancelled");
        // £350 a day, of which £300 come to the school.
        let read = read.contains("£600").contains("Lead a lesson study");
        let read = read.contains("Our reading leader may move on.").lacks("The minibus is old.");
        let _ = read.contains("too early").contains("bring home");
        let before = format!("/boards/school:{OAKFIELD}?year=2027&term=autumn");
        let _ = t.get(Some(&ines), &before).await.expect(200).lacks("Early reading");
        let own = format!("/boards/school:{OAKFIELD}/supports.csv?year=2027");
        let _ = t.get(Some(&ines), &own).await.expect(200).contains("Early reading");
        let _ = t.get(Some(&w.daniel), &page).await.expect(200);
        let _ = t.get(Some(&ines), "/boards").await.expect(200).contains("Oakfield Primary");
        for who in [&w.priya, &w.chair, &w.marcus, &w.aisha, &w.stranger] {
            let _ = t.get(Some(who), &page).await.expect(404);
            let _ = t.get(Some(who), &own).await.expect(404);
        }
        for odd in ["/boards/school:1", "/boards/authority:990", "/boards/nothing"] {
            let _ = t.get(Some(&ines), odd).await.expect(404);
        }
        // The supported school's board reads the other side of the same days, and its own money.
        let theirs = format!("/boards/school:{HARBOUR}?year=2027");
        let read = t.get(Some(&w.chair), &theirs).await.expect(200);
        let _ = read.contains("2 days delivered").contains("no days delivered");
    })
    .await;
}

#[tokio::test]
async fn a_board_reads_for_whom_the_days_were_and_whether_between_peers() {
    both(&setup(), async |t| {
        let (w, id) = spring(&t).await;
        let aisha = permit(&t, &w.aisha, id).await;
        let day = |half_days, beneficiary| NewEntry {
            account: Some(w.aisha.account),
            person: "Aisha Khan".to_owned(),
            from: Side::Supporting,
            on: date(2027, 3, 23),
            half_days,
            what: "A day".to_owned(),
            beneficiary,
        };
        // The form asks, since the agreement is for more than one group, and keeps what was said.
        let form = format!("/agreements/{id}/time/new");
        let _ = t.get(Some(&w.aisha), &form).await.expect(200).contains("Whom is this time for?");
        let mut pairs = vec![("from", "supporting"), ("person", "Aisha Khan"), ("days", "0.5")];
        pairs.extend([("on-day", "23"), ("on-month", "3"), ("on-year", "2027")]);
        let odd = [pairs.as_slice(), &[("beneficiary", "parrots")]].concat();
        let _ = t.post(Some(&w.aisha), &form, &odd).await.expect(422).contains("Choose whom");
        pairs.push(("beneficiary", "governors"));
        let _ = t.post(Some(&w.aisha), &form, &pairs).await.expect(303);
        let senior =
            time::plan(&t.app, &aisha, id, &day(1, Some(Beneficiary::SeniorTeam))).await.unwrap();
        at(&t, "2027-03-23T15:00:00Z").await;
        let aisha = permit(&t, &w.aisha, id).await;
        time::deliver(&t.app, &aisha, senior).await.unwrap();

        let period = Period { from: date(2027, 1, 1), to: date(2027, 3, 31) };
        let ines = governor(&t, OAKFIELD).await;
        for (org, given) in [(OAKFIELD, true), (HARBOUR, false)] {
            let own = OrgRef::School(org);
            let report = board::report(&t.app.db, own, period, t.app.clock.today()).await.unwrap();
            // Counted again from the entries alone: nothing is lost between the groups.
            let of = |groups: &[&str], state| -> i64 {
                let rows = report.for_whom.iter().filter(|(words, _)| {
                    groups.is_empty() || groups.iter().any(|group| words.starts_with(group))
                });
                rows.map(|(_, time)| if given { time.given } else { time.received })
                    .map(|totals| match state {
                        time::EntryState::Delivered => totals.delivered,
                        _ => totals.planned,
                    })
                    .sum()
            };
            let entries = time::of(&t.app.db, id).await.unwrap();
            for state in [time::EntryState::Delivered, time::EntryState::Planned] {
                for (group, words) in [
                    (Some(Beneficiary::SeniorTeam), "The senior"),
                    (Some(Beneficiary::Governors), "Governors"),
                    (None, "Several"),
                ] {
                    let counted: i64 = entries
                        .iter()
                        .filter(|one| one.state() == state && one.beneficiary() == group)
                        .map(|one| one.half_days)
                        .sum();
                    assert_eq!(of(&[words], state), counted, "{org} {words} {state}");
                }
                let all: i64 = entries
                    .iter()
                    .filter(|one| one.state() == state)
                    .map(|one| one.half_days)
                    .sum();
                assert_eq!(of(&[], state), all, "{org} {state}");
            }
            assert_eq!(report.directions.len(), 1, "no support with the system above");
            assert_eq!(report.directions[&support::pack::Direction::Lateral], (1, 5));
        }
        let page = format!("/boards/school:{OAKFIELD}?year=2027&term=spring");
        let read = t.get(Some(&ines), &page).await.expect(200);
        let read = read.contains("Days by whom they were for").contains("The senior team");
        let _ = read.contains("1 support, 2½ days delivered").contains("0 supports, no days");
        let file = format!("/boards/school:{OAKFIELD}/beneficiaries.csv?year=2027&term=spring");
        let _ = t.get(Some(&ines), &file).await.expect(200).contains("The senior team,0.5,0.0,0.0");
        let _ = t.get(Some(&w.aisha), &file).await.expect(404);
    })
    .await;
}

#[tokio::test]
async fn a_verdict_reaches_the_board_when_results_arrive() {
    both(&setup(), async |t| {
        let (w, _) = spring(&t).await;
        results(&t, 2027, [66.0, 76.0], 0.0).await;
        at(&t, "2028-01-10T09:00:00Z").await;
        let page = format!("/boards/school:{HARBOUR}?from=2027-01-01&to=2027-12-31");
        let read = t.get(Some(&w.chair), &page).await.expect(200);
        let report = board::report(
            &t.app.db,
            OrgRef::School(HARBOUR),
            Period { from: date(2027, 1, 1), to: date(2027, 12, 31) },
            t.app.clock.today(),
        )
        .await
        .unwrap();
        let verdict = report.lines[0].verdict.clone().expect("results that count are there");
        assert!(verdict.contains("Compared with ") && verdict.contains("not proof"), "{verdict}");
        let _ = read.contains(&verdict);
    })
    .await;
}

#[tokio::test]
async fn the_letter_about_a_term_comes_once_on_a_school_day_to_boards_that_gave() {
    both(&setup(), async |t| {
        let (_, _) = spring(&t).await;
        let ines = governor(&t, OAKFIELD).await;
        t.letters().await;
        let told = async || {
            let system = Permit::system("test", t.app.clock.now());
            board::tell(&t.app, &system).await.unwrap()
        };
        // Not before the term has ended, not in the holidays after it.
        assert_eq!(told().await, 0);
        at(&t, "2027-04-05T06:00:00Z").await;
        assert_eq!(told().await, 0);
        at(&t, "2027-04-12T06:00:00Z").await;
        assert_eq!((told().await, told().await), (1, 0), "once");
        at(&t, "2027-04-12T09:00:00Z").await;
        let letters = t.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(letters[0].recipient, "ines.ford@example.org");
        for words in ["gave 2 days", "£600", "the spring term", "open: 1"] {
            assert!(
                letters[0].body.contains(words) || letters[0].subject.contains(words),
                "{words} in {letters:?}"
            );
        }
        let path = letters[0].body.split_whitespace().find(|word| word.contains("/boards/"));
        let path = format!("/boards/{}", path.unwrap().split("/boards/").nth(1).unwrap());
        let _ = t.get(Some(&ines), &path).await.expect(200).contains("2 days delivered");
        // Weeks later nothing is announced any more.
        at(&t, "2027-06-14T06:00:00Z").await;
        assert_eq!(told().await, 0);
    })
    .await;
}
