//! Earlier values of all parameters, oldest first for each, in small pieces that are used again
//! by others: keeping one more allocates nothing but, now and then, a block of pieces.

use compact_str::CompactString;

use super::value_bytes;
use crate::core::ids::Seq;
use crate::core::time::Timestamp;

/// Values per piece.
const PIECE: usize = 4;

/// Pieces per block.
const BLOCK: usize = 256;

/// Memory of one block.
pub(super) const BLOCK_BYTES: usize = BLOCK * size_of::<Piece>() + 16;

/// No piece.
const NONE: u32 = u32::MAX;

/// A value that a parameter had.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The value.
    pub value: CompactString,
    /// When it was first seen.
    pub at: Timestamp,
    /// The message that told it.
    pub seq: Seq,
}

impl Change {
    const NOTHING: Self =
        Self { value: CompactString::const_new(""), at: Timestamp(0), seq: Seq(0) };
}

#[derive(Clone)]
struct Piece {
    values: [Change; PIECE],
    next: u32,
}

/// The earlier values of one parameter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Past {
    head: u32,
    tail: u32,
    len: u16,
    /// Where the oldest value lies in the first piece.
    first: u8,
    /// Where the next value goes in the last piece.
    end: u8,
    /// True if there were earlier values that are not kept.
    pub(super) cut: bool,
}

impl Past {
    pub(super) const NOTHING: Self =
        Self { head: NONE, tail: NONE, len: 0, first: 0, end: 0, cut: false };

    pub(super) fn len(&self) -> usize {
        usize::from(self.len)
    }
}

/// What became of a value that was to be kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kept {
    /// It is kept.
    Yes,
    /// It is, instead of an older one of the same parameter: there is no room for more.
    Instead,
    /// It is not: there is no room.
    No,
}

/// See the module text.
#[derive(Default)]
pub(super) struct Pasts {
    blocks: Vec<Box<[Piece]>>,
    free: Vec<u32>,
    /// Bytes of values that don't fit into their place.
    long: usize,
}

