//! The engine's reasons in words a head reads: names for codes, miles, days and dates.

use foundation::clock::date_in_words;
use matching::{Candidate, HardRule, Need, Part, PartKind, Removal};

use super::Supporter;
use crate::packs::{specialism, specialism_name};
use crate::requests::{Request, days_in_words};

/// Kilometres as miles, one decimal.
#[must_use]
pub fn miles(km: f64) -> String {
    format!("{:.1} miles", in_miles(km))
}

/// Kilometres as miles.
#[must_use]
pub fn in_miles(km: f64) -> f64 {
    km / 1.609_344
}

/// What a part of the score is called.
#[must_use]
pub const fn part_name(kind: PartKind) -> &'static str {
    match kind {
        PartKind::SpecialismDepth => "Expertise",
        PartKind::ContextSimilarity => "Like your setting",
        PartKind::TrackRecord => "Earlier support",
        PartKind::CapacitySlack => "Time to spare",
        PartKind::Travel => "Journey",
        PartKind::Reciprocity => "Turn to give",
    }
}

/// What a hard rule checks.
#[must_use]
pub const fn rule_name(rule: HardRule) -> &'static str {
    match rule {
        HardRule::DesignationLive => "Designation is live",
        HardRule::TrainingCurrent => "Training and conduct are current",
        HardRule::OwnSchool => "Comes from another school",
        HardRule::Specialism => "Brings what is asked for",
        HardRule::Phase => "Works in the phase",
        HardRule::Mode => "Works in the way asked for",
        HardRule::FreeTime => "Has the time in the window",
        HardRule::ConcurrentCap => "Has room for one more support",
        HardRule::Interest => "No interest that bars the match",
        HardRule::Avoid => "Neither side asked to avoid the other",
        HardRule::HomeGuard => "Home school can spare them",
        HardRule::Travel => "Journey is within the limit",
        HardRule::Forbidden => "Not ruled out by the broker",
    }
}

/// Every hard rule, in the order shown.
pub const RULES: [HardRule; 12] = [
    HardRule::DesignationLive,
    HardRule::TrainingCurrent,
    HardRule::OwnSchool,
    HardRule::Specialism,
    HardRule::Phase,
    HardRule::Mode,
    HardRule::FreeTime,
    HardRule::ConcurrentCap,
    HardRule::Interest,
    HardRule::Avoid,
    HardRule::HomeGuard,
    HardRule::Travel,
];

fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Lower-case first letter, unless it begins an abbreviation.
pub(super) fn inside(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() && !name.starts_with("English") => {
            format!("{}{}", first.to_lowercase(), &name[first.len_utf8()..])
        }
        _ => name.to_owned(),
    }
}

/// What keeps offered time from being used, in a sentence with a space before it.
fn held_back(need: &Need, supporter: &Supporter) -> String {
    let reasons: Vec<&str> = supporter.model.held_back(need.window).collect();
    match reasons.as_slice() {
        [] => String::new(),
        some => format!(" The day job comes first: {}.", some.join("; ")),
    }
}

/// Why somebody is out.
#[must_use]
pub fn removal(removal: &Removal, need: &Need, request: &Request, supporter: &Supporter) -> String {
    let who = &supporter.name;
    match removal.rule {
        HardRule::Specialism => {
            let missing: Vec<String> = need
                .specialisms
                .iter()
                .filter(|wanted| supporter.model.holds(&wanted.code).is_none())
                .map(|wanted| inside(specialism_name(&wanted.code)))
                .collect();
            format!("{who} does not offer {}.", list(&missing))
        }
        HardRule::FreeTime => format!(
            "{who} has {} free from {} to {}, at most {} a week; {} are wanted.{}",
            days_in_words(i64::from(supporter.model.free_in(need.window))),
            date_in_words(request.ask.earliest),
            date_in_words(request.ask.latest),
            days_in_words(i64::from(supporter.model.weekly_cap)),
            days_in_words(i64::from(need.half_days)),
            held_back(need, supporter),
        ),
        HardRule::Travel => match removal.short_by {
            Some(over) => {
                format!("The journey is {} longer than the limit.", miles(over))
            }
            None => removal.sentence.clone(),
        },
        HardRule::OwnSchool => format!("{who} comes from the school that asks."),
        HardRule::HomeGuard => format!(
            "{} cannot spare anybody now: {}.",
            supporter.org_name,
            supporter.model.guard.reasons.join("; ")
        ),
        HardRule::Avoid => "The asking school would rather not be matched here.".to_owned(),
        _ => removal.sentence.replace(&supporter.label, who),
    }
}

