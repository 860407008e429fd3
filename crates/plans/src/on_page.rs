//! What a partnership's page says of what its members agreed on.

use access::{Action as Deed, Visitor, Zone, decide, partnerships};
use foundation::{App, DbError, OrgRef, clock::date_in_words};
use register::pages::{Line, Section};

use crate::shared::{GoalState, charter, goals, pulse, thanks};

/// The charter and the goals.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    let readable = decide(&visitor, Deed::Read, &partnerships::resource(org)).allowed;
    if !matches!(org, OrgRef::Partnership(_)) || !readable {
        return Ok(Vec::new());
    }
    let base = partnerships::address(org);
    let standing = charter::standing(&app, org).await?;
    let charter = Line {
        text: standing.as_ref().map_or_else(
            || "No charter yet".to_owned(),
            |it| format!("Charter, version {}", it.charter.number),
        ),
        href: Some(format!("{base}/charter")),
        note: standing.map_or_else(String::new, |it| it.in_words()),
    };
    let today = app.clock.today();
    let open = goals::of(&app.db, org).await?;
    let mut lines: Vec<Line> = open
        .iter()
        .filter(|goal| goal.state() == GoalState::Open)
        .map(|goal| Line {
            text: goal.title.clone(),
            href: Some(format!("/goals/{}", goal.id)),
            note: match goal.stands_still(today) {
                true => "Stands still: nothing was heard for half a term".to_owned(),
                false => goal.seen_by.clone(),
            },
        })
        .collect();
    lines.push(Line {
        text: if open.is_empty() { "No shared goal yet" } else { "All shared goals" }.to_owned(),
        href: Some(format!("{base}/goals")),
        note: String::new(),
    });
    let visible_to = Zone::Network.in_words();
    Ok(vec![
        Section {
            heading: "What its members agreed on".to_owned(),
            lines: vec![charter],
            visible_to,
        },
        Section { heading: "What they want to reach".to_owned(), lines, visible_to },
        Section {
            heading: "How it is to be a member".to_owned(),
            lines: climate(&app, org, &base).await?,
            visible_to,
        },
    ])
}

/// The last questions, and the latest thanks.
async fn climate(app: &App, org: OrgRef, base: &str) -> Result<Vec<Line>, DbError> {
    let last = pulse::of(&app.db, org).await?.into_iter().next();
    let mut lines = vec![Line {
        text: "How members find it".to_owned(),
        href: Some(format!("{base}/pulse")),
        note: match last {
            None => "Nobody has been asked yet".to_owned(),
            Some(it) if it.state() == pulse::State::Open => {
                format!("Being asked until {}", date_in_words(it.closes()))
            }
            Some(it) => format!("Last asked on {}", date_in_words(it.opened())),
        },
    }];
    for one in thanks::shown(&app.db, org, (0, 2)).await? {
        lines.push(Line {
            text: format!("Thanks to {}", register::org_name(&app.db, one.to_org).await?),
            href: None,
            note: one.words,
        });
    }
    lines.push(Line {
        text: "Say thank you".to_owned(),
        href: Some(format!("{base}/thanks")),
        note: String::new(),
    });
    Ok(lines)
}
