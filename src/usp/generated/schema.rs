// Made by tests/codegen.rs from proto/; do not edit.

use crate::usp::schema::{EnumType, FieldKind, FieldType, MessageType};

/// `Record.PayloadSecurity`.
pub static RECORD_PAYLOAD_SECURITY: EnumType = EnumType {
    name: "Record.PayloadSecurity",
    values: &[
        (0, "PLAINTEXT"),
        (1, "TLS12"),
    ],
};

/// `Record`.
pub static RECORD: MessageType = MessageType {
    name: "Record",
    size: 216,
    fields: &[
        FieldType { number: 1, name: "version", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "to_id", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "from_id", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 4, name: "payload_security", kind: FieldKind::Enum(&RECORD_PAYLOAD_SECURITY), repeated: false, oneof: false },
        FieldType { number: 5, name: "mac_signature", kind: FieldKind::Bytes, repeated: false, oneof: false },
        FieldType { number: 6, name: "sender_cert", kind: FieldKind::Bytes, repeated: false, oneof: false },
        FieldType { number: 7, name: "no_session_context", kind: FieldKind::Message(&NO_SESSION_CONTEXT_RECORD), repeated: false, oneof: true },
        FieldType { number: 8, name: "session_context", kind: FieldKind::Message(&SESSION_CONTEXT_RECORD), repeated: false, oneof: true },
        FieldType { number: 9, name: "websocket_connect", kind: FieldKind::Message(&WEB_SOCKET_CONNECT_RECORD), repeated: false, oneof: true },
        FieldType { number: 10, name: "mqtt_connect", kind: FieldKind::Message(&MQTT_CONNECT_RECORD), repeated: false, oneof: true },
        FieldType { number: 11, name: "stomp_connect", kind: FieldKind::Message(&STOMP_CONNECT_RECORD), repeated: false, oneof: true },
        FieldType { number: 12, name: "disconnect", kind: FieldKind::Message(&DISCONNECT_RECORD), repeated: false, oneof: true },
        FieldType { number: 13, name: "uds_connect", kind: FieldKind::Message(&UDS_CONNECT_RECORD), repeated: false, oneof: true },
    ],
};

/// `NoSessionContextRecord`.
pub static NO_SESSION_CONTEXT_RECORD: MessageType = MessageType {
    name: "NoSessionContextRecord",
    size: 32,
    fields: &[
        FieldType { number: 2, name: "payload", kind: FieldKind::Bytes, repeated: false, oneof: false },
    ],
};

/// `SessionContextRecord.PayloadSARState`.
pub static SESSION_CONTEXT_RECORD_PAYLOAD_SAR_STATE: EnumType = EnumType {
    name: "SessionContextRecord.PayloadSARState",
    values: &[
        (0, "NONE"),
        (1, "BEGIN"),
        (2, "INPROCESS"),
        (3, "COMPLETE"),
    ],
};

/// `SessionContextRecord`.
pub static SESSION_CONTEXT_RECORD: MessageType = MessageType {
    name: "SessionContextRecord",
    size: 64,
    fields: &[
        FieldType { number: 1, name: "session_id", kind: FieldKind::Uint64, repeated: false, oneof: false },
        FieldType { number: 2, name: "sequence_id", kind: FieldKind::Uint64, repeated: false, oneof: false },
        FieldType { number: 3, name: "expected_id", kind: FieldKind::Uint64, repeated: false, oneof: false },
        FieldType { number: 4, name: "retransmit_id", kind: FieldKind::Uint64, repeated: false, oneof: false },
        FieldType { number: 5, name: "payload_sar_state", kind: FieldKind::Enum(&SESSION_CONTEXT_RECORD_PAYLOAD_SAR_STATE), repeated: false, oneof: false },
        FieldType { number: 6, name: "payloadrec_sar_state", kind: FieldKind::Enum(&SESSION_CONTEXT_RECORD_PAYLOAD_SAR_STATE), repeated: false, oneof: false },
        FieldType { number: 7, name: "payload", kind: FieldKind::Bytes, repeated: true, oneof: false },
    ],
};

/// `WebSocketConnectRecord`.
pub static WEB_SOCKET_CONNECT_RECORD: MessageType = MessageType {
    name: "WebSocketConnectRecord",
    size: 0,
    fields: &[
    ],
};

/// `MQTTConnectRecord.MQTTVersion`.
pub static MQTT_CONNECT_RECORD_MQTT_VERSION: EnumType = EnumType {
    name: "MQTTConnectRecord.MQTTVersion",
    values: &[
        (0, "V3_1_1"),
        (1, "V5"),
    ],
};

