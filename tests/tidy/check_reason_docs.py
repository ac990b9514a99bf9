"""Holds docs/reasons.md to what anyclaude-cachectl prints of its reasons."""

import subprocess
import sys
import tempfile
from pathlib import Path

NAME = "docs/reasons.md"


def printed(cachectl):
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run([cachectl, "reasons", "--markdown"], cwd=home, env={"HOME": home}, check=True,
                              capture_output=True, text=True, timeout=30).stdout


def main():
    cachectl, root = sys.argv[1:3]
    text = printed(cachectl)
    if len(text) < 1000:
        sys.exit("reasons --markdown prints hardly anything, so this check proves nothing")
    file = Path(root, NAME)
    if sys.argv[3:] == ["--write"]:
        file.write_text(text)
    elif not file.exists() or file.read_text() != text:
        sys.exit(f"{NAME} is not what the tables say; run: anyclaude-cachectl reasons --markdown > {NAME}")


if __name__ == "__main__":
    main()
