//! The colours a theme has to name.

use egui::Color32;

/// One theme.
#[derive(Debug)]
pub struct Tokens {
    /// True for light text on dark.
    pub dark: bool,
    /// Behind lists and plots.
    pub canvas: Color32,
    /// Behind panels and bars.
    pub panel: Color32,
    /// Buttons, fields, cards.
    pub raised: Color32,
    /// Under the pointer.
    pub hover: Color32,
    /// Lines between things.
    pub border: Color32,
    /// Text.
    pub text: Color32,
    /// Headings and what is picked.
    pub strong: Color32,
    /// Secondary text.
    pub weak: Color32,
    /// Links, focus, the main action.
    pub accent: Color32,
    /// Text on the accent colour.
    pub on_accent: Color32,
    /// Behind what is picked.
    pub selection: Color32,
    /// All is well.
    pub ok: Color32,
    /// Limits, or waiting.
    pub warn: Color32,
    /// Failed or lost.
    pub error: Color32,
    /// Worth knowing.
    pub info: Color32,
    /// Names of fields.
    pub key: Color32,
    /// Text values.
    pub string: Color32,
    /// Numbers.
    pub number: Color32,
    /// Reading messages.
    pub family_read: Color32,
    /// Writing messages.
    pub family_write: Color32,
    /// Notifications.
    pub family_notify: Color32,
    /// Operations.
    pub family_operate: Color32,
    /// Registrations.
    pub family_register: Color32,
    /// Plot series (after Okabe and Ito, told apart by the colour-blind).
    pub series: [Color32; 10],
}

/// A colour from its usual notation.
pub(super) const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}
