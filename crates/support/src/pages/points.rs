//! What other rooms know to be open between two schools, for the page on which a review of
//! progress is written: a challenge that waits for an answer should not be forgotten there.

use access::Visitor;
use foundation::Rooms;
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
    /// Whether nobody has answered it yet: a review waits for that.
    pub unanswered: bool,
}

/// The rooms' answers: what is open between the schools of this agreement? A room answers with what
/// the visitor may read.
pub type OpenPoints = Rooms<(Visitor, AgreementId), Point>;

/// Everything open, as a list; nothing where nothing is.
pub(super) fn listed(points: &[Point]) -> Html {
    let mut items = String::new();
    for point in points {
        items += &format!(
            "<li><a class=\"govuk-link\" href=\"{}\">{}</a> ({})</li>",
            text(&point.href).as_str(),
            text(&point.words).as_str(),
            text(&point.stands).as_str()
        );
    }
    if items.is_empty() {
        return Html::default();
    }
    Html::trusted(format!(
        "<h2 class=\"govuk-heading-m\">Still open between you</h2><ul class=\"govuk-list \
         govuk-list--bullet\">{items}</ul>"
    ))
}
