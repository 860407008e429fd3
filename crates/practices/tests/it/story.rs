//! A practice from a sentence to the schools that use it.

use access::Permit;
use foundation::{DbError, OrgRef};
use practices::{
    PracticeId, Refusal, Said,
    adoptions::{self, Adoption, Spread},
    practice::{self, Act, State, Words},
};
use testkit::{Persona, TestApp, both};

use crate::world::{
    BREDE, HARBOUR, OAKFIELD, World, acts, begun, get, permit, published, setup, words, world,
};

async fn hidden(t: &TestApp, w: &World, id: PracticeId) {
    let page = format!("/practices/{id}");
    let _ = t.get(Some(&w.stranger), &page).await.expect(404);
    let _ = t.get(None, &page).await.lacks("newcomer");
    let _ = t.get(None, "/practices").await.expect(200).lacks("newcomer");
    let _ = t.get(Some(&w.stranger), "/practices").await.expect(200).lacks("newcomer");
}

#[tokio::test]
async fn nothing_is_shown_before_two_colleagues_have_checked_it() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let draft = Words {
            title: "The five-day newcomer check".to_owned(),
            area: "curriculum-and-teaching".to_owned(),
            what: "Every newcomer reads to one adult within five days.".to_owned(),
            ..Words::default()
        };
        let id = begun(&t, &w.jess, HARBOUR, draft).await;
        hidden(&t, &w, id).await;
        let page = format!("/practices/{id}");
        let _ = t.get(Some(&w.aisha), &page).await.expect(404);
        // Without the parts that must be kept, evidence and limits it goes to nobody.
        let early = acts(&t, &w.jess, id, Act::Send).await;
        assert!(matches!(early, Err(Refusal::Field { field: "problem", .. })), "{early:?}");
        for (field, gap) in [
            ("ingredients", Words { ingredients: Vec::new(), ..words() }),
            ("evidence-1-words", Words { evidence: Vec::new(), ..words() }),
            ("caveats", Words { caveats: String::new(), ..words() }),
        ] {
            let refused = gap.complete();
            let found = matches!(&refused, Err(Refusal::Field { field: f, .. }) if *f == field);
            assert!(found, "{field}: {refused:?}");
        }
        let it = get(&t, id).await;
        let jess = permit(&t, &w.jess, &[it.working()]).await;
        practices::write(&t.app, &jess, id, &words(), it.version).await.unwrap();
        let late = practices::write(&t.app, &jess, id, &words(), it.version).await;
        assert!(matches!(late, Err(Refusal::Db(DbError::Conflict(_)))), "{late:?}");
        acts(&t, &w.jess, id, Act::Send).await.unwrap();
        hidden(&t, &w, id).await;
        let shown = t.get(Some(&w.aisha), &page).await.expect(200);
        let _ = shown.contains("I would try this").contains("One adult, one sheet");

        let own = acts(&t, &w.jess, id, Act::Approve).await;
        assert!(matches!(own, Err(Refusal::NotYours(_))), "nobody checks their own: {own:?}");
        acts(&t, &w.nasreen, id, Act::Approve).await.unwrap();
        let _ = t.get(Some(&w.nasreen), &page).await.expect(200).lacks("I would try this");
        let twice = acts(&t, &w.nasreen, id, Act::Approve).await;
        assert!(matches!(twice, Err(Refusal::NotNow(_))), "once each: {twice:?}");
        acts(&t, &w.priya, id, Act::Approve).await.unwrap();
        // Two have looked, but nobody from another school.
        let inside = acts(&t, &w.priya, id, Act::Publish).await;
        assert!(matches!(inside, Err(Refusal::NotNow(_))), "{inside:?}");
        acts(&t, &w.aisha, id, Act::Approve).await.unwrap();
        let staff = acts(&t, &w.jess, id, Act::Publish).await;
        assert!(matches!(staff, Err(Refusal::NotYours(_))), "the head decides: {staff:?}");
        // Whatever is written anew is checked anew.
        acts(&t, &w.aisha, id, Act::Return).await.unwrap();
        assert!(practice::checks(&t.app.db, id).await.unwrap().is_empty());
        acts(&t, &w.jess, id, Act::Send).await.unwrap();
        acts(&t, &w.nasreen, id, Act::Approve).await.unwrap();
        acts(&t, &w.daniel, id, Act::Approve).await.unwrap();
        assert_eq!(acts(&t, &w.priya, id, Act::Publish).await.unwrap(), State::Published);
        let open = t.get(None, &page).await.expect(200).contains("Within five days");
        let _ = open.contains("Any school may use, change and pass on").lacks("What you can do");
        let _ = t.get(None, "/practices?q=newcomer").await.expect(200).contains("five-day");

        // A new version is written while everybody reads the old one.
        acts(&t, &w.jess, id, Act::Revise).await.unwrap();
        let it = get(&t, id).await;
        let changed = Words { what: "Within three days.".to_owned(), ..words() };
        practices::write(&t.app, &jess, id, &changed, it.version).await.unwrap();
        let _ = t.get(None, &page).await.expect(200).lacks("Within three days");
        let _ = t.get(Some(&w.jess), &page).await.expect(200).contains("Within three days");
        for (who, act) in [
            (&w.jess, Act::Send),
            (&w.nasreen, Act::Approve),
            (&w.daniel, Act::Approve),
            (&w.priya, Act::Publish),
        ] {
            acts(&t, who, id, act).await.unwrap();
        }
        let _ = t.get(None, &page).await.expect(200).contains("Within three days");
        let kept = practice::versions(&t.app.db, id).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[1].words(), &words(), "what was shown once is kept as it was");
        // Two years later it is looked at again.
        crate::world::later(&t, "2028-12-01T09:00:00Z").await;
        let system = Permit::system("test", t.app.clock.now());
        assert_eq!(practices::tend(&t.app, &system).await.unwrap(), 1);
        assert_eq!(practices::tend(&t.app, &system).await.unwrap(), 0);
        assert_eq!(get(&t, id).await.state(), State::Due);
        acts(&t, &w.priya, id, Act::Reaffirm).await.unwrap();
        acts(&t, &w.priya, id, Act::Retire).await.unwrap();
        let _ = t.get(None, "/practices").await.expect(200).lacks("newcomer");
        let _ = t.get(None, &page).await.expect(200).contains("no longer recommends it: Because");
    })
    .await;
}

