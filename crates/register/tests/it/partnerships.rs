//! Partnerships from the front door: founded, joined, left, and read by members alone.

use access::{Post, Role, partnerships};
use foundation::{Context, OrgRef};
use testkit::{Persona, TestApp};

use crate::{district, settle, setup};

/// Somebody who sets the installation up.
pub(crate) async fn operator(test: &TestApp) -> Persona {
    let post = Post::new(OrgRef::Authority(990), Role::Operator, "Operator");
    test.person("Kit", &[post]).await
}

/// The address of an alliance of Oakfield and its authority.
pub(crate) async fn alliance(test: &TestApp) -> String {
    let context = Context::system("test", test.app.clock.now());
    let today = test.app.clock.today();
    let tx = test.app.db.write().await.unwrap();
    let org = partnerships::found(&tx, &test.app.ids, &context, "Tideway", "alliance", today)
        .await
        .unwrap();
    partnerships::join(&tx, &context, org, OrgRef::School(district::OAKFIELD), today)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    org.to_string().replace("partnership:", "/partnerships/")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partnership_is_founded_joined_and_left() {
    testkit::both(&setup(), async |test| {
        settle(&test, &district()).await;
        let kit = operator(&test).await;
        let schools: Vec<u32> = district().schools.iter().map(|one| one.urn).take(3).collect();
        let form = |members: String| {
            [
                ("name", "Harbour Cluster".to_owned()),
                ("kind", "cluster".to_owned()),
                ("members", members),
            ]
        };
        let send = async |members: String| {
            let form = form(members);
            let form: Vec<(&str, &str)> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
            test.post(Some(&kit), "/partnerships/new", &form).await
        };
        // A number nobody has loses nothing that was typed.
        let wrong = format!("{} Oakfield\n\n7", schools[0]);
        let _ = send(wrong)
            .await
            .expect(422)
            .contains("Line 3")
            .contains("Harbour Cluster")
            .contains("Oakfield");
        let founded = send(format!("{}, first\n{}\n{}", schools[0], schools[1], schools[1])).await;
        let _ = founded.expect(303);
        // Who founds a partnership knows its name, and neither opens nor changes it.
        let _ = test.get(Some(&kit), "/partnerships").await.expect(200).contains("Harbour Cluster");
        let all = partnerships::all(&test.app.db).await.unwrap();
        let org = all.iter().find(|one| one.name == "Harbour Cluster").unwrap().org;
        let address = org.to_string().replace("partnership:", "/partnerships/");
        let _ = test.get(Some(&kit), &address).await.expect(404);
        for (act, field) in [("admit", "members"), ("leave", "member")] {
            let value = format!("school:{}", schools[0]);
            let to = format!("{address}/{act}");
            let _ = test.post(Some(&kit), &to, &[(field, &value)]).await.expect(404);
        }
        let keeper = Post::new(org, Role::Administrator, "Administrator");
        let keeper = test.person("Ada", &[keeper]).await;
        let page = test.get(Some(&keeper), &address).await.expect(200);
        let page = page.contains("Being formed");
        assert_eq!(page.body.matches("End membership").count(), 0, "nobody has agreed yet");
        assert_eq!(page.body.matches("not agreed yet").count(), 2);
        // An administrator of another partnership is a stranger here.
        let other = alliance(&test).await;
        let other: OrgRef = other.replace("/partnerships/", "partnership:").parse().unwrap();
        let other = Post::new(other, Role::Administrator, "Administrator");
        let other = test.person("Abe", &[other]).await;
        let _ = test.get(Some(&other), &address).await.expect(404);
        let _ = test
            .post(Some(&other), &format!("{address}/admit"), &[("members", "1")])
            .await
            .expect(404);

        // Members read it; neighbours may not even know of it.
        let head_of = async |urn: u32, name: &str| {
            test.person(name, &[Post::new(OrgRef::School(urn), Role::Head, "Head")]).await
        };
        let member = head_of(schools[1], "Mia").await;
        let stranger = head_of(schools[2], "Sam").await;
        // Asked at the founding; nobody is drawn in.
        let _ = test.get(Some(&member), &address).await.expect(404);
        let own = format!("school:{}", schools[1]);
        let agrees = [("member", own.as_str()), ("answer", "agree")];
        let _ = test.post(Some(&kit), &format!("{address}/answer"), &agrees).await.expect(404);
        let _ = test.post(Some(&member), &format!("{address}/answer"), &agrees).await.expect(303);
        let _ = test.get(Some(&member), &address).await.expect(200).lacks("End membership");
        let _ = test.get(Some(&stranger), &address).await.expect(404);
        let _ =
            test.get(Some(&stranger), "/partnerships").await.expect(200).lacks("Harbour Cluster");
        let _ = test
            .post(Some(&member), &format!("{address}/admit"), &[("members", "1")])
            .await
            .expect(403);

        // The broker of the partnership asks, the head agrees, and a membership ends at once.
        let broker = test.person("Priya", &[Post::new(org, Role::Broker, "Broker")]).await;
        let third = schools[2].to_string();
        let _ = test
            .post(Some(&broker), &format!("{address}/admit"), &[("members", &third)])
            .await
            .expect(303);
        let _ = test.get(Some(&broker), &address).await.expect(200).contains("not agreed yet");
        let letters = test.letters().await;
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert!(letters[0].subject.contains("Harbour Cluster"), "{letters:?}");
        assert_eq!(letters[0].recipient, "sam@example.org");
        let _ = test.get(Some(&stranger), &address).await.expect(404);
        let _ = test
            .get(Some(&stranger), "/partnerships")
            .await
            .expect(200)
            .contains("Harbour Cluster asks");
        let asked = format!("school:{}", schools[2]);
        let answer = [("member", asked.as_str()), ("answer", "agree")];
        let to = format!("{address}/answer");
        // Nobody answers for somebody else's school, not even who asked.
        for who in [&member, &broker, &keeper, &kit] {
            let _ = test.post(Some(who), &to, &answer).await.expect(404);
        }
        let _ = test.post(Some(&stranger), &to, &[("member", &asked)]).await.expect(400);
        let _ = test.post(Some(&stranger), &to, &answer).await.expect(303);
        let _ = test.post(Some(&stranger), &to, &answer).await.expect(404);
        let _ = test.get(Some(&stranger), &address).await.expect(200);
        // The broker names the member that leads it; nobody else does, and nobody outside it leads.
        let lead = format!("{address}/lead");
        let own = [("member", asked.as_str())];
        let _ = test.post(Some(&stranger), &lead, &own).await.expect(403);
        let _ = test.post(Some(&kit), &lead, &own).await.expect(404);
        let _ = test.post(Some(&broker), &lead, &[("member", "school:1")]).await.expect(409);
        let _ = test.post(Some(&broker), &lead, &own).await.expect(303);
        let led = partnerships::get(&test.app.db, org).await.unwrap().unwrap().lead_org;
        assert_eq!(led, Some(OrgRef::School(schools[2])));
        let leaves = format!("school:{}", schools[1]);
        for _ in 0..2 {
            let _ = test
                .post(Some(&broker), &format!("{address}/leave"), &[("member", &leaves)])
                .await
                .expect(303);
        }
        let _ = test.get(Some(&member), &address).await.expect(404);
        // Another leaves by its own head's word, in one step and without asking anybody.
        let _ = test.get(Some(&stranger), &address).await.expect(200).contains("Leave<span");
        let leaves = [("member", asked.as_str())];
        let to = format!("{address}/leave");
        let _ = test.post(Some(&member), &to, &leaves).await.expect(404);
        let _ = test.post(Some(&stranger), &to, &leaves).await.expect(303);
        let _ = test.get(Some(&stranger), &address).await.expect(404);
        let led = partnerships::get(&test.app.db, org).await.unwrap().unwrap().lead_org;
        assert_eq!(led, None, "whoever leaves does not lead any longer");
        let timeline = foundation::events::timeline(&test.app.db, "partnership", &org.to_string())
            .await
            .unwrap();
        assert_eq!(timeline.iter().filter(|event| event.verb == "left").count(), 2);
    })
    .await;
}
