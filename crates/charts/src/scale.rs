//! From values to places, and where the ticks go.

/// A straight scale from a domain to a range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
}

impl Scale {
    pub(crate) fn new(domain: (f64, f64), range: (f64, f64)) -> Self {
        let domain = if (domain.1 - domain.0).abs() < 1e-12 {
            (domain.0 - 0.5, domain.1 + 0.5)
        } else {
            domain
        };
        Self { domain, range }
    }

    /// Where a value lies; values outside the domain stay on its edge.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value - self.domain.0) / (self.domain.1 - self.domain.0);
        self.range.0 + share.clamp(0.0, 1.0) * (self.range.1 - self.range.0)
    }
}

/// Round steps that cover the values: 1, 2, 2.5 or 5 times a power of ten, about `wanted` of
/// them. Returns the domain they span and the ticks.
pub(crate) fn nice(low: f64, high: f64, wanted: usize) -> ((f64, f64), Vec<f64>) {
    let (low, high) = if high - low < 1e-9 { (low - 1.0, high + 1.0) } else { (low, high) };
    let rough = (high - low) / wanted.max(2) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= rough - 1e-12)
        .unwrap_or(10.0 * power);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let count = (last - first).round().min(50.0) as usize;
    let ticks = (0..=count).map(|i| (first + i as f64) * step).collect();
    ((first * step, last * step), ticks)
}

/// The span of the values, with a little air; percentages never leave 0–100.
pub(crate) fn span(values: impl Iterator<Item = f64>, percent: bool) -> (f64, f64) {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return (0.0, if percent { 100.0 } else { 1.0 });
    }
    // A percentage outside 0 to 100 is somebody's slip; show it rather than hide it.
    let percent = percent && low >= 0.0 && high <= 100.0;
    let air = ((high - low) * 0.08).max(if percent { 4.0 } else { 0.0 });
    let (low, high) = (low - air, high + air);
    if percent { (low.max(0.0), high.min(100.0)) } else { (low, high) }
}

/// Moves labels apart that would overlap, as little as possible, within limits; the order is kept.
pub(crate) fn spread_apart(places: &mut [f64], gap: f64, (low, high): (f64, f64)) {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]));
    for _ in 0..60 {
        let mut moved = false;
        for pair in order.windows(2) {
            let apart = places[pair[1]] - places[pair[0]];
            if apart < gap - 1e-9 {
                let push = (gap - apart) / 2.0;
                places[pair[0]] -= push;
                places[pair[1]] += push;
                moved = true;
            }
        }
        for place in places.iter_mut() {
            *place = place.clamp(low, high);
        }
        if !moved {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_cover() {
        let (domain, ticks) = nice(43.0, 78.0, 5);
        assert_eq!(domain, (40.0, 80.0));
        assert_eq!(ticks, [40.0, 50.0, 60.0, 70.0, 80.0]);
        let (domain, _) = nice(0.0, 0.0, 4);
        assert!(domain.0 < 0.0 && domain.1 > 0.0);
    }

    #[test]
    fn labels_move_apart_and_stay_inside() {
        let mut places = [10.0, 11.0, 12.0, 90.0];
        spread_apart(&mut places, 14.0, (5.0, 100.0));
        assert!(places[1] - places[0] > 13.0 && places[2] - places[1] > 13.0, "{places:?}");
        assert!(places.iter().all(|p| (5.0..=100.0).contains(p)));
    }
}
