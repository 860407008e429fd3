//! State machines: how a room writes them, the one rule that decides a step, and how they become
//! a table and a diagram, so that what is documented is what decides.
//!
//! A room lists its lines; anything that is not listed is refused.

use std::fmt::{Display, Write as _};

use crate::Words;

/// A line of a state machine: from a state `S` by an act `A` of somebody who is one of `W` to `T`,
/// which is a state unless more than the act decides where it leads.
#[derive(Clone, Copy, Debug)]
pub struct Line<S: 'static, A: 'static, W: 'static, T: 'static = S> {
    /// From where.
    pub from: S,
    /// By which act.
    pub act: A,
    /// By whom.
    pub who: &'static [W],
    /// Where to.
    pub to: T,
    /// What must hold besides, in words; empty where nothing must.
    pub guard: &'static str,
}

/// A line, written shortly.
#[must_use]
pub const fn line<S: Copy, A: Copy, W, T: Copy>(
    from: S,
    act: A,
    who: &'static [W],
    to: T,
    guard: &'static str,
) -> Line<S, A, W, T> {
    Line { from, act, who, to, guard }
}

/// Why an act is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum No<W: 'static> {
    /// The state does not allow it to anybody.
    NotNow,
    /// These may do it, and nobody else.
    NotYours(&'static [W]),
}

/// Where an act leads when somebody who is all of `standings` does it.
///
/// # Errors
/// [`No`] when no line allows it.
pub fn transition<S: Copy + Eq, A: Copy + Eq, W: Copy + Eq, T: Copy>(
    lines: &[Line<S, A, W, T>],
    from: S,
    act: A,
    standings: &[W],
) -> Result<T, No<W>> {
    let line = lines.iter().find(|line| line.from == from && line.act == act).ok_or(No::NotNow)?;
    if line.who.iter().any(|who| standings.contains(who)) {
        Ok(line.to)
    } else {
        Err(No::NotYours(line.who))
    }
}

/// Several people in a sentence: "the head or the broker".
#[must_use]
pub fn either<W: Words>(who: &[W]) -> String {
    who.iter().map(|one| one.words()).collect::<Vec<_>>().join(" or ")
}

/// A line in words.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    from: String,
    act: String,
    who: String,
    to: String,
    guard: &'static str,
}

/// A state machine as a page of the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The name of its page, without an ending: `agreements`.
    pub file: &'static str,
    /// What it is the life of: "The life of an agreement".
    pub title: &'static str,
    /// The source file that states it, from the root of the repository.
    pub source: &'static str,
    rows: Vec<Row>,
}

impl Document {
    /// The document of some lines.
    #[must_use]
    pub fn of<S: Display, A: Display, W: Words, T: Display>(
        file: &'static str,
        title: &'static str,
        source: &'static str,
        lines: &[Line<S, A, W, T>],
    ) -> Self {
        let rows = lines.iter().map(|line| Row {
            from: line.from.to_string(),
            act: line.act.to_string(),
            who: line.who.iter().map(|one| one.words()).collect::<Vec<_>>().join("; "),
            to: line.to.to_string(),
            guard: line.guard,
        });
        Self { file, title, source, rows: rows.collect() }
    }

    /// The page: a diagram, and a table that says the same with guards.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "# {}\n\nWritten by `alongside states docs/states` from `{}`; a test fails when the two \
             differ.\nEvery step there is; anything not listed is refused.\n\n",
            self.title, self.source
        );
        text += "```mermaid\nstateDiagram-v2\n";
        let mut drawn: Vec<(&str, &str, &str)> = Vec::new();
        for line in &self.rows {
            let arrow = (line.from.as_str(), line.to.as_str(), line.act.as_str());
            if !drawn.contains(&arrow) {
                drawn.push(arrow);
                let _ = writeln!(text, "  {} --> {}: {}", id(arrow.0), id(arrow.1), arrow.2);
            }
        }
        text += "```\n\n| From | Act | By | To | Guard |\n|---|---|---|---|---|\n";
        for line in &self.rows {
            let guard = if line.guard.is_empty() { "none" } else { line.guard };
            let Row { from, act, who, to, .. } = line;
            let _ = writeln!(text, "| {from} | {act} | {who} | {to} | {guard} |");
        }
        text
    }
}

/// A state's name as the diagram's notation allows it.
fn id(state: &str) -> String {
    state.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macro declares what rooms publish")]
mod tests {
    use super::*;
    use crate::words;

    words! {
        /// Where one is.
        Place {
            Home = "at home", "At home";
            Away = "away", "Away";
        }
    }

    words! {
        /// Who goes.
        Who {
            Head = "head", "the head";
            Broker = "broker", "the broker";
        }
    }

    const LINES: &[Line<Place, &str, Who>] = &[
        line(Place::Home, "go", &[Who::Head], Place::Away, ""),
        line(Place::Home, "wait", &[Who::Head, Who::Broker], Place::Home, "it rains"),
    ];

    #[test]
    fn what_is_not_listed_is_refused() {
        assert_eq!(transition(LINES, Place::Home, "go", &[Who::Head]), Ok(Place::Away));
        let both = [Who::Broker, Who::Head];
        assert_eq!(transition(LINES, Place::Home, "go", &both), Ok(Place::Away));
        let broker = transition(LINES, Place::Home, "go", &[Who::Broker]);
        assert_eq!(broker, Err(No::NotYours(&[Who::Head])));
        assert_eq!(transition(LINES, Place::Away, "go", &both), Err(No::NotNow));
        assert!(transition(LINES, Place::Home, "go", &[]).is_err());
    }

    #[test]
    fn a_page_has_a_diagram_and_the_same_as_a_table() {
        let page = Document::of("trips", "The life of a trip", "src/trip.rs", LINES).markdown();
        assert_eq!(page.matches("at_home --> away: go").count(), 1);
        assert!(page.contains("| at home | go | the head | away | none |"), "{page}");
        assert!(page.contains("| at home | wait | the head; the broker | at home | it rains |"));
        assert_eq!(either(&[Who::Head, Who::Broker]), "the head or the broker");
    }
}
