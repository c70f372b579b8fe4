//! Commented files to start from.

/// A file to start from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Template {
    /// A broker on this machine, without TLS and login.
    Development,
    /// TLS, a session that is kept, reconnecting.
    Production,
}

impl Template {
    /// All templates.
    pub const ALL: [Self; 2] = [Self::Development, Self::Production];

    /// `development` or `production`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// Its text.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Development => include_str!("../../assets/templates/development.env"),
            Self::Production => include_str!("../../assets/templates/production.env"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::Timestamp;
    use crate::profile::catalog;
    use crate::profile::document::Document;
    use crate::profile::lint::{Context, Level, lint};
    use crate::profile::reading::Reading;

    #[test]
    fn templates_start_and_warn_of_nothing() {
        for template in Template::ALL {
            let document = Document::new(template.text().as_bytes().to_vec());
            let reading = Reading::new(document, &|_| None);
            let found = lint(&Context::new(&reading, None, Timestamp(0)));
            let bad: Vec<_> = found.iter().filter(|f| f.level < Level::Info).collect();
            assert!(bad.is_empty(), "{}: {bad:#?}", template.name());
            assert!(reading.unknown_keys().is_empty());
            // What is only proposed is a variable too.
            for variable in catalog::VARIABLES.iter().filter(|v| v.key.starts_with("MQTT_TLS")) {
                let there = reading.document.last(variable.key).is_some()
                    || reading.document.commented_out(variable.key).is_some();
                let rare = variable.key.ends_with("_CA_PATH");
                assert!(there || rare || template == Template::Development, "{}", variable.key);
            }
        }
    }
}
