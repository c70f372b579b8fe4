//! How well a name fits what was typed into the command palette.

use std::cmp::Reverse;

/// How well `name` fits: more is better, `None` if it does not. Every word typed has to be found,
/// in any order and case: at the start of a word, within one, or as the initials of words.
#[must_use]
pub fn fit(typed: &str, name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let initials: String =
        name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next()).collect();
    let mut score = 0;
    for word in typed.to_lowercase().split_whitespace() {
        let at = name.find(word);
        score += match at {
            Some(0) => 40,
            Some(at) if !name[..at].ends_with(char::is_alphanumeric) => 30,
            _ if word.chars().count() > 1 && initials.contains(word) => 20,
            Some(_) => 10,
            None => return None,
        };
    }
    Some(score)
}

/// Those that fit, the best first; of equals the first stays first. At most `most`.
pub fn best<'a, T>(
    typed: &str,
    all: impl IntoIterator<Item = (T, &'a str)>,
    most: usize,
) -> Vec<T> {
    let mut found: Vec<(u32, T)> =
        all.into_iter().filter_map(|(item, name)| Some((fit(typed, name)?, item))).collect();
    found.sort_by_key(|&(score, _)| Reverse(score));
    found.truncate(most);
    found.into_iter().map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(typed: &str) -> Vec<&'static str> {
        let names = ["Go to Traffic", "Go to Devices", "Theme: dark", "Show or hide the inspector"];
        best(typed, names.map(|name| (name, name)), 10)
    }

    #[test]
    fn starts_of_words_come_first() {
        assert_eq!(of("de"), ["Go to Devices", "Show or hide the inspector"]);
        assert_eq!(of("DARK theme"), ["Theme: dark"]);
        assert_eq!(of("gtd"), ["Go to Devices"]);
        assert_eq!(of("zebra"), [""; 0]);
        assert_eq!(of(" ").len(), 4);
    }

    #[test]
    fn any_text_will_do() {
        assert_eq!(fit("ß", "Straße"), Some(10));
        assert_eq!(fit("İ", "İstanbul"), Some(40));
        assert_eq!(fit("", ""), Some(0));
    }
}
