//! `--filter`: which messages are printed.

use jiff::tz::TimeZone;

use super::CliError;
use super::out::Out;
use crate::analysis::filter::{Filter, Memo, help_text};
use crate::analysis::message::Message;

/// A filter with what it remembers.
#[derive(Default)]
pub(super) struct Wanted {
    filter: Filter,
    memo: Memo,
}

impl Wanted {
    /// Reads the argument; `help` prints the help and ends.
    ///
    /// # Errors
    /// The filter makes no sense: says where.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, CliError> {
        let text = text.unwrap_or_default();
        if text.trim() == "help" {
            let mut out = Out::new();
            out.line(help_text().trim_end().as_bytes())?;
            out.flush()?;
            // The help was asked for and given: nothing is left to be done.
            return Err(CliError::Done);
        }
        match Filter::parse(text, &TimeZone::system()) {
            Ok(filter) => Ok(Self { filter, memo: Memo::default() }),
            Err(error) => {
                let what = error.with_caret(text);
                Err(CliError::Usage(format!(
                    "--filter: {what}\n  --filter help lists what there is"
                )))
            }
        }
    }

    /// True if the message is to be printed.
    pub(super) fn accepts(&mut self, msg: Message<'_>) -> bool {
        self.filter.accepts_with(&mut self.memo, msg.row, msg.snapshot)
    }

    /// True if what comes later decides about messages.
    pub(super) fn needs_later(&self) -> bool {
        self.filter.is_settled_later()
    }

    /// To be called when another life of the store begins.
    pub(super) fn forget(&mut self) {
        self.memo = Memo::default();
    }
}
