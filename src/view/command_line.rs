//! A profile as the command line of `mosquitto_sub` or `mosquitto_pub`, ready to paste. Secrets
//! stay out: a placeholder stands for the password.

use crate::profile::model::{Profile, VersionChoice};

/// The program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Program {
    /// Subscribes to what the profile subscribes to.
    Sub,
    /// Publishes `Hello` on `usp/test`, as the operators' guide does.
    Pub,
}

/// The command line; one line, quoted for a POSIX shell.
#[must_use]
pub fn mosquitto(program: Program, profile: &Profile) -> String {
    let name = match program {
        Program::Sub => "mosquitto_sub",
        Program::Pub => "mosquitto_pub",
    };
    let mut words = vec![name.to_owned()];
    connection(profile, "'<password>'", &mut words);
    let mut add = |option: &str, value: &str| {
        words.push(option.to_owned());
        words.push(quoted(value));
    };
    match program {
        Program::Sub => {
            for filter in &profile.subscribe {
                add("-t", filter);
            }
            add("-q", &profile.subscribe_qos.to_string());
        }
        Program::Pub => {
            add("-t", "usp/test");
            add("-m", "Hello");
            add("-q", "1");
        }
    }
    insecure(profile, &mut words);
    if program == Program::Sub {
        words.push("-v".to_owned());
    }
    words.join(" ")
}

/// The options that reach the profile's broker; `password` stands where the password would.
pub(super) fn connection(profile: &Profile, password: &str, words: &mut Vec<String>) {
    let mut add = |option: &str, value: &str| {
        words.push(option.to_owned());
        words.push(quoted(value));
    };
    add("-h", &profile.host);
    add("-p", &profile.port.to_string());
    match profile.version {
        VersionChoice::V311 => add("-V", "mqttv311"),
        VersionChoice::V5 | VersionChoice::Auto => add("-V", "mqttv5"),
    }
    if let Some(user) = &profile.username {
        add("-u", user);
        if profile.password.is_some() {
            words.extend(["-P".to_owned(), password.to_owned()]);
        }
    }
    let Some(tls) = &profile.tls else { return };
    let mut add = |option: &str, path: &std::path::Path| {
        words.push(option.to_owned());
        words.push(quoted(&path.display().to_string()));
    };
    match (&tls.ca_file, &tls.ca_path) {
        (Some(file), _) => add("--cafile", file),
        (None, Some(folder)) => add("--capath", folder),
        (None, None) => add("--capath", "/etc/ssl/certs".as_ref()),
    }
    if let Some(cert) = &tls.client_cert_file {
        add("--cert", cert);
        add("--key", tls.client_key_file.as_ref().unwrap_or(cert));
    }
}

/// The option not to compare the host's name with the certificate, if the profile wants that.
pub(super) fn insecure(profile: &Profile, words: &mut Vec<String>) {
    if profile.tls.as_ref().is_some_and(|tls| !tls.verify_peer_name) {
        words.push("--insecure".to_owned());
    }
}

/// A word that every POSIX shell reads back.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;
    use crate::profile::model::TlsSettings;

    #[test]
    fn command_lines() {
        let mut profile = Profile::for_address("broker.example", 1883);
        assert_eq!(
            mosquitto(Program::Sub, &profile),
            "mosquitto_sub -h broker.example -p 1883 -V mqttv5 -t 'usp/#' -q 0 -v"
        );
        profile.username = Some("it's me".to_owned());
        profile.password = Some(Secret::new("CANARY"));
        profile.version = VersionChoice::V311;
        profile.tls = Some(TlsSettings {
            ca_file: Some("/a b/ca.crt".into()),
            client_cert_file: Some("/c.pem".into()),
            verify_peer_name: false,
            ..TlsSettings::default()
        });
        assert_eq!(
            mosquitto(Program::Pub, &profile),
            "mosquitto_pub -h broker.example -p 1883 -V mqttv311 -u 'it'\\''s me' -P '<password>' \
             --cafile '/a b/ca.crt' --cert /c.pem --key /c.pem -t usp/test -m Hello -q 1 --insecure"
        );
    }
}
