//! The connection's state in words: what the pill says, and the sentences behind it.

use crate::core::time::Timestamp;
use crate::mqtt::link::{Cause, CertificateFacts, LinkState, TlsFacts};
use crate::profile::certificate::date;

/// How a state should look; always shown with an icon and a word as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// Nothing is asked for.
    Quiet,
    /// Under way.
    Busy,
    /// As it should be.
    Good,
    /// Works with limits, or will be tried again.
    Warning,
    /// Failed.
    Bad,
}

/// A state in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    /// How it should look.
    pub tone: Tone,
    /// At most four words.
    pub short: String,
    /// One sentence: what is the case.
    pub what: String,
    /// One sentence: what to do next.
    pub advice: Option<String>,
}

impl Words {
    /// The same for a connection as the ACS, which must never be mistaken for a monitor's.
    #[must_use]
    pub fn as_the_acs(self, link: &LinkState) -> Self {
        if !matches!(link, LinkState::Connected { .. }) {
            return self;
        }
        Self {
            tone: Tone::Warning,
            short: "Connected as the ACS".to_owned(),
            what: format!("{} This app is the ACS to the broker.", self.what),
            advice: Some(self.advice.unwrap_or_else(|| {
                "Remove USP_SCOPE_ACT_AS_ACS from the profile to connect beside the ACS.".to_owned()
            })),
        }
    }
}

/// The state in words at `now`, for a broker called `broker`.
#[must_use]
pub fn words(link: &LinkState, broker: &str, now: Timestamp) -> Words {
    let words = |tone, short: &str, what: String, advice: Option<String>| Words {
        tone,
        short: short.to_owned(),
        what,
        advice,
    };
    match link {
        LinkState::Idle => {
            words(Tone::Quiet, "Not connected", "No connection was asked for.".to_owned(), None)
        }
        LinkState::Connecting { attempt } => {
            let again = if *attempt > 1 { format!(", attempt {attempt}") } else { String::new() };
            words(Tone::Busy, "Connecting…", format!("Connecting to {broker}{again}."), None)
        }
        LinkState::Connected { version, refused_filters, .. } if refused_filters.is_empty() => {
            let what = format!("Connected to {broker} with {}.", version.label());
            words(Tone::Good, "Connected", what, None)
        }
        LinkState::Connected { version, refused_filters, .. } => words(
            Tone::Warning,
            "Connected, limited",
            format!(
                "Connected to {broker} with {}, but it refused: {}.",
                version.label(),
                refused_filters.join(", ")
            ),
            Some("Ask for read access to these topics, or subscribe to fewer.".to_owned()),
        ),
        LinkState::Waiting { until, attempt, max_attempts, failure } => {
            let secs = wait_secs(*until, now);
            let of = max_attempts.map_or(String::new(), |max| format!(" of {max}"));
            let short =
                if secs > 0 { format!("Retry in {secs} s") } else { "Retrying…".to_owned() };
            Words {
                tone: Tone::Warning,
                short,
                what: format!("{} Attempt {attempt}{of} comes next.", sentence(&failure.what)),
                advice: Some(sentence(&failure.advice)),
            }
        }
        LinkState::Failed { failure } => words(
            Tone::Bad,
            if failure.cause == Cause::NotAuthorized { "Denied" } else { "Failed" },
            sentence(&failure.what),
            Some(sentence(&failure.advice)),
        ),
        LinkState::Closed => words(
            Tone::Quiet,
            "Disconnected",
            format!("The connection to {broker} was closed."),
            Some("What was received is still here. Reconnect to go on.".to_owned()),
        ),
    }
}

/// Further remedies for what failed, besides the advice in [`words`].
#[must_use]
pub fn remedies(link: &LinkState) -> &'static [&'static str] {
    match link {
        LinkState::Waiting { failure, .. } | LinkState::Failed { failure } => {
            failure.cause.remedies()
        }
        _ => &[],
    }
}

/// Whole seconds until `until`, at least 0.
#[must_use]
pub fn wait_secs(until: Timestamp, now: Timestamp) -> i64 {
    until.nanos_since(now).max(0).saturating_add(999_999_999) / 1_000_000_000
}

