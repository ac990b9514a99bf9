"""The small rules of the house that need no compiler: lengths, marks, paths, addresses, words, portable shell."""

import re
import subprocess
import sys
from pathlib import Path

import banned_words

LINES_MAX = 400
CODE = {".h", ".cpp", ".py", ".sh", ".mjs", ".cmake"}
TEXT = CODE | {".md", ".json", ".txt"}
# Recordings are kept as a client sent them; builds and installed packages are not ours.
NOT_OURS = {"build", "node_modules", ".git", ".cache"}
RECORDED = ("tests/data/", "tests/golden/")
# A checkout directly in one of these says nothing about the machine; any other parent directory would.
COMMON_PLACES = {"/", "/tmp", "/root", "/home", "/Users", "/opt", "/srv", "/usr/src", "/builds"}

UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
HOME_PATH = re.compile(r"/(?:home|Users)/[a-z][\w.-]*/")
SLOW_REGEX = re.compile(r"std::(basic_|w)?regex\b|#\s*include\s*<regex>")
# Clang 14 does not compile these with the library of GCC 12: whatever is, or returns, a std::ranges::subrange or a view.
SUBRANGE = re.compile(r"std::(ranges::)?views::|std::ranges::(subrange|unique|remove|remove_if|partition|stable_partition"
                      r"|rotate|search|search_n|find_end|equal_range)\b")
# Both libraries read any depth; trees of it overflow the stack when they are written, copied or freed.
UNBOUNDED_JSON = re.compile(r"\b([jJ]son|ordered_json)::(parse|accept|sax_parse)\b|simdjson::(dom|ondemand)::parser\b"
                            r"|>>\s*json\b")
READS_JSON = {"src/base/bounded_json.cpp", "src/messages/json/json_document.h", "src/messages/json/json_document.cpp",
              "src/messages/json/json_repair.cpp"}
PROGRAMS = ("src/", "storage/", "tools/")
DOWNLOAD = re.compile(r'"resolved"\s*:\s*"[a-z+]+:')
# macOS ships bash 3.2, which has none of these.
BASH_4 = re.compile(r"\b(mapfile|readarray|coproc)\b|\b(declare|local|typeset) -[a-zA-Z]*[An]|\$\{\w+(,,|\^\^)|&>>"
                    r"|\bwait -n|;;?&")


def text_files(root):
    """Every text file of the tree with its path relative to `root`: what git tracks or would track, where git is there."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"], capture_output=True,
                            text=True, check=False)
    names = listed.stdout.splitlines() if listed.returncode == 0 else [
        path.relative_to(root).as_posix() for path in sorted(Path(root).rglob("*"))]
    for name in names:
        path = Path(root, name)
        if path.is_file() and not NOT_OURS & set(Path(name).parts) and (path.suffix in TEXT or name == ".ci/run"):
            yield name, path.read_text(errors="replace")


def numbered(text, pattern, name, message):
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.search(line):
            yield f"{name}:{number}: {message}"


def machine_paths(root):
    parent = Path(root).parent.as_posix()
    places = [Path(root).as_posix()] + ([] if parent in COMMON_PLACES else [parent])
    return re.compile("|".join([rf"{re.escape(place)}(?![\w.-])" for place in places] + [HOME_PATH.pattern]))


def code_faults(name, text, suffix):
    lines = text.splitlines()
    if len(lines) > LINES_MAX:
        yield f"{name}: {len(lines)} lines; {LINES_MAX} are enough for one noun"
    yield from numbered(text, UNFINISHED, name, "unfinished work belongs in an issue, not in a mark")
    if suffix == ".h":
        first = next((line for line in lines if line.startswith("#")), "")
        if first != "#pragma once":
            yield f"{name}: a header opens with #pragma once"
    if suffix in {".h", ".cpp"}:
        yield from numbered(text, SLOW_REGEX, name, "std::regex overflows the stack on long input; RE2 does not")
        yield from numbered(text, SUBRANGE, name, "Clang 14 does not take this range; the form with two iterators it does")
        if name.startswith(PROGRAMS) and name not in READS_JSON:
            yield from numbered(text, UNBOUNDED_JSON, name, "JSON is read by parse_json (base/bounded_json.h) or by "
                                "JsonDocument, which bound its depth")
    if suffix == ".sh":
        yield from numbered(text, BASH_4, name, "bash 3.2, which macOS ships, does not know this")


def faults(root):
    machine = machine_paths(root)
    found, prose = [], []
    for name, text in text_files(root):
        suffix = Path(name).suffix
        if "lock" in Path(name).name and suffix == ".json":
            found += numbered(text, DOWNLOAD, name, "a lock file names no download addresses; remove \"resolved\"")
        if name.startswith(RECORDED):
            continue
        found += numbered(text, machine, name, "a path of one machine")
        if suffix in CODE:
            found += code_faults(name, text, suffix)
        if suffix in CODE | {".md"} or name.startswith("config/"):
            prose.append((name, text))
    return found + banned_words.faults(prose)


if __name__ == "__main__":
    rows = faults(Path(sys.argv[1]).resolve())
    print("\n".join(rows) or "the small rules hold")
    sys.exit(1 if rows else 0)
