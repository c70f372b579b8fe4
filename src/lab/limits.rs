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
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let refused = |allowed| LabError::TooManyFiles { needed, allowed };
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).map_err(|_unknown| refused(0))?;
    if soft >= needed {
        return Ok(());
    }
    if hard < needed {
        return Err(refused(hard));
    }
    setrlimit(Resource::RLIMIT_NOFILE, needed, hard).map_err(|_refused| refused(soft))
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
            use nix::sys::resource::{Resource, getrlimit};
            if getrlimit(Resource::RLIMIT_NOFILE).is_ok_and(|(_, hard)| hard < 2_000_000_000) {
                let error = make_room(1_000_000_000).err().map(|e| e.to_string());
                assert!(error.is_some_and(|e| e.contains("fewer agents")));
            }
        }
    }
}
