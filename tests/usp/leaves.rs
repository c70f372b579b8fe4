//! Msgs as lists of `path = value`, read from protobuf text, from JSON and from field rows, so
//! that they can be compared. Order is left out: maps have none.

use std::collections::BTreeMap;

use serde_json::Value;
use usp_scope::usp::tree::{FieldRow, RowKind};

/// How often each `path = value` occurs. Indexes are left out, keys of maps are part of the path.
pub type Leaves = BTreeMap<String, usize>;

const MAPS: [&str; 6] =
    ["params", "result_params", "unique_keys", "updated_params", "input_args", "output_args"];

fn add(leaves: &mut Leaves, path: &[String], value: &str) {
    *leaves.entry(format!("{} = {value}", path.join("."))).or_default() += 1;
}

/// One line, as the rows have it.
fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\r', "\\r").replace('\t', "\\t")
}

/// Protobuf text as protoc prints it: `name: value`, `name {`, `}`.
pub fn of_text(text: &str) -> Leaves {
    let mut leaves = Leaves::new();
    let mut path: Vec<String> = Vec::new();
    let mut key = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_suffix(" {") {
            path.push(name.to_owned());
        } else if line == "}" {
            path.pop();
        } else {
            let (name, value) = line.split_once(": ").expect("name: value");
            let value = match value.strip_prefix('"') {
                Some(quoted) => one_line(&unquoted(quoted.strip_suffix('"').expect("a quote"))),
                None => value.to_owned(),
            };
            let in_map = path.last().is_some_and(|last| MAPS.contains(&last.as_str()));
            match (in_map, name) {
                (true, "key") => key = value,
                (true, _) => {
                    let mut entry = path.clone();
                    if let Some(last) = entry.last_mut() {
                        *last = format!("{last}[{key}]");
                    }
                    add(&mut leaves, &entry, &value);
                }
                (false, _) => {
                    path.push(name.to_owned());
                    add(&mut leaves, &path, &value);
                    path.pop();
                }
            }
        }
    }
    leaves
}

/// Undoes C escapes.
fn unquoted(text: &str) -> String {
    let mut out = Vec::new();
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next().expect("an escape") {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            digit @ b'0'..=b'7' => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    value = value * 8 + u32::from(bytes.next().expect("octal") - b'0');
                }
                out.push(value as u8);
            }
            other => out.push(other),
        }
    }
    String::from_utf8(out).expect("UTF-8")
}

/// The canonical JSON.
pub fn of_json(content: &Value) -> Leaves {
    let mut leaves = Leaves::new();
    walk(&mut leaves, &mut Vec::new(), content);
    leaves
}

fn walk(leaves: &mut Leaves, path: &mut Vec<String>, value: &Value) {
    match value {
        Value::Object(fields) => {
            let map = path.last().filter(|last| MAPS.contains(&last.as_str())).cloned();
            for (name, value) in fields {
                match &map {
                    Some(map) => {
                        path.pop();
                        path.push(format!("{map}[{name}]"));
                        walk(leaves, path, value);
                        path.pop();
                        path.push(map.clone());
                    }
                    None => {
                        path.push(name.clone());
                        walk(leaves, path, value);
                        path.pop();
                    }
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(leaves, path, item)),
        Value::String(text) => add(leaves, path, &one_line(text)),
        other => add(leaves, path, &other.to_string()),
    }
}

/// The rows of the Msg inside the payload, or of a Msg alone.
pub fn of_rows(rows: &[FieldRow]) -> Leaves {
    let mut leaves = Leaves::new();
    let mut path: Vec<(u16, String)> = Vec::new();
    let root = rows
        .iter()
        .position(|row| row.name == "Msg" || row.value.starts_with("Msg, "))
        .expect("a Msg among the rows");
    let inside = &rows[root + 1..root + 1 + rows[root].descendants as usize];
    for row in inside {
        while path.last().is_some_and(|(depth, _)| *depth >= row.depth) {
            path.pop();
        }
        let (base, index) = match row.name.split_once('[') {
            Some((base, index)) => (base, Some(index)),
            None => (&*row.name, None),
        };
        let name = match index {
            Some(_) if MAPS.contains(&base) => row.name.to_string(),
            _ => base.to_owned(),
        };
        path.push((row.depth, name));
        let value = match row.kind {
            RowKind::Message | RowKind::Note => continue,
            RowKind::Number | RowKind::Enum => {
                row.value.split(' ').next().unwrap_or_default().to_owned()
            }
            RowKind::Problem => continue,
            _ => row.value.clone(),
        };
        let names: Vec<String> = path.iter().map(|(_, name)| name.clone()).collect();
        add(&mut leaves, &names, &value);
    }
    leaves
}
