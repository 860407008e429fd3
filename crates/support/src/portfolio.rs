//! All the support of the schools a trust or an authority is responsible for, on one page: what
//! runs, what waits and for whom. Schools stand in the order of the alphabet and nothing is ranked.

use std::collections::BTreeSet;

use access::{Action, Kind, Resource, Visitor, Zone, decide};
use brokerage::requests;
use foundation::{
    DbError, OrgRef, Sql,
    terms::AcademicYear,
    web::{Cell, Table},
};
use jiff::civil::Date;

use crate::{
    Refusal,
    agreements::{Agreement, store},
    care::floors,
    neighbours, time,
    watch::{self, Watch},
};

/// What somebody responsible for several schools reads.
#[derive(Clone, Debug)]
pub struct Portfolio {
    /// Every school: how many supports it receives and gives, days both ways this year, and what
    /// waits there.
    pub schools: Table,
    /// What waits in their supports, as a broker sees it.
    pub watch: Watch,
    /// Work between the body itself and other trusts or authorities.
    pub own: Table,
}

/// What waits at one school, in words.
async fn waiting(
    db: &impl Sql,
    visitor: &Visitor,
    org: OrgRef,
    support: &[&Agreement],
) -> Result<Vec<String>, DbError> {
    let mut words = Vec::new();
    let mut say = |number: usize, one: &str, more: &str| match number {
        0 => {}
        1 => words.push(one.to_owned()),
        some => words.push(format!("{some} {more}")),
    };
    let unsigned = support.iter().filter(|one| one.state().awaits_signature()).count();
    say(unsigned, "an agreement to sign", "agreements to sign");
    let mut unanswered = 0;
    for request in requests::requests_of(db, org).await? {
        let open = request.state == requests::State::Submitted;
        unanswered +=
            usize::from(open && decide(visitor, Action::Read, &request.resource()).allowed);
    }
    say(unanswered, "a request without an answer", "requests without an answer");
    let resource = floors::resource(org).responsible(neighbours::responsible(db, &[org]).await?);
    if decide(visitor, Action::Read, &resource).allowed {
        let crossed = floors::of(db, org).await?;
        let crossed = crossed.iter().filter(|floor| floor.waits_for_review()).count();
        say(crossed, "a result at home below its floor", "results at home below their floors");
    }
    Ok(words)
}

/// The portfolio of a body, as far as the visitor may read what is in it.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(
    db: &impl Sql,
    visitor: &Visitor,
    body: OrgRef,
    today: Date,
) -> Result<Portfolio, Refusal> {
    let schools = register::under(db, body).await?;
    let known: BTreeSet<OrgRef> = schools.iter().copied().chain([body]).collect();
    let among = |one: &Agreement| known.contains(&one.supported) || known.contains(&one.supporting);
    let watch = watch::among(db, visitor, today, among).await?;
    let mut all = store::readable(db, visitor).await?;
    all.retain(among);
    let orgs = all.iter().flat_map(|one| [one.supported, one.supporting]);
    let names = neighbours::names(db, orgs.chain(schools.iter().copied())).await?;
    let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_else(|| org.to_string());
    let mut sorted = schools;
    sorted.sort_by_cached_key(|org| (name(*org).to_lowercase(), *org));
    let year = AcademicYear::of(today);
    let count = |number: usize| Cell::Number(f64::from(u32::try_from(number).unwrap_or(0)), 0);
    let in_days = |half_days: i64| Cell::Number(half_days as f64 / 2.0, 1);
    let mut rows = Vec::new();
    for org in sorted {
        let own: Vec<&Agreement> = all.iter().filter(|one| one.side_of(org).is_some()).collect();
        let runs = |one: &&&Agreement| one.state().in_force();
        let receives = own.iter().filter(runs).filter(|one| one.supported == org).count();
        let gives = own.iter().filter(runs).filter(|one| one.supporting == org).count();
        let bodies = neighbours::responsible(db, &[org]).await?;
        let books = Resource::new(Kind::Ledger, Zone::Parties, org).parties([org]);
        let days = if decide(visitor, Action::Read, &books.responsible(bodies)).allowed {
            let both = time::give_receive(db, org, year).await?;
            [in_days(both.received.delivered), in_days(both.given.delivered)]
        } else {
            ["not shared", "not shared"].map(|why| Cell::Missing(why.to_owned()))
        };
        let [received, given] = days;
        let waits = waiting(db, visitor, org, &own).await?;
        let home = org.urn().map_or_else(
            || Cell::text(name(org)),
            |urn| Cell::Link(name(org), format!("/schools/{urn}")),
        );
        rows.push(vec![
            home,
            count(receives),
            count(gives),
            received,
            given,
            Cell::text(if waits.is_empty() { "Nothing".to_owned() } else { waits.join("; ") }),
        ]);
    }
    let between = all.iter().filter(|one| one.side_of(body).is_some()).map(|one| {
        vec![
            watch::link(one, ""),
            Cell::text(name(one.supported)),
            Cell::text(name(one.supporting)),
            Cell::text(one.state().in_words()),
        ]
    });
    let own = between.collect();
    Ok(Portfolio {
        schools: watch::table(
            &format!("Our schools in {year}"),
            &["School", "Receives", "Gives", "Days received", "Days given", "What waits"],
            rows,
        ),
        own: watch::table(
            "Support for and from ourselves",
            &["Support", "For", "From", "Stands at"],
            own,
        ),
        watch,
    })
}
