//! Charts: drawn here for the page, the saved picture and the table alike.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use charts::{Drawing, Finite, Frame, Quartiles, Reading, Symbol, Trend, TrendPoint, Unit};
use evidence::variation::interval;
use foundation::{App, PageError, terms::AcademicYear};
use sources::PupilGroup;

use crate::{
    Phase, School,
    kpis::{self, Benchmark, Comparators, Definition, Series},
};

/// How a chart writes the numbers of an indicator.
fn unit(definition: &Definition) -> Unit {
    let percent = definition.suffix == "%";
    Unit {
        suffix: if percent { "%".to_owned() } else { String::new() },
        decimals: u8::try_from(definition.decimals).unwrap_or(2),
        difference: if percent { "percentage points".to_owned() } else { "points".to_owned() },
    }
}

fn finite(value: f64) -> Option<Finite> {
    Finite::new(value).ok()
}

fn pupils(n: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be a number of pupils"
    )]
    (n.is_finite() && (0.0..1e6).contains(&n)).then(|| n.round() as u32)
}

/// "2017–18" as "2017-18", narrow enough for an axis.
fn short(period: AcademicYear) -> String {
    period.to_string().replace('–', "-")
}

/// One indicator over the years, beside the family and the nation.
pub(crate) fn trend(
    school: &School,
    series: &Series,
    family: impl Fn(AcademicYear) -> Option<Benchmark>,
    comparators: &Comparators,
) -> Drawing {
    let definition = series.definition();
    let (first, last) = match (series.readings.first(), series.readings.last()) {
        (Some(first), Some(last)) => (first.period.0, last.period.0),
        _ => (0, -1),
    };
    let points = (first..=last)
        .map(|year| {
            let period = AcademicYear(year);
            let reading = series.in_year(period).map_or_else(
                || Reading::Missing("No figure for this year has been imported".to_owned()),
                |reading| match reading.measure.number().and_then(finite) {
                    Some(value) => Reading::Value {
                        value,
                        interval: interval(&reading.measure)
                            .and_then(|i| Some((finite(i.low)?, finite(i.high)?))),
                        n: reading.measure.n().and_then(pupils),
                    },
                    None => Reading::Missing(definition.in_words(&reading.measure)),
                },
            );
            let quartiles = family(period).and_then(|benchmark| {
                Some(Quartiles {
                    lower: finite(benchmark.lower)?,
                    median: finite(benchmark.median)?,
                    upper: finite(benchmark.upper)?,
                })
            });
            TrendPoint {
                period: short(period),
                reading,
                family: quartiles,
                national: comparators
                    .national(definition, series.group, period)
                    .and_then(|reading| reading.measure.number())
                    .and_then(finite),
            }
        })
        .collect();
    let id = definition.code.to_lowercase().replace('_', "-");
    let title = format!("{}: {}", definition.plain_name, school.name);
    Trend {
        frame: Frame::new(&id, &title),
        school: school.name.clone(),
        unit: unit(definition),
        points,
    }
    .draw()
}

/// The symbol of a phase on a map.
pub(crate) const fn symbol(phase: Phase) -> Symbol {
    match phase {
        Phase::Primary => Symbol::Circle,
        Phase::Secondary | Phase::Post16 => Symbol::Square,
        Phase::AllThrough => Symbol::Diamond,
        Phase::Special => Symbol::Triangle,
        Phase::Alternative => Symbol::Inverted,
        Phase::Nursery => Symbol::Ring,
        Phase::Other => Symbol::Plus,
    }
}

/// A drawing as a file: `.svg`, or `.png` 1,200 pixels wide.
pub(crate) fn picture(drawing: &Drawing, name: &str, ending: &str) -> Result<Response, PageError> {
    let attachment = format!("attachment; filename=\"{name}.{ending}\"");
    match ending {
        "svg" => Ok((
            [
                (header::CONTENT_TYPE, "image/svg+xml".to_owned()),
                (header::CONTENT_DISPOSITION, attachment),
            ],
            drawing.svg.clone(),
        )
            .into_response()),
        "png" => {
            let png = drawing.png(1_200).map_err(|error| PageError::Internal(error.to_string()))?;
            Ok((
                [
                    (header::CONTENT_TYPE, "image/png".to_owned()),
                    (header::CONTENT_DISPOSITION, attachment),
                ],
                png,
            )
                .into_response())
        }
        _ => Err(PageError::NotFound),
    }
}

/// `/schools/{urn}/charts/KS2_RWM_EXP.svg`
pub(super) async fn chart(
    State(app): State<App>,
    Path((urn, file)): Path<(u32, String)>,
) -> Result<Response, PageError> {
    let (code, ending) = file.rsplit_once('.').ok_or(PageError::NotFound)?;
    let school = crate::school(&app.db, urn).await?.ok_or(PageError::NotFound)?;
    let definition = kpis::definition(code).ok_or(PageError::NotFound)?;
    let around = super::school::Around::load(&app.db, &school).await?;
    let series = around.series(definition, definition.group).ok_or(PageError::NotFound)?;
    let drawing = around.draw(&school, series);
    let name = format!("{urn}-{}", definition.code.to_lowercase());
    picture(&drawing, &name, ending)
}

/// Words for a group of pupils that is not everybody.
pub(crate) const fn group_words(group: PupilGroup) -> Option<&'static str> {
    match group {
        PupilGroup::Disadvantaged => Some("disadvantaged pupils"),
        PupilGroup::Other => Some("pupils who are not disadvantaged"),
        PupilGroup::Sen => Some("pupils with special educational needs"),
        PupilGroup::Eal => Some("pupils with English as an additional language"),
        _ => None,
    }
}
