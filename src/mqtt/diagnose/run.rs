//! The stages in order, and the reports about them.

use std::time::Duration;

use super::limit::Limit;
use super::report::{Outcome, Progress, Stage, StageReport};
use super::target::Target;
use super::{hello, reach, roundtrip, secure, subscribe};
use crate::core::time::{Clock, Stopwatch, Timestamp};
use crate::mqtt::cause::HIGH_LATENCY;
use crate::mqtt::failure;
use crate::mqtt::fault::{self, Fault};
use crate::mqtt::link::{Cause, TlsFacts};
use crate::mqtt::stop::StopSignal;
use crate::mqtt::tls;
use crate::mqtt::verify::Refused;
use crate::profile::model::{Profile, VersionChoice};
use crate::profile::settings::ProfileError;

/// An answer that takes longer is called slow.
const SLOW: Duration = Duration::from_secs(1);
/// Longest wait for a message to come back.
const ROUNDTRIP: Duration = Duration::from_secs(10);

/// What a stage has to tell; it adds to this as it goes.
#[derive(Default)]
pub(super) struct Note {
    /// A sentence about what was found.
    pub detail: String,
    /// Sentences: what to do, beside the failure's own advice.
    pub advice: Vec<String>,
    pub seen: Vec<String>,
    pub tls: Option<Box<TlsFacts>>,
}

impl Note {
    /// Adds the guide's remedies if an answer took long.
    pub fn mind_latency(&mut self, took: Duration) {
        if took > SLOW {
            self.advice.extend(HIGH_LATENCY.map(str::to_owned));
        }
    }
}

/// Why a stage failed.
pub(super) struct Trouble {
    pub fault: Box<Fault>,
    /// How far the connection had come.
    pub stage: fault::Stage,
    /// The verifier's last word.
    pub refused: Option<Box<Refused>>,
}

impl Trouble {
    /// A fault at this point of a connection.
    pub fn at(stage: fault::Stage, fault: Fault) -> Self {
        Self { fault: Box::new(fault), stage, refused: None }
    }
}

impl From<Fault> for Trouble {
    /// Before CONNACK.
    fn from(fault: Fault) -> Self {
        Self::at(fault::Stage::Connecting, fault)
    }
}

/// Diagnoses `profile` stage by stage; every stage is reported once, in order, at the latest
/// when `stop` is set. The clock says what to think of a certificate's dates.
///
/// Needs a tokio runtime with I/O and time. Looking names up uses the runtime's blocking
/// threads, so end the runtime in the background, not by dropping it.
pub async fn run(
    profile: &Profile,
    clock: &dyn Clock,
    stop: impl Into<StopSignal>,
    mut report: impl FnMut(Progress),
) {
    let mut stop = stop.into();
    let mut book = Book { profile, report: &mut report, done: 0 };
    let end = tokio::select! {
        biased;
        () = stop.wait() => None,
        end = stages(profile, clock, &mut book) => Some(end),
    };
    let why = match end {
        Some(Some(())) => return,
        Some(None) => match book.done.checked_sub(1).and_then(|n| Stage::ALL.get(n)) {
            Some(failed) => format!("Not tried, since {} failed.", failed.name()),
            None => "Not tried.".to_owned(),
        },
        None => "Stopped before it was done.".to_owned(),
    };
    book.skip_rest(&why);
}

/// The reports about a profile that cannot even be read.
#[must_use]
pub fn unusable(error: &ProfileError) -> Vec<StageReport> {
    let mut reports = vec![StageReport {
        outcome: Outcome::Failed(Cause::Profile),
        advice: vec![error.advice.clone()],
        ..StageReport::skipped(Stage::Profile, error.what_and_where())
    }];
    let rest = Stage::ALL.iter().skip(1);
    reports.extend(rest.map(|s| StageReport::skipped(*s, "Not tried, since profile failed.")));
    reports
}

