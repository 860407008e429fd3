//! What this room asks of the rooms below it, in one place: names, responsible bodies, figures,
//! families, audits, requests and interests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use access::{AccountId, Permit};
use brokerage::{
    ActError, Proposal, Request, RequestId,
    cadre::{
        self, SupporterRef,
        capacity::{self, CommitmentState},
    },
    interests, proposals, requests,
};
use evidence::Measure;
use foundation::{App, DbError, OrgRef, Sql, Tx, terms::AcademicYear};
use jiff::civil::Date;
use register::kpis::{self, Definition};

use crate::{
    Refusal,
    agreements::{Agreement, AgreementId, Terms, roles::home_school_missing, store},
    baselines::{Frozen, Indicator, Known, Series},
};

/// The bodies responsible for some schools, each once.
///
/// # Errors
/// When the database cannot be read.
pub async fn responsible(db: &impl Sql, orgs: &[OrgRef]) -> Result<Vec<OrgRef>, DbError> {
    let each = register::bodies(db, orgs.iter().copied()).await?;
    let all: BTreeSet<OrgRef> = each.into_values().flatten().collect();
    Ok(all.into_iter().collect())
}

/// The names of some organisations.
///
/// # Errors
/// When the database cannot be read.
pub async fn names(
    db: &impl Sql,
    orgs: impl IntoIterator<Item = OrgRef>,
) -> Result<HashMap<OrgRef, String>, DbError> {
    let orgs: BTreeSet<OrgRef> = orgs.into_iter().collect();
    let mut names = HashMap::new();
    for org in orgs {
        names.insert(org, register::org_name(db, org).await?);
    }
    Ok(names)
}

/// An indicator, as it is kept with a baseline.
pub(crate) fn indicator(code: &str) -> Option<Indicator> {
    kpis::definition(code).map(|definition| {
        let kpi = definition.kpi();
        Indicator {
            code: definition.code.to_owned(),
            name: kpi.name,
            unit: kpi.unit.into(),
            direction: kpi.direction.into(),
        }
    })
}

/// The indicators by which support for a school may be judged: those with a good direction that
/// its phase takes and for which it has figures, in the pack's order.
pub(crate) async fn indicators_for(
    db: &impl Sql,
    school: OrgRef,
) -> Result<Vec<&'static Definition>, DbError> {
    let phase = match school.urn() {
        Some(urn) => register::school(db, urn).await?.map(|school| school.phase),
        None => None,
    };
    let known: BTreeSet<&str> = match school.urn() {
        Some(urn) => {
            let series = kpis::all_of(db, urn).await?;
            series
                .iter()
                .filter(|series| series.readings.iter().any(|r| r.measure.number().is_some()))
                .map(|series| series.kpi)
                .collect()
        }
        None => BTreeSet::new(),
    };
    Ok(kpis::definitions()
        .iter()
        .filter(|definition| known.contains(definition.code))
        .filter(|definition| definition.direction.sign().is_some())
        .filter(|definition| phase.is_none_or(|phase| phase.takes(definition.phase)))
        .collect())
}

fn series_of(readings: &[kpis::Reading]) -> Series {
    readings.iter().map(|reading| (reading.period, reading.measure)).collect()
}

async fn across(
    db: &impl Sql,
    urns: &[u32],
    kpi: &str,
    group: &str,
) -> Result<Vec<(u32, Series)>, DbError> {
    let all: BTreeMap<u32, Vec<kpis::Reading>> = kpis::across(db, urns, kpi, group).await?;
    Ok(urns
        .iter()
        .map(|urn| (*urn, all.get(urn).map(|readings| series_of(readings)).unwrap_or_default()))
        .collect())
}

