//! Where the user has been: places with the picks made there, for going back and forward.

use crate::ui::place::Page;
use crate::view::state::Selection;

/// Steps remembered.
const STEPS: usize = 100;

/// One place with its picks.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Visit {
    pub(super) page: Page,
    pub(super) selection: Selection,
    pub(super) search: String,
}

impl Visit {
    /// True if they differ in no more than what changes with every key: the message on view
    /// and the text of the search. Such a change is no step of its own.
    fn is_near(&self, other: &Self) -> bool {
        let place = |visit: &Self| (visit.page, Selection { message: None, ..visit.selection });
        place(self) == place(other)
            && self.selection.message.is_some() == other.selection.message.is_some()
    }
}

/// See the module text.
#[derive(Default)]
pub(super) struct History {
    steps: Vec<Visit>,
    /// Number of the step on view.
    at: usize,
}

impl History {
    /// Takes note of where the user is now.
    pub(super) fn note(&mut self, visit: Visit) {
        match self.steps.get_mut(self.at) {
            Some(current) if *current == visit => {}
            Some(current) if current.is_near(&visit) => *current = visit,
            _ => {
                self.steps.truncate(self.at + 1);
                self.steps.push(visit);
                if self.steps.len() > STEPS {
                    self.steps.remove(0);
                }
                self.at = self.steps.len() - 1;
            }
        }
    }

    /// Forgets the picks, whose numbers mean nothing any more; the place stays.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(super) fn can_go(&self, back: bool) -> bool {
        if back { self.at > 0 } else { self.at + 1 < self.steps.len() }
    }

    /// One step back or forward.
    pub(super) fn go(&mut self, back: bool) -> Option<&Visit> {
        let at = if back { self.at.checked_sub(1)? } else { self.at + 1 };
        let visit = self.steps.get(at)?;
        self.at = at;
        Some(visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::ids::{EndpointId, Seq};

    fn visit(page: Page, device: u32, message: u64) -> Visit {
        let selection = Selection {
            device: (device > 0).then_some(EndpointId(device)),
            message: (message > 0).then_some(Seq(message)),
            ..Selection::default()
        };
        Visit { page, selection, search: String::new() }
    }

    #[test]
    fn back_and_forward_go_through_places_and_picks() {
        let mut history = History::default();
        assert!(!history.can_go(true) && !history.can_go(false));
        history.note(visit(Page::Traffic, 0, 0));
        history.note(visit(Page::Traffic, 0, 0));
        history.note(visit(Page::Devices, 3, 0));
        // Stepping through messages is one step.
        for message in 1..50 {
            history.note(visit(Page::Devices, 3, message));
        }
        history.note(visit(Page::Problems, 3, 49));
        assert_eq!(history.go(true), Some(&visit(Page::Devices, 3, 49)));
        assert_eq!(history.go(true), Some(&visit(Page::Devices, 3, 0)));
        assert_eq!(history.go(true), Some(&visit(Page::Traffic, 0, 0)));
        assert_eq!(history.go(true), None);
        assert_eq!(history.go(false), Some(&visit(Page::Devices, 3, 0)));
        // Going elsewhere from here forgets what was ahead.
        history.note(visit(Page::Latency, 3, 0));
        assert!(!history.can_go(false));
        assert_eq!(history.go(true), Some(&visit(Page::Devices, 3, 0)));
    }

    #[test]
    fn it_stays_bounded() {
        let mut history = History::default();
        for device in 1..1000 {
            history.note(visit(Page::Devices, device, 0));
        }
        assert_eq!(history.steps.len(), STEPS);
        assert_eq!(history.go(true), Some(&visit(Page::Devices, 998, 0)));
    }
}
