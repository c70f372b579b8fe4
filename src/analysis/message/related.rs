//! What a message has to do with operations and subscriptions, for lines and JSON. Says only
//! what was known when the message arrived, so that a replay prints what the live run did.

use serde_json::{Map, Value, json};

use super::Message;
use super::json::micros;
use crate::analysis::operations::Operation;
use crate::core::ids::Seq;
use crate::usp::kind::{MsgKind, NotificationKind};

/// Nanoseconds of a second.
const SECOND: i64 = 1_000_000_000;

/// Adds to the JSON of the Msg.
pub(super) fn in_msg(msg: Message<'_>, object: &mut Map<String, Value>) {
    if let Some(operation) = operation(msg)
        && let Some((operate, nanos)) = since_operate(msg, operation)
    {
        let value = json!({"operate": operate.0, "seconds": micros(nanos)});
        object.insert("operation".to_owned(), value);
    }
    let subscription = msg.snapshot.subscription_of(msg.row);
    if let Some(subscription) = subscription.filter(|known| known.changed < msg.row.seq) {
        let mut known = Map::new();
        let path = subscription.path();
        let texts = [
            ("type", subscription.notif_type.as_ref().map_or("", |kind| kind.label())),
            ("reference_list", &*subscription.reference_list),
            ("path", &path),
        ];
        for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            known.insert(key.to_owned(), text.into());
        }
        object.insert("subscription".to_owned(), known.into());
    }
}

/// Of a Connect Record or Boot! with which a commanded restart ended: the command, and how long
/// the device took.
pub(super) fn reboot(msg: Message<'_>) -> Option<Value> {
    let (_, nanos) = back(msg)?;
    let operate = msg.snapshot.operation_of(msg.row)?.operate.filter(|&seq| seq < msg.row.seq);
    let mut value = json!({"seconds": micros(nanos)});
    if let (Some(object), Some(seq)) = (value.as_object_mut(), operate) {
        object.insert("operate".to_owned(), seq.0.into());
    }
    Some(value)
}

/// Behind the line of an OperationComplete, or of a device that is back.
#[must_use]
pub fn line(msg: Message<'_>) -> Option<String> {
    if let Some((seq, nanos)) = back(msg) {
        return Some(format!("back {} after #{}", span(nanos), seq.0));
    }
    if msg.row.notification != Some(NotificationKind::OperationComplete) {
        return None;
    }
    let (operate, nanos) = since_operate(msg, operation(msg)?)?;
    Some(format!("{} after #{}", span(nanos), operate.0))
}

/// The operation that the message answers or completes.
fn operation(msg: Message<'_>) -> Option<&Operation> {
    let row = msg.row;
    let ends = match row.msg_kind? {
        MsgKind::OperateResp | MsgKind::Error => true,
        MsgKind::Notify => row.notification == Some(NotificationKind::OperationComplete),
        _ => false,
    };
    if ends { msg.snapshot.operation_of(row) } else { None }
}

/// The Operate, if it was seen before the message, and the time since.
fn since_operate(msg: Message<'_>, operation: &Operation) -> Option<(Seq, i64)> {
    let operate = operation.operate.filter(|&seq| seq < msg.row.seq)?;
    Some((operate, msg.row.at.nanos_since(operation.started_at?)))
}

/// The answer to a command to restart (or the command), if the message shows the device back.
fn back(msg: Message<'_>) -> Option<(Seq, i64)> {
    let row = msg.row;
    if row.msg_kind.is_some() && row.notification != Some(NotificationKind::Event) {
        return None;
    }
    let operation = msg.snapshot.operation_of(row).filter(|operation| operation.restarts)?;
    let answered = operation.response.zip(operation.answered_at);
    let known = answered.filter(|&(seq, _)| seq < row.seq);
    let (seq, at) = known.or(operation.operate.zip(operation.started_at))?;
    (seq < row.seq).then(|| (seq, row.at.nanos_since(at)))
}

/// A length of time for people.
fn span(nanos: i64) -> String {
    if nanos.abs() < SECOND {
        format!("{:.1} ms", nanos as f64 / 1e6)
    } else if nanos < 100 * SECOND {
        format!("{:.1} s", nanos as f64 / 1e9)
    } else {
        let secs = nanos / SECOND;
        format!("{} min {} s", secs / 60, secs % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_read_well() {
        assert_eq!(span(64_700_000), "64.7 ms");
        assert_eq!(span(2_044_658_000), "2.0 s");
        assert_eq!(span(185 * SECOND), "3 min 5 s");
    }
}
