//! The delimited files that the examples read: damaged ones are refused by row and column.

#[path = "../../examples/shared/mod.rs"]
mod shared;

use proptest::prelude::*;
use shared::Table;

fn table(text: &str) -> Result<Table, String> {
    Table::of("f.csv", text.as_bytes().to_vec())
}

#[test]
fn a_damaged_cell_is_named_by_row_line_and_column() {
    let mut found = table("school,score\nA,1\n\nB,\nC,2x\nD,3\n").unwrap();
    found.complete(&["school".into(), "score".into()]).unwrap();
    // The empty row B is left out; the row after it keeps its own number, and its line.
    let problem = found.numbers("score").unwrap_err();
    assert_eq!(problem, "score, data row 3 (line 5): “2x” is not a number");
    let problem = found.term("score", &Default::default()).unwrap_err();
    assert!(
        problem.contains("data row 3 (line 5)") && problem.contains("--reference"),
        "{problem}"
    );
    let problem = found.optional_numbers("score").unwrap_err();
    assert!(problem.contains("data row 3"), "{problem}");
    let problem = found.numbers("scores").unwrap_err();
    assert_eq!(problem, "f.csv has no column “scores”. It has: school, score");
}

#[test]
fn text_is_a_factor_and_a_reference_makes_one_of_numbers() {
    let found = table("sex,cell\nM,1\nF,2\nM,3\n").unwrap();
    let sex = found.term("sex", &Default::default()).unwrap();
    assert_eq!(sex, [("sexM".to_owned(), vec![1.0, 0.0, 1.0])]);
    let asked = [("cell".to_owned(), "2".to_owned())].into();
    let cell = found.term("cell", &asked).unwrap();
    assert_eq!(cell[0], ("cell1".to_owned(), vec![1.0, 0.0, 0.0]));
    assert_eq!(cell[1].0, "cell3");
    let asked = [("sex".to_owned(), "X".to_owned())].into();
    assert_eq!(found.term("sex", &asked).unwrap_err(), "--reference sex=X: the levels are F, M");
}

#[test]
fn rows_of_another_length_and_columns_of_one_name_are_refused() {
    let problem = table("a,b\n1,2\n3,4,5\n").err().unwrap();
    assert!(problem.starts_with("f.csv, data row 2 (line 3) has 3 cells, the header has 2"));
    assert!(table("a,b\n1,2,\n3,4,,\n").is_ok(), "separators at the end do no harm");
    assert!(table("a,a\n1,2\n").err().unwrap().contains("two columns called “a”"));
    assert_eq!(table("a,b\n").err().unwrap(), "f.csv has no rows below its header");
    assert_eq!(table("").err().unwrap(), "f.csv has no rows below its header");
    let mut gaps = table("a;b\n1;NA\n.;2\n").unwrap();
    assert!(gaps.complete(&["a".into(), "b".into()]).unwrap_err().contains("no row of f.csv"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever the bytes, there is a table or a sentence.
    #[test]
    fn any_bytes_are_a_table_or_a_sentence(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..200),
            "[a-c\";,\n\t\r 0-9.NAéinf-]{0,200}".prop_map(String::into_bytes),
        ],
    ) {
        match Table::of("f.csv", bytes) {
            Err(problem) => prop_assert!(problem.starts_with("f.csv")),
            Ok(mut table) => {
                for column in table.headers.clone() {
                    if let Err(problem) = table.numbers(&column) {
                        prop_assert!(problem.contains("data row") && problem.contains("line"));
                    }
                    let _ = table.term(&column, &Default::default());
                }
                let all = table.headers.clone();
                let _ = table.complete(&all);
                prop_assert!(!table.place(0).is_empty() || table.len() == 0);
            }
        }
    }
}