/// `MQTTConnectRecord`.
pub static MQTT_CONNECT_RECORD: MessageType = MessageType {
    name: "MQTTConnectRecord",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "version", kind: FieldKind::Enum(&MQTT_CONNECT_RECORD_MQTT_VERSION), repeated: false, oneof: false },
        FieldType { number: 2, name: "subscribed_topic", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `STOMPConnectRecord.STOMPVersion`.
pub static STOMP_CONNECT_RECORD_STOMP_VERSION: EnumType = EnumType {
    name: "STOMPConnectRecord.STOMPVersion",
    values: &[
        (0, "V1_2"),
    ],
};

/// `STOMPConnectRecord`.
pub static STOMP_CONNECT_RECORD: MessageType = MessageType {
    name: "STOMPConnectRecord",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "version", kind: FieldKind::Enum(&STOMP_CONNECT_RECORD_STOMP_VERSION), repeated: false, oneof: false },
        FieldType { number: 2, name: "subscribed_destination", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `UDSConnectRecord`.
pub static UDS_CONNECT_RECORD: MessageType = MessageType {
    name: "UDSConnectRecord",
    size: 0,
    fields: &[
    ],
};

/// `DisconnectRecord`.
pub static DISCONNECT_RECORD: MessageType = MessageType {
    name: "DisconnectRecord",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "reason", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "reason_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
    ],
};

/// `Msg`.
pub static MSG: MessageType = MessageType {
    name: "Msg",
    size: 216,
    fields: &[
        FieldType { number: 1, name: "header", kind: FieldKind::Message(&HEADER), repeated: false, oneof: false },
        FieldType { number: 2, name: "body", kind: FieldKind::Message(&BODY), repeated: false, oneof: false },
    ],
};

/// `Header.MsgType`.
pub static HEADER_MSG_TYPE: EnumType = EnumType {
    name: "Header.MsgType",
    values: &[
        (0, "ERROR"),
        (1, "GET"),
        (2, "GET_RESP"),
        (3, "NOTIFY"),
        (4, "SET"),
        (5, "SET_RESP"),
        (6, "OPERATE"),
        (7, "OPERATE_RESP"),
        (8, "ADD"),
        (9, "ADD_RESP"),
        (10, "DELETE"),
        (11, "DELETE_RESP"),
        (12, "GET_SUPPORTED_DM"),
        (13, "GET_SUPPORTED_DM_RESP"),
        (14, "GET_INSTANCES"),
        (15, "GET_INSTANCES_RESP"),
        (16, "NOTIFY_RESP"),
        (17, "GET_SUPPORTED_PROTO"),
        (18, "GET_SUPPORTED_PROTO_RESP"),
        (19, "REGISTER"),
        (20, "REGISTER_RESP"),
        (21, "DEREGISTER"),
        (22, "DEREGISTER_RESP"),
    ],
};

/// `Header`.
pub static HEADER: MessageType = MessageType {
    name: "Header",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "msg_id", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "msg_type", kind: FieldKind::Enum(&HEADER_MSG_TYPE), repeated: false, oneof: false },
    ],
};

/// `Body`.
pub static BODY: MessageType = MessageType {
    name: "Body",
    size: 168,
    fields: &[
        FieldType { number: 1, name: "request", kind: FieldKind::Message(&REQUEST), repeated: false, oneof: true },
        FieldType { number: 2, name: "response", kind: FieldKind::Message(&RESPONSE), repeated: false, oneof: true },
        FieldType { number: 3, name: "error", kind: FieldKind::Message(&ERROR), repeated: false, oneof: true },
    ],
};

/// `Request`.
pub static REQUEST: MessageType = MessageType {
    name: "Request",
    size: 160,
    fields: &[
        FieldType { number: 1, name: "get", kind: FieldKind::Message(&GET), repeated: false, oneof: true },
        FieldType { number: 2, name: "get_supported_dm", kind: FieldKind::Message(&GET_SUPPORTED_DM), repeated: false, oneof: true },
        FieldType { number: 3, name: "get_instances", kind: FieldKind::Message(&GET_INSTANCES), repeated: false, oneof: true },
        FieldType { number: 4, name: "set", kind: FieldKind::Message(&SET), repeated: false, oneof: true },
        FieldType { number: 5, name: "add", kind: FieldKind::Message(&ADD), repeated: false, oneof: true },
        FieldType { number: 6, name: "delete", kind: FieldKind::Message(&DELETE), repeated: false, oneof: true },
        FieldType { number: 7, name: "operate", kind: FieldKind::Message(&OPERATE), repeated: false, oneof: true },
        FieldType { number: 8, name: "notify", kind: FieldKind::Message(&NOTIFY), repeated: false, oneof: true },
        FieldType { number: 9, name: "get_supported_protocol", kind: FieldKind::Message(&GET_SUPPORTED_PROTOCOL), repeated: false, oneof: true },
        FieldType { number: 10, name: "register", kind: FieldKind::Message(&REGISTER), repeated: false, oneof: true },
        FieldType { number: 11, name: "deregister", kind: FieldKind::Message(&DEREGISTER), repeated: false, oneof: true },
    ],
};

