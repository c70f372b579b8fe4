//! The syntax of MQTT topic filters (MQTT 5 §4.7, §4.8). Matching is in `mqtt::filter`.

/// What is wrong with a topic filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFilter {
    /// The filter is empty.
    #[error("a topic filter must not be empty")]
    Empty,
    /// More than 65,535 bytes.
    #[error("a topic filter must not be longer than 65535 bytes")]
    TooLong,
    /// Contains NUL, which MQTT forbids.
    #[error("a topic filter must not contain a NUL character")]
    Nul,
    /// `#` that is not the last level or does not stand alone in it.
    #[error("# must be the last level and stand alone in it, as in usp/#")]
    Hash,
    /// `+` that does not stand alone in its level.
    #[error("+ must stand alone in its level, as in usp/+/x")]
    Plus,
    /// `$share/` without a group name and a filter.
    #[error("a shared subscription is written $share/<group>/<filter>")]
    Share,
}

/// Checks a filter, shared subscriptions included.
///
/// # Errors
/// The first rule it breaks.
pub fn check(filter: &str) -> Result<(), BadFilter> {
    if filter.is_empty() {
        return Err(BadFilter::Empty);
    }
    if filter.len() > 65_535 {
        return Err(BadFilter::TooLong);
    }
    if filter.contains('\0') {
        return Err(BadFilter::Nul);
    }
    let filter = match filter.strip_prefix("$share/") {
        None => filter,
        Some(shared) => match shared.split_once('/') {
            Some((group, rest))
                if !group.is_empty() && !rest.is_empty() && !group.contains(['+', '#']) =>
            {
                rest
            }
            _ => return Err(BadFilter::Share),
        },
    };
    let mut levels = filter.split('/').peekable();
    while let Some(level) = levels.next() {
        if level.contains('#') && (level != "#" || levels.peek().is_some()) {
            return Err(BadFilter::Hash);
        }
        if level.contains('+') && level != "+" {
            return Err(BadFilter::Plus);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_and_bad_filters() {
        for good in
            ["#", "+", "/", "usp/#", "+/+/x", "/+", "a//b", "$SYS/#", "$share/g/a/+/#", "ü/+"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", BadFilter::Empty),
            ("a/#/b", BadFilter::Hash),
            ("a#", BadFilter::Hash),
            ("a/b#", BadFilter::Hash),
            ("a+/b", BadFilter::Plus),
            ("++", BadFilter::Plus),
            ("a\0b", BadFilter::Nul),
            ("$share/g", BadFilter::Share),
            ("$share//a", BadFilter::Share),
            ("$share/g/", BadFilter::Share),
            ("$share/+/a", BadFilter::Share),
            ("$share/g/a#", BadFilter::Hash),
        ] {
            assert_eq!(check(bad), Err(why), "{bad:?}");
        }
        assert_eq!(check(&"x".repeat(65_536)), Err(BadFilter::TooLong));
    }
}
