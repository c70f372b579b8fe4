//! What is known of one device, as groups of names and values.

use super::format::{self, Clockface};
use crate::analysis::Snapshot;
use crate::analysis::endpoints::Identity;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;

/// One thing known of a device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is.
    pub name: &'static str,
    /// The value, on one line.
    pub value: String,
    /// True for identifiers, which are best read in fixed width.
    pub is_id: bool,
    /// The message that says so, while it is kept.
    pub message: Option<Seq>,
}

/// Manufacturer, model and software on one line; empty if unknown.
#[must_use]
pub fn made_by(identity: &Identity) -> String {
    let model = if identity.model.is_empty() { &identity.product_class } else { &identity.model };
    let parts = [&identity.manufacturer, model, &identity.software];
    let known: Vec<&str> =
        parts.into_iter().map(|part| part.as_str()).filter(|part| !part.is_empty()).collect();
    format::one_line(&known.join(" ")).into_owned()
}

struct Group(Vec<Fact>);

impl Group {
    fn words(&mut self, name: &'static str, value: impl Into<String>) {
        self.add(name, value.into(), false, None);
    }

    fn id(&mut self, name: &'static str, value: &str) {
        self.add(name, value.to_owned(), true, None);
    }

    fn add(&mut self, name: &'static str, value: String, is_id: bool, message: Option<Seq>) {
        if !value.is_empty() {
            let value = format::one_line(&value).into_owned();
            self.0.push(Fact { name, value, is_id, message });
        }
    }

    fn count(&mut self, name: &'static str, value: u64) {
        self.words(name, format::count(value));
    }
}

/// Everything known of `device` at `now`, in groups that have something to say.
#[must_use]
pub fn of(
    snapshot: &Snapshot,
    device: EndpointId,
    now: Timestamp,
    clockface: &Clockface,
) -> Vec<(&'static str, Vec<Fact>)> {
    let mut groups = Vec::new();
    let mut group = |title, fill: &dyn Fn(&mut Group)| {
        let mut facts = Group(Vec::new());
        fill(&mut facts);
        if !facts.0.is_empty() {
            groups.push((title, facts.0));
        }
    };
    group("Identity", &|facts| identity(facts, snapshot, device));
    group("Counts", &|facts| counts(facts, snapshot, device));
    group("Where it is reached", &|facts| reach(facts, snapshot, device));
    group("Coming and going", &|facts| life(facts, snapshot, device, now, clockface));
    groups
}

fn identity(facts: &mut Group, snapshot: &Snapshot, device: EndpointId) {
    facts.id("Endpoint ID", snapshot.endpoint_name(device));
    let known = snapshot.identity(device);
    for (name, value) in [
        ("Manufacturer", &known.manufacturer),
        ("OUI", &known.oui),
        ("Product class", &known.product_class),
        ("Serial number", &known.serial),
        ("Model", &known.model),
        ("Hardware", &known.hardware),
        ("Software", &known.software),
    ] {
        facts.words(name, value.as_str());
    }
    let Some(info) = snapshot.endpoint_info(device) else { return };
    if let Some(version) = info.version {
        facts.words("Record version", format!("{}.{}", version.major, version.minor));
    }
    facts.words("Supports", info.supported_versions());
}

fn counts(facts: &mut Group, snapshot: &Snapshot, device: EndpointId) {
    let stats = snapshot.endpoint(device);
    facts.count("Records sent", stats.sent);
    facts.count("Records received", stats.received);
    let latency = snapshot.latency_of(device);
    if let Some(mean) = latency.mean_nanos() {
        let text = format!(
            "{} on average, {} at most, {} the last",
            format::latency(mean),
            format::latency(latency.max_nanos),
            format::latency(latency.last_nanos)
        );
        facts.words("Answers within", text);
    }
    if let Some(info) = snapshot.endpoint_info(device) {
        let traffic = &info.traffic;
        facts.count("Requests to it", traffic.requests_received);
        facts.count("Unanswered", u64::from(traffic.timeouts));
        facts.count("Failed answers", u64::from(traffic.failed));
        facts.count("Partly failed answers", u64::from(traffic.partly_failed));
        facts.count("Repeats", u64::from(traffic.repeats));
        let problems = format!("{} errors, {} warnings", traffic.errors, traffic.warnings);
        facts.words("Problems", problems);
    }
    if stats.malformed > 0 {
        facts.count("Could not be read", u64::from(stats.malformed));
    }
}

fn reach(facts: &mut Group, snapshot: &Snapshot, device: EndpointId) {
    let info = snapshot.endpoint_info(device);
    if let Some(reach) = info.and_then(|info| info.reach()) {
        facts.add("Topic", reach.topic.to_string(), true, kept(snapshot, reach.seq));
        facts.words("Known by", reach.source.label());
    }
    if let Some(id) = snapshot.client_id(device) {
        facts.id("MQTT client id", id);
    }
}

fn life(
    facts: &mut Group,
    snapshot: &Snapshot,
    device: EndpointId,
    now: Timestamp,
    clockface: &Clockface,
) {
    let stats = snapshot.endpoint(device);
    let when = |at: Timestamp| {
        let age = format::age(now.nanos_since(at));
        let ago = if age == "now" { "just now".to_owned() } else { format!("{age} ago") };
        format!("{}, {ago}", clockface.time(at))
    };
    if stats.first_at != Timestamp::default() {
        facts.words("First seen", when(stats.first_at));
    }
    if stats.last_sent_at != Timestamp::default() {
        facts.words("Last seen", when(stats.last_sent_at));
    }
    facts.count("Connects", u64::from(stats.connects));
    facts.count("Disconnects", u64::from(stats.disconnects));
    let Some(info) = snapshot.endpoint_info(device) else { return };
    if info.restarts() > 0 {
        facts.count("Restarts seen", u64::from(info.restarts()));
    }
    if let Some(connect) = info.connect() {
        facts.add("Last Connect", when(connect.at), false, kept(snapshot, connect.seq));
    }
    if let Some(boot) = info.boot() {
        let cause = if boot.cause.is_empty() { "no Cause given" } else { &boot.cause };
        let text = format!("{}, {cause}", when(boot.at));
        facts.add("Last Boot!", text, false, kept(snapshot, boot.seq));
    }
    if let Some(bye) = info.goodbye() {
        let text = format!("{} {}", when(bye.at), bye.reason);
        facts.add("Last Disconnect", text, false, kept(snapshot, bye.seq));
    }
    if let Some(nanos) = info.periodic_nanos() {
        facts.words("Periodic!", format!("every {}", format::age(nanos)));
    }
    facts.words("Silent is stale after", format::age(info.silence_limit_nanos()));
}

fn kept(snapshot: &Snapshot, seq: Seq) -> Option<Seq> {
    snapshot.row(seq).map(|_| seq)
}
