//! Edits. Each replaces the bytes of one item, or puts one in, and cuts the file anew.

use super::{Document, Item, Kind, scan};
use crate::profile::dotenv::opens;

const BOM: &[u8] = b"\xef\xbb\xbf";

/// How a setting is taken out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Removal {
    /// Its lines stay as comments.
    CommentOut,
    /// Its lines go.
    Delete,
}

impl Document {
    /// Writes `spelled` (the text behind `=`, with its quotes) as the value of `key`: into the
    /// setting that counts, or as a new line after the last setting with the longest common
    /// prefix, or at the end of the file.
    pub fn set_text(&mut self, key: &str, spelled: &[u8]) {
        match self.last(key).cloned() {
            Some(item) => self.replace_value(&item, spelled),
            None => self.add(key, spelled),
        }
    }

    /// Writes `spelled` as the value of one item; nothing for an item that is no setting.
    pub fn replace_value(&mut self, item: &Item, spelled: &[u8]) {
        let Some(parts) = item.parts() else { return };
        let mut new = Vec::with_capacity(spelled.len() + 2);
        let mut from = parts.value.start;
        if parts.has_equals {
            // Blanks between the equals sign and the value would break a shell.
            let head = self.slice(&parts.head);
            let blanks = head.iter().rev().take_while(|b| b.is_ascii_whitespace() || **b == 0x0b);
            let blanks = blanks.count();
            if !spelled.is_empty() {
                from -= blanks.min(head.len());
            }
        } else {
            new.push(b'=');
        }
        new.extend_from_slice(spelled);
        let tail = self.slice(&parts.tail);
        if tail.first() == Some(&b'#') {
            new.push(b' ');
        }
        let head = self.slice(&(parts.head.start..from));
        let mut lines = scan::physical_lines(tail);
        let first = lines.next().map_or(0..0, |line| line.content.start..line.end);
        let first = tail.get(first).unwrap_or_default();
        // The old value may have closed a quote that the comment opens,
        let opened = !spelled.contains(&b'\n') && opens(&[head, &new, first].concat());
        new.extend(if opened { without_openers(first) } else { first.to_vec() });
        // or opened one that made the comment go on below.
        for line in lines {
            new.push(b'#');
            new.extend(without_openers(tail.get(line.content.start..line.end).unwrap_or_default()));
        }
        self.splice(from..parts.tail.end, &new);
    }

    /// Adds a line `key=spelled` where [`Self::set_text`] would put a new key.
    pub fn add(&mut self, key: &str, spelled: &[u8]) {
        let mut line = Vec::with_capacity(key.len() + spelled.len() + 3);
        line.extend_from_slice(key.as_bytes());
        line.push(b'=');
        line.extend_from_slice(spelled);
        let end = self.line_end();
        // Right behind a line that proposes it as a comment, else with its family.
        let beside = self.commented_out(key).or_else(|| self.neighbour(key));
        let at = beside.map_or(self.bytes.len(), |item| item.span.end);
        let open_ended = at > 0
            && at == self.bytes.len()
            && !matches!(self.bytes.last(), Some(b'\n' | b'\r'))
            && self.bytes != BOM;
        if open_ended {
            line.splice(0..0, end.iter().copied());
        }
        line.extend_from_slice(end);
        self.splice(at..at, &line);
    }

    /// Takes every setting of that name out, multi-line values as a whole. True if there was one.
    pub fn remove(&mut self, key: &str, removal: Removal) -> bool {
        self.remove_where(|item| item.key() == Some(key), removal)
    }

    /// Takes the items out that start on these lines (from 1).
    pub fn remove_lines(&mut self, lines: &[usize], removal: Removal) -> bool {
        self.remove_where(|item| lines.contains(&item.line), removal)
    }

    /// One pass, however many there are.
    fn remove_where(&mut self, wanted: impl Fn(&Item) -> bool, removal: Removal) -> bool {
        let mut bytes = Vec::with_capacity(self.bytes.len() + 16);
        let mut any = false;
        for item in &self.items {
            let whole = self.slice(&item.span);
            if !wanted(item) {
                bytes.extend_from_slice(whole);
                continue;
            }
            any = true;
            if removal == Removal::CommentOut {
                bytes.extend(self.commented(item));
                bytes.extend_from_slice(self.slice(&(item.content.end..item.span.end)));
            }
        }
        if any {
            *self = Self::new(bytes);
        }
        any
    }

