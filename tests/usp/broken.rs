//! Hand-broken payloads: what each is taken for, why, and what is still shown of it.

use std::fs;

use prost::Message as _;
use usp_scope::usp::decode::decode;
use usp_scope::usp::generated::usp_record::Record;
use usp_scope::usp::json::{msg_json, record_json};
use usp_scope::usp::scan::scan;
use usp_scope::usp::tree::rows;

use super::{corpus, hex};

#[test]
fn broken_payloads_are_what_their_files_say() {
    let mut files: Vec<_> = fs::read_dir(corpus("broken"))
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut checks = 0;
    for path in &files {
        let name = path.file_name().expect("a name").to_string_lossy();
        let text = fs::read_to_string(path).expect("a file");
        let (head, body) = text.split_once("\n\n").expect("a blank line");
        let payload = hex(body);
        let expected: Vec<_> = head
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once(": ").expect("key: value"))
            .collect();
        let summary = scan(&payload);
        let decoded = decode(&payload);
        assert_eq!(decoded.payload, summary.payload, "{name}");
        let msg = decoded.msg.as_ref().map(msg_json).unwrap_or_default();
        let record = decoded.record.as_ref().map(record_json).unwrap_or_default();
        let all = rows(&payload);

        if !expected.iter().any(|(key, _)| *key == "reason") {
            assert_eq!(summary.malformed, None, "{name}");
        }
        for (key, value) in expected {
            checks += 1;
            let found = match key {
                "kind" => summary.payload.name().to_owned(),
                "reason" => summary.malformed.map_or("", |fault| fault.reason).to_owned(),
                "prost" => {
                    let ok = Record::decode(&payload[..]).is_ok();
                    if ok { "accepts".to_owned() } else { "refuses".to_owned() }
                }
                "record" => record["type"].as_str().unwrap_or_default().to_owned(),
                "from" => summary.from.to_owned(),
                "msg" => {
                    let whole = decoded.msg.as_ref().expect(&name).content.is_some();
                    if whole { "whole".to_owned() } else { "refused".to_owned() }
                }
                "msg_id" | "body" | "header" => msg[key].as_str().unwrap_or_default().to_owned(),
                "row" => {
                    let lines: Vec<_> =
                        all.iter().map(|row| format!("{}: {}", row.name, row.value)).collect();
                    assert!(lines.iter().any(|line| line == value), "{name}: {value}: {lines:#?}");
                    continue;
                }
                _ => panic!("{name}: what is {key}?"),
            };
            assert_eq!(found, value, "{name}: {key}");
        }
    }
    assert_eq!((files.len(), checks), (40, 169));
}
