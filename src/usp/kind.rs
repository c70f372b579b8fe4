//! What kinds of payloads, Records, Msgs and notifications there are, and how requests and
//! responses belong together (TR-369 schema 1.4).

/// What a payload turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum PayloadKind {
    /// A Record that decodes, has a known record type, and names version, sender and receiver.
    Usp = 0,
    /// Looks like a Record but is cut off, broken, or leaves its version or ids empty.
    Suspect = 1,
    /// JSON text.
    Json = 2,
    /// Readable text.
    Text = 3,
    /// Anything else.
    Binary = 4,
    /// No bytes at all; with the retain flag it deletes a retained message.
    Empty = 5,
}

impl PayloadKind {
    /// Number of kinds.
    pub const COUNT: usize = 6;
    /// All kinds; the position is the number.
    pub const ALL: [Self; Self::COUNT] =
        [Self::Usp, Self::Suspect, Self::Json, Self::Text, Self::Binary, Self::Empty];

    /// The name used in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Usp => "usp",
            Self::Suspect => "suspect",
            Self::Json => "json",
            Self::Text => "text",
            Self::Binary => "binary",
            Self::Empty => "empty",
        }
    }
}

/// Which side of USP an endpoint is. An endpoint may be both.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// The device side.
    Agent,
    /// The ACS side.
    Controller,
}

/// The member of `Record.record_type` that is present; the value is its field number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum RecordType {
    /// One whole Msg.
    NoSessionContext = 7,
    /// A Msg or a piece of one, ordered by session counters.
    SessionContext = 8,
    /// Sender connected by WebSocket.
    WebsocketConnect = 9,
    /// Sender connected by MQTT.
    MqttConnect = 10,
    /// Sender connected by STOMP.
    StompConnect = 11,
    /// Sender is leaving, or ends a session context.
    Disconnect = 12,
    /// Sender connected by a Unix domain socket.
    UdsConnect = 13,
}

impl RecordType {
    /// The record type with this field number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            7 => Self::NoSessionContext,
            8 => Self::SessionContext,
            9 => Self::WebsocketConnect,
            10 => Self::MqttConnect,
            11 => Self::StompConnect,
            12 => Self::Disconnect,
            13 => Self::UdsConnect,
            _ => return None,
        })
    }

    /// The schema's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::NoSessionContext => "no_session_context",
            Self::SessionContext => "session_context",
            Self::WebsocketConnect => "websocket_connect",
            Self::MqttConnect => "mqtt_connect",
            Self::StompConnect => "stomp_connect",
            Self::Disconnect => "disconnect",
            Self::UdsConnect => "uds_connect",
        }
    }

    /// The name people use, for tables.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::NoSessionContext => "Record",
            Self::SessionContext => "Segment",
            Self::WebsocketConnect => "WebSocketConnect",
            Self::MqttConnect => "MQTTConnect",
            Self::StompConnect => "STOMPConnect",
            Self::Disconnect => "Disconnect",
            Self::UdsConnect => "UDSConnect",
        }
    }
}

/// Families of Msgs, for colour and grouping.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Family {
    /// Get, GetInstances, GetSupportedDM, GetSupportedProtocol and their answers.
    Read,
    /// Set, Add, Delete and their answers.
    Write,
    /// Notify and its answer.
    Notify,
    /// Operate and its answer.
    Operate,
    /// Register, Deregister and their answers.
    Register,
    /// Error.
    Error,
}

/// The type of a Msg as its **body** says it; the value is that of `Header.MsgType`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum MsgKind {
    Error = 0,
    Get = 1,
    GetResp = 2,
    Notify = 3,
    Set = 4,
    SetResp = 5,
    Operate = 6,
    OperateResp = 7,
    Add = 8,
    AddResp = 9,
    Delete = 10,
    DeleteResp = 11,
    GetSupportedDm = 12,
    GetSupportedDmResp = 13,
    GetInstances = 14,
    GetInstancesResp = 15,
    NotifyResp = 16,
    GetSupportedProto = 17,
    GetSupportedProtoResp = 18,
    Register = 19,
    RegisterResp = 20,
    Deregister = 21,
    DeregisterResp = 22,
}

