//! The models' word on an edit, before it is saved: does every claimed reader get the value from
//! the whole file, and does any other variable change?

use std::collections::BTreeSet;
use std::fmt;

use crate::profile::dialect::{self, Reader, ReaderSet, Reading};

/// How many changed variables are listed per reader.
const MAX_DISTURBED: usize = 16;

/// What the models say about an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The claimed readers that get the value from the new file.
    pub readers: ReaderSet,
    /// The claimed readers that do not, or of which nobody can tell.
    pub refuted: ReaderSet,
    /// Other variables that a reader now reads otherwise, among them those that refer to the
    /// edited one.
    pub disturbed: Vec<Disturbed>,
}

/// A side effect of an edit.
#[derive(Clone, PartialEq, Eq)]
pub enum Disturbed {
    /// The reader now takes nothing from the file.
    File {
        /// The reader.
        reader: Reader,
        /// Its complaint.
        rejected: dialect::Rejected,
    },
    /// The reader reads another variable otherwise than before.
    Variable {
        /// The reader.
        reader: Reader,
        /// The variable's name.
        key: String,
    },
}

impl fmt::Debug for Disturbed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { reader, rejected } => write!(f, "{}: {rejected}", reader.name()),
            Self::Variable { reader, key } => write!(f, "{}: {key}", reader.name()),
        }
    }
}

/// Reads the file `before` and `after` an edit that gave `key` the value `value`, with all
/// models. Of the `claimed` readers only those remain whose model reads exactly the value.
#[must_use]
pub fn verify(
    before: &[u8],
    after: &[u8],
    key: &str,
    value: &[u8],
    claimed: ReaderSet,
) -> Verified {
    let mut readers = ReaderSet::EMPTY;
    let mut disturbed = Vec::new();
    for reader in Reader::ALL {
        let old = dialect::read(reader, before);
        let new = match dialect::read(reader, after) {
            Ok(new) => new,
            Err(rejected) => {
                if old.is_ok() {
                    disturbed.push(Disturbed::File { reader, rejected });
                }
                continue;
            }
        };
        if claimed.contains(reader) && new.reading(key) == Reading::Value(value) {
            readers.insert(reader);
        }
        let Ok(old) = old else { continue };
        let keys: BTreeSet<&str> = old.keys_unsorted().chain(new.keys_unsorted()).collect();
        disturbed.extend(
            keys.into_iter()
                .filter(|other| *other != key && old.reading(other) != new.reading(other))
                .take(MAX_DISTURBED)
                .map(|other| Disturbed::Variable { reader, key: other.to_owned() }),
        );
    }
    Verified { readers, refuted: claimed.without(readers), disturbed }
}
