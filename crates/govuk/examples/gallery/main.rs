//! Writes one page with every component, and the assets it needs, into a folder:
//! `cargo run -p govuk --example gallery -- FOLDER` (`target/gallery` unless given).

mod page;

use std::path::PathBuf;
use std::{env, fs, io};

use govuk::assets;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args().nth(1).unwrap_or_else(|| "target/gallery".to_owned()));
    for asset in assets::iter() {
        let file = folder.join("assets").join(&*asset.path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(file, asset.bytes)?;
    }
    fs::write(folder.join("index.html"), page::gallery().render())
}
