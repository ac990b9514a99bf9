"""Proves that the dictionary in every program holds nothing but made-up text: each of its bytes stands in a run that the
synthetic answers hold as well."""

import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True
RUN_BYTES = 16
# The repeat offsets end a dictionary's tables; what follows is text.
OFFSETS = struct.pack("<III", 1, 4, 8)


def text_of(dictionary):
    """What stands behind the tables of numbers at the dictionary's head, or None."""
    at = dictionary.find(OFFSETS, 8, 1024)
    if not dictionary.startswith(b"\x37\xa4\x30\xec") or at < 0:
        return None
    return dictionary[at + len(OFFSETS):]


def foreign_bytes(text, answers):
    """How many bytes of the text stand in no run of RUN_BYTES that the answers hold, one behind the other."""
    wanted = {}
    for at in range(len(text) - RUN_BYTES + 1):
        wanted.setdefault(text[at:at + RUN_BYTES], []).append(at)
    covered = bytearray(len(text))
    for at in range(len(answers) - RUN_BYTES + 1):
        for place in wanted.pop(answers[at:at + RUN_BYTES], ()):
            covered[place:place + RUN_BYTES] = b"\1" * RUN_BYTES
    return len(text) - sum(covered)


def faults(root):
    sys.path.insert(0, str(Path(root, "tools/dictionary")))
    from make_dictionary import DICTIONARY, training_answers
    text = text_of(DICTIONARY.read_bytes())
    if text is None:
        return [f"{DICTIONARY} is not a dictionary of zstd"]
    answers = "".join(training_answers()).encode()
    # A planted text must be noticed, or the check proves nothing.
    if foreign_bytes(b"a sentence that somebody really wrote" + text[:1000], answers) < 30:
        return ["a planted sentence went unnoticed, so this check proves nothing"]
    foreign = foreign_bytes(text, answers)
    return [f"{DICTIONARY}: {foreign} bytes are not from the synthetic answers; make it anew with "
            "tools/dictionary/make_dictionary.py"] if foreign else []


if __name__ == "__main__":
    found = faults(Path(sys.argv[1]).resolve())
    print("\n".join(found) or "the dictionary holds nothing but synthetic text")
    sys.exit(1 if found else 0)
