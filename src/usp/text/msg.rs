//! The line of a Msg, by its type.

use super::line::Line;
use super::{last, number, string};
use crate::usp::check::map_entry;
use crate::usp::error;
use crate::usp::kind::{MsgKind, NotificationKind};
use crate::usp::summary::MsgSummary;
use crate::usp::wire::{WireReader, WireValue};

/// Fields looked at when counting; larger Msgs say "more than".
const MAX_FIELDS: usize = 10_000;

pub(super) fn describe(line: &mut Line, msg: WireReader<'_>, summary: &MsgSummary<'_>) {
    let Some(kind) = summary.kind else { return };
    let body = last(msg, 2);
    let inside = body.and_then(|body| match kind {
        MsgKind::Error => last(body, 3),
        _ if kind.is_request() => last(body, 1).and_then(|request| member(request, kind)),
        _ => last(body, 2).and_then(|response| member(response, kind)),
    });
    let Some(inside) = inside else { return };
    match kind {
        MsgKind::Get => {
            paths(line, inside, 1);
            depth(line, inside);
        }
        MsgKind::GetInstances | MsgKind::GetSupportedDm => {
            paths(line, inside, 1);
            if number(inside, 2) != 0 {
                line.push(", first level only");
            }
        }
        MsgKind::Delete => paths(line, inside, 2),
        MsgKind::Deregister => {
            let everything = string(inside, 1).is_empty();
            if everything { line.push("everything") } else { paths(line, inside, 1) }
        }
        MsgKind::Register => objects(line, inside, |line, path| line.text(string(path, 1))),
        MsgKind::Set => objects(line, inside, |line, object| settings(line, object, "")),
        MsgKind::Add => objects(line, inside, |line, object| settings(line, object, " with ")),
        MsgKind::Operate => operate(line, inside),
        MsgKind::Notify => notify(line, inside, summary.notification),
        MsgKind::GetSupportedProto | MsgKind::GetSupportedProtoResp => {
            let versions = string(inside, 1);
            line.text(if versions.is_empty() { "no versions" } else { versions });
        }
        MsgKind::NotifyResp => {
            // Empty for the answer to an OnBoardRequest.
            let subscription = string(inside, 1);
            line.text(if subscription.is_empty() { "acknowledged" } else { subscription });
        }
        MsgKind::Error => whole_error(line, inside),
        MsgKind::GetResp => get_resp(line, inside),
        MsgKind::GetInstancesResp => counted(line, inside, ("instance", "instances"), 4),
        MsgKind::GetSupportedDmResp => counted(line, inside, ("object", "objects"), 5),
        MsgKind::SetResp => statuses(line, inside, |line, success, requested| {
            let instance = last(success, 1);
            let path = instance.map_or("", |instance| string(instance, 1));
            line.text(if path.is_empty() { requested } else { path });
            line.push(" updated");
        }),
        MsgKind::AddResp => statuses(line, inside, |line, success, _| {
            line.text(string(success, 1));
            line.push(" created");
        }),
        MsgKind::DeleteResp => statuses(line, inside, |line, success, requested| {
            if last(success, 1).is_some() {
                paths(line, success, 1);
                line.push(" deleted");
            } else {
                line.text(requested);
                line.push(" matched nothing");
            }
        }),
        MsgKind::RegisterResp => statuses(line, inside, |line, _, requested| {
            line.text(requested);
            line.push(" registered");
        }),
        MsgKind::DeregisterResp => statuses(line, inside, |line, _, requested| {
            line.text(if requested.is_empty() { "everything" } else { requested });
            line.push(" deregistered");
        }),
        MsgKind::OperateResp => operate_resp(line, inside),
    }
}

