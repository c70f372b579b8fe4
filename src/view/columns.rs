//! The columns of the message table: which there are, which of them the user wants to see, in
//! what order and how wide. Remembered by name, so that versions with other columns get along.

use serde_json::{Map, Value, json};

/// Widest a column may be made, points.
const MAX_WIDTH: f32 = 900.0;

/// Entries of other versions that are kept.
const MAX_UNKNOWN: usize = 64;

/// What a column shows.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Column {
    /// Time of arrival.
    Time,
    /// Time since the row above.
    Delta,
    /// Which way.
    Direction,
    /// Type of the Msg, Record or payload.
    Kind,
    /// The device it is from or to.
    Device,
    /// Sender.
    From,
    /// Receiver.
    To,
    /// Topic as published.
    Topic,
    /// What it is about.
    Summary,
    /// `Header.msg_id`.
    MsgId,
    /// How the request went.
    Grade,
    /// Size of the payload.
    Size,
    /// Response time.
    Latency,
    /// QoS as delivered.
    Qos,
    /// Retain flag as delivered.
    Retain,
    /// MQTT 5 Content Type.
    ContentType,
    /// MQTT 5 Response Topic.
    ResponseTopic,
    /// Place in a segmented Msg.
    Segments,
    /// Number of things that are odd about it.
    Problems,
}

/// What the catalogue says about a column.
struct Entry {
    name: &'static str,
    label: &'static str,
    about: &'static str,
    width: f32,
    least: f32,
    right: bool,
    shown: bool,
    sorts: bool,
}

const fn entry(
    (name, label, about): (&'static str, &'static str, &'static str),
    (width, least): (f32, f32),
    right: bool,
    shown: bool,
    sorts: bool,
) -> Entry {
    Entry { name, label, about, width, least, right, shown, sorts }
}

#[rustfmt::skip]
const TABLE: [Entry; Column::ALL.len()] = [
    entry(("time", "Time", "Time of arrival"), (88.0, 58.0), false, true, true),
    entry(("delta", "Δ time", "Time since the row above"), (66.0, 52.0), true, false, false),
    entry(("direction", "Way", "To or from the device"), (44.0, 36.0), false, false, true),
    entry(("type", "Type", "Type of the Msg, Record or payload"), (146.0, 100.0), false, true, true),
    entry(("device", "Device", "The device it is from or to"), (132.0, 78.0), false, true, true),
    entry(("from", "From", "Sender: from_id of the Record"), (150.0, 80.0), false, false, true),
    entry(("to", "To", "Receiver: to_id of the Record"), (150.0, 80.0), false, false, true),
    entry(("topic", "Topic", "Topic as published"), (124.0, 70.0), false, true, true),
    entry(("summary", "Summary", "What it is about"), (190.0, 66.0), false, true, false),
    entry(("msg_id", "msg_id", "msg_id of the Msg"), (110.0, 60.0), false, false, false),
    entry(("grade", "Result", "How the request went"), (72.0, 60.0), false, false, true),
    entry(("size", "Size", "Bytes of payload"), (56.0, 44.0), true, true, true),
    entry(("latency", "Latency", "Response time of the exchange"), (60.0, 50.0), true, true, true),
    entry(("qos", "QoS", "QoS as delivered to us"), (36.0, 30.0), true, false, true),
    entry(("retain", "Retain", "Retain flag as delivered to us"), (52.0, 44.0), false, false, true),
    entry(("content_type", "Content Type", "MQTT 5 Content Type"), (100.0, 60.0), false, false, false),
    entry(("response_topic", "Response Topic", "MQTT 5 Response Topic, or what follows /reply-to="), (160.0, 70.0), false, false, false),
    entry(("segments", "Segment", "Place in a segmented Msg"), (70.0, 52.0), false, false, true),
    entry(("problems", "Problems", "Things that are odd about it"), (64.0, 48.0), true, false, true),
];

impl Column {
    /// All of them, in the order in which they stand at first.
    pub const ALL: [Self; 19] = [
        Self::Time,
        Self::Delta,
        Self::Direction,
        Self::Kind,
        Self::Device,
        Self::From,
        Self::To,
        Self::Topic,
        Self::Summary,
        Self::MsgId,
        Self::Grade,
        Self::Size,
        Self::Latency,
        Self::Qos,
        Self::Retain,
        Self::ContentType,
        Self::ResponseTopic,
        Self::Segments,
        Self::Problems,
    ];

    /// The columns that versions before the catalogue had, in their order.
    const FIRST_SEVEN: [Self; 7] = [
        Self::Time,
        Self::Kind,
        Self::Device,
        Self::Topic,
        Self::Summary,
        Self::Size,
        Self::Latency,
    ];

    fn entry(self) -> &'static Entry {
        &TABLE[self as usize]
    }

    /// The name in the preferences file.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    /// The column with this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// The words above it.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.entry().label
    }

    /// What it shows, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.entry().about
    }

    /// Least width, points.
    #[must_use]
    pub fn least(self) -> f32 {
        self.entry().least
    }

    /// True for numbers: they stand at the right.
    #[must_use]
    pub fn is_right(self) -> bool {
        self.entry().right
    }

    /// True if the table can be sorted by it.
    #[must_use]
    pub fn sorts(self) -> bool {
        self.entry().sorts
    }

    /// True if the largest is what one looks for first.
    #[must_use]
    pub fn falls_first(self) -> bool {
        self.is_right() || matches!(self, Self::Grade | Self::Segments | Self::Retain)
    }
}

