//! The workbench in a window.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use egui::{ViewportBuilder, ViewportCommand, vec2};

use super::instance::{self, Inbox};
use super::workbench::{Workbench, WorkbenchOptions};
use super::{AppError, Start, display, port, prefs::Prefs};
use crate::core::time::SystemClock;
use crate::engine::{EngineHandle, EngineOptions, QUEUE_BYTES};
use crate::lab::DemoOptions;
use crate::profile::files;
use crate::store::Budgets;
use crate::ui::theme;
use crate::view::format::Clockface;

/// Frames for new data: 30 a second, ten where the processor draws them.
const PERIOD: Duration = Duration::from_millis(33);
const SOFTWARE_PERIOD: Duration = Duration::from_millis(100);

pub(super) fn run(start: Start) -> Result<(), AppError> {
    // The engine starts before the window, so that a connection is under way while it opens.
    let ctx: Arc<OnceLock<egui::Context>> = Arc::default();
    let period = if display::draws_in_software() { SOFTWARE_PERIOD } else { PERIOD };
    let clock = SystemClock::shared();
    let waker = {
        let ctx = Arc::clone(&ctx);
        Arc::new(move || {
            if let Some(ctx) = ctx.get() {
                ctx.request_repaint_after(period);
            }
        })
    };
    let prefs_path = Prefs::default_path();
    let memory_mib = prefs_path.as_deref().map(Prefs::load).unwrap_or_default().memory_mib;
    let engine = EngineHandle::start(EngineOptions {
        clock: Arc::clone(&clock),
        budgets: Budgets { bytes: (memory_mib as usize) << 20, ..Budgets::default() },
        queue_bytes: QUEUE_BYTES,
        waker,
        handle_interrupt: true,
    })
    .map_err(AppError::Engine)?;
    let (demo_options, wants_demo) = match &start {
        Start::Demo(options) => (options.clone(), true),
        _ => (DemoOptions::default(), false),
    };
    let mut workbench = Workbench::new(WorkbenchOptions {
        engine: Box::new(engine),
        clock,
        demo: port::demo(demo_options),
        clockface: Clockface::system(),
        prefs_path,
        profiles_folder: files::own_folder(),
    });
    match start {
        Start::Welcome => {}
        Start::File(path) => workbench.open_file(&path),
        Start::Connect(profile) => workbench.connect(profile),
        Start::Demo(_) => debug_assert!(wants_demo),
    }
    if wants_demo {
        workbench.want_demo();
    }

    let inbox = {
        let ctx = Arc::clone(&ctx);
        let wake = move || {
            if let Some(ctx) = ctx.get() {
                ctx.request_repaint();
            }
        };
        instance::place().and_then(|place| instance::listen(&place, wake))
    };

    let opened = Arc::new(AtomicBool::new(false));
    let options = eframe::NativeOptions {
        viewport: ViewportBuilder::default()
            .with_title(workbench.title())
            .with_app_id("usp-scope")
            .with_inner_size(vec2(1280.0, 800.0))
            .with_min_inner_size(vec2(960.0, 600.0))
            .with_icon(icon()),
        renderer: eframe::Renderer::Glow,
        multisampling: 0,
        persist_window: false,
        ..eframe::NativeOptions::default()
    };
    let was_opened = Arc::clone(&opened);
    let result = eframe::run_native(
        "usp-scope",
        options,
        Box::new(move |creation| {
            was_opened.store(true, Ordering::SeqCst);
            theme::install(&creation.egui_ctx);
            // Set once; only one window is ever made.
            let _ = ctx.set(creation.egui_ctx.clone());
            Ok(Box::new(Window { title: workbench.title(), workbench, inbox }))
        }),
    );
    match result {
        Ok(()) => Ok(()),
        Err(eframe::Error::WinitEventLoop(_)) if !opened.load(Ordering::SeqCst) => {
            Err(display::dead())
        }
        // What was looked for is long and helps nobody; why it wasn't found does.
        Err(eframe::Error::NoGlutinConfigs(_, error)) => {
            Err(display::no_opengl(&error.to_string()))
        }
        Err(error @ (eframe::Error::Glutin(_) | eframe::Error::OpenGL(_))) => {
            Err(display::no_opengl(&error.to_string()))
        }
        Err(error) => Err(AppError::Window { reason: error.to_string() }),
    }
}

struct Window {
    workbench: Workbench,
    title: String,
    /// Files from those who found this window open.
    inbox: Option<Inbox>,
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.workbench.logic(ctx);
        let title = self.workbench.title();
        if title != self.title {
            self.title.clone_from(&title);
            ctx.send_viewport_cmd(ViewportCommand::Title(title));
        }
        if self.workbench.wants_to_quit() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
        let dropped =
            ctx.input(|input| input.raw.dropped_files.first().map(|file| file.path().to_owned()));
        if let Some(path) = dropped {
            self.workbench.open_dropped(&path);
        }
        while let Some(path) = self.inbox.as_ref().and_then(Inbox::next) {
            self.workbench.open_dropped(&path);
            let attention = egui::UserAttentionType::Informational;
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(attention));
        }
        let closing = ctx.input(|input| input.viewport().close_requested());
        if closing && self.workbench.has_unsaved() && !self.workbench.wants_to_quit() {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.workbench.ask_before_quit();
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.workbench.ui(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.workbench.save_prefs();
    }
}

/// The mark of the top bar, painted into pixels.
fn icon() -> egui::IconData {
    const SIDE: usize = 64;
    const LINE: [(f32, f32); 6] =
        [(0.14, 0.54), (0.32, 0.54), (0.42, 0.26), (0.58, 0.78), (0.68, 0.46), (0.86, 0.46)];
    let mut rgba = Vec::with_capacity(SIDE * SIDE * 4);
    for y in 0..SIDE {
        for x in 0..SIDE {
            let at = ((x as f32 + 0.5) / SIDE as f32, (y as f32 + 0.5) / SIDE as f32);
            let stroke = LINE.windows(2).map(|w| distance(at, w[0], w[1])).fold(f32::MAX, f32::min);
            let ink = ((0.045 - stroke) * SIDE as f32 + 0.5).clamp(0.0, 1.0);
            let corner = rounded(at, 0.24);
            let mix = |paper: f32, pen: f32| (paper + (pen - paper) * ink) as u8;
            let cover = ((0.5 - corner * SIDE as f32).clamp(0.0, 1.0) * 255.0) as u8;
            rgba.extend([mix(77.0, 6.0), mix(163.0, 19.0), mix(255.0, 32.0), cover]);
        }
    }
    egui::IconData { rgba, width: SIDE as u32, height: SIDE as u32 }
}

/// Distance of a point from a line.
fn distance(p: (f32, f32), a: (f32, f32), b: (f32, f32)) -> f32 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let along = ((p.0 - a.0) * dx + (p.1 - a.1) * dy) / (dx * dx + dy * dy);
    let along = along.clamp(0.0, 1.0);
    (p.0 - a.0 - along * dx).hypot(p.1 - a.1 - along * dy)
}

/// Distance of a point from a unit square with rounded corners; negative inside.
fn rounded(p: (f32, f32), radius: f32) -> f32 {
    let out = |v: f32| (v - 0.5).abs() - 0.5 + radius;
    let (x, y) = (out(p.0), out(p.1));
    x.max(0.0).hypot(y.max(0.0)) + x.max(y).min(0.0) - radius
}
