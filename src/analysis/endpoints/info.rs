//! What is known of one endpoint. Counters and what every message touches lie in the struct
//! itself; what is seldom learned lies behind one pointer, so that snapshots stay cheap.

use std::sync::Arc;

use compact_str::CompactString;

use super::presence::STALE_NANOS;
use crate::core::ids::{EndpointId, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::usp::generated::usp_record::mqtt_connect_record::MqttVersion;

/// Longest text kept of what a device says of itself, bytes.
pub(super) const MAX_TEXT: usize = 128;

/// Longest topic kept for showing, bytes; topics are compared whole, by their hash.
pub(super) const MAX_TOPIC: usize = 512;

/// What is known of one endpoint.
#[derive(Clone, Debug)]
pub struct EndpointInfo {
    /// Counts of what it sent and received.
    pub traffic: Traffic,
    /// Its newest Record; zero if none yet.
    pub last_sent_at: Timestamp,
    /// The same message.
    pub last_sent: Option<Seq>,
    /// `Record.version` of its newest Record, if that has the form major.minor.
    pub version: Option<RecordVersion>,
    pub(super) life: Life,
    /// Requests in a row it left unanswered, having said nothing since the first of them.
    pub(super) unanswered: u32,
    pub(super) unanswered_since: Timestamp,
    /// Observed interval of its Periodic!; 0 = not observed.
    pub(super) periodic_nanos: i64,
    /// When silence is looked at; zero = not looked at.
    pub(super) due: Timestamp,
    /// What it has been seen to do.
    pub(super) acts: Acts,
    /// Hash of the reply topic it named last; 0 = none.
    pub(super) reply: u64,
    /// Hash of the topic it is best known to be reached at; 0 = none.
    pub(super) topic: u64,
    /// How that is known.
    pub(super) topic_source: Option<TopicSource>,
    /// Reply topics learned from a Controller.
    pub(super) replies_learned: u8,
    /// The topic of its newest Record, once that was found in order.
    pub(super) sent_on: Option<TopicId>,
    /// The topic of the newest request to it, once that was found in order.
    pub(super) asked_on: Option<TopicId>,
    /// Who asked it last, and the hash of the reply topic given; 0 = none was given.
    pub(super) asked: [(EndpointId, u64); 2],
    pub(super) more: Option<Arc<More>>,
}

impl Default for EndpointInfo {
    fn default() -> Self {
        Self {
            traffic: Traffic::default(),
            last_sent_at: Timestamp::default(),
            last_sent: None,
            version: None,
            life: Life::Unheard,
            unanswered: 0,
            unanswered_since: Timestamp::default(),
            periodic_nanos: 0,
            due: Timestamp::default(),
            acts: Acts::default(),
            reply: 0,
            topic: 0,
            topic_source: None,
            replies_learned: 0,
            sent_on: None,
            asked_on: None,
            asked: [(EndpointId::OTHER, 0); 2],
            more: None,
        }
    }
}

/// What was last heard of an endpoint; how long ago decides the rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Life {
    Unheard,
    Here,
    Left { at: Timestamp, code: u32 },
    Unresponsive,
}

/// What an endpoint was seen to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Acts {
    pub(super) agent: bool,
    pub(super) controller: bool,
    /// That it does both was reported.
    pub(super) conflict_told: bool,
}

/// Counts of one endpoint since the start. Retained messages are not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Traffic {
    /// Requests it sent, repeats included.
    pub requests_sent: u64,
    /// Requests addressed to it.
    pub requests_received: u64,
    /// Responses and Errors it sent.
    pub answers_sent: u64,
    /// Responses and Errors addressed to it.
    pub answers_received: u64,
    /// Its answers that say that a part failed.
    pub partly_failed: u32,
    /// Its answers that say that everything failed.
    pub failed: u32,
    /// Requests to it that got no answer in time.
    pub timeouts: u32,
    /// Requests and answers of its that were repeats.
    pub repeats: u32,
    /// Problems about it of level info.
    pub infos: u32,
    /// Problems about it of level warning.
    pub warnings: u32,
    /// Problems about it of level error.
    pub errors: u32,
}