/// Why a part of the score is as it is.
#[must_use]
pub fn part(part: &Part, need: &Need, supporter: &Supporter, candidate: &Candidate) -> String {
    let model = &supporter.model;
    match part.kind {
        PartKind::SpecialismDepth => {
            let held: Vec<String> = need
                .specialisms
                .iter()
                .map(|wanted| {
                    let name = inside(specialism_name(&wanted.code));
                    match model.holds(&wanted.code) {
                        Some(held) if held >= wanted.depth => {
                            format!("{} in {name}", held.words())
                        }
                        Some(held) => format!(
                            "{} in {name}, where {} is asked for",
                            held.words(),
                            wanted.depth.words()
                        ),
                        None => format!("nothing in {name}"),
                    }
                })
                .collect();
            sentence(&list(&held))
        }
        PartKind::ContextSimilarity => {
            let Some(home) = &model.home else {
                return "No home school to compare with, so this counts as middling.".to_owned();
            };
            match matching::score::context_distance(&need.context, &home.context) {
                None => "The two settings cannot be compared yet, so this counts as middling."
                    .to_owned(),
                Some((distance, values)) => {
                    let alike = match distance {
                        d if d < 0.6 => "very alike",
                        d if d < 1.1 => "alike",
                        d if d < 1.8 => "somewhat alike",
                        _ => "different",
                    };
                    format!(
                        "The two intakes are {alike} (apart by {distance:.1} of the usual spread, over {values} {}).",
                        if values == 1 { "fact" } else { "facts" },
                    )
                }
            }
        }
        PartKind::TrackRecord => match model.track.judged {
            0 => "No earlier support judged yet, so this counts as middling.".to_owned(),
            1 => "One earlier support was judged; with so few we stay near the middle.".to_owned(),
            n => format!("{n} earlier supports were judged by those who received them."),
        },
        PartKind::CapacitySlack => format!(
            "{} free in the window for the {} asked for.",
            days_in_words(i64::from(candidate.free_half_days)),
            days_in_words(i64::from(need.half_days))
        ),
        PartKind::Travel => match (need.mode, candidate.travel_km) {
            (matching::Mode::Online, _) => "Online, so there is no journey.".to_owned(),
            (_, Some(km)) => format!("About {} by road.", miles(km)),
            (_, None) => "The journey is not known, so this counts as middling.".to_owned(),
        },
        PartKind::Reciprocity => match &model.home {
            Some(home) => format!(
                "{} has given {} and received {} this school year.",
                supporter.org_name,
                days_in_words(i64::from(home.given_half_days)),
                days_in_words(i64::from(home.received_half_days))
            ),
            None => "Independent: neither owes nor is owed.".to_owned(),
        },
    }
}

/// Upper-case first letter and a full stop.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// The near-neighbour notice, in words that invite.
#[must_use]
pub fn talk_first(candidate: &Candidate) -> Option<String> {
    candidate.talk_first.as_ref().map(|flag| {
        format!(
            "Talk first: the two schools are {} apart and at least one has places to fill. That \
             bars nothing; ask both heads whether they are content.",
            miles(flag.km)
        )
    })
}

/// Why a candidate stands where it stands, the strongest parts first, in three sentences at most.
#[must_use]
pub fn why(candidate: &Candidate, need: &Need, supporter: &Supporter) -> Vec<String> {
    let mut parts: Vec<&Part> = candidate.score.parts.iter().collect();
    parts.sort_by(|a, b| {
        let lead = |p: &Part| p.points / p.most.max(1.0) * p.most;
        lead(b).total_cmp(&lead(a)).then(a.kind.cmp(&b.kind))
    });
    parts.into_iter().take(3).map(|p| part(p, need, supporter, candidate)).collect()
}

