//! Identifiers: sortable by time, minted from the clock and a source of chance that is given.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use crate::Clock;

/// Mints identifiers (UUID version 7) and secret tokens.
///
/// A seeded source makes a demonstration or a test repeatable; the system source is for
/// everything else, since tokens must not be guessable.
#[derive(Clone)]
pub struct Ids {
    clock: Clock,
    chance: Arc<Mutex<ChaCha20Rng>>,
}

impl std::fmt::Debug for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ids")
    }
}

impl Ids {
    /// Identifiers and tokens from the operating system's source of chance.
    ///
    /// # Panics
    /// When the operating system cannot supply randomness: nothing secret can be made then.
    #[must_use]
    pub fn system(clock: Clock) -> Self {
        let chance = ChaCha20Rng::try_from_rng(&mut rand::rngs::SysRng)
            .expect("the operating system supplies randomness");
        Self { clock, chance: Arc::new(Mutex::new(chance)) }
    }

    /// Repeatable identifiers and tokens, for demonstrations and tests.
    #[must_use]
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self { clock, chance: Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))) }
    }

    /// A new identifier, later in order than those of earlier milliseconds.
    #[must_use]
    pub fn next(&self) -> Uuid {
        let mut tail = [0_u8; 10];
        self.fill(&mut tail);
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    /// A secret of 256 bits as 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn token(&self) -> String {
        let mut bytes = [0_u8; 32];
        self.fill(&mut bytes);
        hex(&bytes)
    }

    /// Fills a buffer with bytes from the source of chance.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Declares an identifier type of its own, so that an audit's id cannot be passed for a
/// request's. Stored as text (36 characters) in both databases.
#[macro_export]
macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(::serde::Serialize, ::serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// Mints a new identifier.
            #[must_use]
            pub fn new(ids: &$crate::Ids) -> Self {
                Self(ids.next())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                ::uuid::Uuid::parse_str(text).map(Self)
            }
        }

        impl From<$name> for ::sea_orm::Value {
            fn from(id: $name) -> Self {
                id.to_string().into()
            }
        }

        impl ::sea_orm::TryGetable for $name {
            fn try_get_by<I: ::sea_orm::ColIdx>(
                row: &::sea_orm::QueryResult,
                index: I,
            ) -> Result<Self, ::sea_orm::TryGetError> {
                $crate::db::parse_column(row, index)
            }
        }
    };
}

/// Derives a key of 256 bits for one purpose from a secret.
#[must_use]
pub fn derive(purpose: &str, secret: &[u8]) -> [u8; 32] {
    blake3::derive_key(purpose, secret)
}
