//! The shadow against a simple model, and within its bounds.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;

use fastrand::Rng;
use proptest::prelude::*;

use super::view::What;
use super::{Shadow, Writer};
use crate::analysis::Budgets;
use crate::core::ids::{EndpointId, Seq};
use crate::core::time::Timestamp;
use crate::usp::facts::{Facts, SupportedParam};

const DEVICE: EndpointId = EndpointId(7);

fn shadow(bytes: usize, history: usize) -> Shadow {
    Shadow::new(&Budgets { shadow_bytes: bytes, shadow_history: history, ..Budgets::default() })
}

fn secs(n: i64) -> Timestamp {
    Timestamp(n * 1_000_000_000)
}

/// Texts of a message outlive what reads it.
fn keep(text: String) -> &'static str {
    text.leak()
}

/// One message of a device.
fn say(
    shadow: &mut Shadow,
    device: EndpointId,
    n: i64,
    tell: impl FnOnce(&mut Writer<'_, 'static>),
) {
    let mut writer = Writer::new(shadow, device, secs(n), Seq(n as u64));
    tell(&mut writer);
    writer.finish();
}

fn value(shadow: &Shadow, path: &str) -> Option<String> {
    Some(shadow.of(DEVICE)?.param(path)?.value.to_string())
}

/// All that is counted is held by someone.
fn check_sums(shadow: &Shadow) {
    let devices: Vec<_> = shadow.devices.iter().flatten().collect();
    let sum =
        |part: fn(&super::Device) -> usize| -> usize { devices.iter().map(|d| part(d)).sum() };
    let counts = shadow.counts;
    assert_eq!(counts.devices, devices.len());
    assert_eq!(counts.params, sum(|device| device.params.len()));
    assert_eq!(counts.objects, sum(|device| device.objects.len()));
    let places = shadow.devices.capacity() * size_of::<usize>();
    assert_eq!(shadow.bytes, places + sum(|device| device.bytes));
    for device in devices {
        let lists = super::writer::memory(device);
        let values: usize =
            device.params.iter().map(|param| super::value_bytes(param.value.len())).sum();
        assert_eq!(device.bytes, super::device::DEVICE_BYTES + lists + values);
    }
    assert!(shadow.total() <= shadow.budget, "{} > {}", shadow.total(), shadow.budget);
    assert!(shadow.pasts.bytes() <= shadow.budget / 2);
}

#[test]
fn values_are_kept_with_when_and_by_whom() {
    let mut shadow = shadow(1 << 20, 8);
    let path = "Device.WiFi.SSID.1.";
    for (n, name) in ["home", "home", "guest", "home"].into_iter().enumerate() {
        say(&mut shadow, DEVICE, n as i64 + 1, |w| {
            w.param(path, "SSID", name);
            w.param(path, "Enable", "true");
        });
    }
    let view = shadow.of(DEVICE).unwrap();
    let ssid = view.param("Device.WiFi.SSID.1.SSID").unwrap();
    assert_eq!((ssid.value.as_str(), ssid.changed_by, ssid.seen_by), ("home", Seq(4), Seq(4)));
    let past: Vec<_> = ssid.history.iter().map(|c| (c.value.as_str(), c.at, c.seq)).collect();
    assert_eq!(past, [("home", secs(1), Seq(1)), ("guest", secs(3), Seq(3))]);
    let enable = view.param("Device.WiFi.SSID.1.Enable").unwrap();
    assert_eq!((enable.changed_at, enable.seen_at), (secs(1), secs(4)));
    assert!(enable.complete && enable.history.is_empty());
    assert_eq!(view.path_of(enable), "Device.WiFi.SSID.1.Enable");
    assert_eq!(shadow.totals().params, 2);
    check_sums(&shadow);
}

#[test]
fn keys_with_dots_and_full_paths_mean_the_same_parameter() {
    let mut shadow = shadow(1 << 20, 8);
    say(&mut shadow, DEVICE, 1, |w| w.param("Device.", "WiFi.SSID.1.SSID", "a"));
    say(&mut shadow, DEVICE, 2, |w| w.param("Device.WiFi.SSID.1.", "SSID", "b"));
    say(&mut shadow, DEVICE, 3, |w| {
        w.param("Device.", "WiFi.SSID.1.SSID", "c");
        w.param("Device.", "X", "y");
        w.param("Device.", "", "nothing");
        w.object("Device.WiFi.SSID.2");
        w.object("");
    });
    assert_eq!(value(&shadow, "Device.WiFi.SSID.1.SSID").as_deref(), Some("c"));
    let totals = shadow.totals();
    assert_eq!((totals.params, totals.objects), (2, 3));
    let view = shadow.of(DEVICE).unwrap();
    let paths: Vec<_> = view.objects.iter().map(|object| &*object.path).collect();
    assert_eq!(paths, ["Device.", "Device.WiFi.SSID.1.", "Device.WiFi.SSID.2."]);
}