/// `Response`.
pub static RESPONSE: MessageType = MessageType {
    name: "Response",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "get_resp", kind: FieldKind::Message(&GET_RESP), repeated: false, oneof: true },
        FieldType { number: 2, name: "get_supported_dm_resp", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP), repeated: false, oneof: true },
        FieldType { number: 3, name: "get_instances_resp", kind: FieldKind::Message(&GET_INSTANCES_RESP), repeated: false, oneof: true },
        FieldType { number: 4, name: "set_resp", kind: FieldKind::Message(&SET_RESP), repeated: false, oneof: true },
        FieldType { number: 5, name: "add_resp", kind: FieldKind::Message(&ADD_RESP), repeated: false, oneof: true },
        FieldType { number: 6, name: "delete_resp", kind: FieldKind::Message(&DELETE_RESP), repeated: false, oneof: true },
        FieldType { number: 7, name: "operate_resp", kind: FieldKind::Message(&OPERATE_RESP), repeated: false, oneof: true },
        FieldType { number: 8, name: "notify_resp", kind: FieldKind::Message(&NOTIFY_RESP), repeated: false, oneof: true },
        FieldType { number: 9, name: "get_supported_protocol_resp", kind: FieldKind::Message(&GET_SUPPORTED_PROTOCOL_RESP), repeated: false, oneof: true },
        FieldType { number: 10, name: "register_resp", kind: FieldKind::Message(&REGISTER_RESP), repeated: false, oneof: true },
        FieldType { number: 11, name: "deregister_resp", kind: FieldKind::Message(&DEREGISTER_RESP), repeated: false, oneof: true },
    ],
};

/// `Error.ParamError`.
pub static ERROR_PARAM_ERROR: MessageType = MessageType {
    name: "Error.ParamError",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "param_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Error`.
pub static ERROR: MessageType = MessageType {
    name: "Error",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "param_errs", kind: FieldKind::Message(&ERROR_PARAM_ERROR), repeated: true, oneof: false },
    ],
};

/// `Get`.
pub static GET: MessageType = MessageType {
    name: "Get",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "param_paths", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 2, name: "max_depth", kind: FieldKind::Fixed32, repeated: false, oneof: false },
    ],
};

/// `GetResp.RequestedPathResult`.
pub static GET_RESP_REQUESTED_PATH_RESULT: MessageType = MessageType {
    name: "GetResp.RequestedPathResult",
    size: 80,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 4, name: "resolved_path_results", kind: FieldKind::Message(&GET_RESP_RESOLVED_PATH_RESULT), repeated: true, oneof: false },
    ],
};

/// `GetResp.ResolvedPathResult`.
pub static GET_RESP_RESOLVED_PATH_RESULT: MessageType = MessageType {
    name: "GetResp.ResolvedPathResult",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "resolved_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "result_params", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `GetResp`.
pub static GET_RESP: MessageType = MessageType {
    name: "GetResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "req_path_results", kind: FieldKind::Message(&GET_RESP_REQUESTED_PATH_RESULT), repeated: true, oneof: false },
    ],
};

/// `GetInstances`.
pub static GET_INSTANCES: MessageType = MessageType {
    name: "GetInstances",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "obj_paths", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 2, name: "first_level_only", kind: FieldKind::Bool, repeated: false, oneof: false },
    ],
};

/// `GetInstancesResp.RequestedPathResult`.
pub static GET_INSTANCES_RESP_REQUESTED_PATH_RESULT: MessageType = MessageType {
    name: "GetInstancesResp.RequestedPathResult",
    size: 80,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 4, name: "curr_insts", kind: FieldKind::Message(&GET_INSTANCES_RESP_CURR_INSTANCE), repeated: true, oneof: false },
    ],
};

/// `GetInstancesResp.CurrInstance`.
pub static GET_INSTANCES_RESP_CURR_INSTANCE: MessageType = MessageType {
    name: "GetInstancesResp.CurrInstance",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "instantiated_obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "unique_keys", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `GetInstancesResp`.
pub static GET_INSTANCES_RESP: MessageType = MessageType {
    name: "GetInstancesResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "req_path_results", kind: FieldKind::Message(&GET_INSTANCES_RESP_REQUESTED_PATH_RESULT), repeated: true, oneof: false },
    ],
};

/// `GetSupportedDM`.
pub static GET_SUPPORTED_DM: MessageType = MessageType {
    name: "GetSupportedDM",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "obj_paths", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 2, name: "first_level_only", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 3, name: "return_commands", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 4, name: "return_events", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 5, name: "return_params", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 6, name: "return_unique_key_sets", kind: FieldKind::Bool, repeated: false, oneof: false },
    ],
};

/// `GetSupportedDMResp.RequestedObjectResult`.
pub static GET_SUPPORTED_DM_RESP_REQUESTED_OBJECT_RESULT: MessageType = MessageType {
    name: "GetSupportedDMResp.RequestedObjectResult",
    size: 104,
    fields: &[
        FieldType { number: 1, name: "req_obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 4, name: "data_model_inst_uri", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 5, name: "supported_objs", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP_SUPPORTED_OBJECT_RESULT), repeated: true, oneof: false },
    ],
};

/// `GetSupportedDMResp.SupportedObjectResult`.
pub static GET_SUPPORTED_DM_RESP_SUPPORTED_OBJECT_RESULT: MessageType = MessageType {
    name: "GetSupportedDMResp.SupportedObjectResult",
    size: 152,
    fields: &[
        FieldType { number: 1, name: "supported_obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "access", kind: FieldKind::Enum(&GET_SUPPORTED_DM_RESP_OBJ_ACCESS_TYPE), repeated: false, oneof: false },
        FieldType { number: 3, name: "is_multi_instance", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 4, name: "supported_commands", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP_SUPPORTED_COMMAND_RESULT), repeated: true, oneof: false },
        FieldType { number: 5, name: "supported_events", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP_SUPPORTED_EVENT_RESULT), repeated: true, oneof: false },
        FieldType { number: 6, name: "supported_params", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP_SUPPORTED_PARAM_RESULT), repeated: true, oneof: false },
        FieldType { number: 7, name: "divergent_paths", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 8, name: "unique_key_sets", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP_SUPPORTED_UNIQUE_KEY_SET), repeated: true, oneof: false },
    ],
};

