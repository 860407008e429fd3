//! Specialisms beyond the pack's: added while the product runs, and at once offered, asked for and
//! matched like any other. One that is retired stays readable where it was used.

use std::collections::BTreeSet;

use access::{AccountId, Permit};
use foundation::{
    App, DbError, Sql,
    db::{At, Json},
    events::{self, Event},
};
use jiff::Timestamp;
use needs::{ActError, Framework};
use sea_orm::FromQueryResult;

use crate::packs::{self, SpecialismKind};

/// The most letters a name may have.
const LONGEST: usize = 60;

/// A specialism that was added here.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Own {
    /// Stable code.
    pub code: String,
    /// What it is called.
    pub name: String,
    /// The group it is listed under.
    pub listed_under: String,
    areas: Json<Vec<String>>,
    /// Who added it.
    pub added_by: AccountId,
    /// Their name.
    pub added_name: String,
    added_at: At,
    /// Whether it is offered no more.
    pub retired: bool,
}

impl Own {
    /// The areas of an audit it helps with.
    #[must_use]
    pub const fn areas(&self) -> &Vec<String> {
        &self.areas.0
    }

    /// When it was added.
    #[must_use]
    pub const fn added_at(&self) -> Timestamp {
        self.added_at.0
    }
}

/// One to be added.
#[derive(Clone, Debug, Default)]
pub struct New {
    /// What it is called.
    pub name: String,
    /// The group it is listed under.
    pub listed_under: String,
    /// The areas of an audit it helps with.
    pub areas: Vec<String>,
}

/// Those that were added, by name.
///
/// # Errors
/// When the database cannot be read.
pub async fn all(db: &impl Sql) -> Result<Vec<Own>, DbError> {
    db.all(
        "SELECT code, name, listed_under, areas, added_by, added_name, added_at, retired
         FROM own_specialism ORDER BY name, code",
        [],
    )
    .await
}

/// Makes what was added usable in this process; asked at its start, after each change, and from time
/// to time where several processes share a database.
///
/// # Errors
/// When the database cannot be read.
pub async fn refresh(db: &impl Sql) -> Result<(), DbError> {
    let own = all(db).await?;
    packs::use_own(own.into_iter().map(|one| SpecialismKind {
        code: one.code,
        name: one.name,
        group: one.listed_under,
        areas: one.areas.0,
        retired: one.retired,
    }));
    Ok(())
}

/// The code of a name: small letters and hyphens.
fn code_of(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    format!("own-{}", words.join("-"))
}

/// The groups there are, in the pack's order.
#[must_use]
pub fn groups() -> Vec<&'static str> {
    let mut seen = BTreeSet::new();
    packs::specialisms()
        .iter()
        .map(|one| one.group.as_str())
        .filter(|one| seen.insert(*one))
        .collect()
}

/// Adds one. It can be offered, asked for and matched at once.
///
/// # Errors
/// Where the name is missing, too long or taken, or no area is chosen.
pub async fn add(app: &App, permit: &Permit, new: &New) -> Result<String, ActError> {
    // Another process may have added the same a moment ago.
    refresh(&app.db).await?;
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > LONGEST {
        let words = format!("Say what it is called, in at most {LONGEST} letters");
        return Err(ActError::missing("name", words));
    }
    let alike = |one: &&SpecialismKind| one.name.to_lowercase() == name.to_lowercase();
    if let Some(known) = packs::specialisms().iter().find(alike) {
        let more = if known.retired { ", and is retired: bring it back" } else { "" };
        return Err(ActError::missing("name", format!("“{}” is listed already{more}", known.name)));
    }
    let Some(group) = groups().into_iter().find(|group| *group == new.listed_under) else {
        return Err(ActError::missing("group", "Choose where it is listed"));
    };
    let areas: Vec<String> = Framework::every_area()
        .filter(|(area, _)| new.areas.contains(&area.code))
        .map(|(area, _)| area.code.clone())
        .collect();
    if areas.is_empty() {
        return Err(ActError::missing("areas", "Choose at least one area it helps with"));
    }
    let account = permit.person().ok_or(ActError::NotFound("person"))?;
    let tx = app.db.write().await?;
    let mut code = code_of(name);
    // Two names may come to the same code: “C&T” and “C T”.
    while packs::specialism(&code).is_some() {
        code.push_str("-too");
    }
    tx.run(
        "INSERT INTO own_specialism (code, name, listed_under, areas, added_by, added_name,
           added_at, retired) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            code.clone().into(),
            name.into(),
            group.into(),
            Json(areas).into(),
            account.into(),
            permit.context().actor.name().into(),
            At(permit.context().at).into(),
            false.into(),
        ],
    )
    .await?;
    events::append(&tx, permit.context(), Event::new("specialism", &code, "added")).await?;
    tx.commit().await?;
    refresh(&app.db).await?;
    Ok(code)
}

/// Offers one no more, or again. Where it was used it stays readable.
///
/// # Errors
/// Where there is none, or it is the pack's.
pub async fn retire(app: &App, permit: &Permit, code: &str, retired: bool) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let touched = tx
        .run(
            "UPDATE own_specialism SET retired = $2 WHERE code = $1",
            [code.into(), retired.into()],
        )
        .await?;
    if touched == 0 {
        return Err(ActError::NotFound("specialism"));
    }
    let verb = if retired { "retired" } else { "brought back" };
    events::append(&tx, permit.context(), Event::new("specialism", code, verb)).await?;
    tx.commit().await?;
    refresh(&app.db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_small_letters_and_hyphens() {
        assert_eq!(code_of("Oracy"), "own-oracy");
        assert_eq!(code_of("  Forest school & outdoor play "), "own-forest-school-outdoor-play");
    }
}
