//! What the messages say about the subscription table, read off the wire.

use std::borrow::Cow;

use crate::usp::body::{body, each, entries, last, string, strings};
use crate::usp::kind::MsgKind;
use crate::usp::wire::WireReader;

/// The table of subscriptions.
pub(super) const TABLE: &str = "Device.LocalAgent.Subscription.";

/// Bytes of a text that are kept.
const MAX_TEXT: usize = 256;

/// The text, shortened when long.
pub(super) fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT {
        return text.into();
    }
    let end = text.floor_char_boundary(MAX_TEXT);
    format!("{}…", text.get(..end).unwrap_or_default()).into()
}

/// The number of the row that a path leads to, and what follows it.
pub(super) fn instance(path: &str) -> Option<(u32, &str)> {
    let rest = path.strip_prefix(TABLE)?;
    let (number, rest) = rest.split_once('.').unwrap_or((rest, ""));
    number.parse().ok().filter(|&number| number > 0).map(|number| (number, rest))
}

/// True if an answer about this path may tell of subscriptions: it leads to the table, into it,
/// or to an object it is part of.
#[inline]
pub(in crate::analysis) fn touches(path: &[u8]) -> bool {
    let len = path.len().min(TABLE.len());
    len > 0 && path.get(..len) == TABLE.as_bytes().get(..len)
}

/// A cheap look at a response whose results begin with the path that was asked for: whether any
/// of them may tell of subscriptions. Most do not, and this is all that they cost.
#[inline]
pub(super) fn concerns(msg: &[u8]) -> bool {
    let mut msg = WireReader::new(msg);
    while let Ok(Some(body)) = msg.next_field() {
        let mut side = msg.inside(&body);
        while body.number == 2
            && let Ok(Some(response)) = side.next_field()
        {
            let mut member = side.inside(&response);
            while let Ok(Some(kind)) = member.next_field() {
                let mut results = member.inside(&kind);
                while let Ok(Some(result)) = results.next_field() {
                    let mut fields = results.inside(&result);
                    // No path first is unusual, so look closely.
                    if let Ok(Some(path)) = fields.next_field()
                        && (path.number != 1 || touches(fields.bytes(&path)))
                    {
                        return true;
                    }
                }
            }
        }
    }
    false
}

/// True if the path is the table's own.
fn is_table(path: &str) -> bool {
    path == TABLE || TABLE.strip_suffix('.') == Some(path)
}

/// Some parameters of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Fields<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) notif_type: Option<&'a str>,
    pub(super) reference_list: Option<&'a str>,
    pub(super) recipient: Option<&'a str>,
    pub(super) notif_retry: Option<&'a str>,
    pub(super) enable: Option<&'a str>,
    pub(super) persistent: Option<&'a str>,
    pub(super) time_to_live: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// The place of a parameter that is kept.
    pub(super) fn slot(&mut self, name: &str) -> Option<&mut Option<&'a str>> {
        Some(match name {
            "ID" => &mut self.id,
            "NotifType" => &mut self.notif_type,
            "ReferenceList" => &mut self.reference_list,
            "Recipient" => &mut self.recipient,
            "NotifRetry" => &mut self.notif_retry,
            "Enable" => &mut self.enable,
            "Persistent" => &mut self.persistent,
            "TimeToLive" => &mut self.time_to_live,
            _ => return None,
        })
    }

    pub(super) fn set(&mut self, name: &str, value: &'a str) {
        if let Some(slot) = self.slot(name) {
            *slot = Some(value);
        }
    }

    fn of(params: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut fields = Self::default();
        params.for_each(|(name, value)| fields.set(name, value));
        fields
    }
}

/// Rows that an Add asks for, in order.
pub(super) fn add(msg: &[u8]) -> impl Iterator<Item = Fields<'_>> {
    objects(MsgKind::Add, msg, 2).filter(|object| is_table(string(*object, 1))).map(|object| {
        Fields::of(each(object, 2).map(|setting| (string(setting, 1), string(setting, 2))))
    })
}

/// A row that an Add made, or why not.
pub(super) struct Added<'a> {
    pub(super) instance: u32,
    /// Its unique keys.
    pub(super) keys: Fields<'a>,
    success: WireReader<'a>,
}

