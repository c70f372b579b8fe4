//! What the Controller wants of one device: a greeting, then an endless mix of questions,
//! changes and diagnostics, all from the device's own seed.

use std::collections::{BTreeMap, VecDeque};

use crate::lab::plot::Part;
use crate::lab::wire;
use crate::usp::generated::usp::add_resp::created_object_result::operation_status::OperStatus;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::response::RespType;
use crate::usp::generated::usp::{
    Add, Delete, Get, GetInstances, GetSupportedDm, GetSupportedProtocol, Operate, Set, add, set,
};

/// Subscriptions made at first contact: id, type, references, acknowledged.
const SUBSCRIPTIONS: [(&str, &str, &str, &str); 4] = [
    (
        "acs-done",
        "OperationComplete",
        "Device.SelfTestDiagnostics(),Device.IP.Diagnostics.,\
         Device.WiFi.NeighboringWiFiDiagnostic(),Device.DeviceInfo.FirmwareImage.",
        "true",
    ),
    ("acs-host-joined", "ObjectCreation", "Device.Hosts.Host.", "false"),
    ("acs-host-left", "ObjectDeletion", "Device.Hosts.Host.", "false"),
    (
        "acs-values",
        "ValueChange",
        "Device.WiFi.Radio.*.Channel,Device.WiFi.SSID.1.SSID,\
         Device.DeviceInfo.TemperatureStatus.TemperatureSensor.1.Value",
        "true",
    ),
];

const MAPPINGS: &str = "Device.NAT.PortMapping.";

/// The plan for one device.
pub(super) struct Script {
    rng: fastrand::Rng,
    greeting: VecDeque<ReqType>,
    /// What the story wants of this device after the greeting, each with the seconds until the
    /// request that follows.
    planned: VecDeque<(ReqType, f64)>,
    /// True if it is asked within a session context.
    in_segments: bool,
    /// True if it is looked at more often than others.
    watched: bool,
    /// Requests made; counted for what comes again and again.
    requests: u32,
    /// True if the story has it rebooted now and then.
    rebooted: bool,
    /// Port mappings added and not yet deleted.
    mappings: Vec<String>,
    /// For command keys.
    commands: u64,
}

fn get(paths: &[&str]) -> ReqType {
    let param_paths = paths.iter().map(|p| (*p).to_owned()).collect();
    ReqType::Get(Get { param_paths, max_depth: 0 })
}

fn get_instances(path: &str) -> ReqType {
    ReqType::GetInstances(GetInstances { obj_paths: vec![path.to_owned()], first_level_only: true })
}

fn get_supported_dm(path: &str) -> ReqType {
    ReqType::GetSupportedDm(GetSupportedDm {
        obj_paths: vec![path.to_owned()],
        first_level_only: false,
        return_commands: true,
        return_events: true,
        return_params: true,
        return_unique_key_sets: true,
    })
}

fn subscriptions() -> ReqType {
    let create_objs = SUBSCRIPTIONS
        .into_iter()
        .map(|(id, notif_type, references, retry)| {
            let setting = |param: &str, value: &str, required| add::CreateParamSetting {
                param: param.to_owned(),
                value: value.to_owned(),
                required,
            };
            add::CreateObject {
                obj_path: "Device.LocalAgent.Subscription.".to_owned(),
                param_settings: vec![
                    setting("ID", id, true),
                    setting("NotifType", notif_type, true),
                    setting("ReferenceList", references, true),
                    setting("NotifRetry", retry, false),
                    setting("Persistent", "true", false),
                    setting("Enable", "true", true),
                ],
            }
        })
        .collect();
    ReqType::Add(Add { allow_partial: true, create_objs })
}

fn set_one(object: &str, param: &str, value: &str) -> ReqType {
    ReqType::Set(Set {
        allow_partial: false,
        update_objs: vec![set::UpdateObject {
            obj_path: object.to_owned(),
            param_settings: vec![set::UpdateParamSetting {
                param: param.to_owned(),
                value: value.to_owned(),
                required: true,
            }],
        }],
    })
}

/// Sets a name, and a channel that doesn't exist.
fn set_partly() -> ReqType {
    let setting = |param: &str, value: &str, required| set::UpdateParamSetting {
        param: param.to_owned(),
        value: value.to_owned(),
        required,
    };
    let object = |obj_path: &str, param_settings| set::UpdateObject {
        obj_path: obj_path.to_owned(),
        param_settings,
    };
    ReqType::Set(Set {
        allow_partial: true,
        update_objs: vec![
            object("Device.WiFi.SSID.1.", vec![setting("SSID", "Home-Demo", true)]),
            object("Device.WiFi.Radio.1.", vec![setting("Channel", "999", true)]),
        ],
    })
}

/// A request, and the seconds until the next one if the story knows them.
pub(super) struct Step {
    pub(super) request: ReqType,
    pub(super) pause_secs: Option<f64>,
}

