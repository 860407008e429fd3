//! The security tables name their evidence. What they name is there.

use std::{fs, path::Path};

/// Every Rust source of the product, as one text.
fn sources() -> String {
    fn read(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                read(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                // A file is a module by its name.
                let name = path.file_stem().expect("a name").to_string_lossy();
                *all += &format!("mod {name} ");
                *all += &fs::read_to_string(&path).expect("a source");
            }
        }
    }
    let mut all = String::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), &mut all);
    all
}

/// The names in a page that point at code: `passkeys::a_copy…`, `foundation::upn`.
fn named(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2).filter(|name| {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '…');
        name.chars().all(plain) && (name.contains("::") || name.matches('_').count() > 1)
    })
}

#[test]
fn every_test_and_module_named_as_evidence_exists() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security");
    let sources = sources();
    let mut met = 0;
    let mut missing = Vec::new();
    for page in ["asvs.md", "threat-model.md", "privacy.md", "sealed-text.md", "policy.md"] {
        let text = fs::read_to_string(docs.join(page)).expect("a page");
        for name in named(&text) {
            met += 1;
            let last = name.rsplit("::").find(|part| *part != "…").expect("a name");
            let there = match last.strip_suffix('…') {
                Some(start) => sources.contains(&format!("fn {start}")),
                None => {
                    ["fn", "mod", "struct", "enum", "const"].iter().any(|kind| {
                        let declared = format!("{kind} {last}");
                        sources.match_indices(&declared).any(|(at, _)| {
                            let after = sources[at + declared.len()..].chars().next();
                            after.is_none_or(|c| !c.is_alphanumeric() && c != '_')
                        })
                    }) || sources.contains(&format!("    {last},\n"))
                        || sources.contains(&format!("    {last}("))
                }
            };
            if !there {
                missing.push(format!("{page}: {name}"));
            }
        }
    }
    assert!(met > 30, "only {met} names were found");
    assert!(missing.is_empty(), "nothing of this name is in the sources: {missing:#?}");
}
