"""Holds every #include of src/, storage/ and tools/ to the map of the rooms, and the map's sources to each other."""

import re
import sys
from pathlib import Path

from rooms import LIBRARY_HEADERS, SINGLE_HOMES, VOCABULARY_HEADERS, parse_cmake, parse_table, room_of, rooms_used, source_files

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.MULTILINE)
# What the compiler and the system bring along: <vector>, <sys/socket.h>, <unistd.h>.
SYSTEM_HEADER = re.compile(
    r"[a-z_0-9]+|(sys|netinet|arpa|net|mach|mach-o|linux)/[a-z_0-9]+\.h|(assert|dirent|errno|fcntl|ifaddrs|malloc|netdb|poll|setjmp|"
    r"pthread|pwd|signal|spawn|stdio|stdlib|string|strings|termios|time|unistd|libproc|crt_externs)\.h")


def map_faults(root):
    """Where the table, the link lines and the directories disagree."""
    rooms = parse_cmake(Path(root, "CMakeLists.txt").read_text())
    table = parse_table(Path(root, "docs/design.md").read_text())
    known = []
    for name in table:
        if name not in rooms:
            yield f"docs/design.md: room '{name}' is in the table and not in CMakeLists.txt"
    for room in rooms.values():
        if room.name not in table:
            yield f"CMakeLists.txt: '{room.name}' is missing from the table of docs/design.md"
        elif set(room.uses) != set(table[room.name]):
            yield (f"CMakeLists.txt: '{room.name}' links {', '.join(sorted(room.uses)) or 'nothing'}; the table of "
                   f"docs/design.md says {', '.join(sorted(table[room.name])) or 'nothing'}")
        for used in room.uses:
            if used not in known:
                yield f"CMakeLists.txt: '{room.name}' uses '{used}', which does not stand above it: use goes one way"
        for library in room.libraries:
            if room.name not in SINGLE_HOMES.get(library, [room.name]):
                yield f"CMakeLists.txt: '{room.name}' links {library}, which lives in {' and '.join(SINGLE_HOMES[library])} alone"
        known.append(room.name)


def library_fault(room, header):
    """What is wrong with a room including <header>, or None."""
    for pattern, targets in LIBRARY_HEADERS.items():
        if re.fullmatch(pattern, header):
            homes = sorted({home for target in targets for home in SINGLE_HOMES.get(target, [])})
            if homes and room.name not in homes:
                return f"<{header}> belongs to {' and '.join(homes)} alone"
            if not set(targets) & set(room.libraries):
                return f"<{header}> needs {' or '.join(targets)} among the LIBS of '{room.name}' in CMakeLists.txt"
            return None
    if header not in VOCABULARY_HEADERS and not SYSTEM_HEADER.fullmatch(header):
        return f"<{header}> is neither a system header nor one of the libraries that tests/tidy/rooms.py knows"
    return None


def project_fault(root, rooms, room, header):
    """What is wrong with a room including "header", or None."""
    candidates = [path for path in (Path("src", header), Path(header)) if Path(root, path).is_file()]
    if ".." in Path(header).parts or not candidates:
        return f'"{header}" must be spelled from src/ or from the root, as in "room/file.h", and exist'
    target = room_of(rooms, candidates[0])
    if target is None:
        return f'"{header}" is in no room'
    if target.name != room.name and target.name not in rooms_used(rooms, room):
        return f"room '{room.name}' may not use room '{target.name}' (\"{header}\")"
    return None


def include_faults(root):
    rooms = parse_cmake(Path(root, "CMakeLists.txt").read_text())
    for path in source_files(root, "src", "storage", "tools"):
        relative = path.relative_to(root)
        room = room_of(rooms, relative)
        if room is None:
            yield f"{relative}: this directory is no room of CMakeLists.txt"
            continue
        text = path.read_text()
        for match in INCLUDE.finditer(text):
            project_header, system_header = match.groups()
            fault = (project_fault(root, rooms, room, project_header) if project_header
                     else library_fault(room, system_header))
            if fault:
                yield f"{relative}:{text.count(chr(10), 0, match.start(1 if project_header else 2)) + 1}: {fault}"


def faults(root):
    return [*map_faults(root), *include_faults(root)]


if __name__ == "__main__":
    found = faults(Path(sys.argv[1]).resolve())
    print("\n".join(found) or "every #include keeps to the map")
    sys.exit(1 if found else 0)
