//! What a session needs from an MQTT version. Implemented by `v5` and `v311` on top of the
//! library; nothing above knows the library's types.

use super::fault::Fault;
use super::link::MqttVersion;
use crate::core::time::Timestamp;
use crate::core::wire::WireBatch;

/// What a packet other than PUBLISH meant.
#[derive(Debug)]
pub(super) enum Note {
    /// The broker accepted the connection; the id it assigned, if it did.
    Welcome { assigned_client_id: Option<String> },
    /// Its answer to SUBSCRIBE: per filter `None` if granted, else the reason.
    Subscribed(Vec<Option<&'static str>>),
    /// It says why it closes.
    Goodbye { code: u8, name: String, text: Option<String> },
    /// Our DISCONNECT is on its way.
    DisconnectSent,
    /// Our SUBSCRIBE is on its way.
    SubscribeSent,
    /// Our PINGREQ is on its way.
    PingSent,
    /// The broker's PINGRESP is here.
    Pong,
}

/// One connection through the MQTT library.
pub(super) trait Wire {
    /// The library's event.
    type Event;

    /// The version spoken.
    const VERSION: MqttVersion;

    /// The next event; connects first if necessary. After an error the connection is gone.
    async fn poll(&mut self) -> Result<Self::Event, Fault>;

    /// An event that is already here.
    fn queued(&mut self) -> Option<Self::Event>;

    /// Puts a PUBLISH into `batch`, says what another packet meant.
    fn take(&mut self, event: Self::Event, at: Timestamp, batch: &mut WireBatch) -> Option<Note>;

    /// Queues one SUBSCRIBE for all filters.
    fn subscribe(&mut self, filters: &[String], qos: u8) -> Result<(), Fault>;

    /// Queues a DISCONNECT; false if that is impossible.
    fn disconnect(&mut self) -> bool;
}
