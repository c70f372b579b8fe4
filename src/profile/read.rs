//! From a `.env` file to a [`Profile`]: every `MQTT_*` and `USP_*` variable that matters to a
//! connection of our own, and our own settings under `USP_SCOPE_`.
//!
//! Whatever cannot work is an error that names variable, line and remedy; whatever works but is
//! not what it seems is a warning. No value may make the MQTT library panic or wrap later.

mod identity;

use std::net::Ipv6Addr;
use std::path::Path;
use std::time::Duration;

use super::catalog;
use super::dotenv::{self, Dotenv};
use super::files::{self, FileError};
use super::filter;
use super::model::{DEFAULT_MAX_PACKET_BYTES, Profile, Reconnect, TlsSettings, VersionChoice};
pub use super::settings::ProfileError;
use super::settings::Settings;
use crate::core::secret::Secret;

/// Longest pause between two attempts to connect.
const MAX_DELAY: Duration = Duration::from_secs(60);
/// A connect timeout above this is cut to it, seconds.
const MAX_CONNECT_TIMEOUT: i64 = 86_400;
/// The largest packet MQTT knows: 256 MB and its header.
const MAX_MQTT_PACKET: u32 = 268_435_460;
/// MQTT 5 clients here cannot ping more often, seconds.
const MIN_KEEP_ALIVE: i64 = 5;
/// Most protocols offered by ALPN.
const MAX_ALPN: usize = 16;

/// A profile and what should be said about it.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The profile.
    pub profile: Profile,
    /// One sentence each, starting with the line.
    pub warnings: Vec<String>,
}

