#!/usr/bin/env python3
"""Plays recorded Claude Code sessions to an endpoint, and prints what several such plays cost side by side.

usage: session.py play --to URL --stats URL --label TEXT --take NAME DIRECTORY...   one line of JSON on stdout
       session.py table FILE                                                        FILE holds such lines

Each directory holds one recorded session. Another take sends the same requests under other session ids.
"""

import argparse
import hashlib
import http.client
import json
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlparse

REPLY_TIME_MAX_S = 600
# What belongs to the connection it was recorded on.
NOT_RESENT = {"host", "content-length", "connection", "accept-encoding", "x-claude-code-session-id"}


class Failed(Exception):
    """Ends the program; its text tells the reader what to do."""


def recorded_requests(directory):
    for file in sorted(Path(directory).glob("*.json")):
        request = json.loads(file.read_text())
        if request["method"] == "POST":
            yield str(file), request


def as_session(request, name):
    """The recorded body and headers as another session of the same person would send them."""
    session = str(uuid.uuid5(uuid.NAMESPACE_URL, name))
    body = dict(request["body"])
    user = json.loads(body.get("metadata", {}).get("user_id", "{}"))
    body["metadata"] = {"user_id": json.dumps({**user, "session_id": session})}
    headers = {key: value for key, value in request["headers"] if key.lower() not in NOT_RESENT}
    headers["X-Claude-Code-Session-Id"] = session
    return json.dumps(body, ensure_ascii=False).encode(), headers


def said_in(stream):
    """What the model said in an event stream, block by block: texts, and tool arguments as values, for their spelling
    does not matter. Fails on a stream that is cut short."""
    pieces, is_call, complete = {}, set(), False
    for line in stream.decode("utf-8", "replace").splitlines():
        if not line.startswith("data:"):
            continue
        event = json.loads(line[5:])
        delta = event.get("delta", {})
        if event["type"] == "error":
            raise Failed(f"the stream ended with an error: {event['error'].get('message')}")
        if event["type"] == "content_block_delta":
            if delta["type"] == "input_json_delta":
                is_call.add(event["index"])
            said = delta.get("text") or delta.get("partial_json") or delta.get("thinking") or ""
            pieces[event["index"]] = pieces.get(event["index"], "") + said
        complete = complete or event["type"] == "message_stop"
    if not complete:
        raise Failed("a stream ended before its message did; the log of the server may say why")
    return [json.loads(text) if index in is_call else text for index, text in sorted(pieces.items())]


def send(url, name, path, body, headers):
    """Sends one request; returns the reply's text and whether the store answered."""
    address = urlparse(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=REPLY_TIME_MAX_S)
    try:
        connection.request("POST", path, body, headers)
        reply = connection.getresponse()
        content = reply.read()
    except (OSError, http.client.HTTPException) as error:
        raise Failed(f"{url} did not answer request {name} ({error!r}); its log may say why") from error
    finally:
        connection.close()
    if reply.status != 200:
        raise Failed(f"{url} answered request {name} with {reply.status}: {content[:300].decode('utf-8', 'replace')}")
    return said_in(content), reply.getheader("x-anyclaude-cache-status") == "HIT"


def server_figures(url):
    address = urlparse(url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.request("GET", "/stats")
    return json.loads(connection.getresponse().read())


def play(options):
    before = server_figures(options.stats)
    started = time.monotonic()
    said, hits = [], 0
    for directory in options.directories:
        for name, request in recorded_requests(directory):
            body, headers = as_session(request, f"{options.take} {directory}")
            text, hit = send(options.to, name, request["path"], body, headers)
            said.append(text)
            hits += hit
            print(".", end="", file=sys.stderr, flush=True)
    seconds = time.monotonic() - started
    print(file=sys.stderr)
    if not said:
        raise Failed(f"{', '.join(options.directories)}: no recorded requests there")
    after = server_figures(options.stats)
    print(json.dumps({
        "label": options.label, "requests": len(said), "from_store": hits, "seconds": seconds,
        "prefilled": after["prefilled_tokens"] - before["prefilled_tokens"],
        "reused": after["reused_tokens"] - before["reused_tokens"],
        "answers": hashlib.sha256(json.dumps(said).encode()).hexdigest(),
    }))


def table(options):
    rows = [json.loads(line) for line in Path(options.file).read_text().splitlines()]
    width = max(len(row["label"]) for row in rows)
    print(f"{'':{width}}  requests  prompt tokens prefilled  answered from store  seconds")
    for row in rows:
        print(f"{row['label']:{width}}  {row['requests']:>8}  {row['prefilled']:>23,}  {row['from_store']:>19}  "
              f"{row['seconds']:>7.2f}")
    if rows[-1]["answers"] != rows[-2]["answers"]:
        raise Failed("asked again, the broker answered differently: this is a fault of the broker; please report it "
                     "with its log")
    if rows[-1]["from_store"] != rows[-1]["requests"]:
        raise Failed("asked again, the broker should have answered from the store alone; its log and /metrics.json "
                     "name the reason for each request that was not")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(required=True)
    player = commands.add_parser("play")
    for name in ("--to", "--stats", "--label", "--take"):
        player.add_argument(name, required=True)
    player.add_argument("directories", nargs="+")
    player.set_defaults(run=play)
    printer = commands.add_parser("table")
    printer.add_argument("file")
    printer.set_defaults(run=table)
    options = parser.parse_args()
    try:
        options.run(options)
    except KeyboardInterrupt:
        sys.exit(130)
    except Failed as failure:
        print(f"\nfailed: {failure}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"\nfailed: {error}; is the server still running?", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
