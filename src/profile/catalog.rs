//! Every variable of a profile: the ACS's `MQTT_*` and `USP_*` and our own `USP_SCOPE_*`, with
//! type, unit, range, default, help, and what each kind of nothing (absent, null, empty) does.
//!
//! Pure data. What the ACS makes of a value is in [`super::reading`].

use std::ops::RangeInclusive;

/// A group of variables, in the order of the operators' guide.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Group {
    /// Host, port, client id, session, logging.
    Broker,
    /// User name and password.
    Login,
    /// Certificates and what is verified.
    Tls,
    /// Timeouts and keep-alive.
    Timeouts,
    /// Reconnecting.
    Reconnect,
    /// Last will.
    Will,
    /// USP topics and the controller's Endpoint ID.
    Usp,
    /// Settings of this app, which the ACS ignores.
    Own,
}

impl Group {
    /// All groups in order.
    pub const ALL: [Self; 8] = [
        Self::Broker,
        Self::Login,
        Self::Tls,
        Self::Timeouts,
        Self::Reconnect,
        Self::Will,
        Self::Usp,
        Self::Own,
    ];

    /// Its heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Broker => "Broker connection",
            Self::Login => "Authentication",
            Self::Tls => "TLS",
            Self::Timeouts => "Timeouts",
            Self::Reconnect => "Auto-reconnect",
            Self::Will => "Last will",
            Self::Usp => "USP",
            Self::Own => "USP Scope itself",
        }
    }
}

/// The type of a variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// A text that is never shown unless asked for.
    Secret,
    /// True or false.
    Switch,
    /// A whole number.
    Number {
        /// What works.
        range: RangeInclusive<i64>,
        /// `s`, `ms`, `bytes` or empty.
        unit: &'static str,
    },
    /// Path of a file.
    File,
    /// Path of a folder.
    Folder,
    /// Name or address of a host.
    Host,
    /// A topic without wildcards.
    Topic,
    /// Topic filters, comma between.
    Filters,
    /// A USP Endpoint ID (TR-369, ENDPOINT ID).
    EndpointId,
    /// One of some words.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// True if the ACS hands the value to a typed PHP setter uncast, where `true` and `false`
    /// end in a TypeError.
    #[must_use]
    pub fn is_text(&self) -> bool {
        !matches!(self, Self::Switch | Self::Number { .. })
    }
}

/// What counts when the line is absent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fallback {
    /// Null: nothing is set.
    Null,
    /// A switch.
    Switch(bool),
    /// A number.
    Number(i64),
    /// A text.
    Text(&'static str),
    /// Something that can only be described.
    Described(&'static str),
}

/// One variable.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name in the file.
    pub key: &'static str,
    /// Its name in a form.
    pub label: &'static str,
    /// Where it belongs.
    pub group: Group,
    /// Its type.
    pub kind: Kind,
    /// Its default.
    pub default: Fallback,
    /// One or two sentences.
    pub help: &'static str,
    /// What `KEY=null` does, where that differs from leaving the line out.
    pub null: Option<&'static str>,
    /// What `KEY=` does, where that differs from leaving the line out.
    pub empty: Option<&'static str>,
}

impl Variable {
    /// True if its value must not be shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.kind == Kind::Secret
    }

    /// True if only this app reads it.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.group == Group::Own
    }
}

/// The variable of that name.
#[must_use]
pub fn find(key: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.key == key)
}

/// True if values of this name must never be shown, known variable or not.
#[must_use]
pub fn is_secret_key(key: &str) -> bool {
    match find(key) {
        Some(variable) => variable.is_secret(),
        None => {
            let upper = key.to_ascii_uppercase();
            [
                "PASSWORD",
                "PASSWD",
                "PASSPHRASE",
                "SECRET",
                "TOKEN",
                "APP_KEY",
                "PRIVATE",
                "CREDENTIAL",
            ]
            .iter()
            .any(|word| upper.contains(word))
                || upper.ends_with("_KEY")
                || upper.ends_with("_PASS")
                || upper.ends_with("_PWD")
        }
    }
}

const fn number(min: i64, max: i64, unit: &'static str) -> Kind {
    // `RangeInclusive::new` is const, the `..=` syntax is not.
    Kind::Number { range: RangeInclusive::new(min, max), unit }
}

