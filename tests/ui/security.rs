//! What stands behind the connection's pill: the broker's certificate, warnings, and whether this
//! app is the ACS.

use egui::accesskit::Role;
use usp_scope::core::time::Timestamp;
use usp_scope::mqtt::link::{CertificateFacts, LinkState, TlsFacts};
use usp_scope::profile::identity::{AcsSession, ClientId, Identity};
use usp_scope::profile::model::Profile;

use crate::world::{World, connected};

fn with_tls(tls: TlsFacts) -> LinkState {
    match connected() {
        LinkState::Connected { since, version, client_id, refused_filters, .. } => {
            LinkState::Connected { since, version, tls: Some(tls), client_id, refused_filters }
        }
        other => other,
    }
}

#[test]
fn the_certificate_and_its_end_are_shown() {
    let own = CertificateFacts {
        subject: "CN=broker.test".to_owned(),
        issuer: "O=Acme, CN=Acme CA".to_owned(),
        names: vec!["DNS:broker.test".to_owned()],
        usp_endpoint_ids: vec!["os::00D09E-1".to_owned()],
        not_before: Timestamp(0),
        not_after: Timestamp(86_400_000_000_000),
        ..CertificateFacts::unreadable(b"")
    };
    let mut world = World::connected();
    world.set_link(with_tls(TlsFacts {
        protocol: Some("TLS 1.3"),
        cipher: Some("TLS_AES_256_GCM_SHA384".to_owned()),
        chain_verified: true,
        chain: vec![own],
        warnings: vec!["The broker's certificate (CN=broker.test) expires in 9 days.".to_owned()],
        ..TlsFacts::default()
    }));
    world.settle();
    world.click(Role::Button, "Connection: Connected");
    for text in [
        "TLS 1.3 TLS_AES_256_GCM_SHA384",
        "CN=broker.test",
        "O=Acme, CN=Acme CA",
        "DNS:broker.test",
        "os::00D09E-1",
        "1970-01-01 to 1970-01-02",
        "Server name not verified.",
        "expires in 9 days",
    ] {
        assert!(world.shows(text), "{text}");
    }
}

#[test]
fn acting_as_the_acs_is_said_in_the_pill() {
    let mut world = World::connected();
    assert!(!world.shows("as the ACS"));
    let identity = Identity::Acs {
        client_id: ClientId::new("acs-1").unwrap(),
        session: AcsSession::Clean,
        will: None,
    };
    let profile = Profile { identity, ..Profile::for_address("broker.test", 1883) };
    world.connect(profile);
    world.click(Role::Button, "Connection: Connected as the ACS");
    assert!(world.shows("USP_SCOPE_ACT_AS_ACS"));
}