/// One column as the user wants it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Placed {
    /// Which.
    pub column: Column,
    /// Width, points.
    pub width: f32,
    /// True if it is on view.
    pub shown: bool,
}

/// All columns in the order the user wants.
#[derive(Clone, PartialEq, Debug)]
pub struct Columns {
    placed: Vec<Placed>,
    /// Entries of newer versions, kept as they are.
    unknown: Vec<Value>,
}

impl Default for Columns {
    fn default() -> Self {
        let placed = |column: Column| {
            let Entry { width, shown, .. } = *column.entry();
            Placed { column, width, shown }
        };
        Self { placed: Column::ALL.map(placed).to_vec(), unknown: Vec::new() }
    }
}

impl Columns {
    /// All of them, hidden ones too.
    #[must_use]
    pub fn all(&self) -> &[Placed] {
        &self.placed
    }

    /// Those on view, from the left.
    pub fn shown(&self) -> impl Iterator<Item = Placed> + Clone {
        self.placed.iter().copied().filter(|placed| placed.shown)
    }

    /// True if the column is on view.
    #[must_use]
    pub fn is_shown(&self, column: Column) -> bool {
        self.shown().any(|placed| placed.column == column)
    }

    /// Shows or hides a column. The last one on view stays.
    pub fn set_shown(&mut self, column: Column, shown: bool) {
        let last = !shown && self.shown().count() <= 1;
        if let Some(placed) = self.get_mut(column)
            && !last
        {
            placed.shown = shown;
        }
    }

    /// Makes a column as wide as this.
    pub fn set_width(&mut self, column: Column, width: f32) {
        if let Some(placed) = self.get_mut(column) {
            placed.width = sensible(column, width);
        }
    }

    /// Gives a column the width it had at first.
    pub fn reset_width(&mut self, column: Column) {
        self.set_width(column, column.entry().width);
    }

    /// True if the user chose the column's width.
    #[must_use]
    pub fn is_own_width(placed: Placed) -> bool {
        placed.width != placed.column.entry().width
    }

    /// Moves a column past its neighbour on view: to the right, or to the left. True if there
    /// is one.
    pub fn shift(&mut self, column: Column, right: bool) -> bool {
        let Some(at) = self.place_of(column) else { return false };
        let is_shown = |placed: &Placed| placed.shown;
        let neighbour = if right {
            let behind = self.placed.get(at + 1..).unwrap_or_default();
            behind.iter().position(is_shown).map(|step| at + 1 + step)
        } else {
            self.placed.get(..at).unwrap_or_default().iter().rposition(is_shown)
        };
        let Some(to) = neighbour else { return false };
        let placed = self.placed.remove(at);
        self.placed.insert(to, placed);
        true
    }

    /// Moves a column to where another one is.
    pub fn put_at(&mut self, column: Column, other: Column) {
        let (Some(at), Some(to)) = (self.place_of(column), self.place_of(other)) else { return };
        let placed = self.placed.remove(at);
        self.placed.insert(to, placed);
    }

    /// As it was at first; what newer versions wrote stays.
    pub fn reset(&mut self) {
        self.placed = Self::default().placed;
    }

    /// Takes the seven widths that older versions wrote.
    pub fn take_old_widths(&mut self, widths: &[Value]) {
        if widths.len() != Column::FIRST_SEVEN.len() {
            return;
        }
        for (column, width) in Column::FIRST_SEVEN.into_iter().zip(widths) {
            if let Some(width) = width.as_f64() {
                self.set_width(column, width as f32);
            }
        }
    }

