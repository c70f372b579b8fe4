//! Where endpoints are reached, and what goes to the wrong place. Direction and roles come from
//! the Records; a topic's text alone proves nothing (TR-369 fixes no layout).

use std::borrow::Cow;
use std::sync::Arc;

use super::info::{EndpointInfo, MAX_TOPIC, Reach, TopicSource, cut};
use super::presence::Presence;
use super::{Endpoints, Said, Seen, proof};
use crate::analysis::note::{Note, Report, Reports, report};
use crate::analysis::problems::code::Code;
use crate::analysis::visibility::Fit;
use crate::core::ids::EndpointId;
use crate::store::Store;
use crate::store::row::Direction;
use crate::usp::endpoint::split_reply_to;

/// A reply topic that comes back within this time was not given up.
const FLIP_NANOS: i64 = 300 * 1_000_000_000;

/// Reply topics of a Controller that are told from devices' topics.
const REPLIES: u8 = 4;

impl Endpoints {
    /// `from` names another reply topic than before.
    pub(super) fn names_reply_topic(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        from: EndpointId,
        said: &Said,
        reports: &mut Reports,
    ) {
        let Some(info) = self.infos.get_mut(from.0 as usize) else { return };
        let old = std::mem::replace(&mut info.reply, said.reply);
        if !info.acts.agent {
            // A Controller may have one for each device: only some are worth remembering.
            if info.replies_learned < REPLIES {
                info.replies_learned += 1;
                self.controller_at(store, note, from, said.reply);
            }
            return;
        }
        let more = info.more_mut();
        let back = more.replies.iter().any(|&(topic, left)| {
            topic == said.reply && (0..=FLIP_NANOS).contains(&note.at.nanos_since(left))
        });
        if old != 0 {
            more.replies.rotate_left(1);
            if let Some(newest) = more.replies.last_mut() {
                *newest = (old, note.at);
            }
        }
        if back && said.direction == Some(Direction::ToController) {
            let before = more.reach.as_ref().map(|reach| reach.seq);
            report(reports, note, Code::TwoResponseTopics, proof(before, note));
        }
        let topic = reply_topic(note);
        self.is_reached_at(store, note, from, &topic, TopicSource::ResponseTopic, reports);
    }

    fn controller_at(&mut self, store: &Store, note: &Note<'_>, from: EndpointId, hash: u64) {
        let name = store.endpoint_name(from);
        let topic = reply_topic(note);
        let layout = Arc::make_mut(&mut self.layout);
        layout.learn_controller(&topic, name);
        match self.topics.owner(hash) {
            Some(owner) if owner != from => {
                if self.infos.get(owner.0 as usize).is_some_and(|info| info.topic == hash) {
                    layout.learn_common(&topic);
                }
            }
            _ => {
                self.topics.take(hash, from);
            }
        }
    }

    /// Learns that `who` is reached at `topic`, unless that is known in a better way.
    pub(super) fn is_reached_at(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        who: EndpointId,
        topic: &str,
        source: TopicSource,
        reports: &mut Reports,
    ) {
        let hash = self.topics.hash(topic.as_bytes());
        let Some(info) = self.infos.get_mut(who.0 as usize) else { return };
        if topic.is_empty() || info.topic_source.is_some_and(|known| known > source) {
            return;
        }
        let moved = info.topic != hash;
        if !moved && info.topic_source == Some(source) {
            return;
        }
        let old = std::mem::replace(&mut info.topic, hash);
        let named_before = info.is_placed() && !moved;
        info.topic_source = Some(source);
        info.asked_on = None;
        let shown = cut(topic, MAX_TOPIC);
        let kept = info.reach().map_or(0, |reach| reach.topic.len());
        let reach = Reach { topic: Arc::from(shown), source, at: note.at, seq: note.seq };
        let fits = self.has_room(shown.len(), kept);
        if let Some(info) = self.infos.get_mut(who.0 as usize) {
            info.more_mut().reach = fits.then_some(reach);
        }
        if old != 0 && moved {
            self.topics.leave(old, who);
        }
        if source.is_own() && !named_before {
            self.settles_at(store, note, who, topic, hash, reports);
        }
    }

    /// `who` said that it is reached at `topic`: is anybody else there?
    fn settles_at(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        who: EndpointId,
        topic: &str,
        hash: u64,
        reports: &mut Reports,
    ) {
        let before = self.topics.take(hash, who).filter(|&other| other != who);
        let other = before.and_then(|other| self.infos.get(other.0 as usize));
        let device = other.filter(|other| other.topic == hash && other.is_placed());
        let (shared, proof) = (device.is_some(), device.and_then(|d| d.reach().map(|r| r.seq)));
        // One that has gone may have been replaced.
        let both = device.is_some_and(|other| Presence::at(other, note.at).is_there());
        let common = other.is_some_and(|other| other.acts.controller && other.reply == hash);
        let layout = Arc::make_mut(&mut self.layout);
        layout.learn_agent(topic, store.endpoint_name(who), shared);
        if common {
            layout.learn_common(topic);
        }
        if both && layout.is_per_device(topic) {
            reports.push(Report {
                code: Code::TopicShared,
                seq: Some(note.seq),
                proof,
                who: Some(who),
                topic: None,
                at: note.at,
            });
        }
    }