/// `GetSupportedDMResp.SupportedParamResult`.
pub static GET_SUPPORTED_DM_RESP_SUPPORTED_PARAM_RESULT: MessageType = MessageType {
    name: "GetSupportedDMResp.SupportedParamResult",
    size: 40,
    fields: &[
        FieldType { number: 1, name: "param_name", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "access", kind: FieldKind::Enum(&GET_SUPPORTED_DM_RESP_PARAM_ACCESS_TYPE), repeated: false, oneof: false },
        FieldType { number: 3, name: "value_type", kind: FieldKind::Enum(&GET_SUPPORTED_DM_RESP_PARAM_VALUE_TYPE), repeated: false, oneof: false },
        FieldType { number: 4, name: "value_change", kind: FieldKind::Enum(&GET_SUPPORTED_DM_RESP_VALUE_CHANGE_TYPE), repeated: false, oneof: false },
    ],
};

/// `GetSupportedDMResp.SupportedCommandResult`.
pub static GET_SUPPORTED_DM_RESP_SUPPORTED_COMMAND_RESULT: MessageType = MessageType {
    name: "GetSupportedDMResp.SupportedCommandResult",
    size: 80,
    fields: &[
        FieldType { number: 1, name: "command_name", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "input_arg_names", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 3, name: "output_arg_names", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 4, name: "command_type", kind: FieldKind::Enum(&GET_SUPPORTED_DM_RESP_CMD_TYPE), repeated: false, oneof: false },
    ],
};

/// `GetSupportedDMResp.SupportedEventResult`.
pub static GET_SUPPORTED_DM_RESP_SUPPORTED_EVENT_RESULT: MessageType = MessageType {
    name: "GetSupportedDMResp.SupportedEventResult",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "event_name", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "arg_names", kind: FieldKind::String, repeated: true, oneof: false },
    ],
};

/// `GetSupportedDMResp.SupportedUniqueKeySet`.
pub static GET_SUPPORTED_DM_RESP_SUPPORTED_UNIQUE_KEY_SET: MessageType = MessageType {
    name: "GetSupportedDMResp.SupportedUniqueKeySet",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "key_names", kind: FieldKind::String, repeated: true, oneof: false },
    ],
};

/// `GetSupportedDMResp.ParamAccessType`.
pub static GET_SUPPORTED_DM_RESP_PARAM_ACCESS_TYPE: EnumType = EnumType {
    name: "GetSupportedDMResp.ParamAccessType",
    values: &[
        (0, "PARAM_READ_ONLY"),
        (1, "PARAM_READ_WRITE"),
        (2, "PARAM_WRITE_ONLY"),
    ],
};

/// `GetSupportedDMResp.ObjAccessType`.
pub static GET_SUPPORTED_DM_RESP_OBJ_ACCESS_TYPE: EnumType = EnumType {
    name: "GetSupportedDMResp.ObjAccessType",
    values: &[
        (0, "OBJ_READ_ONLY"),
        (1, "OBJ_ADD_DELETE"),
        (2, "OBJ_ADD_ONLY"),
        (3, "OBJ_DELETE_ONLY"),
    ],
};

/// `GetSupportedDMResp.ParamValueType`.
pub static GET_SUPPORTED_DM_RESP_PARAM_VALUE_TYPE: EnumType = EnumType {
    name: "GetSupportedDMResp.ParamValueType",
    values: &[
        (0, "PARAM_UNKNOWN"),
        (1, "PARAM_BASE_64"),
        (2, "PARAM_BOOLEAN"),
        (3, "PARAM_DATE_TIME"),
        (4, "PARAM_DECIMAL"),
        (5, "PARAM_HEX_BINARY"),
        (6, "PARAM_INT"),
        (7, "PARAM_LONG"),
        (8, "PARAM_STRING"),
        (9, "PARAM_UNSIGNED_INT"),
        (10, "PARAM_UNSIGNED_LONG"),
    ],
};

/// `GetSupportedDMResp.ValueChangeType`.
pub static GET_SUPPORTED_DM_RESP_VALUE_CHANGE_TYPE: EnumType = EnumType {
    name: "GetSupportedDMResp.ValueChangeType",
    values: &[
        (0, "VALUE_CHANGE_UNKNOWN"),
        (1, "VALUE_CHANGE_ALLOWED"),
        (2, "VALUE_CHANGE_WILL_IGNORE"),
    ],
};

/// `GetSupportedDMResp.CmdType`.
pub static GET_SUPPORTED_DM_RESP_CMD_TYPE: EnumType = EnumType {
    name: "GetSupportedDMResp.CmdType",
    values: &[
        (0, "CMD_UNKNOWN"),
        (1, "CMD_SYNC"),
        (2, "CMD_ASYNC"),
    ],
};

/// `GetSupportedDMResp`.
pub static GET_SUPPORTED_DM_RESP: MessageType = MessageType {
    name: "GetSupportedDMResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "req_obj_results", kind: FieldKind::Message(&GET_SUPPORTED_DM_RESP_REQUESTED_OBJECT_RESULT), repeated: true, oneof: false },
    ],
};

