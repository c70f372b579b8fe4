//! A short piece of traffic, written down message by message and played through the pipeline.

use prost::Message as _;
use usp_scope::analysis::{Pipeline, Snapshot};
use usp_scope::core::ids::{Epoch, Seq};
use usp_scope::core::time::Timestamp;
use usp_scope::core::wire::{Delivery, Prop, WireBatch};
use usp_scope::store::Budgets;
use usp_scope::store::row::Mark;
use usp_scope::usp::generated::usp::notify::{Event, Notification, OperationComplete};
use usp_scope::usp::generated::usp::operate_resp::{OperationResult, operation_result};
use usp_scope::usp::generated::usp::{
    Msg, OperateResp, Set, SetResp, body, notify, request::ReqType, response::RespType, set_resp,
};
use usp_scope::usp::generated::usp_record::mqtt_connect_record::MqttVersion;
use usp_scope::usp::generated::usp_record::record::RecordType;
use usp_scope::usp::generated::usp_record::{Record, SessionContextRecord};
use usp_scope::usp::make;

use super::records::{CONTROLLER, agent};

pub const PATH: &str = "Device.DeviceInfo.";
pub const TO_CONTROLLER: &str = "usp/controller/acs-1";

/// The topic a device is reached at.
pub fn topic(device: usize) -> String {
    format!("usp/agent/cpe-{device}")
}

/// One message to be. By MQTT 5 unless told otherwise.
pub struct Out {
    pub at_ms: i64,
    pub topic: String,
    pub payload: Vec<u8>,
    pub delivery: Delivery,
    pub content_type: Option<&'static str>,
    pub response_topic: Option<String>,
    pub correlation: bool,
    pub user: Option<(&'static str, &'static str)>,
}

impl Out {
    /// As a publisher by MQTT 3.1.1 sends it.
    pub fn v311(&mut self, topic: &str) {
        (self.content_type, self.response_topic) = (None, None);
        topic.clone_into(&mut self.topic);
    }
}

/// What is said, in order.
#[derive(Default)]
pub struct Script {
    pub outs: Vec<Out>,
    /// Until when it is waited after the last message.
    pub wait_ms: i64,
}

impl Script {
    pub fn of(write: fn(&mut Self)) -> Self {
        let mut script = Self::default();
        write(&mut script);
        script
    }

    /// A payload that is no Record, or no good one.
    pub fn raw(&mut self, at_ms: i64, topic: &str, payload: &[u8]) -> &mut Out {
        self.outs.push(Out {
            at_ms,
            topic: topic.to_owned(),
            payload: payload.to_vec(),
            delivery: Delivery::default(),
            content_type: Some("usp.msg"),
            response_topic: None,
            correlation: false,
            user: None,
        });
        self.outs.last_mut().unwrap()
    }

    /// The Controller says something to a device.
    pub fn ask(&mut self, at_ms: i64, device: usize, msg: &Msg) -> &mut Out {
        self.down(at_ms, device, &make::record(CONTROLLER, &agent(device), msg))
    }

    /// A device says something to the Controller.
    pub fn say(&mut self, at_ms: i64, device: usize, msg: &Msg) -> &mut Out {
        self.up(at_ms, device, &make::record(&agent(device), CONTROLLER, msg))
    }

    /// A Record from the Controller to a device's topic.
    pub fn down(&mut self, at_ms: i64, device: usize, record: &[u8]) -> &mut Out {
        let out = self.raw(at_ms, &topic(device), record);
        out.response_topic = Some(TO_CONTROLLER.to_owned());
        out
    }

    /// A Record from a device to the Controller's topic.
    pub fn up(&mut self, at_ms: i64, device: usize, record: &[u8]) -> &mut Out {
        let out = self.raw(at_ms, TO_CONTROLLER, record);
        out.response_topic = Some(topic(device));
        out
    }

    /// A device's Connect Record.
    pub fn connect(&mut self, at_ms: i64, device: usize) -> &mut Out {
        let id = agent(device);
        let record = make::connect_record(&id, CONTROLLER, MqttVersion::V5, &topic(device));
        self.up(at_ms, device, &record)
    }

    /// A segment or another session-context Record from a device.
    pub fn segment(&mut self, at_ms: i64, device: usize, part: SessionContextRecord) -> &mut Out {
        let record = make::wrap(&agent(device), CONTROLLER, RecordType::SessionContext(part));
        self.up(at_ms, device, &record)
    }

    /// A Get and its answer.
    pub fn pair(&mut self, at_ms: i64, device: usize, id: &str, millis: i64) {
        self.ask(at_ms, device, &get(id));
        self.say(at_ms + millis, device, &got(id));
    }

    /// Plays it, in one batch.
    pub fn play(&self) -> Snapshot {
        self.play_by(usize::MAX)
    }

    /// Plays it in batches of this many messages.
    pub fn play_by(&self, batch: usize) -> Snapshot {
        let mut pipeline = Pipeline::new(Budgets::default(), Epoch(1));
        for outs in self.outs.chunks(batch.min(self.outs.len()).max(1)) {
            pipeline.apply(&batch_of(outs));
        }
        if self.wait_ms > 0 {
            pipeline.tick(time(self.wait_ms));
        }
        pipeline.snapshot()
    }
}

/// Some time in 2024, so that nothing is at the epoch.
pub fn time(at_ms: i64) -> Timestamp {
    Timestamp(1_700_000_000_000_000_000 + at_ms * 1_000_000)
}

