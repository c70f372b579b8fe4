//! Who is in the demo network: each device's make, identity, speed and character, all drawn
//! from the seed.

use std::time::Duration;

use super::plot::{self, Part};
use super::seed;

/// A make of device.
#[derive(PartialEq, Eq, Debug)]
pub struct Product {
    pub manufacturer: &'static str,
    /// Locally administered, so it belongs to nobody.
    pub oui: &'static str,
    pub product_class: &'static str,
    pub model_name: &'static str,
    pub model_number: &'static str,
    pub category: &'static str,
    pub hardware_version: &'static str,
    pub architecture: &'static str,
    /// Newest first.
    pub firmware: &'static [&'static str],
    pub bands: &'static [Band],
    pub ethernet_ports: u32,
    pub memory_kib: u32,
    pub uplink: Uplink,
    /// True: Endpoint ID of scheme `ops`, else `os`.
    pub class_in_id: bool,
}

/// A radio's frequency band.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Band {
    Ghz2,
    Ghz5,
    Ghz6,
}

/// How a device reaches the Internet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Uplink {
    Fibre,
    Ethernet,
    Pppoe,
}

/// Invented makers, so that nobody's device is shown misbehaving.
pub const PRODUCTS: [Product; 5] = [
    Product {
        manufacturer: "Nordfjell Networks",
        oui: "00256D",
        product_class: "NF-AX3000",
        model_name: "Fjord AX3000",
        model_number: "NFG-3000",
        category: "AP,STB",
        hardware_version: "B2",
        architecture: "arm64",
        firmware: &["4.12.3", "4.12.1", "4.11.8"],
        bands: &[Band::Ghz2, Band::Ghz5],
        ethernet_ports: 4,
        memory_kib: 524_288,
        uplink: Uplink::Fibre,
        class_in_id: false,
    },
    Product {
        manufacturer: "Bassano Telematica",
        oui: "02A4C1",
        product_class: "BT-Home5",
        model_name: "Casa Five",
        model_number: "CF-5400",
        category: "AP",
        hardware_version: "rev1.4",
        architecture: "mips",
        firmware: &["2.8.0-r17", "2.8.0-r12", "2.7.4-r3"],
        bands: &[Band::Ghz2, Band::Ghz5],
        ethernet_ports: 4,
        memory_kib: 262_144,
        uplink: Uplink::Pppoe,
        class_in_id: true,
    },
    Product {
        manufacturer: "Kestrel Broadband",
        oui: "06D3F0",
        product_class: "KB7",
        model_name: "Kestrel Be7",
        model_number: "KB7-EU",
        category: "AP",
        hardware_version: "C1",
        architecture: "arm64",
        firmware: &["7.1.20", "7.0.33"],
        bands: &[Band::Ghz2, Band::Ghz5, Band::Ghz6],
        ethernet_ports: 5,
        memory_kib: 1_048_576,
        uplink: Uplink::Fibre,
        class_in_id: false,
    },
    Product {
        manufacturer: "Nordfjell Networks",
        oui: "00256D",
        product_class: "NF-Mesh",
        model_name: "Fjord Mesh",
        model_number: "NFM-1200",
        category: "AP",
        hardware_version: "A1",
        architecture: "arm",
        firmware: &["1.9.6", "1.9.2"],
        bands: &[Band::Ghz2, Band::Ghz5],
        ethernet_ports: 2,
        memory_kib: 131_072,
        uplink: Uplink::Ethernet,
        class_in_id: true,
    },
    Product {
        manufacturer: "Ostwind Systems",
        oui: "0A77B2",
        product_class: "OW-GW400",
        model_name: "Ostwind Gateway 400",
        model_number: "GW400",
        category: "AP",
        hardware_version: "2.0",
        architecture: "arm64",
        firmware: &["23.05.4", "23.05.2", "22.03.6"],
        bands: &[Band::Ghz2, Band::Ghz5],
        ethernet_ports: 4,
        memory_kib: 524_288,
        uplink: Uplink::Ethernet,
        class_in_id: false,
    },
];

