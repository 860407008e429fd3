//! What the rooms above say about a school on its page: its strengths and needs, what it offers,
//! the support it gives and receives. Each room answers for the person who asks, by the rule that
//! guards the record itself; a room with nothing to say to them says nothing.

use std::{fmt, pin::Pin, sync::Arc};

use access::Visitor;
use foundation::{App, DbError, OrgRef};

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

type Answer = Pin<Box<dyn Future<Output = Result<Vec<Section>, DbError>> + Send>>;
type Ask = Arc<dyn Fn(App, Visitor, OrgRef) -> Answer + Send + Sync>;

/// The rooms' answers about a school. The front door puts the whole into the requests
/// (`axum::Extension`), so that this room need not know those above it.
#[derive(Clone, Default)]
pub struct Sections(Vec<Ask>);

impl fmt::Debug for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sections({} rooms)", self.0.len())
    }
}

impl Sections {
    /// Adds a room's answer: what may this visitor know about this school?
    #[must_use]
    pub fn asking<F, W>(mut self, ask: F) -> Self
    where
        F: Fn(App, Visitor, OrgRef) -> W + Send + Sync + 'static,
        W: Future<Output = Result<Vec<Section>, DbError>> + Send + 'static,
    {
        self.0.push(Arc::new(move |app, visitor, org| Box::pin(ask(app, visitor, org))));
        self
    }

    /// Everything the rooms tell this visitor about a school, in the rooms' order; nothing to
    /// somebody who is not signed in.
    ///
    /// # Errors
    /// When a room's records cannot be read.
    pub async fn of(
        &self,
        app: &App,
        visitor: &Visitor,
        org: OrgRef,
    ) -> Result<Vec<Section>, DbError> {
        let mut sections = Vec::new();
        if visitor.account.is_some() {
            for ask in &self.0 {
                sections.extend(ask(app.clone(), visitor.clone(), org).await?);
            }
        }
        sections.retain(|section| !section.lines.is_empty());
        Ok(sections)
    }
}
