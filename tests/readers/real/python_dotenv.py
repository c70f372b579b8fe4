"""Reads the files 0, 1, … of a folder through python-dotenv, prints what KEY became, a line each."""

import logging
import os
import sys

from dotenv.main import DotEnv

folder, count, key = sys.argv[1:]
os.environ.clear()
logging.disable()
for i in range(int(count)):
    # As load_dotenv does: UTF-8, interpolation on, the process wins.
    try:
        values = DotEnv(os.path.join(folder, str(i)), encoding="utf-8", override=False).dict()
    except UnicodeDecodeError:
        print("!")
        continue
    value = values.get(key)
    print("-" if value is None else "=" + value.encode("utf-8").hex())
