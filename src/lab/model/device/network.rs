//! IP interfaces, routing, names, addresses and the services of a gateway.

use super::super::value::Source::{Ago, Fixed, SinceBoot};
use super::{Maker, text};
use crate::lab::fleet::{Identity, Uplink};

pub(super) fn network(m: &mut Maker<'_>, identity: &Identity) {
    let octets = [m.rng.u8(64..127), m.rng.u8(1..254)];
    let public = format!("100.{}.{}.{}", octets[0], octets[1], identity.index % 250 + 2);
    let gateway = format!("100.{}.{}.1", octets[0], octets[1]);
    let uplink = identity.product.uplink;
    let lower = match uplink {
        Uplink::Fibre => "Device.Optical.Interface.1",
        Uplink::Ethernet => "Device.Ethernet.Interface.1",
        Uplink::Pppoe => "Device.PPP.Interface.1",
    };
    m.fill(
        "Device.IP.",
        vec![
            ("IPv4Capable", Fixed("true")),
            ("IPv4Enable", Fixed("true")),
            ("IPv4Status", Fixed("Enabled")),
            ("IPv6Capable", Fixed("true")),
        ],
    );
    m.fill(
        "Device.IP.Diagnostics.",
        vec![
            ("IPv4PingSupported", Fixed("true")),
            ("IPv4TraceRouteSupported", Fixed("true")),
            ("IPv4DownloadDiagnosticsSupported", Fixed("true")),
        ],
    );
    for (row, name, lower, address, mask, how) in [
        (1, "wan", lower, public.as_str(), "255.255.255.0", "DHCP"),
        (2, "lan", "Device.Ethernet.Link.1", "192.168.1.1", "255.255.255.0", "Static"),
    ] {
        let path = format!("Device.IP.Interface.{row}.");
        m.fill(
            &path,
            vec![
                ("Enable", Fixed("true")),
                ("IPv4Enable", Fixed("true")),
                ("Status", Fixed("Up")),
                ("Name", Fixed(name)),
                ("LastChange", SinceBoot(20)),
                ("LowerLayers", Fixed(lower)),
                ("Router", Fixed("Device.Routing.Router.1")),
                ("MaxMTUSize", Fixed("1500")),
                ("Type", Fixed("Normal")),
            ],
        );
        m.fill(
            &format!("{path}IPv4Address.1."),
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Enabled")),
                ("IPAddress", text(address)),
                ("SubnetMask", Fixed(mask)),
                ("AddressingType", Fixed(how)),
            ],
        );
        let rate = 500.0 + 9_500.0 * m.rng.f32();
        m.traffic(&format!("{path}Stats."), rate);
    }
    if uplink == Uplink::Pppoe {
        m.fill(
            "Device.PPP.Interface.1.",
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Up")),
                ("Name", Fixed("pppoe-wan")),
                ("LowerLayers", Fixed("Device.Ethernet.Interface.1")),
                ("ConnectionStatus", Fixed("Connected")),
                ("LastConnectionError", Fixed("ERROR_NONE")),
                ("Username", text(format!("{}@demo.example", identity.serial))),
                ("MaxMRUSize", Fixed("1492")),
                ("CurrentMRUSize", Fixed("1492")),
            ],
        );
    }
    routing(m, &gateway);
    services(m);
}

fn routing(m: &mut Maker<'_>, gateway: &str) {
    m.fill(
        "Device.Routing.Router.1.",
        vec![("Enable", Fixed("true")), ("Status", Fixed("Enabled"))],
    );
    for (row, to, mask, via, out) in [
        (1, "0.0.0.0", "0.0.0.0", gateway, "Device.IP.Interface.1"),
        (2, "192.168.1.0", "255.255.255.0", "", "Device.IP.Interface.2"),
    ] {
        m.fill(
            &format!("Device.Routing.Router.1.IPv4Forwarding.{row}."),
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Enabled")),
                ("DestIPAddress", Fixed(to)),
                ("DestSubnetMask", Fixed(mask)),
                ("GatewayIPAddress", text(via)),
                ("Interface", Fixed(out)),
                ("Origin", Fixed("DHCPv4")),
                ("ForwardingMetric", Fixed("-1")),
            ],
        );
    }
    for (row, server) in [(1, "192.0.2.53"), (2, "198.51.100.53")] {
        m.fill(
            &format!("Device.DNS.Client.Server.{row}."),
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Enabled")),
                ("DNSServer", Fixed(server)),
                ("Type", Fixed("DHCPv4")),
            ],
        );
    }
    m.fill("Device.DNS.Client.", vec![("Enable", Fixed("true")), ("Status", Fixed("Enabled"))]);
}

fn services(m: &mut Maker<'_>) {
    m.fill(
        "Device.NAT.InterfaceSetting.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Enabled")),
            ("Interface", Fixed("Device.IP.Interface.1")),
        ],
    );
    m.fill("Device.DHCPv4.Server.", vec![("Enable", Fixed("true"))]);
    m.fill(
        "Device.DHCPv4.Server.Pool.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Enabled")),
            ("Interface", Fixed("Device.IP.Interface.2")),
            ("MinAddress", Fixed("192.168.1.20")),
            ("MaxAddress", Fixed("192.168.1.250")),
            ("SubnetMask", Fixed("255.255.255.0")),
            ("DNSServers", Fixed("192.168.1.1")),
            ("DomainName", Fixed("home.arpa")),
            ("IPRouters", Fixed("192.168.1.1")),
            ("LeaseTime", Fixed("43200")),
        ],
    );
    m.fill(
        "Device.Firewall.",
        vec![
            ("Enable", Fixed("true")),
            ("Config", Fixed("Low")),
            ("Type", Fixed("Stateful")),
            ("Version", Fixed("1.0.2")),
            ("LastChange", Ago(86_400 * 12)),
        ],
    );
    for (row, name) in [(1, "Low"), (2, "High")] {
        m.fill(
            &format!("Device.Firewall.Level.{row}."),
            vec![("Name", Fixed(name)), ("DefaultPolicy", Fixed("Drop"))],
        );
    }
    m.fill(
        "Device.SoftwareModules.ExecEnv.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Up")),
            ("Name", Fixed("lxc")),
            ("Type", Fixed("Linux Container")),
            ("Version", Fixed("5.0.3")),
            ("AllocatedMemory", Fixed("65536")),
        ],
    );
}
