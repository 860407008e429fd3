//! The installation's secret: what its links, codes, letters and record are sealed with.
//!
//! The secret file holds one secret a line. The last line is in use; earlier ones still open what
//! was made with them, so that renewing the secret breaks no link, no recovery code and not the
//! record. Whoever takes a line out ends what was made with it.

use crate::ids;

/// The fewest characters a secret may have.
pub const SHORTEST: usize = 32;

/// The secrets of an installation, the one in use first. What is printed of it says nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<[u8; 32]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secret({} known)", self.0.len())
    }
}

impl From<[u8; 32]> for Secret {
    fn from(bytes: [u8; 32]) -> Self {
        Self(vec![bytes])
    }
}

impl Secret {
    /// Reads the text of a secret file.
    ///
    /// # Errors
    /// When it is empty or a line is too short, saying which.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut known = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            if line.len() < SHORTEST {
                return Err(format!(
                    "line {} holds fewer than {SHORTEST} characters: write a longer secret",
                    index + 1
                ));
            }
            known.push(ids::derive("alongside link signing", line.as_bytes()));
        }
        known.reverse();
        match known.is_empty() {
            true => Err(format!("it is empty: write a secret of at least {SHORTEST} characters")),
            false => Ok(Self(known)),
        }
    }

    /// How many secrets are known.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The key for a purpose, from the secret in use.
    #[must_use]
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        ids::derive(purpose, self.0.first().map_or(&[][..], |secret| secret))
    }

    /// The key for a purpose from each secret that is known, the one in use first.
    pub fn keys(&self, purpose: &str) -> impl Iterator<Item = [u8; 32]> {
        self.0.iter().map(move |secret| ids::derive(purpose, secret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef";
    const NEW: &str = "fedcba9876543210fedcba9876543210";

    #[test]
    fn the_last_line_is_in_use_and_the_earlier_still_open() {
        let old = Secret::parse(OLD).unwrap();
        let both = Secret::parse(&format!("{OLD}\n\n  {NEW}\n")).unwrap();
        let new = Secret::parse(NEW).unwrap();
        assert_eq!(both.len(), 2);
        assert_eq!(both.key("a"), new.key("a"));
        assert_eq!(both.keys("a").collect::<Vec<_>>(), [new.key("a"), old.key("a")]);
        assert_ne!(both.key("a"), both.key("b"), "each purpose has its own");
        assert_eq!(format!("{both:?}"), "Secret(2 known)");
    }

    #[test]
    fn a_short_or_missing_secret_is_refused() {
        assert!(Secret::parse("").unwrap_err().contains("empty"));
        assert!(Secret::parse(&format!("{OLD}\nshort")).unwrap_err().contains("line 2"));
    }
}
