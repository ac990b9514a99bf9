#!/usr/bin/env python3
"""Pins the bytes on both wires of the rewritten lane, so that moving code cannot change them unnoticed.

usage: wire_digests.py BROKER GOLDEN_FILE [--write]

Upstream: the digest of every request body that a model server receives for the recorded sessions, at four prompt levels
and in two dialects. Each level and dialect has one broker for all sessions, so that continued conversations, learned
lines and remembered arguments take part. Client: the digest of the bytes that a client receives for every reply fixture,
streamed and whole. Ids that are random by design are replaced before the digest.
"""

import argparse
import hashlib
import http.client
import json
import re
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
LEVELS = ("off", "safe", "standard", "aggressive")
DIALECTS = ("chat", "messages")
WAIT_S = 60
RANDOM_IDS = re.compile(rb"\b(msg|toolu|req|chatcmpl)_[A-Za-z0-9_-]{8,}")
# What belongs to the connection it was recorded on.
NOT_RESENT = {"host", "content-length", "connection", "accept-encoding"}


def chat_pieces(case):
    def chunk(delta, finish=None):
        return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    reasoning, text = case.get("reasoning", ""), case["text"]
    yield chunk({"role": "assistant", "content": ""})
    for start in range(0, len(reasoning), 7):
        yield chunk({"reasoning_content": reasoning[start:start + 7]})
    for start in range(0, len(text), 7):
        yield chunk({"content": text[start:start + 7]})
    yield chunk({}, case.get("finish_reason", "stop"))
    yield {"choices": [], "usage": {"prompt_tokens": 100000, "completion_tokens": 7}}


def message_events(case):
    reasons = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
    usage = {"input_tokens": 100000, "output_tokens": 1}
    yield {"type": "message_start", "message": {
        "id": "msg_upstream0", "type": "message", "role": "assistant", "model": "tiny", "content": [],
        "stop_reason": None, "stop_sequence": None, "usage": usage}}
    index = 0
    for kind, member, text in (("thinking", "thinking", case.get("reasoning", "")), ("text", "text", case["text"])):
        if not text:
            continue
        yield {"type": "content_block_start", "index": index, "content_block": {"type": kind, member: ""}}
        for start in range(0, len(text), 7):
            yield {"type": "content_block_delta", "index": index,
                   "delta": {"type": member + "_delta", member: text[start:start + 7]}}
        yield {"type": "content_block_stop", "index": index}
        index += 1
    yield {"type": "message_delta", "usage": {"output_tokens": 7},
           "delta": {"stop_reason": reasons.get(case.get("finish_reason", "stop"), "end_turn"), "stop_sequence": None}}
    yield {"type": "message_stop"}


def event_stream(dialect, case):
    if dialect == "chat":
        lines = ["data: " + json.dumps(piece) for piece in chat_pieces(case)] + ["data: [DONE]"]
    else:
        lines = [f"event: {event['type']}\ndata: {json.dumps(event)}" for event in message_events(case)]
    return ("\n\n".join(lines) + "\n\n").encode()


class ModelServer:
    """Keeps each prompt it receives, and answers it with the reply that is set."""

    def __init__(self):
        server = self
        self.bodies = []
        self.case = {"text": "An answer."}

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, status, content_type, body):
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                known = {"/v1/models": {"object": "list", "data": [{"id": "tiny", "object": "model"}]},
                         "/props": {"total_slots": 1, "default_generation_settings": {"n_ctx": 1000000}}}
                answer = known.get(self.path)
                body = json.dumps(answer or {"error": {"code": 404, "message": "not found"}}).encode()
                self.reply(200 if answer else 404, "application/json", body)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                dialect = {"/v1/chat/completions": "chat", "/v1/messages": "messages"}.get(self.path)
                if dialect is None:
                    return self.reply(404, "application/json", b"{}")
                server.bodies.append(body)
                self.reply(200, "text/event-stream", event_stream(dialect, server.case))

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


