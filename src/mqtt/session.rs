//! A session with a broker: connects, and connects again as the profile says, until told to
//! stop. Everything it receives and every change of state goes to a [`Sink`].
//!
//! Connects as a monitor of its own unless the profile asks to act as the ACS. Publishes nothing;
//! a will, which only the ACS has, is the broker's to publish.

use std::sync::Arc;
use std::time::Duration;

use super::failure::{self, Explained};
use super::fault::{Fault, Refusal, Stage};
use super::link::{LinkState, MqttVersion, RoundTrip};
use super::receive::{End, Link, receive};
pub use super::stop::{StopHandle, StopSignal, stop_signal};
use super::tls::{self, TlsConnection};
use super::v5::V5;
use super::v311::V311;
use crate::core::time::{Clock, Timestamp};
use crate::core::wire::WireBatch;
use crate::profile::model::{Profile, Reconnect, VersionChoice};

/// A connection that stayed up this long starts the count of failed attempts anew.
const STABLE: Duration = Duration::from_secs(30);
/// A connection lost faster than this may be fought over by two clients with one id.
const SHORT_LIVED: Duration = Duration::from_secs(5);

/// So many such connections in a row end a session that acts as the ACS: the ACS has come back,
/// and the two would throw each other off for ever.
const FOUGHT_OVER: u32 = 3;

/// Where a session puts what it receives. Called on the connection's thread; must not block.
pub trait Sink {
    /// Takes a filled batch, gives back one to fill next; its messages are forgotten.
    fn batch(&mut self, batch: WireBatch) -> WireBatch;
    /// The connection's state changed.
    fn state(&mut self, state: LinkState);
    /// The broker answered a packet of ours. Of no interest unless told otherwise.
    fn round_trip(&mut self, trip: RoundTrip) {
        let RoundTrip { .. } = trip;
    }
}

/// What a session learns about its broker.
#[derive(Default)]
struct Memory {
    /// The version that worked.
    version: Option<MqttVersion>,
    /// Failed attempts in a row.
    failed: u32,
    /// Short-lived connections in a row.
    short_lived: u32,
    /// True once a connection was up.
    was_up: bool,
}

/// Runs until `stop`, or until the profile says to give up. The last state is
/// [`LinkState::Closed`] or [`LinkState::Failed`].
///
/// Needs a tokio runtime with I/O and time. Looking names up uses the runtime's blocking
/// threads, so end the runtime in the background, not by dropping it.
pub async fn run<S: Sink + ?Sized>(
    profile: Arc<Profile>,
    clock: Arc<dyn Clock>,
    sink: &mut S,
    stop: impl Into<StopSignal>,
) {
    let mut stop = stop.into();
    let mut memory = Memory::default();
    loop {
        sink.state(LinkState::Connecting { attempt: memory.failed.saturating_add(1) });
        let seen;
        let end = {
            let Some(tls) = prepare(&profile, clock.now(), &mut stop).await else {
                sink.state(LinkState::Closed);
                return;
            };
            match tls {
                Err(fault) => {
                    seen = None;
                    End::early(fault)
                }
                Ok(tls) => {
                    seen = tls.as_ref().map(|t| t.seen.clone());
                    let mut link = Link {
                        profile: &profile,
                        clock: clock.as_ref(),
                        sink: &mut *sink,
                        stop: &mut stop,
                        seen: seen.clone(),
                    };
                    attempt(&mut link, tls.as_ref(), &mut memory).await
                }
            }
        };
        let End::Failed { fault, stage, uptime } = end else {
            sink.state(LinkState::Closed);
            return;
        };
        memory.note_end(uptime);
        let verdict = seen.as_ref().and_then(|seen| seen.refusal());
        let explained =
            failure::explain(&fault, &profile, stage, verdict.as_ref(), memory.short_lived);
        tracing::info!(
            broker = %failure::address(&profile),
            cause = ?explained.failure.cause,
            "{}",
            explained.failure.what
        );
        let fought_over = profile.identity.is_acs() && memory.short_lived >= FOUGHT_OVER;
        let delay = memory.next_delay(&profile.reconnect, &explained);
        let Some(delay) = delay.filter(|_| !fought_over) else {
            sink.state(LinkState::Failed { failure: explained.failure });
            return;
        };
        sink.state(LinkState::Waiting {
            until: clock.now().plus(delay),
            attempt: memory.failed.saturating_add(1),
            max_attempts: profile.reconnect.max_attempts,
            failure: explained.failure,
        });
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = stop.wait() => {}
        }
        if stop.is_set() {
            sink.state(LinkState::Closed);
            return;
        }
    }
}

