//! A specialism that the pack does not know is added and usable at once: offered, asked for, matched.

use access::{Post, Role};
use brokerage::{
    cadre::{self, Nomination, SupporterRef, capacity},
    packs, requests, specialisms,
};
use foundation::OrgRef;
use jiff::civil::date;
use matching::Depth;
use testkit::both;

use crate::world::{ask, matching_as, profile, setup, system, wanted, world};

#[tokio::test]
async fn a_new_one_is_added_and_matched_at_once() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let page = "/specialisms/new";
        let areas = ("areas", "curriculum-and-teaching");
        let form = [("name", "Beekeeping"), ("group", "Curriculum"), areas];
        for who in [&w.priya, &w.daniel, &w.aisha, &w.stranger] {
            let list = t.get(Some(who), "/specialisms").await.expect(200);
            let _ = list.contains("Early reading and phonics").lacks("Add a specialism");
            let _ = t.get(Some(who), page).await.expect(403);
            let _ = t.post(Some(who), page, &form).await.expect(403);
        }
        let bare = t.post(Some(&w.marcus), page, &[("name", "Beekeeping")]).await.expect(422);
        let _ = bare.contains("Choose where it is listed");
        let none = t.post(Some(&w.marcus), page, &form[..2]).await.expect(422);
        let _ = none.contains("Choose at least one area").contains("value=\"Beekeeping\"");
        let twice = [("name", "english and WRITING"), ("group", "Curriculum"), areas];
        let _ =
            t.post(Some(&w.marcus), page, &twice).await.expect(422).contains("is listed already");
        let before = t.get(Some(&w.priya), "/requests/new").await.expect(200);
        let _ = before.lacks("Beekeeping");
        let _ = t.post(Some(&w.marcus), page, &form).await.expect(303);
        let _ =
            t.post(Some(&w.marcus), page, &form).await.expect(422).contains("is listed already");

        // At once it can be asked for, offered, and somebody can be known for it.
        for path in ["/requests/new", "/offers/new"] {
            let shown = t.get(Some(&w.priya), path).await.expect(200);
            let _ = shown.contains("Beekeeping (Curriculum)");
        }
        let code = "own-beekeeping";
        let depth = Depth::Secure;
        let asked = requests::Ask { specialisms: vec![wanted(code, depth)], ..ask() };
        let id = matching_as(&t, &w, &asked).await;
        let desk = format!("/desk/{id}");
        let _ = t.get(Some(&w.marcus), &desk).await.expect(200).lacks("Olu Voice");
        let org = OrgRef::School(999_205);
        let olu = t.person("Olu Voice", &[Post::new(org, Role::Staff, "Lead teacher")]).await;
        let new = Nomination {
            person: olu.account,
            name: olu.name.clone(),
            org,
            partnership: w.alliance,
            role: "sle".to_owned(),
            profile: profile(&[wanted(code, Depth::Expert)]),
        };
        let system = system(&t);
        let until = date(2028, 8, 31);
        let them = cadre::acts::enrol(&t.app, &system, &new, until).await.unwrap();
        let (them, period) =
            (SupporterRef::Designation(them), (date(2027, 1, 4), date(2027, 7, 16)));
        capacity::pledge(&t.app, &system, them, org, period, 1, &[]).await.unwrap();
        let _ = t.get(Some(&w.marcus), &desk).await.expect(200).contains("Olu Voice");

        // Retired, it is offered no more and stays readable where it is used.
        let gone = format!("/specialisms/{code}/retire");
        let _ = t.post(Some(&w.priya), &gone, &[]).await.expect(403);
        let _ = t.post(Some(&w.marcus), "/specialisms/english/retire", &[]).await.expect(404);
        let _ = t.post(Some(&w.marcus), &gone, &[]).await.expect(303);
        let _ = t.get(Some(&w.priya), "/requests/new").await.expect(200).lacks("Beekeeping");
        let _ = t
            .get(Some(&w.priya), &format!("/requests/{id}"))
            .await
            .expect(200)
            .contains("Beekeeping");
        let back = format!("/specialisms/{code}/restore");
        let _ = t.post(Some(&w.marcus), &back, &[]).await.expect(303);
        let _ = t.get(Some(&w.priya), "/requests/new").await.expect(200).contains("Beekeeping");

        // Another process that reads the database knows it too.
        assert_eq!(specialisms::all(&t.app.db).await.unwrap().len(), 1);
        specialisms::refresh(&t.app.db).await.unwrap();
        assert!(packs::specialism(code).is_some_and(|one| !one.retired));
        let kit = [Post::new(w.alliance, Role::Administrator, "Administrator")];
        let kit = t.person("Kit", &kit).await;
        let _ = t.get(Some(&kit), page).await.expect(200);
    })
    .await;
}
