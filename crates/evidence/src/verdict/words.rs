//! The verdict in plain words: what a head or a trustee reads.

use super::{Kind, NetChange, Policy, Side, Strength, beyond_luck, computed};
use crate::kpi::{Kpi, Unit};
use crate::variation::{pupil_equivalents, pupils_in_words};

pub(super) fn headline(kind: Kind, strength: Option<Strength>) -> String {
    let text = match kind {
        Kind::Insufficient => {
            "There is not enough published information on both schools to say whether they \
             improved."
        }
        Kind::LiftWithCost => {
            "Something improved, and something else got worse by as much as would count as an \
             improvement."
        }
        Kind::DoubleLift => "Double lift: both schools improved more than similar schools.",
        Kind::SupportedLift => {
            "The supported school improved more than similar schools; the supporting school did \
             not clearly change."
        }
        Kind::SupporterLift => {
            "The supporting school improved more than similar schools; the supported school did \
             not clearly change."
        }
        Kind::NoClearLift => "Neither school clearly improved more than similar schools.",
    };
    strength.map_or_else(|| text.into(), |s| format!("{text} This is {}.", s.in_words()))
}

pub(super) fn side(who: &str, side: &Side, policy: &Policy) -> Vec<String> {
    if side.kpis.is_empty() {
        return vec![format!("{who}: no indicator was named in the agreement.")];
    }
    let shared = computed(side).count();
    side.kpis
        .iter()
        .map(|(kpi, net)| match net {
            Ok(net) => sentence(who, kpi, net, policy, shared),
            Err(why) => format!("{who}, {}: no verdict, because {why}.", kpi.name),
        })
        .collect()
}

fn moved(kpi: &Kpi, change: f64) -> String {
    if change.abs() < 0.5 * 10f64.powi(-(kpi.unit.decimals() as i32)) {
        "did not change".into()
    } else if change > 0.0 {
        format!("rose by {}", kpi.unit.amount(change))
    } else {
        format!("fell by {}", kpi.unit.amount(change))
    }
}

fn sentence(who: &str, kpi: &Kpi, net: &NetChange, policy: &Policy, shared: usize) -> String {
    let quality = if net.net >= 0.0 { "better" } else { "worse" };
    let mut text = format!(
        "{who}, {}: {}, where the median of {} {} {}; net {} {quality}",
        kpi.name,
        moved(kpi, net.own.difference),
        net.schools,
        net.comparator.in_words(),
        moved(kpi, net.compared),
        kpi.unit.amount(net.net),
    );
    if let (Unit::PercentOfPupils, Some(n)) = (kpi.unit, net.cohort.1) {
        let pupils = pupils_in_words(pupil_equivalents(net.net, n));
        text.push_str(&format!(", {pupils} in a cohort of {n:.0}"));
    }
    text.push('.');
    if let Some(placebo) = &net.no_support {
        let given = if placebo.conditioned { " chosen in the same way" } else { "" };
        text.push_str(&format!(
            " Without support, schools{given} {} on average.",
            moved(kpi, placebo.expected)
        ));
        if net.beyond(placebo) > 0.0 {
            let luck = net.chance().unwrap_or(f64::NAN);
            text.push_str(&if !luck.is_finite() {
                String::new()
            } else if beyond_luck(net, policy, shared) && policy.level.is_some() {
                format!(" Luck alone does as well {}.", often(luck))
            } else {
                format!(" Luck alone does as well {}, so we do not call it a lift.", often(luck))
            });
        }
    }
    text
}

/// A probability as a reader says it.
fn often(p: f64) -> String {
    if p < 0.01 {
        "less than one time in a hundred".into()
    } else if p < 0.095 {
        format!("about {:.0} times in a hundred", (100.0 * p).round())
            .replace("about 1 times", "about 1 time")
    } else {
        format!("about {:.0} times in ten", (10.0 * p).round().max(1.0))
            .replace("1 times", "1 time")
    }
}

pub(super) fn caveats(supported: &Side, supporting: &Side) -> Vec<String> {
    let mut caveats = Vec::new();
    for (who, side) in [("supported", supported), ("supporting", supporting)] {
        for (kpi, net) in computed(side) {
            let size = |n: Option<f64>| {
                n.map_or_else(|| "unknown size".into(), |n| format!("{n:.0} pupils"))
            };
            caveats.push(format!(
                "Cohorts of the {who} school, {}: {} before, {} after ({} in the outturn). Compared \
                 with {} {}.",
                kpi.name,
                size(net.cohort.0),
                size(net.cohort.1),
                if net.cohorts == 1 { "one cohort".into() } else { format!("{} cohorts", net.cohorts) },
                net.schools,
                net.comparator.in_words(),
            ));
            if net.bottom_fifth {
                caveats.push(format!(
                    "The {who} school began in the lowest fifth for {}: low results tend to rise by \
                     themselves (regression to the mean).",
                    kpi.name
                ));
            }
            if net.top_fifth && who == "supporting" {
                caveats.push(format!(
                    "The supporting school began in the best fifth for {}: high results tend to fall \
                     back by themselves, whether or not it helps another school.",
                    kpi.name
                ));
            }
            match &net.selection {
                Some(selection) => caveats.push(format!(
                    "The {who} school was chosen on {}; that year is not used as the base.",
                    selection.what
                )),
                None => caveats.push(format!(
                    "What was used to choose the {who} school was not recorded, so the comparison \
                     cannot allow for it."
                )),
            }
        }
        for other in &side.other_support {
            caveats.push(format!("Other support at the {who} school at the same time: {other}."));
        }
    }
    caveats.dedup();
    caveats.push("This is association, not proof: other things changed at the same time.".into());
    caveats
}
