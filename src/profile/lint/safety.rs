//! Who can read the file and the key.

use std::path::Path;

use super::disk;
use super::{Context, Finding, Op};
use crate::profile::catalog;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    if let Some(path) = context.path {
        profile(context, path, found);
    }
    let mut key = "MQTT_TLS_CLIENT_CERT_KEY_FILE";
    if context.path_of(key).is_none()
        && context
            .path_of("MQTT_TLS_CLIENT_CERT_FILE")
            .is_some_and(|path| disk::holds_private_key(&path))
    {
        key = "MQTT_TLS_CLIENT_CERT_FILE";
    }
    if let Some(path) = context.path_of(key)
        && disk::there(&path) == disk::There::File
        && let Some(mode) = disk::mode(&path).filter(|mode| mode & 0o077 != 0)
    {
        found.push(
            Finding::warning(
                "key-file-readable",
                format!(
                    "The private key in {} can be read by others than its owner (mode {mode:04o}).",
                    path.display()
                ),
            )
            .at(key, context.line(key))
            .fix(
                format!("chmod 600 {}", path.display()),
                vec![Op::RestrictFile { path: Some(path) }],
            ),
        );
    }
}

/// Whether a secret stands in the file itself, known variable or not.
fn holds_secret(context: &Context<'_>) -> bool {
    let document = &context.reading.document;
    document.items().iter().any(|item| {
        item.key().is_some_and(catalog::is_secret_key)
            && !matches!(document.value_text(item), b"" | b"''" | b"\"\"" | b"null" | b"(null)")
    })
}

fn profile(context: &Context<'_>, path: &Path, found: &mut Vec<Finding>) {
    if !holds_secret(context) {
        return;
    }
    if let Some(mode) = disk::mode(path).filter(|mode| mode & 0o077 != 0) {
        found.push(
            Finding::warning(
                "file-readable",
                format!(
                    "The file holds a secret and can be read by others than its owner (mode \
                     {mode:04o})."
                ),
            )
            .fix(
                "chmod 600 (the ACS must run as the owner)",
                vec![Op::RestrictFile { path: None }],
            ),
        );
    }
    if let Some(root) = disk::web_root(path) {
        found.push(Finding::warning(
            "file-in-web-root",
            format!(
                "The file holds a secret and lies below {}, which a web server may hand out.",
                root.display()
            ),
        ));
    }
    if disk::is_tracked(path) {
        found.push(Finding::warning(
            "file-in-git",
            "The file holds a secret and is tracked by git: everybody with the repository has it.",
        ));
    }
}
