//! The raw file as lines to show: secrets masked, kinds told apart, changed lines marked.

use crate::profile::catalog::is_secret_key;
use crate::profile::document::{Document, Item, Kind};
use crate::profile::reading::has_reference;

/// What stands for a secret.
pub const MASK: &str = "••••••";
/// Longest line shown, characters.
const MAX_LINE: usize = 2000;

/// What a line is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LineKind {
    /// Part of a setting.
    Setting(String),
    /// A comment or nothing.
    Quiet,
    /// No setting, or behind a quote that is never closed.
    Broken,
}

/// One physical line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RawLine {
    /// Its text without line end; secrets masked.
    pub text: String,
    /// What it is.
    pub kind: LineKind,
}

/// All physical lines of a file, as many as it has. Values whose name says that they are secret
/// are masked unless `reveal` says otherwise; references are shown as written.
#[must_use]
pub fn lines(document: &Document, reveal: &dyn Fn(&str) -> bool) -> Vec<RawLine> {
    let mut out = Vec::with_capacity(document.line_count());
    let physical: Vec<&[u8]> = document.lines().collect();
    for item in document.items() {
        let texts = physical.get(item.line - 1..item.last_line).unwrap_or_default();
        match &item.kind {
            Kind::Setting { key, .. } => {
                setting(document, item, key, texts, reveal, &mut out);
            }
            Kind::Blank => out.extend(texts.iter().map(|text| plain(text, LineKind::Quiet))),
            Kind::Comment => free_text(texts, &LineKind::Quiet, reveal, &mut out),
            Kind::Broken | Kind::Swallowed => {
                free_text(texts, &LineKind::Broken, reveal, &mut out);
            }
        }
    }
    out
}

fn plain(text: &[u8], kind: LineKind) -> RawLine {
    RawLine { text: shown(text), kind }
}

/// Text without anything that could move the cursor or hide.
fn shown(text: &[u8]) -> String {
    let mut out = String::new();
    for c in String::from_utf8_lossy(text).chars().take(MAX_LINE) {
        match c {
            '\t' => out.push_str("    "),
            '\u{feff}' => {}
            c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn setting(
    document: &Document,
    item: &Item,
    key: &str,
    texts: &[&[u8]],
    reveal: &dyn Fn(&str) -> bool,
    out: &mut Vec<RawLine>,
) {
    let kind = LineKind::Setting(key.to_owned());
    let value = document.value_text(item);
    let text = String::from_utf8_lossy(value);
    let harmless = value.is_empty()
        || matches!(&*text, "null" | "(null)" | "''" | "\"\"")
        || (has_reference(&text) && is_only_reference(&text));
    if !is_secret_key(key) || harmless || reveal(key) {
        // What an open quote swallowed may hold secrets of other names.
        let (first, rest) = texts.split_at(1.min(texts.len()));
        out.extend(first.iter().map(|text| plain(text, kind.clone())));
        free_text(rest, &kind, reveal, out);
        return;
    }
    let Some(parts) = item.parts() else { return };
    let bytes = document.bytes();
    let head = bytes.get(parts.head.clone()).unwrap_or_default();
    let tail = bytes.get(parts.tail.clone()).unwrap_or_default();
    // A comment behind a value that is wrongly quoted may be the rest of the secret.
    let tail = if texts.len() == 1 { tail } else { b"" };
    let first = format!("{}{MASK}{}", shown(head), shown(tail));
    out.push(RawLine { text: first, kind: kind.clone() });
    out.extend(texts.iter().skip(1).map(|_| RawLine { text: MASK.to_owned(), kind: kind.clone() }));
}

/// True for `${NAME}` and `"${NAME}"` alone: around a reference a secret may stand.
fn is_only_reference(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).unwrap_or(text);
    inner.starts_with("${") && inner.find('}') == Some(inner.len() - 1)
}

/// Lines nobody reads as settings may hold secrets all the same: behind a name that says so
/// everything is masked, also on the lines that follow without a name of their own.
fn free_text(
    texts: &[&[u8]],
    kind: &LineKind,
    reveal: &dyn Fn(&str) -> bool,
    out: &mut Vec<RawLine>,
) {
    let mut inside_secret = false;
    for text in texts {
        let line = String::from_utf8_lossy(text);
        let name = line
            .split_once('=')
            .map(|(before, _)| before.trim_start_matches(['#', ' ', '\t', '\u{feff}']).trim_end());
        let name = name.map(|name| name.strip_prefix("export ").unwrap_or(name).trim());
        let text = match name.filter(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
        }) {
            Some(name) => {
                inside_secret = is_secret_key(name) && !reveal(name);
                if inside_secret {
                    let (before, _) = line.split_once('=').unwrap_or((&line, ""));
                    format!("{}={MASK}", shown(before.as_bytes()))
                } else {
                    shown(text)
                }
            }
            None if inside_secret => MASK.to_owned(),
            None => shown(text),
        };
        out.push(RawLine { text, kind: kind.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(text: &str) -> Vec<String> {
        let document = Document::new(text.as_bytes().to_vec());
        let lines = lines(&document, &|_| false);
        assert_eq!(lines.len(), document.line_count());
        lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        for (text, wanted) in [
            ("MQTT_AUTH_PASSWORD='CANARY' # x\nA=1", &["MQTT_AUTH_PASSWORD=•••••• # x", "A=1"][..]),
            ("APP_KEY=\"CANARY\nCANARY\"\n", &["APP_KEY=••••••", "••••••"]),
            ("#MQTT_AUTH_PASSWORD=CANARY", &["#MQTT_AUTH_PASSWORD=••••••"]),
            ("export DB_PASSWORD=CANARY CANARY", &["export DB_PASSWORD=••••••"]),
            (
                "A=1\nMQTT_AUTH_PASSWORD=\"CANARY\nCANARY\nB=2",
                &["A=1", "MQTT_AUTH_PASSWORD=••••••", "••••••", "B=2"],
            ),
            ("MQTT_AUTH_PASSWORD=${REF}", &["MQTT_AUTH_PASSWORD=${REF}"]),
            ("MQTT_AUTH_PASSWORD=\"${REF}\"", &["MQTT_AUTH_PASSWORD=\"${REF}\""]),
            ("MQTT_AUTH_PASSWORD=CANARY${REF}", &["MQTT_AUTH_PASSWORD=••••••"]),
            ("MQTT_AUTH_PASSWORD=", &["MQTT_AUTH_PASSWORD="]),
            ("MQTT_HOST=h\t\u{202e}x", &["MQTT_HOST=h    \\u{202e}x"]),
        ] {
            assert_eq!(masked(text), wanted, "{text:?}");
        }
        let document = Document::new(b"MQTT_AUTH_PASSWORD=open\n".to_vec());
        let shown = lines(&document, &|key| key == "MQTT_AUTH_PASSWORD");
        assert_eq!(shown.first().map(|line| line.text.as_str()), Some("MQTT_AUTH_PASSWORD=open"));
    }

    proptest::proptest! {
        #[test]
        fn no_spelling_of_a_secret_gets_through(
            before in "[A-Z=\"'# \n]{0,12}",
            open in "[\"' ]?",
            close in "[\"'# ]{0,3}",
            after in "[A-Z=\"'# \n]{0,12}",
        ) {
            let text = format!("{before}\nMQTT_AUTH_PASSWORD={open}CANARY{close}\n{after}");
            let document = Document::new(text.into_bytes());
            for line in lines(&document, &|_| false) {
                proptest::prop_assert!(!line.text.contains("CANARY"), "{}", line.text);
            }
        }
    }
}
