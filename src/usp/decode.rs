//! Full decode of a payload, for inspection and export; at ingest [`super::scan`] is enough.
//!
//! Strict like prost (and the C++ libraries): one fault and the Msg is refused. What can still
//! be shown of it, [`super::tree`] shows. A Msg whose decoded form would take far more memory
//! than its bytes do is refused too; see [`super::check::budget`].

use bytes::{Bytes, BytesMut};
use prost::Message as _;

use super::check::{self, budget};
use super::generated::schema;
use super::generated::usp::Msg;
use super::generated::usp_record::Record;
use super::generated::usp_record::record::{PayloadSecurity, RecordType as Kind};
use super::generated::usp_record::session_context_record::PayloadSarState;
use super::kind::{MsgKind, PayloadKind};
use super::scan::{scan, scan_msg};
use super::summary::Malformed;
use super::wire::WireReader;

const TOO_LARGE: &str = "too many elements to decode in full";
const REFUSED: &str = "refused by the decoder";

/// A payload, decoded as far as it can be.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What the payload is; the same as [`scan`] says.
    pub payload: PayloadKind,
    /// The Record, if it decodes and has a known type. For [`PayloadKind::Suspect`] it may lack
    /// its version or an id; absent if the bytes are damaged.
    pub record: Option<Record>,
    /// The plaintext Msg inside, when this Record alone holds a whole one.
    pub msg: Option<DecodedMsg>,
    /// What is wrong with the Record; offset in the payload.
    pub malformed: Option<Malformed>,
}

/// A Msg, decoded as far as it can be.
#[derive(Clone, Debug, Default)]
pub struct DecodedMsg {
    /// The whole Msg; `None` if it is damaged.
    pub content: Option<Msg>,
    /// Its size, bytes.
    pub len: usize,
    /// `Header.msg_id`; as far as it could be read.
    pub msg_id: String,
    /// `Header.msg_type` as sent; 0 if absent.
    pub header_type: i32,
    /// True if there is no header.
    pub header_missing: bool,
    /// Type by the body, which alone counts (schema 1.4).
    pub kind: Option<MsgKind>,
    /// What is wrong with it; offset in the payload, or in the joined bytes if several payload
    /// entries or segments were joined.
    pub malformed: Option<Malformed>,
}

/// Decodes one payload in full.
#[must_use]
pub fn decode(payload: &[u8]) -> Decoded {
    let summary = scan(payload);
    let mut decoded =
        Decoded { payload: summary.payload, record: None, msg: None, malformed: summary.malformed };
    if summary.payload != PayloadKind::Usp {
        if summary.payload == PayloadKind::Suspect && summary.record_type.is_some() {
            decoded.record = decode_record(payload).ok();
        }
        return decoded;
    }
    if summary.msg.is_some() {
        // It belongs to the Msg, where it is said again.
        decoded.malformed = None;
    }
    let record = match decode_record(payload) {
        Ok(record) => record,
        Err(fault) => {
            decoded.payload = PayloadKind::Suspect;
            decoded.malformed = Some(fault);
            return decoded;
        }
    };
    if let Some(bytes) = msg_bytes(&record) {
        let mut msg = decode_msg(&bytes);
        // Where in the payload, if the Msg lies there in one piece.
        if let (Some(fault), Some(start)) = (&mut msg.malformed, position(payload, &bytes)) {
            fault.offset += start;
        }
        decoded.msg = Some(msg);
    }
    decoded.record = Some(record);
    decoded
}

/// Decodes the bytes of one whole Msg, such as a reassembled one.
#[must_use]
pub fn decode_msg(bytes: &[u8]) -> DecodedMsg {
    let (summary, mut malformed) = scan_msg(bytes);
    let content = match check::check(WireReader::new(bytes), &schema::MSG) {
        Ok(cost) if cost > budget(bytes.len()) => {
            malformed = Some(Malformed { reason: TOO_LARGE, offset: 0 });
            None
        }
        Ok(_) => match Msg::decode(bytes) {
            Ok(msg) => Some(msg),
            Err(_) => {
                malformed = Some(Malformed { reason: REFUSED, offset: 0 });
                None
            }
        },
        Err(fault) => {
            malformed = Some(fault);
            None
        }
    };
    DecodedMsg {
        content,
        len: bytes.len(),
        msg_id: summary.msg_id.to_owned(),
        header_type: summary.header_type,
        header_missing: summary.header_missing,
        kind: summary.kind,
        malformed,
    }
}

fn decode_record(payload: &[u8]) -> Result<Record, Malformed> {
    let cost = check::check(WireReader::new(payload), &schema::RECORD)?;
    if cost > budget(payload.len()) {
        return Err(Malformed { reason: TOO_LARGE, offset: 0 });
    }
    // From one shared copy, so that the payload inside is not copied again.
    Record::decode(Bytes::copy_from_slice(payload))
        .map_err(|_| Malformed { reason: REFUSED, offset: 0 })
}

/// The bytes of the whole plaintext Msg in this Record; `None` if it holds none, an encrypted
/// one, or a piece of one.
#[must_use]
pub fn msg_bytes(record: &Record) -> Option<Bytes> {
    if record.payload_security != PayloadSecurity::Plaintext as i32 {
        return None;
    }
    let bytes = match record.record_type.as_ref()? {
        Kind::NoSessionContext(inner) => inner.payload.clone(),
        Kind::SessionContext(inner) if inner.payload_sar_state == PayloadSarState::None as i32 => {
            let mut filled = inner.payload.iter().filter(|entry| !entry.is_empty());
            match (filled.next(), filled.next()) {
                (Some(only), None) => only.clone(),
                _ => {
                    let mut joined = BytesMut::new();
                    inner.payload.iter().for_each(|entry| joined.extend_from_slice(entry));
                    joined.freeze()
                }
            }
        }
        _ => return None,
    };
    (!bytes.is_empty()).then_some(bytes)
}

/// Where `part` lies in `whole`, by the scan's own walk.
fn position(whole: &[u8], part: &[u8]) -> Option<usize> {
    let (start, end) = super::scan::msg_range(whole)?;
    (whole.get(start..end) == Some(part)).then_some(start)
}
