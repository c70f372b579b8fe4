//! The thread `usp-profiles`: everything about profiles that touches the disk or takes time, so
//! that the window never waits: loading, saving, examining, listing, watching the open file.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::core::time::Clock;
use crate::profile::document::Document;
use crate::profile::edit;
use crate::profile::examine::{Examination, Surroundings, examine};
use crate::profile::files::{self, FileError, SaveError, Saved, Stamp};
use crate::profile::read::environment;
use crate::profile::reading::Reading;

/// How often the open file is looked at.
const WATCH: Duration = Duration::from_millis(1000);
/// Most other profiles whose client ids are compared.
const MAX_OTHERS: usize = 64;

/// What the window asks for. `serial` is the editor's, handed back with the answer.
pub(super) enum Job {
    /// Say everything about a text.
    Examine { generation: u64, bytes: Vec<u8>, path: Option<PathBuf> },
    /// Apply all safe fixes to a text.
    FixAll { generation: u64, bytes: Vec<u8>, path: Option<PathBuf> },
    /// Read a file.
    Load(PathBuf),
    /// Write a file that must still hold `base`.
    Save { serial: u64, path: PathBuf, base: Vec<u8>, bytes: Vec<u8> },
    /// Write a new file.
    Create { serial: u64, path: PathBuf, bytes: Vec<u8> },
    /// Let only the owner read these files.
    Restrict(Vec<PathBuf>),
    /// List the app's own folder; `recent` are the files opened before.
    List { recent: Vec<PathBuf> },
    /// Watch no file any more.
    Unwatch,
}

/// What comes back. One answer a job, and news of the watched file unasked.
pub(super) enum Answer {
    Examined {
        generation: u64,
        examination: Arc<Examination>,
    },
    Fixed {
        generation: u64,
        bytes: Vec<u8>,
        done: usize,
    },
    Loaded {
        path: PathBuf,
        result: Result<Vec<u8>, FileError>,
    },
    Saved {
        serial: u64,
        path: PathBuf,
        bytes: Vec<u8>,
        result: Result<Saved, SaveError>,
    },
    Created {
        serial: u64,
        path: PathBuf,
        bytes: Vec<u8>,
        result: Result<(), SaveError>,
    },
    Restricted(Result<(), FileError>),
    Listed(Vec<PathBuf>),
    Done,
    /// The watched file holds this now; `None` if it is gone. Belongs to no job.
    Changed {
        path: PathBuf,
        now: Option<Vec<u8>>,
    },
}

/// The window's end of the thread.
pub(super) struct Worker {
    jobs: Sender<Job>,
    answers: Receiver<Answer>,
    /// Jobs without an answer yet.
    pending: usize,
}

impl Worker {
    /// Starts the thread; `wake` is called after each answer. `None` if the system refuses one.
    pub(super) fn start(
        clock: Arc<dyn Clock>,
        own: Option<PathBuf>,
        wake: impl Fn() + Send + 'static,
    ) -> Option<Self> {
        let (jobs, todo) = channel();
        let (done, answers) = channel();
        let mut thread = Thread { clock, own, watched: None, others: Vec::new() };
        let started =
            std::thread::Builder::new().name("usp-profiles".to_owned()).spawn(move || {
                thread.run(&todo, |answer| {
                    let heard = done.send(answer).is_ok();
                    wake();
                    heard
                });
            });
        started.ok().map(|_| Self { jobs, answers, pending: 0 })
    }

    pub(super) fn send(&mut self, job: Job) {
        if self.jobs.send(job).is_ok() {
            self.pending += 1;
        }
    }

    /// What came back since the last call.
    pub(super) fn answers(&mut self) -> Vec<Answer> {
        let answers: Vec<Answer> = self.answers.try_iter().collect();
        let answered = answers.iter().filter(|a| !matches!(a, Answer::Changed { .. })).count();
        self.pending = self.pending.saturating_sub(answered);
        answers
    }

    /// True while an answer is awaited.
    pub(super) fn is_busy(&self) -> bool {
        self.pending > 0
    }
}

struct Thread {
    clock: Arc<dyn Clock>,
    own: Option<PathBuf>,
    watched: Option<(PathBuf, Option<Stamp>)>,
    /// Path, name and client id of the other profiles, as they were when they were listed.
    others: Vec<(PathBuf, String, String)>,
}

