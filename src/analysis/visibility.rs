//! What this monitor can't see, and what follows from that: by what arrives, never by what is
//! subscribed to.

use super::endpoints::Traffic;
use super::layout::Layout;
use super::note::Note;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::store::row::Direction;
use crate::usp::kind::{MsgKind, Role};

/// Messages of one kind without any of the other that prove something.
const ENOUGH: u64 = 5;

/// They must have come over at least this time.
const LONG_ENOUGH_NANOS: i64 = 10 * 1_000_000_000;

/// Records that show that a configured base topic is in use, or is not.
pub(super) const ENOUGH_RECORDS: u32 = 20;

/// Something that can't be seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Blind {
    /// Devices answer requests that can't be seen.
    Requests,
    /// Devices ask for acknowledgements, and are content though none can be seen.
    Acknowledgements,
    /// Only requests to devices can be seen.
    Answers,
    /// Devices answer this Controller, whose requests can't be seen; those of others can.
    RequestsOf(EndpointId),
    /// This Controller asks devices; their answers can't be seen, those to others can.
    AnswersTo(EndpointId),
    /// Records in this direction are on other topics than the profile says.
    OtherLayout(Direction),
}

/// Something that can't be seen, for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BlindSpot {
    /// What.
    pub what: Blind,
    /// What it is and what it means.
    pub text: String,
    /// What to do.
    pub advice: String,
}

/// Controllers whose traffic may be seen in one direction only.
#[derive(Clone, Copy, Debug, Default)]
struct Suspects([Option<(EndpointId, Timestamp)>; 8]);

impl Suspects {
    fn add(&mut self, id: EndpointId, at: Timestamp) {
        if self.0.iter().flatten().all(|suspect| suspect.0 != id) {
            self.0.rotate_left(1);
            if let Some(newest) = self.0.last_mut() {
                *newest = Some((id, at));
            }
        }
    }
}

/// How a Record's topic and the profile go together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fit {
    /// Well, or it can't be told.
    Fine,
    /// Not, though others do.
    Elsewhere,
    /// Not, nor has any so far, and that is enough.
    NeverThere,
}

/// What was seen so far, as counts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sight {
    pub(super) requests_to_agents: u64,
    pub(super) first_at: Timestamp,
    answers_by_agents: u64,
    acks_wanted: u64,
    /// Notifies that were sent again: their acknowledgement did not come.
    notify_repeats: u64,
    to_agents: u64,
    to_controllers: u64,
    last_at: Timestamp,
    unasked: Suspects,
    unanswered: Suspects,
    /// Records on topics as configured, and on others: to agents, to controllers.
    fit: [u32; 2],
    misfit: [u32; 2],
}

impl Sight {
    #[inline]
    pub(super) fn note(&mut self, note: &Note<'_>, kind: Option<MsgKind>, repeat: bool) {
        if self.first_at == Timestamp::default() {
            self.first_at = note.at;
        }
        self.last_at = note.at;
        match note.direction {
            Some(Direction::ToAgent) => self.to_agents += 1,
            Some(Direction::ToController) => self.to_controllers += 1,
            None => {}
        }
        let Some(kind) = kind else { return };
        match (kind.is_request(), kind.sender_role()) {
            (true, Some(Role::Controller)) => self.requests_to_agents += 1,
            (false, Some(Role::Agent)) => self.answers_by_agents += 1,
            (true, Some(Role::Agent)) => {
                let wanted = note.summary.msg.is_some_and(|msg| msg.wants_answer);
                self.acks_wanted += u64::from(wanted);
                self.notify_repeats += u64::from(repeat);
            }
            _ => {}
        }
    }

    /// A Controller sent something; `traffic` is its own.
    #[inline]
    pub(super) fn asked(&mut self, id: EndpointId, traffic: &Traffic, at: Timestamp) {
        if traffic.requests_sent == ENOUGH && traffic.answers_received == 0 {
            self.unanswered.add(id, at);
        }
    }

    /// A device answered a Controller; `traffic` is the Controller's.
    #[inline]
    pub(super) fn answered(&mut self, id: EndpointId, traffic: &Traffic, at: Timestamp) {
        if traffic.answers_received == ENOUGH && traffic.requests_sent == 0 {
            self.unasked.add(id, at);
        }
    }

