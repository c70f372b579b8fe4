//! Pictures of every place, state and theme, from the demo network with a fixed seed.
//!
//! `tests/shots/run FOLDER` writes them all. As a test it takes some of them twice and looks
//! whether they are the same bytes, and whether they show anything.
#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../support/raster.rs"]
mod raster;
mod scenes;
mod stage;

use std::collections::HashSet;
use std::path::Path;

use raster::Picture;

/// Names the folder to write all pictures into.
const FOLDER: &str = "USP_SCOPE_SHOTS";

#[test]
fn pictures_are_the_same_every_time_and_show_something() {
    let wanted = |name: &str| {
        let some = ["traffic-dark", "devices-light", "state-palette-dark", "state-search-dark"];
        name.strip_suffix("-1280x800").is_some_and(|name| some.contains(&name))
    };
    let take = || {
        let mut taken = Vec::new();
        scenes::all(&wanted, &mut |name, picture| taken.push((name.to_owned(), picture)));
        taken
    };
    let (one, two) = (take(), take());
    assert_eq!(one.len(), 4);
    for ((name, first), (_, second)) in one.iter().zip(&two) {
        assert!(first == second, "{name} is another picture the second time");
        assert!(colors(first) > 100, "{name} shows only {} colours", colors(first));
    }
    // Themes and places look different.
    assert!(one[0].1 != one[1].1);
}

#[test]
fn all_pictures_are_written_where_asked() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let mut names = HashSet::new();
    scenes::all(&|_| true, &mut |name, picture| {
        assert!(names.insert(name.to_owned()), "two pictures are called {name}");
        let path = folder.join(name).with_extension("png");
        std::fs::write(path, picture.png()).expect("the picture can be written");
    });
    println!("{} pictures in {}", names.len(), folder.display());
}

fn colors(picture: &Picture) -> usize {
    picture.rgb.chunks_exact(3).collect::<HashSet<_>>().len()
}
