//! `alongside states FOLDER`: the state machines, from the code to the documentation.

use std::{fs, path::Path};

use anyhow::Context as _;

use crate::{cli::Cli, routes};

/// Writes a page for every state machine.
pub(super) fn write(cli: &Cli, folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let machines = routes::machines();
    for machine in &machines {
        let path = folder.join(format!("{}.md", machine.file));
        fs::write(&path, machine.markdown()).with_context(|| path.display().to_string())?;
    }
    let files: Vec<&str> = machines.iter().map(|machine| machine.file).collect();
    let text = format!("{} pages in {}: {}", files.len(), folder.display(), files.join(", "));
    super::say_or(cli, &text, &serde_json::json!({ "written": files }));
    Ok(())
}
