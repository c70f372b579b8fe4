//! A running or finished test of a connection, stage by stage.

use crate::core::time::Timestamp;
use crate::mqtt::diagnose::report::{Outcome, Progress, Stage, StageReport};

/// One stage.
#[derive(Clone, PartialEq, Debug)]
pub enum StageState {
    /// Not reached yet.
    Waiting,
    /// Under way since then.
    Running(Timestamp),
    /// Over.
    Done(StageReport),
}

/// The test.
#[derive(Clone, PartialEq, Debug)]
pub struct Check {
    /// What is tested.
    pub name: String,
    /// The stages, in order.
    pub stages: Vec<(Stage, StageState)>,
    /// True until the end.
    pub running: bool,
}

impl Check {
    /// A test that has just begun.
    #[must_use]
    pub fn start(name: String) -> Self {
        let stages = Stage::ALL.into_iter().map(|stage| (stage, StageState::Waiting)).collect();
        Self { name, stages, running: true }
    }

    /// Takes in news of `now`.
    pub fn take(&mut self, progress: Progress, now: Timestamp) {
        let (stage, state) = match progress {
            Progress::Started(stage) => (stage, StageState::Running(now)),
            Progress::Finished(report) => (report.stage, StageState::Done(report)),
        };
        if let Some((_, slot)) = self.stages.iter_mut().find(|(known, _)| *known == stage) {
            *slot = state;
        }
    }

    /// The end.
    pub fn finish(&mut self) {
        self.running = false;
        for (_, state) in &mut self.stages {
            if matches!(state, StageState::Running(_)) {
                *state = StageState::Waiting;
            }
        }
    }

    /// The stage that failed.
    #[must_use]
    pub fn failed(&self) -> Option<&StageReport> {
        self.stages.iter().find_map(|(_, state)| match state {
            StageState::Done(report) if matches!(report.outcome, Outcome::Failed(_)) => {
                Some(report)
            }
            _ => None,
        })
    }

    /// The result in a few words.
    #[must_use]
    pub fn summary(&self) -> String {
        if self.running {
            return "Testing…".to_owned();
        }
        match self.failed() {
            Some(report) => format!("Failed at {}", report.stage.name()),
            None if self.stages.iter().all(|(_, s)| matches!(s, StageState::Done(_))) => {
                "The connection works".to_owned()
            }
            None => "Stopped".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::link::Cause;

    #[test]
    fn stages_come_in_and_the_first_failure_is_the_result() {
        let mut check = Check::start("a.env".to_owned());
        check.take(Progress::Started(Stage::Profile), Timestamp(0));
        assert_eq!(check.summary(), "Testing…");
        check.take(Progress::Finished(StageReport::skipped(Stage::Profile, "x")), Timestamp(0));
        let report = StageReport {
            outcome: Outcome::Failed(Cause::Refused),
            ..StageReport::skipped(Stage::Tcp, "refused")
        };
        check.take(Progress::Finished(report), Timestamp(0));
        check.take(Progress::Started(Stage::Tls), Timestamp(0));
        check.finish();
        assert_eq!(check.summary(), "Failed at tcp");
        assert_eq!(check.stages[3].1, StageState::Waiting);
    }
}
