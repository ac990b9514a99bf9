"""Every relative link of the Markdown pages leads to a file that exists, and every #anchor to a heading of that page.
A path of the repository in `code` exists too."""

import re
import sys
from pathlib import Path
from urllib.parse import unquote

import check_style

# A link or an image; the text may go over a line's end, the target may not, and a title may follow it.
LINK = re.compile(r"\[[^\[\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
# [text]: target
REFERENCE = re.compile(r"^ {0,3}\[[^\]^]+\]:\s+<?(\S+?)>?\s*$", re.M)
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$", re.M)
NAMED = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
FENCE = re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1[^\n]*$", re.M | re.S)
INLINE_CODE = re.compile(r"(`+)(?!`)(.*?[^`])\1(?!`)", re.S)


# A path from the root in code, perhaps with * in it; `bench/store` is a program of bench/store.cpp.
PATH = re.compile(r"`((?:src|storage|tools|tests|bench|config|cmake|docs)/[\w./*-]+)`")


def blanked(match):
    return re.sub(r"[^\n]", " ", match.group())


def slug(heading):
    """The anchor that GitHub makes of a heading."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[^\w\- ]", "", text.lower())
    return text.replace(" ", "-")


def anchors(text):
    """Every anchor of a page; a heading that comes again gets -1, -2 and so on."""
    text = FENCE.sub(blanked, text)
    found, seen = set(NAMED.findall(text)), {}
    for heading in HEADING.findall(text):
        name = slug(heading)
        count = seen.get(name, 0)
        seen[name] = count + 1
        found.add(f"{name}-{count}" if count else name)
    return found


def links(text):
    """(line number, target) of every link outside code."""
    text = INLINE_CODE.sub(blanked, FENCE.sub(blanked, text))
    for pattern in (LINK, REFERENCE):
        for match in pattern.finditer(text):
            yield text.count("\n", 0, match.start(1)) + 1, match.group(1)


def lost_paths(root, text):
    """(line number, path) of every path in code that leads nowhere."""
    for match in PATH.finditer(FENCE.sub(blanked, text)):
        path = match.group(1).rstrip("/")
        if not any(True for form in (path, path + ".*") for _ in Path(root).glob(form)):
            yield text.count("\n", 0, match.start()) + 1, path


def fault_of(root, page, target):
    """What is wrong with one link, or None."""
    path, _, anchor = unquote(target).partition("#")
    file = Path(root, path[1:]) if path.startswith("/") else page.parent.joinpath(path) if path else page
    if not file.exists():
        return f"the link to {target} leads nowhere"
    if Path(root).resolve() not in [file.resolve(), *file.resolve().parents]:
        return f"the link to {target} leaves the repository"
    if anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(errors="replace")):
        return f"the link to {target} names no heading of {file.name}"
    if anchor and file.suffix != ".md" and not re.fullmatch(r"L\d+(-L\d+)?", anchor):
        return f"the link to {target} has an anchor, and only Markdown pages have headings"
    return None


def faults(root):
    found = []
    for name, text in check_style.text_files(root):
        if not name.endswith(".md") or name.startswith(check_style.RECORDED):
            continue
        for number, target in links(text):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            fault = fault_of(root, Path(root, name), target)
            if fault:
                found.append(f"{name}:{number}: {fault}")
        found += [f"{name}:{number}: there is no {path}" for number, path in lost_paths(root, text)]
    return found


if __name__ == "__main__":
    rows = faults(Path(sys.argv[1]).resolve())
    print("\n".join(rows) or "every link leads somewhere")
    sys.exit(1 if rows else 0)
