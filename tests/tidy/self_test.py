"""Plants one fault at a time in a small tree of its own: a checker that finds nothing wrong must have looked."""

import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "compilers"))

import banned_words
import check_compilers
import check_format
import check_includes
import check_links
import check_style

CMAKE = """
anyclaude_room(base DIR src/base)
anyclaude_room(http_wire DIR src/http/wire USES base)
anyclaude_room(http_server DIR src/http/server USES base LIBS httplib::httplib)  # over cpp-httplib
anyclaude_group(http http_wire http_server)
anyclaude_room(proxy DIR src/proxy
  USES base http)
anyclaude_program(tool DIR tools/tool USES base)
"""
DESIGN = """
| room | holds | may use |
|---|---|---|
| `base` | errors | nothing |
| `http_wire` | the syntax | base |
| `http_server` | the server | base |
| `http` | group | http_wire, http_server |
| `proxy` | steps | base, http |
| `tool` | a program | base |

| room | another table |
"""
HEADER = "// What this is.\n#pragma once\n\n#include <vector>\n"


class PlantedFaults(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.root = Path(scratch.name).resolve()
        self.write("CMakeLists.txt", CMAKE)
        self.write("docs/design.md", DESIGN)
        self.write("src/base/error.h", HEADER)
        self.write("src/http/server/server.h", HEADER + '#include "base/error.h"\n#include <httplib.h>\n#include <unistd.h>\n')
        self.write("src/proxy/steps.h", HEADER + '#include "http/server/server.h"\n')
        self.write("tools/tool/main.cpp", '#include "base/error.h"\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def expect(self, found, *parts):
        self.assertEqual(len(found), 1, found)
        for part in parts:
            self.assertIn(part, found[0])

    def includes(self):
        return check_includes.faults(self.root)

    def style(self):
        return check_style.faults(self.root)

    def test_the_clean_tree_has_no_faults(self):
        self.assertEqual(self.includes() + self.style(), [])

    def test_an_include_against_the_direction(self):
        self.write("src/base/clock.h", HEADER + '\n#include "http/server/server.h"\n')
        self.expect(self.includes(), "src/base/clock.h:6", "'base' may not use room 'http_server'")

    def test_an_include_against_the_direction_inside_a_group(self):
        self.write("src/http/wire/url.h", HEADER + '#include "http/server/server.h"\n')
        self.expect(self.includes(), "src/http/wire/url.h:5", "'http_wire' may not use room 'http_server'")

    def test_a_group_that_left_the_table(self):
        self.write("CMakeLists.txt", CMAKE.replace("(http http_wire http_server)", "(http http_wire)"))
        self.assertTrue(any("'http' links http_wire;" in fault for fault in self.includes()))

    def test_a_program_that_reaches_too_far(self):
        self.write("tools/tool/more.cpp", '#include "proxy/steps.h"\n')
        self.expect(self.includes(), "tools/tool/more.cpp:1", "'tool' may not use room 'proxy'")

    def test_a_library_outside_its_room(self):
        self.write("src/proxy/steps.cpp", "#include <httplib.h>\n")
        self.expect(self.includes(), "src/proxy/steps.cpp:1", "belongs to http_client and http_server alone")

    def test_lmdb_anywhere_else(self):
        self.write("src/proxy/steps.cpp", "# include  <lmdb.h>\n")
        self.expect(self.includes(), "belongs to storage_lmdb alone")

    def test_a_library_that_is_not_linked(self):
        self.write("src/proxy/steps.cpp", "#include <nlohmann/json.hpp>\n")
        self.expect(self.includes(), "nlohmann_json::nlohmann_json")

    def test_an_unknown_library(self):
        self.write("src/proxy/steps.cpp", "#include <boost/asio.hpp>\n")
        self.expect(self.includes(), "neither a system header")

    def test_an_include_from_the_wrong_place(self):
        self.write("src/proxy/steps.cpp", '#include "../base/error.h"\n')
        self.expect(self.includes(), "must be spelled from src/")

    def test_a_directory_that_is_no_room(self):
        self.write("src/attic/old.h", HEADER)
        self.expect(self.includes(), "src/attic/old.h", "no room")

    def test_link_lines_that_left_the_table(self):
        self.write("CMakeLists.txt", CMAKE.replace("USES base http", "USES base"))
        self.assertTrue(any("'proxy' links base;" in fault for fault in self.includes()))

    def test_a_room_without_a_line_in_the_table(self):
        self.write("docs/design.md", DESIGN.replace("| `tool` | a program | base |\n", ""))
        self.expect(self.includes(), "'tool' is missing from the table")

    def test_a_line_in_the_table_without_a_room(self):
        self.write("docs/design.md", DESIGN.replace("| `tool`", "| `ghost` | nobody | base |\n| `tool`"))
        self.expect(self.includes(), "'ghost' is in the table")

    def test_a_circle_of_rooms(self):
        self.write("CMakeLists.txt", CMAKE.replace("DIR src/base", "DIR src/base USES proxy"))
        self.write("docs/design.md", DESIGN.replace("| errors | nothing", "| errors | proxy"))
        self.expect(self.includes(), "use goes one way")

    def test_a_library_linked_outside_its_home(self):
        self.write("CMakeLists.txt", CMAKE.replace("USES base http", "USES base http LIBS lmdb::lmdb"))
        self.expect(self.includes(), "lmdb::lmdb", "storage_lmdb alone")

    def test_a_file_that_ate_the_room(self):
        self.write("src/base/long.cpp", "int x;\n" * 401)
        self.expect(self.style(), "src/base/long.cpp", "401 lines")

    def test_a_header_without_pragma_once(self):
        self.write("src/base/clock.h", "#include <vector>\n")
        self.expect(self.style(), "src/base/clock.h", "#pragma once")

    def test_unfinished_work(self):
        self.write("src/base/clock.cpp", "int x;  // TO" + "DO later\n")
        self.expect(self.style(), "src/base/clock.cpp:1", "unfinished")

    def test_a_path_of_this_machine(self):
        self.write("README.md", f"Look into {self.root}/src.\n")
        self.expect(self.style(), "README.md:1", "path of one machine")

    def test_a_home_directory(self):
        self.write("tools/go.sh", "cd /ho" + "me/ada/anyclaude\n")
        self.expect(self.style(), "tools/go.sh:1", "path of one machine")

    def test_a_parent_directory_that_names_a_machine(self):
        self.assertTrue(check_style.machine_paths("/data7/anyclaude").search("see /data7/other"))
        self.assertFalse(check_style.machine_paths("/tmp/anyclaude").search("in /tmp/other"))

    def test_a_download_address_in_a_lock_file(self):
        self.write("tests/package-lock.json", '{\n "resolved": "https://registry.example/x.tgz"\n}\n')
        self.expect(self.style(), "tests/package-lock.json:2", "download addresses")

    def test_std_regex(self):
        self.write("src/base/find.cpp", "std::re" + "gex word;\n")
        self.expect(self.style(), "src/base/find.cpp:1", "RE2")

    def test_a_range_that_clang_14_does_not_take(self):
        self.write("src/base/find.cpp", "auto last = std::ranges::" + "unique(words);\n")
        self.expect(self.style(), "src/base/find.cpp:1", "Clang 14")

    def test_json_that_is_read_without_a_bound(self):
        for line in ("auto root = nlohmann::json::" + "parse(text);\n", "Json::" + "parse(text);\n",
                     "simdjson::dom::" + "parser parser;\n"):
            self.write("src/base/find.cpp", line)
            self.expect(self.style(), "src/base/find.cpp:1", "bound its depth")
        self.write("src/base/find.cpp", "JsonDocument::parse(text);\n")
        self.assertEqual(self.style(), [])

    def test_a_shell_feature_that_macos_lacks(self):
        self.write("tools/go.sh", "map" + "file -t lines\n")
        self.expect(self.style(), "tools/go.sh:1", "bash 3.2")

    def test_links_that_lead_somewhere(self):
        self.write("docs/page.md", "# The page: `a` of *it*\n## Twice\n## Twice\n<a id=\"named\"></a>\n")
        self.write("README.md", "[page](docs/page.md#the-page-a-of-it), [again](docs/page.md#twice-1), [code](src/base/error.h#L3)\n"
                   "[named](docs/page.md#named), [web](https://example.com/#x), [mail](mailto:a@example.com), [dir](docs)\n"
                   "`[not](a/link.md)`\n```\n[nor](this.md)\n```\n")
        self.assertEqual(check_links.faults(self.root), [])

    def test_a_link_that_leads_nowhere(self):
        self.write("README.md", "[there](docs/design.md) and\n[gone](docs/gone.md)\n")
        self.expect(check_links.faults(self.root), "README.md:2", "docs/gone.md leads nowhere")

    def test_a_link_whose_text_goes_over_a_line(self):
        self.write("README.md", "[gone\naway](docs/gone.md)\n")
        self.expect(check_links.faults(self.root), "README.md:2", "docs/gone.md leads nowhere")

    def test_a_reference_that_leads_nowhere(self):
        self.write("README.md", "[gone]: docs/gone.md\n")
        self.expect(check_links.faults(self.root), "README.md:1", "docs/gone.md leads nowhere")

    def test_a_path_in_code_that_is_not_there(self):
        self.write("README.md", "`src/base/error.h`, `src/base/*.h`, `src/base/error`, `src/base/` and\n`src/base/gone.h`\n")
        self.expect(check_links.faults(self.root), "README.md:2", "there is no src/base/gone.h")

    def test_an_anchor_without_a_heading(self):
        self.write("docs/page.md", "# Page\n```\n# no heading\n```\n")
        for target in ("docs/page.md#no-heading", "docs/page.md#Page", "#page"):
            self.write("README.md", f"[there]({target})\n")
            self.expect(check_links.faults(self.root), "README.md:1", "names no heading")

    def test_an_anchor_of_a_file_without_headings(self):
        self.write("README.md", "[there](src/base/error.h#errors)\n")
        self.expect(check_links.faults(self.root), "README.md:1", "only Markdown pages have headings")

    def test_a_link_out_of_the_repository(self):
        self.write("README.md", "[there](../)\n")
        self.expect(check_links.faults(self.root), "README.md:1", "leaves the repository")

    def test_a_page_of_reasons_that_the_program_does_not_print(self):
        program = self.root / "cachectl.py"
        program.write_text(f"#!{sys.executable}\nprint('a reason\\n' * 200, end='')\n")
        program.chmod(0o700)
        check = [sys.executable, str(Path(__file__).with_name("check_reason_docs.py")), str(program), str(self.root)]
        self.write("docs/reasons.md", "a reason\n" * 200)
        self.assertEqual(subprocess.run(check, check=False).returncode, 0)
        self.write("docs/reasons.md", "another reason\n" * 200)
        failed = subprocess.run(check, check=False, capture_output=True, text=True)
        self.assertIn("not what the tables say", failed.stderr)
        self.assertEqual(failed.returncode, 1)

    def test_banned_words_in_a_comment_a_message_and_a_page(self):
        for name, text in (("src/base/clock.h", HEADER + "// Some" + "body asks.\n"),
                           ("src/base/clock.cpp", '\n\n\n\nauto text = "the stand' + '-in answers";\n'),
                           ("tools/go.sh", "\n\n\n\n# the kee" + "per ends it\n"),
                           ("docs/page.md", "\n\n\n\nWho" + "ever reads it\n")):
            self.write(name, text)
            self.expect(self.style(), f"{name}:5", "name the" if "page" in name or name.endswith(".h") else "write ")
            (self.root / name).unlink()

    def test_words_that_are_not_prose(self):
        self.write("src/base/clock.cpp", "int no" + "body = stood_in;  // a metrics key: stood_in\n")
        self.write("docs/page.md", "The key `some" + "body` and\n```\nno" + "body\n```\nA value stood in the middle.\n")
        self.write("CHANGELOG.md", "## Unreleased\n\n## 1.0\n\nNo" + "body noticed.\n")
        self.assertEqual(self.style(), [])

    def test_the_list_of_directories_with_banned_words_only_shrinks(self):
        bad = ("src/base/a.h", "// no" + "body\n")
        self.assertEqual(banned_words.faults([bad], {"src/base": 1}), [])
        self.assertEqual(len(banned_words.faults([bad], {"src/base": 0})), 1)
        self.expect(banned_words.faults([("src/base/a.h", "")], {"src/base": 1}), "lower its number")

    def test_recordings_are_left_as_they_were_sent(self):
        self.write("tests/data/recordings/0001.json", '{"cwd": "/ho' + 'me/ada/project"}\n')
        self.assertEqual(self.style(), [])

    def test_code_that_is_not_formatted(self):
        program = check_format.find_clang_format()
        if program is None:
            self.skipTest("no clang-format of the right release")
        self.write(".clang-format", "BasedOnStyle: Google\nSortIncludes: Never\n")
        self.assertEqual(check_format.faults(self.root, program), [])
        self.write("src/base/clock.cpp", "int   x ;\nint y;\nint  z;\n")
        self.expect(check_format.faults(self.root, program), "src/base/clock.cpp:1")

    def test_code_that_clang_format_refuses(self):
        program = check_format.find_clang_format()
        if program is None:
            self.skipTest("no clang-format of the right release")
        self.write(".clang-format", "NoSuchKey: 1\n")
        self.expect(check_format.faults(self.root, program), "clang-format failed")

    def test_code_that_a_compiler_warns_of(self):
        self.write("src/base/clock.cpp", "int seconds(long time) { return time; }\n")
        command = "c++ -std=c++20 -Wconversion -fpch-preprocess -Winvalid-pch -include gone.hxx -o clock.o -c src/base/clock.cpp"
        self.write("compile_commands.json", json.dumps(
            [{"directory": str(self.root), "command": command, "file": "src/base/clock.cpp"}]))
        (source,) = check_compilers.sources_of(self.root)
        self.assertIn("src/base/clock.cpp:1", check_compilers.complaints(shutil.which("c++"), source) or "")
        self.write("src/base/clock.cpp", "long seconds(long time) { return time; }\n")
        self.assertIsNone(check_compilers.complaints(shutil.which("c++"), source))


if __name__ == "__main__":
    unittest.main()
