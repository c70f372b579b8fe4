//! Matching topics against MQTT topic filters (MQTT 5 §4.7). Works on bytes, since nobody has
//! checked that a received topic is UTF-8.

pub use crate::profile::filter::{BadFilter, check};

/// True if a message on `topic` is delivered to a subscription with `filter`.
///
/// `+` stands for one level, `#` for any number including none; neither matches a first level
/// that starts with `$`. `$share/<group>/` in front of a filter does not matter here.
#[must_use]
pub fn matches(filter: &str, topic: &[u8]) -> bool {
    let filter = unshared(filter).as_bytes();
    if topic.is_empty() || filter.is_empty() {
        return false;
    }
    if topic.first() == Some(&b'$') && filter.first() != Some(&b'$') {
        return false;
    }
    let mut topic_levels = topic.split(|b| *b == b'/');
    for level in filter.split(|b| *b == b'/') {
        if level == b"#" {
            return true;
        }
        match topic_levels.next() {
            Some(_) if level == b"+" => {}
            Some(given) if given == level => {}
            _ => return false,
        }
    }
    topic_levels.next().is_none()
}

/// The filter without `$share/<group>/`.
fn unshared(filter: &str) -> &str {
    filter
        .strip_prefix("$share/")
        .and_then(|rest| rest.split_once('/'))
        .map_or(filter, |(_group, filter)| filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_standards_examples() {
        for (filter, topic, wanted) in [
            ("sport/tennis/player1/#", "sport/tennis/player1", true),
            ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
            ("sport/tennis/player1/#", "sport/tennis/player10", false),
            ("#", "a/b/c", true),
            ("sport/tennis/+", "sport/tennis/player1", true),
            ("sport/tennis/+", "sport/tennis/player1/ranking", false),
            ("sport/+", "sport", false),
            ("sport/+", "sport/", true),
            ("+/+", "/finance", true),
            ("/+", "/finance", true),
            ("+", "/finance", false),
            ("#", "$SYS/broker", false),
            ("+/broker", "$SYS/broker", false),
            ("$SYS/#", "$SYS/broker", true),
            ("$SYS/+", "$SYS/broker", true),
            ("a/$x", "a/$x", true),
            ("a/+", "a/$x", true),
            ("ACCOUNTS", "Accounts", false),
            ("a", "a/", false),
            ("a/", "a", false),
            ("usp/#", "usp", true),
            ("usp/agent/+", "usp/agent/x/reply-to=y", false),
            ("$share/g/usp/+", "usp/a", true),
            ("$share/g/#", "$SYS/x", false),
            ("$share/g", "$share/g", true),
            ("#", "", false),
        ] {
            assert_eq!(matches(filter, topic.as_bytes()), wanted, "{filter} {topic}");
        }
    }

    /// Slow and obviously right: recursion over levels.
    fn model(filter: &[&str], topic: &[&str]) -> bool {
        match (filter, topic) {
            (["#"], _) | ([], []) => true,
            (["+", f @ ..], [_, t @ ..]) => model(f, t),
            ([a, f @ ..], [b, t @ ..]) => a == b && model(f, t),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_model(filter in "[ab+]{0,2}(/[ab+]?){0,3}(/#)?", topic in "[ab]{0,2}(/[ab]{0,1}){0,3}") {
            prop_assume!(check(&filter).is_ok() && !topic.is_empty());
            let wanted = model(
                &filter.split('/').collect::<Vec<_>>(),
                &topic.split('/').collect::<Vec<_>>(),
            );
            prop_assert_eq!(matches(&filter, topic.as_bytes()), wanted);
        }

        #[test]
        fn any_bytes_are_answered(filter in ".{0,40}", topic in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = (check(&filter), matches(&filter, &topic));
        }
    }
}