/// The last member of this kind in a Request or Response.
fn member(reader: WireReader<'_>, kind: MsgKind) -> Option<WireReader<'_>> {
    let number = (1..=11).find(|number| {
        MsgKind::from_request_member(*number) == Some(kind)
            || MsgKind::from_response_member(*number) == Some(kind)
    })?;
    last(reader, number)
}

/// The first of some strings, and how many more there are.
fn paths(line: &mut Line, mut reader: WireReader<'_>, number: u32) {
    let mut count = 0_usize;
    for _ in 0..MAX_FIELDS {
        let Ok(Some(field)) = reader.next_field() else { break };
        if field.number == number {
            if count == 0 {
                line.text(reader.string(&field).unwrap_or("not UTF-8"));
            }
            count += 1;
        }
    }
    more(line, count, !at_end(reader));
}

fn more(line: &mut Line, count: usize, cut: bool) {
    match count {
        0 => line.push("nothing"),
        1 => {}
        _ => line.push(&format!(" +{}{}", count - 1, if cut { " or more" } else { "" })),
    }
}

/// False if the walk was stopped before the end.
fn at_end(reader: WireReader<'_>) -> bool {
    reader.pos() >= reader.end()
}

fn depth(line: &mut Line, get: WireReader<'_>) {
    let depth = number(get, 2);
    if depth != 0 {
        line.push(&format!(", depth {depth}"));
    }
}

/// The first of the messages in field 2, and how many more there are.
fn objects(line: &mut Line, mut reader: WireReader<'_>, show: impl Fn(&mut Line, WireReader<'_>)) {
    let mut count = 0_usize;
    for _ in 0..MAX_FIELDS {
        let Ok(Some(field)) = reader.next_field() else { break };
        if field.number == 2 && field.value == WireValue::Len {
            if count == 0 {
                show(line, reader.inside(&field));
            }
            count += 1;
        }
    }
    more(line, count, !at_end(reader));
}

/// `Device.WiFi.SSID.1.SSID = "home"`: an object and its first parameter.
fn settings(line: &mut Line, object: WireReader<'_>, between: &str) {
    line.text(string(object, 1));
    let mut reader = object;
    let mut count = 0_usize;
    for _ in 0..MAX_FIELDS {
        let Ok(Some(field)) = reader.next_field() else { break };
        if field.number != 2 || field.value != WireValue::Len {
            continue;
        }
        if count == 0 {
            let setting = reader.inside(&field);
            line.push(between);
            line.text(string(setting, 1));
            line.push(" = ");
            line.quoted(string(setting, 2));
        }
        count += 1;
    }
    if count > 1 {
        more(line, count, !at_end(reader));
    }
}

fn operate(line: &mut Line, operate: WireReader<'_>) {
    line.text(string(operate, 1));
    let key = string(operate, 2);
    if !key.is_empty() {
        line.push(" key=");
        line.text(key);
    }
    pairs(line, operate, 4);
}

/// The entries of a map as ` (a = "b", …)`.
fn pairs(line: &mut Line, mut reader: WireReader<'_>, number: u32) {
    let mut any = false;
    while !line.is_full() {
        let Ok(Some(field)) = reader.next_field() else { break };
        if field.number != number || field.value != WireValue::Len {
            continue;
        }
        let (key, value) = map_entry(reader.inside(&field)).unwrap_or_default();
        line.push(if any { ", " } else { " (" });
        any = true;
        line.text(key);
        line.push(" = ");
        line.quoted(value);
    }
    line.push(if any { ")" } else { "" });
}

fn notify(line: &mut Line, notify: WireReader<'_>, kind: Option<NotificationKind>) {
    let Some(kind) = kind else { return };
    let Some(inside) = last(notify, kind as u32) else { return };
    match kind {
        NotificationKind::Event => event(line, inside),
        NotificationKind::ValueChange => {
            line.text(string(inside, 1));
            line.push(" = ");
            line.quoted(string(inside, 2));
        }
        NotificationKind::ObjectCreation => {
            line.text(string(inside, 1));
            line.push(" created");
            pairs(line, inside, 2);
        }
        NotificationKind::ObjectDeletion => {
            line.text(string(inside, 1));
            line.push(" deleted");
        }
        NotificationKind::OperationComplete => {
            line.text(string(inside, 1));
            line.text(string(inside, 2));
            let key = string(inside, 3);
            if !key.is_empty() {
                line.push(" key=");
                line.text(key);
            }
            match last(inside, 5) {
                Some(failure) => {
                    line.push(" failed: ");
                    code_and_message(line, failure, 1);
                }
                None => {
                    line.push(" done");
                    if let Some(output) = last(inside, 4) {
                        pairs(line, output, 1);
                    }
                }
            }
        }
        NotificationKind::OnBoardRequest => {
            line.push("OUI ");
            line.text(string(inside, 1));
            line.push(", class ");
            line.text(string(inside, 2));
            line.push(", serial ");
            line.text(string(inside, 3));
        }
    }
}

