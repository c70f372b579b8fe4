//! The workbench's part for single messages: jumps, comparisons, copies, bookmarks, columns.

use std::time::Duration;

use egui::Context;

use super::workbench::Workbench;
use crate::analysis::message::Message;
use crate::core::ids::Seq;
use crate::store::row::Pair;
use crate::ui::command::UiCommand;
use crate::ui::panels::{bookmarks, compare, export, inspector};
use crate::ui::place::Page;
use crate::ui::theme::Look;
use crate::ui::traffic_command::TrafficCommand;
use crate::view::changes::{Before, Changes};
use crate::view::columns::{Column, Columns};
use crate::view::compare::Comparison;
use crate::view::connection::Tone;
use crate::view::copy_as::{self, CopyAs, MAX_MESSAGES};
use crate::view::format;
use crate::view::inspector::Inspected;
use crate::view::marked::MAX_STRETCHES;
use crate::view::message_sort::Sorting;
use crate::view::seek::{Seek, Sought};

/// What is copied at once at most, bytes.
const MAX_COPY: usize = 16 << 20;

impl Workbench {
    /// Gives what stands around the table its time before a frame; true if there is more to do.
    pub(super) fn advance_traffic(&mut self, budget: Duration) -> bool {
        let snapshot = &self.shown;
        let models = &mut self.models;
        let traffic = &mut models.traffic;
        traffic.bookmarks.advance(snapshot.epoch());
        traffic.marked.advance(snapshot, &models.messages);
        let mut more = false;
        let on_view = self.panels.inspector.tab == inspector::Tab::Changes;
        let wanted = on_view || traffic.compare_with_before;
        if let Some(inspected) = models.inspected.as_ref().filter(|_| wanted) {
            if traffic.changes.as_ref().is_none_or(|changes| !changes.is_of(inspected)) {
                traffic.changes = Some(Changes::new(snapshot, inspected));
            }
            if let Some(changes) = &mut traffic.changes {
                more |= changes.advance(snapshot, budget);
            }
        }
        let sought = traffic.seek.as_mut().map(|seek| {
            (seek.common, seek.forward, seek.advance(snapshot, &models.messages, budget))
        });
        match sought {
            None => {}
            Some((.., Sought::Looking)) => more = true,
            Some((.., Sought::Found(seq))) => {
                traffic.seek = None;
                self.go_to_message(seq);
                more = true;
            }
            Some((common, forward, Sought::Nothing)) => {
                traffic.seek = None;
                let which = if forward { "later" } else { "earlier" };
                self.toast(Tone::Quiet, format!("No {which} message {}", common.label()), None);
            }
        }
        more | self.compare_with_before()
    }

    /// Compares with the message before once that is known; true while it is not.
    fn compare_with_before(&mut self) -> bool {
        let traffic = &mut self.models.traffic;
        if !traffic.compare_with_before {
            return false;
        }
        let Some(changes) = &traffic.changes else {
            traffic.compare_with_before = false;
            return false;
        };
        let before = match changes.before() {
            Before::Looking => return true,
            Before::NotFound => None,
            Before::Found { seq, .. } => Some(*seq),
        };
        traffic.compare_with_before = false;
        match (before, self.selection.message) {
            (Some(before), Some(seq)) => self.compare(before, seq),
            _ => {
                let text = "No earlier message of this type and sender on this topic".to_owned();
                self.toast(Tone::Quiet, text, None);
            }
        }
        false
    }

    /// True if Escape should close something of the table before it gives up picks.
    pub(super) fn has_traffic_overlay(&self) -> bool {
        self.models.traffic.comparison.is_some()
            || self.panels.bookmarks.open
            || self.models.traffic.marked.is_many()
    }

    /// Shows a message in the inspector and scrolls the table to it.
    pub(super) fn go_to_message(&mut self, seq: Seq) {
        self.pick_message(Some(seq));
        self.models.traffic.marked.only(seq);
        if self.page != Page::Traffic {
            // There is no table to scroll; what narrows this place stays.
            return;
        }
        let list = &self.models.messages;
        if !list.contains(seq) && list.progress().is_none() {
            // It is filtered out: what narrows the table has to give way.
            self.selection.topic = None;
            self.selection.device = None;
            self.selection.range = None;
            self.search.clear();
        }
        self.go_to = Some(seq);
    }

    fn say(&mut self, tone: Tone, text: &str, advice: Option<&str>) {
        self.toast(tone, text.to_owned(), advice.map(str::to_owned));
    }

