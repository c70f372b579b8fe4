//! The log behind the notices: what happened, when, how often; bounded.

use std::collections::VecDeque;

use super::connection::Tone;
use super::format::Clockface;
use crate::core::time::Timestamp;

/// Entries kept.
const KEPT: usize = 500;

/// One event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When, the last time.
    pub at: Timestamp,
    /// How often in a row.
    pub times: u32,
    /// How it looks.
    pub tone: Tone,
    /// What happened.
    pub text: String,
    /// What to do.
    pub advice: Option<String>,
}

/// See the module text.
#[derive(Default)]
pub struct Journal {
    entries: VecDeque<Entry>,
    /// Entries that made room for newer ones.
    gone: u64,
}

impl Journal {
    /// Writes an event down.
    pub fn note(&mut self, at: Timestamp, tone: Tone, text: &str, advice: Option<&str>) {
        if let Some(last) = self.entries.back_mut()
            && last.text == text
        {
            last.at = at;
            last.times = last.times.saturating_add(1);
            return;
        }
        if self.entries.len() == KEPT {
            self.entries.pop_front();
            self.gone += 1;
        }
        self.entries.push_back(Entry {
            at,
            times: 1,
            tone,
            text: text.to_owned(),
            advice: advice.map(str::to_owned),
        });
    }

    /// The events, the newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().rev()
    }

    /// Number of events kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if nothing happened yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Events no longer kept.
    #[must_use]
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// All of it as text, the oldest first.
    #[must_use]
    pub fn text(&self, clockface: &Clockface) -> String {
        let mut out = String::new();
        for entry in &self.entries {
            out.push_str(&clockface.date_time_micros(entry.at));
            out.push_str("  ");
            out.push_str(&entry.text);
            if entry.times > 1 {
                out.push_str(&format!(" ({} times)", entry.times));
            }
            if let Some(advice) = &entry.advice {
                out.push_str("  ");
                out.push_str(advice);
            }
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_counted_and_the_oldest_go() {
        let mut journal = Journal::default();
        journal.note(Timestamp(1), Tone::Good, "a", None);
        journal.note(Timestamp(2), Tone::Good, "a", None);
        let entry = journal.newest().next().expect("one");
        assert_eq!((journal.len(), entry.times, entry.at), (1, 2, Timestamp(2)));
        for n in 0..KEPT + 9 {
            journal.note(Timestamp(3), Tone::Bad, &n.to_string(), Some("do"));
        }
        assert_eq!((journal.len(), journal.gone()), (KEPT, 10));
        let text = journal.text(&Clockface::utc());
        assert_eq!(text.lines().count(), KEPT);
        assert!(text.lines().next().is_some_and(|line| line.ends_with("  9  do")), "{text}");
    }
}
