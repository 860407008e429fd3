//! State machines as documents. Each room states its machines in code; here they become a table
//! and a diagram, so that what is documented is what decides.

use std::fmt::Write as _;

/// A step of a state machine, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From which state.
    pub from: String,
    /// By which act.
    pub act: String,
    /// By whom.
    pub who: Vec<String>,
    /// To which state.
    pub to: String,
    /// What must hold; empty where nothing else must.
    pub guard: String,
}

/// A state machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// The name of its page, without an ending: `agreements`.
    pub file: &'static str,
    /// What it is the life of: "The life of an agreement".
    pub title: &'static str,
    /// The source file that states it, from the root of the repository.
    pub source: &'static str,
    /// Every step there is.
    pub lines: Vec<Line>,
}

impl Machine {
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
        for line in &self.lines {
            let arrow = (line.from.as_str(), line.to.as_str(), line.act.as_str());
            if !drawn.contains(&arrow) {
                drawn.push(arrow);
                let _ = writeln!(text, "  {} --> {}: {}", id(arrow.0), id(arrow.1), arrow.2);
            }
        }
        text += "```\n\n| From | Act | By | To | Guard |\n|---|---|---|---|---|\n";
        for line in &self.lines {
            let guard = if line.guard.is_empty() { "none" } else { &line.guard };
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {guard} |",
                line.from,
                line.act,
                line.who.join("; "),
                line.to
            );
        }
        text
    }
}

/// A state's name as the diagram's notation allows it.
fn id(state: &str) -> String {
    state.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_a_diagram_and_the_same_as_a_table() {
        let line = |from: &str, to: &str, who: &str| Line {
            from: from.to_owned(),
            act: "go".to_owned(),
            who: vec![who.to_owned()],
            to: to.to_owned(),
            guard: String::new(),
        };
        let machine = Machine {
            file: "trips",
            title: "The life of a trip",
            source: "crates/trips/src/state.rs",
            lines: vec![line("at home", "away", "head"), line("at home", "away", "broker")],
        };
        let page = machine.markdown();
        assert_eq!(page.matches("at_home --> away: go").count(), 1);
        assert!(page.contains("| at home | go | broker | away | none |"));
    }
}
