//! How much the app takes: `cargo bench --bench throughput`.
//!
//! Everything is measured in one run, in CPU time, so that the ratios mean something on any
//! machine: what scanning, ingesting and snapshots cost beside a plain rumqttc loop that throws
//! every message away.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/fake_broker.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod fake_broker;
#[path = "../support/records.rs"]
#[allow(dead_code, reason = "shared by several test targets")]
mod records;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use fake_broker::{FakeBroker, process_cpu, publish_v5, thread_cpu};
use usp_scope::analysis::{Pipeline, Yardstick};
use usp_scope::core::ids::Epoch;
use usp_scope::core::time::{Stopwatch, SystemClock, Timestamp};
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::engine::{EngineCommand, EngineHandle, EngineOptions, QUEUE_BYTES};
use usp_scope::profile::model::{Profile, VersionChoice};
use usp_scope::store::{Budgets, Store};
use usp_scope::usp::scan::scan;

const MESSAGES: usize = 200_000;
const TOPICS: usize = 10_000;
/// Messages per batch, as the connection flushes them under load.
const BATCH: usize = 512;
/// Each figure is the best of so many rounds: the others were disturbed.
const ROUNDS: usize = 6;

fn main() {
    let messages: Vec<_> = (0..MESSAGES).map(|n| records::fleet_message(n, TOPICS)).collect();
    let bytes: usize = messages.iter().map(|m| m.2.len()).sum();
    println!(
        "{MESSAGES} messages of {} bytes on average over {TOPICS} topics each way; best of {ROUNDS}",
        bytes / MESSAGES
    );
    let mut packets = Vec::new();
    for (topic, response_topic, payload) in &messages {
        publish_v5(&mut packets, topic, response_topic, payload);
    }
    let packets = Arc::new(packets);

    let discard = best(|| discard_all(&packets));
    let scanned = best(|| {
        let cpu = thread_cpu();
        for (_, _, payload) in &messages {
            black_box(scan(black_box(payload)));
        }
        thread_cpu() - cpu
    });
    let batches = batches(&messages);
    // In turns: what disturbs one of them for a while disturbs all.
    let mut figures = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        let round = [stored(&batches), paired(&batches), ingested(&batches)];
        for (best, cpu) in figures.iter_mut().zip(round) {
            *best = cpu.min(*best);
        }
    }
    let [stored, paired, ingested] = figures;
    let with_snapshots = best(|| {
        let mut store = Pipeline::new(Budgets::default(), Epoch(0));
        let mut kept = store.snapshot();
        let cpu = thread_cpu();
        for (n, batch) in batches.iter().enumerate() {
            store.apply(batch);
            // 30 a second at 200,000 messages a second is one per 13 batches.
            if n % 13 == 0 {
                kept = store.snapshot();
            }
        }
        black_box(kept.len());
        thread_cpu() - cpu
    });
    let engine = best(|| whole_engine(&packets));

    println!("{:<46} {:>12} {:>9}", "per CPU second", "messages", "ratio");
    for (name, cpu) in [
        ("rumqttc loop that discards", discard),
        ("scan", scanned),
        ("store alone (scan, intern, keep)", stored),
        ("ingest as at first (scan, intern, pair, keep)", paired),
        ("whole pipeline: store and analysis", ingested),
        ("ingest with 30 snapshots a second", with_snapshots),
        ("whole engine: socket to snapshots", engine),
    ] {
        let rate = MESSAGES as f64 / cpu.as_secs_f64();
        let ratio = discard.as_secs_f64() / cpu.as_secs_f64();
        println!("{name:<46} {rate:>12.0} {ratio:>8.2}x");
    }
    let nanos = |cpu: Duration| cpu.as_secs_f64() * 1e9 / MESSAGES as f64;
    println!("CPU of one message through the whole pipeline: {:.0} ns", nanos(ingested));
    for (name, least) in [("scan, store and pairing", paired), ("scan and store alone", stored)] {
        let more = ingested.saturating_sub(least);
        println!(
            "{name}: {:.0} ns; all else: {:.0} ns, {:.2} times as much",
            nanos(least),
            nanos(more),
            nanos(more) / nanos(least)
        );
    }
    snapshot_cost();
}

fn stored(batches: &[WireBatch]) -> Duration {
    let mut store = Store::new(Budgets::default(), Epoch(0));
    cpu_of(batches, |batch| {
        store.apply(batch);
    })
}

fn paired(batches: &[WireBatch]) -> Duration {
    let mut least = Yardstick::new(Budgets::default());
    let cpu = cpu_of(batches, |batch| least.apply(batch));
    assert_eq!(least.pairs(), MESSAGES as u64 / 2);
    cpu
}

