//! usp-scope shows USP (TR-369) over MQTT live: what an ACS (Controller) and its CPE devices
//! (Agents) say to each other through a broker, decoded, counted and timed.
//!
//! # One way
//!
//! ```text
//! broker ──► mqtt::session ──batches──► engine queue ──► Pipeline ──► Snapshot ──► view ──► ui
//!   ▲        usp-mqtt                   bounded bytes,   usp-ingest   immutable    models  widgets
//!   │                                   drops counted    store +                              │
//!   │                                                    analysis                             │
//!   └──────────── EngineCommand ◄──────────── app ◄──────────────── UiCommand ◄───────────────┘
//! ```
//!
//! Data flows from the wire to the screen, commands go back as plain enums. Nobody else's state
//! is ever changed in place.
//!
//! # Who may import whom
//!
//! | folder | may import (besides `core`) | for |
//! | --- | --- | --- |
//! | [`core`] | – | identities, time, wire batches, bounded containers |
//! | [`usp`] | – | the protocol: pure functions over bytes |
//! | [`profile`] | – | `.env` profiles: read as the ACS reads them, edited byte for byte, judged |
//! | [`mqtt`] | profile | one connection; knows topics and bytes, nothing of USP |
//! | [`capture`] | – | recordings on disk |
//! | [`store`] | usp | what was received, within budgets; no threads, locks or clock |
//! | [`analysis`] | store, usp | what the messages mean: exchanges, devices, problems, search |
//! | [`engine`] | mqtt, capture, profile, store, analysis, usp | the threads of connection, pipeline and diagnosis |
//! | [`lab`] | mqtt, profile, usp | the demo network |
//! | [`cli`] | all but view, ui, app | headless commands |
//! | [`view`] | store, analysis, usp, profile, mqtt (states and reports only) | view-models: snapshot + view state → rows; no egui |
//! | `ui` | view, store, analysis, usp, profile, mqtt (states and reports only), engine (events only) | widgets |
//! | `app` | all | wiring, window, preferences, the thread that looks after profile files |
//!
//! `tests/layering.rs` enforces this table, and which folder may start threads, read clocks,
//! open files or hold locks. Without the `gui` feature `ui` and `app` are not built, which is
//! the compiler's own proof that nothing below needs a window toolkit.
//!
//! # What always holds
//!
//! 1. Store and analysis are functions of the messages and their timestamps: replaying a capture
//!    gives the same snapshot as the live run. Time limits run out at their deadline in message
//!    time, whenever that is looked at.
//! 2. A snapshot never changes, and all that one frame shows comes from one snapshot.
//! 3. The window's thread never waits for another thread and never reads a file or a socket.
//! 4. Counters add up: received = stored + dropped, stored = kept + evicted.
//! 5. Payloads are kept as received; what is shown decoded is derived and can be thrown away.
//!    What is found out about a message afterwards is a mark beside it, never a change of it.
//! 6. Nothing the network sends can make memory grow past the budgets or make a thread panic.
//!    What a budget costs is counted and shown.
//! 7. What is shown to others ([`analysis::veiled`]) is another life of the store, made of veiled
//!    messages: names can't reach screen, clipboard or files, whichever view they come from.

pub mod core;

pub mod usp;

pub mod profile;

pub mod mqtt;

pub mod capture;

pub mod store;

pub mod analysis;

pub mod engine;

pub mod lab;

pub mod cli;

pub mod view;

#[cfg(feature = "gui")]
pub mod ui;

#[cfg(feature = "gui")]
pub mod app;
