//! Bar and gap on a page: of a place, and of one school. A picture with four quarters, and the table
//! that says the same.

use charts::{Drawing, Finite, Frame, Move, Quadrant, Unit};
use evidence::{
    Measure,
    bar_and_gap::{BarAndGap, Standing},
    variation::Interval,
};
use foundation::web::{Cell, Table};

use crate::kpis::{self, Gap};

fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + letters.as_str()
    })
}

/// The table; with the number of schools counted where they are several.
pub(super) fn table(name: &str, gaps: &[Gap], several: bool) -> Table {
    let rows = gaps.iter().map(|gap| {
        let words = |measure: &Measure| gap.definition.in_words(measure);
        let apart = |standing: &Standing| {
            let (other, own) = (standing.national_other.number(), standing.disadvantaged.number());
            match (other, own, gap.definition.direction.sign()) {
                (Some(other), Some(own), Some(sign)) => {
                    Cell::text(gap.definition.bare(sign * (other - own)))
                }
                _ => Cell::Missing("no figure".to_owned()),
            }
        };
        let mut row = vec![
            Cell::text(gap.definition.plain_name),
            Cell::text(format!("{} to {}", gap.before.0, gap.after.0)),
            Cell::text(format!("{} to {}", words(&gap.before.1.all), words(&gap.after.1.all))),
            apart(&gap.before.1),
            apart(&gap.after.1),
            match &gap.change {
                Ok(change) => Cell::text(sentence_case(change.outcome.in_words())),
                Err(reasons) => Cell::Missing(reasons.to_string()),
            },
        ];
        if several {
            #[expect(clippy::cast_precision_loss, reason = "a count of schools")]
            row.push(Cell::Number(gap.schools as f64, 0));
        }
        row
    });
    let mut columns: Vec<String> =
        ["Indicator", "Years", "Level for all pupils", "Gap before", "Gap after", "What happened"]
            .map(str::to_owned)
            .to_vec();
    let counted = match several {
        true => {
            columns.push("Schools counted".to_owned());
            " The same schools are counted in both years, and no figure goes in that is too small \
             to be shown on a school's own page."
        }
        false => {
            " A change counts when it is larger than normal variation between cohorts of this \
                  size."
        }
    };
    Table {
        caption: match several {
            true => format!("Bar and gap of the schools of {name}"),
            false => format!("Bar and gap of {name}"),
        },
        columns,
        rows: rows.collect(),
        notes: vec![format!(
            "The gap is what other pupils of {} reach less what disadvantaged pupils here reach: \
             below zero, disadvantaged pupils here are ahead.{counted}",
            kpis::nation()
        )],
    }
}

fn half(interval: Option<Interval>) -> Option<Finite> {
    let interval = interval?;
    Finite::new((interval.high - interval.low) / 2.0).ok()
}

fn moved(gap: &Gap, change: &BarAndGap) -> Option<Move> {
    Some(Move {
        label: Some(gap.definition.plain_name.to_owned()),
        bar: Finite::new(change.level).ok()?,
        gap: Finite::new(change.gap).ok()?,
        half_widths: half(change.level_interval).zip(half(change.gap_interval)),
    })
}

/// Where each indicator went: level up or down, gap narrower or wider. Only those counted in
/// percentages share its axes; nothing where there are none.
pub(super) fn picture(id: &str, name: &str, gaps: &[Gap]) -> Option<Drawing> {
    let moves: Vec<Move> = gaps
        .iter()
        .filter(|gap| gap.definition.suffix == "%")
        .filter_map(|gap| moved(gap, gap.change.as_ref().ok()?))
        .collect();
    (!moves.is_empty()).then(|| {
        let frame = Frame::new(id, &format!("Bar and gap: {name}"));
        Quadrant { frame, unit: Unit { decimals: 1, ..Unit::percent() }, moves }.draw()
    })
}
