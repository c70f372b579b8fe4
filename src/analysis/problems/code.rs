//! The catalogue of problems: what can be odd about a message or a device, how grave it is, the
//! rule it breaks and what to do about it.

use std::fmt;

/// How grave a problem is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Worth knowing.
    Info,
    /// Not as it should be; it may work all the same.
    Warning,
    /// It does not work, or a receiver may refuse it.
    Error,
}

impl Level {
    /// All levels, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Info];

    /// The name used in JSON output.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a catalogue entry says.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Name for machines, kebab case; never changes its meaning.
    pub name: &'static str,
    /// How grave.
    pub level: Level,
    /// What is wrong, in a few words for a list.
    pub title: &'static str,
    /// The rule it breaks, with its source.
    pub rule: &'static str,
    /// What to do.
    pub advice: &'static str,
}

/// Makes the enum and its table from one list, so that neither can forget an entry.
macro_rules! catalogue {
    ($($(#[$doc:meta])* $code:ident = $name:literal, $level:ident, $title:literal, $rule:literal, $advice:literal;)+) => {
        /// A problem's code. At most 64: a message keeps its problems as bits of one number.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        pub enum Code { $($(#[$doc])* #[doc = $title] $code,)+ }

        impl Code {
            /// All codes; the position is the number.
            pub const ALL: &'static [Self] = &[$(Self::$code,)+];
        }

        const TABLE: &[Entry] = &[$(Entry {
            name: $name, level: Level::$level, title: $title, rule: $rule, advice: $advice,
        },)+];
    };
}

catalogue! {
    MalformedRecord = "malformed-record", Error,
        "Record can't be read",
        "A PUBLISH payload is exactly one protobuf Record (TR-369, Record encoding)",
        "Compare the hex view with the sender's log; look for a cut payload or a second encoding. Receivers drop it in silence";
    RecordFieldMissing = "record-field-missing", Error,
        "Record without version, to_id or from_id",
        "version, to_id and from_id are required in every Record (TR-369, Record definition)",
        "Set the missing field at the sender; receivers drop such a Record in silence";
    RecordTypeMissing = "record-type-missing", Error,
        "Record of no known type",
        "A Record holds exactly one record type; one without must be discarded (TR-369, Record definition)",
        "Check that sender and receiver use the same schema version";
    MalformedMsg = "malformed-msg", Error,
        "Msg inside a good Record can't be read",
        "The payload of a Record is one protobuf Msg (TR-369, Message encoding)",
        "Look at the field tree for where it breaks off; check that the payload was encoded once";
    RecordVersion = "record-version-unknown", Warning,
        "Record version is not major.minor of USP 1",
        "version is the USP version the Record complies with, such as 1.3 (TR-369, Record definition)",
        "Check what the sender puts into Record.version";
    EndpointIdInvalid = "endpoint-id-invalid", Warning,
        "Endpoint ID breaks the rules of its scheme",
        "scheme:authority-id:instance-id, by the scheme's own rules (TR-369, Endpoint identifier)",
        "Correct the Endpoint ID in the device's or the ACS's configuration";
    SameEndpoint = "same-endpoint", Error,
        "Sender and receiver are the same Endpoint",
        "An Endpoint does not send Records to itself; Agent and Controller of one id must not talk to each other (TR-369)",
        "Give the ACS and the device different Endpoint IDs";
    TypeMismatch = "msg-type-mismatch", Error,
        "msg_type in the header is not what the body holds",
        "Header.msg_type names the body; agents answer a mismatch with 7001 (TR-369, Header)",
        "Set Header.msg_type from the body; the body counts here";
    HeaderMissing = "header-missing", Error,
        "Msg without a header",
        "Every Msg has a header with msg_id and msg_type (TR-369, Message encoding)",
        "Nobody can answer it; set Msg.header at the sender";
    MsgIdEmpty = "msg-id-empty", Error,
        "Msg with an empty msg_id",
        "msg_id is what an answer is matched by (TR-369, Header)",
        "Set a msg_id that is unique for this sender";
    UnsignedCertificate = "certificate-without-signature", Warning,
        "Record with sender_cert but no mac_signature",
        "sender_cert accompanies a signature of the Record (TR-369, Record integrity)",
        "Sign the Record or leave the certificate out";
    NonUsp = "non-usp-payload", Info,
        "Payload on a USP topic is no Record",
        "Topics of USP Endpoints carry Records (TR-369, MQTT binding)",
        "Find out who publishes here; Endpoints drop it in silence";
    UspErrorPacket = "usp-error-packet", Warning,
        "Error packet of the old kind (usp.error)",
        "Deprecated since USP 1.2; errors are Error Msgs now (TR-369, MQTT binding)",
        "Read the text for the cause; update the sender";
    EmptyPayload = "empty-payload", Info,
        "PUBLISH without a payload",
        "An empty payload is no Record; with the retain flag it deletes a retained message (MQTT)",
        "Harmless; find out who publishes it if it repeats";
    ResponseTopicMissing = "response-topic-missing", Warning,
        "No Response Topic",
        "Over MQTT 5 every Record carries the sender's own topic as Response Topic; over 3.1.1 as /reply-to= (TR-369, MQTT binding)",
        "Set the Response Topic at the sender, or the other side can't answer; a bridge to MQTT 3.1.1 loses it";
    ContentTypeMissing = "content-type-missing", Info,
        "No Content Type",
        "Over MQTT 5 a Record carries Content Type usp.msg (TR-369, MQTT binding)",
        "Set Content Type usp.msg at the sender; a receiver may refuse the packet without it";
    ContentTypeMismatch = "content-type-mismatch", Warning,
        "Content Type doesn't fit the payload",
        "usp.msg or application/vnd.bbf.usp.msg, and only for Records (TR-369, MQTT binding)",
        "Correct the Content Type at the sender";
    RetainedRecord = "retained-record", Warning,
        "Record published with the retain flag",
        "USP doesn't use retained messages: everyone who subscribes gets the old Record again (TR-369, MQTT binding)",
        "Publish without retain, and delete the retained message with an empty retained one";
    QosTwo = "qos-2", Info,
        "Record delivered with QoS 2",
        "QoS 0 and 1 are mandatory, 2 is optional (TR-369, MQTT binding)",
        "Use QoS 0 or 1 unless all Endpoints and brokers support 2; QoS 2 also delays answers";
    UnexpectedTopic = "unexpected-topic", Warning,
        "Record on a topic of the other direction, or outside the layout",
        "Records go to where their receiver subscribed; the layout is the profile's",
        "Check the topics configured at the sender, and USP_MQTT_AGENT_TOPIC and USP_MQTT_CONTROLLER_TOPIC in the profile";
    WrongDeviceTopic = "wrong-device-topic", Error,
        "Request on another device's topic",
        "The topic of a request is the one its to_id can be reached at (TR-369, MQTT binding)",
        "Compare the ACS's device record with the device's subscribed topic; the wrong device ignores it in silence";
    AnswerTopicMismatch = "answer-topic-mismatch", Warning,
        "Answer not sent to the request's Response Topic",
        "The answer goes to the Response Topic of the request (TR-369, MQTT binding)",
        "Check whether the requester also listens there; some agents use their configured topic";
    CorrelationData = "correlation-data-used", Info,
        "Correlation Data present",
        "USP doesn't use Correlation Data; answers are matched by msg_id (TR-369, MQTT binding)",
        "Harmless; don't rely on it coming back";
    UspErrId = "usp-err-id-used", Info,
        "Deprecated User Property usp-err-id",
        "Deprecated since USP 1.2 (TR-369, MQTT binding)",
        "Update the sender";
    ReplyToRepeated = "reply-to-repeated", Warning,
        "Topic with more than one /reply-to=",
        "The reply topic is what follows the last /reply-to= (TR-369, MQTT 3.1.1 binding)",
        "The sender appended its own to a topic that had one. Some agents take the first all the same";
    Redelivered = "redelivered", Info,
        "Delivered a second time by MQTT",
        "With QoS 1 a packet may come again, flagged DUP (MQTT)",
        "Harmless when rare; often means a broker or client that acknowledges late";
    TwoResponseTopics = "two-response-topics", Warning,
        "One Endpoint ID uses two reply topics in turn",
        "An Endpoint has one topic it is reached at; from_id is only a claim unless the broker vouches for it (TR-369, security)",
        "Look for two devices with the same Endpoint ID, or a copy of a device's identity";
    AnswersForAnother = "answers-for-another", Error,
        "Answer from someone who wasn't asked",
        "from_id of the answer is to_id of the request (TR-369, Message flows)",
        "Look for a shared topic with a wrong Endpoint ID, or a device answering for another";
    RoleConflict = "role-conflict", Info,
        "Endpoint acts as Agent and as Controller",
        "Legal, but the two must not talk to each other (TR-369, Endpoint identifier)",
        "Nothing, if it is meant; else two programs share an Endpoint ID";
    TopicShared = "device-topic-shared", Warning,
        "Two devices are reached at one device's topic",
        "In a layout with one topic per device the topic belongs to one client ID",
        "Look for two devices with the same MQTT client ID; they throw each other off the broker";
    Unanswered = "unanswered-request", Error,
        "Request never answered",
        "Every request but those with send_resp=false has an answer (TR-369, Message flows)",
        "Check that the device is online, that its topic is right and that it knows this Controller";
    LateAnswer = "late-answer", Warning,
        "Answer after the time limit",
        "The limit is this tool's: 30 s, 120 s for Operate and GetSupportedDM",
        "Look at the device's load and at what was asked for";
    OrphanAnswer = "orphan-answer", Info,
        "Answer to a request that wasn't seen",
        "An answer carries the msg_id of its request (TR-369, Message flows)",
        "Started late, or the account may not read the request's topic";
    MsgIdReused = "msg-id-reused", Warning,
        "msg_id used again while its request was open",
        "msg_id is unique for a sender while the request is open (TR-369, Header)",
        "Make msg_ids unique at the sender; the answer can't be told apart";
    WrongAnswerType = "wrong-answer-type", Error,
        "Answer of another type than the request's",
        "Each request has its own response, or Error (TR-369, Messages)",
        "Look for reused msg_ids or a defect at the answering side";
    DuplicateAnswer = "duplicate-answer", Info,
        "Same request answered again",
        "A request gets one answer (TR-369, Message flows)",
        "The request was repeated, or MQTT delivered the answer twice";
    RequestRepeated = "request-repeated", Info,
        "Request sent again",
        "A repeated request has the same msg_id; the receiver ignores it while it works on the first (TR-369)",
        "Look at why the first one was not answered in time";
    RetryStorm = "retry-storm", Warning,
        "Same request repeated five times or more",
        "Retries back off: 5, 10, 20, 40 seconds and so on (TR-369, Notification retry)",
        "The other side doesn't answer, or its answers don't arrive";
    NotifyUnacknowledged = "notify-unacknowledged", Warning,
        "Notify repeated: nobody acknowledged it",
        "With send_resp=true the Agent repeats the Notify until a NotifyResp comes (TR-369, NotifRetry)",
        "Check that the Controller is running, subscribed to the topic, and answers with NotifyResp; an Error doesn't end the repetition in every agent";
    LostByRestart = "lost-by-restart", Warning,
        "Device restarted before it answered",
        "A device that restarts forgets what it was asked (TR-369, Connect Record)",
        "Send it again; if it repeats, this request may be what makes the device restart";
    UnexpectedAnswer = "unexpected-answer", Info,
        "Answer to a request that asked for none",
        "With send_resp=false no answer is expected (TR-369, Notify and Operate)",
        "Harmless: an answer may come anyway, and is to be ignored";
    RequestFailed = "request-failed", Warning,
        "Request failed",
        "An Error, or a response in which nothing was done (TR-369, Error codes)",
        "See the error codes; param_errs first";
    RequestPartlyFailed = "request-partly-failed", Warning,
        "Request partly failed",
        "A response can carry failures inside (TR-369, Responses)",
        "See which paths failed; the rest was done";
    CommandFailed = "command-failed", Warning,
        "Operation ended in a failure",
        "OperationComplete with cmd_failure (TR-369, Operate)",
        "See the code and text; compare the input arguments with the data model";
    StrayErrorCode = "stray-error-code", Info,
        "Error code not meant for this message",
        "Each message has its proper error codes (TR-369, Error codes)",
        "Read the text rather than the code; report it to the device's maker";
    ResultWithoutStatus = "result-without-status", Warning,
        "Result says neither success nor failure",
        "Each result of a response has an oper_status (TR-369, Responses)",
        "Treat it as not done, and report it to the device's maker";
    SegmentMissing = "segment-missing", Warning,
        "Segment missing",
        "sequence_id goes up by one with each Record (TR-369, Session context)",
        "The peer asks for it again with retransmit_id; if the peer has it, this tool lost it";
    SegmentDuplicate = "segment-duplicate", Info,
        "Segment came again",
        "A sequence_id is used once; a retransmission or QoS 1 redelivery repeats it (TR-369, Session context)",
        "Harmless when rare";
    SegmentConflict = "segment-conflict", Error,
        "Same sequence_id with different content",
        "A retransmitted Record is the same Record (TR-369, Session context)",
        "Two senders use one session, or the sender lost count";
    SegmentsAbandoned = "segments-abandoned", Warning,
        "Segmented Msg never completed",
        "Segments run from BEGIN to COMPLETE (TR-369, Segmented messages)",
        "Look for a restart, a lost Record, or a limit on record size that the peer refuses";
    JoinedLate = "joined-late", Info,
        "Segment of a Msg whose beginning wasn't seen",
        "Segments run from BEGIN to COMPLETE (TR-369, Segmented messages)",
        "Recording started in the middle, or earlier Records were lost";
    SessionIdInvalid = "session-id-invalid", Warning,
        "session_id is 0 or 1",
        "session_id is greater than 1 (TR-369, Session context)",
        "Correct the sender";
    SessionEnded = "session-ended", Warning,
        "Session context ended or refused",
        "Disconnect 7105 ends a session, 7106 refuses one (TR-369, Session context)",
        "See the reason; out-of-order segments and several payload entries are usual causes";
    RetransmitRequested = "retransmit-requested", Info,
        "Peer asks for a Record again",
        "retransmit_id names the sequence_id that is missing (TR-369, Session context)",
        "Look for losses between the peers";
    TlsWithoutSession = "tls-without-session", Error,
        "Secured payload outside a session",
        "TLS12 needs a session context; agents answer Disconnect 7104 (TR-369, Secure messages)",
        "Send PLAINTEXT, or use a session context";
    NotTls = "secured-payload-not-tls", Error,
        "Payload marked TLS12 holds no TLS records",
        "With TLS12 the payload bytes are TLS records (TR-369, Secure messages)",
        "Check the sender's payload_security; nothing here is encrypted";
    SecurityChanged = "security-changed", Error,
        "payload_security changed inside a session",
        "payload_security doesn't change inside a session (TR-369, Secure messages)",
        "Start a new session to change it";
    BootStorm = "boot-storm", Warning,
        "Many devices boot at once",
        "Twenty devices or more sent Boot! within a minute: this tool's own limit",
        "Look for a power cut, a broker restart or a firmware roll-out; the ACS gets all their requests together";
    ReconnectLoop = "reconnect-loop", Warning,
        "Device connects again and again",
        "Four Connect Records within five minutes: this tool's own limit",
        "Look for a shared client ID, a keep-alive that is too short, or a crash; see what came before each Connect";
    DeviceSilent = "device-silent", Warning,
        "Device has gone silent",
        "Silent for more than twice its Periodic! interval, at least five minutes: this tool's own limit",
        "Check power, uplink and broker connection; a crash says no goodbye";
    ErrorRateJump = "error-rate-jump", Warning,
        "Far more requests of a device fail than before",
        "A quarter of the last 20 answers or more are failures, and three times the share before those: this tool's own limit",
        "See what changed: firmware, configuration, or the requests";
    LatencyJump = "latency-jump", Warning,
        "Device answers far slower than before",
        "Eight of the last ten answers take four times as long as is usual for their request's type, and more than 100 ms: this tool's own limit",
        "Look at the device's load, its uplink and the broker's queue";
    UnexpectedRestart = "unexpected-restart", Info,
        "Device restarted without being asked",
        "Boot! with no Reboot() or FactoryReset() before it",
        "See its Cause; a power cut or crash says LocalReboot or a vendor's value";
    RequestsInvisible = "requests-invisible", Info,
        "Requests to devices can't be seen",
        "A Controller's account may read only its own topic, not those of the devices",
        "Subscribe to the devices' topics too, or grant this account read access; until then there is no latency for Get and Set";
}

impl Code {
    /// Its catalogue entry.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        // One entry per code, made from one list.
        TABLE.get(self as usize).unwrap_or(&TABLE[0])
    }

    /// Name for machines.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// How grave.
    #[must_use]
    pub fn level(self) -> Level {
        self.entry().level
    }

    /// The code with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }

    /// Its bit among a message's problems.
    #[must_use]
    pub const fn bit(self) -> u64 {
        1 << (self as u8)
    }
}

/// The problems of one message.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct CodeSet(pub u64);

impl CodeSet {
    /// True if there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True if `code` is among them.
    #[must_use]
    pub fn contains(self, code: Code) -> bool {
        self.0 & code.bit() != 0
    }

    /// All of them, in the catalogue's order.
    pub fn iter(self) -> impl Iterator<Item = Code> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let number = rest.trailing_zeros();
            rest &= rest - 1;
            Code::ALL.get(number as usize).copied()
        })
    }

    /// The gravest level among them.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        self.iter().map(Code::level).max()
    }
}