    /// Reads what [`Self::to_json`] wrote. Each entry stands for itself: what makes no sense is
    /// left out, columns that are not named come where they stand at first.
    #[must_use]
    pub fn from_json(value: &Value) -> Self {
        let mut out = Self { placed: Vec::new(), unknown: Vec::new() };
        for item in value.as_array().into_iter().flatten() {
            let Some(name) = item.get("column").and_then(Value::as_str) else { continue };
            let Some(column) = Column::from_name(name) else {
                if out.unknown.len() < MAX_UNKNOWN {
                    out.unknown.push(item.clone());
                }
                continue;
            };
            if out.place_of(column).is_some() {
                continue;
            }
            let Entry { width, shown, .. } = *column.entry();
            let own = item.get("width").and_then(Value::as_f64);
            let width = own.map_or(width, |own| sensible(column, own as f32));
            let shown = item.get("shown").and_then(Value::as_bool).unwrap_or(shown);
            out.placed.push(Placed { column, width, shown });
        }
        let nothing_said = out.placed.is_empty();
        for (at, placed) in Self::default().placed.into_iter().enumerate() {
            if out.place_of(placed.column).is_none() {
                // What was not known when this was written is there for the asking.
                let placed = Placed { shown: placed.shown && nothing_said, ..placed };
                out.placed.insert(at.min(out.placed.len()), placed);
            }
        }
        if out.shown().next().is_none() {
            out.reset();
        }
        out
    }

    /// For the preferences file.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let own = self.placed.iter().map(|placed| {
            let mut item = Map::new();
            item.insert("column".to_owned(), placed.column.name().into());
            item.insert("width".to_owned(), json!(placed.width));
            item.insert("shown".to_owned(), placed.shown.into());
            Value::Object(item)
        });
        own.chain(self.unknown.iter().cloned()).collect()
    }

    fn place_of(&self, column: Column) -> Option<usize> {
        self.placed.iter().position(|placed| placed.column == column)
    }

    fn get_mut(&mut self, column: Column) -> Option<&mut Placed> {
        self.placed.iter_mut().find(|placed| placed.column == column)
    }
}

fn sensible(column: Column, width: f32) -> f32 {
    if width.is_finite() { width.clamp(column.least(), MAX_WIDTH) } else { column.entry().width }
}

/// Points between columns.
pub const GAP: f32 = 9.0;

/// A column and where it is, points from the left edge of the table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Laid {
    /// Which.
    pub column: Column,
    /// Its left end.
    pub left: f32,
    /// Its right end.
    pub right: f32,
}

