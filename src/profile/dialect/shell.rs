//! bash and dash with `set -a; . ./.env`.
//!
//! To a shell the file is a program. The model follows assignments, one a line, and gives up on
//! the whole file at anything else: a command might run, and then no variable is certain. Within
//! these bounds the two shells read alike.

use super::env::{Budget, Cursor, Env, Halt, in_name, starts_name};

/// Names that mean something to one of the shells: read-only, computed, or changing how the
/// rest is read.
const SPECIAL: &str = "_ ATTY CDPATH DIRSTACK ENV EUID FUNCNAME GLOBIGNORE GLOBSORT GROUPS IFS \
                       IGNOREEOF INPUTRC LANG LANGUAGE LINENO MAIL MAILPATH OLDPWD OPTARG OPTERR \
                       OPTIND POSIXLY_CORRECT PPID PWD SHELLOPTS TERM UID";

/// Beginnings of further ones.
const SPECIAL_PREFIXES: [&str; 6] = ["BASH", "COMP_", "EPOCH", "HIST", "LC_", "READLINE_"];

/// And some that are computed anew when read.
const COMPUTED: &str = "RANDOM SECONDS SRANDOM TMOUT MAILCHECK";

pub(super) fn read(bytes: &[u8]) -> Result<Env, Halt> {
    let mut script =
        Script { from: Cursor::new(bytes), env: Env::default(), budget: Budget::new() };
    while script.statement()? {}
    Ok(script.env)
}

struct Script<'a> {
    from: Cursor<'a>,
    env: Env,
    budget: Budget,
}

/// A value while it is read.
#[derive(Default)]
struct Word {
    value: Vec<u8>,
    /// True once it holds something only the running shell knows.
    unsure: bool,
}

impl Word {
    /// Takes a byte from outside single quotes. bash uses two control characters for marks of
    /// its own and loses them in some places.
    fn push(&mut self, byte: u8) {
        self.unsure |= matches!(byte, 0x01 | 0x7f);
        self.value.push(byte);
    }
}

/// Where a `$` or a backslash stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Bare,
    InDouble,
}

