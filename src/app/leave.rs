//! Whatever starts with an empty store asks first if messages would be lost by it.
//!
//! Nobody is asked about messages that can be had again: those of a capture, and the demo's.

use std::path::PathBuf;
use std::sync::Arc;

use super::workbench::Workbench;
use crate::engine::EngineCommand;
use crate::profile::model::Profile;
use crate::ui::panels::leave::{Leave, Question};
use crate::ui::place::Page;
use crate::view::latency::broker::BrokerLine;

/// What starts with an empty store.
#[derive(Clone)]
pub(super) enum Begin {
    /// A connection.
    Profile(Arc<Profile>),
    /// A capture.
    Capture(PathBuf),
    /// The demo network, and whether its tour is wanted.
    Demo {
        /// With the tour.
        tour: bool,
    },
}

/// What the user is asked about.
pub(super) struct Leaving {
    begin: Begin,
    pub(super) leave: Leave,
}

impl Workbench {
    /// Begins with something else, at once if no message is lost by it.
    pub(super) fn begin(&mut self, begin: Begin) {
        let kept = self.live.len() as u64;
        if kept == 0 || self.demo.is_some() || self.capture.is_some() {
            self.begin_now(begin);
            return;
        }
        let what = match &begin {
            Begin::Profile(profile) => format!("Connecting to {}", profile.name),
            Begin::Capture(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                format!("Opening {name}")
            }
            Begin::Demo { .. } => "The demo".to_owned(),
        };
        let from = self.profile.as_ref().map(|profile| profile.name.clone());
        // Names are what presenting hides.
        let (from, what) =
            if self.presenting { (None, "What comes next".to_owned()) } else { (from, what) };
        self.leaving = Some(Leaving { begin, leave: Leave::new(Question { kept, from, what }) });
    }

    /// Settles the question.
    pub(super) fn settle_leaving(&mut self, go: bool) {
        if let Some(leaving) = self.leaving.take()
            && go
        {
            self.begin_now(leaving.begin);
        }
    }

    fn begin_now(&mut self, begin: Begin) {
        match begin {
            Begin::Profile(profile) => {
                // What the demo showed goes; nobody would watch it any more.
                self.demo = None;
                self.connect(profile);
            }
            Begin::Capture(path) => {
                self.demo = None;
                self.note_search();
                self.profile = None;
                self.capture = path.file_name().map(|name| name.to_string_lossy().into_owned());
                self.start_failure = None;
                self.page = Page::Traffic;
                self.search.clear();
                self.models.broker = BrokerLine::default();
                self.engine.send(EngineCommand::OpenCapture(path));
            }
            Begin::Demo { tour } => {
                self.want_demo();
                self.tour_wanted |= tour;
            }
        }
    }
}
