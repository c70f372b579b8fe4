//! Rows, searches and comparisons of real messages.

#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::analysis::Pipeline;
use crate::core::wire::{Delivery, WireBatch};
use crate::store::Budgets;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{GetResp, get_resp};
use crate::usp::make;

type Told = (String, Vec<(String, String)>);

struct World {
    pipeline: Pipeline,
    at: i64,
}

impl World {
    fn new() -> Self {
        Self { pipeline: Pipeline::new(Budgets::default(), Epoch(1)), at: 0 }
    }

    /// A device answers with these objects, so many seconds after the last time.
    fn tell(&mut self, device: &str, after: i64, told: &[Told]) {
        self.at += after * 1_000_000_000;
        let id = self.at.to_string();
        let mut batch = WireBatch::new();
        let get = make::record("self::acs", device, &make::get(&id, &["Device."]));
        let resolved = told.iter().map(|(path, params)| get_resp::ResolvedPathResult {
            resolved_path: path.clone(),
            result_params: params.iter().cloned().collect(),
        });
        let result = get_resp::RequestedPathResult {
            requested_path: "Device.".to_owned(),
            resolved_path_results: resolved.collect(),
            ..Default::default()
        };
        let answer = RespType::GetResp(GetResp { req_path_results: vec![result] });
        let answer = make::record(device, "self::acs", &make::response(&id, answer));
        for payload in [get, answer] {
            batch.push(Timestamp(self.at), b"usp/x", &payload, Delivery::default(), |_| {});
        }
        self.pipeline.apply(&batch);
    }

    fn id(&mut self, name: &str) -> EndpointId {
        let snapshot = self.pipeline.snapshot();
        (0..100).map(EndpointId).find(|id| snapshot.endpoint_name(*id) == name).unwrap()
    }

    fn snapshot(&mut self, devices: &[EndpointId]) -> Snapshot {
        self.pipeline.focus(devices);
        self.pipeline.snapshot()
    }
}

fn told(path: &str, params: &[(&str, &str)]) -> Told {
    let owned = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    (path.to_owned(), owned.collect())
}

/// 1,000 objects with 10 parameters each.
fn large(change: usize) -> Vec<Told> {
    let object = |n: usize| {
        let value = |p: usize| if n.is_multiple_of(100) && p == 3 { n + p + change } else { n + p };
        let params = (0..10).map(|p| (format!("Param{p}"), format!("value {}", value(p))));
        (format!("Device.Hosts.Host.{}.", n + 1), params.collect())
    };
    std::iter::once(told("Device.", &[("RootDataModelVersion", "2.17")]))
        .chain((0..1_000).map(object))
        .collect()
}

fn labels(model: &ModelTree) -> Vec<String> {
    let label = |row| {
        let key = model.key(row).unwrap();
        format!("{}{}", key.object, key.name.as_deref().unwrap_or_default())
    };
    (0..model.len()).map(label).collect()
}

#[test]
fn rows_of_a_large_model_are_few_until_opened_and_found_by_search() {
    let mut world = World::new();
    world.tell("os::a", 1, &large(0));
    let id = world.id("os::a");
    let snapshot = world.snapshot(&[id]);
    let mut model = ModelTree::default();
    assert!(!model.advance(&snapshot, &snapshot, Some(id)));
    assert_eq!(model.shadow().unwrap().params.len(), 10_001);
    // The top is open: its parameter and the objects in it, which are closed.
    assert_eq!(model.len(), 2 + 1_000);
    let first = *model.rows().get(2).unwrap();
    assert_eq!((first.level, first.open), (2, Some(false)));
    let Item::Object(object) = first.item else { unreachable!() };
    model.set_open(object, true);
    assert_eq!(model.len(), 2 + 1_010);
    model.pick(Some(4));
    assert_eq!(model.details().unwrap().path, "Device.Hosts.Host.1.Param1");

    model.set_filter("host.77.param5");
    assert_eq!(labels(&model), ["Device.Hosts.Host.77.", "Device.Hosts.Host.77.Param5"]);
    assert_eq!(model.picked_row(), None);
    model.set_filter("VALUE 1008");
    let found = ["Device.Hosts.Host.1000.", "Device.Hosts.Host.1000.Param9"];
    assert_eq!(labels(&model), found);
    assert!(model.rows().iter().all(|row| row.from == 0), "whole paths");
    // What was picked is found again.
    model.set_filter("");
    assert_eq!((model.len(), model.picked_row()), (1_012, Some(4)));
}

