#!/usr/bin/env python3
"""Drives the program in a real window: `drive.py PROGRAM`, inside `dbus-run-session`.

Reads the accessibility bus (AT-SPI) as a screen reader does, straight over D-Bus: nothing is
cached. Presses buttons by their action, keys with xdotool. Nothing waits a fixed time; whatever
is expected is looked for again and again until a deadline.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time

from gi.repository import Gio, GLib

DEADLINE = time.monotonic() + 100
LAUNCHERS = ["/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher"]
ACCESSIBLE = "org.a11y.atspi.Accessible"
# Numbers of the protocol.
SELECTED = 23
ROLES = {37: "page tab", 43: "button", 90: "table row", 91: "tree item"}

children = []
# When a row was pressed last.
pressed = 0.0


def start(*command, **options):
    """Starts a process that is ended at the end."""
    child = subprocess.Popen(command, **options)
    children.append(child)
    return child


def until(what, look):
    """What `look` gives, once it gives something."""
    while True:
        found = look()
        if found:
            print(f"ok: {what}", flush=True)
            return found
        if program is not None and program.poll() is not None and "exit" not in what:
            raise SystemExit(f"the program ended with {program.returncode}, awaited: {what}")
        if time.monotonic() > DEADLINE:
            raise SystemExit(f"never seen: {what}\n{picture()}")
        time.sleep(0.1)


def picture():
    """What is there, for whoever reads the failure."""
    lines = [f"{role}: {name}" for name, role, _ in tree() if name]
    return "\n".join(lines[:200])


def call(ref, interface, method, arguments=None):
    """Calls a method of an object on the accessibility bus; None if it is gone."""
    try:
        answer = bus.call_sync(
            ref[0], ref[1], interface, method, arguments, None, Gio.DBusCallFlags.NONE, 5000, None
        )
        return answer.unpack()
    except GLib.Error:
        return None


def name_of(ref):
    arguments = GLib.Variant("(ss)", (ACCESSIBLE, "Name"))
    answer = call(ref, "org.freedesktop.DBus.Properties", "Get", arguments)
    return answer[0] if answer else ""


def role_of(ref):
    answer = call(ref, ACCESSIBLE, "GetRole")
    return ROLES.get(answer[0], str(answer[0])) if answer else ""


def is_selected(ref):
    answer = call(ref, ACCESSIBLE, "GetState")
    return bool(answer and answer[0][0] >> SELECTED & 1)


def tree():
    """All that is in the program's window: name, role, object."""
    registry = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root")
    todo = list((call(registry, ACCESSIBLE, "GetChildren") or ([],))[0])
    while todo:
        ref = todo.pop(0)
        yield name_of(ref), role_of(ref), ref
        todo += (call(ref, ACCESSIBLE, "GetChildren") or ([],))[0]


def find(role, fits):
    """The first object of a role whose name fits."""
    return next((ref for name, of, ref in tree() if of == role and fits(name)), None)


def press(ref):
    """Does what a click does."""
    return call(ref, "org.a11y.atspi.Action", "DoAction", GLib.Variant("(i)", (0,)))


def keys(combination):
    """Presses keys in the program's window."""
    search = ["xdotool", "search", "--onlyvisible", "--class", "usp-scope"]
    windows = subprocess.run(search, capture_output=True, text=True).stdout.split()
    if windows:
        # No window manager gives the window the keyboard here.
        focus = ["xdotool", "windowfocus", windows[-1], "key", combination]
        subprocess.run(focus, check=False, stderr=subprocess.DEVNULL)


def inspect():
    """Picks an answer in the table and reads the inspector: names of its fields, or None."""
    fields = [name for name, role, _ in tree() if role == "tree item"]
    wanted = ["Record", "to_id", "from_id", "msg_id", "msg_type", "GET_RESP", "req_path_results"]
    if all(any(word in field for field in fields) for word in wanted):
        return fields
    # Rows move on while traffic flows; if one was gone before it was pressed, another will do.
    global pressed
    if time.monotonic() < pressed + 2:
        return None
    pressed = time.monotonic()
    row = find("table row", lambda name: name.startswith("GetResp, from device"))
    if row:
        press(row)
    return None


