//! Will the ACS start and connect with this file, and will this app? One line each, with the
//! reason that strikes first.
//!
//! The verdict speaks of the file and of this machine: a variable of the ACS's own environment, a
//! cached configuration or another machine's disk can change it.

use std::path::Path;

use super::lint::{self, Context, Finding, Level};
use super::read;
use super::tls;

/// What will happen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing in the file stands in the way.
    Connects,
    /// Starts, but cannot connect.
    CannotConnect(Reason),
    /// Refuses before anything is sent.
    Refuses(Reason),
}

/// Why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The variable to blame.
    pub key: Option<String>,
    /// Its line.
    pub line: Option<usize>,
    /// In a few words, as php-mqtt or this app would say it.
    pub short: String,
    /// The finding's code, if a lint found it.
    pub code: Option<&'static str>,
}

impl Verdict {
    /// True if nothing stands in the way.
    #[must_use]
    pub fn is_good(&self) -> bool {
        *self == Self::Connects
    }

    /// The reason why not.
    #[must_use]
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Connects => None,
            Self::CannotConnect(reason) | Self::Refuses(reason) => Some(reason),
        }
    }

    /// One line: `The ACS will start and connect`, `The ACS will refuse: …`.
    #[must_use]
    pub fn headline(&self, who: &str) -> String {
        match self {
            Self::Connects => format!("{who} will start and connect"),
            Self::CannotConnect(reason) => {
                format!("{who} will start, but not connect: {}", reason.short)
            }
            Self::Refuses(reason) => format!("{who} will refuse: {}", reason.short),
        }
    }
}

/// What the ACS will do; `findings` are those of [`lint::lint`] for the same context.
#[must_use]
pub fn acs(context: &Context<'_>, findings: &[Finding]) -> Verdict {
    let refuses = |finding: &Finding| Verdict::Refuses(reason(finding));
    if let Some(finding) = findings.iter().find(|f| f.code == "file-refused") {
        return refuses(finding);
    }
    if let Some(finding) = lint::refusals(context).first() {
        return refuses(finding);
    }
    let others = findings.iter().filter(|finding| finding.level == Level::Error);
    match others.filter(|finding| !is_our_own(finding)).min_by_key(|f| swallowed_last(f)) {
        Some(finding) => Verdict::CannotConnect(reason(finding)),
        None => Verdict::Connects,
    }
}

fn is_our_own(finding: &Finding) -> bool {
    finding.key.as_deref().is_some_and(|key| key.starts_with("USP_SCOPE_"))
}

/// What is missing because it was swallowed says less than the swallowing itself.
fn swallowed_last(finding: &Finding) -> u8 {
    u8::from(!matches!(finding.code, "file-swallowed" | "comment-swallows"))
}

/// What this app will do with the same bytes. Reads the TLS files the profile names.
#[must_use]
pub fn app(bytes: &[u8], path: &Path, env: &dyn Fn(&str) -> Option<String>) -> Verdict {
    let refuses = |key, line, what: &str| {
        let mut chars = what.trim_end_matches('.').chars();
        let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
        // Names of variables keep their capitals.
        let first = if what.starts_with("MQTT") || what.starts_with("USP") {
            what.get(..1).unwrap_or_default().to_owned()
        } else {
            first
        };
        let short = format!("{first}{}", chars.as_str());
        Verdict::Refuses(Reason { key, line, short, code: None })
    };
    match read::parse(bytes, path, env) {
        Err(error) => refuses(error.key, error.line, &error.what),
        Ok(loaded) => match loaded.profile.tls.as_ref().map(tls::load) {
            Some(Err(problem)) => refuses(Some(problem.variable.to_owned()), None, &problem.what),
            Some(Ok(_)) | None => Verdict::Connects,
        },
    }
}

/// The finding in a few words.
fn reason(finding: &Finding) -> Reason {
    let key = finding.key.as_deref().unwrap_or_default();
    let short = match finding.code {
        "file-refused" => match finding.line {
            Some(line) => format!("phpdotenv cannot read line {line}"),
            None => "phpdotenv cannot read the file".to_owned(),
        },
        "file-swallowed" | "comment-swallows" => match finding.line {
            Some(line) => format!("an open quote on line {line} hides what follows"),
            None => "an open quote hides what follows".to_owned(),
        },
        "type-error" => format!("TypeError: {key} is true or false, not a text"),
        "number-out-of-range" => format!("{key} is out of range"),
        "blank-value" => format!("{key} may not be blank"),
        "path-not-a-file" => match key {
            "MQTT_TLS_CA_FILE" => "the CA file must be a regular file".to_owned(),
            "MQTT_TLS_CLIENT_CERT_FILE" => {
                "the client certificate must be a regular file".to_owned()
            }
            _ => "the client key must be a regular file".to_owned(),
        },
        "path-not-a-folder" => "the CA path must be a folder".to_owned(),
        "key-without-certificate" => "a client key needs a client certificate".to_owned(),
        "passphrase-without-key" => "a passphrase needs a key file".to_owned(),
        "clean-session-with-reconnect" => {
            "auto-reconnect and clean session exclude each other".to_owned()
        }
        "host-missing" => "there is no host".to_owned(),
        "host-malformed" => "MQTT_HOST is no host".to_owned(),
        "ipv6-without-brackets" => "an IPv6 address needs brackets".to_owned(),
        "ipv6-brackets-tls" => "TLS refuses a host in brackets".to_owned(),
        "port-invalid" => "MQTT_PORT is no port".to_owned(),
        "client-id-empty" => "brokers reject an empty client id".to_owned(),
        "password-without-username" => "a password needs a user name".to_owned(),
        _ => finding.text.trim_end_matches('.').to_owned(),
    };
    Reason { key: finding.key.clone(), line: finding.line, short, code: Some(finding.code) }
}
