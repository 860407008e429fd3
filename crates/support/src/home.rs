//! What needs somebody now, for the two halves of the front page: my school, and the schools I
//! work with.

use access::{Visitor, accounts};
use foundation::{App, DbError, OrgRef, Sql, clock::date_in_words, terms::AcademicYear};
use jiff::{Span, civil::Date};

use crate::{
    Refusal,
    agreements::{
        Agreement, Side, Standing, State,
        store::{self, signed, standings_of},
    },
    care::{concerns, floors},
    exits, impact, influence, leading, milestones,
    money::{self, charges},
    neighbours, reviews, stories, time,
};

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Todo {
    /// What to do, beginning with a verb.
    pub text: String,
    /// What it is about.
    pub about: String,
    /// Where it is done.
    pub href: String,
    /// By when, where there is a day.
    pub due: Option<Date>,
    /// Whether that day has passed.
    pub late: bool,
}

/// The two halves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Halves {
    /// For the person's own school as the one that is supported.
    pub my_school: Vec<Todo>,
    /// For other schools: as supporter, team member or broker.
    pub others: Vec<Todo>,
}

/// What needs a visitor now, in both halves; soonest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn needs_me(app: &App, visitor: &Visitor) -> Result<Halves, Refusal> {
    let today = app.clock.today();
    let mut halves = Halves::default();
    for agreement in store::readable(&app.db, visitor).await? {
        if agreement.state().is_over() {
            continue;
        }
        let who = standings_for(&app.db, visitor, &agreement).await?;
        if who.is_empty() {
            continue;
        }
        let todos = todos(&app.db, &agreement, &who, today).await?;
        let mine = who.contains(&Standing::SupportedHead) || who.contains(&Standing::Chair);
        if mine {
            halves.my_school.extend(todos);
        } else {
            halves.others.extend(todos);
        }
    }
    for org in visitor.led() {
        for (story, agreement) in stories::waiting(&app.db, org).await? {
            let todo = Todo {
                text: match story.state() {
                    stories::State::Candidate => "Would you tell others what became of it?",
                    _ => "Read a case study before it is shown",
                }
                .to_owned(),
                about: agreement.title.clone(),
                href: format!("/agreements/{}/story", agreement.id),
                due: None,
                late: false,
            };
            if agreement.supported == org {
                halves.my_school.push(todo);
            } else {
                halves.others.push(todo);
            }
        }
        for it in leading::waiting_for(&app.db, org).await? {
            let name = accounts::get(&app.db, it.leader).await?.map(|one| one.name);
            halves.my_school.push(Todo {
                text: "Say how you see a partner lead".to_owned(),
                about: name.unwrap_or_default(),
                href: format!("/leading/{}", it.id),
                due: None,
                late: false,
            });
        }
        for it in influence::of(&app.db, org).await? {
            let due = it.deadline().filter(|_| it.state().is_open());
            if let Some(due) = due.filter(|due| *due <= today.saturating_add(Span::new().days(28)))
            {
                halves.my_school.push(Todo {
                    text: "Say what you want to say, before it is decided".to_owned(),
                    about: it.topic.clone(),
                    href: it.address(),
                    due: Some(due),
                    late: due < today,
                });
            }
        }
        for floor in floors::of(&app.db, org).await? {
            if floor.waits_for_review() {
                halves.my_school.push(Todo {
                    text: "A result at home asks for attention".to_owned(),
                    about: floor.in_words(),
                    href: format!("/home-floors/{}", floor.id),
                    due: None,
                    late: false,
                });
            }
        }
    }
    for half in [&mut halves.my_school, &mut halves.others] {
        half.sort_by_key(|todo| todo.due.unwrap_or(Date::MAX));
    }
    Ok(halves)
}

/// What a visitor is in relation to an agreement.
///
/// # Errors
/// When the database cannot be read.
pub async fn standings_for(
    db: &impl Sql,
    visitor: &Visitor,
    agreement: &Agreement,
) -> Result<Vec<Standing>, DbError> {
    let mut who = standings_of(&visitor.posts, agreement);
    #[derive(sea_orm::FromQueryResult)]
    struct Part {
        lead: bool,
    }
    let part: Option<Part> = match visitor.account {
        Some(account) => {
            db.first(
                "SELECT lead FROM agreement_person WHERE agreement = $1 AND account = $2",
                [agreement.id.into(), account.into()],
            )
            .await?
        }
        None => None,
    };
    if let Some(part) = part {
        who.push(Standing::Member);
        if part.lead {
            who.push(Standing::Lead);
        }
    }
    Ok(who)
}