#[test]
fn what_was_deleted_stays_visible_as_gone() {
    let mut shadow = shadow(1 << 20, 8);
    say(&mut shadow, DEVICE, 1, |w| {
        w.object("Device.A.1.");
        w.unique_key("Device.A.1.", "Alias", "one");
        w.param("Device.A.1.Stats.", "Sent", "5");
        w.param("Device.A.10.Stats.", "Sent", "6");
    });
    say(&mut shadow, DEVICE, 2, |w| {
        w.gone("Device.A.1.");
        w.gone("Device.B.3.");
    });
    let view = shadow.of(DEVICE).unwrap();
    let gone = |path: &str| view.object(path).unwrap().gone.map(|gone| gone.1);
    assert_eq!(gone("Device.A.1."), Some(Seq(2)));
    assert_eq!(gone("Device.A.1.Stats."), Some(Seq(2)));
    assert_eq!(gone("Device.A.10.Stats."), None);
    assert_eq!(
        (gone("Device.B.3."), view.object("Device.B.3.").unwrap().seen),
        (Some(Seq(2)), None)
    );
    let alias = view.param("Device.A.1.Alias").unwrap();
    assert!(alias.is_key && alias.value == "one" && alias.gone == Some((secs(2), Seq(2))));
    // Its child shows that it is back; what was not seen since stays gone.
    say(&mut shadow, DEVICE, 3, |w| w.param("Device.A.1.Stats.", "Sent", "0"));
    let later = shadow.of(DEVICE).unwrap();
    assert_eq!(later.object("Device.A.1.").unwrap().gone, None);
    assert_eq!(later.object("Device.A.1.").unwrap().seen, Some((secs(3), Seq(3))));
    assert!(later.param("Device.A.1.Stats.Sent").unwrap().gone.is_none());
    assert!(later.param("Device.A.1.Alias").unwrap().gone.is_some());
    check_sums(&shadow);
}

#[test]
fn two_moments_and_two_devices_can_be_compared() {
    let mut shadow = shadow(1 << 20, 2);
    for n in 1..=5 {
        say(&mut shadow, DEVICE, n * 10, |w| {
            w.param("Device.", "Up", keep(n.to_string()));
            w.param("Device.", "Name", "same");
            if n == 4 {
                w.param("Device.", "Late", "x");
                w.object("Device.Row.2.");
            }
        });
    }
    let now = shadow.of(DEVICE).unwrap();
    let then = now.at(secs(45));
    assert_eq!(
        then.param("Device.Up").map(|p| (p.value.as_str(), p.changed_at)),
        Some(("4", secs(40)))
    );
    assert_eq!(then.param("Device.Up").unwrap().history.len(), 1);
    let before = now.at(secs(35));
    assert!(before.param("Device.Late").is_none() && before.object("Device.Row.2.").is_none());
    let changes = before.diff(&now);
    let told: Vec<_> =
        changes.iter().map(|d| (&*d.object, d.name.as_deref(), d.what.clone())).collect();
    assert_eq!(
        told,
        [
            ("Device.", Some("Late"), What::OnlyThere("x".into())),
            ("Device.", Some("Up"), What::Differs("3".into(), "5".into())),
            ("Device.Row.2.", None, What::OnlyThere("".into())),
        ]
    );
    // The history of two values does not reach back to the first.
    let early = now.at(secs(15)).param("Device.Up").cloned().unwrap();
    assert!(!early.known && early.value.is_empty() && !early.complete);
    assert_eq!(now.at(secs(15)).diff(&now)[1].what, What::Unknown);
    assert!(now.at(secs(5)).param("Device.Name").is_none());
    assert_eq!(now.diff(&now), []);

    say(&mut shadow, EndpointId(8), 60, |w| {
        w.param("Device.", "Up", "5");
        w.param("Device.", "Name", "other");
        w.gone("Device.Row.2.");
    });
    let other = shadow.of(EndpointId(8)).unwrap();
    let names: Vec<_> = now.diff(&other).into_iter().map(|d| (d.name, d.what)).collect();
    assert_eq!(
        names,
        [
            (Some("Late".into()), What::OnlyHere("x".into())),
            (Some("Name".into()), What::Differs("same".into(), "other".into())),
            (None, What::OnlyHere("".into())),
        ]
    );
}

