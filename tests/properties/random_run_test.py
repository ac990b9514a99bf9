"""usage: random_run_test.py PROGRAM FAILING-SOURCE ENDING-SOURCE

Holds random_run.py to its promise, on a program with a property that fails and one that ends the program.
"""

import os
import re
import subprocess
import sys
import unittest

import random_run

PROGRAM, FAILS, ENDS = sys.argv[1:4]
WITHOUT_PARAMETERS = {name: value for name, value in os.environ.items() if name != "RC_PARAMS"}


def run(source, parameters=None):
    environment = WITHOUT_PARAMETERS if parameters is None else {**WITHOUT_PARAMETERS, "RC_PARAMS": parameters}
    return subprocess.run([sys.executable, "-B", random_run.__file__, PROGRAM, source], env=environment, text=True,
                          capture_output=True, check=False)


def pasted(said):
    """What the line gives that the run told its reader to paste."""
    line = re.search(r"^  (RC_PARAMS=.*)$", said, re.M).group(1)
    return subprocess.run(["sh", "-c", line], env=WITHOUT_PARAMETERS, text=True, capture_output=True, check=False)


def seed(said):
    return re.search(r"seed=(\d+)", said).group(1)


class RandomRun(unittest.TestCase):
    def test_a_failed_property_fails_the_run_and_its_line_repeats_it(self):
        first = run(FAILS)
        self.assertEqual(first.returncode, 1, first)
        self.assertIn("RC_PARAMS=reproduce=", first.stdout)
        again = pasted(first.stdout)
        self.assertEqual(again.returncode, 1, again)
        self.assertIn("Falsifiable", again.stdout)
        self.assertIn("[  FAILED  ] AlwaysFails.AtALargeNumber", again.stdout)

    def test_a_program_that_ends_is_repeated_by_its_seed(self):
        first = run(ENDS)
        self.assertEqual(first.returncode, 1, first)
        where = re.search(r"^ended at \d+$", first.stdout, re.M).group()
        again = pasted(first.stdout)
        self.assertEqual(again.returncode, 3, again)
        self.assertIn(where, again.stdout)

    def test_each_run_has_another_seed(self):
        self.assertNotEqual(seed(run(FAILS).stdout), seed(run(FAILS).stdout))

    def test_a_given_seed_is_kept(self):
        self.assertEqual(seed(run(FAILS, "seed=7 max_success=20").stdout), "7")

    def test_other_parameters_are_kept_beside_the_seed(self):
        # A single case is an empty one, for which the property holds.
        self.assertEqual(run(FAILS, "max_success=1").returncode, 0)
        self.assertIn("max_success=1 seed=", run(FAILS, "max_success=1").stdout)

    def test_without_parameters_the_program_itself_tries_the_same_cases(self):
        once, twice = (subprocess.run([PROGRAM, "--gtest_filter=AlwaysEnds.*"], env=WITHOUT_PARAMETERS, text=True,
                                      capture_output=True, check=False).stdout for _ in range(2))
        self.assertIn("ended at", once)
        self.assertEqual(once, twice)

    def test_every_way_to_write_a_property_is_read_or_refused(self):
        properties = random_run.properties_of("RC_GTEST_PROP(Suite, Name, ()) {\nRC_GTEST_FIXTURE_PROP(House,\n  Other, ())")
        self.assertEqual(properties, ["Suite.Name", "House_RapidCheck.Other"])
        with self.assertRaises(ValueError):
            random_run.properties_of("  RC_GTEST_PROP(kSuite SUFFIX, Name, ()) {")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
