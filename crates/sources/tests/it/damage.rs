//! Damaged and wrong files: refused with row and remedy, or the row or value named and left out.

use crate::{data, read_named, refused};
use sources::{Collected, FileHint, Limits, Pack, Problem, ProblemCode, Record, Severity};
use std::io::{Cursor, Read, Seek, SeekFrom};

const REGISTER: &str = "URN,LA (code),EstablishmentNumber,EstablishmentName,\
    EstablishmentStatus (name),PhaseOfEducation (name),Postcode,NumberOfPupils\r\n";

/// A register of `n` invented schools.
fn register(n: u32) -> String {
    let mut text = REGISTER.to_owned();
    for i in 0..n {
        let (urn, number) = (100_000 + i, 2000 + i);
        text.push_str(&format!("{urn},850,{number},School {i}a,Open,Primary,GU34 1DH,210\r\n"));
    }
    text
}

/// Key stage 2 results of `n` invented schools.
fn results(n: u32) -> String {
    let mut text = "RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,PTRWM_EXP,PTRWM_HIGH\r\n".to_owned();
    for i in 0..n {
        let (urn, number) = (100_000 + i, 2000 + i);
        text.push_str(&format!("1,850,{number},{urn},School {i}a,{},60%,9%\r\n", 120 + i % 9));
    }
    text
}

const KS2: &str = "2017-2018/england_ks2final.csv";

#[track_caller]
fn is(problem: &Problem, code: ProblemCode, row: Option<u32>, column: Option<&str>) {
    assert_eq!(problem.code, code, "{problem}");
    assert_eq!(problem.severity, Severity::File, "{problem}");
    assert_eq!(problem.row, row, "{problem}");
    assert_eq!(problem.column.as_deref(), column, "{problem}");
}

#[test]
fn a_file_cut_off_anywhere_in_its_last_row() {
    let text = register(30);
    let last = text[..text.len() - 2].rfind('\n').unwrap() + 1;
    for cut in last + 1..text.len() - 6 {
        let problem = refused(&text.as_bytes()[..cut], "register.csv");
        is(&problem, ProblemCode::Truncated, Some(31), None);
    }
    // At the end of a row there is nothing to notice; without its line end it is told.
    assert!(read_named(&text.as_bytes()[..last], "register.csv").1.is_ok());
    let (all, result) = read_named(&text.as_bytes()[..text.len() - 2], "register.csv");
    assert_eq!(result.unwrap().counts.accepted, 30);
    assert_eq!(all.problems.len(), 1);
    // In the middle of a character.
    let accented = text.replace("School 5a", "Tŷ Môn").replace("School 29a", "Ŷ");
    let at = accented.rfind('Ŷ').unwrap();
    let problem = refused(&accented.as_bytes()[..=at], "register.csv");
    is(&problem, ProblemCode::Truncated, Some(31), None);
    // In the middle of a quoted cell.
    let quoted = text.replace("School 29a", "\"School, 29");
    let problem = refused(quoted.as_bytes(), "register.csv");
    is(&problem, ProblemCode::Truncated, Some(31), None);
}

#[test]
fn a_ragged_file_cut_off_is_told_from_one_that_is_ragged() {
    let Some(bytes) = data::file("layouts/2017-2018_850_ks4final.csv") else { return };
    assert!(read_named(&bytes, "ks4.csv").1.is_ok());
    let problem = refused(&bytes[..bytes.len() - 700], "2017-2018/ks4.csv");
    is(&problem, ProblemCode::Truncated, Some(125), None);
}

