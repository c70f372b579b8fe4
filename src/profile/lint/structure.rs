//! The file itself: what phpdotenv refuses or swallows, duplicates, marks, line ends, bytes, and
//! values that other readers see differently.

use super::{Context, Finding, Op};
use crate::core::secret::Secret;
use crate::profile::catalog;
use crate::profile::document::{Document, Item, Kind};
use crate::profile::dotenv::{Reason, Refusal};

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

fn line_text(document: &Document, line: usize) -> String {
    let bytes = document.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

fn swallowed(document: &Document, item: &Item) -> Finding {
    let first = line_text(document, item.line);
    let lines = item.last_line - item.line + 1;
    let rest = if lines > 1 {
        format!("it and the {} lines behind it are", lines - 1)
    } else {
        "it is".to_owned()
    };
    let finding = Finding::error(
        "file-swallowed",
        format!(
            "The quote opened on this line is never closed, so {rest} silently ignored by the ACS."
        ),
    )
    .on_line(item.line);
    mend_opener(finding, &first, item.line)
}

fn comment_swallows(document: &Document, item: &Item) -> Finding {
    let first = line_text(document, item.line);
    let finding = Finding::error(
        "comment-swallows",
        format!(
            "The =\" in this comment opens a value for phpdotenv: everything up to line {} is \
             silently ignored by the ACS.",
            item.last_line
        ),
    )
    .on_line(item.line);
    mend_opener(finding, &first, item.line)
}

/// A comment gets a blank between `=` and the quote. A value in single quotes is written anew;
/// another one gets its closing quote, which is a guess.
fn mend_opener(finding: Finding, first: &str, line: usize) -> Finding {
    let replace = |text: String| vec![Op::ReplaceLine { line, text: Secret::new(text) }];
    if first.trim_start().starts_with('#') {
        return finding.safe_fix(
            "Put a blank between = and the quote in the comment",
            replace(first.replace("=\"", "= \"")),
        );
    }
    if let Some((name, value)) = first.split_once('=') {
        let value = value.trim();
        if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\''))
            && !inner.contains('\'')
        {
            let escaped = inner.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
            return finding.safe_fix(
                "Write the value in double quotes",
                replace(format!("{name}=\"{escaped}\"")),
            );
        }
    }
    finding
        .fix("Close the quote at the end of the line", replace(format!("{}\"", first.trim_end())))
        .fix("Comment the line out", replace(format!("#{}", first.replace("=\"", "= \""))))
}

fn duplicates(context: &Context<'_>, found: &mut Vec<Finding>) {
    let Ok(file) = &context.reading.file else { return };
    let mut seen: Vec<&str> = Vec::new();
    for entry in &file.entries {
        let key = entry.key.as_str();
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        let all: Vec<_> = file.entries.iter().filter(|other| other.key == key).collect();
        if let [earlier @ .., last] = &all[..]
            && earlier.iter().any(|other| other.value != last.value)
        {
            let lines: Vec<String> = earlier.iter().map(|e| e.line.to_string()).collect();
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
                .safe_fix("Comment the earlier ones out", ops),
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
            let secret = if field.variable.is_secret() { ", as the secret" } else { "" };
            found.push(
                Finding::warning(
                    "unresolved-reference",
                    format!(
                        "{key} refers to ${{{name}}}, which is set neither earlier in the file nor \
                         here in the environment: the text ${{{name}}} itself is sent to the \
                         broker{secret}."
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
