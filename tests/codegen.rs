//! The checked-in prost types and schema tables are what `proto/` gives today.
//!
//! After changing a schema: `UPDATE_GENERATED=1 cargo test --test codegen`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may fail loudly"
)]

use std::fmt::Write as _;
use std::path::Path;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};

#[test]
fn generated_code_matches_the_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let proto = root.join("proto");
    let files = protox::compile(["usp-record.proto", "usp-msg.proto"], [&proto])
        .expect("the schemas compile");
    let tables = tables(&files.file);
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut config = prost_build::Config::new();
    config.btree_map(["."]).bytes(["."]).out_dir(out.path());
    config.compile_fds(files).expect("code is generated");
    std::fs::write(out.path().join("schema.rs"), tables).expect("written");

    for name in ["usp_record.rs", "usp.rs", "schema.rs"] {
        let fresh = std::fs::read_to_string(out.path().join(name)).expect("generated");
        let kept = root.join("src/usp/generated").join(name);
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(&kept, &fresh).expect("written");
        }
        let kept = std::fs::read_to_string(&kept).unwrap_or_default();
        assert!(
            kept == fresh,
            "src/usp/generated/{name} is stale: run UPDATE_GENERATED=1 cargo test --test codegen"
        );
    }
}

/// The tables of `src/usp/schema.rs` for all messages and enums.
fn tables(files: &[FileDescriptorProto]) -> String {
    let mut out = String::from(
        "// Made by tests/codegen.rs from proto/; do not edit.\n\n\
         use crate::usp::schema::{EnumType, FieldKind, FieldType, MessageType};\n",
    );
    for file in files {
        let all: Vec<_> = file.message_type.iter().collect();
        for message in &file.message_type {
            message_table(&mut out, "", message, &all);
        }
        for one in &file.enum_type {
            enum_table(&mut out, "", one);
        }
    }
    out
}

fn message_table(
    out: &mut String,
    outer: &str,
    message: &DescriptorProto,
    all: &[&DescriptorProto],
) {
    let name = format!("{outer}{}", message.name());
    let inner = format!("{name}.");
    for nested in &message.nested_type {
        if !is_map_entry(nested) {
            message_table(out, &inner, nested, all);
        }
    }
    for one in &message.enum_type {
        enum_table(out, &inner, one);
    }
    assert!(message.oneof_decl.len() < 2, "{name}: FieldType::oneof holds one oneof a message");
    let mut fields: Vec<_> = message.field.iter().collect();
    fields.sort_by_key(|field| field.number());
    let _ = write!(
        out,
        "\n/// `{name}`.\npub static {}: MessageType = MessageType {{\n    name: \"{name}\",\n    size: {},\n    fields: &[\n",
        constant(&name),
        size(message, all),
    );
    for field in fields {
        let _ = writeln!(
            out,
            "        FieldType {{ number: {}, name: \"{}\", kind: {}, repeated: {}, oneof: {} }},",
            field.number(),
            field.name(),
            kind(message, field),
            field.label() == Label::Repeated,
            field.oneof_index.is_some(),
        );
    }
    out.push_str("    ],\n};\n");
}

fn enum_table(out: &mut String, outer: &str, one: &EnumDescriptorProto) {
    let name = format!("{outer}{}", one.name());
    let _ = write!(
        out,
        "\n/// `{name}`.\npub static {}: EnumType = EnumType {{\n    name: \"{name}\",\n    values: &[\n",
        constant(&name)
    );
    for value in &one.value {
        let _ = writeln!(out, "        ({}, \"{}\"),", value.number(), value.name());
    }
    out.push_str("    ],\n};\n");
}

/// Size of the Rust type that prost makes, rounded up.
fn size(message: &DescriptorProto, all: &[&DescriptorProto]) -> usize {
    let (mut plain, mut oneof) = (0, 0);
    for field in &message.field {
        let size = match field.r#type() {
            _ if field.label() == Label::Repeated => 24,
            Type::String => 24,
            Type::Bytes => 32,
            Type::Message => size(find(all, field.type_name()), all),
            Type::Uint64 => 8,
            _ => 4,
        };
        match (field.oneof_index, field.r#type()) {
            (Some(_), _) => oneof = oneof.max(size + 8),
            (None, Type::Message) if field.label() != Label::Repeated => plain += size + 8,
            (None, _) => plain += size,
        }
    }
    (plain + oneof).next_multiple_of(8)
}

/// The message that `.package.Outer.Inner` names.
fn find<'a>(all: &[&'a DescriptorProto], type_name: &str) -> &'a DescriptorProto {
    let mut path = type_name.split('.').skip(2);
    let first = path.next().expect("a name");
    let outer = *all.iter().find(|message| message.name() == first).expect("a message");
    path.fold(outer, |outer, name| {
        outer.nested_type.iter().find(|message| message.name() == name).expect("a nested message")
    })
}

fn kind(message: &DescriptorProto, field: &FieldDescriptorProto) -> String {
    // ".package.Outer.Inner": the tables are named without the package.
    let refers = || field.type_name().splitn(3, '.').nth(2).unwrap_or_default().to_owned();
    match field.r#type() {
        Type::String => "FieldKind::String".to_owned(),
        Type::Bytes => "FieldKind::Bytes".to_owned(),
        Type::Bool => "FieldKind::Bool".to_owned(),
        Type::Uint64 => "FieldKind::Uint64".to_owned(),
        Type::Fixed32 => "FieldKind::Fixed32".to_owned(),
        Type::Enum => format!("FieldKind::Enum(&{})", constant(&refers())),
        Type::Message => {
            let name = refers();
            let last = name.rsplit('.').next().unwrap_or_default();
            let entry = message.nested_type.iter().find(|n| n.name() == last && is_map_entry(n));
            if let Some(entry) = entry {
                assert!(entry.field.iter().all(|f| f.r#type() == Type::String), "{name}");
                "FieldKind::Map".to_owned()
            } else {
                format!("FieldKind::Message(&{})", constant(&name))
            }
        }
        other => panic!("{}: FieldKind has no {other:?}", field.name()),
    }
}

fn is_map_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}

/// `GetResp.RequestedPathResult` → `GET_RESP_REQUESTED_PATH_RESULT`.
fn constant(name: &str) -> String {
    let mut out = String::new();
    let mut before = '.';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_is_lower = letters.peek().is_some_and(char::is_ascii_lowercase);
        let word_begins = letter.is_ascii_uppercase()
            && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_is_lower));
        if word_begins {
            out.push('_');
        }
        out.push(if letter == '.' { '_' } else { letter.to_ascii_uppercase() });
        before = letter;
    }
    out
}
