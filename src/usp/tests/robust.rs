//! Nothing panics, over-reads or grows without bound, whatever the bytes.

use fastrand::Rng;

use super::generate::{damage, len, record};
use crate::usp::decode::decode;
use crate::usp::json::{msg_json, record_json};
use crate::usp::kind::PayloadKind;
use crate::usp::scan::scan;
use crate::usp::text::{MAX_LINE, summary_line};
use crate::usp::tree::{FieldRow, MAX_ROWS, RowKind, rows};

/// Runs everything on one payload and checks what must always hold.
fn everything(payload: &[u8], case: &str) -> PayloadKind {
    let summary = scan(payload);
    let line = summary_line(payload, &summary);
    assert!(line.chars().count() <= MAX_LINE, "{case}: {line}");
    assert!(!line.contains(char::is_control), "{case}: {line:?}");
    let rows = rows(payload);
    sound(&rows, payload.len(), case);
    assert_eq!(rows.is_empty(), payload.is_empty(), "{case}");
    let decoded = decode(payload);
    assert_eq!(decoded.payload, summary.payload, "{case}");
    if let Some(record) = &decoded.record {
        assert!(record_json(record).is_object(), "{case}");
    }
    if let Some(msg) = &decoded.msg {
        assert!(msg_json(msg).is_object(), "{case}");
    }
    if summary.payload == PayloadKind::Suspect {
        let flagged = rows.iter().any(|row| row.kind == RowKind::Problem);
        assert!(summary.malformed.is_some() && flagged, "{case}");
    }
    if let Some(fault) = summary.malformed {
        assert!(fault.offset <= payload.len(), "{case}: {fault:?}");
    }
    summary.payload
}

/// Ranges lie in the payload, subtrees nest, and rows are one line each.
fn sound(rows: &[FieldRow], len: usize, case: &str) {
    let mut ends: Vec<usize> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        assert!(row.range.start <= row.range.end && row.range.end <= len, "{case}: {row:?}");
        assert!(row.value_range.start <= row.value_range.end, "{case}: {row:?}");
        assert!(row.value_range.end <= row.range.end, "{case}: {row:?}");
        assert!(row.value_range.start >= row.range.start, "{case}: {row:?}");
        assert!(!row.value.contains('\n') && !row.name.contains('\n'), "{case}: {row:?}");
        while ends.last().is_some_and(|&end| end <= index) {
            ends.pop();
        }
        assert_eq!(ends.len(), usize::from(row.depth), "{case}: row {index} {row:?}");
        let end = index + 1 + row.descendants as usize;
        assert!(end <= *ends.last().unwrap_or(&rows.len()), "{case}: {row:?}");
        if row.descendants > 0 {
            ends.push(end);
        }
    }
}

#[test]
fn generated_and_damaged_records() {
    let mut seen = [0_usize; PayloadKind::COUNT];
    for seed in 0..20_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = record(&mut rng);
        if rng.bool() {
            damage(&mut rng, &mut bytes);
        }
        let kind = everything(&bytes, &format!("seed {seed}: {bytes:02x?}"));
        seen[kind as usize] += 1;
    }
    assert!(seen[PayloadKind::Usp as usize] > 5_000, "{seen:?}");
    assert!(seen[PayloadKind::Suspect as usize] > 2_000, "{seen:?}");
    assert!(seen[PayloadKind::Binary as usize] > 100, "{seen:?}");
}

#[test]
fn every_prefix_of_a_record() {
    for seed in 0..60 {
        let bytes = record(&mut Rng::with_seed(seed));
        for end in 0..bytes.len() {
            everything(&bytes[..end], &format!("seed {seed}, first {end} bytes"));
        }
    }
}

#[test]
fn random_bytes() {
    let mut rng = Rng::with_seed(7);
    for n in 0..20_000 {
        let mut bytes = vec![0; rng.usize(..120)];
        rng.fill(&mut bytes);
        if rng.bool() {
            // Small numbers make more tags and lengths that fit.
            bytes.iter_mut().for_each(|byte| *byte &= 0x3f);
        }
        everything(&bytes, &format!("round {n}: {bytes:02x?}"));
    }
}

#[test]
fn short_readable_texts_are_never_usp() {
    let mut rng = Rng::with_seed(11);
    for _ in 0..50_000 {
        let text: String = (0..rng.usize(1..40)).map(|_| char::from(rng.u8(0x20..0x7f))).collect();
        let kind = scan(text.as_bytes()).payload;
        assert!(matches!(kind, PayloadKind::Text | PayloadKind::Json), "{text:?}: {kind:?}");
    }
    for text in ["J0123456789", ":\t\t\t", "\n\n\n\n", "R  ", "bb", "1.3", "0\n1\n"] {
        assert_eq!(scan(text.as_bytes()).payload, PayloadKind::Text, "{text:?}");
    }
}

/// A Record whose GetSupportedDMResp holds `count` empty objects, two bytes each.
fn empty_objects(count: usize) -> Vec<u8> {
    let mut bytes = [0x2a, 0x00].repeat(count);
    for number in [1, 2, 2, 2, 2] {
        let mut outer = Vec::new();
        len(&mut outer, number, &bytes);
        bytes = outer;
    }
    let mut out = Vec::new();
    len(&mut out, 1, b"1.3");
    len(&mut out, 2, b"self::ctl");
    len(&mut out, 3, b"os::00256D-1");
    len(&mut out, 7, &bytes);
    out
}

#[test]
fn many_tiny_elements_do_not_take_much_memory() {
    let few = decode(&empty_objects(1_000));
    assert!(few.msg.is_some_and(|msg| msg.content.is_some()));

    let payload = empty_objects(2_000_000);
    assert_eq!(scan(&payload).payload, PayloadKind::Usp);
    let many = decode(&payload);
    let msg = many.msg.expect("a Msg");
    assert!(msg.content.is_none());
    assert_eq!(
        msg.malformed.map(|fault| fault.reason),
        Some("too many elements to decode in full")
    );
    let shown = rows(&payload);
    assert_eq!(shown.len(), MAX_ROWS + 1);
    let last = shown.last().expect("a row");
    assert_eq!(last.kind, RowKind::Note);
    assert!(last.value.ends_with("more bytes not shown"), "{}", last.value);
    sound(&shown, payload.len(), "many");
    everything(&empty_objects(50_000), "50,000 objects");
}

#[test]
fn deep_and_long_texts() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    assert_eq!(everything(deep.as_bytes(), "deep JSON"), PayloadKind::Json);
    let lines = "x\n".repeat(300_000);
    assert_eq!(everything(lines.as_bytes(), "many lines"), PayloadKind::Text);
    let long = "y".repeat(300_000);
    assert_eq!(everything(long.as_bytes(), "long line"), PayloadKind::Text);
    assert_eq!(everything(&vec![0x0b; 300_000], "open groups"), PayloadKind::Binary);
}