#[test]
fn the_wrong_encoding() {
    let text = register(40).replace("School 7a", "École 7").replace("School 30a", "Tŷ Môn");
    // UTF-16 is decoded, and told.
    let utf16: Vec<u8> =
        [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let (all, result) = read_named(&utf16, "register.csv");
    let report = result.unwrap();
    assert_eq!((report.counts.accepted, report.recognised.encoding.code()), (40, "utf-16"));
    assert!(all.problems.iter().any(|problem| problem.what.contains("UTF-16")));
    let Record::School(school) = &all.records[30].1 else { panic!() };
    assert_eq!(school.name, "Tŷ Môn");
    // A mark that promises UTF-8 before Windows-1252.
    let mut bytes = b"\xEF\xBB\xBF".to_vec();
    bytes.extend(register(5).into_bytes());
    let at = bytes.windows(8).position(|w| w == b"School 3").unwrap();
    bytes[at] = 0xC9;
    is(&refused(&bytes, "register.csv"), ProblemCode::WrongEncoding, Some(5), None);
    // Two encodings in one file.
    let mut bytes = text.clone().into_bytes();
    let at = bytes.windows(9).position(|w| w == b"School 20").unwrap();
    bytes[at] = 0xC9;
    is(&refused(&bytes, "register.csv"), ProblemCode::WrongEncoding, Some(22), None);
    // UTF-8 read as Windows-1252 and saved again; letters replaced by question marks in a box.
    for damaged in ["Ã‰cole", "\u{FFFD}cole"] {
        let text = register(40).replace("School 1", &format!("{damaged} 1"));
        let problem = refused(text.as_bytes(), "register.csv");
        is(&problem, ProblemCode::DamagedText, Some(14), None);
    }
    // Two such names are taken as they stand, and told.
    let text = register(40).replace("School 8a", "Ã‰cole 8").replace("School 9a", "Ã‰cole 9");
    let (all, result) = read_named(text.as_bytes(), "register.csv");
    assert_eq!(result.unwrap().counts.accepted, 40);
    assert_eq!(all.problems[0].code, ProblemCode::DamagedText);
}

/// The same text with two column names swapped.
fn swapped(text: &str, a: &str, b: &str) -> String {
    let (header, rows) = text.split_once("\r\n").unwrap();
    let header: Vec<&str> = header
        .split(',')
        .map(|name| match name {
            name if name == a => b,
            name if name == b => a,
            name => name,
        })
        .collect();
    format!("{}\r\n{rows}", header.join(","))
}

#[test]
fn swapped_columns() {
    let register = register(40);
    for (a, b, column) in [
        ("URN", "EstablishmentName", "URN"),
        ("URN", "EstablishmentNumber", "EstablishmentNumber"),
        ("LA (code)", "EstablishmentNumber", "LA (code)"),
        ("EstablishmentName", "EstablishmentNumber", "EstablishmentName"),
        ("EstablishmentStatus (name)", "PhaseOfEducation (name)", "PhaseOfEducation (name)"),
        ("Postcode", "NumberOfPupils", "Postcode"),
        ("Postcode", "EstablishmentName", "Postcode"),
    ] {
        let problem = refused(swapped(&register, a, b).as_bytes(), "register.csv");
        assert_eq!(problem.code, ProblemCode::ColumnMisfit, "{a} and {b}: {problem}");
        let known = [a, b].contains(&problem.column.as_deref().unwrap());
        assert!(known, "{a} and {b}, expected {column}: {problem}");
        assert_eq!(problem.row, Some(2), "{a} and {b}: {problem}");
    }
    let results = results(40);
    for (a, b) in [
        ("URN", "SCHNAME"),
        ("LEA", "ESTAB"),
        ("TELIG", "PTRWM_EXP"),
        ("PTRWM_EXP", "PTRWM_HIGH"),
        ("RECTYPE", "LEA"),
        ("SCHNAME", "PTRWM_EXP"),
    ] {
        let problem = refused(swapped(&results, a, b).as_bytes(), KS2);
        assert_eq!(problem.code, ProblemCode::ColumnMisfit, "{a} and {b}: {problem}");
        assert_eq!(problem.row, Some(2), "{a} and {b}: {problem}");
    }
}

#[test]
fn swapped_columns_of_the_real_files() {
    for (file, a, b) in [
        ("national/2017-2018/england_ks2final.csv", "TELIG", "SCHNAME"),
        ("national/2017-2018/england_ks2final.csv", "PTRWM_EXP", "READ_AVERAGE"),
        ("national/2017-2018/england_ks2final.csv", "PTRWM_EXP", "PTRWM_HIGH"),
        ("national/2017-2018/england_ks4final.csv", "ATT8SCR", "P8MEA"),
        ("national/2022-2023/england_census.csv", "NUMEAL", "PNUMEAL"),
        ("national/2022-2023/england_census.csv", "LA", "Estab"),
        ("national/2022-2023/england_abs.csv", "LA", "URN"),
    ] {
        let Some(bytes) = data::file(file) else { return };
        let text = String::from_utf8(bytes).unwrap().replacen('\u{FEFF}', "", 1);
        let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
        let problem = refused(swapped(&text, a, b).as_bytes(), file);
        assert_eq!(problem.code, ProblemCode::ColumnMisfit, "{a} and {b}: {problem}");
        assert!(problem.row.is_some() && problem.column.is_some(), "{a} and {b}: {problem}");
    }
}

#[test]
fn anything_about_pupils() {
    let text = results(10);
    for column in ["UPN", "Unique Pupil Number", "Surname", "Date of birth"] {
        let with = text.replace("SCHNAME", column);
        let problem = refused(with.as_bytes(), KS2);
        is(&problem, ProblemCode::PupilData, Some(1), Some(column));
    }
    // A pupil number in an innocent column, with its check letter right and wrong.
    for (upn, words) in [("H801200001001", "check letter"), ("A801200001001", "shaped like")] {
        let with = text.replace("School 4a", upn);
        let problem = refused(with.as_bytes(), KS2);
        is(&problem, ProblemCode::PupilData, Some(6), Some("SCHNAME"));
        let words_found = problem.what.contains(words) || problem.what.contains("shaped like");
        assert!(words_found, "{problem}");
        assert!(!problem.to_string().contains("801200001001"), "the number is not repeated");
    }
}

#[test]
fn the_same_school_twice() {
    let twice = format!("{}100003,850,2999,Another,Open,Primary,GU34 1DH,9\r\n", register(9));
    let problem = refused(twice.as_bytes(), "register.csv");
    is(&problem, ProblemCode::DuplicateKey, Some(11), Some("URN"));
    assert!(problem.what.contains("row 5"), "{problem}");
    let twice = format!("{}1,850,2999,100003,Another,9,60%,9%\r\n", results(9));
    let problem = refused(twice.as_bytes(), KS2);
    is(&problem, ProblemCode::DuplicateKey, Some(11), Some("URN"));
}

/// Gives a gigabyte without keeping it, and counts what was taken.
struct Endless {
    head: &'static [u8],
    at: u64,
    taken: u64,
}

const GIGABYTE: u64 = 1 << 30;

impl Read for Endless {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(GIGABYTE.saturating_sub(self.at)).unwrap();
        let n = out.len().min(left);
        for (i, byte) in out[..n].iter_mut().enumerate() {
            let place = usize::try_from(self.at).unwrap() + i;
            *byte = self.head.get(place).copied().unwrap_or(b'7');
        }
        self.at += n as u64;
        self.taken += n as u64;
        Ok(n)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => GIGABYTE.checked_add_signed(by).unwrap(),
            SeekFrom::Current(by) => self.at.checked_add_signed(by).unwrap(),
        };
        Ok(self.at)
    }
}

