//! What support costs: charges for delivered time, and statements for schools, funders and the
//! people who do the books. Money follows time: a charge exists because half a day was delivered.

pub mod charges;
pub mod machine;
pub mod returns;
pub mod statements;
