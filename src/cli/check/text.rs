//! A stage as lines for people: a mark, its name, how long, how it ended; below a stage that
//! needs it what was seen and what to do.

use std::time::Duration;

use super::super::text::printable;
use crate::mqtt::diagnose::{Outcome, Stage, StageReport};

/// Takes the line of a stage under way back.
pub(super) const WIPE: &str = "\r\u{1b}[K";

/// The line of a stage under way.
pub(super) fn under_way(stage: Stage) -> String {
    format!("  … {}", stage.name())
}

/// A finished stage.
pub(super) fn lines(report: &StageReport) -> Vec<String> {
    let StageReport { stage, outcome, took, detail, advice, tls: _, seen } = report;
    let (mark, time) = match outcome {
        Outcome::Ok => ('✓', millis(*took)),
        Outcome::Failed(_) => ('✗', millis(*took)),
        Outcome::Skipped => ('–', String::new()),
    };
    let head = format!(
        "  {mark} {:<9} {:<7} {time:>10}  {}",
        stage.name(),
        outcome.name(),
        printable(detail)
    );
    let mut lines = vec![head];
    if let Outcome::Failed(cause) = outcome {
        lines.push(format!("      cause: {}", cause.code()));
        lines.extend(seen.iter().map(|seen| format!("      seen: {}", printable(seen))));
    }
    lines.extend(advice.iter().map(|advice| format!("      → {}", printable(advice))));
    lines
}

fn millis(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::link::Cause;

    #[test]
    fn columns_stand_below_each_other_and_nothing_moves_the_cursor() {
        let skipped = StageReport::skipped(Stage::Roundtrip, "Not tried.");
        let failed = StageReport {
            outcome: Outcome::Failed(Cause::Refused),
            took: Duration::from_micros(12_345),
            advice: vec!["Do\u{1b}[2J this.".to_owned()],
            seen: vec!["127.0.0.1:1: refused".to_owned()],
            ..StageReport::skipped(Stage::Tcp, "It failed.")
        };
        assert_eq!(
            lines(&failed),
            [
                "  ✗ tcp       failed     12.3 ms  It failed.",
                "      cause: refused",
                "      seen: 127.0.0.1:1: refused",
                "      → Do\u{fffd}[2J this.",
            ]
        );
        assert_eq!(lines(&skipped), ["  – roundtrip skipped             Not tried."]);
    }
}
