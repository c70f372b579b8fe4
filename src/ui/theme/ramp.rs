//! Shades for counts, made of a theme's own colours: from just above the canvas over the accent
//! to the strongest text colour. Lightness grows in even steps (in OKLab), so that twice as far
//! looks twice as far, also to people who see no hues.

use egui::{Color32, Rgba};

use super::Tokens;

/// Number of shades.
pub const SHADES: usize = 64;

/// Part of the accent in the faintest shade: to be told from the canvas.
const FAINTEST: f32 = 0.3;

/// The shades of a theme, the faintest first.
#[must_use]
pub fn ramp(tokens: &Tokens) -> [Color32; SHADES] {
    let (canvas, accent, strong) = (lab(tokens.canvas), lab(tokens.accent), lab(tokens.strong));
    let first = mix(canvas, accent, FAINTEST);
    let mut shades = [Color32::TRANSPARENT; SHADES];
    for (n, shade) in shades.iter_mut().enumerate() {
        let lightness = first[0] + (strong[0] - first[0]) * n as f32 / (SHADES - 1) as f32;
        // How far between two colours that lightness is found.
        let along = |a: [f32; 3], b: [f32; 3]| (lightness - a[0]) / (b[0] - a[0]);
        let to_accent = along(first, accent);
        *shade = color(if to_accent <= 1.0 {
            mix(first, accent, to_accent)
        } else {
            mix(accent, strong, along(accent, strong).min(1.0))
        });
    }
    shades
}

fn mix(a: [f32; 3], b: [f32; 3], part: f32) -> [f32; 3] {
    [0, 1, 2].map(|n| a[n] + (b[n] - a[n]) * part)
}

/// To OKLab (Björn Ottosson, 2020).
fn lab(color: Color32) -> [f32; 3] {
    let rgb = Rgba::from(color);
    let (r, g, b) = (rgb.r(), rgb.g(), rgb.b());
    let l = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let m = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let s = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * l + 0.793_617_8 * m - 0.004_072_047 * s,
        1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_7 * s,
        0.025_904_037 * l + 0.782_771_77 * m - 0.808_675_77 * s,
    ]
}

fn color([lightness, a, b]: [f32; 3]) -> Color32 {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    let rgb = [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_4 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ];
    let [r, g, b] = rgb.map(|part| part.clamp(0.0, 1.0));
    Color32::from(Rgba::from_rgb(r, g, b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::{dark, high_contrast, light};

    #[test]
    fn lightness_grows_evenly_in_every_theme() {
        for tokens in [&dark::TOKENS, &light::TOKENS, &high_contrast::TOKENS] {
            let shades = ramp(tokens).map(|shade| lab(shade)[0]);
            let step = (shades[SHADES - 1] - shades[0]) / (SHADES - 1) as f32;
            assert!(step.abs() > 0.006, "{step}");
            for pair in shades.windows(2) {
                // Colours have only so many steps themselves.
                assert!((pair[1] - pair[0] - step).abs() < 0.006, "{pair:?} {step}");
            }
            let canvas = lab(tokens.canvas)[0];
            assert!((shades[0] - canvas).abs() > 0.1, "the faintest can be seen");
        }
    }

    #[test]
    fn colours_survive_the_way_there_and_back() {
        for tokens in [&dark::TOKENS, &light::TOKENS] {
            for there in [tokens.accent, tokens.canvas, tokens.error] {
                let back = color(lab(there));
                let off = |a: u8, b: u8| a.abs_diff(b) <= 1;
                assert!(off(back.r(), there.r()) && off(back.g(), there.g()), "{there:?}");
                assert!(off(back.b(), there.b()), "{there:?} {back:?}");
            }
        }
    }
}
