//! A stage as JSON.

use serde_json::{Map, Value, json};

use crate::core::time::Timestamp;
use crate::mqtt::diagnose::{Outcome, StageReport};
use crate::mqtt::link::TlsFacts;

/// One object; fields that don't apply are left out.
pub(super) fn object(report: &StageReport) -> Value {
    let StageReport { stage, outcome, took, detail, advice, tls, seen } = report;
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("stage", stage.name().into());
    put("status", outcome.name().into());
    // Microseconds are all that means anything.
    put("ms", ((took.as_secs_f64() * 1e6).round() / 1e3).into());
    put("detail", detail.as_str().into());
    if let Outcome::Failed(cause) = outcome {
        put("cause", cause.code().into());
    }
    put("advice", advice.as_slice().into());
    if !seen.is_empty() {
        put("seen", seen.as_slice().into());
    }
    if let Some(tls) = tls {
        put("protocol", tls.protocol.into());
        put("cipher", tls.cipher.as_deref().into());
        for (key, value) in certificate(tls) {
            put(key, value);
        }
        put("verification", verification(tls, *outcome));
    }
    Value::Object(object)
}

/// What the broker's certificate says.
fn certificate(tls: &TlsFacts) -> Vec<(&'static str, Value)> {
    let mut fields =
        vec![("subject", tls.subject.as_str().into()), ("issuer", tls.issuer.as_str().into())];
    if let Some(own) = tls.chain.first() {
        fields.extend([
            ("sans", json!(own.names)),
            ("not_before", rfc3339(own.not_before).into()),
            ("not_after", rfc3339(own.not_after).into()),
            ("fingerprint_sha256", own.fingerprint_sha256.as_str().into()),
        ]);
        if !own.usp_endpoint_ids.is_empty() {
            fields.push(("usp_endpoint_ids", json!(own.usp_endpoint_ids)));
        }
        let chain: Vec<&str> = tls.chain.iter().map(|one| one.subject.as_str()).collect();
        fields.push(("chain", json!(chain)));
    }
    fields
}

/// As `2026-01-31T12:00:00Z`.
fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(at.0))
        .map_or_else(|_| String::new(), |at| at.strftime("%FT%TZ").to_string())
}

/// What was checked; of a refused certificate why.
fn verification(tls: &TlsFacts, outcome: Outcome) -> Value {
    match outcome {
        Outcome::Failed(cause) => format!("refused: {}", cause.code()).into(),
        Outcome::Ok | Outcome::Skipped => json!({
            "chain": tls.chain_verified,
            "name": tls.name_verified,
            "self_signed_accepted": tls.self_signed_accepted,
            "skipped": tls.skipped(),
        }),
    }
}
