//! What the garbling device sends between its good Records: cut-off Records, text, JSON,
//! random bytes, nothing at all.

use std::time::Duration;

use bytes::Bytes;

use super::{Agent, Task};
use crate::lab::seed;
use crate::lab::wire::{self, Outgoing};

/// Between two messages of the first round, at least and at most, and later.
const FIRST_PAUSE: (Duration, Duration) =
    (Duration::from_millis(1_500), Duration::from_millis(3_000));
const PAUSE: (Duration, Duration) = (Duration::from_secs(4), Duration::from_secs(9));

/// What can be wrong with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Nonsense {
    /// A Record that ends too early.
    CutRecord,
    /// A Record with an id that is no UTF-8.
    BadUtf8,
    /// Text that is labelled as a Record.
    MislabelledText,
    /// No bytes at all.
    Empty,
    /// Bytes that mean nothing.
    Random,
    /// A line of a log.
    Text,
    /// A report in JSON, past USP.
    BulkData,
}

impl Nonsense {
    const ALL: [Self; 7] = [
        Self::CutRecord,
        Self::BadUtf8,
        Self::MislabelledText,
        Self::Empty,
        Self::Random,
        Self::Text,
        Self::BulkData,
    ];
}

impl Agent {
    pub(super) fn plan_garbage(&mut self, at: Duration) {
        // One of each kind soon, then less: one device must not drown the others.
        let (low, high) = if self.garbage < Nonsense::ALL.len() { FIRST_PAUSE } else { PAUSE };
        let wait = seed::between(&mut self.breaks, low, high);
        self.agenda.add(at + wait, Task::Garbage);
    }

    pub(super) fn send_garbage(&mut self, at: Duration) {
        self.plan_garbage(at);
        if self.nonsense.is_empty() {
            self.nonsense = Nonsense::ALL.to_vec();
            self.breaks.shuffle(&mut self.nonsense);
        }
        let Some(kind) = self.nonsense.pop() else { return };
        self.garbage += 1;
        let mut topic = self.around.controller_topic.clone();
        let (payload, content_type): (Bytes, Option<&'static str>) = match kind {
            Nonsense::CutRecord => (self.cut_record(), Some(wire::CONTENT_TYPE)),
            Nonsense::BadUtf8 => (self.bad_utf8(), Some(wire::CONTENT_TYPE)),
            Nonsense::MislabelledText => ("ERROR: out of memory".into(), Some(wire::CONTENT_TYPE)),
            Nonsense::Empty => (Bytes::new(), Some(wire::CONTENT_TYPE)),
            Nonsense::Random => (self.random_bytes(), None),
            Nonsense::Text => {
                let (time, name) = (self.moment(at).date_time(), &self.identity.client_id);
                let text = format!("{time} {name} usp-agent[211]: broker is silent, giving up");
                (text.into(), Some("text/plain; charset=UTF-8"))
            }
            Nonsense::BulkData => {
                topic = format!("usp/bulk/{}", self.identity.client_id);
                (self.bulk_data(at), Some("application/json; charset=UTF-8"))
            }
        };
        self.publish(Outgoing {
            topic,
            payload,
            qos: 0,
            content_type,
            response_topic: Some(self.identity.topic()),
            ..Outgoing::default()
        });
    }

    fn good_record(&self) -> Bytes {
        wire::mqtt_connect(
            &self.identity.endpoint_id,
            &self.around.controller_endpoint_id,
            false,
            self.identity.topic(),
        )
    }

    /// A Record that ends too early.
    fn cut_record(&mut self) -> Bytes {
        let record = self.good_record();
        let keep = self.breaks.usize(6..record.len().saturating_sub(1).max(7));
        record.slice(..keep.min(record.len()))
    }

    /// A Record whose sender's id is no UTF-8.
    fn bad_utf8(&self) -> Bytes {
        let mut bytes = self.good_record().to_vec();
        let id = self.identity.endpoint_id.as_bytes();
        if let Some(at) = bytes.windows(id.len()).position(|w| w == id)
            && let Some(byte) = bytes.get_mut(at + 5)
        {
            *byte = 0xFF;
        }
        bytes.into()
    }

    fn random_bytes(&mut self) -> Bytes {
        let length = self.breaks.usize(20..200);
        // Wire types 6 and 7 don't exist, so no protobuf reader takes the start for a field.
        std::iter::once(0xFF).chain((1..length).map(|_| self.breaks.u8(..))).collect()
    }

    /// A bulk data report, as sent past USP.
    fn bulk_data(&self, at: Duration) -> Bytes {
        let moment = self.moment(at);
        let read = |object: &str, name: &str| self.model.value_at(object, name, &moment);
        serde_json::json!({
            "Report": [{
                "CollectionTime": moment.date_time(),
                "Device.DeviceInfo.UpTime": read("Device.DeviceInfo.", "UpTime"),
                "Device.DeviceInfo.MemoryStatus.Free": read("Device.DeviceInfo.MemoryStatus.", "Free"),
                "Device.WiFi.Radio.1.Stats.Noise": read("Device.WiFi.Radio.1.Stats.", "Noise"),
            }]
        })
        .to_string()
        .into()
    }
}
