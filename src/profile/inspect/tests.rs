//! The bounds; what is found in real files is tested in `tests/tls`.

use super::*;

#[test]
fn nothing_to_look_at_is_nothing_to_say() {
    assert_eq!(inspect(&TlsSettings::default(), Timestamp(0)), []);
    let files = tls::TlsFiles { authorities: None, client: None };
    assert_eq!(Watched::new(&files), Watched::default());
}

#[test]
fn every_variable_gets_its_own_finding() {
    let nowhere = |name: &str| Some(PathBuf::from(format!("/nonexistent/{name}")));
    let tls = TlsSettings {
        ca_file: nowhere("ca"),
        ca_path: nowhere("folder"),
        client_cert_file: nowhere("cert"),
        client_key_file: nowhere("key"),
        ..TlsSettings::default()
    };
    let found: Vec<(Finding, &str)> =
        inspect(&tls, Timestamp(0)).into_iter().map(|o| (o.finding, o.variable)).collect();
    let unreadable = Finding::Unusable(FileFault::Unreadable);
    assert_eq!(found, [(unreadable, CA_FILE), (unreadable, CA_PATH), (unreadable, CERT)]);
}
