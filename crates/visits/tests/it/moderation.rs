//! Two people judge the same thing alone; nobody sees what the other judged before both have.

use access::{Post, Role};
use foundation::OrgRef;
use support::AgreementId;
use testkit::{Persona, TestApp, both};
use visits::{
    Refusal,
    moderations::{self, ModerationId, New, State},
};

use crate::{
    setting::{field, in_force, on_agreement, permit, setup},
    world::{HARBOUR, OAKFIELD},
};

fn new() -> New {
    let rubric = visits::pack::pack().rubric("work").unwrap();
    New {
        about: "Six books of Year 3".to_owned(),
        rubric: rubric.name.clone(),
        aspects: rubric.aspects.clone(),
        levels: rubric.levels.clone(),
    }
}

fn levels(of: [i64; 4], seen: &str) -> Vec<(Option<i64>, String)> {
    of.map(|level| (Some(level), seen.to_owned())).to_vec()
}

async fn may(t: &TestApp, who: &Persona, id: ModerationId) -> access::Permit {
    let it = moderations::find(&t.app.db, id).await.unwrap().unwrap();
    permit(t, who, &it.resource(Vec::new())).await
}

async fn begun(t: &TestApp, who: &Persona, agreement: AgreementId) -> ModerationId {
    let asks = on_agreement(t, who, agreement).await;
    moderations::ask(&t.app, &asks, agreement, &new()).await.unwrap()
}

#[tokio::test]
async fn neither_sees_the_others_judgement_before_both_are_in() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let asks = on_agreement(&t, &w.priya, agreement).await;
        let bare = New { about: " ".to_owned(), ..new() };
        field(moderations::ask(&t.app, &asks, agreement, &bare).await, "about");
        let bare = New { aspects: vec!["One".to_owned(), " ".to_owned()], ..new() };
        field(moderations::ask(&t.app, &asks, agreement, &bare).await, "aspects");
        let id = begun(&t, &w.priya, agreement).await;
        let page = format!("/moderations/{id}");
        let todo = async |who: &Persona| {
            let halves = visits::home::needs_me(&t.app, &t.visitor(who).await).await.unwrap();
            let all: Vec<_> = halves.my_school.into_iter().chain(halves.others).collect();
            all.into_iter().find(|todo| todo.href == page).map(|todo| todo.text)
        };
        assert_eq!(todo(&w.daniel).await.as_deref(), Some("Judge on your own, then compare"));

        let (priya, daniel) = (may(&t, &w.priya, id).await, may(&t, &w.daniel, id).await);
        let missing = moderations::judge(&t.app, &priya, id, &levels([4, 3, 9, 4], "")).await;
        let Err(Refusal::Incomplete(gaps)) = missing else { panic!("{missing:?}") };
        assert_eq!(gaps.iter().map(|gap| gap.field).collect::<Vec<_>>(), ["level-3"]);
        let first = levels([4, 3, 2, 4], "A tick under every page");
        assert_eq!(moderations::judge(&t.app, &priya, id, &first).await.unwrap(), State::OneIn);
        assert_eq!(todo(&w.priya).await, None, "the other is awaited");

        // Neither the other school nor the broker, who may both read the page, sees a level of it.
        for who in [&w.daniel, &w.aisha, &w.marcus] {
            let seen = t.get(Some(who), &page).await.expect(200);
            let _ = seen
                .contains("Priya Nair has judged")
                .lacks("A tick under every page")
                .lacks("2: Beginning");
        }
        let own = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = own.contains("A tick under every page").contains("2: Beginning");

        // She thinks again, which she may until the other has judged.
        let again = levels([4, 3, 2, 3], "Nobody tried again");
        assert_eq!(moderations::judge(&t.app, &priya, id, &again).await.unwrap(), State::OneIn);
        let second = levels([3, 3, 4, 5], "Written under every page");
        let to = moderations::judge(&t.app, &daniel, id, &second).await.unwrap();
        assert_eq!(to, State::Compared);
        let late = moderations::judge(&t.app, &priya, id, &second).await;
        assert!(matches!(late, Err(Refusal::NotNow(_))), "{late:?}");

        // Two levels and more are to be talked about; one level is not.
        let compared = t.get(Some(&w.daniel), &page).await.expect(200);
        let compared = compared
            .contains("One level")
            .contains("2 levels: talk about it")
            .contains("Nobody tried again")
            .lacks("A tick under every page");
        assert_eq!(compared.body.matches("talk about it").count(), 2, "the third and the fourth");

        let short = [(3, Some(2), "It means that a child tries again".to_owned())];
        let open = moderations::settle(&t.app, &daniel, id, &short, "").await;
        let Err(Refusal::Incomplete(gaps)) = open else { panic!("{open:?}") };
        assert_eq!(gaps.iter().map(|gap| gap.field).collect::<Vec<_>>(), ["level-4", "means-4"]);
        let whole = [short[0].clone(), (4, Some(3), "In every subject, not most".to_owned())];
        moderations::settle(&t.app, &daniel, id, &whole, "We look at the child first")
            .await
            .unwrap();
        let done = t.get(Some(&w.priya), &page).await.expect(200);
        let _ = done
            .contains("What you agreed")
            .contains("2: Beginning. It means that a child tries again")
            .contains("We look at the child first");
        let _ = t.get(Some(&w.stranger), &page).await.expect(404);
        let held = visits::persons::extract(t.app.clone(), w.priya.account).await.unwrap();
        assert_eq!(held["judgements"].as_array().unwrap().len(), 4, "{held}");
    })
    .await;
}

#[tokio::test]
async fn one_person_of_each_school_judges_and_nobody_for_both() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let id = begun(&t, &w.daniel, agreement).await;
        let aisha = {
            let team = vec![w.aisha.account];
            let it = moderations::find(&t.app.db, id).await.unwrap().unwrap();
            permit(&t, &w.aisha, &it.resource(team)).await
        };
        let daniel = may(&t, &w.daniel, id).await;
        let said = levels([3, 3, 3, 3], "");
        // Of two colleagues who judge at once one is heard, and the other told who was first.
        let (a, b) = tokio::join!(
            moderations::judge(&t.app, &aisha, id, &said),
            moderations::judge(&t.app, &daniel, id, &said)
        );
        let refused = [a, b].into_iter().filter_map(Result::err).collect::<Vec<_>>();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].to_string().contains("has judged for your school already"));
        let marcus = may(&t, &w.marcus, id).await;
        let theirs = moderations::judge(&t.app, &marcus, id, &said).await;
        assert!(matches!(theirs, Err(Refusal::NotYours(_))), "{theirs:?}");

        // Whoever leads both schools does not stand on both sides.
        let posts =
            [HARBOUR, OAKFIELD].map(|urn| Post::new(OrgRef::School(urn), Role::Head, "Head"));
        let ella = t.person("Ella Brook", &posts).await;
        let second = begun(&t, &w.priya, agreement).await;
        let both_schools = may(&t, &ella, second).await;
        for _ in 0..2 {
            let to = moderations::judge(&t.app, &both_schools, second, &said).await.unwrap();
            assert_eq!(to, State::OneIn, "the second is the first, changed");
        }
        let priya = may(&t, &w.priya, id).await;
        field(moderations::leave(&t.app, &priya, id, " ").await, "words");
        moderations::leave(&t.app, &priya, id, "No time before the holidays").await.unwrap();
        let late = moderations::judge(&t.app, &priya, id, &said).await;
        assert!(matches!(late, Err(Refusal::NotNow(_))), "{late:?}");
    })
    .await;
}