/// A variable of our own process, for `${…}` that the file does not set itself.
#[must_use]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Reads the profile in `path`. `env` gives variables of the process, used for `${NAME}` only:
/// unlike in the ACS they do not override the file.
///
/// # Errors
/// The file cannot be read, phpdotenv would refuse it, or a value cannot work.
pub fn load(path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Result<Loaded, ProfileError> {
    let bytes = files::read(path).map_err(|FileError { path, what, advice }| ProfileError {
        path,
        line: None,
        key: None,
        what,
        advice,
    })?;
    parse(&bytes, path, env)
}

/// The same for bytes already read; `path` gives name and folder.
///
/// # Errors
/// As [`load`], without those of reading the file.
pub fn parse(
    bytes: &[u8],
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Loaded, ProfileError> {
    let file = dotenv::read(bytes, env).map_err(|refusal| ProfileError {
        path: path.to_owned(),
        line: Some(refusal.line),
        what: match &refusal.key {
            Some(key) => format!(
                "The value of {key} breaks the file: {}; the ACS would refuse the whole file.",
                refusal.reason
            ),
            None => format!(
                "The line is no setting: {}; the ACS would refuse the whole file.",
                refusal.reason
            ),
        },
        advice: "Correct the line or put # before it.".to_owned(),
        key: refusal.key,
    })?;
    let mut settings = Settings::new(&file, path);
    about_the_file(&file, &mut settings);
    let profile = profile(&mut settings, path)?;
    unknown_own_keys(&file, &mut settings);
    Ok(Loaded { profile, warnings: settings.warnings })
}

fn about_the_file(file: &Dotenv, settings: &mut Settings<'_>) {
    if let Some(line) = file.swallowed_from {
        settings.warn(
            line,
            "the quote opened here is never closed, so everything from here to the end of the \
             file is silently ignored; close the quote.",
        );
    }
    if file.invalid_utf8 {
        settings.warnings.push(
            "The file is not valid UTF-8; each bad byte is read as a question mark.".to_owned(),
        );
    }
}

fn unknown_own_keys(file: &Dotenv, settings: &mut Settings<'_>) {
    for entry in &file.entries {
        if entry.key.starts_with("USP_SCOPE_") && catalog::find(&entry.key).is_none() {
            settings.warn(
                entry.line,
                &format!("{} is no setting of this version and has no effect.", entry.key),
            );
        }
    }
}

fn profile(s: &mut Settings<'_>, path: &Path) -> Result<Profile, ProfileError> {
    let host = host(s)?;
    let port = s.number("MQTT_PORT", 1883, 1..=65_535, "port")?;
    let tls_on = s.switch("MQTT_TLS_ENABLED", false);
    let (username, password) = login(s)?;
    let acs_client_id = s.mqtt_text("MQTT_CLIENT_ID")?.map(|t| t.text);
    let agent_topic = base_topic(s, "USP_MQTT_AGENT_TOPIC", "usp/agent");
    let controller_topic = base_topic(s, "USP_MQTT_CONTROLLER_TOPIC", "usp/controller");
    let subscribe = subscribe(s, &[&agent_topic, &controller_topic])?;
    if !s.switch("USP_MQTT_ENABLED", true) {
        s.warnings
            .push("USP_MQTT_ENABLED is off: the ACS does not use MQTT with this file.".to_owned());
    }
    let qos = s.own_number("USP_SCOPE_SUBSCRIBE_QOS", 0, 0..=2, "QoS")?;
    let identity = identity::read(s, acs_client_id.as_deref(), qos)?;
    Ok(Profile {
        name: name_of(path),
        path: Some(path.to_owned()),
        host,
        port: u16::try_from(port).unwrap_or(1883),
        acs_client_id,
        identity,
        version: version(s)?,
        username,
        password,
        tls: if tls_on { Some(tls(s)?) } else { None },
        connect_timeout: connect_timeout(s)?,
        keep_alive: keep_alive(s)?,
        reconnect: reconnect(s)?,
        subscribe,
        subscribe_qos: u8::try_from(qos).unwrap_or(0),
        max_packet_bytes: s.own_number(
            "USP_SCOPE_MAX_PACKET_BYTES",
            DEFAULT_MAX_PACKET_BYTES,
            1024..=MAX_MQTT_PACKET,
            "number of bytes",
        )?,
        controller_topic,
        agent_topic,
        controller_endpoint_id: s.filled("USP_CONTROLLER_ENDPOINT_ID").map(|t| t.text),
        allow_send: s.own_switch("USP_SCOPE_ALLOW_SEND", false)?,
        broker_metrics_url: s.own_text("USP_SCOPE_BROKER_METRICS_URL").map(|t| t.text),
        bridge_token: s.own_text("USP_SCOPE_BRIDGE_TOKEN").map(|t| Secret::new(t.text)),
    })
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn host(s: &mut Settings<'_>) -> Result<String, ProfileError> {
    const KEY: &str = "MQTT_HOST";
    let text = s.text(KEY).map(|t| t.text).unwrap_or_default();
    let host = text.trim();
    if host.is_empty() {
        return Err(s.error(
            KEY,
            "MQTT_HOST is not set, so there is no broker to connect to.",
            "Write MQTT_HOST=localhost or the broker's name or address.",
        ));
    }
    if let Some((scheme, _)) = host.split_once("://") {
        return Err(s.error(
            KEY,
            format!("MQTT_HOST starts with {scheme}://, but it must be a bare name or address."),
            "Write only the host; the port goes into MQTT_PORT and TLS into MQTT_TLS_ENABLED.",
        ));
    }
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let address = bare.split_once('%').map_or(bare, |(address, _zone)| address);
    if bare.contains(':') && address.parse::<Ipv6Addr>().is_err() {
        return Err(s.error(
            KEY,
            "MQTT_HOST contains a colon but is no IPv6 address.",
            "Write only the host in MQTT_HOST and the port in MQTT_PORT.",
        ));
    }
    if bare.is_empty()
        || bare.len() > 1024
        || bare.contains(|c: char| c.is_whitespace() || c.is_control() || "/[]@".contains(c))
    {
        return Err(s.error(
            KEY,
            "MQTT_HOST is neither a host name nor an address.",
            "Write a name such as broker.example.com or an address such as 192.0.2.1.",
        ));
    }
    Ok(bare.to_owned())
}

fn login(s: &mut Settings<'_>) -> Result<(Option<String>, Option<Secret>), ProfileError> {
    let username = s.mqtt_text("MQTT_AUTH_USERNAME")?.map(|t| t.text);
    let password = match s.text("MQTT_AUTH_PASSWORD") {
        Some(found) if !found.text.is_empty() => Some(s.sendable("MQTT_AUTH_PASSWORD", found)?),
        _ => None,
    };
    if let Some(found) = &password
        && username.is_none()
    {
        s.warn(
            found.line,
            "MQTT_AUTH_PASSWORD is ignored without MQTT_AUTH_USERNAME; a broker hangs up on a \
             password without a user name.",
        );
        return Ok((None, None));
    }
    Ok((username, password.map(|t| Secret::new(t.text))))
}

fn version(s: &mut Settings<'_>) -> Result<VersionChoice, ProfileError> {
    const KEY: &str = "USP_SCOPE_MQTT_VERSION";
    let Some(found) = s.own_text(KEY) else {
        return Ok(VersionChoice::Auto);
    };
    match found.text.to_ascii_lowercase().as_str() {
        "auto" => Ok(VersionChoice::Auto),
        "5" | "5.0" => Ok(VersionChoice::V5),
        "3.1.1" => Ok(VersionChoice::V311),
        _ => Err(s.error(
            KEY,
            "USP_SCOPE_MQTT_VERSION is no version this app speaks.",
            "Write auto, 5 or 3.1.1.",
        )),
    }
}

fn tls(s: &mut Settings<'_>) -> Result<TlsSettings, ProfileError> {
    let settings = TlsSettings {
        ca_file: s.path("MQTT_TLS_CA_FILE"),
        ca_path: s.path("MQTT_TLS_CA_PATH"),
        verify_peer: s.switch("MQTT_TLS_VERIFY_PEER", true),
        verify_peer_name: s.switch("MQTT_TLS_VERIFY_PEER_NAME", true),
        allow_self_signed: s.switch("MQTT_TLS_ALLOW_SELF_SIGNED_CERT", false),
        client_cert_file: s.path("MQTT_TLS_CLIENT_CERT_FILE"),
        client_key_file: s.path("MQTT_TLS_CLIENT_CERT_KEY_FILE"),
        client_key_passphrase: s
            .text("MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE")
            .filter(|t| !t.text.is_empty())
            .map(|t| Secret::new(t.text)),
        alpn: alpn(s)?,
    };
    let has_ca = settings.ca_file.is_some() || settings.ca_path.is_some();
    if !settings.verify_peer && has_ca {
        s.warnings.push(
            "MQTT_TLS_VERIFY_PEER=false has no effect while MQTT_TLS_CA_FILE or MQTT_TLS_CA_PATH \
             is set: the certificate is verified."
                .to_owned(),
        );
    }
    if settings.client_key_file.is_some() && settings.client_cert_file.is_none() {
        s.warnings.push(
            "MQTT_TLS_CLIENT_CERT_KEY_FILE is ignored without MQTT_TLS_CLIENT_CERT_FILE; the ACS \
             refuses to connect with it."
                .to_owned(),
        );
    }
    Ok(settings)
}

/// Protocol names, comma between, as a server that shares port 443 wants them.
fn alpn(s: &mut Settings<'_>) -> Result<Vec<String>, ProfileError> {
    const KEY: &str = "USP_SCOPE_TLS_ALPN";
    let mut protocols: Vec<String> = Vec::new();
    let Some(found) = s.own_text(KEY) else {
        return Ok(protocols);
    };
    for name in found.text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !protocols.iter().any(|known| known == name) {
            protocols.push(name.to_owned());
        }
    }
    if protocols.len() > MAX_ALPN || protocols.iter().any(|name| name.len() > 255) {
        return Err(s.error(
            KEY,
            format!("{KEY} has more than {MAX_ALPN} names, or one longer than 255 bytes."),
            format!("Write the protocol the server expects, usually {KEY}=mqtt."),
        ));
    }
    Ok(protocols)
}

fn connect_timeout(s: &mut Settings<'_>) -> Result<Duration, ProfileError> {
    let secs = s.number("MQTT_CONNECT_TIMEOUT", 60, 1..=i64::MAX, "number of seconds")?;
    if secs > MAX_CONNECT_TIMEOUT {
        s.warnings.push("MQTT_CONNECT_TIMEOUT is cut to one day.".to_owned());
    }
    Ok(Duration::from_secs(secs.clamp(1, MAX_CONNECT_TIMEOUT).unsigned_abs()))
}

fn keep_alive(s: &mut Settings<'_>) -> Result<Duration, ProfileError> {
    let secs = s.number("MQTT_KEEP_ALIVE_INTERVAL", 10, 1..=65_535, "number of seconds")?;
    if secs < MIN_KEEP_ALIVE {
        s.warnings.push(format!(
            "MQTT_KEEP_ALIVE_INTERVAL is {secs} s; this app pings every {MIN_KEEP_ALIVE} s at most."
        ));
    }
    Ok(Duration::from_secs(secs.max(MIN_KEEP_ALIVE).unsigned_abs()))
}

/// Without the switch a monitor's own default; with it the documented meaning: so many attempts,
/// so many seconds apart.
fn reconnect(s: &mut Settings<'_>) -> Result<Reconnect, ProfileError> {
    const SWITCH: &str = "MQTT_AUTO_RECONNECT_ENABLED";
    let attempts = s.number(
        "MQTT_AUTO_RECONNECT_MAX_RECONNECT_ATTEMPTS",
        3,
        1..=i64::MAX,
        "number of attempts",
    )?;
    let delay = s.number(
        "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS",
        0,
        0..=i64::MAX,
        "number of seconds",
    )?;
    if !s.is_present(SWITCH) {
        return Ok(Reconnect::default());
    }
    if !s.switch(SWITCH, false) {
        return Ok(Reconnect { enabled: false, ..Reconnect::default() });
    }
    // Nobody means a quarter of an hour: from 1000 on it was written for the ACS, which takes it
    // as milliseconds.
    let pause = if delay < 1000 {
        Duration::from_secs(delay.unsigned_abs())
    } else {
        Duration::from_millis(delay.unsigned_abs())
    };
    if pause > MAX_DELAY {
        s.warnings.push(
            "MQTT_AUTO_RECONNECT_DELAY_BETWEEN_RECONNECT_ATTEMPTS is cut to 60 s here.".to_owned(),
        );
    }
    let delay = pause.clamp(Duration::from_secs(1), MAX_DELAY);
    Ok(Reconnect {
        enabled: true,
        max_attempts: Some(u32::try_from(attempts).unwrap_or(u32::MAX)),
        delay,
        max_delay: delay.max(Reconnect::default().max_delay),
    })
}

fn base_topic(s: &mut Settings<'_>, key: &str, default: &str) -> String {
    let Some(found) = s.filled(key) else {
        return default.to_owned();
    };
    let base = found.text.trim_end_matches(['/', '#', '+']);
    if base.is_empty() || base.contains(['#', '+', '\0']) {
        s.warn(found.line, &format!("{key} is no plain topic; {default} is used instead."));
        return default.to_owned();
    }
    base.to_owned()
}

fn subscribe(s: &mut Settings<'_>, topics: &[&str]) -> Result<Vec<String>, ProfileError> {
    const KEY: &str = "USP_SCOPE_SUBSCRIBE";
    let mut filters: Vec<String> = Vec::new();
    if let Some(found) = s.own_text_with_hashes(KEY, |text| {
        text.split(',').all(|filter| filter::check(filter.trim()).is_ok())
    }) {
        for filter in found.text.split(',').map(str::trim).filter(|f| !f.is_empty()) {
            filter::check(filter).map_err(|bad| {
                s.error(
                    KEY,
                    format!("USP_SCOPE_SUBSCRIBE has a filter no broker accepts: {bad}."),
                    "Write topic filters in quotes, separated by commas: \
                     USP_SCOPE_SUBSCRIBE=\"usp/#\".",
                )
            })?;
            if !filters.iter().any(|f| f == filter) {
                filters.push(filter.to_owned());
            }
        }
    }
    if filters.is_empty() {
        for topic in topics {
            if *topic != "usp" && !topic.starts_with("usp/") {
                s.warnings.push(format!(
                    "Topics below {topic} are not covered by the default subscription usp/#; add \
                     USP_SCOPE_SUBSCRIBE=\"usp/#,{topic}/#\"."
                ));
            }
        }
        filters.push("usp/#".to_owned());
    }
    Ok(filters)
}

#[cfg(test)]
mod tests;
