//! A journal is its author's alone: on pages, in exports, in the database and in the record.

use access::{Action, Permit, Post, Role};
use foundation::{OrgRef, Sql as _};
use jiff::civil::date;
use testkit::{Persona, TestApp, both};
use visits::{Refusal, journal};

use crate::{
    setting::{field, in_force, setup, visited},
    world::HARBOUR,
};

const WORDS: &str = "I talked for an hour and asked nothing";

async fn own(t: &TestApp, who: &Persona) -> Permit {
    let visitor = t.visitor(who).await;
    let own = access::policy::own(who.account);
    access::authorize(&t.app, &visitor, Action::Update, &own).unwrap()
}

#[tokio::test]
async fn a_journal_is_its_authors_alone_also_in_the_database() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let visit = visited(&t, &w, agreement).await;
        let aisha = own(&t, &w.aisha).await;
        let day = date(2027, 1, 12);
        let write = |on, visit, words| journal::write(&t.app, &aisha, on, visit, words);
        field(write(day, Some(visit), "  ").await, "words");
        field(write(date(2027, 1, 13), None, WORDS).await, "on");
        field(write(day, None, "About A123456789012 again").await, "words");
        let id = write(day, Some(visit), WORDS).await.unwrap();

        let page = format!("/journal/{id}");
        let _ = t.get(Some(&w.aisha), &page).await.expect(200).contains(WORDS);
        for ending in ["csv", "json"] {
            let path = format!("/journal.{ending}");
            let _ = t.get(Some(&w.aisha), &path).await.expect(200).contains(WORDS);
        }
        let admin = [Post::new(OrgRef::School(HARBOUR), Role::Administrator, "Administrator")];
        let kit = t.person("Kit Moss", &admin).await;
        for who in [&w.daniel, &w.priya, &w.marcus, &w.chair, &w.stranger, &kit] {
            let _ = t.get(Some(who), &page).await.expect(404);
            let _ = t.get(Some(who), "/journal.json").await.expect(200).lacks(WORDS);
            let erased = t.post(Some(who), &format!("{page}/erase"), &[]).await;
            assert_eq!(erased.status, 404, "{}", who.name);
            let theirs = own(&t, who).await;
            let refused = journal::erase(&t.app, &theirs, id).await;
            assert!(matches!(refused, Err(Refusal::NotFound)), "{refused:?}");
        }
        // Somebody else's visit is nothing to write about.
        let una = own(&t, &w.stranger).await;
        field(journal::write(&t.app, &una, day, Some(visit), WORDS).await, "visit");

        #[derive(sea_orm::FromQueryResult)]
        struct Kept {
            text: String,
        }
        let sql = "SELECT body AS text FROM journal_entry
                   UNION ALL SELECT detail AS text FROM event";
        let kept: Vec<Kept> = t.app.db.all(sql, []).await.unwrap();
        assert!(kept.iter().all(|kept| !kept.text.contains("asked nothing")));
        // Not in anybody's copy of their data either, the author's own included: it is sealed.
        let copy = visits::persons::extract(t.app.clone(), w.aisha.account).await.unwrap();
        assert_eq!(copy["journal entries"], 1);
        assert!(!copy.to_string().contains("asked nothing"));

        let _ = t.post(Some(&w.aisha), &format!("{page}/erase"), &[]).await.expect(303);
        let _ = t.get(Some(&w.aisha), &page).await.expect(404);
        let keys = "SELECT count(*) AS n FROM sealed_key WHERE conversation LIKE 'journal %'";
        assert_eq!(t.app.db.count(keys, []).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn words_typed_in_the_form_are_kept_when_something_is_wrong() {
    both(&setup(), async |t| {
        let (w, agreement) = in_force(&t).await;
        let visit = visited(&t, &w, agreement).await.to_string();
        let ask = format!("/journal/new?visit={visit}");
        let _ = t.get(Some(&w.aisha), &ask).await.expect(200).contains("selected");
        let typed = [
            ("on-day", "40"),
            ("on-month", "1"),
            ("on-year", "2027"),
            ("visit", visit.as_str()),
            ("words", WORDS),
        ];
        let _ = t.post(Some(&w.aisha), "/journal/new", &typed).await.expect(422).contains(WORDS);
        let mut right = typed;
        right[0].1 = "12";
        let done = t.post(Some(&w.aisha), "/journal/new", &right).await.expect(303);
        let _ = t.get(Some(&w.aisha), done.location()).await.expect(200).contains(WORDS);
    })
    .await;
}
