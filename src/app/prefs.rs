//! What the app remembers from run to run: looks, sizes, recent files. Never a secret.
//!
//! Reading is tolerant: what is missing or makes no sense gets its default, one value at a time.
//! Writing is atomic: a temporary file, then a rename.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::store::Budgets;
use crate::ui::actions::{MAX_ZOOM, MIN_ZOOM};
use crate::ui::panels::lower::{DeviceTab, LowerTab};
use crate::ui::panels::settings::MEMORY_MIB;
use crate::ui::shell::PaneSizes;
use crate::ui::theme::ThemeChoice;
use crate::view::columns::Columns;
use crate::view::traffic::ColourBy;

/// Recent profiles remembered.
const RECENT: usize = 16;

/// Profiles whose last search is remembered, and the longest search, bytes.
const SEARCHES: usize = 32;
const MAX_SEARCH: usize = 1024;

/// Largest file read, bytes; ours is below 10 kB.
const MAX_BYTES: u64 = 1 << 20;

/// The preferences.
#[derive(Clone, PartialEq, Debug)]
pub struct Prefs {
    /// The theme.
    pub theme: ThemeChoice,
    /// Zoom factor of the whole window.
    pub zoom: f32,
    /// Sizes of the panes in ordinary and in wide windows.
    pub panes: [PaneSizes; 2],
    /// Hidden panes: left, right, bottom.
    pub hidden: [bool; 3],
    /// What the lower pane shows.
    pub lower: LowerTab,
    /// The columns of the message table.
    pub columns: Columns,
    /// By what its rows are coloured.
    pub colour_by: ColourBy,
    /// Profiles opened, newest first.
    pub recent: Vec<PathBuf>,
    /// Host last connected to by hand.
    pub host: String,
    /// Port last connected to by hand.
    pub port: String,
    /// Whether TLS was used for that.
    pub tls: bool,
    /// What the page of a device shows.
    pub device: DeviceTab,
    /// No animations.
    pub reduced_motion: bool,
    /// Times of day in UTC.
    pub utc: bool,
    /// Memory for messages, MiB.
    pub memory_mib: u32,
    /// Show a profile's last search again.
    pub keep_search: bool,
    /// Last searches by profile, the newest first; texts of filters, no payloads.
    pub searches: Vec<(PathBuf, String)>,
    /// Values of newer versions, kept as they are.
    unknown: Map<String, Value>,
}

impl Default for Prefs {
    fn default() -> Self {
        Self {
            theme: ThemeChoice::default(),
            zoom: 1.0,
            panes: [PaneSizes::default(), PaneSizes::FOR_WIDE],
            hidden: [false; 3],
            lower: LowerTab::default(),
            columns: Columns::default(),
            colour_by: ColourBy::default(),
            recent: Vec::new(),
            host: String::new(),
            port: String::new(),
            tls: false,
            device: DeviceTab::default(),
            reduced_motion: false,
            utc: false,
            memory_mib: default_memory_mib(),
            keep_search: true,
            searches: Vec::new(),
            unknown: Map::new(),
        }
    }
}

fn default_memory_mib() -> u32 {
    u32::try_from(Budgets::default().bytes >> 20).unwrap_or(*MEMORY_MIB.start())
}

impl Prefs {
    /// Where they are kept for this user, if the system has such a place.
    #[must_use]
    pub fn default_path() -> Option<PathBuf> {
        let folders = directories::ProjectDirs::from("", "", "usp-scope")?;
        Some(folders.config_dir().join("preferences.json"))
    }

