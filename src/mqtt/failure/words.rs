//! The small words sentences are made of: addresses, users, times, and what a broker said made
//! harmless.

use crate::profile::model::Profile;

/// Longest text of a broker's that is shown, characters.
const MAX_SAID: usize = 200;

/// `host:port`, an IPv6 address in brackets.
pub(in crate::mqtt) fn address(profile: &Profile) -> String {
    if profile.host.contains(':') {
        format!("[{}]:{}", profile.host, profile.port)
    } else {
        format!("{}:{}", profile.host, profile.port)
    }
}

/// Whom the broker knows us as.
pub(in crate::mqtt) fn who(profile: &Profile) -> String {
    match &profile.username {
        Some(user) => format!("the user {}", user.escape_debug()),
        None => "anonymous clients".to_owned(),
    }
}

/// `SessionTakenOver` as "session taken over"; words stay as they are.
pub(super) fn spaced(name: &str) -> String {
    if name.contains(' ') {
        return name.to_owned();
    }
    let mut out = String::new();
    let mut previous_lower = false;
    for c in name.chars() {
        if c.is_uppercase() && previous_lower {
            out.push(' ');
        }
        previous_lower = c.is_lowercase();
        out.extend(c.to_lowercase());
    }
    out
}

/// The profile's limit for connecting, in words.
pub(super) fn limit(profile: &Profile) -> String {
    let limit = profile.connect_timeout;
    if limit.subsec_nanos() == 0 {
        format!("{} s", limit.as_secs())
    } else {
        format!("{:.1} s", limit.as_secs_f64())
    }
}

/// Seconds since the epoch as a date.
pub(super) fn date(secs: u64) -> String {
    i64::try_from(secs)
        .ok()
        .and_then(|secs| jiff::Timestamp::from_second(secs).ok())
        .map_or_else(|| "an impossible date".to_owned(), |t| t.strftime("%F %T UTC").to_string())
}

/// A text the broker sent, short and without control characters. A broker that hands our own
/// password back must not get it shown.
pub(in crate::mqtt) fn said(text: &str, profile: &Profile) -> String {
    let mut bytes = text.as_bytes().to_vec();
    mask(&mut bytes, profile);
    String::from_utf8_lossy(&bytes).chars().take(MAX_SAID).flat_map(char::escape_debug).collect()
}

/// Overwrites with stars whatever in `bytes` may be the profile's password: all of it, its
/// beginning of eight bytes or more, or a beginning cut off by the end.
pub(in crate::mqtt) fn mask(bytes: &mut [u8], profile: &Profile) {
    const TELLING: usize = 8;
    let Some(password) = &profile.password else { return };
    let password = password.expose().as_bytes();
    if password.is_empty() {
        return;
    }
    let mut at = 0;
    while at < bytes.len() {
        let rest = bytes.get_mut(at..).unwrap_or_default();
        let same = rest.iter().zip(password).take_while(|(a, b)| a == b).count();
        let hidden = same == password.len() || same == rest.len() || same >= TELLING;
        if same > 0 && hidden {
            rest.iter_mut().take(same).for_each(|byte| *byte = b'*');
            at += same;
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::secret::Secret;

    #[test]
    fn a_password_sent_back_is_masked() {
        let profile = |password: &str| Profile {
            password: Some(Secret::new(password)),
            ..Profile::for_address("h", 1)
        };
        for (password, text, wanted) in [
            ("CANARY", "bad CANARY!", "bad ******!"),
            ("CANARY", "cut off: CANA", "cut off: ****"),
            ("CANARY-and-more", "only CANARY-and", "only **********"),
            ("CANARY-and-more", "CANARY-an is 9, CANA is 4", "********* is 9, CANA is 4"),
            ("aab", "aaab", "a***"),
            ("", "nothing", "nothing"),
        ] {
            assert_eq!(said(text, &profile(password)), wanted);
        }
        assert_eq!(said("a\u{1b}[2J", &Profile::for_address("h", 1)), "a\\u{1b}[2J");
        assert_eq!(said(&"x".repeat(500), &Profile::for_address("h", 1)).len(), MAX_SAID);
    }
}
