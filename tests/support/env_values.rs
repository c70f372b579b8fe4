//! Values that are hard to write into a `.env` file, and places to write them, from a seed.

use fastrand::Rng;

/// The variable that is written.
pub const KEY: &str = "K4";

const HARD: &[&str] = &[
    "",
    " ",
    "\t",
    "'",
    "\"",
    "`",
    "\\",
    "$",
    "#",
    "=",
    "\n",
    "\r",
    "\r\n",
    "\\\\",
    "\\'",
    "\\\"",
    "\\n",
    "\\r",
    "\\t",
    "\\0",
    "\\$",
    " #",
    "\t#",
    "# ",
    "=\"",
    "=\"\"",
    "\"\n",
    "\n\"",
    "\\\n",
    "${A}",
    "${K4}",
    "${A:-x}",
    "${",
    "}",
    "$A",
    "$$",
    "$(",
    "$(ls)",
    "$1",
    "`ls`",
    "{\"a\":1}",
    "{\"status\":\"offline\"}",
    "a b",
    "it's",
    "a=b",
    "true",
    "null",
    "(empty)",
    "'x'",
    "\"x\"",
    "usp/#",
    "usp/+/x",
    "~",
    "~/x",
    "*",
    "?",
    "[a]",
    "{a,b}",
    "!",
    "!!",
    "&",
    "|",
    ";",
    "<",
    ">",
    "(",
    ")",
    "%s",
    "^",
    "@",
    ":",
    ",",
    "-",
    "_",
    ".",
    "/",
    "+",
    "é",
    "ß",
    "日本",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{3000}",
    "\u{feff}",
    "\u{200b}",
    "e\u{301}",
    "😀",
    "\u{fffd}",
    "\u{ffff}",
    "\u{fdd0}",
    "\u{1}",
    "\u{7}",
    "\u{8}",
    "\u{b}",
    "\u{c}",
    "\u{1b}",
    "\u{1c}",
    "\u{1f}",
    "\u{7f}",
    "export ",
    "#note",
    "0",
    "10s",
    "p4ss",
    "x",
    "K",
];

/// A value: often short and nasty, sometimes long.
pub fn value(rng: &mut Rng) -> String {
    let parts = match rng.u8(..20) {
        0 => 40,
        1..5 => 8,
        5..12 => 3,
        _ => 2,
    };
    let mut out = String::new();
    for _ in 0..rng.usize(..=parts) {
        if rng.u8(..) < 90 {
            let len = rng.usize(1..6);
            out.extend((0..len).map(|_| rng.alphanumeric()));
        } else {
            out.push_str(HARD[rng.usize(..HARD.len())]);
        }
    }
    if rng.u8(..) < 3 {
        out = out.repeat(rng.usize(1..60));
    }
    out
}

/// Where a value is written.
pub struct Place {
    before: &'static str,
    pub exported: bool,
    pub tail: &'static str,
    pub crlf: bool,
    after: &'static str,
}

const BEFORE: &[&str] = &[
    "",
    "",
    "\u{feff}",
    "\u{feff}# first\n",
    "A=1\n",
    "# it's a comment with \"quotes\"\nA='one'\nB2=\"two\" # and \"more\"\n",
    "A=it\nB2='x \\ y'\n\n",
    "export A=1\n",
    "K4=older\n",
    "# X=\"oops\n",
    "A=${K4}\n",
];

const AFTER: &[&str] = &[
    "",
    "B=2\n",
    "# it's\nB='x'\n",
    "C=\"x\"\n# \"\n",
    "\n\n\"quoted\"=x\n",
    "D='it' # '\n",
    "E=\"a\nb\"\n",
];

const TAILS: &[&str] = &["", "", "", "", " # note", "\t# note", " ", " # it's \"so\"", " # X=\"y"];

/// A place; the plain one in a good part of all cases.
pub fn place(rng: &mut Rng) -> Place {
    if rng.u8(..) < 80 {
        return Place { before: "", exported: false, tail: "", crlf: false, after: "" };
    }
    Place {
        before: BEFORE[rng.usize(..BEFORE.len())],
        exported: rng.u8(..) < 40,
        tail: TAILS[rng.usize(..TAILS.len())],
        crlf: rng.u8(..) < 40,
        after: AFTER[rng.usize(..AFTER.len())],
    }
}

impl Place {
    /// The file with `text` as what stands between the equals sign and the tail.
    pub fn file(&self, text: &[u8]) -> Vec<u8> {
        let ends =
            |text: &str| if self.crlf { text.replace('\n', "\r\n") } else { text.to_owned() };
        let head = if self.exported { "export " } else { "" };
        let mut out = ends(self.before).into_bytes();
        out.extend(format!("{head}{KEY}=").bytes());
        out.extend(text);
        out.extend(ends(&format!("{}\n{}", self.tail, self.after)).bytes());
        out
    }

    /// True if no neighbour can reach into the entry or stop a reader before it.
    pub fn is_alone(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}
