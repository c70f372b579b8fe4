//! Files go to the window that is already open: whoever is started with a file hands its path
//! over a Unix socket and leaves.
//!
//! The socket lies in the user's own runtime folder, one for each display, and nobody else may
//! use it. What waits, waits a fifth of a second at most; without an answer there is a new window.

#[cfg(unix)]
pub(super) use unix::{Inbox, hand_over, listen, place};

#[cfg(not(unix))]
pub(super) use nowhere::{Inbox, hand_over, listen, place};

#[cfg(unix)]
mod unix {
    use std::ffi::{OsStr, OsString};
    use std::fs;
    use std::io::{self, Read as _, Write as _};
    use std::net::Shutdown;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::net::{UnixListener, UnixStream};
    use std::path::{Path, PathBuf};
    use std::sync::mpsc::{self, Receiver, SyncSender};
    use std::thread;
    use std::time::Duration;

    use crate::core::time::Stopwatch;

    /// What a path is sent behind; another version of the app may say something else.
    const HELLO: &[u8] = b"usp-scope open 1\n";
    /// The answer of a window that takes it.
    const TAKEN: &[u8] = b"taken\n";
    /// Longest message taken, bytes: no system has longer paths.
    const MAX_BYTES: usize = 4096 + HELLO.len();
    /// How long starting up waits for a window to take a file.
    const PATIENCE: Duration = Duration::from_millis(200);
    /// Paths that may wait for the next frame.
    const WAITING: usize = 16;

    /// Where the window of this display listens; `None` if the system has no folder for it.
    pub(in crate::app) fn place() -> Option<PathBuf> {
        let folder = PathBuf::from(std::env::var_os("XDG_RUNTIME_DIR")?);
        if !is_own_folder(&folder) {
            return None;
        }
        let display = ["WAYLAND_DISPLAY", "DISPLAY"]
            .into_iter()
            .filter_map(std::env::var_os)
            .find(|value| !value.is_empty())?;
        Some(folder.join(name(&display)))
    }

    /// A file name of the display's name.
    fn name(display: &OsStr) -> String {
        let display = display.to_string_lossy();
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
        let display: String = display.chars().rev().take(40).map(plain).collect();
        format!("usp-scope{}.sock", display.chars().rev().collect::<String>())
    }

    /// True for a folder of this user that nobody else may enter.
    fn is_own_folder(folder: &Path) -> bool {
        folder.is_absolute()
            && fs::metadata(folder).is_ok_and(|found| {
                found.is_dir() && is_own(found.uid()) && found.mode().trailing_zeros() >= 6
            })
    }

    fn is_own(uid: u32) -> bool {
        uid == nix::unistd::geteuid().as_raw()
    }

    /// Hands a file to the window that listens there; true if it took it.
    pub(in crate::app) fn hand_over(place: &Path, file: &Path) -> bool {
        // A name the user typed means something in this folder only.
        let Ok(file) = std::path::absolute(file) else { return false };
        if !fs::symlink_metadata(place).is_ok_and(|found| is_own(found.uid())) {
            return false;
        }
        let place = place.to_owned();
        let (tell, told) = mpsc::sync_channel(1);
        // Connecting can't be given a time limit: if the window hangs this thread is left behind.
        let spawned = thread::Builder::new().name("usp-hand-over".to_owned()).spawn(move || {
            let _ = tell.send(offer(&place, &file).is_ok_and(|taken| taken));
        });
        spawned.is_ok() && told.recv_timeout(PATIENCE).unwrap_or(false)
    }

    fn offer(place: &Path, file: &Path) -> io::Result<bool> {
        let mut stream = UnixStream::connect(place)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(&[HELLO, file.as_os_str().as_bytes()].concat())?;
        stream.shutdown(Shutdown::Write)?;
        let mut answer = [0; TAKEN.len()];
        stream.read_exact(&mut answer)?;
        Ok(answer == TAKEN)
    }

    /// Paths that others handed over.
    pub(in crate::app) struct Inbox {
        paths: Receiver<PathBuf>,
        place: PathBuf,
        /// Device and inode of the socket.
        socket: (u64, u64),
    }

    impl Inbox {
        /// The next one.
        pub(in crate::app) fn next(&self) -> Option<PathBuf> {
            self.paths.try_recv().ok()
        }
    }

