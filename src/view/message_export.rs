//! Messages as lines of a file, a piece at a time: the whole text is never in memory.
//!
//! What is exported is named by stretches of numbers and the table's filter, and read from one
//! snapshot, so that a million messages need no list and none changes on the way.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;

use super::columns::Column;
use super::export::Csv;
use super::format;
use super::message_list::{self, Filter, Sieve};
use crate::analysis::Snapshot;
use crate::analysis::message::{self, Message};
use crate::core::hex;
use crate::core::ids::Seq;
use crate::store::RowRef;
use crate::store::row::Direction;

/// Bytes made at once, and messages looked at.
const PIECE: usize = 256 * 1024;
const LOOKED_AT: usize = 4096;

/// What is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Format {
    /// The objects of `watch -F json` with the payload: can be opened as a capture.
    #[default]
    Jsonl,
    /// The columns on view as comma-separated values.
    Csv,
    /// `SECONDS TOPIC HEX`, as mosquitto_sub prints it: can be opened as a capture.
    Hex,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Jsonl, Self::Csv, Self::Hex];

    /// Its name.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Jsonl => "JSON Lines",
            Self::Csv => "CSV",
            Self::Hex => "Hex lines",
        }
    }

    /// Ending of its files, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Hex => "txt",
        }
    }

    /// What it is good for.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Jsonl => {
                "One JSON object a message, as watch -F json prints it, with the payload. Opens \
                 here as a capture."
            }
            Self::Csv => "The columns on view, for a spreadsheet.",
            Self::Hex => {
                "Time, topic, payload in hex, without properties. Opens here as a capture."
            }
        }
    }
}

/// An export on its way.
pub struct MessageExport {
    snapshot: Snapshot,
    stretches: Vec<Range<u64>>,
    filter: Filter,
    sieve: Sieve,
    format: Format,
    columns: Vec<Column>,
    notes: BTreeMap<u64, String>,
    /// The stretch under way, and the next message in it.
    stretch: usize,
    next: u64,
    looked_at: u64,
    written: u64,
    before: Option<i64>,
    begun: bool,
}

impl MessageExport {
    /// Of the messages with these numbers those that pass the filter, with the user's notes to
    /// bookmarked ones.
    #[must_use]
    pub fn new(
        snapshot: Snapshot,
        stretches: Vec<Range<u64>>,
        filter: Filter,
        format: Format,
        columns: Vec<Column>,
        notes: BTreeMap<u64, String>,
    ) -> Self {
        Self {
            snapshot,
            stretches,
            filter,
            sieve: Sieve::default(),
            format,
            columns,
            notes,
            stretch: 0,
            next: 0,
            looked_at: 0,
            written: 0,
            before: None,
            begun: false,
        }
    }

