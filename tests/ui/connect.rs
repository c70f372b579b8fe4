//! The whole app but for its window: the real engine against a port where nothing listens.

use std::net::TcpListener;
use std::sync::Arc;

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;
use usp_scope::app::{StartFailure, Workbench, WorkbenchOptions};
use usp_scope::core::time::{Stopwatch, SystemClock};
use usp_scope::engine::{EngineHandle, EngineOptions, QUEUE_BYTES};
use usp_scope::store::Budgets;
use usp_scope::view::format::Clockface;

use crate::world::{harness, settle};

#[test]
fn a_broker_that_refuses_is_explained() {
    // Bound and dropped: nobody listens there now.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let clock = SystemClock::shared();
    let engine = EngineHandle::start(EngineOptions {
        clock: Arc::clone(&clock),
        budgets: Budgets::default(),
        queue_bytes: QUEUE_BYTES,
        waker: Arc::new(|| {}),
        handle_interrupt: false,
    })
    .unwrap();
    let mut harness = harness(Workbench::new(WorkbenchOptions {
        engine: Box::new(engine),
        clock,
        demo: Box::new(|| Err(StartFailure { what: String::new(), advice: None })),
        clockface: Clockface::utc(),
        prefs_path: None,
        profiles_folder: None,
    }));
    harness.get_by_role_and_label(Role::TextInput, "Host").focus();
    settle(&mut harness);
    let host = harness.get_by_role_and_label(Role::TextInput, "Host");
    host.type_text(&format!("127.0.0.1:{port}"));
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Button, "Connect").click();
    let patience = Stopwatch::start();
    let address = format!("127.0.0.1:{port}");
    loop {
        settle(&mut harness);
        let retry =
            harness.query_by_label("Try now").or_else(|| harness.query_by_label("Try again"));
        if retry.is_some() {
            break;
        }
        assert!(patience.elapsed().as_secs() < 30, "no failure is shown");
        std::thread::yield_now();
    }
    // What failed names the address, and there is something to do.
    assert!(harness.query_all_by_label_contains(&address).next().is_some());
    harness.get_by_role_and_label(Role::Button, "Back to the start page").click();
    settle(&mut harness);
    assert!(harness.query_all_by_label_contains(&address).next().is_some());
    harness.get_by_role_and_label(Role::Button, "Start the demo");
}
