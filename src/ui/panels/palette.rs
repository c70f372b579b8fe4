//! The command palette: every action by name with its keys, and every device by Endpoint ID.

use egui::{
    Align2, Id, Key, Modal, Modifiers, Rect, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::analysis::Snapshot;
use crate::core::ids::EndpointId;
use crate::core::needle::Needle;
use crate::ui::actions::{ACTIONS, Action, Situation};
use crate::ui::command::UiCommand;
use crate::ui::place::Page;
use crate::ui::theme::{Look, fonts, icons};
use crate::ui::widgets::rows::{self, RowInfo};
use crate::ui::widgets::text::{self, Elide};
use crate::view::{format, palette};

/// Width of the palette, points.
const WIDTH: f32 = 560.0;

/// Height of an entry, points.
const ROW: f32 = 28.0;

/// Most devices listed.
const DEVICES: usize = 8;

/// Most bytes typed.
const LIMIT: usize = 256;

/// What the palette remembers while it is open.
#[derive(Default)]
pub struct Palette {
    open: bool,
    typed: String,
    at: usize,
    /// Devices found, and for which text in which snapshot.
    devices: Vec<EndpointId>,
    looked: Option<(String, usize)>,
}

impl Palette {
    /// Opens or closes it.
    pub fn toggle(&mut self) {
        *self = Self { open: !self.open, ..Self::default() };
    }

    /// True while it is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    fn look_for_devices(&mut self, snapshot: &Snapshot) {
        let known = snapshot.endpoints_len();
        let asked = (self.typed.trim().to_owned(), known);
        if self.looked.as_ref() == Some(&asked) {
            return;
        }
        self.devices.clear();
        // With a single letter the list would be of everybody.
        if asked.0.chars().count() > 1 {
            let needle = Needle::new(&asked.0);
            let ids = (1..known).filter_map(|id| u32::try_from(id).ok()).map(EndpointId);
            let fits = |id: &EndpointId| {
                snapshot.endpoint(*id).is_device()
                    && needle.is_in(snapshot.endpoint_name(*id).as_bytes())
            };
            self.devices.extend(ids.filter(fits).take(DEVICES));
        }
        self.looked = Some(asked);
    }
}

/// One entry.
enum Entry<'a> {
    Action(&'static Action, UiCommand),
    Device(EndpointId, &'a str),
}

/// Identity of the field.
#[must_use]
pub fn field_id() -> Id {
    Id::unique("command-palette-field")
}

/// Draws the palette if it is open.
pub fn show(
    ctx: &egui::Context,
    look: Look,
    snapshot: &Snapshot,
    now: &Situation,
    state: &mut Palette,
    commands: &mut Vec<UiCommand>,
) {
    if !state.open {
        return;
    }
    state.look_for_devices(snapshot);
    let able = ACTIONS.iter().filter_map(|action| Some((action, (action.command)(now)?)));
    let able: Vec<_> = able.collect();
    let names = able.iter().map(|(action, command)| ((*action, command), action.name));
    let mut entries: Vec<Entry<'_>> = palette::best(&state.typed, names, ACTIONS.len())
        .into_iter()
        .map(|(action, command)| Entry::Action(action, command.clone()))
        .collect();
    entries.extend(state.devices.iter().map(|&id| Entry::Device(id, snapshot.endpoint_name(id))));

    let mut chosen = None;
    let top = ctx.content_rect().height() * 0.12;
    let area = Modal::default_area(Id::unique("command-palette"))
        .anchor(Align2::CENTER_TOP, vec2(0.0, top));
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(10);
    let modal = Modal::new(Id::unique("command-palette")).frame(frame).area(area).show(ctx, |ui| {
        ui.set_width(WIDTH.min(ctx.content_rect().width() - 60.0));
        chosen = content_ui(ui, look, state, &entries);
    });
    if let Some(at) = chosen
        && let Some(entry) = entries.get(at)
    {
        match entry {
            Entry::Action(_, command) => commands.push(command.clone()),
            Entry::Device(id, _) => {
                commands.push(UiCommand::PickDevice(Some(*id)));
                if !now.page.shows_messages() {
                    commands.push(UiCommand::Show(Page::Devices));
                }
            }
        }
    }
    if chosen.is_some() || modal.should_close() {
        *state = Palette::default();
    }
}

/// The field and the list below it; gives the number of the entry that was chosen.
fn content_ui(
    ui: &mut Ui,
    look: Look,
    state: &mut Palette,
    entries: &[Entry<'_>],
) -> Option<usize> {
    let t = look.tokens;
    let pressed = |ui: &Ui, key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let last = entries.len().saturating_sub(1);
    let before = state.at;
    if pressed(ui, Key::ArrowDown) {
        state.at = if state.at >= last { 0 } else { state.at + 1 };
    }
    if pressed(ui, Key::ArrowUp) {
        state.at = if state.at == 0 { last } else { state.at - 1 };
    }
    if pressed(ui, Key::PageDown) {
        state.at = (state.at + 8).min(last);
    }
    if pressed(ui, Key::PageUp) {
        state.at = state.at.saturating_sub(8);
    }
    // Before the field takes it, which would give up the focus.
    let mut chosen = pressed(ui, Key::Enter).then_some(state.at).filter(|_| !entries.is_empty());
    let field = TextEdit::singleline(&mut state.typed)
        .id(field_id())
        .hint_text(egui::RichText::new("Do something, or go to a device").color(t.weak))
        .desired_width(f32::INFINITY)
        .char_limit(LIMIT)
        .min_size(vec2(0.0, 32.0))
        .align(Align2::LEFT_CENTER)
        .font(egui::FontId::new(15.0, fonts::body().family));
    let response = ui.add(field).accessible_name("Command palette");
    if !response.has_focus() {
        response.request_focus();
    }
    if response.changed() {
        state.at = 0;
    }
    let moved = state.at != before || response.changed();
    state.at = state.at.min(last);
    ui.add_space(4.0);
    if entries.is_empty() {
        let text = "Nothing is called so. Every word typed has to be found in a name.";
        let label = ui.label(egui::RichText::new(text).color(t.weak));
        label.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
        return None;
    }
    // The dialog remembers how high it was; a longer list than last time has its room all the same.
    let list = ScrollArea::vertical().max_height(ROW * 12.0).min_scrolled_height(ROW * 12.0);
    list.auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for (at, entry) in entries.iter().enumerate() {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            if at == state.at && moved {
                ui.scroll_to_rect(rect, None);
            }
            if ui.is_rect_visible(rect) && entry_ui(ui, look, rect, at, at == state.at, entry) {
                chosen = Some(at);
            }
        }
    });
    chosen
}