fn ingested(batches: &[WireBatch]) -> Duration {
    let mut pipeline = Pipeline::new(Budgets::default(), Epoch(0));
    cpu_of(batches, |batch| {
        pipeline.apply(batch);
    })
}

fn cpu_of(batches: &[WireBatch], mut apply: impl FnMut(&WireBatch)) -> Duration {
    let cpu = thread_cpu();
    for batch in batches {
        apply(batch);
    }
    thread_cpu() - cpu
}

fn best(mut round: impl FnMut() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default()
}

fn batches(messages: &[(String, String, Vec<u8>)]) -> Vec<WireBatch> {
    let chunks = messages.chunks(BATCH).enumerate();
    chunks
        .map(|(n, chunk)| {
            let mut batch = WireBatch::new();
            for (topic, response_topic, payload) in chunk {
                let at = Timestamp(n as i64 * 2_500_000);
                batch.push(at, topic.as_bytes(), payload, Delivery::default(), |p| {
                    p.add(Prop::ContentType(b"usp.msg"));
                    p.add(Prop::ResponseTopic(response_topic.as_bytes()));
                });
            }
            batch
        })
        .collect()
}

/// CPU time of a client that polls and throws away, without the broker's share.
fn discard_all(packets: &Arc<Vec<u8>>) -> Duration {
    let broker = FakeBroker::serve(Arc::clone(packets));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let before = process_cpu();
    runtime.block_on(async {
        let addr = broker.addr();
        let mut options =
            rumqttc::v5::MqttOptions::new("bench", addr.ip().to_string(), addr.port());
        options.set_max_packet_size(Some(16 << 20));
        let (client, mut eventloop) = rumqttc::v5::AsyncClient::new(options, 16);
        client.subscribe("usp/#", rumqttc::v5::mqttbytes::QoS::AtMostOnce).await.unwrap();
        let mut seen = 0;
        while seen < MESSAGES {
            let event = eventloop.poll().await.unwrap();
            let drained = eventloop.state.events.drain(..);
            for event in std::iter::once(event).chain(drained) {
                if let rumqttc::v5::Event::Incoming(rumqttc::v5::Incoming::Publish(publish)) = event
                {
                    black_box(publish);
                    seen += 1;
                }
            }
        }
    });
    (process_cpu() - before).saturating_sub(broker.cpu_of_last_stream())
}

/// CPU time of the whole engine for the same stream, without the broker's share.
fn whole_engine(packets: &Arc<Vec<u8>>) -> Duration {
    let broker = FakeBroker::serve(Arc::clone(packets));
    let engine = EngineHandle::start(EngineOptions {
        clock: SystemClock::shared(),
        budgets: Budgets::default(),
        queue_bytes: QUEUE_BYTES,
        waker: Arc::new(|| {}),
        handle_interrupt: false,
    })
    .unwrap();
    let addr = broker.addr();
    let mut profile = Profile::for_address(&addr.ip().to_string(), addr.port());
    profile.version = VersionChoice::V5;
    let before = process_cpu();
    let patience = Stopwatch::start();
    engine.send(EngineCommand::Connect(Arc::new(profile)));
    while engine.snapshot().counters().received < MESSAGES as u64 {
        assert!(patience.elapsed() < Duration::from_secs(60), "the stream did not arrive");
        std::thread::sleep(Duration::from_millis(5));
    }
    let cpu = (process_cpu() - before).saturating_sub(broker.cpu_of_last_stream());
    let counters = *engine.snapshot().counters();
    assert_eq!((counters.stored, counters.dropped), (MESSAGES as u64, 0));
    cpu
}

/// What one snapshot costs with 100,000 topics and a million messages kept.
fn snapshot_cost() {
    let mut store = Pipeline::new(Budgets { bytes: 2 << 30, ..Budgets::default() }, Epoch(0));
    for start in (0..1_000_000).step_by(BATCH) {
        let chunk: Vec<_> =
            (start..start + BATCH).map(|n| records::fleet_message(n, 50_000)).collect();
        store.apply(&batches(&chunk)[0]);
    }
    let update: Vec<_> = (0..BATCH).map(|n| records::fleet_message(n * 97, 50_000)).collect();
    let update = &batches(&update)[0];
    let (mut cpu, mut worst) = (Duration::ZERO, Duration::ZERO);
    const SNAPSHOTS: u32 = 200;
    let mut kept = store.snapshot();
    for _ in 0..SNAPSHOTS {
        store.apply(update);
        let before = thread_cpu();
        kept = store.snapshot();
        let took = thread_cpu() - before;
        cpu += took;
        worst = worst.max(took);
    }
    println!(
        "snapshot with {} topics and {} messages kept: mean {:?}, worst {:?} of CPU time",
        kept.topics_len() - 1,
        kept.len(),
        cpu / SNAPSHOTS,
        worst
    );
}
