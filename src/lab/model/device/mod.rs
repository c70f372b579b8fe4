//! Builds the model of one device: what it is, its interfaces, radios and services.
//!
//! What lives in the home (hosts that come and go) is [`super::home`]'s.

mod interfaces;
mod management;
mod network;
mod system;
mod wifi;

use std::sync::Arc;

use super::home;
use super::schema::Schema;
use super::tree::Model;
use super::value::Source;
use crate::lab::fleet::Identity;
use crate::lab::seed;

/// Where a device finds its broker and Controller.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Port of the broker's listener for this device's MQTT version.
    pub broker_port: u16,
    pub controller_endpoint_id: String,
    pub controller_topic: String,
}

pub(in crate::lab::model) fn text(value: impl Into<String>) -> Source {
    Source::Text(value.into().into_boxed_str())
}

/// Draws a device's values; every call of one kind gets a new phase.
pub(in crate::lab::model) struct Maker<'a> {
    pub(in crate::lab::model) model: &'a mut Model,
    pub(in crate::lab::model) rng: fastrand::Rng,
    /// First thing that didn't fit the schema.
    misfit: Option<String>,
}

impl Maker<'_> {
    pub(in crate::lab::model) fn fill(&mut self, path: &str, values: Vec<(&'static str, Source)>) {
        if let Err(unknown) = self.model.fill(path, values) {
            self.misfit.get_or_insert(unknown);
        }
    }

    pub(in crate::lab::model) fn counter(&mut self, per_sec: f32) -> Source {
        Source::Counter { per_sec, seed: self.rng.u32(..) }
    }

    pub(in crate::lab::model) fn wander(
        &mut self,
        middle: f32,
        swing: f32,
        period_secs: f32,
    ) -> Source {
        Source::Wander { middle, swing, period_secs, decimals: 0, seed: self.rng.u32(..) }
    }

    pub(in crate::lab::model) fn mac(&mut self, oui: &str) -> String {
        let tail = self.rng.u32(..0x0100_0000).to_be_bytes();
        let pairs = (0..3).filter_map(|i| oui.get(i * 2..i * 2 + 2));
        let mut mac: Vec<String> = pairs.map(str::to_owned).collect();
        mac.extend(tail.iter().skip(1).map(|b| format!("{b:02X}")));
        mac.join(":")
    }

    /// Packet and byte counters of an interface that moves about `kilobits` a second downwards.
    pub(in crate::lab::model) fn traffic(&mut self, path: &str, kilobits: f32) {
        let bytes = kilobits * 125.0;
        let mut values = vec![
            ("BytesReceived", self.counter(bytes)),
            ("BytesSent", self.counter(bytes * 0.14)),
            ("PacketsReceived", self.counter(bytes / 900.0)),
            ("PacketsSent", self.counter(bytes / 1900.0)),
            ("ErrorsReceived", self.counter(0.002)),
            ("ErrorsSent", self.counter(0.0005)),
        ];
        let object = self.model.get(path).map(|i| self.model.schema.object(i.object));
        let knows = |name: &str| object.is_some_and(|o| o.param(name).is_some());
        let further: Vec<(&'static str, f32)> = [
            ("UnicastPacketsReceived", bytes / 950.0),
            ("UnicastPacketsSent", bytes / 2000.0),
            ("MulticastPacketsReceived", 0.8),
            ("MulticastPacketsSent", 0.3),
            ("BroadcastPacketsReceived", 0.2),
            ("BroadcastPacketsSent", 0.05),
            ("DiscardPacketsReceived", 0.004),
            ("RetransCount", bytes / 60_000.0),
            ("RetryCount", bytes / 70_000.0),
            ("FCSErrorCount", 0.4),
            ("PLCPErrorCount", 0.9),
            ("PacketsOtherReceived", 3.0),
        ]
        .into_iter()
        .filter(|(name, _)| knows(name))
        .collect();
        for (name, rate) in further {
            values.push((name, self.counter(rate)));
        }
        self.fill(path, values);
    }
}

