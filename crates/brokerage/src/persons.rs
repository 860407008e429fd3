//! What somebody still looks after in this room when they leave, and what the room holds about a
//! person.

use access::{AccountId, Role, accounts, leaving::Duty};
use foundation::{App, DbError, OrgRef, Sql, db::At};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::cadre::{self, capacity};
use crate::proposals::ProposalState;
use crate::requests::{self, State, days_in_words};
use crate::{contribution, interests, proposals};

/// Whether somebody else holds the role in the organisation today.
async fn others(
    app: &App,
    account: AccountId,
    org: OrgRef,
    role: Role,
) -> Result<Option<bool>, DbError> {
    let holders = accounts::holders(&app.db, &app.clock, org, role).await?;
    let own = holders.iter().any(|one| one.id == account);
    Ok(own.then_some(holders.len() > 1))
}

/// What the person still looks after in the organisation: designations it releases them for, time
/// promised, matches that name them, and requests that nobody else there could answer.
///
/// # Errors
/// When the database cannot be read.
pub async fn duties(app: App, (account, org): (AccountId, OrgRef)) -> Result<Vec<Duty>, DbError> {
    let mut duties = Vec::new();
    for it in cadre::designations_of(&app.db, account).await? {
        if it.org != org && it.partnership != org {
            continue;
        }
        if !matches!(it.state, cadre::State::Lapsed | cadre::State::Withdrawn) {
            duties.push(Duty {
                what: format!("Leads beyond the school: {}", it.role_name()),
                href: format!("/cadre/{}", it.id),
            });
        }
        for one in capacity::commitments_of(&app.db, it.supporter()).await? {
            if one.state != capacity::CommitmentState::Done && one.to_on >= app.clock.today() {
                let school = register::org_name(&app.db, one.to).await?;
                duties.push(Duty {
                    what: format!("{} promised to {school}", days_in_words(one.half_days)),
                    href: format!("/cadre/{}", it.id),
                });
            }
        }
        for one in proposals::proposals_naming(&app.db, account).await? {
            if one.org == org && one.state == ProposalState::Proposed {
                duties.push(Duty {
                    what: format!("Is proposed for a support: {}", one.label),
                    href: format!("/requests/{}/proposal/{}", one.request, one.id),
                });
            }
        }
    }
    if others(&app, account, org, Role::Broker).await? == Some(false) {
        for one in requests::requests_through(&app.db, org, app.clock.today()).await? {
            if !one.state.is_closed() {
                duties.push(Duty {
                    what: format!("Looks after the request “{}”", one.ask.title),
                    href: format!("/desk/{}", one.id),
                });
            }
        }
    }
    if others(&app, account, org, Role::Head).await? == Some(false) {
        for one in requests::requests_of(&app.db, org).await? {
            if !one.state.is_closed() && one.state != State::Draft {
                duties.push(Duty {
                    what: format!("Answers for the request “{}”", one.ask.title),
                    href: format!("/requests/{}", one.id),
                });
            }
        }
    }
    Ok(duties)
}

/// What this room holds about a person: designations with time, support given, how it was
/// judged, declarations, and matches that name them.
///
/// # Errors
/// When the database cannot be read.
pub async fn extract(app: App, account: AccountId) -> Result<Value, DbError> {
    #[derive(FromQueryResult)]
    struct Judged {
        about: String,
        share: f64,
        at: At,
    }
    let mut designations = Vec::new();
    for it in cadre::designations_of(&app.db, account).await? {
        let judged: Vec<Judged> = app
            .db
            .all(
                "SELECT about, share, at FROM judgement WHERE supporter = $1 ORDER BY at, id",
                [it.supporter().into()],
            )
            .await?;
        let judged: Vec<Value> = judged
            .iter()
            .map(|one| json!({ "about": one.about, "share": one.share, "at": one.at.0 }))
            .collect();
        let weeks: Vec<Value> = capacity::weeks_of(&app.db, it.supporter(), jiff::civil::Date::MIN)
            .await?
            .into_iter()
            .map(|(week, pledged, left)| json!({ "week": week, "pledged": pledged, "left": left }))
            .collect();
        designations.push(json!({
            "role": it.role, "org": it.org, "partnership": it.partnership, "state": it.state.key(),
            "specialisms": it.profile.specialisms, "phases": it.profile.phases,
            "in_own_words": it.profile.about,
            "released_by": it.released_by, "since": it.start_on, "review_due": it.review_due,
            "training_until": it.training_until, "conduct_on": it.conduct_on, "reply": it.reply,
            "began_without": it.waiver,
            "time": weeks, "judged": judged,
        }));
    }
    let declarations: Vec<Value> = interests::declared_by(&app.db, account)
        .await?
        .into_iter()
        .map(|one| {
            json!({
                "for": one.org, "about": one.about, "kinds": one.kinds, "detail": one.detail,
                "state": one.state.key(), "safeguards": one.mitigation,
                "declared": one.declared_at, "valid_to": one.valid_to,
            })
        })
        .collect();
    let matches: Vec<Value> = proposals::proposals_naming(&app.db, account)
        .await?
        .into_iter()
        .map(|one| {
            json!({
                "request": one.request, "half_days": one.half_days, "state": one.state.key(),
                "proposed": one.proposed_at, "by": one.proposed_by, "candidate": one.candidate,
            })
        })
        .collect();
    let prepared = cadre::preparation::of(&app.db, account).await?;
    let training: Vec<Value> = prepared
        .trained
        .iter()
        .map(|one| {
            json!({
                "module": one.module, "done_on": one.done_on, "until": one.until,
                "recorded_by": one.recorded_by,
            })
        })
        .collect();
    let mentor = cadre::mentors::said_by(&app.db, account)
        .await?
        .map(|wish| json!({ "answer": wish.answer.key(), "until": wish.until }));
    let goals: Vec<Value> = cadre::goals::of(&app.db, account)
        .await?
        .into_iter()
        .map(|one| {
            json!({
                "about": one.competency, "words": one.words, "since": one.since(), "by": one.by(),
                "closed": one.closed(), "came_of_it": one.came_of_it,
            })
        })
        .collect();
    let added: Vec<String> = crate::specialisms::all(&app.db)
        .await?
        .into_iter()
        .filter(|one| one.added_by == account)
        .map(|one| one.name)
        .collect();
    let suggested: Vec<Value> = crate::offers::suggested_by(&app.db, account)
        .await?
        .into_iter()
        .map(|one| {
            json!({
                "title": one.what.title, "about": one.what.about, "state": one.state.key(),
                "answer": one.answer, "suggested": one.created_at,
            })
        })
        .collect();
    let given = contribution::promised(&app.db, account).await?;
    Ok(json!({
        "designations": designations, "declarations": declarations, "matches": matches,
        "time_promised": given, "training": training, "code_of_conduct": prepared.conduct,
        "mentor": mentor,
        "goals": goals, "specialisms_added": added, "offers_suggested": suggested,
        "home_schools_designated": cadre::home_school::designated_by(&app.db, account).await?,
    }))
}
