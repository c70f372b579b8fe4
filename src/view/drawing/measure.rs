//! How wide a line of text is, and what of it fits: by the advance widths of the fonts the app
//! brings, so that a layout can be made, and tested, without a toolkit.

use std::borrow::Cow;

use super::Font;

/// Advance widths of the characters from space to tilde, thousandths of the font size.
const BODY: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 625, 464, 605,
    636, 642, 608, 624, 571, 616, 624, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 562, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
];
const MEDIUM: [u16; 95] = [
    265, 294, 400, 637, 643, 828, 651, 217, 378, 378, 522, 666, 288, 463, 283, 368, 646, 473, 613,
    644, 654, 620, 636, 579, 631, 636, 283, 288, 666, 666, 666, 526, 968, 700, 654, 735, 722, 603,
    586, 749, 742, 270, 552, 664, 564, 898, 747, 768, 639, 768, 645, 643, 651, 738, 700, 978, 666,
    685, 639, 378, 368, 378, 475, 460, 497, 569, 626, 568, 626, 587, 369, 617, 602, 249, 249, 556,
    249, 884, 597, 602, 617, 617, 384, 536, 372, 594, 566, 825, 551, 566, 551, 378, 342, 378, 666,
];

/// Every character of the monospaced font.
const MONO: u16 = 600;

fn advance(c: char, font: Font) -> u16 {
    let table = match font {
        Font::Mono if (c as u32) < 0x1100 => return MONO,
        Font::Mono | Font::Body => &BODY,
        Font::Medium => &MEDIUM,
    };
    let at = (c as u32).wrapping_sub(0x20) as usize;
    if let Some(&width) = table.get(at) {
        return width;
    }
    match c {
        '·' | '’' => 283,
        '\u{2009}' => 182,
        '…' => 821,
        '−' | '×' => 666,
        '“' | '”' => 394,
        // Narrow enough for accented letters, and never less than they need.
        '\u{a0}'..='\u{24f}' => 680,
        _ => 1000,
    }
}

/// Width of one line of text of a font size, points.
#[must_use]
pub fn width(text: &str, font: Font, size: f32) -> f32 {
    let thousandths: u64 = text.chars().map(|c| u64::from(advance(c, font))).sum();
    thousandths as f32 * size / 1000.0
}

/// As much of the text as is at most `max` points wide, with a mark where something was cut off.
#[must_use]
pub fn fit(text: &str, font: Font, size: f32, max: f32) -> Cow<'_, str> {
    let room = max * 1000.0 / size;
    let dots = f32::from(advance('…', font));
    let (mut used, mut cut) = (0.0, 0);
    for (at, c) in text.char_indices() {
        used += f32::from(advance(c, font));
        if used > room {
            let kept = text.get(..cut).unwrap_or_default().trim_end();
            return if dots > room { Cow::Borrowed("") } else { Cow::Owned(format!("{kept}…")) };
        }
        if used + dots <= room {
            cut = at + c.len_utf8();
        }
    }
    Cow::Borrowed(text)
}

/// The same with the middle left out: ids of one fleet differ at their ends.
#[must_use]
pub fn fit_middle(text: &str, font: Font, size: f32, max: f32) -> Cow<'_, str> {
    if width(text, font, size) <= max {
        return Cow::Borrowed(text);
    }
    let dots = width("…", font, size);
    if dots > max {
        return Cow::Borrowed("");
    }
    let room = (max - dots) * 1000.0 / size;
    let (mut head, mut tail, mut used) = (0, text.len(), 0.0);
    let (mut before, mut behind) = (0_usize, 0_usize);
    // Much more from the end than from the beginning.
    while head < tail {
        let from_end = behind <= before * 4 + 2;
        let rest = text.get(head..tail).unwrap_or_default();
        let next = if from_end { rest.chars().next_back() } else { rest.chars().next() };
        let Some(c) = next else { break };
        used += f32::from(advance(c, font));
        if used > room {
            break;
        }
        if from_end {
            tail -= c.len_utf8();
            behind += 1;
        } else {
            head += c.len_utf8();
            before += 1;
        }
    }
    let (head, tail) = (text.get(..head), text.get(tail..));
    Cow::Owned(format!("{}…{}", head.unwrap_or_default(), tail.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_fonts() {
        assert!((width("Get", Font::Body, 13.0) - 22.0).abs() < 1.0);
        assert!((width("14:03:59.123", Font::Mono, 11.0) - 79.2).abs() < 0.1);
        assert!(width("Get", Font::Medium, 13.0) > width("Get", Font::Body, 13.0));
        assert_eq!(width("", Font::Body, 13.0), 0.0);
    }

    #[test]
    fn what_is_cut_fits_and_says_so() {
        let path = "Device.LocalAgent.Controller.1.EndpointID";
        for max in [0.0, 3.0, 9.0, 40.0, 100.0, 200.0, 400.0] {
            for font in [Font::Body, Font::Medium, Font::Mono] {
                for cut in [fit(path, font, 11.0, max), fit_middle(path, font, 11.0, max)] {
                    assert!(width(&cut, font, 11.0) <= max + 0.01, "{cut} in {max}");
                    assert!(cut == path || cut.is_empty() || cut.contains('…'));
                }
            }
        }
        assert_eq!(fit(path, Font::Body, 11.0, 400.0), path);
        assert!(fit_middle(path, Font::Body, 11.0, 100.0).ends_with("EndpointID"));
        assert!(fit("äöü 漢字 text", Font::Mono, 11.0, 40.0).ends_with('…'));
    }
}
