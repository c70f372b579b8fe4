//! The models of the `.env` readers, and what is claimed of a spelling, against the real
//! programs. They must be installed, which `tests/run` does; a missing one is a failure.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

#[path = "../support/env_values.rs"]
mod env_values;
mod lines;
mod real;

use fastrand::Rng;
use usp_scope::profile::dialect::{self, Reader, Reading, Verdict};
use usp_scope::profile::spelling::{self, Wish};

use real::{Answer, KEY};

/// Values written in as many places.
const VALUES: usize = 2500;
/// Files of random syntax.
const FILES: usize = 3000;
/// Of the files a model says are rejected, as many are tried: finding the bad ones in a batch
/// takes some readers a process each.
const REJECTED: usize = 25;

/// A file and what is expected of one reader.
struct Case<'a> {
    file: &'a [u8],
    expected: Answer,
}

/// Asks the real reader about all cases; gives back how many it answered otherwise.
fn wrong(reader: Reader, cases: &[Case<'_>]) -> usize {
    let files: Vec<&[u8]> = cases.iter().map(|case| case.file).collect();
    let mut wrong = 0;
    for (case, answer) in cases.iter().zip(real::ask(reader, &files)) {
        if case.expected != answer {
            wrong += 1;
            if wrong <= 10 {
                println!(
                    "{}: {:?}\n   expected {:?}, got {answer:?}",
                    reader.name(),
                    String::from_utf8_lossy(case.file),
                    case.expected
                );
            }
        }
    }
    wrong
}

#[test]
fn every_claimed_reader_gets_the_value() {
    assert_eq!(KEY, env_values::KEY);
    let mut rng = Rng::with_seed(seed());
    let mut written = Vec::new();
    while written.len() < VALUES {
        let value = env_values::value(&mut rng).into_bytes();
        let place = env_values::place(&mut rng);
        let mut wish = Wish {
            exported: place.exported,
            tail: place.tail.as_bytes(),
            crlf: place.crlf,
            ..Wish::default()
        };
        // Half of them for other readers than usual, so that every style gets its turn.
        if rng.bool() {
            Reader::ALL[1..].iter().for_each(|reader| wish.weights.set(*reader, rng.u32(..4)));
        }
        let Ok(spelled) = spelling::spell(&value, &wish) else { continue };
        let file = place.file(&spelled.text);
        let verified = spelling::verify(b"", &file, KEY, &value, spelled.readers);
        // Nobody asks the models where no neighbour interferes.
        let claimed = if place.is_alone() { spelled.readers } else { verified.readers };
        written.push((value, file, claimed));
    }
    let mut all_wrong = 0;
    for reader in Reader::ALL {
        let cases: Vec<Case<'_>> = written
            .iter()
            .filter(|(_, _, claimed)| claimed.contains(reader))
            .map(|(value, file, _)| Case { file, expected: Answer::Value(value.clone()) })
            .collect();
        let wrong = wrong(reader, &cases);
        println!("{:13} {:5} claims checked, {wrong} wrong", reader.name(), cases.len());
        assert!(cases.len() >= 400, "{} was claimed too seldom to mean anything", reader.name());
        all_wrong += wrong;
    }
    assert_eq!(all_wrong, 0, "a reader that was claimed got another value");
}

#[test]
fn a_model_that_is_sure_is_right() {
    let mut rng = Rng::with_seed(seed());
    let files: Vec<Vec<u8>> = (0..FILES).map(|_| lines::file(&mut rng)).collect();
    let mut all_wrong = 0;
    for reader in Reader::ALL {
        let mut cases = Vec::new();
        let (mut rejected, mut values, mut same) = (0, 0, 0);
        for file in &files {
            let expected = match dialect::read(reader, file) {
                Err(_) => {
                    rejected += 1;
                    if rejected > REJECTED {
                        continue;
                    }
                    Answer::Rejected
                }
                Ok(env) => match env.reading(KEY) {
                    Reading::Value(value) => Answer::Value(value.to_vec()),
                    Reading::Missing => Answer::Missing,
                    Reading::Unknown => continue,
                },
            };
            values += usize::from(matches!(expected, Answer::Value(_)));
            same += usize::from(*dialect::agreement(file, KEY).of(reader) == Verdict::Same);
            cases.push(Case { file, expected });
        }
        let wrong = wrong(reader, &cases);
        println!(
            "{:13} {:5} files checked, {values} values, {same} the same as phpdotenv, {wrong} wrong",
            reader.name(),
            cases.len()
        );
        assert!(values >= 200 && same >= 80, "{} was too seldom sure", reader.name());
        all_wrong += wrong;
    }
    assert_eq!(all_wrong, 0, "a model was sure and wrong");
}

/// Another one can be tried by hand.
fn seed() -> u64 {
    std::env::var("READERS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7)
}
