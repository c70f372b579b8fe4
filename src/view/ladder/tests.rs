#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use super::words::{self, Scene};
use super::{Item, Spacing, draw};
use crate::analysis::{Pipeline, Snapshot};
use crate::core::ids::{EndpointId, Epoch};
use crate::core::time::Timestamp;
use crate::core::wire::{Delivery, WireBatch};
use crate::store::Budgets;
use crate::usp::make;
use crate::view::device_history::DeviceHistory;
use crate::view::drawing::Shape;
use crate::view::export::{Csv, Export as _};
use crate::view::format::Clockface;
use crate::view::ladder::draw::Columns;
use crate::view::ladder::export::LadderExport;

const SECOND: i64 = 1_000_000_000;
const LONG: Duration = Duration::from_secs(60);

fn push(batch: &mut WireBatch, secs: f64, to_agent: bool, msg: &crate::usp::generated::usp::Msg) {
    let (from, to) = if to_agent { ("self::acs", "os::cpe") } else { ("os::cpe", "self::acs") };
    let at = Timestamp((secs * 1e9) as i64);
    batch.push(at, b"t", &make::record(from, to, msg), Delivery::default(), |_| {});
}

/// An answered Get, a pause, one that is sent twice and never answered, an Error.
fn snapshot() -> Snapshot {
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
    let mut batch = WireBatch::new();
    push(&mut batch, 1.0, true, &make::get("1", &["Device."]));
    push(&mut batch, 1.5, false, &make::error("1", 7004, "<b>&\u{1}"));
    push(&mut batch, 253.5, true, &make::get("2", &["Device.A."]));
    push(&mut batch, 255.0, true, &make::get("2", &["Device.A."]));
    push(&mut batch, 400.0, false, &make::error("9", 7000, "late"));
    pipeline.apply(&batch);
    pipeline.snapshot()
}

fn device(snapshot: &Snapshot) -> EndpointId {
    (0..snapshot.endpoints_len() as u32)
        .map(EndpointId)
        .find(|id| snapshot.endpoint_name(*id) == "os::cpe")
        .unwrap()
}

fn scene<'a>(snapshot: &'a Snapshot, clockface: &'a Clockface) -> Scene<'a> {
    let now = Timestamp(401 * SECOND);
    Scene { snapshot, clockface, now, device: device(snapshot), picked: None }
}

#[test]
fn rows_are_the_same_however_they_are_found() {
    let snapshot = snapshot();
    let mut at_once = DeviceHistory::default();
    at_once.advance(&snapshot, Some(device(&snapshot)), LONG);
    let items: Vec<Item> = at_once.ladder.items().iter().copied().collect();
    let pauses = items.iter().filter(|item| matches!(item, Item::Pause { .. })).count();
    assert_eq!((items.len(), pauses), (7, 2), "{items:?}");
    assert_eq!(words::aside(items[2]), "4 min 12 s");

    // Forwards, as messages come.
    let mut forward = DeviceHistory::default();
    forward.advance(&Pipeline::new(Budgets::default(), Epoch(1)).snapshot(), None, LONG);
    let mut ladder = super::Ladder::default();
    for row in snapshot.rows_from(snapshot.first_seq()) {
        ladder.newer(&snapshot, device(&snapshot), &row);
    }
    assert_eq!(ladder.items().iter().copied().collect::<Vec<_>>(), items);
}

#[test]
fn each_row_says_what_became_of_it() {
    let snapshot = snapshot();
    let clockface = Clockface::utc();
    let scene = scene(&snapshot, &clockface);
    let mut history = DeviceHistory::default();
    history.advance(&snapshot, Some(scene.device), LONG);
    let mut notes = Vec::new();
    for row in snapshot.rows_from(snapshot.first_seq()) {
        notes.push(words::told(&mut history.ladder, &scene, row).note);
    }
    assert_eq!(notes[1], "500 ms, failed");
    assert!(notes[3].starts_with("again, no answer in "), "{notes:?}");
    assert_eq!(notes[4], "no request seen");
}

#[test]
fn a_frame_draws_what_is_on_the_screen_and_nothing_leaves_it() {
    let snapshot = snapshot();
    let clockface = Clockface::utc();
    let scene = scene(&snapshot, &clockface);
    let mut history = DeviceHistory::default();
    history.advance(&snapshot, Some(scene.device), LONG);
    let ladder = &mut history.ladder;
    for width in [420.0, 700.0, 1600.0] {
        for spacing in [Spacing::Even, Spacing::ToScale] {
            ladder.set_spacing(spacing);
            let columns = Columns::new(ladder, &scene, width);
            let window = draw::rows(ladder, &scene, &columns, 0.0, 600.0);
            assert_eq!(window.drawing.targets.len(), window.rows.len());
            for shape in &window.drawing.shapes {
                if let Shape::Text(text) = shape {
                    let wide =
                        crate::view::drawing::measure::width(&text.text, text.font, text.size);
                    let fits = text.anchor != crate::view::drawing::Anchor::Start
                        || text.at.x + wide <= width + 0.5;
                    assert!(fits, "{text:?} at {width}");
                }
            }
        }
    }
    ladder.fit(300.0);
    assert!(ladder.height() <= 301.0);
}

#[test]
fn exports_hold_every_row() {
    let snapshot = snapshot();
    let clockface = Clockface::utc();
    let scene = scene(&snapshot, &clockface);
    let mut history = DeviceHistory::default();
    history.advance(&snapshot, Some(scene.device), LONG);
    let export = LadderExport::newest(&history.ladder, &scene, 100);
    let mut csv = Csv::default();
    export.rows(&mut csv);
    assert_eq!(csv.records(), 7);
    let drawing = export.drawing().unwrap();
    let svg = crate::view::drawing::svg::svg(&drawing, &|_| [1, 2, 3, 255]);
    assert!(svg.contains("&lt;b&gt;&amp;") && !svg.contains("<b>"));
    assert!(!svg.contains('\u{1}'));
}
