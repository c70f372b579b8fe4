//! One message, taken apart: header facts, field rows, JSON, bytes, MQTT properties.
//!
//! Made once when a message is picked and kept until another one is. The message is pinned, so
//! it stays readable after the store has given it up. JSON is made when it is first asked for.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::format;
use super::json_lines::Lines;
use crate::analysis::Snapshot;
use crate::analysis::problems::code::Code;
use crate::analysis::problems::explain::explain;
use crate::analysis::sessions::Whole;
use crate::core::hex;
use crate::core::ids::{EndpointId, Epoch, Seq, TopicId};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, Prop};
use crate::store::row::{Direction, Pair};
use crate::store::snapshot::PinnedRow;
use crate::usp::decode::decode;
use crate::usp::endpoint::split_reply_to;
use crate::usp::json::{malformed_json, msg_json, reassembled_json, record_json};
use crate::usp::kind::{Family, PayloadKind};
use crate::usp::scan::{scan, scan_msg};
use crate::usp::text::{msg_line, summary_line};
use crate::usp::tree::{self, FieldRow};

/// Bytes of a text payload shown; a longer one is cut, which is said.
const MAX_TEXT: usize = 4 << 20;

/// Largest JSON payload that is taken apart and laid out, bytes.
const MAX_JSON: usize = 1 << 20;

/// What stands in the header of the inspector.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Type for people, such as `GetResp` or `Notify · ValueChange`.
    pub kind: String,
    /// Its family, for colour.
    pub family: Option<Family>,
    /// What it is about, on one line.
    pub summary: String,
    /// Sender by Endpoint ID.
    pub from: Option<(EndpointId, String)>,
    /// Receiver by Endpoint ID.
    pub to: Option<(EndpointId, String)>,
    /// Which way.
    pub direction: Option<Direction>,
    /// Arrival.
    pub at: Timestamp,
    /// `Header.msg_id`; empty if there is none.
    pub msg_id: String,
    /// What the payload is.
    pub payload_kind: PayloadKind,
    /// Why the payload or its Msg is not valid, with the byte offset.
    pub fault: Option<(String, usize)>,
    /// Things a valid message should not have.
    pub remarks: Vec<Cow<'static, str>>,
    /// Topic and its number.
    pub topic: (TopicId, String),
    /// QoS, retain, dup.
    pub delivery: Delivery,
}

/// A name and a value of the MQTT tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// Name in the MQTT specification.
    pub name: String,
    /// Value for people.
    pub value: String,
    /// What it means, for a second line.
    pub note: Option<&'static str>,
}

/// A picked message; see the module text.
pub struct Inspected {
    epoch: Epoch,
    seq: Seq,
    pinned: PinnedRow,
    facts: Facts,
    mqtt: Vec<Fact>,
    fields: Vec<FieldRow>,
    closed: HashSet<usize>,
    visible: Vec<usize>,
    /// The picked field.
    selected: Option<usize>,
    json: Option<Lines>,
    /// The Msg that it completed, put together from several Records.
    whole: Option<Arc<Whole>>,
}

impl Inspected {
    /// Takes a kept message apart.
    #[must_use]
    pub fn new(snapshot: &Snapshot, seq: Seq) -> Option<Self> {
        let pinned = snapshot.pin(seq)?;
        let row = pinned.row()?;
        let payload = row.payload();
        let summary = scan(payload);
        let name = |id: EndpointId| (id, snapshot.endpoint_name(id).to_owned());
        let mut kind = row.type_label().to_owned();
        if let Some(notification) = row.notification {
            kind.push_str(" · ");
            kind.push_str(notification.label());
        }
        let mut remarks = Vec::new();
        if row.secured {
            remarks
                .push("The payload is secured by TLS inside the session; it can't be read.".into());
        }
        let whole = row.whole.then(|| snapshot.whole(seq)).flatten();
        let whole = whole.filter(|whole| whole.is_segmented()).cloned();
        if let Some(whole) = &whole {
            remarks.push(format!("The whole Msg came in {}.", segments(whole)).into());
        } else if let Some((whole, place)) = snapshot.part_of(seq) {
            let (number, all, end) = (place + 1, whole.parts.len(), whole.seq.0);
            remarks.push(format!("Segment {number} of {all}; the whole Msg is at #{end}.").into());
        }
        let topic = snapshot.topic_name(row.topic).to_owned();
        let fault = match &whole {
            Some(whole) => scan_msg(&whole.bytes).1,
            None => summary.malformed,
        };
        let facts = Facts {
            kind,
            family: row.msg_kind.map(crate::usp::kind::MsgKind::family),
            summary: match &whole {
                Some(whole) => msg_line(&whole.bytes),
                None => summary_line(payload, &summary),
            },
            from: row.from.map(name),
            to: row.to.map(name),
            direction: row.direction,
            at: row.at,
            msg_id: format::one_line(row.msg_id()).into_owned(),
            payload_kind: row.payload_kind,
            fault: fault.map(|m| (m.reason.to_owned(), m.offset)),
            remarks,
            topic: (row.topic, topic),
            delivery: row.delivery(),
        };
        let mqtt = mqtt_facts(&facts, row.size(), row.props().iter());
        let mut fields = tree::rows(payload);
        if let Some(whole) = &whole {
            fields.extend(whole_rows(whole));
        }
        let mut this = Self {
            epoch: snapshot.epoch(),
            seq,
            pinned,
            facts,
            mqtt,
            fields,
            closed: HashSet::new(),
            visible: Vec::new(),
            selected: None,
            json: None,
            whole,
        };
        this.lay_out();
        Some(this)
    }