/// The lock's word, tone and explanation.
#[must_use]
pub fn tls_words(tls: Option<&TlsFacts>) -> (&'static str, Tone, &'static str) {
    let Some(facts) = tls else {
        return (
            "No TLS",
            Tone::Quiet,
            "The connection is not encrypted: anyone on the way can read it.",
        );
    };
    match (facts.chain_verified, facts.name_verified) {
        (true, true) => {
            ("TLS", Tone::Good, "Encrypted. The broker's certificate and name are verified.")
        }
        (true, false) => (
            "TLS, name unchecked",
            Tone::Warning,
            "Encrypted. The certificate is verified, the broker's name is not \
             (MQTT_TLS_VERIFY_PEER_NAME is off).",
        ),
        (false, _) if facts.self_signed_accepted => (
            "TLS, self-signed",
            Tone::Warning,
            "Encrypted. The certificate is signed by itself, which the profile allows; nobody \
             vouches for the broker.",
        ),
        (false, _) => (
            "TLS, unverified",
            Tone::Warning,
            "Encrypted, but nobody checked who the broker is (MQTT_TLS_VERIFY_PEER is off).",
        ),
    }
}

/// What is known of an encrypted connection: name and value, line by line.
#[must_use]
pub fn tls_rows(facts: &TlsFacts) -> Vec<(&'static str, String)> {
    let protocol = facts.protocol.unwrap_or("TLS");
    let mut rows = vec![match &facts.cipher {
        Some(cipher) => ("Encryption", format!("{protocol} {cipher}")),
        None => ("Encryption", protocol.to_owned()),
    }];
    if let Some(skipped) = facts.skipped() {
        rows.push(("Not checked", sentence(skipped)));
    }
    let Some((own, issuers)) = facts.chain.split_first() else {
        return rows;
    };
    rows.push(("Certificate", own.subject.clone()));
    rows.extend(own.usp_endpoint_ids.iter().map(|id| ("Endpoint id", id.clone())));
    rows.extend(names(&own.names));
    rows.push(("Valid", validity(own)));
    rows.push(("Issued by", own.issuer.clone()));
    rows.extend(
        issuers
            .iter()
            .map(|next| ("Sent as well", format!("{}, {}", next.subject, validity(next)))),
    );
    rows.push(("SHA-256", own.fingerprint_sha256.clone()));
    rows
}

/// One line each, the first few of many.
fn names(all: &[String]) -> Vec<(&'static str, String)> {
    const SHOWN: usize = 5;
    let mut lines: Vec<String> = all.iter().take(SHOWN).cloned().collect();
    match all.len() {
        0 => lines.push("none".to_owned()),
        n if n > SHOWN => lines.push(format!("and {} more", n - SHOWN)),
        _ => {}
    }
    let labels = std::iter::once("Names").chain(std::iter::repeat(""));
    labels.zip(lines).collect()
}

fn validity(facts: &CertificateFacts) -> String {
    format!("{} to {}", date(facts.not_before), date(facts.not_after))
}

