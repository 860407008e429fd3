//! Visits: where each stands, for everybody who may know.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::TestApp;

use super::{again, plain, rows, word};
use crate::year::world::{
    Year,
    supports::{Support, Visited},
};

/// Visits by where they stand.
fn stands<'a>(visits: impl Iterator<Item = &'a Visited>) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for visit in visits {
        *found.entry(visit.state.words().to_owned()).or_default() += 1;
    }
    found
}

fn shown(table: &[Value]) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for row in table {
        *found.entry(word(row, "Status").to_owned()).or_default() += 1;
    }
    found
}

pub(in crate::year) async fn whole(t: &TestApp, year: &Year) {
    let every = |such: &dyn Fn(&Support) -> bool| {
        let mine: Vec<&Support> = year.supports.iter().filter(|it| such(it)).collect();
        stands(mine.into_iter().flat_map(|it| &it.visits))
    };
    let broker = again(t, &year.all.broker).await;
    let table = rows(t, &broker, "/visits.json").await;
    assert_eq!(shown(&table), every(&|_| true), "the broker");
    for (urn, head) in year.all.heads.iter().step_by(3) {
        let head = again(t, head).await;
        let table = rows(t, &head, "/visits.json").await;
        assert_eq!(shown(&table), every(&|it| it.is_of(*urn)), "head of {urn}");
    }
    for support in year.supports.iter().step_by(4) {
        let leader = again(t, &support.leader).await;
        let table = rows(t, &leader, "/visits.json").await;
        assert_eq!(shown(&table), stands(support.visits.iter()), "{}", support.title);
        // What is to be done, and what was challenged, stand on the page of the support: for the
        // two schools and not for the broker.
        let path = format!("/agreements/{}/visits", support.id);
        let page = t.get(Some(&leader), &path).await.expect(200);
        let challenged = support.visits.iter().filter(|visit| visit.challenged).count();
        let text = plain(&page.body);
        let asked = "Is the group of six taught by whoever is free?";
        assert_eq!(text.matches(asked).count(), challenged, "challenges of {}", support.title);
        assert_eq!(text.matches("Name one adult for the group").count(), challenged);
        let page = t.get(Some(&broker), &path).await.expect(200);
        assert!(!page.body.contains(asked), "a challenge is between the two schools");
        // A governor reads no visit.
        let governor = again(t, &year.all.governors[&support.receiver]).await;
        let visit = support.visits[0].id;
        let _ = t.get(Some(&governor), &format!("/visits/{visit}")).await.expect(404);
    }
}
