//! Lines of Records and Msgs of each kind.