/// `GetSupportedProtocol`.
pub static GET_SUPPORTED_PROTOCOL: MessageType = MessageType {
    name: "GetSupportedProtocol",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "controller_supported_protocol_versions", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `GetSupportedProtocolResp`.
pub static GET_SUPPORTED_PROTOCOL_RESP: MessageType = MessageType {
    name: "GetSupportedProtocolResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "agent_supported_protocol_versions", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Add.CreateObject`.
pub static ADD_CREATE_OBJECT: MessageType = MessageType {
    name: "Add.CreateObject",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "param_settings", kind: FieldKind::Message(&ADD_CREATE_PARAM_SETTING), repeated: true, oneof: false },
    ],
};

/// `Add.CreateParamSetting`.
pub static ADD_CREATE_PARAM_SETTING: MessageType = MessageType {
    name: "Add.CreateParamSetting",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "param", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "value", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "required", kind: FieldKind::Bool, repeated: false, oneof: false },
    ],
};

/// `Add`.
pub static ADD: MessageType = MessageType {
    name: "Add",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "allow_partial", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 2, name: "create_objs", kind: FieldKind::Message(&ADD_CREATE_OBJECT), repeated: true, oneof: false },
    ],
};

/// `AddResp.CreatedObjectResult.OperationStatus.OperationFailure`.
pub static ADD_RESP_CREATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_FAILURE: MessageType = MessageType {
    name: "AddResp.CreatedObjectResult.OperationStatus.OperationFailure",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `AddResp.CreatedObjectResult.OperationStatus.OperationSuccess`.
pub static ADD_RESP_CREATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_SUCCESS: MessageType = MessageType {
    name: "AddResp.CreatedObjectResult.OperationStatus.OperationSuccess",
    size: 72,
    fields: &[
        FieldType { number: 1, name: "instantiated_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "param_errs", kind: FieldKind::Message(&ADD_RESP_PARAMETER_ERROR), repeated: true, oneof: false },
        FieldType { number: 3, name: "unique_keys", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `AddResp.CreatedObjectResult.OperationStatus`.
pub static ADD_RESP_CREATED_OBJECT_RESULT_OPERATION_STATUS: MessageType = MessageType {
    name: "AddResp.CreatedObjectResult.OperationStatus",
    size: 80,
    fields: &[
        FieldType { number: 1, name: "oper_failure", kind: FieldKind::Message(&ADD_RESP_CREATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_FAILURE), repeated: false, oneof: true },
        FieldType { number: 2, name: "oper_success", kind: FieldKind::Message(&ADD_RESP_CREATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_SUCCESS), repeated: false, oneof: true },
    ],
};

/// `AddResp.CreatedObjectResult`.
pub static ADD_RESP_CREATED_OBJECT_RESULT: MessageType = MessageType {
    name: "AddResp.CreatedObjectResult",
    size: 112,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "oper_status", kind: FieldKind::Message(&ADD_RESP_CREATED_OBJECT_RESULT_OPERATION_STATUS), repeated: false, oneof: false },
    ],
};

/// `AddResp.ParameterError`.
pub static ADD_RESP_PARAMETER_ERROR: MessageType = MessageType {
    name: "AddResp.ParameterError",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "param", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `AddResp`.
pub static ADD_RESP: MessageType = MessageType {
    name: "AddResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "created_obj_results", kind: FieldKind::Message(&ADD_RESP_CREATED_OBJECT_RESULT), repeated: true, oneof: false },
    ],
};

/// `Set.UpdateObject`.
pub static SET_UPDATE_OBJECT: MessageType = MessageType {
    name: "Set.UpdateObject",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "param_settings", kind: FieldKind::Message(&SET_UPDATE_PARAM_SETTING), repeated: true, oneof: false },
    ],
};

/// `Set.UpdateParamSetting`.
pub static SET_UPDATE_PARAM_SETTING: MessageType = MessageType {
    name: "Set.UpdateParamSetting",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "param", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "value", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "required", kind: FieldKind::Bool, repeated: false, oneof: false },
    ],
};

/// `Set`.
pub static SET: MessageType = MessageType {
    name: "Set",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "allow_partial", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 2, name: "update_objs", kind: FieldKind::Message(&SET_UPDATE_OBJECT), repeated: true, oneof: false },
    ],
};

/// `SetResp.UpdatedObjectResult.OperationStatus.OperationFailure`.
pub static SET_RESP_UPDATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_FAILURE: MessageType = MessageType {
    name: "SetResp.UpdatedObjectResult.OperationStatus.OperationFailure",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "updated_inst_failures", kind: FieldKind::Message(&SET_RESP_UPDATED_INSTANCE_FAILURE), repeated: true, oneof: false },
    ],
};

/// `SetResp.UpdatedObjectResult.OperationStatus.OperationSuccess`.
pub static SET_RESP_UPDATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_SUCCESS: MessageType = MessageType {
    name: "SetResp.UpdatedObjectResult.OperationStatus.OperationSuccess",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "updated_inst_results", kind: FieldKind::Message(&SET_RESP_UPDATED_INSTANCE_RESULT), repeated: true, oneof: false },
    ],
};

