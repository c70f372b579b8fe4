//! A valid profile: everything needed to connect, typed and checked.

use std::path::PathBuf;
use std::time::Duration;

use super::identity::Identity;
use crate::core::secret::Secret;

/// Which MQTT version to speak (`USP_SCOPE_MQTT_VERSION`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum VersionChoice {
    /// 5, falling back to 3.1.1 when the broker refuses it.
    #[default]
    Auto,
    /// MQTT 5.0 only.
    V5,
    /// MQTT 3.1.1 only.
    V311,
}

/// When to connect again after the connection failed or was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reconnect {
    /// False: stay disconnected until asked.
    pub enabled: bool,
    /// Failed attempts in a row before giving up; `None` = never give up.
    pub max_attempts: Option<u32>,
    /// Pause before the first attempt; later ones grow to `max_delay`. Up to a quarter is added
    /// at random.
    pub delay: Duration,
    /// Longest pause, without what is added at random.
    pub max_delay: Duration,
}

impl Default for Reconnect {
    /// A monitor's default when the profile says nothing: for ever, 1 s growing to 30 s.
    fn default() -> Self {
        Self {
            enabled: true,
            max_attempts: None,
            delay: Duration::from_secs(1),
            max_delay: Duration::from_secs(30),
        }
    }
}

/// TLS settings as the profile has them; paths are resolved against the profile's folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TlsSettings {
    /// `MQTT_TLS_CA_FILE`; replaces the system store.
    pub ca_file: Option<PathBuf>,
    /// `MQTT_TLS_CA_PATH`; replaces the system store.
    pub ca_path: Option<PathBuf>,
    /// `MQTT_TLS_VERIFY_PEER`.
    pub verify_peer: bool,
    /// `MQTT_TLS_VERIFY_PEER_NAME`.
    pub verify_peer_name: bool,
    /// `MQTT_TLS_ALLOW_SELF_SIGNED_CERT`.
    pub allow_self_signed: bool,
    /// `MQTT_TLS_CLIENT_CERT_FILE`.
    pub client_cert_file: Option<PathBuf>,
    /// `MQTT_TLS_CLIENT_CERT_KEY_FILE`; absent = the key is in the certificate file.
    pub client_key_file: Option<PathBuf>,
    /// `MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE`.
    pub client_key_passphrase: Option<Secret>,
    /// Protocols offered by ALPN, each 1–255 bytes (`USP_SCOPE_TLS_ALPN`); none = no ALPN.
    pub alpn: Vec<String>,
}

impl Default for TlsSettings {
    fn default() -> Self {
        Self {
            ca_file: None,
            ca_path: None,
            verify_peer: true,
            verify_peer_name: true,
            allow_self_signed: false,
            client_cert_file: None,
            client_key_file: None,
            client_key_passphrase: None,
            alpn: Vec::new(),
        }
    }
}

/// A profile that can be connected with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Profile {
    /// Short name for people: the file's name, `demo`, or `host:port`.
    pub name: String,
    /// The file it came from.
    pub path: Option<PathBuf>,
    /// Host name or address, without brackets (`MQTT_HOST`).
    pub host: String,
    /// TCP port (`MQTT_PORT`).
    pub port: u16,
    /// The **ACS's** client id (`MQTT_CLIENT_ID`), for telling it apart; whom we connect as is
    /// in `identity`.
    pub acs_client_id: Option<String>,
    /// Whom this app connects as.
    pub identity: Identity,
    /// MQTT version to speak.
    pub version: VersionChoice,
    /// User name; `None` if absent or empty (`MQTT_AUTH_USERNAME`).
    pub username: Option<String>,
    /// Password (`MQTT_AUTH_PASSWORD`).
    pub password: Option<Secret>,
    /// TLS settings if TLS is on (`MQTT_TLS_ENABLED`).
    pub tls: Option<TlsSettings>,
    /// Limit for TCP, TLS and CONNACK together (`MQTT_CONNECT_TIMEOUT`).
    pub connect_timeout: Duration,
    /// Keep-alive interval, at least 5 s (`MQTT_KEEP_ALIVE_INTERVAL`).
    pub keep_alive: Duration,
    /// When to connect again.
    pub reconnect: Reconnect,
    /// Topic filters to subscribe to (`USP_SCOPE_SUBSCRIBE`).
    pub subscribe: Vec<String>,
    /// QoS of the subscriptions, 0–2 (`USP_SCOPE_SUBSCRIBE_QOS`).
    pub subscribe_qos: u8,
    /// Largest packet accepted, bytes (`USP_SCOPE_MAX_PACKET_BYTES`).
    pub max_packet_bytes: u32,
    /// Base topic of controllers, without a trailing slash (`USP_MQTT_CONTROLLER_TOPIC`).
    pub controller_topic: String,
    /// Base topic of agents, without a trailing slash (`USP_MQTT_AGENT_TOPIC`).
    pub agent_topic: String,
    /// The ACS's Endpoint ID (`USP_CONTROLLER_ENDPOINT_ID`).
    pub controller_endpoint_id: Option<String>,
    /// Whether anything may ever be published (`USP_SCOPE_ALLOW_SEND`).
    pub allow_send: bool,
    /// Where the broker's own metrics are read (`USP_SCOPE_BROKER_METRICS_URL`).
    pub broker_metrics_url: Option<String>,
    /// Token callers of the HTTP bridge must send (`USP_SCOPE_BRIDGE_TOKEN`).
    pub bridge_token: Option<Secret>,
}

/// Default of `USP_SCOPE_MAX_PACKET_BYTES`. A full GetSupportedDM answer is hundreds of kB.
pub const DEFAULT_MAX_PACKET_BYTES: u32 = 16 * 1024 * 1024;

impl Profile {
    /// A profile with every default for a broker at `host` and `port`.
    #[must_use]
    pub fn for_address(host: &str, port: u16) -> Self {
        Self {
            name: format!("{host}:{port}"),
            path: None,
            host: host.to_owned(),
            port,
            acs_client_id: None,
            identity: Identity::monitor("usp"),
            version: VersionChoice::Auto,
            username: None,
            password: None,
            tls: None,
            connect_timeout: Duration::from_secs(60),
            keep_alive: Duration::from_secs(10),
            reconnect: Reconnect::default(),
            subscribe: vec!["usp/#".to_owned()],
            subscribe_qos: 0,
            max_packet_bytes: DEFAULT_MAX_PACKET_BYTES,
            controller_topic: "usp/controller".to_owned(),
            agent_topic: "usp/agent".to_owned(),
            controller_endpoint_id: None,
            allow_send: false,
            broker_metrics_url: None,
            bridge_token: None,
        }
    }

    /// The id this app connects with.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.identity.client_id().as_str()
    }
}