    pub(super) fn traffic_command(&mut self, ctx: &Context, command: TrafficCommand) {
        use TrafficCommand as T;
        match command {
            T::OtherHalf => self.other_half(),
            T::FollowDevice => self.follow_device(),
            T::Step { common, forward } => {
                let seek = self
                    .selection
                    .message
                    .and_then(|seq| Seek::new(&self.shown, seq, common, forward));
                if seek.is_none() {
                    let text = format!("Nothing is known {}", common.label());
                    self.toast(Tone::Quiet, text, None);
                }
                self.models.traffic.seek = seek;
            }
            T::PickFirst => {
                let seq = self.selection.message;
                self.models.traffic.first = seq.and_then(|seq| Inspected::new(&self.shown, seq));
                if let Some(seq) = self.models.traffic.first_seq() {
                    let text = format!("#{} is A", format::count(seq.0));
                    self.say(Tone::Good, &text, Some("Pick another message and press C."));
                }
            }
            T::Compare => self.compare_with_first(),
            T::CompareWithBefore => self.models.traffic.compare_with_before = true,
            T::CompareThese(left, right) => self.compare(left, right),
            T::CloseOverlay => self.close_overlay(),
            T::Copy(what) => self.copy(ctx, what),
            T::TooMany => {
                let text = format!(
                    "More than {} rows can't be selected while the table is sorted",
                    format::count(MAX_STRETCHES as u64)
                );
                let advice = "Sort by time, or narrow the table and press Ctrl+A.";
                self.say(Tone::Warning, &text, Some(advice));
            }
            T::MarkAll => self.models.traffic.marked.all(&self.shown),
            T::Bookmark => self.bookmark(),
            T::EditNote => {
                let Some(seq) = self.selection.message else { return };
                if self.models.traffic.bookmarks.set(&self.shown, seq) {
                    let mark = self.models.traffic.bookmarks.get(seq);
                    let note = mark.map(|mark| mark.note.clone()).unwrap_or_default();
                    self.panels.bookmarks.edit(seq, &note);
                } else {
                    self.say(Tone::Warning, "The message is no longer kept", None);
                }
            }
            T::SetNote(seq, note) => self.models.traffic.bookmarks.set_note(seq, &note),
            T::RemoveBookmark(seq) => self.models.traffic.bookmarks.remove(seq),
            T::NextBookmark { forward } => {
                let from = self.selection.message;
                match self.models.traffic.bookmarks.next(&self.shown, from, forward) {
                    Some(seq) => self.go_to_message(seq),
                    None => self.say(Tone::Quiet, "No bookmarks yet", Some("B sets one.")),
                }
            }
            T::ShowBookmarks => self.panels.bookmarks.open = !self.panels.bookmarks.open,
            T::Sort(sorting) => self.models.messages.set_sorting(sorting),
            T::SortByNext => self.sort_by_next(),
            T::SortReversed => {
                let sorting = self.models.messages.sorting();
                let falling = !sorting.falling;
                self.models.messages.set_sorting(Sorting { falling, ..sorting });
            }
            T::OpenColumns => self.panels.messages.open_columns = true,
            T::ShowColumn(column, shown) => {
                self.panels.messages.columns.set_shown(column, shown);
                self.save_prefs();
            }
            T::ShiftColumn(column, right) => {
                self.panels.messages.columns.shift(column, right);
                self.save_prefs();
            }
            T::PutColumn(column, other) => {
                self.panels.messages.columns.put_at(column, other);
                self.save_prefs();
            }
            T::ResetColumns => {
                self.panels.messages.columns.reset();
                self.save_prefs();
            }
            T::ColourBy(by) => {
                self.models.traffic.colour_by = by;
                self.save_prefs();
            }
            T::AskExport | T::CancelExport | T::BrowseExport | T::Export | T::StopExport => {
                self.export_command(ctx, &command);
            }
        }
    }

    fn other_half(&mut self) {
        let Some(row) = self.selection.message.and_then(|seq| self.shown.row(seq)) else {
            return self.say(Tone::Quiet, "The message is no longer kept", None);
        };
        let other = match row.pair() {
            Some(Pair::Answers { request, .. }) => Some(request),
            Some(Pair::AnsweredBy { response, .. }) => Some(response),
            Some(Pair::RepeatOf { first }) => Some(first),
            None => None,
        };
        let state = self.shown.exchange_of(row).map(|exchange| exchange.state.label());
        match (other, state) {
            (Some(other), _) if self.shown.row(other).is_some() => self.go_to_message(other),
            (Some(_), _) => self.say(Tone::Quiet, "The other half is no longer kept", None),
            (None, Some(state)) => {
                self.toast(Tone::Quiet, format!("No other half: the exchange is {state}"), None);
            }
            (None, None) => self.say(Tone::Quiet, "The message belongs to no exchange", None),
        }
    }

    fn follow_device(&mut self) {
        let snapshot = &self.shown;
        let row = self.selection.message.and_then(|seq| snapshot.row(seq));
        let device = row.and_then(|row| Message { snapshot, row }.device());
        match device {
            Some(device) if self.selection.device == Some(device) => self.selection.device = None,
            Some(device) => {
                self.selection.device = Some(device);
                self.go_to = self.selection.message;
            }
            None => self.say(Tone::Quiet, "The message names no device", None),
        }
    }

