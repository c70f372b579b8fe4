//! What the user can ask for about the messages of the table; [`super::actions`] has the keys.

use crate::core::ids::Seq;
use crate::view::columns::Column;
use crate::view::copy_as::CopyAs;
use crate::view::message_sort::Sorting;
use crate::view::seek::Common;
use crate::view::traffic::ColourBy;

/// One request about messages. Those that name no message are about the picked one, or the
/// marked ones.
#[derive(Clone, Debug, PartialEq)]
pub enum TrafficCommand {
    /// Go to the request of an answer, or the answer of a request.
    OtherHalf,
    /// Narrow everything to the message's device, or no longer.
    FollowDevice,
    /// Go to the next message that has this in common, or to the previous one.
    Step {
        /// What.
        common: Common,
        /// Forward in time, or back.
        forward: bool,
    },
    /// Remember the message as the first of two to compare.
    PickFirst,
    /// Compare the first one with the picked one.
    Compare,
    /// Compare the message before, of the same topic, type and sender, with the picked one.
    CompareWithBefore,
    /// Compare these two: left and right.
    CompareThese(Seq, Seq),
    /// Close what lies over the table: bookmarks, comparison, the marks of many.
    CloseOverlay,
    /// Ask where to export the marked messages to, or all of the table.
    AskExport,
    /// Give the question up.
    CancelExport,
    /// Ask for the place with the system's dialog.
    BrowseExport,
    /// Export them.
    Export,
    /// Stop the export that is under way.
    StopExport,
    /// Put it on the clipboard.
    Copy(CopyAs),
    /// Say that too many rows were to be marked one by one.
    TooMany,
    /// Mark all messages of the table.
    MarkAll,
    /// Set a bookmark, or take it away.
    Bookmark,
    /// Write a note to the message; it gets a bookmark.
    EditNote,
    /// This is the note.
    SetNote(Seq, String),
    /// Take a bookmark away.
    RemoveBookmark(Seq),
    /// Go to the next bookmark, or to the previous one.
    NextBookmark {
        /// Forward in time, or back.
        forward: bool,
    },
    /// Show the list of bookmarks, or hide it.
    ShowBookmarks,
    /// Sort the table.
    Sort(Sorting),
    /// Sort by the next column that can be sorted by.
    SortByNext,
    /// The other way round.
    SortReversed,
    /// Open the menu of columns.
    OpenColumns,
    /// Show or hide a column.
    ShowColumn(Column, bool),
    /// Move a column past its neighbour: to the right, or to the left.
    ShiftColumn(Column, bool),
    /// Move a column to where another one is.
    PutColumn(Column, Column),
    /// Columns as they were at first.
    ResetColumns,
    /// Colour the rows by this.
    ColourBy(ColourBy),
}