/// First letter large, one full stop: causes come as parts of sentences too.
fn sentence(text: &str) -> String {
    let text = text.trim();
    let mut chars = text.chars();
    // A host's name keeps its letters.
    let first_word = text.split_whitespace().next().unwrap_or_default();
    let is_name = first_word.trim_end_matches(['.', ',']).contains(['.', ':']);
    let capital =
        |c: char| -> String { if is_name { c.to_string() } else { c.to_uppercase().collect() } };
    let mut out: String = chars.next().map(capital).unwrap_or_default();
    out.push_str(chars.as_str());
    if !out.is_empty() && !out.ends_with(['.', '!', '?', '…']) {
        out.push('.');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mqtt::link::Failure;

    #[test]
    fn a_failure_says_what_and_what_to_do() {
        let failure = Failure {
            cause: Cause::Refused,
            what: "nothing listens on 127.0.0.1:1".to_owned(),
            advice: "check MQTT_PORT".to_owned(),
        };
        let failed = LinkState::Failed { failure: failure.clone() };
        let said = words(&failed, "x", Timestamp(0));
        assert_eq!((said.tone, &*said.short), (Tone::Bad, "Failed"));
        assert_eq!(said.what, "Nothing listens on 127.0.0.1:1.");
        assert_eq!(said.advice.as_deref(), Some("Check MQTT_PORT."));

        let until = Timestamp(2_100_000_000);
        let waiting = LinkState::Waiting { until, attempt: 3, max_attempts: Some(5), failure };
        let said = words(&waiting, "x", Timestamp(0));
        assert_eq!(said.short, "Retry in 3 s");
        assert!(said.what.ends_with("Attempt 3 of 5 comes next."), "{}", said.what);
        assert_eq!(words(&waiting, "x", until).short, "Retrying…");
    }

    #[test]
    fn the_acs_is_never_mistaken_for_a_monitor() {
        let connected = LinkState::Connected {
            since: Timestamp(0),
            version: crate::mqtt::link::MqttVersion::V5,
            tls: None,
            client_id: "acs".to_owned(),
            refused_filters: Vec::new(),
        };
        let said = words(&connected, "x", Timestamp(0)).as_the_acs(&connected);
        assert_eq!((said.tone, &*said.short), (Tone::Warning, "Connected as the ACS"));
        assert!(said.advice.is_some_and(|a| a.contains("USP_SCOPE_ACT_AS_ACS")));
        let idle = words(&LinkState::Idle, "x", Timestamp(0));
        assert_eq!(idle.clone().as_the_acs(&LinkState::Idle), idle);
    }

    #[test]
    fn the_certificate_is_told_line_by_line() {
        let own = CertificateFacts {
            subject: "CN=broker".to_owned(),
            issuer: "CN=CA".to_owned(),
            names: vec!["DNS:b".to_owned(), "URI:urn:bbf:usp:id:os::1".to_owned()],
            usp_endpoint_ids: vec!["os::1".to_owned()],
            not_before: Timestamp(0),
            not_after: Timestamp(86_400_000_000_000),
            ..CertificateFacts::unreadable(b"")
        };
        let facts = TlsFacts {
            protocol: Some("TLS 1.3"),
            cipher: Some("TLS_AES_128_GCM_SHA256".to_owned()),
            chain_verified: true,
            chain: vec![own.clone(), CertificateFacts { subject: "CN=CA".to_owned(), ..own }],
            ..TlsFacts::default()
        };
        let rows = tls_rows(&facts);
        let value = |name: &str| rows.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
        assert_eq!(value("Encryption"), Some("TLS 1.3 TLS_AES_128_GCM_SHA256"));
        assert_eq!(value("Not checked"), Some("Server name not verified."));
        assert_eq!((value("Names"), value("")), (Some("DNS:b"), Some("URI:urn:bbf:usp:id:os::1")));
        let many: Vec<String> = (0..7).map(|n| n.to_string()).collect();
        assert_eq!(names(&many).last(), Some(&("", "and 2 more".to_owned())));
        assert_eq!(names(&[]), [("Names", "none".to_owned())]);
        assert_eq!(value("Endpoint id"), Some("os::1"));
        assert_eq!(value("Valid"), Some("1970-01-01 to 1970-01-02"));
        assert_eq!(value("Sent as well"), Some("CN=CA, 1970-01-01 to 1970-01-02"));
        assert_eq!(tls_rows(&TlsFacts::default()).len(), 2);
    }

    #[test]
    fn the_lock_says_what_was_checked() {
        let facts = |chain_verified, name_verified| TlsFacts {
            chain_verified,
            name_verified,
            ..TlsFacts::default()
        };
        assert_eq!(tls_words(None).0, "No TLS");
        assert_eq!(tls_words(Some(&facts(true, true))).1, Tone::Good);
        assert_eq!(tls_words(Some(&facts(true, false))).1, Tone::Warning);
        assert_eq!(tls_words(Some(&facts(false, true))).0, "TLS, unverified");
    }
}
