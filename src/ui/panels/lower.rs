//! Views that share a place: the lower pane and the page of a device show one of several under a
//! header with tabs; a page of its own has a title there.

use egui::{
    Align, Align2, FontId, Id, Layout, Popup, PopupCloseBehavior, Rect, Role, Sense, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use crate::ui::command::UiCommand;
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::text::{self, Elide};
use crate::ui::widgets::{controls, panel_header};

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
    /// Who said what to whom, and when.
    Ladder,
    /// What was found odd.
    Problems,
    /// The data model of the picked device.
    Model,
}

impl LowerTab {
    /// All tabs from the left.
    pub const ALL: [Self; 6] =
        [Self::Latency, Self::Times, Self::Exchanges, Self::Ladder, Self::Problems, Self::Model];

    /// The word on the tab.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Latency => "Latency",
            Self::Times => "Response times",
            Self::Exchanges => "Exchanges",
            Self::Ladder => "Ladder",
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
            Self::Ladder => "ladder",
            Self::Problems => "problems",
            Self::Model => "data_model",
        }
    }
}

/// What the page of a device shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DeviceTab {
    /// Who it is.
    #[default]
    About,
    /// Who said what to whom, and when.
    Ladder,
    /// Its requests and what became of them.
    Exchanges,
    /// What was found odd about it.
    Problems,
    /// Its response times by type.
    Times,
    /// Its data model.
    Model,
}

impl DeviceTab {
    /// All tabs from the left.
    pub const ALL: [Self; 6] =
        [Self::About, Self::Ladder, Self::Exchanges, Self::Problems, Self::Times, Self::Model];

    /// The word on the tab.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::About => "About",
            Self::Exchanges => "Exchanges",
            Self::Ladder => "Ladder",
            Self::Problems => "Problems",
            Self::Times => "Response times",
            Self::Model => "Data model",
        }
    }

    /// The name in the preferences file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::About => "about",
            Self::Exchanges => "exchanges",
            Self::Ladder => "ladder",
            Self::Problems => "problems",
            Self::Times => "response_times",
            Self::Model => "data_model",
        }
    }
}

/// Where a view is drawn, which decides what its header is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Head {
    /// In the lower pane, beside others.
    Lower(LowerTab),
    /// On the page of a device, beside others.
    Device(DeviceTab),
    /// It is the page.
    Page(Page),
}

impl Default for Head {
    fn default() -> Self {
        Self::Lower(LowerTab::default())
    }
}

/// Draws the header: tabs or the page's title, then `count`, with `controls` laid out from the
/// right.
pub fn header(
    ui: &mut Ui,
    look: Look,
    head: Head,
    count: &str,
    commands: &mut Vec<UiCommand>,
    controls_ui: impl FnOnce(&mut Ui),
) {
    match head {
        Head::Page(page) => {
            panel_header::show(ui, look, page.icon(), page.label(), count, controls_ui);
        }
        Head::Lower(tab) => {
            let tabs = LowerTab::ALL
                .map(|other| (other.label(), other == tab, UiCommand::ShowLower(other)));
            tabs_ui(ui, look, tab.label(), &tabs, count, commands, controls_ui);
        }
        Head::Device(tab) => {
            let tabs = DeviceTab::ALL
                .map(|other| (other.label(), other == tab, UiCommand::ShowDevice(other)));
            tabs_ui(ui, look, tab.label(), &tabs, count, commands, controls_ui);
        }
    }
}

fn tabs_ui(
    ui: &mut Ui,
    look: Look,
    title: &str,
    tabs: &[(&'static str, bool, UiCommand)],
    count: &str,
    commands: &mut Vec<UiCommand>,
    controls_ui: impl FnOnce(&mut Ui),
) {
    let t = look.tokens;
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), size::HEADER), Sense::hover());
    let label = if count.is_empty() { title.to_owned() } else { format!("{title}, {count}") };
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, &label));
    ui.painter().hline(rect.x_range(), rect.max.y - 0.5, (1.0, t.border));
    let builder = UiBuilder::new()
        .id_salt("lower-tabs")
        .max_rect(Rect::from_min_max(pos2(rect.min.x + 6.0, rect.min.y), rect.max))
        .layout(Layout::left_to_right(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 2.0;
    for (word, on, command) in tabs {
        let name = format!("Show {word}");
        if controls::word_toggle(&mut child, look, word, &name, *on).clicked() && !on {
            commands.push(command.clone());
        }
    }
    let left = child.min_rect().max.x + 10.0;
    let builder = UiBuilder::new()
        .id_salt("lower-controls")
        .max_rect(Rect::from_min_max(pos2(left, rect.min.y), pos2(rect.max.x - 6.0, rect.max.y)))
        .layout(Layout::right_to_left(Align::Center));
    let mut child = ui.new_child(builder);
    child.spacing_mut().item_spacing.x = 4.0;
    // How wide they are shows once they were drawn.
    let known = Id::unique("tab-controls-width").with(title);
    let wanted: f32 = ui.data(|data| data.get_temp(known)).unwrap_or(0.0);
    if wanted <= rect.max.x - 6.0 - left {
        controls_ui(&mut child);
        let width = child.min_rect().width();
        ui.data_mut(|data| data.insert_temp(known, width));
    } else {
        let more = controls::icon_button(&mut child, look, icons::DOTS, "More controls");
        Popup::menu(&more).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), controls_ui);
        });
    }
    let used = child.min_rect();
    let right = if used.width() > 0.0 { used.min.x } else { rect.max.x - 6.0 };
    let count_rect = Rect::from_min_max(pos2(left, rect.min.y), pos2(right - 8.0, rect.max.y));
    let font = FontId::new(12.0, fonts::body().family);
    let painter = ui.painter();
    if text::line(painter, count_rect, count, &font, t.weak, Align2::LEFT_CENTER, Elide::End) {
        response.on_hover_text(count);
    }
}
