//! What other rooms know to be open between two schools, for the page on which a review of
//! progress is written: a challenge that waits for an answer should not be forgotten there.

use access::Visitor;
use foundation::{App, DbError, Rooms};
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

/// The rooms' answers: what is open between the schools of this agreement? A room answers with what
/// the visitor may read.
pub type OpenPoints = Rooms<(Visitor, AgreementId), Point>;

/// Everything open, as a list; nothing where nothing is.
pub(super) async fn listed(
    rooms: &OpenPoints,
    app: &App,
    visitor: &Visitor,
    id: AgreementId,
) -> Result<Html, DbError> {
    let mut items = String::new();
    for point in rooms.answers(app, &(visitor.clone(), id)).await? {
        items += &format!(
            "<li><a class=\"govuk-link\" href=\"{}\">{}</a> ({})</li>",
            text(&point.href).as_str(),
            text(&point.words).as_str(),
            text(&point.stands).as_str()
        );
    }
    if items.is_empty() {
        return Ok(Html::default());
    }
    Ok(Html::trusted(format!(
        "<h2 class=\"govuk-heading-m\">Still open between you</h2><ul class=\"govuk-list \
         govuk-list--bullet\">{items}</ul>"
    )))
}
