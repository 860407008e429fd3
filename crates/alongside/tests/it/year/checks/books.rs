//! Time and money.

use testkit::TestApp;

use super::{again, number, rows, same, word};
use crate::year::world::{Year, urn};

/// The statement of the whole alliance, as its broker sees it.
pub(in crate::year) async fn whole(t: &TestApp, year: &Year) {
    let broker = again(t, &year.all.broker).await;
    let supports = &year.supports;
    let at = format!("/statements/{}", year.all.org);
    let balance = rows(t, &broker, &format!("{at}/balance.json?year=2027")).await;
    let (everybody, schools) = balance.split_last().unwrap();
    let delivered: i64 =
        supports.iter().map(super::super::world::supports::Support::delivered).sum();
    same(number(everybody, "Given") * 2.0, delivered, "given");
    same(number(everybody, "Received") * 2.0, delivered, "received");
    for row in schools {
        let name = word(row, "School");
        let urn = urn(year.size, name.trim_start_matches("School ").parse().unwrap());
        let given: i64 = supports
            .iter()
            .filter(|s| s.giver == urn)
            .map(super::super::world::supports::Support::delivered)
            .sum();
        let received: i64 = supports
            .iter()
            .filter(|s| s.receiver == urn)
            .map(super::super::world::supports::Support::delivered)
            .sum();
        same(number(row, "Given") * 2.0, given, name);
        same(number(row, "Received") * 2.0, received, name);
    }
    let shown: Vec<&str> = schools.iter().map(|row| word(row, "School")).collect();
    assert!(shown.is_sorted(), "schools stand in the order of their names");
    // What the fund pays and what is left for the schools.
    let fund: i64 = supports.iter().map(|it| it.cost().min(it.funder_pays)).sum();
    let payers = rows(t, &broker, &format!("{at}/payers.json?year=2027")).await;
    let mut together = 0.0;
    for row in &payers {
        let sum = number(row, "Together (£)");
        let parts = ["To be invoiced (£)", "Invoiced (£)", "Paid (£)"];
        let parts: f64 = parts.iter().map(|column| number(row, column)).sum();
        assert!((sum - parts).abs() < 1e-6);
        together += sum;
        if row["Payer"] == "Alliance fund" {
            same(sum * 100.0, fund, "the fund");
        }
    }
    same(
        together * 100.0,
        supports.iter().map(super::super::world::supports::Support::cost).sum(),
        "everything",
    );
    let pledged = rows(t, &broker, &format!("{at}/supports.json?year=2027")).await;
    assert_eq!(pledged.len(), supports.len());
    for it in supports {
        let row = pledged
            .iter()
            .find(|row| row["Support"].to_string().contains(&it.title))
            .unwrap_or_else(|| panic!("{}", it.title));
        same(number(row, "Agreed") * 2.0, it.agreed, &it.title);
        same(number(row, "Delivered") * 2.0, it.delivered(), &it.title);
        same(number(row, "Planned") * 2.0, it.planned(), &it.title);
        same(number(row, "Cancelled") * 2.0, it.cancelled(), &it.title);
    }
    let charges = rows(t, &broker, &format!("{at}/charges.json?year=2027")).await;
    let invoiced: f64 = charges
        .iter()
        .filter(|row| word(row, "Status") == "Invoiced")
        .map(|row| number(row, "Amount (£)"))
        .sum();
    let sent: i64 = supports
        .iter()
        .filter(|it| it.rate > 0)
        .step_by(2)
        .map(super::super::world::supports::Support::cost)
        .sum();
    same(invoiced * 100.0, sent, "invoiced");
}

/// The statement of each school, as its head sees it.
pub(in crate::year) async fn schools(t: &TestApp, year: &Year) {
    for (&urn, head) in year.all.heads.iter().step_by(4) {
        let head = again(t, head).await;
        let mine: Vec<_> = year.supports.iter().filter(|it| it.is_of(urn)).collect();
        let at = format!("/statements/school:{urn}");
        let days = rows(t, &head, &format!("{at}/days.json?year=2027")).await;
        let visits: usize = mine.iter().map(|it| it.visits.len()).sum();
        assert_eq!(days.len(), visits, "days of {urn}");
        let cancelled = days.iter().filter(|row| word(row, "Status") == "Cancelled").count();
        let noted: i64 = mine.iter().map(|it| it.cancelled()).sum();
        assert_eq!(i64::try_from(cancelled).unwrap(), noted, "cancelled days of {urn}");
        let charged = rows(t, &head, &format!("{at}/charges.json?year=2027")).await;
        let sum: f64 = charged
            .iter()
            .filter(|row| word(row, "Status") != "Withdrawn")
            .map(|row| number(row, "Amount (£)"))
            .sum();
        same(sum * 100.0, mine.iter().map(|it| it.cost()).sum(), "charges");
        // Each support's own page of time says the same.
        let one = mine[0];
        let entries = rows(t, &head, &format!("/agreements/{}/time.json", one.id)).await;
        let given: f64 = entries
            .iter()
            .filter(|row| word(row, "Status") == "Delivered")
            .map(|row| number(row, "Days"))
            .sum();
        same(given * 2.0, one.delivered(), &one.title);
    }
}
