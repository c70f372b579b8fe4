//! What is shown to others: the whole demo network taken through the veil, and everything that
//! was received looked for in what comes out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use usp_scope::analysis::veiled::Veiled;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::{EndpointId, Epoch, Seq, TopicId};
use usp_scope::core::time::Timestamp;
use usp_scope::lab::{DemoOptions, rehearsal};
use usp_scope::store::Budgets;
use usp_scope::usp::decode;

const START: Timestamp = Timestamp(1_795_368_559_000_000_000);

fn demo() -> Pipeline {
    let options = DemoOptions { agents: 30, seed: 5, ..DemoOptions::default() };
    let batch = rehearsal::play(&options, Duration::from_secs(100), START).expect("the demo");
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(3));
    pipeline.apply(&batch);
    pipeline
}

fn veil(real: &Snapshot, key: u64) -> Snapshot {
    let mut veiled = Veiled::new(real, key);
    while veiled.catch_up(real, 700) {}
    veiled.pipeline().snapshot()
}

/// Everything that names somebody: Endpoint IDs and their last parts, topic levels, client ids,
/// msg_ids, serial numbers, software, model names.
fn names(real: &Snapshot) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for id in 1..real.endpoints_len() as u32 {
        let id = EndpointId(id);
        let full = real.endpoint_name(id);
        names.insert(full.to_owned());
        names.extend(full.rsplit(':').next().map(str::to_owned));
        names.extend(real.client_id(id).map(str::to_owned));
        let identity = real.identity(id);
        for text in [&identity.serial, &identity.model, &identity.software, &identity.manufacturer]
        {
            names.insert(text.to_string());
        }
    }
    for topic in 0..real.topics_len() as u32 {
        let levels = real.topic_name(TopicId(topic)).split('/');
        names.extend(levels.map(str::to_owned));
    }
    names.extend(real.rows_from(Seq(1)).map(|row| row.msg_id().to_owned()));
    // Short words occur anywhere by chance, and those of the protocol stay.
    names.retain(|name| {
        name.len() >= 6 && !["controller", "device", "devices"].contains(&name.as_str())
    });
    names
}

#[test]
fn nothing_that_names_somebody_comes_through() {
    let mut real = demo();
    let real = real.snapshot();
    let names = names(&real);
    assert!(names.len() > 500, "{}", names.len());
    let veiled = veil(&real, 11);
    assert_eq!(veiled.len(), real.len());
    let mut everything = Vec::new();
    for row in veiled.rows_from(Seq(1)) {
        everything.extend_from_slice(veiled.topic_name(row.topic).as_bytes());
        everything.push(b' ');
        everything.extend_from_slice(row.props().0);
        everything.extend_from_slice(row.payload());
        everything.push(b' ');
    }
    let everything = String::from_utf8_lossy(&everything);
    let found: Vec<&String> = names.iter().filter(|name| everything.contains(&***name)).collect();
    assert!(found.is_empty(), "{found:?}");
    // The check itself sees what it looks for.
    assert!(everything.contains("Device.DeviceInfo"));
}

#[test]
fn what_happened_is_the_same() {
    let mut real = demo();
    let real = real.snapshot();
    let veiled = veil(&real, 12);
    // What is no readable Record is told by its size only.
    let unreadable = ["Text", "JSON", "Binary", "Bad Msg", "Suspect", "Bad Record"];
    for (was, is) in real.rows_from(Seq(1)).zip(veiled.rows_from(Seq(1))) {
        let (was, is) = (was.type_label(), is.type_label());
        assert!(was == is || unreadable.contains(&was), "{was} became {is}");
    }
    assert_eq!(veiled.states(), real.states());
    assert_eq!(veiled.latencies().len(), real.latencies().len());
    let devices = |snapshot: &Snapshot| {
        (1..snapshot.endpoints_len() as u32)
            .filter(|&id| snapshot.endpoint(EndpointId(id)).is_device())
            .count()
    };
    assert_eq!(devices(&veiled), devices(&real));
    // Segmented Msgs are whole again, and read.
    let wholes = |snapshot: &Snapshot| {
        let rows = snapshot.rows_from(Seq(1)).filter_map(|row| snapshot.whole(row.seq).cloned());
        rows.filter(|whole| whole.is_segmented()).collect::<Vec<_>>()
    };
    assert_eq!(wholes(&veiled).len(), wholes(&real).len());
    assert!(!wholes(&veiled).is_empty());
    for whole in wholes(&veiled) {
        assert!(decode::decode_msg(&whole.bytes).malformed.is_none());
    }
}

#[test]
fn it_goes_on_with_what_arrives_and_starts_with_the_newest() {
    let options = DemoOptions { agents: 5, seed: 5, ..DemoOptions::default() };
    let batch = rehearsal::play(&options, Duration::from_secs(20), START).expect("the demo");
    let mut real = Pipeline::new(Budgets::default(), Epoch(3));
    let mut veiled = Veiled::new(&real.snapshot(), 1);
    assert!(!veiled.catch_up(&real.snapshot(), 100));
    real.apply(&batch);
    real.note_dropped(9);
    let snapshot = real.snapshot();
    assert!(veiled.catch_up(&snapshot, 10));
    assert_eq!(veiled.pipeline().snapshot().len(), 10);
    while veiled.catch_up(&snapshot, 1000) {}
    let shown = veiled.pipeline().snapshot();
    assert_eq!(shown.len(), snapshot.len());
    assert_eq!(shown.counters().dropped, 9);
    assert_ne!(shown.epoch(), snapshot.epoch());
}
