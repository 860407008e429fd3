//! One agreement on a page: what waits, what was agreed, who signed, what is frozen, what happened.

use access::{Action, SignedIn};
use axum::{
    extract::{Path, State as Handle},
    response::Response,
};
use foundation::{
    App, PageError,
    clock::{date_in_words, in_words, london},
    events::{self, Entry},
    web::Frame,
};
use govuk::{
    Details, Html, InsetText, NavigationItem, SummaryList,
    extra::{Step, StepState, Steps, SubNavigation, Timeline, TimelineEvent},
};

use super::{
    Sight,
    parts::{Sheet, act_button, bullets, go, link, paragraphs, state_tag, text, waiting},
    sight,
};
use crate::{
    agreements::{
        Side, Signature, Standing, State, Terms, Version, by_link,
        store::{self, signed},
        terms::{days, pounds},
    },
    assignments,
    baselines::Frozen,
    beside::{self, Beside},
    course, home, neighbours,
    seal::short,
};

pub(super) async fn show(
    Handle(app): Handle<App>,
    SignedIn(visitor): SignedIn,
    frame: Frame,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (sight, _) = sight(&app, &visitor, &id, Action::Read).await?;
    let agreement = &sight.agreement;
    let current = store::current(&app.db, agreement).await?;
    let newest = store::version(&app.db, agreement.id, agreement.latest).await?;
    let signatures = store::signatures(&app.db, agreement.id).await?;
    let frozen = course::frozen(&app.db, agreement.id).await?;
    let todos = home::todos(&app.db, agreement, &sight.standings, app.clock.today()).await?;
    let timeline = events::timeline(&app.db, "agreement", &agreement.id.to_string()).await?;
    let mut sheet = Sheet::new(sight.title());
    sheet.caption = sight.pairing();
    sheet.tag = Html::of(&state_tag(agreement.state()));
    sheet.nav = nav(&sight, "");
    sheet.lede =
        Html::join([waiting(&todos, false), road(&sight), now(&sight, &newest, &signatures)]);
    if !agreement.state().is_over() {
        let others = beside::for_visitor(&app.db, agreement, &visitor).await?;
        sheet.lede = Html::join([sheet.lede, several(&sight, &others)]);
    }
    let unreached = by_link::unreached(&app, &app.db, agreement, &newest).await?;
    let by_letter = if !unreached.is_empty() && by_link::must_broker(&sight.standings).is_ok() {
        go(&sight.at("letter"), "Ask for the signature of a head without an account")
    } else {
        Html::default()
    };
    let part_of = match assignments::of_agreement(&app.db, agreement.id).await? {
        Some(it) => link(
            &format!("/assignments/{}", it.id),
            &format!("Part of work with several schools: {}", it.theme),
        ),
        None => Html::default(),
    };
    let changing = agreement.state() == State::UnderVariation;
    let anew = agreement.state() == State::Drafting && agreement.latest > 1;
    let sheet = sheet
        .part(
            "Why it is written anew",
            if anew { paragraphs(&newest.terms().change) } else { Html::default() },
        )
        .part(
            "What was agreed",
            Html::join([
                part_of,
                terms_list(&sight, current.terms()),
                measures(current.terms()),
                promises(&sight, current.terms()),
                if agreement.state().in_force() {
                    link(&sight.at("poster"), "One sheet for the staff room")
                } else {
                    Html::default()
                },
            ]),
        )
        .part(
            "The change proposed",
            if changing { proposed(&sight, &newest, &signatures) } else { Html::default() },
        )
        .part("Signatures", signature_list(&sight, &current, &signatures))
        .part(&sight.say("Where both schools stood"), baselines(&sight, &frozen))
        .part("What can be done", Html::join([by_letter, deeds(&sight, &newest)]))
        .part("What happened", history(&sight, &timeline));
    frame
        .page(sight.title())
        .crumb("Agreements", "/agreements")
        .visible_to(sight.visible())
        .show(&sheet)
}

/// That the same school has other supports, and what to do about it.
fn several(sight: &Sight, beside: &Beside) -> Html {
    let many = match beside.others {
        0 => return Html::default(),
        1 => "one other support".to_owned(),
        more => format!("{more} other supports"),
    };
    let mut words = Html::join([paragraphs(&format!(
        "{} has {many} at the same time. {}",
        sight.school(Side::Supported),
        sight.say("Ask its head how they fit together, and keep to one plan."),
    ))]);
    for (title, address) in &beside.open {
        words = Html::join([words, link(address, title)]);
    }
    Html::of(&InsetText::new(words))
}

