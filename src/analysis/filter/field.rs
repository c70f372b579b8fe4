//! The fields a filter knows, and what each holds.

/// What is asked about a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is described by its entry in the table")]
pub enum Field {
    From,
    To,
    Device,
    Type,
    MsgId,
    Topic,
    Size,
    Latency,
    Grade,
    Error,
    Path,
    Value,
    Problem,
    Time,
    State,
    Direction,
    Notification,
    Event,
    Command,
    Subscription,
    Record,
    Qos,
    Retain,
    Dup,
    Text,
    Number,
}

/// What a field holds, and so what it can be compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Holds {
    /// Any text.
    Text,
    /// An Endpoint ID.
    Endpoint,
    /// A topic name.
    Topic,
    /// Paths of the data model.
    Path,
    /// One of a fixed list of names.
    Names,
    /// A whole number.
    Count,
    /// A number of bytes.
    Bytes,
    /// A length of time.
    Duration,
    /// Error codes.
    Codes,
    /// A point in time.
    Time,
    /// Yes or no.
    Flag,
}

/// One entry of the table of fields.
#[derive(Debug)]
pub struct FieldInfo {
    /// The field.
    pub field: Field,
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// What it means, for people.
    pub help: &'static str,
    /// How it is used.
    pub example: &'static str,
}

macro_rules! fields {
    ($($field:ident $name:literal $holds:ident $help:literal $example:literal;)+) => {
        /// All fields, in the order people want them listed.
        pub const FIELDS: &[FieldInfo] = &[$(FieldInfo {
            field: Field::$field,
            name: $name,
            holds: Holds::$holds,
            help: $help,
            example: $example,
        },)+];
    };
}

fields! {
    Device "device" Endpoint "the Agent's side of it: whole Endpoint ID or what follows its scheme"
        "device == cpe-1";
    From "from" Endpoint "sender (from_id)" "from == self::acs";
    To "to" Endpoint "receiver (to_id)" "to contains 00256D";
    Type "type" Names "Msg, Record or payload type, or kind of notification" "type in {Get, GetResp}";
    MsgId "msg_id" Text "msg_id of the Msg" "msg_id == 1234";
    Topic "topic" Topic "MQTT topic; + and # as in subscriptions, under: it and all below"
        "topic under usp/+/cpe-1";
    Path "path" Path "any data model path in it; * for one part, a final dot for all below"
        "path == Device.WiFi.Radio.*.Channel";
    Value "value" Text "any parameter or argument value in it; numbers can be compared"
        "value > 1000";
    Event "event" Text "name of the event notified" "event == Boot!";
    Notification "notification" Names "kind of notification" "notification == ValueChange";
    Command "command" Text "command run, answered or completed" "command contains Reboot";
    Subscription "subscription" Text "subscription ID of a notification" "subscription == boot-1";
    State "state" Names "what became of the request it belongs to" "state == timed-out";
    Latency "latency" Duration "time between request and answer" "latency > 250ms";
    Grade "grade" Names "how the request went: ok, partial, failed" "grade != ok";
    Error "error" Codes "any error code in it, by number or name" "error == 7026";
    Problem "problem" Names "anything odd about it, by code or level" "problem == error";
    Time "t" Time "when: date, time of day, or so long before the newest message" "t > -5m";
    Size "size" Bytes "bytes of payload" "size > 4kB";
    Direction "direction" Names "to_agent or to_controller" "direction == to_agent";
    Record "record" Names "record type" "record == session_context";
    Qos "qos" Count "MQTT QoS, 0 to 2" "qos == 2";
    Retain "retain" Flag "delivered as a retained message" "retain";
    Dup "dup" Flag "flagged by MQTT as delivered before" "dup";
    Text "text" Text "anywhere in the payload" "text matches \"Radio\\.[12]\\.\"";
    Number "n" Count "number of the message, from 1" "n >= 1000";
}

impl Field {
    /// Its entry in the table.
    #[must_use]
    pub fn info(self) -> &'static FieldInfo {
        FIELDS.iter().find(|info| info.field == self).unwrap_or(&FIELDS[0])
    }

    /// The field of this name, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FIELDS.iter().find(|info| info.name.eq_ignore_ascii_case(name)).map(|info| info.field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_one_entry_and_its_example_is_a_filter() {
        for (n, info) in FIELDS.iter().enumerate() {
            assert!(FIELDS.iter().skip(n + 1).all(|other| other.name != info.name));
            assert_eq!(Field::from_name(info.name), Some(info.field));
            assert_eq!(info.field.info().name, info.name);
            assert!(!info.help.ends_with('.') && info.help.len() < 90, "{}", info.name);
            let parsed = super::super::Filter::parse(info.example, &jiff::tz::TimeZone::UTC);
            assert!(parsed.is_ok(), "{}: {parsed:?}", info.example);
        }
    }
}
