//! Restarts: a Connect Record and a Boot! close together are one, however many Controllers are
//! told. Also who connects again and again, and when many boot at once.

use std::collections::VecDeque;

use compact_str::CompactString;

use super::super::exchanges::Exchanges;
use super::super::note::{Note, Report, Reports, report};
use super::super::problems::code::Code;
use super::info::{Boot, Connect, Life, MAX_TEXT, cut};
use super::{Endpoints, Seen};
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::body::BootArgs;
use crate::usp::generated::usp_record::MqttConnectRecord;
use crate::usp::generated::usp_record::mqtt_connect_record::MqttVersion;

const SECOND: i64 = 1_000_000_000;

/// A Connect Record and a Boot! this close together belong to one restart.
const TOGETHER_NANOS: i64 = 60 * SECOND;

/// A Boot! so long after Reboot() or FactoryReset() was expected.
const EXPECTED_NANOS: i64 = 600 * SECOND;

/// Four Connect Records within this time make a loop.
const LOOP_NANOS: i64 = 300 * SECOND;

/// So many devices that boot within [`STORM_NANOS`] make a storm.
const STORM: usize = 20;

const STORM_NANOS: i64 = 60 * SECOND;

/// Restarts kept for showing.
pub(super) const RESTARTS_KEPT: usize = 16 * 1024;

/// A device restarted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restart {
    /// Which device.
    pub device: EndpointId,
    /// When it was heard of first: its Connect Record, or its Boot!.
    pub at: Timestamp,
    /// The Connect Record, if one was seen.
    pub connect: Option<Seq>,
    /// The Boot!, if one was seen.
    pub boot: Option<Seq>,
    /// Why, by the Boot!; empty if it does not say, or none was seen.
    pub cause: CompactString,
    /// A Reboot() or FactoryReset() had been sent to it in the ten minutes before.
    pub expected: bool,
}

/// The devices that booted last.
#[derive(Default)]
pub(super) struct Storm {
    newest: VecDeque<(Timestamp, EndpointId, Seq)>,
    raging: bool,
}

impl Storm {
    /// Takes a boot. The first of the many, if this one makes a storm.
    fn boot(&mut self, at: Timestamp, id: EndpointId, seq: Seq) -> Option<Seq> {
        self.newest.retain(|&(_, other, _)| other != id);
        self.newest.push_back((at, id, seq));
        if self.newest.len() > STORM {
            self.newest.pop_front();
        }
        let first = self
            .newest
            .front()
            .filter(|first| self.newest.len() == STORM && at.nanos_since(first.0) <= STORM_NANOS);
        let (was, now) = (self.raging, first.is_some());
        self.raging = now;
        first.filter(|_| !was).map(|first| first.2)
    }
}

fn together(a: Timestamp, b: Timestamp) -> bool {
    a.nanos_since(b).saturating_abs() <= TOGETHER_NANOS
}

impl Endpoints {
    /// A Connect Record came. `before` is what was known of the sender before it.
    pub(super) fn connected(
        &mut self,
        note: &Note<'_>,
        from: EndpointId,
        before: Life,
        record: Option<&MqttConnectRecord>,
        exchanges: &mut Exchanges,
        reports: &mut Reports,
    ) {
        let Some(more) = self.infos.get_mut(from.0 as usize).map(|info| info.more_mut()) else {
            return;
        };
        // Each of its Controllers gets one.
        if let Some(last) = more.connect
            && last.to != note.to
            && together(note.at, last.at)
        {
            return;
        }
        let mqtt = record.and_then(|record| MqttVersion::try_from(record.version).ok());
        let first = before == Life::Unheard;
        more.connect = Some(Connect { at: note.at, seq: note.seq, mqtt, to: note.to, first });
        more.periodic_at = None;
        more.connects.rotate_left(1);
        if let Some(newest) = more.connects.last_mut() {
            *newest = Some((note.at, note.seq));
        }
        if let Some(Some((at, seq))) = more.connects.first()
            && note.at.nanos_since(*at) <= LOOP_NANOS
        {
            report(reports, note, Code::ReconnectLoop, Some(*seq));
        }
        let asked = more.asked_to_restart;
        let last = more.restart.and_then(|place| self.restarts.get_mut(place));
        match last {
            // The Boot! came first.
            Some(last)
                if last.connect.is_none()
                    && last.boot.is_some()
                    && together(note.at, more.restarted_at) =>
            {
                last.connect = Some(note.seq);
            }
            last => {
                if matches!(before, Life::Unheard | Life::Left { .. }) {
                    return;
                }
                let expected = is_expected(asked, note.at, last.map(|last| last.at));
                self.push_restart(
                    Restart {
                        device: from,
                        at: note.at,
                        connect: Some(note.seq),
                        boot: None,
                        cause: CompactString::default(),
                        expected,
                    },
                    true,
                );
                exchanges.restarted(from, note.at, note.at, note.seq, reports);
            }
        }
    }

