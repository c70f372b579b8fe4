//! User name and password.

use super::{Context, Finding, Op};

const USER: &str = "MQTT_AUTH_USERNAME";
const PASSWORD: &str = "MQTT_AUTH_PASSWORD";

pub(super) fn check(context: &Context<'_>, found: &mut Vec<Finding>) {
    let user = context.text(USER);
    let password = context.text(PASSWORD);
    match (user, password) {
        (None, Some(password)) => {
            let finding = Finding::error(
                "password-without-username",
                "A password without a user name breaks MQTT 3.1 and 3.1.1: the broker hangs up \
                 without an answer.",
            )
            .at(PASSWORD, context.line(PASSWORD));
            let ops = vec![Op::unset(PASSWORD)];
            found.push(if password.is_empty() {
                finding.safe_fix("Comment the empty password out", ops)
            } else {
                finding.fix("Comment the password out", ops)
            });
        }
        (Some(user), Some("")) if !user.trim().is_empty() => found.push(
            Finding::info(
                "empty-password",
                "The ACS sends an empty password with the user name; this app sends none.",
            )
            .at(PASSWORD, context.line(PASSWORD)),
        ),
        _ => {}
    }
    for key in [USER, PASSWORD, "MQTT_CLIENT_ID"] {
        let text = context.filled(key).unwrap_or_default();
        if text.trim() != text {
            found.push(
                Finding::warning(
                    "blank-at-end",
                    format!(
                        "{key} begins or ends with a blank, which is sent to the broker as part of it."
                    ),
                )
                .at(key, context.line(key)),
            );
        }
    }
    let login = user.is_some_and(|user| !user.trim().is_empty());
    if login
        && !context.is_on("MQTT_TLS_ENABLED")
        && context.filled("MQTT_HOST").is_some()
        && !context.host_is_loopback()
    {
        found.push(
            Finding::warning(
                "login-without-tls",
                "User name and password cross the network unencrypted: TLS is off and the broker \
                 is not on this machine.",
            )
            .at(USER, context.line(USER)),
        );
    }
    if context.is_on("MQTT_ENABLE_LOGGING") && password.is_some_and(|password| !password.is_empty())
    {
        let key = "MQTT_ENABLE_LOGGING";
        let by_default = if context.given(key).is_some() { "" } else { " (by default)" };
        found.push(
            Finding::warning(
                "logging-on",
                format!(
                    "Logging is on{by_default}: at debug level php-mqtt logs every packet, the \
                     CONNECT with the password included."
                ),
            )
            .at(key, context.line(key))
            .fix("Switch logging off", vec![Op::set(key, "false")]),
        );
    }
}
