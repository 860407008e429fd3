//! A plan chooses practices of the library: two rooms that know nothing of each other.

use access::{Action, Kind, Post, Resource, Role, Zone};
use alongside::routes;
use foundation::{
    OrgRef, Sql,
    db::{At, Json},
};
use jiff::civil::date;
use plans::acts::{
    objective::{self, NewObjective},
    plan::{self, NewPlan, PlanFrame},
};
use practices::practice::Words;
use testkit::{Setup, TestApp, both};

const HARBOUR: OrgRef = OrgRef::School(999_101);
const OAKFIELD: OrgRef = OrgRef::School(999_207);

fn setup() -> Setup {
    Setup {
        migrations: routes::migrations(),
        routes: || {
            plans::routes().merge(practices::routes()).layer(axum::Extension(routes::library()))
        },
        handlers: routes::handlers,
    }
}

/// A practice as it stands once two colleagues have checked it and its head has published it.
async fn published(t: &TestApp, author: access::AccountId, title: &str, area: &str) -> String {
    let id = t.app.ids.next().to_string();
    let words = Words {
        title: title.to_owned(),
        area: area.to_owned(),
        problem: "New children wait weeks before anybody hears them read.".to_owned(),
        ..Words::default()
    };
    let tx = t.app.db.write().await.unwrap();
    tx.run(
        "INSERT INTO practice (id, origin, author, author_name, state, words, shown, version,
           created_at) VALUES ($1, $2, $3, 'Aisha Khan', 'published', $4, 1, 1, $5)",
        [
            id.clone().into(),
            OAKFIELD.into(),
            author.into(),
            Json(words.clone()).into(),
            At(t.app.clock.now()).into(),
        ],
    )
    .await
    .unwrap();
    tx.run(
        "INSERT INTO practice_version (practice, number, words, on_date)
         VALUES ($1, 1, $2, '2026-10-01')",
        [id.clone().into(), Json(words).into()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn an_objective_uses_practices_of_the_library_and_says_what_it_changes_in_them() {
    both(&setup(), async |t| {
        for (org, name) in [(HARBOUR, "Harbour View Primary"), (OAKFIELD, "Oakfield Primary")] {
            t.app
                .db
                .run(
                    "INSERT INTO school (urn, file, version, name, sort_name, phase, kind, status,
                       is_open, authority, authority_name)
                     VALUES ($1, 1, 1, $2, $2, 'primary', 'Community school', 'Open', TRUE, 990,
                       'Northmere')",
                    [i64::from(org.urn().unwrap()).into(), name.into()],
                )
                .await
                .unwrap();
        }
        let head = |org| [Post::new(org, Role::Head, "Headteacher")];
        let priya = t.person("Priya Nair", &head(HARBOUR)).await;
        let daniel = t.person("Daniel Reyes", &head(OAKFIELD)).await;
        let fits = published(&t, daniel.account, "The five-day newcomer check", "inclusion").await;
        let other = published(&t, daniel.account, "Chess at lunch", "personal-development").await;

        let visitor = t.visitor(&priya).await;
        let resource = Resource::new(Kind::Plan, Zone::School, HARBOUR);
        let permit = access::authorize(&t.app, &visitor, Action::Create, &resource).unwrap();
        let frame = PlanFrame {
            title: "Every child heard".to_owned(),
            aim: "Every child reads".to_owned(),
            start_on: date(2027, 1, 4),
            end_on: date(2027, 7, 23),
            stale_after: 21,
            ladder_top: 1,
        };
        let new = NewPlan { org: HARBOUR, audit: None, needs: Vec::new(), frame };
        let plan = plan::create(&t.app, &permit, &new).await.unwrap();
        let mut words = NewObjective {
            priority: "Belonging".to_owned(),
            area: "inclusion".to_owned(),
            lead_name: "Jess Hart".to_owned(),
            ..NewObjective::default()
        };
        words.words.title = "Every newcomer is heard".to_owned();
        let one = objective::add(&t.app, &permit, plan, &words).await.unwrap();
        let page = format!("/plans/{plan}/objectives/{one}");
        let choose = format!("{page}/practices");

        // What fits the area comes first; words find the rest; nobody else chooses.
        let seen = t.get(Some(&priya), &page).await.expect(200);
        let _ = seen.contains("Choose a practice from the library");
        for who in [Some(&daniel), None] {
            let asked = t.get(who, &choose).await;
            assert!(asked.status != 200, "{}", asked.status);
        }
        let _ = t.post(Some(&daniel), &choose, &[("practice", fits.as_str())]).await.expect(404);
        let offered = t.get(Some(&priya), &choose).await.expect(200);
        let _ = offered.contains("The five-day newcomer check").lacks("Chess at lunch");
        let offered = t.get(Some(&priya), &format!("{choose}?q=chess")).await.expect(200);
        let _ = offered.contains("Chess at lunch").lacks("newcomer check");
        let offered = t.get(Some(&priya), &format!("{choose}?q=zebra")).await.expect(200);
        let _ = offered.contains("No practice fits");

        let said =
            [("practice", fits.as_str()), ("adaptation", "Ten days, as half of them commute")];
        let empty = t.post(Some(&priya), &choose, &said[..1]).await.expect(422);
        let _ = empty.contains("Say what you change in it and why");
        let nothing = t.post(Some(&priya), &choose, &said[1..]).await.expect(422);
        let _ = nothing.contains("Choose a practice").contains("Ten days, as half");
        let _ = t.post(Some(&priya), &choose, &said).await.expect(303);
        let twice = t.post(Some(&priya), &choose, &said).await.expect(422);
        let _ = twice.contains("chosen already");
        let seen = t.get(Some(&priya), &page).await.expect(200);
        let link = format!("href=\"/practices/{fits}\"");
        let _ = seen.contains(&link).contains("Ten days, as half of them commute");

        // One that its school recommends no longer keeps its title here, without a link.
        t.app
            .db
            .run("UPDATE practice SET state = 'retired' WHERE id = $1", [fits.clone().into()])
            .await
            .unwrap();
        let seen = t.get(Some(&priya), &page).await.expect(200);
        let _ = seen.contains("The five-day newcomer check").lacks(&link);
        let gone = [("practice", fits.as_str()), ("adaptation", "As it is")];
        let _ = t.post(Some(&priya), &choose, &gone).await.expect(422);
        let more = [("practice", other.as_str()), ("adaptation", "As it is")];
        let _ = t.post(Some(&priya), &choose, &more).await.expect(303);

        let mine = plans::chosen::of(&t.app.db, one).await.unwrap();
        assert_eq!(mine.len(), 2);
        let off = format!("/plans/{plan}/practices/{}/leave", mine[0].id);
        let _ = t.post(Some(&daniel), &off, &[]).await.expect(404);
        let _ = t.post(Some(&priya), &off, &[]).await.expect(303);
        let _ = t.post(Some(&priya), &off, &[]).await.expect(404);
        let seen = t.get(Some(&priya), &page).await.expect(200);
        let _ = seen.lacks("newcomer check").contains("Chess at lunch");
    })
    .await;
}
