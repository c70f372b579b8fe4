//! The programs that read `.env` files, and sets of them. Plain data.

use std::fmt;

/// A program or library that reads `.env` files in its own way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reader {
    /// vlucas/phpdotenv: what the ACS uses, and so the measure for all others.
    Phpdotenv,
    /// The npm package `dotenv`.
    Node,
    /// The Python package `python-dotenv`, loading with interpolation.
    Python,
    /// bash: `set -a; . ./.env`.
    Bash,
    /// Docker Compose, second generation: `env_file:` and its own `.env`.
    Compose,
    /// `EnvironmentFile=` of a systemd unit.
    Systemd,
    /// The Rust crate `dotenvy`, loading into the process.
    Dotenvy,
    /// dash, the `sh` of Debian: `set -a; . ./.env`.
    Dash,
    /// `docker run --env-file`.
    Docker,
}

impl Reader {
    /// All readers, in the order of their default weights.
    pub const ALL: [Self; 9] = [
        Self::Phpdotenv,
        Self::Node,
        Self::Python,
        Self::Bash,
        Self::Compose,
        Self::Systemd,
        Self::Dotenvy,
        Self::Dash,
        Self::Docker,
    ];

    /// The name to show and to accept.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Phpdotenv => "phpdotenv",
            Self::Node => "npm dotenv",
            Self::Python => "python-dotenv",
            Self::Bash => "bash",
            Self::Compose => "compose",
            Self::Systemd => "systemd",
            Self::Dotenvy => "dotenvy",
            Self::Dash => "dash",
            Self::Docker => "docker",
        }
    }

    /// How much it counts, unless the user says otherwise, that this reader gets a value.
    #[must_use]
    pub fn default_weight(self) -> u32 {
        match self {
            Self::Phpdotenv => 100,
            Self::Node | Self::Python | Self::Bash | Self::Compose => 3,
            Self::Systemd | Self::Dotenvy => 2,
            Self::Dash | Self::Docker => 1,
        }
    }

    /// Its place in [`Reader::ALL`].
    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// A set of readers.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ReaderSet(u16);

impl ReaderSet {
    /// No reader.
    pub const EMPTY: Self = Self(0);

    /// Every reader.
    #[must_use]
    pub fn all() -> Self {
        Reader::ALL.into_iter().collect()
    }

    /// True if `reader` is in the set.
    #[must_use]
    pub fn contains(self, reader: Reader) -> bool {
        self.0 & (1 << reader.index()) != 0
    }

    /// Puts `reader` in.
    pub fn insert(&mut self, reader: Reader) {
        self.0 |= 1 << reader.index();
    }

    /// The readers of this set that are not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// True if no reader is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The readers, in the order of [`Reader::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Reader> {
        Reader::ALL.into_iter().filter(move |reader| self.contains(*reader))
    }
}

impl FromIterator<Reader> for ReaderSet {
    fn from_iter<I: IntoIterator<Item = Reader>>(readers: I) -> Self {
        let mut set = Self::EMPTY;
        for reader in readers {
            set.insert(reader);
        }
        set
    }
}

impl fmt::Debug for ReaderSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Reader::name)).finish()
    }
}

/// How much each reader counts when a spelling is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights([u32; Reader::ALL.len()]);

impl Default for Weights {
    fn default() -> Self {
        Self(Reader::ALL.map(Reader::default_weight))
    }
}

impl Weights {
    /// The weight of `reader`.
    #[must_use]
    pub fn of(&self, reader: Reader) -> u32 {
        self.0.get(reader.index()).copied().unwrap_or(0)
    }

    /// Sets the weight of `reader`.
    pub fn set(&mut self, reader: Reader, weight: u32) {
        if let Some(slot) = self.0.get_mut(reader.index()) {
            *slot = weight;
        }
    }

    /// The sum over a set.
    #[must_use]
    pub fn sum(&self, readers: ReaderSet) -> u64 {
        readers.iter().map(|reader| u64::from(self.of(reader))).sum()
    }
}
