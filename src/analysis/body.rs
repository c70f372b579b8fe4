//! Who listens to what the body of a Msg tells: one walk over it serves all parts.

use super::endpoints::Endpoints;
use super::note::{Note, Reports, report};
use super::problems::Rules;
use super::problems::code::Code;
use super::shadow::{Shadow, Writer};
use super::subscriptions::touches;
use crate::core::ids::EndpointId;
use crate::core::time::Timestamp;
use crate::usp::facts::{Facts, Failed, SupportedParam, read};
use crate::usp::kind::MsgKind;
use crate::usp::outcome::Grade;

const DEVICE: &str = "Device.";
const INFO: &str = "DeviceInfo.";
const DEVICE_INFO: &str = "Device.DeviceInfo.";

/// Codes looked at per message; more of them say no more.
const MAX_CODES: usize = 64;

/// Takes everything a body tells, and passes it on.
struct Listeners<'s, 'a> {
    /// Data model of the sender; `None` if it is nobody in particular, or the Msg an old one.
    shadow: Option<Writer<'s, 'a>>,
    /// What the sender says of itself, and when; `None` as above.
    identity: Option<(&'s mut Endpoints, EndpointId, Timestamp)>,
    without_status: bool,
    /// Where the path of the object told last stands, and whether any object so far may tell of
    /// subscriptions.
    object: *const u8,
    subscriptions: bool,
    /// Error codes inside; few messages have any.
    codes: Vec<u32>,
}

impl<'a> Facts<'a> for Listeners<'_, 'a> {
    #[inline]
    fn param(&mut self, object: &'a str, key: &'a str, value: &'a str) {
        if self.object != object.as_ptr() {
            self.object = object.as_ptr();
            self.subscriptions |= object.is_empty() || touches(object.as_bytes());
        }
        // Older agents answer with keys that go on where the object's path ends.
        let info = match object {
            DEVICE_INFO => Some(key),
            DEVICE => key.strip_prefix(INFO),
            _ => None,
        };
        if let (Some(name), Some((endpoints, device, at))) = (info, &mut self.identity) {
            endpoints.device_info(*device, name, value, *at);
        }
        if let Some(shadow) = &mut self.shadow {
            shadow.param(object, key, value);
        }
    }

    fn object(&mut self, path: &'a str) {
        if let Some(shadow) = &mut self.shadow {
            shadow.object(path);
        }
    }

    fn unique_key(&mut self, object: &'a str, name: &'a str, value: &'a str) {
        if let Some(shadow) = &mut self.shadow {
            shadow.unique_key(object, name, value);
        }
    }

    fn gone(&mut self, path: &'a str) {
        if let Some(shadow) = &mut self.shadow {
            shadow.gone(path);
        }
    }

    fn supported(&mut self, requested: &'a str, bytes: &'a [u8]) -> bool {
        self.shadow.as_mut().is_some_and(|shadow| shadow.supported(requested, bytes))
    }

    fn supported_object(&mut self, path: &'a str, access: i32, is_multi_instance: bool) {
        if let Some(shadow) = &mut self.shadow {
            shadow.supported_object(path, access, is_multi_instance);
        }
    }

    fn supported_param(&mut self, param: SupportedParam<'a>) {
        if let Some(shadow) = &mut self.shadow {
            shadow.supported_param(param);
        }
    }

    fn supported_command(&mut self, name: &'a str, command_type: i32) {
        if let Some(shadow) = &mut self.shadow {
            shadow.supported_command(name, command_type);
        }
    }

    fn supported_event(&mut self, name: &'a str) {
        if let Some(shadow) = &mut self.shadow {
            shadow.supported_event(name);
        }
    }

    fn failure(&mut self, failed: Failed<'a>) {
        if self.codes.len() < MAX_CODES {
            self.codes.push(failed.code);
        }
    }

    fn without_status(&mut self, _path: &'a str) {
        self.without_status = true;
    }
}

/// What the body of a message told.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    /// How the request went, if it tells.
    pub(super) grade: Option<Grade>,
    /// It has parameters that may be those of subscriptions.
    pub(super) subscriptions: bool,
}

/// Reads the body of a message once for all listeners. Of a retained message only how the request
/// went counts: it is an old one that the broker replays to whoever subscribes.
pub(super) fn listen(
    note: &Note<'_>,
    shadow: &mut Shadow,
    endpoints: &mut Endpoints,
    reports: &mut Reports,
) -> Told {
    let Some((kind, _, bytes)) = note.msg() else { return Told::default() };
    // Other requests tell what is asked for, not what is.
    if kind.is_request() && kind != MsgKind::Notify {
        return Told::default();
    }
    let now = !note.delivery.retain;
    // An Error tells nothing of the data model, and what is told of it is the sender's.
    let teller = note.from.filter(|&id| now && kind != MsgKind::Error && id != EndpointId::OTHER);
    let shadow = teller.map(|id| Writer::new(shadow, id, note.at, note.seq));
    let identity = teller.map(|id| (endpoints, id, note.at));
    let mut listeners = Listeners {
        shadow,
        identity,
        without_status: false,
        object: std::ptr::null(),
        subscriptions: false,
        codes: Vec::new(),
    };
    let grade = read(bytes, &mut listeners);
    let subscriptions = listeners.subscriptions;
    if let Some(shadow) = listeners.shadow {
        shadow.finish();
    }
    if now {
        let code = match (grade, kind) {
            (Some(Grade::Failed), MsgKind::Notify) => Some(Code::CommandFailed),
            (Some(Grade::Failed), _) => Some(Code::RequestFailed),
            (Some(Grade::Partial), _) => Some(Code::RequestPartlyFailed),
            _ => None,
        };
        if let Some(code) = code {
            report(reports, note, code, None);
        }
        // Whose codes are proper for an Error is known with the request it answers.
        if kind != MsgKind::Error {
            for code in listeners.codes {
                Rules::failure(note, kind, code, reports);
            }
        }
        if listeners.without_status {
            report(reports, note, Code::ResultWithoutStatus, None);
        }
    }
    Told { grade, subscriptions }
}
