//! What the database does to refuse a record of another alliance, held against what it does where
//! nothing is: no clock is read, the statements are counted.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use foundation::db::Step;

use super::matrix::golden;

/// By method and route.
pub(super) type Work = BTreeMap<String, Cost>;

/// The statements behind an answer that tells nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Cost {
    /// The statuses answered.
    answers: BTreeSet<u16>,
    /// The most statements where nothing is.
    without: usize,
    /// The most statements more, or fewer, that a record of somebody else took.
    more: usize,
    /// The most rows more that were read for it.
    rows: u64,
}

impl Cost {
    /// Of one answer: the steps where nothing is, and where there is something.
    pub(super) fn of(status: u16, without: &[Step], with: &[Step]) -> Self {
        let asked = |steps: &[Step]| steps.iter().map(|step| step.sql.clone()).collect::<Vec<_>>();
        let rows = |steps: &[Step]| steps.iter().map(|step| step.rows).sum::<u64>();
        let more = match asked(without) == asked(with) {
            true => 0,
            // Others in the same number are a difference as well.
            false => without.len().abs_diff(with.len()).max(1),
        };
        Self {
            answers: BTreeSet::from([status]),
            without: without.len(),
            more,
            rows: rows(with).abs_diff(rows(without)),
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.answers.extend(&other.answers);
        self.without = self.without.max(other.without);
        self.more = self.more.max(other.more);
        self.rows = self.rows.max(other.rows);
    }
}

/// No refusal may cost more than this many statements above what “nothing there” costs: the beat on
/// which both leave ([`foundation::web::BEAT`]) has room for them many times over. A plan costs most:
/// who takes part in it stands in its objectives and actions.
const MOST: usize = 16;
/// Nor may it read more rows than this.
const ROWS: u64 = 100;

/// Holds what was counted to the page people read, and to the limits.
pub(super) fn reviewed(work: &Work) {
    let mut text = String::from(HEAD);
    for (route, cost) in work {
        let answers: Vec<String> = cost.answers.iter().map(u16::to_string).collect();
        let _ = writeln!(
            text,
            "| {route} | {} | {} | {} | {} |",
            answers.join(" "),
            cost.without,
            cost.more,
            cost.rows
        );
    }
    golden("docs/security/alike.md", &text);
    for (route, cost) in work {
        assert!(cost.more <= MOST && cost.rows <= ROWS, "{route} does too much: {cost:?}");
        // Whatever else is answered does not wait for the beat: it has to take the same work.
        let waits = cost.answers.iter().all(|&status| status == 404);
        assert!(waits || cost.more == 0, "{route} answers at once and not alike: {cost:?}");
    }
}

const HEAD: &str = "# What a refusal costs

Written and checked by the test `walls::attack`. Every role of one alliance asks for every address and
sends every form of the other; the answer is the same, letter for letter, as where nothing is. Here is
what the database did for it: the statements asked where nothing is, how many more were asked, and how
many more rows read, where there is a record that is nobody's business; the most over all roles and
records. *0* means the same statements in the same order.

Where the two differ, the time until the answer could tell. Therefore every answer of “not found” leaves
on a beat of 50 milliseconds counted from the request (`foundation::web::even`), and the test limits the
difference, so that both stay within the first beat. What that comes to on the clock is measured by
`bench/access/alike.py`.

| Route | Answer | Statements where nothing is | More statements | More rows |
|---|---|---|---|---|
";