/// Everything a baseline of one school and indicator is frozen from.
pub(crate) async fn known(
    db: &impl Sql,
    urn: u32,
    kpi: &str,
    group: &str,
    excluded: &[u32],
) -> Result<Known, DbError> {
    let own = across(db, &[urn], kpi, group).await?;
    let family = register::families::family(db, urn).await?;
    let (members, method) = match &family {
        Some(family) => (family.urns(), family.method.clone()),
        None => (Vec::new(), "this school has no family".to_owned()),
    };
    let nearby = match register::school(db, urn).await? {
        Some(school) => same_authority(db, &school).await?,
        None => Vec::new(),
    };
    Ok(Known {
        school: own.into_iter().next().map(|(_, series)| series).unwrap_or_default(),
        family: across(db, &members, kpi, group).await?,
        family_method: method,
        authority: across(db, &nearby, kpi, group).await?,
        excluded: excluded.to_vec(),
    })
}

/// Open schools of the same authority and phase.
async fn same_authority(db: &impl Sql, school: &register::School) -> Result<Vec<u32>, DbError> {
    let scope = register::Scope {
        authority: Some(school.authority),
        phase: Some(school.phase),
        ..register::Scope::default()
    };
    let (others, _) = register::list(db, &scope, 0, 1_000).await?;
    Ok(others.into_iter().map(|other| other.urn).filter(|urn| *urn != school.urn).collect())
}

/// Results that count as outturn, for a school and those it is compared with.
#[derive(Clone, Debug, Default)]
pub struct Outturn {
    /// The school's own.
    pub school: Series,
    /// Its family's and its authority's, by school number.
    pub peers: HashMap<u32, Series>,
    /// Where the newest of the school's own figures comes from.
    pub source: Option<String>,
}

/// Reads what has been published since for one frozen baseline.
pub(crate) async fn outturn(db: &impl Sql, frozen: &Frozen) -> Result<Outturn, DbError> {
    let Some(urn) = frozen.school.urn() else { return Ok(Outturn::default()) };
    let code = &frozen.indicator.code;
    let later = |series: Series| -> Series {
        series.into_iter().filter(|(year, _)| *year >= frozen.outturn_from).collect()
    };
    let own = kpis::series(db, kpis::Subject::School(urn), code, &frozen.group).await?;
    let source = own
        .iter()
        .rfind(|reading| reading.period >= frozen.outturn_from)
        .map(|reading| reading.source.sentence(reading.status));
    let mut peers: Vec<u32> =
        frozen.family.iter().chain(&frozen.authority).map(|peer| peer.urn).collect();
    peers.sort_unstable();
    peers.dedup();
    let peers = across(db, &peers, code, &frozen.group).await?;
    Ok(Outturn {
        school: later(series_of(&own)),
        peers: peers.into_iter().map(|(urn, series)| (urn, later(series))).collect(),
        source,
    })
}

/// The newest year for which a school has a figure of an indicator.
pub(crate) async fn newest_year(
    db: &impl Sql,
    school: OrgRef,
    kpi: &str,
    group: &str,
) -> Result<Option<AcademicYear>, DbError> {
    let Some(urn) = school.urn() else { return Ok(None) };
    let readings = kpis::series(db, kpis::Subject::School(urn), kpi, group).await?;
    Ok(readings
        .iter()
        .rfind(|reading| Measure::number(&reading.measure).is_some())
        .map(|reading| reading.period))
}

/// Why the two sides of an agreement are related, in words; empty where they are not: one body
/// answers for both, or an interest was declared and is managed.
pub(crate) async fn related(db: &impl Sql, agreement: &Agreement) -> Result<String, Refusal> {
    let each = register::bodies(db, [agreement.supported, agreement.supporting]).await?;
    let of = |org: OrgRef| each.get(&org).cloned().unwrap_or_default();
    let mut why = Vec::new();
    for (one, other) in
        [(agreement.supported, agreement.supporting), (agreement.supporting, agreement.supported)]
    {
        if matches!(one, OrgRef::Trust(_)) && of(other).contains(&one) {
            let (school, trust) =
                (register::org_name(db, other).await?, register::org_name(db, one).await?);
            why.push(format!("{school} belongs to {trust}"));
        }
    }
    for body in of(agreement.supported) {
        // An authority answers for many schools that have no purse in common; a trust has one.
        if matches!(body, OrgRef::Trust(_)) && of(agreement.supporting).contains(&body) {
            why.push(format!("Both schools belong to {}", register::org_name(db, body).await?));
        }
    }
    if let Some(request) = &agreement.request
        && let Some(proposal) = proposals::current(db, request_id(request)?).await?
    {
        let managed = interests::declarations(db, proposal.id).await?;
        if managed.iter().any(|one| one.state == interests::State::Manage) {
            why.push("An interest was declared and is managed".to_owned());
        }
    }
    Ok(why.join("; "))
}

