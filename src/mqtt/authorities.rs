//! The certificates a profile trusts, sorted as OpenSSL sees them.

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::core::time::Timestamp;
use crate::profile::certificate::{self, Age};

/// The profile's authorities as OpenSSL sees them: a chain must end at one that signed itself and
/// is valid, the others may only stand in between.
pub(super) struct Authorities {
    /// Roots that are valid now.
    pub valid: Roots,
    /// Roots that are not: never trusted, but good to name.
    pub invalid: Roots,
    /// Certificates that may stand between a root and the server's.
    pub between: Vec<CertificateDer<'static>>,
}

/// Certificates a chain may end at.
pub(super) struct Roots {
    pub store: RootCertStore,
    /// The same certificates byte for byte.
    pub bytes: Vec<CertificateDer<'static>>,
}

impl Roots {
    pub fn new(bytes: Vec<CertificateDer<'static>>) -> Self {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(bytes.iter().cloned());
        Self { store, bytes }
    }
}

impl Authorities {
    /// Sorts `all` by what they are at `now`.
    pub fn new(all: Vec<CertificateDer<'static>>, now: Timestamp) -> Self {
        let (roots, between): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|der| certificate::is_self_issued(der));
        let (valid, invalid) = roots.into_iter().partition(|der| {
            certificate::facts(der)
                .is_none_or(|facts| matches!(facts.age(now), Age::Good | Age::Ending { .. }))
        });
        Self { valid: Roots::new(valid), invalid: Roots::new(invalid), between }
    }

    /// True if there is no root at all, valid or not.
    pub fn no_root(&self) -> bool {
        self.valid.store.is_empty() && self.invalid.store.is_empty()
    }

    /// A certificate that is no root.
    pub fn no_root_but(&self) -> Option<&CertificateDer<'static>> {
        self.between.first()
    }
}
