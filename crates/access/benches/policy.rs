//! What a decision costs, and what filtering a list of a thousand records costs.
//!
//! `cargo bench -p access`; the promise is 20 µs a decision and 5 ms a list of a thousand.

use access::{AccountId, Action, Kind, Post, Resource, Role, Visitor, Zone, decide, filter};
use divan::{Bencher, black_box};
use foundation::{Clock, Ids, OrgRef};

fn main() {
    divan::main();
}

const fn partnership(number: u128) -> OrgRef {
    OrgRef::Partnership(uuid::Uuid::from_u128(number))
}

fn account(seed: u64) -> AccountId {
    AccountId::new(&Ids::seeded(Clock::fixed(jiff::Timestamp::UNIX_EPOCH), seed))
}

/// Somebody with five posts and three partnerships, whom no rule lets in before the last.
fn busy(role: Role) -> Visitor {
    Visitor {
        account: Some(account(1)),
        name: "Somebody".to_owned(),
        posts: (1..=5).map(|urn| Post::new(OrgRef::School(900 + urn), role, "Post")).collect(),
        partnerships: (1..=3).map(partnership).collect(),
        members: (1..=3)
            .flat_map(|one| (1..=40).map(move |urn| (partnership(one), OrgRef::School(800 + urn))))
            .collect(),
        shared: (1..=40).map(|urn| (OrgRef::School(800 + urn), Kind::Audit)).collect(),
        glass: Vec::new(),
        ..Visitor::default()
    }
}

/// A record as large as they come: two sides, two responsible bodies, twelve people.
fn record(number: u32) -> Resource {
    let zone = Zone::ALL[number as usize % Zone::ALL.len()];
    let kind = Kind::ALL[number as usize % Kind::ALL.len()];
    Resource::new(kind, zone, OrgRef::School(number))
        .parties([OrgRef::School(number), OrgRef::School(number + 1)])
        .responsible([OrgRef::Trust(number), OrgRef::Authority(301)])
        .through(Some(partnership(9)))
        .people((2..14).map(account))
}

#[divan::bench(args = [Role::Head, Role::Staff, Role::Broker, Role::Administrator])]
fn a_decision(bencher: Bencher<'_, '_>, role: Role) {
    let (visitor, record) = (busy(role), record(2));
    bencher.bench(|| decide(black_box(&visitor), black_box(Action::Read), black_box(&record)));
}

#[divan::bench]
fn a_list_of_a_thousand(bencher: Bencher<'_, '_>) {
    let visitor = busy(Role::Staff);
    let records: Vec<Resource> = (1..=1_000).map(record).collect();
    bencher.with_inputs(|| records.iter().collect::<Vec<_>>()).bench_values(|records| {
        filter(&visitor, Action::Read, records, |record| (*record).clone())
    });
}
