//! The report to the board: days both ways, money and the supports behind them.

use support::agreements::terms::{days, pounds};
use testkit::TestApp;

use super::{again, number, plain, rows, same};
use crate::year::world::Year;

pub(in crate::year) async fn whole(t: &TestApp, year: &Year) {
    for (&urn, governor) in year.all.governors.iter().step_by(3) {
        let governor = again(t, governor).await;
        let at = format!("/boards/school:{urn}");
        let page = t.get(Some(&governor), &format!("{at}?year=2027")).await.expect(200);
        let text = plain(&page.body);
        let (mut given, mut received, mut cost) = ([0; 3], [0; 3], 0);
        for support in year.supports.iter().filter(|it| it.is_of(urn)) {
            let of = [support.delivered(), support.planned(), support.cancelled()];
            let side = if support.giver == urn { &mut given } else { &mut received };
            for (sum, more) in side.iter_mut().zip(of) {
                *sum += more;
            }
            if support.receiver == urn {
                cost += support.cost() - support.cost().min(support.funder_pays);
            }
        }
        for (label, [delivered, planned, cancelled]) in [("Given", given), ("Received", received)] {
            let words = format!(
                "{label} {} delivered, {} still planned, {} cancelled",
                days(delivered),
                days(planned),
                days(cancelled)
            );
            assert!(text.contains(&words), "“{words}” of {urn} in {text}");
        }
        let words = format!("It pays {}", pounds(cost));
        assert!(text.contains(&words), "“{words}” of {urn} in {text}");
        let table = rows(t, &governor, &format!("{at}/supports.json?year=2027")).await;
        let sum: f64 = table.iter().map(|row| number(row, "Delivered")).sum();
        same(sum * 2.0, given[0] + received[0], "delivered");
        // Another school's board reads nothing of it.
        let other = year.all.governors.keys().find(|other| **other != urn).unwrap();
        let other = again(t, &year.all.governors[other]).await;
        let _ = t.get(Some(&other), &at).await.expect(404);
    }
}
