//! A list of any length with rows of one height, of which only those on screen exist.
//!
//! The position is an `f64` in rows that the caller keeps: an `f32` offset in points steps by
//! two points beyond row 760,000. Rows get a name and a role for screen readers and tests.

use egui::text::LayoutJob;
use egui::{Align, EventFilter, Id, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::keys::{self, Nav};
use crate::ui::theme::{Look, fonts};

/// Width of the scroll bar, points.
pub const BAR: f32 = 9.0;

/// Shortest handle, points: small enough to aim with, large enough to grab.
const MIN_HANDLE: f32 = 28.0;

/// A list about to be drawn.
pub struct Rows<'a> {
    /// Unique in the window.
    pub id: Id,
    /// Name for screen readers and tests.
    pub name: &'a str,
    /// What the list is.
    pub role: Role,
    /// Height of a row, points.
    pub row_height: f32,
    /// Number of rows.
    pub len: usize,
    /// Row at the top of the screen, with the part of it that is scrolled out.
    pub top: f64,
}

/// What happened to a list.
pub struct RowsOutput {
    /// The new position; the same as before if the user did not scroll.
    pub top: f64,
    /// True if the user scrolled.
    pub scrolled: bool,
    /// Whole rows that fit on the screen.
    pub visible: f64,
    /// A key that moves through the list, if it has the focus.
    pub nav: Option<Nav>,
    /// The whole list.
    pub response: Response,
}

impl Rows<'_> {
    /// Whole rows that fit into `height` points; at the end of a list its last rows are shown
    /// whole, with a little air below rather than half a row above.
    #[must_use]
    pub fn fit(height: f32, row_height: f32) -> f64 {
        f64::from((height / row_height).floor().max(1.0))
    }

    /// Draws the list into the space left; `draw` is called for each row on screen.
    pub fn show(
        self,
        ui: &mut Ui,
        look: Look,
        mut draw: impl FnMut(&mut Ui, usize, Rect),
    ) -> RowsOutput {
        let Self { id, name, role, row_height, len, top } = self;
        let rect = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(rect);
        let response = ui.interact(rect, id, Sense::CLICK | Sense::FOCUSABLE);
        response.widget_info(|| WidgetInfo::labeled(role, true, name));
        let visible = Self::fit(rect.height(), row_height);
        let last_top = (len as f64 - visible).max(0.0);
        let mut new_top = top.clamp(0.0, last_top);

        if ui.rect_contains_pointer(rect) {
            let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta.y));
            if delta != 0.0 {
                new_top = (new_top - f64::from(delta / row_height)).clamp(0.0, last_top);
            }
        }
        let has_bar = last_top > 0.0;
        let mut body = rect;
        if has_bar {
            body.max.x -= BAR;
            let bar = Rect::from_min_max(pos2(body.max.x, rect.min.y), rect.max);
            new_top = bar_ui(ui, look, id.with("bar"), bar, new_top, visible, len);
        }
        let scrolled = new_top != top;

        let focused = response.has_focus();
        let mut nav = None;
        if focused {
            let filter = EventFilter {
                vertical_arrows: true,
                horizontal_arrows: true,
                ..EventFilter::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            nav = keys::take(ui);
        }

        let mut child = ui.new_child(egui::UiBuilder::new().id_salt(id).max_rect(body));
        child.shrink_clip_rect(body);
        // Rows belong to the list in the accessibility tree.
        let first = new_top as usize;
        let offset = (new_top.fract() * f64::from(row_height)) as f32;
        let count = (rect.height() / row_height).ceil() as usize + 1;
        for (line, row) in (first..len.min(first + count)).enumerate() {
            let y = body.min.y + line as f32 * row_height - offset;
            if y >= body.max.y {
                break;
            }
            let row_rect = Rect::from_min_size(pos2(body.min.x, y), vec2(body.width(), row_height));
            draw(&mut child, row, row_rect);
        }
        if focused {
            let stroke = egui::Stroke::new(1.0, look.tokens.accent);
            let inside = rect.shrink(0.5);
            ui.painter().rect_stroke(inside, 0.0, stroke, egui::StrokeKind::Inside);
        }
        RowsOutput { top: new_top, scrolled, visible, nav, response }
    }
}