impl fmt::Debug for CodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Code::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_bit_and_its_own_name() {
        assert_eq!((Code::ALL.len(), TABLE.len()), (64, 64));
        for (number, code) in Code::ALL.iter().enumerate() {
            assert_eq!(*code as usize, number);
            assert_eq!(Code::from_name(code.name()), Some(*code));
        }
        let set = CodeSet(Code::QosTwo.bit() | Code::MalformedMsg.bit());
        assert_eq!(set.iter().collect::<Vec<_>>(), [Code::MalformedMsg, Code::QosTwo]);
        assert_eq!(set.level(), Some(Level::Error));
        assert!(set.contains(Code::QosTwo) && !set.contains(Code::NonUsp));
    }

    #[test]
    fn texts_are_sentences_for_people() {
        for code in Code::ALL {
            let entry = code.entry();
            assert!(
                entry
                    .title
                    .chars()
                    .next()
                    .is_some_and(|c| c.is_uppercase() || entry.title.contains('_')),
                "{code:?}"
            );
            assert!(!entry.title.ends_with('.') && entry.title.len() <= 70, "{code:?}");
            assert!(
                entry
                    .name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit()),
                "{code:?}"
            );
            assert!(!entry.rule.is_empty() && !entry.advice.is_empty(), "{code:?}");
        }
    }
}