    /// Counts a message to `to`, and looks whether it took the right way.
    #[expect(clippy::too_many_arguments, reason = "all there is to know of a message")]
    pub(super) fn received(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        from: Option<EndpointId>,
        to: EndpointId,
        said: &Said,
        seen: Seen,
        reports: &mut Reports,
    ) {
        let Some(info) = self.infos.get_mut(to.0 as usize) else { return };
        info.traffic.requests_received += u64::from(said.is_request);
        info.traffic.answers_received += u64::from(said.is_answer);
        let here = said.topic.base;
        let at_home = info.topic == here || info.reply == here;
        let below = (said.topic.agents, said.topic.controllers);
        let mut unexpected = match self.sight.fits(said.direction, below) {
            Fit::Fine => false,
            Fit::Elsewhere => !at_home,
            Fit::NeverThere => self.layout.bases().is_some(),
        };
        match said.direction {
            Some(Direction::ToAgent) if said.is_request => {
                if let Some(from) = from {
                    remember_asker(info, from, said.reply);
                }
                if info.asked_on != Some(note.topic) {
                    unexpected |= self.asked_elsewhere(store, note, to, here, reports);
                }
            }
            Some(Direction::ToController) => {
                if said.is_answer {
                    self.sight.answered(to, &info.traffic, note.at);
                }
                let reply = info.reply;
                if let Some(from) = from {
                    unexpected |= self.sent_elsewhere(note, from, here, reply);
                }
            }
            _ => {}
        }
        if said.is_answer
            && !at_home
            && let Some(from) = from
            && self.is_answer_astray(from, to, here)
        {
            report(reports, note, Code::AnswerTopicMismatch, seen.request);
        }
        if unexpected {
            report(reports, note, Code::UnexpectedTopic, None);
        }
    }

    /// A request came to `to` on another topic than the one before. True if Controllers are
    /// reached there.
    fn asked_elsewhere(
        &mut self,
        store: &Store,
        note: &Note<'_>,
        to: EndpointId,
        here: u64,
        reports: &mut Reports,
    ) -> bool {
        let Some(info) = self.infos.get(to.0 as usize) else { return false };
        let placed = info.is_placed();
        if placed && info.topic != here && info.reply != here {
            let owner = self.topics.owner(here).filter(|&owner| owner != to);
            let other = owner.and_then(|owner| self.infos.get(owner.0 as usize));
            match other {
                Some(other) if other.is_placed() && other.topic == here && other.acts.agent => {
                    let proof = other.reach().map(|reach| reach.seq);
                    let who = Some(to);
                    let topic = Some(note.topic);
                    let (seq, at) = (Some(note.seq), note.at);
                    let code = Code::WrongDeviceTopic;
                    reports.push(Report { code, seq, proof, who, topic, at });
                    return false;
                }
                Some(other) if other.acts.controller && !other.acts.agent => return true,
                _ => {}
            }
        }
        if !placed {
            let text = String::from_utf8_lossy(note.topic_bytes);
            let (topic, _) = split_reply_to(&text);
            self.is_reached_at(store, note, to, topic, TopicSource::Request, reports);
        }
        if let Some(info) = self.infos.get_mut(to.0 as usize) {
            info.asked_on = Some(note.topic);
        }
        false
    }

    /// True if `from` sent its message to a Controller to where only devices are reached.
    /// `reply` is where the Controller is.
    fn sent_elsewhere(&mut self, note: &Note<'_>, from: EndpointId, here: u64, reply: u64) -> bool {
        let Some(info) = self.infos.get(from.0 as usize) else { return false };
        if info.sent_on == Some(note.topic) {
            return false;
        }
        let owner = self.topics.owner(here).and_then(|owner| self.infos.get(owner.0 as usize));
        let device = |info: &EndpointInfo| {
            info.topic == here && info.is_placed() && info.acts.agent && !info.acts.controller
        };
        if reply != 0 && reply != here && owner.is_some_and(device) {
            return true;
        }
        if let Some(info) = self.infos.get_mut(from.0 as usize) {
            info.sent_on = Some(note.topic);
        }
        false
    }

    /// True if an answer of `from` to `to` came to a topic that `to` did not ask for.
    fn is_answer_astray(&self, from: EndpointId, to: EndpointId, here: u64) -> bool {
        let (Some(answerer), Some(asker)) =
            (self.infos.get(from.0 as usize), self.infos.get(to.0 as usize))
        else {
            return false;
        };
        match answerer.asked.map(|(by, reply)| (by == to, reply)) {
            // Some have a topic for each request; then none of them can be missed.
            [(true, _), (true, _)] => return false,
            [(true, reply), _] | [_, (true, reply)] => return reply != 0 && reply != here,
            _ => {}
        }
        // Devices have one topic, or had another one before.
        let earlier = asker
            .more
            .as_ref()
            .is_some_and(|more| more.replies.iter().any(|&(reply, _)| reply == here));
        asker.acts.agent
            && !asker.acts.controller
            && asker.reply != 0
            && asker.traffic.requests_sent > 0
            && !earlier
    }
}

fn remember_asker(info: &mut EndpointInfo, from: EndpointId, reply: u64) {
    let [newest, older] = &mut info.asked;
    if *newest != (from, reply) {
        *older = *newest;
        *newest = (from, reply);
    }
}

/// The reply topic a message names, as MQTT 5 or 3.1.1 has it.
fn reply_topic<'a>(note: &Note<'a>) -> Cow<'a, str> {
    match note.props.response_topic() {
        Some(topic) if !topic.is_empty() => String::from_utf8_lossy(topic),
        _ => {
            let text = String::from_utf8_lossy(note.topic_bytes);
            Cow::Owned(split_reply_to(&text).1.unwrap_or_default())
        }
    }
}
