//! Families of any profiles: never the school itself, never an excluded one, nearest first.
#![no_main]

#[path = "evidence/numbers.rs"]
#[expect(dead_code, reason = "lists are for the other targets")]
mod numbers;

use evidence::families::{Families, Feature, Method, Profile, Recipe, Scale};
use libfuzzer_sys::fuzz_target;
use numbers::Numbers;

fuzz_target!(|input: &[u8]| {
    let mut from = Numbers(input);
    let (schools, features) = (from.below(40), 1 + from.below(5));
    let mut recipe = Recipe::new(
        (0..features)
            .map(|at| {
                let mut feature = Feature::input(format!("f{at}"), from.number());
                if from.byte() & 7 == 0 {
                    feature.scale = Scale::Published(from.number());
                }
                feature
            })
            .collect(),
    );
    recipe.k = from.below(12);
    recipe.min_present = from.below(4);
    recipe.exclude_same_trust = from.byte() & 1 == 1;
    recipe.method = if from.byte() & 1 == 1 { Method::Mahalanobis } else { Method::Euclid };
    let profiles: Vec<Profile> = (0..schools)
        .map(|_| Profile {
            values: (0..features).map(|_| (from.byte() & 15 != 0).then(|| from.number())).collect(),
            block: from.below(3) as u32,
            trust: (from.byte() & 1 == 1).then(|| u64::from(from.byte() & 3)),
            excluded: (0..from.below(3)).map(|_| from.below(50)).collect(),
        })
        .collect();
    let k = recipe.k;
    let sizes = |f: &Feature| match f.scale {
        Scale::Published(sd) => [f.weight, sd, 1.0 / sd],
        _ => [f.weight, 1.0, 1.0],
    };
    let ordinary = recipe.features.iter().flat_map(sizes).all(|v| v.abs() < 1e6);
    let same_trust = recipe.exclude_same_trust;
    match Families::new(recipe, &profiles) {
        Err(problem) => assert!(!problem.to_string().is_empty()),
        Ok(families) => {
            for (at, family) in families.all().iter().enumerate() {
                assert!(family.of == at && family.neighbours.len() <= k);
                for neighbour in &family.neighbours {
                    assert!(neighbour.at != at && !profiles[at].excluded.contains(&neighbour.at));
                    let (own, other) = (profiles[at].trust, profiles[neighbour.at].trust);
                    assert!(!(same_trust && own.is_some() && own == other));
                    assert!(neighbour.distance >= 0.0);
                    assert!(!family.why_similar(neighbour, &families.recipe().features).is_empty());
                }
                // Beyond these sizes squares leave the scale; and where values are missing, the
                // order may differ from that of the distances told.
                let tame = |p: &Profile| p.values.iter().all(|v| v.is_some_and(|v| v.abs() < 1e6));
                assert!(
                    !(ordinary && profiles.iter().all(tame))
                        || family.neighbours.is_sorted_by(|a, b| a.distance <= b.distance)
                );
            }
        }
    }
});
