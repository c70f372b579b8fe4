//! Everything the window can do at a key: one table for shortcuts, command palette and help.

use egui::{Key, KeyboardShortcut, Modifiers};

use super::command::{Pane, ProfileCommand, TourMove, UiCommand, ViewExport};
use super::panels::lower::LowerTab;
use super::place::Page;
use super::theme::{ThemeChoice, icons};
use super::traffic_command::TrafficCommand;
use crate::view::copy_as::CopyAs;
use crate::view::exchanges::Show;
use crate::view::export::Format;
use crate::view::seek::Common;
use crate::view::state::Selection;
use crate::view::tour::Step;

/// What decides whether an action can be done now.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// The place on view.
    pub page: Page,
    /// The picks.
    pub selection: Selection,
    /// Whether something is searched for.
    pub searching: bool,
    /// The display is frozen.
    pub paused: bool,
    /// There is a step back, and one forward.
    pub back: bool,
    /// There is a step forward.
    pub forward: bool,
    /// Messages are kept, or a connection or capture is on view.
    pub has_messages: bool,
    /// A connection is up or being made.
    pub connected: bool,
    /// A profile is on view, so one can connect again.
    pub has_profile: bool,
    /// The theme in use.
    pub theme: ThemeChoice,
    /// The zoom in use.
    pub zoom: f32,
    /// Presenting.
    pub presenting: bool,
    /// A plot or a ladder is on view.
    pub picture: bool,
    /// The step of the guided tour on view.
    pub tour: Option<Step>,
}

/// Where the shortcut counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Everywhere, even while text is being typed.
    Always,
    /// Unless text is being typed.
    NotTyping,
    /// Unless text is being typed or a control other than a list has the keyboard: Space presses
    /// buttons.
    OnList,
    /// Unless text is being typed or something is open that closes with it.
    NothingOpen,
}

/// What an action is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Going somewhere.
    Go,
    /// Finding and narrowing.
    Find,
    /// The picked message.
    Message,
    /// The table of messages.
    Table,
    /// What the window shows.
    View,
    /// Connections and files.
    Connection,
    /// The app itself.
    App,
}

impl Group {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 7] =
        [Self::Go, Self::Find, Self::View, Self::Message, Self::Table, Self::Connection, Self::App];

    /// Its heading.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Go => "Go",
            Self::Find => "Find",
            Self::Message => "Message",
            Self::Table => "Table",
            Self::View => "View",
            Self::Connection => "Connection and files",
            Self::App => "App",
        }
    }
}