fn refusal(error: ActError) -> Refusal {
    match error {
        ActError::NotFound(_) => Refusal::NotFound,
        ActError::Db(error) => Refusal::Db(error),
        other => Refusal::NotNow(other.to_string()),
    }
}

fn request_id(text: &str) -> Result<RequestId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

/// The request and the proposal that both heads agreed to.
pub(crate) async fn matched(db: &impl Sql, request: &str) -> Result<(Request, Proposal), Refusal> {
    let id = request_id(request)?;
    let request = requests::request(db, id).await?.ok_or(Refusal::NotFound)?;
    let proposal = proposals::current(db, id).await?.ok_or_else(|| {
        Refusal::NotNow("Both heads have not agreed to a match for this request yet.".to_owned())
    })?;
    Ok((request, proposal))
}

/// Opens the agreement for a request, in the transaction that drafts it.
pub(crate) async fn open_for_request(
    tx: &Tx,
    permit: &Permit,
    request: &str,
    agreement: AgreementId,
) -> Result<(), Refusal> {
    requests::acts::to_agreement(tx, permit, request_id(request)?, &agreement.to_string())
        .await
        .map_err(refusal)
}

/// Freezes the audit behind the agreement, in the transaction of the last signature.
pub(crate) async fn freeze_audit(
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
) -> Result<(), Refusal> {
    let Some(request) = &agreement.request else { return Ok(()) };
    let request = requests::request(tx, request_id(request)?).await?;
    if let Some(audit) = request.and_then(|request| request.ask.audit) {
        needs::audits::acts::freeze(tx, permit, audit, &agreement.id.to_string())
            .await
            .map_err(refusal)?;
    }
    Ok(())
}

/// Whose time the half-days of some people are: that of their designation where they have one here,
/// else of the offer or the person that was proposed, else of the school's colleagues.
async fn shares(
    tx: &Tx,
    agreement: &Agreement,
    people: &[(Option<AccountId>, i64)],
) -> Result<Vec<(SupporterRef, i64)>, Refusal> {
    let proposed = match &agreement.request {
        Some(request) => {
            let current = proposals::current(tx, request_id(request)?).await?;
            current.map(|proposal| proposal.supporter)
        }
        None => None,
    };
    let mut shares: BTreeMap<SupporterRef, i64> = BTreeMap::new();
    let mut rest = 0;
    for &(account, half_days) in people {
        let own = match account {
            Some(account) => cadre::designations_of(tx, account).await?,
            None => Vec::new(),
        };
        let here = || {
            own.iter().filter(|one| agreement.partnership.is_none_or(|at| at == one.partnership))
        };
        let chosen = here()
            .find(|one| Some(one.supporter()) == proposed)
            .or_else(|| here().find(|one| one.state.is_live()));
        match chosen {
            Some(one) => *shares.entry(one.supporter()).or_default() += half_days,
            None => rest += half_days,
        }
    }
    if rest > 0 {
        let whose = proposed
            .filter(|one| !shares.contains_key(one))
            .unwrap_or(SupporterRef::Colleagues(agreement.supporting));
        *shares.entry(whose).or_default() += rest;
    }
    Ok(shares.into_iter().collect())
}

