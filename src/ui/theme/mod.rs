//! Colours, fonts, sizes and icons. The only place with literal colours.

mod dark;
pub mod fonts;
mod high_contrast;
pub mod icons;
mod light;
pub mod ramp;
mod style;
pub mod tokens;

use egui::{Context, Theme, ThemePreference};
use serde::{Deserialize, Serialize};

pub use tokens::Tokens;

use crate::usp::kind::Family;
use crate::view::connection::Tone;
use crate::view::drawing::svg::Palette;
use crate::view::drawing::{Ink, Role};

/// What the user wants the window to look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeChoice {
    /// As the desktop says.
    #[default]
    System,
    /// Light text on dark.
    Dark,
    /// Dark text on light.
    Light,
    /// White and yellow on black.
    HighContrast,
}

impl ThemeChoice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::System, Self::Dark, Self::Light, Self::HighContrast];

    /// The name in menus.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Dark => "Dark",
            Self::Light => "Light",
            Self::HighContrast => "High contrast",
        }
    }
}

/// Sizes in points.
pub mod size {
    /// Small text.
    pub const SMALL: f32 = 11.0;
    /// Body text.
    pub const BODY: f32 = 13.0;
    /// Headings of panels and pages.
    pub const HEADING: f32 = 15.0;
    /// Monospaced text.
    pub const MONO: f32 = 12.0;
    /// A row of a list.
    pub const ROW: f32 = 22.0;
    /// A row of a field list or tree.
    pub const TREE_ROW: f32 = 21.0;
    /// The header line of a panel.
    pub const HEADER: f32 = 32.0;
}

impl Tokens {
    /// Those of every theme.
    pub const ALL: [&'static Self; 3] = [&dark::TOKENS, &light::TOKENS, &high_contrast::TOKENS];
}

/// The look of this frame, handed to everything that draws.
#[derive(Clone, Copy)]
pub struct Look {
    /// The colours.
    pub tokens: &'static Tokens,
}

impl Look {
    /// The look of a theme choice on this desktop.
    #[must_use]
    pub fn of(ctx: &Context, choice: ThemeChoice) -> Self {
        let tokens = match (choice, ctx.theme()) {
            (ThemeChoice::HighContrast, _) => &high_contrast::TOKENS,
            (_, Theme::Dark) => &dark::TOKENS,
            (_, Theme::Light) => &light::TOKENS,
        };
        Self { tokens }
    }

    /// Colour of a message family.
    #[must_use]
    pub fn family(&self, family: Option<Family>) -> egui::Color32 {
        let t = self.tokens;
        match family {
            Some(Family::Read) => t.family_read,
            Some(Family::Write) => t.family_write,
            Some(Family::Notify) => t.family_notify,
            Some(Family::Operate) => t.family_operate,
            Some(Family::Register) => t.family_register,
            Some(Family::Error) => t.error,
            None => t.weak,
        }
    }

    /// Colour of what a picture names.
    #[must_use]
    pub fn role(&self, role: Role) -> egui::Color32 {
        let t = self.tokens;
        match role {
            Role::Canvas => t.canvas,
            Role::Panel => t.panel,
            Role::Raised => t.raised,
            Role::Border => t.border,
            Role::Text => t.text,
            Role::Strong => t.strong,
            Role::Weak => t.weak,
            Role::Accent => t.accent,
            Role::Selection => t.selection,
            Role::Ok => t.ok,
            Role::Warn => t.warn,
            Role::Error => t.error,
            Role::Info => t.info,
            Role::Family(family) => self.family(Some(family)),
            Role::Series(number) => {
                let at = usize::from(number) % t.series.len();
                t.series.get(at).copied().unwrap_or(t.text)
            }
        }
    }

    /// The same with how much of it covers what is below.
    #[must_use]
    pub fn ink(&self, ink: Ink) -> egui::Color32 {
        let color = self.role(ink.role);
        if ink.opacity >= 1.0 { color } else { color.gamma_multiply(ink.opacity.max(0.0)) }
    }

    /// Colour of a tone.
    #[must_use]
    pub fn tone(&self, tone: Tone) -> egui::Color32 {
        let t = self.tokens;
        match tone {
            Tone::Quiet => t.weak,
            Tone::Busy => t.info,
            Tone::Good => t.ok,
            Tone::Warning => t.warn,
            Tone::Bad => t.error,
        }
    }
}

impl Palette for Look {
    fn color(&self, role: Role) -> [u8; 4] {
        self.role(role).to_srgba_unmultiplied()
    }
}

/// Loads the fonts and both styles; once per context.
pub fn install(ctx: &Context) {
    ctx.set_fonts(fonts::definitions());
    set_choice(ctx, ThemeChoice::System);
}

/// Makes `choice` the look from the next frame on.
pub fn set_choice(ctx: &Context, choice: ThemeChoice) {
    let dark =
        if choice == ThemeChoice::HighContrast { &high_contrast::TOKENS } else { &dark::TOKENS };
    ctx.set_style_of(Theme::Dark, style::style(dark));
    ctx.set_style_of(Theme::Light, style::style(&light::TOKENS));
    ctx.set_theme(match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Dark | ThemeChoice::HighContrast => ThemePreference::Dark,
        ThemeChoice::Light => ThemePreference::Light,
    });
}