const fn acs(
    key: &'static str,
    label: &'static str,
    group: Group,
    kind: Kind,
    default: Fallback,
    nothings: [Option<&'static str>; 2],
    help: &'static str,
) -> Variable {
    let [null, empty] = nothings;
    Variable { key, label, group, kind, default, help, null, empty }
}

const BLANK: Option<&str> = Some("the ACS refuses to connect");
const OFF: Option<&str> = Some("off");
const ZERO: Option<&str> = Some("0, and the ACS refuses to connect");

/// All variables, in the order of the guide.
pub const VARIABLES: &[Variable] = &[
    acs(
        "MQTT_HOST",
        "Host",
        Group::Broker,
        Kind::Host,
        Fallback::Null,
        [None, Some("no host: connecting fails")],
        "Name or address of the broker, without scheme and port. The ACS needs an IPv6 address in \
         brackets.",
    ),
    acs(
        "MQTT_PORT",
        "Port",
        Group::Broker,
        number(1, 65_535, ""),
        Fallback::Number(1883),
        [Some("port 0: refused"), Some("port 0: refused")],
        "TCP port; usually 1883, and 8883 with TLS.",
    ),
    acs(
        "MQTT_CLIENT_ID",
        "Client id of the ACS",
        Group::Broker,
        Kind::Text,
        Fallback::Described("random each time"),
        [None, Some("an empty id, which brokers reject")],
        "The ACS's own id. This app never connects with it unless it acts as the ACS on request: \
         the broker would drop the ACS.",
    ),
    acs(
        "MQTT_CLEAN_SESSION",
        "Clean session",
        Group::Broker,
        Kind::Switch,
        Fallback::Switch(true),
        [OFF, OFF],
        "On: the broker forgets subscriptions and queued messages between connections. The ACS \
         refuses to start with this and auto-reconnect both on.",
    ),
    acs(
        "MQTT_ENABLE_LOGGING",
        "Logging",
        Group::Broker,
        Kind::Switch,
        Fallback::Switch(true),
        [OFF, OFF],
        "Logs what the ACS's client does. At debug level that includes the CONNECT packet with the \
         password.",
    ),
    acs(
        "MQTT_LOG_CHANNEL",
        "Log channel",
        Group::Broker,
        Kind::Text,
        Fallback::Described("Laravel's default"),
        [None, None],
        "Laravel's log channel for the client.",
    ),
    acs(
        "MQTT_AUTH_USERNAME",
        "User name",
        Group::Login,
        Kind::Text,
        Fallback::Null,
        [None, BLANK],
        "For brokers that ask for a login. Leave the line out for none; an empty value is refused.",
    ),
    acs(
        "MQTT_AUTH_PASSWORD",
        "Password",
        Group::Login,
        Kind::Secret,
        Fallback::Null,
        [None, Some("an empty password is sent")],
        "Goes with the user name; alone it is a protocol error.",
    ),
    acs(
        "MQTT_TLS_ENABLED",
        "Use TLS",
        Group::Tls,
        Kind::Switch,
        Fallback::Switch(false),
        [None, None],
        "Encrypts the connection; the port must be the broker's TLS port.",
    ),
    acs(
        "MQTT_TLS_ALLOW_SELF_SIGNED_CERT",
        "Allow a self-signed certificate",
        Group::Tls,
        Kind::Switch,
        Fallback::Switch(false),
        [None, None],
        "For development. Accepts a server certificate that signed itself, not one from an unknown \
         CA.",
    ),
    acs(
        "MQTT_TLS_VERIFY_PEER",
        "Verify the certificate",
        Group::Tls,
        Kind::Switch,
        Fallback::Switch(true),
        [Some("off: verification is off"), Some("off: verification is off")],
        "Checks who issued the broker's certificate. Has no effect while a CA file or folder is \
         set: then it is always checked.",
    ),
    acs(
        "MQTT_TLS_VERIFY_PEER_NAME",
        "Verify the name",
        Group::Tls,
        Kind::Switch,
        Fallback::Switch(true),
        [Some("off: the name is not checked"), Some("off: the name is not checked")],
        "Checks that the certificate is for this host; independent of the check of its issuer.",
    ),
    acs(
        "MQTT_TLS_CA_FILE",
        "CA file",
        Group::Tls,
        Kind::File,
        Fallback::Described("the system's CAs"),
        [None, BLANK],
        "PEM file with the CA of the broker's certificate. Replaces the system's CAs. Must exist \
         even while TLS is off.",
    ),
    acs(
        "MQTT_TLS_CA_PATH",
        "CA folder",
        Group::Tls,
        Kind::Folder,
        Fallback::Null,
        [None, BLANK],
        "Folder of CA certificates; the ACS wants files named by hash (openssl rehash), this app \
         reads every certificate in it.",
    ),
    acs(
        "MQTT_TLS_CLIENT_CERT_FILE",
        "Client certificate",
        Group::Tls,
        Kind::File,
        Fallback::Null,
        [None, BLANK],
        "PEM file with the certificate to show to the broker, its chain behind it; may hold the \
         key too.",
    ),
    acs(
        "MQTT_TLS_CLIENT_CERT_KEY_FILE",
        "Client key",
        Group::Tls,
        Kind::File,
        Fallback::Described("in the certificate file"),
        [None, BLANK],
        "PEM file with the certificate's key. Needs the certificate.",
    ),
    acs(
        "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE",
        "Key passphrase",
        Group::Tls,
        Kind::Secret,
        Fallback::Null,
        [None, Some("refused unless a key file is set")],
        "Decrypts the key. Needs the key file, even when empty.",
    ),
    acs(
        "MQTT_CONNECT_TIMEOUT",
        "Connect timeout",
        Group::Timeouts,
        number(1, i64::MAX, "s"),
        Fallback::Number(60),
        [ZERO, ZERO],
        "The ACS waits so long for TCP and again for TLS; this app for TCP, TLS and the broker's \
         answer together.",
    ),
    acs(
        "MQTT_SOCKET_TIMEOUT",
        "Socket timeout",
        Group::Timeouts,
        number(1, i64::MAX, "s"),
        Fallback::Number(5),
        [ZERO, ZERO],
        "Checked by the ACS, but without practical effect there: its socket does not block.",
    ),
    acs(
        "MQTT_RESEND_TIMEOUT",
        "Resend timeout",
        Group::Timeouts,
        number(1, i64::MAX, "s"),
        Fallback::Number(10),
        [ZERO, ZERO],
        "Unacknowledged messages are sent again after so long; a monitor then sees the same Record \
         twice.",
    ),
    acs(
        "MQTT_KEEP_ALIVE_INTERVAL",
        "Keep-alive",
        Group::Timeouts,
        number(1, 65_535, "s"),
        Fallback::Number(10),
        [ZERO, ZERO],
        "The ACS pings when it sent nothing for so long. This app pings every 5 s at most.",
    ),
    acs(
        "MQTT_AUTO_RECONNECT_ENABLED",
        "Reconnect",
        Group::Reconnect,
        Kind::Switch,
        Fallback::Switch(false),
        [None, None],
        "The ACS refuses to start with this and clean session both on.",
    ),
    acs(
        "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS",
        "Attempts",
        Group::Reconnect,
        number(1, i64::MAX, ""),
        Fallback::Number(3),
        [ZERO, ZERO],
        "Attempts in a row before giving up, which ends the ACS's worker. There is no value for \
         unlimited.",
    ),
    acs(
        "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS",
        "Delay",
        Group::Reconnect,
        number(0, i64::MAX, "ms"),
        Fallback::Number(0),
        [None, None],
        "The guide says seconds, the ACS takes milliseconds: write 5000 for 5 s. This app takes \
         numbers below 1000 as seconds and larger ones as milliseconds, at least 1 s and at most \
         60 s.",
    ),
    acs(
        "MQTT_LAST_WILL_TOPIC",
        "Topic",
        Group::Will,
        Kind::Topic,
        Fallback::Null,
        [None, BLANK],
        "The broker publishes the will there when the ACS vanishes. Needs a message too.",
    ),
    acs(
        "MQTT_LAST_WILL_MESSAGE",
        "Message",
        Group::Will,
        Kind::Text,
        Fallback::Null,
        [None, Some("an empty message, which clears a retained one")],
        "Without it there is no will.",
    ),
    acs(
        "MQTT_LAST_WILL_QUALITY_OF_SERVICE",
        "QoS",
        Group::Will,
        number(0, 2, ""),
        Fallback::Number(0),
        [None, None],
        "Quality of service of the will.",
    ),
    acs(
        "MQTT_LAST_WILL_RETAIN",
        "Retain",
        Group::Will,
        Kind::Switch,
        Fallback::Switch(false),
        [None, None],
        "The broker keeps the will for those who subscribe later.",
    ),
    acs(
        "USP_MQTT_ENABLED",
        "USP over MQTT",
        Group::Usp,
        Kind::Switch,
        Fallback::Described("decided by the ACS"),
        [None, None],
        "Whether the ACS speaks USP over MQTT at all.",
    ),
    acs(
        "USP_MQTT_CONTROLLER_TOPIC",
        "Controller topic",
        Group::Usp,
        Kind::Topic,
        Fallback::Text("usp/controller"),
        [None, None],
        "Agents publish below it: <topic>/<controller id>.",
    ),
    acs(
        "USP_MQTT_AGENT_TOPIC",
        "Agent topic",
        Group::Usp,
        Kind::Topic,
        Fallback::Text("usp/agent"),
        [None, None],
        "The controller publishes below it: <topic>/<client id of the device>.",
    ),
    acs(
        "USP_CONTROLLER_ENDPOINT_ID",
        "Controller Endpoint ID",
        Group::Usp,
        Kind::EndpointId,
        Fallback::Null,
        [None, None],
        "The controller's Endpoint ID: scheme:[authority]:instance, for example \
         self::acs-controller-001.",
    ),
    acs(
        "USP_SCOPE_SUBSCRIBE",
        "Topic filters",
        Group::Own,
        Kind::Filters,
        Fallback::Text("usp/#"),
        [None, None],
        "What this app subscribes to, comma between. Quote it: an unquoted # starts a comment.",
    ),
    acs(
        "USP_SCOPE_SUBSCRIBE_QOS",
        "Subscription QoS",
        Group::Own,
        number(0, 2, ""),
        Fallback::Number(0),
        [None, None],
        "0 gives the truest times; with 1 and 2 the broker drops less under load.",
    ),
    acs(
        "USP_SCOPE_MQTT_VERSION",
        "MQTT version",
        Group::Own,
        Kind::Choice(&["auto", "5", "3.1.1"]),
        Fallback::Text("auto"),
        [None, None],
        "auto asks for MQTT 5 and falls back to 3.1.1 when the broker refuses it.",
    ),
    acs(
        "USP_SCOPE_CLIENT_ID",
        "Own client id",
        Group::Own,
        Kind::Text,
        Fallback::Described("from MQTT_CLIENT_ID"),
        [None, None],
        "The id this app connects with. Never use the ACS's.",
    ),
    acs(
        "USP_SCOPE_MAX_PACKET_BYTES",
        "Largest packet",
        Group::Own,
        number(1024, 268_435_460, "bytes"),
        Fallback::Number(16_777_216),
        [None, None],
        "A larger packet ends the connection.",
    ),
    acs(
        "USP_SCOPE_TLS_ALPN",
        "TLS ALPN",
        Group::Own,
        Kind::Text,
        Fallback::Null,
        [None, None],
        "Protocol names to offer in the TLS handshake, comma between: mqtt for brokers behind \
         port 443.",
    ),
    acs(
        "USP_SCOPE_ALLOW_SEND",
        "Allow sending",
        Group::Own,
        Kind::Switch,
        Fallback::Switch(false),
        [None, None],
        "Without it nothing is ever published: not by the window, not by commands, not by the \
         bridge.",
    ),
    acs(
        "USP_SCOPE_ACT_AS_ACS",
        "Act as the ACS",
        Group::Own,
        Kind::Switch,
        Fallback::Switch(false),
        [None, None],
        "Connects with the ACS's client id, session and last will. The broker then drops the ACS \
         itself.",
    ),
    acs(
        "USP_SCOPE_SESSION_EXPIRY",
        "Session expiry",
        Group::Own,
        number(0, 4_294_967_295, "s"),
        Fallback::Number(3600),
        [None, None],
        "MQTT 5 only, when acting as the ACS without clean session: how long the broker keeps the \
         session.",
    ),
    acs(
        "USP_SCOPE_BROKER_METRICS_URL",
        "Broker metrics URL",
        Group::Own,
        Kind::Text,
        Fallback::Null,
        [None, None],
        "Where the broker's Prometheus metrics are read.",
    ),
    acs(
        "USP_SCOPE_BRIDGE_TOKEN",
        "Bridge token",
        Group::Own,
        Kind::Secret,
        Fallback::Null,
        [None, None],
        "Callers of the HTTP bridge must send it.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_stands_once_and_groups_stand_together() {
        let mut seen = Vec::new();
        for variable in VARIABLES {
            assert!(!seen.contains(&variable.key), "{} twice", variable.key);
            seen.push(variable.key);
            assert!(variable.help.ends_with('.'), "{}", variable.key);
            assert_eq!(variable.is_own(), variable.key.starts_with("USP_SCOPE_"));
        }
        assert!(VARIABLES.is_sorted_by_key(|variable| variable.group));
        assert_eq!(seen.len(), 43);
    }

    #[test]
    fn secrets_are_known_by_name() {
        for secret in [
            "MQTT_AUTH_PASSWORD",
            "MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE",
            "USP_SCOPE_BRIDGE_TOKEN",
            "MQTT_PASSWORD_SECRET",
            "APP_KEY",
            "AWS_SECRET_ACCESS_KEY",
        ] {
            assert!(is_secret_key(secret), "{secret}");
        }
        for plain in ["MQTT_TLS_CLIENT_CERT_KEY_FILE", "MQTT_HOST", "APP_ENV", "APP_NAME"] {
            assert!(!is_secret_key(plain), "{plain}");
        }
    }
}
