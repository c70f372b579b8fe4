//! The objects and rows a device has at the moment.
//!
//! Shape follows the [`Schema`]; rows come and go. Addressed here by concrete paths only
//! (`Device.WiFi.Radio.1.`); patterns are the business of [`super::resolve`].

use std::collections::BTreeMap;
use std::sync::Arc;

use super::schema::{Kind, ObjectId, Schema};
use super::value::{Moment, Source, UNKNOWN_TIME};

/// One object, or one row of a table.
#[derive(Clone, Debug)]
pub struct Instance {
    pub object: ObjectId,
    values: Vec<Source>,
    singles: Vec<Instance>,
    tables: Vec<Table>,
}

/// The rows of a table by instance number.
#[derive(Clone, Debug)]
pub struct Table {
    pub object: ObjectId,
    pub rows: BTreeMap<u32, Instance>,
    /// Numbers are never used again (TR-369, instance numbers).
    next: u32,
}

/// What a concrete path names.
#[derive(Clone, Copy, Debug)]
pub enum Place<'a> {
    Object(&'a Instance),
    Table(&'a Table),
}

/// A device's objects.
#[derive(Clone, Debug)]
pub struct Model {
    pub schema: Arc<Schema>,
    root: Instance,
}

impl Instance {
    fn new(schema: &Schema, id: ObjectId) -> Self {
        let object = schema.object(id);
        let values = object
            .params
            .iter()
            .map(|param| {
                let table = param.name.strip_suffix("NumberOfEntries").and_then(|stem| {
                    object.tables.iter().position(|t| schema.object(*t).name == stem)
                });
                match (table, param.kind) {
                    (Some(table), _) => Source::Entries(table),
                    (None, Kind::Boolean) => Source::Fixed("false"),
                    (None, Kind::DateTime) => Source::Fixed(UNKNOWN_TIME),
                    (None, Kind::Text | Kind::HexBinary | Kind::Base64) => Source::Fixed(""),
                    (None, _) => Source::Fixed("0"),
                }
            })
            .collect();
        Self {
            object: id,
            values,
            singles: object.singles.iter().map(|s| Self::new(schema, *s)).collect(),
            tables: object
                .tables
                .iter()
                .map(|t| Table { object: *t, rows: BTreeMap::new(), next: 1 })
                .collect(),
        }
    }

    /// Sub-objects that are no tables.
    pub fn singles(&self) -> &[Self] {
        &self.singles
    }

    /// Sub-objects that are tables.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The value of the parameter at this position; hidden ones read as empty.
    pub fn value(&self, schema: &Schema, param: usize, moment: &Moment) -> String {
        let hidden = schema.object(self.object).params.get(param).is_none_or(|p| p.hidden);
        match self.values.get(param) {
            Some(source) if !hidden => {
                source.read(moment, |t| self.tables.get(t).map_or(0, |t| t.rows.len()))
            }
            _ => String::new(),
        }
    }

    /// The value of a parameter by name; empty if there is none.
    pub fn read(&self, schema: &Schema, name: &str, moment: &Moment) -> String {
        let param = schema.object(self.object).param(name);
        param.map_or_else(String::new, |p| self.value(schema, p, moment))
    }

    /// Replaces where a value comes from; false if there is no such parameter.
    pub fn put(&mut self, param: usize, source: Source) -> bool {
        match self.values.get_mut(param) {
            Some(slot) => {
                *slot = source;
                true
            }
            None => false,
        }
    }

    /// The unique keys as responses and ObjectCreation carry them.
    pub fn unique_keys(&self, schema: &Schema, moment: &Moment) -> BTreeMap<String, String> {
        let object = schema.object(self.object);
        let named = object.keys.iter().flatten().filter_map(|&param| {
            let name = object.params.get(param)?.name;
            Some((name.to_owned(), self.value(schema, param, moment)))
        });
        named.collect()
    }
}

impl Table {
    /// Adds an empty row with its default Alias; returns its instance number.
    pub fn add(&mut self, schema: &Schema) -> u32 {
        let row = self.next;
        self.insert(schema, row);
        row
    }

    fn insert(&mut self, schema: &Schema, row: u32) -> &mut Instance {
        self.next = self.next.max(row.saturating_add(1));
        let object = self.object;
        self.rows.entry(row).or_insert_with(|| {
            let mut instance = Instance::new(schema, object);
            if let Some(alias) = schema.object(object).param("Alias") {
                instance.put(alias, Source::Text(format!("cpe-{row}").into()));
            }
            instance
        })
    }
}

/// The names and numbers of a concrete object path, without the leading `Device`.
fn segments(path: &str) -> Option<impl Iterator<Item = &str>> {
    let rest = path.strip_prefix("Device.")?;
    Some(rest.split('.').filter(|s| !s.is_empty()))
}

impl Model {
    /// A device with no rows and all values at their defaults.
    pub fn new(schema: Arc<Schema>) -> Self {
        let root = Instance::new(&schema, Schema::ROOT);
        Self { schema, root }
    }

    /// The object `Device.`.
    pub fn root(&self) -> &Instance {
        &self.root
    }

    /// What stands at a concrete path.
    pub fn place(&self, path: &str) -> Option<Place<'_>> {
        let mut place = Place::Object(&self.root);
        for segment in segments(path)? {
            place = match place {
                Place::Object(instance) => step_down(&self.schema, instance, segment)?,
                Place::Table(table) => Place::Object(table.rows.get(&segment.parse().ok()?)?),
            };
        }
        Some(place)
    }

    /// The object or row at a concrete path.
    pub fn get(&self, path: &str) -> Option<&Instance> {
        match self.place(path)? {
            Place::Object(instance) => Some(instance),
            Place::Table(_) => None,
        }
    }

    /// The value at a concrete parameter path, as the device reads it; empty if there is none.
    pub fn value_at(&self, object: &str, param: &str, moment: &Moment) -> String {
        self.get(object).map_or_else(String::new, |i| i.read(&self.schema, param, moment))
    }

    /// The object or row at a concrete path, to change it.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut Instance> {
        let Self { schema, root } = self;
        let mut instance = root;
        let mut parts = segments(path)?;
        while let Some(name) = parts.next() {
            let object = schema.object(instance.object);
            if let Some(single) = position(schema, &object.singles, name) {
                instance = instance.singles.get_mut(single)?;
            } else {
                let table = position(schema, &object.tables, name)?;
                let row = parts.next()?.parse().ok()?;
                instance = instance.tables.get_mut(table)?.rows.get_mut(&row)?;
            }
        }
        Some(instance)
    }

    /// The table at a concrete path, to change it.
    pub fn table_mut(&mut self, path: &str) -> Option<(Arc<Schema>, &mut Table)> {
        let trimmed = path.strip_suffix('.')?;
        let (parent, name) = trimmed.rsplit_once('.')?;
        let schema = Arc::clone(&self.schema);
        let instance = self.get_mut(&format!("{parent}."))?;
        let table = position(&schema, &schema.object(instance.object).tables, name)?;
        let table = instance.tables.get_mut(table)?;
        Some((schema, table))
    }

    /// Adds a row to the table at a concrete path; returns the row's path.
    pub fn add_row(&mut self, table: &str) -> Option<String> {
        let (schema, rows) = self.table_mut(table)?;
        let row = rows.add(&schema);
        Some(format!("{table}{row}."))
    }

    /// Removes a row by its concrete path; false if there is none.
    pub fn remove_row(&mut self, row: &str) -> bool {
        let Some((table, number)) = row.trim_end_matches('.').rsplit_once('.') else {
            return false;
        };
        let (Ok(number), Some((_, rows))) =
            (number.parse::<u32>(), self.table_mut(&format!("{table}.")))
        else {
            return false;
        };
        rows.rows.remove(&number).is_some()
    }

    /// Sets values of the object at a concrete path, adding the rows on the way to it; returns
    /// the first name that isn't in the schema.
    pub fn fill(&mut self, path: &str, values: Vec<(&'static str, Source)>) -> Result<(), String> {
        let unknown = || path.to_owned();
        let Self { schema, root } = self;
        let mut instance = root;
        let mut parts = segments(path).ok_or_else(unknown)?;
        while let Some(name) = parts.next() {
            let object = schema.object(instance.object);
            if let Some(single) = position(schema, &object.singles, name) {
                instance = instance.singles.get_mut(single).ok_or_else(unknown)?;
            } else {
                let table = position(schema, &object.tables, name).ok_or_else(unknown)?;
                let row = parts.next().and_then(|p| p.parse::<u32>().ok()).ok_or_else(unknown)?;
                let table = instance.tables.get_mut(table).ok_or_else(unknown)?;
                instance = table.insert(schema, row);
            }
        }
        let object = schema.object(instance.object);
        for (name, source) in values {
            let param = object.param(name).ok_or_else(|| format!("{path}{name}"))?;
            instance.put(param, source);
        }
        Ok(())
    }
}

