//! Fields of a message that may have been sent in several pieces: protobuf merges a message that
//! occurs twice, and lets the last member of a oneof replace the others. Walking the pieces in
//! order gives the same without putting them together.

use crate::usp::summary::Malformed;
use crate::usp::wire::{WireField, WireReader};

/// The fields of one message, from all its pieces.
pub(super) trait Pieces<'a>: Copy {
    /// The next field, and the reader that its value is read with.
    ///
    /// # Errors
    /// Says why the bytes are no field.
    fn next(&mut self) -> Result<Option<(WireField, WireReader<'a>)>, Malformed>;

    /// The message in the next field with this number.
    ///
    /// # Errors
    /// As above, and if such a field holds no message.
    #[inline]
    fn next_in(&mut self, number: u32) -> Result<Option<WireReader<'a>>, Malformed> {
        while let Some((field, reader)) = self.next()? {
            if field.number == number {
                field.len()?;
                return Ok(Some(reader.inside(&field)));
            }
        }
        Ok(None)
    }
}

/// A message in one piece.
#[derive(Clone, Copy)]
pub(super) struct Top<'a>(pub(super) WireReader<'a>);

impl<'a> Pieces<'a> for Top<'a> {
    #[inline(always)]
    fn next(&mut self) -> Result<Option<(WireField, WireReader<'a>)>, Malformed> {
        Ok(self.0.next_field()?.map(|field| (field, self.0)))
    }
}

/// The message in a field of another one: as many pieces as there are such fields.
#[derive(Clone, Copy)]
pub(super) struct Inside<'a, P> {
    outer: P,
    number: u32,
    piece: Option<WireReader<'a>>,
}

impl<P> Inside<'_, P> {
    pub(super) fn new(outer: P, number: u32) -> Self {
        Self { outer, number, piece: None }
    }
}

impl<'a, P: Pieces<'a>> Pieces<'a> for Inside<'a, P> {
    #[inline]
    fn next(&mut self) -> Result<Option<(WireField, WireReader<'a>)>, Malformed> {
        loop {
            if let Some(piece) = &mut self.piece {
                if let Some(field) = piece.next_field()? {
                    return Ok(Some((field, *piece)));
                }
                self.piece = None;
            }
            let Some((field, reader)) = self.outer.next()? else { return Ok(None) };
            if field.number == self.number {
                field.len()?;
                self.piece = Some(reader.inside(&field));
            }
        }
    }
}

/// The member of a oneof that counts, and the fields from where it began to count: no other
/// member comes after that.
///
/// # Errors
/// Says why the bytes are no field.
pub(super) fn run<'a, P: Pieces<'a>>(
    mut fields: P,
    is_member: impl Fn(u32) -> bool,
) -> Result<Option<(u32, P)>, Malformed> {
    let mut found: Option<(u32, P)> = None;
    loop {
        let before = fields;
        let Some((field, _)) = fields.next()? else { return Ok(found) };
        if is_member(field.number) && found.is_none_or(|(number, _)| number != field.number) {
            found = Some((field.number, before));
        }
    }
}
