//! Something that can be exported: as a picture and as rows. Made when it is asked for, and away
//! from the window's thread, so that a click costs nothing.

use std::fmt;
use std::sync::Arc;

use super::drawing::Drawing;
use crate::core::time::Timestamp;

/// What a view hands over to be exported. Holds all it needs (a clone of the snapshot is cheap)
/// and does its work when asked, on another thread.
pub trait Export: Send + Sync {
    /// What it is, in a few words: proposes the file's name.
    fn title(&self) -> String;

    /// It as a picture; why not, in words for people, if it can't be.
    ///
    /// # Errors
    ///
    /// If there is nothing to draw or too much.
    fn drawing(&self) -> Result<Drawing, String>;

    /// It as rows.
    fn rows(&self, csv: &mut Csv);
}

/// See [`Export`]. Equal only to its own clones.
#[derive(Clone)]
pub struct Exportable(Arc<dyn Export>);

impl Exportable {
    /// Something to export.
    #[must_use]
    pub fn new(export: impl Export + 'static) -> Self {
        Self(Arc::new(export))
    }

    /// The thing itself.
    #[must_use]
    pub fn get(&self) -> &dyn Export {
        &*self.0
    }
}

impl PartialEq for Exportable {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Exportable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exportable({:?})", self.0.title())
    }
}

/// What has been made already: for pictures of what is on the screen just now.
pub struct Ready {
    /// See [`Export::title`].
    pub title: String,
    /// The picture.
    pub drawing: Drawing,
    /// The rows.
    pub csv: Csv,
}

impl Export for Ready {
    fn title(&self) -> String {
        self.title.clone()
    }

    fn drawing(&self) -> Result<Drawing, String> {
        Ok(self.drawing.clone())
    }

    fn rows(&self, csv: &mut Csv) {
        csv.clone_from(&self.csv);
    }
}

/// What an export is written as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// A picture of lines and text.
    Svg,
    /// A picture of pixels.
    Png,
    /// Rows.
    Csv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Svg, Self::Png, Self::Csv];

    /// Its name.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Svg => "SVG",
            Self::Png => "PNG",
            Self::Csv => "CSV",
        }
    }

    /// Ending of file names, without the dot.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
        }
    }
}

/// A file name for an export: words of the title joined by hyphens.
#[must_use]
pub fn file_name(title: &str, format: Format) -> String {
    let mut name = String::new();
    for c in title.chars().take(80) {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-');
    let name = if name.is_empty() { "export" } else { name };
    format!("{name}.{}", format.ending())
}

/// Comma-separated values (RFC 4180): CRLF between records, quotes where needed. Texts that a
/// spreadsheet would take for a formula get an apostrophe in front.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Csv {
    text: String,
    in_record: bool,
    records: usize,
}

impl Csv {
    /// An empty table with this header; units belong into the names, such as `latency_ms`.
    #[must_use]
    pub fn with_header(names: &[&str]) -> Self {
        let mut csv = Self::default();
        csv.header(names);
        csv
    }

    /// Writes the header, which must come first.
    pub fn header(&mut self, names: &[&str]) {
        for name in names {
            self.text(name);
        }
        self.end();
        self.records = 0;
    }

    /// Adds a text to the record.
    pub fn text(&mut self, value: &str) -> &mut Self {
        let formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let quoted = formula || value.contains([',', '"', '\r', '\n']);
        self.between();
        if !quoted {
            self.text.push_str(value);
            return self;
        }
        self.text.push('"');
        if formula {
            self.text.push('\'');
        }
        self.text.push_str(&value.replace('"', "\"\""));
        self.text.push('"');
        self
    }

    /// Adds a number to the record, or leaves it empty.
    pub fn number(&mut self, value: Option<f64>) -> &mut Self {
        self.between();
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.text.push_str(&format!("{value}"));
        }
        self
    }

    /// Adds a whole number to the record, or leaves it empty.
    pub fn whole(&mut self, value: Option<i64>) -> &mut Self {
        self.between();
        if let Some(value) = value {
            self.text.push_str(&format!("{value}"));
        }
        self
    }

    /// Adds a length of time in milliseconds, from nanoseconds, or leaves it empty.
    pub fn millis(&mut self, nanos: Option<i64>) -> &mut Self {
        self.number(nanos.map(|nanos| nanos as f64 / 1e6))
    }

    /// Adds a time as RFC 3339 with microseconds in UTC, or leaves it empty.
    pub fn time(&mut self, at: Option<Timestamp>) -> &mut Self {
        self.between();
        if let Some(at) = at {
            self.text.push_str(&rfc3339(at));
        }
        self
    }

    /// Ends the record.
    pub fn end(&mut self) {
        self.text.push_str("\r\n");
        self.in_record = false;
        self.records += 1;
    }

    /// Records written, the header not counted.
    #[must_use]
    pub fn records(&self) -> usize {
        self.records
    }

    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn between(&mut self) {
        if std::mem::replace(&mut self.in_record, true) {
            self.text.push(',');
        }
    }
}

/// A time as RFC 3339 with microseconds, in UTC.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_nanosecond(i128::from(at.0)).unwrap_or_default();
    format!("{at:.6}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_made_safe() {
        let mut csv = Csv::with_header(&["time", "msg_id", "latency_ms", "what"]);
        csv.time(Some(Timestamp(1_795_368_559_834_163_000)));
        csv.text("=1+1").millis(Some(-12_345_000)).text("a \"b\", c\nd").end();
        csv.time(None).text("-x").number(Some(f64::NAN)).whole(Some(3)).end();
        assert_eq!(
            csv.as_str(),
            "time,msg_id,latency_ms,what\r\n\
             2026-11-22T17:29:19.834163Z,\"'=1+1\",-12.345,\"a \"\"b\"\", c\nd\"\r\n\
             ,\"'-x\",,3\r\n"
        );
        assert_eq!(csv.records(), 2);
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(
            file_name("Ladder of os::0001-CPE/1", Format::Svg),
            "ladder-of-os-0001-cpe-1.svg"
        );
        assert_eq!(file_name("../../etc", Format::Csv), "etc.csv");
        assert_eq!(file_name("漢字", Format::Png), "export.png");
    }
}
