//! "Connect to host and port": what was typed, and the profile it makes.

use crate::core::secret::Secret;
use crate::profile::filter;
use crate::profile::model::{Profile, TlsSettings};

/// Port of plain MQTT, and of MQTT over TLS.
const PLAIN_PORT: u16 = 1883;
const TLS_PORT: u16 = 8883;

/// What was typed.
#[derive(Clone, Default)]
pub struct ConnectForm {
    /// Host name, address, or a URL such as `mqtts://broker.example:8883`.
    pub host: String,
    /// Port; empty for the usual one.
    pub port: String,
    /// User name; may be empty.
    pub username: String,
    /// Password; may be empty. Never stored.
    pub password: String,
    /// Encrypt.
    pub tls: bool,
    /// Topic filters, separated by blanks or commas; empty for `usp/#`.
    pub subscribe: String,
}

/// What is wrong with a form, per field.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FormErrors {
    /// With the host.
    pub host: Option<&'static str>,
    /// With the port.
    pub port: Option<&'static str>,
    /// With user name and password.
    pub login: Option<&'static str>,
    /// With the topic filters.
    pub subscribe: Option<&'static str>,
}

impl FormErrors {
    /// True if nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ConnectForm {
    /// The profile, or what to mend.
    ///
    /// # Errors
    /// Says for each field what is wrong with it.
    pub fn profile(&self) -> Result<Profile, FormErrors> {
        let mut errors = FormErrors::default();
        let (host, url_port, url_tls) = split_host(self.host.trim());
        let tls = self.tls || url_tls;
        if host.is_empty() {
            errors.host = Some("Enter a host name or address");
        } else if host.contains('@') {
            // Never taken over: the host is kept in the preferences and shown in the title.
            errors.host = Some("User name and password have fields of their own");
        } else if host.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/') {
            errors.host = Some("A host name has no spaces or slashes");
        }
        let typed = if self.port.trim().is_empty() { url_port } else { self.port.trim() };
        let port = match typed.parse::<u16>() {
            Ok(0) | Err(_) if !typed.is_empty() => {
                errors.port = Some("Enter a number from 1 to 65535");
                0
            }
            Ok(port) => port,
            Err(_) if tls => TLS_PORT,
            Err(_) => PLAIN_PORT,
        };
        if self.username.is_empty() && !self.password.is_empty() {
            errors.login = Some("A password needs a user name");
        }
        let filters: Vec<String> = self
            .subscribe
            .split([' ', ',', '\t', '\n'])
            .filter(|f| !f.is_empty())
            .map(str::to_owned)
            .collect();
        if filters.iter().any(|f| filter::check(f).is_err()) {
            errors.subscribe = Some("\"#\" may only stand last, \"+\" only for a whole level");
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let mut profile = Profile::for_address(host, port);
        if !self.username.is_empty() {
            profile.username = Some(self.username.clone());
            profile.password = Some(Secret::new(self.password.clone()));
        }
        profile.tls = tls.then(TlsSettings::default);
        if !filters.is_empty() {
            profile.subscribe = filters;
        }
        Ok(profile)
    }
}

/// Host, port and whether TLS is asked for, of what may be a URL, `host:port` or `[v6]:port`.
fn split_host(text: &str) -> (&str, &str, bool) {
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let tls = matches!(scheme.to_ascii_lowercase().as_str(), "mqtts" | "ssl" | "tls");
    let rest = rest.trim_end_matches('/');
    if let Some((host, port)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
        return (host, port.strip_prefix(':').unwrap_or(""), tls);
    }
    match rest.split_once(':') {
        // More than one colon without brackets: an IPv6 address, no port.
        Some((host, port)) if !port.contains(':') => (host, port, tls),
        _ => (rest, "", tls),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(host: &str, port: &str) -> ConnectForm {
        ConnectForm { host: host.to_owned(), port: port.to_owned(), ..ConnectForm::default() }
    }

    #[test]
    fn hosts_in_every_spelling() -> Result<(), FormErrors> {
        for (host, port, expected_host, expected_port, tls) in [
            ("broker", "", "broker", 1883, false),
            (" broker ", "99", "broker", 99, false),
            ("broker:2000", "", "broker", 2000, false),
            ("mqtts://broker", "", "broker", 8883, true),
            ("mqtt://broker:1/", "", "broker", 1, false),
            ("[::1]:5", "", "::1", 5, false),
            ("fe80::1", "", "fe80::1", 1883, false),
        ] {
            let profile = form(host, port).profile()?;
            assert_eq!((&*profile.host, profile.port), (expected_host, expected_port), "{host}");
            assert_eq!(profile.tls.is_some(), tls, "{host}");
        }
        Ok(())
    }

    #[test]
    fn each_field_says_what_is_wrong_with_it() {
        let wrong = |form: &ConnectForm| form.profile().err().unwrap_or_default();
        assert!(wrong(&form("", "")).host.is_some());
        assert!(wrong(&form("a b", "")).host.is_some());
        for port in ["0", "65536", "x", "-1"] {
            let errors = wrong(&form("h", port));
            assert!(errors.port.is_some() && errors.host.is_none(), "{port}");
        }
        let login = ConnectForm { password: "p".to_owned(), ..form("h", "") };
        assert!(wrong(&login).login.is_some());
        let filter = ConnectForm { subscribe: "usp/#, a/#/b".to_owned(), ..form("h", "") };
        assert!(wrong(&filter).subscribe.is_some());
        let fine = ConnectForm { subscribe: "usp/# a/+/b".to_owned(), ..form("h", "") };
        assert_eq!(fine.profile().map(|p| p.subscribe.len()), Ok(2));
    }
}