/// How a device behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Character {
    /// Answers in time and stays.
    Healthy,
    /// Takes seconds, sometimes too many.
    Slow,
    /// Refuses much of what is asked.
    Faulty,
    /// Loses its connection again and again without a word.
    Flapping,
    /// Sends nonsense between good Records.
    Garbling,
}

impl Character {
    /// One word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Slow => "slow",
            Self::Faulty => "faulty",
            Self::Flapping => "flapping",
            Self::Garbling => "garbling",
        }
    }
}

/// One device's identity and temper.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Position in the fleet, from 0.
    pub index: usize,
    /// Seed of everything that is this device's own.
    pub seed: u64,
    pub product: &'static Product,
    pub firmware: &'static str,
    pub serial: String,
    pub endpoint_id: String,
    /// MQTT client id.
    pub client_id: String,
    pub character: Character,
    /// What else it does in the story; usually nothing.
    pub parts: Vec<Part>,
    /// True: an MQTT 3.1.1 client.
    pub legacy_mqtt: bool,
    /// Of what it publishes.
    pub qos: u8,
    /// Usual time to answer something small.
    pub response_median: Duration,
    /// `PeriodicNotifInterval`.
    pub periodic: Duration,
}

impl Identity {
    /// The topic the device listens on.
    pub fn topic(&self) -> String {
        format!("usp/agent/{}", self.client_id)
    }