/// Where the columns on view are in a table `total` points wide, and how wide they are together.
/// Where space is short the topic gives way first, then devices, then the rest, down to their
/// least; if that is far from enough, all keep their widths and the table is scrolled.
#[must_use]
pub fn lay_out(columns: &Columns, total: f32) -> (Vec<Laid>, f32) {
    let mut placed: Vec<Placed> = columns.shown().collect();
    let gaps = GAP * (placed.len() + 1) as f32;
    let sum = |placed: &[Placed]| placed.iter().map(|p| p.width).sum::<f32>() + gaps;
    let gives_way = [
        Column::Topic,
        Column::ResponseTopic,
        Column::Device,
        Column::From,
        Column::To,
        Column::Kind,
        Column::Summary,
        Column::ContentType,
        Column::MsgId,
    ];
    for column in gives_way {
        let missing = sum(&placed) - total;
        if missing <= 0.0 {
            break;
        }
        if let Some(place) = placed.iter_mut().find(|p| p.column == column) {
            place.width = (place.width - missing).max(column.least());
        }
    }
    if sum(&placed) > total * 1.1 {
        // It has to be scrolled far anyway; then each is as wide as it should be.
        placed = columns.shown().collect();
    }
    let mut spare = (total - sum(&placed)).max(0.0);
    // With much room ids and topics are shown whole, unless the user chose a width.
    for (column, whole) in [(Column::Kind, 190.0), (Column::Device, 230.0), (Column::Topic, 250.0)]
    {
        let place = placed.iter_mut().find(|p| p.column == column && !Columns::is_own_width(**p));
        if let Some(place) = place {
            let more = (whole - place.width).min(spare * 0.25).max(0.0);
            place.width += more;
            spare -= more;
        }
    }
    // The summary takes what is left; without one the last column of words does.
    let at = placed.iter().position(|p| p.column == Column::Summary);
    let at = at.or_else(|| placed.iter().rposition(|p| !p.column.is_right()));
    if let Some(place) = at.and_then(|at| placed.get_mut(at)) {
        place.width += spare;
    }
    let mut x = GAP;
    let laid = placed.iter().map(|place| {
        let laid = Laid { column: place.column, left: x, right: x + place.width };
        x = laid.right + GAP;
        laid
    });
    (laid.collect(), x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(columns: &Columns) -> Vec<&'static str> {
        columns.shown().map(|placed| placed.column.name()).collect()
    }

    #[test]
    fn the_catalogue_is_in_order_and_names_are_unique() {
        for (at, column) in Column::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, at);
            assert_eq!(Column::from_name(column.name()), Some(column));
            assert!(column.entry().width >= column.least());
        }
        assert_eq!(
            names(&Columns::default()),
            ["time", "type", "device", "topic", "summary", "size", "latency"]
        );
    }

    #[test]
    fn columns_are_shown_hidden_moved_and_come_back() {
        let mut columns = Columns::default();
        columns.set_shown(Column::MsgId, true);
        columns.set_shown(Column::Topic, false);
        assert!(columns.shift(Column::Latency, false));
        assert!(columns.shift(Column::Time, true));
        assert!(!columns.shift(Column::Size, true));
        columns.set_width(Column::Device, 1e9);
        let expected = ["type", "time", "device", "summary", "msg_id", "latency", "size"];
        assert_eq!(names(&columns), expected);
        let back = Columns::from_json(&columns.to_json());
        assert_eq!(back, columns);
        columns.put_at(Column::Size, Column::Kind);
        assert_eq!(names(&columns)[0], "size");
        columns.reset();
        assert_eq!(columns, Columns::default());
        for column in Column::ALL {
            columns.set_shown(column, false);
        }
        assert_eq!(columns.shown().count(), 1, "a table without a column can't be mended");
    }

    #[test]
    fn damage_and_other_versions_cost_only_what_they_touch() {
        let text = r#"[{"column":"size","width":-5,"shown":true},7,{"column":"size","width":99},
            {"column":"mood","width":3},{"column":"time","width":"x","shown":1},{}]"#;
        let columns = Columns::from_json(&serde_json::from_str(text).unwrap_or_default());
        assert_eq!(columns.all().len(), Column::ALL.len());
        let of = |column| columns.all().iter().find(|p| p.column == column).copied();
        assert_eq!(of(Column::Size).map(|p| p.width), Some(Column::Size.least()));
        assert_eq!(of(Column::Time).map(|p| (p.width, p.shown)), Some((88.0, true)));
        let written = columns.to_json();
        assert!(written.as_array().is_some_and(|all| {
            all.iter().any(|item| item.get("column").is_some_and(|name| name == "mood"))
        }));
        for nonsense in ["7", "null", "[]", "{}", "[{\"column\":\"time\",\"shown\":false}]"] {
            let value = serde_json::from_str(nonsense).unwrap_or_default();
            assert_eq!(Columns::from_json(&value), Columns::default(), "{nonsense}");
        }
        let mut old = Columns::default();
        old.take_old_widths(&[1.0, 200.0, 150.0, 300.0, 5000.0, 60.0, 70.0].map(Value::from));
        let widths: Vec<f32> = old.shown().map(|p| p.width).collect();
        assert_eq!(widths, [58.0, 200.0, 150.0, 300.0, 900.0, 60.0, 70.0]);
    }

    proptest! {
        #[test]
        fn a_layout_never_overlaps_and_fills_the_table(
            shown in prop::collection::vec(any::<bool>(), Column::ALL.len()),
            total in 100.0f32..3000.0,
        ) {
            let mut columns = Columns::default();
            for (column, shown) in Column::ALL.into_iter().zip(shown) {
                columns.set_shown(column, shown);
            }
            let (laid, width) = lay_out(&columns, total);
            let mut x = 0.0;
            for one in &laid {
                prop_assert!((one.left - x - GAP).abs() < 0.01);
                prop_assert!(one.right - one.left >= one.column.least() - 0.01);
                x = one.right;
            }
            prop_assert!((width - x - GAP).abs() < 0.01);
            let words = laid.iter().any(|one| !one.column.is_right());
            prop_assert!(!words || width >= total - 0.1);
        }
    }
}