    /// The content of an item as comment lines.
    fn commented(&self, item: &Item) -> Vec<u8> {
        let content = self.slice(&item.content);
        let (bom, body) = match content.strip_prefix(BOM) {
            Some(rest) if item.content.start == 0 => (BOM, rest),
            _ => (&b""[..], content),
        };
        let mut new = bom.to_vec();
        for line in scan::physical_lines(body) {
            new.push(b'#');
            new.extend_from_slice(body.get(line.content.start..line.end).unwrap_or_default());
        }
        if item.line != item.last_line {
            // phpdotenv's joiner looks into comments too: an opening quote there would swallow
            // the lines behind it, so it must not stand behind an equals sign.
            new = without_openers(&new);
        }
        new
    }

    /// Puts a blank between every `=` and `"` on a physical line (from 1).
    pub fn space_openers(&mut self, line: usize) {
        self.edit_line(line, without_openers);
    }

    /// Puts a quote at the end of a physical line.
    pub fn close_quote(&mut self, line: usize) {
        self.edit_line(line, |text| [text.trim_ascii_end(), b"\""].concat());
    }

    /// Comments one physical line out, so that it opens nothing either.
    pub fn comment_line(&mut self, line: usize) {
        self.edit_line(line, |text| {
            let (bom, body) = match text.strip_prefix(BOM) {
                Some(rest) => (BOM, rest),
                None => (&b""[..], text),
            };
            [bom, b"#", &without_openers(body)].concat()
        });
    }

    fn edit_line(&mut self, line: usize, edit: impl Fn(&[u8]) -> Vec<u8>) {
        let found = scan::physical_lines(&self.bytes).nth(line.saturating_sub(1));
        if let Some(found) = found {
            let new = edit(self.slice(&found.content));
            self.splice(found.content, &new);
        }
    }

    /// Makes the last commented-out `key` a setting again. True if there was one.
    pub fn uncomment(&mut self, key: &str) -> bool {
        let Some(item) = self.commented_out(key).cloned() else { return false };
        let content = self.slice(&item.content);
        let hashes = content.iter().take_while(|b| matches!(b, b'#' | b' ' | b'\t')).count();
        self.splice(item.content.start..item.content.start + hashes, b"");
        true
    }

    /// Replaces the text of a physical line (from 1), its end kept.
    pub fn replace_line(&mut self, line: usize, text: &[u8]) {
        self.edit_line(line, |_| text.to_vec());
    }

    /// Removes a byte order mark at the start. True if there was one.
    pub fn strip_bom(&mut self) -> bool {
        let there = self.bytes.starts_with(BOM);
        if there {
            self.splice(0..BOM.len(), b"");
        }
        there
    }

    /// Makes every line end a line feed.
    pub fn unify_line_ends(&mut self) {
        let mut out = Vec::with_capacity(self.bytes.len());
        for line in scan::physical_lines(&self.bytes) {
            out.extend_from_slice(self.slice(&line.content));
            if line.end > line.content.end {
                out.push(b'\n');
            }
        }
        *self = Self::new(out);
    }

    /// The last setting whose name shares most leading words with `key`, at least the first.
    fn neighbour(&self, key: &str) -> Option<&Item> {
        let mut best: Option<(usize, &Item)> = None;
        for item in &self.items {
            let Kind::Setting { key: other, .. } = &item.kind else { continue };
            let shared = key.split('_').zip(other.split('_')).take_while(|(a, b)| a == b).count();
            if shared > 0 && best.is_none_or(|(most, _)| shared >= most) {
                best = Some((shared, item));
            }
        }
        best.map(|(_, item)| item)
    }

    fn splice(&mut self, range: std::ops::Range<usize>, new: &[u8]) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.splice(range, new.iter().copied());
        *self = Self::new(bytes);
    }
}

/// The text with a blank put into every `="` that opens more than it closes.
fn without_openers(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 4);
    for (at, &byte) in text.iter().enumerate() {
        if byte == b'"' && at > 0 && text.get(at - 1) == Some(&b'=') {
            out.push(b' ');
        }
        out.push(byte);
    }
    out
}