    /// Reads them; defaults for whatever can't be read.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        let small = fs::metadata(path).is_ok_and(|meta| meta.len() <= MAX_BYTES);
        let text = if small { fs::read_to_string(path).unwrap_or_default() } else { String::new() };
        Self::parse(&text)
    }

    fn parse(text: &str) -> Self {
        let mut prefs = Self::default();
        let Ok(Value::Object(mut map)) = serde_json::from_str::<Value>(text) else { return prefs };
        let size = |value: Option<&Value>, default: f32| {
            let size = value.and_then(Value::as_f64).map_or(default, |v| v as f32);
            if size.is_finite() { size.clamp(40.0, 4000.0) } else { default }
        };
        if let Some(theme) = map.remove("theme") {
            prefs.theme = serde_json::from_value(theme).unwrap_or_default();
        }
        if let Some(zoom) = map.remove("zoom").and_then(|v| v.as_f64()) {
            prefs.zoom = (zoom as f32).clamp(MIN_ZOOM, MAX_ZOOM);
        }
        for (slot, name) in prefs.panes.iter_mut().zip(PANES) {
            let Some(panes) = map.remove(name) else { continue };
            *slot = PaneSizes {
                left: size(panes.get("left"), slot.left),
                devices: size(panes.get("devices"), slot.devices),
                right: size(panes.get("right"), slot.right),
                bottom: size(panes.get("bottom"), slot.bottom),
            };
        }
        if let Some(hidden) = map.remove("hidden") {
            for (slot, name) in prefs.hidden.iter_mut().zip(HIDDEN) {
                *slot = hidden.get(name).and_then(Value::as_bool).unwrap_or(false);
            }
        }
        if let Some(lower) = map.remove("lower_pane") {
            let known = LowerTab::ALL.into_iter().find(|tab| lower == tab.name());
            prefs.lower = known.unwrap_or_default();
        }
        if let Some(tab) = map.remove("device_page") {
            let known = DeviceTab::ALL.into_iter().find(|known| tab == known.name());
            prefs.device = known.unwrap_or_default();
        }
        for (slot, name) in [
            (&mut prefs.reduced_motion, "reduced_motion"),
            (&mut prefs.utc, "utc"),
            (&mut prefs.keep_search, "keep_search"),
        ] {
            if let Some(on) = map.remove(name).as_ref().and_then(Value::as_bool) {
                *slot = on;
            }
        }
        if let Some(mib) = map.remove("memory_mib").as_ref().and_then(Value::as_u64) {
            let mib = u32::try_from(mib).unwrap_or(u32::MAX);
            prefs.memory_mib = mib.clamp(*MEMORY_MIB.start(), *MEMORY_MIB.end());
        }
        if let Some(Value::Array(searches)) = map.remove("searches") {
            let read = |entry: &Value| {
                let path = entry.get("profile")?.as_str()?;
                let text = entry.get("search")?.as_str()?;
                (text.len() <= MAX_SEARCH).then(|| (PathBuf::from(path), text.to_owned()))
            };
            prefs.searches = searches.iter().filter_map(read).take(SEARCHES).collect();
        }
        // Older versions wrote the widths of the seven columns there were.
        if let Some(Value::Array(widths)) = map.remove("columns") {
            prefs.columns.take_old_widths(&widths);
        }
        if let Some(columns) = map.remove("table_columns") {
            prefs.columns = Columns::from_json(&columns);
        }
        if let Some(by) = map.remove("colour_by") {
            prefs.colour_by = by.as_str().and_then(ColourBy::from_name).unwrap_or_default();
        }
        if let Some(Value::Array(recent)) = map.remove("recent") {
            let paths = recent.iter().filter_map(Value::as_str).map(PathBuf::from);
            prefs.recent = paths.take(RECENT).collect();
        }
        if let Some(last) = map.remove("last_broker") {
            let text =
                |name: &str| last.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            prefs.host = text("host");
            prefs.port = text("port");
            prefs.tls = last.get("tls").and_then(Value::as_bool).unwrap_or(false);
        }
        prefs.unknown = map;
        prefs
    }

    fn to_json(&self) -> Value {
        let mut map = self.unknown.clone();
        let Self {
            theme,
            zoom,
            panes,
            hidden,
            lower,
            columns,
            colour_by,
            recent,
            host,
            port,
            tls,
            device,
            reduced_motion,
            utc,
            memory_mib,
            keep_search,
            searches,
            unknown: _,
        } = self;
        for (panes, name) in panes.iter().zip(PANES) {
            let sizes = json!({
                "left": panes.left,
                "devices": panes.devices,
                "right": panes.right,
                "bottom": panes.bottom,
            });
            map.insert(name.to_owned(), sizes);
        }
        let hidden = HIDDEN.into_iter().zip(hidden);
        let hidden: Map<String, Value> =
            hidden.map(|(name, &value)| (name.to_owned(), json!(value))).collect();
        map.insert("hidden".to_owned(), Value::Object(hidden));
        map.insert("lower_pane".to_owned(), json!(lower.name()));
        map.insert("theme".to_owned(), json!(theme));
        map.insert("zoom".to_owned(), json!(zoom));
        map.insert("table_columns".to_owned(), columns.to_json());
        map.insert("colour_by".to_owned(), json!(colour_by.name()));
        let paths: Vec<String> = recent.iter().map(|p| p.display().to_string()).collect();
        map.insert("recent".to_owned(), json!(paths));
        map.insert("device_page".to_owned(), json!(device.name()));
        map.insert("reduced_motion".to_owned(), json!(reduced_motion));
        map.insert("utc".to_owned(), json!(utc));
        map.insert("memory_mib".to_owned(), json!(memory_mib));
        map.insert("keep_search".to_owned(), json!(keep_search));
        let searches: Vec<Value> = searches
            .iter()
            .map(|(path, text)| json!({ "profile": path.display().to_string(), "search": text }))
            .collect();
        map.insert("searches".to_owned(), json!(searches));
        let last = json!({ "host": host, "port": port, "tls": tls });
        map.insert("last_broker".to_owned(), last);
        Value::Object(map)
    }

    /// Puts a profile at the top of the recent ones.
    pub fn remember(&mut self, path: &Path) {
        // Another run starts elsewhere.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.recent.retain(|known| *known != path);
        self.recent.insert(0, path);
        self.recent.truncate(RECENT);
    }

    /// The last search with a profile, if such are kept.
    #[must_use]
    pub fn search_of(&self, profile: &Path) -> Option<&str> {
        let found = self.searches.iter().find(|(path, _)| path == profile);
        found.filter(|_| self.keep_search).map(|(_, text)| text.as_str())
    }

    /// Remembers the search with a profile; an empty one is forgotten.
    pub fn remember_search(&mut self, profile: &Path, text: &str) {
        self.searches.retain(|(path, _)| path != profile);
        if self.keep_search && !text.is_empty() && text.len() <= MAX_SEARCH {
            self.searches.insert(0, (profile.to_owned(), text.to_owned()));
            self.searches.truncate(SEARCHES);
        }
    }

    /// Writes them.
    ///
    /// # Errors
    /// The folder can't be made or the file can't be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
        let text = serde_json::to_string_pretty(&self.to_json()).map_err(io::Error::other)?;
        let written = fs::File::create(&temporary)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, path));
        if written.is_err() {
            // Nothing else can be done about a left-over file.
            let _ = fs::remove_file(&temporary);
        }
        written
    }
}