/// The links to the parts of an agreement.
#[must_use]
pub fn nav(sight: &Sight, here: &str) -> Html {
    if matches!(
        sight.agreement.state(),
        State::Drafting
            | State::Offered
            | State::SignedSupported
            | State::SignedSupporting
            | State::Signed
            | State::Cancelled
    ) {
        return Html::default();
    }
    let items = [
        ("Agreement", ""),
        ("Milestones", "milestones"),
        ("Reviews", "reviews"),
        ("Time", "time"),
        ("Risks and concerns", "care"),
        ("Visits", "visits"),
        ("Exit", "exit"),
        ("Impact", "impact"),
    ]
    .map(|(words, page)| NavigationItem::new(words, sight.at(page)).current(page == here));
    Html::of(&SubNavigation::new("Parts of this agreement", items))
}

fn road(sight: &Sight) -> Html {
    let state = sight.agreement.state();
    let at = match state {
        State::Drafting => 0,
        State::Offered | State::SignedSupported | State::SignedSupporting => 1,
        State::Signed => 2,
        State::Active | State::UnderVariation | State::Paused => 3,
        State::Exiting => 4,
        State::Completed | State::Sustaining => 5,
        State::Sustained | State::Lapsed => 6,
        State::Cancelled | State::TerminatedEarly => return Html::default(),
    };
    let day = |on: Option<jiff::civil::Date>| on.map_or_else(String::new, date_in_words);
    let steps = [
        ("Written", String::new()),
        ("Signed", String::new()),
        ("First day", day(sight.agreement.start_on())),
        ("Under way", String::new()),
        ("Drawing to a close", day(sight.agreement.end_on())),
        ("Sustained", "checks after one and three terms".to_owned()),
    ]
    .into_iter()
    .enumerate()
    .map(|(place, (words, detail))| {
        let step = match place.cmp(&at) {
            std::cmp::Ordering::Less => StepState::Done,
            std::cmp::Ordering::Equal => StepState::Current,
            std::cmp::Ordering::Greater => StepState::ToDo,
        };
        Step::new(words, step).detail(detail)
    });
    Html::of(&Steps::new("How far this has come", steps))
}

/// One sentence on what happens now and who acts.
fn now(sight: &Sight, newest: &Version, signatures: &[Signature]) -> Html {
    let so_far = signed(signatures, sight.agreement.latest);
    let chair = newest.terms().chair_signs();
    let words = match sight.agreement.state() {
        State::Drafting => sight
            .say("This is being written. Both heads can read along; the words can still change."),
        State::Offered | State::SignedSupported | State::SignedSupporting => {
            let mut missing = Vec::new();
            if !so_far.supported {
                missing.push(format!(
                    "{} of {}",
                    sight.say("the head"),
                    sight.school(Side::Supported)
                ));
            }
            if chair && !so_far.chair {
                missing.push(format!("the chair of {}", sight.school(Side::Supported)));
            }
            if !so_far.supporting {
                missing.push(format!(
                    "{} of {}",
                    sight.say("the head"),
                    sight.school(Side::Supporting)
                ));
            }
            format!("Ready to sign. Still to sign: {}.", missing.join(", "))
        }
        State::Signed => match sight.agreement.start_on() {
            Some(start) if sight.bodies().have_results() => format!(
                "Everybody has signed. It begins on {}, and what both schools stand at is written \
                 down that day.",
                date_in_words(start)
            ),
            Some(start) => format!("Everybody has signed. It begins on {}.", date_in_words(start)),
            None => "Everybody has signed.".to_owned(),
        },
        State::Paused => {
            "Support is resting. Nothing in the record changes until one of the heads \
                          resumes it."
                .to_owned()
        }
        State::UnderVariation => "A change is proposed. What was signed stays in force until both \
                                  sides have signed the new version."
            .to_owned(),
        State::TerminatedEarly => match sight.agreement.ended_on() {
            Some(on) => format!("Support was ended early, on {}.", date_in_words(on)),
            None => "Support was ended early.".to_owned(),
        },
        State::Cancelled => "This agreement never began.".to_owned(),
        _ => return Html::default(),
    };
    Html::of(&InsetText::new(words))
}