async fn take_time(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    agreement: &Agreement,
    people: &[(Option<AccountId>, i64)],
    state: CommitmentState,
) -> Result<(), Refusal> {
    let Some(period) = agreement.start_on().zip(agreement.end_on()) else { return Ok(()) };
    let shares = shares(tx, agreement, people).await?;
    let taken = capacity::Taken {
        agreement: &agreement.id.to_string(),
        request: agreement.request.as_deref().map(request_id).transpose()?,
        from: agreement.supporting,
        to: agreement.supported,
        period,
        state,
        shares: &shares,
    };
    capacity::take_for_agreement(tx, app, permit, &taken).await?;
    Ok(())
}

/// Promises the time of everybody in the team, in the transaction of the last signature under a
/// first version or a new one.
pub(crate) async fn promise_time(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    agreement: &Agreement,
    terms: &Terms,
) -> Result<(), Refusal> {
    // What had been given before it was written here takes no more of anybody's time.
    let mut given = terms.brought_in.map_or(0, |it| it.half_days);
    let people: Vec<_> = terms
        .team
        .iter()
        .map(|one| {
            let before = given.min(one.half_days);
            given -= before;
            (one.account, one.half_days - before)
        })
        .filter(|(_, half_days)| *half_days > 0)
        .collect();
    take_time(tx, app, permit, agreement, &people, CommitmentState::Agreed).await
}

/// Counts everybody's time as given when the support is over: what was delivered, where time was
/// written down; nothing when nothing was and the agreement ended early.
pub(crate) async fn close_time(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    agreement: &Agreement,
    early: bool,
) -> Result<(), Refusal> {
    let people: Vec<(Option<AccountId>, i64)> = crate::time::of(tx, agreement.id)
        .await?
        .into_iter()
        .filter(|entry| {
            entry.giver == agreement.supporting
                && entry.state() == crate::time::EntryState::Delivered
        })
        .map(|entry| (entry.account.and_then(|text| text.parse().ok()), entry.half_days))
        .collect();
    if early || !people.is_empty() {
        return take_time(tx, app, permit, agreement, &people, CommitmentState::Done).await;
    }
    settle_time(tx, agreement, CommitmentState::Done).await
}

async fn settle_time(
    tx: &Tx,
    agreement: &Agreement,
    state: CommitmentState,
) -> Result<(), Refusal> {
    let request = agreement.request.as_deref().map(request_id).transpose()?;
    capacity::settle_agreement(tx, &agreement.id.to_string(), request, state).await?;
    Ok(())
}

/// Holds the team's time for the next version when a signed one is taken back.
pub(crate) async fn hold_time(tx: &Tx, agreement: &Agreement) -> Result<(), Refusal> {
    settle_time(tx, agreement, CommitmentState::Held).await
}

/// Frees the team's time when an agreement is given up before it began.
pub(crate) async fn free_time(tx: &Tx, agreement: &Agreement) -> Result<(), Refusal> {
    settle_time(tx, agreement, CommitmentState::Released).await
}

/// Puts the request back on the desk and frees the supporter's time, in the transaction in which
/// an agreement is given up before it began.
pub(crate) async fn reopen_request(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    request: &str,
    agreement: AgreementId,
) -> Result<(), Refusal> {
    let id = request_id(request)?;
    requests::acts::from_agreement(tx, app, permit, id, &agreement.to_string())
        .await
        .map_err(refusal)
}

/// Tells the desk how the supported school judged the support: the mean of its answers, from
/// nought (1 of 4 throughout) to one. Track records are made of these and nothing else.
pub(crate) async fn judge_support(
    tx: &Tx,
    app: &App,
    permit: &Permit,
    agreement: &Agreement,
    answers: &[(String, u8)],
) -> Result<(), Refusal> {
    let Some(request) = &agreement.request else { return Ok(()) };
    let sum: f64 = answers.iter().map(|(_, value)| (f64::from(*value) - 1.0) / 3.0).sum();
    let count = u32::try_from(answers.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return Ok(());
    }
    let (_, proposal) = matched(tx, request).await?;
    let about = agreement.id.to_string();
    let share = (sum / f64::from(count)).clamp(0.0, 1.0);
    capacity::judge(tx, app, permit, proposal.supporter, &about, share).await.map_err(refusal)
}

