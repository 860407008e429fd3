//! A draft that begins with what the request and the match say already.

use access::{Action, Visitor};
use brokerage::cadre::{self, SupporterRef};
use foundation::{App, OrgRef, PageError, Sql};
use jiff::civil::Date;

use crate::{
    Refusal,
    agreements::{
        AgreementId, ChosenKpi, ChosenOn, Side, TeamMember, Terms,
        acts::{self, Origin},
    },
    neighbours,
    pack::{Kind, pack},
    pages::usual_end,
};

/// What the first page of a draft shows.
pub(crate) struct Seed {
    pub(crate) title: String,
    pub(crate) kind: String,
    /// The two sides.
    pub(crate) sides: [OrgRef; 2],
}

/// What a request suggests, for somebody who may write its agreement.
pub(crate) async fn seed(app: &App, visitor: &Visitor, request: &str) -> Result<Seed, PageError> {
    let (request, proposal) = neighbours::matched(&app.db, request).await?;
    access::authorize(app, visitor, Action::Read, &proposal.resource(&request))?;
    Ok(Seed {
        title: request.ask.title.clone(),
        kind: kind_of(&request, proposal.org).code.clone(),
        sides: [request.org, proposal.org],
    })
}

/// The kind of support a request suggests: of those that suit both sides, the one of its depth, a
/// kind made for trusts where trusts ask.
fn kind_of(request: &brokerage::Request, supporting: OrgRef) -> &'static Kind {
    use brokerage::requests::Tier;
    let suits =
        |kind: &&Kind| !kind.heads_alone && kind.suits(request.org) && kind.suits(supporting);
    let own = |kind: &&Kind| kind.between.len() == 1;
    let code = match request.ask.tier {
        Tier::Intensive => "intensive",
        _ => "focused",
    };
    let kinds = &pack().kinds;
    pack()
        .kind(code)
        .filter(suits)
        .or_else(|| kinds.iter().filter(suits).find(own))
        .or_else(|| kinds.iter().find(suits))
        .unwrap_or(&kinds[0])
}

/// The theme of a kind of support that a request's specialisms point to.
fn theme_of(kind: &Kind, request: &brokerage::Request) -> String {
    let wanted = request.ask.specialisms.iter().map(|one| one.code.as_str());
    wanted.filter(|code| kind.theme(code).is_some()).map(str::to_owned).next().unwrap_or_default()
}

/// The words a draft begins with: from the request, the match and the pack.
///
/// # Errors
/// [`Refusal`] when both heads have not agreed to a match.
pub async fn terms_from_request(
    db: &impl Sql,
    request: &str,
    kind: &str,
) -> Result<Terms, Refusal> {
    let (request, proposal) = neighbours::matched(db, request).await?;
    let kind = pack().kind(kind).unwrap_or_else(|| kind_of(&request, proposal.org));
    let mut terms = Terms::draft(kind, request.org, proposal.org);
    let ask = &request.ask;
    terms.theme = theme_of(kind, &request);
    terms.title.clone_from(&ask.title);
    terms.beneficiaries.clone_from(&ask.beneficiaries);
    terms.purpose.clone_from(&ask.need);
    terms.success = ask
        .outcome
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect();
    terms.start_on = Some(ask.earliest);
    terms.end_on = Some(ask.latest.max(usual_end(ask.earliest, kind)));
    terms.team = vec![TeamMember {
        account: proposal.person,
        name: proposal.label.clone(),
        part: String::new(),
        half_days: proposal.half_days,
        lead: true,
    }];
    // The role they were chosen in; what that role asks for is asked before anybody signs.
    if let SupporterRef::Designation(id) = proposal.supporter
        && let Some(chosen) = cadre::designation(db, id).await?
    {
        terms.role.code = chosen.role;
    }
    terms.money.reciprocal_words.clone_from(&ask.give_back);
    if kind.day_for_day {
        terms.money.reciprocal_half_days = terms.half_days();
    }
    if let Some(funder) = ask.funder {
        let names = neighbours::names(db, [funder]).await?;
        terms.money.funder = names.get(&funder).cloned().unwrap_or_default();
        terms.money.funder_org = Some(funder);
    }
    suggest_measures(db, &mut terms).await?;
    if terms.bodies().have_results() {
        terms.outturn_from = terms.start_on.map(Terms::first_outturn);
    }
    terms.reviews = review_dates(&terms, kind.reviews);
    terms.exit_plan_by = terms.end_on.map(|end| end.saturating_sub(jiff::Span::new().weeks(8)));
    Ok(terms)
}

/// The first indicator of the phase for which each school has figures, and the results that were
/// the newest when the support was decided.
async fn suggest_measures(db: &impl Sql, terms: &mut Terms) -> Result<(), Refusal> {
    for side in Side::BOTH {
        let school = terms.school(side);
        for definition in neighbours::indicators_for(db, school).await? {
            let group = definition.group.code();
            let Some(year) = neighbours::newest_year(db, school, definition.code, group).await?
            else {
                continue;
            };
            terms.kpis.push(ChosenKpi {
                side,
                code: definition.code.to_owned(),
                group: group.to_owned(),
                worth_having: definition.kpi().worth_having,
            });
            if side == Side::Supported {
                terms.chosen_on = Some(ChosenOn { year });
            }
            break;
        }
    }
    Ok(())
}

/// What a draft that was written on one page still needs, as far as it can be suggested:
/// indicators where its kind asks for them, reviews from a day on, a date for the exit plan.
pub(crate) async fn complete(
    db: &impl Sql,
    terms: &mut Terms,
    kind: &Kind,
    from: Date,
) -> Result<(), Refusal> {
    if kind.needs_measure {
        suggest_measures(db, terms).await?;
        terms.outturn_from = Some(Terms::first_outturn(from));
    }
    let ahead = Terms { start_on: Some(from), ..terms.clone() };
    terms.reviews = review_dates(&ahead, kind.reviews);
    terms.exit_plan_by = terms
        .end_on
        .map(|end| end.saturating_sub(jiff::Span::new().weeks(8)))
        .filter(|by| *by > from);
    Ok(())
}

/// Review dates spread evenly over the time, the last a week before its end.
fn review_dates(terms: &Terms, reviews: usize) -> Vec<Date> {
    let (Some(start), Some(end), Ok(count)) =
        (terms.start_on, terms.end_on, i64::try_from(reviews))
    else {
        return Vec::new();
    };
    let last = end.saturating_sub(jiff::Span::new().weeks(1)).max(start);
    let whole = i64::from(last.since(start).map_or(0, |span| span.get_days()));
    (1..=count)
        .map(|at| start.saturating_add(jiff::Span::new().days(whole * at / count.max(1))))
        .collect()
}

/// Drafts the agreement for a request as a visitor who looks after it.
///
/// # Errors
/// [`PageError`] when the visitor may not, or the request is not ready.
pub async fn from_request(
    app: &App,
    visitor: &Visitor,
    request: &str,
    kind: &str,
) -> Result<AgreementId, PageError> {
    let (asked, proposal) = neighbours::matched(&app.db, request).await?;
    let permit = access::authorize(app, visitor, Action::Create, &proposal.resource(&asked))?;
    let terms = terms_from_request(&app.db, request, kind).await?;
    let origin = Origin {
        partnership: Some(asked.partnership),
        funder: asked.ask.funder,
        request: Some(request),
    };
    Ok(acts::draft(app, &permit, &terms, origin).await?)
}
