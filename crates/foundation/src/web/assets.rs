//! Style sheets and scripts, embedded in the binary and cached for good by their hash.

use std::{collections::BTreeMap, sync::OnceLock};

use axum::{
    Router,
    extract::{Path, RawQuery},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;

use super::App;

/// Our own files; the design system brings its own.
#[derive(RustEmbed)]
#[folder = "assets/"]
struct Own;

struct Asset {
    bytes: Vec<u8>,
    kind: String,
    hash: String,
}

fn assets() -> &'static BTreeMap<String, Asset> {
    static ASSETS: OnceLock<BTreeMap<String, Asset>> = OnceLock::new();
    ASSETS.get_or_init(|| {
        let mut assets = BTreeMap::new();
        let mut add = |name: &str, bytes: Vec<u8>| {
            let kind = mime_guess::from_path(name).first_or_octet_stream().to_string();
            let hash = blake3::hash(&bytes).to_hex()[..12].to_owned();
            assets.insert(name.to_owned(), Asset { bytes, kind, hash });
        };
        for asset in govuk::assets::iter() {
            add(&asset.path, asset.bytes.into_owned());
        }
        for name in Own::iter() {
            if let Some(file) = Own::get(&name) {
                add(&name, file.data.into_owned());
            }
        }
        assets
    })
}

/// The address of an asset; changes whenever its content does.
#[must_use]
pub fn asset_url(name: &str) -> String {
    let hash = assets().get(name).map_or("0", |asset| asset.hash.as_str());
    format!("/assets/{name}?v={hash}")
}

async fn serve(Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    // A module imported by another has no hash in its address, so it may not be kept for good.
    let keep = match query {
        Some(_) => "public, max-age=31536000, immutable",
        None => "public, max-age=3600",
    };
    match assets().get(&name) {
        Some(asset) => (
            [(header::CONTENT_TYPE, asset.kind.as_str()), (header::CACHE_CONTROL, keep)],
            asset.bytes.as_slice(),
        )
            .into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The route that serves assets.
pub fn routes() -> Router<App> {
    Router::new().route("/assets/{*name}", get(serve))
}
