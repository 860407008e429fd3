//! What anybody may look at: finding schools, the school on a page, families, trusts, areas.
//!
//! No address here takes a sort key: lists follow the alphabet, and what is asked for otherwise
//! is not listened to.

mod areas;
mod bar_and_gap;
mod card;
mod family;
mod finding;
mod lead_school;
mod memory;
mod partnership;
mod picture;
mod school;
mod sections;
mod sheet;
mod tables;
mod together;

use axum::{
    Router,
    routing::{get, post},
};
use foundation::{App, PageError, web::Format};
use govuk::{Html, extra::Downloads};

pub use memory::{Memory, Moment};
pub use partnership::invitations;
pub use sections::{Line, Section, Sections};

/// This room's pages.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/schools", get(finding::page))
        .route("/schools/download/{file}", get(finding::download))
        .route("/schools/{urn}", get(school::page))
        .route("/schools/{urn}/tables/{file}", get(school::download))
        .route("/schools/{urn}/charts/{file}", get(picture::chart))
        .route("/schools/{urn}/one-page", get(sheet::page))
        .route("/schools/{urn}/memory", get(memory::page))
        .route("/schools/{urn}/memory/{file}", get(memory::download))
        .route("/schools/{urn}/family", get(family::page))
        .route("/schools/{urn}/family/{file}", get(family::file))
        .route("/trusts/{uid}", get(areas::trust))
        .route("/trusts/{uid}/tables/{file}", get(areas::trust_table))
        .route("/partnerships", get(partnership::list))
        .route("/partnerships/new", get(partnership::ask).post(partnership::found))
        .route("/partnerships/{id}", get(partnership::show))
        .route("/partnerships/{id}/tables/{file}", get(partnership::table))
        .route("/partnerships/{id}/admit", post(partnership::admit))
        .route("/partnerships/{id}/leave", post(partnership::leave))
        .route("/partnerships/{id}/lead", post(lead_school::save))
        .route("/partnerships/{id}/answer", post(partnership::answer))
        .route("/trusts/{uid}/together", get(together::page))
        .route("/trusts/{uid}/together/{file}", get(together::download))
        .route("/areas/{code}/together", get(together::page))
        .route("/areas/{code}/together/{file}", get(together::download))
        .route("/regions/{name}/together", get(together::page))
        .route("/regions/{name}/together/{file}", get(together::download))
        .route("/partnerships/{id}/together", get(partnership::together))
        .route("/partnerships/{id}/together/{file}", get(partnership::together_file))
        .route("/areas", get(areas::all))
        .route("/areas/{code}", get(areas::authority))
        .route("/areas/{code}/tables/{file}", get(areas::authority_table))
        .route("/regions/{name}", get(areas::region))
        .route("/regions/{name}/tables/{file}", get(areas::region_table))
        .merge(crate::imports::pages::routes())
}

/// Splits `indicators.csv` into its name and the form it is asked for in.
pub(crate) fn named(file: &str) -> Result<(&str, Format), PageError> {
    let (name, ending) = file.rsplit_once('.').ok_or(PageError::NotFound)?;
    Ok((name, Format::from_ending(ending).ok_or(PageError::NotFound)?))
}

/// Links to a table in every form: `base` is its address without the ending, `query` what follows
/// the ending.
pub(crate) fn downloads(what: &str, base: &str, query: &str) -> Html {
    let link = |ending: &str| format!("{base}.{ending}{query}");
    let items = [("CSV", link("csv")), ("Excel", link("xlsx")), ("JSON", link("json"))];
    Html::of(&Downloads::new(what, items))
}

/// Links to a chart as a picture and to its table in every form.
pub(crate) fn chart_downloads(what: &str, chart: &str, table: &str) -> Html {
    let items = [
        ("SVG", format!("{chart}.svg")),
        ("PNG", format!("{chart}.png")),
        ("CSV", format!("{table}.csv")),
        ("Excel", format!("{table}.xlsx")),
        ("JSON", format!("{table}.json")),
    ];
    Html::of(&Downloads::new(what, items))
}

/// A count as people write it: `16,781`.
pub(crate) fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + 4);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_written_for_people() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(16_781), "16,781");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }

    #[test]
    fn only_known_forms_are_offered() {
        assert_eq!(named("indicators.csv").unwrap(), ("indicators", Format::Csv));
        assert!(named("indicators").is_err());
        assert!(named("indicators.exe").is_err());
    }
}
