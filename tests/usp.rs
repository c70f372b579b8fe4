//! Records of real agents and broken ones: the summary, the full decode, the JSON and the field
//! rows against what an independent decoder made of them.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "usp/broken.rs"]
mod broken;
#[path = "usp/captures.rs"]
mod captures;
#[path = "usp/leaves.rs"]
mod leaves;

/// Bytes written as hex digits; anything else is skipped.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

/// A folder of the corpus.
fn corpus(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name)
}
