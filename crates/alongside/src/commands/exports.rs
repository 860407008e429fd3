//! `alongside export`.

use std::{fs, path::Path};

use anyhow::Context as _;
use foundation::{
    Clock, Db, Sql as _,
    events::Entry,
    web::{Cell, Format, Table},
};
use register::{Scope, kpis};

use crate::{
    boot,
    cli::{Cli, Export},
    failure::{Code, fail},
};

/// Writes records as a table whose format the file's ending chooses.
pub(super) async fn run(cli: &Cli, options: &Export) -> anyhow::Result<()> {
    let ending = options.file.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    let format = Format::from_ending(ending).ok_or_else(|| {
        fail(
            Code::Usage,
            format!("{}: end the name with .csv, .xlsx or .json", options.file.display()),
        )
    })?;
    let app = boot::app(boot::config(cli)?, Clock::system()).await?;
    let table = match (options.what.as_str(), options.school) {
        ("schools", _) => schools(&app.db).await?,
        ("indicators", Some(urn)) => indicators(&app.db, urn).await?,
        _ => events(&app.db).await?,
    };
    write(&options.file, format, &table)?;
    let rows = table.rows.len();
    let json = serde_json::json!({ "file": options.file, "rows": rows });
    super::say_or(cli, &format!("{rows} rows written to {}", options.file.display()), &json);
    Ok(())
}

fn write(path: &Path, format: Format, table: &Table) -> anyhow::Result<()> {
    let bytes = match format {
        Format::Csv => table.csv().into_bytes(),
        Format::Json => table.json().to_string().into_bytes(),
        Format::Xlsx => table.xlsx()?,
    };
    fs::write(path, bytes).with_context(|| path.display().to_string())
}

fn heads(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// Every open school, in the order of the alphabet.
async fn schools(db: &Db) -> anyhow::Result<Table> {
    const PAGE: usize = 5_000;
    let mut rows = Vec::new();
    loop {
        let (page, _) = register::list(db, &Scope::default(), rows.len(), PAGE).await?;
        let last = page.len() < PAGE;
        rows.extend(page.into_iter().map(|school| {
            let words = |text: Option<String>| Cell::text(text.unwrap_or_default());
            vec![
                Cell::text(school.urn.to_string()),
                Cell::text(school.name.clone()),
                Cell::text(school.phase.in_words()),
                Cell::text(school.kind.clone()),
                Cell::text(school.authority_name.clone()),
                words(school.trust_name.clone()),
                words(school.town.clone()),
                words(school.postcode),
            ]
        }));
        if last {
            break;
        }
    }
    Ok(Table {
        caption: "Open schools".to_owned(),
        columns: heads(&["URN", "Name", "Phase", "Type", "Authority", "Trust", "Town", "Postcode"]),
        rows,
        notes: vec!["Department for Education, Open Government Licence v3.0.".to_owned()],
    })
}

/// Every indicator of one school, small numbers hidden as on its page.
async fn indicators(db: &Db, urn: u32) -> anyhow::Result<Table> {
    let school = register::school(db, urn)
        .await?
        .ok_or_else(|| fail(Code::Absent, format!("no school has the reference number {urn}")))?;
    let mut rows = Vec::new();
    let mut notes = Vec::new();
    for series in kpis::all_of(db, urn).await? {
        let definition = series.definition();
        for reading in &series.readings {
            let shown = definition.show(&reading.measure);
            let value = match shown.value() {
                Some(value) => Cell::Number(value, definition.decimals),
                None => Cell::Missing(definition.in_words(&shown)),
            };
            let source = reading.source.sentence(reading.status);
            rows.push(vec![
                Cell::text(definition.plain_name),
                Cell::text(format!("{:?}", series.group)),
                Cell::text(reading.period.to_string()),
                value,
                shown.n().map_or_else(|| Cell::text(""), |n| Cell::Number(n, 0)),
            ]);
            if !notes.contains(&source) {
                notes.push(source);
            }
        }
    }
    Ok(Table {
        caption: format!("Indicators of {}", school.name),
        columns: heads(&["Indicator", "Pupils", "Year", "Value", "Number of pupils"]),
        rows,
        notes,
    })
}

/// The record of acts, oldest first.
async fn events(db: &Db) -> anyhow::Result<Table> {
    let entries: Vec<Entry> = db
        .all(
            "SELECT seq, at, actor, actor_name, acting_for, verb, subject, subject_id, owner, reason,
               detail, request, previous, hash FROM event ORDER BY seq",
            [],
        )
        .await?;
    let rows = entries
        .into_iter()
        .map(|entry| {
            let words = |text: Option<String>| Cell::text(text.unwrap_or_default());
            vec![
                Cell::text(entry.seq.to_string()),
                Cell::text(entry.at.0.to_string()),
                Cell::text(entry.actor_name),
                words(entry.acting_for),
                Cell::text(entry.verb),
                Cell::text(entry.subject),
                Cell::text(entry.subject_id),
                words(entry.reason),
                Cell::text(entry.hash),
            ]
        })
        .collect();
    Ok(Table {
        caption: "The record of acts".to_owned(),
        columns: heads(&[
            "Number",
            "When",
            "Who",
            "For whom",
            "What",
            "Record",
            "Identifier",
            "Why",
            "Hash",
        ]),
        rows,
        notes: Vec::new(),
    })
}
