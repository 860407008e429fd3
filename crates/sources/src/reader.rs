//! The way in: a stream and a name go in; records, problems and a report come out.

use crate::header::Header;
use crate::hint::FileHint;
use crate::input::csv::CsvRows;
use crate::input::kind::{self, FileKind};
use crate::input::sheet::{self, SheetRows};
use crate::input::text::Encoding;
use crate::input::utf16::Utf16;
use crate::input::{Limits, Row, Rows, read_failed};
use crate::layouts::{self, Context, Out};
use crate::pack::{Mapping, Pack, normalise};
use crate::problem::{Problem, ProblemCode, Severity};
use crate::recognise::{self as recognising, Fit, HEADER_ROWS};
use crate::report::{Counts, Recognised, Refusal, Report, Visitor};
use crate::run::{Run, Shape};
use crate::upn;
use calamine::{Reader as _, SheetType, Xlsx};
use std::io::{Read, Seek, SeekFrom};

/// Reads a file to its end, handing its records and problems to `visitor` in the order of rows.
///
/// Memory is bounded: one row, plus what is needed to see the same key twice (some bytes for each
/// school or postcode), plus a workbook's shared texts.
///
/// # Errors
/// [`Refusal`] when the file as a whole cannot be trusted or is not of a known layout. Records may
/// have been handed over before; throw them away.
#[expect(
    clippy::result_large_err,
    reason = "a file is refused once, and a box would be in the way"
)]
pub fn read<R: Read + Seek>(
    input: R,
    hint: &FileHint,
    pack: &Pack,
    visitor: &mut dyn Visitor,
) -> Result<Report, Refusal> {
    read_within(input, hint, pack, &Limits::default(), visitor)
}

/// As [`read`], with other limits.
///
/// # Errors
/// As [`read`].
#[expect(
    clippy::result_large_err,
    reason = "a file is refused once, and a box would be in the way"
)]
pub fn read_within<R: Read + Seek>(
    input: R,
    hint: &FileHint,
    pack: &Pack,
    limits: &Limits,
    visitor: &mut dyn Visitor,
) -> Result<Report, Refusal> {
    let mut reading = Reading {
        hint,
        pack,
        limits: *limits,
        depth: Depth::All,
        recognised: None,
        counts: Counts::default(),
    };
    let result = reading.file(input, visitor);
    result.map_err(|problem| {
        visitor.problem(&problem);
        reading.counts.problems += 1;
        Refusal {
            problem,
            recognised: reading.recognised.take().map(Box::new),
            counts: reading.counts,
        }
    })
}

/// Tells what a file is from its first rows, without reading on.
///
/// # Errors
/// [`Refusal`] when its header already shows that it cannot be imported.
#[expect(
    clippy::result_large_err,
    reason = "a file is refused once, and a box would be in the way"
)]
pub fn recognise<R: Read + Seek>(
    input: R,
    hint: &FileHint,
    pack: &Pack,
) -> Result<Recognised, Refusal> {
    let mut reading = Reading {
        hint,
        pack,
        limits: Limits::default(),
        depth: Depth::Header,
        recognised: None,
        counts: Counts::default(),
    };
    let result = reading.file(input, &mut crate::CountOnly);
    result.map(|report| report.recognised).map_err(|problem| Refusal {
        problem,
        recognised: reading.recognised.take().map(Box::new),
        counts: Counts::default(),
    })
}

/// How far to read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Header,
    All,
}

struct Reading<'a> {
    hint: &'a FileHint,
    pack: &'a Pack,
    limits: Limits,
    depth: Depth,
    recognised: Option<Recognised>,
    counts: Counts,
}

