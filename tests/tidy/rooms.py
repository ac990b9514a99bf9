"""The map of the house as three sources say it: the table of docs/design.md, the link lines of CMakeLists.txt, the
directories. The other checks ask here which room a file belongs to and what that room may use."""

import re
from dataclasses import dataclass, field
from pathlib import Path

# A library's headers, and the CMake targets of which a room must link one before it may include them.
LIBRARY_HEADERS = {
    r"lmdb\.h": ["lmdb::lmdb"],
    r"httplib\.h": ["httplib::httplib"],
    r"xxhash\.h": ["xxhash::xxhash"],
    r"(zstd|zdict|zstd_errors)\.h": ["zstd::zstd"],
    r"simdjson\.h": ["simdjson::simdjson"],
    r"nlohmann/.*": ["nlohmann_json::nlohmann_json"],
    r"spdlog/.*": ["spdlog::spdlog"],
    r"CLI/.*": ["CLI11::CLI11"],
    r"openssl/.*": ["OpenSSL::Crypto", "OpenSSL::SSL"],
    r"re2/.*": ["re2::re2"],
}

# Part of the vocabulary of base, which every room speaks.
VOCABULARY_HEADERS = {"tl/expected.hpp"}

# Libraries that stay behind the interfaces of these rooms, whatever the link lines say.
SINGLE_HOMES = {"lmdb::lmdb": ["storage_lmdb"], "httplib::httplib": ["http_server", "http_client"]}

SOURCE_SUFFIXES = {".h", ".cpp"}


@dataclass
class Room:
    name: str
    directory: str
    uses: list = field(default_factory=list)
    libraries: list = field(default_factory=list)


def parse_cmake(text):
    """The rooms and programs of a CMakeLists.txt, by name, in their order."""
    text = re.sub(r"#.*", "", text)
    rooms = {}
    for kind, arguments in re.findall(r"\banyclaude_(room|group|program)\(([^)]*)\)", text):
        name, *words = arguments.split()
        if kind == "group":
            rooms[name] = Room(name, None, words)
            continue
        lists = {"DIR": [], "MAIN": [], "USES": [], "LIBS": []}
        current = None
        for word in words:
            if word in lists:
                current = lists[word]
            elif current is not None:
                current.append(word)
        if lists["DIR"]:
            rooms[name] = Room(name, lists["DIR"][0], lists["USES"], lists["LIBS"])
    return rooms


def rooms_used(rooms, room):
    """The names of the rooms a room may use, those of its groups included."""
    for name in room.uses:
        used = rooms.get(name)
        if used is not None and used.directory is None:
            yield from rooms_used(rooms, used)
        else:
            yield name


def parse_table(text):
    """The `| room | holds | may use |` table of docs/design.md: room name to the list of rooms it may use."""
    table = {}
    inside = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if cells[0] == "room" and cells[-1] == "may use":
            inside = True
        elif inside and not line.startswith("|"):
            break
        elif inside and not set(cells[0]) <= set("-: "):
            name = re.sub(r"`", "", cells[0])
            table[name] = [] if cells[-1] == "nothing" else re.split(r",\s*", re.sub(r"`", "", cells[-1]))
    return table


def source_files(root, *directories):
    for directory in directories:
        for path in sorted(Path(root, directory).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES and path.is_file():
                yield path


def room_of(rooms, relative_path):
    """The room of a file is the one with the longest directory that holds it directly, or None."""
    parent = relative_path.parent.as_posix()
    for room in rooms.values():
        if room.directory == parent:
            return room
    return None
