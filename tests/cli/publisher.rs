//! Publishes to a broker and waits until the broker has everything.

use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};

/// Publishes all at QoS 1 and returns once each was acknowledged.
pub fn publish_all(port: u16, messages: impl Iterator<Item = (String, Vec<u8>)> + Send + 'static) {
    let mut options = MqttOptions::new(format!("publisher-{port}"), "127.0.0.1", port);
    options.set_max_packet_size(16 << 20, 16 << 20).set_inflight(1000);
    options.set_keep_alive(Duration::from_secs(60));
    let (client, mut connection) = Client::new(options, 1000);
    let sender = std::thread::spawn(move || {
        let mut sent = 0usize;
        for (topic, payload) in messages {
            client.publish(topic, QoS::AtLeastOnce, false, payload).expect("queued");
            sent += 1;
        }
        (client, sent)
    });
    let mut acknowledged = 0usize;
    let mut sender = Some(sender);
    let mut total = None;
    let mut keep = None;
    for event in connection.iter() {
        if let Event::Incoming(Packet::PubAck(_)) = event.expect("the broker stays") {
            acknowledged += 1;
        }
        if sender.as_ref().is_some_and(std::thread::JoinHandle::is_finished)
            && let Some(done) = sender.take()
        {
            let (client, sent) = done.join().expect("all queued");
            total = Some(sent);
            keep = Some(client);
        }
        if total == Some(acknowledged) {
            break;
        }
    }
    drop(keep);
}
