//! A value that its owner goes on writing to while snapshots keep what it was: owned outright
//! until it is lent, and copied on the first write after that only if someone still holds it.
//!
//! An `Arc` alone would do the same with `Arc::make_mut`, at the price of an atomic operation
//! and one more pointer to follow on every write; here that is paid once per snapshot.

use std::ops::Deref;
use std::sync::Arc;

/// See the module text.
pub enum Lend<T> {
    /// Nobody else can see it.
    Own(T),
    /// Snapshots may hold it.
    Lent(Arc<T>),
}

impl<T> Deref for Lend<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        match self {
            Self::Own(value) => value,
            Self::Lent(value) => value,
        }
    }
}

impl<T: Default> Default for Lend<T> {
    fn default() -> Self {
        Self::Own(T::default())
    }
}

impl<T: Clone> Clone for Lend<T> {
    /// A copy of what is owned, cheap for what was lent: clone what [`Lend::lend`] gave.
    fn clone(&self) -> Self {
        match self {
            Self::Own(value) => Self::Lent(Arc::new(value.clone())),
            Self::Lent(value) => Self::Lent(Arc::clone(value)),
        }
    }
}

impl<T: Clone + Default> Lend<T> {
    /// The value for writing.
    #[inline]
    pub fn write(&mut self) -> &mut T {
        if let Self::Lent(_) = self {
            self.take_back();
        }
        match self {
            Self::Own(value) => value,
            // Taken back just above; this arm costs nothing and needs no panic.
            Self::Lent(value) => Arc::make_mut(value),
        }
    }

    #[cold]
    fn take_back(&mut self) {
        if let Self::Lent(lent) = std::mem::take(self) {
            *self = Self::Own(Arc::unwrap_or_clone(lent));
        }
    }

    /// The value as it is now, for a snapshot.
    pub fn lend(&mut self) -> Self {
        if let Self::Own(value) = self {
            *self = Self::Lent(Arc::new(std::mem::take(value)));
        }
        self.clone()
    }
}

impl<T> Lend<T> {
    /// True if both are one and the same lent value, so that nothing was written in between.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Lent(one), Self::Lent(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lent_never_changes_and_is_copied_only_while_held() {
        let mut own = Lend::Own(vec![1]);
        own.write().push(2);
        let kept = own.lend();
        assert!(own.is_same(&kept));
        own.write().push(3);
        assert_eq!((&**kept, &**own), (&[1, 2][..], &[1, 2, 3][..]));
        assert!(!own.is_same(&kept));
        let place = own.as_ptr();
        drop(own.lend());
        own.write();
        assert_eq!(own.as_ptr(), place, "taken back as it was");
    }
}
