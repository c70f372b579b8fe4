"""Reads the files 0, 1, … of a folder with `docker create --env-file` and prints what KEY became,
a line each. The client parses the file before it talks to an engine; what it would send is
caught by a socket of our own."""

import http.server
import json
import os
import socketserver
import subprocess
import sys
import tempfile
import threading

folder, count, key = sys.argv[1:]
MARK = "USP_SCOPE_TEST_MARK"
# What the client says of a file it does not take, by version.
REFUSALS = (b"env file", b"utf8", b"no variable name", b"whitespaces", b"token too long")


class Engine(http.server.BaseHTTPRequestHandler):
    """Just enough of an engine: says it is there, takes one container."""

    def address_string(self):
        return "client"

    def log_message(self, *_):
        pass

    def answer(self, code, body):
        self.send_response(code)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self):
        self.answer(200, b"")

    def do_GET(self):
        self.answer(200, b"{}")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if self.path.split("?")[0].endswith("/containers/create"):
            self.server.environment = json.loads(body)["Env"]
        self.answer(201, b'{"Id":"0","Warnings":[]}')


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def read(numbers, mark, socket, server):
    """Answers for the files of these numbers; halves them where one is refused."""
    command = ["docker", "create"]
    for number in numbers:
        command += ["--env-file", mark, "--env-file", os.path.join(folder, str(number))]
    environment = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix://" + socket, "HOME": "/nonexistent"}
    server.environment = None
    done = subprocess.run(command + ["image"], env=environment, capture_output=True, check=False)
    if server.environment is None:
        if not any(word in done.stderr for word in REFUSALS):
            sys.exit("docker failed otherwise: " + done.stderr.decode(errors="replace"))
        if len(numbers) == 1:
            return ["!"]
        half = len(numbers) // 2
        return read(numbers[:half], mark, socket, server) + read(numbers[half:], mark, socket, server)
    answers = []
    for entry in server.environment:
        name, _, value = entry.partition("=")
        if name == MARK:
            answers.append("-")
        elif name == key:
            answers[-1] = "=" + value.encode("utf-8", "surrogatepass").hex()
    return answers


with tempfile.TemporaryDirectory() as place:
    socket, mark = os.path.join(place, "engine"), os.path.join(place, "mark")
    with open(mark, "w", encoding="utf-8") as file:
        file.write(MARK + "=1\n")
    server = Server(socket, Engine)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    numbers = list(range(int(count)))
    for start in range(0, len(numbers), 400):
        print("\n".join(read(numbers[start : start + 400], mark, socket, server)))
