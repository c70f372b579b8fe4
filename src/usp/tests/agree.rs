//! The hand-written walks agree with prost.

use std::collections::BTreeSet;

use bytes::Bytes;
use fastrand::Rng;
use prost::Message as _;

use super::generate::{damage, msg, record};
use crate::usp::check::check;
use crate::usp::decode::{decode, msg_bytes};
use crate::usp::generated::schema;
use crate::usp::generated::usp::notify::Notification;
use crate::usp::generated::usp::request::ReqType;
use crate::usp::generated::usp::{Msg, body::MsgBody, response::RespType};
use crate::usp::generated::usp_record::{Record, record::RecordType as Kind};
use crate::usp::kind::{MsgKind, NotificationKind, PayloadKind, RecordType};
use crate::usp::scan::{scan, scan_msg};
use crate::usp::summary::{MsgSummary, SarState};
use crate::usp::wire::{BAD_GROUP, WRONG_WIRE_TYPE, WireReader};

fn record_type(record: &Record) -> Option<RecordType> {
    Some(match record.record_type.as_ref()? {
        Kind::NoSessionContext(_) => RecordType::NoSessionContext,
        Kind::SessionContext(_) => RecordType::SessionContext,
        Kind::WebsocketConnect(_) => RecordType::WebsocketConnect,
        Kind::MqttConnect(_) => RecordType::MqttConnect,
        Kind::StompConnect(_) => RecordType::StompConnect,
        Kind::Disconnect(_) => RecordType::Disconnect,
        Kind::UdsConnect(_) => RecordType::UdsConnect,
    })
}

fn msg_kind(msg: &Msg) -> Option<MsgKind> {
    Some(match msg.body.as_ref()?.msg_body.as_ref()? {
        MsgBody::Error(_) => MsgKind::Error,
        MsgBody::Request(request) => match request.req_type.as_ref()? {
            ReqType::Get(_) => MsgKind::Get,
            ReqType::GetSupportedDm(_) => MsgKind::GetSupportedDm,
            ReqType::GetInstances(_) => MsgKind::GetInstances,
            ReqType::Set(_) => MsgKind::Set,
            ReqType::Add(_) => MsgKind::Add,
            ReqType::Delete(_) => MsgKind::Delete,
            ReqType::Operate(_) => MsgKind::Operate,
            ReqType::Notify(_) => MsgKind::Notify,
            ReqType::GetSupportedProtocol(_) => MsgKind::GetSupportedProto,
            ReqType::Register(_) => MsgKind::Register,
            ReqType::Deregister(_) => MsgKind::Deregister,
        },
        MsgBody::Response(response) => match response.resp_type.as_ref()? {
            RespType::GetResp(_) => MsgKind::GetResp,
            RespType::GetSupportedDmResp(_) => MsgKind::GetSupportedDmResp,
            RespType::GetInstancesResp(_) => MsgKind::GetInstancesResp,
            RespType::SetResp(_) => MsgKind::SetResp,
            RespType::AddResp(_) => MsgKind::AddResp,
            RespType::DeleteResp(_) => MsgKind::DeleteResp,
            RespType::OperateResp(_) => MsgKind::OperateResp,
            RespType::NotifyResp(_) => MsgKind::NotifyResp,
            RespType::GetSupportedProtocolResp(_) => MsgKind::GetSupportedProtoResp,
            RespType::RegisterResp(_) => MsgKind::RegisterResp,
            RespType::DeregisterResp(_) => MsgKind::DeregisterResp,
        },
    })
}

/// Asserts that a scanned Msg is what prost reads.
fn same_msg(summary: &MsgSummary<'_>, full: &Msg, case: &str) {
    let header = full.header.clone().unwrap_or_default();
    assert_eq!(summary.header_missing, full.header.is_none(), "{case}");
    assert_eq!(summary.msg_id, header.msg_id, "{case}");
    assert_eq!(summary.header_type, header.msg_type, "{case}");
    let kind = msg_kind(full);
    assert_eq!(summary.kind, kind, "{case}");
    let body = full.body.as_ref().and_then(|body| body.msg_body.as_ref());
    let (mut notification, mut err_code) = (None, 0);
    let mut wants_answer = kind.is_some_and(MsgKind::is_request);
    match body {
        Some(MsgBody::Error(error)) => err_code = error.err_code,
        Some(MsgBody::Request(request)) => match &request.req_type {
            Some(ReqType::Operate(operate)) => wants_answer = operate.send_resp,
            Some(ReqType::Notify(notify)) => {
                wants_answer = notify.send_resp;
                notification = notify.notification.as_ref().map(|n| match n {
                    Notification::Event(_) => NotificationKind::Event,
                    Notification::ValueChange(_) => NotificationKind::ValueChange,
                    Notification::ObjCreation(_) => NotificationKind::ObjectCreation,
                    Notification::ObjDeletion(_) => NotificationKind::ObjectDeletion,
                    Notification::OperComplete(_) => NotificationKind::OperationComplete,
                    Notification::OnBoardReq(_) => NotificationKind::OnBoardRequest,
                });
            }
            _ => {}
        },
        _ => {}
    }
    assert_eq!(summary.notification, notification, "{case}");
    assert_eq!(summary.wants_answer, wants_answer, "{case}");
    assert_eq!(summary.err_code, err_code, "{case}");
}

