//! Path names: order for people, and the supported path of an instance's path (TR-369, path
//! names).

use std::cmp::Ordering;

/// Compares two paths level by level, numbers by value: `Device.A.2.` before `Device.A.10.`.
#[must_use]
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => break,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => level(a, b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    // Different spellings of the same numbers.
    a.cmp(b)
}

/// Numbers come before names, an object's own end before both.
fn level(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => {
            let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        }
        (true, false) if !b.is_empty() => Ordering::Less,
        (false, true) if !a.is_empty() => Ordering::Greater,
        _ => a.cmp(b),
    }
}

fn is_number(level: &str) -> bool {
    !level.is_empty() && level.bytes().all(|byte| byte.is_ascii_digit())
}

/// The path in the supported data model: instance numbers become `{i}`.
pub fn generic(path: &str, out: &mut String) {
    out.clear();
    for (n, part) in path.split('.').enumerate() {
        if n > 0 {
            out.push('.');
        }
        out.push_str(if is_number(part) { "{i}" } else { part });
    }
}

/// True if `path` lies below the object `above`, or is it.
#[must_use]
pub fn is_within(path: &str, above: &str) -> bool {
    path.starts_with(above) && (above.ends_with('.') || path.len() == above.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_count_by_value() {
        let mut paths = vec!["D.A.10.", "D.B.", "D.A.2.X", "D.A.2.", "D.A.", "D.A.02.", "D.A.Name"];
        paths.sort_by(|a, b| compare(a, b));
        assert_eq!(paths, ["D.A.", "D.A.02.", "D.A.2.", "D.A.2.X", "D.A.10.", "D.A.Name", "D.B."]);
    }

    #[test]
    fn instance_numbers_become_placeholders() {
        let mut out = String::new();
        generic("Device.WiFi.SSID.12.Stats.", &mut out);
        assert_eq!(out, "Device.WiFi.SSID.{i}.Stats.");
        generic("", &mut out);
        assert_eq!(out, "");
        assert!(is_within("D.A.1.B.", "D.A.1.") && !is_within("D.A.10.", "D.A.1."));
    }

    proptest! {
        #[test]
        fn the_order_is_total(paths in prop::collection::vec("[.0-2a]{0,6}", 3)) {
            let [a, b, c] = [&paths[0], &paths[1], &paths[2]];
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            prop_assert_eq!(compare(a, b) == Ordering::Equal, a == b);
            if compare(a, b) != Ordering::Greater && compare(b, c) != Ordering::Greater {
                prop_assert_ne!(compare(a, c), Ordering::Greater);
            }
        }
    }
}
