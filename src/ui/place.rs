//! The places of the window: pages that each answer one question, in the order of the rail.

use egui::Key;

use super::theme::icons;

/// What fills the window.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Page {
    /// Try the demo, open a profile, connect.
    Start,
    /// Topics, messages, inspector.
    Traffic,
    /// All devices, and the page of one.
    Devices,
    /// Requests and what became of them.
    Exchanges,
    /// Response times.
    Latency,
    /// What was found odd.
    Problems,
    /// The connection, the broker, what can't be seen, what was lost.
    Broker,
    /// The profile editor.
    Profiles,
}

impl Page {
    /// Those on the rail, from the top.
    pub const RAIL: [Self; 7] = [
        Self::Traffic,
        Self::Devices,
        Self::Exchanges,
        Self::Latency,
        Self::Problems,
        Self::Broker,
        Self::Profiles,
    ];

    /// The word on the rail.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Traffic => "Traffic",
            Self::Devices => "Devices",
            Self::Exchanges => "Exchanges",
            Self::Latency => "Latency",
            Self::Problems => "Problems",
            Self::Broker => "Broker",
            Self::Profiles => "Profiles",
        }
    }

    /// The question it answers.
    #[must_use]
    pub fn question(self) -> &'static str {
        match self {
            Self::Start => "Where do I begin?",
            Self::Traffic => "What is being said, on which topic?",
            Self::Devices => "Which device is failing, and since when?",
            Self::Exchanges => "Which request was never answered, and why?",
            Self::Latency => "How long do devices take to answer?",
            Self::Problems => "What is wrong, and which messages prove it?",
            Self::Broker => "How is the connection, and what can't be seen?",
            Self::Profiles => "Will the ACS start with this profile?",
        }
    }

    /// Its icon.
    #[must_use]
    pub fn icon(self) -> &'static str {
        match self {
            Self::Start => icons::HOME,
            Self::Traffic => icons::TABLE,
            Self::Devices => icons::DEVICE,
            Self::Exchanges => icons::LINK,
            Self::Latency => icons::PLOT,
            Self::Problems => icons::WARNING,
            Self::Broker => icons::BROADCAST,
            Self::Profiles => icons::PROFILES,
        }
    }

    /// The digit that goes there together with Ctrl.
    #[must_use]
    pub fn digit(self) -> Option<Key> {
        const DIGITS: [Key; 7] =
            [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7];
        let at = Self::RAIL.iter().position(|&page| page == self)?;
        DIGITS.get(at).copied()
    }

    /// The name in the preferences file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Traffic => "traffic",
            Self::Devices => "devices",
            Self::Exchanges => "exchanges",
            Self::Latency => "latency",
            Self::Problems => "problems",
            Self::Broker => "broker",
            Self::Profiles => "profiles",
        }
    }

    /// True if it shows what was received: the picks narrow it, the search and pause are there.
    #[must_use]
    pub fn shows_messages(self) -> bool {
        matches!(
            self,
            Self::Traffic | Self::Devices | Self::Exchanges | Self::Latency | Self::Problems
        )
    }

    /// True if it lives on the connection: everything but the start page and the editor.
    #[must_use]
    pub fn is_live(self) -> bool {
        self.shows_messages() || self == Self::Broker
    }
}
