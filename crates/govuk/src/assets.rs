//! The files a page needs, inside the program: stylesheets and scripts.
//!
//! Serve each at a path of your choice, keeping their folders: `init.js` imports
//! `vendor/govuk-frontend.min.js` by its relative path. The hash serves as entity tag and, in the
//! query of an address, to let browsers keep a file for ever.

use std::borrow::Cow;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Embedded;

/// The stylesheets a page links, in this order.
pub const STYLESHEETS: [&str; 2] = ["vendor/govuk.css", "extra.css"];

/// The module a page loads.
pub const MODULE: &str = "init.js";

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Where it stands below the folder of assets, such as `vendor/govuk.css`.
    pub path: Cow<'static, str>,
    /// What it holds.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type, such as `text/css`.
    pub mime: String,
    /// The SHA-256 of its bytes in hexadecimal.
    pub hash: String,
}

/// The file at a path below the folder of assets; `None` when there is none.
pub fn get(path: &str) -> Option<Asset> {
    let file = Embedded::get(path)?;
    Some(Asset {
        path: Cow::Owned(path.to_owned()),
        mime: media_type(path).to_owned(),
        hash: file.metadata.sha256_hash().iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes: file.data,
    })
}

/// Every file, ordered by path.
pub fn iter() -> impl Iterator<Item = Asset> {
    let mut paths: Vec<_> = Embedded::iter().collect();
    paths.sort();
    paths.into_iter().filter_map(|path| get(&path))
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn what_a_page_needs_is_there() {
        for path in STYLESHEETS.into_iter().chain([MODULE, "vendor/govuk-frontend.min.js"]) {
            let asset = get(path).unwrap_or_else(|| panic!("{path} is missing"));
            assert_eq!(asset.hash, hex(&asset.bytes), "{path}");
            assert_ne!(asset.mime, "application/octet-stream", "{path}");
        }
        assert!(get("no/such/file").is_none());
        assert!(get("../Cargo.toml").is_none());
    }

    #[test]
    fn vendored_files_are_as_recorded() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let record = std::fs::read_to_string(root.join("VENDORED.toml")).expect("VENDORED.toml");
        let record: toml::Table = record.parse().expect("VENDORED.toml is TOML");
        let files = record["file"].as_array().expect("files");
        assert!(files.len() >= 4, "stylesheet, script, own stylesheet, fixtures");
        for file in files {
            let path = file["path"].as_str().expect("a path");
            let bytes = std::fs::read(root.join(path)).expect(path);
            assert_eq!(Some(hex(&bytes).as_str()), file["sha256"].as_str(), "{path}");
        }
    }

    #[test]
    fn nothing_of_the_brand_is_fetched() {
        for asset in iter() {
            let text = String::from_utf8(asset.bytes.into_owned()).expect("text");
            for banned in ["url(", "@font-face", "GDS Transport"] {
                assert!(!text.contains(banned), "{} contains {banned}", asset.path);
            }
        }
    }
}
