//! Reads a filter. Bounded in length, depth and number of comparisons, since it may be pasted.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::check::{self, At, Test};
use super::error::{FilterError, nearest};
use super::expr::{Expr, Op, Term};
use super::field::{FIELDS, Field, Holds};
use super::lex::{self, Kind, Token};
use super::units;
use crate::core::needle::Needle;

/// Bytes of a filter.
pub(super) const MAX_LEN: usize = 4096;

/// Parentheses and negations inside each other.
pub(super) const MAX_DEPTH: usize = 32;

/// Comparisons and texts.
pub(super) const MAX_TERMS: usize = 100;

/// Values in one `in { … }`.
pub(super) const MAX_VALUES: usize = 256;

type Parsed = Result<Expr, FilterError>;

/// The filter that `source` says; `None` if it says nothing.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn parse(source: &str, zone: &TimeZone) -> Result<Option<Expr>, FilterError> {
    if source.len() > MAX_LEN {
        let span = source.len()..source.len();
        return Err(FilterError::new(span, format!("a filter may have {MAX_LEN} bytes")));
    }
    let (tokens, fault) = lex::lex(source);
    if let Some(fault) = fault {
        return Err(fault);
    }
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser { source, tokens, at: 0, depth: 0, terms: 0, zone };
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(Some(expr)),
        Some(token) => {
            let what = match token.kind {
                Kind::Close => "this parenthesis was never opened",
                Kind::Sign(_) | Kind::Unequal => "a field's name is expected before this",
                _ => "and or or is missing before this; a text with signs in it needs quotes",
            };
            Err(FilterError::new(token.span.clone(), what))
        }
    }
}

