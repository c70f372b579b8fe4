//! The house rules: which folder may import which, and what only some folders may do.
//!
//! The table is the one in the crate's documentation. Reads the sources as text (comments and
//! strings taken out), so it also sees code behind features.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Folder → folders it may import besides `core`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("usp", &[]),
    ("profile", &[]),
    ("mqtt", &["profile"]),
    ("capture", &[]),
    ("store", &["usp"]),
    ("analysis", &["store", "usp"]),
    ("engine", &["mqtt", "capture", "profile", "store", "analysis", "usp"]),
    ("lab", &["mqtt", "profile", "usp"]),
    ("cli", &["usp", "profile", "mqtt", "capture", "store", "analysis", "engine", "lab"]),
    ("view", &["store", "analysis", "usp", "profile", "mqtt"]),
    ("ui", &["view", "store", "analysis", "usp", "profile", "mqtt", "engine"]),
    (
        "app",
        &[
            "usp", "profile", "mqtt", "capture", "store", "analysis", "engine", "lab", "cli",
            "view", "ui",
        ],
    ),
];

/// What `ui` may name of folders it otherwise only shows: states and events, never a handle.
const ONLY_NAMES: &[(&str, &str, &[&str])] = &[
    ("ui", "mqtt", &["link", "diagnose::report"]),
    ("ui", "engine", &["EngineEvent", "Level", "Notice", "event"]),
];

/// Outside crate → folders that may name it.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("prost", &["usp", "lab"]),
    ("rumqttc", &["mqtt", "lab"]),
    ("rumqttd", &["lab"]),
    ("rustls", &["mqtt", "profile"]),
    ("rustls_native_certs", &["mqtt"]),
    ("x509_cert", &["profile"]),
    ("pkcs8", &["profile"]),
    ("aes", &["profile"]),
    ("cbc", &["profile"]),
    ("des", &["profile"]),
    ("md5", &["profile"]),
    ("sha2", &["profile"]),
    ("tokio", &["mqtt", "engine", "lab"]),
    ("tokio_rustls", &["mqtt"]),
    ("regex", &["analysis"]),
    ("clap", &["cli"]),
    ("nix", &["cli", "lab", "app"]),
    ("directories", &["profile", "app"]),
    ("eframe", &["app"]),
    ("egui", &["ui", "app"]),
    ("egui_plot", &["ui"]),
    ("resvg", &["app"]),
    ("rfd", &["app"]),
];

/// Text → folders whose code may hold it, and why.
const RESERVED: &[(&str, &[&str], &str)] = &[
    ("thread::", &["engine", "lab", "app"], "threads are started by the engine and the lab"),
    ("Instant::now", &["core"], "clocks are read in core/time.rs only"),
    ("SystemTime::now", &["core"], "clocks are read in core/time.rs only"),
    ("fs::", &["profile", "capture", "app"], "files are opened by profile, capture and app only"),
];

/// Folders without locks.
const LOCK_FREE: &[&str] = &["core", "usp", "store", "view", "ui"];

struct Source {
    folder: String,
    path: PathBuf,
    code: String,
}

