//! Sums over cells, with the uncertainty of the group shares that weight them.

use super::{GroupTime, standard_error};

/// One weighted mean of cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The group, the event time or the calendar period; zero for an overall mean.
    pub at: f64,
    /// The mean effect.
    pub att: f64,
    /// Its standard error.
    pub se: f64,
}

/// Effects summed up in four ways; a mean without cells is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aggregates {
    /// All cells from the start of support on, weighted by group size.
    pub simple: Option<Aggregate>,
    /// The mean effect on each group over its periods.
    pub group: Vec<Aggregate>,
    /// The mean over groups, weighted by size.
    pub group_overall: Option<Aggregate>,
    /// By periods since the start: below zero before support.
    pub dynamic: Vec<Aggregate>,
    /// The mean over event times from zero on.
    pub dynamic_overall: Option<Aggregate>,
    /// By calendar period, over groups already supported.
    pub calendar: Vec<Aggregate>,
    /// The mean over calendar periods.
    pub calendar_overall: Option<Aggregate>,
}

struct Sum {
    att: f64,
    influence: Vec<f64>,
}

impl Sum {
    fn at(&self, at: f64) -> Aggregate {
        Aggregate { at, att: self.att, se: standard_error(&self.influence) }
    }
}

pub(super) fn aggregates(effects: &GroupTime) -> Aggregates {
    let cells = &effects.cells;
    let choose = |keep: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..cells.len()).filter(|c| keep(*c)).collect()
    };
    let after = |c: usize| cells[c].time >= cells[c].group;
    let simple = by_size(effects, &choose(&after)).map(|s| s.at(0.0));

    let mut groups: Vec<(f64, Sum)> = Vec::new();
    for (g, _) in &effects.groups {
        let members = choose(&|c| after(c) && cells[c].group == *g);
        if let Some(sum) = equally(effects, &members) {
            groups.push((*g, sum));
        }
    }
    let group_overall = {
        let sums: Vec<(f64, &Sum)> = groups.iter().map(|(g, s)| (*g, s)).collect();
        over_groups(effects, &sums).map(|s| s.at(0.0))
    };

    // Event time in periods of the panel's own clock.
    let mut events: Vec<f64> = cells.iter().map(|c| c.time - c.group).collect();
    events.sort_by(f64::total_cmp);
    events.dedup();
    let dynamic: Vec<(f64, Sum)> = events
        .into_iter()
        .filter_map(|e| {
            let members = choose(&|c| cells[c].time - cells[c].group == e);
            by_size(effects, &members).map(|s| (e, s))
        })
        .collect();
    let mut times: Vec<f64> = cells.iter().map(|c| c.time).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let calendar: Vec<(f64, Sum)> = times
        .into_iter()
        .filter_map(|t| {
            let members = choose(&|c| after(c) && cells[c].time == t);
            by_size(effects, &members).map(|s| (t, s))
        })
        .collect();
    let overall = |sums: &[(f64, Sum)], from: f64| {
        mean(sums.iter().filter(|(at, _)| *at >= from).map(|(_, s)| s)).map(|s| s.at(0.0))
    };
    let listed = |sums: &[(f64, Sum)]| sums.iter().map(|(at, s)| s.at(*at)).collect();
    Aggregates {
        simple,
        group: listed(&groups),
        group_overall,
        dynamic: listed(&dynamic),
        dynamic_overall: overall(&dynamic, 0.0),
        calendar: listed(&calendar),
        calendar_overall: overall(&calendar, f64::NEG_INFINITY),
    }
}

fn mean<'a>(sums: impl Iterator<Item = &'a Sum>) -> Option<Sum> {
    let sums: Vec<&Sum> = sums.collect();
    let first = sums.first()?;
    let n = sums.len() as f64;
    let mut influence = vec![0.0; first.influence.len()];
    for sum in &sums {
        influence.iter_mut().zip(&sum.influence).for_each(|(o, i)| *o += i / n);
    }
    Some(Sum { att: sums.iter().map(|s| s.att).sum::<f64>() / n, influence })
}

fn equally(effects: &GroupTime, members: &[usize]) -> Option<Sum> {
    let sums: Vec<Sum> = members
        .iter()
        .map(|c| Sum { att: effects.cells[*c].att, influence: effects.influence[*c].clone() })
        .collect();
    mean(sums.iter())
}

/// Cells weighted by the size of their group.
fn by_size(effects: &GroupTime, members: &[usize]) -> Option<Sum> {
    let parts: Vec<(f64, f64, &[f64])> = members
        .iter()
        .map(|c| {
            let cell = &effects.cells[*c];
            (cell.group, cell.att, effects.influence[*c].as_slice())
        })
        .collect();
    weighted(effects, &parts)
}

fn over_groups(effects: &GroupTime, sums: &[(f64, &Sum)]) -> Option<Sum> {
    let parts: Vec<(f64, f64, &[f64])> =
        sums.iter().map(|(g, s)| (*g, s.att, s.influence.as_slice())).collect();
    weighted(effects, &parts)
}

/// Σ p_g θ / Σ p_g, and its influence: that of the effects and that of the estimated shares p_g.
fn weighted(effects: &GroupTime, parts: &[(f64, f64, &[f64])]) -> Option<Sum> {
    let n = effects.units as f64;
    let share = |g: f64| {
        effects.groups.iter().find(|(start, _)| *start == g).map_or(0.0, |(_, m)| *m as f64 / n)
    };
    let total: f64 = parts.iter().map(|(g, ..)| share(*g)).sum();
    if parts.is_empty() || total <= 0.0 {
        return None;
    }
    let att = parts.iter().map(|(g, a, _)| share(*g) * a).sum::<f64>() / total;
    let mut influence = vec![0.0; effects.units];
    for (g, _, own) in parts {
        let w = share(*g) / total;
        influence.iter_mut().zip(*own).for_each(|(o, i)| *o += w * i);
    }
    // A unit of group g raises p_g: it moves the mean by (θ_g − mean) / Σp for each such cell.
    let mut pull: Vec<f64> = vec![0.0; effects.groups.len()];
    let mut constant = 0.0;
    for (g, a, _) in parts {
        let at = effects.groups.iter().position(|(start, _)| start == g)?;
        pull[at] += (a - att) / total;
        constant += share(*g) * (a - att) / total;
    }
    for (o, group) in influence.iter_mut().zip(&effects.group_of) {
        *o += group.map_or(0.0, |at| pull[at]) - constant;
    }
    Some(Sum { att, influence })
}
