//! What is looked for in paths and values; upper and lower case are the same.

/// A text to look for.
pub(super) struct Needle {
    /// In lower case.
    text: String,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.trim().to_lowercase() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// True if it is part of the text.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let needle = self.text.as_bytes();
        let Some(&first) = needle.first() else { return true };
        if !self.text.is_ascii() {
            return text.to_lowercase().contains(&self.text);
        }
        let starts =
            |window: &[u8]| window.first().is_some_and(|c| c.to_ascii_lowercase() == first);
        let mut windows = text.as_bytes().windows(needle.len());
        windows.any(|window| starts(window) && window.eq_ignore_ascii_case(needle))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_matter() {
        assert!(Needle::new(" ssid.1").is_in("Device.WiFi.SSID.1.Name"));
        assert!(!Needle::new("ssid.2").is_in("Device.WiFi.SSID.1.Name"));
        assert!(Needle::new("ÄRGER").is_in("großer Ärger"));
        assert!(Needle::new("").is_in("") && !Needle::new("a").is_in(""));
    }
}
