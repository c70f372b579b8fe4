//! Looks before the window is opened whether one can be: the toolkit panics where a library is
//! missing, and a panic tells nobody what to install.

use std::path::Path;

use super::AppError;

/// Folders in which shared libraries are looked for, besides `LD_LIBRARY_PATH`.
#[cfg(target_os = "linux")]
const LIBRARY_FOLDERS: [&str; 8] = [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/lib64",
    "/usr/local/lib",
];

/// Libraries loaded at run time for X11, with the Debian package of each.
#[cfg(target_os = "linux")]
const X11: [(&str, &str); 6] = [
    ("libX11.so.6", "libx11-6"),
    ("libX11-xcb.so.1", "libx11-xcb1"),
    ("libXcursor.so.1", "libxcursor1"),
    ("libXi.so.6", "libxi6"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libGL.so.1", "libgl1"),
];

/// The same for Wayland.
#[cfg(target_os = "linux")]
const WAYLAND: [(&str, &str); 3] = [
    ("libwayland-client.so.0", "libwayland-client0"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libEGL.so.1", "libegl1"),
];

/// Why the toolkit found no display, though [`check`] saw nothing amiss.
pub(super) fn dead() -> AppError {
    let named: Vec<String> = ["DISPLAY", "WAYLAND_DISPLAY"]
        .into_iter()
        .filter_map(std::env::var_os)
        .filter(|value| !value.is_empty())
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if named.is_empty() {
        return AppError::NoDisplay;
    }
    AppError::DeadDisplay { names: named.join(" ") }
}

/// Why there is a display and yet no window, with what to do about it.
pub(super) fn no_opengl(reason: &str) -> AppError {
    let wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|value| !value.is_empty());
    AppError::NoOpenGl {
        reason: reason.to_owned(),
        advice: opengl_advice(wayland, forces_software(), has_drivers()),
    }
}

/// What to do without OpenGL.
fn opengl_advice(wayland: bool, software: bool, drivers: bool) -> String {
    let mut steps = Vec::new();
    if !drivers {
        let library = if wayland { "libegl1" } else { "libgl1 libglx-mesa0" };
        steps.push(format!(
            "install Mesa's drivers (on Debian or Ubuntu: sudo apt install libgl1-mesa-dri {library})"
        ));
    }
    if !software {
        steps.push(
            "let the processor draw (LIBGL_ALWAYS_SOFTWARE=1 usp-scope), which needs no graphics \
             card"
                .to_owned(),
        );
    }
    if !wayland {
        steps.push(
            "over ssh -X or in a virtual X server check that GLX is on (Xvfb and Xvnc: +extension \
             GLX)"
                .to_owned(),
        );
    }
    steps.push("without a window: usp-scope watch, decode or demo --headless".to_owned());
    steps.join("; ")
}

/// True if Mesa's software driver, and with it all the others, is there.
#[cfg(target_os = "linux")]
fn has_drivers() -> bool {
    is_installed("dri/swrast_dri.so") || is_installed("dri/kms_swrast_dri.so")
}

#[cfg(not(target_os = "linux"))]
fn has_drivers() -> bool {
    true
}

fn forces_software() -> bool {
    std::env::var("LIBGL_ALWAYS_SOFTWARE").is_ok_and(|v| v == "1" || v == "true")
}

/// Says why no window can be opened, if that can be known beforehand.
#[cfg(target_os = "linux")]
pub(super) fn check() -> Result<(), AppError> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let libraries: &[(&str, &str)] = match (set("WAYLAND_DISPLAY"), set("DISPLAY")) {
        (false, false) => return Err(AppError::NoDisplay),
        (true, _) => &WAYLAND,
        (false, true) => &X11,
    };
    let missing: Vec<&(&'static str, &'static str)> =
        libraries.iter().filter(|(library, _)| !is_installed(library)).collect();
    let Some((library, _)) = missing.first() else { return Ok(()) };
    // On systems that keep libraries elsewhere nothing is found; then better try than refuse.
    if missing.len() == libraries.len() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|(_, package)| *package).collect();
    let advice = format!("on Debian or Ubuntu: sudo apt install {}", packages.join(" "));
    Err(AppError::MissingLibrary { library, advice })
}

/// Elsewhere the system's own window layer says what is wrong.
#[cfg(not(target_os = "linux"))]
pub(super) fn check() -> Result<(), AppError> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn is_installed(library: &str) -> bool {
    let own = std::env::var("LD_LIBRARY_PATH").unwrap_or_default();
    let own = own.split(':').filter(|folder| !folder.is_empty());
    own.chain(LIBRARY_FOLDERS).any(|folder| Path::new(folder).join(library).exists())
}

/// True if frames are most likely drawn by the processor: then fewer of them are asked for.
pub(super) fn draws_in_software() -> bool {
    forces_software() || (cfg!(target_os = "linux") && !Path::new("/dev/dri").exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_opengl_it_says_what_to_install_and_what_to_set() {
        let bare = opengl_advice(false, false, false);
        assert!(bare.contains("apt install libgl1-mesa-dri libgl1"), "{bare}");
        assert!(bare.contains("LIBGL_ALWAYS_SOFTWARE=1 usp-scope"), "{bare}");
        assert!(bare.contains("+extension GLX"), "{bare}");
        // What is done already is not told again.
        let rest = opengl_advice(true, true, true);
        for done in ["apt", "LIBGL", "GLX"] {
            assert!(!rest.contains(done), "{rest}");
        }
        assert!(rest.contains("usp-scope watch"), "{rest}");
        let AppError::NoOpenGl { reason, .. } = no_opengl("no config") else { unreachable!() };
        assert_eq!(reason, "no config");
    }
}
