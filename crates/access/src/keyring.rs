//! The operator's master keys: a file outside the database, and what is sealed with it.
//!
//! The file lies beside the link-signing secret (`master-keys`), one key a line: a number and 64
//! hexadecimal digits. The last line is the key in use; earlier ones open what has not been
//! wrapped anew yet. Without the file the sealed parts of a database, a dump or a backup are noise.

use std::{
    collections::BTreeMap,
    io::{ErrorKind, Write as _},
    path::PathBuf,
};

use foundation::{
    App, Config, Ids, ids,
    seal::{self, bytes},
};

/// Why something cannot be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The key file cannot be read, written or understood.
    #[error("the key file {0}: {1}")]
    File(PathBuf, String),
    /// The text was sealed with a key that is not in the file.
    #[error("master key {0} is not in the key file: put the line back")]
    Missing(i64),
    /// The text was changed, moved from elsewhere, or sealed with another key.
    #[error("the sealed text does not open: it was changed, moved or sealed with another key")]
    Broken,
}

/// The keys of an installation.
#[derive(Clone)]
pub struct Keyring(BTreeMap<i64, [u8; 32]>);

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keyring({} keys)", self.0.len())
    }
}

/// Where the key file of an installation lies.
#[must_use]
pub fn path(config: &Config) -> PathBuf {
    config.secret_file.with_file_name("master-keys")
}

impl Keyring {
    /// Reads the key file, making it with a first key where it is absent.
    ///
    /// # Errors
    /// When the file cannot be read, made or understood.
    pub async fn open(app: &App) -> Result<Self, KeyError> {
        let (config, ids) = (app.config.clone(), app.ids.clone());
        // A file of a line or two, but on a disk all the same.
        tokio::task::spawn_blocking(move || Self::read(&path(&config), &ids))
            .await
            .map_err(|error| KeyError::File(path(&app.config), error.to_string()))?
    }

    fn read(path: &PathBuf, ids: &Ids) -> Result<Self, KeyError> {
        let fail = |error: &dyn std::fmt::Display| KeyError::File(path.clone(), error.to_string());
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text).map_err(|error| fail(&error)),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                match append(path, 1, &ids.token(), true) {
                    Ok(()) => {}
                    // Another server made it first: read that one.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                    Err(error) => return Err(fail(&error)),
                }
                let text = std::fs::read_to_string(path).map_err(|error| fail(&error))?;
                Self::parse(&text).map_err(|error| fail(&error))
            }
            Err(error) => Err(fail(&error)),
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut keys = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || format!("line {}: write a number and 64 hexadecimal digits", number + 1);
            let (version, digits) = line.split_once(' ').ok_or_else(wrong)?;
            let version: i64 = version.parse().map_err(|_| wrong())?;
            let key = bytes(digits.trim()).and_then(|key| key.try_into().ok()).ok_or_else(wrong)?;
            if keys.insert(version, key).is_some() {
                return Err(format!("key {version} is there twice"));
            }
        }
        if keys.is_empty() { Err("there is no key in it".to_owned()) } else { Ok(Self(keys)) }
    }

    /// The numbers of the keys, the one in use last.
    #[must_use]
    pub fn versions(&self) -> Vec<i64> {
        self.0.keys().copied().collect()
    }

    /// Adds a new key to the file, which is then the one in use, and returns its number.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn renew(app: &App) -> Result<i64, KeyError> {
        let version = Self::open(app).await?.current() + 1;
        let (path, key) = (path(&app.config), app.ids.token());
        let file = path.clone();
        tokio::task::spawn_blocking(move || append(&file, version, &key, false))
            .await
            .map_err(|error| KeyError::File(path.clone(), error.to_string()))?
            .map_err(|error| KeyError::File(path, error.to_string()))?;
        Ok(version)
    }

    /// The number of the key in use.
    #[must_use]
    pub fn current(&self) -> i64 {
        self.0.last_key_value().map_or(0, |(version, _)| *version)
    }

    /// The key for one purpose and one salt.
    fn derive(&self, version: i64, purpose: &str, salt: &str) -> Result<[u8; 32], KeyError> {
        let master = self.0.get(&version).ok_or(KeyError::Missing(version))?;
        let mut material = master.to_vec();
        material.extend_from_slice(salt.as_bytes());
        Ok(ids::derive(&format!("alongside sealed {purpose} v1"), &material))
    }

    /// Seals bytes for a purpose and a salt with the key in use. `place` is bound to the result:
    /// it opens nowhere else. Written `version.nonce.text` in hexadecimal digits.
    ///
    /// # Errors
    /// When there is no key.
    pub fn seal(
        &self,
        ids: &Ids,
        purpose: &str,
        salt: &str,
        place: &str,
        plain: &[u8],
    ) -> Result<String, KeyError> {
        let version = self.current();
        let key = self.derive(version, purpose, salt)?;
        Ok(format!("{version}.{}", encrypt(&key, ids, place, plain)?))
    }

    /// Opens what [`Self::seal`] wrote for the same purpose, salt and place.
    ///
    /// # Errors
    /// When the key is missing or the text was changed or moved.
    pub fn open_sealed(
        &self,
        purpose: &str,
        salt: &str,
        place: &str,
        sealed: &str,
    ) -> Result<Vec<u8>, KeyError> {
        let (version, sealed) = sealed.split_once('.').ok_or(KeyError::Broken)?;
        let version = version.parse().map_err(|_| KeyError::Broken)?;
        decrypt(&self.derive(version, purpose, salt)?, place, sealed)
    }
}

