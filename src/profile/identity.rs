//! Who this app is to the broker: a monitor beside the ACS, or, on request only, the ACS itself.
//! The types rule out what a broker refuses or the MQTT library panics on.

/// A client id MQTT can carry and every broker takes: not empty, at most 65,535 bytes, no NUL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClientId(String);

/// A text that is no client id.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a client id is 1 to 65535 bytes long and has no NUL character")]
pub struct BadClientId;

impl ClientId {
    /// Checks `text`.
    ///
    /// # Errors
    /// It is empty, too long, or contains NUL.
    pub fn new(text: impl Into<String>) -> Result<Self, BadClientId> {
        let text = text.into();
        if text.is_empty() || text.len() > 65_535 || text.contains('\0') {
            return Err(BadClientId);
        }
        Ok(Self(text))
    }

    /// An id of our own for one run of the app: `base` with a random ending, so that two windows
    /// on one profile don't take each other's session over, and never the ACS's own.
    #[must_use]
    pub fn derived(base: &str) -> Self {
        // Some brokers take no more than 100 bytes.
        const MAX_BASE_BYTES: usize = 87;
        let mut end = base.len().min(MAX_BASE_BYTES);
        while !base.is_char_boundary(end) {
            end -= 1;
        }
        let base: String = base.chars().take_while(|c| *c != '\0').collect();
        let base = base.get(..end.min(base.len())).unwrap_or_default();
        Self(format!("{base}-scope-{:06x}", fastrand::u32(..0x0100_0000)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the broker keeps for the ACS while it is away (`MQTT_CLEAN_SESSION`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AcsSession {
    /// Nothing: every connection starts anew.
    Clean,
    /// Subscriptions and undelivered messages.
    Kept {
        /// For so many seconds after a connection ends; MQTT 5 only, above 0
        /// (`USP_SCOPE_SESSION_EXPIRY`).
        expiry_secs: std::num::NonZeroU32,
    },
}

/// A message the broker publishes when the connection is lost.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Will {
    topic: String,
    message: Vec<u8>,
    qos: u8,
    retain: bool,
}

/// Why a last will cannot be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BadWill {
    /// The topic is empty.
    #[error("the topic is empty")]
    NoTopic,
    /// The topic has `+` or `#`, which only filters may have.
    #[error("the topic has a wildcard")]
    Wildcard,
    /// The topic contains NUL.
    #[error("the topic has a NUL character")]
    Nul,
    /// Topic or message is longer than 65,535 bytes.
    #[error("topic or message is longer than 65535 bytes")]
    TooLong,
    /// The QoS is not 0, 1 or 2.
    #[error("the QoS is not 0, 1 or 2")]
    Qos,
}

impl Will {
    /// Checks what MQTT demands of a will (MQTT 5 §3.1.3.3, §4.7).
    ///
    /// # Errors
    /// The first rule it breaks.
    pub fn new(
        topic: impl Into<String>,
        message: impl Into<Vec<u8>>,
        qos: u8,
        retain: bool,
    ) -> Result<Self, BadWill> {
        let (topic, message) = (topic.into(), message.into());
        if topic.is_empty() {
            return Err(BadWill::NoTopic);
        }
        if topic.contains(['+', '#']) {
            return Err(BadWill::Wildcard);
        }
        if topic.contains('\0') {
            return Err(BadWill::Nul);
        }
        if topic.len() > 65_535 || message.len() > 65_535 {
            return Err(BadWill::TooLong);
        }
        if qos > 2 {
            return Err(BadWill::Qos);
        }
        Ok(Self { topic, message, qos, retain })
    }

    /// Where it is published.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic
    }

    /// What is published.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// QoS, 0–2.
    #[must_use]
    pub fn qos(&self) -> u8 {
        self.qos
    }

    /// Whether the broker retains it.
    #[must_use]
    pub fn retain(&self) -> bool {
        self.retain
    }
}

/// Who this app is to the broker.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Identity {
    /// A monitor beside the ACS: an id of our own, nothing kept, no will.
    Monitor {
        /// `USP_SCOPE_CLIENT_ID`, or derived.
        client_id: ClientId,
    },
    /// The ACS itself, whose connection the broker ends (`USP_SCOPE_ACT_AS_ACS`).
    Acs {
        /// `MQTT_CLIENT_ID` as it stands.
        client_id: ClientId,
        /// What the broker keeps.
        session: AcsSession,
        /// What it publishes when the connection is lost (`MQTT_LAST_WILL_*`).
        will: Option<Will>,
    },
}

impl Identity {
    /// A monitor with an id derived from `base`.
    #[must_use]
    pub fn monitor(base: &str) -> Self {
        Self::Monitor { client_id: ClientId::derived(base) }
    }

    /// The id to connect with.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        match self {
            Self::Monitor { client_id } | Self::Acs { client_id, .. } => client_id,
        }
    }

    /// True when connecting as the ACS.
    #[must_use]
    pub fn is_acs(&self) -> bool {
        matches!(self, Self::Acs { .. })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn ids_no_broker_takes_cannot_be_made() {
        assert_eq!(ClientId::new(""), Err(BadClientId));
        assert_eq!(ClientId::new("a\0"), Err(BadClientId));
        assert_eq!(ClientId::new("x".repeat(65_536)), Err(BadClientId));
        assert_eq!(ClientId::new("x").unwrap().as_str(), "x");
        for base in ["", "acs", "a\0b", &"ü".repeat(300)] {
            let id = ClientId::derived(base);
            assert!(ClientId::new(id.as_str()).is_ok() && id.as_str().len() <= 100, "{id}");
        }
    }

    #[test]
    fn wills_no_broker_takes_cannot_be_made() {
        for (topic, bytes, qos, wrong) in [
            ("", 1, 0, BadWill::NoTopic),
            ("a/#", 1, 0, BadWill::Wildcard),
            ("a/+/b", 1, 0, BadWill::Wildcard),
            ("a\0", 1, 0, BadWill::Nul),
            ("a", 65_536, 0, BadWill::TooLong),
            ("a", 1, 3, BadWill::Qos),
        ] {
            assert_eq!(Will::new(topic, vec![0; bytes], qos, false), Err(wrong));
        }
        assert!(Will::new("a", vec![0; 65_535], 2, true).is_ok());
    }
}
