"""The broker in front of a real model server with a tiny model: real_server_test.py SERVER

SERVER is llama-server, llama-cpp-python, mlx-lm or mlx-textgen. In the environment: ANYCLAUDE_BIN, the directory of the
broker; ANYCLAUDE_REAL, the directory that install.sh filled; ANYCLAUDE_LLAMA_SERVER, the llama-server to use.
"""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

REAL = pathlib.Path(os.environ.get("ANYCLAUDE_REAL", "."))
BIN = pathlib.Path(os.environ.get("ANYCLAUDE_BIN", "."))
HERE = pathlib.Path(__file__).resolve().parent
START_TIME_MAX_S = 120
SKIPPED = 77
SAID = "A tiny model answers always the same."
TOOLS = [{"name": name, "description": f"The tool {name}.",
          "input_schema": {"type": "object", "properties": {"file_path": {"type": "string"}}, "required": ["file_path"]}}
         for name in ("Read", "Write")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def llama_server():
    return os.environ.get("ANYCLAUDE_LLAMA_SERVER") or shutil.which("llama-server")


class Kind:
    """How a server is started, and what it can do."""

    def __init__(self, mode, command, caches=True, counts=False, needs=""):
        self.mode, self.command, self.reports_cached, self.counts, self.needs = mode, command, caches, counts, needs


KINDS = {
    "llama-server": Kind("llama-cpp", lambda model, port: [
        llama_server(), "-m", f"{model}/tiny.gguf", "--port", str(port), "-c", "16384", "--parallel", "1", "--jinja"],
        counts=True, needs="llama-server"),
    "llama-cpp-python": Kind("openai", lambda model, port: [
        f"{REAL}/llama/bin/python", "-m", "llama_cpp.server", "--model", f"{model}/tiny.gguf", "--port", str(port),
        "--n_ctx", "16384"], caches=False, needs="llama/bin/python"),
    "mlx-lm": Kind("mlx-lm", lambda model, port: [
        f"{REAL}/mlx/bin/mlx_lm.server", "--model", f"{model}/hf", "--port", str(port)], needs="mlx/bin/mlx_lm.server"),
    "mlx-textgen": Kind("mlx-textgen", lambda model, port: [
        f"{REAL}/mlx/bin/python", f"{HERE}/mlx_textgen_on_cpu.py", "serve", "-m", f"{model}/hf", "-p", str(port),
        "--host", "127.0.0.1"], caches=False, needs="mlx/bin/mlx_textgen"),
}


class Running:
    """A program that is stopped with its test, and whose log is shown when it does not start."""

    def __init__(self, command, directory, name):
        self.log = pathlib.Path(directory) / f"{name}.log"
        environment = dict(os.environ, HOME=str(directory), HF_HUB_OFFLINE="1")
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=directory)

    def wait_for(self, ready):
        deadline = time.monotonic() + START_TIME_MAX_S
        while time.monotonic() < deadline and self.process.poll() is None:
            found = ready()
            if found:
                return found
            time.sleep(0.2)
        raise RuntimeError(f"{self.process.args} did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_server(kind, says, directory):
    port = free_port()
    server = Running(kind.command(REAL / f"model-{says}", port), directory, f"server-{says}")

    def answers():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5):
                return f"http://127.0.0.1:{port}"
        except urllib.error.HTTPError:
            return None
        except OSError:
            return None
        except ValueError:  # mlx-lm without any downloaded model sends a head and nothing more
            return f"http://127.0.0.1:{port}"

    return server, server.wait_for(answers)


def start_broker(kind, url, directory):
    broker = Running([f"{BIN}/anyclaude-broker", "--listen", "127.0.0.1:0", "--mode", kind.mode, "--backend-url",
                      f"{url}/v1", "--store", f"{directory}/store-{free_port()}"], directory, f"broker-{free_port()}")

    def address():
        lines = [line for line in broker.log.read_text().splitlines() if line.startswith("listening on ")]
        return lines[0].split()[-1].rstrip("/") if lines else None

    return broker, broker.wait_for(address)


def post(url, path, body):
    request = urllib.request.Request(url + path, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=120) as reply:
            return reply.status, reply.headers, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def events_of(text):
    return [json.loads(line[len("data: "):]) for line in text.splitlines() if line.startswith("data: ")]


def long_system():
    return "You read files. " + " ".join(f"Rule {number} says what to do." for number in range(60))


def conversation(*turns, **more):
    messages = [{"role": ("user", "assistant")[index % 2], "content": turn} for index, turn in enumerate(turns)]
    return {"model": "claude-opus-4-8", "max_tokens": 40, "temperature": 0, "system": long_system(), "messages": messages,
            **more}


