//! The tables behind the pages, the same on the screen and in every download.

use evidence::variation::interval;
use foundation::web::{Cell, Table};

use super::school::Around;
use crate::{
    School,
    kpis::{self, Definition, Reading, Series},
};

/// A reading as a cell.
pub(crate) fn cell(definition: &Definition, reading: Option<&Reading>) -> Cell {
    match reading {
        None => Cell::Missing("No figure imported".to_owned()),
        Some(reading) => match reading.measure.number() {
            Some(value) => Cell::Number(value, definition.decimals),
            None => Cell::Missing(definition.in_words(&reading.measure)),
        },
    }
}

fn number(value: Option<f64>, decimals: usize) -> Cell {
    value.map_or_else(|| Cell::Missing("–".to_owned()), |value| Cell::Number(value, decimals))
}

/// One indicator over the years: the number, its interval, what it rests on, what lies beside it.
pub(crate) fn of_series(school: &School, around: &Around, series: &Series) -> Table {
    let definition = series.definition();
    let decimals = definition.decimals;
    let unit = match definition.suffix.trim() {
        "" => String::new(),
        suffix => format!(" ({suffix})"),
    };
    let mut table = Table {
        caption: format!("{}{unit}: {}", super::card::title(definition, series.group), school.name),
        columns: ["Year", "School", "From", "To", "Pupils", "Family", "Authority", kpis::nation(), "Release"]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
        notes: vec![
            "From and To: 95% interval for a cohort of this size. Family: the middle of the schools most alike in intake."
                .to_owned(),
        ],
    };
    for reading in &series.readings {
        let interval = interval(&reading.measure);
        let beside = |reading: Option<&Reading>| {
            number(reading.and_then(|reading| reading.measure.number()), decimals)
        };
        table.rows.push(vec![
            Cell::text(reading.period.to_string()),
            cell(definition, Some(reading)),
            number(interval.map(|i| i.low), decimals),
            number(interval.map(|i| i.high), decimals),
            number(reading.measure.n().filter(|n| n.is_finite()), 0),
            number(
                around.family_at(definition, series.group, reading.period).map(|b| b.median),
                decimals,
            ),
            beside(around.comparators.authority(definition, series.group, reading.period)),
            beside(around.comparators.national(definition, series.group, reading.period)),
            Cell::text(release(reading)),
        ]);
        let source = reading.source.sentence(reading.status);
        if !table.notes.contains(&source) {
            table.notes.push(source);
        }
    }
    table
}

pub(crate) const fn release(reading: &Reading) -> &'static str {
    match reading.status {
        kpis::ReleaseStatus::YearToDate => "year to date",
        kpis::ReleaseStatus::Provisional => "provisional",
        kpis::ReleaseStatus::Revised => "revised",
        kpis::ReleaseStatus::Final => "final",
        _ => "not stated",
    }
}

/// Every reading of a school, one a row.
pub(crate) fn everything(name: &str, all: &[Series]) -> Table {
    let mut table = Table {
        caption: format!("Every published figure: {name}"),
        columns: [
            "Indicator",
            "Code",
            "Pupils",
            "Year",
            "Value",
            "From",
            "To",
            "Out of",
            "Release",
            "Source",
        ]
        .map(str::to_owned)
        .to_vec(),
        rows: Vec::new(),
        notes: vec!["From and To: 95% interval for a cohort of this size.".to_owned()],
    };
    for series in all {
        let definition = series.definition();
        for reading in &series.readings {
            let interval = interval(&reading.measure);
            table.rows.push(vec![
                Cell::text(definition.plain_name),
                Cell::text(definition.code),
                Cell::text(super::picture::group_words(series.group).unwrap_or("all pupils")),
                Cell::text(reading.period.to_string()),
                cell(definition, Some(reading)),
                number(interval.map(|i| i.low), definition.decimals),
                number(interval.map(|i| i.high), definition.decimals),
                number(reading.measure.n().filter(|n| n.is_finite()), 0),
                Cell::text(release(reading)),
                Cell::text(reading.source.sentence(reading.status)),
            ]);
        }
    }
    table
}

/// Context: what a school is given, beside its family, authority and England.
pub(crate) fn context(school: &School, around: &Around) -> Table {
    let mut table = Table {
        caption: "Context: what the school is given".to_owned(),
        columns: ["Measure", "Year", "This school", "Family", "Authority", kpis::nation()]
            .map(str::to_owned)
            .to_vec(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    let shown = [
        "CTX_ROLL",
        "CTX_FSM6",
        "CTX_EAL",
        "SEN_SUP",
        "SEN_EHC",
        "CTX_KS2_STAYED",
        "CTX_KS4_STAYED",
    ];
    for code in shown {
        let Some(series) = around.series.iter().find(|s| s.kpi == code) else { continue };
        let definition = series.definition();
        let Some(latest) = series.readings.iter().rev().find(|r| r.measure.number().is_some())
        else {
            continue;
        };
        let written = |value: Option<f64>| {
            value.map_or_else(
                || Cell::Missing("–".to_owned()),
                |value| Cell::text(definition.number_in_words(value)),
            )
        };
        let beside = |reading: Option<&Reading>| written(reading.and_then(|r| r.measure.number()));
        // A total number of pupils is no yardstick for one school.
        let totals = code != "CTX_ROLL";
        table.rows.push(vec![
            Cell::text(definition.plain_name),
            Cell::text(latest.period.to_string()),
            written(latest.measure.number()),
            written(around.family_at(definition, series.group, latest.period).map(|b| b.median)),
            if totals {
                beside(around.comparators.authority(definition, series.group, latest.period))
            } else {
                Cell::Missing("–".to_owned())
            },
            if totals {
                beside(around.comparators.national(definition, series.group, latest.period))
            } else {
                Cell::Missing("–".to_owned())
            },
        ]);
        let source = latest.source.sentence(latest.status);
        if !table.notes.contains(&source) {
            table.notes.push(source);
        }
    }
    if let Some(decile) = school.idaci_decile {
        let words = match decile {
            1 => "in the most deprived tenth".to_owned(),
            10 => "in the least deprived tenth".to_owned(),
            other => format!("in tenth {other} of 10, where 1 is the most deprived"),
        };
        table.rows.push(vec![
            Cell::text("Deprivation of the neighbourhood"),
            Cell::text("2019"),
            Cell::text(words),
            Cell::Missing("–".to_owned()),
            Cell::Missing("–".to_owned()),
            Cell::Missing("–".to_owned()),
        ]);
    }
    table
}