/// `SetResp.UpdatedObjectResult.OperationStatus`.
pub static SET_RESP_UPDATED_OBJECT_RESULT_OPERATION_STATUS: MessageType = MessageType {
    name: "SetResp.UpdatedObjectResult.OperationStatus",
    size: 64,
    fields: &[
        FieldType { number: 1, name: "oper_failure", kind: FieldKind::Message(&SET_RESP_UPDATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_FAILURE), repeated: false, oneof: true },
        FieldType { number: 2, name: "oper_success", kind: FieldKind::Message(&SET_RESP_UPDATED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_SUCCESS), repeated: false, oneof: true },
    ],
};

/// `SetResp.UpdatedObjectResult`.
pub static SET_RESP_UPDATED_OBJECT_RESULT: MessageType = MessageType {
    name: "SetResp.UpdatedObjectResult",
    size: 96,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "oper_status", kind: FieldKind::Message(&SET_RESP_UPDATED_OBJECT_RESULT_OPERATION_STATUS), repeated: false, oneof: false },
    ],
};

/// `SetResp.UpdatedInstanceFailure`.
pub static SET_RESP_UPDATED_INSTANCE_FAILURE: MessageType = MessageType {
    name: "SetResp.UpdatedInstanceFailure",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "affected_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "param_errs", kind: FieldKind::Message(&SET_RESP_PARAMETER_ERROR), repeated: true, oneof: false },
    ],
};

/// `SetResp.UpdatedInstanceResult`.
pub static SET_RESP_UPDATED_INSTANCE_RESULT: MessageType = MessageType {
    name: "SetResp.UpdatedInstanceResult",
    size: 72,
    fields: &[
        FieldType { number: 1, name: "affected_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "param_errs", kind: FieldKind::Message(&SET_RESP_PARAMETER_ERROR), repeated: true, oneof: false },
        FieldType { number: 3, name: "updated_params", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `SetResp.ParameterError`.
pub static SET_RESP_PARAMETER_ERROR: MessageType = MessageType {
    name: "SetResp.ParameterError",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "param", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `SetResp`.
pub static SET_RESP: MessageType = MessageType {
    name: "SetResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "updated_obj_results", kind: FieldKind::Message(&SET_RESP_UPDATED_OBJECT_RESULT), repeated: true, oneof: false },
    ],
};

/// `Delete`.
pub static DELETE: MessageType = MessageType {
    name: "Delete",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "allow_partial", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 2, name: "obj_paths", kind: FieldKind::String, repeated: true, oneof: false },
    ],
};

/// `DeleteResp.DeletedObjectResult.OperationStatus.OperationFailure`.
pub static DELETE_RESP_DELETED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_FAILURE: MessageType = MessageType {
    name: "DeleteResp.DeletedObjectResult.OperationStatus.OperationFailure",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `DeleteResp.DeletedObjectResult.OperationStatus.OperationSuccess`.
pub static DELETE_RESP_DELETED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_SUCCESS: MessageType = MessageType {
    name: "DeleteResp.DeletedObjectResult.OperationStatus.OperationSuccess",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "affected_paths", kind: FieldKind::String, repeated: true, oneof: false },
        FieldType { number: 2, name: "unaffected_path_errs", kind: FieldKind::Message(&DELETE_RESP_UNAFFECTED_PATH_ERROR), repeated: true, oneof: false },
    ],
};

/// `DeleteResp.DeletedObjectResult.OperationStatus`.
pub static DELETE_RESP_DELETED_OBJECT_RESULT_OPERATION_STATUS: MessageType = MessageType {
    name: "DeleteResp.DeletedObjectResult.OperationStatus",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "oper_failure", kind: FieldKind::Message(&DELETE_RESP_DELETED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_FAILURE), repeated: false, oneof: true },
        FieldType { number: 2, name: "oper_success", kind: FieldKind::Message(&DELETE_RESP_DELETED_OBJECT_RESULT_OPERATION_STATUS_OPERATION_SUCCESS), repeated: false, oneof: true },
    ],
};

/// `DeleteResp.DeletedObjectResult`.
pub static DELETE_RESP_DELETED_OBJECT_RESULT: MessageType = MessageType {
    name: "DeleteResp.DeletedObjectResult",
    size: 88,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "oper_status", kind: FieldKind::Message(&DELETE_RESP_DELETED_OBJECT_RESULT_OPERATION_STATUS), repeated: false, oneof: false },
    ],
};

