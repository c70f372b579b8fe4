//! Somebody else changed the file while it is open: keep ours, take theirs, or put our changes
//! onto theirs.

use super::Editor;
use crate::profile::dialect::Weights;
use crate::profile::document::{Document, Removal};
use crate::profile::edit;

/// What the user may choose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// Our text replaces theirs at the next save.
    KeepMine,
    /// Our changes are dropped.
    TakeTheirs,
    /// Our changes are made again on their text.
    Merge,
}

impl Editor {
    /// Says what the file holds now; `None` if it is gone. True if the user has to choose.
    pub fn noticed_outside(&mut self, now: Option<Vec<u8>>) -> bool {
        self.gone &= now.is_none();
        if now.as_deref() == Some(self.base.bytes()) {
            self.outside = None;
            return false;
        }
        if now.is_none() && self.gone {
            // Known and settled.
            return false;
        }
        if let Some(theirs) = &now
            && (self.base == self.document || theirs.as_slice() == self.document.bytes())
        {
            // Nothing of ours is lost.
            self.base = Document::new(theirs.clone());
            self.document = self.base.clone();
            self.history = super::History::default();
            self.outside = None;
            self.text_replaced();
            return false;
        }
        self.outside = Some(now);
        true
    }

    /// What the file holds now, while the user has to choose; `None` inside: it is gone.
    #[must_use]
    pub fn outside(&self) -> Option<Option<&[u8]>> {
        self.outside.as_ref().map(Option::as_deref)
    }

    /// Settles it. Gives the names whose values could not be merged; theirs stand there.
    pub fn settle_outside(&mut self, choice: Choice) -> Vec<String> {
        let Some(now) = self.outside.take() else { return Vec::new() };
        let Some(theirs) = now.map(Document::new) else {
            // What is in the editor is all there is.
            self.gone = true;
            return Vec::new();
        };
        let mut left = Vec::new();
        let before = self.document.bytes().to_vec();
        match choice {
            Choice::KeepMine => {}
            Choice::TakeTheirs => self.document = theirs.clone(),
            Choice::Merge => {
                let (merged, not_merged) = merge(&self.base, &self.document, &theirs);
                left = not_merged;
                if rest(&self.base) != rest(&self.document) {
                    left.push("changes of comments and line ends".to_owned());
                }
                self.document = merged;
            }
        }
        self.base = theirs;
        self.history.before_change(&before, None);
        self.text_replaced();
        left
    }
}

/// What of a file is no setting; line ends and marks included, line numbers not.
fn rest(document: &Document) -> Vec<&[u8]> {
    let bytes = document.bytes();
    let of = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default();
    let kept = |item: &crate::profile::document::Item| match item.parts() {
        Some(_) => of(item.content.end..item.span.end),
        None => of(item.span.clone()),
    };
    document.items().iter().map(kept).collect()
}

/// Makes the changes from `base` to `mine` again on `theirs`, setting by setting. A setting both
/// changed differently stays as theirs and is named.
fn merge(base: &Document, mine: &Document, theirs: &Document) -> (Document, Vec<String>) {
    let mut keys: Vec<&str> = Vec::new();
    for key in base.items().iter().chain(mine.items()).filter_map(|item| item.key()) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let text = |document: &Document, key: &str| {
        document.last(key).map(|item| document.value_text(item).to_vec())
    };
    let mut merged = theirs.clone();
    let mut left = Vec::new();
    for key in keys {
        let (old, ours, other) = (text(base, key), text(mine, key), text(theirs, key));
        if ours == old || ours == other {
            continue;
        }
        if other != old {
            left.push(key.to_owned());
            continue;
        }
        match ours {
            Some(spelled) => merged.set_text(key, &spelled),
            None => {
                merged.remove(key, Removal::CommentOut);
            }
        }
    }
    // A spelling that was right in our text may be wrong in theirs.
    for key in mine.items().iter().filter_map(|item| item.key()) {
        let wanted = value(mine, key);
        if text(&merged, key) == text(mine, key) && value(&merged, key) != wanted {
            let again = wanted
                .and_then(|value| edit::set(&mut merged, key, &value, &Weights::default()).ok());
            if again.is_none() && !left.iter().any(|known| known == key) {
                left.push(key.to_owned());
            }
        }
    }
    (merged, left)
}

fn value(document: &Document, key: &str) -> Option<String> {
    crate::profile::dotenv::read(document.bytes(), &|_| None).ok()?.get(key)?.value.clone()
}