/// The agreed terms as a list of facts.
pub(super) fn terms_list(sight: &Sight, terms: &Terms) -> Html {
    let day =
        |on: Option<jiff::civil::Date>| on.map_or_else(|| "not yet".to_owned(), date_in_words);
    let team = bullets(terms.team.iter().map(|member| {
        let lead = if member.lead { ", leads the team" } else { "" };
        let part =
            if member.part.is_empty() { String::new() } else { format!(": {}", member.part) };
        format!("{}, {}{lead}{part}", member.name, days(member.half_days))
    }));
    let mut list = SummaryList::new()
        .row("Kind of support", terms.kind().map_or(terms.kind.clone(), |kind| kind.name.clone()))
        .row(sight.say("Supported school"), sight.school(Side::Supported))
        .row(sight.say("Supporting school"), sight.school(Side::Supporting))
        .row("From", day(terms.start_on))
        .row("To", day(terms.end_on));
    if let Some(theme) = terms.kind().and_then(|kind| kind.theme(&terms.theme)) {
        list = list.row("About", theme);
    }
    list = super::whom::rows(terms, super::roles::rows(sight, terms, list));
    if let Some(words) = super::quick::brought_in(terms) {
        list = list.row("Brought in", words);
    }
    if !terms.purpose.trim().is_empty() {
        list = list.row("Purpose", paragraphs(&terms.purpose));
    }
    list = list
        .row("How both will know that it worked", bullets(terms.success.iter().cloned()))
        .row(
            sight.say("What the supporting school wants to learn"),
            paragraphs(terms.goal_in_words()),
        )
        .row("Team", team)
        .row("Time in all", days(terms.half_days()))
        .row("Money", text(money_in_words(terms)));
    if terms.money.reciprocal_half_days > 0 {
        list = list.row(
            "In return",
            format!("{}: {}", days(terms.money.reciprocal_half_days), terms.money.reciprocal_words),
        );
    }
    if !terms.reviews.is_empty() {
        list = list.row(
            "Reviews",
            terms.reviews.iter().map(|on| date_in_words(*on)).collect::<Vec<_>>().join("; "),
        );
    }
    if let Some(by) = terms.exit_plan_by {
        list = list.row("Exit plan drafted by", date_in_words(by));
    }
    if !terms.other_support.is_empty() {
        list = list.row("Other support at the same time", bullets(terms.other_support.clone()));
    }
    Html::of(&list)
}

pub(super) fn money_in_words(terms: &Terms) -> String {
    let money = &terms.money;
    if money.day_rate == 0 {
        return "No charge.".to_owned();
    }
    let cost = terms.cost();
    let one = terms.bodies().one();
    let mut words = format!(
        "{} a day for {}: {} in all, of which {} to the supporting {one} and {} to the broker.",
        pounds(money.day_rate),
        days(terms.half_days()),
        pounds(cost.total),
        pounds(cost.home),
        pounds(cost.broker)
    );
    if cost.funder > 0 {
        words += &format!(
            " {} pays {}; the supported {one} pays {}.",
            money.funder,
            pounds(cost.funder),
            pounds(cost.school)
        );
    } else {
        words += &format!(" The supported {one} pays {}.", pounds(cost.school));
    }
    words
}

/// The indicators by which both schools will be judged.
pub(super) fn measures(terms: &Terms) -> Html {
    if terms.kpis.is_empty() {
        return Html::default();
    }
    let side = |side: Side| {
        bullets(terms.kpis.iter().filter(|kpi| kpi.side == side).map(|kpi| {
            let indicator = neighbours::indicator(&kpi.code);
            let (name, amount) = indicator.map_or_else(
                || (kpi.code.clone(), format!("{}", kpi.worth_having)),
                |indicator| {
                    let kpi_unit: evidence::Unit = indicator.unit.into();
                    (indicator.name, kpi_unit.amount(kpi.worth_having))
                },
            );
            format!("{}; smallest change worth having: {amount}", super::report::capital(&name))
        }))
    };
    let mut words = Vec::new();
    if let Some(chosen) = terms.chosen_on {
        words.push(format!(
            "The school was chosen on the results of {}, so that year is never the base: a result \
             picked for being low rises by itself.",
            chosen.year
        ));
    }
    if let Some(year) = terms.outturn_from {
        words.push(format!("Results of {year} and the year after count as what came of it."));
    }
    Html::join([
        Html::trusted("<h2 class=\"govuk-heading-s\">How both schools will be judged</h2>"),
        Html::of(
            &SummaryList::new()
                .row("The supported school", side(Side::Supported))
                .row("The supporting school", side(Side::Supporting)),
        ),
        paragraphs(&words.join("\n")),
    ])
}