    /// True if this is message `seq` of that life of the store.
    #[must_use]
    pub fn is(&self, epoch: Epoch, seq: Seq) -> bool {
        (self.epoch, self.seq) == (epoch, seq)
    }

    /// Which message.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.seq
    }

    /// The life of the store it belongs to.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// Its header facts.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The other half of its exchange as known by now; pairs are found after a message arrives.
    #[must_use]
    pub fn pair(&self, snapshot: &Snapshot) -> Option<Pair> {
        if snapshot.epoch() == self.epoch
            && let Some(row) = snapshot.row(self.seq)
        {
            return row.pair();
        }
        self.pinned.row().and_then(|row| row.pair())
    }

    /// What is odd about it as known by now, the gravest first, with the particulars in words.
    #[must_use]
    pub fn problems(&self, snapshot: &Snapshot) -> Vec<(Code, String)> {
        let live = (snapshot.epoch() == self.epoch).then(|| snapshot.row(self.seq)).flatten();
        let Some(row) = live.or_else(|| self.pinned.row()) else { return Vec::new() };
        let mut codes: Vec<Code> = snapshot.problems_of(row).iter().collect();
        codes.sort_by_key(|code| std::cmp::Reverse(code.level()));
        codes.into_iter().map(|code| (code, explain(code, row, snapshot))).collect()
    }

    /// MQTT facts.
    #[must_use]
    pub fn mqtt(&self) -> &[Fact] {
        &self.mqtt
    }

    /// The payload as received.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.pinned.row().map_or(&[], |row| row.payload())
    }

    /// All field rows.
    #[must_use]
    pub fn fields(&self) -> &[FieldRow] {
        &self.fields
    }

    /// Numbers of the field rows on view, closed ones' children left out.
    #[must_use]
    pub fn visible(&self) -> &[usize] {
        &self.visible
    }

    /// True if the field's children are on view.
    #[must_use]
    pub fn is_open(&self, field: usize) -> bool {
        !self.closed.contains(&field)
    }

    /// True if the children of some field are hidden.
    #[must_use]
    pub fn has_closed(&self) -> bool {
        !self.closed.is_empty()
    }

    /// Opens or closes a field.
    pub fn set_open(&mut self, field: usize, open: bool) {
        let changed = if open { self.closed.remove(&field) } else { self.closed.insert(field) };
        if changed {
            self.lay_out();
        }
    }

    /// Opens or closes every field but the root.
    pub fn set_all_open(&mut self, open: bool) {
        self.closed.clear();
        if !open {
            let parents = self.fields.iter().enumerate().skip(1);
            self.closed.extend(parents.filter(|(_, f)| f.has_children()).map(|(at, _)| at));
        }
        self.lay_out();
    }

    /// The picked field.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// Picks a field, or none.
    pub fn select(&mut self, field: Option<usize>) {
        self.selected = field.filter(|&at| at < self.fields.len());
    }

    /// Picks the innermost field that byte `offset` belongs to and opens what is above it.
    pub fn select_byte(&mut self, offset: usize) {
        let holds = |field: &FieldRow| field.range.contains(&offset);
        let Some(field) = self.fields.iter().rposition(holds) else { return };
        self.selected = Some(field);
        let fields = &self.fields;
        let before = self.closed.len();
        self.closed.retain(|&at| {
            let end = fields.get(at).map_or(at, |f| at + f.descendants as usize);
            !(at < field && field <= end)
        });
        if self.closed.len() != before {
            self.lay_out();
        }
    }

    /// Bytes of the picked field: all of it, and its value alone.
    #[must_use]
    pub fn highlight(&self) -> Option<(Range<usize>, Range<usize>)> {
        let field = self.fields.get(self.selected?)?;
        (!field.range.is_empty()).then(|| (field.range.clone(), field.value_range.clone()))
    }

    /// The message as JSON, or a text payload as lines.
    pub fn json(&mut self) -> &Lines {
        if self.json.is_none() {
            self.json = Some(json_lines(self.payload(), self.whole.as_deref()));
        }
        self.json.get_or_insert_default()
    }

    /// The payload as hex digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex::encode(self.payload())
    }

    fn lay_out(&mut self) {
        self.visible.clear();
        let mut at = 0;
        while let Some(field) = self.fields.get(at) {
            self.visible.push(at);
            let hidden = if self.closed.contains(&at) { field.descendants as usize } else { 0 };
            at += 1 + hidden;
        }
    }
}

