//! The same questions asked of the decoded JSON, in the plainest way.

use std::process::Command;

use serde_json::Value;

use super::{captures, filter, found, read};

type Ask = fn(&Value) -> bool;

fn text<'a>(message: &'a Value, pointer: &str) -> &'a str {
    message.pointer(pointer).and_then(Value::as_str).unwrap_or("")
}

fn has(hay: &str, needle: &str) -> bool {
    hay.to_ascii_lowercase().contains(needle)
}

/// All paths and all values of a Msg.
fn inside(message: &Value) -> (Vec<String>, Vec<String>) {
    let mut found = (Vec::new(), Vec::new());
    if let Some(body) = message.pointer("/msg/content/body") {
        collect(body, "", &mut found);
    }
    found
}

const BASES: [&str; 6] = [
    "resolved_path",
    "obj_path",
    "affected_path",
    "instantiated_path",
    "instantiated_obj_path",
    "supported_obj_path",
];

fn collect(value: &Value, base: &str, found: &mut (Vec<String>, Vec<String>)) {
    if let Some(list) = value.as_array() {
        list.iter().for_each(|one| collect(one, base, found));
    }
    let Some(object) = value.as_object() else { return };
    let own = BASES.iter().find_map(|name| object.get(*name)?.as_str());
    let base = own.unwrap_or(base);
    for (key, inner) in object {
        let texts: Vec<&str> = match inner {
            Value::String(text) => vec![text],
            Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        match key.as_str() {
            "param" | "param_name" | "event_name" | "command_name" => {
                found.0.extend(texts.iter().map(|name| format!("{base}{name}")));
            }
            "value" | "param_value" => found.1.extend(texts.iter().map(|t| (*t).to_owned())),
            "command" | "executed_command" => found.0.extend(texts.iter().map(|t| (*t).to_owned())),
            key if key.ends_with("path") || key.ends_with("paths") => {
                found.0.extend(texts.iter().map(|t| (*t).to_owned()));
            }
            "result_params" | "unique_keys" | "updated_params" => {
                for (name, value) in inner.as_object().unwrap() {
                    found.0.push(format!("{base}{name}"));
                    found.1.push(value.as_str().unwrap().to_owned());
                }
                continue;
            }
            "input_args" | "output_args" | "params" if inner.is_object() && texts.is_empty() => {
                let flat = inner.as_object().unwrap();
                found.1.extend(flat.values().filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
        collect(inner, base, found);
    }
}

fn paths(message: &Value) -> Vec<String> {
    inside(message).0
}

fn values(message: &Value) -> Vec<String> {
    inside(message).1
}

fn codes(message: &Value) -> Vec<u64> {
    let errors = message.pointer("/msg/errors").and_then(Value::as_array);
    let mut codes: Vec<u64> =
        errors.into_iter().flatten().filter_map(|error| error["code"].as_u64()).collect();
    codes
        .extend(message.pointer("/record/reason_code").and_then(Value::as_u64).filter(|n| *n != 0));
    codes
}

fn device(message: &Value) -> Vec<&str> {
    let (from, to) = (text(message, "/record/from"), text(message, "/record/to"));
    match text(message, "/direction") {
        "to_agent" => vec![to],
        "to_controller" => vec![from],
        _ => vec![from, to],
    }
}

const QUESTIONS: &[(&str, Ask)] = &[
    ("type == Get", |m| text(m, "/msg/body") == "request.get"),
    ("type == GET_RESP", |m| text(m, "/msg/body") == "response.get_resp"),
    ("type in {Notify, notify_resp}", |m| text(m, "/msg/body").contains(".notify")),
    ("type contains resp", |m| text(m, "/msg/body").ends_with("resp")),
    ("type == mqtt_connect", |m| text(m, "/record/type") == "mqtt_connect"),
    ("type == ValueChange", |m| text(m, "/msg/notification") == "value_change"),
    ("record == session_context", |m| text(m, "/record/type") == "session_context"),
    ("not type == usp", |m| text(m, "/kind") != "usp"),
    ("from contains controller", |m| has(text(m, "/record/from"), "controller")),
    ("to matches \"^os::.*3$\"", |m| {
        let to = text(m, "/record/to");
        to.starts_with("os::") && to.ends_with('3')
    }),
    ("device == 00256D-dev-003", |m| device(m).contains(&"os::00256D-dev-003")),
    ("topic under usp/controller", |m| {
        let topic = text(m, "/topic");
        topic == "usp/controller" || topic.starts_with("usp/controller/")
    }),
    ("topic == +/agent/+", |m| {
        let levels: Vec<&str> = text(m, "/topic").split('/').collect();
        levels.len() == 3 && levels[1] == "agent"
    }),
    ("msg_id contains 1", |m| text(m, "/msg/msg_id").contains('1')),
    ("msg_id", |m| !text(m, "/msg/msg_id").is_empty()),
    ("size > 300 and size <= 1kB", |m| (301..=1000).contains(&m["size"].as_u64().unwrap())),
    ("n in {1, 5, 20}", |m| [1, 5, 20].contains(&m["n"].as_u64().unwrap())),
    ("retain or qos == 1", |m| m["retain"] == true || m["qos"] == 1),
    ("direction == to_agent", |m| text(m, "/direction") == "to_agent"),
    ("latency", |m| m.pointer("/pair/latency_s").is_some()),
    ("latency < 2ms", |m| {
        m.pointer("/pair/latency_s").and_then(Value::as_f64).is_some_and(|s| s < 0.002)
    }),
    ("error", |m| !codes(m).is_empty()),
    ("error == 7026", |m| codes(m).contains(&7026)),
    ("error >= 7010 and not error == 7026", |m| {
        codes(m).iter().any(|c| *c >= 7010) && !codes(m).contains(&7026)
    }),
    ("error == \"invalid arguments\"", |m| codes(m).contains(&7004)),
    ("path contains DeviceInfo", |m| paths(m).iter().any(|p| has(p, "deviceinfo"))),
    ("path == Device.LocalAgent.", |m| {
        paths(m).iter().any(|p| p.starts_with("Device.LocalAgent."))
    }),
    ("path == Device.DeviceInfo.UpTime", |m| {
        paths(m).iter().any(|p| p == "Device.DeviceInfo.UpTime")
    }),
    ("path matches \"subscription\\.\\d+\\.\"", |m| {
        paths(m).iter().any(|p| {
            let p = p.to_ascii_lowercase();
            let mut rest = p.as_str();
            while let Some((_, tail)) = rest.split_once("subscription.") {
                let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
                if digits > 0 && tail[digits..].starts_with('.') {
                    return true;
                }
                rest = tail;
            }
            false
        })
    }),
    ("value", |m| values(m).iter().any(|v| !v.is_empty())),
    ("value == true", |m| values(m).iter().any(|v| v.eq_ignore_ascii_case("true"))),
    ("value > 1000", |m| values(m).iter().any(|v| v.parse::<f64>().is_ok_and(|n| n > 1000.0))),
    ("value contains obuspa or value ~ boot", |m| {
        values(m).iter().any(|v| has(v, "obuspa") || has(v, "boot"))
    }),
    ("event == Boot!", |m| text(m, "/msg/event_name") == "Boot!"),
    ("notification", |m| !text(m, "/msg/notification").is_empty()),
    ("subscription", |m| {
        m.pointer("/msg/content").is_some_and(|c| c.to_string().contains("\"subscription_id\":"))
    }),
    ("not (type == Get or type == GetResp) and topic", |m| {
        !matches!(text(m, "/msg/body"), "request.get" | "response.get_resp")
    }),
];

#[test]
fn filters_find_what_the_decoded_json_says() {
    let mut hits = vec![0_usize; QUESTIONS.len()];
    for capture in captures() {
        let output = Command::new(env!("CARGO_BIN_EXE_usp-scope"))
            .args(["decode", "-F", "json", capture.to_str().unwrap()])
            .output()
            .unwrap();
        let messages: Vec<Value> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let snapshot = read(&capture);
        assert_eq!(messages.len(), snapshot.len());
        for ((source, ask), hits) in QUESTIONS.iter().zip(&mut hits) {
            let mut expected: Vec<u64> =
                messages.iter().filter(|m| ask(m)).map(|m| m["n"].as_u64().unwrap()).collect();
            if source.starts_with("latency") {
                // A request has the latency of its answer, which JSON says only there.
                let answered = |m: &&Value| ask(m);
                let requests = messages
                    .iter()
                    .filter(answered)
                    .filter_map(|m| m.pointer("/pair/answers")?.as_u64());
                expected.extend(requests);
                expected.sort_unstable();
            }
            let ours = found(&snapshot, &filter(source));
            assert_eq!(ours, expected, "{source} in {}", capture.display());
            *hits += ours.len();
        }
    }
    // A question that never finds anything, or finds all, asks nothing.
    let idle: Vec<&str> = QUESTIONS
        .iter()
        .zip(&hits)
        .filter(|(_, hits)| **hits == 0 || **hits >= 306)
        .map(|(question, _)| question.0)
        .collect();
    assert_eq!(idle, Vec::<&str>::new());
}
