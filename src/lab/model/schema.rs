//! The supported data model: which objects, parameters, commands and events an Agent knows.
//!
//! Read once from `tr181.txt` and shared by all Agents. Nothing here knows a value.

use std::collections::HashMap;

/// Data types of TR-106, as GetSupportedDM names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Text,
    Boolean,
    UnsignedInt,
    Int,
    UnsignedLong,
    DateTime,
    HexBinary,
    Base64,
    Decimal,
}

impl Kind {
    /// The type's name in TR-106.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Boolean => "boolean",
            Self::UnsignedInt => "unsignedInt",
            Self::Int => "int",
            Self::UnsignedLong => "unsignedLong",
            Self::DateTime => "dateTime",
            Self::HexBinary => "hexBinary",
            Self::Base64 => "base64",
            Self::Decimal => "decimal",
        }
    }
}

/// What a parameter accepts beyond its type.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    None,
    Range(i64, i64),
    OneOf(&'static str),
}

/// One supported parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    pub name: &'static str,
    pub kind: Kind,
    pub writable: bool,
    /// Reads as empty: passwords and keys.
    pub hidden: bool,
    /// Moves all the time, so the Agent refuses ValueChange for it.
    pub restless: bool,
    pub limit: Limit,
}

/// One supported command.
#[derive(Clone, Debug)]
pub struct Command {
    /// With the parentheses.
    pub name: &'static str,
    pub is_async: bool,
    pub inputs: Vec<&'static str>,
    pub outputs: Vec<&'static str>,
}

/// One supported event.
#[derive(Clone, Debug)]
pub struct Event {
    /// With the exclamation mark.
    pub name: &'static str,
    pub args: Vec<&'static str>,
}

/// Position of an object in the [`Schema`].
pub type ObjectId = usize;

/// One supported object.
#[derive(Clone, Debug)]
pub struct Object {
    /// Full path with `{i}` and the final dot.
    pub path: &'static str,
    /// Last name in the path, without `{i}`.
    pub name: &'static str,
    /// True for tables.
    pub multi: bool,
    /// True if rows can be added and deleted by a Controller.
    pub creatable: bool,
    /// Sets of parameters (positions in `params`) that identify a row.
    pub keys: Vec<Vec<usize>>,
    pub params: Vec<Param>,
    pub commands: Vec<Command>,
    pub events: Vec<Event>,
    /// Direct sub-objects that are no tables, in the file's order.
    pub singles: Vec<ObjectId>,
    /// Direct sub-objects that are tables, in the file's order.
    pub tables: Vec<ObjectId>,
}

impl Object {
    /// Position of a parameter.
    pub fn param(&self, name: &str) -> Option<usize> {
        self.params.iter().position(|p| p.name == name)
    }
}

/// All supported objects; number 0 is `Device.`.
#[derive(Debug)]
pub struct Schema {
    objects: Vec<Object>,
}

/// Why a model text can't be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the device model is broken in line {line}: {reason}")]
pub struct SchemaError {
    /// Line, from 1.
    pub line: usize,
    reason: &'static str,
}

const TR181: &str = include_str!("tr181.txt");

/// The `data_model_inst_uri` of GetSupportedDMResp.
pub const DATA_MODEL_URI: &str = "urn:broadband-forum-org:tr-181-2-17-0";

impl Schema {
    /// The built-in model.
    pub fn built_in() -> Result<Self, SchemaError> {
        Self::parse(TR181)
    }

    /// Reads a model text; the format is described at the top of `tr181.txt`.
    pub fn parse(text: &'static str) -> Result<Self, SchemaError> {
        let mut objects: Vec<Object> = Vec::new();
        let mut by_path: HashMap<&'static str, ObjectId> = HashMap::new();
        let mut keys: Vec<(usize, ObjectId, &'static str)> = Vec::new();
        for (line, text) in (1..).zip(text.lines()) {
            let fail = |reason| SchemaError { line, reason };
            let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
            match word {
                "" | "#" => {}
                "object" => {
                    let (object, key_text) = parse_object(rest).map_err(fail)?;
                    let id = objects.len();
                    if let Some(parent) = parent_path(object.path) {
                        let parent =
                            by_path.get(parent).ok_or_else(|| fail("the parent is missing"))?;
                        let parent =
                            objects.get_mut(*parent).ok_or_else(|| fail("no such parent"))?;
                        if object.multi { &mut parent.tables } else { &mut parent.singles }
                            .push(id);
                    } else if id != 0 {
                        return Err(fail("only the first object has no parent"));
                    }
                    if by_path.insert(object.path, id).is_some() {
                        return Err(fail("the object stands here twice"));
                    }
                    keys.push((line, id, key_text));
                    objects.push(object);
                }
                _ => {
                    let object =
                        objects.last_mut().ok_or_else(|| fail("an object must come first"))?;
                    parse_member(object, word, rest).map_err(fail)?;
                }
            }
        }
        for (line, id, text) in keys {
            let Some(object) = objects.get_mut(id) else { continue };
            object.keys =
                parse_keys(object, text).map_err(|reason| SchemaError { line, reason })?;
        }
        if objects.is_empty() {
            return Err(SchemaError { line: 1, reason: "there is no object" });
        }
        Ok(Self { objects })
    }

    /// The object `Device.`.
    pub const ROOT: ObjectId = 0;

    /// An object by its number; numbers come from this schema, so the fallback is never used.
    pub fn object(&self, id: ObjectId) -> &Object {
        self.objects.get(id).unwrap_or(&self.objects[0])
    }

    /// All objects in the file's order, parents before their children.
    #[cfg(test)]
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter()
    }

