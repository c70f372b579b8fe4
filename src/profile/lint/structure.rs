//! The file itself: what phpdotenv refuses or swallows, duplicates, marks, line ends, bytes, and
//! values that other readers see differently.

use std::collections::HashMap;

use super::{Context, Finding, Op};
use crate::core::secret::Secret;
use crate::profile::catalog;
use crate::profile::document::{Document, Item, Kind};
use crate::profile::dotenv::{self, Entry, Reason, Refusal};
use crate::profile::reading::has_reference;

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let document = &context.reading.document;
    if let Err(refusal) = &context.reading.file {
        found.push(refused(document, refusal));
    }
    for item in document.items() {
        if item.kind == Kind::Swallowed {
            found.push(swallowed(document, item));
        } else if item.kind == Kind::Comment && item.last_line > item.line {
            found.push(comment_swallows(document, item));
        }
    }
    duplicates(context, found);
    marks(document, found);
    references(context, found);
}

fn refused(document: &Document, refusal: &Refusal) -> Finding {
    let line = refusal.line;
    let text = match &refusal.key {
        Some(key) => format!(
            "phpdotenv refuses the whole file: in the value of {key}, {}. Laravel does not start.",
            refusal.reason
        ),
        None => {
            format!("phpdotenv refuses the whole file: {}. Laravel does not start.", refusal.reason)
        }
    };
    let mut finding = Finding::error("file-refused", text).on_line(line);
    finding.key.clone_from(&refusal.key);
    let item = document.items().iter().find(|item| item.line == line);
    let value = item.and_then(|item| std::str::from_utf8(document.value_text(item)).ok());
    let comment = vec![Op::CommentOut { line }];
    match (&refusal.reason, value) {
        // Text with blanks that nobody quoted: quoting it says what was meant.
        // A reference in it is to stay one.
        (Reason::UnexpectedWhitespace, Some(value))
            if !value.starts_with(['\'', '"']) && has_reference(value) =>
        {
            finding =
                finding.safe_fix("Put the value in quotes", vec![Op::QuoteReference { line }]);
        }
        (Reason::UnexpectedWhitespace, Some(value)) if !value.starts_with(['\'', '"']) => {
            let value = Secret::new(value);
            finding =
                finding.safe_fix("Put the value in quotes", vec![Op::SetLine { line, value }]);
        }
        (Reason::UnexpectedEscape, Some(value)) => {
            if let Some(meant) = doubled_backslashes(value) {
                let value = Secret::new(meant);
                finding = finding
                    .fix("Take the backslashes as they stand", vec![Op::SetLine { line, value }]);
            }
        }
        (Reason::MissingQuote, Some(value)) => {
            let value = Secret::new(value.trim_start_matches(['\'', '"']));
            finding = finding
                .fix("Close the quote at the end of the line", vec![Op::SetLine { line, value }]);
        }
        _ => {}
    }
    let broken = item.is_some_and(|item| item.kind == Kind::Broken);
    if broken {
        // Nothing can read it, so nothing is lost.
        finding.safe_fix("Comment the line out", comment)
    } else {
        finding.fix("Comment the line out", comment)
    }
}

/// The text of a double-quoted value with every backslash that starts no escape kept.
fn doubled_backslashes(value: &str) -> Option<String> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    let mut out = String::new();
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some(next @ ('"' | '\\' | '$')) => out.push(next),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('f') => out.push('\u{c}'),
            Some('v') => out.push('\u{b}'),
            Some(next) => out.extend(['\\', next]),
            None => out.push('\\'),
        }
    }
    Some(out)
}