fn batch_of(outs: &[Out]) -> WireBatch {
    let mut batch = WireBatch::new();
    for out in outs {
        batch.push(time(out.at_ms), out.topic.as_bytes(), &out.payload, out.delivery, |props| {
            if let Some(label) = out.content_type {
                props.add(Prop::ContentType(label.as_bytes()));
            }
            if let Some(topic) = &out.response_topic {
                props.add(Prop::ResponseTopic(topic.as_bytes()));
            }
            if out.correlation {
                props.add(Prop::CorrelationData(b"1234"));
            }
            if let Some((key, value)) = out.user {
                props.add(Prop::User(key.as_bytes(), value.as_bytes()));
            }
        });
    }
    batch
}

/// What was found out about message `number`.
pub fn mark(snapshot: &Snapshot, number: u64) -> Mark {
    snapshot.row(Seq(number)).expect("a message of that number").mark()
}

pub fn get(id: &str) -> Msg {
    super::records::get(id, PATH)
}

pub fn got(id: &str) -> Msg {
    super::records::get_resp(id, PATH, &[("UpTime", "12".to_owned())])
}

/// A Set of one parameter.
pub fn set(id: &str, value: &str) -> Msg {
    let setting = usp_scope::usp::generated::usp::set::UpdateParamSetting {
        param: "Name".to_owned(),
        value: value.to_owned(),
        required: true,
    };
    let object = usp_scope::usp::generated::usp::set::UpdateObject {
        obj_path: PATH.to_owned(),
        param_settings: vec![setting],
    };
    let set = Set { allow_partial: true, update_objs: vec![object] };
    make::request(id, ReqType::Set(set))
}

/// Its answer: done, failed with a code, or saying neither.
pub fn was_set(id: &str, outcomes: &[Option<u32>]) -> Msg {
    use set_resp::UpdatedObjectResult;
    use set_resp::updated_object_result::{OperationStatus, operation_status::*};
    let results = outcomes.iter().map(|outcome| {
        let status = match outcome {
            Some(0) => Some(OperStatus::OperSuccess(OperationSuccess::default())),
            Some(code) => Some(OperStatus::OperFailure(OperationFailure {
                err_code: *code,
                err_msg: "no".to_owned(),
                ..OperationFailure::default()
            })),
            None => None,
        };
        UpdatedObjectResult {
            requested_path: PATH.to_owned(),
            oper_status: Some(OperationStatus { oper_status: status }),
        }
    });
    let resp = SetResp { updated_obj_results: results.collect() };
    make::response(id, RespType::SetResp(resp))
}

pub fn event(id: &str, name: &str, send_resp: bool) -> Msg {
    let event = Event {
        obj_path: "Device.".to_owned(),
        event_name: name.to_owned(),
        params: [("Cause".to_owned(), "LocalReboot".to_owned())].into(),
    };
    make::notify(id, "sub-1", send_resp, Notification::Event(event))
}

pub fn reboot(id: &str) -> Msg {
    make::operate(id, "Device.Reboot()", "")
}

pub fn operated(id: &str) -> Msg {
    let result = OperationResult {
        executed_command: "Device.Reboot()".to_owned(),
        operation_resp: Some(operation_result::OperationResp::ReqOutputArgs(Default::default())),
    };
    let resp = OperateResp { operation_results: vec![result] };
    make::response(id, RespType::OperateResp(resp))
}

/// OperationComplete, good or failed with a code.
pub fn completed(id: &str, failure: Option<u32>) -> Msg {
    use notify::operation_complete::{CommandFailure, OperationResp, OutputArgs};
    let done = OperationComplete {
        obj_path: "Device.".to_owned(),
        command_name: "SelfTestDiagnostics()".to_owned(),
        command_key: "k".to_owned(),
        operation_resp: Some(match failure {
            Some(code) => OperationResp::CmdFailure(CommandFailure {
                err_code: code,
                err_msg: "broken".to_owned(),
            }),
            None => OperationResp::ReqOutputArgs(OutputArgs::default()),
        }),
    };
    make::notify(id, "sub-2", false, Notification::OperComplete(done))
}

/// One part of a session: session, sequence number, position (0 none, 1 BEGIN, 2 INPROCESS,
/// 3 COMPLETE) and bytes.
pub fn part(session: u64, sequence: u64, position: i32, bytes: &[u8]) -> SessionContextRecord {
    SessionContextRecord {
        session_id: session,
        sequence_id: sequence,
        expected_id: 1,
        payload_sar_state: position,
        payloadrec_sar_state: position,
        payload: vec![bytes.to_vec().into()],
        ..SessionContextRecord::default()
    }
}

/// A Msg cut in three.
pub fn thirds(msg: &Msg) -> [Vec<u8>; 3] {
    let bytes = msg.encode_to_vec();
    let cut = bytes.len() / 3;
    [bytes[..cut].to_vec(), bytes[cut..2 * cut].to_vec(), bytes[2 * cut..].to_vec()]
}

/// A Record changed before it is sent.
pub fn with(bytes: &[u8], change: impl FnOnce(&mut Record)) -> Vec<u8> {
    let mut record = Record::decode(bytes).expect("a Record");
    change(&mut record);
    record.encode_to_vec()
}

/// A Msg changed before it is sent.
pub fn altered(mut msg: Msg, change: impl FnOnce(&mut Msg)) -> Msg {
    change(&mut msg);
    msg
}

/// A Msg whose body holds nothing.
pub fn bodiless(msg: Msg) -> Msg {
    altered(msg, |msg| msg.body.as_mut().expect("a body").msg_body = None::<body::MsgBody>)
}