/// What an agreement asks of somebody with these standings now.
///
/// # Errors
/// When the database cannot be read.
pub async fn todos(
    db: &impl Sql,
    agreement: &Agreement,
    who: &[Standing],
    today: Date,
) -> Result<Vec<Todo>, Refusal> {
    let mut found = Vec::new();
    let is = |any: &[Standing]| any.iter().any(|standing| who.contains(standing));
    let about = if agreement.title.trim().is_empty() {
        "An agreement without a title yet".to_owned()
    } else {
        agreement.title.clone()
    };
    let mut add = |text: String, page: &str, due: Option<Date>| {
        found.push(Todo {
            text,
            about: about.clone(),
            href: format!("/agreements/{}{page}", agreement.id),
            due,
            late: due.is_some_and(|due| due < today),
        });
    };
    let heads = [Standing::SupportedHead, Standing::SupportingHead];
    let doers =
        [Standing::SupportedHead, Standing::SupportingHead, Standing::Lead, Standing::Member];
    let state = agreement.state();
    if state == State::Drafting {
        let small = crate::pack::pack().kind(&agreement.kind).is_some_and(|kind| kind.heads_alone);
        if is(&[Standing::Broker]) || (small && is(&heads)) {
            let words = "Finish the agreement and send it to both schools";
            add(agreement.bodies().say(words), "", None);
        }
    }
    if state.awaits_signature() || state == State::UnderVariation {
        let newest = store::version(db, agreement.id, agreement.latest).await?;
        if newest.hash.is_some() {
            let so_far = signed(&store::signatures(db, agreement.id).await?, agreement.latest);
            let chair = newest.terms().chair_signs();
            let mine = (is(&[Standing::SupportedHead]) && !so_far.supported)
                || (is(&[Standing::SupportingHead]) && !so_far.supporting)
                || (chair && is(&[Standing::Chair]) && !so_far.chair);
            if mine {
                let due = newest.terms().start_on;
                add("Read and sign the agreement".to_owned(), "/sign", due);
            }
        } else if is(&heads) {
            add("Finish the change you are proposing".to_owned(), "", None);
        }
    }
    let working = matches!(state, State::Active | State::UnderVariation | State::Exiting);
    if working && is(&doers) {
        for milestone in milestones::of(db, agreement.id).await? {
            if milestone.stage() == milestones::Stage::Due {
                let page = format!("/milestones/{}", milestone.id);
                let text = format!("Say what you see: {}", milestone.title);
                add(text, &page, Some(milestone.due_on()));
            }
        }
        if time::unsettled(db, agreement.id, today).await? > 0 {
            add("Say which planned days took place".to_owned(), "/time", None);
        }
    }
    if state.in_force() {
        for concern in concerns::of(db, agreement.id).await? {
            use concerns::{Act, State as Talk};
            // Both sides talk; the broker is asked once help is wanted.
            let waits = match concern.state() {
                Talk::Raised | Talk::Talk => concerns::step(concern.state(), Act::Talk, who),
                Talk::Facilitated if is(&[Standing::Broker]) => Some(Talk::Facilitated),
                _ => None,
            };
            if waits.is_some() {
                let page = format!("/concerns/{}", concern.id);
                add("Talk about a concern that was raised".to_owned(), &page, None);
            }
        }
    }
    if working && is(&[Standing::SupportingHead, Standing::Lead, Standing::SupportedHead]) {
        let terms = store::current(db, agreement).await?;
        let held = reviews::of(db, agreement.id).await?;
        let ahead = reviews::ahead(&terms.terms().reviews, &held);
        let soon = today.saturating_add(Span::new().days(14));
        if let Some((nth, next)) = ahead.first().filter(|(_, on)| *on <= soon) {
            add(format!("Hold review {nth}"), "/reviews/new", Some(*next));
        }
        // Two days of help need no plan six weeks before their end.
        let small = crate::pack::pack().kind(&agreement.kind).is_some_and(|kind| kind.heads_alone);
        let ahead = if small { Span::new() } else { Span::new().weeks(6) };
        let by = terms
            .terms()
            .exit_plan_by
            .or_else(|| agreement.end_on().map(|end| end.saturating_sub(ahead)));
        let due = by.filter(|by| *by <= soon);
        if exits::advice::ends_with_report(agreement) {
            use exits::advice::State as Report;
            let report = exits::advice::advice_of(db, agreement.id).await?;
            let writes = is(&[Standing::SupportingHead, Standing::Lead]);
            match report.map(|it| it.state()) {
                None if writes && due.is_some() => {
                    add("Write the report".to_owned(), "/advice/write", due);
                }
                Some(Report::Asked) if writes => {
                    add("Answer a question about the report".to_owned(), "/advice", None);
                }
                Some(Report::Delivered) if is(&[Standing::SupportedHead]) => {
                    add("Read the report, and accept it or ask".to_owned(), "/advice", None);
                }
                _ => {}
            }
        } else if state != State::Exiting && due.is_some() {
            let written = exits::plan_of(db, agreement.id).await?.is_written();
            if !written {
                add("Write the exit plan".to_owned(), "/exit/plan", due);
            } else if agreement.end_on().is_some_and(|end| end <= soon) {
                add("Begin to draw to a close".to_owned(), "/exit", agreement.end_on());
            }
        }
    }
    if let (true, Some(funder)) = (is(&[Standing::Commissioner]), agreement.funder) {
        let purse = charges::Purse::Org(funder);
        let invoiced = charges::of(db, agreement.id).await?.into_iter().any(|charge| {
            *charge.payer() == purse && charge.state() == money::machine::State::Invoiced
        });
        if invoiced {
            add("Pay what was invoiced, or ask about it".to_owned(), "/charges", None);
        }
    }
    if state == State::Exiting && is(&heads) {
        let confirmed = if is(&[Standing::SupportedHead]) {
            agreement.confirmed_supported
        } else {
            agreement.confirmed_supporting
        };
        if !confirmed {
            add("Confirm that the work is done".to_owned(), "/exit", agreement.end_on());
        }
    }
    if matches!(state, State::Exiting | State::Completed | State::Sustaining) && is(&heads) {
        let side = if is(&[Standing::SupportedHead]) { Side::Supported } else { Side::Supporting };
        let given = exits::feedback_of(db, agreement.id).await?;
        if given.iter().all(|feedback| feedback.side() != side) {
            add("Say how it was".to_owned(), "/exit/feedback", None);
        }
    }
    if matches!(state, State::Completed | State::Sustaining)
        && is(&[Standing::SupportingHead])
        && exits::advice::ends_with_report(agreement)
        && exits::taken_home(db, agreement.id).await?.is_none()
    {
        let words = agreement.bodies().say("Say what your school took home");
        add(words, "/exit/home", None);
    }
    if state == State::Sustaining && is(&[Standing::SupportedHead]) {
        let soon = today.saturating_add(Span::new().days(30));
        let check = exits::checks_of(db, agreement.id)
            .await?
            .into_iter()
            .find(|check| check.held.is_none())
            .filter(|check| check.due_on() <= soon);
        if let Some(check) = check {
            let page = format!("/checks/{}", check.id);
            add("Say whether it still holds".to_owned(), &page, Some(check.due_on()));
        }
    }
    Ok(found)
}

