//! What a partnership's page says of the visits ahead, and what is remembered of visits, joint
//! practice and commissioned reviews in a school, for those who may read them.

use access::{Action, Visitor, Zone, decide};
use foundation::{App, DbError, OrgRef, clock::date_in_words};
use jiff::ToSpan as _;
use register::pages::{Line, Moment, Section};

use crate::{
    commissions,
    visits::{State, Visit, model},
};

/// How far ahead a partnership's page looks.
const DAYS: i64 = 28;

/// The visits of the coming weeks in a partnership.
///
/// # Errors
/// When the database cannot be read.
pub async fn sections(
    app: App,
    (visitor, org): (Visitor, OrgRef),
) -> Result<Vec<Section>, DbError> {
    if !matches!(org, OrgRef::Partnership(_)) {
        return Ok(Vec::new());
    }
    let today = app.clock.today();
    let last = today.saturating_add(DAYS.days());
    let ahead = model::of_partnership(&app.db, org, today, last).await?;
    let ahead = access::filter(&visitor, Action::Read, ahead, Visit::resource);
    let mut lines = Vec::new();
    for visit in ahead.into_iter().filter(|visit| visit.state().is_ahead()) {
        let host = register::org_name(&app.db, visit.host).await?;
        lines.push(Line {
            text: format!("{}: {}", date_in_words(visit.on()), visit.kind_name()),
            href: Some(format!("/visits/{}", visit.id)),
            note: format!("{} at {host}", visit.visitor_name),
        });
    }
    Ok(vec![Section {
        heading: "Visits in the next four weeks".to_owned(),
        lines,
        visible_to: Zone::Parties.in_words(),
    }])
}

/// The visits that took place, and the reviews the school commissioned.
///
/// # Errors
/// When the database cannot be read.
pub async fn memory(app: App, (visitor, org): (Visitor, OrgRef)) -> Result<Vec<Moment>, DbError> {
    let mut moments = Vec::new();
    let made = model::of_school(&app.db, org).await?;
    for visit in access::filter(&visitor, Action::Read, made, Visit::resource) {
        if visit.state().is_ahead() || visit.state() == State::Cancelled {
            continue;
        }
        let note = if visit.host == org {
            format!("By {}. {}", visit.visitor_name, visit.purpose)
        } else {
            let host = register::org_name(&app.db, visit.host).await?;
            format!("{} at {host}. {}", visit.visitor_name, visit.purpose)
        };
        moments.push(Moment {
            on: visit.on(),
            sort: "Visit",
            text: visit.kind_name().to_owned(),
            href: Some(format!("/visits/{}", visit.id)),
            note,
        });
    }
    for review in commissions::owned_by(&app.db, org).await? {
        let (_, last) = review.days();
        if last > app.clock.today()
            || !decide(&visitor, Action::Read, &review.resource(&app.db).await?).allowed
        {
            continue;
        }
        moments.push(Moment {
            on: last,
            sort: "Review",
            text: review.kind_name().to_owned(),
            href: Some(format!("/commissions/{}", review.id)),
            note: format!("Led by {}. {}", review.reviewer_name, review.state().words()),
        });
    }
    Ok(moments)
}
