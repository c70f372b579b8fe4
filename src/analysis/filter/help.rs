//! What the language offers, for people.

use super::field::FIELDS;

/// Filters to start from, with what they find.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("cpe-0001", "the text anywhere: topic, Endpoint IDs, type, payload"),
    ("state == pending and type in {Get, Set}", "requests still waiting"),
    ("device == cpe-1 and grade != ok", "what went wrong or isn't done at one device"),
    ("latency > 250ms", "slow exchanges"),
    ("error == 7026 or error contains denied", "by error code or its name"),
    ("path == Device.WiFi. and value ~ Guest", "objects and values inside messages"),
    ("topic under usp/+/cpe-1", "topics as in MQTT subscriptions"),
    ("problem >= warning and t > -5m", "what is odd, in the last five minutes"),
];

/// The whole help as plain text.
#[must_use]
pub fn text() -> String {
    let mut text = String::from(
        "A filter is made of comparisons with and, or, not and parentheses:\n  \
         == != < <= > >= contains (~) matches (=~, a regular expression) under in {a, b}\n\
         A field alone asks whether there is one. Other words are looked for everywhere.\n\nFields:\n",
    );
    for info in FIELDS {
        text += &format!("  {:<13} {}\n", info.name, info.help);
    }
    text += "\nExamples:\n";
    for (example, what) in EXAMPLES {
        text += &format!("  {example}\n      {what}\n");
    }
    text
}
