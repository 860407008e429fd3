//! What a partnership's page says of its networks.

use access::{Action, Visitor, Zone, decide};
use foundation::{App, DbError, OrgRef, clock::date_in_words};
use register::pages::{Line, Section};

use crate::{
    meetings::{self, Meeting, State},
    network::{self, Sort},
};

/// The networks of a partnership, each with its next meeting.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    if !matches!(org, OrgRef::Partnership(_))
        || !decide(&visitor, Action::Read, &network::resource(org)).allowed
    {
        return Ok(Vec::new());
    }
    let mut lines = Vec::new();
    for of in network::of_partnership(&app.db, org).await? {
        let meetings = meetings::of_network(&app.db, of.id).await?;
        let note = match next(&meetings, app.clock.today()) {
            Some(it) => format!("next on {}: {}", date_in_words(it.on()), it.title),
            None => "no meeting planned".to_owned(),
        };
        let text = match of.sort() {
            Sort::Network => of.name.clone(),
            Sort::Programme => format!("{} (programme)", of.name),
        };
        lines.push(Line { text, href: Some(of.address()), note });
    }
    if lines.is_empty() {
        lines.push(Line {
            text: "All networks".to_owned(),
            href: Some("/networks".to_owned()),
            note: "none has begun yet".to_owned(),
        });
    }
    Ok(vec![Section {
        heading: "Networks and programmes".to_owned(),
        lines,
        visible_to: Zone::Network.in_words(),
    }])
}

/// The next meeting from a day on.
pub(super) fn next(meetings: &[Meeting], today: jiff::civil::Date) -> Option<&Meeting> {
    meetings.iter().find(|it| it.state() == State::Planned && it.on() >= today)
}