/// Name in `Header.MsgType`, name of the body's member, name people use.
const MSG_NAMES: [(&str, &str, &str); MsgKind::COUNT] = [
    ("ERROR", "error", "Error"),
    ("GET", "request.get", "Get"),
    ("GET_RESP", "response.get_resp", "GetResp"),
    ("NOTIFY", "request.notify", "Notify"),
    ("SET", "request.set", "Set"),
    ("SET_RESP", "response.set_resp", "SetResp"),
    ("OPERATE", "request.operate", "Operate"),
    ("OPERATE_RESP", "response.operate_resp", "OperateResp"),
    ("ADD", "request.add", "Add"),
    ("ADD_RESP", "response.add_resp", "AddResp"),
    ("DELETE", "request.delete", "Delete"),
    ("DELETE_RESP", "response.delete_resp", "DeleteResp"),
    ("GET_SUPPORTED_DM", "request.get_supported_dm", "GetSupportedDM"),
    ("GET_SUPPORTED_DM_RESP", "response.get_supported_dm_resp", "GetSupportedDMResp"),
    ("GET_INSTANCES", "request.get_instances", "GetInstances"),
    ("GET_INSTANCES_RESP", "response.get_instances_resp", "GetInstancesResp"),
    ("NOTIFY_RESP", "response.notify_resp", "NotifyResp"),
    ("GET_SUPPORTED_PROTO", "request.get_supported_protocol", "GetSupportedProtocol"),
    (
        "GET_SUPPORTED_PROTO_RESP",
        "response.get_supported_protocol_resp",
        "GetSupportedProtocolResp",
    ),
    ("REGISTER", "request.register", "Register"),
    ("REGISTER_RESP", "response.register_resp", "RegisterResp"),
    ("DEREGISTER", "request.deregister", "Deregister"),
    ("DEREGISTER_RESP", "response.deregister_resp", "DeregisterResp"),
];

impl MsgKind {
    /// Number of kinds.
    pub const COUNT: usize = 23;
    /// All kinds; the position is the number.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Error,
        Self::Get,
        Self::GetResp,
        Self::Notify,
        Self::Set,
        Self::SetResp,
        Self::Operate,
        Self::OperateResp,
        Self::Add,
        Self::AddResp,
        Self::Delete,
        Self::DeleteResp,
        Self::GetSupportedDm,
        Self::GetSupportedDmResp,
        Self::GetInstances,
        Self::GetInstancesResp,
        Self::NotifyResp,
        Self::GetSupportedProto,
        Self::GetSupportedProtoResp,
        Self::Register,
        Self::RegisterResp,
        Self::Deregister,
        Self::DeregisterResp,
    ];

    /// The kind with this number in `Header.MsgType`; `None` for an unknown number.
    #[must_use]
    pub fn from_header(number: i32) -> Option<Self> {
        usize::try_from(number).ok().and_then(|n| Self::ALL.get(n).copied())
    }

    /// The kind of `Request.req_type` member `number`.
    #[must_use]
    pub fn from_request_member(number: u32) -> Option<Self> {
        Some(match number {
            1 => Self::Get,
            2 => Self::GetSupportedDm,
            3 => Self::GetInstances,
            4 => Self::Set,
            5 => Self::Add,
            6 => Self::Delete,
            7 => Self::Operate,
            8 => Self::Notify,
            9 => Self::GetSupportedProto,
            10 => Self::Register,
            11 => Self::Deregister,
            _ => return None,
        })
    }

    /// The kind of `Response.resp_type` member `number`.
    #[must_use]
    pub fn from_response_member(number: u32) -> Option<Self> {
        Self::from_request_member(number).and_then(Self::answer)
    }

    /// Name in `Header.MsgType`, for example `GET_RESP`.
    #[must_use]
    pub fn name(self) -> &'static str {
        MSG_NAMES[self as usize].0
    }

    /// Name of the body's member, for example `response.get_resp`.
    #[must_use]
    pub fn body_name(self) -> &'static str {
        MSG_NAMES[self as usize].1
    }

    /// The name people use, for example `GetResp`.
    #[must_use]
    pub fn label(self) -> &'static str {
        MSG_NAMES[self as usize].2
    }

    /// The response that belongs to this request (TR-369 message catalogue); `None` if this is
    /// no request.
    #[must_use]
    pub fn answer(self) -> Option<Self> {
        Some(match self {
            Self::Get => Self::GetResp,
            Self::Notify => Self::NotifyResp,
            Self::Set => Self::SetResp,
            Self::Operate => Self::OperateResp,
            Self::Add => Self::AddResp,
            Self::Delete => Self::DeleteResp,
            Self::GetSupportedDm => Self::GetSupportedDmResp,
            Self::GetInstances => Self::GetInstancesResp,
            Self::GetSupportedProto => Self::GetSupportedProtoResp,
            Self::Register => Self::RegisterResp,
            Self::Deregister => Self::DeregisterResp,
            _ => return None,
        })
    }

    /// True for requests.
    #[must_use]
    pub fn is_request(self) -> bool {
        self.answer().is_some()
    }

    /// The role its sender must have; `None` for Error, which either side sends.
    #[must_use]
    pub fn sender_role(self) -> Option<Role> {
        match self {
            Self::Error => None,
            Self::Notify
            | Self::Register
            | Self::Deregister
            | Self::GetResp
            | Self::SetResp
            | Self::OperateResp
            | Self::AddResp
            | Self::DeleteResp
            | Self::GetSupportedDmResp
            | Self::GetInstancesResp
            | Self::GetSupportedProtoResp => Some(Role::Agent),
            Self::Get
            | Self::Set
            | Self::Operate
            | Self::Add
            | Self::Delete
            | Self::GetSupportedDm
            | Self::GetInstances
            | Self::GetSupportedProto
            | Self::NotifyResp
            | Self::RegisterResp
            | Self::DeregisterResp => Some(Role::Controller),
        }
    }

    /// The family, for colour and grouping.
    #[must_use]
    pub fn family(self) -> Family {
        match self {
            Self::Error => Family::Error,
            Self::Get
            | Self::GetResp
            | Self::GetSupportedDm
            | Self::GetSupportedDmResp
            | Self::GetInstances
            | Self::GetInstancesResp
            | Self::GetSupportedProto
            | Self::GetSupportedProtoResp => Family::Read,
            Self::Set
            | Self::SetResp
            | Self::Add
            | Self::AddResp
            | Self::Delete
            | Self::DeleteResp => Family::Write,
            Self::Notify | Self::NotifyResp => Family::Notify,
            Self::Operate | Self::OperateResp => Family::Operate,
            Self::Register | Self::RegisterResp | Self::Deregister | Self::DeregisterResp => {
                Family::Register
            }
        }
    }
}