/// A line of news about an agreement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// What there is to know.
    pub text: String,
    /// Where to read it.
    pub href: String,
    /// Whether it came within the last fortnight: then it is worth reading this week.
    pub fresh: bool,
}

/// Results that have arrived within a year for the agreements of an organisation, as news.
///
/// # Errors
/// When the database cannot be read.
pub async fn results_arrived(
    db: &impl Sql,
    org: OrgRef,
    today: Date,
) -> Result<Vec<News>, DbError> {
    let fortnight = today.saturating_sub(Span::new().days(14));
    let since = today.saturating_sub(Span::new().years(1));
    let news = |one: impact::Arrived| News {
        text: format!("Results have arrived: what became of {}", one.title),
        href: format!("/agreements/{}/impact", one.agreement),
        fresh: one.on > fortnight,
    };
    Ok(impact::arrived_since(db, org, since).await?.into_iter().map(news).collect())
}

/// What a school gave and received this academic year, in words for its front page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// "2 days given, 1 day still to come".
    pub given: String,
    /// "4 days received".
    pub received: String,
    /// Whether it receives and has not yet given or promised anything: every school has something
    /// to give, and is asked for it.
    pub not_yet_given: bool,
    /// Whether it gives and has not yet received or been promised anything: the best schools have
    /// needs too.
    pub not_yet_received: bool,
}

/// What a school gave and received this academic year; nothing where it did neither.
///
/// # Errors
/// When the database cannot be read.
pub async fn ledger_in_words(
    db: &impl Sql,
    org: OrgRef,
    today: Date,
) -> Result<Option<Balance>, DbError> {
    let both = time::give_receive(db, org, AcademicYear::of(today)).await?;
    if both == time::GiveReceive::default() {
        return Ok(None);
    }
    let words = |totals: time::Totals, verb: &str| {
        let days = crate::agreements::terms::days;
        let mut text = format!("{} {verb}", days(totals.delivered));
        if totals.planned > 0 {
            text += &format!(", {} still to come", days(totals.planned));
        }
        if totals.cancelled > 0 {
            text += &format!(", {} cancelled", days(totals.cancelled));
        }
        text
    };
    let some = |totals: time::Totals| totals.delivered + totals.planned > 0;
    Ok(Some(Balance {
        given: words(both.given, "given"),
        received: words(both.received, "received"),
        not_yet_given: some(both.received) && !some(both.given),
        not_yet_received: some(both.given) && !some(both.received),
    }))
}