/// `Boot! cause LocalReboot`, else the event's path and arguments.
fn event(line: &mut Line, event: WireReader<'_>) {
    let (path, name) = (string(event, 1), string(event, 2));
    if path != "Device." {
        line.text(path);
    }
    line.text(name);
    if name != "Boot!" {
        pairs(line, event, 3);
        return;
    }
    let mut reader = event;
    for _ in 0..MAX_FIELDS {
        let Ok(Some(field)) = reader.next_field() else { break };
        if field.number == 3
            && let Ok((key, value)) = map_entry(reader.inside(&field))
        {
            match (key, value) {
                (_, "") => {}
                ("Cause", cause) => {
                    line.push(" cause ");
                    line.text(cause);
                }
                ("CommandKey", key) => {
                    line.push(" key=");
                    line.text(key);
                }
                ("FirmwareUpdated", "true" | "1") => line.push(" firmware updated"),
                _ => {}
            }
        }
    }
}

/// `7026 Invalid path: words`; code and message are fields `number` and the next.
fn code_and_message(line: &mut Line, reader: WireReader<'_>, at: u32) {
    let code = u32::try_from(number(reader, at)).unwrap_or(0);
    line.push(&error::label(code));
    let message = string(reader, at + 1);
    if !message.is_empty() {
        line.push(": ");
        line.text(message);
    }
}

/// An Error: its code, then the true cause from param_errs if there is one.
fn whole_error(line: &mut Line, error: WireReader<'_>) {
    let Some(first) = first(error, 3) else {
        code_and_message(line, error, 1);
        return;
    };
    let code = u32::try_from(number(error, 1)).unwrap_or(0);
    line.push(&error::label(code));
    line.push(": ");
    line.text(string(first, 1));
    line.push(" ");
    code_and_message(line, first, 2);
}

/// The message in the first field with this number.
fn first(mut reader: WireReader<'_>, number: u32) -> Option<WireReader<'_>> {
    while let Ok(Some(field)) = reader.next_field() {
        if field.number == number && field.value == WireValue::Len {
            return Some(reader.inside(&field));
        }
    }
    None
}

/// What the results of a response add up to.
#[derive(Default)]
struct Count<'a> {
    results: usize,
    things: usize,
    failed: usize,
    /// Path, code and message of the first failure.
    first_failure: Option<(&'a str, u32, &'a str)>,
    /// Fields still to be looked at.
    left: usize,
}