fn position(schema: &Schema, among: &[ObjectId], name: &str) -> Option<usize> {
    among.iter().position(|id| schema.object(*id).name == name)
}

/// The sub-object `name` of an instance.
pub fn step_down<'a>(schema: &Schema, instance: &'a Instance, name: &str) -> Option<Place<'a>> {
    let object = schema.object(instance.object);
    if let Some(single) = position(schema, &object.singles, name) {
        return instance.singles.get(single).map(Place::Object);
    }
    let table = position(schema, &object.tables, name)?;
    instance.tables.get(table).map(Place::Table)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::core::time::Timestamp;

    const NOW: Moment = Moment { at: Duration::ZERO, uptime: Duration::ZERO, epoch: Timestamp(0) };

    fn model() -> Model {
        Model::new(Arc::new(Schema::built_in().unwrap()))
    }

    #[test]
    fn rows_are_counted_and_their_numbers_not_used_again() {
        let mut model = model();
        let table = "Device.NAT.PortMapping.";
        assert_eq!(model.add_row(table).unwrap(), "Device.NAT.PortMapping.1.");
        assert_eq!(model.add_row(table).unwrap(), "Device.NAT.PortMapping.2.");
        assert_eq!(model.value_at("Device.NAT.", "PortMappingNumberOfEntries", &NOW), "2");
        assert!(model.remove_row("Device.NAT.PortMapping.2."));
        assert!(!model.remove_row("Device.NAT.PortMapping.2."));
        assert_eq!(model.add_row(table).unwrap(), "Device.NAT.PortMapping.3.");
        assert_eq!(model.value_at("Device.NAT.PortMapping.3.", "Alias", &NOW), "cpe-3");
    }

    #[test]
    fn filling_adds_rows_on_the_way_and_names_what_is_unknown() {
        let mut model = model();
        let path = "Device.WiFi.AccessPoint.2.AssociatedDevice.5.";
        model.fill(path, vec![("MACAddress", Source::Fixed("02:00:00:00:00:01"))]).unwrap();
        assert_eq!(model.value_at(path, "MACAddress", &NOW), "02:00:00:00:00:01");
        let count = "AssociatedDeviceNumberOfEntries";
        assert_eq!(model.value_at("Device.WiFi.AccessPoint.2.", count, &NOW), "1");
        assert_eq!(
            model.fill("Device.WiFi.", vec![("Nope", Source::Now)]).unwrap_err(),
            "Device.WiFi.Nope"
        );
        assert_eq!(model.fill("Device.Nope.", vec![]).unwrap_err(), "Device.Nope.");
    }

    #[test]
    fn secrets_read_as_empty() {
        let mut model = model();
        let path = "Device.MQTT.Client.1.";
        model.fill(path, vec![("Password", Source::Fixed("hunter2"))]).unwrap();
        assert_eq!(model.value_at(path, "Password", &NOW), "");
    }
}
