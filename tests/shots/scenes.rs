//! Which pictures there are: every place, and the states of the window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use usp_scope::app::Page;
use usp_scope::core::wire::WireBatch;
use usp_scope::engine::{EngineEvent, Level, Notice};
use usp_scope::mqtt::link::{Cause, Failure, LinkState};
use usp_scope::store::Budgets;

use crate::raster::Picture;
use crate::stage::{self, START, Size, Stage};

const SMALL: Size = Size { width: 1280, height: 800, zoom: 1.0 };
const SIZES: [Size; 3] = [
    SMALL,
    Size { width: 1920, height: 1080, zoom: 1.0 },
    Size { width: 2560, height: 1440, zoom: 1.5 },
];

/// As in the palette, and in file names.
const THEMES: [(&str, &str); 3] =
    [("dark", "dark"), ("light", "light"), ("high contrast", "contrast")];

/// A device that has trouble, and one that has told much.
const DEVICE: &str = "os::";

type Give<'a> = &'a mut dyn FnMut(&str, Picture);
type Wanted<'a> = &'a dyn Fn(&str) -> bool;

/// Takes the pictures that are wanted.
pub fn all(wanted: Wanted<'_>, give: Give<'_>) {
    let demo = stage::demo();
    places(&demo, wanted, give);
    states(&demo, wanted, give);
}

fn places(demo: &WireBatch, wanted: Wanted<'_>, give: Give<'_>) {
    let profile = example();
    for size in SIZES {
        for (theme, short) in THEMES {
            // High contrast at one size: it differs by its colours only.
            if short == "contrast" && size.width != SMALL.width {
                continue;
            }
            let name = |place: &str| format!("{place}-{short}-{}x{}", size.width, size.height);
            let pages = Page::RAIL.iter().chain([&Page::Start]);
            if !pages.clone().any(|page| wanted(&name(page.name()))) {
                continue;
            }
            let store = stage::store(demo, Budgets::default());
            for page in pages {
                let name = name(page.name());
                if !wanted(&name) {
                    continue;
                }
                let mut stage = if *page == Page::Start {
                    let nothing = stage::store(&WireBatch::new(), Budgets::default());
                    Stage::new(&nothing, size, theme)
                } else {
                    Stage::connected(&store, size, theme)
                };
                match page {
                    Page::Start => {}
                    Page::Traffic => stage.click(Role::Row, "GetResp"),
                    Page::Profiles => stage.drop_file(&profile),
                    page => stage.press(Modifiers::COMMAND, page.digit().expect("on the rail")),
                }
                if *page == Page::Problems {
                    stage.press(Modifiers::NONE, Key::ArrowDown);
                    stage.press(Modifiers::NONE, Key::ArrowRight);
                }
                give(&name, stage.picture());
            }
        }
    }
}

/// The guide's example of a profile, at a path that looks the same everywhere.
fn example() -> PathBuf {
    let folder = std::env::temp_dir().join("usp-scope-shots");
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let path = folder.join("production.env");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/profiles");
    let text = std::fs::read(example.join("production.env")).expect("the example is there");
    if std::fs::read(&path).ok().as_ref() != Some(&text) {
        std::fs::write(&path, text).expect("the example can be copied");
    }
    path
}

fn failure() -> Failure {
    Failure {
        cause: Cause::NotAuthorized,
        what: "the broker refused the user".to_owned(),
        advice: "check MQTT_AUTH_USERNAME and MQTT_AUTH_PASSWORD".to_owned(),
    }
}

