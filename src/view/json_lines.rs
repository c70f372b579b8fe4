//! JSON and text as numbered lines with coloured pieces, one row per line: a label of 800 kB
//! costs a hundred times a screenful of rows.

use serde_json::Value;

/// Longest line kept in one piece, bytes; a longer one goes on in the next row.
const MAX_LINE: usize = 400;

/// What a piece of a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Brackets, commas, blanks.
    Punctuation,
    /// The name of a member.
    Key,
    /// A string value.
    String,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
}

/// A text with the start of each of its lines.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    /// A JSON value, indented by two.
    #[must_use]
    pub fn of_json(value: &Value) -> Self {
        // A value of ours always has text; an empty one is the honest answer otherwise.
        Self::of_text(serde_json::to_string_pretty(value).unwrap_or_default())
    }

    /// Any text.
    #[must_use]
    pub fn of_text(text: String) -> Self {
        let mut starts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let mut from = 0;
            while line.len() - from > MAX_LINE {
                starts.push(at + from);
                let mut next = from + MAX_LINE;
                while !line.is_char_boundary(next) {
                    next -= 1;
                }
                from = next;
            }
            starts.push(at + from);
            at += line.len();
        }
        Self { text, starts }
    }

    /// Number of lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// True if there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line `index` without its end.
    #[must_use]
    pub fn line(&self, index: usize) -> &str {
        let Some(&start) = self.starts.get(index) else { return "" };
        let end = self.starts.get(index + 1).copied().unwrap_or(self.text.len());
        self.text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

/// The pieces of one line of indented JSON.
#[must_use]
pub fn pieces(line: &str) -> Vec<(Piece, &str)> {
    let mut out = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let (kind, len) = match first {
            '"' => {
                let len = string_len(rest);
                let after = rest.get(len..).unwrap_or("");
                let key = after.trim_start().starts_with(':');
                (if key { Piece::Key } else { Piece::String }, len)
            }
            '-' | '0'..='9' => {
                let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
                (Piece::Number, end.unwrap_or(rest.len()))
            }
            't' | 'f' | 'n' => {
                let end = rest.find(|c: char| !c.is_ascii_alphabetic());
                (Piece::Word, end.unwrap_or(rest.len()))
            }
            _ => {
                let stop = |c: char| c == '"' || c == '-' || c.is_ascii_alphanumeric();
                let tail = rest.get(first.len_utf8()..).unwrap_or("");
                (Piece::Punctuation, first.len_utf8() + tail.find(stop).unwrap_or(tail.len()))
            }
        };
        let (piece, tail) = rest.split_at(len.min(rest.len()));
        // A letter that starts nothing known must still be consumed.
        if piece.is_empty() {
            out.push((Piece::Punctuation, rest));
            break;
        }
        out.push((kind, piece));
        rest = tail;
    }
    out
}

/// Length of the string literal at the start, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn a_value_becomes_coloured_lines() {
        let lines = Lines::of_json(&json!({"a": [1, "x\"y", true], "b": null}));
        assert_eq!(lines.len(), 8);
        assert_eq!(lines.line(3), "    \"x\\\"y\",");
        assert_eq!(
            pieces(lines.line(3)),
            [
                (Piece::Punctuation, "    "),
                (Piece::String, "\"x\\\"y\""),
                (Piece::Punctuation, ",")
            ]
        );
        assert_eq!(pieces("  \"b\": null")[1], (Piece::Key, "\"b\""));
        assert_eq!(pieces("-1.5e+3,")[0], (Piece::Number, "-1.5e+3"));
        assert_eq!(lines.line(99), "");
    }

    #[test]
    fn long_lines_go_on_in_the_next_row() {
        let lines = Lines::of_text("ä".repeat(1000));
        assert_eq!(lines.len(), 5);
        assert_eq!((0..5).map(|i| lines.line(i)).collect::<String>(), lines.text());
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing(line in "[ -~ä\"\\\\]{0,60}") {
            let joined: String = pieces(&line).into_iter().map(|(_, text)| text).collect();
            prop_assert_eq!(joined, line);
        }

        #[test]
        fn lines_lose_nothing_but_their_ends(text in "[a\nä]{0,900}") {
            let lines = Lines::of_text(text.clone());
            let all: String = (0..lines.len()).map(|i| lines.line(i)).collect();
            prop_assert_eq!(all, text.replace('\n', ""));
        }
    }
}
