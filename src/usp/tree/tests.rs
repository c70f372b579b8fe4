//! Rows of payloads of each kind.
