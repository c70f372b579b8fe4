//! Response times over time: of a page of their own, and the scatter plot below the messages.
//!
//! A [`feed::Feed`] takes each answer once and puts it into a [`pyramid::Pyramid`]: small
//! histograms per second, five seconds, and so on up to a day. Whatever span is on view, a
//! [`chart::Chart`] of it is put together from at most one of them per three pixels. Nothing
//! here costs more with more messages kept, and nothing grows beyond its bounds.

pub mod bins;
pub mod broker;
pub mod brush;
pub mod chart;
pub mod export;
pub mod feed;
pub mod heat;
pub mod markers;
pub mod page;
pub mod pyramid;
pub mod scatter;
pub mod scope;
pub mod ticks;
pub mod times;
