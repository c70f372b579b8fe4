//! Showing the network to others: presenting, and the guided tour.

use egui::Context;

use super::workbench::Workbench;
use crate::engine::EngineCommand;
use crate::ui::command::{TourMove, UiCommand};
use crate::ui::panels::lower::DeviceTab;
use crate::ui::place::Page;
use crate::ui::traffic_command::TrafficCommand;
use crate::view::state::Selection;
use crate::view::tour::{self, Step};

/// How much larger everything is while presenting.
const LARGER: f32 = 1.3;

/// Messages the demo has to show before the tour begins.
const ENOUGH: usize = 200;

impl Workbench {
    /// True while the network is shown to others.
    #[must_use]
    pub fn is_presenting(&self) -> bool {
        self.presenting
    }

    pub(super) fn present(&mut self, ctx: &Context, on: bool) {
        if self.presenting == on {
            return;
        }
        self.presenting = on;
        self.overlays.log = false;
        // What was picked means nobody in the other life of the store.
        self.search.clear();
        if on && !self.page.is_live() {
            self.page = Page::Traffic;
        }
        ctx.set_zoom_factor(self.prefs.zoom * if on { LARGER } else { 1.0 });
        self.engine.send(EngineCommand::Veil(on));
    }

    /// Begins the tour that was asked for once there is something to show.
    pub(super) fn poll_tour(&mut self) {
        if self.tour_wanted && self.live.len() >= ENOUGH {
            self.tour_wanted = false;
            self.move_tour(TourMove::Begin);
        }
    }

    pub(super) fn move_tour(&mut self, step: TourMove) {
        let next = match step {
            TourMove::Begin => Some(Step::Traffic),
            TourMove::End => None,
            TourMove::Next => self.tour.and_then(|step| step.neighbour(false)),
            TourMove::Back => self.tour.and_then(|step| step.neighbour(true)),
        };
        self.tour = next;
        if let Some(step) = next {
            self.stage(step);
        }
    }

    /// Makes the view what a step tells of.
    fn stage(&mut self, step: Step) {
        self.selection = Selection::default();
        self.models.inspected = None;
        self.search.clear();
        self.page = match step {
            Step::Traffic | Step::Exchange => Page::Traffic,
            Step::Fleet | Step::Device => Page::Devices,
            Step::Unanswered => Page::Exchanges,
            Step::Latency => Page::Latency,
            Step::Problems => Page::Problems,
            Step::Broker => Page::Broker,
        };
        match step {
            Step::Traffic => self.models.messages.set_follow(true),
            Step::Exchange => {
                let example = tour::example(&self.shown);
                self.pick_message(example);
                self.go_to = example;
            }
            Step::Device => {
                self.selection.device = tour::worst(&self.shown);
                self.panels.device = DeviceTab::Ladder;
            }
            Step::Unanswered => {
                self.models.exchanges.set_show(crate::view::exchanges::Show::Unanswered)
            }
            Step::Fleet | Step::Latency | Step::Problems | Step::Broker => {}
        }
    }

    /// What a command is worth while presenting: `None` if it would show names.
    pub(super) fn fit_to_present(&self, command: UiCommand) -> Option<UiCommand> {
        let named = matches!(
            command,
            UiCommand::Show(Page::Profiles | Page::Start)
                | UiCommand::GoHome
                | UiCommand::ToggleLog
                | UiCommand::Profile(_)
                | UiCommand::ChooseProfile
                | UiCommand::Traffic(TrafficCommand::AskExport)
        );
        (!self.presenting || !named).then_some(command)
    }
}
