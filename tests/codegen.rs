//! The checked-in prost types are what `proto/` gives today.
//!
//! After changing a schema: `UPDATE_GENERATED=1 cargo test --test codegen`.

use std::path::Path;

#[test]
fn generated_code_matches_the_schemas() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let proto = root.join("proto");
    let files = protox::compile(["usp-record.proto", "usp-msg.proto"], [&proto])
        .expect("the schemas compile");
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut config = prost_build::Config::new();
    config.btree_map(["."]).bytes(["."]).out_dir(out.path());
    config.compile_fds(files).expect("code is generated");

    for name in ["usp_record.rs", "usp.rs"] {
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
