//! The demo network: an embedded broker on 127.0.0.1 with simulated Agents and a Controller
//! that are real MQTT clients speaking real USP.
