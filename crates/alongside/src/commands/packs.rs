//! `alongside pack check FOLDER`.

use std::path::Path;

use crate::{
    cli::Cli,
    failure::{Code, fail},
    packs,
};

/// Checks a pack and says what is in it.
pub(super) fn check(cli: &Cli, folder: &Path) -> anyhow::Result<()> {
    let pack = packs::read(folder).map_err(|problems| {
        fail(
            Code::Found,
            format!(
                "the pack in {} cannot be used yet:\n  {}",
                folder.display(),
                problems.join("\n  ")
            ),
        )
    })?;
    let frameworks: String = pack
        .frameworks
        .iter()
        .map(|one| {
            let (areas, grades) = (one.areas.len(), one.grades.len());
            format!("\n  framework     {}: {areas} areas, {grades} grades", one.edition())
        })
        .collect();
    let indicators = pack.figures.as_ref().map_or_else(
        || "those of England".to_owned(),
        |figures| format!("{}, in {} kinds of file", figures.kpis().len(), figures.layouts()),
    );
    let text = format!(
        "The pack is in order.{frameworks}\n  roles         \
         {}\n  specialisms   {}\n  support       {} kinds\n  visits        {} kinds, {} kinds of review\n  terms         {}: {} holidays\n  indicators    {indicators}",
        pack.roles,
        pack.specialisms,
        pack.kinds.kinds.len(),
        pack.visits.visits.len(),
        pack.visits.reviews.len(),
        pack.calendar.name,
        pack.calendar.holidays.len()
    );
    let json = serde_json::json!({
        "frameworks": pack.frameworks.iter().map(|one| serde_json::json!({
            "framework": one.name,
            "areas": one.areas.len(),
            "grades": one.grades,
        })).collect::<Vec<_>>(),
        "roles": pack.roles,
        "specialisms": pack.specialisms,
        "kinds": pack.kinds.kinds.len(),
        "visits": pack.visits.visits.len(),
        "reviews": pack.visits.reviews.len(),
        "holidays": pack.calendar.holidays.len(),
        "indicators": pack.figures.as_ref().map(|figures| figures.kpis().len()),
    });
    super::say_or(cli, &text, &json);
    Ok(())
}