#[test]
fn numbers_and_booleans_can_be_plotted() {
    let mut shadow = shadow(1 << 20, 8);
    for (n, value) in ["1", "2.5", "n/a", "true", "-3", "inf", "false"].into_iter().enumerate() {
        say(&mut shadow, DEVICE, n as i64, |w| w.param("Device.", "P", value));
    }
    say(&mut shadow, DEVICE, 9, |w| w.param("Device.", "P", "false"));
    let view = shadow.of(DEVICE).unwrap();
    let points: Vec<_> = view.param("Device.P").unwrap().numeric();
    let points: Vec<_> =
        points.into_iter().map(|(at, value)| (at.0 / 1_000_000_000, value)).collect();
    assert_eq!(points, [(0, 1.0), (1, 2.5), (3, 1.0), (4, -3.0), (6, 0.0), (9, 0.0)]);
    assert!(view.param("Device.P").unwrap().is_numeric());
}

fn tell_model(w: &mut Writer<'_, '_>, requested: &'static str, bytes: &'static [u8]) {
    if w.supported(requested, bytes) {
        w.supported_object("Device.WiFi.SSID.{i}.", 1, true);
        w.supported_param(SupportedParam {
            name: "SSID",
            access: 1,
            value_type: 8,
            value_change: 1,
        });
        w.supported_param(SupportedParam {
            name: "Enable",
            access: 1,
            value_type: 2,
            value_change: 1,
        });
        w.supported_command("Reset()", 2);
        w.supported_event("Gone!");
    }
}

#[test]
fn equal_models_are_kept_once_and_give_types() {
    let mut shadow = shadow(1 << 20, 8);
    for device in 1..=50 {
        say(&mut shadow, EndpointId(device), 1, |w| tell_model(w, "Device.", b"model A"));
        say(&mut shadow, EndpointId(device), 2, |w| {
            w.param("Device.WiFi.SSID.1.", "Enable", "1");
            w.param("Device.WiFi.SSID.1.", "Vendor", "1");
        });
    }
    let one = shadow.models.bytes();
    let view = shadow.of(DEVICE).unwrap();
    let enable = view.param("Device.WiFi.SSID.1.Enable").unwrap();
    assert_eq!((enable.access, enable.value_type), (Some(1), Some(2)));
    assert_eq!(super::type_label(2), Some("boolean"));
    assert_eq!(view.param("Device.WiFi.SSID.1.Vendor").unwrap().value_type, None);
    let object = view.object("Device.WiFi.SSID.1.").unwrap();
    assert_eq!((object.access, object.is_multi_instance), (Some(1), Some(true)));
    assert_eq!(view.supported("Device.WiFi.SSID.1.").unwrap().commands, [("Reset()".into(), 2)]);
    // Another firmware, told anew, takes the place of the first, which is forgotten in the end.
    for device in 1..=50 {
        say(&mut shadow, EndpointId(device), 3, |w| tell_model(w, "Device.", b"model B"));
    }
    assert_eq!((shadow.models.bytes(), one > 0), (one, true));
    assert_eq!(shadow.of(DEVICE).unwrap().models.len(), 1);
    check_sums(&shadow);
}

#[test]
fn a_model_without_room_is_given_up_whole() {
    let mut shadow = shadow(16_000, 8);
    say(&mut shadow, DEVICE, 1, |w| {
        assert!(w.supported("Device.", b"endless"));
        for _ in 0..10_000 {
            w.supported_object("Device.A.{i}.", 0, false);
        }
    });
    assert_eq!((shadow.models.bytes(), shadow.lost_values), (0, 1));
    assert_eq!(shadow.of(DEVICE).unwrap().models.len(), 0);
    check_sums(&shadow);
}

#[test]
fn when_full_the_longest_silent_goes_if_it_was_silent_long_enough() {
    let mut shadow = shadow(64_000, 0);
    let fill = |shadow: &mut Shadow, device: u32, n: i64| {
        say(shadow, EndpointId(device), n, |w| {
            for p in 0..50 {
                w.param("Device.", keep(format!("P{p}")), "v");
            }
        });
    };
    let mut device = 0;
    while shadow.lost_values == 0 {
        device += 1;
        fill(&mut shadow, device, i64::from(device));
    }
    let full = shadow.totals();
    assert!(full.devices > 5);
    let lost = shadow.lost_values;
    // Nobody was silent long enough.
    fill(&mut shadow, device + 1, 500);
    assert!(shadow.lost_values >= lost + 50);
    assert!(shadow.of(EndpointId(1)).is_some());
    // The first one speaks again, so the second is the one to go.
    fill(&mut shadow, 1, 550);
    fill(&mut shadow, device + 2, 602);
    assert!(shadow.of(EndpointId(1)).is_some() && shadow.of(EndpointId(2)).is_none());
    assert!(shadow.of(EndpointId(3)).is_some());
    assert_eq!(shadow.of(EndpointId(device + 2)).unwrap().params.len(), 50);
    check_sums(&shadow);
}