/// Scroll bar over any number of rows, or of points; returns the new position.
pub fn bar_ui(
    ui: &mut Ui,
    look: Look,
    id: Id,
    bar: Rect,
    top: f64,
    visible: f64,
    len: usize,
) -> f64 {
    let response = ui.interact(bar, id, Sense::CLICK | Sense::DRAG);
    let last_top = (len as f64 - visible).max(f64::MIN_POSITIVE);
    let share = (visible / len.max(1) as f64).clamp(0.0, 1.0) as f32;
    let handle_height = (bar.height() * share).max(MIN_HANDLE).min(bar.height());
    let travel = (bar.height() - handle_height).max(1.0);
    let handle_y = |top: f64| bar.min.y + travel * (top / last_top).clamp(0.0, 1.0) as f32;
    let mut new_top = top;
    if let Some(pos) = response.interact_pointer_pos() {
        let grip = id.with("grip");
        let pressed = ui.input(|input| input.pointer.any_pressed());
        if response.drag_started() || pressed {
            let y = handle_y(top);
            // On the handle it moves with the pointer; beside it, it jumps there first.
            let inside = (y..=y + handle_height).contains(&pos.y);
            let grip_at = if inside { pos.y - y } else { handle_height / 2.0 };
            ui.data_mut(|data| data.insert_temp(grip, grip_at));
        }
        let grip_at: f32 = ui.data(|data| data.get_temp(grip)).unwrap_or(handle_height / 2.0);
        let part = ((pos.y - grip_at - bar.min.y) / travel).clamp(0.0, 1.0);
        new_top = f64::from(part) * last_top;
    }
    let t = look.tokens;
    let active = response.dragged() || response.is_pointer_button_down_on();
    let color = if active {
        t.accent
    } else if response.hovered() {
        t.weak
    } else {
        t.border
    };
    let handle = Rect::from_min_size(
        pos2(bar.min.x + 2.0, handle_y(new_top)),
        vec2(bar.width() - 3.0, handle_height),
    );
    ui.painter().rect_filled(handle, 3.0, color);
    new_top
}

/// What a painted row is, for people who can't see it and for tests.
pub struct RowInfo<'a> {
    /// Row or tree item.
    pub role: Role,
    /// All that the row says.
    pub label: &'a str,
    /// True if it is picked.
    pub selected: bool,
    /// For rows that can be opened: whether they are.
    pub expanded: Option<bool>,
    /// Level in a tree, from 1.
    pub level: Option<usize>,
}

/// Makes a painted row clickable and known to screen readers; paints its background.
pub fn row(ui: &Ui, look: Look, id: Id, rect: Rect, info: &RowInfo<'_>) -> Response {
    let response = ui.interact(rect, id, Sense::CLICK);
    response.widget_info(|| WidgetInfo::labeled(info.role, true, info.label));
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_selected(info.selected);
        if let Some(expanded) = info.expanded {
            node.set_expanded(expanded);
        }
        if let Some(level) = info.level {
            node.set_level(level);
        }
    });
    let t = look.tokens;
    if info.selected {
        ui.painter().rect_filled(rect, 0.0, t.selection);
        let bar = Rect::from_min_size(rect.min, vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, 0.0, t.accent);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, t.hover.gamma_multiply(0.6));
    }
    response
}

/// Scrolls so that a row is on the screen, whole; `visible` whole rows fit there.
pub fn reveal(top: &mut f64, row: usize, visible: f64) {
    let row = row as f64;
    *top = top.min(row).max(row + 1.0 - visible);
}

/// Gives a list the keyboard.
pub fn focus(ui: &Ui, id: Id) {
    ui.memory_mut(|memory| memory.request_focus(id));
}

/// Says in the middle of an empty list why it is empty.
pub fn nothing(ui: &mut Ui, look: Look, text: &str) {
    let rect = ui.available_rect_before_wrap();
    let color = look.tokens.weak;
    let mut job = LayoutJob::simple(text.to_owned(), fonts::body(), color, rect.width() - 32.0);
    job.halign = Align::Center;
    let galley = ui.painter().layout_job(job);
    let middle = rect.center().y - galley.size().y / 2.0;
    let at = pos2(rect.center().x, middle.min(rect.min.y + 48.0));
    let response = ui.allocate_rect(rect, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().galley(at, galley, look.tokens.weak);
}
