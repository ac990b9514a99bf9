"""Makes a model of a few hundred kilobytes that always says the same, in the two formats real servers load.

usage: make_tiny_model.py DIRECTORY [--says text|tool_call]

DIRECTORY/hf is for MLX's servers (safetensors), DIRECTORY/tiny.gguf for llama.cpp's. Nothing is downloaded: the vocabulary
is learned from the words below. The layers add nothing to the residual stream, so that the next token depends on the last
one alone, and the output matrix is a chain: behind "assistant\\n" comes the first token of the answer, behind that the
second, up to the end of the turn. The attention still runs over the whole prompt, and the server's cache is the real one.
"""
import argparse
import json
import pathlib

import numpy

WORDS = """the quick brown fox jumps over a lazy dog while you are an assistant that reads files and answers questions about
code in a project directory with tools such as Read Write Edit Bash Grep Glob function name description parameters arguments
type object properties string required system user tool response user_input said what is this and how long"""
ANSWERS = {
    "text": ["A", " tiny", " model", " answers", " always", " the", " same", "."],
    "tool_call": ["<tool_call>", "\n ", '{"name": "Read", ', '"arguments": ', '{"file_path": "README.md"}}', "</tool_call>"],
}
TEMPLATE = """{%- if tools or messages[0].role == 'system' %}{{- '<|im_start|>system\\n' }}
{%- if messages[0].role == 'system' %}{{- messages[0].content }}{%- endif %}
{%- if tools %}{{- '\\n\\n# Tools\\n\\n<tools>' }}
{%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}
{{- '\\n</tools>\\n\\nFor each function call, return a json object within <tool_call></tool_call> XML tags:\\n<tool_call>\\n{"name": <function-name>, "arguments": <args-json-object>}\\n</tool_call>' }}{%- endif %}
{{- '<|im_end|>\\n' }}{%- endif %}
{%- for message in messages %}
{%- if message.role == 'system' and not loop.first %}{{- raise_exception('System message must be at the beginning.') }}{%- endif %}
{%- if message.role == 'user' or message.role == 'assistant' %}{{- '<|im_start|>' + message.role }}
{%- if message.content %}{{- '\\n' + message.content }}{%- endif %}
{%- for tool_call in message.tool_calls or [] %}{%- if tool_call.function %}{%- set tool_call = tool_call.function %}{%- endif %}
{{- '\\n<tool_call>\\n{"name": "' + tool_call.name + '", "arguments": ' }}
{%- if tool_call.arguments is string %}{{- tool_call.arguments }}{%- else %}{{- tool_call.arguments | tojson }}{%- endif %}
{{- '}\\n</tool_call>' }}{%- endfor %}{{- '<|im_end|>\\n' }}
{%- elif message.role == 'tool' %}{{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"""
END = "<|im_end|>"
CONTROL = ["<|endoftext|>", "<|im_start|>", END]
HIDDEN, HEADS, LAYERS, CONTEXT = 128, 4, 2, 32768


def make_tokenizer(answer):
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=700, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
                                  special_tokens=CONTROL, show_progress=False)
    tokenizer.train_from_iterator([WORDS] * 4, trainer)
    # Each piece of the answer is one token, so that the chain has no two ways to go on.
    tokenizer.add_tokens([AddedToken(piece, normalized=False) for piece in answer])
    return tokenizer


def chain_weights(tokenizer, answer, generator):
    size = tokenizer.get_vocab_size()
    embedding = generator.standard_normal((size, HIDDEN)).astype(numpy.float32)
    output = (0.01 * generator.standard_normal((size, HIDDEN))).astype(numpy.float32)
    chain = [tokenizer.encode("\n").ids[-1]] + [tokenizer.token_to_id(piece) for piece in answer]
    chain.append(tokenizer.token_to_id(END))
    for last, following in zip(chain, chain[1:]):
        output[following] += embedding[last]
    # A server that makes the model speak JSON at once, by masking all else, gets the JSON of the answer.
    for piece in answer:
        if piece.startswith("{"):
            output[tokenizer.token_to_id(piece)] += 0.5 * embedding[chain[0]]
            break
    return embedding, output