/// The member of `Notify.notification` that is present; the value is its field number.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum NotificationKind {
    Event = 3,
    ValueChange = 4,
    ObjectCreation = 5,
    ObjectDeletion = 6,
    OperationComplete = 7,
    OnBoardRequest = 8,
}

impl NotificationKind {
    /// The notification with this field number.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            3 => Self::Event,
            4 => Self::ValueChange,
            5 => Self::ObjectCreation,
            6 => Self::ObjectDeletion,
            7 => Self::OperationComplete,
            8 => Self::OnBoardRequest,
            _ => return None,
        })
    }

    /// The schema's name, for example `value_change`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::ValueChange => "value_change",
            Self::ObjectCreation => "obj_creation",
            Self::ObjectDeletion => "obj_deletion",
            Self::OperationComplete => "oper_complete",
            Self::OnBoardRequest => "on_board_req",
        }
    }

    /// The name people use, for example `ValueChange`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::ValueChange => "ValueChange",
            Self::ObjectCreation => "ObjectCreation",
            Self::ObjectDeletion => "ObjectDeletion",
            Self::OperationComplete => "OperationComplete",
            Self::OnBoardRequest => "OnBoardRequest",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_positions() {
        for (n, kind) in MsgKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, n);
            assert_eq!(MsgKind::from_header(n as i32), Some(kind));
        }
        assert_eq!(MsgKind::from_header(23), None);
        assert_eq!(MsgKind::from_header(-1), None);
        for (n, kind) in PayloadKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, n);
        }
    }

    #[test]
    fn every_response_belongs_to_one_request() {
        let answers: Vec<_> = MsgKind::ALL.into_iter().filter_map(MsgKind::answer).collect();
        assert_eq!(answers.len(), 11);
        for kind in MsgKind::ALL {
            let named_response = kind.body_name().starts_with("response.");
            assert_eq!(answers.contains(&kind), named_response, "{kind:?}");
        }
    }
}
