//! Writes a district's public files into a folder: `write FOLDER [SEED [SCHOOLS]]`.

use std::{env, fs, io, path::Path};

use district::{DEMO_SEED, District, Options};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "district".to_owned());
    let seed = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(DEMO_SEED);
    let schools = arguments.next().and_then(|s| s.parse().ok()).unwrap_or(300);
    let district = District::generate(seed, Options { schools, ..Options::default() });
    for (name, bytes) in district.files().into_iter().chain(district.outturn_files()) {
        let path = Path::new(&folder).join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}
