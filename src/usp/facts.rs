//! What the body of a Msg tells, found in one walk over its bytes, without decoding it: the
//! parameters and objects of the sender's data model, what failed, and how the request went.
//!
//! Reads bytes only; never allocates, recurses or panics. Of a valid Msg it reads what prost
//! reads: what was sent in pieces is merged, of a oneof the last member counts. A damaged one
//! tells what stands before the damage, and has no grade.

mod pieces;

use super::check::{map_entry, short_entry};
use super::kind::{MsgKind, NotificationKind};
use super::outcome::{Counts, Grade, Level};
use super::summary::Malformed;
use super::wire::{WireField, WireReader};
use pieces::{Inside, Pieces, Top, run};

/// Takes what a body tells; each method may be left out. All texts are as sent, and may be empty.
pub trait Facts<'a> {
    /// A parameter has this value. The path is `object` + `key`; `key` is a plain name, but with
    /// older Agents it may have dots (TR-369, GetResp). See [`split`].
    fn param(&mut self, _object: &'a str, _key: &'a str, _value: &'a str) {}
    /// This object exists.
    fn object(&mut self, _path: &'a str) {}
    /// A unique key of an object that exists.
    fn unique_key(&mut self, _object: &'a str, _name: &'a str, _value: &'a str) {}
    /// This object was deleted, with all below it.
    fn gone(&mut self, _path: &'a str) {}
    /// The supported data model at a requested path comes next. `bytes` are all that was said
    /// about it, the same for all devices with the same model. False if the details of it are
    /// of no interest.
    fn supported(&mut self, _requested: &'a str, _bytes: &'a [u8]) -> bool {
        false
    }
    /// A supported object; access as in `ObjAccessType`.
    fn supported_object(&mut self, _path: &'a str, _access: i32, _is_multi_instance: bool) {}
    /// A parameter of the supported object before.
    fn supported_param(&mut self, _param: SupportedParam<'a>) {}
    /// A command of the supported object before; its type as in `CmdType`.
    fn supported_command(&mut self, _name: &'a str, _command_type: i32) {}
    /// An event of the supported object before.
    fn supported_event(&mut self, _name: &'a str) {}
    /// Something failed; in the order of the Msg, as in [`super::outcome::Outcome::failures`].
    fn failure(&mut self, _failed: Failed<'a>) {}
    /// A result says neither success nor failure; the requested path.
    fn without_status(&mut self, _path: &'a str) {}
}

/// A parameter of the supported data model; numbers as in the enums of `GetSupportedDMResp`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub struct SupportedParam<'a> {
    pub name: &'a str,
    pub access: i32,
    pub value_type: i32,
    pub value_change: i32,
}

/// One failure. Its path is `path` + `param`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failed<'a> {
    /// How deep in the Msg it stands.
    pub level: Level,
    /// Error code; 0 only for an Error without one.
    pub code: u32,
    /// What it concerns: a path, an object.
    pub path: &'a str,
    /// The parameter or command in it; may be empty.
    pub param: &'a str,
    /// The sender's words.
    pub text: &'a str,
}

/// Splits a parameter's path, or a `key`, behind its last dot: objects and plain name.
#[must_use]
pub fn split(path: &str) -> (&str, &str) {
    path.rfind('.').map_or(("", path), |dot| path.split_at(dot + 1))
}

/// Tells `facts` what the body of this Msg says, and gives how the request went: for Error, every
/// response, and the Notify of a completed operation. `None` for all else, and if the Msg turns
/// out to be damaged.
pub fn read<'a>(msg: &'a [u8], facts: &mut impl Facts<'a>) -> Option<Grade> {
    Walk { facts, counts: Counts::default() }.msg(WireReader::new(msg)).ok().flatten()
}

type Step = Result<(), Malformed>;
/// Members of the body.
type BodyMembers<'a> = Inside<'a, Top<'a>>;
/// Members of a request or response.
type Members<'a> = Inside<'a, BodyMembers<'a>>;
/// Fields of the one request or response.
type Fields<'a> = Inside<'a, Members<'a>>;
/// Fields of a result's failure or success.
type Status<'a> = Inside<'a, Inside<'a, Top<'a>>>;

struct Walk<'f, F> {
    facts: &'f mut F,
    counts: Counts,
}

/// Error code and text, wherever two such fields stand side by side.
#[derive(Clone, Copy, Default)]
struct Words<'a> {
    code: u32,
    text: &'a str,
}

impl<'a> Words<'a> {
    /// Takes fields `at` and `at + 1`.
    fn take(&mut self, at: u32, field: &WireField, reader: &WireReader<'a>) -> Step {
        if field.number == at {
            self.code = field.fixed32()?;
        } else if field.number == at + 1 {
            self.text = reader.string(field)?;
        }
        Ok(())
    }
}

impl<'a, F: Facts<'a>> Walk<'_, F> {
    fn msg(mut self, msg: WireReader<'a>) -> Result<Option<Grade>, Malformed> {
        const REQUEST: u32 = 1;
        const ERROR: u32 = 3;
        // By far the most of what tells anything, in the one piece in which senders send it.
        if let Some(get) = sole_get_resp(msg) {
            self.get(Top(get))?;
            return Ok(Some(self.counts.grade()));
        }
        let bodies = Inside::new(Top(msg), 2);
        let Some((member, body)) = run(bodies, |n| matches!(n, REQUEST..=ERROR))? else {
            return Ok(None);
        };
        let inside = Inside::new(body, member);
        if member == ERROR {
            self.error(inside)?;
            return Ok(Some(self.counts.grade()));
        }
        let found = run(inside, |n| MsgKind::from_request_member(n).is_some())?;
        let Some((number, members)) = found else { return Ok(None) };
        let fields = Inside::new(members, number);
        if member == REQUEST {
            return match MsgKind::from_request_member(number) {
                Some(MsgKind::Notify) => self.notify(fields),
                _ => Ok(None),
            };
        }
        match MsgKind::from_response_member(number) {
            Some(MsgKind::GetResp) => self.get(fields)?,
            Some(MsgKind::GetInstancesResp) => self.instances(fields)?,
            Some(MsgKind::GetSupportedDmResp) => self.supported(fields)?,
            Some(MsgKind::SetResp) => self.statuses(fields, Self::set)?,
            Some(MsgKind::AddResp) => self.statuses(fields, Self::add)?,
            Some(MsgKind::DeleteResp) => self.statuses(fields, Self::delete)?,
            Some(MsgKind::OperateResp) => self.operate(fields)?,
            Some(MsgKind::RegisterResp | MsgKind::DeregisterResp) => {
                self.statuses(fields, |_, _| Ok(false))?;
            }
            _ => {}
        }
        Ok(Some(self.counts.grade()))
    }

    /// Tells a failure; code 0 means success. True if it is one.
    fn note(&mut self, failed: Failed<'a>) -> bool {
        if failed.code != 0 {
            self.facts.failure(failed);
        }
        failed.code != 0
    }

    fn path_result(&mut self, words: Words<'a>, path: &'a str) {
        let Words { code, text } = words;
        if self.note(Failed { level: Level::Result, code, path, param: "", text }) {
            self.counts.bad += 1;
        } else {
            self.counts.good += 1;
        }
    }

    fn error(&mut self, mut fields: Members<'a>) -> Step {
        let mut words = Words::default();
        let inner = fields;
        while let Some((field, reader)) = fields.next()? {
            words.take(1, &field, &reader)?;
        }
        let Words { code, text } = words;
        self.facts.failure(Failed { level: Level::Msg, code, path: "", param: "", text });
        self.param_errors(inner, 3, "")?;
        self.counts.bad += 1;
        Ok(())
    }

    /// Tells the messages of shape 1 path, 2 err_code, 3 err_msg in fields `number`, as parameters
    /// of `path`. True if there are any.
    fn param_errors(
        &mut self,
        fields: impl Pieces<'a>,
        number: u32,
        path: &'a str,
    ) -> Result<bool, Malformed> {
        self.failures(fields, number, |param| (path, param))
    }

    /// The same; `place` makes path and parameter of what stands in field 1.
    fn failures(
        &mut self,
        mut fields: impl Pieces<'a>,
        number: u32,
        place: impl Fn(&'a str) -> (&'a str, &'a str),
    ) -> Result<bool, Malformed> {
        let mut any = false;
        while let Some(mut inside) = fields.next_in(number)? {
            let (mut named, mut words) = ("", Words::default());
            while let Some(field) = inside.next_field()? {
                match field.number {
                    1 => named = inside.string(&field)?,
                    _ => words.take(2, &field, &inside)?,
                }
            }
            let (Words { code, text }, (path, param)) = (words, place(named));
            any |= self.note(Failed { level: Level::Param, code, path, param, text });
        }
        Ok(any)
    }

    fn get(&mut self, fields: impl Pieces<'a>) -> Step {
        self.path_results(fields, |walk, resolved| walk.params(resolved, 2))
    }

    fn instances(&mut self, fields: Fields<'a>) -> Step {
        self.path_results(fields, |walk, instance| walk.instance(Top(instance), 2))
    }

    /// Results of the shape 1 requested_path, 2 err_code, 3 err_msg, 4 what was found, which
    /// `tell` tells.
    #[inline]
    fn path_results(
        &mut self,
        mut fields: impl Pieces<'a>,
        tell: impl Fn(&mut Self, WireReader<'a>) -> Step,
    ) -> Step {
        while let Some(mut result) = fields.next_in(1)? {
            let (mut path, mut words) = ("", Words::default());
            while let Some(field) = result.next_field()? {
                match field.number {
                    1 => path = result.string(&field)?,
                    4 => {
                        field.len()?;
                        tell(self, result.inside(&field))?;
                    }
                    _ => words.take(2, &field, &result)?,
                }
            }
            self.path_result(words, path);
        }
        Ok(())
    }

    /// Tells the parameters in map `number` of the object whose path is field 1.
    fn params(&mut self, fields: WireReader<'a>, number: u32) -> Step {
        let (mut object, mut head) = ("", fields);
        loop {
            while head.short_field(number).is_some() {}
            let Some(field) = head.next_field()? else { break };
            if field.number == 1 {
                object = head.string(&field)?;
            }
        }
        // Short texts are mostly all that is inside: looked at once, not one by one.
        let text = std::str::from_utf8(fields.rest()).unwrap_or_default();
        let start = fields.pos();
        let mut entries = Top(fields);
        loop {
            while let Some((key, value)) = short_entry(&mut entries.0, number, text, start) {
                self.facts.param(object, key, value);
            }
            let Some(entry) = entries.next_in(number)? else { return Ok(()) };
            let (key, value) = map_entry(entry)?;
            self.facts.param(object, key, value);
        }
    }

    /// Tells an object whose path is field 1, with its unique keys in map `number`.
    fn instance(&mut self, mut fields: impl Pieces<'a>, number: u32) -> Step {
        let path = string(fields, 1)?;
        self.facts.object(path);
        while let Some(entry) = fields.next_in(number)? {
            let (name, value) = map_entry(entry)?;
            self.facts.unique_key(path, name, value);
        }
        Ok(())
    }

    fn supported(&mut self, mut fields: Fields<'a>) -> Step {
        while let Some(result) = fields.next_in(1)? {
            let (mut path, mut words, mut any) = ("", Words::default(), false);
            let mut head = result;
            while let Some(field) = head.next_field()? {
                match field.number {
                    1 => path = head.string(&field)?,
                    5 => {
                        field.len()?;
                        any = true;
                    }
                    _ => words.take(2, &field, &head)?,
                }
            }
            if any && self.facts.supported(path, result.rest()) {
                let mut objects = result;
                while let Some(field) = objects.next_field()? {
                    if field.number == 5 {
                        self.model_object(objects.inside(&field))?;
                    }
                }
            }
            self.path_result(words, path);
        }
        Ok(())
    }

    fn model_object(&mut self, object: WireReader<'a>) -> Step {
        let (mut path, mut access, mut multi) = ("", 0, false);
        let mut head = object;
        while let Some(field) = head.next_field()? {
            match field.number {
                1 => path = head.string(&field)?,
                2 => access = field.enum_value()?,
                3 => multi = field.varint()? != 0,
                _ => {}
            }
        }
        self.facts.supported_object(path, access, multi);
        let mut members = object;
        while let Some(field) = members.next_field()? {
            match field.number {
                4 => {
                    field.len()?;
                    let (name, kind) = self.named(members.inside(&field), 4)?;
                    self.facts.supported_command(name, kind);
                }
                5 => {
                    field.len()?;
                    let (name, _) = self.named(members.inside(&field), 0)?;
                    self.facts.supported_event(name);
                }
                6 => {
                    field.len()?;
                    let mut inside = members.inside(&field);
                    let mut param = SupportedParam::default();
                    while let Some(field) = inside.next_field()? {
                        match field.number {
                            1 => param.name = inside.string(&field)?,
                            2 => param.access = field.enum_value()?,
                            3 => param.value_type = field.enum_value()?,
                            4 => param.value_change = field.enum_value()?,
                            _ => {}
                        }
                    }
                    self.facts.supported_param(param);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// A name in field 1 and a number in field `at`.
    fn named(&self, mut reader: WireReader<'a>, at: u32) -> Result<(&'a str, i32), Malformed> {
        let (mut name, mut number) = ("", 0);
        while let Some(field) = reader.next_field()? {
            if field.number == 1 {
                name = reader.string(&field)?;
            } else if field.number == at {
                number = field.enum_value()?;
            }
        }
        Ok((name, number))
    }

    /// Results of the shape 1 requested_path, 2 oper_status { 1 failure, 2 success }. `success`
    /// tells what succeeded, and says whether something in it failed.
    fn statuses(
        &mut self,
        mut fields: Fields<'a>,
        success: impl Fn(&mut Self, Status<'a>) -> Result<bool, Malformed>,
    ) -> Step {
        while let Some(result) = fields.next_in(1)? {
            let result = Top(result);
            let path = string(result, 1)?;
            match run(Inside::new(result, 2), |n| matches!(n, 1 | 2))? {
                Some((1, failure)) => self.failure(path, Inside::new(failure, 1))?,
                Some((_, done)) => {
                    let flawed = success(self, Inside::new(done, 2))?;
                    self.counts.succeeded(flawed);
                }
                None => self.facts.without_status(path),
            }
        }
        Ok(())
    }

    /// A failure of the shape 1 err_code, 2 err_msg, and for Set 3 updated_inst_failures. It
    /// counts even if its code is 0.
    fn failure(&mut self, path: &'a str, fields: Status<'a>) -> Step {
        let (mut words, mut head) = (Words::default(), fields);
        while let Some((field, reader)) = head.next()? {
            words.take(1, &field, &reader)?;
        }
        let Words { code, text } = words;
        self.counts.bad += 1;
        self.note(Failed { level: Level::Result, code, path, param: "", text });
        let mut instances = fields;
        while let Some(instance) = instances.next_in(3)? {
            let instance = Top(instance);
            self.param_errors(instance, 2, string(instance, 1)?)?;
        }
        Ok(())
    }

    fn set(&mut self, mut success: Status<'a>) -> Result<bool, Malformed> {
        let mut flawed = false;
        while let Some(instance) = success.next_in(1)? {
            let instance = Top(instance);
            flawed |= self.param_errors(instance, 2, string(instance, 1)?)?;
            self.params(instance.0, 3)?;
        }
        Ok(flawed)
    }

    fn add(&mut self, success: Status<'a>) -> Result<bool, Malformed> {
        self.instance(success, 3)?;
        self.param_errors(success, 2, string(success, 1)?)
    }

    fn delete(&mut self, success: Status<'a>) -> Result<bool, Malformed> {
        let mut paths = success;
        while let Some((field, reader)) = paths.next()? {
            if field.number == 1 {
                self.facts.gone(reader.string(&field)?);
            }
        }
        self.failures(success, 2, |path| (path, ""))
    }

    fn operate(&mut self, mut fields: Fields<'a>) -> Step {
        while let Some(result) = fields.next_in(1)? {
            let result = Top(result);
            let path = string(result, 1)?;
            match run(result, |n| matches!(n, 2..=4))? {
                Some((4, failure)) => self.command_failure(path, "", Inside::new(failure, 4))?,
                Some(_) => self.counts.good += 1,
                None => self.facts.without_status(path),
            }
        }
        Ok(())
    }

    fn command_failure(
        &mut self,
        path: &'a str,
        param: &'a str,
        mut fields: impl Pieces<'a>,
    ) -> Step {
        let mut words = Words::default();
        while let Some((field, reader)) = fields.next()? {
            words.take(1, &field, &reader)?;
        }
        let Words { code, text } = words;
        self.counts.bad += 1;
        self.note(Failed { level: Level::Result, code, path, param, text });
        Ok(())
    }

    fn notify(mut self, fields: Fields<'a>) -> Result<Option<Grade>, Malformed> {
        let found = run(fields, |n| NotificationKind::from_number(n).is_some())?;
        let Some((number, members)) = found else { return Ok(None) };
        let mut inside = Inside::new(members, number);
        match NotificationKind::from_number(number) {
            Some(NotificationKind::ValueChange) => {
                let (object, name) = split(string(inside, 1)?);
                self.facts.param(object, name, string(inside, 2)?);
            }
            Some(NotificationKind::ObjectCreation) => self.instance(inside, 2)?,
            Some(NotificationKind::ObjectDeletion) => self.facts.gone(string(inside, 1)?),
            Some(NotificationKind::OperationComplete) => {
                let (path, command) = (string(inside, 1)?, string(inside, 2)?);
                match run(inside, |n| matches!(n, 4 | 5))? {
                    Some((5, failure)) => {
                        self.command_failure(path, command, Inside::new(failure, 5))?;
                    }
                    _ => self.counts.good += 1,
                }
                // Reads the rest, so that a damaged one has no grade.
                while inside.next()?.is_some() {}
                return Ok(Some(self.counts.grade()));
            }
            Some(NotificationKind::Event | NotificationKind::OnBoardRequest) | None => {}
        }
        Ok(None)
    }
}

/// The GetResp of a Msg that was sent in one piece, with nothing beside it.
fn sole_get_resp(msg: WireReader<'_>) -> Option<WireReader<'_>> {
    let body = sole(msg, 2, |n| n == 2)?;
    let response = sole(body, 2, |n| matches!(n, 1..=3))?;
    sole(response, 1, |n| MsgKind::from_request_member(n).is_some())
}

/// The message in the only member of its kind; `None` unless that is `number`.
#[inline]
fn sole<'a>(
    mut reader: WireReader<'a>,
    number: u32,
    is_member: impl Fn(u32) -> bool,
) -> Option<WireReader<'a>> {
    let mut found = None;
    while let Some(field) = reader.next_field().ok()? {
        if is_member(field.number) {
            if found.is_some() || field.number != number || field.len().is_err() {
                return None;
            }
            found = Some(reader.inside(&field));
        }
    }
    found
}

/// A string field; the last one counts.
fn string<'a>(mut fields: impl Pieces<'a>, number: u32) -> Result<&'a str, Malformed> {
    let mut found = "";
    while let Some((field, reader)) = fields.next()? {
        if field.number == number {
            found = reader.string(&field)?;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