const PANES: [&str; 2] = ["panes", "panes_wide"];
const HIDDEN: [&str; 3] = ["left", "right", "bottom"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::columns::Column;

    #[test]
    fn what_is_written_is_read_back() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("deep/preferences.json");
        assert_eq!(Prefs::load(&path), Prefs::default());
        let mut prefs = Prefs {
            theme: ThemeChoice::HighContrast,
            zoom: 1.5,
            hidden: [true, false, true],
            lower: LowerTab::Exchanges,
            columns: {
                let mut columns = Columns::default();
                columns.set_shown(Column::MsgId, true);
                columns.shift(Column::Size, false);
                columns.set_width(Column::Device, 200.0);
                columns
            },
            colour_by: ColourBy::Grade,
            device: DeviceTab::Problems,
            reduced_motion: true,
            utc: true,
            memory_mib: 2048,
            host: "h".to_owned(),
            ..Prefs::default()
        };
        for n in 0..20 {
            prefs.remember(Path::new(&format!("/p/{n}.env")));
        }
        prefs.remember(Path::new("/p/15.env"));
        for n in 0..40 {
            prefs.remember_search(Path::new(&format!("/p/{n}.env")), "grade = failed");
        }
        prefs.remember_search(Path::new("/p/39.env"), "");
        assert_eq!(prefs.searches.len(), SEARCHES - 1);
        assert_eq!(prefs.search_of(Path::new("/p/38.env")), Some("grade = failed"));
        assert_eq!(prefs.search_of(Path::new("/p/1.env")), None);
        assert_eq!(prefs.recent.len(), RECENT);
        assert_eq!(prefs.recent[0], Path::new("/p/15.env"));
        prefs.save(&path)?;
        assert_eq!(Prefs::load(&path), prefs);
        assert_eq!(fs::read_dir(folder.path().join("deep"))?.count(), 1);
        Ok(())
    }

    #[test]
    fn damage_costs_only_what_is_damaged() {
        assert_eq!(Prefs::parse("{"), Prefs::default());
        let text = r#"{"theme":"sepia","zoom":99,"memory_mib":1,"utc":"yes","device_page":7,
            "searches":[{"profile":"/a"},7,{"profile":"/b","search":"x"}],"panes":{"left":-5,"right":"x"},
            "recent":[1,"/a"],"columns":[1e999],"future":{"a":1},"colour_by":7,
            "table_columns":[{"column":"size","width":-1},{"column":"mood"}]}"#;
        // 1e999 is no JSON number for a reader of doubles, so the whole text is refused.
        assert_eq!(Prefs::parse(text), Prefs::default());
        let prefs = Prefs::parse(&text.replace("1e999", "1e30"));
        assert_eq!(prefs.theme, ThemeChoice::System);
        assert_eq!(prefs.zoom, MAX_ZOOM);
        assert_eq!(prefs.memory_mib, *MEMORY_MIB.start());
        assert_eq!((prefs.utc, prefs.device), (false, DeviceTab::About));
        assert_eq!(prefs.searches, [(PathBuf::from("/b"), "x".to_owned())]);
        let [ordinary, wide] = prefs.panes;
        assert_eq!((ordinary.left, ordinary.right), (40.0, PaneSizes::default().right));
        assert_eq!(wide, PaneSizes::FOR_WIDE);
        assert_eq!(prefs.recent, [PathBuf::from("/a")]);
        assert_eq!(prefs.columns.all().len(), Column::ALL.len());
        assert_eq!(prefs.colour_by, ColourBy::Kind);
        let old = Prefs::parse(r#"{"columns":[90,150,140,130,200,60,70]}"#);
        let widths: Vec<f32> = old.columns.shown().map(|placed| placed.width).collect();
        assert_eq!(widths, [90.0, 150.0, 140.0, 130.0, 200.0, 60.0, 70.0]);
        assert_eq!(prefs.to_json()["future"]["a"], 1);
    }
}