fn line_bytes(document: &Document, line: usize) -> &[u8] {
    let bytes = document.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// True if the lines of an item behind its first hold a setting, or its first one sets a variable
/// of a profile.
fn hides_a_setting(document: &Document, item: &Item) -> bool {
    let is_setting = |line: usize| {
        let text = String::from_utf8_lossy(line_bytes(document, line));
        let name = text.split_once('=').map(|(name, _)| name.trim());
        let name = name.filter(|_| !text.trim_start().starts_with('#')).and_then(dotenv::name);
        name.is_some_and(|name| line > item.line || catalog::find(name).is_some())
    };
    (item.line..=item.last_line).any(is_setting)
}

fn swallowed(document: &Document, item: &Item) -> Finding {
    let lines = item.last_line - item.line + 1;
    let rest = match lines {
        1 => "it is".to_owned(),
        2 => "it and the line behind it are".to_owned(),
        _ => format!("it and the {} lines behind it are", lines - 1),
    };
    let text = format!(
        "The quote opened on this line is never closed, so {rest} silently ignored by the ACS."
    );
    mend_opener(opener(document, item, "file-swallowed", text), document, item.line)
}

fn comment_swallows(document: &Document, item: &Item) -> Finding {
    let text = format!(
        "The =\" in this comment opens a value for phpdotenv: everything up to line {} is silently \
         ignored by the ACS.",
        item.last_line
    );
    mend_opener(opener(document, item, "comment-swallows", text), document, item.line)
}

/// An error only where a setting is lost.
fn opener(document: &Document, item: &Item, code: &'static str, text: String) -> Finding {
    let hides = hides_a_setting(document, item);
    let finding = if hides { Finding::error(code, text) } else { Finding::warning(code, text) };
    finding.on_line(item.line)
}

/// A comment gets a blank between `=` and the quote. A value in single quotes is written anew;
/// another one gets its closing quote, which is a guess.
fn mend_opener(finding: Finding, document: &Document, line: usize) -> Finding {
    let first = line_bytes(document, line);
    if first.trim_ascii_start().starts_with(b"#") {
        return finding.safe_fix(
            "Put a blank between = and the quote in the comment",
            vec![Op::SpaceOpeners { line }],
        );
    }
    let text = std::str::from_utf8(first).ok();
    if let Some((name, value)) = text.and_then(|text| text.split_once('=')) {
        let value = value.trim();
        if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\''))
            && !inner.contains('\'')
        {
            let escaped = inner.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
            let text = Secret::new(format!("{name}=\"{escaped}\""));
            return finding.safe_fix(
                "Write the value in double quotes",
                vec![Op::ReplaceLine { line, text }],
            );
        }
    }
    finding
        .fix("Close the quote at the end of the line", vec![Op::CloseQuote { line }])
        .fix("Comment the line out", vec![Op::CommentLine { line }])
}

fn duplicates(context: &Context<'_>, found: &mut Vec<Finding>) {
    let Ok(file) = &context.reading.file else { return };
    let mut by_key: HashMap<&str, Vec<&Entry>> = HashMap::new();
    let mut in_order: Vec<&str> = Vec::new();
    for entry in &file.entries {
        let all = by_key.entry(&entry.key).or_default();
        if all.is_empty() {
            in_order.push(&entry.key);
        }
        all.push(entry);
    }
    for key in in_order {
        let all = by_key.get(key).map(Vec::as_slice).unwrap_or_default();
        let Some(entry) = all.first() else { continue };
        if let [earlier @ .., last] = all
            && earlier.iter().any(|other| other.value != last.value)
        {
            let mut lines: Vec<String> =
                earlier.iter().take(8).map(|e| e.line.to_string()).collect();
            if earlier.len() > lines.len() {
                lines.push("…".to_owned());
            }
            let ops = earlier.iter().map(|e| Op::CommentOut { line: e.line }).collect();
            found.push(
                Finding::warning(
                    "duplicate",
                    format!(
                        "{key} is also set on line {}, differently. The last one counts for the \
                         ACS; dotenvy takes the first.",
                        lines.join(", ")
                    ),
                )
                .at(key, Some(last.line))
                // Not safe: a reference between them may need an earlier one.
                .fix("Comment the earlier ones out", ops),
            );
        }
        if catalog::find(key).is_none()
            && let Some(known) =
                catalog::VARIABLES.iter().find(|variable| variable.key.eq_ignore_ascii_case(key))
        {
            found.push(
                Finding::warning(
                    "key-case",
                    format!("{key} is not {}: names are told apart by case.", known.key),
                )
                .at(key, Some(entry.line)),
            );
        }
        if key.starts_with("USP_SCOPE_") && catalog::find(key).is_none() {
            found.push(
                Finding::warning(
                    "unknown-own-key",
                    format!("{key} is no setting of this version and has no effect."),
                )
                .at(key, Some(entry.line)),
            );
        }
    }
}

