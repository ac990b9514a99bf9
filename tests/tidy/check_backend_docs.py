"""Holds docs/backends.md and the schema of profile files to what the broker prints of its profiles."""

import subprocess
import sys
import tempfile
from pathlib import Path

GENERATED = {"markdown": "docs/backends.md", "schema": "config/backend_profile.schema.json"}


def printed(broker, form):
    with tempfile.TemporaryDirectory() as home:
        return subprocess.run([broker, f"--list-backends={form}"], cwd=home, env={"HOME": home}, check=True,
                              capture_output=True, text=True, timeout=30).stdout


def main():
    broker, root = sys.argv[1:3]
    stale = []
    for form, name in GENERATED.items():
        text = printed(broker, form)
        if len(text) < 1000:
            sys.exit(f"--list-backends={form} says hardly anything, so this check proves nothing")
        file = Path(root, name)
        if sys.argv[3:] == ["--write"]:
            file.write_text(text)
        elif not file.exists() or file.read_text() != text:
            stale.append(f"{name} is not what the profiles say; run: anyclaude-broker --list-backends={form} > {name}")
    if stale:
        sys.exit("\n".join(stale))


if __name__ == "__main__":
    main()
