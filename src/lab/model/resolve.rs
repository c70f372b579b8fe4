//! Follows a path through a device: which objects it means, and which error it is if it means
//! none.
//!
//! First the path is checked against what is supported (7026), then against what is there
//! (7016). Searching and finding nothing is no error.

use super::path::{Path, Step, Term};
use super::schema::{Object, ObjectId, Schema};
use super::tree::{Instance, Model, Place, step_down};
use super::value::Moment;
use crate::lab::fault::{Fault, INVALID_PATH, NO_SUCH_OBJECT};

/// One thing a path means.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Concrete object path with the final dot.
    pub path: String,
    pub place: Place<'a>,
}

/// What a path means in the supported data model.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Supported {
    pub object: ObjectId,
    /// True if the path ends at a table and not at its rows.
    pub at_table: bool,
}

/// What kind of thing stands at the end of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leaf {
    Param,
    Command,
    Event,
}

fn unsupported(text: &str) -> Fault {
    Fault::new(INVALID_PATH, format!("path is not in the supported data model: {text}"))
}

/// Finds the object a path names in the supported data model; 7026 if there is none. `text` is
/// the path as written, for the message.
pub fn supported(schema: &Schema, path: &Path, text: &str) -> Result<Supported, Fault> {
    let mut steps = path.steps.iter();
    if steps.next() != Some(&Step::Name("Device".to_owned())) {
        return Err(unsupported(text));
    }
    let mut here = Supported { object: Schema::ROOT, at_table: false };
    for step in steps {
        here = match step {
            Step::Name(name) if !here.at_table => {
                let object = schema.child(here.object, name).ok_or_else(|| unsupported(text))?;
                Supported { object, at_table: schema.object(object).multi }
            }
            Step::Search(terms) if here.at_table => {
                for term in terms {
                    search_param(schema, here.object, term).ok_or_else(|| unsupported(text))?;
                }
                Supported { at_table: false, ..here }
            }
            Step::Row(_) | Step::AnyRow | Step::AnyInstance if here.at_table => {
                Supported { at_table: false, ..here }
            }
            _ => return Err(unsupported(text)),
        };
    }
    Ok(here)
}

/// The parameter a comparison names, if its object is no table.
fn search_param(schema: &Schema, object: ObjectId, term: &Term) -> Option<()> {
    let (name, objects) = term.param.split_last()?;
    let mut here = object;
    for object in objects {
        here = schema.child(here, object).filter(|id| !schema.object(*id).multi)?;
    }
    schema.object(here).param(name).map(|_| ())
}

/// What the last part of a path is, if the object has it; 7026 if not.
pub fn leaf(object: &Object, name: &str, text: &str) -> Result<Leaf, Fault> {
    if object.param(name).is_some() {
        Ok(Leaf::Param)
    } else if object.commands.iter().any(|c| c.name == name) {
        Ok(Leaf::Command)
    } else if object.events.iter().any(|e| e.name == name) {
        Ok(Leaf::Event)
    } else {
        Err(unsupported(text))
    }
}

/// All objects and tables a path means; the leaf is not looked at. `text` is the path as
/// written, for messages.
pub fn resolve<'a>(
    model: &'a Model,
    path: &Path,
    text: &str,
    moment: &Moment,
) -> Result<Vec<Found<'a>>, Fault> {
    supported(&model.schema, path, text)?;
    let mut found = vec![Found { path: "Device.".to_owned(), place: Place::Object(model.root()) }];
    let mut searched = false;
    for step in path.steps.iter().skip(1) {
        let mut next = Vec::new();
        for here in &found {
            match (step, here.place) {
                (Step::Name(name), Place::Object(instance)) => {
                    if let Some(place) = step_down(&model.schema, instance, name) {
                        next.push(Found { path: format!("{}{name}.", here.path), place });
                    }
                }
                (Step::Row(number), Place::Table(table)) => match table.rows.get(number) {
                    Some(row) => next.push(row_of(here, *number, row)),
                    None if searched => {}
                    None => {
                        let text = format!("no such instance: {}{number}.", here.path);
                        return Err(Fault::new(NO_SUCH_OBJECT, text));
                    }
                },
                (Step::AnyRow, Place::Table(table)) => {
                    next.extend(table.rows.iter().map(|(number, row)| row_of(here, *number, row)));
                }
                (Step::Search(terms), Place::Table(table)) => {
                    let matching = table.rows.iter().filter(|(_, row)| {
                        terms.iter().all(|term| matches(&model.schema, row, term, moment))
                    });
                    next.extend(matching.map(|(number, row)| row_of(here, *number, row)));
                }
                // `{i}` stands for no row in particular.
                (Step::AnyInstance, _) => return Err(unsupported(text)),
                _ => {}
            }
        }
        searched |= matches!(step, Step::AnyRow | Step::Search(_));
        found = next;
    }
    Ok(found)
}