impl<'a> Count<'a> {
    /// Walks results of the shape 1 path, 2 err_code, 3 err_msg; `each` counts inside one field
    /// of a result.
    fn results(
        mut reader: WireReader<'a>,
        mut each: impl FnMut(&mut Self, u32, WireReader<'a>),
    ) -> Self {
        let mut count = Self { left: MAX_FIELDS, ..Self::default() };
        while count.left > 0 {
            let Ok(Some(field)) = reader.next_field() else { break };
            count.left -= 1;
            if field.number != 1 || field.value != WireValue::Len {
                continue;
            }
            count.results += 1;
            let result = reader.inside(&field);
            let (mut path, mut code, mut message) = ("", 0, "");
            let mut inner = result;
            while count.left > 0 {
                let Ok(Some(field)) = inner.next_field() else { break };
                count.left -= 1;
                match (field.number, field.value) {
                    (1, WireValue::Len) => path = inner.string(&field).unwrap_or("not UTF-8"),
                    (2, WireValue::Fixed32(value)) => code = value,
                    (3, WireValue::Len) => message = inner.string(&field).unwrap_or("not UTF-8"),
                    (other, WireValue::Len) => each(&mut count, other, inner.inside(&field)),
                    _ => {}
                }
            }
            if code != 0 {
                count.failed += 1;
                count.first_failure.get_or_insert((path, code, message));
            }
        }
        count
    }

    /// `12 parameters, 1 path failed (7026)`.
    fn tell(&self, line: &mut Line, (one, many): (&str, &str)) {
        if let (Some((path, code, message)), 1) = (self.first_failure, self.results) {
            line.push(&error::label(code));
            line.push(": ");
            line.text(if message.is_empty() { path } else { message });
            return;
        }
        let cut = if self.left == 0 { "more than " } else { "" };
        let what = if self.things == 1 { one } else { many };
        line.push(&format!("{cut}{} {what}", self.things));
        if let Some((_, code, _)) = self.first_failure {
            let paths = if self.failed == 1 { "path" } else { "paths" };
            line.push(&format!(", {} {paths} failed ({code})", self.failed));
        }
    }
}

fn get_resp(line: &mut Line, response: WireReader<'_>) {
    let mut only = None;
    let count = Count::results(response, |count, number, resolved| {
        if number != 4 {
            return;
        }
        let mut reader = resolved;
        while count.left > 0 {
            let Ok(Some(field)) = reader.next_field() else { break };
            count.left -= 1;
            if field.number == 2 && field.value == WireValue::Len {
                count.things += 1;
                if count.things == 1 {
                    only = Some((resolved, reader.inside(&field)));
                }
            }
        }
    });
    match only {
        Some((resolved, entry)) if count.things == 1 && count.failed == 0 => {
            let (key, value) = map_entry(entry).unwrap_or_default();
            line.text(string(resolved, 1));
            line.text(key);
            line.push(" = ");
            line.quoted(value);
        }
        _ => count.tell(line, ("parameter", "parameters")),
    }
}

/// Results whose field `number` holds what is counted.
fn counted(line: &mut Line, response: WireReader<'_>, what: (&str, &str), number: u32) {
    Count::results(response, |count, found, _| count.things += usize::from(found == number))
        .tell(line, what);
}

/// Results of the shape 1 requested_path, 2 oper_status { 1 oper_failure, 2 oper_success }: the
/// first failure if there is one, else the first success, and how many more.
fn statuses(
    line: &mut Line,
    mut reader: WireReader<'_>,
    show: impl Fn(&mut Line, WireReader<'_>, &str),
) {
    let (mut good, mut bad) = (0_usize, 0_usize);
    let (mut success, mut failure) = (None, None);
    for _ in 0..MAX_FIELDS {
        let Ok(Some(field)) = reader.next_field() else { break };
        if field.number != 1 || field.value != WireValue::Len {
            continue;
        }
        let result = reader.inside(&field);
        let path = string(result, 1);
        let Some(status) = last(result, 2) else { continue };
        if let Some(inside) = last(status, 1) {
            bad += 1;
            failure.get_or_insert((path, inside));
        } else if let Some(inside) = last(status, 2) {
            good += 1;
            success.get_or_insert((path, inside));
        }
    }
    if let Some((path, inside)) = success {
        show(line, inside, path);
        if good > 1 {
            line.push(&format!(" +{}", good - 1));
        }
    }
    if let Some((path, inside)) = failure {
        line.separate();
        line.text(path);
        line.push(" failed: ");
        failure_and_cause(line, inside);
        if bad > 1 {
            line.push(&format!(" +{}", bad - 1));
        }
    }
    if good + bad == 0 {
        line.push("no results");
    }
}

/// Code and text of a failed result; of a Set the parameter that made it fail, if it is told.
fn failure_and_cause(line: &mut Line, failure: WireReader<'_>) {
    let cause = first(failure, 3).and_then(|instance| Some((instance, first(instance, 2)?)));
    let Some((instance, cause)) = cause else {
        code_and_message(line, failure, 1);
        return;
    };
    let code = u32::try_from(number(failure, 1)).unwrap_or(0);
    line.push(&error::label(code));
    line.push(": ");
    line.text(string(instance, 1));
    line.text(string(cause, 1));
    line.push(" ");
    code_and_message(line, cause, 2);
}

fn operate_resp(line: &mut Line, mut response: WireReader<'_>) {
    let mut count = 0_usize;
    for _ in 0..MAX_FIELDS {
        let Ok(Some(field)) = response.next_field() else { break };
        if field.number != 1 || field.value != WireValue::Len {
            continue;
        }
        count += 1;
        if count > 1 {
            continue;
        }
        let result = response.inside(&field);
        line.text(string(result, 1));
        if let Some(failure) = last(result, 4) {
            line.push(" failed: ");
            code_and_message(line, failure, 1);
        } else if let Some(output) = last(result, 3) {
            line.push(" done");
            pairs(line, output, 1);
        } else {
            line.push(" started as ");
            line.text(string(result, 2));
        }
    }
    more(line, count, !at_end(response));
}
