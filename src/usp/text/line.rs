//! A line of limited length.

use crate::usp::escape::push_escaped;

/// Collects text up to a number of characters; what is too much becomes "…".
pub(crate) struct Line {
    out: String,
    left: usize,
}

impl Line {
    pub(crate) fn new(limit: usize) -> Self {
        Self { out: String::new(), left: limit }
    }

    /// True if nothing more fits.
    pub(crate) fn is_full(&self) -> bool {
        self.left == 0
    }

    /// True if nothing was added.
    pub(crate) fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// Adds words of our own.
    pub(crate) fn push(&mut self, text: &str) {
        self.text(text);
    }

    /// Adds text from the network, escaped.
    pub(crate) fn text(&mut self, text: &str) {
        for c in text.chars() {
            if self.left == 0 {
                return;
            }
            let before = self.out.len();
            push_escaped(&mut self.out, c);
            let taken = self.out.get(before..).map_or(1, |piece| piece.chars().count());
            // The last place is for the mark that something is missing.
            if taken >= self.left {
                self.out.truncate(before);
                self.out.push('…');
                self.left = 0;
                return;
            }
            self.left -= taken;
        }
    }

    /// Adds a value in quotes, shortened so that the rest of the line keeps room.
    pub(crate) fn quoted(&mut self, text: &str) {
        const LONGEST: usize = 80;
        self.text("\"");
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => {
                self.text(text.get(..end).unwrap_or(text));
                self.text("…");
            }
            None => self.text(text),
        }
        self.text("\"");
    }

    /// Parts from what stands there already.
    pub(crate) fn separate(&mut self) {
        if !self.out.is_empty() {
            self.text(", ");
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}
