//! What keeps both schools safe while one supports the other: risks with somebody who looks after
//! them, concerns that are talked through step by step, a floor under the supporting school's own
//! results, and how many of its people may be out on the same day.

pub mod concerns;
pub mod floors;
pub mod risks;
pub mod staffing;
