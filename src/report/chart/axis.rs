//! Where ticks stand.

/// A linear axis from zero to a round value.
pub(super) struct Linear {
    /// The last tick.
    pub end: f64,
    /// Between ticks.
    pub step: f64,
}

impl Linear {
    /// An axis that holds values up to `highest`, with about `ticks` ticks. One that holds nothing has a
    /// single tick, at zero.
    pub(super) fn up_to(highest: f64, ticks: f64) -> Self {
        if highest <= 0.0 || !highest.is_finite() {
            return Self { end: 0.0, step: 1.0 };
        }
        let rough = highest / ticks;
        let power = libm::pow(10.0, libm::log10(rough).floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|s| *s >= rough * 0.999);
        let step = step.unwrap_or(10.0 * power);
        Self { end: (highest / step - 1e-9).ceil() * step, step }
    }

    /// The ticks, zero first.
    pub(super) fn ticks(&self) -> Vec<f64> {
        (0..=(self.end / self.step).round() as u32).map(|i| f64::from(i) * self.step).collect()
    }

    /// The share of the axis at which a value stands.
    pub(super) fn share(&self, value: f64) -> f64 {
        if self.end > 0.0 { value / self.end } else { 0.0 }
    }

    /// A tick's label.
    pub(super) fn label(&self, tick: f64) -> String {
        if tick == 0.0 {
            return "0".into();
        }
        let decimals = (-libm::log10(self.step).floor()).max(0.0) as usize;
        let whole = tick >= 1000.0 && decimals == 0;
        if whole { crate::lang::format::integer(tick as u64) } else { format!("{tick:.decimals$}") }
    }
}

/// A logarithmic axis between two positive values.
pub(super) struct Logarithmic {
    from: f64,
    until: f64,
}

impl Logarithmic {
    /// An axis that holds values between two, at least a decade long, from and to 1, 2 or 5 of a decade.
    pub(super) fn between(lowest: f64, highest: f64) -> Self {
        let from = round(lowest.max(1e-6), false);
        let until = round(highest.max(from), true);
        Self { from, until: if until < from * 10.0 { from * 10.0 } else { until } }
    }

    /// The ticks: decades, and 2 and 5 of each where there are few.
    pub(super) fn ticks(&self) -> Vec<f64> {
        let decades = libm::log10(self.until / self.from);
        let steps: &[f64] = if decades <= 3.01 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let first = libm::log10(self.from).floor() as i32;
        let last = libm::log10(self.until).ceil() as i32;
        let all = (first..=last).flat_map(|p| steps.iter().map(move |s| s * 10f64.powi(p)));
        all.filter(|t| *t >= self.from * 0.999 && *t <= self.until * 1.001).collect()
    }

    /// The share of the axis at which a value stands; values outside stand at its ends.
    pub(super) fn share(&self, value: f64) -> f64 {
        (libm::log(value.max(self.from) / self.from) / libm::log(self.until / self.from)).clamp(0.0, 1.0)
    }
}

/// The next 1, 2 or 5 of a decade above or below.
fn round(value: f64, up: bool) -> f64 {
    let power = libm::pow(10.0, libm::log10(value).floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|s| s * power);
    let found = if up {
        steps.into_iter().find(|s| *s >= value * 0.999)
    } else {
        steps.into_iter().rev().find(|s| *s <= value * 1.001)
    };
    found.unwrap_or(value)
}

/// Moves labels apart, so that each has `room`; they keep their order and stay between two bounds as long
/// as there is room for all.
pub(super) fn spread(places: &[f64], room: f64, (top, bottom): (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.sort_by(|a, b| places[*a].total_cmp(&places[*b]).then(a.cmp(b)));
    let mut moved = places.to_vec();
    let mut floor = top;
    for i in &order {
        moved[*i] = moved[*i].max(floor);
        floor = moved[*i] + room;
    }
    let mut ceiling = bottom;
    for i in order.iter().rev() {
        moved[*i] = moved[*i].min(ceiling);
        ceiling = moved[*i] - room;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linear_ticks_are_round_and_hold_the_highest_value() {
        let axis = Linear::up_to(4.87, 5.0);
        assert_eq!(axis.ticks(), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(Linear::up_to(612.0, 4.0).end, 800.0);
        assert_eq!(Linear::up_to(0.0, 4.0).ticks(), [0.0]);
        assert_eq!(Linear::up_to(0.3, 3.0).label(0.2), "0.2");
    }

    #[test]
    fn logarithmic_ticks_are_within_the_axis() {
        let axis = Logarithmic::between(0.06, 7.7);
        assert_eq!(axis.ticks().len(), 8);
        assert_eq!(axis.share(0.0), 0.0);
        assert_eq!(axis.share(10.0), 1.0);
    }

    #[test]
    fn labels_do_not_overlap() {
        let moved = spread(&[10.0, 12.0, 11.0, 99.0], 10.0, (0.0, 100.0));
        assert_eq!(moved, [10.0, 30.0, 20.0, 99.0]);
        assert_eq!(spread(&[100.0, 100.0], 10.0, (0.0, 100.0)), [90.0, 100.0]);
    }
}
