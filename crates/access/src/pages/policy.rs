//! How access works, for everybody: the rules themselves, not a description of them.

use axum::response::Response;
use foundation::{PageError, web::Frame};
use govuk::{Html, Table, TableCell, Tag, TagColour, extra::ScrollArea};

use super::sheet::Sheet;
use crate::{
    Zone,
    rules::{Effect, OTHERWISE, RULES, VERSION},
};

pub(super) async fn show(frame: Frame) -> Result<Response, PageError> {
    let mut zones = Table::new("The eight zones")
        .head(["Zone", "Who can see it"].map(TableCell::new))
        .first_cell_is_header(true);
    for zone in Zone::ALL {
        zones = zones.row([zone.key(), zone.in_words()].map(TableCell::new));
    }
    let mut table = Table::new("The rules, from the top")
        .head(
            ["Rule", "Effect", "Who", "May do", "In zones", "With", "In one sentence"]
                .map(TableCell::new),
        )
        .first_cell_is_header(true);
    for rule in RULES {
        let effect: Html = match rule.effect {
            Effect::Allow => Tag::coloured(TagColour::Green, "Allows").into(),
            Effect::Deny => Tag::coloured(TagColour::Red, "Refuses").into(),
        };
        table = table.row([
            TableCell::new(rule.id),
            TableCell::new(effect),
            TableCell::new(rule.who),
            TableCell::new(rule.actions_in_words()),
            TableCell::new(rule.zones_in_words()),
            TableCell::new(rule.kinds_in_words()),
            TableCell::new(rule.text),
        ]);
    }
    let sheet = Sheet::new("Who may see and do what")
        .full()
        .lead("Every record carries a zone, and every act is decided by the rules below. The program reads this same table.")
        .part(zones)
        .text(&format!("Rules are asked from the top. The first that applies decides. Where none does, the answer is no: “{OTHERWISE}”"))
        .part(ScrollArea::new("The rules", Html::from(table)))
        .text(&format!("This is version {VERSION} of the rules."));
    frame.page("Who may see and do what").wide().visible_to(Zone::Public.in_words()).show(&sheet)
}
