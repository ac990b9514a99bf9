"""Shows a build of ninja's as one line: how many of its steps are done, and how long the rest is likely to take.

usage: NINJA_STATUS='[%f/%t] ' cmake --build DIR 2>&1 | progress.py LOG

Everything goes to LOG. On a terminal the line is written over itself; elsewhere a line comes every tenth of the way.
What a step that failed has printed is repeated at the end; warnings stay in LOG."""

import re
import sys
import time

STEP = re.compile(r"\[(\d+)/(\d+)\] ")


def clock(seconds):
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


class Progress:
    """Steps cost about the same on average, so the rest is estimated from the steps that were done."""

    def __init__(self, out, is_terminal, now=time.monotonic):
        self.out, self.is_terminal, self.now = out, is_terminal, now
        self.begun = now()
        self.first = None
        self.told = -1
        self.failed = []
        self.fails = False

    def line(self, text):
        step = STEP.match(text)
        if step:
            self.fails = False
            self.step(int(step[1]), int(step[2]))
        elif text.startswith(("FAILED:", "ninja: error", "CMake Error")):
            self.fails = True
        if self.fails:
            self.failed.append(text)

    def step(self, done, total):
        # Ninja looks whether files were added before it counts the steps.
        if done == 0:
            return
        if self.first is None:
            self.first = done - 1
        tenth = done * 10 // total
        if not self.is_terminal and tenth == self.told and done < total:
            return
        self.told = tenth
        took = self.now() - self.begun
        # A step that ends while none is known to have been begun says nothing of the speed.
        left = took * (total - done) / max(done - self.first, 1)
        text = f"  {done} of {total} steps, {clock(took)} so far, about {clock(left)} to go"
        self.out.write(f"\r{text:<70}" if self.is_terminal else text + "\n")
        self.out.flush()

    def end(self):
        if self.is_terminal and self.told >= 0:
            self.out.write("\n")
        self.out.writelines(self.failed)
        self.out.flush()


def main():
    progress = Progress(sys.stderr, sys.stderr.isatty())
    with open(sys.argv[1], "w", encoding="utf-8", errors="replace") as log:
        for text in sys.stdin:
            log.write(text)
            progress.line(text)
    progress.end()


if __name__ == "__main__":
    sys.stdin.reconfigure(errors="replace")
    main()
