//! Icons by what they stand for (Phosphor, regular weight).

/// Broadcast.
pub const BROADCAST: &str = "\u{E0F2}";
/// Plugs.
pub const PLUGS: &str = "\u{EB56}";
/// Plugs connected.
pub const PLUGS_CONNECTED: &str = "\u{EB5A}";
/// Lock simple.
pub const LOCK: &str = "\u{E308}";
/// Lock simple open.
pub const LOCK_OPEN: &str = "\u{E30A}";
/// Magnifying glass.
pub const SEARCH: &str = "\u{E30C}";
/// Pause.
pub const PAUSE: &str = "\u{E39E}";
/// Play.
pub const PLAY: &str = "\u{E3D0}";
/// Trash.
pub const TRASH: &str = "\u{E4A6}";
/// Sun.
pub const SUN: &str = "\u{E472}";
/// Moon.
pub const MOON: &str = "\u{E330}";
/// List.
pub const MENU: &str = "\u{E2F0}";
/// Caret right.
pub const CARET_RIGHT: &str = "\u{E13A}";
/// Caret down.
pub const CARET_DOWN: &str = "\u{E136}";
/// Arrow up.
pub const ARROW_UP: &str = "\u{E08E}";
/// Arrow down.
pub const ARROW_DOWN: &str = "\u{E03E}";
/// Arrow left.
pub const ARROW_LEFT: &str = "\u{E058}";
/// Arrow right.
pub const ARROW_RIGHT: &str = "\u{E06C}";
/// Gear.
pub const GEAR: &str = "\u{E270}";
/// List bullets.
pub const LIST: &str = "\u{E2F2}";
/// Presentation.
pub const PRESENT: &str = "\u{E654}";
/// Question.
pub const QUESTION: &str = "\u{E3E8}";
/// Gauge.
pub const GAUGE: &str = "\u{E628}";
/// Heartbeat.
pub const PULSE: &str = "\u{E2AC}";
/// Ladder.
pub const LADDER: &str = "\u{E9E4}";
/// Arrow line down.
pub const TO_NEWEST: &str = "\u{E05C}";
/// Tree structure.
pub const TREE: &str = "\u{E67C}";
/// Hard drives.
pub const DEVICE: &str = "\u{E2A0}";
/// Chart scatter.
pub const PLOT: &str = "\u{EAAC}";
/// List magnifying glass.
pub const TABLE: &str = "\u{EBE0}";
/// Brackets curly.
pub const INSPECT: &str = "\u{E860}";
/// Info.
pub const INFO: &str = "\u{E2CE}";
/// Warning.
pub const WARNING: &str = "\u{E4E0}";
/// Warning circle.
pub const ERROR: &str = "\u{E4E2}";
/// X circle.
pub const FAILED: &str = "\u{E4F8}";
/// X.
pub const CLOSE: &str = "\u{E4F6}";
/// Check circle.
pub const CHECK: &str = "\u{E184}";
/// Copy.
pub const COPY: &str = "\u{E1CA}";
/// File.
pub const FILE: &str = "\u{E230}";
/// Folder open.
pub const FOLDER: &str = "\u{E256}";
/// Clock.
pub const CLOCK: &str = "\u{E19A}";
/// Clock countdown.
pub const WAITING: &str = "\u{ED2C}";
/// Sort ascending.
pub const SORT: &str = "\u{E444}";
/// Circle.
pub const CIRCLE: &str = "\u{E18A}";
/// Circle dashed.
pub const CIRCLE_DASHED: &str = "\u{E602}";
/// Circle notch.
pub const SPINNER: &str = "\u{EB44}";
/// Link break.
pub const LOST: &str = "\u{E2E4}";
/// Arrows left right.
pub const LINK: &str = "\u{E0A0}";
/// House.
pub const HOME: &str = "\u{E2C2}";
/// Arrows clockwise.
pub const RETRY: &str = "\u{E094}";
/// Rocket launch.
pub const DEMO: &str = "\u{E3FE}";
/// Globe.
pub const GLOBE: &str = "\u{E288}";
/// Memory.
pub const MEMORY: &str = "\u{E9C4}";
/// Plus.
pub const EXPAND: &str = "\u{E3D4}";
/// Minus.
pub const COLLAPSE: &str = "\u{E32A}";
/// Keyboard.
pub const KEYBOARD: &str = "\u{E2D8}";
/// Eye.
pub const EYE: &str = "\u{E220}";
/// Eye slash.
pub const EYE_SLASH: &str = "\u{E224}";
/// Circle half.
pub const HALF: &str = "\u{E18C}";
/// Funnel.
pub const FUNNEL: &str = "\u{E266}";
/// Repeat.
pub const REPEAT: &str = "\u{E3F6}";
/// Prohibit.
pub const PROHIBIT: &str = "\u{E3DE}";
/// Crosshair.
pub const CROSSHAIR: &str = "\u{E1D6}";
/// Sidebar simple.
pub const SIDEBAR: &str = "\u{EC24}";
/// Minus.
pub const MINUS: &str = "\u{E32A}";
/// Arrows out line vertical.
pub const EXPAND_ALL: &str = "\u{E536}";
/// Arrows in line vertical.
pub const COLLAPSE_ALL: &str = "\u{E532}";
/// Hash.
pub const HASH: &str = "\u{E2A2}";
/// Dots three vertical.
pub const DOTS: &str = "\u{E208}";
/// Floppy disk.
pub const SAVE: &str = "\u{E248}";
/// Arrow u up left.
pub const UNDO: &str = "\u{E08A}";
/// Arrow u up right.
pub const REDO: &str = "\u{E08C}";
/// Note pencil.
pub const EDIT: &str = "\u{E34C}";
/// Clipboard text.
pub const PASTE: &str = "\u{E198}";
/// File plus.
pub const NEW_FILE: &str = "\u{E236}";
/// Git diff.
pub const DIFF: &str = "\u{E27C}";
/// Wrench.
pub const FIX: &str = "\u{E5D4}";
/// Stethoscope.
pub const DIAGNOSE: &str = "\u{E7EA}";
/// Terminal window.
pub const TERMINAL: &str = "\u{EAE8}";
/// Sliders horizontal.
pub const PROFILES: &str = "\u{E434}";
/// Certificate.
pub const CERTIFICATE: &str = "\u{E766}";
/// Copy simple.
pub const DUPLICATE: &str = "\u{E1CC}";
/// Git merge.
pub const MERGE: &str = "\u{E280}";
/// Bookmark simple.
pub const BOOKMARK: &str = "\u{E0EA}";
/// Bookmarks.
pub const BOOKMARKS: &str = "\u{E0EC}";
/// Columns.
pub const COLUMNS: &str = "\u{E546}";
/// Export.
pub const EXPORT: &str = "\u{EAF0}";
/// Swap.
pub const SWAP: &str = "\u{E83C}";
/// Caret up.
pub const CARET_UP: &str = "\u{E13C}";
/// List checks.
pub const LIST_CHECKS: &str = "\u{EADC}";
/// Magnifying glass plus.
pub const ZOOM_IN: &str = "\u{E310}";
/// Magnifying glass minus.
pub const ZOOM_OUT: &str = "\u{E30E}";
/// Frame corners.
pub const FIT: &str = "\u{E626}";