#[test]
fn scan_reads_what_prost_reads() {
    let (mut kinds, mut types, mut notifications) =
        (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for seed in 0..20_000 {
        let mut rng = Rng::with_seed(seed);
        let bytes = record(&mut rng);
        let case = format!("seed {seed}: {bytes:02x?}");
        let full = Record::decode(Bytes::from(bytes.clone())).expect(&case);
        let summary = scan(&bytes);
        let complete = full.record_type.is_some()
            && !full.version.is_empty()
            && !full.to_id.is_empty()
            && !full.from_id.is_empty();
        assert_eq!(summary.payload == PayloadKind::Usp, complete, "{case}");
        if !complete {
            assert!(summary.msg.is_none(), "{case}");
            continue;
        }
        assert_eq!(summary.from, full.from_id, "{case}");
        assert_eq!(summary.to, full.to_id, "{case}");
        assert_eq!(summary.record_type, record_type(&full), "{case}");
        assert_eq!(summary.secured, full.payload_security != 0, "{case}");
        types.insert(summary.record_type.map(|kind| kind as u8));
        let mut entries = 1;
        if let Some(Kind::SessionContext(inner)) = &full.record_type {
            let expected = match inner.payload_sar_state {
                0 => SarState::None,
                1 => SarState::Begin,
                2 => SarState::InProcess,
                3 => SarState::Complete,
                _ => SarState::Unknown,
            };
            assert_eq!(summary.sar, expected, "{case}");
            entries = inner.payload.iter().filter(|entry| !entry.is_empty()).count();
        }
        let decoded = decode(&bytes);
        assert_eq!(decoded.payload, PayloadKind::Usp, "{case}");
        assert_eq!(decoded.record.as_ref(), Some(&full), "{case}");
        let Some(inside) = msg_bytes(&full) else {
            assert!(summary.msg.is_none() && decoded.msg.is_none(), "{case}");
            continue;
        };
        if entries > 1 {
            assert!(summary.msg.is_none() && decoded.msg.is_some(), "{case}");
            continue;
        }
        let scanned = summary.msg.expect(&case);
        match Msg::decode(inside) {
            Ok(full) => {
                same_msg(&scanned, &full, &case);
                let decoded = decoded.msg.expect(&case);
                assert_eq!(decoded.content.as_ref(), Some(&full), "{case}");
                assert_eq!(decoded.malformed, summary.malformed, "{case}");
                kinds.insert(scanned.kind.map(|kind| kind as u8));
                notifications.insert(scanned.notification.map(|kind| kind as u8));
            }
            Err(_) => assert!(decoded.msg.expect(&case).content.is_none(), "{case}"),
        }
    }
    // All 23 kinds and none, all seven record types, all six notifications and none.
    assert_eq!((kinds.len(), types.len(), notifications.len()), (24, 7, 7));
}

#[test]
fn damaged_records_are_refused_where_prost_refuses_them() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..40_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = record(&mut rng);
        damage(&mut rng, &mut bytes);
        let case = format!("seed {seed}: {bytes:02x?}");
        let full = Record::decode(Bytes::from(bytes.clone()));
        let walked = check(WireReader::new(&bytes), &schema::RECORD);
        match (&full, &walked) {
            (Ok(_), Err(fault)) => assert_eq!(fault.reason, BAD_GROUP, "{case}"),
            _ => assert_eq!(full.is_ok(), walked.is_ok(), "{case}"),
        }
        let summary = scan(&bytes);
        match (summary.payload, full) {
            (PayloadKind::Usp, Ok(full)) => {
                accepted += 1;
                assert_eq!(summary.from, full.from_id, "{case}");
                assert_eq!(summary.to, full.to_id, "{case}");
                assert_eq!(summary.record_type, record_type(&full), "{case}");
            }
            (PayloadKind::Usp, Err(error)) => panic!("{case}: prost says {error}"),
            _ => refused += 1,
        }
    }
    assert!(accepted > 2_500 && refused > 5_000, "{accepted} accepted, {refused} refused");
}

#[test]
fn damaged_msgs_are_refused_where_prost_refuses_them() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..40_000 {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = msg(&mut rng);
        damage(&mut rng, &mut bytes);
        let case = format!("seed {seed}: {bytes:02x?}");
        let full = Msg::decode(&bytes[..]);
        match (check(WireReader::new(&bytes), &schema::MSG), &full) {
            (Ok(_), Ok(full)) => {
                accepted += 1;
                same_msg(&scan_msg(&bytes).0, full, &case);
            }
            (Ok(_), Err(error)) => panic!("{case}: prost says {error}"),
            // prost takes any wire type for a map entry, and then misreads what follows.
            (Err(fault), Ok(_)) => {
                let known = [BAD_GROUP, WRONG_WIRE_TYPE];
                assert!(known.contains(&fault.reason), "{case}: {fault:?}");
            }
            (Err(_), Err(_)) => refused += 1,
        }
    }
    assert!(accepted > 2_500 && refused > 5_000, "{accepted} accepted, {refused} refused");
}
