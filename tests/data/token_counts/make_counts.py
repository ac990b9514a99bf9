"""Counts the tokens of recorded requests with a real vocabulary: make_counts.py VOCABULARY.gguf > qwen2.json

Needs `pip install gguf tokenizers`. The prompt is rendered as Qwen2's chat template renders it with tools.
"""

import json
import sys
from pathlib import Path

from gguf import GGUFReader
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

HERE = Path(__file__).resolve().parent
WORDS = Regex(
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def tokenizer_of(vocabulary):
    reader = GGUFReader(vocabulary)

    def texts(key):
        field = reader.fields[key]
        return [bytes(field.parts[i]).decode("utf-8") for i in field.data]

    tokens = {token: i for i, token in enumerate(texts("tokenizer.ggml.tokens"))}
    merges = [tuple(merge.split(" ")) for merge in texts("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab=tokens, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(WORDS, behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    return tokenizer


def texts_of(content):
    if isinstance(content, str):
        return [content]
    out = []
    for block in content:
        kind = block.get("type")
        if kind == "text":
            out.append(block["text"])
        elif kind == "thinking":
            out.append(block["thinking"])
        elif kind == "tool_use":
            call = {"name": block["name"], "arguments": block["input"]}
            out.append("<tool_call>\n" + json.dumps(call, ensure_ascii=False) + "\n</tool_call>")
        elif kind == "tool_result":
            out.append("<tool_response>\n" + "\n".join(texts_of(block.get("content", ""))) + "\n</tool_response>")
        else:
            out.append(json.dumps(block, ensure_ascii=False))
    return out


def render(body):
    parts = ["<|im_start|>system\n" + "\n".join(texts_of(body.get("system", "")))]
    tools = [tool for tool in body.get("tools", []) if not tool.get("defer_loading")]
    if tools:
        parts.append("\n\n# Tools\n\nYou may call one or more functions to assist with the user query.\n\n<tools>")
        for tool in tools:
            function = {
                "name": tool["name"],
                "description": tool.get("description", ""),
                "parameters": tool.get("input_schema", {}),
            }
            parts.append("\n" + json.dumps({"type": "function", "function": function}, ensure_ascii=False))
        parts.append("\n</tools>\n\nFor each function call, return a json object with function name and arguments.")
    parts.append("<|im_end|>\n")
    for message in body["messages"]:
        parts.append("<|im_start|>" + message["role"] + "\n" + "\n".join(texts_of(message["content"])) + "<|im_end|>\n")
    return "".join(parts) + "<|im_start|>assistant\n"


def main():
    tokenizer = tokenizer_of(sys.argv[1])

    def count(body):
        # A marker is one token of the real vocabulary.
        text = render(body)
        markers = text.count("<|im_start|>") + text.count("<|im_end|>")
        text = text.replace("<|im_start|>", "").replace("<|im_end|>", "")
        return len(tokenizer.encode(text, add_special_tokens=False).ids) + markers

    counts = {"recordings": {}, "long_conversation": []}
    recordings = HERE.parent / "recordings"
    for file in sorted(recordings.glob("*/*.json")):
        body = json.loads(file.read_text()).get("body")
        if isinstance(body, dict) and "messages" in body:
            counts["recordings"][str(file.relative_to(recordings))] = count(body)
    conversation = json.loads((HERE / "long_conversation.json").read_text())
    for end in range(1, len(conversation["messages"]) + 1, 2):
        prefix = dict(conversation, messages=conversation["messages"][:end])
        counts["long_conversation"].append({"messages": end, "tokens": count(prefix)})
    json.dump(counts, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
