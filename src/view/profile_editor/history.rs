//! Undo and redo over whole texts. Typing into one field is one step.

/// Steps kept; a profile is small.
const MAX_STEPS: usize = 200;
/// Bytes kept over all steps.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Former and undone texts.
#[derive(Clone, Default)]
pub struct History {
    past: Vec<Vec<u8>>,
    future: Vec<Vec<u8>>,
    /// The field being typed into.
    typing: Option<String>,
}

impl History {
    /// Remembers the text before a change. Changes with the same `typing` in a row are one step.
    pub fn before_change(&mut self, text: &[u8], typing: Option<&str>) {
        if typing.is_some() && self.typing.as_deref() == typing && self.future.is_empty() {
            return;
        }
        self.typing = typing.map(str::to_owned);
        self.future.clear();
        self.past.push(text.to_vec());
        while self.past.len() > MAX_STEPS
            || (self.past.len() > 1 && self.past.iter().map(Vec::len).sum::<usize>() > MAX_BYTES)
        {
            self.past.remove(0);
        }
    }

    /// The text before the last step; `now` can be had back by [`Self::redo`].
    pub fn undo(&mut self, now: &[u8]) -> Option<Vec<u8>> {
        self.typing = None;
        let text = self.past.pop()?;
        self.future.push(now.to_vec());
        Some(text)
    }

    /// The text before the last [`Self::undo`].
    pub fn redo(&mut self, now: &[u8]) -> Option<Vec<u8>> {
        self.typing = None;
        let text = self.future.pop()?;
        self.past.push(now.to_vec());
        Some(text)
    }

    /// Ends the step being typed.
    pub fn end_typing(&mut self) {
        self.typing = None;
    }

    /// True if there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// True if there is something to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_one_step_and_a_change_ends_redo() {
        let mut history = History::default();
        assert!(!history.can_undo() && history.undo(b"a").is_none());
        history.before_change(b"a", Some("HOST"));
        history.before_change(b"ab", Some("HOST"));
        history.before_change(b"abc", Some("PORT"));
        assert_eq!(history.undo(b"abcd").as_deref(), Some(&b"abc"[..]));
        assert_eq!(history.undo(b"abc").as_deref(), Some(&b"a"[..]));
        assert_eq!(history.redo(b"a").as_deref(), Some(&b"abc"[..]));
        assert!(history.can_redo());
        history.before_change(b"abc", None);
        assert!(!history.can_redo());
    }

    #[test]
    fn steps_are_bounded() {
        let mut history = History::default();
        for n in 0..500usize {
            history.before_change(&vec![0; n], None);
        }
        assert_eq!(history.past.len(), MAX_STEPS);
    }
}
