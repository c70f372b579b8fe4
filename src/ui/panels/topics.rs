//! The topic tree.

use egui::{Align2, Id, Rect, Role, Ui, pos2, vec2};

use crate::analysis::Snapshot;
use crate::core::ids::NodeId;
use crate::ui::command::UiCommand;
use crate::ui::theme::{Look, fonts, icons, size};
use crate::ui::widgets::controls;
use crate::ui::widgets::keys::Nav;
use crate::ui::widgets::panel_header;
use crate::ui::widgets::rows::{self, RowInfo, Rows};
use crate::ui::widgets::text::{self, Elide};
use crate::view::format;
use crate::view::topic_tree::{TopicTree, TreeRow, TreeSort};

/// Points a level is indented by.
const INDENT: f32 = 14.0;

/// Seconds of message time in which an activity dot fades to a third.
const FADE_SECS: f64 = 2.0;

/// What the panel remembers from frame to frame.
#[derive(Default)]
pub struct TopicsPanel {
    top: f64,
    filter: String,
}

/// Draws the panel.
pub fn show(
    ui: &mut Ui,
    look: Look,
    snapshot: &Snapshot,
    tree: &mut TopicTree,
    panel: &mut TopicsPanel,
    picked: Option<NodeId>,
    commands: &mut Vec<UiCommand>,
) {
    let topics = snapshot.topics_len().saturating_sub(1) as u64;
    panel_header::show(ui, look, icons::TREE, "Topics", &format::count(topics), |ui| {
        sort_menu(ui, look, tree);
    });
    filter_row(ui, look, &mut panel.filter, "Filter topics");
    tree.set_filter(&panel.filter);
    if tree.rows().is_empty() {
        let text = if panel.filter.is_empty() {
            "Topics appear here as messages arrive"
        } else {
            "No topic contains this"
        };
        rows::nothing(ui, look, text);
        return;
    }

    let id = Id::unique("topic-tree");
    let list = Rows {
        id,
        name: "Topic tree",
        role: Role::Tree,
        row_height: size::TREE_ROW,
        len: tree.rows().len(),
        top: panel.top,
    };
    let mut toggled = None;
    let mut clicked = None;
    let output = list.show(ui, look, |ui, index, rect| {
        let Some(&row) = tree.rows().get(index) else { return };
        match row_ui(ui, look, snapshot, row, rect, picked == Some(row.node)) {
            Some(Hit::Toggle) => toggled = row.open.map(|open| (row.node, !open)),
            Some(Hit::Pick) => clicked = Some(row.node),
            None => {}
        }
    });
    panel.top = output.top;
    if let Some((node, open)) = toggled {
        tree.set_open(node, open);
        rows::focus(ui, id);
    }
    if let Some(node) = clicked {
        rows::focus(ui, id);
        commands.push(UiCommand::PickTopic((picked != Some(node)).then_some(node)));
    }
    if let Some(nav) = output.nav {
        navigate(nav, snapshot, tree, panel, picked, output.visible, commands);
    }
}

/// A line with a field that narrows a list.
pub fn filter_row(ui: &mut Ui, look: Look, text: &mut String, name: &'static str) {
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        ui.add_space(10.0);
        let width = (ui.available_width() - 10.0).max(60.0);
        controls::filter_field(ui, look, text, name, name, width);
    });
    ui.add_space(2.0);
}

fn sort_menu(ui: &mut Ui, look: Look, tree: &mut TopicTree) {
    let name = format!("Sort topics by {}", tree.sort().label().to_lowercase());
    let button = controls::icon_button(ui, look, icons::SORT, &name);
    egui::Popup::menu(&button).show(|ui| {
        for sort in TreeSort::ALL {
            if ui.radio(tree.sort() == sort, sort.label()).clicked() {
                tree.set_sort(sort);
                ui.close();
            }
        }
    });
}

enum Hit {
    Toggle,
    Pick,
}