/// `Record.version`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RecordVersion {
    /// Before the dot.
    pub major: u8,
    /// Behind the dot.
    pub minor: u8,
}

impl RecordVersion {
    /// Reads `major.minor`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // Nearly always.
        if let &[major @ b'0'..=b'9', b'.', minor @ b'0'..=b'9'] = text.as_bytes() {
            return Some(Self { major: major - b'0', minor: minor - b'0' });
        }
        let (major, minor) = text.split_once('.')?;
        let number = |part: &str| {
            part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok()).flatten()
        };
        Some(Self { major: number(major)?, minor: number(minor)? })
    }
}

/// How it is known at which topic an endpoint is reached; the best comes last (TR-369, MQTT
/// binding, gives none of them more right than another; this is the order of trust).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum TopicSource {
    /// Put together from the serial number of an OnBoardRequest: a guess.
    OnBoardRequest,
    /// A request to it was published there.
    Request,
    /// It named the topic as its Response Topic, or behind `/reply-to=`.
    ResponseTopic,
    /// It named the topic in a Connect Record.
    Connect,
}

impl TopicSource {
    /// The words for it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::OnBoardRequest => "guessed from the serial number",
            Self::Request => "topic of a request to it",
            Self::ResponseTopic => "its Response Topic",
            Self::Connect => "its Connect Record",
        }
    }

    /// True if the endpoint itself said so.
    #[must_use]
    pub fn is_own(self) -> bool {
        self >= Self::ResponseTopic
    }
}

/// Where an endpoint is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    /// The topic; cut when very long.
    pub topic: Arc<str>,
    /// How it is known.
    pub source: TopicSource,
    /// When it was learned.
    pub at: Timestamp,
    /// The message that says so.
    pub seq: Seq,
}

/// A Connect Record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Connect {
    /// When.
    pub at: Timestamp,
    /// The message.
    pub seq: Seq,
    /// The MQTT version it names, if that is a known one.
    pub mqtt: Option<MqttVersion>,
    pub(super) to: Option<EndpointId>,
    /// The first that was heard of the device.
    pub(super) first: bool,
}

/// A Boot! event (TR-181 `Device.Boot!`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Boot {
    /// When.
    pub at: Timestamp,
    /// The message.
    pub seq: Seq,
    /// Why, such as LocalReboot; empty if it does not say.
    pub cause: CompactString,
    /// The key of the command that caused it; may be empty.
    pub command_key: CompactString,
    /// Whether it runs another firmware now; `None` if it does not say.
    pub firmware_updated: Option<bool>,
    pub(super) to: Option<EndpointId>,
    pub(super) digest: u64,
}

/// A Disconnect Record that means leaving.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Goodbye {
    /// When.
    pub at: Timestamp,
    /// The message.
    pub seq: Seq,
    /// `reason_code`; 0 = none given.
    pub code: u32,
    /// The words it gave; may be empty.
    pub reason: CompactString,
}

/// Who made the device and which one it is. Empty = not known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Identity {
    /// Manufacturer's name.
    pub manufacturer: CompactString,
    /// Manufacturer's OUI.
    pub oui: CompactString,
    /// Product class.
    pub product_class: CompactString,
    /// Serial number.
    pub serial: CompactString,
    /// Model name.
    pub model: CompactString,
    /// Hardware version.
    pub hardware: CompactString,
    /// Software version.
    pub software: CompactString,
    /// When the newest of these was heard; zero if all of it was guessed from the Endpoint ID.
    pub at: Timestamp,
}

impl Identity {
    /// The field that holds a parameter of `Device.DeviceInfo.`; `None` if it does not tell who a
    /// device is.
    pub(super) fn field(name: &str) -> Option<fn(&mut Self) -> &mut CompactString> {
        Some(match name {
            "Manufacturer" => |identity| &mut identity.manufacturer,
            "ManufacturerOUI" => |identity| &mut identity.oui,
            "ProductClass" => |identity| &mut identity.product_class,
            "SerialNumber" => |identity| &mut identity.serial,
            "ModelName" => |identity| &mut identity.model,
            "HardwareVersion" => |identity| &mut identity.hardware,
            "SoftwareVersion" => |identity| &mut identity.software,
            _ => return None,
        })
    }
}

