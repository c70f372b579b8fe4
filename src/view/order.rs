//! A list of numbers kept in an order that is dear to compute: new ones go to the end and are
//! sorted in little by little, so that no frame pays for 100,000 comparisons at once.

use std::cmp::Ordering;

/// See the module text. The first part of [`Self::ids`] is in order, the rest in order of arrival.
#[derive(Default, Clone)]
pub struct Ordered {
    ids: Vec<u32>,
    sorted: usize,
}

impl Ordered {
    /// Adds one at the end, to be sorted in later.
    pub fn push(&mut self, id: u32) {
        self.ids.push(id);
    }

    /// All of them.
    #[must_use]
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// True if nothing waits to be sorted in.
    #[must_use]
    pub fn is_sorted(&self) -> bool {
        self.sorted == self.ids.len()
    }

    /// Sorts in up to `limit` of the waiting ones.
    pub fn sort_some(&mut self, limit: usize, mut cmp: impl FnMut(u32, u32) -> Ordering) {
        let start = self.sorted;
        let end = self.ids.len().min(start.saturating_add(limit));
        let mut new: Vec<u32> = self.ids.get(start..end).unwrap_or_default().to_vec();
        new.sort_unstable_by(|&a, &b| cmp(a, b));
        // From the back: each new one moves the larger old ones up by the number of new ones
        // still to place, so every old one moves once.
        let mut old_end = start;
        while let Some(id) = new.pop() {
            let old = self.ids.get(..old_end).unwrap_or_default();
            let at = old.partition_point(|&o| cmp(o, id) != Ordering::Greater);
            self.ids.copy_within(at..old_end, at + new.len() + 1);
            if let Some(slot) = self.ids.get_mut(at + new.len()) {
                *slot = id;
            }
            old_end = at;
        }
        self.sorted = end;
    }

    /// Sorts everything by a cheap key, largest first; equal keys by number.
    pub fn sort_by_key_desc(&mut self, key: impl Fn(u32) -> u64) {
        let mut keyed: Vec<(u64, u32)> = self.ids.iter().map(|&id| (key(id), id)).collect();
        keyed.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.ids.clear();
        self.ids.extend(keyed.into_iter().map(|(_, id)| id));
        self.sorted = self.ids.len();
    }

    /// Forgets the order; everything waits to be sorted in.
    pub fn unsort(&mut self) {
        self.sorted = 0;
    }
}

/// Compares names the way people do: without regard to case, numbers by value
/// (`cpe-2` before `cpe-10`).
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (mut i, mut j) = (0, 0);
    while let (Some(&x), Some(&y)) = (a.get(i), b.get(j)) {
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let (x, next_i) = digits(a, i);
            let (y, next_j) = digits(b, j);
            // Without leading zeros the longer number is the larger one.
            let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
            if order != Ordering::Equal {
                return order;
            }
            (i, j) = (next_i, next_j);
        } else {
            let order = x.to_ascii_lowercase().cmp(&y.to_ascii_lowercase());
            if order != Ordering::Equal {
                return order;
            }
            (i, j) = (i + 1, j + 1);
        }
    }
    (a.len() - i).cmp(&(b.len() - j)).then_with(|| a.cmp(b))
}

/// The digits from `from` on without leading zeros, and where they end.
fn digits(text: &[u8], from: usize) -> (&[u8], usize) {
    let rest = text.get(from..).unwrap_or_default();
    let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let zeros = rest.iter().take(len).take_while(|&&b| b == b'0').count();
    (rest.get(zeros..len).unwrap_or_default(), from + len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_in_names_count() {
        let mut names = vec!["cpe-10", "CPE-2", "cpe-1", "", "a", "cpe-02", "cpe"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(names, ["", "a", "cpe", "cpe-1", "CPE-2", "cpe-02", "cpe-10"]);
    }

    proptest! {
        #[test]
        fn sorting_in_steps_gives_the_same_order(
            values in prop::collection::vec(any::<u16>(), 0..300),
            limit in 1usize..50,
        ) {
            let cmp = |a: u32, b: u32| values[a as usize].cmp(&values[b as usize]).then(a.cmp(&b));
            let mut list = Ordered::default();
            for id in 0..values.len() as u32 {
                list.push(id);
                if id % 7 == 0 {
                    list.sort_some(limit, cmp);
                }
            }
            while !list.is_sorted() {
                list.sort_some(limit, cmp);
            }
            let mut expected: Vec<u32> = (0..values.len() as u32).collect();
            expected.sort_by(|&a, &b| cmp(a, b));
            prop_assert_eq!(list.ids(), &expected[..]);
        }

        #[test]
        fn natural_is_a_total_order(a in "[a-b0-2]{0,6}", b in "[a-b0-2]{0,6}", c in "[a-b0-2]{0,6}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b) != Ordering::Greater && natural(&b, &c) != Ordering::Greater {
                prop_assert_ne!(natural(&a, &c), Ordering::Greater);
            }
        }
    }
}
