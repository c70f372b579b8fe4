//! Which profile a command works with: the file named, `./.env`, or a bare address.

use std::path::Path;

use crate::profile::model::Profile;
use crate::profile::read::{self, Loaded, ProfileError, environment};

use super::CliError;

/// The profile looked for when none is named.
const HERE: &str = ".env";

/// The profile of `file`, or of `./.env` unless an address is given, else one for that address
/// (by default localhost:1883).
pub(super) fn choose(
    file: Option<&Path>,
    host: Option<&str>,
    port: Option<u16>,
) -> Result<Loaded, ProfileError> {
    if let Some(file) = file {
        return load(file);
    }
    if host.is_none() && port.is_none() && Path::new(HERE).is_file() {
        say!("using the profile ./{HERE}");
        return load(Path::new(HERE));
    }
    let profile = Profile::for_address(host.unwrap_or("localhost"), port.unwrap_or(1883));
    Ok(Loaded { profile, warnings: Vec::new() })
}

/// The profile or the command's failure; warnings go to stderr.
pub(super) fn choose_or_fail(
    file: Option<&Path>,
    host: Option<&str>,
    port: Option<u16>,
) -> Result<Profile, CliError> {
    let loaded = choose(file, host, port)
        .map_err(|error| CliError::failed(error.what_and_where(), error.advice))?;
    for warning in &loaded.warnings {
        say!("{}: {warning}", loaded.profile.name);
    }
    Ok(loaded.profile)
}

fn load(file: &Path) -> Result<Loaded, ProfileError> {
    read::load(file, &environment)
}
