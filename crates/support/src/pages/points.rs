//! What other rooms know to be open between two schools, for the page on which a review of
//! progress is written: a challenge that waits for an answer should not be forgotten there.

use std::{fmt, pin::Pin, sync::Arc};

use access::Visitor;
use foundation::{App, DbError};
use govuk::Html;

use super::parts::text;
use crate::AgreementId;

/// Something open between two schools.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// What it is about.
    pub words: String,
    /// How it stands.
    pub stands: String,
    /// Where it is answered.
    pub href: String,
}

type Answer = Pin<Box<dyn Future<Output = Result<Vec<Point>, DbError>> + Send>>;
type Ask = Arc<dyn Fn(App, Visitor, AgreementId) -> Answer + Send + Sync>;

/// The rooms' answers. Each room above adds its own question; the front door puts the whole into
/// the requests (`axum::Extension`). A room answers with what the visitor may read.
#[derive(Clone, Default)]
pub struct OpenPoints(Vec<Ask>);

impl fmt::Debug for OpenPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpenPoints({} rooms)", self.0.len())
    }
}

impl OpenPoints {
    /// Adds a room's question: what is open between the schools of this agreement?
    #[must_use]
    pub fn asking<F, W>(mut self, ask: F) -> Self
    where
        F: Fn(App, Visitor, AgreementId) -> W + Send + Sync + 'static,
        W: Future<Output = Result<Vec<Point>, DbError>> + Send + 'static,
    {
        self.0.push(Arc::new(move |app, visitor, id| Box::pin(ask(app, visitor, id))));
        self
    }

    /// Everything open, as a list; nothing where nothing is.
    pub(super) async fn listed(
        &self,
        app: &App,
        visitor: &Visitor,
        id: AgreementId,
    ) -> Result<Html, DbError> {
        let mut items = String::new();
        for ask in &self.0 {
            for point in ask(app.clone(), visitor.clone(), id).await? {
                items += &format!(
                    "<li><a class=\"govuk-link\" href=\"{}\">{}</a> ({})</li>",
                    text(&point.href).as_str(),
                    text(&point.words).as_str(),
                    text(&point.stands).as_str()
                );
            }
        }
        if items.is_empty() {
            return Ok(Html::default());
        }
        Ok(Html::trusted(format!(
            "<h2 class=\"govuk-heading-m\">Still open between you</h2><ul class=\"govuk-list \
             govuk-list--bullet\">{items}</ul>"
        )))
    }
}
