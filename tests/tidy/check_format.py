"""Holds every C++ file to .clang-format. Releases of clang-format disagree with each other, so only the one that the
tree is formatted with may judge; without it the check is skipped, loudly."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from rooms import source_files

FORMATTED_WITH = 14
SKIPPED = 77
DIRECTORIES = ("src", "storage", "tools", "tests", "bench")


def find_clang_format():
    for name in (f"clang-format-{FORMATTED_WITH}", "clang-format"):
        program = shutil.which(name)
        if program is None:
            continue
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        version = re.search(r"version (\d+)", said)
        if version and int(version.group(1)) == FORMATTED_WITH:
            return program
    return None


def faults(root, program):
    files = [path.relative_to(root).as_posix() for path in source_files(root, *DIRECTORIES)]
    if not files:
        return []
    result = subprocess.run([program, "--dry-run", "--style=file", *files],
                            capture_output=True, text=True, cwd=root, check=False)
    if result.returncode != 0:
        return [f"clang-format failed: {result.stderr.strip()}"]
    first = {}
    for file, line in re.findall(r"^(.+?):(\d+):\d+: warning: code should be clang-formatted", result.stderr, re.M):
        first.setdefault(file, line)
    return [f"{file}:{line}: not formatted; run: {Path(program).name} -i {file}" for file, line in first.items()]


if __name__ == "__main__":
    clang_format = find_clang_format()
    if clang_format is None:
        print(f"SKIPPED: there is no clang-format {FORMATTED_WITH} here; the layout of the C++ files is NOT checked.")
        sys.exit(SKIPPED)
    if sys.argv[1] == "--can-check":
        sys.exit(0)
    found = faults(Path(sys.argv[1]).resolve(), clang_format)
    print("\n".join(found) or "every C++ file is formatted")
    sys.exit(1 if found else 0)
