"""Reads the files 0, 1, … of a folder with systemd's own parser for EnvironmentFile=, as the
service manager calls it, and prints what KEY became, a line each. No running systemd is needed:
the parser is called in its shared library."""

import ctypes
import glob
import os
import sys

folder, count, key = sys.argv[1:]
os.environ["SYSTEMD_LOG_LEVEL"] = "emerg"
library = ctypes.CDLL(sorted(glob.glob("/usr/lib/*/systemd/libsystemd-shared-*.so"))[-1])
strings = ctypes.POINTER(ctypes.c_char_p)
library.load_env_file.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(strings)]
library.strv_env_clean_with_callback.argtypes = [strings, ctypes.c_void_p, ctypes.c_void_p]
library.strv_env_clean_with_callback.restype = strings
wanted = key.encode() + b"="
for i in range(int(count)):
    found = strings()
    path = os.path.join(folder, str(i)).encode()
    if library.load_env_file(None, path, ctypes.byref(found)) < 0:
        print("!")
        continue
    # Drops what is no valid name or value, before the variables reach the service.
    if found:
        found = library.strv_env_clean_with_callback(found, None, None)
    value, n = None, 0
    while found and found[n] is not None:
        if found[n].startswith(wanted):
            value = found[n][len(wanted) :]
        n += 1
    print("-" if value is None else "=" + value.hex())
