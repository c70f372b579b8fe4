//! Jumps: a device whose requests fail, or whose answers take, far more than before. A small
//! fixed state per device. The bounds are this tool's own; a jump is told once, and again only
//! after it was over.

use super::code::Code;
use crate::analysis::latency::{DEVICE_REQUESTS, bucket, place_of};
use crate::analysis::note::{Note, Reports, report};
use crate::core::ids::EndpointId;
use crate::usp::kind::MsgKind;
use crate::usp::outcome::Grade;

/// Answers of which the share of failures is looked at, and those that must lie before them.
const FAIL_WINDOW: u32 = 20;
/// A quarter of them.
const FAIL_MANY: u32 = 5;
/// By how much the share must have grown.
const FAIL_FACTOR: u32 = 3;
/// Earlier answers count half from here on, so that "before" is not for ever.
const FAIL_MEMORY: u16 = 1024;

/// Answers that are looked at for slowness.
const SLOW_WINDOW: usize = 10;
/// How many of them must be slow, and how few when it is over.
const SLOW_MANY: u32 = 8;
const SLOW_FEW: u32 = 2;
/// Four times as long: two octaves of 16 buckets.
const SLOW_BUCKETS: u16 = 32;
/// Below this nothing is slow.
const SLOW_MICROS: u32 = 100_000;
/// Answers to one type of request after which it is known how long they usually take.
const LEARNED: u8 = 10;

/// Each type of request that devices answer has its own usual time: reading a whole data model
/// takes longer than one parameter, and that is no jump.
const TYPES: usize = DEVICE_REQUESTS;
/// Buckets are below 512; the type stands above them.
const TYPE_SHIFT: u32 = 9;
/// Usual times are kept in sixteenths of a bucket.
const FINE: u16 = 16;

/// See the module text.
#[derive(Default)]
pub(super) struct Health {
    /// By endpoint.
    devices: Vec<Device>,
}

#[derive(Clone, Copy, Default)]
struct Device {
    /// The last 20 answers, newest in bit 0: 1 = failed.
    failed: u32,
    /// Answers in `failed`.
    answers: u8,
    /// Answers that left the window, and failures among them.
    before: u16,
    failed_before: u16,
    failing: bool,
    slow: bool,
    /// The last ten answers, newest in bit 0: 1 = slow.
    slow_ones: u16,
    /// Type and bucket of the same, oldest at `oldest`; 0 = none yet.
    times: [u16; SLOW_WINDOW],
    oldest: u8,
    /// By type: usual bucket in sixteenths, and how many answers say so.
    usual: [u16; TYPES],
    learned: [u8; TYPES],
}

impl Health {
    pub(super) fn answered(
        &mut self,
        device: EndpointId,
        request: MsgKind,
        grade: Option<Grade>,
        latency_nanos: i64,
        note: &Note<'_>,
        reports: &mut Reports,
    ) {
        // Notifies and Registers are answered by Controllers.
        let kind = place_of(request);
        if kind >= DEVICE_REQUESTS {
            return;
        }
        let index = device.0 as usize;
        if index >= self.devices.len() {
            self.devices.resize(index + 1, Device::default());
        }
        let Some(device) = self.devices.get_mut(index) else { return };
        let error = note.summary.msg.as_ref().is_some_and(|m| m.kind == Some(MsgKind::Error));
        if device.outcome(error || grade == Some(Grade::Failed)) {
            report(reports, note, Code::ErrorRateJump, None);
        }
        let micros = u32::try_from(latency_nanos.max(0) / 1000).unwrap_or(u32::MAX);
        if device.took(kind, micros) {
            report(reports, note, Code::LatencyJump, None);
        }
    }
}

impl Device {
    /// True if failures have just jumped.
    fn outcome(&mut self, failed: bool) -> bool {
        if u32::from(self.answers) < FAIL_WINDOW {
            self.answers += 1;
        } else {
            self.before += 1;
            self.failed_before += (self.failed >> (FAIL_WINDOW - 1) & 1) as u16;
            if self.before >= FAIL_MEMORY {
                self.before /= 2;
                self.failed_before /= 2;
            }
        }
        self.failed = (self.failed << 1 | u32::from(failed)) & ((1 << FAIL_WINDOW) - 1);
        let (now, before) = (self.failed.count_ones(), u32::from(self.before));
        let jumped = before >= FAIL_WINDOW
            && now >= FAIL_MANY
            && now * before >= FAIL_FACTOR * u32::from(self.failed_before) * FAIL_WINDOW;
        let new = jumped && !self.failing;
        // It is over when few fail; that it has become usual does not make it new later.
        self.failing = jumped || (self.failing && now >= FAIL_MANY);
        new
    }