    fn compare_with_first(&mut self) {
        let (Some(first), Some(second)) = (&self.models.traffic.first, &self.models.inspected)
        else {
            let advice = "Pick a message and press A, then another one and press C.";
            return self.say(Tone::Quiet, "No message is A yet", Some(advice));
        };
        if first.epoch() != second.epoch() {
            return self.say(Tone::Quiet, "A belongs to another connection", None);
        }
        self.models.traffic.comparison = Some(Comparison::of(first, second, &self.clockface));
    }

    fn compare(&mut self, left: Seq, right: Seq) {
        let comparison = Comparison::new(&self.shown, left, right, &self.clockface);
        if comparison.is_none() {
            self.say(Tone::Quiet, "One of the messages is no longer kept", None);
        }
        self.models.traffic.comparison = comparison;
    }

    fn close_overlay(&mut self) {
        if self.models.traffic.comparison.take().is_some() {
            return;
        }
        if std::mem::take(&mut self.panels.bookmarks.open) {
            return;
        }
        match self.selection.message {
            Some(seq) => self.models.traffic.marked.only(seq),
            None => self.models.traffic.marked.clear(),
        }
    }

    fn bookmark(&mut self) {
        let Some(seq) = self.selection.message else { return };
        let had = self.models.traffic.bookmarks.get(seq).is_some();
        let has = self.models.traffic.bookmarks.toggle(&self.shown, seq);
        let number = format::count(seq.0);
        match (had, has) {
            (_, true) => {
                let text = format!("#{number} has a bookmark");
                self.say(Tone::Good, &text, Some("N writes a note to it, Shift+B lists all."));
            }
            (true, false) => self.say(Tone::Quiet, &format!("Bookmark of #{number} removed"), None),
            (false, false) => self.say(Tone::Warning, "The message is no longer kept", None),
        }
    }

    /// Puts the marked messages on the clipboard, or the picked one.
    fn copy(&mut self, ctx: &Context, what: CopyAs) {
        let marked = &self.models.traffic.marked;
        let mut seqs: Vec<Seq> = Vec::new();
        let mut all = 1;
        if marked.is_many() {
            all = marked.count();
            let stretches = marked.stretches();
            let listed = stretches.into_iter().flat_map(|s| self.models.messages.listed(s));
            seqs.extend(listed.take(MAX_MESSAGES));
        } else {
            seqs.extend(self.selection.message);
        }
        // Whoever looks on need not learn where the broker is.
        let profile = self.profile.as_deref().filter(|_| !self.presenting);
        let (mut out, mut taken, mut why) = (String::new(), 0u64, None);
        for seq in seqs {
            let Some(row) = self.shown.row(seq) else { continue };
            match copy_as::text(what, &self.shown, row, profile) {
                Ok(text) if out.len() + text.len() > MAX_COPY => break,
                Ok(text) => {
                    if taken > 0 {
                        out.push('\n');
                    }
                    out.push_str(&text);
                    taken += 1;
                }
                Err(reason) => why = Some(reason),
            }
        }
        match (taken, all) {
            (0, _) => {
                let why = why.unwrap_or("The message is no longer kept");
                self.say(Tone::Warning, why, None);
            }
            (1, 1) => {
                let command = UiCommand::Copy { text: out, what: what.what() };
                self.carry_out(ctx, command);
            }
            _ => {
                ctx.copy_text(out);
                let text = format!(
                    "{} of {} messages copied",
                    format::count(taken),
                    format::count(all.max(taken))
                );
                let advice = (taken < all).then_some("Export takes them all: Ctrl+E.");
                self.say(Tone::Good, &text, advice);
            }
        }
    }

    fn sort_by_next(&mut self) {
        let columns: Vec<Column> = self
            .panels
            .messages
            .columns
            .shown()
            .map(|placed| placed.column)
            .filter(|column| column.sorts())
            .collect();
        let now = self.models.messages.sorting().column;
        let at = columns.iter().position(|column| *column == now).map_or(0, |at| at + 1);
        let next = columns.get(at % columns.len().max(1)).copied().unwrap_or(Column::Time);
        let falling = next != Column::Time && next.falls_first();
        self.models.messages.set_sorting(Sorting { column: next, falling });
    }

    /// Draws what lies over the table.
    pub(super) fn traffic_overlays_ui(
        &mut self,
        ctx: &Context,
        look: Look,
        commands: &mut Vec<UiCommand>,
    ) {
        if !self.page.shows_messages() {
            return;
        }
        let (panels, traffic) = (&mut self.panels, &mut self.models.traffic);
        if let Some(comparison) = &mut traffic.comparison {
            compare::show(ctx, look, comparison, &mut panels.compare, commands);
        }
        let (marks, panel) = (&traffic.bookmarks, &mut panels.bookmarks);
        bookmarks::show(ctx, look, &self.shown, &self.clockface, marks, panel, commands);
        export::show(ctx, look, &mut panels.export, commands);
    }

    /// The columns as they are, for the preferences.
    pub(super) fn columns(&self) -> &Columns {
        &self.panels.messages.columns
    }
}
