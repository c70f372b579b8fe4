//! The models of the `.env` readers against the real programs, which must be installed:
//! `tests/run` does it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod lines;
mod real;

use usp_scope::profile::dialect::{self, Reader, Reading};

use real::{Answer, KEY};

/// What a model says, in the words of the real reader.
enum Model {
    Sure(Answer),
    Unknown,
}

fn model(reader: Reader, file: &[u8]) -> Model {
    Model::Sure(match dialect::read(reader, file) {
        Err(_) => Answer::Rejected,
        Ok(env) => match env.reading(KEY) {
            Reading::Value(value) => Answer::Value(value.to_vec()),
            Reading::Missing => Answer::Missing,
            Reading::Unknown => return Model::Unknown,
        },
    })
}

#[test]
fn a_model_that_is_sure_is_right() {
    let seed = std::env::var("SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(3);
    let count: usize = std::env::var("COUNT").ok().and_then(|s| s.parse().ok()).unwrap_or(6000);
    let mut rng = fastrand::Rng::with_seed(seed);
    let files: Vec<Vec<u8>> = (0..count).map(|_| lines::file(&mut rng)).collect();
    let mut wrong = 0;
    for reader in Reader::ALL {
        let sure: Vec<(&[u8], Answer)> = files
            .iter()
            .filter_map(|file| match model(reader, file) {
                Model::Sure(answer) => Some((file.as_slice(), answer)),
                Model::Unknown => None,
            })
            .collect();
        let asked: Vec<&[u8]> = sure.iter().map(|(file, _)| *file).collect();
        let start = std::time::Instant::now();
        let answers = real::ask(reader, &asked);
        let mut values = 0;
        let mut bad = 0;
        for ((file, modelled), real) in sure.iter().zip(&answers) {
            values += usize::from(matches!(modelled, Answer::Value(_)));
            if modelled != real {
                bad += 1;
                if bad <= 12 {
                    println!(
                        "{}: {:?}\n   model {modelled:?}, real {real:?}",
                        reader.name(),
                        String::from_utf8_lossy(file)
                    );
                }
            }
        }
        println!(
            "{}: sure of {} files ({values} values), wrong {bad}, {:?}",
            reader.name(),
            sure.len(),
            start.elapsed()
        );
        wrong += bad;
    }
    assert_eq!(wrong, 0);
}
