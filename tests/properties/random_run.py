"""usage: random_run.py PROGRAM SOURCE...

Runs the properties of one test program, which are those that its sources define, with a seed that nobody chose. After a
failure it prints one line that repeats exactly that. What RC_PARAMS already says (a seed, more cases) is respected.
"""

import os
import re
import secrets
import shlex
import subprocess
import sys
from pathlib import Path

PROPERTY = re.compile(r"^RC_GTEST_(FIXTURE_)?PROP\(\s*(\w+),\s*(\w+)", re.M)
STARTED = re.compile(r"^\[ RUN {6}\] (\S+)", re.M)
FAILED = re.compile(r"^\[  FAILED  \] (\S+) \(", re.M)
REPRODUCE = re.compile(r'RC_PARAMS="(reproduce=[^"]+)"')


def properties_of(text):
    """GoogleTest's names of the properties that a source defines."""
    found = [f"{suite}{'_RapidCheck' if fixture else ''}.{name}" for fixture, suite, name in PROPERTY.findall(text)]
    if len(found) != text.count("RC_GTEST_"):
        raise ValueError("a property is written in a way that tests/properties/random_run.py does not read")
    return found


def parameters(given):
    """RC_PARAMS for this run: what is given, and a seed unless that has one."""
    if re.search(r"\b(seed|reproduce)=", given):
        return given
    return f"{given} seed={secrets.randbits(63)}".strip()


def repeating_line(program, used, said):
    """A command that fails in the same way. Where the program died before RapidCheck could say how, the seed does it."""
    failed = FAILED.findall(said) or STARTED.findall(said)[-1:]
    reproduce = REPRODUCE.findall(said)
    return f"RC_PARAMS={shlex.quote(reproduce[-1] if reproduce else used)} {shlex.quote(program)} " \
           f"--gtest_filter={shlex.quote(':'.join(dict.fromkeys(failed)))}"


def main(program, *sources):
    used = parameters(os.environ.get("RC_PARAMS", ""))
    print(f"RC_PARAMS={used!r}", flush=True)
    properties = [name for source in sources for name in properties_of(Path(source).read_text())]
    run = subprocess.run([program, "--gtest_filter=" + ":".join(properties)], check=False,
                         env={**os.environ, "RC_PARAMS": used}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         encoding="utf-8", errors="replace")
    print(run.stdout)
    if run.returncode == 0:
        return 0
    print("*** A property failed with cases made up in this run. This repeats it:\n\n  "
          + repeating_line(program, used, run.stdout) + "\n")
    return 1


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
