"""What a build shows: a line of progress, and of all that was printed only what failed."""

import io
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools/lib"))

from progress import Progress  # noqa: E402


class Clock:
    def __init__(self):
        self.seconds = 0

    def __call__(self):
        return self.seconds


class ProgressLine(unittest.TestCase):
    def setUp(self):
        self.out = io.StringIO()
        self.clock = Clock()

    def show(self, lines, is_terminal):
        progress = Progress(self.out, is_terminal, self.clock)
        for seconds, text in lines:
            self.clock.seconds = seconds
            progress.line(text)
        progress.end()
        return self.out.getvalue()

    def test_a_terminal_has_one_line_with_the_time_that_is_left(self):
        said = self.show([(10, "[1/4] a\n"), (20, "[2/4] b\n"), (40, "[4/4] c\n")], True)
        self.assertEqual(said.count("\n"), 1)
        self.assertIn("\r  2 of 4 steps, 0:20 so far, about 0:20 to go", said)

    def test_steps_are_counted_from_the_first(self):
        said = self.show([(5, "[0/2] Re-checking globbed directories...\n"), (10, "[1/4] a\n")], True)
        self.assertEqual(said.count("\r"), 1)
        self.assertIn("1 of 4 steps, 0:10 so far, about 0:30 to go", said)

    def test_a_log_has_a_line_for_each_tenth(self):
        said = self.show([(i, f"[{i}/200] x\n") for i in range(1, 201)], False)
        self.assertEqual(said.count("\n"), 11)
        self.assertTrue(said.endswith("200 of 200 steps, 3:20 so far, about 0:00 to go\n"))

    def test_warnings_stay_in_the_log_and_errors_are_repeated(self):
        said = self.show([(1, "[1/3] a\n"), (1, "a.cpp:1: warning: unused\n"), (2, "FAILED: b.o\n"),
                          (2, "b.cpp:1: error: no\n"), (3, "[3/3] c\n"), (3, "c.cpp:1: warning: unused\n")], False)
        self.assertNotIn("warning", said)
        self.assertTrue(said.endswith("FAILED: b.o\nb.cpp:1: error: no\n"))

    def test_a_build_with_nothing_to_do_says_nothing(self):
        self.assertEqual(self.show([(1, "ninja: no work to do.\n")], True), "")

    def test_the_program_keeps_everything(self):
        with tempfile.TemporaryDirectory() as scratch:
            log = Path(scratch, "build.log")
            text = b"[1/1] a\nw\xe9rning\nninja: build stopped: subcommand failed.\n"
            done = subprocess.run([sys.executable, "-B", ROOT / "tools/lib/progress.py", log], input=text,
                                  capture_output=True, check=True)
            self.assertIn(b"1 of 1 steps", done.stderr)
            self.assertEqual(len(log.read_text().splitlines()), 3)


if __name__ == "__main__":
    unittest.main()
