//! What the lints look at.

use std::path::{Path, PathBuf};

use crate::core::time::Timestamp;
use crate::profile::reading::{Field, Reading};

/// A profile and what is known around it.
pub struct Context<'a> {
    /// The file as the ACS reads it.
    pub reading: &'a Reading,
    /// Where it lies; `None` for one that was never saved.
    pub path: Option<&'a Path>,
    /// Now.
    pub now: Timestamp,
    /// Variables of this process.
    pub environment: &'a dyn Fn(&str) -> Option<String>,
    /// Name and ACS client id of other profiles.
    pub others: &'a [(String, String)],
}

impl<'a> Context<'a> {
    /// A context without other profiles and without environment.
    #[must_use]
    pub fn new(reading: &'a Reading, path: Option<&'a Path>, now: Timestamp) -> Self {
        Self { reading, path, now, environment: &|_| None, others: &[] }
    }

    /// The field of a variable of the catalogue.
    pub(super) fn field(&self, key: &str) -> Option<&'a Field> {
        self.reading.field(key)
    }

    /// The field if the file gives it a value of any kind.
    pub(super) fn given(&self, key: &str) -> Option<&'a Field> {
        self.field(key).filter(|field| field.is_from_file())
    }

    /// The text the ACS ends up with, if it is not null.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.reading.text(key)
    }

    /// A text that is not blank.
    pub(super) fn filled(&self, key: &str) -> Option<&'a str> {
        self.text(key).filter(|text| !text.trim().is_empty())
    }

    pub(super) fn is_on(&self, key: &str) -> bool {
        self.reading.is_on(key)
    }

    pub(super) fn line(&self, key: &str) -> Option<usize> {
        self.reading.line(key)
    }

    /// A path of the file as this app resolves it: relative ones start at the file's folder.
    pub(in crate::profile) fn path_of(&self, key: &str) -> Option<PathBuf> {
        let text = self.filled(key)?;
        let folder = self.path.and_then(Path::parent).unwrap_or_else(|| Path::new(""));
        Some(folder.join(text))
    }

    /// Another key of the file, read as the ACS reads it.
    pub(super) fn other(&self, key: &str) -> Option<&'a str> {
        self.reading.file.as_ref().ok()?.get(key)?.value.as_deref()
    }

    /// True if the file says that it is for production.
    pub(super) fn is_production(&self) -> bool {
        self.other("APP_ENV").is_some_and(|env| env.eq_ignore_ascii_case("production"))
    }

    /// True if the broker is on this machine or in a private network.
    pub(super) fn host_is_near(&self) -> bool {
        self.filled("MQTT_HOST").is_some_and(|host| is_loopback(host) || is_private(host))
    }

    /// True if the broker is on this machine.
    pub(super) fn host_is_loopback(&self) -> bool {
        self.filled("MQTT_HOST").is_some_and(is_loopback)
    }
}

fn address(host: &str) -> Option<std::net::IpAddr> {
    let bare = host.trim().trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok()
}

fn is_loopback(host: &str) -> bool {
    let name = host.trim();
    name.eq_ignore_ascii_case("localhost")
        || name.to_ascii_lowercase().ends_with(".localhost")
        || address(name).is_some_and(|ip| ip.is_loopback())
}

fn is_private(host: &str) -> bool {
    match address(host) {
        Some(std::net::IpAddr::V4(ip)) => ip.is_private() || ip.is_link_local(),
        Some(std::net::IpAddr::V6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        // A name without a dot (a container's, a neighbour's) or of a private zone.
        None => {
            let name = host.trim().to_ascii_lowercase();
            !name.contains('.')
                || [".local", ".internal", ".lan", ".home.arpa", ".test"]
                    .iter()
                    .any(|zone| name.ends_with(zone))
        }
    }
}
