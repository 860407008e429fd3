//! Another plan that meets the very same needs: supporters are changed one need at a time, or two
//! needs exchange theirs, the changes that cost least first, until the price is spent.

use super::Planned;
use super::board::{Board, Shares};
use crate::candidates::draw;

/// Options of a need that are looked at, the best first.
const NEAR: usize = 16;

/// A need's other option, and where it came in another need's place what that one has then.
#[derive(Clone, Copy, Debug)]
struct Change {
    group: usize,
    option: usize,
    exchange: Option<(usize, usize)>,
}

impl Planned {
    /// Shares that meet what the plan meets, at most `price` dearer, with other supporters for up
    /// to a quarter of the needs; pairs for which `taken` says yes are not used anew. `turn`
    /// seeds the draw between changes that cost the same.
    pub(super) fn varied(
        &self,
        taken: &dyn Fn(&str, &str) -> bool,
        price: i128,
        turn: u64,
    ) -> Option<Vec<Shares>> {
        let problem = &self.problem;
        let mut board = Board::from_shares(problem, &self.shares);
        let start = board.cost;
        let simple: Vec<usize> =
            (0..problem.groups.len()).filter(|&group| whole(&board, group).is_some()).collect();
        let mut changes: Vec<(i128, u64, Change)> = Vec::new();
        for &group in &simple {
            changes.extend(
                cheapest(&mut board, group, taken)
                    .map(|(cost, change)| (cost, draw(turn, &[&problem.need(group).id]), change)),
            );
        }
        changes.sort_by_key(|&(cost, draw, change)| (cost, draw, change.group));
        let most = (simple.len() / 4).max(1);
        let mut changed = vec![false; problem.groups.len()];
        let mut count = 0;
        for (_, _, change) in changes {
            let other = change.exchange.map(|(other, _)| other);
            if count >= most || changed[change.group] || other.is_some_and(|other| changed[other]) {
                continue;
            }
            // What was cheap may no longer be: earlier changes moved the time it needs.
            let before = board.cost;
            let Some(back) = make(&mut board, change) else { continue };
            if board.cost - start > price || board.cost - before > price / 4 {
                undo(&mut board, change, back);
                continue;
            }
            for group in std::iter::once(change.group).chain(other) {
                changed[group] = true;
                count += 1;
            }
        }
        (count > 0).then_some(board.shares)
    }
}

/// The option of a need that one supporter meets alone and nobody pinned.
fn whole(board: &Board<'_>, group: usize) -> Option<usize> {
    let it = &board.problem.groups[group];
    if it.tasks.len() != 1 || !it.pinned.is_empty() {
        return None;
    }
    match board.shares[it.tasks.start].as_slice() {
        [(option, _)] => Some(*option),
        _ => None,
    }
}

/// Makes a change; gives the options to go back to, or nothing when it does not fit.
fn make(board: &mut Board<'_>, change: Change) -> Option<(usize, Option<usize>)> {
    let was = whole(board, change.group)?;
    let other = match change.exchange {
        Some((other, _)) => Some(whole(board, other)?),
        None => None,
    };
    board.clear(change.group);
    if let Some((group, _)) = change.exchange {
        board.clear(group);
    }
    let shares = share(board, change.group, change.option);
    let mut fits = board.place(change.group, &shares);
    if let (true, Some((group, option))) = (fits, change.exchange) {
        let shares = share(board, group, option);
        fits = board.place(group, &shares);
    }
    if !fits {
        undo(board, change, (was, other));
    }
    fits.then_some((was, other))
}

fn undo(board: &mut Board<'_>, change: Change, (was, other): (usize, Option<usize>)) {
    let back = change.exchange.map(|(group, _)| group).zip(other);
    board.clear(change.group);
    if let Some((group, _)) = back {
        board.clear(group);
    }
    for (group, option) in std::iter::once((change.group, was)).chain(back) {
        let shares = share(board, group, option);
        board.place(group, &shares);
    }
}

/// All of a need with one option.
fn share(board: &Board<'_>, group: usize, option: usize) -> [Shares; 1] {
    let task = board.problem.groups[group].tasks.start;
    [vec![(option, board.problem.tasks[task].role.half_days)]]
}

/// The change for a need that costs least now.
fn cheapest(
    board: &mut Board<'_>,
    group: usize,
    taken: &dyn Fn(&str, &str) -> bool,
) -> Option<(i128, Change)> {
    let problem = board.problem;
    let was = whole(board, group)?;
    let task = &problem.tasks[problem.groups[group].tasks.start];
    let from = task.options[was].supporter;
    let id = |supporter: usize| problem.supporter(supporter).id.as_str();
    let mut best: Option<(i128, Change)> = None;
    for option in (0..task.options.len().min(NEAR)).filter(|&option| option != was) {
        let supporter = task.options[option].supporter;
        if task.options[option].room < task.role.half_days
            || taken(&problem.need(group).id, id(supporter))
        {
            continue;
        }
        let mut exchanges = vec![None];
        for held in &board.bookings[supporter] {
            let other = problem.groups[held.need].tasks.start;
            let options = &problem.tasks[other].options;
            let there = options.iter().take(NEAR).position(|o| o.supporter == from);
            if let Some(there) = there
                && whole(board, held.need).is_some()
                && !taken(&problem.need(held.need).id, id(from))
            {
                exchanges.push(Some((held.need, there)));
            }
        }
        for exchange in exchanges {
            let change = Change { group, option, exchange };
            let before = board.cost;
            let Some(back) = make(board, change) else { continue };
            let cost = board.cost - before;
            undo(board, change, back);
            if best.is_none_or(|(least, _)| cost < least) {
                best = Some((cost, change));
            }
        }
    }
    best
}
