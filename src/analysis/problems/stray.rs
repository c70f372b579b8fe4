//! Which error codes are proper in which message (TR-369, Error codes). Devices stray from the
//! list, so a stray code is worth knowing and no more.

use super::code::Code;
use crate::analysis::note::{Note, Reports, report};
use crate::usp::kind::{MsgKind, NotificationKind};

/// Codes from 7000 up to this one have a bit each.
const LAST: u32 = 7031;

/// See [`super::Rules::failure`].
pub(super) fn check(note: &Note<'_>, kind: MsgKind, code: u32, reports: &mut Reports) {
    let told = reports
        .last()
        .is_some_and(|last| last.code == Code::StrayErrorCode && last.seq == Some(note.seq));
    if !told && is_stray(kind, completes(note), code) {
        report(reports, note, Code::StrayErrorCode, None);
    }
}

fn completes(note: &Note<'_>) -> bool {
    let notification = note.summary.msg.as_ref().and_then(|msg| msg.notification);
    notification == Some(NotificationKind::OperationComplete)
}

/// True if the code is none that this type of message, or an Error that answers it, should
/// carry. `completes` says that a Notify is an OperationComplete.
pub(super) fn is_stray(kind: MsgKind, completes: bool, code: u32) -> bool {
    match code {
        7000..=LAST => proper(kind, completes) & (1 << (code - 7000)) == 0,
        // Trouble with the Record can be answered to anything. Codes of the data model and of
        // the vendor are their own affair.
        7100..=7106 | 7200..=7299 | 7800..=7999 => false,
        _ => true,
    }
}

const fn bits(first: u32, last: u32) -> u32 {
    let mut set = 0;
    let mut code = first;
    while code <= last {
        set |= 1 << (code - 7000);
        code += 1;
    }
    set
}

const fn one(code: u32) -> u32 {
    bits(code, code)
}

/// One bit per code from 7000.
fn proper(kind: MsgKind, completes: bool) -> u32 {
    const COMMON: u32 = bits(7000, 7006);
    const PATHS: u32 = COMMON | one(7008) | one(7016) | one(7026);
    match kind {
        MsgKind::Get | MsgKind::GetResp => PATHS | one(7010),
        MsgKind::GetInstances | MsgKind::GetInstancesResp => PATHS | one(7018),
        MsgKind::GetSupportedDm | MsgKind::GetSupportedDmResp => PATHS,
        // The list names neither 7021 for Add nor 7025 at all; the codes' own texts do.
        MsgKind::Add | MsgKind::AddResp => bits(7000, 7019) | one(7021) | one(7025) | one(7026),
        MsgKind::Set | MsgKind::SetResp => {
            bits(7000, 7016) | bits(7020, 7021) | one(7025) | one(7026)
        }
        MsgKind::Delete | MsgKind::DeleteResp => {
            bits(7000, 7008) | bits(7015, 7016) | one(7018) | one(7024) | one(7026)
        }
        MsgKind::Operate | MsgKind::OperateResp => {
            bits(7000, 7008) | one(7016) | bits(7022, 7023) | bits(7026, 7027)
        }
        MsgKind::Notify if completes => bits(7002, 7008) | one(7016) | bits(7022, 7023),
        MsgKind::Register | MsgKind::RegisterResp => {
            bits(7000, 7008) | one(7016) | bits(7028, 7029)
        }
        MsgKind::Deregister | MsgKind::DeregisterResp => {
            bits(7000, 7008) | one(7016) | bits(7030, 7031)
        }
        MsgKind::Notify
        | MsgKind::NotifyResp
        | MsgKind::GetSupportedProto
        | MsgKind::GetSupportedProtoResp => COMMON,
        // To what is not known.
        MsgKind::Error => bits(7000, LAST),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_by_message() {
        for (kind, completes, good, bad) in [
            (MsgKind::GetResp, false, &[7008, 7010, 7016, 7026][..], &[7012, 7018, 7022][..]),
            (MsgKind::Set, false, &[7004, 7013, 7020, 7025], &[7017, 7018, 7024, 7027]),
            (MsgKind::Delete, false, &[7015, 7018, 7024], &[7010, 7019]),
            (MsgKind::Notify, true, &[7002, 7022, 7023], &[7000, 7026]),
            (MsgKind::Notify, false, &[7000, 7006], &[7008, 7022]),
            (MsgKind::Error, false, &[7000, 7031, 7104], &[7032, 7107, 42, 9000]),
            (MsgKind::Operate, false, &[7100, 7250, 7800, 7999], &[7199, 7300, 8000]),
        ] {
            for &code in good {
                assert!(!is_stray(kind, completes, code), "{kind:?} {code}");
            }
            for &code in bad {
                assert!(is_stray(kind, completes, code), "{kind:?} {code}");
            }
        }
    }
}
