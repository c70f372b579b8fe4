//! What the messages say about operations, read off the wire.

use crate::usp::body::{BootArgs, body, boot_args, code, each, last, string};
use crate::usp::kind::MsgKind;
use crate::usp::wire::WireReader;

/// An Operate.
pub(super) struct Asked<'a> {
    pub(super) command: &'a str,
    pub(super) key: &'a str,
}

pub(super) fn operate(msg: &[u8]) -> Option<Asked<'_>> {
    let operate = body(MsgKind::Operate, msg)?;
    Some(Asked { command: string(operate, 1), key: string(operate, 2) })
}

/// How one command of an OperateResp was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict<'a> {
    /// At work; this row of the request table tells of it.
    Accepted(&'a str),
    /// Done.
    Done,
    /// Refused with this code.
    Refused(u32),
}

pub(super) fn results(msg: &[u8]) -> impl Iterator<Item = (&str, Verdict<'_>)> {
    let results = body(MsgKind::OperateResp, msg).unwrap_or_else(|| WireReader::new(&[]));
    each(results, 1).map(|result| (string(result, 1), verdict(result)))
}

/// Of two members of the oneof the last one counts.
fn verdict(result: WireReader<'_>) -> Verdict<'_> {
    let mut fields = result;
    let mut verdict = Verdict::Done;
    while let Ok(Some(field)) = fields.next_field() {
        verdict = match field.number {
            2 => Verdict::Accepted(result.string(&field).unwrap_or_default()),
            3 => Verdict::Done,
            4 => Verdict::Refused(code(result.inside(&field), 1)),
            _ => verdict,
        };
    }
    verdict
}

/// The true cause of an Error: agents put it into `param_errs`.
pub(super) fn error_code(msg: &[u8]) -> u32 {
    let Some(error) = body(MsgKind::Error, msg) else { return 0 };
    let inner = each(error, 3).map(|inner| code(inner, 2)).find(|&code| code != 0);
    inner.unwrap_or_else(|| code(error, 1))
}

/// An OperationComplete.
pub(super) struct Completed<'a> {
    pub(super) object: &'a str,
    pub(super) name: &'a str,
    pub(super) key: &'a str,
    pub(super) failure: Option<u32>,
}

pub(super) fn complete(msg: &[u8]) -> Option<Completed<'_>> {
    let inside = last(body(MsgKind::Notify, msg)?, 7)?;
    let mut failure = None;
    let mut fields = inside;
    while let Ok(Some(field)) = fields.next_field() {
        match field.number {
            4 => failure = None,
            5 => failure = Some(code(inside.inside(&field), 1)),
            _ => {}
        }
    }
    Some(Completed {
        object: string(inside, 1),
        name: string(inside, 2),
        key: string(inside, 3),
        failure,
    })
}

/// The arguments of the Notify if it is a Boot!.
pub(super) fn boot(msg: &[u8]) -> Option<BootArgs<'_>> {
    let event = last(body(MsgKind::Notify, msg)?, 3)?;
    (string(event, 2) == "Boot!").then(|| boot_args(event))
}