/// Reads certificates and key; `None` if told to stop meanwhile.
async fn prepare(
    profile: &Profile,
    now: Timestamp,
    stop: &mut StopSignal,
) -> Option<Result<Option<TlsConnection>, Fault>> {
    let Some(settings) = &profile.tls else { return Some(Ok(None)) };
    tokio::select! {
        biased;
        tls = tls::prepare(settings, now) => Some(tls.map(Some)),
        () = stop.wait() => None,
    }
}

impl Memory {
    fn note_end(&mut self, uptime: Option<Duration>) {
        self.was_up |= uptime.is_some();
        match uptime {
            Some(up) if up >= STABLE => self.failed = 0,
            _ => self.failed = self.failed.saturating_add(1),
        }
        match uptime {
            Some(up) if up < SHORT_LIVED => self.short_lived = self.short_lived.saturating_add(1),
            _ => self.short_lived = 0,
        }
    }

    /// The pause before the next attempt, or `None` to give up. What only a person can mend ends
    /// the session at once, unless the same profile has worked before in this session.
    fn next_delay(&self, policy: &Reconnect, explained: &Explained) -> Option<Duration> {
        if !policy.enabled || policy.max_attempts.is_some_and(|max| self.failed >= max) {
            return None;
        }
        if explained.permanent && !self.was_up {
            return None;
        }
        Some(jittered(backoff(policy, self.failed)))
    }
}

/// The profile's delay, doubled with each further failure up to the limit.
fn backoff(policy: &Reconnect, failed: u32) -> Duration {
    let factor = 2u32.saturating_pow(failed.saturating_sub(1).min(16));
    policy.delay.saturating_mul(factor).min(policy.max_delay.max(policy.delay))
}

/// Up to a quarter longer, so that many clients do not come back at the same moment, and never
/// sooner than the profile says.
fn jittered(delay: Duration) -> Duration {
    delay.mul_f64(1.0 + 0.25 * fastrand::f64())
}

/// One attempt: looks the host up, connects with the version that suits, falls back from 5 to
/// 3.1.1 once.
async fn attempt<S: Sink + ?Sized>(
    link: &mut Link<'_, S>,
    tls: Option<&TlsConnection>,
    memory: &mut Memory,
) -> End {
    if let Some(fault) = Fault::of_filters(&link.profile.subscribe) {
        return End::early(fault);
    }
    if let Some(end) = look_up(link).await {
        return end;
    }
    let auto = link.profile.version == VersionChoice::Auto;
    let version = match link.profile.version {
        VersionChoice::V5 => MqttVersion::V5,
        VersionChoice::V311 => MqttVersion::V311,
        VersionChoice::Auto => memory.version.unwrap_or(MqttVersion::V5),
    };
    let end = connect(version, link, tls, memory).await;
    if auto && version == MqttVersion::V5 && speaks_no_v5(&end, memory) {
        let said_so = matches!(end, End::Failed { fault: Fault::Refused(_), .. });
        let end = connect(MqttVersion::V311, link, tls, memory).await;
        if !said_so {
            // It may just have been starting: ask for 5 again next time, which alone carries
            // the properties of USP's MQTT binding.
            memory.version = None;
        }
        return end;
    }
    if auto && matches!(end, End::Failed { fault: Fault::Refused(Refusal::Version), .. }) {
        // The broker was replaced: ask again from the start next time.
        memory.version = None;
    }
    end
}

