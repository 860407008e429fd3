//! The DIMACS format for minimum-cost flow problems.

use std::fmt::Write as _;
use std::str::FromStr;

use super::{Arc, FlowError};

/// A network: supplies (negative for demands) by node and its arcs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network<C = i64> {
    /// Supply of each node, counted from nought.
    pub supply: Vec<i64>,
    /// Arcs.
    pub arcs: Vec<Arc<C>>,
}

/// The most nodes a file may promise.
const MOST_NODES: u32 = 100_000_000;

fn number<T: FromStr>(
    words: &mut std::str::SplitAsciiWhitespace<'_>,
    line: usize,
    what: &str,
) -> Result<T, FlowError> {
    let word = words
        .next()
        .ok_or_else(|| FlowError::Syntax { line, problem: format!("{what} is missing: add it") })?;
    word.parse().map_err(|_| FlowError::Syntax {
        line,
        problem: format!("{what} is \"{word}\", expected a whole number"),
    })
}

/// Reads a network: `p min NODES ARCS`, `n NODE SUPPLY` and `a FROM TO LOW CAPACITY COST` lines,
/// with `c` for comments.
///
/// # Errors
/// [`FlowError::Syntax`] names the line; [`FlowError::Node`] an arc outside the network.
pub fn parse_dimacs(text: &str) -> Result<Network, FlowError> {
    let mut network: Option<Network> = None;
    let mut promised = 0_usize;
    let mut last = 0;
    for (index, content) in text.lines().enumerate() {
        let line = index + 1;
        last = line;
        let mut words = content.split_ascii_whitespace();
        let kind = words.next();
        let missing = || FlowError::Syntax {
            line,
            problem: "comes before the \"p min\" line: put that line first".into(),
        };
        match kind {
            None | Some("c") => {}
            Some("p") => {
                if words.next() != Some("min") || network.is_some() {
                    let problem = "expected one line \"p min NODES ARCS\"".into();
                    return Err(FlowError::Syntax { line, problem });
                }
                let nodes: u32 = number(&mut words, line, "the number of nodes")?;
                if nodes > MOST_NODES {
                    let problem = format!("{nodes} nodes are more than the {MOST_NODES} taken");
                    return Err(FlowError::Syntax { line, problem });
                }
                promised = number(&mut words, line, "the number of arcs")?;
                network = Some(Network { supply: vec![0; nodes as usize], arcs: Vec::new() });
            }
            Some("n") => {
                let network = network.as_mut().ok_or_else(missing)?;
                let node: u64 = number(&mut words, line, "the node")?;
                let supply: i64 = number(&mut words, line, "the supply")?;
                let slot = usize::try_from(node)
                    .ok()
                    .and_then(|node| node.checked_sub(1))
                    .and_then(|node| network.supply.get_mut(node));
                let Some(slot) = slot else {
                    let problem = format!("node {node} does not exist: nodes count from 1");
                    return Err(FlowError::Syntax { line, problem });
                };
                *slot = supply;
            }
            Some("a") => {
                let network = network.as_mut().ok_or_else(missing)?;
                let nodes = network.supply.len();
                let mut node = |what| -> Result<u32, FlowError> {
                    let node: u64 = number(&mut words, line, what)?;
                    if (1..=nodes as u64).contains(&node) {
                        Ok((node - 1) as u32)
                    } else {
                        Err(FlowError::Node { arc: network.arcs.len() + 1, node, nodes })
                    }
                };
                let (from, to) = (node("the node it leaves")?, node("the node it enters")?);
                network.arcs.push(Arc {
                    from,
                    to,
                    low: number(&mut words, line, "the least flow")?,
                    capacity: number(&mut words, line, "the capacity")?,
                    cost: number(&mut words, line, "the cost")?,
                });
            }
            Some(other) => {
                let problem = format!("\"{other}\" is unknown: expected c, p, n or a");
                return Err(FlowError::Syntax { line, problem });
            }
        }
    }
    let network = network.ok_or_else(|| FlowError::Syntax {
        line: last,
        problem: "the file has no \"p min\" line: add it".into(),
    })?;
    if network.arcs.len() != promised {
        let problem = format!("{promised} arcs were promised, {} found", network.arcs.len());
        return Err(FlowError::Syntax { line: last, problem });
    }
    Ok(network)
}

/// Writes a network in the same format.
pub fn write_dimacs(network: &Network) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "p min {} {}", network.supply.len(), network.arcs.len());
    for (node, supply) in network.supply.iter().enumerate().filter(|&(_, &s)| s != 0) {
        let _ = writeln!(out, "n {} {supply}", node + 1);
    }
    for arc in &network.arcs {
        let Arc { from, to, low, capacity, cost } = arc;
        let _ = writeln!(out, "a {} {} {low} {capacity} {cost}", from + 1, to + 1);
    }
    out
}
