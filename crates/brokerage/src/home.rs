//! What waits for a person in this room, for the home page.

use access::{Role, Visitor};
use foundation::{
    App, PageError,
    clock::{date_in_words, in_words},
};
use needs::Waiting;

use crate::cadre::{self, Designation, mentors};
use crate::interests;
use crate::proposals::{self, ProposalState, Said};
use crate::requests::{self, ClockState, State};

/// What both heads read between the checks and the first draft.
const DRAFTING: &str = "Interests and checks are settled; the broker writes the agreement";

fn waiting_for(text: String, href: String, tag: &str, detail: String) -> Waiting {
    Waiting { text, href, tag: tag.to_owned(), detail }
}

/// The requests and proposals in which something is expected of this person now; `true` beside
/// what concerns their own school, `false` beside what concerns schools they work with.
///
/// # Errors
/// When the database cannot be read.
pub async fn waiting(app: &App, visitor: &Visitor) -> Result<Vec<(Waiting, bool)>, PageError> {
    let mut list = Vec::new();
    let now = app.clock.now();
    let today = app.clock.today();
    for org in visitor.led() {
        for request in requests::requests_of(&app.db, org).await? {
            let page = format!("/requests/{}", request.id);
            let text = format!("Request for support: {}", request.ask.title);
            let (tag, detail) = match request.state {
                State::Draft => match request.suggested_by {
                    Some(body) => {
                        let name = register::org_name(&app.db, body).await?;
                        ("Waiting for you", format!("Suggested by {name}; yours to send or not"))
                    }
                    None => ("Draft", "Not sent yet".to_owned()),
                },
                State::ReturnedForDetail => {
                    ("Waiting for you", "The broker asks for more detail".to_owned())
                }
                State::Submitted => match request.clock_state(now) {
                    ClockState::Running(due) | ClockState::Late(due) => {
                        ("With the broker", format!("An answer is due by {}", in_words(due)))
                    }
                    _ => continue,
                },
                State::Accepted if !request.review_consent => (
                    "Waiting for you",
                    "For now, is a review of progress enough? The broker asks you".to_owned(),
                ),
                State::ReviewProgressOnly => match request.review_on {
                    Some(on) => ("Progress review", format!("Together on {}", date_in_words(on))),
                    None => continue,
                },
                State::Accepted | State::Matching | State::Rematch => {
                    ("With the broker", "The broker looks for a match".to_owned())
                }
                State::Proposed => {
                    let Some(it) = proposals::current(&app.db, request.id).await? else { continue };
                    let tag = if it.supported.0 == Said::Nothing {
                        "Waiting for you"
                    } else {
                        "With the other head"
                    };
                    let href = format!("/requests/{}/proposal/{}", request.id, it.id);
                    let text = format!("A match is proposed: {}", it.label);
                    list.push((waiting_for(text, href, tag, request.ask.title.clone()), true));
                    continue;
                }
                State::ChemistryOk => {
                    ("Before the agreement", "Interests and checks are being settled".to_owned())
                }
                State::CoiClear => ("Before the agreement", DRAFTING.to_owned()),
                _ => continue,
            };
            list.push((waiting_for(text, page, tag, detail), true));
        }
        for it in crate::offers::offers_of(&app.db, org).await? {
            if it.state == crate::offers::OfferState::Suggested {
                let text = format!("{} suggests an offer: {}", it.made_by, it.what.title);
                let detail = "Make it an offer, or say why not".to_owned();
                let href = format!("/offers#offer-{}", it.id);
                list.push((waiting_for(text, href, "Waiting for you", detail), true));
            }
        }
        for it in proposals::proposals_to(&app.db, org).await? {
            let open = it.state == ProposalState::Proposed && it.supporting.0 == Said::Nothing;
            if !open && it.state != ProposalState::Agreed {
                continue;
            }
            let Some(request) = requests::request(&app.db, it.request).await? else { continue };
            let school = register::org_name(&app.db, request.org).await?;
            if it.state == ProposalState::Agreed {
                let detail = match request.state {
                    State::ChemistryOk => "Interests and checks are being settled",
                    State::CoiClear => DRAFTING,
                    _ => continue,
                };
                list.push((
                    waiting_for(
                        format!("Your help for {school}: {}", request.ask.title),
                        format!("/requests/{}/proposal/{}", request.id, it.id),
                        "Before the agreement",
                        detail.to_owned(),
                    ),
                    false,
                ));
                continue;
            }
            list.push((
                waiting_for(
                    format!("{school} could use your help: {}", request.ask.title),
                    format!("/requests/{}/proposal/{}", request.id, it.id),
                    "Waiting for you",
                    format!("{} is proposed", it.label),
                ),
                false,
            ));
        }
    }
    for org in visitor.orgs(Role::Governor).filter(|org| visitor.chairs(*org)) {
        for request in requests::requests_of(&app.db, org).await? {
            if request.state != State::ChemistryOk {
                continue;
            }
            let Some(it) = proposals::current(&app.db, request.id).await? else { continue };
            let waits = interests::declarations(&app.db, it.id)
                .await?
                .into_iter()
                .any(|one| one.state == interests::State::Assessed && one.chair_accepted.is_none());
            if waits {
                list.push((
                    waiting_for(
                        "Safeguards for a declared interest".to_owned(),
                        format!("/requests/{}/proposal/{}/safeguards", request.id, it.id),
                        "Waiting for you",
                        request.ask.title.clone(),
                    ),
                    true,
                ));
            }
        }
    }
    for partnership in visitor.orgs(Role::Broker) {
        for request in requests::requests_through(&app.db, partnership, today).await? {
            let school = register::org_name(&app.db, request.org).await?;
            if request.state == State::CoiClear {
                list.push((
                    waiting_for(
                        format!("Draft the agreement for {school}: {}", request.ask.title),
                        format!("/agreements/new?request={}", request.id),
                        "Waiting for you",
                        "Interests and checks are settled; both heads wait for the words"
                            .to_owned(),
                    ),
                    false,
                ));
                continue;
            }
            let (tag, detail) = match (request.state, request.clock_state(now)) {
                (State::Submitted, ClockState::Running(due)) => {
                    ("Waiting for you", format!("Answer by {}", in_words(due)))
                }
                (State::Submitted, _) => ("Overdue", "The answer is late".to_owned()),
                (State::Accepted, _) if request.review_consent => {
                    ("Waiting for you", "Choose a day to review progress".to_owned())
                }
                (State::Accepted, _) => {
                    ("With the head", "Is a review of progress enough for now?".to_owned())
                }
                (State::ReviewProgressOnly, _) => match request.review_on {
                    Some(on) if on <= today => {
                        ("Waiting for you", "Look at progress together, then decide".to_owned())
                    }
                    Some(on) => ("Progress review", format!("Together on {}", date_in_words(on))),
                    None => ("Waiting for you", "Start matching".to_owned()),
                },
                (State::Matching, _) => ("Waiting for you", "Propose a match".to_owned()),
                (State::Rematch, _) => ("Waiting for you", "Match again".to_owned()),
                (State::ChemistryOk, _) => {
                    ("Waiting for you", "Settle interests and checks".to_owned())
                }
                _ => continue,
            };
            list.push((
                waiting_for(
                    format!("{school}: {}", request.ask.title),
                    format!("/desk/{}", request.id),
                    tag,
                    detail,
                ),
                false,
            ));
        }
    }
    list.extend(cadre_waiting(app, visitor).await?);
    list.extend(new_heads_waiting(app, visitor).await?);
    Ok(list)
}

