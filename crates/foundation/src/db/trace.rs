//! Which statements a piece of work asks of the database, in their order: so that a test can hold
//! two answers that must look alike against each other without a clock.

use std::cell::RefCell;

tokio::task_local! {
    static STEPS: RefCell<Vec<Step>>;
}

/// A statement and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The statement as written, without its values.
    pub sql: String,
    /// How many rows were read, or touched by a change.
    pub rows: u64,
}

/// Runs a piece of work and tells which statements it asked, those of other tasks it began left
/// out. Costs nothing where nobody asks.
pub async fn traced<T>(work: impl Future<Output = T>) -> (T, Vec<Step>) {
    STEPS
        .scope(RefCell::default(), async {
            let done = work.await;
            (done, STEPS.with(RefCell::take))
        })
        .await
}

/// The words of a statement where somebody listens.
pub(super) fn heard(sql: &str) -> Option<String> {
    STEPS.try_with(|_| sql.to_owned()).ok()
}

/// Notes what came of a statement that was [`heard`].
pub(super) fn note(heard: Option<String>, rows: u64) {
    if let Some(sql) = heard {
        let _ = STEPS.try_with(|steps| steps.borrow_mut().push(Step { sql, rows }));
    }
}
