//! The last will.

use super::{Context, Finding};
use crate::profile::filter;

const TOPIC: &str = "MQTT_LAST_WILL_TOPIC";
const MESSAGE: &str = "MQTT_LAST_WILL_MESSAGE";

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let topic = context.text(TOPIC).filter(|topic| !topic.trim().is_empty());
    let message = context.text(MESSAGE);
    let line = context.line(TOPIC);
    if let Some(topic) = topic {
        if topic.contains(['+', '#', '\0']) {
            found.push(
                Finding::warning(
                    "will-topic-wildcard",
                    "The topic of the last will has a + or # (or NUL), which no message may have: \
                     most brokers refuse the connection.",
                )
                .at(TOPIC, line),
            );
        } else if topic.starts_with('$') {
            found.push(
                Finding::warning(
                    "will-topic-dollar",
                    "The topic of the last will starts with $, where brokers let nobody publish.",
                )
                .at(TOPIC, line),
            );
        } else {
            inside_usp(context, topic, found);
        }
    }
    match (topic, message) {
        (Some(_), None) => found.push(
            Finding::warning(
                "will-incomplete",
                "There is a topic for the last will but no message, so there is no will.",
            )
            .at(TOPIC, line),
        ),
        (None, Some(_)) if context.text(TOPIC).is_none() => found.push(
            Finding::warning(
                "will-incomplete",
                "There is a message for the last will but no topic, so there is no will.",
            )
            .at(MESSAGE, context.line(MESSAGE)),
        ),
        (None, None) => {
            for key in ["MQTT_LAST_WILL_QUALITY_OF_SERVICE", "MQTT_LAST_WILL_RETAIN"] {
                if context.given(key).is_some()
                    && (context.reading.number(key) != 0 || context.is_on(key))
                {
                    found.push(
                        Finding::warning(
                            "will-options-unused",
                            format!("{key} is set, but there is no last will."),
                        )
                        .at(key, context.line(key)),
                    );
                }
            }
        }
        _ => {}
    }
}

/// The will is no USP Record: whoever subscribes to its topic for USP gets something else.
fn inside_usp(context: &Context<'_>, topic: &str, found: &mut Vec<Finding>) {
    for key in ["USP_MQTT_CONTROLLER_TOPIC", "USP_MQTT_AGENT_TOPIC"] {
        let Some(base) = context.filled(key) else { continue };
        let base = base.trim_end_matches(['/', '#', '+']);
        let below = topic.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
        if !base.is_empty() && filter::check(base).is_ok() && (below || topic == base) {
            found.push(
                Finding::warning(
                    "will-in-usp-topics",
                    format!(
                        "The last will goes to {topic}, which the subscription {base}/# covers: its \
                         message is no USP Record and arrives among them."
                    ),
                )
                .at(TOPIC, context.line(TOPIC)),
            );
        }
    }
}
