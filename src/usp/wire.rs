//! The protobuf wire format, one field at a time: what [`super::scan`] and [`super::tree`] stand
//! on. Reads bytes only; never allocates, recurses or panics. Accepts and refuses exactly what
//! prost does, except that unknown groups may nest only [`MAX_GROUPS`] deep.

use super::summary::Malformed;

/// How deep unknown groups may nest. Nothing in USP uses groups.
pub const MAX_GROUPS: usize = 32;

/// The low bits of a tag are the wire type.
const TAG_BITS: u32 = 3;

/// The value of one field as the wire has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WireValue {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 1.
    Fixed64(u64),
    /// Wire type 2; the bytes are the field's value range.
    Len,
    /// Wire types 3 and 4, whole; the value range excludes both tags.
    Group,
    /// Wire type 5.
    Fixed32(u32),
}

impl WireValue {
    /// The wire type's name, for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Varint(_) => "varint",
            Self::Fixed64(_) => "fixed64",
            Self::Len => "length-delimited",
            Self::Group => "group",
            Self::Fixed32(_) => "fixed32",
        }
    }
}

/// One field: number, value and where it lies. Offsets count from the start of the payload.
#[derive(Clone, Copy, Debug)]
pub struct WireField {
    /// Field number, 1 or more.
    pub number: u32,
    /// The value.
    pub value: WireValue,
    /// Where the tag begins.
    pub start: usize,
    /// Where the value begins: behind the tag, and behind the length if there is one.
    pub value_start: usize,
    /// Where the value ends.
    pub value_end: usize,
    /// Where the field ends; differs from `value_end` for groups only.
    pub end: usize,
}

/// A length-delimited field that is longer than what is left of its message.
#[derive(Clone, Copy, Debug)]
pub struct PartialField {
    /// Field number, 1 or more.
    pub number: u32,
    /// Where the tag begins.
    pub start: usize,
    /// Where the value begins.
    pub value_start: usize,
    /// How many bytes the value should have.
    pub length: u64,
}

/// Walks the fields of one message that ends where the buffer ends.
#[derive(Clone, Copy, Debug)]
pub struct WireReader<'a> {
    buf: &'a [u8],
    pos: usize,
}

pub(super) const CUT_OFF: &str = "cut off inside a field";
pub(super) const LONG_VARINT: &str = "a number is longer than 64 bits";
pub(super) const BAD_TAG: &str = "field number 0 or above the limit";
pub(super) const BAD_WIRE_TYPE: &str = "wire type 6 or 7 does not exist";
pub(super) const BAD_GROUP: &str = "a group ends that was not begun, or nests too deep";
pub(super) const WRONG_WIRE_TYPE: &str = "a known field has the wrong wire type";
pub(super) const NOT_UTF8: &str = "a string is not UTF-8";

impl<'a> WireReader<'a> {
    /// Reads `buf` from its start.
    #[must_use]
    pub fn new(buf: &'a [u8]) -> Self {
        Self { buf, pos: 0 }
    }

    /// Reads `buf[start..end]`, with offsets that still count from the start of `buf`.
    #[must_use]
    pub fn range(buf: &'a [u8], start: usize, end: usize) -> Self {
        let buf = buf.get(..end).unwrap_or(buf);
        Self { buf, pos: start.min(buf.len()) }
    }

    /// A reader for the message inside a length-delimited field.
    #[must_use]
    pub fn inside(&self, field: &WireField) -> Self {
        Self::range(self.buf, field.value_start, field.value_end)
    }

    /// Offset of the next field.
    #[must_use]
    pub fn pos(&self) -> usize {
        self.pos
    }

    /// Where the message ends.
    #[must_use]
    pub fn end(&self) -> usize {
        self.buf.len()
    }