/// Between two planned reboots of a device, requests.
const REBOOT_EVERY: u32 = 40;

impl Script {
    /// The plan that belongs to a seed and to the device's parts; `in_full` asks for the whole
    /// supported data model at once.
    pub(super) fn new(seed: u64, in_full: bool, parts: &[Part]) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let versions = GetSupportedProtocol {
            controller_supported_protocol_versions: format!("{},1.4", wire::PROTOCOL_VERSIONS),
        };
        let mut greeting = VecDeque::from([
            ReqType::GetSupportedProtocol(versions),
            get(&["Device.DeviceInfo."]),
            subscriptions(),
        ]);
        if rng.u32(..4) == 0 || in_full {
            greeting.push_back(get_supported_dm("Device."));
        }
        greeting.push_back(get_instances("Device.Hosts.Host."));
        let mut script = Self {
            rng,
            greeting,
            planned: VecDeque::new(),
            in_segments: parts.contains(&Part::InSession) || parts.contains(&Part::Lossy),
            watched: parts.iter().any(|part| part.is_watched()),
            requests: 0,
            rebooted: parts.contains(&Part::Rebooted),
            mappings: Vec::new(),
            commands: 0,
        };
        if parts.contains(&Part::Operated) {
            script.plan_commands();
        }
        if script.rebooted {
            script.plan_reboot();
        }
        script
    }

    /// True while the device is being greeted.
    pub(super) fn is_greeting(&self) -> bool {
        !self.greeting.is_empty()
    }

    /// The next request.
    pub(super) fn next(&mut self) -> Step {
        if let Some(request) = self.greeting.pop_front() {
            return Step { request, pause_secs: None };
        }
        self.requests += 1;
        if self.rebooted && self.requests.is_multiple_of(REBOOT_EVERY) {
            self.plan_reboot();
        }
        if let Some((request, pause)) = self.planned.pop_front() {
            return Step { request, pause_secs: Some(pause) };
        }
        if self.watched {
            let request = get(&["Device.DeviceInfo.UpTime", "Device.DeviceInfo.MemoryStatus."]);
            return Step { request, pause_secs: Some(1.2 + 0.4 * self.rng.f64()) };
        }
        // What is large is asked for in segments more often than others are asked for it.
        if self.in_segments && self.requests % 3 == 1 {
            let what = ["Device.WiFi.", "Device.DeviceInfo.", "Device.IP.", "Device.LocalAgent."];
            let path = what[self.rng.usize(..what.len())];
            return Step { request: get_supported_dm(path), pause_secs: None };
        }
        Step { request: self.any(), pause_secs: None }
    }

    /// One of each kind of command: done at once, done later, failed later; and requests that
    /// are done in part.
    fn plan_commands(&mut self) {
        let steps = [
            self.operate("Device.X_DEMO_Locate()", &[("Color", "blue"), ("Seconds", "5")]),
            self.operate(
                "Device.DeviceInfo.FirmwareImage.2.Download()",
                &[("URL", "ftp://images.demo.example/next.bin"), ("AutoActivate", "false")],
            ),
            self.operate(
                "Device.IP.Diagnostics.IPPing()",
                &[("Host", "gateway.demo.example"), ("NumberOfRepetitions", "4")],
            ),
            get(&["Device.DeviceInfo.SerialNumber", "Device.DeviceInfo.X_Unknown"]),
            set_partly(),
        ];
        self.planned.extend(steps.into_iter().map(|request| (request, 1.4)));
    }

    /// A reboot, and a request that comes too late for an answer.
    fn plan_reboot(&mut self) {
        let reboot = self.operate("Device.Reboot()", &[]);
        self.planned.push_back((get(&["Device.DeviceInfo.UpTime"]), 1.5));
        self.planned.push_back((reboot, 0.5));
        self.planned.push_back((get(&["Device.DeviceInfo.UpTime"]), 12.0));
    }

    fn any(&mut self) -> ReqType {
        match self.rng.u32(..200) {
            0..50 => {
                get(&["Device.WiFi.Radio.*.Stats.", "Device.WiFi.AccessPoint.*.AssociatedDevice."])
            }
            50..86 => get(&[
                "Device.DeviceInfo.UpTime",
                "Device.DeviceInfo.MemoryStatus.",
                "Device.DeviceInfo.ProcessStatus.CPUUsage",
                "Device.DeviceInfo.TemperatureStatus.TemperatureSensor.*.Value",
            ]),
            86..108 => get_instances("Device.Hosts.Host."),
            108..124 => get(&[r#"Device.Hosts.Host.[Active==true&&InterfaceType=="Wi-Fi"]."#]),
            124..142 => {
                get(&["Device.IP.Interface.*.Stats.", "Device.Ethernet.Interface.1.Stats."])
            }
            142..150 => get(&["Device.MQTT.Client.1.", "Device.LocalAgent.Subscription."]),
            150..158 => {
                let channel = ["1", "6", "11"][self.rng.usize(..3)];
                set_one("Device.WiFi.Radio.1.", "Channel", channel)
            }
            158..164 => {
                let name = format!("Home-{:04}", self.rng.u32(..10_000));
                set_one("Device.WiFi.SSID.1.", "SSID", &name)
            }
            164..178 => self.diagnose(),
            178..190 => self.map_port(),
            190..194 => get_instances("Device.WiFi.AccessPoint."),
            194..196 => get_supported_dm("Device.WiFi."),
            196..198 => get(&["Device.DeviceInfo.SerialNumber", "Device.DeviceInfo.X_Unknown"]),
            198 => self.operate("Device.Reboot()", &[]),
            _ => get_supported_dm("Device."),
        }
    }

    fn operate(&mut self, command: &str, args: &[(&str, &str)]) -> ReqType {
        self.commands += 1;
        let args = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        ReqType::Operate(Operate {
            command: command.to_owned(),
            command_key: format!("op-{}", self.commands),
            send_resp: true,
            input_args: args.collect::<BTreeMap<String, String>>(),
        })
    }

    fn diagnose(&mut self) -> ReqType {
        match self.rng.u32(..6) {
            0 => self.operate("Device.SelfTestDiagnostics()", &[]),
            1 => self.operate("Device.WiFi.NeighboringWiFiDiagnostic()", &[]),
            2 => self.operate(
                "Device.IP.Diagnostics.DownloadDiagnostics()",
                &[("DownloadURL", "http://speed.demo.example/10M")],
            ),
            3 => self.operate("Device.X_DEMO_Locate()", &[("Color", "blue"), ("Seconds", "5")]),
            4 => self.operate(
                "Device.IP.Diagnostics.IPPing()",
                &[("Host", "nowhere.invalid"), ("NumberOfRepetitions", "2")],
            ),
            _ => self.operate(
                "Device.IP.Diagnostics.IPPing()",
                &[("Host", "gateway.demo.example"), ("NumberOfRepetitions", "4")],
            ),
        }
    }

    /// Adds a port mapping, or deletes the last one added.
    fn map_port(&mut self) -> ReqType {
        if let Some(mapping) = self.mappings.pop() {
            return ReqType::Delete(Delete { allow_partial: false, obj_paths: vec![mapping] });
        }
        let port = self.rng.u32(20_000..60_000).to_string();
        let setting = |param: &str, value: &str| add::CreateParamSetting {
            param: param.to_owned(),
            value: value.to_owned(),
            required: true,
        };
        ReqType::Add(Add {
            allow_partial: false,
            create_objs: vec![add::CreateObject {
                obj_path: MAPPINGS.to_owned(),
                param_settings: vec![
                    setting("Enable", "true"),
                    setting("Interface", "Device.IP.Interface.1"),
                    setting("ExternalPort", &port),
                    setting("InternalPort", &port),
                    setting("Protocol", "TCP"),
                    setting("InternalClient", "192.168.1.23"),
                    setting("Description", "game console"),
                ],
            }],
        })
    }

    /// Remembers what an answer says about later requests.
    pub(super) fn learn(&mut self, response: &RespType) {
        let RespType::AddResp(added) = response else { return };
        for result in &added.created_obj_results {
            let status = result.oper_status.as_ref().and_then(|s| s.oper_status.as_ref());
            if let Some(OperStatus::OperSuccess(made)) = status
                && made.instantiated_path.starts_with(MAPPINGS)
                && self.mappings.len() < 16
            {
                self.mappings.push(made.instantiated_path.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_of_request_comes_up() {
        let mut script = Script::new(9, true, &[]);
        let kinds: HashSet<_> =
            (0..600).map(|_| std::mem::discriminant(&script.next().request)).collect();
        // All but Delete, which needs an Add that was answered, and Notify and the like, which
        // no Controller sends.
        assert_eq!(kinds.len(), 7);
    }

    #[test]
    fn a_mapping_that_was_added_is_deleted_next() {
        let mut script = Script::new(9, false, &[]);
        let path = format!("{MAPPINGS}4.");
        script.mappings.push(path.clone());
        let ReqType::Delete(delete) = script.map_port() else { unreachable!() };
        assert_eq!(delete.obj_paths, [path]);
        assert!(matches!(script.map_port(), ReqType::Add(_)));
    }

    #[test]
    fn subscriptions_are_made_once() {
        let mut script = Script::new(1, false, &[]);
        let greeting: Vec<ReqType> =
            std::iter::from_fn(|| script.is_greeting().then(|| script.next().request)).collect();
        assert!(matches!(greeting[0], ReqType::GetSupportedProtocol(_)));
        assert_eq!(greeting.iter().filter(|r| matches!(r, ReqType::Add(_))).count(), 1);
    }
}