/// Who is told after how long a silence, as both agreed.
pub(super) fn quiet_in_words(terms: &Terms) -> Html {
    match terms.quiet {
        Some(quiet) => bullets(quiet.in_words(terms.bodies())),
        None => paragraphs("Nobody is written to."),
    }
}

fn promises(sight: &Sight, terms: &Terms) -> Html {
    let list = SummaryList::new()
        .row("Confidentiality", paragraphs(&terms.confidentiality))
        .row("Data", paragraphs(&terms.data))
        .row("Safeguarding", paragraphs(&terms.safeguarding))
        .row("How it ends", paragraphs(&terms.exit))
        .row("When nothing is heard", quiet_in_words(terms));
    Html::of(&Details::new(sight.say("What both schools promise").as_str(), Html::of(&list)))
}

fn signature_list(sight: &Sight, version: &Version, signatures: &[Signature]) -> Html {
    let mine: Vec<&Signature> = signatures.iter().filter(|s| s.number == version.number).collect();
    if mine.is_empty() && version.hash.is_none() {
        return Html::default();
    }
    let mut list = SummaryList::new();
    for signature in mine {
        list = list.row(
            signature.capacity_in_words(sight.bodies()),
            format!(
                "{}, {}, {}, {}",
                signature.name,
                signature.title,
                sight.name(signature.org),
                in_words(signature.signed_at.0)
            ),
        );
    }
    if let Some(hash) = &version.hash {
        list = list.row(
            "Fingerprint",
            Html::trusted(format!(
                "Version {}, <code class=\"as-hash\">{}</code>",
                version.number,
                text(short(hash)).as_str()
            )),
        );
    }
    Html::join([Html::of(&list), link(&sight.at("print"), "Read or print the whole agreement")])
}

fn proposed(sight: &Sight, newest: &Version, signatures: &[Signature]) -> Html {
    let so_far = signed(signatures, newest.number);
    let waits = if newest.hash.is_some() {
        let yes = |done: bool| if done { "signed" } else { "not signed yet" };
        format!(
            "{}: {}. {}: {}.",
            sight.school(Side::Supported),
            yes(so_far.supported_side(newest.terms().chair_signs())),
            sight.school(Side::Supporting),
            yes(so_far.supporting)
        )
    } else {
        "Still being written.".to_owned()
    };
    Html::join([
        paragraphs(&format!("Why: {}", newest.terms().change)),
        paragraphs(&waits),
        terms_list(sight, newest.terms()),
    ])
}

fn baselines(sight: &Sight, frozen: &[(String, Frozen)]) -> Html {
    if frozen.is_empty() {
        return Html::default();
    }
    let mut rows = Html::default();
    for (hash, line) in frozen {
        let unit: evidence::Unit = line.indicator.unit.into();
        let number = |measure: &evidence::Measure| match (measure.number(), measure.missing()) {
            (Some(value), _) => match unit {
                evidence::Unit::PercentOfPupils | evidence::Unit::PercentOther => {
                    format!("{value:.1}%")
                }
                other => format!("{value:.*}", other.decimals()),
            },
            (None, Some(why)) => why.in_words().to_owned(),
            _ => "no figure".to_owned(),
        };
        let size = |measure: &evidence::Measure| {
            measure.n().map_or_else(String::new, |n| format!(", {n:.0} pupils"))
        };
        let start = line.at_start().map_or_else(
            || "no figure had been published".to_owned(),
            |(year, measure)| format!("{} in {year}{}", number(&measure), size(&measure)),
        );
        let base = line.base.measure();
        let years =
            line.base_years.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        let list = SummaryList::new()
            .row("On the first day", start)
            .row(
                "Base for the comparison",
                format!("{} over {years}{}", number(&base), size(&base)),
            )
            .row(
                "Compared with",
                format!("{} schools of its family, fixed that day", line.family.len()),
            )
            .row(
                "Fingerprint",
                Html::trusted(format!("<code class=\"as-hash\">{}</code>", short(hash))),
            )
            .in_card(format!("{}: {}", sight.school(line.side), line.indicator.name));
        rows = Html::join([rows, Html::of(&list)]);
    }
    rows
}

