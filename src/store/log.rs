//! The messages themselves: a ring of segments under a byte and a row budget. Sealed segments
//! are never changed again; whole segments are evicted, oldest first.

use std::collections::VecDeque;

use super::budgets::Budgets;
use super::row::{Mark, Row};
use crate::core::ids::Seq;
use crate::core::lend::Lend;

/// Rows per segment, and bytes per segment before it is sealed. Small enough that copying the
/// open one for a snapshot costs microseconds, large enough that the list of segments is short.
const SEGMENT_ROWS: usize = 1024;
const SEGMENT_BYTES: usize = 256 * 1024;

/// Rows with their bytes.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) bytes: Vec<u8>,
}

impl Clone for Rows {
    /// Only the open segment is ever cloned, and only to grow: keep room for that.
    fn clone(&self) -> Self {
        let mut rows = Vec::with_capacity(SEGMENT_ROWS);
        rows.extend_from_slice(&self.rows);
        let mut bytes = Vec::with_capacity(SEGMENT_BYTES.max(self.bytes.len()));
        bytes.extend_from_slice(&self.bytes);
        Self { rows, bytes }
    }
}

/// Some consecutive messages.
#[derive(Clone)]
pub struct Segment {
    pub(super) first: u64,
    pub(super) rows: Lend<Rows>,
    /// One per row; changes after the row does not.
    pub(super) marks: Lend<Vec<Mark>>,
}

impl Segment {
    fn starting_at(first: u64) -> Self {
        Self { first, rows: Lend::default(), marks: Lend::default() }
    }

    fn lend(&mut self) -> Self {
        Self { first: self.first, rows: self.rows.lend(), marks: self.marks.lend() }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.rows.len()
    }

    /// Memory held, by what is used of it.
    fn bytes(&self) -> usize {
        self.len() * (size_of::<Row>() + size_of::<Mark>()) + self.rows.bytes.len()
    }

    fn is_full(&self) -> bool {
        self.len() >= SEGMENT_ROWS || self.rows.bytes.len() >= SEGMENT_BYTES
    }
}

/// The ring of segments.
pub(super) struct Log {
    pub(super) segments: VecDeque<Segment>,
    rows: usize,
    /// Bytes of all segments but the open one.
    sealed_bytes: usize,
    next: u64,
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            segments: VecDeque::from([Segment::starting_at(1)]),
            rows: 0,
            sealed_bytes: 0,
            next: 1,
        }
    }

    /// The segments as they are now, for a snapshot.
    pub(super) fn lend(&mut self) -> VecDeque<Segment> {
        self.segments.iter_mut().map(Segment::lend).collect()
    }

    pub(super) fn next_seq(&self) -> Seq {
        Seq(self.next)
    }

    pub(super) fn bytes(&self) -> usize {
        self.sealed_bytes + self.segments.back().map_or(0, Segment::bytes)
    }

    /// Appends a message; `row` gets its place in the segment's bytes. `behind` is kept behind
    /// the payload.
    pub(super) fn push(
        &mut self,
        mut row: Row,
        props: &[u8],
        payload: &[u8],
        behind: &[u8],
    ) -> Seq {
        let seq = self.next;
        if self.segments.back().is_none_or(Segment::is_full) {
            self.sealed_bytes += self.segments.back().map_or(0, Segment::bytes);
            self.segments.push_back(Segment::starting_at(seq));
        }
        if let Some(open) = self.segments.back_mut() {
            let rows = open.rows.write();
            row.start = u32::try_from(rows.bytes.len()).unwrap_or(u32::MAX);
            row.props_len = props.len() as u32;
            row.payload_len = payload.len() as u32;
            rows.bytes.extend_from_slice(props);
            rows.bytes.extend_from_slice(payload);
            rows.bytes.extend_from_slice(behind);
            rows.rows.push(row);
            open.marks.write().push(Mark::default());
        }
        self.rows += 1;
        self.next += 1;
        Seq(seq)
    }

    /// Gives up the oldest segments until the budgets hold; returns the number of rows lost.
    /// The newest segment always stays, so the byte budget may be exceeded by one packet.
    pub(super) fn evict(&mut self, budgets: &Budgets) -> u64 {
        let mut lost = 0;
        while self.segments.len() > 1
            && (self.rows > budgets.rows || self.bytes() > budgets.bytes)
            && let Some(oldest) = self.segments.pop_front()
        {
            self.sealed_bytes -= oldest.bytes();
            self.rows -= oldest.len();
            lost += oldest.len() as u64;
        }
        lost
    }

    /// What is known of a kept message beyond the row, for changing it.
    pub(super) fn mark(&mut self, seq: Seq) -> Option<&mut Mark> {
        // Mostly it is the newest message.
        let (segment, index) = match self.segments.back() {
            Some(open) if seq.0 >= open.first => {
                (self.segments.len() - 1, usize::try_from(seq.0 - open.first).ok()?)
            }
            _ => locate(&self.segments, seq)?,
        };
        self.segments.get_mut(segment)?.marks.write().get_mut(index)
    }
}

/// Segment number and row number of `seq`.
pub(super) fn locate(segments: &VecDeque<Segment>, seq: Seq) -> Option<(usize, usize)> {
    let segment = segments.partition_point(|s| s.first <= seq.0).checked_sub(1)?;
    let found = segments.get(segment)?;
    let index = usize::try_from(seq.0 - found.first).ok()?;
    (index < found.len()).then_some((segment, index))
}

pub(super) fn props<'a>(rows: &'a Rows, row: &Row) -> &'a [u8] {
    let start = row.start as usize;
    rows.bytes.get(start..start + row.props_len as usize).unwrap_or_default()
}

pub(super) fn payload<'a>(rows: &'a Rows, row: &Row) -> &'a [u8] {
    let start = row.start as usize + row.props_len as usize;
    rows.bytes.get(start..start + row.payload_len as usize).unwrap_or_default()
}

pub(super) fn msg_id<'a>(rows: &'a Rows, row: &Row) -> &'a [u8] {
    // Not of the payload alone: what was put together has its id behind it.
    let start = row.start as usize + row.props_len as usize + row.msg_id_start as usize;
    rows.bytes.get(start..start + row.msg_id_len as usize).unwrap_or_default()
}