def layer_weights(generator):
    def noise(*shape):
        return (0.05 * generator.standard_normal(shape)).astype(numpy.float32)

    zeros = numpy.zeros
    square = (HIDDEN, HIDDEN)
    return {
        "input_layernorm.weight": numpy.ones(HIDDEN, numpy.float32),
        "post_attention_layernorm.weight": numpy.ones(HIDDEN, numpy.float32),
        "self_attn.q_proj.weight": noise(*square), "self_attn.q_proj.bias": zeros(HIDDEN, numpy.float32),
        "self_attn.k_proj.weight": noise(*square), "self_attn.k_proj.bias": zeros(HIDDEN, numpy.float32),
        "self_attn.v_proj.weight": noise(*square), "self_attn.v_proj.bias": zeros(HIDDEN, numpy.float32),
        "self_attn.o_proj.weight": zeros(square, numpy.float32),
        "mlp.gate_proj.weight": noise(2 * HIDDEN, HIDDEN), "mlp.up_proj.weight": noise(2 * HIDDEN, HIDDEN),
        "mlp.down_proj.weight": zeros((HIDDEN, 2 * HIDDEN), numpy.float32),
    }


def all_weights(tokenizer, answer):
    generator = numpy.random.default_rng(7)
    embedding, output = chain_weights(tokenizer, answer, generator)
    weights = {"model.embed_tokens.weight": embedding, "lm_head.weight": output,
               "model.norm.weight": numpy.ones(HIDDEN, numpy.float32)}
    for layer in range(LAYERS):
        for name, tensor in layer_weights(generator).items():
            weights[f"model.layers.{layer}.{name}"] = tensor
    return weights


def write_hf(directory, tokenizer, weights):
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
    tokenizer.save(str(directory / "tokenizer.json"))
    end = tokenizer.token_to_id(END)
    (directory / "config.json").write_text(json.dumps({
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": HIDDEN, "num_hidden_layers": LAYERS,
        "intermediate_size": 2 * HIDDEN, "num_attention_heads": HEADS, "num_key_value_heads": HEADS, "rms_norm_eps": 1e-6,
        "vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": CONTEXT, "rope_theta": 10000.0,
        "tie_word_embeddings": False, "eos_token_id": end, "bos_token_id": None, "torch_dtype": "float32"}))
    (directory / "tokenizer_config.json").write_text(json.dumps({
        "tokenizer_class": "PreTrainedTokenizerFast", "eos_token": END, "pad_token": CONTROL[0], "chat_template": TEMPLATE,
        "model_max_length": CONTEXT, "clean_up_tokenization_spaces": False}))
    (directory / "generation_config.json").write_text(json.dumps({"eos_token_id": end}))


GGUF_NAMES = {
    "model.embed_tokens.weight": "token_embd.weight", "lm_head.weight": "output.weight",
    "model.norm.weight": "output_norm.weight", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
}


def gguf_name(name):
    if name in GGUF_NAMES:
        return GGUF_NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    inner, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{GGUF_NAMES[inner]}.{kind}"


def write_gguf(path, tokenizer, weights, answer):
    import gguf

    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(2 * HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    kinds, tokens = [], []
    for number in range(tokenizer.get_vocab_size()):
        piece = tokenizer.id_to_token(number)
        tokens.append(piece)
        kinds.append(gguf.TokenType.CONTROL if piece in CONTROL
                     else gguf.TokenType.USER_DEFINED if piece in answer else gguf.TokenType.NORMAL)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(tokenizer.token_to_id(END))
    writer.add_chat_template(TEMPLATE)
    for name, tensor in weights.items():
        writer.add_tensor(gguf_name(name), tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("directory", type=pathlib.Path)
    arguments.add_argument("--says", choices=ANSWERS, default="text")
    asked = arguments.parse_args()
    answer = ANSWERS[asked.says]
    tokenizer = make_tokenizer(answer)
    weights = all_weights(tokenizer, answer)
    write_hf(asked.directory / "hf", tokenizer, weights)
    write_gguf(asked.directory / "tiny.gguf", tokenizer, weights, answer)


if __name__ == "__main__":
    main()
