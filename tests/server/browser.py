# SPDX-License-Identifier: BSD-2-Clause
"""Headless Chromium, driven through its debugging pipe: no library, no port, no driver program."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

PATIENCE = float(os.environ.get("XDP_STATS_PATIENCE", "120"))


class Browser:
    """One page. It remembers what was asked for, and what the page complained about."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="xdp-stats-chromium.")
        down, self.writer = os.pipe()
        self.reader, up = os.pipe()
        keep = [os.open("/dev/null", os.O_RDONLY) for _ in range(8)]  # so that neither pipe is descriptor 3 or 4

        def to_three_and_four():
            os.dup2(down, 3)
            os.dup2(up, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
             "--remote-debugging-pipe", f"--user-data-dir={self.profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(3, 4, down, up), preexec_fn=to_three_and_four)
        for fd in (down, up, *keep):
            os.close(fd)
        self.buffer = b""
        self.number = 0
        self.session = None
        self.requests = []
        self.complaints = []
        target = self.wait_for(lambda: next((one["targetId"] for one in self.call("Target.getTargets")["targetInfos"]
                                             if one["type"] == "page"), None), "a page")
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(domain + ".enable")

    def close(self):
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    def receive(self):
        while b"\0" not in self.buffer:
            chunk = os.read(self.reader, 1 << 20)
            if not chunk:
                raise RuntimeError("chromium ended")
            self.buffer += chunk
        text, self.buffer = self.buffer.split(b"\0", 1)
        message = json.loads(text)
        method = message.get("method")
        if method == "Network.requestWillBeSent":
            self.requests.append(message["params"]["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(message["params"]["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.complaints.append(message["params"]["entry"]["text"])
        return message

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def evaluate(self, expression):
        """Its value; "" if it throws, as of an element that is not there yet."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return "" if "exceptionDetails" in answer else answer["result"].get("value")

    def wait_for(self, asked, what):
        """Asks until the answer is neither false nor None."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            answer = asked()
            if answer:
                return answer
            time.sleep(0.1)
        raise RuntimeError(f"waited in vain for {what}")

    def expect(self, expression, value):
        """Asks the page until it answers `value`."""
        try:
            self.wait_for(lambda: self.evaluate(expression) == value, expression)
        except RuntimeError as error:
            raise RuntimeError(f"{expression} is {self.evaluate(expression)!r}, not {value!r}") from error

    def size(self, width, height, dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def screenshot(self, file):
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture))
