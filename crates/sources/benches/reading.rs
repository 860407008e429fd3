//! How fast files are read, on invented ones of national size, so that no data is needed.
//!
//! `cargo bench -p sources`

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use sources::{CountOnly, FileHint, Pack, read};
use std::fmt::Write as _;
use std::io::Cursor;

fn main() {
    divan::main();
}

/// A register of 20,000 schools with the columns of a reduced copy.
fn register() -> String {
    let mut text = "URN,LA (code),LA (name),EstablishmentNumber,EstablishmentName,\
        TypeOfEstablishment (name),EstablishmentTypeGroup (name),EstablishmentStatus (name),\
        OpenDate,PhaseOfEducation (name),StatutoryLowAge,StatutoryHighAge,NumberOfPupils,\
        PercentageFSM,Trusts (code),Trusts (name),Street,Town,Postcode,GOR (name),Easting,Northing\r\n"
        .to_owned();
    for i in 0..20_000u32 {
        let _ = write!(
            text,
            "{},{},Authority {},{},\"School, number {i}\",Academy converter,Academies,Open,\
             01-09-{},Primary,4,11,{},{}.{},{},Trust {},{} High Street,Town {},GU{} {}DH,\
             South East,{},{}\r\n",
            100_000 + i,
            200 + i % 150,
            i % 150,
            2000 + i % 5000,
            1990 + i % 30,
            90 + i % 500,
            i % 60,
            i % 10,
            1000 + i % 2000,
            i % 2000,
            i % 300,
            i % 900,
            10 + i % 60,
            i % 10,
            400_000 + i,
            150_000 + i,
        );
    }
    text
}

/// Key stage 2 results of 16,000 schools, with marks for what is missing.
fn results() -> String {
    let mut text = "RECTYPE,LEA,ESTAB,URN,SCHNAME,TELIG,BELIG,GELIG,PTRWM_EXP,PTRWM_HIGH,READPROG,\
        READPROG_LOWER,READPROG_UPPER,WRITPROG,MATPROG,PTREAD_EXP,READ_AVERAGE,PTMAT_EXP,\
        MAT_AVERAGE\r\n"
        .to_owned();
    for i in 0..16_000u32 {
        let (urn, n) = (100_000 + i, 10 + i % 80);
        let exp = 30 + i % 65;
        let progress = f64::from(i % 90) / 10.0 - 4.5;
        let (low, high) = (progress - 1.2, progress + 1.2);
        if i % 20 == 0 {
            let _ = write!(
                text,
                "1,850,{},{urn},School {i},{n},5,5,SUPP,SUPP,SUPP,SUPP,SUPP,LOWCOV,SUPP,SUPP,,SUPP,\r\n",
                2000 + i % 5000
            );
        } else {
            let _ = write!(
                text,
                "1,850,{},{urn},School {i},{n},5,5,{exp}%,{}%,{progress:.1},{low:.1},{high:.1},\
                 {progress:.1},0.4,{exp}%,104,{exp}%,103\r\n",
                2000 + i % 5000,
                exp / 4
            );
        }
    }
    text
}

fn reading(bencher: Bencher<'_, '_>, text: &str, rows: usize) {
    let hint = FileHint::named("2017-2018/file.csv");
    let pack = Pack::england();
    bencher.counter(BytesCount::of_str(text)).counter(ItemsCount::new(rows)).bench(|| {
        let report = read(Cursor::new(text), &hint, pack, &mut CountOnly).expect("it is sound");
        assert_eq!(report.counts.accepted, rows as u64);
        report.counts
    });
}

#[divan::bench]
fn register_of_20_000_schools(bencher: Bencher<'_, '_>) {
    reading(bencher, &register(), 20_000);
}

#[divan::bench]
fn key_stage_2_of_16_000_schools(bencher: Bencher<'_, '_>) {
    reading(bencher, &results(), 16_000);
}

#[divan::bench]
fn parse_the_built_in_pack(bencher: Bencher<'_, '_>) {
    let mapping = include_str!("../../../packs/england-2025/mappings/ks2-results.toml");
    bencher.bench(|| {
        let mut pack = Pack::england().clone();
        pack.add_mapping("ks2-results.toml", mapping).expect("it is sound");
        pack
    });
}