class Broker:
    """A broker in front of `server`, with a store and a home directory of its own."""

    def __init__(self, program, server, level, dialect):
        self.directory = tempfile.TemporaryDirectory(prefix="anyclaude-wire-")
        home = Path(self.directory.name)
        file = home / "configuration.json"
        api = "openai" if dialect == "chat" else "anthropic"
        address = server.url + ("/v1" if dialect == "chat" else "")
        file.write_text(json.dumps({
            "backend": "llama-cpp", "prompt": {"level": level},
            "backends": {"llama-cpp": {"baseUrl": address, "api": api, "model": "tiny"}}}))
        file.chmod(0o600)
        self.log = open(home / "broker.log", "w+")
        self.process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", "--store", str(home / "store"), "--config", str(file)],
            stdout=self.log, stderr=subprocess.STDOUT, env={"HOME": str(home), "PATH": "/usr/bin:/bin"}, cwd=home)
        self.port = self.wait_for_port()

    def wait_for_port(self):
        told = threading.Event()
        for _ in range(WAIT_S * 50):
            found = re.search(r"listening on http://127\.0\.0\.1:(\d+)", (Path(self.log.name)).read_text())
            if found:
                return int(found[1])
            if self.process.poll() is not None:
                break
            told.wait(0.02)
        sys.exit("the broker did not start: " + Path(self.log.name).read_text())

    def ask(self, path, body, headers):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)
        connection.request("POST", path, json.dumps(body, ensure_ascii=False).encode(), headers)
        reply = connection.getresponse()
        content = reply.read()
        connection.close()
        return reply.status, content

    def stop(self):
        self.process.terminate()
        self.process.wait(WAIT_S)
        self.log.close()
        self.directory.cleanup()


def digest(*parts):
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + RANDOM_IDS.sub(rb"\1_random", part))
    return whole.hexdigest()[:32]


def sessions():
    for folder in sorted((DATA / "recordings").iterdir()):
        for file in sorted(folder.glob("*.json")):
            request = json.loads(file.read_text())
            if request["method"] == "POST":
                headers = {name: value for name, value in request["headers"] if name.lower() not in NOT_RESENT}
                yield f"{folder.name}/{file.stem}", request["path"], headers, request["body"]


def upstream_digests(program, level, dialect):
    server = ModelServer()
    broker = Broker(program, server, level, dialect)
    digests = {}
    for name, path, headers, body in sessions():
        server.bodies.clear()
        # An answer from the store sends nothing upstream.
        broker.ask(path, body, {**headers, "Cache-Control": "no-cache"})
        digests[f"{name} {level} {dialect}"] = digest(*server.bodies)
    broker.stop()
    return digests


def reply_fixtures():
    for file in sorted((DATA / "tool_calls").glob("*.json")):
        if file.stem != "tools":
            for case in json.loads(file.read_text()):
                yield f"{file.stem}: {case['name']}", case


def client_digests(program, dialect):
    server = ModelServer()
    broker = Broker(program, server, "standard", dialect)
    tools = json.loads((DATA / "tool_calls" / "tools.json").read_text())
    digests = {}
    for number, (name, case) in enumerate(reply_fixtures()):
        server.case = case
        for stream in (True, False):
            body = {"model": "claude-x", "max_tokens": 500, "stream": stream, "tools": tools,
                    "messages": [{"role": "user", "content": f"question {number}"}]}
            status, content = broker.ask("/v1/messages", body, {"Content-Type": "application/json"})
            again_status, again = broker.ask("/v1/messages", body, {"Content-Type": "application/json"})
            way = "streamed" if stream else "whole"
            digests[f"{name} {way} {dialect}"] = digest(str(status).encode(), content, str(again_status).encode(), again)
    broker.stop()
    return digests


def current_digests(program):
    upstream, client = {}, {}
    for dialect in DIALECTS:
        for level in LEVELS:
            upstream.update(upstream_digests(program, level, dialect))
        client.update(client_digests(program, dialect))
    return {"upstream": upstream, "client": client}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("broker")
    parser.add_argument("golden", type=Path)
    parser.add_argument("--write", action="store_true", help="write the digests instead of comparing them")
    options = parser.parse_args()
    now = current_digests(options.broker)
    if options.write:
        options.golden.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n")
        return 0
    golden = json.loads(options.golden.read_text())
    changed = [f"{wire}: {name}" for wire in golden for name in sorted(golden[wire].keys() | now[wire].keys())
               if golden[wire].get(name) != now[wire].get(name)]
    for line in changed:
        print("changed", line)
    if changed:
        print(f"{len(changed)} digests changed. If that is meant, write them anew with --write and give the reason in "
              "the commit.")
    else:
        print(f"{sum(len(names) for names in now.values())} digests are those written down")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
