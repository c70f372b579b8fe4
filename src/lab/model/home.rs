//! The home behind a device: hosts that join and leave, in the Hosts table and, when they come
//! by WiFi, in an access point's table of associated devices.

use std::time::Duration;

use super::device::{Maker, text};
use super::tree::Model;
use super::value::Source::{self, Ago, Fixed};
use crate::lab::fleet::Identity;
use crate::lab::seed;

/// What people call their things.
const HOST_NAMES: [&str; 18] = [
    "living-room-tv",
    "annas-phone",
    "marcos-laptop",
    "printer",
    "game-console",
    "thermostat",
    "doorbell",
    "kitchen-speaker",
    "tablet",
    "nas",
    "robot-vacuum",
    "baby-monitor",
    "work-laptop",
    "e-reader",
    "smart-plug-1",
    "smart-plug-2",
    "guest-phone",
    "camera-garden",
];

/// A host that a device may have.
struct Guest {
    name: &'static str,
    mac: String,
    address: String,
    /// Row of the access point it joins; `None` comes by cable.
    access_point: Option<u32>,
    /// Its usual signal in dBm.
    signal: f32,
}

/// The `n`th host of a device, always the same one.
fn guest(identity: &Identity, n: u32) -> Guest {
    let mut rng =
        fastrand::Rng::with_seed(seed::derive(seed::derive(identity.seed, 20), u64::from(n)));
    let mac = format!(
        "DA:{:02X}:{:02X}:{:02X}:{:02X}:{:02X}",
        rng.u8(..),
        rng.u8(..),
        rng.u8(..),
        rng.u8(..),
        n as u8
    );
    let radios = identity.product.bands.len() as u32;
    Guest {
        // Mixed with the device's place, so that neighbours don't all own a printer.
        name: HOST_NAMES[(n as usize * 7 + identity.index * 5) % HOST_NAMES.len()],
        mac,
        address: format!("192.168.1.{}", 20 + n % 230),
        access_point: (rng.f32() < 0.8).then(|| 1 + rng.u32(..radios)),
        signal: -38.0 - 38.0 * rng.f32(),
    }
}

/// What a host's coming or going did to the model.
#[derive(PartialEq, Eq, Debug)]
pub struct Change {
    /// Rows that are there now, concrete paths.
    pub created: Vec<String>,
    /// Rows that are gone.
    pub deleted: Vec<String>,
}

/// Puts in the hosts that are there from the start.
pub(super) fn furnish(m: &mut Maker<'_>, identity: &Identity) {
    for n in 0..3 + m.rng.u32(..4) {
        settle(m.model, identity, n, Ago(600 + m.rng.u32(..80_000)));
    }
}

/// The `n`th host of a device comes home.
pub fn join(model: &mut Model, identity: &Identity, n: u32, at: Duration) -> Change {
    let created = settle(model, identity, n, Source::Stamp(at));
    Change { created, deleted: Vec::new() }
}

