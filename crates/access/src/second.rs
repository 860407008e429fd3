//! A second step for posts with power over others: whoever holds one must show more than a mailbox
//! before it gives them anything.
//!
//! A session is *proved* when it began with a passkey, with a code from an authenticator app, or
//! with a provider that says that it asked for more than one thing, or when a code was entered
//! since. In any other session the posts whose role asks for a second step are held back: the
//! person keeps what their other posts give. Somebody who has no second step yet may have days of
//! grace from the day on which they were first asked; somebody who has one gets none.

use foundation::{App, Config, DbError, Sql};
use jiff::{ToSpan as _, civil::Date};
use sea_orm::FromQueryResult;

use crate::{AccountId, Post, Role};

/// What is asked for where the configuration does not say.
pub const USUAL: &str = "operator administrator:14 broker:14 data-protection-officer:14";
/// The most days of grace.
const MOST_DAYS: u16 = 90;

/// The roles that need a second step, each with its days of grace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed(Vec<(Role, u16)>);

impl Needed {
    /// Reads a setting: `none`, or roles with their days of grace as in
    /// `operator administrator:14 broker:14`; without days there is no grace.
    ///
    /// # Errors
    /// A sentence with the part that cannot be read and what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut needed = Vec::new();
        if text.trim() == "none" {
            return Ok(Self(needed));
        }
        for part in text.split([' ', ',']).filter(|part| !part.is_empty()) {
            let (role, days) = part.split_once(':').unwrap_or((part, "0"));
            let role: Role = role
                .parse()
                .map_err(|problem| format!("require_second_step: {problem}, or none alone"))?;
            let days = days.parse().ok().filter(|days| *days <= MOST_DAYS).ok_or_else(|| {
                format!(
                    "require_second_step: “{part}”: write the days of grace as a number up to {MOST_DAYS}, for example {role}:14"
                )
            })?;
            needed.push((role, days));
        }
        Ok(Self(needed))
    }

    /// What this installation asks for: its setting, or [`USUAL`]; in the demonstration nothing,
    /// unless it is set, because its people sign in with the links that it prints.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let text = match config.require_second_step.as_str() {
            "" if config.demo => "none",
            "" => USUAL,
            text => text,
        };
        // A setting that cannot be read stops the start; should one get here, nothing opens by it.
        Self::parse(text).unwrap_or_else(|_| Self(Role::ALL.map(|role| (role, 0)).to_vec()))
    }

    /// The days of grace of a role; nothing where it needs no second step.
    #[must_use]
    pub fn days(&self, role: Role) -> Option<u16> {
        self.0.iter().find(|(known, _)| *known == role).map(|(_, days)| *days)
    }
}

/// What a person has to show a second step with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Has {
    /// An authenticator app.
    pub app: bool,
    /// A passkey.
    pub passkey: bool,
}

impl Has {
    /// Whether there is any.
    #[must_use]
    pub const fn any(self) -> bool {
        self.app || self.passkey
    }
}

/// What is waiting for a second step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Posts that give nothing before it is shown.
    pub held_back: Vec<Post>,
    /// Posts that give what they give for some days more, with the last of them.
    pub in_grace: Vec<(Post, Date)>,
}

impl Waiting {
    /// Whether nothing waits.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.held_back.is_empty() && self.in_grace.is_empty()
    }

    /// The first day of grace to end.
    #[must_use]
    pub fn until(&self) -> Option<Date> {
        self.in_grace.iter().map(|(_, day)| *day).min()
    }
}

#[derive(FromQueryResult)]
struct Known {
    asked_on: Option<String>,
    app: i64,
    passkeys: i64,
}

async fn known(db: &impl Sql, account: AccountId) -> Result<Option<Known>, DbError> {
    db.first(
        "SELECT second_asked_on AS asked_on,
                CAST(CASE WHEN totp_since IS NULL THEN 0 ELSE 1 END AS BIGINT) AS app,
                (SELECT count(*) FROM passkey p WHERE p.account = a.id) AS passkeys
         FROM account a WHERE a.id = $1",
        [account.into()],
    )
    .await
}

/// What a person has to show a second step with.
///
/// # Errors
/// When the database cannot be read.
pub async fn has(db: &impl Sql, account: AccountId) -> Result<Has, DbError> {
    let known = known(db, account).await?;
    Ok(known
        .map_or_else(Has::default, |known| Has { app: known.app > 0, passkey: known.passkeys > 0 }))
}

/// Where somebody meets what their posts give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a session that is not proved.
    Session,
    /// In letters and calendars. They go to somebody who has a second step as the browser would show
    /// it after that step; to somebody who has none they carry what the browser shows without.
    Letters,
}

/// Takes out of somebody's posts those that wait for a second step.
///
/// # Errors
/// When the database cannot be read.
pub(crate) async fn hold_back(
    app: &App,
    account: AccountId,
    posts: &mut Vec<Post>,
    place: Place,
) -> Result<Waiting, DbError> {
    let needed = Needed::of(&app.config);
    let mut waiting = Waiting::default();
    if posts.iter().all(|post| needed.days(post.role()).is_none()) {
        return Ok(waiting);
    }
    let known = known(&app.db, account).await?;
    let today = app.clock.today();
    let asked_on = known.as_ref().and_then(|known| known.asked_on.as_ref()?.parse().ok());
    let asked_on: Date = asked_on.unwrap_or(today);
    let could = known.is_none_or(|known| known.app > 0 || known.passkeys > 0);
    if could && place == Place::Letters {
        return Ok(waiting);
    }
    posts.retain(|post| {
        let Some(days) = needed.days(post.role()) else { return true };
        // The day of asking counts: a grace of one day ends with it.
        let last = asked_on.saturating_add((i64::from(days) - 1).days());
        if could || today > last {
            waiting.held_back.push(post.clone());
            return false;
        }
        waiting.in_grace.push((post.clone(), last));
        true
    });
    Ok(waiting)
}

/// Notes the day on which a person was first asked, once.
///
/// # Errors
/// When the database refuses.
pub async fn asked(db: &impl Sql, account: AccountId, today: Date) -> Result<(), DbError> {
    db.run(
        "UPDATE account SET second_asked_on = $2 WHERE id = $1 AND second_asked_on IS NULL",
        [account.into(), today.to_string().into()],
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_roles_and_days() {
        let usual = Needed::parse(USUAL).unwrap();
        assert_eq!(usual.days(Role::Operator), Some(0));
        assert_eq!(usual.days(Role::Broker), Some(14));
        assert_eq!(usual.days(Role::Head), None);
        assert_eq!(Needed::parse("none").unwrap(), Needed::default());
        let listed = Needed::parse("operator, trust-executive:7").unwrap();
        assert_eq!(listed.days(Role::TrustExecutive), Some(7));
        assert_eq!(listed.days(Role::Broker), None);
        assert!(Needed::parse("operater").unwrap_err().contains("“operater” is not a role"));
        assert!(Needed::parse("broker:soon").unwrap_err().contains("broker:14"));
        assert!(Needed::parse("broker:400").unwrap_err().contains("up to 90"));
        assert!(Needed::parse("none broker").unwrap_err().contains("none alone"));
    }

    #[test]
    fn the_demonstration_asks_only_where_it_is_told_to() {
        let mut config = Config { demo: true, ..Config::default() };
        assert_eq!(Needed::of(&config), Needed::default());
        "broker".clone_into(&mut config.require_second_step);
        assert_eq!(Needed::of(&config).days(Role::Broker), Some(0));
        let config = Config::default();
        assert_eq!(Needed::of(&config).days(Role::Operator), Some(0));
    }
}
