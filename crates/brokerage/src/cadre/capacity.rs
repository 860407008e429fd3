//! Time that is free, promised and given: availability by week, commitments, what a school has
//! given and received, and what keeps it from giving more.

use std::collections::BTreeMap;

use access::Permit;
use foundation::{
    App, DbError, OrgRef, Sql, Tx,
    db::{AsText, At},
    events::{self, Event},
    id_type,
    terms::AcademicYear,
    words,
};
use jiff::{ToSpan, civil::Date};
use needs::ActError;
use sea_orm::FromQueryResult;

use super::model::SupporterRef;
use crate::requests::RequestId;

id_type! {
    /// Half-days promised to a support.
    CommitmentId
}
id_type! {
    /// A reason why a school cannot spare anybody.
    GuardId
}

words! {
    /// Where a commitment stands.
    CommitmentState {
        Held = "held", "Held while a match is talked about";
        Agreed = "agreed", "Agreed";
        Done = "done", "Given";
        Released = "released", "Free again";
    }
}

/// The Monday of a date's week.
#[must_use]
pub fn monday(date: Date) -> Date {
    let back = date.weekday().to_monday_zero_offset();
    date.saturating_sub(i64::from(back).days())
}

/// Sets the free half-days of a supporter for every week of a period, days off left out.
///
/// # Errors
/// When the period is empty or longer than two years, or more than ten half-days a week are given.
pub async fn pledge(
    app: &App,
    permit: &Permit,
    supporter: SupporterRef,
    owner: OrgRef,
    period: (Date, Date),
    half_days_a_week: u32,
    blackouts: &[(Date, Date)],
) -> Result<u32, ActError> {
    let (from, to) = period;
    if from > to || to > from.saturating_add(2.years()) {
        return Err(ActError::missing(
            "to",
            "The last day must come after the first, within two years",
        ));
    }
    if half_days_a_week > 10 {
        return Err(ActError::missing("half-days", "A week has ten half-days at most"));
    }
    let tx = app.db.write().await?;
    let mut week = monday(from);
    let mut total = 0;
    while week <= to {
        let end = week.saturating_add(6.days());
        let off = blackouts.iter().any(|(a, b)| *a <= end && week <= *b);
        let half_days = if off { 0 } else { half_days_a_week };
        total += half_days;
        tx.run(
            "INSERT INTO availability (supporter, week, half_days) VALUES ($1, $2, $3)
             ON CONFLICT (supporter, week) DO UPDATE SET half_days = excluded.half_days",
            [supporter.into(), week.to_string().into(), i64::from(half_days).into()],
        )
        .await?;
        week = week.saturating_add(7.days());
    }
    events::append(
        &tx,
        permit.context(),
        Event::new("availability", supporter, "pledged").owned_by(owner).with(
            serde_json::json!({ "from": from, "to": to, "half_days_a_week": half_days_a_week }),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(total)
}

/// Half-days promised to one support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The identifier.
    pub id: CommitmentId,
    /// Who gives.
    pub supporter: SupporterRef,
    /// The school that gives.
    pub from: OrgRef,
    /// The school that receives.
    pub to: OrgRef,
    /// First day.
    pub from_on: Date,
    /// Last day.
    pub to_on: Date,
    /// Half-days.
    pub half_days: i64,
    /// Where it stands.
    pub state: CommitmentState,
}

#[derive(FromQueryResult)]
struct Row {
    id: CommitmentId,
    supporter: SupporterRef,
    from_org: OrgRef,
    to_org: OrgRef,
    from_on: AsText<Date>,
    to_on: AsText<Date>,
    half_days: i64,
    state: AsText<CommitmentState>,
}

const COLUMNS: &str = "id, supporter, from_org, to_org, from_on, to_on, half_days, state";

impl From<Row> for Commitment {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            supporter: row.supporter,
            from: row.from_org,
            to: row.to_org,
            from_on: row.from_on.0,
            to_on: row.to_on.0,
            half_days: row.half_days,
            state: row.state.0,
        }
    }
}

