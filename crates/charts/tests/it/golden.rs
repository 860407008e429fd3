//! What a chart is made of, kept as a short list beside the tests.
//!
//! A golden file holds the description, the table and how many marks of each class there are:
//! enough to notice a lost line, small enough to read. Run with `CHARTS_BLESS=1` to write them
//! anew after a change that was meant.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{env, fs, path::Path};

use charts::{Drawing, Frame};

use crate::samples::ALL;

fn summary(drawing: &Drawing) -> String {
    let document = roxmltree::Document::parse(&drawing.svg).unwrap();
    let mut marks: BTreeMap<String, usize> = BTreeMap::new();
    let mut words = Vec::new();
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        if let Some(class) = node.attribute("class") {
            *marks.entry(format!("{} {class}", node.tag_name().name())).or_default() += 1;
        }
        if node.tag_name().name() == "text" {
            words.push(node.text().unwrap_or_default().to_owned());
        }
    }
    let mut out = format!("{}\n{}\n\n", drawing.title, drawing.description);
    for (mark, count) in marks {
        let _ = writeln!(out, "{count:4} {mark}");
    }
    let _ = writeln!(out, "\nwords: {}\n", words.join(" | "));
    let _ = writeln!(out, "{}", drawing.table.headers.join(" | "));
    for row in &drawing.table.rows {
        let _ = writeln!(out, "{}", row.join(" | "));
    }
    out
}

#[test]
fn charts_are_made_of_what_they_were_made_of() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let mut changed = Vec::new();
    for (id, title, draw) in ALL {
        let now = summary(&draw(Frame::new(id, title)));
        let file = folder.join(format!("{id}.txt"));
        if env::var_os("CHARTS_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &now).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != now {
            changed.push(format!("{id}:\n{now}"));
        }
    }
    assert!(changed.is_empty(), "changed:\n{}", changed.join("\n"));
}
