//! What others may ask of the engine.

use std::path::PathBuf;
use std::sync::Arc;

use crate::core::ids::EndpointId;
use crate::profile::model::Profile;

/// A request to the engine; carried out in order.
#[derive(Clone, Debug)]
pub enum EngineCommand {
    /// Connect with this profile; ends the present connection and starts with an empty store.
    Connect(Arc<Profile>),
    /// End the connection and keep what was received.
    Disconnect,
    /// Try again now with the present profile; keeps what was received.
    Reconnect,
    /// Forget everything received.
    Clear,
    /// Read a capture into an empty store; ends the present connection.
    OpenCapture(PathBuf),
    /// Diagnose this profile on sockets of its own, beside whatever is connected; replaces a
    /// diagnosis that is still running.
    Check(Arc<Profile>),
    /// End the running diagnosis; its remaining stages are reported as skipped.
    CancelCheck,
    /// Show the data models of these devices in the snapshots to come, at most
    /// [`MAX_FOCUS`](crate::analysis::shadow::MAX_FOCUS); holds until the store starts over.
    Focus(Vec<EndpointId>),
    /// Show pseudonyms for identifiers and values in the snapshots to come, or not; see
    /// [`Veiled`](crate::analysis::veiled::Veiled). The snapshots are another life of the store.
    Veil(bool),
}