async fn use_of(t: &TestApp, id: PracticeId, org: OrgRef) -> Adoption {
    let all = adoptions::of_practice(&t.app.db, id).await.unwrap();
    all.into_iter().find(|one| one.org == org).unwrap()
}

async fn record(
    t: &TestApp,
    who: &Persona,
    id: PracticeId,
    form: &[(&str, &str)],
) -> testkit::Answer {
    t.post(Some(who), &format!("/practices/{id}/use"), form).await
}

#[tokio::test]
async fn a_practice_is_borrowed_adapted_and_adopted_and_its_school_is_told() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = published(&t, &w).await;
        t.letters().await;
        let page = format!("/practices/{id}");
        let _ = record(&t, &w.aisha, id, &[]).await.expect(422).contains("Choose how it stands");
        let _ = record(&t, &w.aisha, id, &[("act", "borrow")]).await.expect(303);
        let letters = t.letters().await;
        assert_eq!(letters.len(), 2, "whoever wrote it and the head are told");
        let _ = record(&t, &w.priya, id, &[("act", "borrow")]).await.expect(404);
        let one = use_of(&t, id, OAKFIELD).await;
        assert_eq!(one.state(), adoptions::State::Borrowed);
        // Adapted: what was changed must be said; nothing typed is lost.
        let bare = [("act", "adapt"), ("seen", "1"), ("result", "Good so far")];
        let _ = record(&t, &w.aisha, id, &bare).await.expect(422).contains("Good so far");
        let full = [
            ("act", "adapt"),
            ("seen", "1"),
            ("changes", "We ask in the home language too"),
            ("kept", "Within five days"),
        ];
        let _ = record(&t, &w.aisha, id, &full).await.expect(303);
        // A colleague who had the old page before them is told and loses nothing.
        let late = record(&t, &w.daniel, id, &full).await.expect(422);
        let _ = late.contains("home language").contains("Somebody else changed");
        let adopted = [("act", "adopt"), ("seen", "2"), ("result", "Nobody waits any more")];
        let _ = record(&t, &w.daniel, id, &adopted).await.expect(303);
        let one = use_of(&t, id, OAKFIELD).await;
        assert_eq!(one.kept(), &["Within five days".to_owned()]);
        assert_eq!(one.state(), adoptions::State::Adopted);
        let told = t.letters().await;
        assert!(told.iter().any(|letter| letter.body.contains("Nobody waits any more")));
        let _ = record(&t, &w.anselm, id, &[("act", "interest")]).await.expect(303);

        // Everybody reads how many; members of the partnership read who.
        let open = t.get(None, &page).await.expect(200).contains("adopted by 1 school");
        let _ = open.lacks("Oakfield").lacks("Nobody waits any more");
        let _ = t.get(Some(&w.stranger), &page).await.expect(200).lacks("Oakfield");
        for who in [&w.jess, &w.anselm, &w.marcus] {
            let known = t.get(Some(who), &page).await.expect(200).contains("Oakfield Primary");
            let _ = known.contains("Nobody waits any more").contains("home language");
        }
        let all = adoptions::of_practice(&t.app.db, id).await.unwrap();
        assert_eq!(Spread::of(&all), Spread { adopted: 1, ..Spread::default() });
        let stops = [("act", "stop"), ("seen", "1"), ("reason", "We have no newcomers")];
        let _ = record(&t, &w.anselm, id, &stops).await.expect(303);
        let _ = t.get(None, &page).await.contains("adopted by 1 school, given up by 1");
        // Nobody records for a school they do not work at.
        let it = get(&t, id).await;
        let far =
            permit(&t, &w.stranger, &[adoptions::resource(&it, OrgRef::School(999_900))]).await;
        let refused = adoptions::begin(&t.app, &far, id, BREDE, true).await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "{refused:?}");
        let words = adoptions::Words { result: "x".to_owned(), ..adoptions::Words::default() };
        let act = adoptions::Act::Tell;
        let refused = adoptions::take(&t.app, &far, one.id, act, &words, 3).await;
        assert!(matches!(refused, Err(Refusal::NotYours(_))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn an_adapted_version_is_a_practice_of_its_own_and_keeps_its_origin() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = published(&t, &w).await;
        let ask = t.get(Some(&w.anselm), &format!("/practices/new?parent={id}")).await;
        let _ = ask.expect(200).contains("One adult, one sheet").lacks("All of 31 newcomers");
        let parent = id.to_string();
        let form = [
            ("parent", parent.as_str()),
            ("title", "The five-day newcomer check, in two languages"),
            ("area", "curriculum-and-teaching"),
            ("phases", "primary"),
            ("problem", "Newcomers read in another language first."),
            ("what", "As at Harbour View, with a sheet in the home language."),
            ("ingredients", "Within five days\nThe home language first\n"),
            ("caveats", "Five languages so far."),
            ("evidence-1-words", "Twelve of twelve."),
            ("evidence-1-kind", "own"),
        ];
        let done = t.post(Some(&w.anselm), "/practices/new", &form).await.expect(303);
        let child: PracticeId = done.location().rsplit('/').next().unwrap().parse().unwrap();
        let it = get(&t, child).await;
        assert_eq!((it.parent, it.origin), (Some(id), BREDE));
        assert_eq!(it.draft().ingredients.len(), 2);
        for (who, act) in [
            (&w.anselm, Act::Send),
            (&w.jess, Act::Approve),
            (&w.aisha, Act::Approve),
            (&w.anselm, Act::Publish),
        ] {
            acts(&t, who, child, act).await.unwrap();
        }
        let _ = t.get(None, &format!("/practices/{id}")).await.contains("in two languages");
        let page = t.get(None, &format!("/practices/{child}")).await.expect(200);
        let _ = page.contains("Adapted from “The five-day newcomer check” of Harbour View Primary");
        let _ = t.get(None, "/practices.csv").await.expect(200).contains("in two languages");
    })
    .await;
}

