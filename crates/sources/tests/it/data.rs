//! Where the public files are, when they are.

use std::path::PathBuf;

/// The folder with the public files; `None`, with a word about it, when it is not there.
///
/// # Panics
/// When `ALONGSIDE_REQUIRE_DATA` is 1 and it is not there.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("ALONGSIDE_DATA").map_or(beside, PathBuf::from);
    if folder.join("national").is_dir() {
        return Some(folder);
    }
    let required = std::env::var("ALONGSIDE_REQUIRE_DATA").is_ok_and(|value| value == "1");
    assert!(!required, "public data not found in {}", folder.display());
    say("skipped: public data not found");
    None
}

/// A file of that folder.
pub(crate) fn file(path: &str) -> Option<Vec<u8>> {
    let path = folder()?.join(path);
    Some(std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

#[expect(clippy::print_stderr, reason = "a skipped test must say so")]
fn say(words: &str) {
    eprintln!("{words}");
}