impl Reading<'_> {
    fn file<R: Read + Seek>(
        &mut self,
        mut input: R,
        visitor: &mut dyn Visitor,
    ) -> Result<Report, Problem> {
        let mut head = Vec::with_capacity(kind::SNIFFED);
        (&mut input)
            .take(kind::SNIFFED as u64)
            .read_to_end(&mut head)
            .map_err(|e| read_failed(&e))?;
        match kind::sniff(&head)? {
            FileKind::Zip => self.workbook(input, visitor),
            FileKind::Text { bom } => {
                let skip = if bom { 3 } else { 0 };
                input.seek(SeekFrom::Start(skip)).map_err(|e| read_failed(&e))?;
                let encoding = if bom { Encoding::Utf8Bom } else { Encoding::Ascii };
                self.text(input, &head[skip as usize..], encoding, visitor)
            }
            FileKind::Utf16 { big_endian } => {
                input.rewind().map_err(|e| read_failed(&e))?;
                let mut text = Vec::new();
                // The cut may fall inside a character; only the delimiter is looked for here.
                let sniffed = Utf16::new(&head[..], big_endian).read_to_end(&mut text);
                sniffed.map_err(|e| read_failed(&e))?;
                self.text(Utf16::new(input, big_endian), &text, Encoding::Utf16, visitor)
            }
        }
    }

    fn text<R: Read>(
        &mut self,
        input: R,
        head: &[u8],
        encoding: Encoding,
        visitor: &mut dyn Visitor,
    ) -> Result<Report, Problem> {
        let beginning = String::from_utf8_lossy(head);
        if kind::looks_like_json(&beginning) {
            let known = recognising::without_header(&beginning, true, self.pack);
            return Err(known.map_or_else(json, recognising::not_imported).at(1));
        }
        let mut rows = CsvRows::new(input, kind::delimiter(head), encoding, self.limits);
        let found = Self::find_header(self.pack, &mut rows)?;
        let (header, mapping) = match found {
            Found::Here(header, mapping) => (header, mapping),
            Found::Nowhere(headers) => {
                let known = recognising::without_header(&beginning, false, self.pack);
                return Err(known.map_or_else(
                    || recognising::unknown(&headers, self.pack),
                    recognising::not_imported,
                ));
            }
        };
        let shape = Shape { ragged: mapping.ragged, tail: goes_on(&header, mapping) };
        self.table(&mut rows, &header, mapping, shape, None, visitor)
    }

    fn workbook<R: Read + Seek>(
        &mut self,
        mut input: R,
        visitor: &mut dyn Visitor,
    ) -> Result<Report, Problem> {
        sheet::check_workbook(&mut input, &self.limits)?;
        let mut workbook = Xlsx::new(std::io::BufReader::new(input))
            .map_err(|e| sheet::damaged(&e.to_string()))?;
        let mut tried = Vec::new();
        let mut damage = None;
        let sheets: Vec<String> = workbook
            .sheets_metadata()
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| sheet.name.clone())
            .collect();
        for name in sheets {
            // A chart has no cells and cannot be opened as a table, whatever its type says.
            let Ok(cells) = workbook.worksheet_cells_reader(&name) else { continue };
            let mut rows = SheetRows::new(cells, self.limits);
            match found_or_damaged(Self::find_header(self.pack, &mut rows), &mut damage)? {
                Found::Here(header, mapping) => {
                    // A sheet's rows end at their last cell with something in it.
                    let shape = Shape { ragged: true, tail: goes_on(&header, mapping) };
                    return self.table(&mut rows, &header, mapping, shape, Some(name), visitor);
                }
                Found::Nowhere(headers) => tried.extend(headers),
            }
        }
        Err(damage.unwrap_or_else(|| recognising::unknown(&tried, self.pack)))
    }

    /// Reads down to the row of column names.
    fn find_header<'p>(pack: &'p Pack, rows: &mut dyn Rows) -> Result<Found<'p>, Problem> {
        let mut row = Row::default();
        let mut headers = Vec::new();
        while headers.len() < HEADER_ROWS && rows.next(&mut row)? {
            if row.is_blank() {
                continue;
            }
            let header = Header::new(&row);
            refuse_pupil_columns(&header)?;
            match recognising::fit(&header, pack) {
                Fit::Mapping(mapping) => return Ok(Found::Here(header, mapping)),
                Fit::NotImported(entry) => {
                    return Err(recognising::not_imported(entry).at(header.row));
                }
                Fit::None => headers.push(header),
            }
        }
        Ok(Found::Nowhere(headers))
    }

    fn table(
        &mut self,
        rows: &mut dyn Rows,
        header: &Header,
        mapping: &Mapping,
        shape: Shape,
        sheet: Option<String>,
        visitor: &mut dyn Visitor,
    ) -> Result<Report, Problem> {
        let context = Context::new(self.hint, header, mapping, self.pack);
        let recognised = self.recognised.insert(describe(header, mapping, &context, sheet));
        set_text_facts(recognised, rows);
        let bound = layouts::bind(header, mapping, &context)?;
        recognised.columns_read =
            bound.layout.columns().iter().map(|&place| header.name(place).to_owned()).collect();
        recognised.columns_absent = bound.absent;
        if self.depth == Depth::Header {
            let recognised = recognised.clone();
            return Ok(Report {
                recognised,
                counts: Counts::default(),
                periods: Vec::new(),
                sample: Vec::new(),
            });
        }
        visitor.recognised(recognised);
        let mut layout = bound.layout;
        let mut out = Out::new(header.names.len(), self.pack.school_digits());
        let mut run = Run::new(header, shape, visitor);
        for note in context.notes().into_iter().chain(bound.notes) {
            run.tell(&note);
        }
        let result = run.rows(rows, layout.as_mut(), &mut out);
        set_text_facts(recognised, rows);
        if result.is_ok() {
            for note in about_text(recognised, rows) {
                run.tell(&note);
            }
        }
        self.counts = run.counts;
        let sample = std::mem::take(&mut run.sample);
        result?;
        Ok(Report {
            recognised: recognised.clone(),
            counts: self.counts,
            periods: out.periods.into_iter().collect(),
            sample,
        })
    }
}

