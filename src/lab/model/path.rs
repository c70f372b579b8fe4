//! Reads path names: objects, rows, parameters, commands, wildcards and search expressions
//! (TR-369 path names). Reference following (`Param+.`) is not supported and says so.

use crate::lab::fault::{Fault, INVALID_PATH_SYNTAX};

/// One part of a path.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// An object's name.
    Name(String),
    /// A row by its number.
    Row(u32),
    /// `*`: every row.
    AnyRow,
    /// `[...]`: the rows that match all terms.
    Search(Vec<Term>),
    /// `{i}`, only in GetSupportedDM.
    AnyInstance,
}

/// One comparison of a search expression.
#[derive(Clone, PartialEq, Debug)]
pub struct Term {
    /// Relative to the row, for example `["Stats", "Noise"]`.
    pub param: Vec<String>,
    pub operator: Operator,
    /// Unquoted and unescaped.
    pub value: String,
}

/// How a search expression compares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    Equal,
    NotEqual,
    Contains,
    Less,
    Greater,
    AtMost,
    AtLeast,
}

/// A path as written.
#[derive(Clone, PartialEq, Debug)]
pub struct Path {
    pub steps: Vec<Step>,
    /// A parameter, command or event; `None` for a path that ends with a dot.
    pub leaf: Option<String>,
}

/// No real path is longer; what is longer is refused unread.
const MAX_LENGTH: usize = 2048;
const MAX_STEPS: usize = 32;

/// Two characters before one, so that `<=` isn't read as `<`.
const OPERATORS: [(&str, Operator); 7] = [
    ("==", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("~=", Operator::Contains),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::Greater),
];

impl Path {
    /// Reads a path; the error is 7008 with the reason.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let bad = |reason: &str| Fault::new(INVALID_PATH_SYNTAX, format!("{reason}: {text}"));
        if text.len() > MAX_LENGTH {
            return Err(Fault::new(INVALID_PATH_SYNTAX, "the path is too long"));
        }
        let mut parts = split_outside_brackets(text, '.').map_err(bad)?;
        let leaf = parts.pop().filter(|leaf| !leaf.is_empty());
        if parts.is_empty() {
            return Err(bad("a path begins with an object"));
        }
        if parts.len() > MAX_STEPS {
            return Err(bad("the path is too deep"));
        }
        let steps = parts.into_iter().map(parse_step).collect::<Result<_, _>>().map_err(bad)?;
        match leaf {
            Some(leaf) if !is_leaf(leaf) => Err(bad("invalid characters at the end of the path")),
            leaf => Ok(Self { steps, leaf: leaf.map(str::to_owned) }),
        }
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

fn is_leaf(text: &str) -> bool {
    is_name(text.strip_suffix("()").or_else(|| text.strip_suffix('!')).unwrap_or(text))
        || text.parse::<u32>().is_ok()
}

/// Splits at `separator`, but not inside `[...]` or quotes.
fn split_outside_brackets(text: &str, separator: char) -> Result<Vec<&str>, &'static str> {
    let (mut parts, mut start, mut depth, mut quoted) = (Vec::new(), 0, 0_u32, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.checked_sub(1).ok_or("a bracket too many")?,
            c if c == separator && depth == 0 => {
                parts.push(text.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    if depth > 0 || quoted {
        return Err("a bracket or quote isn't closed");
    }
    parts.push(text.get(start..).unwrap_or_default());
    Ok(parts)
}

fn parse_step(text: &str) -> Result<Step, &'static str> {
    if text == "*" {
        Ok(Step::AnyRow)
    } else if text == "{i}" {
        Ok(Step::AnyInstance)
    } else if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        parse_search(inner).map(Step::Search)
    } else if text.starts_with(|c: char| c.is_ascii_digit()) {
        let row = text.parse().map_err(|_bad| "invalid instance number")?;
        if row == 0 { Err("instance numbers begin at 1") } else { Ok(Step::Row(row)) }
    } else if text.ends_with('+') {
        Err("following references is not supported")
    } else if is_name(text) {
        Ok(Step::Name(text.to_owned()))
    } else {
        Err("invalid characters in the path")
    }
}

fn parse_search(text: &str) -> Result<Vec<Term>, &'static str> {
    let mut terms = Vec::new();
    let mut rest = text;
    loop {
        let (term, after) = parse_term(rest)?;
        terms.push(term);
        match after.trim_start() {
            "" => return Ok(terms),
            more => rest = more.strip_prefix("&&").ok_or("expected && between comparisons")?,
        }
    }
}