/// The numbers of the keys in the file of an installation, the one in use last; nothing where the
/// file has not been made yet. Unlike [`Keyring::open`] it never makes one.
///
/// # Errors
/// When the file cannot be read or understood, or others than its owner may read it.
pub fn versions(config: &Config) -> Result<Option<Vec<i64>>, KeyError> {
    let path = path(config);
    let fail = |error: &dyn std::fmt::Display| KeyError::File(path.clone(), error.to_string());
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fail(&error)),
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).map_err(|error| fail(&error))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(fail(&"others can read it: chmod 600"));
        }
    }
    Keyring::parse(&text).map(|ring| Some(ring.versions())).map_err(|error| fail(&error))
}

/// The number of the master key something was sealed with.
#[must_use]
pub fn version(sealed: &str) -> i64 {
    sealed.split_once('.').and_then(|(version, _)| version.parse().ok()).unwrap_or(0)
}

fn append(path: &PathBuf, version: i64, key: &str, first: bool) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    if first {
        options.write(true).create_new(true);
    } else {
        options.append(true);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    // One call: a reader never sees half a line.
    file.write_all(format!("{version} {key}\n").as_bytes())?;
    file.sync_all()
}

/// Encrypts with a fresh nonce of 192 bits: `nonce.text` in hexadecimal digits.
pub(crate) fn encrypt(
    key: &[u8; 32],
    chance: &Ids,
    place: &str,
    plain: &[u8],
) -> Result<String, KeyError> {
    seal::encrypt(key, chance, place, plain).map_err(|_| KeyError::Broken)
}

/// Opens what [`encrypt`] wrote for the same place.
pub(crate) fn decrypt(key: &[u8; 32], place: &str, sealed: &str) -> Result<Vec<u8>, KeyError> {
    seal::decrypt(key, place, sealed).map_err(|_| KeyError::Broken)
}

#[cfg(test)]
mod tests {
    use foundation::Clock;
    use proptest::prelude::*;

    use super::*;

    fn ring() -> Keyring {
        Keyring::parse(&format!("# kept apart\n1 {}\n2 {}\n", "a1".repeat(32), "b2".repeat(32)))
            .unwrap()
    }

    fn ids() -> Ids {
        Ids::seeded(Clock::fixed(jiff::Timestamp::UNIX_EPOCH), 3)
    }

    #[test]
    fn a_file_is_read_with_its_problems_named() {
        assert_eq!(ring().current(), 2);
        assert!(Keyring::parse("").unwrap_err().contains("no key"));
        assert!(Keyring::parse("1 abc").unwrap_err().contains("line 1"));
        let twice = format!("1 {0}\n1 {0}", "a1".repeat(32));
        assert!(Keyring::parse(&twice).unwrap_err().contains("twice"));
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_in_its_place_only(text in ".{0,60}", place in "[a-z]{1,8}") {
            let ring = ring();
            let sealed = ring.seal(&ids(), "test", "salt", &place, text.as_bytes()).unwrap();
            prop_assert_eq!(
                ring.open_sealed("test", "salt", &place, &sealed).unwrap(),
                text.as_bytes()
            );
            prop_assert!(ring.open_sealed("test", "salt", "ELSEWHERE", &sealed).is_err());
            prop_assert!(ring.open_sealed("test", "pepper", &place, &sealed).is_err());
            prop_assert!(ring.open_sealed("other", "salt", &place, &sealed).is_err());
        }

        #[test]
        fn nonsense_never_opens_and_never_panics(text in ".{0,200}") {
            prop_assert!(ring().open_sealed("test", "salt", "place", &text).is_err());
        }

        #[test]
        fn one_changed_digit_is_found(at in 0_usize..100) {
            let ring = ring();
            let sealed = ring.seal(&ids(), "test", "salt", "place", b"a long enough text").unwrap();
            let mut digits: Vec<char> = sealed.chars().collect();
            let at = 2 + at % (digits.len() - 2);
            if digits[at] != '.' {
                digits[at] = if digits[at] == '0' { '1' } else { '0' };
                let changed: String = digits.into_iter().collect();
                prop_assert!(ring.open_sealed("test", "salt", "place", &changed).is_err());
            }
        }
    }
}