    /// The bytes from the next field to the end of the message.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.buf.get(self.pos..).unwrap_or_default()
    }

    /// The bytes of the field's value.
    #[must_use]
    pub fn bytes(&self, field: &WireField) -> &'a [u8] {
        self.buf.get(field.value_start..field.value_end).unwrap_or_default()
    }

    /// The next field, or `None` at the end of the message. After an error the reader still
    /// stands at the start of the bad field.
    ///
    /// # Errors
    /// Says why the bytes at [`Self::pos`] are no field.
    #[inline(always)]
    pub fn next_field(&mut self) -> Result<Option<WireField>, Malformed> {
        let start = self.pos;
        if start >= self.buf.len() {
            return Ok(None);
        }
        let mut at = start;
        let (number, wire_type) = self.tag(&mut at)?;
        let mut value_start = at;
        let value = match wire_type {
            2 => {
                let length = self.varint(&mut at)?;
                value_start = at;
                at = self.advanced(at, length)?;
                WireValue::Len
            }
            0 => WireValue::Varint(self.varint(&mut at)?),
            5 => WireValue::Fixed32(u32::from_le_bytes(self.fixed(&mut at)?)),
            _ => return self.rare_field(number, wire_type, at).map(Some),
        };
        self.pos = at;
        Ok(Some(WireField { number, value, start, value_start, value_end: at, end: at }))
    }

    /// A field of a wire type that USP does not use; its tag ends at `at`.
    #[cold]
    #[inline(never)]
    fn rare_field(
        &mut self,
        number: u32,
        wire_type: u32,
        mut at: usize,
    ) -> Result<WireField, Malformed> {
        let (start, value_start) = (self.pos, at);
        let (value, value_end) = match wire_type {
            1 => {
                let number = u64::from_le_bytes(self.fixed(&mut at)?);
                (WireValue::Fixed64(number), at)
            }
            3 => {
                let end_tag = self.skip_group(&mut at, number)?;
                (WireValue::Group, end_tag)
            }
            4 => return Err(Malformed { reason: BAD_GROUP, offset: start }),
            _ => return Err(Malformed { reason: BAD_WIRE_TYPE, offset: start }),
        };
        self.pos = at;
        Ok(WireField { number, value, start, value_start, value_end, end: at })
    }

    /// The value of the next field if that is length-delimited, has this number, below 16, and is
    /// shorter than 128 bytes: a quicker way than [`Self::next_field`]. `None` says nothing.
    #[inline]
    pub fn short_field(&mut self, number: u32) -> Option<&'a [u8]> {
        let &[tag, length @ ..=0x7f, ref rest @ ..] = self.buf.get(self.pos..)? else {
            return None;
        };
        if u32::from(tag) != number << TAG_BITS | 2 {
            return None;
        }
        let value = rest.get(..usize::from(length))?;
        self.pos += 2 + value.len();
        Some(value)
    }

    /// After [`Self::next_field`] failed: the field at [`Self::pos`], if it is length-delimited
    /// and only its end is missing.
    #[must_use]
    pub fn partial_field(&self) -> Option<PartialField> {
        let start = self.pos;
        let mut at = start;
        let (number, wire_type) = self.tag(&mut at).ok()?;
        let length = (wire_type == 2).then(|| self.varint(&mut at).ok()).flatten()?;
        Some(PartialField { number, start, value_start: at, length })
    }

    /// Number and wire type of the field at `at`.
    #[inline(always)]
    fn tag(&self, at: &mut usize) -> Result<(u32, u32), Malformed> {
        let start = *at;
        let key = u32::try_from(self.varint(at)?)
            .map_err(|_| Malformed { reason: BAD_TAG, offset: start })?;
        let number = key >> TAG_BITS;
        if number == 0 {
            return Err(Malformed { reason: BAD_TAG, offset: start });
        }
        Ok((number, key & 7))
    }

    #[inline(always)]
    fn varint(&self, at: &mut usize) -> Result<u64, Malformed> {
        match self.buf.get(*at) {
            Some(&byte) if byte < 0x80 => {
                *at += 1;
                Ok(u64::from(byte))
            }
            Some(&low) => match self.buf.get(*at + 1) {
                // Lengths of messages mostly take two bytes.
                Some(&high) if high < 0x80 => {
                    *at += 2;
                    Ok(u64::from(low & 0x7f) | u64::from(high) << 7)
                }
                _ => self.long_varint(at),
            },
            None => self.long_varint(at),
        }
    }

    #[inline(never)]
    fn long_varint(&self, at: &mut usize) -> Result<u64, Malformed> {
        let start = *at;
        let mut value = 0_u64;
        for index in 0..10_u32 {
            let Some(&byte) = self.buf.get(*at) else {
                return Err(Malformed { reason: CUT_OFF, offset: start });
            };
            *at += 1;
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                // The tenth byte holds bit 63 only.
                if index == 9 && byte > 1 {
                    break;
                }
                return Ok(value);
            }
        }
        Err(Malformed { reason: LONG_VARINT, offset: start })
    }

    #[inline]
    fn fixed<const N: usize>(&self, at: &mut usize) -> Result<[u8; N], Malformed> {
        let bytes = self.buf.get(*at..).and_then(|rest| rest.first_chunk::<N>());
        let bytes = bytes.ok_or(Malformed { reason: CUT_OFF, offset: *at })?;
        *at += N;
        Ok(*bytes)
    }

    #[inline(always)]
    fn advanced(&self, at: usize, length: u64) -> Result<usize, Malformed> {
        let length = usize::try_from(length).ok();
        let end = length.and_then(|length| at.checked_add(length));
        end.filter(|&end| end <= self.buf.len()).ok_or(Malformed { reason: CUT_OFF, offset: at })
    }

    /// Skips to behind the end of the group `number`; gives where its end tag begins.
    fn skip_group(&self, at: &mut usize, number: u32) -> Result<usize, Malformed> {
        let mut open = [0_u32; MAX_GROUPS];
        let mut depth = 1;
        open[0] = number;
        loop {
            let start = *at;
            let (number, wire_type) = self.tag(at)?;
            match wire_type {
                0 => {
                    self.varint(at)?;
                }
                1 => *at = self.advanced(*at, 8)?,
                2 => {
                    let length = self.varint(at)?;
                    *at = self.advanced(*at, length)?;
                }
                3 => {
                    let slot = open.get_mut(depth);
                    *slot.ok_or(Malformed { reason: BAD_GROUP, offset: start })? = number;
                    depth += 1;
                }
                4 => {
                    depth -= 1;
                    if open.get(depth) != Some(&number) {
                        return Err(Malformed { reason: BAD_GROUP, offset: start });
                    }
                    if depth == 0 {
                        return Ok(start);
                    }
                }
                5 => *at = self.advanced(*at, 4)?,
                _ => return Err(Malformed { reason: BAD_WIRE_TYPE, offset: start }),
            }
        }
    }
}