/// The states: a name, and what leads there.
fn states(demo: &WireBatch, wanted: Wanted<'_>, give: Give<'_>) {
    let nothing = WireBatch::new();
    let mut take = |name: &str, batch: &WireBatch, budgets: Budgets, go: &dyn Fn(&mut Stage)| {
        let name = format!("state-{name}-dark-{}x{}", SMALL.width, SMALL.height);
        if wanted(&name) {
            let store = stage::store(batch, budgets);
            let mut stage = Stage::connected(&store, SMALL, "dark");
            go(&mut stage);
            give(&name, stage.picture());
        }
    };
    let usual = Budgets::default();
    take("empty", &nothing, usual, &|_| {});
    take("not-connected", &nothing, usual, &|stage| stage.link(LinkState::Idle));
    take("connecting", &nothing, usual, &|stage| {
        stage.link(LinkState::Connecting { attempt: 1 });
    });
    take("failed", &nothing, usual, &|stage| {
        stage.link(LinkState::Failed { failure: failure() });
    });
    take("failed-start-page", &nothing, usual, &|stage| {
        stage.link(LinkState::Failed { failure: failure() });
        stage.palette("Go to the start page");
    });
    take("denied", demo, usual, &|stage| {
        stage.link(stage::connected(&["usp/agent/# (not authorized)"]));
    });
    take("lost", demo, usual, &|stage| {
        stage.link(LinkState::Waiting {
            until: START.plus(Duration::from_secs(128)),
            attempt: 3,
            max_attempts: None,
            failure: Failure {
                cause: Cause::Other,
                what: "the broker closed the connection".to_owned(),
                advice: "look at the broker's log".to_owned(),
            },
        });
    });
    take("flooded", demo, usual, &|stage| stage.lose(12_345));
    take("memory-full", demo, Budgets { bytes: 3 << 20, ..usual }, &|_| {});
    take("paused", demo, usual, &|stage| {
        stage.press(Modifiers::NONE, Key::Space);
    });
    for (tab, name) in [
        ("About", "about"),
        ("Exchanges", "exchanges"),
        ("Ladder", "ladder"),
        ("Problems", "problems"),
        ("Response times", "times"),
        ("Data model", "model"),
    ] {
        take(&format!("device-{name}"), demo, usual, &|stage| {
            stage.press(Modifiers::COMMAND, Key::Num2);
            stage.click(Role::Row, DEVICE);
            stage.press(Modifiers::NONE, Key::Enter);
            stage.click(Role::Button, &format!("Show {tab}"));
        });
    }
    take("presenting", demo, usual, &|stage| stage.palette("Present:"));
    take("tour", demo, usual, &|stage| stage.palette("Guided tour"));
    take("leave", demo, usual, &|stage| stage.palette("Start the demo network"));
    take("message", demo, usual, &|stage| {
        stage.palette("Go to Exchanges");
        stage.press(Modifiers::NONE, Key::ArrowDown);
    });
    take("search", demo, usual, &|stage| {
        stage.press(Modifiers::NONE, Key::Slash);
        stage.text("error or state == timed-out");
    });
    take("search-wrong", demo, usual, &|stage| {
        stage.press(Modifiers::NONE, Key::Slash);
        stage.text("state == timedout");
    });
    take("no-match", demo, usual, &|stage| {
        stage.press(Modifiers::NONE, Key::Slash);
        stage.text("device == nobody");
    });
    take("palette", demo, usual, &|stage| {
        stage.press(Modifiers::COMMAND, Key::K);
        stage.text("go");
    });
    take("settings", demo, usual, &|stage| stage.press(Modifiers::COMMAND, Key::Comma));
    take("keys", demo, usual, &|stage| stage.press(Modifiers::NONE, Key::F1));
    take("log", demo, usual, &|stage| {
        for (level, text, advice) in [
            (Level::Info, "Connected to 127.0.0.1:1883", None),
            (Level::Warning, "The connection was lost: the broker closed it", None),
            (Level::Error, "The capture can't be read", Some("Check that it is JSON lines.")),
        ] {
            let notice = Notice {
                at: START,
                level,
                text: text.to_owned(),
                advice: advice.map(str::to_owned),
            };
            stage.tell(EngineEvent::Notice(notice));
        }
        stage.press(Modifiers::COMMAND, Key::L);
    });
}
