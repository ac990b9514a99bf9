"""usage: packages_test.py ROOT: tries tools/lib/packages.sh on machines that lack this or that, with an apt made up here."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv[1]).resolve()
LIST = "# A comment.\ncompiler cc-14\nlibrary   # another\noptional formatter formatter-14\n"
TOOLS = ("bash", "cat", "env", "grep", "mktemp", "rm", "sed", "tail", "touch")

APT_GET = r"""#!/bin/bash
while [ "$1" = -o ]; do shift 2; done
echo "apt-get $*" >>calls
[ -e "no-$1" ] && { echo "E: $1 does not work"; exit 100; }
case "$1" in
  update) touch lists ;;
  install)
    for word in "${@:2}"; do
      case "$word" in
        -*) ;;
        *) grep -qx "$word" archive || { echo "E: Unable to locate package $word"; exit 100; }
           echo "$word" >>installed ;;
      esac
    done ;;
esac
"""
APT_CACHE = r"""#!/bin/bash
[ -e lists ] || exit 0
case "$1" in
  madison) echo "apt | 1.0 | archive" ;;
  policy)
    if grep -qx "$2" archive; then printf '%s:\n  Installed: (none)\n  Candidate: 1.0\n' "$2"; fi
    if grep -qx "$2" named; then printf '%s:\n  Installed: (none)\n  Candidate: (none)\n' "$2"; fi ;;
esac
"""
DPKG_QUERY = '#!/bin/bash\ngrep -qx "${@: -1}" installed && printf "install ok installed"\n'
SUDO = '#!/bin/bash\necho "sudo $1" >>calls\nexec "$@"\n'


class Packages(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.machine = Path(scratch.name)
        (self.machine / "tools/packages").mkdir(parents=True)
        (self.machine / "tools/packages/apt.txt").write_text(LIST)
        (self.machine / "bin").mkdir()
        for tool in TOOLS:
            (self.machine / "bin" / tool).symlink_to(shutil.which(tool))
        self.program("apt-get", APT_GET)
        self.program("apt-cache", APT_CACHE)
        self.program("dpkg-query", DPKG_QUERY)
        self.user(0)
        self.have("archive", "compiler", "library", "formatter")
        self.have("installed")
        self.have("named")

    def program(self, name, text):
        path = self.machine / "bin" / name
        path.write_text(text)
        path.chmod(0o755)

    def user(self, number):
        self.program("id", f"#!/bin/bash\necho {number}\n")

    def have(self, file, *lines):
        (self.machine / file).write_text("".join(f"{line}\n" for line in lines))

    def ensure(self):
        """Returns the exit code and leaves what was said and called."""
        script = f"set -euo pipefail; . '{ROOT}/tools/lib/say.sh'; . '{ROOT}/tools/lib/packages.sh'; ensure_packages build"
        run = subprocess.run([str(self.machine / "bin/bash"), "-c", script], cwd=self.machine, text=True, check=False,
                             capture_output=True, env={"PATH": str(self.machine / "bin"), "TMPDIR": str(self.machine)})
        self.said = run.stderr
        calls = self.machine / "calls"
        self.calls = calls.read_text().splitlines() if calls.exists() else []
        return run.returncode

    def test_what_is_there_is_not_asked_for(self):
        self.have("installed", "compiler", "library", "formatter")
        self.assertEqual(self.ensure(), 0)
        self.assertEqual((self.calls, self.said), ([], ""))

    def test_a_fresh_machine_gets_everything(self):
        self.assertEqual(self.ensure(), 0)
        self.assertEqual(self.calls, ["apt-get update", "apt-get install -y --no-install-recommends compiler library",
                                      "apt-get install -y --no-install-recommends formatter"])
        self.assertEqual(self.ensure(), 0)
        self.assertEqual(len(self.calls), 3, "nothing is installed twice")

    def test_a_program_does_as_well_as_its_package(self):
        self.have("installed", "library", "formatter")
        self.program("cc-14", "#!/bin/bash\n")
        self.assertEqual(self.ensure(), 0)
        self.assertEqual(self.calls, [])

    def test_an_optional_package_that_the_archive_lacks_is_left_out_and_said(self):
        self.have("archive", "compiler", "library")
        self.assertEqual(self.ensure(), 0)
        self.assertIn("Left out, for this system's archive does not have it: formatter", self.said)
        self.assertEqual(len(self.calls), 2)
        self.assertEqual(self.ensure(), 0)
        self.assertEqual(len(self.calls), 2, "once all is there, no later run needs apt or root")

    def test_a_package_that_the_archive_only_names_counts_as_lacking(self):
        self.have("archive", "compiler", "library")
        self.have("named", "formatter")
        self.assertEqual(self.ensure(), 0)
        self.assertIn("Left out", self.said)

    def test_apt_without_lists_is_asked_before_an_optional_package_counts_as_lacking(self):
        self.have("installed", "compiler", "library")
        self.assertEqual(self.ensure(), 0)
        self.assertEqual(self.calls, ["apt-get update", "apt-get install -y --no-install-recommends formatter"])

    def test_an_optional_package_that_cannot_be_installed_stops_nothing(self):
        self.have("installed", "compiler", "library")
        (self.machine / "no-install").touch()
        self.assertEqual(self.ensure(), 0)
        self.assertIn("left out: formatter", self.said)

    def test_without_root_and_sudo_the_command_is_told(self):
        self.user(1000)
        self.assertEqual(self.ensure(), 1)
        self.assertEqual(self.calls, [])
        self.assertIn("no sudo", self.said)
        self.assertIn("\n  apt-get update && apt-get install --no-install-recommends compiler library\n", self.said)

    def test_without_root_and_sudo_an_optional_package_stops_nothing(self):
        self.user(1000)
        self.have("installed", "compiler", "library")
        (self.machine / "lists").touch()
        self.assertEqual(self.ensure(), 0)
        self.assertIn("apt-get install --no-install-recommends formatter", self.said)

    def test_sudo_where_there_is_one(self):
        self.user(1000)
        self.program("sudo", SUDO)
        self.assertEqual(self.ensure(), 0)
        self.assertEqual([call for call in self.calls if call.startswith("sudo")], ["sudo env"] * 3)

    def test_lists_that_cannot_be_renewed_may_still_do(self):
        (self.machine / "no-update").touch()
        (self.machine / "lists").touch()
        self.assertEqual(self.ensure(), 0)
        self.assertIn("E: update does not work", self.said)

    def test_a_failed_installation_says_why_and_what_to_do(self):
        (self.machine / "no-install").touch()
        self.assertEqual(self.ensure(), 1)
        self.assertIn("E: install does not work", self.said)
        self.assertIn("apt-get update && apt-get install --no-install-recommends compiler library", self.said)
        log = self.said.split("all that it said is in ")[1].splitlines()[0]
        self.assertIn("E: install does not work", Path(log).read_text())

    def test_a_required_package_of_another_name_is_named(self):
        self.have("archive", "library", "formatter")
        self.assertEqual(self.ensure(), 1)
        self.assertIn("no package of the name: compiler", self.said)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
