"""usage: check_compilers.py BUILD-DIRECTORY [COMPILER...]

Reads every file of a configured build with each compiler that is found here (or with those that are named), and writes
nothing: what one compiler takes, another refuses or warns of. A warning is a fault. No precompiled header is used, so a
file that leans on another file's #include is found as well. Exit code 77: there is no compiler but the build's own.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SKIPPED = 77
NAMES = ("g++", "clang++")
VERSIONS = range(12, 30)
KEPT = re.compile(r"-(?:D|I|std=|W(?!invalid-pch|no-)|pthread)")
KEPT_WITH_VALUE = {"-isystem", "-I", "-D"}


def version_of(program):
    """What the compiler calls itself, or None where it does not start."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    return said.stdout.splitlines()[0] if said.returncode == 0 and said.stdout else None


def compilers_here():
    """One program for each version: on many systems g++ is g++-12 under another name."""
    found = {}
    for name in [f"{name}-{version}" for name in NAMES for version in VERSIONS] + list(NAMES):
        program = shutil.which(name)
        said = version_of(program) if program else None
        # The first line of GCC's begins with the name it was called by.
        if said and (number := re.search(r"\d+\.\d+\.\d+", said)):
            found.setdefault((name.split("-")[0], number.group()), program)
    return list(found.values())


def flags_of(command):
    """The flags that say what the code means; not those of one compiler, nor where output goes."""
    kept, words = [], iter(shlex.split(command)[1:])
    for word in words:
        if word in KEPT_WITH_VALUE:
            kept += [word, next(words)]
        elif KEPT.match(word):
            kept.append(word)
        elif word in {"-o", "-include"}:
            next(words)
    return kept


def sources_of(build):
    """(file, directory, flags) of every file that the build compiles; the carriers of precompiled headers are left out."""
    commands = Path(build, "compile_commands.json")
    if not commands.is_file():
        sys.exit(f"{build} is not configured; cmake --preset dev does that")
    for entry in json.loads(commands.read_text()):
        if not Path(entry["file"]).name.startswith("cmake_pch"):
            yield entry["file"], entry["directory"], flags_of(entry["command"])


def complaints(compiler, source):
    file, directory, flags = source
    result = subprocess.run([compiler, *flags, "-fsyntax-only", file], cwd=directory, capture_output=True, text=True,
                            check=False)
    if result.returncode == 0 and not result.stderr.strip():
        return None
    return result.stderr.strip() or f"{file}: the compiler ended with {result.returncode}"


def check(compiler, sources):
    """The number of files that the compiler complains of; its words are printed as they come."""
    found = 0
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for said in pool.map(lambda source: complaints(compiler, source), sources):
            if said:
                found += 1
                print(said, flush=True)
    print(f"{version_of(compiler)}: {len(sources)} files, {found} with complaints", flush=True)
    return found


def main(build, *named):
    compilers = [shutil.which(name) or sys.exit(f"there is no compiler {name}") for name in named] or compilers_here()
    sources = list(sources_of(build))
    if not named and len(compilers) < 2:
        print("SKIPPED: there is no compiler here but the build's own; install clang or another g++.")
        return SKIPPED
    return 1 if sum([check(compiler, sources) for compiler in compilers]) else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