fn row_ui(
    ui: &Ui,
    look: Look,
    snapshot: &Snapshot,
    row: TreeRow,
    rect: Rect,
    picked: bool,
) -> Option<Hit> {
    let node = snapshot.node(row.node)?;
    let stats = snapshot.node_stats(row.node);
    let t = look.tokens;
    let name = if node.name.is_empty() { "(empty level)" } else { &node.name };
    let count = format::count(stats.subtree);
    let label = format!("{name}, {} messages", stats.subtree);
    let id = Id::unique("topic").with(row.node.0);
    let info = RowInfo {
        role: Role::TreeItem,
        label: &label,
        selected: picked,
        expanded: row.open,
        level: Some(usize::from(row.indent) + 1),
    };
    let response = rows::row(ui, look, id, rect, &info);
    let painter = ui.painter();

    let x = rect.min.x + 8.0 + f32::from(row.indent.min(12)) * INDENT;
    let caret = Rect::from_min_size(pos2(x, rect.min.y), vec2(16.0, rect.height()));
    let mut hit = response.clicked().then_some(Hit::Pick);
    if let Some(open) = row.open {
        let icon = if open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        let over = response.hover_pos().is_some_and(|pos| pos.x < caret.max.x + 2.0);
        text::icon(painter, caret, icon, 12.0, if over { t.strong } else { t.weak });
        let on_caret = response.interact_pointer_pos().is_some_and(|pos| pos.x < caret.max.x + 2.0);
        if response.clicked() && on_caret || response.double_clicked() {
            hit = Some(Hit::Toggle);
        }
    }

    let count_font = egui::FontId::new(size::SMALL, egui::FontFamily::Proportional);
    let count_width = text::width(painter, &count, &count_font).ceil();
    let count_rect = Rect::from_min_max(
        pos2(rect.max.x - 10.0 - count_width, rect.min.y),
        pos2(rect.max.x - 8.0, rect.max.y),
    );
    let count_color = if picked { t.text } else { t.weak };
    text::line(
        painter,
        count_rect,
        &count,
        &count_font,
        count_color,
        Align2::RIGHT_CENTER,
        Elide::End,
    );

    // Fades by message time, so that a quiet connection needs no repaints.
    let age = snapshot.now().nanos_since(stats.last_at).max(0) as f64 / 1e9;
    let heat = (-age / FADE_SECS).exp() as f32;
    let dot = pos2(count_rect.min.x - 9.0, rect.center().y);
    if heat > 0.05 {
        let color =
            if stats.malformed > 0 && stats.malformed * 2 > stats.subtree { t.warn } else { t.ok };
        painter.circle_filled(dot, 2.5, color.gamma_multiply(heat));
    }

    let name_rect =
        Rect::from_min_max(pos2(caret.max.x + 2.0, rect.min.y), pos2(dot.x - 6.0, rect.max.y));
    let font = if row.open.is_some() { fonts::body_medium() } else { fonts::body() };
    let color = if picked { t.strong } else { t.text };
    text::line(
        painter,
        name_rect,
        &format::one_line(name),
        &font,
        color,
        Align2::LEFT_CENTER,
        Elide::Middle,
    );

    if response.hovered() {
        response.on_hover_ui(|ui| {
            ui.monospace(format::one_line(&snapshot.node_path(row.node)));
            let malformed = match stats.malformed {
                0 => String::new(),
                n => format!(" · {} malformed", format::count(n)),
            };
            ui.weak(format!(
                "{} messages here and below, {} on this topic itself · {}{malformed}",
                format::count(stats.subtree),
                format::count(stats.own),
                format::bytes(stats.bytes),
            ));
        });
    }
    hit
}

fn navigate(
    nav: Nav,
    snapshot: &Snapshot,
    tree: &mut TopicTree,
    panel: &mut TopicsPanel,
    picked: Option<NodeId>,
    visible: f64,
    commands: &mut Vec<UiCommand>,
) {
    let current = picked.and_then(|node| tree.row_of(node));
    let at = current.and_then(|index| tree.rows().get(index)).copied();
    let target = match (nav, at) {
        (Nav::Right, Some(TreeRow { node, open: Some(false), .. })) => {
            tree.set_open(node, true);
            return;
        }
        (Nav::Left, Some(TreeRow { node, open: Some(true), .. })) => {
            tree.set_open(node, false);
            return;
        }
        (Nav::Left, Some(TreeRow { node, .. })) => {
            let parent = snapshot.node(node).map(|n| n.parent).filter(|&p| p != NodeId::ROOT);
            parent.and_then(|parent| tree.row_of(parent))
        }
        (Nav::Right, Some(TreeRow { open: Some(true), .. })) => current.map(|row| row + 1),
        (Nav::Right | Nav::Enter, _) => None,
        (nav, _) => nav.apply(current, tree.rows().len(), visible as usize),
    };
    let Some(row) = target else { return };
    let Some(found) = tree.rows().get(row) else { return };
    commands.push(UiCommand::PickTopic(Some(found.node)));
    rows::reveal(&mut panel.top, row, visible);
}
