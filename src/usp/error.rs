//! USP error codes and their names (TR-369 §7 and record level).

/// Codes with a name of their own.
const NAMES: &[(u32, &str)] = &[
    (7000, "Message failed"),
    (7001, "Message not supported"),
    (7002, "Request denied"),
    (7003, "Internal error"),
    (7004, "Invalid arguments"),
    (7005, "Resources exceeded"),
    (7006, "Permission denied"),
    (7007, "Invalid configuration"),
    (7008, "Invalid path syntax"),
    (7009, "Parameter action failed"),
    (7010, "Unsupported parameter"),
    (7011, "Invalid type"),
    (7012, "Invalid value"),
    (7013, "Parameter not writable"),
    (7014, "Value conflict"),
    (7015, "Operation error"),
    (7016, "Object does not exist"),
    (7017, "Object could not be created"),
    (7018, "Object is not a table"),
    (7019, "Object is not creatable"),
    (7020, "Object could not be updated"),
    (7021, "Required parameter failed"),
    (7022, "Command failure"),
    (7023, "Command canceled"),
    (7024, "Delete failure"),
    (7025, "Duplicate unique key"),
    (7026, "Invalid path"),
    (7027, "Invalid command arguments"),
    (7028, "Register failure"),
    (7029, "Path already in use"),
    (7030, "Deregister failure"),
    (7031, "Path registered by another agent"),
    (7100, "Record could not be parsed"),
    (7101, "Secure session required"),
    (7102, "Secure session not supported"),
    (7103, "Segmentation not supported"),
    (7104, "Invalid record value"),
    (7105, "Session context terminated"),
    (7106, "Session context not allowed"),
];

/// The name of an error code: its own, or that of the range it lies in. `None` for 0 (success)
/// and for codes outside the ranges of USP.
#[must_use]
pub fn name(code: u32) -> Option<&'static str> {
    if let Ok(at) = NAMES.binary_search_by_key(&code, |entry| entry.0) {
        return NAMES.get(at).map(|entry| entry.1);
    }
    match code {
        7032..=7099 => Some("Reserved code"),
        7107..=7199 => Some("Reserved record error"),
        7200..=7299 => Some("Data model error"),
        7800..=7999 => Some("Vendor error"),
        _ => None,
    }
}

/// Code and name for people, for example `7026 Invalid path`; the bare number without a name.
#[must_use]
pub fn label(code: u32) -> String {
    match name(code) {
        Some(name) => format!("{code} {name}"),
        None => code.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_named() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(label(7026), "7026 Invalid path");
        assert_eq!(name(7250), Some("Data model error"));
        assert_eq!(name(7800), Some("Vendor error"));
        assert_eq!(name(0), None);
        assert_eq!(label(42), "42");
    }
}