fn row_of<'a>(table: &Found<'_>, number: u32, row: &'a Instance) -> Found<'a> {
    Found { path: format!("{}{number}.", table.path), place: Place::Object(row) }
}

fn matches(schema: &Schema, row: &Instance, term: &Term, moment: &Moment) -> bool {
    let Some((name, objects)) = term.param.split_last() else { return false };
    let mut here = row;
    for object in objects {
        match step_down(schema, here, object) {
            Some(Place::Object(instance)) => here = instance,
            _ => return false,
        }
    }
    term.operator.holds(&here.read(schema, name, moment), &term.value)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::core::time::Timestamp;
    use crate::lab::model::value::Source;

    const NOW: Moment = Moment { at: Duration::ZERO, uptime: Duration::ZERO, epoch: Timestamp(0) };

    fn model() -> Model {
        let mut model = Model::new(Arc::new(Schema::built_in().unwrap()));
        for (row, name, noise) in [(1, "wifi0", "-90"), (2, "wifi1", "-80"), (4, "wifi2", "-95")] {
            let path = format!("Device.WiFi.Radio.{row}.");
            model.fill(&path, vec![("Name", Source::Fixed(name))]).unwrap();
            model.fill(&format!("{path}Stats."), vec![("Noise", Source::Fixed(noise))]).unwrap();
        }
        model
    }

    fn paths(text: &str) -> Result<Vec<String>, u32> {
        let path = Path::parse(text).map_err(|f| f.code)?;
        let model = model();
        let found = resolve(&model, &path, text, &NOW).map_err(|f| f.code)?;
        Ok(found.into_iter().map(|f| f.path).collect())
    }

    #[test]
    fn concrete_paths_wildcards_and_searches() {
        assert_eq!(paths("Device.WiFi.Radio.2.").unwrap(), ["Device.WiFi.Radio.2."]);
        assert_eq!(
            paths("Device.WiFi.Radio.*.Stats.Noise").unwrap(),
            [1, 2, 4].map(|n| format!("Device.WiFi.Radio.{n}.Stats."))
        );
        assert_eq!(
            paths(r#"Device.WiFi.Radio.[Name!="wifi0"&&Stats.Noise<-85]."#).unwrap(),
            ["Device.WiFi.Radio.4."]
        );
        assert!(paths(r#"Device.WiFi.Radio.[Name=="none"].Channel"#).unwrap().is_empty());
        assert_eq!(paths("Device.WiFi.Radio.").unwrap(), ["Device.WiFi.Radio."]);
    }

    #[test]
    fn each_error_has_its_code() {
        assert_eq!(paths("Device.WiFi.Radio.3.").unwrap_err(), 7016);
        assert_eq!(paths("Device.No.Such.").unwrap_err(), 7026);
        assert_eq!(paths("InternetGatewayDevice.").unwrap_err(), 7026);
        assert_eq!(paths("Device.WiFi.Radio.Stats.").unwrap_err(), 7026);
        assert_eq!(paths("Device.WiFi.1.").unwrap_err(), 7026);
        assert_eq!(paths("Device.WiFi.Radio.{i}.").unwrap_err(), 7026);
        assert_eq!(paths("Device.WiFi.Radio.[Nope==1].").unwrap_err(), 7026);
        assert_eq!(paths("Device.WiFi.Radio.[Name=].").unwrap_err(), 7008);
        assert!(paths("Device.WiFi.AccessPoint.*.AssociatedDevice.7.").unwrap().is_empty());
    }

    #[test]
    fn leaves_are_told_apart() {
        let schema = Schema::built_in().unwrap();
        let device = schema.object(Schema::ROOT);
        assert_eq!(leaf(device, "Reboot()", ""), Ok(Leaf::Command));
        assert_eq!(leaf(device, "Boot!", ""), Ok(Leaf::Event));
        assert_eq!(leaf(device, "RootDataModelVersion", ""), Ok(Leaf::Param));
        assert_eq!(leaf(device, "Nope", "").unwrap_err().code, 7026);
    }
}