    /// Messages written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.written
    }

    /// How much is done, in thousandths.
    #[must_use]
    pub fn progress(&self) -> u32 {
        let all: u64 = self.stretches.iter().map(|s| s.end.saturating_sub(s.start)).sum();
        (self.looked_at.saturating_mul(1000) / all.max(1)).min(1000) as u32
    }

    /// Appends the next piece. True if there is more.
    pub fn piece(&mut self, out: &mut Vec<u8>) -> bool {
        if !std::mem::replace(&mut self.begun, true) && self.format == Format::Csv {
            self.csv_head(out);
        }
        // The messages stay here while their rows are written.
        let snapshot = self.snapshot.clone();
        let mut looked_at = 0;
        while let Some(stretch) = self.stretches.get(self.stretch).cloned() {
            let from = self.next.max(stretch.start).max(snapshot.first_seq().0);
            let mut reached = from;
            for row in snapshot.rows_from(Seq(from)) {
                if row.seq.0 >= stretch.end {
                    break;
                }
                reached = row.seq.0 + 1;
                looked_at += 1;
                self.looked_at += 1;
                if self.sieve.passes(&snapshot, &self.filter, &row) {
                    self.line(&snapshot, row, out);
                    self.written += 1;
                }
                if out.len() >= PIECE || looked_at >= LOOKED_AT {
                    self.next = reached;
                    return true;
                }
            }
            self.next = reached;
            self.stretch += 1;
        }
        false
    }

    fn line(&mut self, snapshot: &Snapshot, row: RowRef<'_>, out: &mut Vec<u8>) {
        match self.format {
            Format::Jsonl => {
                let mut value = message::json(Message { snapshot, row });
                if let Value::Object(object) = &mut value {
                    object.insert("payload_hex".to_owned(), hex::encode(row.payload()).into());
                    if let Some(note) = self.notes.get(&row.seq.0) {
                        object.insert("note".to_owned(), note.as_str().into());
                    }
                }
                out.extend_from_slice(value.to_string().as_bytes());
                out.push(b'\n');
            }
            Format::Hex => {
                let (secs, nanos) =
                    (row.at.0.div_euclid(1_000_000_000), row.at.0.rem_euclid(1_000_000_000));
                let topic = snapshot.topic_name(row.topic);
                let topic = format::one_line(topic);
                let line = format!("{secs}.{nanos:09} {topic} {}\n", hex::encode(row.payload()));
                out.extend_from_slice(line.as_bytes());
            }
            Format::Csv => self.csv_line(snapshot, row, out),
        }
    }

    fn csv_head(&self, out: &mut Vec<u8>) {
        let mut names = vec!["number"];
        names.extend(self.columns.iter().map(|column| match column {
            Column::Delta => "delta_ms",
            Column::Latency => "latency_ms",
            Column::Size => "size_bytes",
            other => other.name(),
        }));
        if !self.notes.is_empty() {
            names.push("note");
        }
        out.extend_from_slice(Csv::with_header(&names).as_str().as_bytes());
    }

    fn csv_line(&mut self, snapshot: &Snapshot, row: RowRef<'_>, out: &mut Vec<u8>) {
        let mut csv = Csv::default();
        csv.whole(i64::try_from(row.seq.0).ok());
        for column in &self.columns {
            self.csv_value(*column, snapshot, row, &mut csv);
        }
        if !self.notes.is_empty() {
            csv.text(self.notes.get(&row.seq.0).map_or("", String::as_str));
        }
        csv.end();
        out.extend_from_slice(csv.as_str().as_bytes());
        self.before = Some(row.at.0);
    }

    fn csv_value(&self, column: Column, snapshot: &Snapshot, row: RowRef<'_>, csv: &mut Csv) {
        let message = Message { snapshot, row };
        match column {
            Column::Time => csv.time(Some(row.at)),
            Column::Delta => csv.millis(self.before.map(|before| row.at.0 - before)),
            Column::Direction => csv.text(row.direction.map_or("", Direction::name)),
            Column::Kind => {
                csv.text(row.notification.map_or(row.type_label(), |notified| notified.label()))
            }
            Column::Device => {
                csv.text(message.device().map_or("", |id| snapshot.endpoint_name(id)))
            }
            Column::From => csv.text(message.from()),
            Column::To => csv.text(message.to()),
            Column::Topic => csv.text(message.topic()),
            Column::Summary => csv.text(&message_list::summary(snapshot, row)),
            Column::MsgId => csv.text(row.msg_id()),
            Column::Grade => csv.text(row.mark().grade.map_or("", |grade| grade.name())),
            Column::Size => csv.whole(Some(i64::from(row.size()))),
            Column::Latency => csv.millis(row.latency_nanos()),
            Column::Qos => csv.whole(Some(i64::from(row.delivery().qos))),
            Column::Retain => csv.text(if row.delivery().retain { "true" } else { "false" }),
            Column::ContentType => {
                csv.text(&String::from_utf8_lossy(row.props().content_type().unwrap_or_default()))
            }
            Column::ResponseTopic => csv.text(&snapshot.reply_topic(row).unwrap_or_default()),
            Column::Segments => match snapshot.part_of(row.seq) {
                Some((whole, place)) => {
                    csv.text(&format!("{} of {}", place + 1, whole.parts.len()))
                }
                None => csv.text(""),
            },
            Column::Problems => {
                let names: Vec<&str> =
                    snapshot.problems_of(row).iter().map(|code| code.name()).collect();
                csv.text(&names.join(" "))
            }
        };
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::analysis::{Pipeline, filter};
    use crate::core::ids::Epoch;
    use crate::core::time::Timestamp;
    use crate::core::wire::{Delivery, Prop, WireBatch};
    use crate::store::Budgets;
    use crate::usp::make;

    fn batch(count: usize) -> WireBatch {
        let mut batch = WireBatch::new();
        for n in 0..count {
            let get = make::get(&format!("id-{n}"), &["Device.DeviceInfo."]);
            let record = make::record("self::acs", "os::1", &get);
            let at = Timestamp(1_795_368_559_834_163_000 + n as i64 * 1_000_000);
            let delivery = Delivery { qos: 1, retain: n == 1, dup: false };
            batch.push(at, b"usp/agent/=1", &record, delivery, |props| {
                props.add(Prop::ResponseTopic(b"usp/controller/a,b"));
                props.add(Prop::User(b"k", b"v"));
            });
        }
        batch
    }

    fn snapshot(batch: &WireBatch) -> Snapshot {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        pipeline.apply(batch);
        pipeline.snapshot()
    }

    fn all(mut export: MessageExport) -> (String, u64, usize) {
        let (mut out, mut pieces) = (Vec::new(), 1);
        let mut piece = Vec::new();
        while export.piece(&mut piece) {
            out.append(&mut piece);
            pieces += 1;
        }
        out.append(&mut piece);
        assert_eq!(export.progress(), 1000);
        (String::from_utf8(out).unwrap(), export.written(), pieces)
    }

    #[test]
    fn json_lines_have_the_payload_and_the_note() {
        let export = MessageExport::new(
            snapshot(&batch(3000)),
            vec![1..2001, 2001..3001],
            Filter::default(),
            Format::Jsonl,
            Vec::new(),
            BTreeMap::from([(2, "look".to_owned())]),
        );
        let (text, written, pieces) = all(export);
        assert_eq!(written, 3000);
        assert!(pieces > 3, "{pieces} pieces");
        let second: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
        assert_eq!(second["note"], "look");
        assert_eq!(second["msg"]["msg_id"], "id-1");
        assert_eq!(text.matches("\"note\"").count(), 1);
    }

    #[test]
    fn csv_has_the_columns_on_view_and_no_formulas() {
        let snapshot = snapshot(&batch(3));
        let search = filter::Filter::parse("msg_id != \"id-0\"", &jiff::tz::TimeZone::UTC);
        let filter = Filter { search: search.unwrap(), ..Filter::default() };
        let columns = vec![
            Column::Time,
            Column::Delta,
            Column::Topic,
            Column::ResponseTopic,
            Column::MsgId,
            Column::Retain,
            Column::Latency,
        ];
        let stretches = vec![1..2, 2..4];
        let export = MessageExport::new(
            snapshot,
            stretches,
            filter,
            Format::Csv,
            columns,
            BTreeMap::from([(3, "-x".to_owned())]),
        );
        let (text, written, _) = all(export);
        assert_eq!(written, 2);
        assert_eq!(
            text,
            "number,time,delta_ms,topic,response_topic,msg_id,retain,latency_ms,note\r\n\
             2,2026-11-22T17:29:19.835163Z,,usp/agent/=1,\"usp/controller/a,b\",id-1,true,,\r\n\
             3,2026-11-22T17:29:19.836163Z,1,usp/agent/=1,\"usp/controller/a,b\",id-2,false,,\
             \"'-x\"\r\n"
        );
    }
}