impl Script<'_> {
    /// Reads up to the end of a line; false at the end of the file.
    fn statement(&mut self) -> Result<bool, Halt> {
        self.from.take_while(is_blank);
        match self.from.peek() {
            None => return Ok(false),
            Some(b'\n') => {
                self.from.next();
                return Ok(true);
            }
            Some(b'#') => {
                self.from.take_while(|byte| byte != b'\n');
                return Ok(true);
            }
            Some(byte) if starts_name(byte) => {}
            Some(_) => return Err(Halt::Unsure),
        }
        let mut name = self.from.take_while(in_name);
        let mut exported = false;
        if name == b"export" && !self.from.take_while(is_blank).is_empty() {
            exported = true;
            if !self.from.peek().is_some_and(starts_name) {
                return Err(Halt::Unsure);
            }
            name = self.from.take_while(in_name);
        }
        if is_special(name) || !self.from.eat(b'=') {
            return Err(Halt::Unsure);
        }
        let word = self.word(exported)?;
        self.from.take_while(is_blank);
        match self.from.peek() {
            None | Some(b'\n' | b'#') => {}
            Some(_) => return Err(Halt::Unsure),
        }
        let known = !word.unsure && !is_one_of(COMPUTED, name);
        self.env.set(name, known.then_some(word.value));
        Ok(true)
    }

    /// A value up to an unquoted blank or line end.
    fn word(&mut self, exported: bool) -> Result<Word, Halt> {
        let mut word = Word::default();
        while let Some(byte) = self.from.peek() {
            if is_blank(byte) || byte == b'\n' {
                break;
            }
            self.from.next();
            match byte {
                b'\'' => self.single(&mut word)?,
                b'"' => self.double(&mut word)?,
                b'\\' => match self.from.next() {
                    None => return Err(Halt::Unsure),
                    Some(b'\n') => {}
                    Some(escaped) => word.push(escaped),
                },
                b'$' => {
                    word.unsure |= exported;
                    self.dollar(&mut word, Place::Bare)?;
                }
                b'`' | b'&' | b'|' | b';' | b'<' | b'>' | b'(' | b')' => return Err(Halt::Unsure),
                // A home directory.
                b'~' => word.unsure = true,
                // Unlike in an assignment these are followed up in an argument of `export`.
                b'*' | b'?' | b'[' | b'{' if exported => word.unsure = true,
                _ => word.push(byte),
            }
        }
        Ok(word)
    }

    fn single(&mut self, word: &mut Word) -> Result<(), Halt> {
        let start = self.from.at;
        word.value.extend(self.from.take_while(|byte| byte != b'\''));
        if self.from.eat(b'\'') { Ok(()) } else { Err(self.unclosed(start)) }
    }

    fn double(&mut self, word: &mut Word) -> Result<(), Halt> {
        let start = self.from.at;
        while let Some(byte) = self.from.next() {
            match byte {
                b'"' => return Ok(()),
                b'`' => return Err(Halt::Unsure),
                b'$' => self.dollar(word, Place::InDouble)?,
                b'\\' => match self.from.next() {
                    None => break,
                    Some(b'\n') => {}
                    Some(escaped @ (b'"' | b'\\' | b'`' | b'$')) => word.value.push(escaped),
                    Some(other) => {
                        word.push(b'\\');
                        word.push(other);
                    }
                },
                _ => word.push(byte),
            }
        }
        Err(self.unclosed(start))
    }

    fn unclosed(&self, start: usize) -> Halt {
        Halt::rejected(self.from.line_of(start), "the closing quote is missing")
    }

    /// What follows a `$`.
    fn dollar(&mut self, word: &mut Word, place: Place) -> Result<(), Halt> {
        match self.from.peek() {
            Some(byte) if starts_name(byte) => {
                let name = self.from.take_while(in_name);
                self.not_continued()?;
                self.put_in(name, word)
            }
            Some(b'{') => {
                self.from.next();
                let name = self.from.take_while(in_name);
                // `${NAME:=x}` and the like may set, stop or compute.
                if !name.first().is_some_and(|byte| starts_name(*byte)) || !self.from.eat(b'}') {
                    return Err(Halt::Unsure);
                }
                self.put_in(name, word)
            }
            Some(b'(' | b'[' | b'`') => Err(Halt::Unsure),
            // In bash these start further kinds of quotes.
            Some(b'\'' | b'"') if place == Place::Bare => Err(Halt::Unsure),
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-') => {
                self.from.next();
                word.unsure = true;
                // bash takes `$${` for the start of something, the second dollar being used up
                // or not.
                match self.from.peek() {
                    Some(b'{' | b'(' | b'[') => Err(Halt::Unsure),
                    Some(b'\'' | b'"') if place == Place::Bare => Err(Halt::Unsure),
                    _ => self.not_continued(),
                }
            }
            _ => {
                word.value.push(b'$');
                self.not_continued()
            }
        }
    }

    /// A name may go on after a line that ends in a backslash.
    fn not_continued(&self) -> Result<(), Halt> {
        if self.from.rest().starts_with(b"\\\n") { Err(Halt::Unsure) } else { Ok(()) }
    }

    fn put_in(&mut self, name: &[u8], word: &mut Word) -> Result<(), Halt> {
        match self.env.slot(name) {
            Some(Some(value)) => {
                self.budget.spend(value.len())?;
                word.value.extend(value);
            }
            // A shell has variables of its own even if the environment is empty.
            Some(None) | None => word.unsure = true,
        }
        Ok(())
    }
}

fn is_special(name: &[u8]) -> bool {
    is_one_of(SPECIAL, name)
        || SPECIAL_PREFIXES.iter().any(|prefix| name.starts_with(prefix.as_bytes()))
}

fn is_one_of(names: &str, name: &[u8]) -> bool {
    names.split(' ').any(|other| other.as_bytes() == name)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
