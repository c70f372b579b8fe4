//! What the user asked for while a frame was drawn; carried out after it.

use std::path::PathBuf;

use super::panels::lower::{DeviceTab, LowerTab};
use super::place::Page;
use super::theme::ThemeChoice;
use super::traffic_command::TrafficCommand;
use crate::core::ids::{EndpointId, NodeId, Seq};
use crate::core::secret::Secret;
use crate::profile::edit::Nothing;
use crate::profile::lint::Fix;
use crate::profile::template::Template;
use crate::view::command_line::Program;
use crate::view::condition::Kind;
use crate::view::exchanges::Show;
use crate::view::export::{Exportable, Format};
use crate::view::profile_editor::outside::Choice;
use crate::view::state::TimeRange;

/// One request of the user.
#[derive(Clone, Debug, PartialEq)]
pub enum UiCommand {
    /// Narrow to a level of the topic tree, or not.
    PickTopic(Option<NodeId>),
    /// Narrow to a device, or not.
    PickDevice(Option<EndpointId>),
    /// Narrow to a stretch of time, or not.
    PickRange(Option<TimeRange>),
    /// Show a message in the inspector, or none.
    PickMessage(Option<Seq>),
    /// Show a message in the inspector and scroll the table to it.
    GoToMessage(Seq),
    /// List only messages that contain this.
    Search(String),
    /// Put the cursor into the search field.
    FocusSearch,
    /// Give up every pick and the search.
    ClearPicks,
    /// Freeze the display, or go on.
    Pause(bool),
    /// Keep the newest message in view, or not.
    Follow(bool),
    /// Forget everything received.
    ClearMessages,
    /// Start the demo network and connect to it.
    StartDemo,
    /// Ask for a profile with the system's dialog.
    ChooseProfile,
    /// Connect with a profile file.
    OpenProfile(PathBuf),
    /// Remove a profile from the list of recent ones.
    ForgetProfile(PathBuf),
    /// Connect with what stands in the connect form.
    ConnectForm,
    /// End the connection.
    Disconnect,
    /// Connect again now.
    Reconnect,
    /// Go to a place.
    Show(Page),
    /// Back to the place before, or forward again.
    Travel {
        /// Back, not forward.
        back: bool,
    },
    /// Something about exporting what is on view.
    ViewExport(ViewExport),
    /// Show the network to others: large, without chrome, with pseudonyms; or stop that.
    Present(bool),
    /// Begin, end or move through the guided tour.
    Tour(TourMove),
    /// Start the demo network, then the tour.
    StartGuidedDemo,
    /// Open or close the command palette.
    TogglePalette,
    /// Open or close the list of keys.
    ToggleKeys,
    /// Open or close the log of events.
    ToggleLog,
    /// Open or close the settings.
    ToggleSettings,
    /// Change a setting.
    Set(Setting),
    /// Forget the log of events.
    ClearLog,
    /// Hide the banner with this condition until it is over.
    Overlook(Kind),
    /// Back to the start page.
    GoHome,
    /// From the start page back to the messages.
    GoToMessages,
    /// Use another theme.
    Theme(ThemeChoice),
    /// Show or hide a pane.
    TogglePane(Pane),
    /// Show this in the lower pane.
    ShowLower(LowerTab),
    /// Go to the exchanges and list these.
    ShowExchanges(Show),
    /// Show this on the page of the picked device.
    ShowDevice(DeviceTab),
    /// Put a text on the clipboard and say what it was.
    Copy {
        /// The text.
        text: String,
        /// What it is, for the notice.
        what: &'static str,
    },
    /// Zoom to this factor.
    Zoom(f32),
    /// Dismiss the oldest notice with this number.
    Dismiss(u64),
    /// Something about messages of the table.
    Traffic(TrafficCommand),
    /// Something about profiles.
    Profile(ProfileCommand),
    /// Let the messages go that were asked about, or not.
    Leave(bool),
    /// Close the window.
    Quit,
}

/// One request about exporting what is on view.
#[derive(Clone, Debug, PartialEq)]
pub enum ViewExport {
    /// Ask where to.
    Ask {
        /// What.
        what: Exportable,
        /// As what.
        format: Format,
    },
    /// Ask where to write the plot or ladder on view.
    OnView(Format),
    /// Ask with the system's dialog.
    Browse,
    /// Write it to the path in the field.
    Write,
    /// Don't.
    Cancel,
}

/// A move through the guided tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TourMove {
    /// From its first step.
    Begin,
    /// To the next step.
    Next,
    /// To the step before.
    Back,
    /// No more.
    End,
}

/// A setting with its new value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Setting {
    /// No animations.
    ReducedMotion(bool),
    /// Times of day in UTC instead of where the user is.
    Utc(bool),
    /// Memory for messages, MiB; counts from the next connection on.
    MemoryMib(u32),
    /// Show the search of last time again when a profile is opened.
    KeepSearch(bool),
}

/// One request to the profile editor.
#[derive(Clone, Debug, PartialEq)]
pub enum ProfileCommand {
    /// Show the editor.
    Show,
    /// Leave it for the page before.
    Leave,
    /// Open a file in it.
    Open(PathBuf),
    /// Ask for a file to open in it.
    Choose,
    /// Ask for it with the system's dialog.
    Browse,
    /// A new profile from a template.
    New(Template),
    /// Ask for a text to make a new profile of.
    AskImport,
    /// A new profile from a text.
    Import(Secret),
    /// A copy of the open profile.
    Duplicate,
    /// Go on with what the unsaved changes were asked about, or not.
    Confirm(Confirmed),
    /// Give a variable a value.
    Set {
        /// Its name.
        key: &'static str,
        /// The value.
        value: Secret,
        /// True while it is being typed.
        typing: bool,
    },
    /// A field lost the focus.
    EndTyping,
    /// Make a variable say nothing.
    Nothing(&'static str, Nothing),
    /// Make a commented-out line count again.
    Uncomment(&'static str),
    /// Show a secret for a while, or hide it.
    Reveal(&'static str, bool),
    /// Ask for a path for a variable.
    PickPath(&'static str),
    /// Carry a fix out.
    Fix(Fix),
    /// Carry all safe fixes out.
    FixAll,
    /// Take the last step back.
    Undo,
    /// Make it again.
    Redo,
    /// Write the file.
    Save,
    /// Ask where to write it.
    AskSaveAs,
    /// Write it there.
    SaveAs(PathBuf),
    /// Settle what somebody else changed.
    Outside(Choice),
    /// Connect with what stands in the editor.
    Connect,
    /// Diagnose the connection with what stands in the editor.
    Test,
    /// Stop that.
    StopTest,
    /// Copy the profile as a command line.
    CopyCommand(Program),
    /// Put the cursor into the search for variables.
    FocusSearch,
    /// Scroll the form to a variable.
    GoTo(String),
    /// Close whatever dialog is open.
    CloseDialog,
}

/// What to do with unsaved changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmed {
    /// Save them, then go on.
    Save,
    /// Drop them and go on.
    Discard,
    /// Stay.
    Cancel,
}

/// A part of the window that can be hidden.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pane {
    /// Topics and devices.
    Left,
    /// The inspector.
    Right,
    /// The latency plot.
    Bottom,
}