/// What the reader can do next, beyond what waits for them.
fn deeds(sight: &Sight, newest: &Version) -> Html {
    let mut deeds = Vec::new();
    let state = sight.agreement.state();
    let broker = sight.is(&[Standing::Broker]);
    let act = |act: &str, words: &str| link(&sight.at(&format!("do/{act}")), words);
    match state {
        State::Drafting if broker || sight.is_head() => {
            deeds.push(go(&sight.at("edit/purpose"), "Go on writing"));
            deeds.push(act("cancel", "Give this draft up"));
        }
        State::Offered | State::SignedSupported | State::SignedSupporting | State::Signed
            if broker || sight.is_head() =>
        {
            deeds.push(act("back", "Take it back to change it"));
            deeds.push(act("cancel", "Withdraw this agreement"));
        }
        State::Active => {
            if sight.is_head() {
                deeds.push(act("vary", "Propose a change"));
                deeds.push(act("pause", "Let it rest for a while"));
            } else if sight.is(&[Standing::Commissioner]) {
                deeds.push(act("pause", "Let it rest for a while"));
            }
        }
        State::UnderVariation if sight.is_head() => {
            if newest.hash.is_none() {
                deeds.push(go(&sight.at("edit/purpose"), "Write the change"));
                deeds.push(act_button(&sight.at("offer"), "Send the change for signature", true));
            }
            deeds.push(act("drop", "Withdraw the change"));
        }
        State::Paused if sight.is_head() || sight.is(&[Standing::Commissioner]) => {
            deeds.push(act("resume", "Go on"));
        }
        _ => {}
    }
    if state.in_force() && sight.takes_part() {
        deeds.push(act("difficulty", "Something is difficult"));
    }
    if matches!(state, State::Active | State::Paused) && sight.is_head() {
        deeds.push(act("end", "End it before its last day"));
    }
    Html::join(deeds)
}

fn history(sight: &Sight, timeline: &[Entry]) -> Html {
    let events = timeline.iter().rev().map(|entry| {
        let mut event = TimelineEvent::new(
            sentence(sight, entry),
            in_words(entry.at.0),
            london(entry.at.0).to_string(),
        )
        .by(entry.actor_name.clone());
        if let Some(reason) = &entry.reason {
            event = event.content(reason.clone());
        }
        event
    });
    Html::of(&Timeline::new(events))
}

/// What an event of the log says, as a reader would.
fn sentence(sight: &Sight, entry: &Entry) -> String {
    let detail: serde_json::Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let words = |key: &str| detail.get(key).and_then(|value| value.as_str()).unwrap_or("");
    match entry.verb.as_str() {
        "drafted" => "The agreement was begun".to_owned(),
        "offered" => {
            let number = detail.get("version").and_then(serde_json::Value::as_i64).unwrap_or(1);
            format!("Version {number} was sealed and sent for signature")
        }
        "signed" => match words("capacity") {
            "supported" => sight.say("Signed for the supported school"),
            "chair" => "Signed by the chair".to_owned(),
            _ => sight.say("Signed for the supporting school"),
        },
        "activated" if sight.bodies().have_results() => {
            "Support began; where both schools stood was frozen".to_owned()
        }
        "activated" => "Support began".to_owned(),
        "milestone added" => format!("Milestone added: {}", words("title")),
        "milestone recorded" => format!("Milestone looked at: {}", words("title")),
        "reviewed" => "A progress review was held".to_owned(),
        "time planned" => "Time was planned".to_owned(),
        "time delivered" => "Time was delivered".to_owned(),
        "time cancelled" => "Time was cancelled".to_owned(),
        "difficulty raised" => "A difficulty was raised".to_owned(),
        "earlier time brought in" => "What had been given before was written down".to_owned(),
        "sustaining" => "Looking at what stays began".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_uppercase().collect::<String>() + letters.as_str()
            })
        }
    }
}
