//! The program: reads the command line, then opens the window or runs a headless command.

use std::process::ExitCode;

use clap::Parser as _;
use usp_scope::cli::args::{Cli, Command};

fn main() -> ExitCode {
    init_logging();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no failures; a closed pipe is none either.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match cli.command {
        None => window::open(cli.file, cli.new_window),
        Some(Command::Demo(args)) if !args.headless => window::demo(&args),
        Some(command) => usp_scope::cli::run(command),
    }
}

/// Log lines go to stderr when `USP_SCOPE_LOG` asks for them (for example `usp_scope=debug`);
/// the library's own reports don't need it.
fn init_logging() {
    let Ok(mut filter) = std::env::var("USP_SCOPE_LOG") else { return };
    for directive in usp_scope::lab::LOG_DIRECTIVES {
        filter = format!("{filter},{directive}");
    }
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

#[cfg(feature = "gui")]
mod window {
    use std::path::PathBuf;
    use std::process::ExitCode;

    use usp_scope::app::{self, AppError, Start};
    use usp_scope::cli::args::DemoArgs;
    use usp_scope::cli::{self, CliError};

    pub(super) fn open(file: Option<PathBuf>, new_window: bool) -> ExitCode {
        if let Some(file) = &file
            && !new_window
            && app::hand_over(file)
        {
            println!("opened in the window that is there; --new-window opens another");
            return ExitCode::SUCCESS;
        }
        let start = file.map_or(Start::Welcome, Start::File);
        cli::report(app::run(start).map_err(|error| CliError::Failed {
            what: error.to_string(),
            advice: error.advice().to_owned(),
        }))
    }

    pub(super) fn demo(args: &DemoArgs) -> ExitCode {
        match app::run(Start::Demo(cli::demo_options(args))) {
            Err(
                error @ (AppError::NoDisplay
                | AppError::DeadDisplay { .. }
                | AppError::MissingLibrary { .. }
                | AppError::NoOpenGl { .. }
                | AppError::Window { .. }),
            ) => cli::run_demo_headless(args, &error.to_string()),
            Err(error) => cli::report(Err(CliError::Failed {
                what: error.to_string(),
                advice: error.advice().to_owned(),
            })),
            Ok(()) => ExitCode::SUCCESS,
        }
    }
}

#[cfg(not(feature = "gui"))]
mod window {
    use std::path::PathBuf;
    use std::process::ExitCode;

    use usp_scope::cli::args::DemoArgs;
    use usp_scope::cli::{self, CliError};

    const WHY: &str = "built without the window";

    pub(super) fn open(_file: Option<PathBuf>, _new_window: bool) -> ExitCode {
        cli::report(Err(CliError::Failed {
            what: format!("no window: {WHY}"),
            advice: "use `usp-scope watch`, `decode` or `demo --headless`".to_owned(),
        }))
    }

    pub(super) fn demo(args: &DemoArgs) -> ExitCode {
        cli::run_demo_headless(args, WHY)
    }
}
