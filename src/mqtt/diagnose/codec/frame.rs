//! Where a packet ends: the fixed header (3.1.1 and 5 §2.1), and what is too much.

/// Most bytes of a packet that are kept: enough for the longest topic of a PUBLISH. The rest of
/// a message is of no interest here.
pub(in crate::mqtt::diagnose) const KEPT: usize = 70_000;

/// What the bytes received so far begin with.
#[derive(PartialEq, Eq, Debug)]
pub(in crate::mqtt::diagnose) enum Frame {
    /// Not enough yet.
    Part,
    /// A packet, or as much of it as is kept.
    Whole {
        /// Bytes of the fixed header.
        header: usize,
        /// Bytes of the packet that are here, header included.
        here: usize,
        /// Bytes of it that are still to come and can be thrown away.
        rest: usize,
    },
    /// A packet larger than allowed, bytes without its fixed header.
    TooLarge(usize),
    /// No MQTT; why.
    Broken(&'static str),
}

/// Looks at `bytes`; `max` is the largest packet accepted, bytes.
pub(in crate::mqtt::diagnose) fn frame(bytes: &[u8], max: usize) -> Frame {
    let Some((first, after)) = bytes.split_first() else {
        return Frame::Part;
    };
    let kind = first >> 4;
    // Types 0 and 15 (the latter until AUTH is asked for) and what only clients send.
    if matches!(kind, 0 | 1 | 8 | 10 | 12 | 15) {
        return Frame::Broken("its first byte begins no packet a broker sends");
    }
    let (mut len, mut header) = (0usize, 1usize);
    loop {
        let Some(byte) = after.get(header - 1) else {
            return if header > 4 {
                Frame::Broken("a length of more than four bytes")
            } else {
                Frame::Part
            };
        };
        if header > 4 {
            return Frame::Broken("a length of more than four bytes");
        }
        len |= usize::from(byte & 0x7f) << (7 * (header - 1));
        header += 1;
        if byte & 0x80 == 0 {
            break;
        }
    }
    if kind != 3 && len > KEPT {
        return Frame::Broken("a control packet of absurd length");
    }
    if len + header > max {
        return Frame::TooLarge(len);
    }
    let kept = len.min(KEPT);
    if bytes.len() < header + kept {
        return Frame::Part;
    }
    Frame::Whole { header, here: header + kept, rest: len - kept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths() {
        let max = 1 << 20;
        assert_eq!(frame(&[], max), Frame::Part);
        assert_eq!(frame(&[0x20], max), Frame::Part);
        assert_eq!(frame(&[0x20, 2, 0], max), Frame::Part);
        assert_eq!(
            frame(&[0x20, 2, 0, 0, 0x90], max),
            Frame::Whole { header: 2, here: 4, rest: 0 }
        );
        assert!(matches!(frame(&[0x30, 0xff, 0xff, 0xff, 0xff], max), Frame::Broken(_)));
        assert!(matches!(frame(&[0x30, 0xff, 0xff, 0xff, 0xff, 1], max), Frame::Broken(_)));
        assert_eq!(frame(&[0x30, 0xff, 0xff, 0xff, 0x7f], max), Frame::TooLarge(268_435_455));
        assert!(matches!(frame(&[0x20, 0xff, 0xff, 0x3f], max), Frame::Broken(_)));
        for first in [0x00, 0x10, 0x82, 0xc0, 0xf0, 0x16, 0x15] {
            assert!(matches!(frame(&[first, 3], max), Frame::Broken(_)), "{first:x}");
        }
        let big = [&[0x30, 0xa0, 0x8d, 0x06][..], &vec![0; KEPT]].concat();
        assert_eq!(
            frame(&big, max),
            Frame::Whole { header: 4, here: 4 + KEPT, rest: 100_000 - KEPT }
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..40), max in 0usize..5000) {
            if let Frame::Whole { header, here, rest } = frame(&bytes, max) {
                prop_assert!(header <= here && here <= bytes.len() && here + rest <= max);
            }
        }
    }
}
