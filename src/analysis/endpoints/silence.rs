//! Devices that go silent: found at the moment their time is over, not when somebody looks.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::info::{EndpointInfo, Life};
use crate::core::cow_vec::CowVec;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;

/// Fewer entries are not worth tidying up.
const TIDY: usize = 4096;

/// When to look at whom. Talking does not touch it: a device that has talked since is looked at
/// again later, so each device has one entry, and a few after its interval changed.
#[derive(Default)]
pub(super) struct Silence {
    due: BinaryHeap<Reverse<(Timestamp, EndpointId)>>,
    tidy_at: usize,
}

impl Silence {
    /// True while anybody's silence would be noticed.
    pub(super) fn is_waiting(&self) -> bool {
        !self.due.is_empty()
    }

    /// Sees to it that `id` is looked at in time. To be called when it spoke and when its limit
    /// changed.
    #[inline]
    pub(super) fn watch(&mut self, id: EndpointId, info: &mut EndpointInfo) {
        if !info.acts.agent {
            return;
        }
        let deadline = deadline(info);
        // An entry that comes too early is put off then; one that comes too late is no use.
        if info.due == Timestamp::default() || info.due > deadline {
            info.due = deadline;
            self.due.push(Reverse((deadline, id)));
        }
    }

    /// The next device that has been silent for too long by `now`, with the moment it was.
    pub(super) fn next(
        &mut self,
        infos: &mut CowVec<EndpointInfo>,
        now: Timestamp,
    ) -> Option<(EndpointId, Timestamp)> {
        while let Some(&Reverse((at, id))) = self.due.peek()
            && at < now
        {
            self.due.pop();
            let place = id.0 as usize;
            let Some(known) = infos.get(place).filter(|info| info.due == at) else { continue };
            let (deadline, silent) = (deadline(known), !matches!(known.life, Life::Left { .. }));
            let over = deadline < now;
            let Some(info) = infos.get_mut(place) else { continue };
            if over {
                info.due = Timestamp::default();
                if silent {
                    return Some((id, deadline));
                }
            } else {
                info.due = deadline;
                self.due.push(Reverse((deadline, id)));
            }
        }
        if self.due.len() > self.tidy_at.max(TIDY) {
            self.due.retain(|Reverse((at, id))| {
                infos.get(id.0 as usize).is_some_and(|info| info.due == *at)
            });
            self.tidy_at = 2 * self.due.len();
        }
        None
    }
}

fn deadline(info: &EndpointInfo) -> Timestamp {
    Timestamp(info.last_sent_at.0.saturating_add(info.silence_limit_nanos()).max(1))
}
