//! Exact lists of what filters find in the captures: every field at least once.

use super::{captures, filter, found, read};

/// Capture, filter, the numbers of the messages that pass.
const FOUND: &[(&str, &str, &[u64])] = &[];

#[test]
fn every_field_finds_its_messages() {
    let mut faults = String::new();
    for (name, source, expected) in FOUND {
        let capture = captures().into_iter().find(|path| path.to_string_lossy().contains(name));
        let ours = found(&read(&capture.unwrap()), &filter(source));
        if ours != *expected {
            faults += &format!("(\"{name}\", {source:?}, &{ours:?}),\n");
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}
