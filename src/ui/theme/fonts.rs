//! Inter for text, JetBrains Mono for times, ids and bytes, Phosphor for icons.

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

use super::size;

/// Medium weight: names in lists.
#[must_use]
pub fn medium() -> FontFamily {
    FontFamily::Name("medium".into())
}

/// Semibold weight: headings.
#[must_use]
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// Icons. A family of their own: Inter fills the private-use area and would take them over.
#[must_use]
pub fn icons() -> FontFamily {
    FontFamily::Name("icons".into())
}

/// Body text.
#[must_use]
pub fn body() -> FontId {
    FontId::new(size::BODY, FontFamily::Proportional)
}

/// Body text, medium weight.
#[must_use]
pub fn body_medium() -> FontId {
    FontId::new(size::BODY, medium())
}

/// Small text.
#[must_use]
pub fn small() -> FontId {
    FontId::new(size::SMALL, FontFamily::Proportional)
}

/// Small headings.
#[must_use]
pub fn small_semibold() -> FontId {
    FontId::new(size::SMALL, semibold())
}

/// Monospaced text.
#[must_use]
pub fn mono() -> FontId {
    FontId::new(size::MONO, FontFamily::Monospace)
}

/// Identifiers beside small text.
#[must_use]
pub fn mono_small() -> FontId {
    FontId::new(size::SMALL, FontFamily::Monospace)
}

/// An icon of `points`.
#[must_use]
pub fn icon(points: f32) -> FontId {
    FontId::new(points, icons())
}

/// The font files the app brings, by name.
pub const FILES: [(&str, &[u8]); 5] = [
    ("inter", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
    ("inter-medium", include_bytes!("../../../assets/fonts/Inter-Medium.otf")),
    ("inter-semibold", include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")),
    ("jetbrains-mono", include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ("phosphor", include_bytes!("../../../assets/icons/Phosphor.ttf")),
];

/// All fonts with their fall-backs.
#[must_use]
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in FILES {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    // What the chosen fonts lack comes from the ones egui brings.
    let fallbacks = |family| fonts.families.get(&family).cloned().unwrap_or_default();
    let proportional = fallbacks(FontFamily::Proportional);
    let monospace = fallbacks(FontFamily::Monospace);
    let with = |first: &[&str], rest: &[String]| -> Vec<String> {
        first.iter().map(|&name| name.to_owned()).chain(rest.iter().cloned()).collect()
    };
    fonts.families.extend([
        (FontFamily::Proportional, with(&["inter"], &proportional)),
        (FontFamily::Monospace, with(&["jetbrains-mono"], &monospace)),
        (medium(), with(&["inter-medium"], &proportional)),
        (semibold(), with(&["inter-semibold"], &proportional)),
        (icons(), with(&["phosphor"], &proportional)),
    ]);
    fonts
}
