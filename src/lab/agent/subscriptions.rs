//! Which notifications somebody subscribed to, read from the model's own table, and the
//! comparison of values behind ValueChange.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Agent, POLL_EVERY, Task};
use crate::lab::model::path::Path;
use crate::lab::model::resolve;
use crate::lab::model::tree::{Model, Place};
use crate::lab::model::value::Moment;
use crate::usp::generated::usp::notify::{Notification, ValueChange};

/// One subscription never watches more parameters than this.
const MAX_WATCHED: usize = 256;

/// One enabled row of `Device.LocalAgent.Subscription.`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) retry: bool,
    references: Vec<String>,
}

/// The values seen at the last comparison: subscription id → parameter path → value.
#[derive(Default)]
pub(super) struct Watch(BTreeMap<String, BTreeMap<String, String>>);

/// The enabled subscriptions to notifications of this type.
fn of_type(model: &Model, notif_type: &str, moment: &Moment) -> Vec<Subscription> {
    let Some(Place::Table(table)) = model.place("Device.LocalAgent.Subscription.") else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for row in table.rows.values() {
        let read = |name: &str| row.read(&model.schema, name, moment);
        if read("NotifType") != notif_type || !is_true(&read("Enable")) {
            continue;
        }
        found.push(Subscription {
            id: read("ID"),
            retry: is_true(&read("NotifRetry")),
            references: read("ReferenceList")
                .split(',')
                .map(|r| r.trim().to_owned())
                .filter(|r| !r.is_empty())
                .collect(),
        });
    }
    found
}

fn is_true(text: &str) -> bool {
    matches!(text, "true" | "1")
}

/// True if a reference means this concrete path: the same, or an object above it; `*` stands
/// for any row.
fn covers(reference: &str, path: &str) -> bool {
    let mut parts = path.split('.');
    let mut wanted = reference.split('.').peekable();
    while let Some(part) = wanted.next() {
        // What ends with a dot means all that lies below; an empty reference means nothing.
        if part.is_empty() && wanted.peek().is_none() {
            return !reference.is_empty();
        }
        match parts.next() {
            Some(actual) if part == actual => {}
            Some(actual) if part == "*" && actual.parse::<u32>().is_ok() => {}
            _ => return false,
        }
    }
    parts.next().is_none()
}

impl Agent {
    /// The subscriptions to notifications of this type about this path.
    pub(super) fn subscribed(
        &self,
        at: Duration,
        notif_type: &str,
        path: &str,
    ) -> Vec<Subscription> {
        let mut found = of_type(&self.model, notif_type, &self.moment(at));
        found.retain(|s| s.references.iter().any(|r| covers(r, path)));
        found
    }

    /// Sends a ValueChange for each watched parameter that isn't what it was.
    pub(super) fn poll_values(&mut self, at: Duration) {
        self.agenda.add(at + POLL_EVERY, Task::PollValues);
        let moment = self.moment(at);
        let mut now = BTreeMap::new();
        let mut changes = Vec::new();
        for subscription in of_type(&self.model, "ValueChange", &moment) {
            let values = watched(&self.model, &subscription.references, &moment);
            let before = self.watch.0.get(&subscription.id);
            for (path, value) in &values {
                if before.and_then(|b| b.get(path)).is_some_and(|old| old != value) {
                    changes.push((subscription.clone(), path.clone(), value.clone()));
                }
            }
            now.insert(subscription.id, values);
        }
        self.watch = Watch(now);
        for (subscription, param_path, param_value) in changes {
            let change = ValueChange { param_path, param_value };
            let change = Notification::ValueChange(change);
            self.notify(at, &subscription.id, subscription.retry, change);
        }
    }
}

/// The parameters that references mean, with their values, except those that never rest.
fn watched(model: &Model, references: &[String], moment: &Moment) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for reference in references {
        let Ok(path) = Path::parse(reference) else { continue };
        let Ok(found) = resolve::resolve(model, &path, reference, moment) else { continue };
        for found in found {
            let Place::Object(instance) = found.place else { continue };
            let object = model.schema.object(instance.object);
            for (at, param) in object.params.iter().enumerate() {
                let meant = path.leaf.as_deref().is_none_or(|leaf| leaf == param.name);
                if meant && !param.restless && values.len() < MAX_WATCHED {
                    let value = instance.value(&model.schema, at, moment);
                    values.insert(format!("{}{}", found.path, param.name), value);
                }
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn references_cover_what_lies_below_them() {
        assert!(covers("Device.", "Device.Hosts.Host.7."));
        assert!(covers("Device.Hosts.Host.", "Device.Hosts.Host.7."));
        assert!(!covers("Device.Hosts.Host.", "Device.Hosts."));
        assert!(covers("Device.Boot!", "Device.Boot!"));
        assert!(!covers("Device.Boot!", "Device.LocalAgent.Periodic!"));
        assert!(covers("Device.WiFi.Radio.*.Channel", "Device.WiFi.Radio.2.Channel"));
        assert!(!covers("Device.WiFi.Radio.*.Channel", "Device.WiFi.Radio.2.Name"));
        assert!(!covers("Device.WiFi.*.Channel", "Device.WiFi.Radio.Channel"));
        assert!(!covers("", "Device."));
    }
}
