//! Plans to choose from: the best one and three others nearly as good that differ from it and
//! from one another.

use access::SignedIn;
use askama::Template;
use axum::{extract::State, response::Response};
use foundation::{App, PageError, web::Frame};

use super::brokered;
use crate::desk::{self, Board};
use crate::requests::days_in_words;

struct Other {
    number: usize,
    differs: String,
    dearer: String,
    changes: Vec<(String, String, String)>,
    tries: String,
}

#[derive(Template)]
#[template(path = "plans.html")]
struct Page {
    waiting: usize,
    met: Vec<(String, String)>,
    others: Vec<Other>,
}

/// The link that tries out a plan: its pairs pinned wherever it differs.
fn tries(board: &Board, best: &matching::Plan, other: &matching::Plan) -> String {
    let differing = board.changes(best, other);
    let mut link = "/desk/what-if".to_owned();
    let mut mark = '?';
    for one in &other.matches {
        if !differing.iter().any(|change| change.request.to_string() == one.need) {
            continue;
        }
        for share in &one.shares {
            link += &format!("{mark}pin={}~{}", one.need, share.supporter);
            mark = '&';
        }
    }
    link
}

pub(super) async fn show(
    State(app): State<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
) -> Result<Response, PageError> {
    let partnership = brokered(&visitor)?;
    let standing = desk::standing(&app, partnership, app.clock.today()).await?;
    let found = standing.others().await?;
    let (board, best) = (&standing.board, standing.plan());
    let nobody = || "nobody".to_owned();
    let others = found
        .iter()
        .enumerate()
        .map(|(at, other)| {
            let changes = board.changes(best, &other.plan);
            Other {
                number: at + 1,
                differs: match changes.len() {
                    1 => "One request has somebody else.".to_owned(),
                    n => format!("{n} requests have somebody else."),
                },
                dearer: if other.dearer < 0.000_5 {
                    "As good as the best in every other way.".to_owned()
                } else {
                    format!("Over all requests the fit is {:.1}% less good.", other.dearer * 100.0)
                },
                tries: tries(board, best, &other.plan),
                changes: changes
                    .into_iter()
                    .map(|one| {
                        let before = one.before.unwrap_or_else(nobody);
                        (one.label, before, one.after.unwrap_or_else(nobody))
                    })
                    .collect(),
            }
        })
        .collect();
    let content = Page {
        waiting: board.requests.len(),
        met: best
            .matches
            .iter()
            .map(|one| {
                let who: Vec<String> = one
                    .shares
                    .iter()
                    .map(|s| format!("{}, {}", s.label, days_in_words(i64::from(s.half_days))))
                    .collect();
                (board.label_of(&one.need), who.join("; "))
            })
            .collect(),
        others,
    };
    frame
        .page("Plans to choose from")
        .crumb("The matching desk", "/desk")
        .wide()
        .visible_to("the brokers of this partnership. Looking changes nothing")
        .show(&content)
}