    impl Drop for Inbox {
        fn drop(&mut self) {
            // Another window may listen there by now.
            let found = fs::symlink_metadata(&self.place);
            if found.is_ok_and(|found| (found.dev(), found.ino()) == self.socket) {
                let _ = fs::remove_file(&self.place);
            }
        }
    }

    /// Listens there from now on, unless another window does or the system refuses; `wake` is
    /// called after each path.
    pub(in crate::app) fn listen(place: &Path, wake: impl Fn() + Send + 'static) -> Option<Inbox> {
        let listener = match UnixListener::bind(place) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                if is_answered(place) {
                    return None;
                }
                // Left behind by a window that was killed.
                fs::remove_file(place).ok()?;
                UnixListener::bind(place).ok()?
            }
            bound => bound.ok()?,
        };
        fs::set_permissions(place, fs::Permissions::from_mode(0o600)).ok()?;
        let found = fs::symlink_metadata(place).ok()?;
        let (keep, paths) = mpsc::sync_channel(WAITING);
        thread::Builder::new()
            .name("usp-inbox".to_owned())
            .spawn(move || {
                for stream in listener.incoming() {
                    let Ok(stream) = stream else {
                        // No file handles left, most likely; there may be some later.
                        thread::sleep(PATIENCE);
                        continue;
                    };
                    if take(stream, &keep).is_ok() {
                        wake();
                    }
                }
            })
            .ok()?;
        Some(Inbox { paths, place: place.to_owned(), socket: (found.dev(), found.ino()) })
    }

    /// True if somebody listens; a hanging window counts.
    fn is_answered(place: &Path) -> bool {
        let place = place.to_owned();
        let (tell, told) = mpsc::sync_channel(1);
        let spawned = thread::Builder::new().name("usp-hand-over".to_owned()).spawn(move || {
            let _ = tell.send(UnixStream::connect(place).is_ok());
        });
        spawned.is_err() || told.recv_timeout(PATIENCE).unwrap_or(true)
    }

    /// Takes one path and says so.
    fn take(mut stream: UnixStream, keep: &SyncSender<PathBuf>) -> io::Result<()> {
        let bad = || io::Error::from(io::ErrorKind::InvalidData);
        stream.set_write_timeout(Some(PATIENCE))?;
        let patience = Stopwatch::start();
        let mut bytes = Vec::new();
        loop {
            // However slowly it comes.
            let left = PATIENCE.checked_sub(patience.elapsed()).filter(|left| !left.is_zero());
            stream.set_read_timeout(Some(left.ok_or(io::ErrorKind::TimedOut)?))?;
            let mut part = [0; 1024];
            let read = stream.read(&mut part)?;
            if read == 0 {
                break;
            }
            bytes.extend(part.iter().take(read));
            if bytes.len() > MAX_BYTES {
                return Err(bad());
            }
        }
        let path = bytes.strip_prefix(HELLO).filter(|path| !path.is_empty()).ok_or_else(bad)?;
        let path = PathBuf::from(OsString::from_vec(path.to_vec()));
        if !path.is_absolute() {
            return Err(bad());
        }
        keep.try_send(path).map_err(|_| io::Error::from(io::ErrorKind::WouldBlock))?;
        stream.write_all(TAKEN)
    }

    #[cfg(test)]
    #[expect(clippy::unwrap_used, reason = "tests")]
    mod tests {
        use super::*;

        fn folder() -> tempfile::TempDir {
            let folder = tempfile::tempdir().unwrap();
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
            folder
        }

        /// A window that listens, and a sign of each time it is woken.
        fn window(place: &Path) -> Option<(Inbox, Receiver<()>)> {
            let (tell, told) = mpsc::channel();
            let inbox = listen(place, move || {
                let _ = tell.send(());
            })?;
            Some((inbox, told))
        }

        /// What is left to say is said long before this.
        const LONG: Duration = Duration::from_secs(20);

        #[test]
        fn a_file_reaches_the_window_that_is_open() {
            let folder = folder();
            let place = folder.path().join("usp-scope.sock");
            assert!(!hand_over(&place, Path::new("a.env")), "nobody listens yet");
            let (inbox, woken) = window(&place).unwrap();
            assert_eq!(fs::metadata(&place).unwrap().mode() & 0o777, 0o600);
            assert_eq!(inbox.next(), None);
            // Whether it is taken in time depends on how busy the machine is; that it arrives
            // does not.
            for name in ["a.env", "/tmp/b.env"] {
                while !hand_over(&place, Path::new(name)) {}
                woken.recv_timeout(LONG).unwrap();
                let first = inbox.next().unwrap();
                assert_eq!(first, std::path::absolute(name).unwrap());
                while inbox.next().is_some() {}
            }
            // A second window leaves the first one its place.
            assert!(window(&place).is_none());
            drop(inbox);
            assert!(!place.exists());
        }

        #[test]
        fn a_socket_left_behind_is_replaced() {
            let folder = folder();
            let place = folder.path().join("usp-scope.sock");
            drop(UnixListener::bind(&place).unwrap());
            assert!(place.exists());
            assert!(!hand_over(&place, Path::new("/tmp/a.env")));
            let (inbox, woken) = window(&place).unwrap();
            while !hand_over(&place, Path::new("/tmp/a.env")) {}
            woken.recv_timeout(LONG).unwrap();
            assert_eq!(inbox.next(), Some(PathBuf::from("/tmp/a.env")));
        }

        #[test]
        fn a_window_that_hangs_holds_nobody_up() {
            let folder = folder();
            let place = folder.path().join("usp-scope.sock");
            // Accepts, as the system does for it, and never says a word.
            let _mute = UnixListener::bind(&place).unwrap();
            let waited = Stopwatch::start();
            assert!(!hand_over(&place, Path::new("/tmp/a.env")));
            assert!(waited.elapsed() >= PATIENCE / 2 && waited.elapsed() < LONG);
            assert!(window(&place).is_none(), "it may still come back");
        }

        #[test]
        fn nonsense_is_not_taken() {
            let folder = folder();
            let place = folder.path().join("usp-scope.sock");
            let (inbox, woken) = window(&place).unwrap();
            let long = [HELLO, b"/", "a".repeat(MAX_BYTES).as_bytes()].concat();
            let relative = [HELLO, b"a.env"].concat();
            for bytes in [&b""[..], b"GET / HTTP/1.1\r\n\r\n", HELLO, &relative, &long] {
                let mut stream = UnixStream::connect(&place).unwrap();
                // It may hang up before all of it is written.
                let _ = stream.write_all(bytes);
                let _ = stream.shutdown(Shutdown::Write);
                let mut answer = Vec::new();
                let _ = stream.read_to_end(&mut answer);
                assert!(answer.is_empty(), "{answer:?}");
            }
            while !hand_over(&place, Path::new("/tmp/a.env")) {}
            woken.recv_timeout(LONG).unwrap();
            assert_eq!(inbox.next(), Some(PathBuf::from("/tmp/a.env")));
        }

        #[test]
        fn only_a_folder_of_ones_own_is_used() {
            let folder = folder();
            assert!(is_own_folder(folder.path()));
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
            assert!(!is_own_folder(folder.path()));
            assert!(!is_own_folder(&folder.path().join("missing")));
            assert!(!is_own_folder(Path::new(".")));
        }

        #[test]
        fn each_display_has_a_name_of_its_own() {
            assert_eq!(name(OsStr::new(":84")), "usp-scope-84.sock");
            let long = name(OsStr::new(&format!("/run/user/1000/{}/wayland-1", "x".repeat(200))));
            assert!(long.len() < 60 && long.ends_with("wayland-1.sock"), "{long}");
        }
    }
}

/// Where there are no such sockets each file has a window of its own.
#[cfg(not(unix))]
mod nowhere {
    use std::path::{Path, PathBuf};

    pub(in crate::app) struct Inbox;

    impl Inbox {
        pub(in crate::app) fn next(&self) -> Option<PathBuf> {
            None
        }
    }

    pub(in crate::app) fn place() -> Option<PathBuf> {
        None
    }

    pub(in crate::app) fn hand_over(_place: &Path, _file: &Path) -> bool {
        false
    }

    pub(in crate::app) fn listen(
        _place: &Path,
        _wake: impl Fn() + Send + 'static,
    ) -> Option<Inbox> {
        None
    }
}
