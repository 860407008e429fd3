//! What the rooms above say about a school, or a partnership, on its page: its strengths and needs,
//! what it offers, the support it gives and receives; who leads it forward. Each room answers for
//! the person who asks, by the rule that guards the record itself; a room with nothing to say to
//! them says nothing.

use access::Visitor;
use foundation::{App, DbError, OrgRef, Rooms};

/// One line: what it is, where it is found, and what else is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is.
    pub text: String,
    /// The record, where the reader may open it.
    pub href: Option<String>,
    /// What else is to be said about it; may be empty.
    pub note: String,
}

/// Lines of one kind under a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What the lines are.
    pub heading: String,
    /// The lines.
    pub lines: Vec<Line>,
    /// Who else sees them, as a page says it.
    pub visible_to: &'static str,
}

/// The rooms' answers: what may this visitor know about this organisation?
pub type Sections = Rooms<(Visitor, OrgRef), Section>;

/// Everything the rooms tell a visitor about an organisation, in the rooms' order; nothing to
/// somebody who is not signed in.
pub(super) async fn told(
    rooms: Option<&Sections>,
    app: &App,
    visitor: &Visitor,
    org: OrgRef,
) -> Result<Vec<Section>, DbError> {
    let Some(rooms) = rooms.filter(|_| visitor.account.is_some()) else { return Ok(Vec::new()) };
    let mut sections = rooms.answers(app, &(visitor.clone(), org)).await?;
    sections.retain(|section| !section.lines.is_empty());
    Ok(sections)
}
