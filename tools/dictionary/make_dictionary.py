#!/usr/bin/env python3
"""Makes storage/lmdb/answers.dictionary, the zstd dictionary that is compiled in. Needs the zstd program.

    make_dictionary.py                     writes the dictionary
    make_dictionary.py --answers N --seed S  prints N synthetic answers, one a line

A store keeps the number of the dictionary in its records, so the file never changes under its number: a new
dictionary gets the next number, in storage/lmdb/answer_packer.h and here, and keeps the old one to read with.
The answers are the same everywhere; the dictionary is the same bytes wherever zstd is the same version (1.5.4).
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from synthetic_answers import Answers

ROOT = Path(__file__).resolve().parents[2]
DICTIONARY = ROOT / "storage/lmdb/answers.dictionary"
DICTIONARY_ID = 40_001
BYTES_MAX = 64 * 1024
TRAINING_SEED = 20_261_120
TRAINING_ANSWERS = 6_000


def training_answers():
    answers = Answers(TRAINING_SEED)
    return [answers.stored_text() for _ in range(TRAINING_ANSWERS)]


def train(target, bytes_max):
    with tempfile.TemporaryDirectory() as scratch:
        files = []
        for number, text in enumerate(training_answers()):
            files.append(Path(scratch, f"{number:06}"))
            files[-1].write_text(text, encoding="utf-8")
        # In this order, for the same dictionary everywhere; a directory would be read in any.
        names = Path(scratch, "names")
        names.write_text("".join(f"{file}\n" for file in files))
        # Long runs (k) suit answers that are not synthetic better than the short ones of the default.
        subprocess.run(["zstd", "-q", "-f", "--train-fastcover=k=1024,d=8,f=20,accel=1,split=100", "--filelist", str(names),
                        "-o", str(target), f"--maxdict={bytes_max}", f"--dictID={DICTIONARY_ID}", "-6"], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=DICTIONARY)
    parser.add_argument("--bytes", type=int, default=BYTES_MAX, help="how long it may get")
    parser.add_argument("--answers", type=int, help="print so many answers instead")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.answers:
        sys.stdout.reconfigure(encoding="utf-8")
        answers = Answers(arguments.seed)
        for _ in range(arguments.answers):
            print(answers.stored_text())
        return
    train(arguments.output, arguments.bytes)
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