/// What became of the rows that an Add asked for, in order; `None` for a failed one.
pub(super) fn add_resp(msg: &[u8]) -> impl Iterator<Item = Option<Added<'_>>> {
    objects(MsgKind::AddResp, msg, 1).filter(|result| is_table(string(*result, 1))).map(|result| {
        let success = success(result)?;
        let (instance, _) = instance(string(success, 1))?;
        Some(Added { instance, keys: Fields::of(entries(success, 3)), success })
    })
}

/// Names of the parameters of an added row that could not be set.
pub(super) fn failed_params<'a>(added: &Added<'a>) -> impl Iterator<Item = &'a str> {
    each(added.success, 2).map(|error| string(error, 1))
}

/// Rows that a Set changed.
pub(super) fn set_resp(msg: &[u8]) -> impl Iterator<Item = (u32, Fields<'_>)> {
    objects(MsgKind::SetResp, msg, 1)
        .filter(|result| touches(string(*result, 1).as_bytes()))
        .filter_map(success)
        .flat_map(|success| each(success, 1))
        .filter_map(|row| Some((instance(string(row, 1))?.0, Fields::of(entries(row, 3)))))
}

/// Rows that a Delete took away.
pub(super) fn delete_resp(msg: &[u8]) -> impl Iterator<Item = u32> {
    objects(MsgKind::DeleteResp, msg, 1)
        .filter_map(success)
        .flat_map(|success| strings(success, 1))
        .filter_map(|path| instance(path).map(|(number, _)| number))
}

/// Rows that a Get read, perhaps in several pieces.
pub(super) fn get_resp(msg: &[u8]) -> impl Iterator<Item = (u32, Fields<'_>)> {
    objects(MsgKind::GetResp, msg, 1)
        .filter(|result| touches(string(*result, 1).as_bytes()))
        .flat_map(|result| each(result, 4))
        .flat_map(|resolved| {
            let path = string(resolved, 1);
            let row = instance(path)
                .filter(|(_, rest)| rest.is_empty())
                .map(|(number, _)| (number, Fields::of(entries(resolved, 2))));
            // Agents before USP 1.2 return all of an object with paths for names.
            let inner = TABLE.strip_prefix(path).filter(|_| !path.is_empty());
            row.into_iter().chain(inner.into_iter().flat_map(move |inner| {
                entries(resolved, 2).filter_map(move |(name, value)| {
                    let (number, name) = name.strip_prefix(inner)?.split_once('.')?;
                    let mut fields = Fields::default();
                    fields.set(name, value);
                    Some((number.parse().ok().filter(|&number| number > 0)?, fields))
                })
            }))
        })
}

/// Rows that a GetInstances found.
pub(super) fn instances_resp(msg: &[u8]) -> impl Iterator<Item = (u32, Fields<'_>)> {
    objects(MsgKind::GetInstancesResp, msg, 1)
        .filter(|result| touches(string(*result, 1).as_bytes()))
        .flat_map(|result| each(result, 4))
        .filter_map(|row| Some((instance(string(row, 1))?.0, Fields::of(entries(row, 2)))))
}

/// The row that was created, of a Notify.
pub(super) fn created(notify: WireReader<'_>) -> Option<(u32, Fields<'_>)> {
    let creation = last(notify, 5)?;
    Some((instance(string(creation, 1))?.0, Fields::of(entries(creation, 2))))
}

/// The row that was deleted, of a Notify.
pub(super) fn deleted(notify: WireReader<'_>) -> Option<u32> {
    instance(string(last(notify, 6)?, 1)).map(|(number, _)| number)
}

/// The repeated part of a body.
fn objects(kind: MsgKind, msg: &[u8], number: u32) -> impl Iterator<Item = WireReader<'_>> {
    each(body(kind, msg).unwrap_or_else(|| WireReader::new(&[])), number)
}

/// The `oper_success` of a result; of two members of the oneof the last one counts.
fn success(result: WireReader<'_>) -> Option<WireReader<'_>> {
    let status = last(result, 2)?;
    let mut found = None;
    let mut fields = status;
    while let Ok(Some(field)) = fields.next_field() {
        match field.number {
            1 => found = None,
            2 => found = Some(fields.inside(&field)),
            _ => {}
        }
    }
    found
}
