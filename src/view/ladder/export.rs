//! The ladder as a picture or as rows, for a file.

use super::draw::{self, Columns};
use super::words::{self, Scene};
use super::{Item, Ladder};
use crate::analysis::Snapshot;
use crate::analysis::exchanges::Exchange;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::view::drawing::{Anchor, Drawing, Font, Role, measure, point};
use crate::view::export::{Csv, Export};
use crate::view::format::{self, Clockface};

/// Rows in a picture at most; more make no picture that anybody can read.
pub const MAX_ROWS: usize = 3_000;

/// Rows in a picture of pixels: what fits into it.
pub const PNG_ROWS: usize = 500;

/// Rows in a table at most.
pub const MAX_TABLE_ROWS: usize = 100_000;

/// Width of a picture of everything, points.
const WIDTH: f32 = 1000.0;

const TITLE: f32 = 40.0;
const FOOT: f32 = 24.0;

/// Rows of a device's ladder.
pub struct LadderExport {
    snapshot: Snapshot,
    clockface: Clockface,
    now: Timestamp,
    device: EndpointId,
    part: Ladder,
    width: f32,
    /// Top and height of what was on the screen; `None` for all rows.
    window: Option<(f64, f32)>,
    /// Rows that are not among them though they were asked for.
    left_out: usize,
}

impl LadderExport {
    /// What is on a screen of this size.
    #[must_use]
    pub fn visible(ladder: &Ladder, scene: &Scene<'_>, width: f32, height: f32) -> Self {
        let top = ladder.top(f64::from(height));
        let range = ladder.window(top, f64::from(height));
        let first_y = ladder.y(range.start);
        let part = ladder.part(range);
        // The same rows at the same places, only that they begin elsewhere.
        let part_top = part.y(0) - (first_y - top);
        Self { window: Some((part_top, height)), ..Self::of(part, scene, width.max(420.0)) }
    }

    /// All rows of which at most `limit` of the newest are taken.
    #[must_use]
    pub fn newest(ladder: &Ladder, scene: &Scene<'_>, limit: usize) -> Self {
        let from = ladder.len().saturating_sub(limit);
        let part = ladder.part(from..ladder.len());
        Self { left_out: from, ..Self::of(part, scene, WIDTH) }
    }

    fn of(part: Ladder, scene: &Scene<'_>, width: f32) -> Self {
        Self {
            snapshot: scene.snapshot.clone(),
            clockface: scene.clockface.clone(),
            now: scene.now,
            device: scene.device,
            part,
            width,
            window: None,
            left_out: 0,
        }
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            snapshot: &self.snapshot,
            clockface: &self.clockface,
            now: self.now,
            device: self.device,
            picked: None,
        }
    }
}

impl Export for LadderExport {
    fn title(&self) -> String {
        format!("Ladder of {}", words::short_name(&self.snapshot, Some(self.device)))
    }

    fn drawing(&self) -> Result<Drawing, String> {
        let (Some(first), Some(last)) = (self.part.items().front(), self.part.items().back())
        else {
            return Err("There is no message to draw".to_owned());
        };
        let scene = self.scene();
        let mut ladder = self.part.part(0..self.part.len());
        let columns = Columns::new(&ladder, &scene, self.width);
        let (top, height) = self.window.unwrap_or((0.0, ladder.height() as f32 + 4.0));
        let head = draw::head(&scene, &columns);
        let head_height = head.height;
        let name = format::one_line(self.snapshot.endpoint_name(self.device)).into_owned();
        let all = TITLE + head_height + height + FOOT;
        let mut out = Drawing::new(self.width, all, self.title());
        out.description = format!(
            "Messages of {name} from {} to {}, {} rows.",
            self.clockface.date_time_micros(first.at()),
            self.clockface.date_time_micros(last.at()),
            self.part.len()
        );
        let rows = draw::rows(&mut ladder, &scene, &columns, top, height);
        out.place(rows.drawing, point(0.0, TITLE + head_height));
        // Rows that are cut at an edge end there.
        out.rect(crate::view::drawing::area(0.0, 0.0, self.width, TITLE), 0.0, Role::Panel);
        let band = crate::view::drawing::area(0.0, TITLE, self.width, head_height);
        out.rect(band, 0.0, Role::Panel);
        let foot_y = all - FOOT;
        out.rect(crate::view::drawing::area(0.0, foot_y, self.width, FOOT), 0.0, Role::Panel);
        out.place(head, point(0.0, TITLE));
        let room = self.width - 24.0;
        let title = measure::fit_middle(&name, Font::Medium, 15.0, room).into_owned();
        out.text(point(12.0, 20.0), Anchor::Start, title, (Font::Medium, 15.0), Role::Strong);
        let mut foot = format!(
            "{} – {}, {}",
            self.clockface.date_time_micros(first.at()),
            self.clockface.date_time_micros(last.at()),
            self.clockface.zone_name()
        );
        if rows.hidden > 0 {
            let hidden = format::count(rows.hidden as u64);
            foot.push_str(&format!(" · {hidden} messages too close to others to be drawn"));
        }
        if self.left_out > 0 {
            let left_out = format::count(self.left_out as u64);
            foot.push_str(&format!(" · {left_out} older rows left out"));
        }
        let foot = measure::fit(&foot, Font::Body, 11.0, room).into_owned();
        let at = point(12.0, foot_y + FOOT / 2.0);
        out.text(at, Anchor::Start, foot, (Font::Body, 11.0), Role::Weak);
        Ok(out)
    }

    fn rows(&self, csv: &mut Csv) {
        csv.header(&[
            "time",
            "event",
            "type",
            "msg_id",
            "from",
            "to",
            "about",
            "state",
            "response_time_ms",
            "note",
            "error_code",
            "size_bytes",
            "topic",
            "count",
            "pause_ms",
            "message",
        ]);
        let scene = self.scene();
        let mut ladder = self.part.part(0..self.part.len());
        for item in self.part.items() {
            match *item {
                Item::Message { seq, .. } => {
                    let Some(row) = self.snapshot.row(seq) else { continue };
                    let told = words::told(&mut ladder, &scene, row);
                    let exchange = self.snapshot.exchange_of(row);
                    let name = |id: Option<EndpointId>| {
                        id.map_or("", |id| self.snapshot.endpoint_name(id))
                    };
                    csv.time(Some(row.at)).text("message").text(told.kind).text(&told.msg_id);
                    csv.text(name(row.from)).text(name(row.to)).text(&told.summary);
                    csv.text(exchange.map_or("", |exchange| exchange.state.label()));
                    csv.millis(exchange.and_then(Exchange::latency_nanos)).text(&told.note);
                    csv.whole((row.err_code != 0).then_some(i64::from(row.err_code)));
                    csv.whole(Some(i64::from(row.size())));
                    csv.text(self.snapshot.topic_name(row.topic));
                    csv.whole(Some(1)).whole(None).whole(i64::try_from(seq.0).ok());
                }
                other => {
                    let (event, count, pause) = match other {
                        Item::Pause { nanos, .. } => ("pause", None, Some(nanos)),
                        Item::Lost { messages, .. } => {
                            ("missing", i64::try_from(messages).ok(), None)
                        }
                        Item::Segments { count, .. } => ("segments", Some(i64::from(count)), None),
                        Item::Message { .. } => ("message", None, None),
                    };
                    csv.time(Some(other.at())).text(event).text("").text("").text("").text("");
                    csv.text(&words::aside_sentence(&scene, other)).text("").whole(None);
                    csv.text("").whole(None).whole(None).text("").whole(count).millis(pause);
                    csv.whole(None);
                }
            }
            csv.end();
        }
    }
}
