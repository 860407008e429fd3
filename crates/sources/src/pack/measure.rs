//! Which columns, in which rows, make a reading of which indicator.

use super::kpi::KpiId;
use super::mapping::{lower, normalised};
use crate::records::PupilGroup;
use crate::year::AcademicYear;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A column of a tidy file that splits its rows, and the values that mean "not split".
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) column: Vec<String>,
    pub(crate) totals: Vec<String>,
}

/// One reading in a row.
#[derive(Clone, Debug)]
pub(crate) struct MeasureColumns {
    pub(crate) kpi: KpiId,
    /// As the pack writes it: the group is the indicator's own when not given.
    pub(crate) group: Option<PupilGroup>,
    pub(crate) value: Vec<String>,
    /// How many pupils (or staff) the figure rests on.
    pub(crate) cohort: Vec<String>,
    /// How many of them met the condition.
    pub(crate) count: Vec<String>,
    pub(crate) low: Vec<String>,
    pub(crate) high: Vec<String>,
    pub(crate) negate: bool,
    pub(crate) schools_only: bool,
    /// A rate of something else than pupils (sessions, say): the cohort stands beside the value
    /// and is not its denominator.
    pub(crate) rate: bool,
    pub(crate) from: Option<AcademicYear>,
    pub(crate) until: Option<AcademicYear>,
    /// A reading in the same row that this one cannot exceed.
    pub(crate) at_most: Option<KpiId>,
    /// Place in the mapping's filters, and the values wanted there; of the filters named, those
    /// that a file has must all agree, and it must have one. A value may end in `*`.
    pub(crate) wanted: Vec<(usize, Vec<String>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MeasureEntry {
    kpi: String,
    group: Option<String>,
    #[serde(default)]
    value: Vec<String>,
    #[serde(default)]
    cohort: Vec<String>,
    #[serde(default)]
    count: Vec<String>,
    #[serde(default)]
    low: Vec<String>,
    #[serde(default)]
    high: Vec<String>,
    #[serde(default)]
    negate: bool,
    #[serde(default)]
    schools_only: bool,
    #[serde(default)]
    rate: bool,
    from: Option<String>,
    until: Option<String>,
    at_most: Option<String>,
    #[serde(default, rename = "where")]
    wanted: BTreeMap<String, Vec<String>>,
}

impl MeasureEntry {
    pub(super) fn check(
        self,
        kpi: &dyn Fn(&str) -> Option<KpiId>,
        filters: &[Filter],
    ) -> Result<MeasureColumns, String> {
        let code = self.kpi.clone();
        let failed = |what: String| format!("measure of {code}: {what}");
        let find = |code: &str| kpi(code).ok_or_else(|| failed(format!("no indicator {code}")));
        let year = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => AcademicYear::parse(text)
                .map(Some)
                .ok_or_else(|| failed(format!("“{text}” is no school year"))),
        };
        let group = match &self.group {
            None => None,
            Some(code) => Some(
                PupilGroup::from_code(code)
                    .ok_or_else(|| failed(format!("“{code}” is no group of pupils")))?,
            ),
        };
        if self.value.is_empty() && (self.count.is_empty() || self.cohort.is_empty()) {
            return Err(failed("give value, or count and cohort".to_owned()));
        }
        if self.low.is_empty() != self.high.is_empty() {
            return Err(failed("give both ends of the interval or neither".to_owned()));
        }
        let wanted = self
            .wanted
            .into_iter()
            .map(|(column, values)| {
                let column = super::normalise(&column);
                let place = filters
                    .iter()
                    .position(|filter| filter.column.contains(&column))
                    .ok_or_else(|| failed(format!("“{column}” is no [[filter]] here")))?;
                Ok((place, lower(values)))
            })
            .collect::<Result<_, String>>()?;
        Ok(MeasureColumns {
            kpi: find(&self.kpi)?,
            group,
            value: normalised(&self.value),
            cohort: normalised(&self.cohort),
            count: normalised(&self.count),
            low: normalised(&self.low),
            high: normalised(&self.high),
            negate: self.negate,
            schools_only: self.schools_only,
            rate: self.rate,
            from: year(&self.from)?,
            until: year(&self.until)?,
            at_most: self.at_most.as_deref().map(find).transpose()?,
            wanted,
        })
    }
}
