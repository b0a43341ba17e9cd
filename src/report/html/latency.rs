//! How long answers took: a distribution for each operation, drawn over one logarithmic axis.

use super::super::model::{Came, Report};
use super::method;
use crate::text::{count, visible};
use maud::{Markup, html};
use std::collections::HashMap;

/// Bars for each factor of ten.
const PER_DECADE: i32 = 10;
const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 64.0;
const FOOT: f64 = 18.0;

/// The shortest time that the axis shows, in milliseconds.
const SHORTEST: f64 = 0.001;

/// The times of an operation.
struct Times {
    sorted: Vec<f64>,
}

impl Times {
    fn of(mut times: Vec<f64>) -> Times {
        times.sort_by(f64::total_cmp);
        Times { sorted: times }
    }

    /// The time that so many of a hundred answers do not exceed.
    fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied().unwrap_or_default()
    }
}

/// The axis, in powers of ten.
#[derive(Clone, Copy)]
struct Axis {
    from: i32,
    to: i32,
}

impl Axis {
    fn of<'t>(all: impl Iterator<Item = &'t f64>) -> Option<Axis> {
        let (least, most) = all.fold(None, |range: Option<(f64, f64)>, time| {
            let (least, most) = range.unwrap_or((*time, *time));
            Some((least.min(*time), most.max(*time)))
        })?;
        let from = floor(least.max(SHORTEST).log10());
        Some(Axis { from, to: (floor(most.max(SHORTEST).log10()) + 1).max(from + 1) })
    }

    fn bars(self) -> usize {
        usize::try_from((self.to - self.from) * PER_DECADE).unwrap_or_default()
    }

    fn bar(self, time: f64) -> usize {
        let steps = (time.max(SHORTEST).log10() - f64::from(self.from)) * f64::from(PER_DECADE);
        usize::try_from(floor(steps)).unwrap_or_default().min(self.bars().saturating_sub(1))
    }

    fn x(self, time: f64) -> f64 {
        let share = (time.max(SHORTEST).log10() - f64::from(self.from)) / f64::from(self.to - self.from);
        (share * WIDTH).clamp(0.0, WIDTH)
    }
}

#[allow(clippy::cast_possible_truncation, reason = "a logarithm of a time is small")]
fn floor(value: f64) -> i32 {
    value.floor() as i32
}

#[allow(clippy::cast_precision_loss, reason = "a drawing needs no more digits")]
fn number(value: usize) -> f64 {
    value as f64
}

/// The section.
pub(super) fn section(report: &Report) -> Markup {
    let mut times: HashMap<&str, Vec<f64>> = HashMap::new();
    for case in &report.cases {
        if let Some(outcome) = case.outcome.as_ref().filter(|one| matches!(one.came, Came::Status(_))) {
            times.entry(&case.operation).or_default().push(outcome.observed.elapsed_ms);
        }
    }
    let Some(axis) = Axis::of(times.values().flatten()) else { return html! {} };
    let operations: Vec<_> = report
        .coverage
        .operations
        .iter()
        .filter_map(|one| Some((one, Times::of(times.remove(one.covered.operation.as_str())?))))
        .collect();
    html! {
        section #latency aria-labelledby="latency-title" {
            h2 #latency-title { "Latency" }
            p.soft { "From the first byte sent to the last byte read. The axis is logarithmic and the same for every operation." }
            div.plots {
                @for (operation, times) in &operations {
                    figure.plot {
                        figcaption {
                            (method(&operation.method)) " " strong { (visible(&operation.covered.operation)) }
                            span.soft { " " (count(times.sorted.len(), "answer", "answers")) }
                        }
                        (drawing(axis, times))
                        dl.numbers {
                            @for (name, class, time) in marks(times) {
                                div { dt class=(class) { (name) } dd { (duration(time)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn marks(times: &Times) -> [(&'static str, &'static str, f64); 3] {
    [
        ("median", "median", times.percentile(50)),
        ("95 %", "p95", times.percentile(95)),
        ("longest", "longest", times.percentile(100)),
    ]
}

fn drawing(axis: Axis, times: &Times) -> Markup {
    let mut bars = vec![0_usize; axis.bars()];
    for time in &times.sorted {
        bars[axis.bar(*time)] += 1;
    }
    let highest = number(bars.iter().copied().max().unwrap_or(1).max(1));
    let step = WIDTH / number(bars.len().max(1));
    let about = marks(times).map(|(name, _, time)| format!("{name} {}", duration(time))).join(", ");
    let label = format!("Distribution of latency: {about}");
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {}", HEIGHT + FOOT)) role="img" aria-label=(label) {
            line.axis x1="0" x2=(WIDTH) y1=(HEIGHT) y2=(HEIGHT) {}
            @for (index, many) in bars.iter().enumerate().filter(|(_, many)| **many > 0) {
                @let height = (number(*many) / highest * (HEIGHT - 4.0)).max(1.5);
                rect.bar x=(digits(number(index) * step + 0.5)) y=(digits(HEIGHT - height))
                    width=(digits((step - 1.0).max(0.5))) height=(digits(height)) {}
            }
            @for (_, class, time) in marks(times) {
                @let x = digits(axis.x(time));
                line class=(class) x1=(x) x2=(x) y1="0" y2=(HEIGHT) {}
            }
            @for power in axis.from..=axis.to {
                @let x = f64::from(power - axis.from) / f64::from(axis.to - axis.from) * WIDTH;
                @let anchor = if power == axis.from { "start" } else if power == axis.to { "end" } else { "middle" };
                line.axis x1=(digits(x)) x2=(digits(x)) y1=(HEIGHT) y2=(HEIGHT + 4.0) {}
                text x=(digits(x)) y=(HEIGHT + 15.0) text-anchor=(anchor) { (duration(10_f64.powi(power))) }
            }
        }
    }
}

fn digits(value: f64) -> String {
    format!("{value:.1}")
}

/// Milliseconds for people.
pub(super) fn duration(milliseconds: f64) -> String {
    let (value, unit) = match milliseconds {
        less if less < 1.0 => (less * 1e3, "µs"),
        less if less < 1e3 => (less, "ms"),
        more => (more / 1e3, "s"),
    };
    let decimals = usize::from(value < 10.0 && value.fract() > 0.0);
    format!("{value:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_seen() {
        let times = Times::of((1..=200_i32).rev().map(f64::from).collect());
        assert_eq!(
            [50, 95, 100].map(|percent| duration(times.percentile(percent))),
            ["100 ms", "190 ms", "200 ms"]
        );
        assert_eq!(duration(Times::of(vec![3.0]).percentile(50)), "3 ms");
    }

    #[test]
    fn every_time_has_a_bar_on_the_axis() {
        let times = [0.0, 0.02, 1.0, 10.0, 999.0, 60_000.0];
        let axis = Axis::of(times.iter()).unwrap();
        assert_eq!((axis.from, axis.to), (-3, 5));
        assert!(times.iter().all(|time| axis.bar(*time) < axis.bars() && axis.x(*time) <= WIDTH));
        assert!(Axis::of([].iter()).is_none());
    }

    #[test]
    fn durations_have_the_unit_that_people_expect() {
        assert_eq!([0.25, 1.0, 12.34, 1500.0].map(duration), ["250 µs", "1 ms", "12 ms", "1.5 s"]);
    }
}