class RealServer(unittest.TestCase):
    kind = None

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="anyclaude-real-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.url = {}
        for says in ("text", "tool_call"):
            server, url = start_server(cls.kind, says, cls.directory.name)
            cls.addClassCleanup(server.stop)
            broker, cls.url[says] = start_broker(cls.kind, url, cls.directory.name)
            cls.addClassCleanup(broker.stop)

    def ask(self, body, says="text"):
        status, headers, text = post(self.url[says], "/v1/messages?beta=true", body)
        self.assertEqual(status, 200, text)
        return headers["x-anyclaude-cache-status"], text

    def test_text_whole_and_again(self):
        body = conversation("Say something.")
        cache, text = self.ask(body)
        message = json.loads(text)
        self.assertEqual((cache, message["content"][0]["text"], message["stop_reason"]), ("MISS", SAID, "end_turn"))
        self.assertGreater(message["usage"]["input_tokens"] + message["usage"].get("cache_read_input_tokens", 0), 100)
        cache, text = self.ask(body)
        self.assertEqual((cache, json.loads(text)["content"]), ("HIT", message["content"]))

    def test_text_streamed_and_again(self):
        body = conversation("Say something else.", stream=True)
        for expected in ("MISS", "HIT"):
            cache, text = self.ask(body)
            events = events_of(text)
            said = "".join(event["delta"]["text"] for event in events
                           if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta")
            self.assertEqual((cache, said), (expected, SAID))
            self.assertEqual((events[0]["type"], events[-1]["type"]), ("message_start", "message_stop"))

    def expect_call(self, content, stop_reason):
        calls = [block for block in content if block["type"] == "tool_use"]
        self.assertEqual([(call["name"], call["input"]) for call in calls], [("Read", {"file_path": "README.md"})], content)
        self.assertRegex(calls[0]["id"], r"^toolu_[A-Za-z0-9]+$")
        self.assertEqual(stop_reason, "tool_use")

    def test_tool_call_whole(self):
        message = json.loads(self.ask(conversation("Read it.", tools=TOOLS), "tool_call")[1])
        self.expect_call(message["content"], message["stop_reason"])

    def test_tool_call_streamed(self):
        events = events_of(self.ask(conversation("Please read it.", tools=TOOLS, stream=True), "tool_call")[1])
        block = next(event["content_block"] for event in events
                     if event["type"] == "content_block_start" and event["content_block"]["type"] == "tool_use")
        arguments = "".join(event["delta"]["partial_json"] for event in events
                            if event["type"] == "content_block_delta" and event["delta"]["type"] == "input_json_delta")
        reason = next(event["delta"]["stop_reason"] for event in events if event["type"] == "message_delta")
        self.expect_call([{**block, "input": json.loads(arguments)}], reason)

    def test_tool_results_go_back(self):
        body = conversation("Read it.", tools=TOOLS)
        body["messages"] += [
            {"role": "assistant", "content": [{"type": "text", "text": "I read."},
                                              {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"file_path": "a"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "It is blue."}]}]
        self.assertEqual(json.loads(self.ask(body)[1])["content"][0]["text"], SAID)

    def test_second_turn_reuses_the_first(self):
        if not self.kind.reports_cached:
            self.skipTest("this server does not say what it reused")
        self.ask(conversation("What is it?"))
        usage = json.loads(self.ask(conversation("What is it?", SAID, "And then?"))[1])["usage"]
        self.assertGreater(usage["cache_read_input_tokens"], 0.8 * (usage["input_tokens"] + usage["cache_read_input_tokens"]))

    def test_count_tokens(self):
        if not self.kind.counts:
            self.skipTest("this server cannot count")
        body = conversation("How long is this?", tools=TOOLS)
        usage = json.loads(self.ask(body)[1])["usage"]
        counted = {name: body[name] for name in ("model", "system", "messages", "tools")}
        status, headers, text = post(self.url["text"], "/v1/messages/count_tokens?beta=true", counted)
        self.assertEqual(status, 200, text)
        self.assertEqual(headers["x-anyclaude-token-count"], "exact")
        self.assertEqual(json.loads(text)["input_tokens"], usage["input_tokens"] + usage["cache_read_input_tokens"])


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in KINDS:
        sys.exit(__doc__)
    name = sys.argv.pop(1)
    kind = RealServer.kind = KINDS[name]
    found = llama_server() if name == "llama-server" else (REAL / kind.needs).exists()
    if not found:
        print(f"SKIPPED: {name} is not installed here ({kind.needs})")
        sys.exit(SKIPPED)
    unittest.main(verbosity=2)


if __name__ == "__main__":
    main()