#[test]
fn a_gigabyte_of_one_line_is_refused_after_a_few_megabytes() {
    for (head, row) in [
        (&b""[..], 1),
        (b"RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,PTRWM_EXP\r\n", 2),
        (b"RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,PTRWM_EXP\r\n1,850,2000,100000,\"", 2),
    ] {
        let mut endless = Endless { head, at: 0, taken: 0 };
        let mut all = Collected::default();
        let hint = FileHint::named(KS2);
        let refusal = sources::read(&mut endless, &hint, Pack::england(), &mut all).unwrap_err();
        is(&refusal.problem, ProblemCode::RowTooLong, Some(row), None);
        assert!(endless.taken < 8 << 20, "{} bytes were read", endless.taken);
    }
}

#[test]
fn files_that_are_no_table() {
    for (bytes, code) in [
        (&b""[..], ProblemCode::EmptyFile),
        (b" \r\n\r\n", ProblemCode::EmptyFile),
        (b"<!DOCTYPE html><html><body>404</body></html>", ProblemCode::WebPage),
        (b"<html lang=\"en\">", ProblemCode::WebPage),
        (b"{\"error\": \"not found\"}", ProblemCode::Json),
        (b"Dear colleague,\r\nplease find attached\r\n", ProblemCode::NotATable),
        (b"%PDF-1.7", ProblemCode::WrongFileType),
        (b"\x1F\x8B\x08\0\0\0", ProblemCode::WrongFileType),
        (b"name,age\r\nA,1\r\n", ProblemCode::UnknownLayout),
        (b"SeedCode,School Name,Pupil roll(1)\r\n5100028,X,1\r\n", ProblemCode::UnknownLayout),
    ] {
        let problem = refused(bytes, "england_ks2final.csv");
        let text = String::from_utf8_lossy(bytes).into_owned();
        if code == ProblemCode::NotATable {
            // A comma in prose makes two cells: either answer is right.
            assert!(
                matches!(problem.code, ProblemCode::NotATable | ProblemCode::UnknownLayout),
                "{text}: {problem}"
            );
        } else {
            assert_eq!(problem.code, code, "{text}: {problem}");
        }
    }
    let problem = refused(REGISTER.as_bytes(), "register.csv");
    is(&problem, ProblemCode::HeaderOnly, Some(1), None);
    let problem = refused(format!("{REGISTER}\r\n \r\n").as_bytes(), "register.csv");
    is(&problem, ProblemCode::HeaderOnly, Some(1), None);
    let zeros = register(9).replace("School 3a", "School\0 3");
    is(&refused(zeros.as_bytes(), "register.csv"), ProblemCode::NulBytes, Some(5), None);
}

