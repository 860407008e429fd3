//! What every handler can reach.

use std::{fmt, pin::Pin, sync::Arc};

use crate::{Clock, Config, Db, DbError, Ids, OrgRef, Secret, keeping::Line, mail::Post};

type Called = Pin<Box<dyn Future<Output = Result<String, DbError>> + Send>>;
type Ask = Arc<dyn Fn(Db, OrgRef) -> Called + Send + Sync>;

/// How organisations are called. The ground knows numbers only: the room that keeps the register
/// answers, and the front door introduces it.
#[derive(Clone, Default)]
pub struct Names(Option<Ask>);

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Names(known)" } else { "Names(numbers)" })
    }
}

impl Names {
    /// Names answered by a room.
    #[must_use]
    pub fn asking<F, W>(ask: F) -> Self
    where
        F: Fn(Db, OrgRef) -> W + Send + Sync + 'static,
        W: Future<Output = Result<String, DbError>> + Send + 'static,
    {
        Self(Some(Arc::new(move |db, org| Box::pin(ask(db, org)))))
    }

    /// The name of an organisation; its number where nobody answers.
    ///
    /// # Errors
    /// When the names cannot be read.
    pub async fn of(&self, db: &Db, org: OrgRef) -> Result<String, DbError> {
        match &self.0 {
            Some(ask) => ask(db.clone(), org).await,
            None => Ok(match org {
                OrgRef::School(urn) => format!("School {urn}"),
                OrgRef::Trust(uid) => format!("Trust {uid}"),
                OrgRef::Authority(code) => format!("Local authority {code}"),
                OrgRef::Partnership(_) => "A partnership".to_owned(),
                OrgRef::Partner(_) => "A partner organisation".to_owned(),
            }),
        }
    }
}

/// A column in which a room writes somebody's name beside their account, so that a record reads well
/// after they have left. Whoever is forgotten is taken out of it; what others rely on (signatures, what
/// was said to each other, the books) is not listed and keeps its name.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// The table.
    pub table: &'static str,
    /// The column that says whose name it is.
    pub account: &'static str,
    /// The column with the name.
    pub name: &'static str,
}

/// The running product's shared parts. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The clock.
    pub clock: Clock,
    /// The source of identifiers and tokens.
    pub ids: Ids,
    /// The configuration.
    pub config: Arc<Config>,
    /// How letters leave.
    pub post: Post,
    /// What links, codes, letters and the record are sealed with.
    pub secret: Arc<Secret>,
    /// How organisations are called.
    pub names: Names,
    /// Where rooms write people's names.
    pub written: &'static [&'static [Written]],
    /// How long rooms keep their records, highest room first.
    pub kept: &'static [&'static [Line]],
}
