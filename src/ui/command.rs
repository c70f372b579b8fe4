//! What the user asked for while a frame was drawn; carried out after it.

use std::path::PathBuf;

use super::theme::ThemeChoice;
use crate::core::ids::{EndpointId, NodeId, Seq};

/// One request of the user.
#[derive(Clone, Debug, PartialEq)]
pub enum UiCommand {
    /// Narrow to a level of the topic tree, or not.
    PickTopic(Option<NodeId>),
    /// Narrow to a device, or not.
    PickDevice(Option<EndpointId>),
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
    /// Back to the start page.
    GoHome,
    /// From the start page back to the messages.
    GoToMessages,
    /// Use another theme.
    Theme(ThemeChoice),
    /// Show or hide a pane.
    TogglePane(Pane),
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
    /// Close the window.
    Quit,
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