/// The live agreements of a visitor for the front page: title, who with whom, and the state.
///
/// # Errors
/// When the database cannot be read.
pub async fn under_way(app: &App, visitor: &Visitor) -> Result<Vec<(Agreement, String)>, DbError> {
    let mut live = Vec::new();
    for agreement in store::readable(&app.db, visitor).await? {
        if agreement.state().in_force() || agreement.state().awaits_signature() {
            let orgs = [agreement.supported, agreement.supporting];
            let names = neighbours::names(&app.db, orgs).await?;
            let name = |org: OrgRef| names.get(&org).cloned().unwrap_or_default();
            let words =
                format!("{} supports {}", name(agreement.supporting), name(agreement.supported));
            live.push((agreement, words));
        }
    }
    Ok(live)
}

/// Something with a day, for the week ahead and for calendars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    /// Names it for good, so that a calendar moves an entry instead of doubling it.
    pub key: String,
    /// The day.
    pub on: Date,
    /// What it is, in words that give nothing away: "Review of progress".
    pub what: &'static str,
    /// What it is about, for those who are signed in.
    pub about: String,
    /// Where it is.
    pub href: String,
    /// Whether it concerns the person's own school as the one that is supported.
    pub mine: bool,
}

impl Dated {
    /// The day as a reader writes it.
    #[must_use]
    pub fn day_in_words(&self) -> String {
        date_in_words(self.on)
    }
}

/// The days between two dates that concern a visitor: first and last days, days of support,
/// milestones, reviews, checks; soonest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn dated(
    app: &App,
    visitor: &Visitor,
    from: Date,
    to: Date,
) -> Result<Vec<Dated>, Refusal> {
    let db = &app.db;
    let mut found = Vec::new();
    for agreement in store::readable(db, visitor).await? {
        let state = agreement.state();
        if !(state.in_force() || matches!(state, State::Signed | State::Sustaining)) {
            continue;
        }
        let who = standings_for(db, visitor, &agreement).await?;
        if who.is_empty() {
            continue;
        }
        let is = |any: &[Standing]| any.iter().any(|standing| who.contains(standing));
        let mine = is(&[Standing::SupportedHead, Standing::Chair]);
        let mut add =
            |key: String, on: Option<Date>, what: &'static str, more: &str, page: &str| {
                let Some(on) = on.filter(|on| from <= *on && *on <= to) else { return };
                let about = if more.is_empty() {
                    agreement.title.clone()
                } else {
                    format!("{}: {more}", agreement.title)
                };
                let href = format!("/agreements/{}{page}", agreement.id);
                found.push(Dated { key, on, what, about, href, mine });
            };
        let id = agreement.id;
        if state == State::Signed {
            add(format!("start-{id}"), agreement.start_on(), "Support begins", "", "");
        }
        if state.in_force() && state != State::Paused {
            add(format!("end-{id}"), agreement.end_on(), "Support ends", "", "/exit");
            let terms = store::current(db, &agreement).await?;
            let by = terms.terms().exit_plan_by;
            add(format!("exit-plan-{id}"), by, "Exit plan", "", "/exit");
            let held = reviews::of(db, id).await?;
            for (nth, on) in reviews::ahead(&terms.terms().reviews, &held) {
                let key = format!("review-{id}-{}", nth - 1);
                add(key, Some(on), "Review of progress", "", "/reviews");
            }
            for milestone in milestones::of(db, id).await? {
                let key = format!("milestone-{}", milestone.id);
                let page = format!("/milestones/{}", milestone.id);
                add(key, Some(milestone.due_on()), "Milestone", &milestone.title, &page);
            }
            let account = visitor.account.map(|account| account.to_string());
            let heads = [Standing::SupportedHead, Standing::SupportingHead];
            for entry in time::of(db, id).await? {
                let own = account.is_some() && entry.account == account;
                if entry.state() == time::EntryState::Planned && (own || is(&heads)) {
                    let words = format!("{}, {}", entry.person, entry.what);
                    let key = format!("day-{}", entry.id);
                    add(key, Some(entry.on()), "Day of support", &words, "/time");
                }
            }
        }
        if state == State::Sustaining && mine {
            for check in exits::checks_of(db, id).await? {
                if check.held.is_none() {
                    let key = format!("check-{}", check.id);
                    let page = format!("/checks/{}", check.id);
                    add(key, Some(check.due_on()), "Does it still hold?", "", &page);
                }
            }
        }
    }
    found.sort_by(|a, b| (a.on, &a.key).cmp(&(b.on, &b.key)));
    Ok(found)
}

/// A day as a to-do shows it: "by 26 March 2027".
#[must_use]
pub fn due_in_words(todo: &Todo) -> String {
    match todo.due {
        Some(due) if todo.late => format!("was due on {}", date_in_words(due)),
        Some(due) => format!("by {}", date_in_words(due)),
        None => String::new(),
    }
}
