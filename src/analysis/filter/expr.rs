//! A filter as it was meant: comparisons joined by and, or, not. Prints as text that means the
//! same again.

use std::fmt;

use super::check::Test;
use super::field::Field;
use super::lex;

/// How a field is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// There is one.
    Present,
    /// `==`
    Eq,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `contains`, `~`
    Contains,
    /// `matches`, `=~`: a regular expression.
    Matches,
    /// `under`: it, or anything below it.
    Under,
    /// `in { … }`
    In,
}

impl Op {
    /// How it is written.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Present => "",
            Self::Eq => "==",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Contains => "contains",
            Self::Matches => "matches",
            Self::Under => "under",
            Self::In => "in",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::Contains, Self::Matches, Self::Under, Self::In]
            .into_iter()
            .find(|op| op.sign().eq_ignore_ascii_case(word))
    }
}

/// One comparison with what it takes to carry it out.
#[derive(Clone, Debug)]
pub struct Term {
    /// `None` for a text that may stand anywhere in a message.
    pub(super) field: Option<Field>,
    pub(super) op: Op,
    pub(super) values: Vec<String>,
    pub(super) test: Test,
}

impl PartialEq for Term {
    /// The test follows from the rest.
    fn eq(&self, other: &Self) -> bool {
        (self.field, self.op, &self.values) == (other.field, other.op, &other.values)
    }
}

/// A filter's parts.
#[derive(Clone, PartialEq, Debug)]
pub enum Expr {
    /// All of them; at least two.
    And(Vec<Self>),
    /// Any of them; at least two.
    Or(Vec<Self>),
    /// Not that.
    Not(Box<Self>),
    /// A comparison.
    Term(Term),
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let joined = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            for (n, part) in parts.iter().enumerate() {
                if n > 0 {
                    write!(f, " {word} ")?;
                }
                match part {
                    Self::And(_) | Self::Or(_) => write!(f, "({part})")?,
                    Self::Not(_) | Self::Term(_) => write!(f, "{part}")?,
                }
            }
            Ok(())
        };
        match self {
            Self::And(parts) => joined(f, parts, "and"),
            Self::Or(parts) => joined(f, parts, "or"),
            Self::Not(part) => match &**part {
                Self::Term(term) => write!(f, "not {term}"),
                other => write!(f, "not ({other})"),
            },
            Self::Term(term) => write!(f, "{term}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(field) = self.field else {
            // Always in quotes: a word may be a field's name.
            return write!(f, "{}", quoted(self.values.first().map_or("", |v| v)));
        };
        let name = field.info().name;
        match (self.op, self.values.as_slice()) {
            (Op::Present, _) => write!(f, "{name}"),
            (Op::In, values) => {
                let values: Vec<String> = values.iter().map(|value| word(value)).collect();
                write!(f, "{name} in {{{}}}", values.join(", "))
            }
            (op, values) => {
                write!(f, "{name} {} {}", op.sign(), word(values.first().map_or("", |v| v)))
            }
        }
    }
}

/// A value as it has to be written.
pub(super) fn word(value: &str) -> String {
    let plain = match lex::lex(value) {
        (tokens, None) => {
            matches!(tokens.as_slice(), [one] if matches!(one.kind, lex::Kind::Word(word) if word == value))
        }
        _ => false,
    };
    if plain && !value.contains([',', '}']) { value.to_owned() } else { quoted(value) }
}

fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
