//! What a device is and how it runs: DeviceInfo, memory, processor, temperatures, clock, LEDs.

use super::super::value::Source::{self, Ago, Fixed, Now, UpTime};
use super::{Maker, text};
use crate::lab::fleet::Identity;

pub(super) fn describe(m: &mut Maker<'_>, identity: &Identity) {
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

pub(super) fn run(m: &mut Maker<'_>, identity: &Identity) {
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