fn parse_term(text: &str) -> Result<(Term, &str), &'static str> {
    let split = text.find(['=', '!', '~', '<', '>']).ok_or("a comparison needs an operator")?;
    let (name, rest) = text.split_at(split);
    let (sign, operator) =
        OPERATORS.into_iter().find(|(sign, _)| rest.starts_with(sign)).ok_or("unknown operator")?;
    let rest = rest.strip_prefix(sign).unwrap_or(rest).trim_start();
    let param: Vec<String> = name.trim().split('.').map(str::to_owned).collect();
    if !param.iter().all(|p| is_name(p)) {
        return Err("invalid parameter name in a comparison");
    }
    let (value, after) = if let Some(quoted) = rest.strip_prefix('"') {
        let (value, after) = quoted.split_once('"').ok_or("a quote isn't closed")?;
        // %25 last: a value with "%2522" means "%22".
        (value.replace("%22", "\"").replace("%25", "%"), after)
    } else {
        let end = rest.find("&&").unwrap_or(rest.len());
        let (value, after) = rest.split_at(end);
        let value = value.trim();
        if value.is_empty() || value.contains(['"', '[', ']']) {
            return Err("a comparison needs a value");
        }
        (value.to_owned(), after)
    };
    Ok((Term { param, operator, value }, after))
}

impl Operator {
    /// Compares a parameter's value with a search value: as numbers where both are, else as text.
    pub fn holds(self, actual: &str, wanted: &str) -> bool {
        let numbers = actual.parse::<f64>().ok().zip(wanted.parse::<f64>().ok());
        let order = match numbers {
            Some((a, b)) => a.partial_cmp(&b),
            None => Some(actual.cmp(wanted)),
        };
        match self {
            Self::Equal => order == Some(std::cmp::Ordering::Equal),
            Self::NotEqual => order != Some(std::cmp::Ordering::Equal),
            Self::Contains => actual.split(',').any(|item| item.trim() == wanted),
            Self::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Self::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Self::AtMost => order.is_some_and(std::cmp::Ordering::is_le),
            Self::AtLeast => order.is_some_and(std::cmp::Ordering::is_ge),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn name(text: &str) -> Step {
        Step::Name(text.to_owned())
    }

    #[test]
    fn objects_rows_and_parameters() {
        let path = Path::parse("Device.WiFi.Radio.2.Stats.Noise").unwrap();
        assert_eq!(
            path.steps,
            [name("Device"), name("WiFi"), name("Radio"), Step::Row(2), name("Stats")]
        );
        assert_eq!(path.leaf.as_deref(), Some("Noise"));
        assert!(Path::parse("Device.").unwrap().leaf.is_none());
        assert_eq!(Path::parse("Device.Reboot()").unwrap().leaf.as_deref(), Some("Reboot()"));
        assert_eq!(Path::parse("Device.Boot!").unwrap().leaf.as_deref(), Some("Boot!"));
    }

    #[test]
    fn search_expressions_may_hold_dots_brackets_and_escapes() {
        let text = r#"Device.Hosts.Host.[HostName=="a.b]%22%25" && Stats.Errors>=3].Active"#;
        let path = Path::parse(text).unwrap();
        let Step::Search(terms) = &path.steps[3] else { unreachable!("{path:?}") };
        assert_eq!(terms[0].value, "a.b]\"%");
        assert_eq!(terms[1].param, ["Stats", "Errors"]);
        assert_eq!(terms[1].operator, Operator::AtLeast);
    }

    #[test]
    fn nonsense_is_refused_with_7008() {
        for text in [
            "",
            ".",
            "Device..",
            "Device.[",
            "Device.WiFi.Radio.[].",
            "Device.WiFi.Radio.[Channel].",
            "Device.WiFi.Radio.[Channel=].",
            "Device.WiFi.Radio.[Channel==\"1].",
            "Device.WiFi.Radio.[Channel==1||Channel==2].X==",
            "Device.WiFi.Radio.0.",
            "Device.WiFi.Radio.99999999999.",
            "Device.Wi Fi.",
            "Device.WiFi.SSID.1.LowerLayers+.Channel",
            "Gerät.x",
        ] {
            let fault = Path::parse(text).unwrap_err();
            assert_eq!(fault.code, INVALID_PATH_SYNTAX, "{text}");
        }
        assert!(Path::parse(&"a.".repeat(33)).is_err());
        assert!(Path::parse(&"a".repeat(5000)).is_err());
    }

    #[test]
    fn comparisons() {
        assert!(Operator::Equal.holds("36", "36.0"));
        assert!(Operator::Greater.holds("100", "36"));
        assert!(Operator::Less.holds("abc", "abd"));
        assert!(Operator::Contains.holds("a, b ,c", "b"));
        assert!(!Operator::Contains.holds("ab", "b"));
        assert!(Operator::NotEqual.holds("true", "false"));
        assert!(Operator::AtMost.holds("-70", "-60"));
    }
}
