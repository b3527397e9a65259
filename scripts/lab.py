"""A workspace in a folder of its own, with the sandbox in HubSpot's place and the daemon: what `soak` and `outages` share."""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

OPEN = ("pending", "claimed", "unknown", "waiting")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def call(method, url, body=None, headers=(), timeout=20):
    request = urllib.request.Request(
        url, method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", **dict(headers)})
    with urllib.request.urlopen(request, timeout=timeout) as reply:
        text = reply.read()
        return json.loads(text) if text[:1] in (b"{", b"[") else text


class Lab:
    def __init__(self, program, rules, settings, folder=None, variables={}):
        """`settings` is the text of abm.yaml, in which {port} and {sandbox} stand for ports."""
        top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        self.program = os.path.abspath(program or f"{top}/.build/release/abm-rules")
        self.folder = folder or tempfile.mkdtemp(prefix="abm-lab-")
        self.port, self.sandbox_port = free_port(), free_port()
        self.daemon = self.sandbox = None
        self.environment = {
            **os.environ, "HUBSPOT_TOKEN": "lab", "ABM_EVENTS_TOKEN": "lab", "HUBSPOT_CLIENT_SECRET": "sandbox-secret",
            "SWIFT_BACKTRACE": "enable=no", **variables}
        os.makedirs(f"{self.folder}/rules")
        self.write("rules/book.abm", rules)
        self.write("abm.yaml", settings.format(port=self.port, sandbox=self.sandbox_port))
        self.write("faults.json", "{}")

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)

    # Commands and the database

    def try_run(self, *arguments):
        return subprocess.run(
            [self.program, *arguments], cwd=self.folder, env=self.environment, capture_output=True, text=True)

    def run(self, *arguments):
        """Tries again where something is busy. Problems that it finds are none here."""
        for _ in range(20):
            done = self.try_run(*arguments)
            if done.returncode in (0, 1):
                return
            time.sleep(0.5)
        sys.exit(f"{' '.join(arguments)}: {done.stdout}{done.stderr}")

    def query(self, file, sql, *values):
        with sqlite3.connect(f"file:{self.folder}/{file}?mode=ro", uri=True, timeout=30) as database:
            return database.execute(sql, values).fetchall()

    def open_actions(self):
        marks = ", ".join(f"'{status}'" for status in OPEN)
        return self.query("abm.sqlite", f"SELECT count(*) FROM outbox WHERE status IN ({marks})")[0][0]

    # The sandbox

    def control(self, method, path, body=None, headers=(), timeout=20):
        return call(method, f"http://127.0.0.1:{self.sandbox_port}{path}", body, headers, timeout)

    def start_sandbox(self, file="sandbox.sqlite"):
        self.sandbox = subprocess.Popen(
            [self.program, "hubspot", "sandbox", "--port", str(self.sandbox_port), "--db", file, "--faults",
             "faults.json", "--webhooks", f"http://127.0.0.1:{self.port}/webhooks/hubspot"],
            cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL,
            stderr=open(f"{self.folder}/sandbox.log", "a"))
        for _ in range(100):
            try:
                self.control("GET", "/sandbox/state")
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"the sandbox does not start; see {self.folder}/sandbox.log")

    # The daemon

    def start_daemon(self):
        with open(f"{self.folder}/daemon.log", "a") as log:
            self.daemon = subprocess.Popen(
                [self.program, "daemon", "--executor", "hubspot"], cwd=self.folder, env=self.environment, stderr=log,
                stdout=log)

    def is_listening(self):
        try:
            call("GET", f"http://127.0.0.1:{self.port}/health", timeout=1)
            return True
        except (urllib.error.URLError, OSError):
            return False

    def check_alive(self):
        if self.daemon.poll() is not None:
            with open(f"{self.folder}/daemon.log") as log:
                sys.exit(f"the daemon ended by itself ({self.daemon.returncode}):\n{log.read()[-3000:]}")

    def wait(self, holds, deadline, pause=0.005):
        while time.monotonic() < deadline:
            if holds():
                return True
            self.check_alive()
            time.sleep(pause)
        return False

    def stop_daemon(self):
        """In good order; its exit code."""
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(timeout=120)

    def post(self, events):
        """Whether they were taken."""
        try:
            call("POST", f"http://127.0.0.1:{self.port}/events/visit", events, {"Authorization": "Bearer lab"}.items(), 10)
            return True
        except (urllib.error.URLError, OSError):
            return False

    def end(self, keeps_folder=False):
        for process in (self.daemon, self.sandbox):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if not keeps_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
