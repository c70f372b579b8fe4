//! Radios, SSIDs and access points.

use super::super::value::Source::{Fixed, Hop, SinceBoot};
use super::{Maker, text};
use crate::lab::fleet::{Band, Identity};

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

pub(super) fn radios(m: &mut Maker<'_>, identity: &Identity) {
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
