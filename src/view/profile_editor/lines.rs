//! The raw file as lines to show: secrets masked, kinds told apart, changed lines marked.

use crate::profile::catalog::is_secret_key;
use crate::profile::document::{Document, Item, Kind};
use crate::profile::reading::{MASK, is_only_reference, without_userinfo};
use crate::usp::escape::is_invisible;

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
    // A secret that spans lines in a way phpdotenv does not read goes on below.
    let mut inside_secret = false;
    for item in document.items() {
        let texts = physical.get(item.line - 1..item.last_line).unwrap_or_default();
        let has_equals = item.parts().is_some_and(|parts| parts.has_equals);
        match &item.kind {
            Kind::Setting { key, .. } if has_equals => {
                inside_secret = setting(document, item, key, texts, reveal, &mut out);
            }
            Kind::Blank => out.extend(texts.iter().map(|text| plain(text, LineKind::Quiet))),
            Kind::Setting { key, .. } => {
                let kind = LineKind::Setting(key.clone());
                inside_secret = free_text(texts, &kind, inside_secret, reveal, &mut out);
            }
            Kind::Comment => {
                inside_secret = free_text(texts, &LineKind::Quiet, inside_secret, reveal, &mut out);
            }
            Kind::Broken | Kind::Swallowed => {
                inside_secret =
                    free_text(texts, &LineKind::Broken, inside_secret, reveal, &mut out);
            }
        }
    }
    out
}

fn plain(text: &[u8], kind: LineKind) -> RawLine {
    RawLine { text: without_userinfo(&shown(text)).into_owned(), kind }
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

/// True if the value may go on below in lines nobody reads as part of it.
fn setting(
    document: &Document,
    item: &Item,
    key: &str,
    texts: &[&[u8]],
    reveal: &dyn Fn(&str) -> bool,
    out: &mut Vec<RawLine>,
) -> bool {
    let kind = LineKind::Setting(key.to_owned());
    let Some(parts) = item.parts() else { return false };
    let bytes = document.bytes();
    let head = bytes.get(parts.head.clone()).unwrap_or_default();
    let tail = bytes.get(parts.tail.clone()).unwrap_or_default();
    let value = document.value_text(item);
    let text = String::from_utf8_lossy(value);
    // A # glued to the value or to what follows it may be part of the secret; a comment of
    // words is none.
    let comment = tail.trim_ascii_start();
    let glued = tail.first() == Some(&b'#') && (!value.is_empty() || head.ends_with(b"="));
    let plain_tail = !glued && (comment.is_empty() || comment.starts_with(b"# "));
    let harmless = plain_tail
        && (matches!(&*text, "" | "null" | "(null)" | "''" | "\"\"") || is_only_reference(&text));
    if !is_secret_key(key) || harmless || reveal(key) {
        // What an open quote swallowed may hold secrets of other names.
        let (first, rest) = texts.split_at(1.min(texts.len()));
        out.extend(first.iter().map(|text| plain(text, kind.clone())));
        free_text(rest, &kind, false, reveal, out);
        return false;
    }
    // A comment behind a value that spans lines may be the rest of the secret.
    let tail = if texts.len() == 1 && plain_tail { tail } else { b"" };
    let first = format!("{}{MASK}{}", shown(head), shown(tail));
    out.push(RawLine { text: first, kind: kind.clone() });
    out.extend(texts.iter().skip(1).map(|_| RawLine { text: MASK.to_owned(), kind: kind.clone() }));
    true
}

/// Lines nobody reads as settings may hold secrets all the same: behind a name that says so
/// everything is masked, also on the lines that follow without a name of their own. True if the
/// last of them was still inside one.
fn free_text(
    texts: &[&[u8]],
    kind: &LineKind,
    mut inside_secret: bool,
    reveal: &dyn Fn(&str) -> bool,
    out: &mut Vec<RawLine>,
) -> bool {
    for text in texts {
        let line = String::from_utf8_lossy(text);
        let name = line
            .split_once('=')
            .map(|(before, _)| before.trim_start_matches(['#', ' ', '\t', '\u{feff}']).trim_end());
        let name = name.map(|name| name.strip_prefix("export ").unwrap_or(name).trim());
        // Names of variables are written in capitals; what is not may be Base64.
        let plausible = |name: &&str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.')
                && (!inside_secret || !name.chars().any(char::is_lowercase))
        };
        let text = match name.filter(plausible) {
            Some(name) => {
                let value = line.split_once('=').map_or("", |(_, value)| value.trim());
                let nothing = value.is_empty() || is_only_reference(value);
                inside_secret = is_secret_key(name) && !nothing && !reveal(name);
                if inside_secret {
                    let (before, _) = line.split_once('=').unwrap_or((&line, ""));
                    format!("{}={MASK}", shown(before.as_bytes()))
                } else {
                    without_userinfo(&shown(text)).into_owned()
                }
            }
            // Ordinary prose ends it: a comment of words, with a blank behind its mark.
            None if inside_secret && !is_prose(&line) => MASK.to_owned(),
            None => {
                inside_secret = false;
                without_userinfo(&shown(text)).into_owned()
            }
        };
        out.push(RawLine { text, kind: kind.clone() });
    }
    inside_secret
}

/// True for `# some words`.
fn is_prose(line: &str) -> bool {
    line.trim_start().strip_prefix("# ").is_some_and(|text| text.trim().contains(' '))
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
            ("#MQTT_AUTH_PASSWORD=", &["#MQTT_AUTH_PASSWORD="]),
            ("export DB_PASSWORD=CANARY CANARY", &["export DB_PASSWORD=••••••"]),
            (
                "A=1\nMQTT_AUTH_PASSWORD=\"CANARY\nCANARY\nB=2",
                &["A=1", "MQTT_AUTH_PASSWORD=••••••", "••••••", "B=2"],
            ),
            ("MQTT_AUTH_PASSWORD=${REF}", &["MQTT_AUTH_PASSWORD=${REF}"]),
            ("MQTT_AUTH_PASSWORD=\"${REF}\"", &["MQTT_AUTH_PASSWORD=\"${REF}\""]),
            ("MQTT_AUTH_PASSWORD=CANARY${REF}", &["MQTT_AUTH_PASSWORD=••••••"]),
            ("MQTT_AUTH_PASSWORD=", &["MQTT_AUTH_PASSWORD="]),
            ("MQTT_AUTH_PASSWORD=abc#CANARY", &["MQTT_AUTH_PASSWORD=••••••"]),
            ("MQTT_AUTH_PASSWORD=#CANARY", &["MQTT_AUTH_PASSWORD=••••••"]),
            ("MQTT_AUTH_PASSWORD=${REF}#CANARY", &["MQTT_AUTH_PASSWORD=••••••"]),
            ("MQTT_AUTH_PASSWORD= # note", &["MQTT_AUTH_PASSWORD= # note"]),
            (
                "APP_PRIVATE_KEY='-----BEGIN\nMIICANARY\nab/CANARY=\n'\nB=2",
                &["APP_PRIVATE_KEY=••••••", "••••••", "••••••", "••••••", "B=2"],
            ),
            (
                "#APP_KEY= \"CANARY\n#CANARY\"\n# a comment of words\nB=2",
                &["#APP_KEY=••••••", "••••••", "# a comment of words", "B=2"],
            ),
            (
                "USP_SCOPE_BROKER_METRICS_URL=http://u:CANARY@h:1/m",
                &["USP_SCOPE_BROKER_METRICS_URL=http://••••••@h:1/m"],
            ),
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
            open in "[\"' ]?[a-z#]{0,2}",
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
