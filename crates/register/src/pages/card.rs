//! One indicator of one school as a reader meets it: the number, what it rests on, what lies
//! beside it, where it is heading, and where it comes from.

use charts::Drawing;
use evidence::{
    Unit,
    trajectory::Trend,
    variation::{change, interval, pupil_equivalents, pupils_in_words},
};
use govuk::{Html, Tag, TagColour};
use sources::PupilGroup;

use super::{chart_downloads, picture::group_words, school::Around, tables};
use crate::{
    School,
    kpis::{self, Benchmark, Definition, Reading, Series},
    workings::Workings,
};

/// An indicator on the page.
#[derive(Debug)]
pub(crate) struct Card {
    /// Its code, for anchors and addresses.
    pub(crate) code: &'static str,
    /// Its name.
    pub(crate) title: String,
    /// What it means.
    pub(crate) about: &'static str,
    /// The latest number; nothing when the latest reading has none.
    pub(crate) value: Option<String>,
    /// Why the latest reading has no number.
    pub(crate) missing: Option<String>,
    /// The latest year.
    pub(crate) year: String,
    /// What it rests on: "The cohort was 29: one pupil is 3.4 percentage points."
    pub(crate) cohort: Option<String>,
    /// Family, authority and England, each with its figure.
    pub(crate) beside: Vec<(&'static str, String)>,
    /// The difference from the family in pupils and words.
    pub(crate) against: Option<String>,
    /// The change since the year before, in pupils and words.
    pub(crate) change: Option<String>,
    /// Where it is heading, as a tag with words.
    pub(crate) tag: Tag,
    /// Where it is heading, as a sentence.
    pub(crate) heading: String,
    /// Years between which it does not compare.
    pub(crate) breaks: Vec<String>,
    /// The chart.
    pub(crate) drawing: Drawing,
    /// The same as a table.
    pub(crate) table: String,
    /// Source, date, release status and licence, each once.
    pub(crate) sources: Vec<String>,
    /// Links to picture and table in every form.
    pub(crate) downloads: Html,
    /// How the figures were worked out.
    pub(crate) workings: Html,
}

/// Cards by domain.
pub(crate) type Domains = Vec<(String, Vec<Card>)>;
/// Indicators without a number, each with its reason.
pub(crate) type Reasons = Vec<(String, String)>;

/// The indicators of a school that have at least one number, by domain in the pack's order; and
/// those that have none, each with its reason.
pub(crate) fn cards(school: &School, around: &Around) -> (Domains, Reasons) {
    let mut domains: Domains = Vec::new();
    let mut without = Vec::new();
    for series in &around.series {
        let definition = series.definition();
        if definition.domain == "context" || series.group != definition.group {
            continue;
        }
        let Some(latest) = series.latest() else { continue };
        if series.readings.iter().all(|reading| reading.measure.number().is_none()) {
            without.push((title(definition, series.group), definition.in_words(&latest.measure)));
            continue;
        }
        let card = card(school, around, series, latest);
        let words = domain_words(definition.domain);
        match domains.iter_mut().find(|(domain, _)| *domain == words) {
            Some((_, cards)) => cards.push(card),
            None => domains.push((words, vec![card])),
        }
    }
    (domains, without)
}

fn domain_words(domain: &str) -> String {
    match domain {
        "well-being" => "Well-being".to_owned(),
        "system" => "Giving and receiving support".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        }
    }
}

pub(crate) fn title(definition: &Definition, group: PupilGroup) -> String {
    match group_words(group) {
        Some(words) if group != definition.group => format!("{}, {words}", definition.plain_name),
        _ => definition.plain_name.to_owned(),
    }
}

fn card(school: &School, around: &Around, series: &Series, latest: &Reading) -> Card {
    let definition = series.definition();
    let family = around.family_at(definition, series.group, latest.period);
    let mut beside = Vec::new();
    if let Some(benchmark) = family {
        let words = format!(
            "{} in the middle of {} schools",
            definition.number_in_words(benchmark.median),
            benchmark.schools
        );
        beside.push(("Family", words));
    }
    let area = around.comparators.authority(definition, series.group, latest.period);
    let nation = around.comparators.national(definition, series.group, latest.period);
    for (name, reading) in [("Authority", area), (kpis::nation(), nation)] {
        if let Some((reading, value)) = reading.and_then(|r| Some((r, r.measure.number()?))) {
            let words = definition.number_in_words(value);
            beside.push((
                name,
                if reading.source.is_added_up() {
                    format!("{words}, its schools added together here")
                } else {
                    words
                },
            ));
        }
    }
    let (tag, heading) = heading(series);
    let drawing = around.draw(school, series);
    let mut sources: Vec<String> = Vec::new();
    for reading in series.readings.iter().rev() {
        let sentence = reading.source.sentence(reading.status);
        if !sources.contains(&sentence) {
            sources.push(sentence);
        }
    }
    let workings = workings(around, series, latest, family);
    Card {
        code: definition.code,
        title: title(definition, series.group),
        about: definition.about,
        value: latest.measure.number().map(|value| definition.number_in_words(value)),
        missing: latest.measure.number().is_none().then(|| definition.in_words(&latest.measure)),
        year: latest.period.to_string(),
        cohort: cohort(definition, latest),
        beside,
        against: family.and_then(|benchmark| against(definition, latest, benchmark)),
        change: since_before(definition, series),
        tag,
        heading,
        breaks: definition
            .breaks
            .iter()
            .filter(|(year, _)| {
                series.readings.first().is_some_and(|r| r.period.0 < *year)
                    && latest.period.0 >= *year
            })
            .map(|(_, note)| (*note).to_owned())
            .collect(),
        table: tables::of_series(school, around, series).html(),
        drawing,
        sources,
        downloads: chart_downloads(
            definition.plain_name,
            &format!("/schools/{}/charts/{}", school.urn, definition.code),
            &format!("/schools/{}/tables/{}", school.urn, definition.code),
        ),
        workings,
    }
}

