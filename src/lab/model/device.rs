//! Builds the model of one device: what it is, its interfaces, radios and services.
//!
//! What lives in the home (hosts that come and go) is [`super::home`]'s.

use std::sync::Arc;

use super::home;
use super::schema::Schema;
use super::tree::Model;
use super::value::Source::{self, Ago, Fixed, Hop, Now, SinceBoot, UpTime};
use crate::lab::fleet::{Band, Identity, Uplink};
use crate::lab::seed;

/// Where a device finds its broker and Controller.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// Port of the broker's listener for this device's MQTT version.
    pub broker_port: u16,
    pub controller_endpoint_id: String,
    pub controller_topic: String,
}

pub(super) fn text(value: impl Into<String>) -> Source {
    Source::Text(value.into().into_boxed_str())
}

/// Draws a device's values; every call of one kind gets a new phase.
pub(super) struct Maker<'a> {
    pub(super) model: &'a mut Model,
    pub(super) rng: fastrand::Rng,
    /// First thing that didn't fit the schema.
    pub(super) misfit: Option<String>,
}

impl Maker<'_> {
    pub(super) fn fill(&mut self, path: &str, values: Vec<(&'static str, Source)>) {
        if let Err(unknown) = self.model.fill(path, values) {
            self.misfit.get_or_insert(unknown);
        }
    }

    pub(super) fn counter(&mut self, per_sec: f32) -> Source {
        Source::Counter { per_sec, seed: self.rng.u32(..) }
    }

    pub(super) fn wander(&mut self, middle: f32, swing: f32, period_secs: f32) -> Source {
        Source::Wander { middle, swing, period_secs, decimals: 0, seed: self.rng.u32(..) }
    }

    pub(super) fn mac(&mut self, oui: &str) -> String {
        let tail = self.rng.u32(..0x0100_0000).to_be_bytes();
        let pairs = (0..3).filter_map(|i| oui.get(i * 2..i * 2 + 2));
        let mut mac: Vec<String> = pairs.map(str::to_owned).collect();
        mac.extend(tail.iter().skip(1).map(|b| format!("{b:02X}")));
        mac.join(":")
    }

    /// Packet and byte counters of an interface that moves about `kilobits` a second downwards.
    pub(super) fn traffic(&mut self, path: &str, kilobits: f32) {
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
/// thing that didn't fit the schema: a mistake in this file.
pub fn build(
    schema: &Arc<Schema>,
    identity: &Identity,
    around: &Surroundings,
) -> (Model, Option<String>) {
    let mut model = Model::new(Arc::clone(schema));
    let rng = fastrand::Rng::with_seed(seed::derive(identity.seed, 10));
    let mut maker = Maker { model: &mut model, rng, misfit: None };
    describe(&mut maker, identity);
    system(&mut maker, identity);
    ethernet(&mut maker, identity);
    wifi(&mut maker, identity);
    network(&mut maker, identity);
    management(&mut maker, identity, around);
    home::furnish(&mut maker, identity);
    let misfit = maker.misfit;
    (model, misfit)
}

fn describe(m: &mut Maker<'_>, identity: &Identity) {
    let product = identity.product;
    m.fill("Device.", vec![("RootDataModelVersion", Fixed("2.17"))]);
    m.fill(
        "Device.DeviceInfo.",
        vec![
            ("DeviceCategory", Fixed(product.category)),
            ("Manufacturer", Fixed(product.manufacturer)),
            ("ManufacturerOUI", Fixed(product.oui)),
            ("ModelName", Fixed(product.model_name)),
            ("ModelNumber", Fixed(product.model_number)),
            ("Description", text(format!("{} residential gateway", product.model_name))),
            ("ProductClass", Fixed(product.product_class)),
            ("SerialNumber", text(&*identity.serial)),
            ("HardwareVersion", Fixed(product.hardware_version)),
            ("SoftwareVersion", Fixed(identity.firmware)),
            ("FriendlyName", text(format!("{} {}", product.model_name, identity.index + 1))),
            ("ActiveFirmwareImage", Fixed("Device.DeviceInfo.FirmwareImage.1")),
            ("BootFirmwareImage", Fixed("Device.DeviceInfo.FirmwareImage.1")),
            ("UpTime", UpTime),
            ("FirstUseDate", Ago(86_400 * (20 + identity.seed as u32 % 900))),
        ],
    );
    let older = product.firmware.last().copied().unwrap_or_default();
    for (row, name, version, state) in
        [(1, "image-a", identity.firmware, "Active"), (2, "image-b", older, "Available")]
    {
        m.fill(
            &format!("Device.DeviceInfo.FirmwareImage.{row}."),
            vec![
                ("Name", Fixed(name)),
                ("Version", Fixed(version)),
                ("Available", Fixed("true")),
                ("Status", Fixed(state)),
            ],
        );
    }
    m.fill(
        "Device.DeviceInfo.VendorConfigFile.1.",
        vec![
            ("Name", Fixed("operator-default")),
            ("Version", Fixed("2026.3")),
            ("Date", Ago(86_400 * 40)),
            ("Description", Fixed("Operator configuration")),
            ("UseForBackupRestore", Fixed("true")),
        ],
    );
    m.fill(
        "Device.DeviceInfo.VendorLogFile.1.",
        vec![("Name", Fixed("/var/log/messages")), ("MaximumSize", Fixed("262144"))],
    );
    for row in 1..=2 {
        m.fill(
            &format!("Device.DeviceInfo.Processor.{row}."),
            vec![("Architecture", Fixed(product.architecture))],
        );
    }
}

fn system(m: &mut Maker<'_>, identity: &Identity) {
    let memory = identity.product.memory_kib;
    let free = memory as f32 * (0.3 + 0.25 * m.rng.f32());
    let free_memory = m.wander(free, free * 0.12, 95.0);
    m.fill(
        "Device.DeviceInfo.MemoryStatus.",
        vec![
            ("Total", text(memory.to_string())),
            ("Free", free_memory),
            ("TotalPersistent", Fixed("131072")),
            ("FreePersistent", Fixed("68432")),
        ],
    );
    let load = 8.0 + 22.0 * m.rng.f32();
    let cpu = m.wander(load, load * 0.8, 47.0);
    m.fill("Device.DeviceInfo.ProcessStatus.", vec![("CPUUsage", cpu)]);
    for (row, command, size) in [
        (1_u32, "/sbin/procd", 1_904.0_f32),
        (2, "/usr/sbin/obuspad", 8_812.0),
        (3, "/usr/sbin/hostapd", 5_340.0),
        (4, "/usr/sbin/dnsmasq", 1_688.0),
        (5, "/usr/sbin/pppd", 1_212.0),
    ] {
        let (size, time) = (m.wander(size, size * 0.05, 70.0), m.counter(3.0));
        m.fill(
            &format!("Device.DeviceInfo.ProcessStatus.Process.{row}."),
            vec![
                ("PID", text((row * 211 + 1).to_string())),
                ("Command", Fixed(command)),
                ("Size", size),
                ("Priority", Fixed("20")),
                ("CPUTime", time),
                ("State", Fixed("Sleeping")),
            ],
        );
    }
    for (row, name, middle) in [(1, "CPU", 58.0), (2, "Radio", 51.0)] {
        let middle = middle + 6.0 * m.rng.f32();
        // Slow enough that a ValueChange subscription tells something now and then.
        let value = m.wander(middle, 5.0, 240.0);
        m.fill(
            &format!("Device.DeviceInfo.TemperatureStatus.TemperatureSensor.{row}."),
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Enabled")),
                ("Name", Fixed(name)),
                ("Value", value),
                ("LastUpdate", Now),
                ("LowAlarmValue", Fixed("-10")),
                ("HighAlarmValue", Fixed("95")),
                ("PollingInterval", Fixed("10")),
            ],
        );
    }
    m.fill(
        "Device.Time.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Synchronized")),
            ("CurrentLocalTime", Now),
            ("LocalTimeZone", Fixed("CET-1CEST,M3.5.0,M10.5.0/3")),
            ("NTPServer1", Fixed("0.pool.ntp.example")),
            ("NTPServer2", Fixed("1.pool.ntp.example")),
        ],
    );
    let room = Source::Wander {
        middle: 20.5 + 2.0 * m.rng.f32(),
        swing: 1.4,
        period_secs: 400.0,
        decimals: 1,
        seed: m.rng.u32(..),
    };
    let humidity = m.wander(46.0, 7.0, 500.0);
    m.fill(
        "Device.X_DEMO_Weather.",
        vec![("RoomTemperature", room), ("RoomHumidity", humidity), ("LastReading", Now)],
    );
    for (row, name) in [(1, "Power"), (2, "Internet"), (3, "WiFi")] {
        m.fill(
            &format!("Device.LEDs.LED.{row}."),
            vec![
                ("Name", Fixed(name)),
                ("Enable", Fixed("true")),
                ("Status", Fixed("InUse")),
                ("Location", Fixed("Front")),
            ],
        );
    }
    m.fill(
        "Device.UserInterface.",
        vec![
            ("Enable", Fixed("true")),
            ("CurrentLanguage", Fixed("en")),
            ("AvailableLanguages", Fixed("en,it,de")),
            ("ISPName", Fixed("Demo Telecom")),
        ],
    );
}

