//! The story of the demo: which device plays which part in it, beyond what its character makes
//! it do.
//!
//! Most devices play none. The parts that do no harm fall to healthy devices; those that mean
//! trouble to at most half of these, so that even a small network mostly works.

use std::collections::HashMap;

use super::fleet::Identity;

/// What happens to a device, or what it does that others don't.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Commands are tried on it: one that is done at once, one that takes its time, one that
    /// fails in the end.
    Operated,
    /// Is rebooted by the Controller, and has an old request retained on its topic.
    Rebooted,
    /// The Controller never acknowledges its OnBoardRequest.
    Unheard,
    /// Is asked within a session context and answers in segments.
    InSession,
    /// Has a session context secured with TLS.
    Secured,
    /// Is asked within a session context, and loses segments or the whole session.
    Lossy,
    /// Dies without a word, for minutes.
    Dying,
    /// A second device has its Endpoint ID.
    Cloned,
    /// Its firmware is old: it complains with error packets instead of Error Msgs, and sends
    /// some answers twice.
    Old,
    /// Gets slow for a while.
    Loaded,
    /// Runs out of memory for a while and refuses most of what it is asked.
    Failing,
}

impl Part {
    /// True if the Controller looks at the device more often than at others.
    pub fn is_watched(self) -> bool {
        matches!(self, Self::Loaded | Self::Failing)
    }
}

/// Parts that leave a device healthy.
const HARMLESS: [Part; 5] =
    [Part::Operated, Part::Rebooted, Part::InSession, Part::Unheard, Part::Secured];
/// Parts that mean trouble, the most telling one first.
const TROUBLE: [Part; 6] =
    [Part::Lossy, Part::Dying, Part::Cloned, Part::Old, Part::Loaded, Part::Failing];

/// Deals the parts out to so many healthy devices; one list of parts each.
pub fn deal(healthy: usize) -> Vec<Vec<Part>> {
    let mut parts = vec![Vec::new(); healthy];
    let troubled = (healthy / 2).min(TROUBLE.len());
    let (calm, trouble) = parts.split_at_mut(healthy - troubled);
    for (slot, part) in trouble.iter_mut().zip(TROUBLE) {
        slot.push(part);
    }
    if calm.is_empty() {
        return parts;
    }
    let count = calm.len();
    for (n, part) in HARMLESS.into_iter().enumerate() {
        if let Some(slot) = calm.get_mut(n % count)
            // Two endpoints have at most one session.
            && !(part == Part::Secured && slot.contains(&Part::InSession))
        {
            slot.push(part);
        }
    }
    parts
}

/// The parts by Endpoint ID, for whoever meets the devices on the wire.
#[derive(Clone, Debug, Default)]
pub struct Plot(HashMap<String, Vec<Part>>);

impl Plot {
    /// Who plays what in this fleet.
    pub fn of(fleet: &[Identity]) -> Self {
        let cast = fleet.iter().filter(|identity| !identity.parts.is_empty());
        Self(cast.map(|i| (i.endpoint_id.clone(), i.parts.clone())).collect())
    }

    /// The parts of one device.
    pub fn parts(&self, endpoint_id: &str) -> &[Part] {
        self.0.get(endpoint_id).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_played_once_where_there_are_enough_devices() {
        for healthy in [12, 40] {
            let parts = deal(healthy);
            assert!(parts.iter().all(|p| p.len() <= 1));
            for part in HARMLESS.into_iter().chain(TROUBLE) {
                assert_eq!(parts.iter().filter(|p| p.contains(&part)).count(), 1, "{part:?}");
            }
        }
    }

    #[test]
    fn few_devices_stay_healthy_all_the_same() {
        assert!(deal(0).is_empty());
        assert_eq!(deal(1), [[Part::Operated, Part::Rebooted, Part::InSession, Part::Unheard]]);
        for healthy in 1..12 {
            let parts = deal(healthy);
            let troubled = parts.iter().filter(|p| p.iter().any(|p| TROUBLE.contains(p)));
            assert!(troubled.count() <= healthy / 2);
            assert!(!parts.iter().any(|p| {
                p.contains(&Part::Secured)
                    && (p.contains(&Part::InSession) || p.contains(&Part::Lossy))
            }));
        }
    }
}
