//! Workbooks: real shapes made here, damaged ones, and bombs.

use crate::{read_named, refused};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use sources::{
    Collected, FileHint, Grade, InspectionArea, Limits, Pack, ProblemCode, Record, read_within,
};
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

const HEADER: [&str; 6] = [
    "URN",
    "School name",
    "Inspection start date",
    "Publication date",
    "Inclusion",
    "Safeguarding standards",
];

/// A workbook with a title sheet, and a data sheet with two rows of title above its header.
fn report_cards() -> Vec<u8> {
    let mut book = Workbook::new();
    let cover = book.add_worksheet();
    cover.write(0, 0, "Management information").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("Most recent").unwrap();
    sheet.write(0, 0, "State-funded schools").unwrap();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write(3, column, name).unwrap();
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let date = ExcelDateTime::from_ymd(2025, 11, 18).unwrap();
    sheet.write(4, 0, 100_000).unwrap();
    sheet.write(4, 1, "The Aldgate School").unwrap();
    sheet.write_datetime_with_format(4, 2, &date, &day).unwrap();
    sheet.write(4, 3, "12/01/2026").unwrap();
    sheet.write(4, 4, "Strong standard").unwrap();
    sheet.write(4, 5, "Met").unwrap();
    sheet.write(6, 0, 100_008).unwrap();
    sheet.write(6, 2, "NULL").unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn the_table_is_found_on_its_sheet_below_its_title() {
    let (all, result) = read_named(&report_cards(), "ofsted_20260131.xlsx");
    let report = result.unwrap();
    assert_eq!(report.recognised.sheet.as_deref(), Some("Most recent"));
    assert_eq!(report.recognised.header_row, 4);
    assert_eq!((report.counts.rows, report.counts.accepted, report.counts.unused), (2, 2, 1));
    let (row, Record::Inspection(first)) = &all.records[0] else { panic!() };
    assert_eq!(*row, 5);
    assert_eq!(first.started.unwrap().to_string(), "2025-11-18");
    assert_eq!(first.published.unwrap().to_string(), "2026-01-12");
    assert_eq!(
        first.grades,
        [
            (InspectionArea::Safeguarding, Grade::Met),
            (InspectionArea::Inclusion, Grade::StrongStandard)
        ]
    );
}

#[test]
fn a_workbook_cut_off_or_of_another_kind() {
    let book = report_cards();
    for cut in [book.len() - 10, book.len() / 2, 100] {
        let problem = refused(&book[..cut], "ofsted.xlsx");
        assert_eq!(problem.code, ProblemCode::DamagedWorkbook, "{cut}: {problem}");
    }
    let zipped = archive(&[("data.csv", b"URN,Name\n".to_vec())]);
    let problem = refused(&zipped, "ofsted.xlsx");
    assert_eq!(problem.code, ProblemCode::WrongFileType);
    assert!(problem.remedy.contains("Unpack"), "{problem}");
    let mut old = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    old.resize(4096, 0);
    assert_eq!(refused(&old, "ofsted.xls").code, ProblemCode::OldWorkbook);
    old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(refused(&old, "ofsted.xlsx").code, ProblemCode::PasswordProtected);
}

fn archive(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The parts every workbook needs, and a sheet and texts of one's own.
fn workbook(sheet: Vec<u8>, texts: Vec<u8>) -> Vec<u8> {
    let text = |s: &str| s.as_bytes().to_vec();
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    archive(&[
        (
            "[Content_Types].xml",
            text(&format!("<Types xmlns=\"{package}/content-types\"></Types>")),
        ),
        (
            "_rels/.rels",
            text(&format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
                 Type=\"{office}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            )),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            text(&format!(
                "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"r1\" \
                 Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            )),
        ),
        (
            "xl/workbook.xml",
            text(&format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Data\" \
                 sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            )),
        ),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", texts),
    ])
}

fn sheet(rows: &str) -> Vec<u8> {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>").into_bytes()
}

#[test]
fn bombs_are_refused_before_they_unpack() {
    // A few kilobytes that would be eight megabytes of shared texts, and of one sheet.
    let limits =
        Limits { workbook_texts: 4 << 20, workbook_unpacked: 6 << 20, ..Limits::default() };
    for (sheet, texts, part) in [
        (sheet(""), vec![b' '; 8 << 20], "sharedstrings.xml"),
        (vec![b' '; 8 << 20], b"<sst></sst>".to_vec(), "sheet1.xml"),
    ] {
        let bomb = workbook(sheet, texts);
        assert!(bomb.len() < 64 << 10, "{}", bomb.len());
        let hint = FileHint::named("ofsted.xlsx");
        let mut all = Collected::default();
        let result = read_within(Cursor::new(bomb), &hint, Pack::england(), &limits, &mut all);
        let problem = result.unwrap_err().problem;
        assert_eq!(problem.code, ProblemCode::WorkbookTooLarge, "{problem}");
        assert!(problem.what.contains(part), "{problem}");
    }
    // Two cells that claim all the room a sheet has: read as two cells, not as a dense block.
    let corners = sheet(
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>URN</t></is></c></row>\
         <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
    );
    let problem = refused(&workbook(corners, b"<sst></sst>".to_vec()), "ofsted.xlsx");
    assert_eq!(problem.code, ProblemCode::NotATable, "{problem}");
    // More parts than any workbook.
    let names: Vec<String> = (0..5000).map(|i| format!("xl/p{i}.xml")).collect();
    let many: Vec<(&str, Vec<u8>)> = names.iter().map(|n| (n.as_str(), Vec::new())).collect();
    let problem = refused(&archive(&many), "ofsted.xlsx");
    assert_eq!(problem.code, ProblemCode::WorkbookTooLarge, "{problem}");
}

#[test]
fn a_pupil_number_in_a_cell_of_a_workbook() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write(0, column, name).unwrap();
    }
    sheet.write(1, 0, 100_000).unwrap();
    sheet.write(1, 1, "A123456789012").unwrap();
    let problem = refused(&book.save_to_buffer().unwrap(), "ofsted.xlsx");
    assert_eq!((problem.code, problem.row), (ProblemCode::PupilData, Some(2)));
    assert_eq!(problem.column.as_deref(), Some("School name"));
}