/// One thing the user can have done.
#[derive(Clone, Copy)]
pub struct Action {
    /// What it does, as a command.
    pub name: &'static str,
    /// What it is about.
    pub group: Group,
    /// Its icon.
    pub icon: &'static str,
    /// Its shortcuts; the first is shown.
    pub keys: &'static [KeyboardShortcut],
    /// Where they count.
    pub when: When,
    /// What to do now; `None` if it makes no sense now.
    pub command: fn(&Situation) -> Option<UiCommand>,
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const fn ctrl_shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn plain(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn action(
    group: Group,
    icon: &'static str,
    name: &'static str,
    keys: &'static [KeyboardShortcut],
    when: When,
    command: fn(&Situation) -> Option<UiCommand>,
) -> Action {
    Action { name, group, icon, keys, when, command }
}

fn show(now: &Situation, page: Page) -> Option<UiCommand> {
    // Profiles name brokers and people.
    let fit = !now.presenting || page.is_live();
    (fit && now.page != page).then_some(UiCommand::Show(page))
}

fn on_messages(now: &Situation, command: UiCommand) -> Option<UiCommand> {
    now.page.shows_messages().then_some(command)
}

fn lower(now: &Situation, tab: LowerTab) -> Option<UiCommand> {
    (now.page == Page::Traffic).then_some(UiCommand::ShowLower(tab))
}

fn theme(now: &Situation, theme: ThemeChoice) -> Option<UiCommand> {
    (now.theme != theme).then_some(UiCommand::Theme(theme))
}

fn exchanges(now: &Situation, which: Show) -> Option<UiCommand> {
    now.has_messages.then_some(UiCommand::ShowExchanges(which))
}

fn picture(now: &Situation, format: Format) -> Option<UiCommand> {
    now.picture.then_some(UiCommand::ViewExport(ViewExport::OnView(format)))
}

fn other_pane(now: &Situation, pane: Pane) -> Option<UiCommand> {
    on_messages(now, UiCommand::TogglePane(pane))
}

/// About the picked message.
fn of_message(now: &Situation, command: TrafficCommand) -> Option<UiCommand> {
    on_messages(now, UiCommand::Traffic(command)).filter(|_| now.selection.message.is_some())
}

/// About the table.
fn of_table(now: &Situation, command: TrafficCommand) -> Option<UiCommand> {
    (now.page == Page::Traffic && now.has_messages).then_some(UiCommand::Traffic(command))
}

const fn step(common: Common, forward: bool) -> TrafficCommand {
    TrafficCommand::Step { common, forward }
}

use Group::{App, Connection, Find, Go, Message, Table, View};
use When::{Always, NotTyping, NothingOpen, OnList};

/// All of them. Of two with the same keys the first that makes sense counts.
pub const ACTIONS: &[Action] = &[
    action(Go, icons::TABLE, "Go to Traffic", &[ctrl(Key::Num1)], Always, |now| {
        show(now, Page::Traffic)
    }),
    action(Go, icons::DEVICE, "Go to Devices", &[ctrl(Key::Num2)], Always, |now| {
        show(now, Page::Devices)
    }),
    action(Go, icons::LINK, "Go to Exchanges", &[ctrl(Key::Num3)], Always, |now| {
        show(now, Page::Exchanges)
    }),
    action(Go, icons::PLOT, "Go to Latency", &[ctrl(Key::Num4)], Always, |now| {
        show(now, Page::Latency)
    }),
    action(Go, icons::WARNING, "Go to Problems", &[ctrl(Key::Num5)], Always, |now| {
        show(now, Page::Problems)
    }),
    action(Go, icons::BROADCAST, "Go to Broker", &[ctrl(Key::Num6)], Always, |now| {
        show(now, Page::Broker)
    }),
    action(Go, icons::PROFILES, "Go to Profiles", &[ctrl(Key::Num7)], Always, |now| {
        show(now, Page::Profiles)
    }),
    action(Go, icons::LINK, "Exchanges: all", &[], Always, |now| exchanges(now, Show::All)),
    action(Go, icons::WAITING, "Exchanges: open", &[], Always, |now| exchanges(now, Show::Open)),
    action(Go, icons::CLOCK, "Exchanges: unanswered", &[], Always, |now| {
        exchanges(now, Show::Unanswered)
    }),
    action(Go, icons::ERROR, "Exchanges: failed", &[], Always, |now| exchanges(now, Show::Failed)),
    action(Go, icons::HOME, "Go to the start page", &[], Always, |now| {
        (now.page != Page::Start && !now.presenting).then_some(UiCommand::GoHome)
    }),
    action(Go, icons::ARROW_LEFT, "Back", &[alt(Key::ArrowLeft)], Always, |now| {
        now.back.then_some(UiCommand::Travel { back: true })
    }),
    action(Go, icons::ARROW_RIGHT, "Forward", &[alt(Key::ArrowRight)], Always, |now| {
        now.forward.then_some(UiCommand::Travel { back: false })
    }),
    action(Find, icons::SEARCH, "Search", &[plain(Key::Slash), ctrl(Key::F)], NotTyping, |now| {
        on_messages(now, UiCommand::FocusSearch)
    }),
    action(
        Find,
        icons::FUNNEL,
        "Clear picks and search",
        &[plain(Key::Escape)],
        NothingOpen,
        |now| {
            let picked = now.selection != Selection::default();
            on_messages(now, UiCommand::ClearPicks).filter(|_| picked || now.searching)
        },
    ),
    action(
        View,
        icons::PRESENT,
        "Present: large, no chrome, pseudonyms",
        &[plain(Key::F5)],
        Always,
        |now| (!now.presenting && now.has_messages).then_some(UiCommand::Present(true)),
    ),
    action(View, icons::PRESENT, "Stop presenting", &[plain(Key::F5)], Always, |now| {
        now.presenting.then_some(UiCommand::Present(false))
    }),
    action(View, icons::EXPORT, "Export the plot or ladder as SVG…", &[], Always, |now| {
        picture(now, Format::Svg)
    }),
    action(View, icons::EXPORT, "Export the plot or ladder as PNG…", &[], Always, |now| {
        picture(now, Format::Png)
    }),
    action(View, icons::EXPORT, "Export the plot or ladder as CSV…", &[], Always, |now| {
        picture(now, Format::Csv)
    }),
    action(View, icons::QUESTION, "Guided tour", &[plain(Key::F6)], Always, |now| {
        (now.tour.is_none() && now.has_messages).then_some(UiCommand::Tour(TourMove::Begin))
    }),
    action(View, icons::ARROW_RIGHT, "Tour: next", &[ctrl(Key::ArrowRight)], NotTyping, |now| {
        let last = now.tour?.neighbour(false).is_none();
        Some(UiCommand::Tour(if last { TourMove::End } else { TourMove::Next }))
    }),
    action(View, icons::ARROW_LEFT, "Tour: previous", &[ctrl(Key::ArrowLeft)], NotTyping, |now| {
        now.tour?.neighbour(true).map(|_| UiCommand::Tour(TourMove::Back))
    }),
    action(View, icons::CLOSE, "Tour: end", &[plain(Key::F6)], Always, |now| {
        now.tour.map(|_| UiCommand::Tour(TourMove::End))
    }),
    action(View, icons::PAUSE, "Pause the display", &[plain(Key::Space)], OnList, |now| {
        on_messages(now, UiCommand::Pause(true)).filter(|_| !now.paused)
    }),
    action(View, icons::PLAY, "Resume the display", &[plain(Key::Space)], OnList, |now| {
        on_messages(now, UiCommand::Pause(false)).filter(|_| now.paused)
    }),
    action(View, icons::TO_NEWEST, "Follow the newest message", &[], Always, |now| {
        (now.page == Page::Traffic).then_some(UiCommand::Follow(true))
    }),
    action(View, icons::TRASH, "Clear messages", &[], Always, |now| {
        on_messages(now, UiCommand::ClearMessages)
    }),
    action(
        View,
        icons::SIDEBAR,
        "Show or hide topics and devices",
        &[ctrl(Key::B)],
        Always,
        |now| (now.page == Page::Traffic).then_some(UiCommand::TogglePane(Pane::Left)),
    ),
    action(View, icons::INSPECT, "Show or hide the inspector", &[ctrl(Key::I)], Always, |now| {
        other_pane(now, Pane::Right)
    }),
    action(View, icons::SIDEBAR, "Show or hide the lower pane", &[ctrl(Key::J)], Always, |now| {
        (now.page == Page::Traffic).then_some(UiCommand::TogglePane(Pane::Bottom))
    }),
    action(View, icons::PLOT, "Lower pane: latency", &[], Always, |now| {
        lower(now, LowerTab::Latency)
    }),
    action(View, icons::CLOCK, "Lower pane: response times", &[], Always, |now| {
        lower(now, LowerTab::Times)
    }),
    action(View, icons::LINK, "Lower pane: exchanges", &[], Always, |now| {
        lower(now, LowerTab::Exchanges)
    }),
    action(View, icons::LINK, "Lower pane: ladder", &[], Always, |now| {
        lower(now, LowerTab::Ladder)
    }),
    action(View, icons::WARNING, "Lower pane: problems", &[], Always, |now| {
        lower(now, LowerTab::Problems)
    }),
    action(View, icons::TREE, "Lower pane: data model", &[], Always, |now| {
        lower(now, LowerTab::Model)
    }),
    action(
        Connection,
        icons::FOLDER,
        "Open a profile or capture…",
        &[ctrl(Key::O)],
        Always,
        |now| {
            Some(if now.page == Page::Profiles {
                UiCommand::Profile(ProfileCommand::Choose)
            } else {
                UiCommand::ChooseProfile
            })
        },
    ),
    action(Connection, icons::DEMO, "Start the demo network", &[], Always, |_| {
        Some(UiCommand::StartDemo)
    }),
    action(Connection, icons::RETRY, "Connect again", &[ctrl(Key::R)], Always, |now| {
        (now.has_profile && !now.connected).then_some(UiCommand::Reconnect)
    }),
    action(Connection, icons::LOST, "Disconnect", &[], Always, |now| {
        now.connected.then_some(UiCommand::Disconnect)
    }),
    action(
        App,
        icons::TERMINAL,
        "Command palette",
        &[ctrl(Key::K), ctrl_shift(Key::P)],
        Always,
        |_| Some(UiCommand::TogglePalette),
    ),
    action(App, icons::KEYBOARD, "Keys", &[plain(Key::F1)], Always, |_| {
        Some(UiCommand::ToggleKeys)
    }),
    // It names brokers and files.
    action(App, icons::LIST, "Log of events", &[ctrl(Key::L)], Always, |now| {
        (!now.presenting).then_some(UiCommand::ToggleLog)
    }),
    action(App, icons::GEAR, "Settings", &[ctrl(Key::Comma)], Always, |_| {
        Some(UiCommand::ToggleSettings)
    }),
    action(App, icons::HALF, "Theme: as the system", &[], Always, |now| {
        theme(now, ThemeChoice::System)
    }),
    action(App, icons::MOON, "Theme: dark", &[], Always, |now| theme(now, ThemeChoice::Dark)),
    action(App, icons::SUN, "Theme: light", &[], Always, |now| theme(now, ThemeChoice::Light)),
    action(App, icons::EYE, "Theme: high contrast", &[], Always, |now| {
        theme(now, ThemeChoice::HighContrast)
    }),
    // The window toolkit listens to these keys itself.
    action(App, icons::EXPAND, "Zoom in", &[], Always, |now| {
        (now.zoom < MAX_ZOOM).then_some(UiCommand::Zoom((now.zoom + 0.1).min(MAX_ZOOM)))
    }),
    action(App, icons::COLLAPSE, "Zoom out", &[], Always, |now| {
        (now.zoom > MIN_ZOOM).then_some(UiCommand::Zoom((now.zoom - 0.1).max(MIN_ZOOM)))
    }),
    action(App, icons::SEARCH, "Zoom to 100 %", &[], Always, |now| {
        (now.zoom != 1.0).then_some(UiCommand::Zoom(1.0))
    }),
    action(App, icons::CLOSE, "Quit", &[ctrl(Key::Q)], Always, |_| Some(UiCommand::Quit)),
    // A key with Shift or Alt comes before the plain one, which would take it.
    action(
        Message,
        icons::LINK,
        "Previous message of this exchange",
        &[shift(Key::E)],
        OnList,
        |now| of_message(now, step(Common::Exchange, false)),
    ),
    action(
        Message,
        icons::ARROW_UP,
        "Previous message on this topic",
        &[shift(Key::T)],
        OnList,
        |now| of_message(now, step(Common::Topic, false)),
    ),
    action(
        Message,
        icons::ARROW_UP,
        "Previous message of this device",
        &[shift(Key::D)],
        OnList,
        |now| of_message(now, step(Common::Device, false)),
    ),
    action(
        Message,
        icons::DIFF,
        "Compare with the message before",
        &[shift(Key::C)],
        OnList,
        |now| of_message(now, TrafficCommand::CompareWithBefore),
    ),
    action(Message, icons::COPY, "Copy summary", &[alt(Key::S)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::Summary))
    }),
    action(Message, icons::COPY, "Copy topic", &[alt(Key::T)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::Topic))
    }),
    action(Message, icons::COPY, "Copy Endpoint ID", &[alt(Key::E)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::EndpointId))
    }),
    action(Message, icons::COPY, "Copy msg_id", &[alt(Key::M)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::MsgId))
    }),
    action(
        Message,
        icons::LINK,
        "Go to the other half of the exchange",
        &[plain(Key::O)],
        OnList,
        |now| of_message(now, TrafficCommand::OtherHalf),
    ),
    action(
        Message,
        icons::LINK,
        "Next message of this exchange",
        &[plain(Key::E)],
        OnList,
        |now| of_message(now, step(Common::Exchange, true)),
    ),
    action(
        Message,
        icons::ARROW_DOWN,
        "Next message on this topic",
        &[plain(Key::T)],
        OnList,
        |now| of_message(now, step(Common::Topic, true)),
    ),
    action(
        Message,
        icons::ARROW_DOWN,
        "Next message of this device",
        &[plain(Key::D)],
        OnList,
        |now| of_message(now, step(Common::Device, true)),
    ),
    action(Message, icons::DEVICE, "Follow this device", &[plain(Key::F)], OnList, |now| {
        of_message(now, TrafficCommand::FollowDevice)
    }),
    action(Message, icons::COPY, "Copy JSON", &[plain(Key::J)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::Json))
    }),
    action(Message, icons::COPY, "Copy hex", &[plain(Key::H)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::Hex))
    }),
    action(Message, icons::COPY, "Copy base64", &[plain(Key::Num6)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::Base64))
    }),
    action(Message, icons::TERMINAL, "Copy mosquitto_pub line", &[plain(Key::P)], OnList, |now| {
        of_message(now, TrafficCommand::Copy(CopyAs::MosquittoPub))
    }),
    action(Message, icons::DIFF, "Pick as A for a comparison", &[plain(Key::A)], OnList, |now| {
        of_message(now, TrafficCommand::PickFirst)
    }),
    action(Message, icons::DIFF, "Compare with A", &[plain(Key::C)], OnList, |now| {
        of_message(now, TrafficCommand::Compare)
    }),
    action(Table, icons::BOOKMARKS, "Bookmarks", &[shift(Key::B)], OnList, |now| {
        of_table(now, TrafficCommand::ShowBookmarks)
    }),
    action(Message, icons::BOOKMARK, "Bookmark", &[plain(Key::B)], OnList, |now| {
        of_message(now, TrafficCommand::Bookmark)
    }),
    action(Message, icons::EDIT, "Write a note", &[plain(Key::N)], OnList, |now| {
        of_message(now, TrafficCommand::EditNote)
    }),
    action(Table, icons::BOOKMARK, "Next bookmark", &[plain(Key::Period)], OnList, |now| {
        of_table(now, TrafficCommand::NextBookmark { forward: true })
    }),
    action(Table, icons::BOOKMARK, "Previous bookmark", &[plain(Key::Comma)], OnList, |now| {
        of_table(now, TrafficCommand::NextBookmark { forward: false })
    }),
    action(Table, icons::SORT, "Reverse the order of the table", &[shift(Key::S)], OnList, |now| {
        of_table(now, TrafficCommand::SortReversed)
    }),
    action(Table, icons::SORT, "Sort by the next column", &[plain(Key::S)], OnList, |now| {
        of_table(now, TrafficCommand::SortByNext)
    }),
    action(Table, icons::COLUMNS, "Columns and colours", &[plain(Key::V)], OnList, |now| {
        of_table(now, TrafficCommand::OpenColumns)
    }),
    action(
        Table,
        icons::LIST_CHECKS,
        "Select all messages of the table",
        &[ctrl(Key::A)],
        NotTyping,
        |now| of_table(now, TrafficCommand::MarkAll),
    ),
    action(Table, icons::EXPORT, "Export messages…", &[ctrl(Key::E)], NotTyping, |now| {
        of_table(now, TrafficCommand::AskExport)
    }),
];

