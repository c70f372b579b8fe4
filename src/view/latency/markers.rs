//! Restarts of devices on the time axis: those of a picked device one by one, else how many there
//! were in each column.

use compact_str::CompactString;

use super::brush::Grid;
use super::scope::Scope;
use crate::analysis::Snapshot;
use crate::analysis::endpoints::Restart;
use crate::core::ids::Seq;
use crate::core::time::Timestamp;
use crate::view::format;

/// Marks of one device kept; a device that restarts more often on one screen is one dark line.
const MARKS: usize = 256;

/// A restart of the picked device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mark {
    /// When it was heard of.
    pub at: Timestamp,
    /// True if it booted; false if it only connected again.
    pub booted: bool,
    /// The Cause it gave.
    pub cause: CompactString,
    /// It had been told to.
    pub expected: bool,
    /// A message that shows it.
    pub message: Option<Seq>,
}

impl Mark {
    fn new(restart: &Restart) -> Self {
        let Restart { at, connect, boot, cause, expected, .. } = restart;
        Self {
            at: *at,
            booted: boot.is_some(),
            cause: cause.clone(),
            expected: *expected,
            message: boot.or(*connect),
        }
    }

    /// What happened.
    #[must_use]
    pub fn words(&self) -> String {
        let mut text = if self.booted { "Reboot".to_owned() } else { "Reconnect".to_owned() };
        if !self.cause.is_empty() {
            text.push_str(&format!(", Cause {}", format::one_line(&self.cause)));
        }
        if self.expected {
            text.push_str(", as commanded");
        } else if !self.booted {
            text.push_str(" without a Disconnect");
        }
        text
    }
}

/// Restarts in one column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Density {
    /// Devices that booted.
    pub reboots: u32,
    /// Devices that only connected again.
    pub reconnects: u32,
}

/// See the module text.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Markers {
    /// Of the picked device, oldest first.
    pub marks: Vec<Mark>,
    /// By column, if no device is picked and there was any.
    pub density: Vec<Density>,
    /// The largest number in a column.
    pub most: u32,
    /// All of them.
    pub total: Density,
}

impl Markers {
    /// Those of a scope on a plot.
    #[must_use]
    pub fn of(snapshot: &Snapshot, scope: Scope, grid: Grid) -> Self {
        let mut made = Self::default();
        for restart in snapshot.restarts().iter_from(0) {
            let on_view = grid.range.contains(restart.at)
                && scope.device.is_none_or(|picked| picked == restart.device)
                && scope.takes_topic(snapshot, restart.device, None);
            if !on_view {
                continue;
            }
            made.total.count(restart);
            if scope.device.is_some() {
                if made.marks.len() < MARKS {
                    made.marks.push(Mark::new(restart));
                }
                continue;
            }
            let column = restart.at.nanos_since(grid.range.from) / grid.width.max(1);
            let column = usize::try_from(column).unwrap_or(0);
            if made.density.len() <= column {
                made.density.resize(column + 1, Density::default());
            }
            if let Some(density) = made.density.get_mut(column) {
                density.count(restart);
                made.most = made.most.max(density.reboots + density.reconnects);
            }
        }
        made
    }
}

impl Density {
    fn count(&mut self, restart: &Restart) {
        if restart.boot.is_some() {
            self.reboots += 1;
        } else {
            self.reconnects += 1;
        }
    }

    /// `2 reboots, 1 reconnect`; empty for none.
    #[must_use]
    pub fn words(&self) -> String {
        let some = |n: u32, what: &str| {
            let plural = if n == 1 { "" } else { "s" };
            (n > 0).then(|| format!("{n} {what}{plural}"))
        };
        let both = [some(self.reboots, "reboot"), some(self.reconnects, "reconnect")];
        both.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}
