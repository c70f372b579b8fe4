//! Objects and parameters as rows of a tree.

use std::collections::HashMap;
use std::sync::Arc;

use super::needle::Needle;
use crate::analysis::shadow::DeviceShadow;
use crate::analysis::shadow::order::is_within;

/// Up to so many rows everything is open at first.
const OPEN_ALL: usize = 300;

/// What a row stands for: a place among the shadow's objects or parameters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// An object.
    Object(u32),
    /// A parameter.
    Param(u32),
}

/// A row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it stands for.
    pub item: Item,
    /// Level in the tree, from 1.
    pub level: u32,
    /// For objects that can be opened: whether they are.
    pub open: Option<bool>,
    /// Where in the object's path the part begins that the row above it does not say already.
    pub from: usize,
}

/// An object that the present one lies in.
struct Above<'a> {
    path: &'a str,
    /// What lies in it is listed.
    open: bool,
}

/// Everything that is not closed.
pub(super) fn all(shadow: &DeviceShadow, opened: &HashMap<Arc<str>, bool>, rows: &mut Vec<Row>) {
    let small = shadow.objects.len() + shadow.params.len() <= OPEN_ALL;
    let mut above: Vec<Above<'_>> = Vec::new();
    for (at, object) in shadow.objects.iter().enumerate() {
        while above.last().is_some_and(|above| !is_within(&object.path, above.path)) {
            above.pop();
        }
        let visible = above.last().is_none_or(|above| above.open);
        let from = above.last().map_or(0, |above| above.path.len());
        let level = above.len() as u32 + 1;
        let next = shadow.objects.get(at + 1);
        let contains = next.is_some_and(|next| is_within(&next.path, &object.path));
        let by_itself = small || (level == 1 && contains);
        let open = visible && opened.get(&object.path).copied().unwrap_or(by_itself);
        above.push(Above { path: &object.path, open });
        if !visible {
            continue;
        }
        let (first, end) = object.params;
        let can_open = contains || first < end;
        let item = Item::Object(at as u32);
        rows.push(Row { item, level, open: can_open.then_some(open), from });
        if open {
            rows.extend((first..end).map(|at| param(at, level + 1)));
        }
    }
}

/// What contains a text, each object with its whole path.
pub(super) fn found(
    shadow: &DeviceShadow,
    needle: &Needle,
    opened: &HashMap<Arc<str>, bool>,
    rows: &mut Vec<Row>,
) {
    let mut path = String::new();
    for (at, object) in shadow.objects.iter().enumerate() {
        let place = rows.len();
        let open = opened.get(&object.path).copied().unwrap_or(true);
        let own = needle.is_in(&object.path);
        let mut any = own;
        let header = Row { item: Item::Object(at as u32), level: 1, open: None, from: 0 };
        rows.push(header);
        let mut inside = 0_usize;
        for (nr, one) in shadow.params_of(object).iter().enumerate() {
            path.clear();
            path.push_str(&object.path);
            path.push_str(&one.name);
            if own || needle.is_in(&path) || needle.is_in(&one.value) {
                any = true;
                inside += 1;
                if open {
                    rows.push(param(object.params.0 + nr, 2));
                }
            }
        }
        if !any {
            rows.truncate(place);
        } else if let Some(row) = rows.get_mut(place) {
            row.open = (inside > 0).then_some(open);
        }
    }
}

fn param(at: usize, level: u32) -> Row {
    Row { item: Item::Param(at as u32), level, open: None, from: 0 }
}