/// The value of a known field by its expected type; a mismatch is an error, as prost has it.
impl WireField {
    fn wrong<T>(&self) -> Result<T, Malformed> {
        Err(Malformed { reason: WRONG_WIRE_TYPE, offset: self.start })
    }

    /// A varint field.
    ///
    /// # Errors
    /// If the wire type is another one.
    #[inline]
    pub fn varint(&self) -> Result<u64, Malformed> {
        match self.value {
            WireValue::Varint(value) => Ok(value),
            _ => self.wrong(),
        }
    }

    /// An enum field. Enums are 32-bit: the low bits of a longer number count.
    ///
    /// # Errors
    /// If the wire type is another one.
    #[inline]
    pub fn enum_value(&self) -> Result<i32, Malformed> {
        Ok(self.varint()? as i32)
    }

    /// A fixed32 field.
    ///
    /// # Errors
    /// If the wire type is another one.
    #[inline]
    pub fn fixed32(&self) -> Result<u32, Malformed> {
        match self.value {
            WireValue::Fixed32(value) => Ok(value),
            _ => self.wrong(),
        }
    }

    /// Checks that the field is length-delimited.
    ///
    /// # Errors
    /// If the wire type is another one.
    #[inline]
    pub fn len(&self) -> Result<(), Malformed> {
        match self.value {
            WireValue::Len => Ok(()),
            _ => self.wrong(),
        }
    }
}

