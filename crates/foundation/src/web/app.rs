//! What every handler can reach.

use std::sync::Arc;

use crate::{Clock, Config, Db, Ids, mail::Post};

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
    /// The secret that links are signed with.
    pub secret: Arc<[u8; 32]>,
}
