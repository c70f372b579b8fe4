//! The lower pane: one of several views under one header with tabs.

use egui::{
    Align, Align2, FontId, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, size};
use crate::ui::widgets::controls;
use crate::ui::widgets::text::{self, Elide};

/// What the lower pane shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LowerTab {
    /// Response times over time.
    #[default]
    Latency,
    /// Response times by device and type.
    Times,
    /// Requests and what became of them.
    Exchanges,
    /// What was found odd.
    Problems,
    /// The data model of the picked device.
    Model,
}

impl LowerTab {
    /// All tabs from the left.
    pub const ALL: [Self; 5] =
        [Self::Latency, Self::Times, Self::Exchanges, Self::Problems, Self::Model];

    /// The word on the tab.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Latency => "Latency",
            Self::Times => "Response times",
            Self::Exchanges => "Exchanges",
            Self::Problems => "Problems",
            Self::Model => "Data model",
        }
    }

    /// The name in the preferences file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Times => "response_times",
            Self::Exchanges => "exchanges",
            Self::Problems => "problems",
            Self::Model => "data_model",
        }
    }
}

/// Draws the header: tabs, then `count`, with `controls` laid out from the right.
pub fn header(
    ui: &mut Ui,
    look: Look,
    tab: LowerTab,
    count: &str,
    commands: &mut Vec<UiCommand>,
    controls_ui: impl FnOnce(&mut Ui),
) {
    let t = look.tokens;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::HEADER), Sense::hover());
    let label =
        if count.is_empty() { tab.label().to_owned() } else { format!("{}, {count}", tab.label()) };
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label));
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let tabs = UiBuilder::new()
        .id_salt("lower-tabs")
        .max_rect(Rect::from_min_max(pos2(rect.min.x + 6.0, rect.min.y), rect.max))
        .layout(Layout::left_to_right(Align::Center));
    let mut child = ui.new_child(tabs);
    child.spacing_mut().item_spacing.x = 2.0;
    for other in LowerTab::ALL {
        let name = format!("Show {}", other.label());
        if controls::word_toggle(&mut child, look, other.label(), &name, other == tab).clicked()
            && other != tab
        {
            commands.push(UiCommand::ShowLower(other));
        }
    }
    let left = child.min_rect().max.x + 10.0;
    let builder = UiBuilder::new()
        .id_salt("lower-controls")
        .max_rect(Rect::from_min_max(pos2(left, rect.min.y), pos2(rect.max.x - 6.0, rect.max.y)))
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 4.0;
    controls_ui(&mut child);
    let used = child.min_rect();
    let right = if used.width() > 0.0 { used.min.x } else { rect.max.x - 6.0 };
    let count_rect = Rect::from_min_max(pos2(left, rect.min.y), pos2(right - 8.0, rect.max.y));
    let font = FontId::new(12.0, fonts::body().family);
    let painter = ui.painter();
    if text::line(painter, count_rect, count, &font, t.weak, Align2::LEFT_CENTER, Elide::End) {
        response.on_hover_text(count);
    }
}
