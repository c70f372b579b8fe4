//! Words for what the supported data model says, and values cut to what can be shown.

use std::borrow::Cow;

use crate::analysis::shadow::{Param, type_label};
use crate::usp::generated::usp::get_supported_dm_resp::{
    ObjAccessType, ParamAccessType, ValueChangeType,
};
use crate::view::format;

/// What may be done with an object (`ObjAccessType`, TR-369).
#[must_use]
pub fn object_access(access: i32) -> Option<&'static str> {
    Some(match ObjAccessType::try_from(access).ok()? {
        ObjAccessType::ObjReadOnly => "read-only",
        ObjAccessType::ObjAddDelete => "add/delete",
        ObjAccessType::ObjAddOnly => "add only",
        ObjAccessType::ObjDeleteOnly => "delete only",
    })
}

/// What may be done with a parameter (`ParamAccessType`, TR-369).
#[must_use]
pub fn param_access(access: i32) -> Option<&'static str> {
    Some(match ParamAccessType::try_from(access).ok()? {
        ParamAccessType::ParamReadOnly => "read-only",
        ParamAccessType::ParamReadWrite => "read/write",
        ParamAccessType::ParamWriteOnly => "write-only",
    })
}

/// Type and access of a parameter, as far as they are known.
#[must_use]
pub fn kind(param: &Param) -> String {
    let words = [param.value_type.and_then(type_label), param.access.and_then(param_access)];
    join(words.into_iter().flatten())
}

/// The same with what else is known.
#[must_use]
pub fn whole_kind(param: &Param) -> String {
    let change = match param.value_change.and_then(|change| ValueChangeType::try_from(change).ok())
    {
        Some(ValueChangeType::ValueChangeAllowed) => Some("ValueChange allowed"),
        Some(ValueChangeType::ValueChangeWillIgnore) => Some("ValueChange ignored"),
        _ => None,
    };
    let kind = kind(param);
    let kind = Some(kind.as_str()).filter(|kind| !kind.is_empty());
    join(kind.into_iter().chain(change).chain(param.is_key.then_some("unique key")))
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" · ")
}

/// The beginning of a value, at most `max` characters, safe to show on one line. Laying out a
/// long value costs far more than cutting it.
#[must_use]
pub fn clip(value: &str, max: usize) -> Cow<'_, str> {
    match value.char_indices().nth(max) {
        Some((end, _)) => {
            let head = value.get(..end).unwrap_or_default();
            Cow::Owned(format!("{}…", format::one_line(head)))
        }
        None => format::one_line(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_odd_values_are_cut_at_characters() {
        assert_eq!(clip("äöü", 3), "äöü");
        assert_eq!(clip("äöüß", 3), "äöü…");
        assert_eq!(clip("a\nb\u{7}", 9), "a·b·");
        assert_eq!(clip("", 3), "");
    }

    #[test]
    fn unknown_numbers_say_nothing() {
        assert_eq!(object_access(1), Some("add/delete"));
        assert_eq!(param_access(1), Some("read/write"));
        assert_eq!((object_access(77), param_access(-1)), (None, None));
    }
}