#[test]
fn single_rows_and_values_are_left_out_and_nothing_else() {
    let text = register(30)
        .replace("100004,850", "10004A,850")
        .replace("100005,850,2005,School 5a", "100005,850,2005,")
        .replace("School 6a,Open,Primary,GU34 1DH,210", "School 6a,Open,Primary,nowhere,many")
        .replace("School 7a,Open", "School, 7a,Open")
        .replace("School 8a,Open,Primary,GU34 1DH,210", "School 8a");
    let (all, result) = read_named(text.as_bytes(), "register.csv");
    let counts = result.unwrap().counts;
    assert_eq!((counts.rows, counts.accepted, counts.rejected), (30, 26, 4));
    assert_eq!((counts.values_left_out, counts.problems), (2, 6));
    let found: Vec<_> = all.problems.iter().map(|p| (p.row.unwrap(), p.severity, p.code)).collect();
    assert_eq!(
        found,
        [
            (6, Severity::Row, ProblemCode::BadKey),
            (7, Severity::Row, ProblemCode::BadKey),
            (8, Severity::Value, ProblemCode::BadValue),
            (8, Severity::Value, ProblemCode::BadValue),
            (9, Severity::Row, ProblemCode::TooManyCells),
            (10, Severity::Row, ProblemCode::TooFewCells),
        ]
    );
    let Record::School(six) = &all.records[4].1 else { panic!() };
    assert_eq!((six.urn.get(), six.pupils, six.postcode.as_deref()), (100_006, None, None));
    assert_eq!(all.records.len(), 26);
}

#[test]
fn a_file_of_which_nothing_can_be_read() {
    let text = format!("{REGISTER}x,850,2000,Name,Open,Primary,GU34 1DH,2\r\n");
    let problem = refused(text.as_bytes(), "register.csv");
    is(&problem, ProblemCode::NothingReadable, Some(2), Some("URN"));
}

#[test]
fn a_file_without_a_year() {
    let problem = refused(results(3).as_bytes(), "england_ks2final.csv");
    is(&problem, ProblemCode::NoPeriod, Some(1), None);
    let hint = FileHint::named("england_ks2final.csv")
        .with_period(sources::AcademicYear::starting(2018).unwrap());
    let mut all = Collected::default();
    let bytes = Cursor::new(results(3));
    let report = sources::read(bytes, &hint, Pack::england(), &mut all).unwrap();
    assert_eq!(report.periods[0].to_string(), "2018/19");
}

#[test]
fn two_columns_of_one_name() {
    let text = results(3).replace("PTRWM_HIGH", "PTRWM_EXP");
    let problem = refused(text.as_bytes(), KS2);
    is(&problem, ProblemCode::DuplicateColumn, Some(1), Some("PTRWM_EXP"));
}

#[test]
fn limits_are_the_callers_to_lower() {
    let limits = Limits { rows: 10, ..Limits::default() };
    let hint = FileHint::named("register.csv");
    let mut all = Collected::default();
    let bytes = Cursor::new(register(20));
    let refusal =
        sources::read_within(bytes, &hint, Pack::england(), &limits, &mut all).unwrap_err();
    is(&refusal.problem, ProblemCode::TooLarge, Some(11), None);
}