/// The heads whom a broker rings: in their first two years, without a mentor, and not one who said
/// that they want none for a while.
async fn new_heads_waiting(
    app: &App,
    visitor: &Visitor,
) -> Result<Vec<(Waiting, bool)>, PageError> {
    let mut list = Vec::new();
    for partnership in visitor.orgs(Role::Broker) {
        let alone = mentors::without(&app.db, partnership, app.clock.today()).await?;
        let names: Vec<String> =
            alone.into_iter().filter(mentors::NewHead::is_asked).map(|one| one.name).collect();
        let text = match names.len() {
            0 => continue,
            1 => "A new head has no mentor yet".to_owned(),
            n => format!("{n} new heads have no mentor yet"),
        };
        let href = "/desk/new-heads".to_owned();
        list.push((waiting_for(text, href, "Waiting for you", names.join(", ")), false));
    }
    Ok(list)
}

fn missing(it: &Designation, today: jiff::civil::Date) -> String {
    format!("Still missing: {}", cadre::preparation::names_of(&it.missing(today)))
}

/// What is expected of this person on the way to a designation: a yes of their own, a head's
/// release, the broker's next step.
async fn cadre_waiting(app: &App, visitor: &Visitor) -> Result<Vec<(Waiting, bool)>, PageError> {
    let mut list = Vec::new();
    let mut add = |it: &Designation, text: String, detail: &str| {
        let href = format!("/cadre/{}", it.id);
        list.push((waiting_for(text, href, "Waiting for you", detail.to_owned()), false));
    };
    let mut asked = false;
    if let Some(account) = visitor.account {
        for it in cadre::designations_of(&app.db, account).await? {
            match it.state {
                cadre::State::Nominated => {
                    let text = format!("You were put forward as {}", it.role_name());
                    add(&it, text, "Apply if you would like to");
                }
                cadre::State::Lapsed | cadre::State::Withdrawn => {}
                _ => asked |= !it.accepted_conduct(),
            }
        }
    }
    if asked {
        list.push((
            waiting_for(
                "Read and accept the code of conduct".to_owned(),
                "/cadre/conduct".to_owned(),
                "Waiting for you",
                "For everybody who leads beyond their own school".to_owned(),
            ),
            false,
        ));
    }
    let today = app.clock.today();
    let mut add = |it: &Designation, text: String, detail: &str| {
        let href = format!("/cadre/{}", it.id);
        list.push((waiting_for(text, href, "Waiting for you", detail.to_owned()), false));
    };
    let way = |state| {
        matches!(state, cadre::State::Nominated | cadre::State::Applied | cadre::State::Assessed)
    };
    for org in visitor.led() {
        for it in cadre::released_from(&app.db, org).await? {
            if way(it.state) && it.released_by.is_none() {
                let text = format!("Release {} as {}?", it.name, it.role_name());
                add(&it, text, "You confirm that your school can spare the time");
            }
        }
    }
    for partnership in visitor.orgs(Role::Broker) {
        for it in cadre::cadre_of(&app.db, partnership).await? {
            let next = match it.state {
                cadre::State::Applied if it.released_by.is_some() => "Assess, then grant",
                cadre::State::Assessed => "Grant the designation",
                cadre::State::Designated if it.is_current(today) => "Activate",
                cadre::State::Designated => &missing(&it, today),
                state if state.is_live() && !it.is_current(today) => &missing(&it, today),
                _ => continue,
            };
            let text = format!("{}: {}", it.name, it.role_name());
            add(&it, text, next);
        }
    }
    Ok(list)
}
