//! What a person has contributed beyond their school: a record that belongs to the person and goes
//! with them, whether or not they hold a designation. The rooms above know what was given; each
//! adds its own answer.

use std::collections::BTreeMap;

use access::AccountId;
use foundation::{App, DbError, OrgRef, Rooms, Sql, db::AsText, terms::AcademicYear};
use jiff::civil::Date;
use sea_orm::FromQueryResult;
use serde::Serialize;

use crate::cadre::{self, Designation, SupporterRef, capacity::CommitmentState};
use crate::packs;

/// One thing that somebody gave or gives to another school.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contribution {
    /// Who received it.
    pub to: OrgRef,
    /// Their name.
    pub school: String,
    /// What it was about.
    pub title: String,
    /// In which part: `leads the team`, `reviewer`.
    pub role: String,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
    /// Half-days agreed, where it is counted in time.
    pub agreed: Option<i64>,
    /// Half-days that took place, where it is counted in time.
    pub given: Option<i64>,
    /// Where it stands, in words.
    pub stands: String,
    /// What became of it in the other school: what people can do now, what its head said.
    pub became: Vec<String>,
    /// How far the role they came in reaches, as the pack has it; empty where the room does not know
    /// of a role.
    pub sphere: String,
}

/// How much somebody gave in a sphere in a school year.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Pieces of work that began.
    pub works: u32,
    /// Half-days given in them.
    pub half_days: i64,
}

/// What somebody gave, by the school year in which it began and by sphere. Work in no role that is
/// known stands under an empty sphere.
#[must_use]
pub fn profile(given: &[Contribution]) -> BTreeMap<(AcademicYear, String), Reach> {
    let mut by: BTreeMap<(AcademicYear, String), Reach> = BTreeMap::new();
    for one in given {
        let reach = by.entry((AcademicYear::of(one.from_on), one.sphere.clone())).or_default();
        reach.works += 1;
        reach.half_days += one.given.unwrap_or(0);
    }
    by
}

/// The sphere of work of which no role is known: that of the person's own roles on its first day,
/// where there is only one.
fn sphere_of(held: &[Designation], from: Date) -> Option<String> {
    let mut spheres: Vec<&str> = held
        .iter()
        .filter(|one| one.start_on.is_some_and(|start| start <= from))
        .filter_map(|one| packs::role(&one.role).map(|role| role.sphere.as_str()))
        .collect();
    spheres.sort_unstable();
    spheres.dedup();
    match spheres.as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    }
}

/// The rooms' answers: what has this person given to other schools?
pub type Contributions = Rooms<AccountId, Contribution>;

/// Everything somebody gave and gives, the latest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn given(
    rooms: &Contributions,
    app: &App,
    account: AccountId,
) -> Result<Vec<Contribution>, DbError> {
    let mut all = rooms.answers(app, &account).await?;
    let held = cadre::designations_of(&app.db, account).await?;
    for one in all.iter_mut().filter(|one| one.sphere.is_empty()) {
        one.sphere = sphere_of(&held, one.from_on).unwrap_or_default();
    }
    all.sort_by(|a, b| (b.from_on, &a.school, &a.title).cmp(&(a.from_on, &b.school, &b.title)));
    Ok(all)
}

/// Time promised to a support and kept free for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Promised {
    /// The school it is promised to.
    pub to: OrgRef,
    /// What the request was about; empty where there was none.
    pub title: String,
    /// In which role.
    pub role: String,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
    /// Half-days: given when it is complete, else agreed.
    pub half_days: i64,
    /// Whether it is complete.
    pub complete: bool,
}

/// The time a person's designations promised for good, the latest first. Time that is only held
/// while heads talk is not among it.
///
/// # Errors
/// When the database cannot be read.
pub async fn promised(db: &impl Sql, account: AccountId) -> Result<Vec<Promised>, DbError> {
    #[derive(FromQueryResult)]
    struct Row {
        to_org: OrgRef,
        title: Option<String>,
        from_on: AsText<Date>,
        to_on: AsText<Date>,
        half_days: i64,
        state: AsText<CommitmentState>,
    }
    let mut all = Vec::new();
    for it in cadre::designations_of(db, account).await? {
        let supporter: SupporterRef = it.supporter();
        let rows: Vec<Row> = db
            .all(
                "SELECT c.to_org, r.title, c.from_on, c.to_on, c.half_days, c.state
                 FROM commitment c LEFT JOIN support_request r ON r.id = c.request
                 WHERE c.supporter = $1 AND c.state IN ('agreed', 'done')",
                [supporter.into()],
            )
            .await?;
        all.extend(rows.into_iter().map(|row| Promised {
            to: row.to_org,
            title: row.title.unwrap_or_default(),
            role: it.role_name().to_owned(),
            from_on: row.from_on.0,
            to_on: row.to_on.0,
            half_days: row.half_days,
            complete: row.state.0 == CommitmentState::Done,
        }));
    }
    all.sort_by(|a, b| b.from_on.cmp(&a.from_on).then_with(|| a.to.cmp(&b.to)));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn work(from_on: Date, given: Option<i64>, sphere: &str) -> Contribution {
        Contribution {
            to: OrgRef::School(1),
            school: "Harbour View".to_owned(),
            title: "Early reading".to_owned(),
            role: "Led the team".to_owned(),
            from_on,
            to_on: from_on,
            agreed: None,
            given,
            stands: "Complete".to_owned(),
            became: Vec::new(),
            sphere: sphere.to_owned(),
        }
    }

    #[test]
    fn work_counts_once_in_the_year_it_began_and_nothing_is_lost() {
        let given = [
            work(date(2026, 8, 31), Some(4), "local"),
            work(date(2026, 9, 1), Some(3), "local"),
            work(date(2027, 3, 1), None, "local"),
            work(date(2027, 3, 1), Some(2), "national"),
            work(date(2027, 3, 1), Some(1), ""),
        ];
        let by = profile(&given);
        let of = |year, sphere: &str| by[&(AcademicYear(year), sphere.to_owned())];
        assert_eq!(of(2026, "local"), Reach { works: 1, half_days: 4 });
        assert_eq!(of(2027, "local"), Reach { works: 2, half_days: 3 });
        assert_eq!(of(2027, "national"), Reach { works: 1, half_days: 2 });
        assert_eq!(of(2027, ""), Reach { works: 1, half_days: 1 });
        assert_eq!(by.values().map(|reach| reach.works).sum::<u32>(), 5);
        assert_eq!(by.values().map(|reach| reach.half_days).sum::<i64>(), 10);
    }
}
