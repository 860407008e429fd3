//! The invariants of ARCHITECTURE.md, each by its own test.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

const ENGINES: &[&str] = &["charts", "district", "evidence", "govuk", "matching", "sources"];

/// Rooms from the ground up: each may lean on those before it and on the engines.
const ROOMS: &[&str] = &[
    "foundation",
    "access",
    "register",
    "needs",
    "brokerage",
    "support",
    "plans",
    "visits",
    "practices",
    "networks",
    "alongside",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            let skipped = ["target", "node_modules", "vendor", "fixtures", ".git"];
            if !skipped.iter().any(|skip| name == *skip) {
                files(&path, ending, found);
            }
        } else if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
}

fn sources(of: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&root().join("crates").join(of).join("src"), "rs", &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a readable source file");
            (path, text)
        })
        .collect()
}

/// Our own crates each crate depends on, outside its tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata");
    let ours: Vec<String> =
        metadata.packages.iter().map(|package| package.name.to_string()).collect();
    metadata
        .packages
        .iter()
        .map(|package| {
            let mut leans_on: Vec<String> = package
                .dependencies
                .iter()
                .filter(|d| d.kind == cargo_metadata::DependencyKind::Normal)
                .filter(|d| ours.contains(&d.name))
                .map(|d| d.name.clone())
                .collect();
            leans_on.sort();
            (package.name.to_string(), leans_on)
        })
        .collect()
}

#[test]
fn rooms_lean_downward_only() {
    let graph = dependencies();
    for (height, room) in ROOMS.iter().enumerate() {
        for other in &graph[*room] {
            let engine = ENGINES.contains(&other.as_str());
            let below = ROOMS[..height].contains(&other.as_str());
            assert!(engine || below, "{room} leans on {other}, which is not below it");
        }
    }
}

#[test]
fn every_crate_has_its_place() {
    for name in dependencies().keys() {
        let known = ENGINES.contains(&name.as_str())
            || ROOMS.contains(&name.as_str())
            || ["testkit", "xtask"].contains(&name.as_str());
        assert!(
            known,
            "{name} is neither an engine nor a room: give it a place here and in ARCHITECTURE.md"
        );
    }
}

#[test]
fn engines_know_no_room() {
    let graph = dependencies();
    for engine in ENGINES {
        for other in &graph[*engine] {
            assert!(ENGINES.contains(&other.as_str()), "the engine {engine} leans on {other}");
        }
    }
}

#[test]
fn engines_are_pure() {
    let banned = [
        "std::fs",
        "std::net",
        "std::process",
        "tokio::",
        "sea_orm",
        "axum::",
        "SystemTime",
        "Instant::now",
        "Timestamp::now",
        "rand::rng(",
        "async fn",
    ];
    for engine in ENGINES {
        let all = sources(engine);
        // A module declared for tests only is no part of the engine.
        let for_tests: Vec<String> = all
            .iter()
            .flat_map(|(_, text)| text.split("#[cfg(test)]\nmod ").skip(1))
            .filter_map(|rest| rest.split_once(';').map(|(name, _)| name.to_owned()))
            .collect();
        for (path, text) in all {
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
            if stem.is_some_and(|stem| for_tests.contains(&stem)) {
                continue;
            }
            let product = text.split("#[cfg(test)]").next().unwrap_or("");
            let code = product.lines().filter(|line| !line.trim_start().starts_with("//"));
            for (number, line) in code.enumerate() {
                for word in banned {
                    assert!(
                        !line.contains(word),
                        "{} (code line {}): an engine has no {word}",
                        path.display(),
                        number + 1
                    );
                }
            }
        }
    }
}

/// Only [`foundation::Db::write`] begins a transaction.
#[test]
fn transactions_begin_at_one_door() {
    for room in ROOMS {
        for (path, text) in sources(room) {
            let door = path.ends_with("foundation/src/db/mod.rs");
            for word in [".begin()", ".begin_with_options(", ".begin_with_config("] {
                assert!(door || !text.contains(word), "{}: {word}", path.display());
            }
        }
    }
}

#[test]
fn a_file_fits_in_a_head() {
    for name in dependencies().keys().filter(|name| *name != "xtask") {
        for (path, text) in sources(name) {
            let lines = text.lines().count();
            assert!(lines <= 600, "{} has {lines} lines: split it", path.display());
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    for name in dependencies().keys() {
        for (path, text) in sources(name) {
            for word in ["todo!(", "unimplemented!(", "#[ignore", concat!("FIX", "ME")] {
                assert!(!text.contains(word), "{} holds {word}", path.display());
            }
        }
    }
}

#[test]
fn names_say_what_a_thing_is() {
    for name in dependencies().keys() {
        for (path, text) in sources(name) {
            for line in text.lines().filter(|line| line.trim_start().starts_with("pub ")) {
                for word in ["Manager", "Helper", "Util"] {
                    let named = line.contains(&format!("struct {word}"))
                        || line.contains(&format!("{word} {{"))
                        || line.contains(&format!("mod {}", word.to_lowercase()));
                    assert!(!named, "{}: {line}", path.display());
                }
            }
        }
    }
}

/// A strict content security policy forbids them, and a browser would quietly drop them.
#[test]
fn templates_hold_no_inline_style_or_script() {
    let mut templates = Vec::new();
    files(&root().join("crates"), "html", &mut templates);
    assert!(templates.len() > 5);
    for path in templates {
        let text = fs::read_to_string(&path).expect("a readable template");
        for word in [" style=\"", "<style", "onclick=", "onload=", "javascript:"] {
            assert!(!text.contains(word), "{} holds {word}", path.display());
        }
        for script in text.match_indices("<script").map(|(at, _)| &text[at..]) {
            let tag = &script[..script.find('>').unwrap_or(script.len())];
            assert!(tag.contains("src="), "{}: an inline script", path.display());
        }
    }
}

/// `alongside states docs/states` writes them from the code.
#[test]
fn every_state_machine_is_documented_as_it_is() {
    let folder = root().join("docs/states");
    let machines = alongside::routes::machines();
    for machine in &machines {
        let path = folder.join(format!("{}.md", machine.file));
        let page = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            page == machine.markdown(),
            "{} is not what the code says: run `alongside states docs/states`",
            path.display()
        );
    }
}
