//! Keys that move through a list.

use egui::{Key, Modifiers, Ui};

/// A move through a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Nav {
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// To the first row.
    Home,
    /// To the last row.
    End,
    /// Close, or to the row above in the hierarchy.
    Left,
    /// Open, or to the first row below in the hierarchy.
    Right,
    /// Pick.
    Enter,
}

impl Nav {
    /// The row it leads to from `row` in a list of `len` rows of which `page` are visible.
    #[must_use]
    pub fn apply(self, row: Option<usize>, len: usize, page: usize) -> Option<usize> {
        let last = len.checked_sub(1)?;
        let page = page.saturating_sub(1).max(1);
        Some(match (self, row) {
            (Self::Home, _) => 0,
            (Self::End, _) => last,
            (Self::Up | Self::PageUp, None) => last,
            (_, None) => 0,
            (Self::Up, Some(row)) => row.saturating_sub(1),
            (Self::Down, Some(row)) => (row + 1).min(last),
            (Self::PageUp, Some(row)) => row.saturating_sub(page),
            (Self::PageDown, Some(row)) => (row + page).min(last),
            (Self::Left | Self::Right | Self::Enter, Some(row)) => row.min(last),
        })
    }
}

const KEYS: [(Key, Nav); 9] = [
    (Key::ArrowUp, Nav::Up),
    (Key::ArrowDown, Nav::Down),
    (Key::PageUp, Nav::PageUp),
    (Key::PageDown, Nav::PageDown),
    (Key::Home, Nav::Home),
    (Key::End, Nav::End),
    (Key::ArrowLeft, Nav::Left),
    (Key::ArrowRight, Nav::Right),
    (Key::Enter, Nav::Enter),
];

/// True if such a key was pressed with Shift in this frame; ask before it is taken out.
#[must_use]
pub fn with_shift(ui: &Ui) -> bool {
    ui.input(|input| {
        input.events.iter().any(|event| match event {
            egui::Event::Key { key, pressed: true, modifiers, .. } => {
                modifiers.shift && KEYS.iter().any(|(nav, _)| nav == key)
            }
            _ => false,
        })
    })
}

/// The first such key pressed in this frame, taken out of the input.
#[must_use]
pub fn take(ui: &Ui) -> Option<Nav> {
    ui.input_mut(|input| {
        KEYS.into_iter()
            .find(|(key, _)| input.consume_key(Modifiers::NONE, *key))
            .map(|(_, nav)| nav)
    })
}

/// The same, if nothing has the keyboard: for the one list of a page.
#[must_use]
pub fn take_if_free(ui: &Ui) -> Option<Nav> {
    let free = ui.memory(|memory| memory.focused().is_none());
    // Keys belong to what is open above the page.
    let covered = ui.memory(|memory| memory.top_modal_layer().is_some());
    if free && !covered && !egui::Popup::is_any_open(ui.ctx()) { take(ui) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_stay_in_the_list() {
        assert_eq!(Nav::Down.apply(None, 0, 10), None);
        assert_eq!(Nav::Down.apply(None, 5, 10), Some(0));
        assert_eq!(Nav::Up.apply(None, 5, 10), Some(4));
        assert_eq!(Nav::Up.apply(Some(0), 5, 10), Some(0));
        assert_eq!(Nav::PageDown.apply(Some(1), 50, 10), Some(10));
        assert_eq!(Nav::PageDown.apply(Some(45), 50, 10), Some(49));
        assert_eq!(Nav::End.apply(Some(1), 50, 10), Some(49));
        assert_eq!(Nav::Left.apply(Some(9), 5, 10), Some(4));
    }
}