/// Adds the rows of the `n`th host; `since` is when it came. Names that aren't in the schema
/// would be left out; the device's tests see to it that there are none.
fn settle(model: &mut Model, identity: &Identity, n: u32, since: Source) -> Vec<String> {
    let guest = guest(identity, n);
    let mut created = Vec::new();
    let phase = seed::derive(identity.seed, u64::from(n)) as u32;
    let counter = |per_sec, salt| Source::Counter { per_sec, seed: phase ^ salt };
    let mut association = String::new();
    if let Some(point) = guest.access_point {
        let table = format!("Device.WiFi.AccessPoint.{point}.AssociatedDevice.");
        if let Some(row) = model.add_row(&table) {
            let wander = |middle: f32, swing: f32, period_secs: f32, salt: u32| Source::Wander {
                middle,
                swing,
                period_secs,
                decimals: 0,
                seed: phase ^ salt,
            };
            // A strong signal carries more.
            let rate = 60_000.0 + 12_000.0 * (76.0 + guest.signal);
            let _known = model.fill(
                &row,
                vec![
                    ("MACAddress", text(&*guest.mac)),
                    ("OperatingStandard", Fixed("ax")),
                    ("AuthenticationState", Fixed("true")),
                    ("LastDataDownlinkRate", wander(rate, rate * 0.25, 23.0, 1)),
                    ("LastDataUplinkRate", wander(rate * 0.6, rate * 0.15, 27.0, 2)),
                    ("AssociationTime", since.clone()),
                    ("SignalStrength", wander(guest.signal, 5.0, 31.0, 3)),
                    ("Noise", wander(-92.0, 3.0, 37.0, 4)),
                    ("Retransmissions", wander(6.0, 5.4, 19.0, 5)),
                    ("Active", Fixed("true")),
                ],
            );
            let _known = model.fill(
                &format!("{row}Stats."),
                vec![
                    ("BytesSent", counter(42_000.0, 6)),
                    ("BytesReceived", counter(9_000.0, 7)),
                    ("PacketsSent", counter(48.0, 8)),
                    ("PacketsReceived", counter(21.0, 9)),
                    ("RetransCount", counter(0.7, 10)),
                ],
            );
            association = row.trim_end_matches('.').to_owned();
            created.push(row);
        }
    }
    if let Some(row) = model.add_row("Device.Hosts.Host.") {
        let layer1 = match guest.access_point {
            Some(point) => format!("Device.WiFi.SSID.{point}"),
            None => "Device.Ethernet.Interface.2".to_owned(),
        };
        let _known = model.fill(
            &row,
            vec![
                ("PhysAddress", text(&*guest.mac)),
                ("IPAddress", text(&*guest.address)),
                ("AssociatedDevice", text(association)),
                ("Layer1Interface", text(layer1)),
                ("Layer3Interface", Fixed("Device.IP.Interface.2")),
                (
                    "InterfaceType",
                    Fixed(if guest.access_point.is_some() { "Wi-Fi" } else { "Ethernet" }),
                ),
                ("HostName", Fixed(guest.name)),
                ("Active", Fixed("true")),
                ("ActiveLastChange", since),
                ("LeaseTimeRemaining", Source::Lease { secs: 43_200, seed: phase }),
            ],
        );
        let _known =
            model.fill(&format!("{row}IPv4Address.1."), vec![("IPAddress", text(guest.address))]);
        let _known = model.fill(
            &format!("{row}WANStats."),
            vec![
                ("BytesSent", counter(4_000.0, 11)),
                ("BytesReceived", counter(36_000.0, 12)),
                ("PacketsSent", counter(14.0, 13)),
                ("PacketsReceived", counter(40.0, 14)),
            ],
        );
        created.push(row);
    }
    created
}

/// The `n`th host of a device leaves; nothing changes if it isn't there.
pub fn leave(model: &mut Model, identity: &Identity, n: u32) -> Change {
    let guest = guest(identity, n);
    let mut tables = vec!["Device.Hosts.Host.".to_owned()];
    if let Some(point) = guest.access_point {
        tables.push(format!("Device.WiFi.AccessPoint.{point}.AssociatedDevice."));
    }
    let mut deleted = Vec::new();
    for table in tables {
        let column = if table.contains("Hosts") { "PhysAddress" } else { "MACAddress" };
        let Some((schema, rows)) = model.table_mut(&table) else { continue };
        let still = super::value::Moment {
            at: Duration::ZERO,
            uptime: Duration::ZERO,
            epoch: crate::core::time::Timestamp(0),
        };
        let mine = rows
            .rows
            .iter()
            .find(|(_, row)| row.read(&schema, column, &still) == guest.mac)
            .map(|(number, _)| *number);
        if let Some(number) = mine {
            rows.rows.remove(&number);
            deleted.push(format!("{table}{number}."));
        }
    }
    Change { created: Vec::new(), deleted }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;

    use super::super::device::build;
    use super::super::device::tests::{around, moment};
    use super::super::schema::Schema;
    use super::*;
    use crate::lab::fleet;

    #[test]
    fn a_host_comes_and_leaves_without_a_trace() {
        let schema = Arc::new(Schema::built_in().unwrap());
        for identity in fleet::fleet(20, 5) {
            let (mut model, _) = build(&schema, &identity, &around());
            let hosts =
                |model: &Model| model.value_at("Device.Hosts.", "HostNumberOfEntries", &moment(1));
            let before: usize = hosts(&model).parse().unwrap();
            assert!((3..=6).contains(&before));
            let came = join(&mut model, &identity, 40, Duration::from_secs(60));
            assert!((1..=2).contains(&came.created.len()));
            assert_eq!(hosts(&model), (before + 1).to_string());
            let since =
                model.value_at(came.created.last().unwrap(), "ActiveLastChange", &moment(9));
            assert_eq!(since, "2026-11-22T17:30:19Z");
            let left = leave(&mut model, &identity, 40);
            let mut gone = left.deleted;
            gone.reverse();
            assert_eq!(gone, came.created);
            assert_eq!(hosts(&model), before.to_string());
            assert!(leave(&mut model, &identity, 40).deleted.is_empty());
        }
    }
}