    /// True if answers have just become slow.
    fn took(&mut self, kind: usize, micros: u32) -> bool {
        let bucket = bucket(micros);
        let (Some(&usual), Some(&learned)) = (self.usual.get(kind), self.learned.get(kind)) else {
            return false;
        };
        if learned < LEARNED {
            self.learn(kind, bucket);
            return false;
        }
        let slow = micros > SLOW_MICROS && bucket * FINE >= usual + SLOW_BUCKETS * FINE;
        self.slow_ones = (self.slow_ones << 1 | u16::from(slow)) & ((1 << SLOW_WINDOW) - 1);
        let time = bucket | (kind as u16 + 1) << TYPE_SHIFT;
        let slot = self.times.get_mut(usize::from(self.oldest));
        let left = slot.map_or(0, |slot| std::mem::replace(slot, time));
        self.oldest = (self.oldest + 1) % SLOW_WINDOW as u8;
        // What is looked at is no part yet of what is usual.
        if let Some(kind) = usize::from(left >> TYPE_SHIFT).checked_sub(1) {
            self.learn(kind, left & ((1 << TYPE_SHIFT) - 1));
        }
        let many = self.slow_ones.count_ones();
        let new = many >= SLOW_MANY && !self.slow;
        self.slow = many >= SLOW_MANY || (self.slow && many > SLOW_FEW);
        new
    }

    /// A mean of the logarithms that follows slowly: single slow answers hardly move it.
    fn learn(&mut self, kind: usize, bucket: u16) {
        let (Some(usual), Some(learned)) = (self.usual.get_mut(kind), self.learned.get_mut(kind))
        else {
            return;
        };
        let weight = i32::from((*learned).min(15)) + 1;
        let step = (i32::from(bucket * FINE) - i32::from(*usual)) / weight;
        *usual = u16::try_from(i32::from(*usual) + step).unwrap_or(0);
        *learned = learned.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(device: &mut Device, failed: &[bool]) -> usize {
        failed.iter().filter(|&&failed| device.outcome(failed)).count()
    }

    #[test]
    fn failures_jump_once_and_again_after_recovery() {
        let mut device = Device::default();
        assert_eq!(told(&mut device, &[false; 39]), 0, "no before yet");
        assert_eq!(told(&mut device, &[false]), 0);
        assert_eq!(told(&mut device, &[true; 4]), 0);
        assert_eq!(told(&mut device, &[true; 16]), 1, "once per jump");
        assert_eq!(told(&mut device, &[false; 200]), 0);
        assert_eq!(told(&mut device, &[true; 20]), 1, "again after it was over");
    }

    #[test]
    fn who_always_fails_does_not_jump() {
        let mut device = Device::default();
        let every_other: Vec<bool> = (0..3000).map(|n| n % 2 == 0).collect();
        assert_eq!(told(&mut device, &every_other), 0);
        assert_eq!(told(&mut device, &[true; 20]), 0, "twice the share is not enough");
    }

    #[test]
    fn a_failure_from_the_start_is_no_jump() {
        assert_eq!(told(&mut Device::default(), &[true; 500]), 0);
    }

    fn slow(device: &mut Device, kind: usize, millis: &[u32]) -> usize {
        millis.iter().filter(|&&ms| device.took(kind, ms * 1000)).count()
    }

    #[test]
    fn times_jump_once_and_again_after_recovery() {
        let mut device = Device::default();
        assert_eq!(slow(&mut device, 0, &[50; 30]), 0);
        assert_eq!(slow(&mut device, 0, &[210; 7]), 0);
        assert_eq!(slow(&mut device, 0, &[210; 3]), 1);
        assert_eq!(slow(&mut device, 0, &[50; 100]), 0);
        assert_eq!(slow(&mut device, 0, &[400; 100]), 1, "then it is usual");
        assert_eq!(slow(&mut device, 0, &[400; 100]), 0);
    }

    #[test]
    fn short_times_and_other_types_are_no_jump() {
        let mut device = Device::default();
        assert_eq!(slow(&mut device, 0, &[2; 30]), 0);
        assert_eq!(slow(&mut device, 0, &[99; 30]), 0, "not above 100 ms");
        assert_eq!(slow(&mut device, 6, &[5000; 30]), 0, "a type of its own");
        assert_eq!(slow(&mut device, 0, &[2, 3000, 2, 3000].repeat(20)), 0, "half are not most");
        assert_eq!(slow(&mut Device::default(), 0, &[9000; 500]), 0);
        assert_eq!(slow(&mut device, 0, &[u32::MAX / 1000; 1]), 0);
    }
}