/// Closes the request that this agreement answers, in the transaction that activates it.
pub(crate) async fn fulfil_request(
    tx: &Tx,
    permit: &Permit,
    agreement: &Agreement,
) -> Result<(), Refusal> {
    match &agreement.request {
        Some(request) => {
            requests::acts::fulfil(tx, permit, request_id(request)?).await.map_err(refusal)
        }
        None => Ok(()),
    }
}

/// Refuses new support from a school that cannot spare anybody now.
pub(crate) async fn must_be_spared(tx: &Tx, giver: OrgRef, on: Date) -> Result<(), Refusal> {
    let guards = capacity::guards(tx, on).await?;
    let why: Vec<String> =
        guards.into_iter().filter(|one| one.org == giver).map(|one| one.reason).collect();
    if why.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotNow(format!(
        "The supporting school comes first at home: {}. Its head can clear this, then it can be \
         offered.",
        why.join("; ")
    )))
}

/// Refuses while an interest is open, or while somebody of the team whose designation, conduct or
/// training should be current lacks it.
pub(crate) async fn must_be_clear(tx: &Tx, agreement: &Agreement, on: Date) -> Result<(), Refusal> {
    let mut open: Vec<String> = Vec::new();
    if let Some(request) = &agreement.request {
        let (request, proposal) = matched(tx, request).await?;
        open.extend(interests::still_open(tx, &request, &proposal).await?);
    }
    let newest = store::version(tx, agreement.id, agreement.latest).await?;
    let school = home_school_missing(tx, agreement.partnership, newest.terms(), on).await?;
    open.extend(school.map(|what| format!("{what}.")));
    let team = store::team_accounts(tx, agreement.id).await?;
    open.extend(not_prepared(tx, agreement, &team, on).await?);
    if open.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotNow(format!("This cannot go on yet. {}", open.join(" "))))
}

/// Refuses a change that brings somebody new whose designation, conduct or training should be
/// current and is not. Whoever is in the team already goes on.
pub(crate) async fn newcomers_must_be_prepared(
    tx: &Tx,
    agreement: &Agreement,
    new: &Terms,
    on: Date,
) -> Result<(), Refusal> {
    let known = store::current(tx, agreement).await?;
    let of = |terms: &Terms| -> Vec<AccountId> {
        terms.team.iter().filter_map(|member| member.account).collect()
    };
    let before = of(known.terms());
    let joining: Vec<AccountId> = of(new).into_iter().filter(|one| !before.contains(one)).collect();
    let open = not_prepared(tx, agreement, &joining, on).await?;
    if open.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotNow(format!("This cannot go on yet. {}", open.join(" "))))
}

/// Of whom among some people a designation, conduct or training is not current, in sentences.
async fn not_prepared(
    tx: &Tx,
    agreement: &Agreement,
    people: &[AccountId],
    on: Date,
) -> Result<Vec<String>, DbError> {
    let mut open = Vec::new();
    for &person in people {
        let designations = cadre::designations_of(tx, person).await?;
        let there: Vec<_> = designations
            .iter()
            .filter(|designation| match agreement.partnership {
                Some(partnership) => designation.partnership == partnership,
                // For what two heads agree alone it is asked of whoever leads anywhere today.
                None => designation.is_live(on),
            })
            .collect();
        // Somebody without a designation comes as a colleague, not as a system leader.
        let Some(first) = there.first() else { continue };
        if !there.iter().any(|designation| designation.is_live(on)) {
            open.push(format!("{}’s designation is not current.", first.name));
        } else if !there.iter().any(|designation| designation.is_current(on)) {
            open.push(format!("{}’s training or conduct is not current.", first.name));
        }
    }
    Ok(open)
}
