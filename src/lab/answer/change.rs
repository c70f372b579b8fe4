//! What Set, Add and Delete have in common: checks of parameters and unique keys, and how a
//! refusal becomes an Error.

use crate::lab::fault::{
    DUPLICATE_KEY, Fault, INVALID_ARGUMENTS, INVALID_TYPE, INVALID_VALUE, NOT_WRITABLE,
    UNSUPPORTED_PARAMETER,
};
use crate::lab::model::schema::{Misfit, Object};
use crate::lab::model::tree::{Instance, Model, Place};
use crate::lab::model::value::Moment;
use crate::lab::wire;
use crate::usp::generated::usp::Msg;
use crate::usp::generated::usp::error::ParamError;

/// Why one object of a request is refused.
#[derive(Clone, PartialEq, Debug)]
pub struct Refusal {
    pub fault: Fault,
    /// The parameters at fault: object path, name, reason.
    pub params: Vec<(String, String, Fault)>,
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self { fault, params: Vec::new() }
    }
}

impl Refusal {
    /// The Error for the whole message: the refusal's own code if it is about a path, 7004 with
    /// the true causes beside it if it is about parameters.
    pub fn into_error(self, id: &str) -> Msg {
        let Some((_, _, first)) = self.params.first() else {
            return wire::error(id, self.fault, Vec::new());
        };
        let whole = Fault::new(INVALID_ARGUMENTS, first.text.clone());
        let param_errs = self
            .params
            .into_iter()
            .map(|(object, param, fault)| ParamError {
                param_path: format!("{object}{param}"),
                err_code: fault.code,
                err_msg: fault.text,
            })
            .collect();
        wire::error(id, whole, param_errs)
    }
}

/// The position of a parameter that may be given this value.
pub fn writable_param(object: &Object, name: &str, value: &str) -> Result<usize, Fault> {
    let full = || format!("{}{name}", object.path);
    let Some((at, param)) = object.params.iter().enumerate().find(|(_, p)| p.name == name) else {
        return Err(Fault::new(
            UNSUPPORTED_PARAMETER,
            format!("parameter is not supported: {}", full()),
        ));
    };
    if !param.writable {
        return Err(Fault::new(NOT_WRITABLE, format!("parameter is read-only: {}", full())));
    }
    param.check(value).map(|()| at).map_err(|misfit| match misfit {
        Misfit::Type => Fault::new(
            INVALID_TYPE,
            format!("expected {} for {} (got '{value}')", param.kind.name(), full()),
        ),
        Misfit::Value => Fault::new(
            INVALID_VALUE,
            format!("value is out of range for {} (got '{value}')", full()),
        ),
    })
}

/// The first of the proposed parameters that would give the row at `path` the same unique key
/// as another row of its table.
pub fn duplicate_key(
    model: &Model,
    path: &str,
    proposed: &[(usize, String)],
    moment: &Moment,
) -> Option<(usize, Fault)> {
    let (table_path, number) = path.trim_end_matches('.').rsplit_once('.')?;
    let number: u32 = number.parse().ok()?;
    let Place::Table(table) = model.place(&format!("{table_path}."))? else { return None };
    let row = table.rows.get(&number)?;
    let schema = &model.schema;
    let mine = |param: usize| {
        let given = proposed.iter().rev().find(|(p, _)| *p == param).map(|(_, v)| v.clone());
        given.unwrap_or_else(|| row.value(schema, param, moment))
    };
    let same = |other: &Instance, param: usize| other.value(schema, param, moment) == mine(param);
    for key in &schema.object(table.object).keys {
        let Some(touched) = key.iter().copied().find(|k| proposed.iter().any(|(p, _)| p == k))
        else {
            continue;
        };
        let twin = table
            .rows
            .iter()
            .find(|(n, other)| **n != number && key.iter().all(|param| same(other, *param)));
        if let Some((twin, _)) = twin {
            let text = format!("unique key is already in use by {table_path}.{twin}");
            return Some((touched, Fault::new(DUPLICATE_KEY, text)));
        }
    }
    None
}
