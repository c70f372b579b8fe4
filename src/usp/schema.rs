//! Shape of the tables that describe the USP schemas: what message has which fields. The tables
//! are [`super::generated::schema`]. The USP schemas nest about a dozen levels and never refer
//! back to themselves, so walks along these tables end by themselves.

/// A message and its fields, ordered by number.
#[derive(Debug)]
pub struct MessageType {
    /// Name without the package, for example `GetResp.RequestedPathResult`.
    pub name: &'static str,
    /// Size of its Rust type in bytes, without what it points to; rather too much.
    pub size: usize,
    /// The fields, ordered by number.
    pub fields: &'static [FieldType],
}

/// One field of a message.
#[derive(Debug)]
pub struct FieldType {
    /// Field number.
    pub number: u32,
    /// Schema name, snake case.
    pub name: &'static str,
    /// What the value is.
    pub kind: FieldKind,
    /// True if it may occur any number of times (maps are, too).
    pub repeated: bool,
    /// True if it is a member of the message's oneof. No USP message has two.
    pub oneof: bool,
}

/// Type of a field's value: those that USP uses.
#[derive(Debug)]
pub enum FieldKind {
    /// UTF-8 text.
    String,
    /// Any bytes.
    Bytes,
    /// A varint that is 0 or not.
    Bool,
    /// A varint.
    Uint64,
    /// Four bytes, little endian.
    Fixed32,
    /// A varint with names.
    Enum(&'static EnumType),
    /// A nested message.
    Message(&'static MessageType),
    /// An entry of a `map<string, string>`: 1 key, 2 value.
    Map,
}

/// An enum and the names of its values.
#[derive(Debug)]
pub struct EnumType {
    /// Name without the package, for example `Header.MsgType`.
    pub name: &'static str,
    /// Numbers and names, ordered by number.
    pub values: &'static [(i32, &'static str)],
}

impl MessageType {
    /// The field with this number; `None` if the schema does not know it.
    #[must_use]
    #[inline]
    pub fn field(&self, number: u32) -> Option<&'static FieldType> {
        // Numbers mostly count up from 1 without gaps.
        let guess = (number as usize).wrapping_sub(1);
        match self.fields.get(guess) {
            Some(field) if field.number == number => Some(field),
            _ => self.fields.iter().find(|field| field.number == number),
        }
    }
}

impl EnumType {
    /// The name of a value; `None` if the schema does not know it.
    #[must_use]
    pub fn name_of(&self, number: i32) -> Option<&'static str> {
        self.values.iter().find(|value| value.0 == number).map(|value| value.1)
    }
}