/// `3 segments: #8, #9, #10`; the middle of many is left out.
fn segments(whole: &Whole) -> String {
    const SHOWN: usize = 8;
    let all = whole.parts.len();
    let name = |part: &Seq| format!("#{}", part.0);
    let mut parts: Vec<String> = whole.parts.iter().take(SHOWN).map(name).collect();
    if all > SHOWN + 1 {
        parts.push("…".to_owned());
    }
    if all > SHOWN {
        parts.extend(whole.parts.last().map(name));
    }
    format!("{all} segments: {}", parts.join(", "))
}

/// The fields of a Msg that was put together. Its bytes are not those of this payload, so none
/// of them can be highlighted there.
fn whole_rows(whole: &Whole) -> Vec<FieldRow> {
    let mut rows = tree::msg_rows(&whole.bytes);
    for row in &mut rows {
        (row.range, row.value_range) = (0..0, 0..0);
    }
    if let Some(root) = rows.first_mut() {
        root.value = format!("{} bytes in {}", whole.bytes.len(), segments(whole));
    }
    rows
}

fn json_lines(payload: &[u8], whole: Option<&Whole>) -> Lines {
    let decoded = decode(payload);
    match decoded.payload {
        // Taken apart, JSON needs many times its text's memory; a huge one is shown as it came.
        PayloadKind::Json if payload.len() <= MAX_JSON => {
            match serde_json::from_slice::<Value>(payload) {
                Ok(value) => Lines::of_json(&value),
                Err(_) => text_lines(payload),
            }
        }
        PayloadKind::Json | PayloadKind::Text => text_lines(payload),
        PayloadKind::Empty => Lines::default(),
        PayloadKind::Usp | PayloadKind::Suspect | PayloadKind::Binary => {
            let mut out = Map::new();
            out.insert("payload".to_owned(), Value::from(decoded.payload.name()));
            if let Some(malformed) = decoded.malformed {
                out.insert("malformed".to_owned(), malformed_json(malformed));
            }
            if let Some(record) = &decoded.record {
                out.insert("record".to_owned(), record_json(record));
            }
            if let Some(msg) = &decoded.msg {
                out.insert("msg".to_owned(), msg_json(msg));
            } else if let Some(whole) = whole {
                let parts = whole.parts.iter().map(|part| part.0);
                out.insert("msg".to_owned(), reassembled_json(&whole.bytes, parts));
            }
            Lines::of_json(&Value::Object(out))
        }
    }
}

fn text_lines(payload: &[u8]) -> Lines {
    let shown = payload.get(..MAX_TEXT).unwrap_or(payload);
    let mut text = String::from_utf8_lossy(shown).into_owned();
    if shown.len() < payload.len() {
        text.push_str(&format!("\n… {} more bytes", payload.len() - shown.len()));
    }
    Lines::of_text(text)
}

