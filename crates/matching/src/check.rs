//! Checks of what callers hand in, before anything is computed.

use std::collections::BTreeMap;

use crate::error::ModelError;
use crate::model::{Limit, Need, Place, Supporter, Window};

/// More half-days than anybody has.
const MOST_HALF_DAYS: u32 = 100_000;

fn field(record: &str, field: &str, value: &dyn std::fmt::Display, expected: &str) -> ModelError {
    ModelError::Field {
        record: record.into(),
        field: field.into(),
        value: value.to_string(),
        expected: expected.into(),
    }
}

fn unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) -> Result<(), ModelError> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        *seen.entry(id).or_default() += 1;
    }
    match seen.into_iter().find(|&(_, times)| times > 1) {
        None => Ok(()),
        Some((id, times)) => {
            Err(ModelError::DuplicateId { what: what.into(), id: id.into(), times })
        }
    }
}

fn place(record: &str, name: &str, place: Option<Place>) -> Result<(), ModelError> {
    match place {
        Some(p) if !(p.easting.abs() <= 1e8 && p.northing.abs() <= 1e8) => Err(field(
            record,
            name,
            &format!("({}, {})", p.easting, p.northing),
            "expected metres on the grid",
        )),
        _ => Ok(()),
    }
}

/// One need's fields.
pub(crate) fn need(need: &Need) -> Result<(), ModelError> {
    let record = format!("need \"{}\"", need.id);
    if !(1..=MOST_HALF_DAYS).contains(&need.half_days) {
        return Err(field(&record, "half_days", &need.half_days, "expected 1 to 100,000"));
    }
    if need.window.latest < need.window.earliest {
        return Err(field(
            &record,
            "window",
            &format!("{} to {}", need.window.earliest, need.window.latest),
            "expected the latest week not to come before the earliest",
        ));
    }
    if !(1..=5).contains(&need.severity) {
        return Err(field(&record, "severity", &need.severity, "expected 1 to 5"));
    }
    if need.specialisms.is_empty() {
        return Err(field(&record, "specialisms", &"empty", "expected at least one"));
    }
    if let Some(limit) = need.travel_limit_km
        && !(0.0..=1e6).contains(&limit)
    {
        return Err(field(&record, "travel_limit_km", &limit, "expected 0 to 1,000,000"));
    }
    place(&record, "place", need.place)
}

/// All needs: fields and ids.
pub(crate) fn needs(needs: &[Need]) -> Result<(), ModelError> {
    needs.iter().try_for_each(need)?;
    unique("need", needs.iter().map(|need| need.id.as_str()))
}

/// Limits over several weeks: each in order, and those above nought apart from one another.
fn limits(record: &str, limits: &[Limit]) -> Result<(), ModelError> {
    if limits.len() > 1_000 {
        return Err(field(record, "limits", &limits.len(), "expected at most 1,000"));
    }
    for limit in limits {
        if limit.window.earliest > limit.window.latest {
            let weeks = format!("{} to {}", limit.window.earliest, limit.window.latest);
            return Err(field(
                record,
                "limits",
                &weeks,
                "expected the last week not before the first",
            ));
        }
    }
    let mut windows: Vec<Window> =
        limits.iter().filter(|limit| limit.half_days > 0).map(|limit| limit.window).collect();
    windows.sort_unstable_by_key(|window| (window.earliest, window.latest));
    match windows.windows(2).find(|pair| pair[1].earliest <= pair[0].latest) {
        Some(pair) => Err(field(
            record,
            "limits",
            &format!("twice in week {}", pair[1].earliest),
            "expected weeks of their own for each limit above nought",
        )),
        None => Ok(()),
    }
}

/// All supporters: fields and ids.
pub(crate) fn supporters(supporters: &[Supporter]) -> Result<(), ModelError> {
    for supporter in supporters {
        let record = format!("supporter \"{}\"", supporter.id);
        if supporter.track.judged > 0 && !(0.0..=1.0).contains(&supporter.track.mean) {
            return Err(field(&record, "track.mean", &supporter.track.mean, "expected 0 to 1"));
        }
        for free in &supporter.free {
            if free.half_days > MOST_HALF_DAYS {
                return Err(field(&record, "free", &free.half_days, "expected at most 100,000"));
            }
        }
        if supporter.free.len() > 10_000 {
            return Err(field(
                &record,
                "free",
                &supporter.free.len(),
                "expected at most 10,000 weeks",
            ));
        }
        limits(&record, &supporter.limits)?;
        place(&record, "base", supporter.base)?;
    }
    unique("supporter", supporters.iter().map(|supporter| supporter.id.as_str()))
}

/// Mapped journeys: need, supporter and kilometres.
pub(crate) fn journeys<'a>(
    journeys: impl Iterator<Item = (&'a String, &'a String, f64)>,
) -> Result<(), ModelError> {
    for (need, supporter, km) in journeys {
        if !(0.0..=1e6).contains(&km) {
            let record = format!("the journey from \"{supporter}\" to need \"{need}\"");
            return Err(field(&record, "km", &km, "expected 0 to 1,000,000"));
        }
    }
    Ok(())
}