def page(word):
    """True if that place is on view; asks for it by its key otherwise."""
    tab = find("page tab", lambda name: name.startswith(word))
    if tab and is_selected(tab):
        return True
    keys("ctrl+2")
    return False


def hands_over(file):
    """Starts the program with a file; true if it left it to the window that is there."""
    second = start(sys.argv[1], file, stdout=subprocess.PIPE, text=True)
    try:
        told, _ = second.communicate(timeout=15)
    except subprocess.TimeoutExpired:
        # The first window was too busy to answer in time, so this is a window of its own.
        second.kill()
        return False
    return second.returncode == 0 and "opened in the window that is there" in told


def edits(file):
    """True if the editor is on view with that file in it."""
    tab = find("page tab", lambda name: name.startswith("Profiles"))
    names = [name for name, _, _ in tree()]
    return tab and is_selected(tab) and any(os.path.basename(file) in name for name in names)


def quits():
    if program.poll() is not None:
        return True
    keys("ctrl+q")
    return False


for tool in ["Xvfb", "xdotool"]:
    if shutil.which(tool) is None:
        raise SystemExit(f"{tool} is not installed")
launcher = next((path for path in LAUNCHERS if os.path.exists(path)), None)
if launcher is None:
    raise SystemExit("at-spi-bus-launcher is not installed (package at-spi2-core)")

program = None
home = tempfile.mkdtemp(prefix="usp-scope-blackbox-")
try:
    os.chmod(home, 0o700)
    read, write = os.pipe()
    screen = ["-screen", "0", "1280x800x24", "-nolisten", "tcp", "-displayfd", str(write)]
    start("Xvfb", *screen, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    display = os.fdopen(read).readline().strip()
    if not display:
        raise SystemExit("Xvfb does not start")
    os.environ.update(
        DISPLAY=f":{display}",
        HOME=home,
        XDG_CONFIG_HOME=home,
        XDG_RUNTIME_DIR=home,
        LIBGL_ALWAYS_SOFTWARE="1",
    )
    start(launcher, "--launch-immediately", stderr=subprocess.DEVNULL)
    session = Gio.bus_get_sync(Gio.BusType.SESSION, None)

    def accessibility_bus():
        """Its address, once it says that somebody listens: else programs stay silent."""
        try:
            ask = ["org.a11y.Bus", "/org/a11y/bus"]
            on = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
            properties = "org.freedesktop.DBus.Properties"
            flags = Gio.DBusCallFlags.NONE
            session.call_sync(*ask, properties, "Set", on, None, flags, 5000, None)
            got = session.call_sync(*ask, "org.a11y.Bus", "GetAddress", None, None, flags, 5000, None)
            return got.unpack()[0]
        except GLib.Error:
            return None

    address = until("the accessibility bus", accessibility_bus)
    bus = Gio.DBusConnection.new_for_address_sync(
        address,
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
        | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
        None,
        None,
    )
    program = start(sys.argv[1])
    demo = until("the start page", lambda: find("button", lambda n: n == "Start the demo"))
    press(demo)
    until("messages", lambda: find("table row", lambda name: name.startswith("Get, to device")))
    found = until("the fields of a GetResp in the inspector", inspect)
    print("   " + " | ".join(found[:8]))
    until("Devices by Ctrl+2", lambda: page("Devices"))
    until("the table of devices", lambda: find("table row", lambda name: name.startswith(("os::", "ops::"))))
    # A second start with a file hands it to this window and leaves.
    file = os.path.join(home, "handed-over.env")
    with open(file, "w", encoding="utf-8") as text:
        text.write("MQTT_HOST=broker.example.net\n")
    until("a second start that exits", lambda: hands_over(file))
    until("the file in the editor", lambda: edits(file))
    until("exit by Ctrl+Q", quits)
    if program.returncode != 0:
        raise SystemExit(f"exit code {program.returncode}")
finally:
    for child in reversed(children):
        # The launcher ends its bus if it is asked to.
        child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
    shutil.rmtree(home, ignore_errors=True)
