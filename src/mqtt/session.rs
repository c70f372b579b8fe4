//! Connects, subscribes after every CONNACK, reconnects; yields batches and states.