fn marks(document: &Document, found: &mut Vec<Finding>) {
    let bytes = document.bytes();
    if bytes.starts_with(b"\xef\xbb\xbf") {
        found.push(
            Finding::warning(
                "bom",
                "The file starts with a byte order mark: shells lose the first line, systemd its \
                 key, and dotenvy refuses the file.",
            )
            .on_line(1)
            .safe_fix("Remove the mark", vec![Op::StripBom]),
        );
    }
    if bytes.contains(&b'\r') {
        let line = document
            .items()
            .iter()
            .find(|item| bytes.get(item.span.clone()).is_some_and(|text| text.contains(&b'\r')));
        found.push(
            Finding::warning(
                "crlf",
                "Lines end with CR LF (or CR): a shell keeps the CR at the end of each value.",
            )
            .on_line(line.map_or(1, |item| item.line))
            .fix("End all lines with LF", vec![Op::UnifyLineEnds]),
        );
    }
    if std::str::from_utf8(bytes).is_err() {
        let bad = document.items().iter().find(|item| {
            bytes.get(item.span.clone()).is_some_and(|text| std::str::from_utf8(text).is_err())
        });
        found.push(
            Finding::warning(
                "not-utf8",
                "The file is not UTF-8: the ACS reads each bad byte as a question mark; \
                 python-dotenv, docker and dotenvy refuse the file.",
            )
            .on_line(bad.map_or(1, |item| item.line)),
        );
    }
}

fn references(context: &Context<'_>, found: &mut Vec<Finding>) {
    for field in &context.reading.fields {
        let (key, line) = (field.variable.key, field.line);
        if let Some(name) = field.unresolved.first() {
            let used = match (field.variable.is_own(), field.variable.is_secret()) {
                (true, _) => "is used as it stands",
                (false, true) => "itself is sent to the broker, as the secret",
                (false, false) => "itself is used",
            };
            found.push(
                Finding::warning(
                    "unresolved-reference",
                    format!(
                        "{key} refers to ${{{name}}}, which is set neither earlier in the file nor \
                         here in the environment: the text ${{{name}}} {used}."
                    ),
                )
                .at(key, line),
            );
        }
        let cut = context.reading.file.as_ref().ok().and_then(|f| f.get(key)?.cut.clone());
        if let Some(cut) = cut
            && !field.variable.is_own()
        {
            let string = field.string.as_ref().map_or("", Secret::expose);
            let whole = format!("{string}{cut}");
            let mut finding = Finding::warning(
                "cut-at-hash",
                format!(
                    "The value of {key} ends before the # in it, which starts a comment; some \
                     readers keep it."
                ),
            )
            .at(key, line);
            if let Some(line) = line {
                let value = Secret::new(whole);
                finding =
                    finding.fix("Quote the value with the #", vec![Op::SetLine { line, value }]);
            }
            found.push(finding);
        }
        if (context.environment)(key).is_some() {
            found.push(
                Finding::info(
                    "process-variable",
                    format!(
                        "{key} is also set in the environment of this process; where the ACS has \
                         it too, it beats the file."
                    ),
                )
                .at(key, line),
            );
        }
    }
    let cached = context
        .path
        .and_then(std::path::Path::parent)
        .map(|folder| folder.join("bootstrap/cache/config.php"));
    if let Some(cached) = cached.filter(|path| super::disk::there(path) == super::disk::There::File)
    {
        found.push(Finding::info(
            "config-cached",
            format!(
                "{} exists: the ACS does not read this file until `php artisan config:clear` (or \
                 config:cache again).",
                cached.display()
            ),
        ));
    }
}
