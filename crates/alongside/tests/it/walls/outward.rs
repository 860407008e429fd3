//! What a school sees of its own give and take: every number counted again from the tables, and
//! nobody else gets it.

use district::{HARBOUR_VIEW, OAKFIELD};
use foundation::{Sql as _, terms::AcademicYear};
use serde_json::Value;

use super::world::{Side, World};

async fn count(world: &World, sql: &str) -> f64 {
    let n = world.app.db.count(sql, []).await.expect("a count");
    f64::from(i32::try_from(n).expect("a small number"))
}

#[tokio::test]
async fn a_school_sees_its_own_give_and_take_and_nobody_else_does() {
    let world = World::open().await;
    let now = AcademicYear::of(world.app.clock.today());
    let mut somewhere = 0.0;
    for (urn, name) in [(HARBOUR_VIEW, "Priya"), (OAKFIELD, "Daniel")] {
        let who = world.people.named(name);
        let page = world.get(Some(who), "/home/outward").await;
        assert_eq!(page.status, 200, "{name}");
        let file = world.get(Some(who), "/home/outward.json").await;
        let json: Value = serde_json::from_str(&file.body).expect("JSON");
        let rows = json["rows"].as_array().expect("rows");
        assert_eq!(rows.len(), 5, "{json}");
        for back in 0..3 {
            let year = AcademicYear(now.0 - back);
            let (from, to) = (year.start(), year.end());
            let org = format!("school:{urn}");
            let time = |side: &str| {
                format!(
                    "SELECT CAST(coalesce(sum(half_days), 0) AS BIGINT) AS n FROM time_entry
                     WHERE {side} = '{org}' AND state = 'delivered'
                       AND on_date BETWEEN '{from}' AND '{to}'"
                )
            };
            let met = format!(
                "SELECT count(*) AS n FROM network_meeting m WHERE m.state IN ('held', 'settled')
                   AND m.on_date BETWEEN '{from}' AND '{to}' AND EXISTS
                   (SELECT 1 FROM network_presence p WHERE p.meeting = m.id
                    AND p.org = '{org}' AND p.came)"
            );
            let taken = format!(
                "SELECT count(*) AS n FROM adoption WHERE org = '{org}'
                   AND state <> 'interested' AND begun_on BETWEEN '{from}' AND '{to}'"
            );
            let shown = format!(
                "SELECT count(*) AS n FROM practice p WHERE p.origin = '{org}'
                   AND p.shown IS NOT NULL AND '{from}' <= (SELECT min(v.on_date)
                       FROM practice_version v WHERE v.practice = p.id)
                   AND '{to}' >= (SELECT min(v.on_date)
                       FROM practice_version v WHERE v.practice = p.id)"
            );
            let counted = [
                count(&world, &time("giver")).await / 2.0,
                count(&world, &time("receiver")).await / 2.0,
                count(&world, &met).await,
                count(&world, &taken).await,
                count(&world, &shown).await,
            ];
            for (row, counted) in rows.iter().zip(counted) {
                let shown = row[&year.to_string()].as_f64().expect("a number");
                assert!((shown - counted).abs() < 1e-9, "{name}, {year}: {row}, counted {counted}");
                somewhere += counted;
            }
        }
    }
    assert!(somewhere > 10.0, "the story has give and take: {somewhere}");
    // It is nobody else's: not the trust's, not the broker's, not another school's.
    for who in world.people.of(&[Side::Story, Side::Own, Side::Party, Side::Other]) {
        let page = world.get(Some(who), "/home/outward").await;
        let own = page.body.contains("Harbour View Primary and other schools");
        let posts = access::accounts::posts(&world.app.db, &world.app.clock, who.account).await;
        let there = posts.expect("posts").iter().any(|post| {
            post.org.urn() == Some(HARBOUR_VIEW)
                && ["head", "staff", "governor"].contains(&post.role().key())
        });
        assert_eq!(own, there, "{}", who.name);
    }
}