    /// A Boot! event came. `before` is what was known of the sender before it.
    #[expect(clippy::too_many_arguments, reason = "all there is to know of a restart")]
    pub(super) fn booted(
        &mut self,
        note: &Note<'_>,
        from: EndpointId,
        before: Life,
        seen: Seen,
        args: BootArgs<'_>,
        exchanges: &mut Exchanges,
        reports: &mut Reports,
    ) {
        let digest = self.topics.hash(note.msg().map_or(&[][..], |(_, _, bytes)| bytes));
        let Some(more) = self.infos.get_mut(from.0 as usize).map(|info| info.more_mut()) else {
            return;
        };
        let last = more.restart.and_then(|place| self.restarts.get_mut(place));
        let (last_at, last_connect) =
            last.as_ref().map_or((None, None), |l| (Some(l.at), l.connect));
        let joins = last.filter(|last| {
            last.boot.is_none() && last.connect.is_some() && together(note.at, last.at)
        });
        if joins.is_none()
            && let Some(boot) = &more.boot
        {
            // Each Controller that wants to know is told, and told again until it answers.
            let elsewhere = boot.to != note.to && together(note.at, boot.at);
            if elsewhere || seen.repeat || boot.digest == digest {
                return;
            }
        }
        let text = |text: &str| CompactString::from(cut(text, MAX_TEXT));
        let cause = text(args.cause.unwrap_or_default());
        more.boot = Some(Box::new(Boot {
            at: note.at,
            seq: note.seq,
            cause: cause.clone(),
            command_key: text(args.command_key.unwrap_or_default()),
            firmware_updated: args.firmware_updated.and_then(boolean),
            to: note.to,
            digest,
        }));
        more.periodic_at = None;
        let connect = more
            .connect
            .filter(|connect| Some(connect.seq) != last_connect && together(note.at, connect.at));
        // Nobody can tell whether a device that is heard of for the first time was told to.
        let is_first = before == Life::Unheard || connect.is_some_and(|connect| connect.first);
        let asked = more.asked_to_restart;
        let (at, expected) = match joins {
            Some(last) => {
                last.boot = Some(note.seq);
                last.cause.clone_from(&cause);
                last.expected |= is_expected(asked, note.at, Some(last.at));
                (last.at, last.expected)
            }
            None => {
                let at = connect.map_or(note.at, |connect| connect.at);
                let expected = is_expected(asked, note.at, last_at);
                self.push_restart(
                    Restart {
                        device: from,
                        at,
                        connect: connect.map(|connect| connect.seq),
                        boot: Some(note.seq),
                        cause: cause.clone(),
                        expected,
                    },
                    !is_first,
                );
                (at, expected)
            }
        };
        // What was asked between the Connect Record and the Boot! is not lost.
        exchanges.restarted(from, at, note.at, note.seq, reports);
        if !expected && !is_first && !self.may_have_missed(note.at, &cause) {
            report(reports, note, Code::UnexpectedRestart, None);
        }
        if let Some(first) = self.storm.boot(note.at, from, note.seq) {
            reports.push(Report {
                code: Code::BootStorm,
                seq: Some(note.seq),
                proof: Some(first),
                who: None,
                topic: None,
                at: note.at,
            });
        }
    }

    /// True if a device that says it was told to restart may have been told unseen: requests
    /// can't be seen here, or not for long enough yet.
    fn may_have_missed(&self, at: Timestamp, cause: &str) -> bool {
        cause.starts_with("Remote")
            && (self.sight.requests_to_agents == 0
                || at.nanos_since(self.sight.first_at) < EXPECTED_NANOS)
    }

    /// A Reboot() or FactoryReset() was sent to `device`: its next restart is no surprise.
    pub(in crate::analysis) fn expect_restart(&mut self, device: EndpointId, at: Timestamp) {
        self.grow(device);
        if let Some(info) = self.infos.get_mut(device.0 as usize) {
            info.more_mut().asked_to_restart = at;
        }
    }

    /// `witnessed` says that the device was there before: else it may just have been switched on.
    fn push_restart(&mut self, restart: Restart, witnessed: bool) {
        let Some(info) = self.infos.get_mut(restart.device.0 as usize) else { return };
        let more = info.more_mut();
        more.restarts = more.restarts.saturating_add(1);
        more.restarted_at = restart.at;
        more.witnessed |= witnessed;
        more.restart = Some(self.restarts.end());
        self.restarts.push(restart);
    }
}

/// A boolean as agents write it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" => Some(true),
        "0" => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// One request explains one restart: it must have come after the restart before.
fn is_expected(asked: Timestamp, at: Timestamp, last: Option<Timestamp>) -> bool {
    asked != Timestamp::default()
        && (0..=EXPECTED_NANOS).contains(&at.nanos_since(asked))
        && last.is_none_or(|last| asked > last)
}