/// Promises half-days to a support, in the transaction of the act that promises them.
///
/// # Errors
/// When the database refuses.
pub async fn commit(
    tx: &Tx,
    permit: &Permit,
    new: &Commitment,
    request: Option<RequestId>,
) -> Result<CommitmentId, DbError> {
    tx.run(
        "INSERT INTO commitment (id, supporter, from_org, to_org, request, from_on, to_on, half_days, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            new.id.into(),
            new.supporter.into(),
            new.from.into(),
            new.to.into(),
            request.map(|id| id.to_string()).into(),
            new.from_on.to_string().into(),
            new.to_on.to_string().into(),
            new.half_days.into(),
            AsText(new.state).into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    Ok(new.id)
}

/// What an agreement takes of people's time, from its signature to its end.
#[derive(Clone, Debug)]
pub struct Taken<'a> {
    /// The agreement.
    pub agreement: &'a str,
    /// The request it answers: what was held for that is replaced.
    pub request: Option<RequestId>,
    /// The school that gives.
    pub from: OrgRef,
    /// The school that receives.
    pub to: OrgRef,
    /// First and last day.
    pub period: (Date, Date),
    /// Agreed, or given once it is over.
    pub state: CommitmentState,
    /// Half-days by whose time it is.
    pub shares: &'a [(SupporterRef, i64)],
}

/// Writes what an agreement takes of everybody's time in the place of what was held or agreed
/// before, in the transaction of the signature, the variation or the end.
///
/// # Errors
/// When the database refuses.
pub async fn take_for_agreement(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    taken: &Taken<'_>,
) -> Result<(), DbError> {
    settle_agreement(tx, taken.agreement, taken.request, CommitmentState::Released).await?;
    for &(supporter, half_days) in taken.shares.iter().filter(|(_, half_days)| *half_days > 0) {
        let new = Commitment {
            id: CommitmentId::new(&app.ids),
            supporter,
            from: taken.from,
            to: taken.to,
            from_on: taken.period.0,
            to_on: taken.period.1,
            half_days,
            state: taken.state,
        };
        let id = commit(tx, permit, &new, taken.request).await?;
        tx.run(
            "UPDATE commitment SET agreement = $2 WHERE id = $1",
            [id.into(), taken.agreement.into()],
        )
        .await?;
    }
    Ok(())
}

/// Moves what an agreement, or the request it answers, holds or has been promised to another
/// state.
///
/// # Errors
/// When the database refuses.
pub async fn settle_agreement(
    tx: &Tx,
    agreement: &str,
    request: Option<RequestId>,
    state: CommitmentState,
) -> Result<u64, DbError> {
    let request = request.map_or_else(String::new, |id| id.to_string());
    tx.run(
        "UPDATE commitment SET state = $3
         WHERE (agreement = $1 OR request = $2) AND state IN ('held', 'agreed')",
        [agreement.into(), request.into(), AsText(state).into()],
    )
    .await
}

/// Frees the time held for a request that falls through or is matched again.
///
/// # Errors
/// When the database refuses.
pub async fn release_request(tx: &Tx, permit: &Permit, request: RequestId) -> Result<u64, DbError> {
    let freed = tx
        .run(
            "UPDATE commitment SET state = 'released' WHERE request = $1 AND state <> 'released'",
            [request.into()],
        )
        .await?;
    if freed > 0 {
        events::append(tx, permit.context(), Event::new("request", request, "time released"))
            .await?;
    }
    Ok(freed)
}

/// Every commitment of a supporter that still counts.
///
/// # Errors
/// When the database cannot be read.
pub async fn commitments_of(
    db: &impl Sql,
    supporter: SupporterRef,
) -> Result<Vec<Commitment>, DbError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM commitment WHERE supporter = $1 AND state <> 'released' ORDER BY from_on, id"
    );
    Ok(db.all::<Row>(&sql, [supporter.into()]).await?.into_iter().map(Commitment::from).collect())
}

/// Every commitment that still counts, for the desk.
pub(crate) async fn all_commitments(db: &impl Sql) -> Result<Vec<Commitment>, DbError> {
    let sql = format!("SELECT {COLUMNS} FROM commitment WHERE state <> 'released' ORDER BY id");
    Ok(db.all::<Row>(&sql, []).await?.into_iter().map(Commitment::from).collect())
}

/// Free half-days by week (its Monday), from the week of a date on, with promises taken off.
///
/// A promise takes one half-day from each of its weeks in turn until it is used up.
#[must_use]
pub fn free_after(
    pledged: &BTreeMap<Date, i64>,
    commitments: &[&Commitment],
    from: Date,
) -> BTreeMap<Date, i64> {
    let mut free = pledged.clone();
    for promise in commitments.iter().filter(|one| one.state != CommitmentState::Done) {
        let mut left = promise.half_days;
        loop {
            let mut took = false;
            for (week, half_days) in &mut free {
                let inside = *week >= monday(promise.from_on) && *week <= promise.to_on;
                if inside && left > 0 && *half_days > 0 {
                    *half_days -= 1;
                    left -= 1;
                    took = true;
                }
            }
            if left == 0 || !took {
                break;
            }
        }
    }
    free.retain(|week, _| *week >= monday(from));
    free
}