fn mqtt_facts<'a>(facts: &Facts, size: u32, props: impl Iterator<Item = Prop<'a>>) -> Vec<Fact> {
    let mut out = Vec::new();
    let mut add = |name: &str, value: String, note: Option<&'static str>| {
        out.push(Fact { name: name.to_owned(), value, note });
    };
    let text = |bytes: &[u8]| format::one_line(&String::from_utf8_lossy(bytes)).into_owned();
    add("Topic", format::one_line(&facts.topic.1).into_owned(), None);
    if let (base, Some(reply)) = split_reply_to(&facts.topic.1) {
        add("Base topic", format::one_line(base).into_owned(), None);
        let note = "From the topic's /reply-to= ending (MQTT 3.1.1 binding)";
        add("Reply to", format::one_line(&reply).into_owned(), Some(note));
    }
    let Delivery { qos, retain, dup } = facts.delivery;
    add("QoS", qos.to_string(), Some("As delivered to us: at most that of our subscription"));
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    add("Retain", yes_no(retain), retain.then_some("Stored by the broker; it may be old"));
    add("Duplicate", yes_no(dup), dup.then_some("The broker delivered it to us again"));
    let exact = format!("{} bytes", format::count(u64::from(size)));
    add("Payload size", exact, None);
    for prop in props {
        match prop {
            Prop::ContentType(value) => add("Content Type", text(value), None),
            Prop::ResponseTopic(value) => add("Response Topic", text(value), None),
            Prop::CorrelationData(value) => {
                let hex: Vec<String> = value.iter().map(|b| format!("{b:02x}")).collect();
                add("Correlation Data", hex.join(" "), None);
            }
            Prop::User(key, value) => {
                add("User Property", format!("{} = {}", text(key), text(value)), None);
            }
            Prop::MessageExpiry(secs) => {
                add("Message Expiry Interval", format!("{secs} s"), None);
            }
            Prop::PayloadFormat(format) => {
                let value = if format == 1 { "1 (UTF-8 text)" } else { "0 (bytes)" };
                add("Payload Format Indicator", value.to_owned(), None);
            }
            Prop::SubscriptionId(id) => add("Subscription Identifier", id.to_string(), None),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::Pipeline;
    use crate::core::wire::WireBatch;
    use crate::store::Budgets;
    use crate::usp::generated::usp_record::SessionContextRecord;
    use crate::usp::generated::usp_record::record::RecordType as Kind;
    use crate::usp::make;

    #[test]
    fn a_segmented_msg_is_shown_whole_below_the_record_that_completed_it() {
        let msg = make::encode(&make::get("id-7", &["Device.DeviceInfo."]));
        let mut batch = WireBatch::new();
        for (n, (sar, piece)) in
            [1, 2, 3].into_iter().zip(msg.chunks(msg.len().div_ceil(3))).enumerate()
        {
            let session = SessionContextRecord {
                session_id: 9,
                sequence_id: n as u64 + 1,
                payload_sar_state: sar,
                payloadrec_sar_state: sar,
                payload: vec![piece.to_vec().into()],
                ..SessionContextRecord::default()
            };
            let record = make::wrap("self::acs", "os::1", Kind::SessionContext(session));
            let at = Timestamp(n as i64);
            batch.push(at, b"t", &record, Delivery::default(), |_| {});
        }
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(&batch);
        let snapshot = pipeline.snapshot();

        let mut last = Inspected::new(&snapshot, Seq(3)).unwrap();
        let facts = last.facts();
        assert_eq!(
            (facts.kind.as_str(), facts.msg_id.as_str(), &facts.fault),
            ("Get", "id-7", &None)
        );
        assert!(facts.summary.contains("Device.DeviceInfo."), "{}", facts.summary);
        assert_eq!(facts.remarks, ["The whole Msg came in 3 segments: #1, #2, #3."]);
        let root = last.fields().iter().rposition(|row| row.depth == 0).unwrap();
        assert!(root > 0 && last.fields()[root].name == "Msg");
        let own = last.payload().len();
        let whole = &last.fields()[root..];
        assert!(whole.iter().any(|row| row.value.contains("Device.DeviceInfo.")));
        assert!(whole.iter().all(|row| row.range.is_empty()), "none of them lie in this payload");
        last.select_byte(own - 1);
        assert!(last.selected().unwrap() < root);
        let json = last.json().text();
        assert!(json.contains("reassembled_from") && json.contains("id-7"), "{json}");

        let first = Inspected::new(&snapshot, Seq(1)).unwrap();
        assert_eq!(first.facts().remarks, ["Segment 1 of 3; the whole Msg is at #3."]);
        assert_eq!(first.fields().iter().filter(|row| row.depth == 0).count(), 1);
    }
}