    /// True if it plays this part.
    pub fn plays(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// True if it takes part in session contexts.
    pub fn has_sessions(&self) -> bool {
        [Part::InSession, Part::Lossy, Part::Secured].iter().any(|part| self.plays(*part))
    }

    /// `MaxUSPRecordSize`: what it puts into one Record of a session, bytes.
    pub fn record_size(&self) -> usize {
        if self.plays(Part::Lossy) { 1_024 } else { 4_096 }
    }

    /// A second device that has this one's Endpoint ID, as a copied flash memory does, but its
    /// own MQTT client id.
    pub fn clone_of(&self, index: usize) -> Self {
        Self {
            index,
            seed: seed::derive(self.seed, 99),
            client_id: client_id(index),
            character: Character::Healthy,
            parts: Vec::new(),
            ..self.clone()
        }
    }
}

/// The fewest devices among which every character is found for certain.
const ALL_CHARACTERS_FROM: usize = 8;
const CHARACTERS: [Character; 4] =
    [Character::Slow, Character::Faulty, Character::Flapping, Character::Garbling];
/// One in this many speaks MQTT 3.1.1.
const LEGACY_EVERY: usize = 8;

/// The fleet of `agents` devices that belongs to a seed.
pub fn fleet(agents: usize, master: u64) -> Vec<Identity> {
    let mut rng = fastrand::Rng::with_seed(seed::derive(master, 1));
    let legacy_at = rng.usize(..LEGACY_EVERY);
    let legacy = |index: usize| index % LEGACY_EVERY == legacy_at && agents >= LEGACY_EVERY;
    let mut characters = vec![Character::Healthy; agents];
    let pool: Vec<usize>;
    if agents >= ALL_CHARACTERS_FROM {
        // The odd ones speak MQTT 5, so that at least one 3.1.1 device is healthy.
        let mut places: Vec<usize> = (0..agents).filter(|i| !legacy(*i)).collect();
        rng.shuffle(&mut places);
        pool = places.split_off(CHARACTERS.len().min(places.len()));
        for (place, character) in places.into_iter().zip(CHARACTERS) {
            if let Some(slot) = characters.get_mut(place) {
                *slot = character;
            }
        }
    } else {
        for (slot, character) in characters.iter_mut().skip(1).zip(CHARACTERS) {
            *slot = character;
        }
        let healthy = |index: &usize| characters.get(*index) == Some(&Character::Healthy);
        pool = (0..agents).filter(healthy).collect();
    }
    let mut fleet: Vec<Identity> = (0..agents)
        .zip(characters)
        .map(|(index, character)| identity(index, character, legacy(index), master))
        .collect();
    for (index, parts) in pool.iter().zip(plot::deal(pool.len())) {
        if let Some(identity) = fleet.get_mut(*index) {
            identity.parts = parts;
        }
    }
    fleet
}

fn client_id(index: usize) -> String {
    format!("cpe-{:06}", index + 1)
}

fn identity(index: usize, character: Character, legacy_mqtt: bool, master: u64) -> Identity {
    let seed = seed::derive(seed::derive(master, 2), index as u64);
    let mut rng = fastrand::Rng::with_seed(seed);
    let product = &PRODUCTS[rng.usize(..PRODUCTS.len())];
    // The newest firmware runs on about two thirds of the devices.
    let firmware = rng.usize(..product.firmware.len() * 2).saturating_sub(product.firmware.len());
    // The index makes it unique, the rest makes it look like a serial number.
    let serial = format!("{:02}{:04X}{:05}", 21 + rng.u8(..5), rng.u16(..), index + 1);
    let endpoint_id = if product.class_in_id {
        format!("ops::{}-{}-{serial}", product.oui, product.product_class)
    } else {
        format!("os::{}-{serial}", product.oui)
    };
    Identity {
        index,
        seed,
        product,
        firmware: product.firmware.get(firmware).copied().unwrap_or_default(),
        client_id: client_id(index),
        serial,
        endpoint_id,
        character,
        parts: Vec::new(),
        legacy_mqtt,
        qos: u8::from(rng.f64() < 0.4),
        response_median: Duration::from_millis(rng.u64(9..26)),
        periodic: Duration::from_secs(rng.u64(5..31)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn from_eight_devices_on_every_character_is_there_once() {
        for agents in [8, 9, 12, 50, 1000] {
            for master in 0..20 {
                let fleet = fleet(agents, master);
                for character in CHARACTERS {
                    let found = fleet.iter().filter(|d| d.character == character);
                    assert_eq!(found.count(), 1, "{agents} agents, seed {master}");
                }
                let legacy = fleet.iter().filter(|d| d.legacy_mqtt);
                assert!(legacy.clone().count() >= 1);
                assert!(legacy.clone().all(|d| d.character == Character::Healthy));
                assert!(fleet.iter().all(|d| {
                    d.parts.is_empty() || (d.character == Character::Healthy && !d.legacy_mqtt)
                }));
                assert!(legacy.count().abs_diff(agents / 8) <= 1);
            }
        }
    }

    #[test]
    fn small_fleets_are_healthy_first() {
        let characters =
            |n| fleet(n, 7).into_iter().map(|d| d.character).collect::<Vec<Character>>();
        assert!(characters(0).is_empty());
        assert_eq!(characters(1), [Character::Healthy]);
        assert_eq!(characters(3), [Character::Healthy, Character::Slow, Character::Faulty]);
        assert_eq!(characters(5).last(), Some(&Character::Garbling));
        assert_eq!(characters(7).last(), Some(&Character::Healthy));
    }

    #[test]
    fn identities_are_unique_and_follow_the_seed() {
        let one = fleet(1000, 42);
        let ids: HashSet<_> = one.iter().map(|d| d.endpoint_id.clone()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| {
            let instance = id.splitn(3, ':').nth(2).unwrap_or_default();
            !instance.is_empty() && instance.len() <= 50
        }));
        let again = fleet(1000, 42);
        assert!(one.iter().zip(&again).all(|(a, b)| format!("{a:?}") == format!("{b:?}")));
        let other = fleet(1000, 43);
        assert!(one.iter().zip(&other).any(|(a, b)| a.endpoint_id != b.endpoint_id));
        let products: HashSet<_> = one.iter().map(|d| d.product.model_name).collect();
        assert_eq!(products.len(), PRODUCTS.len());
    }
}
