//! Days in return: what the supported side promised to give back, what it has given back, and what
//! it still owes, over the whole of a support and not only one term.

use foundation::{DbError, Sql};

use crate::{
    Refusal,
    agreements::{Agreement, store},
    time::{self, EntryState},
};

/// The days given in return in one support, in half-days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Return {
    /// Agreed.
    pub agreed: i64,
    /// Given back.
    pub delivered: i64,
    /// Planned to be given back.
    pub planned: i64,
}

impl Return {
    /// Agreed and not given back yet.
    #[must_use]
    pub const fn owed(&self) -> i64 {
        let owed = self.agreed - self.delivered;
        if owed < 0 { 0 } else { owed }
    }

    /// In words, for the page of a support and its exit; nothing where no days were agreed.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        use crate::agreements::terms::days;
        if self.agreed == 0 {
            return None;
        }
        let planned = match self.planned {
            0 => String::new(),
            planned => format!(", {} planned", days(planned)),
        };
        Some(match self.owed() {
            0 => format!("{} agreed, all given back", days(self.agreed)),
            owed => format!(
                "{} agreed, {} given back{planned}, {} still owed",
                days(self.agreed),
                days(self.delivered),
                days(owed)
            ),
        })
    }
}

/// The days in return of a support.
///
/// # Errors
/// When the database cannot be read.
pub async fn of(db: &impl Sql, agreement: &Agreement) -> Result<Return, DbError> {
    let agreed = match store::current(db, agreement).await {
        Ok(version) => version.terms().money.reciprocal_half_days,
        Err(Refusal::Db(error)) => return Err(error),
        Err(_) => 0,
    };
    let mut found = Return { agreed, ..Return::default() };
    for entry in time::of(db, agreement.id).await? {
        if entry.giver != agreement.supported {
            continue;
        }
        match entry.state() {
            EntryState::Delivered => found.delivered += entry.half_days,
            EntryState::Planned => found.planned += entry.half_days,
            EntryState::Cancelled => {}
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_owed_is_said_until_it_is_given_back() {
        let owes = Return { agreed: 4, delivered: 1, planned: 2 };
        assert_eq!(
            owes.in_words().unwrap(),
            "2 days agreed, half a day given back, 1 day planned, 1½ days still owed"
        );
        let settled = Return { agreed: 4, delivered: 4, planned: 0 };
        assert_eq!(settled.in_words().unwrap(), "2 days agreed, all given back");
        assert_eq!(Return::default().in_words(), None);
        assert_eq!(Return { agreed: 0, delivered: 3, planned: 0 }.owed(), 0);
    }
}