    /// The direct sub-object `name` of `parent`.
    pub fn child(&self, parent: ObjectId, name: &str) -> Option<ObjectId> {
        let parent = self.object(parent);
        parent
            .singles
            .iter()
            .chain(&parent.tables)
            .copied()
            .find(|id| self.object(*id).name == name)
    }
}

/// The path one object up; `None` for `Device.`.
fn parent_path(path: &'static str) -> Option<&'static str> {
    let trimmed = path.trim_end_matches("{i}.").trim_end_matches('.');
    let dot = trimmed.rfind('.')?;
    path.get(..=dot)
}

fn parse_object(text: &'static str) -> Result<(Object, &'static str), &'static str> {
    let (path, rest) = text.split_once(' ').ok_or("an object needs an access")?;
    let (access, keys) = rest.split_once(" keys ").unwrap_or((rest, ""));
    let creatable = match access.trim() {
        "ro" => false,
        "add-delete" => true,
        _ => return Err("unknown access"),
    };
    if !path.ends_with('.') {
        return Err("an object path ends with a dot");
    }
    let multi = path.ends_with(".{i}.");
    let bare = path.trim_end_matches("{i}.").trim_end_matches('.');
    let name = bare.rsplit('.').next().unwrap_or(bare);
    let object = Object {
        path,
        name,
        multi,
        creatable,
        keys: Vec::new(),
        params: Vec::new(),
        commands: Vec::new(),
        events: Vec::new(),
        singles: Vec::new(),
        tables: Vec::new(),
    };
    Ok((object, keys))
}

fn parse_keys(object: &Object, text: &'static str) -> Result<Vec<Vec<usize>>, &'static str> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split('|')
        .map(|set| {
            set.trim()
                .split('+')
                .map(|name| object.param(name).ok_or("a key names no parameter"))
                .collect()
        })
        .collect()
}

fn parse_member(
    object: &mut Object,
    word: &'static str,
    rest: &'static str,
) -> Result<(), &'static str> {
    match word {
        "p" => {
            for text in rest.split_whitespace() {
                let param = parse_param(text)?;
                if object.param(param.name).is_some() {
                    return Err("the parameter stands here twice");
                }
                object.params.push(param);
            }
        }
        "c" => {
            let mut words = rest.split_whitespace();
            let name = words.next().filter(|n| n.ends_with("()")).ok_or("no command name")?;
            let is_async = match words.next() {
                Some("async") => true,
                Some("sync") => false,
                _ => return Err("a command is sync or async"),
            };
            let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
            while let Some(side) = words.next() {
                let list = words.next().ok_or("an argument list is missing")?.split(',');
                match side {
                    "in" => inputs = list.collect(),
                    "out" => outputs = list.collect(),
                    _ => return Err("expected in or out"),
                }
            }
            object.commands.push(Command { name, is_async, inputs, outputs });
        }
        "e" => {
            let mut words = rest.split_whitespace();
            let name = words.next().filter(|n| n.ends_with('!')).ok_or("no event name")?;
            let args = words.next().map(|a| a.split(',').collect()).unwrap_or_default();
            object.events.push(Event { name, args });
        }
        _ => return Err("unknown word"),
    }
    Ok(())
}

fn parse_param(text: &'static str) -> Result<Param, &'static str> {
    let (name, rest) = text.split_once(':').ok_or("a parameter needs a type")?;
    let (flags, limit) = rest.split_once('=').unwrap_or((rest, ""));
    let mut flags = flags.chars();
    let kind = match flags.next() {
        Some('s') => Kind::Text,
        Some('b') => Kind::Boolean,
        Some('u') => Kind::UnsignedInt,
        Some('i') => Kind::Int,
        Some('U') => Kind::UnsignedLong,
        Some('t') => Kind::DateTime,
        Some('x') => Kind::HexBinary,
        Some('y') => Kind::Base64,
        Some('d') => Kind::Decimal,
        _ => return Err("unknown type"),
    };
    let (mut writable, mut hidden, mut restless) = (false, false, false);
    for flag in flags {
        match flag {
            'w' => writable = true,
            'h' => hidden = true,
            '~' => restless = true,
            _ => return Err("unknown flag"),
        }
    }
    let limit = if let Some((low, high)) = limit.split_once("..") {
        let number = |t: &str| t.parse().map_err(|_bad| "a range needs two numbers");
        Limit::Range(number(low)?, number(high)?)
    } else if limit.is_empty() {
        Limit::None
    } else {
        Limit::OneOf(limit)
    };
    Ok(Param { name, kind, writable, hidden, restless, limit })
}

/// Longer values are refused, so that nobody can fill the memory through a Set.
const MAX_VALUE_LENGTH: usize = 4096;

/// Why a value can't be written to a parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// Not of the parameter's type (7011).
    Type,
    /// Of the type, but outside what is allowed (7012).
    Value,
}

