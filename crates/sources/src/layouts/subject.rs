//! Whom a row of a results table is about.

use super::{Columns, Out, urn_at};
use crate::input::Row;
use crate::pack::{Level, LevelRule, Mapping, TotalsRule};
use crate::problem::{Problem, ProblemCode, Severity};
use crate::records::{NationalScope, Phase, Subject};

/// Where the columns stand that say it.
pub(super) struct SubjectColumns {
    rule: LevelRule,
    urn: Option<usize>,
    authority: Option<usize>,
    establishment: Option<usize>,
    level: Option<usize>,
    region: Option<usize>,
    phase: Option<usize>,
    scope: Option<usize>,
    mapping: Mapping,
    names: Vec<String>,
}

impl SubjectColumns {
    pub(super) fn bind(columns: &mut Columns<'_>) -> Result<Self, Problem> {
        let mapping = columns.mapping.clone();
        let rule = mapping.level.clone().ok_or_else(|| {
            Problem::new(
                Severity::File,
                ProblemCode::UnknownLayout,
                "the mapping does not say how a row tells whom it is about",
                "Add [record_types], [levels] or [totals] to it",
            )
        })?;
        let level = match rule {
            LevelRule::Totals(_) => None,
            LevelRule::RecordTypes(_) => Some(columns.needed("record-type")?),
            LevelRule::Levels(_) => Some(columns.needed("level")?),
        };
        let urn = match rule {
            LevelRule::Levels(_) => columns.role("urn")?,
            _ => Some(columns.needed("urn")?),
        };
        Ok(Self {
            rule,
            urn,
            level,
            authority: columns.role("la-code")?,
            establishment: columns.role("establishment-number")?,
            region: columns.role("region-code")?,
            phase: columns.spelled(&mapping.phase.column)?,
            scope: columns.spelled(&mapping.scope.column)?,
            names: columns.header.names.clone(),
            mapping,
        })
    }

    /// The row's subject; `None` when it is about something that is not kept.
    pub(super) fn of(&self, row: &Row, out: &mut Out) -> Result<Option<Subject>, Problem> {
        match &self.rule {
            LevelRule::Totals(totals) => self.by_totals(totals, row, out).map(Some),
            LevelRule::RecordTypes(levels) | LevelRule::Levels(levels) => {
                let place = self.level.unwrap_or_default();
                let code = row.trimmed(place).to_lowercase();
                let Some(level) = levels.get(&code) else {
                    out.misfits(place, row.number, row.trimmed(place));
                    return Err(self.rejected(
                        row,
                        place,
                        ProblemCode::UnknownRowKind,
                        "no row of this kind is known in this file",
                    ));
                };
                out.fits(place);
                self.by_level(*level, row, out)
            }
        }
    }

    fn by_level(&self, level: Level, row: &Row, out: &mut Out) -> Result<Option<Subject>, Problem> {
        match level {
            Level::Skip => Ok(None),
            Level::School => self.school(row, out).map(Some),
            Level::Authority => {
                let Some(phase) = self.phase_of(row) else { return Ok(None) };
                if self.scope_of(row).is_none() {
                    return Ok(None);
                }
                Ok(Some(Subject::Authority { code: self.authority_code(row, out)?, phase }))
            }
            Level::Region => {
                let Some(phase) = self.phase_of(row) else { return Ok(None) };
                if self.scope_of(row).is_none() {
                    return Ok(None);
                }
                Ok(self.region_code(row)?.map(|code| Subject::Region { code, phase }))
            }
            Level::National(scope) => {
                let scope = match (self.scope, self.scope_of(row)) {
                    (None, _) => scope,
                    (Some(_), Some(scope)) => scope,
                    (Some(_), None) => return Ok(None),
                };
                Ok(self.phase_of(row).map(|phase| Subject::National { scope, phase }))
            }
        }
    }

    /// In tidy files a total's phase; one that is not in the mapping is not kept.
    fn phase_of(&self, row: &Row) -> Option<Phase> {
        match self.phase {
            None => Some(Phase::All),
            Some(place) => {
                let word = row.trimmed(place);
                if word.is_empty() {
                    return Some(Phase::All);
                }
                self.mapping.phase.values.get(&word.to_lowercase()).copied()
            }
        }
    }

    /// In tidy files the kind of school a total covers; others than all and state-funded are not
    /// kept.
    fn scope_of(&self, row: &Row) -> Option<NationalScope> {
        match self.scope {
            None => Some(self.mapping.national_scope),
            Some(place) => {
                self.mapping.scope.values.get(&row.trimmed(place).to_lowercase()).copied()
            }
        }
    }

