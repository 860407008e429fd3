//! A mentor for every head in the first two years: who is new, and who could walk beside them.

use access::{AccountId, Role, accounts, partnerships};
use foundation::{DbError, OrgRef, Sql};
use jiff::{ToSpan, civil::Date};

use super::model::Designation;
use super::store;

/// A head in the first two years of headship.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHead {
    /// Who.
    pub account: AccountId,
    /// Their name.
    pub name: String,
    /// Of which school.
    pub org: OrgRef,
    /// Head since.
    pub since: Date,
    /// The last day on which a mentor is suggested.
    pub until: Date,
}

/// The last day of the first two years: a head from 1 September 2026 is new until 31 August 2028.
#[must_use]
pub fn new_until(since: Date) -> Date {
    since.saturating_add(2.years()).saturating_sub(1.day())
}

/// Whether a post is a headship and not a deputy's, which carries the same rights here.
fn is_headship(post: &accounts::Held) -> bool {
    let title = post.title.to_lowercase();
    post.role.0 == Role::Head
        && !["deputy", "assistant", "vice"].iter().any(|word| title.contains(word))
}

/// The heads of a partnership's schools in their first two years, by name. Somebody who was head
/// before, here or elsewhere, counts from that first headship.
///
/// # Errors
/// When the database cannot be read.
pub async fn new_heads(
    db: &impl Sql,
    partnership: OrgRef,
    today: Date,
) -> Result<Vec<NewHead>, DbError> {
    let members = partnerships::members(db, partnership, today).await?;
    let posts = accounts::held(db, None).await?;
    let mut heads = Vec::new();
    for account in accounts::all(db).await? {
        let own = || posts.iter().filter(|post| post.account == account.id && is_headship(post));
        let Some(since) = own().map(|post| post.start_on.0).min() else { continue };
        let here = own().find(|post| post.on(today) && members.contains(&post.org));
        let until = new_until(since);
        if let Some(post) = here.filter(|_| since <= today && today <= until) {
            heads.push(NewHead {
                account: account.id,
                name: account.name.clone(),
                org: post.org,
                since,
                until,
            });
        }
    }
    Ok(heads)
}

/// The people who could mentor a new head: live in a partnership's cadre, from another school, as
/// headteacher mentor or professional partner, else with headship among what they bring. In the
/// order of the alphabet, those with a mentor's role first.
///
/// # Errors
/// When the database cannot be read.
pub async fn mentors_for(
    db: &impl Sql,
    partnership: OrgRef,
    head: &NewHead,
    today: Date,
) -> Result<Vec<Designation>, DbError> {
    let is_mentor = |one: &Designation| {
        matches!(one.role.as_str(), "headteacher-mentor" | "professional-partner")
    };
    let mut able: Vec<Designation> = store::cadre_of(db, partnership)
        .await?
        .into_iter()
        .filter(|one| one.is_live(today) && one.is_current(today))
        .filter(|one| one.org != head.org && one.person != head.account)
        .filter(|one| {
            is_mentor(one) || one.profile.specialisms.iter().any(|held| held.code == "headship")
        })
        .collect();
    able.sort_by_key(|one| !is_mentor(one));
    Ok(able)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_head_from_september_is_new_for_two_years_to_the_day() {
        assert_eq!(new_until(date(2026, 9, 1)), date(2028, 8, 31));
        assert_eq!(new_until(date(2024, 2, 29)), date(2026, 2, 27));
    }
}