impl Pasts {
    /// Memory held, in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.len() * BLOCK_BYTES + self.free.capacity() * size_of::<u32>() + self.long
    }

    /// Keeps one more value of a parameter, of at most `limit`; `room` says how many bytes more
    /// all of them may take.
    #[inline]
    pub(super) fn push(
        &mut self,
        past: &mut Past,
        change: Change,
        limit: usize,
        room: impl Fn(&Self) -> usize,
    ) -> Kept {
        let limit = limit.min(usize::from(u16::MAX));
        let mut kept = Kept::Yes;
        if past.len() >= limit {
            if limit == 0 {
                past.cut = true;
                return Kept::No;
            }
            self.drop_oldest(past);
        }
        let long = value_bytes(change.value.len());
        if long > 0 {
            while past.len > 0 && long > room(self) {
                self.drop_oldest(past);
                kept = Kept::Instead;
            }
            if long > room(self) {
                past.cut = true;
                return Kept::No;
            }
        }
        if (past.tail == NONE || usize::from(past.end) == PIECE) && !self.extend(past, &room, long)
        {
            // A full piece of one's own is used again from the front.
            while past.len > 0 && self.free.is_empty() {
                self.drop_oldest(past);
                kept = Kept::Instead;
            }
            if !self.extend(past, &room, long) {
                past.cut = true;
                return Kept::No;
            }
        }
        let end = usize::from(past.end);
        if let Some(place) = self.piece(past.tail).and_then(|piece| piece.values.get_mut(end)) {
            *place = change;
            past.end += 1;
            past.len += 1;
            self.long += long;
        }
        kept
    }

    /// All values of a parameter, oldest first.
    pub(super) fn of(&self, past: &Past) -> impl Iterator<Item = &Change> {
        let (mut piece, mut at) = (past.head, usize::from(past.first));
        std::iter::from_fn(move || {
            let mut here = self.at(piece)?;
            if at == PIECE {
                piece = here.next;
                at = 0;
                here = self.at(piece)?;
            }
            at += 1;
            here.values.get(at - 1)
        })
        .take(past.len())
    }

    /// Forgets all values of a parameter.
    pub(super) fn clear(&mut self, past: &mut Past) {
        while past.len > 0 {
            self.drop_oldest(past);
        }
    }

    /// Puts an empty piece behind the last one, leaving room for `spare` bytes. False if there is
    /// none.
    fn extend(&mut self, past: &mut Past, room: &impl Fn(&Self) -> usize, spare: usize) -> bool {
        let block = BLOCK_BYTES + BLOCK * size_of::<u32>();
        if self.free.is_empty() && room(self) >= block + spare {
            let empty = Piece { values: [const { Change::NOTHING }; PIECE], next: NONE };
            let start = (self.blocks.len() * BLOCK) as u32;
            self.blocks.push(vec![empty; BLOCK].into_boxed_slice());
            // Room for all pieces there are, so that giving some back takes none.
            self.free.reserve_exact(self.blocks.len() * BLOCK);
            self.free.extend((start..start + BLOCK as u32).rev());
        }
        let Some(new) = self.free.pop() else { return false };
        match self.piece(past.tail) {
            Some(tail) => tail.next = new,
            None => (past.head, past.first) = (new, 0),
        }
        (past.tail, past.end) = (new, 0);
        true
    }

    fn drop_oldest(&mut self, past: &mut Past) {
        let (head, first) = (past.head, usize::from(past.first));
        let Some(piece) = self.piece(head) else { return };
        let Some(place) = piece.values.get_mut(first) else { return };
        let long = value_bytes(place.value.len());
        // The short ones need no cleaning up.
        if long > 0 {
            *place = Change::NOTHING;
        }
        let next = piece.next;
        self.long -= long;
        past.len -= 1;
        past.first += 1;
        past.cut = true;
        if past.len == 0 || usize::from(past.first) == PIECE {
            if let Some(piece) = self.piece(head) {
                piece.next = NONE;
            }
            self.free.push(head);
            (past.head, past.first) = (next, 0);
        }
        if past.len == 0 {
            *past = Past { cut: true, ..Past::NOTHING };
        }
    }

    #[inline]
    fn at(&self, piece: u32) -> Option<&Piece> {
        self.blocks.get(piece as usize / BLOCK)?.get(piece as usize % BLOCK)
    }

    #[inline]
    fn piece(&mut self, piece: u32) -> Option<&mut Piece> {
        self.blocks.get_mut(piece as usize / BLOCK)?.get_mut(piece as usize % BLOCK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::VecDeque;

    fn change(n: u64) -> Change {
        // Every third one is too long for its place.
        let value = if n.is_multiple_of(3) { format!("{n:040}") } else { n.to_string() };
        Change { value: value.into(), at: Timestamp(n as i64), seq: Seq(n) }
    }

    proptest! {
        #[test]
        fn each_parameter_keeps_its_newest_values(
            limit in 1..12_usize,
            steps in prop::collection::vec((0..4_usize, any::<bool>()), 0..400),
        ) {
            let mut pasts = Pasts::default();
            let mut real = [Past::NOTHING; 4];
            let mut model: [VecDeque<Change>; 4] = Default::default();
            for (n, (which, clears)) in steps.into_iter().enumerate() {
                if clears && n % 50 == 0 {
                    pasts.clear(&mut real[which]);
                    model[which].clear();
                } else {
                    let kept = pasts.push(&mut real[which], change(n as u64), limit, |_| 1 << 20);
                    prop_assert_eq!(kept, Kept::Yes);
                    model[which].push_back(change(n as u64));
                    if model[which].len() > limit {
                        model[which].pop_front();
                    }
                }
                for (real, model) in real.iter().zip(&model) {
                    prop_assert!(pasts.of(real).eq(model));
                }
            }
            for past in &mut real {
                pasts.clear(past);
            }
            prop_assert_eq!((pasts.long, pasts.free.len()), (0, pasts.blocks.len() * BLOCK));
        }

        #[test]
        fn no_more_room_is_taken_than_there_is(blocks in 0..3_usize, extra in 0..2000_usize) {
            let limit = blocks * (BLOCK_BYTES + 4 * BLOCK) + extra;
            let room = |pasts: &Pasts| limit.saturating_sub(pasts.bytes());
            let mut pasts = Pasts::default();
            let mut all = vec![Past::NOTHING; 300];
            let mut lost = 0;
            for n in 0..6000_u64 {
                let past = &mut all[n as usize % 300];
                let kept = pasts.push(past, change(n), 64, room);
                lost += u64::from(kept != Kept::Yes);
                // What is kept has no gaps.
                prop_assert!(kept != Kept::No || past.len() == 0);
                prop_assert!(kept == Kept::No || pasts.of(past).last() == Some(&change(n)));
                prop_assert!(pasts.bytes() <= limit);
                prop_assert!(past.cut || kept == Kept::Yes);
            }
            prop_assert!(lost > 0);
        }
    }
}
