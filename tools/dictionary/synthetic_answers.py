"""Synthetic answers, by no model: messages in the form in which the store keeps them, made up from the phrases and code
samples beside this file. The same seed gives the same answers everywhere."""

import json
import random
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
SLOT = re.compile(r"\{(file|dir|function|type|module|number|command|test|branch|word)\}")
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def read_phrases():
    sections = {}
    for line in (HERE / "phrases.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and line.endswith("]") and line[1:-1].isalpha():
            section = sections.setdefault(line[1:-1], [])
        elif line and not line.startswith("# "):
            section.append(line.replace("\\n", "\n"))
        elif line.startswith("# ") and sections:
            section.append(line)
    return sections


def read_code():
    pieces = (HERE / "code_samples.txt").read_text(encoding="utf-8").split("\n=== ")[1:]
    return [tuple(piece.rstrip("\n").split("\n", 1)) for piece in pieces]


class Dice:
    """Only random() is promised to give the same numbers in every version of Python."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, bound):
        return int(self.random() * bound)

    def between(self, low, high):
        return low + self.below(high - low + 1)

    def chance(self, probability):
        return self.random() < probability

    def one_of(self, things):
        return things[self.below(len(things))]

    def some_of(self, things, low, high):
        return [self.one_of(things) for _ in range(self.between(low, high))]

    def text_of(self, alphabet, length):
        return "".join(self.one_of(alphabet) for _ in range(length))


class Answers:
    def __init__(self, seed):
        self.dice = Dice(seed)
        self.phrases = read_phrases()
        self.code = read_code()
        self.root = "/"

    def phrase(self, section):
        return self.filled(self.dice.one_of(self.phrases[section]))

    def filled(self, text):
        return SLOT.sub(lambda match: self.slot(match.group(1)), text)

    def slot(self, name):
        dice = self.dice
        if name == "file":
            return self.relative_path()
        if name == "number":
            return str(dice.one_of([dice.between(1, 12), dice.between(10, 400), dice.one_of([3000, 8000, 8080, 5432])]))
        if name == "module":
            return dice.one_of(self.phrases["stems"])
        if name == "test":
            return "test_" + dice.one_of(self.phrases["stems"])
        sections = {"dir": "directories", "function": "functions", "type": "types", "command": "commands",
                    "branch": "branches", "word": "words"}
        return self.filled(dice.one_of(self.phrases[sections[name]]))

    def relative_path(self):
        parts = self.dice.some_of(self.phrases["directories"], 0, 2)
        name = self.dice.one_of(self.phrases["stems"]) + self.dice.one_of(self.phrases["extensions"])
        return "/".join([*parts, name])

    def path(self):
        return f"{self.root}/{self.relative_path()}"

    def paragraph(self, low=1, high=4):
        return " ".join(self.phrase("sentences") for _ in range(self.dice.between(low, high)))

    def code_piece(self):
        language, text = self.dice.one_of(self.code)
        return language, self.filled(text)

    def code_cut(self):
        """Some successive lines of a piece, as edits hold them."""
        lines = self.code_piece()[1].split("\n")
        start = self.dice.below(len(lines))
        return "\n".join(lines[start:start + self.dice.between(1, 12)])

    def text(self):
        dice = self.dice
        parts = [self.phrase("openings") if dice.chance(0.7) else self.paragraph(1, 2)]
        for _ in range(dice.one_of([0, 0, 0, 1, 1, 2, 3, 5, 8])):
            kind = dice.below(5)
            if kind == 0:
                language, code = self.code_piece()
                parts.append(f"```{language}\n{code}\n```")
            elif kind == 1:
                parts.append("\n".join(self.phrase("bullets") for _ in range(dice.between(2, 6))))
            elif kind == 2:
                parts.append(self.phrase("headings"))
            else:
                parts.append(self.paragraph())
        return "\n\n".join(parts)

    def todos(self):
        dice = self.dice
        done, items = dice.below(4), []
        for number in range(dice.between(2, 6)):
            content, form = self.pair("todos")
            status = "completed" if number < done else "in_progress" if number == done else "pending"
            items.append({"content": content, "activeForm": form, "status": status})
        return items

    def pair(self, section):
        # One dice position fills both halves alike, as a real plan would.
        left, right = self.dice.one_of(self.phrases[section]).split("|", 1)
        slots = {}
        fill = lambda match: slots.setdefault(match.group(1), self.slot(match.group(1)))
        return SLOT.sub(fill, left), SLOT.sub(fill, right)

    def bash(self):
        command = {"command": self.phrase("commands"), "description": self.phrase("descriptions")}
        if self.dice.chance(0.15):
            command["timeout"] = self.dice.one_of([10000, 30000, 60000, 120000, 300000])
        if self.dice.chance(0.05):
            command["run_in_background"] = True
        return command

    def edit(self):
        old, new = self.code_cut(), self.code_cut()
        edit = {"file_path": self.path(), "old_string": old, "new_string": new + "\n" + old if self.dice.chance(0.5) else new}
        if self.dice.chance(0.6):
            edit["replace_all"] = self.dice.chance(0.2)
        return edit

    def grep(self):
        dice = self.dice
        grep = {"pattern": self.phrase("patterns")}
        if dice.chance(0.7):
            grep["path"] = self.path() if dice.chance(0.4) else f"{self.root}/{self.slot('dir')}"
        if dice.chance(0.7):
            grep["output_mode"] = dice.one_of(["content", "files_with_matches", "count"])
        if dice.chance(0.4):
            grep["-n"] = True
        if dice.chance(0.2):
            grep["-i"] = True
        if dice.chance(0.2):
            grep[dice.one_of(["-A", "-B", "-C"])] = dice.between(2, 20)
        if dice.chance(0.2):
            grep["glob"] = self.phrase("globs")
        if dice.chance(0.2):
            grep["type"] = dice.one_of(["py", "ts", "js", "go", "rust", "cpp", "java"])
        if dice.chance(0.15):
            grep["head_limit"] = dice.one_of([10, 20, 30, 50, 100])
        return grep

    def read(self):
        read = {"file_path": self.path()}
        if self.dice.chance(0.3):
            read |= {"offset": self.dice.between(1, 900), "limit": self.dice.one_of([20, 30, 40, 50, 60, 80, 100, 150, 200])}
        return read

    def glob(self):
        glob = {"pattern": self.phrase("globs")}
        return glob | {"path": self.root} if self.dice.chance(0.4) else glob

    def task(self):
        description, prompt = self.pair("tasks")
        kind = self.dice.one_of(["general-purpose", "Explore", "Explore", "Plan", "code-reviewer"])
        return {"description": description, "prompt": prompt, "subagent_type": kind}

    def question(self):
        options = [{"label": self.phrase("titles"), "description": self.phrase("sentences")}
                   for _ in range(self.dice.between(2, 4))]
        return {"questions": [{"question": "Which approach would you like me to use?", "header": "Approach",
                               "multiSelect": False, "options": options}]}

    def tool_use(self):
        dice = self.dice
        url = "https://" + dice.one_of(["docs.python.org/3/library/", "developer.mozilla.org/en-US/docs/Web/",
                                        "github.com/example/app/issues/", "example.com/docs/"]) + self.slot("module")
        makers = {
            "Read": (22, self.read), "Bash": (26, self.bash), "Edit": (16, self.edit), "Grep": (14, self.grep),
            "Glob": (6, self.glob),
            "Write": (7, lambda: {"file_path": self.path(), "content": self.code_piece()[1] + "\n"}),
            "TodoWrite": (8, lambda: {"todos": self.todos()}),
            "Task": (3, self.task), "Agent": (2, self.task),
            "MultiEdit": (1, lambda: {"file_path": self.path(), "edits": [
                {"old_string": self.code_cut(), "new_string": self.code_cut()} for _ in range(2)]}),
            "WebFetch": (2, lambda: {"url": url, "prompt": self.phrase("questions")}),
            "WebSearch": (2, lambda: {"query": f"{self.slot('module')} {self.slot('word')} {self.slot('type')} 2025"}),
            "LS": (1, lambda: {"path": self.root}),
            "NotebookEdit": (1, lambda: {"notebook_path": f"{self.root}/{self.slot('module')}.ipynb", "cell_id": "cell-1",
                                         "cell_type": "code", "edit_mode": "replace", "new_source": self.code_cut()}),
            "ExitPlanMode": (1, lambda: {"plan": self.text()}),
            "AskUserQuestion": (1, self.question),
            "ToolSearch": (1, lambda: {"query": "select:" + dice.one_of(["WebFetch", "TodoWrite", "NotebookEdit"]),
                                       "max_results": 5}),
            "Skill": (1, lambda: {"skill": self.slot("module")}),
            "BashOutput": (1, lambda: {"bash_id": dice.text_of("0123456789abcdef", 6)}),
            "TaskCreate": (1, lambda: dict(zip(("subject", "activeForm"), self.pair("todos")), description="")),
            "TaskUpdate": (1, lambda: {"taskId": str(dice.between(1, 9)), "status": dice.one_of(["in_progress", "completed"])}),
        }
        names = [name for name, (weight, _) in makers.items() for _ in range(weight)]
        name = dice.one_of(names)
        block = {"id": self.tool_id(), "input": makers[name][1](), "name": name, "type": "tool_use"}
        return block | {"caller": {"type": "direct"}} if dice.chance(0.1) else block

    def tool_id(self):
        dice = self.dice
        return dice.one_of([lambda: "toolu_01" + dice.text_of(BASE62, 22), lambda: "toolu_" + dice.text_of(BASE62, 24),
                            lambda: "call_" + dice.text_of(BASE62, 24)])()

    def thinking(self):
        said = " ".join(self.phrase("thoughts") for _ in range(self.dice.between(1, 6)))
        own = self.dice.chance(0.5)
        signature = "anyclaude1:" + self.dice.text_of("0123456789abcdef", 32) if own else \
            "E" + self.dice.one_of("opqrsuv") + self.dice.text_of(BASE64, 180) + "GAE="
        return {"type": "thinking", "thinking": said, "signature": signature}

    def side_answer(self):
        """What a title or topic request gets."""
        title = self.phrase("titles")
        return json.dumps(self.dice.one_of([{"title": title}, {"isNewTopic": True, "title": title},
                                            {"isNewTopic": False, "title": None}]))

    def content(self):
        dice = self.dice
        kind = dice.random()
        if kind < 0.05:
            return [{"type": "text", "text": self.side_answer()}], "end_turn"
        blocks = [self.thinking()] if dice.chance(0.25) else []
        if kind < 0.35:
            return [*blocks, {"type": "text", "text": self.text()}], "end_turn"
        if dice.chance(0.5):
            blocks.append({"type": "text", "text": self.phrase("openings") if dice.chance(0.8) else self.paragraph(1, 3)})
        return blocks + [self.tool_use() for _ in range(dice.one_of([1, 1, 1, 1, 2, 3]))], "tool_use"

    def usage(self):
        dice = self.dice
        read, made = dice.one_of([0, dice.between(9_000, 99_000)]), dice.one_of([0, 0, dice.between(100, 9_000)])
        usage = {"input_tokens": dice.one_of([dice.between(1, 12), dice.between(100, 60_000)]),
                 "cache_creation_input_tokens": made, "cache_read_input_tokens": read, "output_tokens": dice.between(9, 2_000)}
        if dice.chance(0.5):
            usage["service_tier"] = "standard"
            usage["cache_creation"] = {"ephemeral_5m_input_tokens": made, "ephemeral_1h_input_tokens": 0}
            if dice.chance(0.5):
                usage["inference_geo"] = dice.one_of(["not_available", "global"])
            if dice.chance(0.2):
                usage["server_tool_use"] = {"web_search_requests": 0, "web_fetch_requests": 0}
        return usage

    def message(self):
        self.root = self.dice.one_of([f"/{home}/{user}/{place}" for home in ("home", "Users") for user in ("user", "dev", "me")
                                      for place in ("project", "code/app", "src/service", "projects/web")]
                                     + ["/workspace", "/repo", "/app", "/tmp/project"])
        content, stop_reason = self.content()
        message = {"type": "message", "role": "assistant", "model": self.dice.one_of(self.phrases["models"]),
                   "content": content, "stop_reason": stop_reason, "stop_sequence": None, "usage": self.usage()}
        if self.dice.chance(0.15):
            message["context_management"] = {"applied_edits": []}
        if self.dice.chance(0.1):
            message["stop_details"] = None
        return message

    def stored_text(self):
        """Names in order, no spaces, characters as they are: what the recorder writes."""
        return json.dumps(self.message(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