/// Some brokers say that they do not speak MQTT 5, others just hang up.
fn speaks_no_v5(end: &End, memory: &Memory) -> bool {
    match end {
        End::Failed { fault: Fault::Refused(Refusal::Version), .. } => true,
        End::Failed {
            fault: Fault::Closed | Fault::Broken(_) | Fault::Malformed(_),
            stage: Stage::Connecting,
            ..
        } => memory.version.is_none(),
        _ => false,
    }
}

async fn connect<S: Sink + ?Sized>(
    version: MqttVersion,
    link: &mut Link<'_, S>,
    tls: Option<&TlsConnection>,
    memory: &mut Memory,
) -> End {
    let end = match version {
        MqttVersion::V5 => receive(&mut V5::new(link.profile, tls), link).await,
        MqttVersion::V311 => receive(&mut V311::new(link.profile, tls), link).await,
    };
    if let End::Failed { stage, .. } = &end
        && *stage > Stage::Connecting
    {
        memory.version = Some(version);
    }
    end
}

/// Looks the host's name up beforehand: the library's error could not be told from others.
async fn look_up<S: Sink + ?Sized>(link: &mut Link<'_, S>) -> Option<End> {
    let host = link.profile.host.as_str();
    if host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let lookup = tokio::net::lookup_host((host, link.profile.port));
    tokio::select! {
        biased;
        found = tokio::time::timeout(link.profile.connect_timeout, lookup) => match found {
            Ok(Ok(mut addresses)) => match addresses.next() {
                Some(_) => None,
                None => Some(End::early(Fault::Lookup(std::io::ErrorKind::NotFound.into()))),
            },
            Ok(Err(error)) => Some(End::early(Fault::Lookup(error))),
            Err(_) => Some(End::early(Fault::Lookup(std::io::ErrorKind::TimedOut.into()))),
        },
        () = link.stop.wait() => Some(End::Stopped),
    }
}

#[cfg(test)]
mod tests {
    use super::super::link::{Cause, Failure};
    use super::*;

    fn explained(permanent: bool) -> Explained {
        let failure = Failure { cause: Cause::Other, what: String::new(), advice: String::new() };
        Explained { failure, permanent }
    }

    #[test]
    fn pauses_grow_to_the_limit() {
        let policy = Reconnect::default();
        let secs: Vec<u64> = (1..8).map(|n| backoff(&policy, n).as_secs()).collect();
        assert_eq!(secs, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff(&policy, u32::MAX).as_secs(), 30);
        for _ in 0..200 {
            let delay = jittered(Duration::from_secs(10)).as_secs_f64();
            assert!((10.0..=12.5).contains(&delay));
        }
    }

    #[test]
    fn giving_up() {
        let policy = Reconnect { max_attempts: Some(2), ..Reconnect::default() };
        let mut memory = Memory::default();
        memory.note_end(None);
        assert!(memory.next_delay(&policy, &explained(false)).is_some());
        assert!(memory.next_delay(&policy, &explained(true)).is_none());
        memory.note_end(None);
        assert!(memory.next_delay(&policy, &explained(false)).is_none());
        // A connection that lasted starts the count anew, and then even a refused password is
        // tried again: it was right a moment ago.
        memory.note_end(Some(STABLE));
        assert_eq!(memory.failed, 0);
        memory.note_end(None);
        assert!(memory.next_delay(&policy, &explained(true)).is_some());
        let never = Reconnect { enabled: false, ..policy };
        assert!(memory.next_delay(&never, &explained(false)).is_none());
    }

    #[test]
    fn short_lived_connections_are_counted() {
        let mut memory = Memory::default();
        memory.note_end(Some(Duration::from_secs(1)));
        memory.note_end(Some(Duration::from_secs(1)));
        assert_eq!((memory.short_lived, memory.failed), (2, 2));
        memory.note_end(Some(Duration::from_secs(60)));
        assert_eq!((memory.short_lived, memory.failed), (0, 0));
    }
}