fn ethernet(m: &mut Maker<'_>, identity: &Identity) {
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

/// Name, band, channels in use, standards, width, maximum bit rate, noise floor.
fn radio_facts(
    band: Band,
) -> (&'static str, &'static [&'static str], &'static str, &'static str, &'static str, f32) {
    match band {
        Band::Ghz2 => ("2.4GHz", &["1", "6", "11"], "b,g,n,ax", "20MHz", "574", -88.0),
        Band::Ghz5 => ("5GHz", &["36", "52", "100", "149"], "a,n,ac,ax", "80MHz", "2402", -94.0),
        Band::Ghz6 => ("6GHz", &["5", "37", "69"], "ax,be", "160MHz", "5765", -96.0),
    }
}

fn wifi(m: &mut Maker<'_>, identity: &Identity) {
    for (row, band) in (1_u32..).zip(identity.product.bands) {
        let (frequency, channels, standards, width, speed, noise) = radio_facts(*band);
        let path = format!("Device.WiFi.Radio.{row}.");
        let channel = Hop {
            choices: channels,
            period_secs: 150.0 + 200.0 * m.rng.f32(),
            seed: m.rng.u32(..),
        };
        m.fill(
            &path,
            vec![
                ("Enable", Fixed("true")),
                ("Status", Fixed("Up")),
                ("Name", text(format!("wifi{}", row - 1))),
                ("LastChange", SinceBoot(18)),
                ("MaxBitRate", Fixed(speed)),
                ("SupportedFrequencyBands", Fixed(frequency)),
                ("OperatingFrequencyBand", Fixed(frequency)),
                ("SupportedStandards", Fixed(standards)),
                ("OperatingStandards", Fixed(standards)),
                ("PossibleChannels", text(channels.join(","))),
                ("ChannelsInUse", channel.clone()),
                ("Channel", channel),
                ("AutoChannelSupported", Fixed("true")),
                ("AutoChannelEnable", Fixed("true")),
                ("AutoChannelRefreshPeriod", Fixed("3600")),
                ("ChannelLastSelectionReason", Fixed("Auto_Refresh")),
                ("OperatingChannelBandwidth", Fixed(width)),
                ("CurrentOperatingChannelBandwidth", Fixed(width)),
                ("SupportedOperatingChannelBandwidths", Fixed(width)),
                ("GuardInterval", Fixed("Auto")),
                ("TransmitPowerSupported", Fixed("25,50,75,100")),
                ("TransmitPower", Fixed("100")),
                ("RegulatoryDomain", Fixed("IT")),
                ("RetryLimit", Fixed("7")),
                ("BeaconPeriod", Fixed("100")),
                ("DTIMPeriod", Fixed("2")),
                ("PreambleType", Fixed("auto")),
                ("MaxSupportedAssociations", Fixed("64")),
            ],
        );
        let stats = format!("{path}Stats.");
        let rate = 300.0 + 9_000.0 * m.rng.f32();
        m.traffic(&stats, rate);
        let noise = m.wander(noise, 4.0, 35.0);
        m.fill(&stats, vec![("Noise", noise)]);
        for guest in [false, true] {
            access_point(m, identity, row, guest, rate);
        }
    }
}

fn access_point(m: &mut Maker<'_>, identity: &Identity, radio: u32, guest: bool, rate: f32) {
    let row = radio + if guest { identity.product.bands.len() as u32 } else { 0 };
    let digits = identity.serial.get(2..6).unwrap_or("HOME");
    let name = if guest { format!("Guest-{digits}") } else { format!("Home-{digits}") };
    let (bssid, on) = (m.mac(identity.product.oui), if guest { "false" } else { "true" });
    let path = format!("Device.WiFi.SSID.{row}.");
    m.fill(
        &path,
        vec![
            ("Enable", Fixed(on)),
            ("Status", Fixed(if guest { "Down" } else { "Up" })),
            ("Name", text(format!("wl{}{}", radio - 1, if guest { ".1" } else { "" }))),
            ("LastChange", SinceBoot(19)),
            ("LowerLayers", text(format!("Device.WiFi.Radio.{radio}"))),
            ("BSSID", text(&*bssid)),
            ("MACAddress", text(bssid)),
            ("SSID", text(name)),
            ("MLDUnit", Fixed("-1")),
        ],
    );
    if !guest {
        m.traffic(&format!("{path}Stats."), rate * 0.9);
    }
    let path = format!("Device.WiFi.AccessPoint.{row}.");
    m.fill(
        &path,
        vec![
            ("Enable", Fixed(on)),
            ("Status", Fixed(if guest { "Disabled" } else { "Enabled" })),
            ("SSIDReference", text(format!("Device.WiFi.SSID.{row}"))),
            ("SSIDAdvertisementEnabled", Fixed("true")),
            ("WMMCapability", Fixed("true")),
            ("WMMEnable", Fixed("true")),
            ("MaxAssociatedDevices", Fixed("64")),
        ],
    );
    m.fill(
        &format!("{path}Security."),
        vec![
            ("ModesSupported", Fixed("None,WPA2-Personal,WPA3-Personal")),
            ("ModeEnabled", Fixed("WPA2-Personal")),
            ("KeyPassphrase", Fixed("not-shown")),
            ("RekeyingInterval", Fixed("3600")),
            ("MFPConfig", Fixed("Optional")),
        ],
    );
    m.fill(
        &format!("{path}WPS."),
        vec![
            ("Enable", Fixed("true")),
            ("ConfigMethodsSupported", Fixed("PushButton")),
            ("Status", Fixed("Unconfigured")),
            ("Version", Fixed("2.0.8")),
        ],
    );
}

fn network(m: &mut Maker<'_>, identity: &Identity) {
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

fn management(m: &mut Maker<'_>, identity: &Identity, around: &Surroundings) {
    m.fill(
        "Device.ManagementServer.",
        vec![
            ("EnableCWMP", Fixed("false")),
            ("PeriodicInformInterval", Fixed("86400")),
            ("CWMPRetryMinimumWaitInterval", Fixed("5")),
            ("CWMPRetryIntervalMultiplier", Fixed("2000")),
            ("InstanceMode", Fixed("InstanceNumber")),
        ],
    );
    m.fill(
        "Device.MQTT.Capabilities.",
        vec![
            ("ProtocolVersionsSupported", Fixed("3.1.1,5.0")),
            ("TransportProtocolSupported", Fixed("TCP/IP,TLS")),
            ("MaxNumberOfClientSubscriptions", Fixed("16")),
        ],
    );
    m.fill(
        "Device.MQTT.Client.1.",
        vec![
            ("Name", Fixed("usp")),
            ("Enable", Fixed("true")),
            ("Status", Fixed("Connected")),
            ("ProtocolVersion", Fixed(if identity.legacy_mqtt { "3.1.1" } else { "5.0" })),
            ("BrokerAddress", Fixed("127.0.0.1")),
            ("BrokerPort", text(around.broker_port.to_string())),
            ("TransportProtocol", Fixed("TCP/IP")),
            ("CleanSession", Fixed("true")),
            ("CleanStart", Fixed("true")),
            ("KeepAliveTime", Fixed("60")),
            ("ClientID", text(&*identity.client_id)),
            ("Password", Fixed("not-shown")),
            ("ConnectRetryTime", Fixed("1")),
            ("ConnectRetryIntervalMultiplier", Fixed("2000")),
            ("ConnectRetryMaxInterval", Fixed("60")),
        ],
    );
    let (sent, received) = (m.counter(0.4), m.counter(0.3));
    m.fill(
        "Device.MQTT.Client.1.Stats.",
        vec![("PublishSent", sent), ("PublishReceived", received), ("SubscribeSent", Fixed("1"))],
    );
    m.fill(
        "Device.MQTT.Client.1.Subscription.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Subscribed")),
            ("Topic", text(identity.topic())),
            ("QoS", Fixed("1")),
        ],
    );
    m.fill(
        "Device.LocalAgent.",
        vec![
            ("EndpointID", text(&*identity.endpoint_id)),
            ("SoftwareVersion", Fixed("11.0.4")),
            ("UpTime", SinceBoot(3)),
            ("SupportedProtocols", Fixed("MQTT")),
            ("SupportedFingerprintAlgorithms", Fixed("SHA-256,SHA-384,SHA-512")),
            ("MaxSubscriptionChangeAdoptionTime", Fixed("5")),
        ],
    );
    m.fill(
        "Device.LocalAgent.MTP.1.",
        vec![("Enable", Fixed("true")), ("Status", Fixed("Up")), ("Protocol", Fixed("MQTT"))],
    );
    m.fill(
        "Device.LocalAgent.MTP.1.MQTT.",
        vec![
            ("Reference", Fixed("Device.MQTT.Client.1")),
            ("ResponseTopicConfigured", text(identity.topic())),
            ("PublishQoS", text(identity.qos.to_string())),
        ],
    );
    controller(m, identity, around);
}

