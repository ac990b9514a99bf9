"""Starts the broker with the example configuration: a key that it does not know would stop it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def first_line(broker, config):
    """What the broker says on stdout with this configuration: where it listens, or nothing. And its complaints."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch, "config.json")
        shutil.copyfile(config, copy)
        copy.chmod(0o600)
        command = [broker, "--config", copy, "--listen", "127.0.0.1:0", "--store", Path(scratch, "store")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            said = process.stdout.readline()
            process.terminate()
            return said, process.communicate(timeout=30)[1]


def main():
    broker, root = sys.argv[1:]
    said, complaints = first_line(broker, Path(root, "config/anyclauderc.example.json"))
    if not said.startswith("listening on http://127.0.0.1:"):
        sys.exit(f"the broker does not take the example configuration: {complaints}")
    with tempfile.TemporaryDirectory() as scratch:
        planted = Path(scratch, "planted.json")
        planted.write_text('{"backend": "llama-cpp", "bakends": {}}')
        said, complaints = first_line(broker, planted)
        if said or "backends" not in complaints:
            sys.exit(f"an unknown key went unnoticed, so this check proves nothing: {said}{complaints}")


if __name__ == "__main__":
    main()
