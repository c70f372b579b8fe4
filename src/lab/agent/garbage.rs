//! What the garbling device sends between its good Records: cut-off Records, text, JSON,
//! random bytes, nothing at all.

use std::time::Duration;

use bytes::Bytes;

use super::{Agent, Task};
use crate::lab::seed;
use crate::lab::wire::{self, Outgoing};

impl Agent {
    pub(super) fn plan_garbage(&mut self, at: Duration) {
        let wait = seed::between(&mut self.breaks, Duration::from_secs(2), Duration::from_secs(5));
        self.agenda.add(at + wait, Task::Garbage);
    }

    pub(super) fn send_garbage(&mut self, at: Duration) {
        self.plan_garbage(at);
        let topic = self.around.controller_topic.clone();
        let (topic, payload, content_type): (String, Bytes, Option<&'static str>) =
            match self.breaks.u32(..7) {
                0 => (topic, self.cut_record(), Some(wire::CONTENT_TYPE)),
                1 => {
                    let text = format!(
                        "{} {} usp-agent[211]: broker said nothing for 30 s, giving up",
                        self.moment(at).date_time(),
                        self.identity.client_id
                    );
                    (topic, text.into(), Some("text/plain; charset=UTF-8"))
                }
                2 => {
                    let topic = format!("usp/bulk/{}", self.identity.client_id);
                    (topic, self.bulk_data(at), Some("application/json; charset=UTF-8"))
                }
                3 => (topic, self.random_bytes(), None),
                4 => (topic, Bytes::new(), Some(wire::CONTENT_TYPE)),
                5 => (topic, "ERROR: out of memory".into(), Some(wire::CONTENT_TYPE)),
                _ => (topic, self.bad_utf8(), Some(wire::CONTENT_TYPE)),
            };
        self.publish(Outgoing {
            topic,
            payload,
            qos: 0,
            content_type,
            response_topic: Some(self.identity.topic()),
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
