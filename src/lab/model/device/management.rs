//! How a device is managed: MQTT client, LocalAgent, its Controller and first subscriptions.

use super::super::value::Source::{Ago, Fixed, SinceBoot};
use super::{Maker, Surroundings, text};
use crate::lab::fleet::Identity;

pub(super) fn management(m: &mut Maker<'_>, identity: &Identity, around: &Surroundings) {
    m.fill(
        "Device.ManagementServer.",
        vec![
            ("EnableCWMP", Fixed("false")),
            ("PeriodicInformInterval", Fixed("86400")),
            ("CWMPRetryMinimumWaitInterval", Fixed("5")),
            ("CWMPRetryIntervalMultiplier", Fixed("2000")),
            ("InstanceMode", Fixed("InstanceNumber")),
        ],
    );
    m.fill(
        "Device.MQTT.Capabilities.",
        vec![
            ("ProtocolVersionsSupported", Fixed("3.1.1,5.0")),
            ("TransportProtocolSupported", Fixed("TCP/IP,TLS")),
            ("MaxNumberOfClientSubscriptions", Fixed("16")),
        ],
    );
    m.fill(
        "Device.MQTT.Client.1.",
        vec![
            ("Name", Fixed("usp")),
            ("Enable", Fixed("true")),
            ("Status", Fixed("Connected")),
            ("ProtocolVersion", Fixed(if identity.legacy_mqtt { "3.1.1" } else { "5.0" })),
            ("BrokerAddress", Fixed("127.0.0.1")),
            ("BrokerPort", text(around.broker_port.to_string())),
            ("TransportProtocol", Fixed("TCP/IP")),
            ("CleanSession", Fixed("true")),
            ("CleanStart", Fixed("true")),
            ("KeepAliveTime", Fixed("60")),
            ("ClientID", text(&*identity.client_id)),
            ("Password", Fixed("not-shown")),
            ("ConnectRetryTime", Fixed("1")),
            ("ConnectRetryIntervalMultiplier", Fixed("2000")),
            ("ConnectRetryMaxInterval", Fixed("60")),
        ],
    );
    let (sent, received) = (m.counter(0.4), m.counter(0.3));
    m.fill(
        "Device.MQTT.Client.1.Stats.",
        vec![("PublishSent", sent), ("PublishReceived", received), ("SubscribeSent", Fixed("1"))],
    );
    m.fill(
        "Device.MQTT.Client.1.Subscription.1.",
        vec![
            ("Enable", Fixed("true")),
            ("Status", Fixed("Subscribed")),
            ("Topic", text(identity.topic())),
            ("QoS", Fixed("1")),
        ],
    );
    m.fill(
        "Device.LocalAgent.",
        vec![
            ("EndpointID", text(&*identity.endpoint_id)),
            ("SoftwareVersion", Fixed("11.0.4")),
            ("UpTime", SinceBoot(3)),
            ("SupportedProtocols", Fixed("MQTT")),
            ("SupportedFingerprintAlgorithms", Fixed("SHA-256,SHA-384,SHA-512")),
            ("MaxSubscriptionChangeAdoptionTime", Fixed("5")),
        ],
    );
    m.fill(
        "Device.LocalAgent.MTP.1.",
        vec![("Enable", Fixed("true")), ("Status", Fixed("Up")), ("Protocol", Fixed("MQTT"))],
    );
    m.fill(
        "Device.LocalAgent.MTP.1.MQTT.",
        vec![
            ("Reference", Fixed("Device.MQTT.Client.1")),
            ("ResponseTopicConfigured", text(identity.topic())),
            ("PublishQoS", text(identity.qos.to_string())),
        ],
    );
    controller(m, identity, around);
}

fn controller(m: &mut Maker<'_>, identity: &Identity, around: &Surroundings) {
    let path = "Device.LocalAgent.Controller.1.";
    m.fill(
        path,
        vec![
            ("EndpointID", text(&*around.controller_endpoint_id)),
            ("Enable", Fixed("true")),
            ("AssignedRole", Fixed("Device.LocalAgent.ControllerTrust.Role.1")),
            ("PeriodicNotifInterval", text(identity.periodic.as_secs().to_string())),
            ("USPNotifRetryMinimumWaitInterval", Fixed("5")),
            ("USPNotifRetryIntervalMultiplier", Fixed("2000")),
        ],
    );
    m.fill(&format!("{path}MTP.1."), vec![("Enable", Fixed("true")), ("Protocol", Fixed("MQTT"))]);
    m.fill(
        &format!("{path}MTP.1.MQTT."),
        vec![
            ("Reference", Fixed("Device.MQTT.Client.1")),
            ("Topic", text(&*around.controller_topic)),
        ],
    );
    m.fill(
        &format!("{path}E2ESession."),
        vec![
            ("Status", Fixed("Idle")),
            ("SessionMode", Fixed(if identity.has_sessions() { "Allow" } else { "Forbid" })),
            ("MaxUSPRecordSize", text(identity.record_size().to_string())),
            ("SessionRetryMinimumWaitInterval", Fixed("5")),
            ("MaxRetransmitTries", Fixed("3")),
        ],
    );
    for (row, id, event, retry) in [
        (1, "boot-1", "Device.Boot!", "true"),
        (2, "periodic-1", "Device.LocalAgent.Periodic!", "false"),
    ] {
        m.fill(
            &format!("Device.LocalAgent.Subscription.{row}."),
            vec![
                ("Alias", Fixed(id)),
                ("Enable", Fixed("true")),
                ("Recipient", Fixed("Device.LocalAgent.Controller.1")),
                ("ID", Fixed(id)),
                ("CreationDate", Ago(86_400)),
                ("NotifType", Fixed("Event")),
                ("ReferenceList", Fixed(event)),
                ("Persistent", Fixed("true")),
                ("NotifRetry", Fixed(retry)),
                ("TriggerAction", Fixed("Notify")),
            ],
        );
    }
}
