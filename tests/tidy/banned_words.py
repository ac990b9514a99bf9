"""Words that a page, a comment or a message for users must not have, and what to write instead. Part of check_style."""

import re
from pathlib import Path

BANNED = [
    (r"(?:some|any|no|every)body(?:'s)?|whoever", "name the client, caller, process, program or user"),
    (r"stand-ins?|stood in(?! [a-z])|st(?:ands?|ood) in for", "write failover, or replaces"),
    (r"tidying", "write eviction"),
    (r"touches", "write recency log, changes or affects"),
    (r"keepers?", "write supervisor, or the role's name"),
    (r"what (?:was|is|were) said", "write configured value, request field or reply text"),
    (r"(?:is|are|was|were|be|been|being) said", "write is written, sent, printed or configured"),
    (r"sa(?:id|ys) of itself", "write reports about itself, or identity"),
    (r"left alone|le(?:aves?|ft) (?:it|them|him) alone", "write circuit breaker is open, not changed or skipped"),
    (r"away with it", "write delete"),
    (r"worked through twice", "write that the cache answers repeated requests"),
]
PATTERNS = [(re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.I), advice) for words, advice in BANNED]

CXX_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
SCRIPT_TEXT = re.compile(r'#[^\n]*|"""(?:.*?)"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
MARKDOWN_CODE = re.compile(r"^ {0,3}```.*?^ {0,3}```|`[^`\n]*`", re.M | re.S)

# Tests quote clients and models; these files quote the list itself.
NOT_READ = ("tests/", "bench/data/")
EXEMPT_LINES = {
    # The text of an error that clients receive; it changes with the next change of the wire.
    ("src/proxy/dispatcher.cpp", ". Nobody stood in: "),
}
RELEASED = re.compile(r"^## (?!Unreleased)", re.M)

# Directories in which so many files still have banned words. A number only ever goes down: correct a file and
# lower it. Directories that are not here have none.
STILL_TO_DO = {}


def blanked(match):
    return re.sub(r"[^\n]", " ", match.group())


def prose_of(name, text):
    """The text with everything blanked that no reader of prose sees, lines as they were."""
    suffix = Path(name).suffix
    if suffix == ".md":
        if name == "CHANGELOG.md":
            released = RELEASED.search(text)
            text = text[:released.start()] if released else text
        return MARKDOWN_CODE.sub(blanked, text)
    pattern = CXX_TEXT if suffix in {".h", ".cpp", ".mjs"} else SCRIPT_TEXT
    kept, at = [], 0
    for match in pattern.finditer(text):
        kept += [re.sub(r"[^\n]", " ", text[at:match.start()]), match.group()]
        at = match.end()
    return "".join(kept)


def faults_of(name, text):
    if name.startswith(NOT_READ):
        return
    for number, line in enumerate(prose_of(name, text).splitlines(), 1):
        for pattern, advice in PATTERNS:
            match = pattern.search(line)
            if match and not any(name == file and part in line for file, part in EXEMPT_LINES):
                yield f"{name}:{number}: '{match.group()}': {advice}"


def faults(files, still_to_do=None):
    """Of (name, text) pairs."""
    allowed = STILL_TO_DO if still_to_do is None else still_to_do
    found, waiting = [], {}
    for name, text in files:
        rows = list(faults_of(name, text))
        directory = next((place for place in allowed if name.startswith(place + "/")), None)
        if directory is None:
            found += rows
        else:
            waiting.setdefault(directory, []).extend([rows] if rows else [])
    for directory, of_files in waiting.items():
        if len(of_files) > allowed[directory]:
            found += [row for rows in of_files for row in rows]
        elif len(of_files) < allowed[directory]:
            found.append(f"tests/tidy/banned_words.py: only {len(of_files)} files of {directory} have banned words; "
                         "lower its number")
    return found
