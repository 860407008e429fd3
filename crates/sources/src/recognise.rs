//! Which mapping a header fits, and what to say when none does.

use crate::header::Header;
use crate::pack::{Mapping, NotImported, Pack};
use crate::problem::{Problem, ProblemCode, Severity, shorten};

/// What a header turned out to be.
pub(crate) enum Fit<'p> {
    /// A layout that is read.
    Mapping(&'p Mapping),
    /// A known file that is not imported.
    NotImported(&'p NotImported),
    /// Nothing known.
    None,
}

/// How many rows from the top the header may be found in: workbooks begin with titles.
pub(crate) const HEADER_ROWS: usize = 30;

/// Finds the mapping that fits and reads most of a header's columns.
pub(crate) fn fit<'p>(header: &Header, pack: &'p Pack) -> Fit<'p> {
    let has = |name: &str| header.has(name);
    let best = pack
        .mappings()
        .iter()
        .filter(|mapping| mapping.recognise.lacks(&has) == 0)
        .max_by_key(|mapping| columns_known(mapping, header));
    if let Some(mapping) = best {
        return Fit::Mapping(mapping);
    }
    pack.not_imported()
        .iter()
        .find(|entry| !entry.recognise.all.is_empty() && entry.recognise.lacks(&has) == 0)
        .map_or(Fit::None, Fit::NotImported)
}

fn columns_known(mapping: &Mapping, header: &Header) -> usize {
    let there = |names: &Vec<String>| names.iter().any(|name| header.has(name));
    mapping.columns.values().filter(|names| there(names)).count()
        + mapping.measures.iter().filter(|measure| there(&measure.value)).count()
}

/// The refusal of a file that is known and not imported.
pub(crate) fn not_imported(entry: &NotImported) -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::NotImported,
        format!("this is {}: {}", entry.title, entry.reason),
        entry.remedy.clone(),
    )
}

/// A known file that has no header: JSON by its keys, prose by its words.
pub(crate) fn without_header<'p>(
    head: &str,
    json: bool,
    pack: &'p Pack,
) -> Option<&'p NotImported> {
    pack.not_imported().iter().find(|entry| {
        if json {
            entry.json_keys.iter().any(|key| head.contains(&format!("\"{key}\"")))
        } else {
            !entry.words.is_empty() && entry.words.iter().all(|word| head.contains(word))
        }
    })
}

/// The refusal of a file whose columns no mapping knows: what was there, what comes nearest, and
/// everything that was looked for.
pub(crate) fn unknown(headers: &[Header], pack: &Pack) -> Problem {
    let named = |header: &Header| header.names.iter().filter(|name| !name.is_empty()).count();
    let widest = headers.iter().max_by_key(|header| named(header));
    let Some(widest) = widest.filter(|header| named(header) > 1) else {
        return Problem::new(
            Severity::File,
            ProblemCode::NotATable,
            "no row in the first thirty holds more than one cell, so there is no table here",
            format!("Choose a CSV or XLSX with one row of column names. {}", known_titles(pack)),
        )
        .at(headers.first().map_or(1, |header| header.row));
    };
    let nearest = headers
        .iter()
        .flat_map(|header| pack.mappings().iter().map(move |mapping| (header, mapping)))
        .filter(|(header, mapping)| columns_known(mapping, header) > 0)
        .min_by_key(|(header, mapping)| {
            let lacks = mapping.recognise.lacks(&|name| header.has(name));
            (lacks, std::cmp::Reverse(columns_known(mapping, header)))
        });
    let names = widest.names.iter().filter(|name| !name.is_empty());
    let first: Vec<String> = names.take(6).map(|name| shorten(name)).collect();
    let mut what = format!(
        "no known layout has these columns ({}{})",
        first.join(", "),
        if named(widest) > 6 { "…" } else { "" }
    );
    if let Some((_, mapping)) = nearest {
        what.push_str(&format!(
            "; the nearest is “{}”, which needs {}",
            mapping.title, mapping.recognise.looked_for
        ));
    }
    Problem::new(
        Severity::File,
        ProblemCode::UnknownLayout,
        what,
        format!(
            "Check that this is the file you meant, or write a mapping. {}",
            known_titles(pack)
        ),
    )
    .at(widest.row)
}

fn known_titles(pack: &Pack) -> String {
    let titles: Vec<&str> = pack.mappings().iter().map(|mapping| mapping.title.as_str()).collect();
    format!("Looked for: {}", titles.join("; "))
}
