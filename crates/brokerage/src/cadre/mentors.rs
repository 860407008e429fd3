//! A mentor for every head in the first two years: who is new, and who could walk beside them.

use std::collections::BTreeMap;

use access::{AccountId, Permit, Role, accounts, partnerships};
use foundation::{
    App, DbError, OrgRef, Sql,
    clock::london,
    db::AsText,
    events::{self, Event},
    terms::terms_later,
    words,
};
use jiff::{ToSpan, civil::Date};
use needs::ActError;
use sea_orm::FromQueryResult;

use super::model::{Designation, SupporterRef};
use super::store;
use crate::requests::{self, RequestId};

words! {
    /// What a new head says to a mentor.
    Answer {
        Yes = "yes", "Would like one";
        NotNow = "not-now", "Not now";
        No = "no", "No, thank you";
    }
}

/// What a new head said, and until when it is not asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What they said.
    pub answer: Answer,
    /// The last day on which nobody asks again.
    pub until: Date,
}

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
    /// What they said to it, as far as that still holds.
    pub wish: Option<Wish>,
}

impl NewHead {
    /// Whether a mentor is suggested to them now: they did not say that they want none for a while.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.wish.is_none_or(|wish| wish.answer == Answer::Yes)
    }
}

/// The last day of the first two years: a head from 1 September 2026 is new until 31 August 2028.
#[must_use]
pub fn new_until(since: Date) -> Date {
    since.saturating_add(2.years()).saturating_sub(1.day())
}

/// The roles whose work it is to walk beside a head.
const MENTORS: [&str; 2] = ["headteacher-mentor", "professional-partner"];
/// What somebody without such a role brings, and a head asks for, to the same end.
const HEADSHIP: &str = "headship";

/// Until when an answer holds: a wish and a no for the whole two years, “not now” for a term.
#[must_use]
pub fn holds_until(answer: Answer, on: Date, new_until: Date) -> Date {
    match answer {
        Answer::NotNow => terms_later(on, 1).min(new_until),
        Answer::Yes | Answer::No => new_until,
    }
}

#[derive(FromQueryResult)]
struct Said {
    person: AccountId,
    org: OrgRef,
    answer: AsText<Answer>,
    until_on: AsText<Date>,
}

/// The answers that hold on a day, by person and school: another headship is asked anew.
async fn wishes(
    db: &impl Sql,
    today: Date,
) -> Result<BTreeMap<(AccountId, OrgRef), Wish>, DbError> {
    let said: Vec<Said> = db
        .all(
            "SELECT person, org, answer, until_on FROM mentor_wish WHERE until_on >= $1",
            [today.to_string().into()],
        )
        .await?;
    let wish = |one: &Said| Wish { answer: one.answer.0, until: one.until_on.0 };
    Ok(said.iter().map(|one| ((one.person, one.org), wish(one))).collect())
}

/// Writes down what a new head said to a mentor, in the place of what was said before.
///
/// # Errors
/// When the database refuses.
pub async fn say(
    app: &App,
    permit: &Permit,
    head: &NewHead,
    answer: Answer,
) -> Result<Wish, ActError> {
    let today = london(permit.context().at);
    let until = holds_until(answer, today, head.until);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO mentor_wish (person, org, answer, until_on, said_on)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (person) DO UPDATE SET org = $2, answer = $3, until_on = $4, said_on = $5",
        [
            head.account.into(),
            head.org.into(),
            answer.key().into(),
            until.to_string().into(),
            today.to_string().into(),
        ],
    )
    .await?;
    let event = Event::new("mentor", head.account, "answered").owned_by(head.org);
    events::append(&tx, permit.context(), event).await?;
    tx.commit().await?;
    Ok(Wish { answer, until })
}

/// What a person once said to a mentor, with its last day, for the copy of what is held about them.
///
/// # Errors
/// When the database cannot be read.
pub async fn said_by(db: &impl Sql, account: AccountId) -> Result<Option<Wish>, DbError> {
    let said: Option<Said> = db
        .first(
            "SELECT person, org, answer, until_on FROM mentor_wish WHERE person = $1",
            [account.into()],
        )
        .await?;
    Ok(said.map(|one| Wish { answer: one.answer.0, until: one.until_on.0 }))
}

/// Who mentors a new head today, by an agreement that runs: somebody with a mentor's role, or
/// somebody who came because headship was what the school asked for.
///
/// # Errors
/// When the database cannot be read.
pub async fn mentor_of(
    db: &impl Sql,
    head: &NewHead,
    today: Date,
) -> Result<Option<Designation>, DbError> {
    #[derive(FromQueryResult)]
    struct Agreed {
        supporter: SupporterRef,
        request: Option<RequestId>,
    }
    let agreed: Vec<Agreed> = db
        .all(
            "SELECT supporter, request FROM commitment
             WHERE to_org = $1 AND state = 'agreed' AND to_on >= $2 ORDER BY from_on, id",
            [head.org.into(), today.to_string().into()],
        )
        .await?;
    for one in agreed {
        let SupporterRef::Designation(id) = one.supporter else { continue };
        let Some(it) = store::designation(db, id).await? else { continue };
        let asked = match one.request {
            Some(request) => requests::request(db, request).await?,
            None => None,
        };
        let wanted = asked
            .is_some_and(|request| request.ask.specialisms.iter().any(|one| one.code == HEADSHIP));
        if wanted || MENTORS.contains(&it.role.as_str()) {
            return Ok(Some(it));
        }
    }
    Ok(None)
}

/// The new heads of a partnership without a mentor, by name, those who said “not now” among them.
///
/// # Errors
/// When the database cannot be read.
pub async fn without(
    db: &impl Sql,
    partnership: OrgRef,
    today: Date,
) -> Result<Vec<NewHead>, DbError> {
    let mut alone = Vec::new();
    for head in new_heads(db, partnership, today).await? {
        if mentor_of(db, &head, today).await?.is_none() {
            alone.push(head);
        }
    }
    Ok(alone)
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
    let wishes = wishes(db, today).await?;
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
                wish: wishes.get(&(account.id, post.org)).copied(),
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
    let is_mentor = |one: &Designation| MENTORS.contains(&one.role.as_str());
    let mut able: Vec<Designation> = store::cadre_of(db, partnership)
        .await?
        .into_iter()
        .filter(|one| one.is_live(today) && one.is_current(today))
        .filter(|one| one.org != head.org && one.person != head.account)
        .filter(|one| {
            is_mentor(one) || one.profile.specialisms.iter().any(|held| held.code == HEADSHIP)
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

    #[test]
    fn not_now_holds_for_a_term_and_never_beyond_the_two_years() {
        let (on, end) = (date(2026, 11, 9), date(2028, 8, 31));
        assert_eq!(holds_until(Answer::NotNow, on, end), date(2027, 3, 31));
        assert_eq!(holds_until(Answer::NotNow, on, date(2027, 1, 31)), date(2027, 1, 31));
        assert_eq!(holds_until(Answer::No, on, end), end);
        assert_eq!(holds_until(Answer::Yes, on, end), end);
    }
}
