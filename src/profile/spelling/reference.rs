//! Writing references such as `${MQTT_PASSWORD_SECRET}` so that they stay references.

use super::joiner;
use super::{Spelling, Style, Wish, needs_no_quotes};
use crate::profile::dialect::{Reader, ReaderSet};

/// The text holds no reference, or something beside it that would need an escape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAReference {
    /// There is no `${NAME}` in it.
    #[error("there is no reference such as ${{NAME}} in the text; write it as a value")]
    None,
    /// A quote, backslash, backtick, line end, NUL or another `$`.
    #[error(
        "beside the reference there are quotes, backslashes, dollars or line ends, which cannot \
         stay as they are; leave them out or write the text as a value"
    )]
    Mixed,
}

/// Writes a text with references as it stands: unquoted if nothing in it needs quotes, else in
/// double quotes. The readers given are those that follow the references, provided the names are
/// set further up in the file; what they get is up to the names' values.
///
/// # Errors
/// The text is no reference that can be written as it stands.
pub fn reference(text: &str, wish: &Wish<'_>) -> Result<Spelling, NotAReference> {
    let mut others = String::new();
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or(NotAReference::Mixed)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        if name.is_empty() || !name.chars().all(fits) {
            return Err(NotAReference::Mixed);
        }
        others.push_str(before);
        names.push(name);
        rest = after;
    }
    others.push_str(rest);
    if names.is_empty() {
        return Err(NotAReference::None);
    }
    if others.contains(['\'', '"', '\\', '`', '$', '\n', '\r', '\0']) {
        return Err(NotAReference::Mixed);
    }
    let bare = others.chars().all(needs_no_quotes) && wish.present != Some(Style::Double);
    let (written, style) =
        if bare { (text.to_owned(), Style::Bare) } else { (format!("\"{text}\""), Style::Double) };
    let plain = |name: &&str| {
        name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|c: char| c.is_ascii_digit())
    };
    let plain = names.iter().all(plain);
    let mut spelling =
        Spelling { text: Vec::new(), style, readers: ReaderSet::EMPTY, lost: Vec::new() };
    let comment = wish.tail.contains(&b'#');
    for reader in Reader::ALL {
        let why = match reader {
            Reader::Node => Some("npm dotenv takes the reference for text"),
            Reader::Docker => Some("docker takes the reference for text"),
            Reader::Systemd => Some("systemd takes the reference for text"),
            Reader::Phpdotenv => (style == Style::Double && !joiner::holds(&written, wish.tail))
                .then_some("phpdotenv takes following lines for part of the value"),
            Reader::Bash | Reader::Dash | Reader::Compose if !plain => {
                Some("it knows only names of letters, digits and _")
            }
            Reader::Bash | Reader::Dash if wish.exported && style == Style::Bare => {
                Some("a shell may expand a pattern behind export")
            }
            Reader::Bash | Reader::Dash if wish.crlf => {
                Some("a shell keeps the CR of a CR LF line end")
            }
            Reader::Compose if comment && style == Style::Bare => {
                Some("compose may take the comment for part of the value")
            }
            Reader::Python | Reader::Dotenvy | Reader::Bash | Reader::Dash | Reader::Compose => {
                None
            }
        };
        match why {
            None => spelling.readers.insert(reader),
            Some(why) => spelling.lost.push((reader, why)),
        }
    }
    spelling.text = written.into_bytes();
    Ok(spelling)
}
