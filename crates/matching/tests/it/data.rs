//! Public data, where it is at hand.

use std::path::PathBuf;

/// The text of a reference file, or none, said aloud, when the public data is not there.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
pub(crate) fn matching(file: &str) -> Option<String> {
    let root = std::env::var_os("ALONGSIDE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let path = root.join("reference/matching").join(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) => {
            let required = std::env::var("ALONGSIDE_REQUIRE_DATA").is_ok_and(|v| v == "1");
            assert!(!required, "{}: {error}", path.display());
            println!("skipped: public data not found");
            None
        }
    }
}