/// All stages; `None` once one failed.
async fn stages(profile: &Profile, clock: &dyn Clock, book: &mut Book<'_>) -> Option<()> {
    let now = clock.now();
    let target = book
        .stage(Stage::Profile, async |note: &mut Note| prepare(profile, now, note).await)
        .await?;
    // Names, TCP, TLS and CONNACK share the profile's limit, as they do for the live connection.
    let limit = Limit::of(profile.connect_timeout);
    let addresses = book
        .stage(Stage::Dns, async |note: &mut Note| reach::look_up(profile, limit, note).await)
        .await?;
    let (address, tap) = book
        .stage(Stage::Tcp, async |note: &mut Note| {
            reach::connect(profile, &addresses, limit, note).await
        })
        .await?;
    let stream = if let Some(tls) = &target.tls {
        book.stage(Stage::Tls, async |note: &mut Note| {
            secure::handshake(&target, tls, address, tap, limit, clock, note).await
        })
        .await?
    } else {
        let why = if profile.path.is_some() {
            "TLS is off in this profile (MQTT_TLS_ENABLED)."
        } else {
            "The connection is made without TLS."
        };
        book.skip(Stage::Tls, why);
        super::stream::Stream::Plain(tap)
    };
    let mut welcome = book
        .stage(Stage::Connect, async |note: &mut Note| {
            hello::connect(&target, address, stream, limit, note).await
        })
        .await?;
    book.stage(Stage::Subscribe, async |note: &mut Note| {
        subscribe::subscribe(&mut welcome, profile, Limit::of(profile.connect_timeout), note).await
    })
    .await?;
    if profile.allow_send {
        let limit = Limit::of(profile.connect_timeout.min(ROUNDTRIP));
        book.stage(Stage::Roundtrip, async |note: &mut Note| {
            roundtrip::roundtrip(&mut welcome, &target, limit, note).await
        })
        .await?;
    } else {
        book.skip(
            Stage::Roundtrip,
            "Nothing was published, so it is not proved that messages come through (mosquitto with \
             an ACL file grants subscriptions that it never serves): USP_SCOPE_ALLOW_SEND=true in \
             the profile allows a test message.",
        );
    }
    welcome.conn.leave().await;
    Some(())
}

async fn prepare<'a>(
    profile: &'a Profile,
    now: Timestamp,
    note: &mut Note,
) -> Result<Target<'a>, Trouble> {
    if let Some(fault) = Fault::of_filters(&profile.subscribe) {
        return Err(fault.into());
    }
    let tls = match &profile.tls {
        None => None,
        Some(settings) => Some(tls::prepare(settings, now).await?),
    };
    let target = Target::new(profile, tls);
    let version = match profile.version {
        VersionChoice::Auto => "MQTT 5 or 3.1.1",
        VersionChoice::V5 => "MQTT 5",
        VersionChoice::V311 => "MQTT 3.1.1",
    };
    let tls = if target.tls.is_some() { "with TLS" } else { "without TLS" };
    let name = profile.path.as_ref().map(|_| format!("{}: ", profile.name)).unwrap_or_default();
    note.detail = format!(
        "{name}{} {tls}, {version}, as {}.",
        failure::address(profile),
        if profile.username.is_some() { failure::who(profile) } else { "anonymous".to_owned() },
    );
    Ok(target)
}

/// Reports each stage exactly once, in order.
struct Book<'a> {
    profile: &'a Profile,
    report: &'a mut dyn FnMut(Progress),
    /// Stages reported.
    done: usize,
}

impl Book<'_> {
    async fn stage<T>(
        &mut self,
        stage: Stage,
        work: impl AsyncFnOnce(&mut Note) -> Result<T, Trouble>,
    ) -> Option<T> {
        (self.report)(Progress::Started(stage));
        let watch = Stopwatch::start();
        let mut note = Note::default();
        let result = work(&mut note).await;
        let Note { detail, advice, seen, tls } = note;
        let mut finished = StageReport {
            outcome: Outcome::Ok,
            took: watch.elapsed(),
            detail,
            advice,
            tls,
            seen,
            stage,
        };
        let value = match result {
            Ok(value) => Some(value),
            Err(Trouble { fault, stage: reached, refused }) => {
                let explained =
                    failure::explain(&fault, self.profile, reached, refused.as_deref(), 0).failure;
                tracing::info!(
                    stage = stage.name(),
                    cause = explained.cause.code(),
                    "{}",
                    explained.what
                );
                finished.outcome = Outcome::Failed(explained.cause);
                finished.detail = explained.what;
                finished.advice.insert(0, explained.advice);
                finished.advice.extend(explained.cause.remedies().iter().map(|s| (*s).to_owned()));
                None
            }
        };
        self.finish(finished);
        value
    }

    fn skip(&mut self, stage: Stage, why: &str) {
        self.finish(StageReport::skipped(stage, why));
    }

    fn skip_rest(&mut self, why: &str) {
        for stage in Stage::ALL.into_iter().skip(self.done) {
            self.skip(stage, why);
        }
    }

    fn finish(&mut self, report: StageReport) {
        self.done += 1;
        (self.report)(Progress::Finished(report));
    }
}
