//! Identities. Each is its own type, so that a topic can never be looked up as an endpoint.

/// A topic exactly as published, numbered in order of first arrival.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TopicId(pub u32);

/// One level of the topic tree, numbered in order of first arrival; 0 is the root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(pub u32);

impl NodeId {
    /// The root of the topic tree, above the first level of every topic.
    pub const ROOT: Self = Self(0);
}

/// An Endpoint ID (TR-369 §2.4) seen in a Record, numbered in order of first arrival.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct EndpointId(pub u32);

impl EndpointId {
    /// The entry that stands for every endpoint beyond the cap; it is nobody in particular.
    pub const OTHER: Self = Self(super::intern::OTHER);
}

/// Arrival number of a stored message, from 1, without gaps, never reused within an [`Epoch`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Seq(pub u64);

/// One life of a store: it changes when the store is cleared or the source replaced, so that
/// late results about an earlier life can be told apart and thrown away.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The life in which the same messages are shown with pseudonyms. No store counts so far by
    /// itself.
    #[must_use]
    pub fn veiled(self) -> Self {
        Self(self.0 | 1 << 31)
    }
}

/// A request with its answer, numbered in order of first sight within an [`Epoch`], from 1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ExchangeId(pub std::num::NonZeroU32);

impl ExchangeId {
    /// The id of the exchange at this place, from 0, of the stream of exchanges.
    #[must_use]
    pub fn from_place(place: u64) -> Option<Self> {
        u32::try_from(place + 1).ok().and_then(std::num::NonZeroU32::new).map(Self)
    }

    /// Its place in the stream of exchanges, from 0.
    #[must_use]
    pub fn place(self) -> u64 {
        u64::from(self.0.get()) - 1
    }
}
