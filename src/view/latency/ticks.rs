//! Where grid lines of a latency plot are, and what stands beside them.

use super::heat::Scale;
use crate::core::time::Timestamp;
use crate::view::format::Clockface;

const SECOND: i64 = 1_000_000_000;

/// Steps between times of day, seconds.
const STEPS: [i64; 18] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800,
];

/// Least distance between two of them, points.
const APART: f32 = 92.0;

/// A time of day as short as the step between two of them allows; nanoseconds in.
#[must_use]
pub fn time_label(clockface: &Clockface, at: Timestamp, step: i64, span: i64) -> String {
    if span > 86_400 * SECOND {
        return clockface.date_time_micros(at).get(5..16).unwrap_or_default().to_owned();
    }
    let text = clockface.time(at);
    if step < 60 * SECOND { text } else { text.get(..5).unwrap_or_default().to_owned() }
}

/// Seconds between two times of day over a plot `width` points wide.
#[must_use]
pub fn step_secs(span_nanos: i64, width: f32) -> i64 {
    let labels = f64::from((width / APART).max(1.0));
    let least = span_nanos as f64 / SECOND as f64 / labels;
    STEPS.into_iter().find(|step| *step as f64 >= least).unwrap_or(least as i64 + 1)
}

/// Response times with lines, nanoseconds, and the labels of those that have one.
#[must_use]
pub fn levels(scale: Scale, height: f32) -> Vec<(i64, Option<String>)> {
    let (low, high) = scale.y;
    let mut levels = Vec::new();
    if scale.log {
        let per_decade = f64::from(height) / (high - low).max(0.1);
        for decade in low as i32..=high as i32 {
            let ms = 10f64.powi(decade);
            levels.push((ms, true));
            // Room for a label of their own only where there are few decades.
            levels.extend([2.0, 5.0].map(|part| (ms * part, per_decade > 75.0)));
        }
        let end = 10f64.powf(high) * 1.001;
        levels.retain(|level| level.0 <= end);
    } else {
        let rough = high / f64::from((height / 42.0).max(1.0));
        let decade = 10f64.powf(rough.max(1e-6).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * decade);
        let step = steps.into_iter().find(|step| *step >= rough).unwrap_or(rough);
        levels.extend((0..=(high / step) as u32).map(|n| (f64::from(n) * step, true)));
    }
    let label = |ms: f64, has: bool| has.then(|| short(ms));
    levels.into_iter().map(|(ms, has)| ((ms * 1e6) as i64, label(ms, has))).collect()
}

/// `0.1 ms`, `20 ms`, `1.5 s`.
fn short(ms: f64) -> String {
    let (value, unit) = if ms >= 999.5 { (ms / 1000.0, "s") } else { (ms, "ms") };
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round_and_few() {
        let labels = |log, y, height| -> Vec<String> {
            levels(Scale { log, y }, height).into_iter().filter_map(|level| level.1).collect()
        };
        assert_eq!(labels(true, (0.0, 3.0), 200.0), ["1 ms", "10 ms", "100 ms", "1 s"]);
        assert_eq!(labels(true, (1.0, 2.0), 200.0), ["10 ms", "20 ms", "50 ms", "100 ms"]);
        assert_eq!(labels(false, (0.0, 300.0), 130.0), ["0 ms", "100 ms", "200 ms", "300 ms"]);
        assert_eq!(labels(false, (0.0, 3000.0), 130.0), ["0 ms", "1 s", "2 s", "3 s"]);
        assert_eq!(step_secs(300 * SECOND, 900.0), 60);
        assert_eq!(step_secs(60 * SECOND, 900.0), 10);
    }
}