struct Parser<'a> {
    source: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    terms: usize,
    zone: &'a TimeZone,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn kind(&self, ahead: usize) -> Option<&Kind<'a>> {
        self.tokens.get(self.at + ahead).map(|token| &token.kind)
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn take(&mut self, kind: &Kind<'_>) -> bool {
        let there = self.kind(0) == Some(kind);
        self.at += usize::from(there);
        there
    }

    /// Where something is missing.
    fn end(&self) -> Range<usize> {
        let at = self.tokens.get(self.at).map_or(self.source.len(), |token| token.span.start);
        at..at
    }

    /// `a or b`
    fn any(&mut self) -> Parsed {
        let first = self.all()?;
        if self.kind(0) != Some(&Kind::Or) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.take(&Kind::Or) {
            parts.push(self.all()?);
        }
        Ok(Expr::Or(parts))
    }

    /// `a and b`; texts in a row need no word between them.
    fn all(&mut self) -> Parsed {
        let mut parts = vec![self.negated()?];
        loop {
            if self.take(&Kind::And) {
                parts.push(self.negated()?);
            } else if parts.last().is_some_and(is_text) && self.text_follows() {
                parts.push(self.single()?);
            } else {
                break;
            }
        }
        match parts.len() {
            1 => parts.pop().ok_or_else(|| FilterError::new(self.end(), "a comparison is missing")),
            _ => Ok(Expr::And(parts)),
        }
    }

    fn text_follows(&self) -> bool {
        match self.kind(0) {
            Some(Kind::Quoted(_)) => true,
            Some(Kind::Word(word)) => {
                self.comparison(0).is_none() && Field::from_name(word).is_none()
            }
            _ => false,
        }
    }

    fn negated(&mut self) -> Parsed {
        let Some(token) = self.peek() else { return self.single() };
        if token.kind != Kind::Not {
            return self.single();
        }
        let span = token.span.clone();
        self.at += 1;
        self.deeper(span)?;
        let inner = self.negated()?;
        self.depth -= 1;
        Ok(Expr::Not(Box::new(inner)))
    }

    fn deeper(&mut self, span: Range<usize>) -> Result<(), FilterError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(FilterError::new(
                span,
                format!("this nests deeper than {MAX_DEPTH} levels"),
            ));
        }
        Ok(())
    }

    /// A comparison, a text, or something in parentheses.
    fn single(&mut self) -> Parsed {
        let end = self.end();
        let Some(token) = self.next() else {
            return Err(FilterError::new(end, "a comparison or a text is missing here"));
        };
        match token.kind {
            Kind::Open => {
                self.deeper(token.span.clone())?;
                let inner = self.any()?;
                if !self.take(&Kind::Close) {
                    return Err(match self.peek() {
                        None => FilterError::new(token.span, "this parenthesis is never closed"),
                        Some(_) => FilterError::new(
                            self.end(),
                            "and, or or a closing parenthesis is missing before this",
                        ),
                    });
                }
                self.depth -= 1;
                Ok(inner)
            }
            Kind::Quoted(text) => {
                if matches!(self.kind(0), Some(Kind::Sign(_) | Kind::Unequal)) {
                    let what = "a field's name is expected before this sign, without quotes";
                    return Err(FilterError::new(token.span, what));
                }
                self.text(text, token.span)
            }
            Kind::Word(word) => {
                self.at -= 1;
                match self.comparison(0) {
                    Some((op, negated)) => self.compare(word, op, negated),
                    None => self.words(),
                }
            }
            Kind::Sign(_) | Kind::Unequal => {
                Err(FilterError::new(token.span, "a field's name is expected before this"))
            }
            Kind::Close => Err(FilterError::new(token.span, "a comparison is missing before this")),
            Kind::And | Kind::Or | Kind::Not => Err(FilterError::new(
                token.span,
                "a comparison or a text is missing before this; put the word in quotes to search for it",
            )),
            Kind::OpenSet | Kind::CloseSet | Kind::Comma => Err(FilterError::new(
                token.span,
                "braces belong behind in, as in type in {Get, Set}; a text with braces needs quotes",
            )),
        }
    }

    /// How the word `ahead` is compared, if a comparison begins there.
    fn comparison(&self, ahead: usize) -> Option<(Op, bool)> {
        let Some(Kind::Word(word)) = self.kind(ahead) else { return None };
        match self.kind(ahead + 1)? {
            Kind::Sign(op) => Some((*op, false)),
            Kind::Unequal => Some((Op::Eq, true)),
            Kind::Word(name) => match Op::from_word(name)? {
                Op::In => (self.kind(ahead + 2) == Some(&Kind::OpenSet)).then_some((Op::In, false)),
                op => {
                    let value = matches!(
                        self.kind(ahead + 2),
                        Some(Kind::Word(_) | Kind::Quoted(_) | Kind::Open)
                    );
                    (Field::from_name(word).is_some() || value).then_some((op, false))
                }
            },
            _ => None,
        }
    }

    fn compare(&mut self, word: &str, op: Op, negated: bool) -> Parsed {
        let span = self.end().start..self.end().start + word.len();
        let Some(field) = Field::from_name(word) else {
            let names = FIELDS.iter().map(|info| info.name);
            return Err(FilterError::new(
                span,
                format!("no field is called {word:?}; a text with signs in it needs quotes"),
            )
            .suggesting(nearest(word, names)));
        };
        self.at += 1;
        let op_span = self.next().map_or(span.clone(), |token| token.span);
        let (values, spans) = if op == Op::In { self.set()? } else { self.value(field, op)? };
        let test = check::check(field, op, &values, self.zone).map_err(|fault| {
            let span = match fault.at {
                At::Op => op_span.clone(),
                At::Value(n) => spans.get(n).cloned().unwrap_or(op_span.clone()),
            };
            FilterError::new(span, fault.message).suggesting(fault.suggestions)
        })?;
        let term = self.term(Term { field: Some(field), op, values, test }, span)?;
        Ok(if negated { Expr::Not(Box::new(term)) } else { term })
    }

    /// The value behind a sign; a unit may stand apart from its number.
    fn value(
        &mut self,
        field: Field,
        op: Op,
    ) -> Result<(Vec<String>, Vec<Range<usize>>), FilterError> {
        let end = self.end();
        let missing = |span| {
            let what = format!(
                "a value is missing after {}; one with signs in it needs quotes",
                op.sign()
            );
            FilterError::new(span, what)
        };
        let Some(token) = self.next() else { return Err(missing(end)) };
        let mut span = token.span;
        let mut value = match token.kind {
            Kind::Word(word) => word.to_owned(),
            Kind::Quoted(text) => return Ok((vec![text], vec![span])),
            _ => return Err(missing(span)),
        };
        if matches!(field.info().holds, Holds::Duration | Holds::Bytes)
            && value.ends_with(|c: char| c.is_ascii_digit())
            && let Some(Kind::Word(unit)) = self.kind(0)
            && units::is_unit(unit)
        {
            value += unit;
            span.end = self.next().map_or(span.end, |token| token.span.end);
        }
        Ok((vec![value], vec![span]))
    }

    /// `{a, b}`
    fn set(&mut self) -> Result<(Vec<String>, Vec<Range<usize>>), FilterError> {
        let open = self.next().map_or(self.end(), |token| token.span);
        let (mut values, mut spans) = (Vec::new(), Vec::new());
        loop {
            let end = self.end();
            let Some(token) = self.next() else {
                return Err(FilterError::new(open, "this brace is never closed"));
            };
            match token.kind {
                Kind::Word(word) => values.push(word.to_owned()),
                Kind::Quoted(text) => values.push(text),
                _ => {
                    let what = "a value is expected here; one with signs in it needs quotes";
                    return Err(FilterError::new(end.start..token.span.end, what));
                }
            }
            spans.push(token.span.clone());
            if values.len() > MAX_VALUES {
                return Err(FilterError::new(token.span, format!("at most {MAX_VALUES} values")));
            }
            let end = self.end();
            match self.next().map(|token| token.kind) {
                Some(Kind::Comma) => {}
                Some(Kind::CloseSet) => return Ok((values, spans)),
                None => return Err(FilterError::new(open, "this brace is never closed")),
                Some(_) => {
                    return Err(FilterError::new(
                        end,
                        "a comma or a closing brace is missing here",
                    ));
                }
            }
        }
    }

    /// A field's name alone, or words to search for, taken together as they are written.
    fn words(&mut self) -> Parsed {
        let start = self.end().start;
        let mut end = start;
        let mut words = 0;
        while let Some(Token { kind: Kind::Word(_), span }) = self.peek()
            && (words == 0 || self.comparison(0).is_none())
        {
            end = span.end;
            words += 1;
            self.at += 1;
        }
        let text = self.source.get(start..end).unwrap_or_default();
        if words == 1
            && let Some(field) = Field::from_name(text)
        {
            let test = check::check(field, Op::Present, &[], self.zone)
                .map_err(|fault| FilterError::new(start..end, fault.message))?;
            let term = Term { field: Some(field), op: Op::Present, values: Vec::new(), test };
            return self.term(term, start..end);
        }
        self.text(text.to_owned(), start..end)
    }

    fn text(&mut self, text: String, span: Range<usize>) -> Parsed {
        let test = Test::Anywhere(Needle::new(&text));
        self.term(Term { field: None, op: Op::Contains, values: vec![text], test }, span)
    }

    fn term(&mut self, term: Term, span: Range<usize>) -> Parsed {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(FilterError::new(span, format!("at most {MAX_TERMS} comparisons")));
        }
        Ok(Expr::Term(term))
    }
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Term(Term { field: None, .. }))
}