/// `DeleteResp.UnaffectedPathError`.
pub static DELETE_RESP_UNAFFECTED_PATH_ERROR: MessageType = MessageType {
    name: "DeleteResp.UnaffectedPathError",
    size: 56,
    fields: &[
        FieldType { number: 1, name: "unaffected_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 3, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `DeleteResp`.
pub static DELETE_RESP: MessageType = MessageType {
    name: "DeleteResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "deleted_obj_results", kind: FieldKind::Message(&DELETE_RESP_DELETED_OBJECT_RESULT), repeated: true, oneof: false },
    ],
};

/// `Operate`.
pub static OPERATE: MessageType = MessageType {
    name: "Operate",
    size: 80,
    fields: &[
        FieldType { number: 1, name: "command", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "command_key", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "send_resp", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 4, name: "input_args", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `OperateResp.OperationResult.OutputArgs`.
pub static OPERATE_RESP_OPERATION_RESULT_OUTPUT_ARGS: MessageType = MessageType {
    name: "OperateResp.OperationResult.OutputArgs",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "output_args", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `OperateResp.OperationResult.CommandFailure`.
pub static OPERATE_RESP_OPERATION_RESULT_COMMAND_FAILURE: MessageType = MessageType {
    name: "OperateResp.OperationResult.CommandFailure",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `OperateResp.OperationResult`.
pub static OPERATE_RESP_OPERATION_RESULT: MessageType = MessageType {
    name: "OperateResp.OperationResult",
    size: 64,
    fields: &[
        FieldType { number: 1, name: "executed_command", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "req_obj_path", kind: FieldKind::String, repeated: false, oneof: true },
        FieldType { number: 3, name: "req_output_args", kind: FieldKind::Message(&OPERATE_RESP_OPERATION_RESULT_OUTPUT_ARGS), repeated: false, oneof: true },
        FieldType { number: 4, name: "cmd_failure", kind: FieldKind::Message(&OPERATE_RESP_OPERATION_RESULT_COMMAND_FAILURE), repeated: false, oneof: true },
    ],
};

/// `OperateResp`.
pub static OPERATE_RESP: MessageType = MessageType {
    name: "OperateResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "operation_results", kind: FieldKind::Message(&OPERATE_RESP_OPERATION_RESULT), repeated: true, oneof: false },
    ],
};

/// `Notify.Event`.
pub static NOTIFY_EVENT: MessageType = MessageType {
    name: "Notify.Event",
    size: 72,
    fields: &[
        FieldType { number: 1, name: "obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "event_name", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "params", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `Notify.ValueChange`.
pub static NOTIFY_VALUE_CHANGE: MessageType = MessageType {
    name: "Notify.ValueChange",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "param_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "param_value", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Notify.ObjectCreation`.
pub static NOTIFY_OBJECT_CREATION: MessageType = MessageType {
    name: "Notify.ObjectCreation",
    size: 48,
    fields: &[
        FieldType { number: 1, name: "obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "unique_keys", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `Notify.ObjectDeletion`.
pub static NOTIFY_OBJECT_DELETION: MessageType = MessageType {
    name: "Notify.ObjectDeletion",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "obj_path", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Notify.OperationComplete.OutputArgs`.
pub static NOTIFY_OPERATION_COMPLETE_OUTPUT_ARGS: MessageType = MessageType {
    name: "Notify.OperationComplete.OutputArgs",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "output_args", kind: FieldKind::Map, repeated: true, oneof: false },
    ],
};

/// `Notify.OperationComplete.CommandFailure`.
pub static NOTIFY_OPERATION_COMPLETE_COMMAND_FAILURE: MessageType = MessageType {
    name: "Notify.OperationComplete.CommandFailure",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Notify.OperationComplete`.
pub static NOTIFY_OPERATION_COMPLETE: MessageType = MessageType {
    name: "Notify.OperationComplete",
    size: 112,
    fields: &[
        FieldType { number: 1, name: "obj_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "command_name", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "command_key", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 4, name: "req_output_args", kind: FieldKind::Message(&NOTIFY_OPERATION_COMPLETE_OUTPUT_ARGS), repeated: false, oneof: true },
        FieldType { number: 5, name: "cmd_failure", kind: FieldKind::Message(&NOTIFY_OPERATION_COMPLETE_COMMAND_FAILURE), repeated: false, oneof: true },
    ],
};

/// `Notify.OnBoardRequest`.
pub static NOTIFY_ON_BOARD_REQUEST: MessageType = MessageType {
    name: "Notify.OnBoardRequest",
    size: 96,
    fields: &[
        FieldType { number: 1, name: "oui", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "product_class", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 3, name: "serial_number", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 4, name: "agent_supported_protocol_versions", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Notify`.
pub static NOTIFY: MessageType = MessageType {
    name: "Notify",
    size: 152,
    fields: &[
        FieldType { number: 1, name: "subscription_id", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "send_resp", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 3, name: "event", kind: FieldKind::Message(&NOTIFY_EVENT), repeated: false, oneof: true },
        FieldType { number: 4, name: "value_change", kind: FieldKind::Message(&NOTIFY_VALUE_CHANGE), repeated: false, oneof: true },
        FieldType { number: 5, name: "obj_creation", kind: FieldKind::Message(&NOTIFY_OBJECT_CREATION), repeated: false, oneof: true },
        FieldType { number: 6, name: "obj_deletion", kind: FieldKind::Message(&NOTIFY_OBJECT_DELETION), repeated: false, oneof: true },
        FieldType { number: 7, name: "oper_complete", kind: FieldKind::Message(&NOTIFY_OPERATION_COMPLETE), repeated: false, oneof: true },
        FieldType { number: 8, name: "on_board_req", kind: FieldKind::Message(&NOTIFY_ON_BOARD_REQUEST), repeated: false, oneof: true },
    ],
};

/// `NotifyResp`.
pub static NOTIFY_RESP: MessageType = MessageType {
    name: "NotifyResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "subscription_id", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Register.RegistrationPath`.
pub static REGISTER_REGISTRATION_PATH: MessageType = MessageType {
    name: "Register.RegistrationPath",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "path", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `Register`.
pub static REGISTER: MessageType = MessageType {
    name: "Register",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "allow_partial", kind: FieldKind::Bool, repeated: false, oneof: false },
        FieldType { number: 2, name: "reg_paths", kind: FieldKind::Message(&REGISTER_REGISTRATION_PATH), repeated: true, oneof: false },
    ],
};

/// `RegisterResp.RegisteredPathResult.OperationStatus.OperationFailure`.
pub static REGISTER_RESP_REGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_FAILURE: MessageType = MessageType {
    name: "RegisterResp.RegisteredPathResult.OperationStatus.OperationFailure",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `RegisterResp.RegisteredPathResult.OperationStatus.OperationSuccess`.
pub static REGISTER_RESP_REGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_SUCCESS: MessageType = MessageType {
    name: "RegisterResp.RegisteredPathResult.OperationStatus.OperationSuccess",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "registered_path", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `RegisterResp.RegisteredPathResult.OperationStatus`.
pub static REGISTER_RESP_REGISTERED_PATH_RESULT_OPERATION_STATUS: MessageType = MessageType {
    name: "RegisterResp.RegisteredPathResult.OperationStatus",
    size: 40,
    fields: &[
        FieldType { number: 1, name: "oper_failure", kind: FieldKind::Message(&REGISTER_RESP_REGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_FAILURE), repeated: false, oneof: true },
        FieldType { number: 2, name: "oper_success", kind: FieldKind::Message(&REGISTER_RESP_REGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_SUCCESS), repeated: false, oneof: true },
    ],
};

/// `RegisterResp.RegisteredPathResult`.
pub static REGISTER_RESP_REGISTERED_PATH_RESULT: MessageType = MessageType {
    name: "RegisterResp.RegisteredPathResult",
    size: 72,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "oper_status", kind: FieldKind::Message(&REGISTER_RESP_REGISTERED_PATH_RESULT_OPERATION_STATUS), repeated: false, oneof: false },
    ],
};

/// `RegisterResp`.
pub static REGISTER_RESP: MessageType = MessageType {
    name: "RegisterResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "registered_path_results", kind: FieldKind::Message(&REGISTER_RESP_REGISTERED_PATH_RESULT), repeated: true, oneof: false },
    ],
};

/// `Deregister`.
pub static DEREGISTER: MessageType = MessageType {
    name: "Deregister",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "paths", kind: FieldKind::String, repeated: true, oneof: false },
    ],
};

/// `DeregisterResp.DeregisteredPathResult.OperationStatus.OperationFailure`.
pub static DEREGISTER_RESP_DEREGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_FAILURE: MessageType = MessageType {
    name: "DeregisterResp.DeregisteredPathResult.OperationStatus.OperationFailure",
    size: 32,
    fields: &[
        FieldType { number: 1, name: "err_code", kind: FieldKind::Fixed32, repeated: false, oneof: false },
        FieldType { number: 2, name: "err_msg", kind: FieldKind::String, repeated: false, oneof: false },
    ],
};

/// `DeregisterResp.DeregisteredPathResult.OperationStatus.OperationSuccess`.
pub static DEREGISTER_RESP_DEREGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_SUCCESS: MessageType = MessageType {
    name: "DeregisterResp.DeregisteredPathResult.OperationStatus.OperationSuccess",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "deregistered_path", kind: FieldKind::String, repeated: true, oneof: false },
    ],
};

/// `DeregisterResp.DeregisteredPathResult.OperationStatus`.
pub static DEREGISTER_RESP_DEREGISTERED_PATH_RESULT_OPERATION_STATUS: MessageType = MessageType {
    name: "DeregisterResp.DeregisteredPathResult.OperationStatus",
    size: 40,
    fields: &[
        FieldType { number: 1, name: "oper_failure", kind: FieldKind::Message(&DEREGISTER_RESP_DEREGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_FAILURE), repeated: false, oneof: true },
        FieldType { number: 2, name: "oper_success", kind: FieldKind::Message(&DEREGISTER_RESP_DEREGISTERED_PATH_RESULT_OPERATION_STATUS_OPERATION_SUCCESS), repeated: false, oneof: true },
    ],
};

/// `DeregisterResp.DeregisteredPathResult`.
pub static DEREGISTER_RESP_DEREGISTERED_PATH_RESULT: MessageType = MessageType {
    name: "DeregisterResp.DeregisteredPathResult",
    size: 72,
    fields: &[
        FieldType { number: 1, name: "requested_path", kind: FieldKind::String, repeated: false, oneof: false },
        FieldType { number: 2, name: "oper_status", kind: FieldKind::Message(&DEREGISTER_RESP_DEREGISTERED_PATH_RESULT_OPERATION_STATUS), repeated: false, oneof: false },
    ],
};

/// `DeregisterResp`.
pub static DEREGISTER_RESP: MessageType = MessageType {
    name: "DeregisterResp",
    size: 24,
    fields: &[
        FieldType { number: 1, name: "deregistered_path_results", kind: FieldKind::Message(&DEREGISTER_RESP_DEREGISTERED_PATH_RESULT), repeated: true, oneof: false },
    ],
};
