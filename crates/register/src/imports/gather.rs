//! Which files there are, what each is, and in which order they must be applied.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use sources::{Family, FileHint, Pack, Recognised, Refusal};

use super::ImportError;

/// A file to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Where its bytes are.
    pub path: PathBuf,
    /// How reports name it.
    pub name: String,
    /// Its name with its folders, from which year and release are read where the content is silent.
    pub hint: String,
}

impl Input {
    pub(super) fn hint(&self) -> FileHint {
        FileHint::named(self.hint.clone())
    }

    pub(super) fn open(&self) -> Result<BufReader<File>, ImportError> {
        let file = File::open(&self.path)
            .map_err(|error| ImportError::Path { path: self.name.clone(), error })?;
        Ok(BufReader::with_capacity(1 << 18, file))
    }
}

/// A file with what its header says.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) input: Input,
    pub(super) hash: String,
    pub(super) found: Result<Recognised, Refusal>,
}

/// Every file under some paths, hidden ones left out, in the order of their names.
pub(super) fn walk(paths: &[PathBuf]) -> Result<Vec<Input>, ImportError> {
    let mut inputs = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(path)
            .map_err(|error| ImportError::Path { path: path.display().to_string(), error })?;
        if meta.is_dir() {
            descend(path, &mut inputs)?;
        } else {
            inputs.push(input(path));
        }
    }
    if inputs.is_empty() {
        let given: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(ImportError::Nothing(given.join(", ")));
    }
    Ok(inputs)
}

fn input(path: &Path) -> Input {
    let name = path.display().to_string();
    // The folder a relative path stands in may say the year: ask the system for the whole path.
    let whole = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Input { path: path.to_owned(), name, hint: whole.display().to_string() }
}

fn descend(folder: &Path, inputs: &mut Vec<Input>) -> Result<(), ImportError> {
    let failed = |error| ImportError::Path { path: folder.display().to_string(), error };
    let mut entries: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        entries.push(entry.map_err(failed)?.path());
    }
    entries.sort();
    for path in entries {
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            descend(&path, inputs)?;
        } else {
            inputs.push(input(&path));
        }
    }
    Ok(())
}

/// Reads every file's header and content hash and puts the files in order.
pub(super) fn plan(inputs: Vec<Input>) -> Result<Vec<Planned>, ImportError> {
    let mut planned = Vec::with_capacity(inputs.len());
    for input in inputs {
        let failed = |error| ImportError::Path { path: input.name.clone(), error };
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(input.open()?).map_err(failed)?;
        let found = sources::recognise(input.open()?, &input.hint(), Pack::current());
        planned.push(Planned { hash: hasher.finalize().to_hex().to_string(), found, input });
    }
    planned.sort_by_cached_key(|file| {
        let (family, period, day) = match &file.found {
            Ok(found) => (order(found.family), found.period.map(|(year, _)| year), found.as_at),
            Err(_) => (u8::MAX, None, None),
        };
        (family, period, day, file.input.name.clone())
    });
    Ok(planned)
}

/// The register first, since everything else refers to it.
const fn order(family: Family) -> u8 {
    match family {
        Family::Register => 0,
        Family::Links => 1,
        Family::Groups => 2,
        Family::Postcodes => 3,
        Family::Indicators => 4,
        Family::Inspections => 5,
        _ => 6,
    }
}

/// The word stored for a family.
pub(super) const fn family_word(family: Family) -> &'static str {
    match family {
        Family::Register => "register",
        Family::Links => "links",
        Family::Groups => "groups",
        Family::Postcodes => "postcodes",
        Family::Indicators => "indicators",
        Family::Inspections => "inspections",
        _ => "other",
    }
}
