//! Finding schools by name, number, postcode, town and trust, with slips of the keyboard.

use foundation::OrgRef;
use register::{Phase, Query, find, search};

use crate::{district, settle, setup};

#[tokio::test(flavor = "multi_thread")]
async fn schools_are_found_however_they_are_asked_for() {
    testkit::both(&setup(), async |test| {
        let district = district();
        settle(&test, &district).await;
        let db = &test.app.db;
        let school = register::school(db, district::OAKFIELD).await.unwrap().expect("Oakfield");
        let first = async |text: &str| {
            let hits = search(db, text, 10).await.unwrap();
            hits.first().map(|hit| hit.org)
        };
        let oakfield = Some(school.org());
        assert_eq!(first(&school.name).await, oakfield, "its name");
        assert_eq!(first(&school.name.to_uppercase()).await, oakfield, "in capitals");
        assert_eq!(first(&school.urn.to_string()).await, oakfield, "its number");
        let postcode = school.postcode.clone().expect("a postcode").replace(' ', "").to_lowercase();
        let hits = search(db, &postcode, 20).await.unwrap();
        assert!(hits.iter().any(|hit| Some(hit.org) == oakfield), "its postcode: {hits:?}");
        // Two neighbouring letters swapped, and one left out.
        let word = school.name.split(' ').next().unwrap();
        let (a, b) = word.split_at(2);
        let mut letters: Vec<char> = b.chars().collect();
        letters.swap(0, 1);
        let swapped: String = a.chars().chain(letters).collect();
        for slip in [swapped, format!("{}{}", &word[..3], &word[4..])] {
            let hits = search(db, &slip, 20).await.unwrap();
            assert!(hits.iter().any(|hit| Some(hit.org) == oakfield), "{slip}: {hits:?}");
        }
        let town = school.town.clone().expect("a town");
        let hits = search(db, &format!("{word} {town}"), 20).await.unwrap();
        assert!(hits.iter().any(|hit| Some(hit.org) == oakfield), "name and town: {hits:?}");
        let trust = &district.trusts[0];
        let hits = search(db, &trust.name, 20).await.unwrap();
        assert!(hits.iter().any(|hit| matches!(hit.org, OrgRef::Trust(_))), "{hits:?}");
        let narrowed = Query { text: town, phase: Some(Phase::Secondary), ..Query::default() };
        for hit in find(db, &narrowed, 50).await.unwrap() {
            let urn = hit.org.urn().expect("only schools have a phase");
            let school = register::school(db, urn).await.unwrap().unwrap();
            assert!(school.is_open && school.phase == Phase::Secondary, "{}", school.name);
        }
        for nothing in ["", "   ", "'; DROP TABLE school; --", "%", "zzqqxxy"] {
            assert_eq!(search(db, nothing, 10).await.unwrap(), [], "{nothing}");
        }
    })
    .await;
}