    /// Compares a Record's topic with the profile's; `below` says whether it is below the base
    /// of the agents, and of the controllers.
    #[inline]
    pub(super) fn fits(&mut self, direction: Option<Direction>, below: (bool, bool)) -> Fit {
        let (n, fits) = match direction {
            Some(Direction::ToAgent) => (0, below.0),
            Some(Direction::ToController) => (1, below.1),
            None => return Fit::Fine,
        };
        let (Some(fit), Some(misfit)) = (self.fit.get_mut(n), self.misfit.get_mut(n)) else {
            return Fit::Fine;
        };
        let count = if fits { &mut *fit } else { &mut *misfit };
        *count = count.saturating_add(1);
        match (fits, *fit, *misfit) {
            (false, ENOUGH_RECORDS.., _) => Fit::Elsewhere,
            (false, 0, ENOUGH_RECORDS) => Fit::NeverThere,
            _ => Fit::Fine,
        }
    }

    fn differs(&self, direction: Direction) -> bool {
        let n = usize::from(direction == Direction::ToController);
        self.fit.get(n) == Some(&0) && self.misfit.get(n).is_some_and(|&n| n >= ENOUGH_RECORDS)
    }
}

/// What can't be seen.
pub(super) fn blind_spots<'a>(
    sight: &Sight,
    layout: &Layout,
    traffic: impl Fn(EndpointId) -> Traffic,
    name: impl Fn(EndpointId) -> &'a str,
) -> Vec<BlindSpot> {
    let mut found = Vec::new();
    let long_enough = |since: Timestamp| sight.last_at.nanos_since(since) >= LONG_ENOUGH_NANOS;
    let agents = layout.bases().map_or("usp/agent", |bases| &bases.agents);
    let controllers = layout.bases().map_or("usp/controller", |bases| &bases.controllers);
    let mut add = |what, text: String, advice: String| found.push(BlindSpot { what, text, advice });
    if long_enough(sight.first_at) {
        if sight.answers_by_agents >= ENOUGH && sight.requests_to_agents == 0 {
            add(
                Blind::Requests,
                "Only messages from devices can be seen, not the requests to them: no response \
                 times for Get and Set, no timeouts. Presence, restarts, notifications and errors \
                 are complete."
                    .to_owned(),
                format!(
                    "Subscribe to {agents}/# too; a Controller's account may read only its own \
                     topic, so have this account granted read access."
                ),
            );
        } else if sight.acks_wanted >= ENOUGH && sight.to_agents == 0 && sight.notify_repeats == 0 {
            add(
                Blind::Acknowledgements,
                "Devices ask for acknowledgements and repeat nothing, so somebody acknowledges; \
                 nothing that goes to devices can be seen."
                    .to_owned(),
                format!("Subscribe to {agents}/# too, or have this account granted read access."),
            );
        }
        if sight.requests_to_agents >= ENOUGH && sight.to_controllers == 0 {
            add(
                Blind::Answers,
                "Only requests to devices can be seen, and nothing from any device: either no \
                 device is there, or their topic can't be read. Timeouts prove nothing."
                    .to_owned(),
                format!(
                    "Subscribe to {controllers}/# too, and check that this account may read it."
                ),
            );
        }
    }
    for &(id, at) in sight.unasked.0.iter().flatten() {
        let one_sided = traffic(id).requests_sent == 0 && sight.requests_to_agents >= ENOUGH;
        if one_sided && long_enough(at) {
            add(
                Blind::RequestsOf(id),
                format!("Devices answer {}, whose requests can't be seen.", name(id)),
                "It may reach devices at topics of their own, or by another broker: widen the \
                 subscription."
                    .to_owned(),
            );
        }
    }
    for &(id, at) in sight.unanswered.0.iter().flatten() {
        let one_sided = traffic(id).answers_received == 0 && sight.answers_by_agents >= ENOUGH;
        if one_sided && long_enough(at) {
            add(
                Blind::AnswersTo(id),
                format!(
                    "{} asks devices; no answer to it can be seen, though devices answer others.",
                    name(id)
                ),
                format!(
                    "Subscribe to {controllers}/#. If that is done, the devices don't know this \
                     Controller."
                ),
            );
        }
    }
    for direction in [Direction::ToAgent, Direction::ToController] {
        if layout.bases().is_some() && sight.differs(direction) {
            let (key, base, whose) = match direction {
                Direction::ToAgent => ("USP_MQTT_AGENT_TOPIC", agents, "to devices"),
                Direction::ToController => {
                    ("USP_MQTT_CONTROLLER_TOPIC", controllers, "to Controllers")
                }
            };
            let seen = layout.recognised();
            let seen = seen.as_ref().and_then(|seen| match direction {
                Direction::ToAgent => Some(&seen.agents),
                Direction::ToController => seen.controllers.as_ref(),
            });
            let where_ = seen.map_or(String::new(), |seen| format!(", but below {seen}"));
            add(
                Blind::OtherLayout(direction),
                format!("No Record {whose} is below {base}, as the profile has it{where_}."),
                format!("Correct {key} in the profile if this is the right broker."),
            );
        }
    }
    found
}