    fn by_totals(&self, totals: &TotalsRule, row: &Row, out: &mut Out) -> Result<Subject, Problem> {
        let cell = |place: Option<usize>| place.map_or("", |place| row.trimmed(place));
        let is = |words: &[String]| {
            let has = |text: &str| words.iter().any(|word| word.eq_ignore_ascii_case(text));
            has(cell(self.urn)) || has(cell(self.authority))
        };
        let (national, authority) = (is(&totals.national), is(&totals.authority));
        if !national && !authority {
            return self.school(row, out);
        }
        let word = cell(self.establishment).to_lowercase();
        let Some(&phase) = totals.phase.get(&word) else {
            let place = self.establishment.or(self.urn).unwrap_or_default();
            return Err(self.rejected(
                row,
                place,
                ProblemCode::UnknownRowKind,
                "this total does not say which schools it covers",
            ));
        };
        if national {
            Ok(Subject::National { scope: totals.scope, phase })
        } else {
            Ok(Subject::Authority { code: self.authority_code(row, out)?, phase })
        }
    }

    fn school(&self, row: &Row, out: &mut Out) -> Result<Subject, Problem> {
        let Some(urn) = self.urn else {
            return Err(Problem::new(
                Severity::Row,
                ProblemCode::BadKey,
                "this row is about a school and there is no column for its number",
                "Use the file that has the schools’ URNs",
            )
            .at(row.number));
        };
        let urn = urn_at(row, &self.names, urn, out)?;
        self.check_numbers(row, out)?;
        Ok(Subject::School(urn))
    }

    /// A school's authority has three digits and its number in it four, where they are given: the
    /// way to notice that the two columns were swapped.
    fn check_numbers(&self, row: &Row, out: &mut Out) -> Result<(), Problem> {
        for (place, digits, what) in [
            (self.authority, 3, "this is not an authority’s code of three digits"),
            (self.establishment, 4, "this is not a school’s number of four digits"),
        ] {
            let Some(place) = place else { continue };
            let text = row.trimmed(place);
            let text = text.strip_suffix(".0").unwrap_or(text);
            if text.is_empty() {
                continue;
            }
            let number = text.bytes().all(|b| b.is_ascii_digit());
            // Newer files write the authority as E09000001 here or there.
            let gss = digits == 3 && text.len() == 9 && text.starts_with('E');
            if (number && text.len() == digits) || gss || crate::value::is_mark(text) {
                out.fits(place);
            } else {
                out.misfits(place, row.number, text);
                return Err(self.rejected(row, place, ProblemCode::BadKey, what));
            }
        }
        Ok(())
    }

    fn authority_code(&self, row: &Row, out: &mut Out) -> Result<u16, Problem> {
        let place = self.authority.unwrap_or_default();
        let text = row.trimmed(place);
        let text = text.strip_suffix(".0").unwrap_or(text);
        let code = if text.len() == 3 { text.parse().ok() } else { None };
        match code.filter(|_| self.authority.is_some()) {
            Some(code) => {
                out.fits(place);
                Ok(code)
            }
            None => {
                out.misfits(place, row.number, text);
                let what = "this is not an authority’s code of three digits";
                Err(self.rejected(row, place, ProblemCode::BadKey, what))
            }
        }
    }

    /// 8 from `E12000008`; a row without a code is about England outside or inside London and the
    /// like, and not kept.
    fn region_code(&self, row: &Row) -> Result<Option<u8>, Problem> {
        let Some(place) = self.region else { return Ok(None) };
        let text = row.trimmed(place);
        match text.strip_prefix("E1200000").map(str::parse) {
            Some(Ok(code)) => Ok(Some(code)),
            _ if text.is_empty() || text.starts_with("E13") || crate::value::is_mark(text) => {
                Ok(None)
            }
            _ => {
                let what = "this is not a region’s code such as E12000008";
                Err(self.rejected(row, place, ProblemCode::BadKey, what))
            }
        }
    }

    fn rejected(&self, row: &Row, place: usize, code: ProblemCode, what: &str) -> Problem {
        Problem::new(
            Severity::Row,
            code,
            what,
            "The row was left out. Compare it with the original",
        )
        .at(row.number)
        .in_column(self.names.get(place).map_or("", String::as_str))
        .showing(row.trimmed(place))
    }
}
