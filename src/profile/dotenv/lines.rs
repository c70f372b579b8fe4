//! Cuts a file into entries as phpdotenv does. Its joiner counts quotes and knows no syntax: a
//! comment with an odd quote opens a value that runs on to a later line or to the end of the
//! file. Nothing here reads names or values.

/// The text of one entry, its lines joined by line feeds.
pub(super) struct RawEntry {
    pub text: String,
    pub line: usize,
    pub last_line: usize,
}

/// What is left after joining; comments and blank lines are gone.
pub(super) struct Joined {
    pub entries: Vec<RawEntry>,
    pub swallowed_from: Option<usize>,
}

pub(super) fn join(text: &str) -> Joined {
    let mut entries = Vec::new();
    let mut open: Option<RawEntry> = None;
    for (index, line) in physical_lines(text).enumerate() {
        let number = index + 1;
        match open.take() {
            Some(mut entry) => {
                entry.text.push('\n');
                entry.text.push_str(line);
                entry.last_line = number;
                if stops(line, false) {
                    keep(&mut entries, entry);
                } else {
                    open = Some(entry);
                }
            }
            None => {
                let entry = RawEntry { text: line.to_owned(), line: number, last_line: number };
                if line.contains("=\"") && !stops(line, true) {
                    open = Some(entry);
                } else {
                    keep(&mut entries, entry);
                }
            }
        }
    }
    Joined { entries, swallowed_from: open.map(|e| e.line) }
}

/// Keeps what is neither blank nor a comment. A comment that opened a quote is joined first and
/// dropped here with everything it swallowed.
fn keep(entries: &mut Vec<RawEntry>, entry: RawEntry) {
    let trimmed = php_trim(&entry.text);
    if !trimmed.is_empty() && !trimmed.starts_with('#') {
        entries.push(entry);
    }
}

/// Lines end at LF, CR LF or a lone CR.
fn physical_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        match current.find(['\r', '\n']) {
            None => {
                rest = None;
                Some(current)
            }
            Some(at) => {
                let (line, tail) = current.split_at(at);
                rest = tail.strip_prefix("\r\n").or_else(|| tail.get(1..));
                Some(line)
            }
        }
    })
}

/// True if `line` closes a value; `opened_here` if it is also the line that opened it.
fn stops(line: &str, opened_here: bool) -> bool {
    if line == "\"" {
        return true;
    }
    let plain = line.replace("\\\\", "");
    let quotes = plain
        .as_bytes()
        .windows(2)
        .filter(|pair| pair.first() != Some(&b'\\') && pair.last() == Some(&b'"'))
        .count();
    if opened_here { quotes > 1 } else { quotes >= 1 }
}

/// PHP's `trim`: blank, tab, line feed, carriage return, vertical tab, NUL; not form feed.
pub(super) fn php_trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\0'])
}