#[test]
fn a_value_without_room_is_not_shown_as_the_old_one() {
    let mut shadow = shadow(30_000, 8);
    say(&mut shadow, DEVICE, 1, |w| w.param("Device.", "P", "small"));
    say(&mut shadow, DEVICE, 2, |w| w.param("Device.", "P", keep("x".repeat(100_000))));
    let view = shadow.of(DEVICE).unwrap();
    let param = view.param("Device.P").unwrap();
    assert!(!param.known && param.value.is_empty() && param.changed_by == Seq(2));
    say(&mut shadow, DEVICE, 3, |w| w.param("Device.", "P", "again"));
    let view = shadow.of(DEVICE).unwrap();
    assert!(view.param("Device.P").unwrap().known);
    assert!(!view.at(secs(2)).param("Device.P").unwrap().known);
    assert_eq!(shadow.lost_values, 1);
    check_sums(&shadow);
}

#[test]
fn only_the_chosen_are_shown_and_made_anew_only_when_changed() {
    let mut shadow = shadow(1 << 20, 8);
    for device in 1..=6 {
        say(&mut shadow, EndpointId(device), 1, |w| w.param("Device.", "P", "v"));
    }
    assert!(shadow.focused().is_empty());
    let ids: Vec<_> = [1, 1, 2, 77, 3, 4, 5].map(EndpointId).to_vec();
    shadow.focus(&ids);
    let first = shadow.focused();
    let shown: Vec<_> = first.iter().map(|one| one.0.0).collect();
    assert_eq!(shown, [1, 2, 3]);
    say(&mut shadow, EndpointId(2), 2, |w| {
        w.param("Device.", "P", "w");
        w.param("Device.", "A", "new");
    });
    let second = shadow.focused();
    assert!(std::sync::Arc::ptr_eq(&first[0].1, &second[0].1));
    assert_eq!(first[1].1.param("Device.P").unwrap().value, "v");
    assert_eq!(second[1].1.param("Device.P").unwrap().value, "w");
    assert_eq!(*second[1].1, shadow.of(EndpointId(2)).unwrap());
    shadow.focus(&[EndpointId(3)]);
    let third = shadow.focused();
    assert!(third.len() == 1 && std::sync::Arc::ptr_eq(&third[0].1, &first[2].1));
}

/// What one message tells in the property test.
#[derive(Clone, Debug)]
enum Step {
    Params(Vec<(usize, usize, u8)>),
    Gone(usize),
    Object(usize),
    Look,
}

const OBJECTS: [&str; 5] =
    ["Device.", "Device.A.1.", "Device.A.1.B.2.", "Device.A.10.", "Device.A."];
const NAMES: [&str; 4] = ["P", "Q", "LongerName", "A"];

fn step() -> impl Strategy<Value = Step> {
    let param = (0..OBJECTS.len(), 0..NAMES.len(), 0..4_u8);
    prop_oneof![
        6 => prop::collection::vec(param, 1..6).prop_map(Step::Params),
        1 => (0..OBJECTS.len()).prop_map(Step::Gone),
        1 => (0..OBJECTS.len()).prop_map(Step::Object),
        1 => Just(Step::Look),
    ]
}