#[test]
fn nothing_is_made_anew_without_news() {
    let mut world = World::new();
    world.tell("os::a", 1, &large(0));
    world.tell("os::b", 1, &large(0));
    let id = world.id("os::a");
    let snapshot = world.snapshot(&[id]);
    let mut model = ModelTree::default();
    model.advance(&snapshot, &snapshot, Some(id));
    let rows = model.rows().as_ptr();
    let made = |model: &ModelTree| model.made.as_ref().unwrap().1;
    let before = made(&model);
    world.tell("os::b", 1, &large(7));
    let snapshot = world.snapshot(&[id]);
    assert!(!model.advance(&snapshot, &snapshot, Some(id)));
    assert_eq!((made(&model), model.rows().as_ptr()), (before, rows));
    // News of the device itself comes, if not at once.
    world.tell("os::a", 1, &[told("Device.", &[("RootDataModelVersion", "2.18")])]);
    let snapshot = world.snapshot(&[id]);
    while model.advance(&snapshot, &snapshot, Some(id)) {}
    assert_eq!(model.param(0).unwrap().value, "2.18");
}

#[test]
fn devices_and_moments_are_compared() {
    let mut world = World::new();
    world.tell("os::a", 1, &large(0));
    world.tell("os::b", 1, &large(5));
    world.tell("os::a", 100, &large(2));
    let (a, b) = (world.id("os::a"), world.id("os::b"));
    let snapshot = world.snapshot(&[a, b]);
    let mut model = ModelTree::default();
    model.pin(Some(a));
    assert_eq!(model.wanted(Some(b)), [b, a]);
    model.pin(Some(a));
    model.advance(&snapshot, &snapshot, Some(a));
    assert_eq!(model.comparison(), None, "a device is not compared with itself");
    // The first look at a store starts over, so a pin of before is gone.
    assert_eq!(model.pinned(), None);
    model.pin(Some(a));
    model.advance(&snapshot, &snapshot, Some(b));
    assert_eq!(model.comparison(), Some(Comparison::Devices(a, b)));
    assert_eq!(model.differences().len(), 10);
    let first = model.differences().first().unwrap();
    assert_eq!(sides(&first.what), (Some("value 5"), Some("value 8")));
    model.set_filter("value 305");
    assert_eq!(labels(&model), ["Device.Hosts.Host.301.Param3"]);
    model.set_filter("");
    model.pin(None);
    assert_eq!(model.comparison(), None);

    model.advance(&snapshot, &snapshot, Some(a));
    model.set_since(Since::Minute);
    assert_eq!(model.differences().len(), 10);
    model.pick(Some(0));
    let details = model.details().unwrap();
    assert_eq!(details.value.as_deref(), Some("value 5"));
    assert!(details.lines.contains(&Line::Earlier(1)));
    world.tell("os::b", 100, &large(5));
    let snapshot = world.snapshot(&[a, b]);
    while model.advance(&snapshot, &snapshot, Some(a)) {}
    assert!(model.is_empty(), "all that is longer ago");
    model.set_since(Since::All);
    assert_eq!(model.differences().len(), 10);
}

#[test]
fn a_frozen_display_shows_what_was_known_then() {
    let mut world = World::new();
    world.tell("os::a", 1, &[told("Device.", &[("X", "1")])]);
    let id = world.id("os::a");
    let shown = world.snapshot(&[]);
    world.tell("os::a", 5, &[told("Device.", &[("X", "2"), ("Y", "3")])]);
    let live = world.snapshot(&[id]);
    let mut model = ModelTree::default();
    model.advance(&shown, &live, Some(id));
    assert_eq!(labels(&model), ["Device.", "Device.X"]);
    assert_eq!(model.param(0).unwrap().value, "1");
    world.tell("os::a", 5, &[told("Device.", &[("X", "9")])]);
    let live = world.snapshot(&[id]);
    assert!(!model.advance(&shown, &live, Some(id)));
    assert_eq!(model.param(0).unwrap().value, "1");
}

#[test]
fn numbers_have_a_curve_of_steps() {
    let mut world = World::new();
    for load in ["10", "10", "30", "20"] {
        world.tell("os::a", 1, &[told("Device.", &[("Load", load), ("Name", "x")])]);
    }
    let id = world.id("os::a");
    let snapshot = world.snapshot(&[id]);
    let mut model = ModelTree::default();
    model.advance(&snapshot, &snapshot, Some(id));
    model.pick(Some(1));
    let points = &model.details().unwrap().points;
    assert_eq!(points, &[[1.0, 10.0], [3.0, 10.0], [3.0, 30.0], [4.0, 30.0], [4.0, 20.0]]);
    model.pick(Some(2));
    assert!(model.details().unwrap().points.is_empty());
}
