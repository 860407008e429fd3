//! A file's header: columns found by name.

use crate::input::Row;
use crate::pack::normalise;
use crate::problem::{Problem, ProblemCode, Severity};
use std::collections::{BTreeSet, HashMap};

/// The columns of a file.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    /// The header's row.
    pub(crate) row: u32,
    /// Names as written, without blanks around them.
    pub(crate) names: Vec<String>,
    places: HashMap<String, usize>,
    repeated: BTreeSet<String>,
}

impl Header {
    pub(crate) fn new(row: &Row) -> Self {
        let mut names: Vec<String> = row.cells().map(|cell| cell.trim().to_owned()).collect();
        while names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        let mut places = HashMap::with_capacity(names.len());
        let mut repeated = BTreeSet::new();
        for (place, name) in names.iter().enumerate() {
            let name = normalise(name);
            if !name.is_empty() && places.insert(name.clone(), place).is_some() {
                repeated.insert(name);
            }
        }
        Self { row: row.number, names, places, repeated }
    }

    /// Whether a normalised name is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The place of the first spelling that is there.
    ///
    /// # Errors
    /// When that spelling stands over two columns: there is no telling which is meant.
    pub(crate) fn find(&self, spellings: &[String]) -> Result<Option<usize>, Problem> {
        let Some(name) = spellings.iter().find(|name| self.has(name)) else { return Ok(None) };
        let place = self.places[name];
        if self.repeated.contains(name) {
            return Err(Problem::new(
                Severity::File,
                ProblemCode::DuplicateColumn,
                "two columns have this name, so there is no telling which one is meant",
                "Remove or rename one of them, or download the file again",
            )
            .at(self.row)
            .in_column(&self.names[place]));
        }
        Ok(Some(place))
    }

    /// The name over a column, as written.
    pub(crate) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }
}