fn text(value: u8) -> &'static str {
    ["0", "1", "two", "a value too long for its place, surely"][usize::from(value)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn behaves_like_a_list_of_all_changes(
        steps in prop::collection::vec((0..2_u32, step()), 1..120),
        limit in 0..4_usize,
    ) {
        type Changes = Vec<(u64, String)>;
        let mut shadow = shadow(1 << 20, limit);
        shadow.focus(&[EndpointId(0), EndpointId(1)]);
        // By device and path: all changes, and when last seen.
        let mut params: BTreeMap<(u32, usize, usize), (Changes, u64)> = BTreeMap::new();
        let mut seen: BTreeMap<(u32, usize), u64> = BTreeMap::new();
        let mut gone: BTreeMap<(u32, usize), u64> = BTreeMap::new();
        let mut n = 0;
        for (device, step) in steps {
            n += 1;
            let id = EndpointId(device);
            match step {
                Step::Params(told) => say(&mut shadow, id, n, |w| {
                    for (object, name, value) in told {
                        let value = text(value);
                        w.param(OBJECTS[object], NAMES[name], value);
                        seen.insert((device, object), n as u64);
                        let entry = params.entry((device, object, name)).or_default();
                        entry.1 = n as u64;
                        if entry.0.last().is_none_or(|last| last.1 != value) {
                            entry.0.push((n as u64, value.to_owned()));
                        }
                    }
                }),
                Step::Gone(object) => {
                    say(&mut shadow, id, n, |w| w.gone(OBJECTS[object]));
                    gone.insert((device, object), n as u64);
                }
                Step::Object(object) => {
                    say(&mut shadow, id, n, |w| w.object(OBJECTS[object]));
                    seen.insert((device, object), n as u64);
                }
                Step::Look => drop(shadow.focused()),
            }
        }
        check_sums(&shadow);
        prop_assert_eq!((shadow.lost_values, shadow.lost_history), (0, if limit == 0 { shadow.lost_history } else { 0 }));
        for (id, view) in shadow.focused() {
            prop_assert_eq!(&*view, &shadow.of(id).unwrap());
            let deleted = |object: usize| {
                let above = (0..OBJECTS.len()).filter(|&o| OBJECTS[object].starts_with(OBJECTS[o]));
                above.filter_map(|o| gone.get(&(id.0, o)).copied()).max().unwrap_or(0)
            };
            for (&(_, object, name), (changes, last)) in params.range((id.0, 0, 0)..(id.0 + 1, 0, 0)) {
                let path = format!("{}{}", OBJECTS[object], NAMES[name]);
                let param = view.param(&path).unwrap();
                let (at, value) = changes.last().unwrap();
                prop_assert_eq!((param.value.as_str(), param.changed_by.0, param.seen_by.0), (value.as_str(), *at, *last));
                let past: Changes = param.history.iter().map(|c| (c.seq.0, c.value.to_string())).collect();
                let earlier = &changes[..changes.len() - 1];
                prop_assert_eq!(&past[..], &earlier[earlier.len().saturating_sub(limit)..]);
                prop_assert_eq!(param.complete, earlier.len() <= limit);
                prop_assert_eq!(param.gone.is_some(), deleted(object) > *last);
                // Any moment, as far as the history reaches.
                for moment in 0..=n {
                    let then = view.at(secs(moment));
                    let known = then.param(&path);
                    let real = changes.iter().rev().find(|change| change.0 as i64 <= moment);
                    match known {
                        None => prop_assert!(real.is_none()),
                        Some(param) if param.known => prop_assert_eq!(param.value.as_str(), real.unwrap().1.as_str()),
                        Some(_) => prop_assert!(changes.len() > limit + 1),
                    }
                }
            }
            for (object, path) in OBJECTS.into_iter().enumerate() {
                let below = (0..OBJECTS.len()).filter(|&o| OBJECTS[o].starts_with(path));
                let last = below.filter_map(|o| seen.get(&(id.0, o)).copied()).max().unwrap_or(0);
                let own = seen.contains_key(&(id.0, object)) || gone.contains_key(&(id.0, object));
                let found = view.object(path);
                prop_assert_eq!(found.is_some(), own);
                if let Some(found) = found {
                    prop_assert_eq!(found.gone.is_some(), deleted(object) > last);
                    prop_assert_eq!(found.seen.map_or(0, |seen| seen.1.0), last);
                }
            }
        }
    }

    #[test]
    fn any_facts_stay_within_any_budget(seed in any::<u64>(), budget in 0..60_000_usize) {
        let mut rng = Rng::with_seed(seed);
        let mut shadow = shadow(budget, 5);
        shadow.focus(&[EndpointId(1), EndpointId(2)]);
        let mut now = 0;
        let name = |rng: &mut Rng| {
            let long = if rng.u8(..20) == 0 { 500 } else { 1 };
            keep(format!("{}{}", rng.u8(..30), "n".repeat(long)))
        };
        for _ in 0..300 {
            now += rng.i64(0..40);
            let device = EndpointId(rng.u32(1..12));
            say(&mut shadow, device, now, |w| {
                for _ in 0..rng.usize(..12) {
                    let object = keep(format!("Device.{}.", name(&mut rng)));
                    match rng.u8(..8) {
                        0 => w.gone(object),
                        1 => w.object(object),
                        2 => w.unique_key(object, "Alias", name(&mut rng)),
                        _ => w.param(object, name(&mut rng), name(&mut rng)),
                    }
                }
            });
            check_sums(&shadow);
        }
        let views = shadow.focused();
        prop_assert!(views.iter().all(|(id, view)| **view == shadow.of(*id).unwrap()));
    }
}
