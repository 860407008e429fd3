//! Every page and table that reports on the year, with the person who opens it.

use foundation::OrgRef;
use testkit::{Persona, TestApp};

use super::{Person, Year};

/// A page and who opens it.
pub(crate) struct Report {
    pub(crate) who: Persona,
    pub(crate) path: String,
}

async fn again(t: &TestApp, person: &Person) -> Persona {
    t.sign_in(person.persona.account, &person.persona.name).await
}

/// Every report: for the broker, the head with the most supports, a leader, a governor.
pub(crate) async fn all(t: &TestApp, year: &Year) -> Vec<Report> {
    let mut found = Vec::new();
    let mut add = |who: &Persona, paths: Vec<String>| {
        found.extend(paths.into_iter().map(|path| Report { who: who.clone(), path }));
    };
    let given = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect::<Vec<_>>();
    let busy = &year.supports[0];
    let plan = &year.plans.iter().find(|note| note.urn == busy.receiver).unwrap();
    let visit = busy.visits.last().unwrap();

    let broker = again(t, &year.all.broker).await;
    let OrgRef::Partnership(alliance) = year.all.org else { unreachable!() };
    let mut paths = given(&[
        "/home",
        "/home/letters",
        "/broker",
        "/briefings",
        "/statements",
        "/agreements",
        "/plans",
        "/visits",
        "/visits.csv",
        "/visits.xlsx",
        "/desk",
        "/desk/coverage",
        "/desk/coverage.csv",
        "/desk/capacity",
        "/cadre",
        "/cadre.csv",
        "/requests",
        "/offers",
        "/audits",
        "/partnerships",
    ]);
    paths.push(format!("/partnerships/{alliance}"));
    paths.push(format!("/partnerships/{alliance}/together"));
    let tables =
        ["clocks", "unsigned", "quiet", "overlaps", "days", "unlinked", "capacity", "pace"];
    paths.extend(tables.map(|name| format!("/broker/{name}.json")));
    let at = format!("/statements/{}", year.all.org);
    paths.push(format!("{at}?year=2027"));
    for name in ["balance", "supports", "days", "charges", "payers"] {
        paths.push(format!("{at}/{name}.json?year=2027"));
        paths.push(format!("{at}/{name}.xlsx?year=2027"));
    }
    add(&broker, paths);

    let urn = busy.receiver;
    let head = again(t, &year.all.heads[&urn]).await;
    let mut paths = given(&[
        "/home",
        "/agreements",
        "/plans",
        "/visits",
        "/commissions",
        "/coaching",
        "/journal",
        "/boards",
        "/cadre/mine",
        "/account/data",
        "/account/data.json",
        "/access-log",
        "/home-floors",
        "/home-floors/staffing",
    ]);
    paths.push(format!("/schools/{urn}"));
    let own = format!("/statements/school:{urn}");
    paths.push(format!("{own}?year=2027"));
    paths.extend(["days", "charges", "supports"].map(|one| format!("{own}/{one}.csv?year=2027")));
    paths.push(format!("/boards/school:{urn}?year=2027"));
    paths.push(format!("/boards/school:{urn}/supports.csv?year=2027"));
    let at = format!("/agreements/{}", busy.id);
    let parts = [
        "",
        "/print",
        "/milestones",
        "/reviews",
        "/time",
        "/time.csv",
        "/care",
        "/charges",
        "/exit",
        "/impact",
        "/impact.csv",
        "/visits",
    ];
    paths.extend(parts.map(|part| format!("{at}{part}")));
    let at = format!("/plans/{}", plan.id);
    let parts = [
        "",
        "/summary",
        "/progress",
        "/actions",
        "/suggestions",
        "/history",
        "/versions/1",
        "/plan.csv",
        "/plan.xlsx",
    ];
    paths.extend(parts.map(|part| format!("{at}{part}")));
    paths.push(format!("{at}/objectives/{}", plan.objectives[0]));
    paths.push(format!("{at}/actions/{}", plan.actions[0].id));
    paths.push(format!("/visits/{}", visit.id));
    add(&head, paths);

    let leader = again(t, &busy.leader).await;
    let mut paths = given(&["/home", "/visits", "/visits.csv", "/cadre/mine", "/plans"]);
    paths.push(format!("/visits/{}", visit.id));
    add(&leader, paths);

    let governor = again(t, &year.all.governors[&urn]).await;
    let mut paths = given(&["/home", "/agreements", "/plans", "/boards", "/commissions"]);
    paths.push(format!("/plans/{}/summary", plan.id));
    paths.push(format!("/boards/school:{urn}?year=2027"));
    add(&governor, paths);
    found
}