/// What is seldom learned of an endpoint.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    pub(super) reach: Option<Reach>,
    pub(super) connect: Option<Connect>,
    pub(super) boot: Option<Box<Boot>>,
    pub(super) goodbye: Option<Box<Goodbye>>,
    pub(super) identity: Option<Box<Identity>>,
    pub(super) supported_versions: CompactString,
    pub(super) restarts: u32,
    pub(super) restarted_at: Timestamp,
    /// One of its restarts was no first sight of it.
    pub(super) witnessed: bool,
    /// Its newest restart's place in the log.
    pub(super) restart: Option<u64>,
    /// When it was last asked to restart.
    pub(super) asked_to_restart: Timestamp,
    /// Its newest Connect Records, oldest first.
    pub(super) connects: [Option<(Timestamp, Seq)>; 4],
    /// Its newest reply topics by hash with their last use, oldest first.
    pub(super) replies: [(u64, Timestamp); 4],
    /// Its newest Periodic! and the interval before it.
    pub(super) periodic_at: Option<Timestamp>,
    pub(super) periodic_before: i64,
}

impl EndpointInfo {
    /// Where it is reached, as far as known.
    #[must_use]
    pub fn reach(&self) -> Option<&Reach> {
        self.more.as_ref()?.reach.as_ref()
    }

    /// Its newest Connect Record.
    #[must_use]
    pub fn connect(&self) -> Option<&Connect> {
        self.more.as_ref()?.connect.as_ref()
    }

    /// Its newest Boot!.
    #[must_use]
    pub fn boot(&self) -> Option<&Boot> {
        self.more.as_ref()?.boot.as_deref()
    }

    /// Its newest Disconnect that means leaving.
    #[must_use]
    pub fn goodbye(&self) -> Option<&Goodbye> {
        self.more.as_ref()?.goodbye.as_deref()
    }

    /// What it said of itself; see also `Snapshot::identity`.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.more.as_ref()?.identity.as_deref()
    }

    /// The protocol versions it supports by its own words, such as `1.2,1.3`; empty if unknown.
    #[must_use]
    pub fn supported_versions(&self) -> &str {
        self.more.as_ref().map_or("", |more| &more.supported_versions)
    }

    /// Restarts seen.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.more.as_ref().map_or(0, |more| more.restarts)
    }

    /// Its newest restart; `None` while it was only seen coming up for the first time.
    #[must_use]
    pub fn restarted_at(&self) -> Option<Timestamp> {
        let more = self.more.as_ref()?;
        more.witnessed.then_some(more.restarted_at)
    }

    /// Observed interval of its Periodic! event, nanoseconds.
    #[must_use]
    pub fn periodic_nanos(&self) -> Option<i64> {
        (self.periodic_nanos > 0).then_some(self.periodic_nanos)
    }

    /// How long it may be silent: twice its Periodic! interval, at least five minutes.
    #[must_use]
    pub fn silence_limit_nanos(&self) -> i64 {
        self.periodic_nanos.saturating_mul(2).max(STALE_NANOS)
    }

    /// True once it did what only an Agent does.
    #[must_use]
    pub fn acts_as_agent(&self) -> bool {
        self.acts.agent
    }

    /// True once it did what only a Controller does.
    #[must_use]
    pub fn acts_as_controller(&self) -> bool {
        self.acts.controller
    }

    pub(super) fn more_mut(&mut self) -> &mut More {
        Arc::make_mut(self.more.get_or_insert_default())
    }

    /// True if it said itself where it is reached.
    pub(super) fn is_placed(&self) -> bool {
        self.topic_source.is_some_and(TopicSource::is_own)
    }
}

/// `text` cut to `max` bytes.
pub(super) fn cut(text: &str, max: usize) -> &str {
    text.get(..text.floor_char_boundary(max)).unwrap_or_default()
}