/// What would have to change for somebody to be possible.
#[must_use]
pub fn remedy(removal: &Removal) -> String {
    match (removal.rule, removal.short_by) {
        (HardRule::Travel, Some(over)) => {
            format!("Allow {} more, or work online.", miles(over.ceil()))
        }
        (HardRule::FreeTime, Some(short)) => {
            #[expect(clippy::cast_possible_truncation, reason = "half-days of one need")]
            let short = short.ceil() as i64;
            format!("Free {} more, widen the dates, or allow a team.", days_in_words(short))
        }
        _ => plain(&removal.remedy),
    }
}

/// A specialism's name as it reads inside a sentence.
pub(super) fn named(code: &str) -> String {
    inside(specialism_name(code))
}

/// An engine's sentence with names for the codes of specialisms, which it puts in quotation marks.
#[must_use]
pub fn plain(sentence: &str) -> String {
    let mut text = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, quoted)) = rest.split_once('“') {
        text += before;
        rest = match quoted.split_once('”').filter(|(code, _)| specialism(code).is_some()) {
            Some((code, after)) => {
                text += &named(code);
                after
            }
            None => {
                text.push('“');
                quoted
            }
        };
    }
    text + rest
}

/// What a change is worth over all requests, in sentences; none when nothing is gained or lost.
#[must_use]
pub fn worth(worth: &matching::plan::Worth) -> Vec<String> {
    #[expect(clippy::cast_possible_truncation, reason = "half-days of one partnership")]
    let whole = |number: f64| number.round() as i64;
    let met: [i64; 5] = worth.met_half_days.map(whole);
    let mut said = Vec::new();
    let severity = |at: usize| format!("severity {}", at + 1);
    if met.iter().any(|met| *met > 0) && met.iter().any(|met| *met < 0) {
        for (at, met) in met.into_iter().enumerate().rev().filter(|(_, met)| *met != 0) {
            let days = days_in_words(met.abs());
            let more = if met > 0 { "more would be met" } else { "fewer would be met" };
            said.push(format!("At {}, {days} {more}.", severity(at)));
        }
    } else {
        match met.iter().sum::<i64>() {
            0 => {}
            lost if lost < 0 => said.push(format!("{} more would go unmet.", days_in_words(-lost))),
            won => said.push(format!("{} more would be met.", days_in_words(won))),
        }
    }
    match whole(worth.schools) {
        0 => {}
        1 => said.push("One school more would give or receive this year.".to_owned()),
        -1 => said.push("One school fewer would give or receive this year.".to_owned()),
        n if n > 0 => said.push(format!("{n} schools more would give or receive this year.")),
        n => said.push(format!("{} schools fewer would give or receive this year.", -n)),
    }
    if worth.points.abs() >= 0.5 {
        let way = if worth.points > 0.0 { "better" } else { "less good" };
        said.push(format!(
            "Over all requests the fit would be {way} by {:.0} points, each counted for one \
             half-day.",
            worth.points.abs()
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use matching::plan::Worth;

    use super::worth;

    #[test]
    fn what_a_change_is_worth_is_said_aim_by_aim() {
        let of = |met_half_days, schools, points| Worth { met_half_days, schools, points };
        let said = |it: &Worth| worth(it).join(" ");
        assert_eq!(said(&of([0.0; 5], 0.0, 0.2)), "");
        assert_eq!(
            said(&of([0.0, 0.0, -3.0, 0.0, 0.0], -1.0, 0.0)),
            "1½ days more would go unmet. One school fewer would give or receive this year."
        );
        assert_eq!(
            said(&of([-2.0, 0.0, 0.0, 0.0, 2.0], 0.0, 12.4)),
            "At severity 5, 1 day more would be met. At severity 1, 1 day fewer would be met. \
             Over all requests the fit would be better by 12 points, each counted for one half-day."
        );
    }
}
