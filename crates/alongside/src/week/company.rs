//! Schools that have had nothing to do with another for two terms: a quiet word to the head, and to the
//! broker, and to nobody else. It is an invitation, not a fault.

use access::{Role, Visitor, partnerships};
use foundation::{
    App, DbError, OrgRef,
    clock::date_in_words,
    terms::terms_later,
    web::{Cell, Table},
};
use jiff::civil::Date;

use super::Item;

/// How many terms without another school are worth a word.
const TERMS: u8 = 2;

/// A member that might like company.
struct Alone {
    org: OrgRef,
    /// The last time it worked with another; nothing where it has not since it joined.
    last: Option<Date>,
}

/// The members of a partnership that neither gave nor received, agreed, visited or took up anything for
/// two whole terms, and have been members for as long; of one of them where only that is asked.
async fn alone(
    app: &App,
    partnership: OrgRef,
    only: Option<OrgRef>,
) -> Result<Vec<Alone>, DbError> {
    let today = app.clock.today();
    let members: Vec<(OrgRef, Date)> = partnerships::joined(&app.db, partnership, today)
        .await?
        .into_iter()
        .filter(|(org, _)| org.urn().is_some() && only.is_none_or(|only| only == *org))
        .collect();
    let orgs: Vec<OrgRef> = members.iter().map(|(org, _)| *org).collect();
    let support = support::together::last(&app.db, &orgs, today).await?;
    let practice = practices::together::last(&app.db, &orgs).await?;
    let mut found = Vec::new();
    for (org, joined) in members {
        let last = support.get(&org).max(practice.get(&org)).copied();
        if terms_later(last.map_or(joined, |day| day.max(joined)), TERMS) < today {
            found.push(Alone { org, last });
        }
    }
    Ok(found)
}

/// The word to a head whose school has been alone, once, whatever the number of their partnerships.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn invitation(app: &App, visitor: &Visitor) -> Result<Option<Item>, DbError> {
    for school in visitor.orgs(Role::Head) {
        for partnership in partnerships::of(&app.db, school, app.clock.today()).await? {
            if alone(app, partnership.org, Some(school)).await?.is_empty() {
                continue;
            }
            let words = format!(
                "Two terms have gone by on your own. If company would help, say what you could offer, \
                 see a practice of a neighbour, or ask {} for a word. Only you and your broker see this.",
                partnership.name
            );
            return Ok(Some(Item::new(
                "Would you like some company?".to_owned(),
                "/offers".to_owned(),
                "An invitation".to_owned(),
                words,
            )));
        }
    }
    Ok(None)
}

/// The same for the broker: whom a friendly call might reach.
///
/// # Errors
/// When the database cannot be read.
pub(super) async fn table(app: &App, partnership: OrgRef) -> Result<Table, DbError> {
    let mut rows = Vec::new();
    for one in alone(app, partnership, None).await? {
        let name = register::org_name(&app.db, one.org).await?;
        let last = one.last.map_or_else(
            || "Not since it joined".to_owned(),
            |day| format!("Last time {}", date_in_words(day)),
        );
        let page = format!("/schools/{}", one.org.urn().unwrap_or_default());
        rows.push((name.clone(), vec![Cell::Link(name, page), Cell::text(last)]));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Table {
        caption: "Schools that might like company".to_owned(),
        columns: ["School", "With another school"].map(str::to_owned).to_vec(),
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        notes: vec![
            "Two whole terms without giving, receiving, a visit or a practice. The head reads a \
             private invitation; nobody else sees either."
                .to_owned(),
        ],
    })
}
