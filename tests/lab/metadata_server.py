# SPDX-License-Identifier: MIT
"""The process behind metadata.py: metadata_server.py ADDRESS DIRECTORY.

It reads document.json and faults.json for each request, and takes a fault that doesn't stay
off the list; each request is a line in requests.jsonl. cloud-init.json is added to the document
for who sends cloud-init's token.
"""

import http.server
import json
import pathlib
import sys
import threading
import time


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    directory = pathlib.Path(sys.argv[2])
    lock = threading.Lock()

    def next_fault(self):
        path = self.directory / "faults.json"
        with self.lock:
            faults = json.loads(path.read_text())
            if not faults:
                return {}
            if not faults[0].get("stays"):
                path.write_text(json.dumps(faults[1:]))
            return faults[0]

    def log_request(self, code="-", size="-"):
        entry = {
            "time": time.time(),
            "method": self.command,
            "path": self.path,
            "headers": dict(self.headers),
            "status": int(code),
        }
        with self.lock, open(self.directory / "requests.jsonl", "a") as log:
            log.write(json.dumps(entry) + "\n")

    def do_GET(self):
        fault = self.next_fault()
        time.sleep(fault.get("delay", 0))
        if fault.get("close"):
            self.log_request(0)
            self.close_connection = True
            return
        status = fault.get("status", 200 if self.path == "/v1.json" else 404)
        body = b""
        if status == 200:
            body = (self.directory / "document.json").read_bytes()
            if self.headers["Metadata-Token"] == "cloudinit":
                added = (self.directory / "cloud-init.json").read_text()
                body = json.dumps({**json.loads(body), **json.loads(added)}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    http.server.ThreadingHTTPServer((sys.argv[1], 80), Handler).serve_forever()
