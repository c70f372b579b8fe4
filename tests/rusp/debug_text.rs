//! Reads the text of a derived `Debug` back. It names every field and every value as the other
//! decoder has them, which its own JSON does not.

/// A value as `Debug` prints it.
#[derive(Clone, PartialEq, Debug)]
pub enum Node {
    /// `Name { field: value, … }`, or `Name` alone.
    Struct(String, Vec<(String, Node)>),
    /// `Name(value)`.
    Wrapped(String, Box<Node>),
    /// `[value, …]`.
    List(Vec<Node>),
    /// `{key: value, …}`.
    Map(Vec<(Node, Node)>),
    /// `"text"`.
    Text(String),
    /// Digits.
    Number(u64),
}

impl Node {
    /// Reads all of `text`.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader { rest: text };
        let node = reader.node();
        assert!(reader.rest.is_empty(), "left over: {}", reader.rest);
        node
    }

    /// The field of a struct.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let Self::Struct(_, fields) = self else { panic!("no struct: {self:?}") };
        fields.iter().find(|field| field.0 == name).map(|field| &field.1)
    }

    pub fn fields(&self) -> &[(String, Self)] {
        let Self::Struct(_, fields) = self else { panic!("no struct: {self:?}") };
        fields
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn must(&mut self, token: &str) {
        assert!(self.take(token), "{token} expected at {:.80}", self.rest);
    }

    fn while_is(&mut self, is: impl Fn(char) -> bool) -> String {
        let end = self.rest.find(|c| !is(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn node(&mut self) -> Node {
        match self.rest.chars().next() {
            Some('"') => Node::Text(self.text()),
            Some('[') => {
                self.must("[");
                let mut items = Vec::new();
                while !self.take("]") {
                    items.push(self.node());
                    self.take(", ");
                }
                Node::List(items)
            }
            Some('{') => {
                self.must("{");
                let mut entries = Vec::new();
                while !self.take("}") {
                    let key = self.node();
                    self.must(": ");
                    entries.push((key, self.node()));
                    self.take(", ");
                }
                Node::Map(entries)
            }
            Some('0'..='9') => Node::Number(self.while_is(|c| c.is_ascii_digit()).parse().unwrap()),
            _ => self.named(),
        }
    }

    fn named(&mut self) -> Node {
        let name = self.while_is(|c| c.is_alphanumeric() || c == '_');
        assert!(!name.is_empty(), "a name expected at {:.80}", self.rest);
        if self.take("(") {
            let inner = self.node();
            self.must(")");
            return Node::Wrapped(name, Box::new(inner));
        }
        let mut fields = Vec::new();
        if self.take(" { ") {
            while !self.take(" }") {
                let field = self.while_is(|c| c.is_alphanumeric() || c == '_');
                self.must(": ");
                fields.push((field, self.node()));
                self.take(", ");
            }
        }
        Node::Struct(name, fields)
    }

    fn text(&mut self) -> String {
        let mut out = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return out;
                }
                '\\' => match chars.next().unwrap().1 {
                    'n' => out.push('\n'),
                    'r' => out.push('\r'),
                    't' => out.push('\t'),
                    '0' => out.push('\0'),
                    'u' => {
                        let digits: String = chars
                            .by_ref()
                            .skip(1)
                            .map(|(_, c)| c)
                            .take_while(|&c| c != '}')
                            .collect();
                        let number = u32::from_str_radix(&digits, 16).unwrap();
                        out.push(char::from_u32(number).unwrap());
                    }
                    escaped => out.push(escaped),
                },
                c => out.push(c),
            }
        }
        panic!("a text without an end");
    }
}

#[test]
fn debug_text_comes_back() {
    #[derive(Debug)]
    #[expect(dead_code, reason = "only printed")]
    struct Inner {
        text: String,
        list: Vec<Option<u32>>,
    }
    let text = "a\"b\\ \n\u{202e}{[(é\u{301}'".to_owned();
    let printed = format!("{:?}", Inner { text: text.clone(), list: vec![Some(7), None] });
    let node = Node::read(&printed);
    assert_eq!(node.field("text"), Some(&Node::Text(text)));
    let list = vec![
        Node::Wrapped("Some".to_owned(), Box::new(Node::Number(7))),
        Node::Struct("None".to_owned(), vec![]),
    ];
    assert_eq!(node.field("list"), Some(&Node::List(list)));
}