fn entry_ui(ui: &Ui, look: Look, rect: Rect, at: usize, on: bool, entry: &Entry<'_>) -> bool {
    let t = look.tokens;
    let (icon, name, keys) = match entry {
        Entry::Action(action, _) => (action.icon, action.name.into(), keys_of(ui.ctx(), action)),
        Entry::Device(_, name) => (icons::DEVICE, format::one_line(name), "device".to_owned()),
    };
    let label = if keys.is_empty() { name.to_string() } else { format!("{name}, {keys}") };
    let info = RowInfo {
        role: Role::ListBoxOption,
        label: &label,
        selected: on,
        expanded: None,
        level: None,
    };
    let id = Id::unique("command-palette-entry").with(at);
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();
    let icon_at = Rect::from_min_size(rect.min + vec2(8.0, 0.0), vec2(20.0, ROW));
    text::icon(painter, icon_at, icon, 16.0, t.weak);
    let keys_width = text::width(painter, &keys, &fonts::small()).ceil() + 2.0;
    let keys_at = Rect::from_min_max(pos2(rect.max.x - keys_width - 10.0, rect.min.y), rect.max);
    let words = Rect::from_min_max(
        pos2(icon_at.max.x + 8.0, rect.min.y),
        pos2(keys_at.min.x - 8.0, rect.max.y),
    );
    let color = if on { t.strong } else { t.text };
    text::line(painter, words, &name, &fonts::body(), color, Align2::LEFT_CENTER, Elide::Middle);
    text::line(painter, keys_at, &keys, &fonts::small(), t.weak, Align2::LEFT_CENTER, Elide::End);
    response.clicked()
}

/// The keys of an action for people; empty if it has none.
#[must_use]
pub fn keys_of(ctx: &egui::Context, action: &Action) -> String {
    action.keys.first().map_or_else(String::new, |keys| words(ctx, keys))
}

/// Keys for people: signs where keyboards show signs.
#[must_use]
pub fn words(ctx: &egui::Context, keys: &egui::KeyboardShortcut) -> String {
    let text = ctx.format_shortcut(keys);
    let key = keys.logical_key;
    match key {
        Key::Slash | Key::Comma => text.replace(key.name(), key.symbol_or_name()),
        Key::Escape => text.replace(key.name(), "Esc"),
        Key::ArrowLeft => text.replace("Left", "←"),
        Key::ArrowRight => text.replace("Right", "→"),
        _ => text,
    }
}
