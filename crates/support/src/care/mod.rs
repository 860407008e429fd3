//! What keeps both schools safe while one supports the other: risks with somebody who looks after
//! them, concerns that are talked through step by step, and a floor under the supporting school's
//! own results.

pub mod concerns;
pub mod floors;
pub mod risks;
