//! What Laravel's `env()` and PHP's casts make of a string from a `.env` file. Pure.

/// A value as Laravel's `env()` returns it.
#[derive(Clone, PartialEq, Eq)]
pub enum EnvValue {
    /// `null`, `(null)`.
    Null,
    /// `true`, `(true)`, `false`, `(false)`.
    Bool(bool),
    /// Everything else; `empty` and `(empty)` are the empty string.
    Text(String),
}

/// Maps a string as Laravel does, whether or not it was quoted in the file.
#[must_use]
pub fn env_value(text: &str) -> EnvValue {
    match text.to_ascii_lowercase().as_str() {
        "true" | "(true)" => return EnvValue::Bool(true),
        "false" | "(false)" => return EnvValue::Bool(false),
        "null" | "(null)" => return EnvValue::Null,
        "empty" | "(empty)" => return EnvValue::Text(String::new()),
        _ => {}
    }
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote))
            && !inner.contains('\n')
        {
            return EnvValue::Text(inner.to_owned());
        }
    }
    EnvValue::Text(text.to_owned())
}

impl EnvValue {
    /// PHP's `(bool)`: of texts only the empty one and `0` are false; `no` and `off` are true.
    #[must_use]
    pub fn to_bool(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(value) => *value,
            Self::Text(text) => !text.is_empty() && text != "0",
        }
    }

    /// PHP's `(int)`: the number a text starts with, cut to an integer; 0 without one.
    #[must_use]
    pub fn to_int(&self) -> i64 {
        match self {
            Self::Null => 0,
            Self::Bool(value) => i64::from(*value),
            Self::Text(text) => int_prefix(text),
        }
    }
}

fn int_prefix(text: &str) -> i64 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let bytes = text.as_bytes();
    let digits_from = |at: usize| bytes.iter().skip(at).take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits_from(sign);
    let mut end = sign + whole;
    let mut float = false;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits_from(end + 1);
        if whole + fraction > 0 {
            float = true;
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return 0;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let exponent_sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits_from(end + 1 + exponent_sign);
        if exponent > 0 {
            float = true;
            end += 1 + exponent_sign + exponent;
        }
    }
    let number = text.get(..end).unwrap_or_default();
    if !float && let Ok(value) = number.parse::<i64>() {
        return value;
    }
    // `as` saturates, as PHP does for a numeric string that is too large.
    number.parse::<f64>().map_or(0, |value| value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> EnvValue {
        EnvValue::Text(value.to_owned())
    }

    #[test]
    fn mapping() {
        for (from, to) in [
            ("true", EnvValue::Bool(true)),
            ("(TRUE)", EnvValue::Bool(true)),
            ("False", EnvValue::Bool(false)),
            ("NULL", EnvValue::Null),
            ("(empty)", text("")),
            ("\"true\"", text("true")),
            ("'x\"", text("'x\"")),
            ("\"a\nb\"", text("\"a\nb\"")),
            ("\"", text("\"")),
            ("False ", text("False ")),
            ("", text("")),
        ] {
            assert!(env_value(from) == to, "{from:?}");
        }
    }

    #[test]
    fn casts() {
        for (from, truth) in
            [("", false), ("0", false), ("no", true), ("off", true), ("False ", true), ("00", true)]
        {
            assert_eq!(text(from).to_bool(), truth, "{from:?}");
        }
        for (from, number) in [
            ("10s", 10),
            ("1e3", 1000),
            ("1e3x", 1000),
            ("0x10", 0),
            (" 7", 7),
            ("1.9", 1),
            ("-1.9", -1),
            (".5", 0),
            ("+5", 5),
            ("x", 0),
            ("", 0),
            ("-", 0),
            ("1e", 1),
            (".", 0),
            ("99999999999999999999", i64::MAX),
            ("-99999999999999999999", i64::MIN),
            ("1e999", i64::MAX),
        ] {
            assert_eq!(text(from).to_int(), number, "{from:?}");
        }
        assert_eq!(EnvValue::Bool(true).to_int(), 1);
        assert_eq!(EnvValue::Null.to_int(), 0);
    }
}