fn controller(m: &mut Maker<'_>, identity: &Identity, around: &Surroundings) {
    let path = "Device.LocalAgent.Controller.1.";
    m.fill(
        path,
        vec![
            ("EndpointID", text(&*around.controller_endpoint_id)),
            ("Enable", Fixed("true")),
            ("AssignedRole", Fixed("Device.LocalAgent.ControllerTrust.Role.1")),
            ("PeriodicNotifInterval", text(identity.periodic.as_secs().to_string())),
            ("USPNotifRetryMinimumWaitInterval", Fixed("5")),
            ("USPNotifRetryIntervalMultiplier", Fixed("2000")),
        ],
    );
    m.fill(&format!("{path}MTP.1."), vec![("Enable", Fixed("true")), ("Protocol", Fixed("MQTT"))]);
    m.fill(
        &format!("{path}MTP.1.MQTT."),
        vec![
            ("Reference", Fixed("Device.MQTT.Client.1")),
            ("Topic", text(&*around.controller_topic)),
        ],
    );
    m.fill(
        &format!("{path}E2ESession."),
        vec![
            ("Status", Fixed("Idle")),
            ("SessionMode", Fixed("Forbid")),
            ("SessionRetryMinimumWaitInterval", Fixed("5")),
            ("MaxRetransmitTries", Fixed("3")),
        ],
    );
    for (row, id, event, retry) in [
        (1, "boot-1", "Device.Boot!", "true"),
        (2, "periodic-1", "Device.LocalAgent.Periodic!", "false"),
    ] {
        m.fill(
            &format!("Device.LocalAgent.Subscription.{row}."),
            vec![
                ("Alias", Fixed(id)),
                ("Enable", Fixed("true")),
                ("Recipient", Fixed("Device.LocalAgent.Controller.1")),
                ("ID", Fixed(id)),
                ("CreationDate", Ago(86_400)),
                ("NotifType", Fixed("Event")),
                ("ReferenceList", Fixed(event)),
                ("Persistent", Fixed("true")),
                ("NotifRetry", Fixed(retry)),
                ("TriggerAction", Fixed("Notify")),
            ],
        );
    }
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