#[tokio::test]
async fn keeping_back_needs_a_reason_and_ends() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = begun(&t, &w.jess, HARBOUR, words()).await;
        acts(&t, &w.jess, id, Act::Send).await.unwrap();
        let page = format!("/practices/{id}/act");
        let it = get(&t, id).await;
        let seen = it.version.to_string();
        let day = [("until-day", "1"), ("until-month", "3"), ("until-year", "2027")];
        let mut form = vec![("act", "keep_back"), ("seen", seen.as_str()), ("words", "")];
        let _ = t.post(Some(&w.priya), &page, &form).await.expect(422).contains("Name the day");
        form.extend(day);
        let _ = t.post(Some(&w.priya), &page, &form).await.expect(422).contains("Say why");
        form[2].1 = "A family could be known by it";
        let _ = t.post(Some(&w.priya), &page, &form).await.expect(303);
        assert_eq!(get(&t, id).await.state(), State::Kept);
        crate::world::later(&t, "2027-03-01T09:00:00Z").await;
        let system = Permit::system("test", t.app.clock.now());
        assert_eq!(practices::tend(&t.app, &system).await.unwrap(), 1);
        assert_eq!(get(&t, id).await.state(), State::Check);
        let stale = Said { seen: 1, ..Said::default() };
        let it = get(&t, id).await;
        let aisha = permit(&t, &w.aisha, &[it.working()]).await;
        let late = practices::take(&t.app, &aisha, id, Act::Approve, &stale).await;
        assert!(matches!(late, Err(Refusal::Db(DbError::Conflict(_)))), "{late:?}");
    })
    .await;
}