#[derive(FromQueryResult)]
struct WeekRow {
    supporter: SupporterRef,
    week: AsText<Date>,
    half_days: i64,
}

/// What everybody has pledged, by supporter and week.
pub(crate) async fn all_pledges(
    db: &impl Sql,
    from: Date,
) -> Result<BTreeMap<SupporterRef, BTreeMap<Date, i64>>, DbError> {
    let rows: Vec<WeekRow> = db
        .all(
            "SELECT supporter, week, half_days FROM availability WHERE week >= $1",
            [monday(from).to_string().into()],
        )
        .await?;
    let mut by: BTreeMap<SupporterRef, BTreeMap<Date, i64>> = BTreeMap::new();
    for row in rows {
        by.entry(row.supporter).or_default().insert(row.week.0, row.half_days);
    }
    Ok(by)
}

/// What a supporter has pledged and has left, week by week from a date on.
///
/// # Errors
/// When the database cannot be read.
pub async fn weeks_of(
    db: &impl Sql,
    supporter: SupporterRef,
    from: Date,
) -> Result<Vec<(Date, i64, i64)>, DbError> {
    let rows: Vec<WeekRow> = db
        .all(
            "SELECT supporter, week, half_days FROM availability WHERE supporter = $1 ORDER BY week",
            [supporter.into()],
        )
        .await?;
    let pledged: BTreeMap<Date, i64> =
        rows.into_iter().map(|row| (row.week.0, row.half_days)).collect();
    let commitments = commitments_of(db, supporter).await?;
    let free = free_after(&pledged, &commitments.iter().collect::<Vec<_>>(), from);
    Ok(free.into_iter().map(|(week, left)| (week, pledged[&week], left)).collect())
}

/// How many half-days can still be booked with somebody until a day: what is left of each week's
/// pledge, and never more in a week than their cap leaves after what is promised there already.
/// `weeks` is what [`weeks_of`] gives: Monday, pledged, left.
#[must_use]
pub fn bookable(weeks: &[(Date, i64, i64)], weekly_cap: i64, until: Date) -> i64 {
    weeks
        .iter()
        .filter(|(week, ..)| *week <= until)
        .map(|(_, pledged, left)| (*left).min((weekly_cap - (pledged - left)).max(0)))
        .sum()
}

/// Half-days given and received in a school year by school, from commitments that were agreed.
pub(crate) fn given_and_received(
    commitments: &[Commitment],
    year: AcademicYear,
) -> BTreeMap<OrgRef, (i64, i64)> {
    let mut by: BTreeMap<OrgRef, (i64, i64)> = BTreeMap::new();
    for one in commitments {
        let counts = matches!(one.state, CommitmentState::Agreed | CommitmentState::Done);
        if counts && one.from_on <= year.end() && one.to_on >= year.start() {
            by.entry(one.from).or_default().0 += one.half_days;
            by.entry(one.to).or_default().1 += one.half_days;
        }
    }
    by
}

/// A reason why a school cannot spare anybody at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// The identifier.
    pub id: GuardId,
    /// The school.
    pub org: OrgRef,
    /// Why, in words that go on: "a new head started this term".
    pub reason: String,
}