/// What went into the words around a figure, and by which methods.
fn workings(
    around: &Around,
    series: &Series,
    latest: &Reading,
    benchmark: Option<Benchmark>,
) -> Html {
    let definition = series.definition();
    let mut workings = Workings::of(title(definition, series.group))
        .input("Figure", format!("{} in {}", definition.in_words(&latest.measure), latest.period));
    if let Some(n) = latest.measure.n() {
        workings = workings.input("Cohort", format!("{n:.0} pupils"));
    }
    if let Some(range) = interval(&latest.measure) {
        let ends = [range.low, range.high].map(|end| definition.number_in_words(end));
        workings = workings.input("Range of normal variation", ends.join(" to "));
        workings = workings.method(evidence::methods::VARIATION);
    }
    let years: Vec<String> = series
        .readings
        .iter()
        .filter(|reading| reading.measure.number().is_some())
        .map(|reading| reading.period.to_string())
        .collect();
    if !years.is_empty() {
        workings = workings.input("Years with a figure", years.join(", "));
        workings = workings.method(evidence::methods::TRAJECTORY);
    }
    if let (Some(family), Some(benchmark)) = (&around.family, benchmark) {
        let schools = format!("{} of {} have a figure", benchmark.schools, family.members.len());
        workings = workings.input("Schools of the family", schools);
        workings = workings.input("Compared on", family.compared().join("; "));
        workings = workings.method(evidence::methods::FAMILY);
    }
    workings.input("Source", latest.source.sentence(latest.status)).panel()
}

/// "Your cohort was 29: one pupil = 3.4 points."
fn cohort(definition: &Definition, latest: &Reading) -> Option<String> {
    latest.measure.number()?;
    let n = latest.measure.n().filter(|n| *n >= 1.0)?;
    Some(if definition.unit == Unit::PercentOfPupils {
        format!("The cohort was {n:.0}: one pupil is {:.1} percentage points.", 100.0 / n)
    } else {
        format!("It rests on {n:.0} pupils.")
    })
}

/// The difference from the middle of the family, in pupils where that has a meaning.
fn against(definition: &Definition, latest: &Reading, family: Benchmark) -> Option<String> {
    let value = latest.measure.number()?;
    let difference = value - family.median;
    let size = definition.unit.amount(difference);
    let side = if difference >= 0.0 { "above" } else { "below" };
    if definition.bare(difference.abs()).chars().all(|c| matches!(c, '0' | '.')) {
        return Some("The same as the middle of its family.".to_owned());
    }
    let counted = match (definition.unit, latest.measure.n()) {
        (Unit::PercentOfPupils, Some(n)) => {
            format!(", {}", pupils_in_words(pupil_equivalents(difference, n)))
        }
        _ => String::new(),
    };
    let sure = match interval(&latest.measure) {
        Some(interval) if interval.contains(family.median) => {
            "; within normal variation for a cohort of this size"
        }
        Some(_) => "; more than the luck of one cohort explains",
        None => "",
    };
    Some(format!("{size} {side} the middle of its family{counted}{sure}."))
}

fn since_before(definition: &Definition, series: &Series) -> Option<String> {
    let mut last_two = series.readings.iter().rev();
    let (after, before) = (last_two.next()?, last_two.next()?);
    let broken = definition
        .breaks
        .iter()
        .any(|(year, _)| before.period.0 < *year && after.period.0 >= *year);
    if broken || before.measure.number().is_none() || after.measure.number().is_none() {
        return None;
    }
    let change = change(&before.measure, &after.measure).ok()?;
    Some(format!("Since {}: {}", before.period, lower(&change.sentence(definition.unit))))
}

fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + letters.as_str()
    })
}

/// Where an indicator is heading since it last changed its meaning.
fn heading(series: &Series) -> (Tag, String) {
    let found = series.heading();
    let (colour, words) = match found.trend {
        Trend::Improving => (TagColour::Green, "Improving"),
        Trend::Declining => (TagColour::Orange, "Declining"),
        Trend::NoClearChange => (TagColour::Grey, "No clear change"),
        Trend::NotEnoughData | Trend::TooEarly => (TagColour::Grey, "Too few years"),
    };
    (Tag::coloured(colour, words), found.sentence)
}