impl Thread {
    fn run(&mut self, todo: &Receiver<Job>, mut answer: impl FnMut(Answer) -> bool) {
        let mut next: Option<Job> = None;
        loop {
            let job = match next.take() {
                Some(job) => Ok(job),
                None => todo.recv_timeout(WATCH),
            };
            let mut job = match job {
                Ok(job) => job,
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(news) = self.look()
                        && !answer(news)
                    {
                        return;
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            };
            // Of texts that were typed meanwhile only the newest matters.
            while matches!(job, Job::Examine { .. }) {
                match todo.try_recv() {
                    Ok(newer @ Job::Examine { .. }) => {
                        job = newer;
                        if !answer(Answer::Done) {
                            return;
                        }
                    }
                    Ok(other) => {
                        next = Some(other);
                        break;
                    }
                    Err(_) => break,
                }
            }
            if !answer(self.carry_out(job)) {
                return;
            }
        }
    }

    fn carry_out(&mut self, job: Job) -> Answer {
        match job {
            Job::Examine { generation, bytes, path } => {
                let others = self.client_ids(path.as_deref());
                let around = self.around(path.as_deref(), &others);
                let examination = Arc::new(examine(&bytes, around));
                Answer::Examined { generation, examination }
            }
            Job::FixAll { generation, bytes, path } => {
                let mut document = Document::new(bytes);
                let around = self.around(path.as_deref(), &[]);
                let done = edit::fix_all(&mut document, around).len();
                Answer::Fixed { generation, bytes: document.bytes().to_vec(), done }
            }
            Job::Load(path) => {
                let stamp = files::stamp(&path);
                let result = files::read(&path);
                if result.is_ok() {
                    self.watched = Some((path.clone(), stamp));
                }
                Answer::Loaded { path, result }
            }
            Job::Save { serial, path, base, bytes } => {
                let result = files::save(&path, &base, &bytes);
                if result.is_ok() {
                    self.watched = Some((path.clone(), files::stamp(&path)));
                }
                Answer::Saved { serial, path, bytes, result }
            }
            Job::Create { serial, path, bytes } => {
                let own = self.own.as_deref().filter(|own| path.parent() == Some(own));
                let folder = own.map_or(Ok(()), files::make_folder).map_err(SaveError::from);
                let result = folder.and_then(|()| files::create(&path, &bytes));
                if result.is_ok() {
                    self.watched = Some((path.clone(), files::stamp(&path)));
                }
                Answer::Created { serial, path, bytes, result }
            }
            Job::Restrict(paths) => {
                Answer::Restricted(paths.iter().try_for_each(|path| files::restrict(path)))
            }
            Job::List { recent } => {
                let own = self.own.as_deref().map(files::list).unwrap_or_default();
                let all = own.iter().chain(&recent).take(MAX_OTHERS);
                self.others = all.filter_map(|path| client_id(path)).collect();
                Answer::Listed(own)
            }
            Job::Unwatch => {
                self.watched = None;
                Answer::Done
            }
        }
    }

    fn around<'a>(
        &self,
        path: Option<&'a Path>,
        others: &'a [(String, String)],
    ) -> Surroundings<'a> {
        Surroundings { path, now: self.clock.now(), environment: &environment, others }
    }

    /// Name and client id of the profiles other than the open one.
    fn client_ids(&self, open: Option<&Path>) -> Vec<(String, String)> {
        let real = open.and_then(|path| path.canonicalize().ok());
        let others = self.others.iter().filter(|(path, ..)| {
            Some(path.as_path()) != open && real.as_deref() != Some(path.as_path())
        });
        others.map(|(_, name, id)| (name.clone(), id.clone())).collect()
    }

    /// Looks whether somebody else wrote the watched file.
    fn look(&mut self) -> Option<Answer> {
        let (path, known) = self.watched.as_mut()?;
        let stamp = files::stamp(path);
        if stamp == *known {
            return None;
        }
        *known = stamp;
        if stamp.is_none() {
            return Some(Answer::Changed { path: path.clone(), now: None });
        }
        // There, but not to be read now: not the same as removed.
        let now = Some(files::read(path).ok()?);
        Some(Answer::Changed { path: path.clone(), now })
    }
}

/// Path as the system sees it, name and client id of a profile that has one.
fn client_id(path: &Path) -> Option<(PathBuf, String, String)> {
    let reading = Reading::new(Document::new(files::read(path).ok()?), &environment);
    let name = path.file_name()?.to_string_lossy().into_owned();
    let id = reading.text("MQTT_CLIENT_ID")?.to_owned();
    Some((path.canonicalize().ok()?, name, id))
}
