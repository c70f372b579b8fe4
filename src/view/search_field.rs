//! The search field: what is typed, what it means, what could be typed next.

use jiff::tz::TimeZone;

use crate::analysis::filter::{Completion, Filter, FilterError, complete};

/// See the module text.
#[derive(Default)]
pub struct SearchField {
    /// The text this was worked out for.
    text: String,
    valid: Filter,
    error: Option<FilterError>,
    /// What could stand at the cursor.
    completion: Completion,
    /// The one picked by keyboard.
    picked: Option<usize>,
    /// Text and cursor for which the user does not want to see any.
    dismissed: Option<(String, usize)>,
}

impl SearchField {
    /// Takes in what stands in the field. While that is no filter, the last one that was stays.
    pub fn update(&mut self, text: &str, zone: &TimeZone) {
        if text == self.text {
            return;
        }
        text.clone_into(&mut self.text);
        match Filter::parse(text, zone) {
            Ok(filter) => {
                self.valid = filter;
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// What messages are searched by.
    #[must_use]
    pub fn filter(&self) -> &Filter {
        &self.valid
    }

    /// Why what stands in the field is no filter.
    #[must_use]
    pub fn error(&self) -> Option<&FilterError> {
        self.error.as_ref()
    }

    /// The same in a sentence, with the position.
    #[must_use]
    pub fn error_text(&self) -> Option<String> {
        self.error.as_ref().map(|error| error.sentence(&self.text))
    }

    /// True if something is only missing yet at the end.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.span.end >= self.text.trim_end().len())
    }

    /// Looks for what could stand at `cursor`, in characters; `None` if the cursor is elsewhere.
    pub fn look(&mut self, text: &str, cursor: Option<usize>) {
        let Some(cursor) = cursor else {
            self.completion = Completion::default();
            self.picked = None;
            return;
        };
        let at = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
        if self.dismissed.as_ref().is_some_and(|(t, c)| t == text && *c == at) {
            self.completion = Completion::default();
        } else {
            self.dismissed = None;
            let found = complete(text, at);
            if found != self.completion {
                self.completion = found;
                self.picked = None;
            }
        }
    }

    /// What could stand there.
    #[must_use]
    pub fn completion(&self) -> &Completion {
        &self.completion
    }

    /// The one picked by keyboard.
    #[must_use]
    pub fn picked(&self) -> Option<usize> {
        self.picked
    }

    /// Picks the next or the one before; past the ends none.
    pub fn step(&mut self, down: bool) {
        let count = self.completion.suggestions.len();
        self.picked = match (self.picked, down) {
            (None, true) => Some(0),
            (None, false) => count.checked_sub(1),
            (Some(n), true) => Some(n + 1),
            (Some(n), false) => n.checked_sub(1),
        }
        .filter(|n| *n < count);
    }

    /// Closes the list until something else is typed.
    pub fn dismiss(&mut self, text: &str, cursor: usize) {
        let at = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
        self.dismissed = Some((text.to_owned(), at));
        self.completion = Completion::default();
        self.picked = None;
    }

    /// The text with a suggestion put in, and where the cursor goes, in characters.
    #[must_use]
    pub fn with_suggestion(&self, text: &str, index: usize) -> Option<(String, usize)> {
        let range = self.completion.range.clone();
        let suggestion = self.completion.suggestions.get(index)?;
        let (head, tail) = (text.get(..range.start)?, text.get(range.end..)?);
        let gap = if suggestion.text.ends_with('{') || tail.starts_with(' ') { "" } else { " " };
        let before = format!("{head}{}{gap}", suggestion.text);
        let cursor = before.chars().count();
        Some((before + tail, cursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invalid_text_keeps_the_last_filter() {
        let mut field = SearchField::default();
        field.update("type == Get", &TimeZone::UTC);
        assert!(field.error().is_none());
        field.update("type == Gex and retain", &TimeZone::UTC);
        assert_eq!(field.filter().source(), "type == Get");
        assert!(field.error_text().is_some_and(|text| text.starts_with("Position 9: ")));
        assert!(!field.is_unfinished());
        field.update("type ==", &TimeZone::UTC);
        assert!(field.is_unfinished());
        field.update("", &TimeZone::UTC);
        assert!(field.filter().is_empty() && field.error().is_none());
    }

    #[test]
    fn suggestions_are_picked_put_in_and_dismissed() {
        let mut field = SearchField::default();
        field.look("sta", Some(3));
        field.step(true);
        assert_eq!(field.picked(), Some(0));
        assert_eq!(field.with_suggestion("sta", 0), Some(("state ".to_owned(), 6)));
        field.step(true);
        assert_eq!(field.picked(), None);
        field.dismiss("sta", 3);
        field.look("sta", Some(3));
        assert!(field.completion().suggestions.is_empty());
        field.look("stat", Some(4));
        assert_eq!(field.completion().suggestions.len(), 1);
        field.look("ä == type", Some(0));
        field.look("not grade == o and dup", Some(14));
        let put = field.with_suggestion("not grade == o and dup", 0);
        assert_eq!(put, Some(("not grade == ok and dup".to_owned(), 15)));
        field.look("stat", None);
        assert!(field.completion().suggestions.is_empty());
    }
}
