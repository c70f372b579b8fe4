//! A value that must not be seen: passwords, passphrases, tokens.

use zeroize::Zeroize as _;

/// A secret text. `Debug` shows stars, there is no `Display`, the memory is wiped on drop.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes ownership of the secret text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. The name is long so that every use stands out in a review.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True if there is nothing to hide.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••••")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_text_nor_length() {
        let a = format!("{:?}", Secret::new("hunter2"));
        let b = format!("{:?}", Secret::new("a much longer secret"));
        assert_eq!(a, b);
        assert!(!a.contains("hunter"));
    }
}
