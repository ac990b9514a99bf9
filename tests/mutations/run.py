#!/usr/bin/env python3
"""Proves that the tests can fail: plants one fault at a time in a copy of the tree and runs the test that has to notice.

The copy is kept and brought up to date by the next run, so that only the first one builds everything it needs.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from faults import FAULTS

ROOT = Path(__file__).resolve().parents[2]


def source_files(root):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard"], capture_output=True, text=True,
                            check=True)
    return listed.stdout.splitlines()


def bring_up_to_date(tree):
    """Copies what differs and nothing else, for a new time stamp is a new build."""
    for name in source_files(ROOT):
        source, copy = ROOT / name, tree / name
        if not source.is_file() or (copy.is_file() and copy.read_bytes() == source.read_bytes()):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
        copy.chmod(source.stat().st_mode)


def stale_faults(root):
    for fault in FAULTS:
        times = Path(root, fault.file).read_text().count(fault.text)
        if times != 1:
            yield f"{fault.name}: its text stands {times} times in {fault.file}; bring tests/mutations/faults.py up to date"


def quietly(command, **options):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)


class Scratch:
    def __init__(self, tree, preset):
        self.tree, self.build = tree, tree / "build" / preset
        bring_up_to_date(tree)
        if not (self.build / "build.ninja").is_file():
            self.must(["cmake", "--preset", preset, "-DANYCLAUDE_BENCHES=OFF"])

    def must(self, command):
        done = quietly(command, cwd=self.tree)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-4000:]}")

    def compiled(self, targets):
        return quietly(["cmake", "--build", str(self.build), "--target", *targets], cwd=self.tree)

    def failures(self, fault):
        """The named tests that failed and those that passed; a crash counts as a failure of the whole program."""
        program = [str(self.build / "bin" / fault.target), f"--gtest_filter={fault.test}"]
        try:
            done = quietly(program, cwd=self.tree, timeout=120)
        except subprocess.TimeoutExpired:
            return ["(it never ended)"], []
        lines = done.stdout.splitlines()
        failed = sorted({line.split()[3].rstrip(",") for line in lines if line.startswith("[  FAILED  ] ")
                         and "." in line and "(" in line})
        passed = [line.split()[3] for line in lines if line.startswith("[       OK ] ")]
        if done.returncode < 0 or (done.returncode != 0 and not failed):
            failed.append(f"(the program ended with {done.returncode})")
        return failed, passed

    def unfit(self, fault):
        """Why the named tests could prove nothing: they fail in the sound tree, or there are none. Empty when they can."""
        failed, passed = self.failures(fault)
        if failed:
            return f"{fault.name}: fails without the fault: {', '.join(failed)}"
        return "" if len(passed) >= fault.test.count(":") + 1 else f"{fault.name}: a test it names is not there"

    def verdict(self, fault):
        """An empty string when the named tests notice the fault."""
        file = self.tree / fault.file
        sound = file.read_text()
        file.write_text(sound.replace(fault.text, fault.replacement))
        try:
            compiled = self.compiled([fault.target])
            if compiled.returncode != 0:
                return "IT DOES NOT COMPILE\n" + compiled.stdout[-2000:]
            failed, passed = self.failures(fault)
        finally:
            file.write_text(sound)
        if not failed:
            return "NOBODY NOTICED"
        return "UNNOTICED BY " + ", ".join(passed) if passed else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tree", type=Path, default=ROOT / "build" / "mutations", help="where the copy is kept")
    parser.add_argument("--preset", default="dev", help="the CMake preset to build with [dev]")
    parser.add_argument("--only", default="", help="faults whose room or name holds this text")
    parser.add_argument("--check", action="store_true", help="only check that the texts to replace are still there")
    arguments = parser.parse_args()
    if stale := list(stale_faults(ROOT)):
        sys.exit("\n".join(stale))
    if arguments.check:
        return
    faults = [fault for fault in FAULTS if arguments.only in fault.name or arguments.only == fault.room]
    scratch = Scratch(arguments.tree.resolve(), arguments.preset)
    scratch.must(["cmake", "--build", str(scratch.build), "--target", *sorted({fault.target for fault in faults})])
    unfit = [message for fault in faults if (message := scratch.unfit(fault))]
    if unfit:
        sys.exit("\n".join(unfit))
    missed = 0
    for fault in faults:
        verdict = scratch.verdict(fault)
        missed += bool(verdict)
        print(f"{fault.room:10} {fault.name:52} {verdict or 'noticed by ' + fault.test}", flush=True)
    sys.exit(f"{missed} of {len(faults)} faults went unnoticed" if missed else 0)


if __name__ == "__main__":
    main()
