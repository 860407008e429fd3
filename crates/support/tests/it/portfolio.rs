//! Those responsible for several schools see all their support on one page, and no more than each
//! record lets them.

use access::{Post, Role};
use foundation::{OrgRef, Sql as _};
use testkit::both;

use crate::{
    thread::active,
    world::{HARBOUR, OAKFIELD, setup, world},
};

#[tokio::test]
async fn a_trust_sees_the_support_of_its_schools_and_an_authority_what_was_shared() {
    both(&setup(), async |t| {
        let w = world(&t).await;
        let id = active(&t, &w).await;
        t.app
            .db
            .run("UPDATE school SET trust = 980001 WHERE urn = $1", [i64::from(HARBOUR).into()])
            .await
            .unwrap();
        let trust = OrgRef::Trust(980_001);
        let post = |org, role| [Post::new(org, role, "Director")];
        let helen = t.person("Helen Garrow", &post(trust, Role::TrustExecutive)).await;
        let ruth = t.person("Ruth Vale", &post(OrgRef::Authority(990), Role::Commissioner)).await;
        let other = OrgRef::Trust(980_002);
        let olga = t.person("Olga Other", &post(other, Role::TrustExecutive)).await;

        let page = t.get(Some(&helen), "/portfolio/trust:980001").await.expect(200);
        let page = page.contains("Harbour View Primary").contains(&format!("/agreements/{id}"));
        // One received, none given; nothing of schools that are not theirs has a row.
        let _ = page.lacks(&format!("/schools/{OAKFIELD}"));
        let file = t.get(Some(&helen), "/portfolio/trust:980001/schools.csv").await.expect(200);
        let _ = file.contains("Harbour View Primary,1,0,0.0,0.0,");

        // Oakfield is the authority's, and has shared nothing with it.
        let page = t.get(Some(&ruth), "/portfolio/authority:990").await.expect(200);
        let page = page.contains("Oakfield Primary").lacks("Early reading");
        let _ = page.lacks("Harbour View Primary");
        let file = t.get(Some(&ruth), "/portfolio/authority:990/schools.csv").await.expect(200);
        let _ = file.contains("Oakfield Primary,0,0,not shared,not shared,Nothing");

        for (who, path) in [
            (&olga, "/portfolio/trust:980001"),
            (&w.priya, "/portfolio/trust:980001"),
            (&w.stranger, "/portfolio/trust:980001"),
            (&helen, "/portfolio/authority:990"),
            (&ruth, "/portfolio/trust:980001/schools.csv"),
            (&helen, "/portfolio/school:999101"),
            (&helen, "/portfolio/nothing"),
        ] {
            let _ = t.get(Some(who), path).await.expect(404);
        }
        let page = t.get(Some(&olga), "/portfolio/trust:980002").await.expect(200);
        let _ = page.contains("names no school under this body").lacks("Early reading");
    })
    .await;
}