impl<'a> WireReader<'a> {
    /// A string field of this message.
    ///
    /// # Errors
    /// If it is not length-delimited or not UTF-8.
    #[inline]
    pub fn string(&self, field: &WireField) -> Result<&'a str, Malformed> {
        field.len()?;
        std::str::from_utf8(self.bytes(field)).map_err(|e| Malformed {
            reason: NOT_UTF8,
            offset: field.value_start + e.valid_up_to(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Result<Vec<WireField>, Malformed> {
        let mut reader = WireReader::new(bytes);
        let mut all = Vec::new();
        while let Some(field) = reader.next_field()? {
            all.push(field);
        }
        Ok(all)
    }

    fn reason(bytes: &[u8]) -> Option<(&'static str, usize)> {
        fields(bytes).err().map(|m| (m.reason, m.offset))
    }

    #[test]
    fn every_wire_type_is_read() -> Result<(), Malformed> {
        let bytes = [
            0x08, 0x96, 0x01, // 1: 150
            0x11, 1, 0, 0, 0, 0, 0, 0, 0, // 2: fixed64
            0x1a, 0x02, 0x61, 0x62, // 3: "ab"
            0x23, 0x08, 0x01, 0x2b, 0x2c, 0x24, // 4: group with a varint and a group
            0x2d, 4, 0, 0, 0, // 5: fixed32
        ];
        let all = fields(&bytes)?;
        assert_eq!(all[0].varint()?, 150);
        assert_eq!(all[1].value, WireValue::Fixed64(1));
        assert_eq!((all[2].start, all[2].value_start, all[2].end), (12, 14, 16));
        assert_eq!(WireReader::new(&bytes).string(&all[2])?, "ab");
        assert_eq!(all[3].value, WireValue::Group);
        assert_eq!((all[3].value_start, all[3].value_end, all[3].end), (17, 21, 22));
        assert_eq!(all[4].fixed32()?, 4);
        assert_eq!(all[4].end, bytes.len());
        assert!(all[4].varint().is_err() && all[4].len().is_err());
        Ok(())
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(reason(&[0x0a, 0x05, 0x31]), Some((CUT_OFF, 2)));
        assert_eq!(reason(&[0x08]), Some((CUT_OFF, 1)));
        assert_eq!(reason(&[0x08, 0x80]), Some((CUT_OFF, 1)));
        assert_eq!(reason(&[0x0d, 1, 2, 3]), Some((CUT_OFF, 1)));
        assert_eq!(reason(&[0x00]), Some((BAD_TAG, 0)));
        assert_eq!(reason(&[0x0e]), Some((BAD_WIRE_TYPE, 0)));
        assert_eq!(reason(&[0x0c]), Some((BAD_GROUP, 0)));
        assert_eq!(reason(&[0x0b, 0x14]), Some((BAD_GROUP, 1)));
        assert_eq!(reason(&[0x0b, 0x08, 0x01]), Some((CUT_OFF, 3)));
        let mut long = vec![0x08];
        long.extend([0xff; 10]);
        assert_eq!(reason(&long), Some((LONG_VARINT, 1)));
        // 2^64 - 1 is the largest number; the tenth byte may only be 1.
        let mut edge = vec![0x08];
        edge.extend([0xff; 9]);
        edge.push(1);
        assert_eq!(reason(&edge), None);
        edge[10] = 2;
        assert_eq!(reason(&edge), Some((LONG_VARINT, 1)));
        // A length near the end of the address space must not wrap around.
        assert_eq!(
            reason(&[0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]),
            Some((CUT_OFF, 11))
        );
    }

    #[test]
    fn groups_nest_to_the_limit_and_no_deeper() {
        let nested = |n: usize| {
            let mut bytes = vec![0x0b; n];
            bytes.extend(vec![0x0c; n]);
            bytes
        };
        assert_eq!(reason(&nested(MAX_GROUPS)), None);
        assert_eq!(reason(&nested(MAX_GROUPS + 1)), Some((BAD_GROUP, MAX_GROUPS)));
        assert!(reason(&vec![0x0b; 1_000_000]).is_some());
    }
}
