//! Writes every sample chart as a PNG into a folder: `picture FOLDER`.

#[path = "../tests/it/samples.rs"]
mod samples;

use std::{env, error::Error, fs, path::Path};

use charts::Frame;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    for (id, title, draw) in samples::ALL {
        let picture = draw(Frame::new(id, title)).png(1080)?;
        fs::write(Path::new(&folder).join(format!("{id}.png")), picture)?;
    }
    Ok(())
}
