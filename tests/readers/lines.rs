//! Files as nobody should write them: random entries full of syntax, with a fixed seed.

use fastrand::Rng;

use crate::real::KEY;

const PARTS: &[&str] = &[
    "a", "b", "v", "0", "1", "x y", " ", " ", "  ", "\t", "\\", "\\\\", "\\n", "\\r", "\\t", "\\a",
    "\\0", "\\x", "\\'", "\\\"", "\\$", "\\`", "\\ ", "'", "'", "\"", "\"", "`", "#", " #", " # ",
    "\t#", "=", "=\"", "='", ":", ";", "$", "$$", "$A", "$B2", "${A}", "${B2}", "${K4}", "${}",
    "${", "}", "${A:-d}", "${A:d", "$(", ")", "(", "[", "]", "{", "*", "?", "~", "!", "%", "^",
    "&", "|", "<", ">", ",", ".", "-", "_", "+", "@", "/", "é", "ß", "\u{a0}", "\u{85}",
    "\u{2028}", "\u{3000}", "\u{feff}", "\u{200b}", "€", "😀", "\u{fffe}", "\u{1}", "\u{b}",
    "\u{c}", "\u{1b}", "\u{1c}", "\u{7f}", "true", "null", "export", "\n", "\r", "\r\n",
];

const KEYS: &[&str] = &[
    KEY,
    KEY,
    KEY,
    "A",
    "B2",
    "A.B",
    "A-B",
    "export",
    "PS4",
    "COMPOSE_X",
    "HISTSIZE",
    "PATH",
    "'A'",
    "\"A\"",
    "é",
    "",
];

/// One file.
pub fn file(rng: &mut Rng) -> Vec<u8> {
    let mut out = Vec::new();
    if rng.u8(..) < 6 {
        out.extend("\u{feff}".bytes());
    }
    // Most files are nearly right, so that the readers get past the first line.
    let wild = rng.u8(..) < 100;
    for _ in 0..rng.usize(1..4) {
        entry(rng, wild, &mut out);
    }
    if rng.u8(..) < 8 {
        let at = rng.usize(..=out.len());
        out.insert(at, rng.u8(128..));
    }
    out
}

fn entry(rng: &mut Rng, wild: bool, out: &mut Vec<u8>) {
    let mut push = |text: &str| out.extend(text.bytes());
    if rng.u8(..) < 30 {
        push("# ");
        text(rng, 3, &mut push);
        push("\n");
        return;
    }
    if rng.u8(..) < 20 {
        push(" ");
    }
    if rng.u8(..) < 30 {
        push("export ");
    }
    let keys = if wild { KEYS } else { &KEYS[..5] };
    push(keys[rng.usize(..keys.len())]);
    push(match rng.u8(..40) {
        0 => " = ",
        1 => "= ",
        2 => "=\t",
        3 => " =",
        4 if wild => ": ",
        5 if wild => "",
        6 if wild => "=\n",
        _ => "=",
    });
    let quote = ["", "'", "\"", "`"][rng.usize(..if wild { 4 } else { 3 })];
    push(quote);
    let most = if wild { 7 } else { 4 };
    text(rng, most, &mut push);
    push(quote);
    push(match rng.u8(..20) {
        0 => " # note",
        1 => "#note",
        2 => "  ",
        3 => " # it's \"so\"",
        _ => "",
    });
    push(match rng.u8(..20) {
        0 => "\r\n",
        1 if wild => "\r",
        2 => "",
        _ => "\n",
    });
}

fn text(rng: &mut Rng, most: usize, push: &mut impl FnMut(&str)) {
    for _ in 0..rng.usize(..=most) {
        push(PARTS[rng.usize(..PARTS.len())]);
    }
}