impl Param {
    /// Checks a value somebody wants to write.
    pub fn check(&self, value: &str) -> Result<(), Misfit> {
        if value.len() > MAX_VALUE_LENGTH {
            return Err(Misfit::Value);
        }
        let number = match self.kind {
            Kind::Text | Kind::DateTime => None,
            Kind::Boolean => {
                if !matches!(value, "true" | "false" | "1" | "0") {
                    return Err(Misfit::Type);
                }
                None
            }
            Kind::UnsignedInt => {
                Some(i64::from(value.parse::<u32>().map_err(|_bad| Misfit::Type)?))
            }
            Kind::Int => Some(i64::from(value.parse::<i32>().map_err(|_bad| Misfit::Type)?)),
            Kind::UnsignedLong => {
                let wide = value.parse::<u64>().map_err(|_bad| Misfit::Type)?;
                Some(i64::try_from(wide).unwrap_or(i64::MAX))
            }
            Kind::Decimal => {
                value.parse::<f64>().map_err(|_bad| Misfit::Type)?;
                None
            }
            Kind::HexBinary if value.chars().all(|c| c.is_ascii_hexdigit()) => None,
            Kind::Base64 if value.is_ascii() => None,
            Kind::HexBinary | Kind::Base64 => return Err(Misfit::Type),
        };
        match self.limit {
            Limit::None => Ok(()),
            Limit::Range(low, high) => match number {
                Some(n) if !(low..=high).contains(&n) => Err(Misfit::Value),
                _ => Ok(()),
            },
            Limit::OneOf(list) if list.split('|').any(|one| one == value) => Ok(()),
            Limit::OneOf(_) => Err(Misfit::Value),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_model_is_whole_and_large() {
        let schema = Schema::built_in().unwrap();
        let params: usize = schema.objects().map(|o| o.params.len()).sum();
        assert!(schema.objects().count() > 80, "{}", schema.objects().count());
        assert!(params > 600, "{params}");
        let radio = schema.objects().find(|o| o.path == "Device.WiFi.Radio.{i}.").unwrap();
        assert!(radio.multi && !radio.creatable);
        assert_eq!(radio.name, "Radio");
        let channel = radio.params[radio.param("Channel").unwrap()];
        assert!(channel.writable);
        assert_eq!(channel.limit, Limit::Range(1, 233));
        assert_eq!(radio.singles.len(), 1);
    }

    #[test]
    fn every_table_has_its_number_of_entries() {
        let schema = Schema::built_in().unwrap();
        for object in schema.objects() {
            for table in &object.tables {
                let name = format!("{}NumberOfEntries", schema.object(*table).name);
                assert!(object.param(&name).is_some(), "{} lacks {name}", object.path);
            }
        }
    }

    #[test]
    fn broken_lines_are_named() {
        let broken = |text| Schema::parse(text).unwrap_err().line;
        assert_eq!(broken(""), 1);
        assert_eq!(broken("object Device. ro\np Name"), 2);
        assert_eq!(broken("object Device. ro\nobject Device.A.B. ro"), 2);
        assert_eq!(broken("object Device. ro\n\np A:z"), 3);
        assert_eq!(broken("object Device. ro keys Nope"), 1);
    }

    #[test]
    fn values_are_checked_by_type_and_range() {
        let param = |text| parse_param(text).unwrap();
        assert_eq!(param("A:u").check("abc"), Err(Misfit::Type));
        assert_eq!(param("A:u").check("-1"), Err(Misfit::Type));
        assert_eq!(param("A:uw=1..10").check("11"), Err(Misfit::Value));
        assert_eq!(param("A:uw=1..10").check("10"), Ok(()));
        assert_eq!(param("A:b").check("yes"), Err(Misfit::Type));
        assert_eq!(param("A:s=TCP|UDP").check("SCTP"), Err(Misfit::Value));
        assert_eq!(param("A:x").check("0g"), Err(Misfit::Type));
        assert_eq!(param("A:i=-1..100").check("-1"), Ok(()));
    }
}
