//! No secret in any output, whatever happens, however talkative the log. And the report for
//! people, and its ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::fake;
use super::mosquitto::{Listener, Mosquitto, free_port};
use super::program::{check, command};

const CANARY: &str = "CANARY9f31c7";

#[test]
fn no_secret_reaches_any_output() {
    let broker = Mosquitto::start(&[Listener::Password, Listener::Tls, Listener::Anonymous]);
    let echo = fake::raw(|mut stream| {
        let mut buffer = [0; 4096];
        while let Ok(count) = stream.read(&mut buffer)
            && count > 0
            && stream.write_all(&buffer[..count]).is_ok()
        {}
    });
    // Hands the password back in its reason, in an HTTP page, and as the first bytes.
    let reason = fake::mqtt(|_, stream| {
        let text = format!("bad password {CANARY}");
        let properties = [&[0x1f, 0, text.len() as u8], text.as_bytes()].concat();
        let body = [&[0, 0x87, properties.len() as u8][..], &properties].concat();
        let _ = stream.write_all(&[&[0x20, body.len() as u8], &body[..]].concat());
    });
    let page = fake::answers(b"HTTP/1.1 400 CANARY9f31c7\r\n\r\n");
    let first = fake::answers(b"CANARY9f31c7CANARY9f31c7");
    let cut = fake::answers(b"220 CANARY9f");
    let login = format!(
        "MQTT_AUTH_USERNAME=user\nMQTT_AUTH_PASSWORD={CANARY}\nUSP_SCOPE_BRIDGE_TOKEN={CANARY}\n\
         MQTT_TLS_CLIENT_CERT_KEY_PASSPHRASE={CANARY}\nUSP_SCOPE_ALLOW_SEND=true\n"
    );
    let hex: String = CANARY.bytes().map(|b| format!("{b:02x}")).collect();
    let spaced: Vec<String> = CANARY.bytes().map(|b| format!("{b:02x}")).collect();
    for (port, more) in [
        (free_port(), ""),
        (broker.port(Listener::Anonymous), ""),
        (broker.port(Listener::Password), ""),
        (broker.port(Listener::Tls), ""),
        (broker.port(Listener::Tls), "MQTT_TLS_ENABLED=true\n"),
        (broker.port(Listener::Anonymous), "MQTT_TLS_ENABLED=true\n"),
        (echo, ""),
        (echo, "USP_SCOPE_CLIENT_ID=i\n"),
        (reason, ""),
        (page, ""),
        (first, ""),
        (cut, ""),
        (1, "MQTT_PORT=none\n"),
        (1, "MQTT_TLS_ENABLED=true\nMQTT_TLS_CLIENT_CERT_FILE=/nowhere\n"),
    ] {
        let report = check(port, &format!("{login}{more}"));
        for canary in [CANARY, "CANARY9f", &hex, &spaced.join(" ")] {
            assert!(!report.output.contains(canary), "{port} {more}: {}", report.output);
        }
    }
    check(reason, &login).says("connect", &["bad password ************"]);
}

#[test]
fn a_plain_probe_of_a_tls_profile_never_sends_the_login() {
    let (sender, heard) = std::sync::mpsc::channel();
    let port = fake::raw(move |mut stream| {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).unwrap_or(0);
        let _ = sender.send(buffer[..count].to_vec());
        // Plain MQTT: hang up on TLS, answer a CONNECT.
        if buffer[0] == 0x10 {
            let _ = stream.write_all(&[0x20, 2, 0, 0]);
        }
    });
    let report = check(
        port,
        &format!(
            "MQTT_AUTH_USERNAME=someone\nMQTT_AUTH_PASSWORD={CANARY}\nMQTT_TLS_ENABLED=true\n\
             MQTT_TLS_VERIFY_PEER=false\n"
        ),
    );
    report.fails("tls", "not-tls", &[]);
    let all: Vec<Vec<u8>> = heard.try_iter().collect();
    assert!(all.iter().any(|bytes| bytes[0] == 0x10), "the probe was made: {all:?}");
    for bytes in all {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains(CANARY) && !text.contains("someone"), "{text:?}");
    }
}

#[test]
fn the_report_for_people() {
    let port = free_port().to_string();
    let output = command(&["check", "-H", "127.0.0.1", "-p", &port])
        .env_remove("USP_SCOPE_LOG")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let marks: Vec<&str> =
        text.lines().filter_map(|l| l.split_whitespace().next()).filter(|m| *m != "→").collect();
    assert_eq!(&marks[..3], ["✓", "✓", "✗"], "{text}");
    assert_eq!(text.matches("  – ").count(), 4, "{text}");
    for word in ["profile", "roundtrip", "cause: refused", "      → ", &port] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(!text.contains('\u{1b}'), "no terminal, no escapes: {text:?}");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn wrong_usage_and_no_profile() {
    for wrong in [&["check", "-F", "xml"][..], &["check", "a", "b"], &["check", "-p", "0"]] {
        assert_eq!(command(wrong).output().unwrap().status.code(), Some(2), "{wrong:?}");
    }
    let output = command(&["check", "/no/such.env", "-F", "json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().count() == 7 && text.contains("/no/such.env"), "{text}");
}

#[test]
fn the_profile_here_is_the_default() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    std::fs::write(folder.path().join(".env"), format!("MQTT_HOST=127.0.0.1\nMQTT_PORT={port}\n"))
        .unwrap();
    let output = command(&["check", "-F", "json"]).current_dir(folder.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(&format!("127.0.0.1:{port}")) && text.contains("refused"), "{text}");
}

/// Starts a check of something mute; gives the process once a line of its report is out.
fn waiting_check() -> (std::process::Child, BufReader<std::process::ChildStdout>) {
    let port = fake::raw(|stream| {
        std::thread::sleep(Duration::from_secs(60));
        drop(stream);
    });
    let mut child = command(&["check", "-H", "127.0.0.1", "-p", &port.to_string(), "-F", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    // profile, dns, tcp, tls; then it waits for a CONNACK, for a minute.
    for _ in 0..4 {
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        assert!(line.starts_with("{\"stage\""), "each line comes at once: {line:?}");
    }
    (child, lines)
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_with_what_is_known() {
    let (mut child, mut lines) = waiting_check();
    let before = Instant::now();
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let mut rest = String::new();
    lines.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "nothing had failed");
    assert!(before.elapsed() < Duration::from_secs(10));
    assert_eq!(rest.lines().count(), 3, "{rest}");
    assert!(rest.lines().all(|l| l.contains("\"skipped\"") && l.contains("Stopped")), "{rest}");
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let port = free_port().to_string();
    let mut child = command(&["check", "-H", "127.0.0.1", "-p", &port])
        .env_remove("USP_SCOPE_LOG")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let _ = child.wait().unwrap();
    assert!(!said.contains("panicked"), "{said}");
}
