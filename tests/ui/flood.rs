//! A hundred thousand topics and a million messages: only what is on screen exists.

use egui::Key;
use egui::accesskit::Role;
use usp_scope::core::ids::Seq;
use usp_scope::core::wire::WireBatch;

use crate::world::World;

#[test]
fn only_rows_on_screen_exist() {
    let mut world = World::connected();
    let payload = b"{\"a\":1}";
    for slice in 0..100u32 {
        let mut batch = WireBatch::new();
        for i in 0..10_000u32 {
            let topic = format!("usp/agent/{:06}", (slice * 10_000 + i) % 100_000);
            world.push(&mut batch, &topic, payload);
        }
        if slice == 99 { world.apply(&batch) } else { world.keep(&batch) }
    }
    let rows = world.labels(Role::Row).len();
    assert!((10..60).contains(&rows), "{rows} rows");
    let items = world.labels(Role::TreeItem).len();
    assert!((10..60).contains(&items), "{items} tree items");

    world.harness.key_press(Key::Home);
    world.settle();
    let first = world.harness.state().shown().first_seq();
    assert_eq!(world.harness.state().selection().message, Some(first));
    world.harness.key_press(Key::End);
    world.settle();
    assert_eq!(world.harness.state().selection().message, Some(Seq(1_000_000)));
}