/// Whether rows may go on after the last named column: only when that is the one with links.
fn goes_on(header: &Header, mapping: &Mapping) -> bool {
    let links = mapping.columns.get("links");
    let last = header.names.last().map(|name| normalise(name));
    mapping.tail && links.zip(last).is_some_and(|(links, last)| links.contains(&last))
}

enum Found<'p> {
    Here(Header, &'p Mapping),
    Nowhere(Vec<Header>),
}

/// A sheet that cannot be read is passed over while another may hold the table.
fn found_or_damaged<'p>(
    found: Result<Found<'p>, Problem>,
    damage: &mut Option<Problem>,
) -> Result<Found<'p>, Problem> {
    match found {
        Err(problem) if problem.code == ProblemCode::DamagedWorkbook => {
            damage.get_or_insert(problem);
            Ok(Found::Nowhere(Vec::new()))
        }
        other => other,
    }
}

fn describe(
    header: &Header,
    mapping: &Mapping,
    context: &Context<'_>,
    sheet: Option<String>,
) -> Recognised {
    Recognised {
        family: mapping.family,
        kind: mapping.kind.clone(),
        mapping: mapping.id.clone(),
        mapping_version: mapping.version,
        title: mapping.title.clone(),
        source: mapping.source.clone(),
        licence: mapping.licence.clone(),
        found_at: mapping.found_at.clone(),
        encoding: Encoding::Ascii,
        delimiter: None,
        sheet,
        header_row: header.row,
        columns: u32::try_from(header.names.len()).unwrap_or(u32::MAX),
        columns_read: Vec::new(),
        columns_absent: Vec::new(),
        period: context.period,
        release: context.release,
        as_at: context.as_at,
    }
}

fn set_text_facts(recognised: &mut Recognised, rows: &dyn Rows) {
    let facts = rows.text_facts();
    recognised.encoding = facts.encoding;
    recognised.delimiter = facts.delimiter;
}

/// What a reader should know about a text that was taken all the same.
fn about_text(recognised: &Recognised, rows: &dyn Rows) -> Vec<Problem> {
    let mut notes = Vec::new();
    let facts = rows.text_facts();
    if recognised.encoding == Encoding::Utf16 {
        notes.push(Problem::new(
            Severity::Note,
            ProblemCode::About,
            "the file was in UTF-16 and was decoded; the publisher's own files are not",
            "Nothing, unless names look wrong: then download the original",
        ));
    }
    if facts.damaged_rows > 0 {
        notes.push(
            Problem::new(
                Severity::Note,
                ProblemCode::DamagedText,
                format!(
                    "in {} row(s), the last of them this one, letters had been destroyed before \
                     the file came here; the text was taken as it stands",
                    facts.damaged_rows
                ),
                "Compare the names with the original",
            )
            .at(facts.damaged_row),
        );
    }
    notes
}

fn refuse_pupil_columns(header: &Header) -> Result<(), Problem> {
    match header.names.iter().find(|name| upn::is_pupil_column(name)) {
        None => Ok(()),
        Some(name) => Err(Problem::new(
            Severity::File,
            ProblemCode::PupilData,
            "this column is about single pupils",
            "This product keeps nothing about single pupils. Remove the column, or enter totals \
             instead; nothing of the file was kept",
        )
        .at(header.row)
        .in_column(name)),
    }
}

fn json() -> Problem {
    Problem::new(
        Severity::File,
        ProblemCode::Json,
        "this is JSON, and only tables in CSV or XLSX are read",
        "Choose the CSV of the same data",
    )
}