/// The action with this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.name == name)
}

/// Least zoom of the whole window.
pub const MIN_ZOOM: f32 = 0.75;

/// Largest zoom of the whole window.
pub const MAX_ZOOM: f32 = 2.0;

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;

    fn situation(page: Page) -> Situation {
        Situation {
            page,
            selection: Selection::default(),
            searching: false,
            paused: false,
            back: false,
            forward: false,
            has_messages: false,
            connected: false,
            has_profile: false,
            theme: ThemeChoice::Dark,
            zoom: 1.0,
            presenting: false,
            picture: false,
            tour: None,
        }
    }

    #[test]
    fn no_two_that_make_sense_at_once_share_keys() {
        for page in Page::RAIL.into_iter().chain([Page::Start]) {
            for paused in [false, true] {
                for presenting in [false, true] {
                    let now = Situation { paused, presenting, ..situation(page) };
                    let mut taken: Vec<KeyboardShortcut> = Vec::new();
                    for action in ACTIONS.iter().filter(|a| (a.command)(&now).is_some()) {
                        for keys in action.keys {
                            assert!(!taken.contains(keys), "{}: {keys:?}", action.name);
                            taken.push(*keys);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_told_apart_and_every_place_has_its_digit() {
        let mut names: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        for page in Page::RAIL {
            let key = ctrl(page.digit().expect("on the rail"));
            let now = situation(Page::Start);
            let action =
                ACTIONS.iter().find(|action| action.keys.contains(&key)).expect("an action");
            assert_eq!((action.command)(&now), Some(UiCommand::Show(page)));
        }
    }

    #[test]
    fn what_counts_while_typing_has_a_modifier_or_is_a_function_key() {
        for action in ACTIONS.iter().filter(|action| action.when == When::Always) {
            for keys in action.keys {
                let modified = keys.modifiers.command || keys.modifiers.alt;
                assert!(
                    modified || [Key::F1, Key::F5, Key::F6].contains(&keys.logical_key),
                    "{}",
                    action.name
                );
            }
        }
    }
}