/// Records why a school cannot spare anybody, until a day or until it is cleared.
///
/// # Errors
/// When the reason is empty.
pub async fn raise_guard(
    app: &App,
    permit: &Permit,
    org: OrgRef,
    reason: &str,
    until: Option<Date>,
) -> Result<GuardId, ActError> {
    if reason.trim().is_empty() {
        return Err(ActError::missing("reason", "Say why the school cannot spare anybody now"));
    }
    let id = GuardId::new(&app.ids);
    let tx = app.db.write().await?;
    tx.run(
        "INSERT INTO home_guard (id, org, reason, since, until_on) VALUES ($1, $2, $3, $4, $5)",
        [
            id.into(),
            org.into(),
            reason.trim().into(),
            foundation::clock::london(permit.context().at).to_string().into(),
            until.map(|on| on.to_string()).into(),
        ],
    )
    .await?;
    events::append(&tx, permit.context(), Event::new("guard", id, "raised").owned_by(org)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Clears a reason: the school can spare people again.
///
/// # Errors
/// When there is no such reason, or it was cleared already.
pub async fn clear_guard(app: &App, permit: &Permit, id: GuardId) -> Result<(), ActError> {
    let tx = app.db.write().await?;
    let touched = tx
        .run(
            "UPDATE home_guard SET cleared_at = $2 WHERE id = $1 AND cleared_at IS NULL",
            [id.into(), At(permit.context().at).into()],
        )
        .await?;
    if touched == 0 {
        return Err(ActError::NotFound("standing reason"));
    }
    events::append(&tx, permit.context(), Event::new("guard", id, "cleared")).await?;
    tx.commit().await?;
    Ok(())
}

/// The reasons that stand on a day, for every school.
///
/// # Errors
/// When the database cannot be read.
pub async fn guards(db: &impl Sql, on: Date) -> Result<Vec<Guard>, DbError> {
    #[derive(FromQueryResult)]
    struct GuardRow {
        id: GuardId,
        org: OrgRef,
        reason: String,
    }
    let rows: Vec<GuardRow> = db
        .all(
            "SELECT id, org, reason FROM home_guard
             WHERE cleared_at IS NULL AND since <= $1 AND (until_on IS NULL OR until_on >= $1) ORDER BY id",
            [on.to_string().into()],
        )
        .await?;
    Ok(rows.into_iter().map(|r| Guard { id: r.id, org: r.org, reason: r.reason }).collect())
}

/// Records how a support was judged by those who received it, nought to one, in the transaction
/// of the feedback. The track record behind a match is made of these and nothing else.
///
/// # Errors
/// When the share is not between nought and one.
pub async fn judge(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    supporter: SupporterRef,
    about: &str,
    share: f64,
) -> Result<(), ActError> {
    if !(0.0..=1.0).contains(&share) {
        return Err(ActError::refused("A judgement lies between nought and one."));
    }
    tx.run(
        "INSERT INTO judgement (id, supporter, about, share, at) VALUES ($1, $2, $3, $4, $5)",
        [
            app.ids.next().to_string().into(),
            supporter.into(),
            about.into(),
            share.into(),
            At(permit.context().at).into(),
        ],
    )
    .await?;
    Ok(())
}

/// How many supports were judged and their mean, by supporter.
pub(crate) async fn judgements(
    db: &impl Sql,
) -> Result<BTreeMap<SupporterRef, (u32, f64)>, DbError> {
    #[derive(FromQueryResult)]
    struct Judged {
        supporter: SupporterRef,
        n: i64,
        mean: f64,
    }
    let rows: Vec<Judged> = db
        .all(
            "SELECT supporter, count(*) AS n, avg(share) AS mean FROM judgement GROUP BY supporter",
            [],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|r| (r.supporter, (u32::try_from(r.n).unwrap_or(u32::MAX), r.mean)))
        .collect())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn no_week_is_booked_beyond_its_cap() {
        let weeks = [
            (date(2027, 1, 4), 6, 6),
            (date(2027, 1, 11), 6, 5),
            (date(2027, 1, 18), 6, 2),
            (date(2027, 1, 25), 1, 1),
            (date(2027, 2, 1), 6, 6),
        ];
        assert_eq!(bookable(&weeks, 2, date(2027, 1, 31)), 4);
        assert_eq!(bookable(&weeks, 10, date(2027, 1, 31)), 6 + 5 + 2 + 1);
        assert_eq!(bookable(&weeks, 2, date(2027, 1, 3)), 0);
    }

    #[test]
    fn promises_come_off_week_by_week_and_never_below_nought() {
        let pledged: BTreeMap<Date, i64> =
            [(date(2027, 1, 4), 2), (date(2027, 1, 11), 1), (date(2027, 1, 18), 2)].into();
        let promise = |half_days, state| Commitment {
            id: "01890000-0000-7000-8000-000000000001".parse().unwrap(),
            supporter: SupporterRef::Offer("01890000-0000-7000-8000-000000000002".parse().unwrap()),
            from: OrgRef::School(1),
            to: OrgRef::School(2),
            from_on: date(2027, 1, 6),
            to_on: date(2027, 1, 15),
            half_days,
            state,
        };
        let left = |one: &Commitment| {
            free_after(&pledged, &[one], date(2027, 1, 1)).into_values().collect::<Vec<_>>()
        };
        assert_eq!(left(&promise(2, CommitmentState::Held)), [1, 0, 2]);
        assert_eq!(left(&promise(9, CommitmentState::Agreed)), [0, 0, 2]);
        assert_eq!(left(&promise(9, CommitmentState::Done)), [2, 1, 2]);
        assert_eq!(monday(date(2027, 1, 10)), date(2027, 1, 4));
    }
}
