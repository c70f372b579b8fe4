//! Whether phpdotenv's line joiner cuts an entry where its writer meant: it counts quotes and
//! knows no syntax.

use crate::profile::dialect::closing_quotes;

/// True if an entry with the value `text` and `tail` behind it is taken as one, in all
/// versions of phpdotenv.
pub(super) fn holds(text: &str, tail: &[u8]) -> bool {
    let mut entry = b"K=".to_vec();
    entry.extend(text.as_bytes());
    entry.extend(tail);
    let mut lines: Vec<&[u8]> = entry.split(|byte| *byte == b'\n').collect();
    let last = lines.pop().unwrap_or_default();
    let Some((first, between)) = lines.split_first() else {
        return !opens(last) || closing_quotes(last) >= 2;
    };
    let goes_on = opens(first) && closing_quotes(first) < 2;
    let stops = last == b"\""
        // Before 5.5 a line that looks like a start needs two.
        || closing_quotes(last) >= if opens(last) { 2 } else { 1 };
    goes_on && stops && !between.iter().any(|line| *line == b"\"" || closing_quotes(line) > 0)
}

fn opens(line: &[u8]) -> bool {
    line.windows(2).any(|pair| pair == b"=\"")
}
