//! Case-insensitive search for a piece of text in bytes. Folds ASCII case only: topics, ids,
//! paths and enum names are ASCII in practice, and other text still matches exactly.

/// Longest text looked for; the rest of a longer one is not compared.
const MAX_BYTES: usize = 256;

/// A text to look for.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Needle {
    bytes: Vec<u8>,
}

impl Needle {
    /// Looks for `text` without regard to ASCII case; blank text is in everything.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut bytes = text.trim().to_ascii_lowercase().into_bytes();
        // Longer ones are pasted by mistake, and would make the search quadratic.
        bytes.truncate(MAX_BYTES);
        Self { bytes }
    }

    /// True if it is in everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// True if `hay` contains it.
    #[must_use]
    pub fn is_in(&self, hay: &[u8]) -> bool {
        let Some((&first, rest)) = self.bytes.split_first() else { return true };
        let Some(last_start) = hay.len().checked_sub(self.bytes.len()) else { return false };
        let upper = first.to_ascii_uppercase();
        let mut at = 0;
        while let Some(window) = hay.get(at..=last_start) {
            let Some(skip) = window.iter().position(|&b| b == first || b == upper) else {
                return false;
            };
            let start = at + skip + 1;
            let candidate = hay.get(start..start + rest.len()).unwrap_or_default();
            if candidate.eq_ignore_ascii_case(rest) {
                return true;
            }
            at = start;
            if at > last_start {
                return false;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_without_regard_to_case() {
        let needle = Needle::new(" DeviceInfo ");
        assert!(needle.is_in(b"Device.deviceINFO.UpTime"));
        assert!(!needle.is_in(b"Device.WiFi."));
        assert!(Needle::new("").is_in(b""));
        assert!(!Needle::new("a").is_in(b""));
        assert!(Needle::new("ab").is_in(b"aab"));
        assert!(Needle::new("b").is_in(b"ab"));
    }

    proptest! {
        #[test]
        fn agrees_with_the_standard_library(hay in "[aAbB]{0,20}", needle in "[aAbB]{0,4}") {
            let expected = hay.to_lowercase().contains(&needle.to_lowercase());
            prop_assert_eq!(Needle::new(&needle).is_in(hay.as_bytes()), expected);
        }
    }
}