/// Builds a device; the same identity gives the same device. The second part names the first
/// thing that didn't fit the schema: a mistake in one of these files.
pub fn build(
    schema: &Arc<Schema>,
    identity: &Identity,
    around: &Surroundings,
) -> (Model, Option<String>) {
    let mut model = Model::new(Arc::clone(schema));
    let rng = fastrand::Rng::with_seed(seed::derive(identity.seed, 10));
    let mut maker = Maker { model: &mut model, rng, misfit: None };
    system::describe(&mut maker, identity);
    system::run(&mut maker, identity);
    interfaces::ethernet(&mut maker, identity);
    wifi::radios(&mut maker, identity);
    network::network(&mut maker, identity);
    management::management(&mut maker, identity, around);
    home::furnish(&mut maker, identity);
    let misfit = maker.misfit;
    (model, misfit)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) mod tests {
    use std::time::Duration;

    use super::*;
    use crate::core::time::Timestamp;
    use crate::lab::fleet;
    use crate::lab::model::tree::{Instance, Place};
    use crate::lab::model::value::Moment;

    pub fn around() -> Surroundings {
        Surroundings {
            broker_port: 1883,
            controller_endpoint_id: "self::acs-demo".to_owned(),
            controller_topic: "usp/controller/acs-demo".to_owned(),
        }
    }

    pub fn moment(secs: u64) -> Moment {
        let at = Duration::from_secs(secs);
        Moment {
            at,
            uptime: at + Duration::from_secs(30),
            epoch: Timestamp(1_795_368_559_000_000_000),
        }
    }

    fn dump(model: &Model, instance: &Instance, moment: &Moment, out: &mut Vec<String>) {
        let object = model.schema.object(instance.object);
        for (at, param) in object.params.iter().enumerate() {
            let value = instance.value(&model.schema, at, moment);
            out.push(format!("{}{} = {value}", object.path, param.name));
        }
        for single in instance.singles() {
            dump(model, single, moment, out);
        }
        for table in instance.tables() {
            for row in table.rows.values() {
                dump(model, row, moment, out);
            }
        }
    }

    #[test]
    fn every_make_of_device_fits_the_schema() {
        let schema = Arc::new(Schema::built_in().unwrap());
        for identity in fleet::fleet(60, 3) {
            let (model, misfit) = build(&schema, &identity, &around());
            assert_eq!(misfit, None, "{}", identity.product.model_name);
            let serial = model.value_at("Device.DeviceInfo.", "SerialNumber", &moment(0));
            assert_eq!(serial, identity.serial);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_device_at_the_same_time() {
        let schema = Arc::new(Schema::built_in().unwrap());
        let all = |master, secs| {
            let identity = fleet::fleet(10, master).remove(4);
            let (model, _) = build(&schema, &identity, &around());
            let mut out = Vec::new();
            dump(&model, model.root(), &moment(secs), &mut out);
            out
        };
        assert!(all(1, 77).len() > 700, "{}", all(1, 77).len());
        assert_eq!(all(1, 77), all(1, 77));
        assert_ne!(all(1, 77), all(2, 77));
        assert_ne!(all(1, 77), all(1, 99));
    }

    #[test]
    fn values_fit_their_own_types() {
        let schema = Arc::new(Schema::built_in().unwrap());
        for identity in fleet::fleet(12, 9) {
            let (model, _) = build(&schema, &identity, &around());
            let mut open = vec![model.root()];
            while let Some(instance) = open.pop() {
                let object = schema.object(instance.object);
                for (at, param) in object.params.iter().enumerate() {
                    let value = instance.value(&schema, at, &moment(100));
                    // A table of choices may start out unset.
                    if !value.is_empty() {
                        assert_eq!(param.check(&value), Ok(()), "{}{}", object.path, param.name);
                    }
                }
                open.extend(instance.singles());
                open.extend(instance.tables().iter().flat_map(|t| t.rows.values()));
            }
        }
    }

    #[test]
    fn tables_hold_what_the_device_has() {
        let schema = Arc::new(Schema::built_in().unwrap());
        let identity = fleet::fleet(1, 1).remove(0);
        let (model, _) = build(&schema, &identity, &around());
        let Some(Place::Table(radios)) = model.place("Device.WiFi.Radio.") else {
            unreachable!("the radio table is always there")
        };
        assert_eq!(radios.rows.len(), identity.product.bands.len());
    }
}
