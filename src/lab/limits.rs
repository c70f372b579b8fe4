//! Each simulated client takes two open files, its own end of the connection and the broker's.
//! Many systems allow 1,024 until asked for more.

use super::LabError;

/// Files for everything else in the process.
const SPARE: u64 = 128;

/// Makes sure that `clients` connections fit, raising the soft limit as far as the hard one
/// allows.
pub(super) fn make_room(clients: usize) -> Result<(), LabError> {
    let needed = clients as u64 * 2 + SPARE;
    raise(needed)
}

#[cfg(unix)]
fn raise(needed: u64) -> Result<(), LabError> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    // No value means no limit.
    let enough = |value: Option<u64>| value.is_none_or(|v| v >= needed);
    if enough(limit.current) {
        return Ok(());
    }
    let refused = || LabError::TooManyFiles { needed, allowed: limit.maximum.unwrap_or(0) };
    if !enough(limit.maximum) {
        return Err(refused());
    }
    let raised = Rlimit { current: Some(needed), maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).map_err(|_refused| refused())
}

#[cfg(not(unix))]
fn raise(_needed: u64) -> Result<(), LabError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_clients_always_fit_and_a_billion_never_do() {
        assert!(make_room(4).is_ok());
        #[cfg(unix)]
        {
            let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
            if limit.maximum.is_some_and(|m| m < 2_000_000_000) {
                let error = make_room(1_000_000_000).err().map(|e| e.to_string());
                assert!(error.is_some_and(|e| e.contains("fewer agents")));
            }
        }
    }
}
