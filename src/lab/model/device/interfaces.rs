//! Ethernet ports, the bridge and the optical uplink.

use super::super::value::Source::{Fixed, SinceBoot};
use super::{Maker, text};
use crate::lab::fleet::{Identity, Uplink};

pub(super) fn ethernet(m: &mut Maker<'_>, identity: &Identity) {
    let product = identity.product;
    m.fill("Device.Ethernet.", vec![("FlowControlSupported", Fixed("true"))]);
    for port in 1..=product.ethernet_ports {
        let upstream = port == 1 && product.uplink != Uplink::Fibre;
        let used = upstream || m.rng.f32() < 0.6;
        let path = format!("Device.Ethernet.Interface.{port}.");
        let mac = m.mac(product.oui);
        m.fill(
            &path,
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed(if used { "Up" } else { "Down" })),
                ("Name", text(format!("eth{}", port - 1))),
                ("LastChange", SinceBoot(14)),
                ("Upstream", Fixed(if upstream { "true" } else { "false" })),
                ("MACAddress", text(mac)),
                ("MaxBitRate", Fixed("-1")),
                ("CurrentBitRate", Fixed(if used { "1000" } else { "0" })),
                ("DuplexMode", Fixed("Auto")),
            ],
        );
        if used {
            let rate = 200.0 + 4_000.0 * m.rng.f32();
            m.traffic(&format!("{path}Stats."), rate);
        }
    }
    m.fill(
        "Device.Ethernet.Link.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Up")),
            ("Name", Fixed("br-lan")),
            ("LowerLayers", Fixed("Device.Bridging.Bridge.1.Port.1")),
        ],
    );
    m.fill(
        "Device.Bridging.Bridge.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Enabled")),
            ("Standard", Fixed("802.1D-2004")),
        ],
    );
    for port in 1..=3 {
        m.fill(
            &format!("Device.Bridging.Bridge.1.Port.{port}."),
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Up")),
                ("Name", text(format!("br-lan.{port}"))),
                ("ManagementPort", Fixed(if port == 1 { "true" } else { "false" })),
                ("PVID", Fixed("1")),
            ],
        );
    }
    if product.uplink == Uplink::Fibre {
        let (signal, sent) = (m.wander(-18_200.0, 300.0, 120.0), m.wander(2_100.0, 60.0, 180.0));
        m.fill(
            "Device.Optical.Interface.1.",
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Up")),
                ("Name", Fixed("pon0")),
                ("LastChange", SinceBoot(9)),
                ("Upstream", Fixed("true")),
                ("OpticalSignalLevel", signal),
                ("LowerOpticalThreshold", Fixed("-28000")),
                ("TransmitOpticalLevel", sent),
            ],
        );
        m.traffic("Device.Optical.Interface.1.Stats.", 6_000.0);
    }
}