#[test]
fn folders_import_only_what_they_may() {
    let sources = sources();
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.iter().copied().collect();
    let mut faults = Vec::new();
    for source in &sources {
        let Some(allowed) = table.get(source.folder.as_str()) else {
            faults.push(format!("{}: folder is missing from the table", source.path.display()));
            continue;
        };
        for (line, target, rest) in imports(&source.code) {
            if target == source.folder || target == "core" {
                continue;
            }
            let place = format!("{}:{line}", source.path.display());
            if !allowed.contains(&target.as_str()) {
                faults.push(format!("{place}: {} may not import {target}", source.folder));
            }
            for (folder, of, names) in ONLY_NAMES {
                if *folder == source.folder
                    && *of == target
                    && !names.iter().any(|name| rest.trim_start_matches('{').starts_with(name))
                {
                    faults.push(format!("{place}: {folder} may name only {names:?} of {of}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn outside_crates_stay_in_their_folders() {
    let mut faults = Vec::new();
    for source in sources() {
        for (number, line) in source.code.lines().enumerate() {
            for (name, folders) in OUTSIDE {
                if names_crate(line, name) && !folders.contains(&source.folder.as_str()) {
                    faults.push(format!(
                        "{}:{}: {name} belongs to {folders:?}",
                        source.path.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn clocks_files_threads_and_locks_stay_in_their_folders() {
    let mut faults = Vec::new();
    for source in sources() {
        let folder = source.folder.as_str();
        for (number, line) in source.code.lines().enumerate() {
            let place = format!("{}:{}", source.path.display(), number + 1);
            for (text, folders, why) in RESERVED {
                if contains_path(line, text) && !folders.contains(&folder) {
                    faults.push(format!("{place}: {why}"));
                }
            }
            if LOCK_FREE.contains(&folder) && (line.contains("Mutex") || line.contains("RwLock")) {
                faults.push(format!("{place}: no locks in {folder}"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn the_check_itself_sees_what_it_should() {
    let code = strip("use crate::store::{Snapshot};\n// crate::ui::x\nlet s = \"crate::app\";\n");
    let found: Vec<(usize, String)> = imports(&code).into_iter().map(|(l, t, _)| (l, t)).collect();
    assert_eq!(found, vec![(1, "store".to_owned())]);
    let grouped = strip("use crate::{core::ids::Seq, engine::Level};");
    assert_eq!(imports(&grouped).len(), 2);
    assert!(names_crate("use egui::Ui;", "egui") && !names_crate("use egui_plot::X;", "egui"));
    assert!(contains_path("std::fs::read(x)", "fs::") && !contains_path("offs::x", "fs::"));
    assert!(sources().len() > 40, "the walk found too few files to mean anything");
}

/// All files below `src`, except the two at its top, which belong to no folder.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src is readable") {
            let path = entry.expect("src is readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inside = path.strip_prefix(&root).expect("below src").to_owned();
            if path.extension().is_some_and(|e| e == "rs") && inside.components().count() > 1 {
                let folder = inside.components().next().expect("has a first part");
                let text = std::fs::read_to_string(&path).expect("source is readable");
                found.push(Source {
                    folder: folder.as_os_str().to_string_lossy().into_owned(),
                    path: Path::new("src").join(&inside),
                    code: strip(&text),
                });
            }
        }
    }
    found
}

/// `crate::x…` in a line: line number, `x`, and what follows it. Groups are taken apart.
fn imports(code: &str) -> Vec<(usize, String, String)> {
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for (at, _) in line.match_indices("crate::") {
            let rest = &line[at + "crate::".len()..];
            let parts: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => top_level_parts(group),
                None => vec![rest],
            };
            for part in parts {
                let part = part.trim();
                let end = part.find(|c: char| !c.is_alphanumeric() && c != '_');
                let name = &part[..end.unwrap_or(part.len())];
                let after = part[name.len()..].trim_start_matches(':').to_owned();
                if !name.is_empty() {
                    found.push((number + 1, name.to_owned(), after));
                }
            }
        }
    }
    found
}

fn top_level_parts(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                parts.push(&group[start..at]);
                return parts;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts
}

/// True if `line` uses crate `name` by a path.
fn names_crate(line: &str, name: &str) -> bool {
    contains_path(line, &format!("{name}::"))
}

/// True if `path` stands in `line` and is not the end of a longer word.
fn contains_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        !line[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Takes comments, strings and character literals out, keeping the lines, and joins `use`
/// groups to one line so that they can be read by line.
fn strip(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let bytes: Vec<char> = text.chars().collect();
    let at = |i: usize| bytes.get(i).copied().unwrap_or('\0');
    let (mut i, mut group) = (0, 0usize);
    let mut pending_lines = 0;
    while i < bytes.len() {
        match (at(i), at(i + 1)) {
            ('/', '/') => {
                while i < bytes.len() && at(i) != '\n' {
                    i += 1;
                }
                continue;
            }
            ('/', '*') => {
                while i < bytes.len() && !(at(i) == '*' && at(i + 1) == '/') {
                    if at(i) == '\n' {
                        out.push('\n');
                    }
                    i += 1;
                }
                i += 2;
                continue;
            }
            ('r', '"' | '#') if !at(i.wrapping_sub(1)).is_alphanumeric() => {
                let mut hashes = 0;
                while at(i + 1 + hashes) == '#' {
                    hashes += 1;
                }
                if at(i + 1 + hashes) != '"' {
                    out.push('r');
                    i += 1;
                    continue;
                }
                i += 2 + hashes;
                while i < bytes.len()
                    && !(at(i) == '"' && (0..hashes).all(|h| at(i + 1 + h) == '#'))
                {
                    if at(i) == '\n' {
                        out.push('\n');
                    }
                    i += 1;
                }
                i += 1 + hashes;
                continue;
            }
            ('"', _) => {
                i += 1;
                while i < bytes.len() && at(i) != '"' {
                    if at(i) == '\n' {
                        out.push('\n');
                    }
                    i += if at(i) == '\\' { 2 } else { 1 };
                }
                i += 1;
                continue;
            }
            ('\'', '\\') => {
                i += 3;
                while i < bytes.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
                continue;
            }
            ('\'', _) if at(i + 2) == '\'' => {
                i += 3;
                continue;
            }
            ('{', _) if group > 0 || out.ends_with("crate::") => group += 1,
            ('}', _) if group > 0 => group -= 1,
            ('\n', _) if group > 0 => {
                pending_lines += 1;
                out.push(' ');
                i += 1;
                continue;
            }
            ('\n', _) => {
                for _ in 0..std::mem::take(&mut pending_lines) {
                    out.push('\n');
                }
            }
            _ => {}
        }
        out.push(at(i));
        i += 1;
    }
    out
}
