//! What the product remembers about itself between starts.

use sea_orm::FromQueryResult;

use crate::{DbError, Sql};

/// The value kept under a name.
///
/// # Errors
/// When the database cannot be read.
pub async fn get(db: &impl Sql, name: &str) -> Result<Option<String>, DbError> {
    #[derive(FromQueryResult)]
    struct Kept {
        value: String,
    }
    let kept: Option<Kept> =
        db.first("SELECT value FROM setting WHERE name = $1", [name.into()]).await?;
    Ok(kept.map(|kept| kept.value))
}

/// Keeps a value under a name.
///
/// # Errors
/// When the database refuses.
pub async fn set(db: &impl Sql, name: &str, value: &str) -> Result<(), DbError> {
    db.run(
        "INSERT INTO setting (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name.into(), value.into()],
    )
    .await?;
    Ok(())
}
