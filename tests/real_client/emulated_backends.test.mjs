// The real client works with every emulated backend: it reads, searches, writes, edits and runs, and then sums up.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClaudeCode } from './claude.mjs';
import { emulatedKinds, scratchDirectory, startBrokerWith, startEmulator } from './programs.mjs';
import { startTap } from './tap.mjs';

const version = process.env.CLAUDE_VERSION;
const kTools = ['Read', 'Glob', 'Grep', 'Write', 'Edit', 'Bash'];

function toolsCalled(exchanges) {
  const names = [];
  for (const { text } of exchanges) {
    for (const [, name] of text.matchAll(/"type":"tool_use"[^}]*?"name":"(\w+)"/g)) names.push(name);
    for (const [, name] of text.matchAll(/"name":"(\w+)"[^}]*?"type":"tool_use"/g)) names.push(name);
  }
  return names;
}

async function oneSession(t, { kind, mode }) {
  const directory = scratchDirectory(t);
  const server = await startEmulator(t, kind);
  const model = await server.json('/v1/models').then(({ data }) => data.at(-1).id);
  const named = ['llama-cpp', 'claude', 'mlx-lm', 'mlx-lm-before-0.29'].includes(kind) ? [] : ['--backend-model', model];
  const broker = await startBrokerWith(t, join(directory, 'store'), ['--mode', mode, '--backend-url', server.url, ...named]);
  const tap = await startTap(t, () => broker.url);
  const claude = new ClaudeCode(version, directory);
  const readme = claude.write('README.md', '# Kettles\n\nThe kettle is blue.\n');
  const summary = join(claude.project, 'summary.txt');
  const prompt = `Read README.md and summarize.
USE Read ${readme}
USE Glob *.md
USE Grep kettle
USE Write ${summary} A short summary.
USE Edit ${summary} short => very short
USE Bash cat summary.txt`;

  const result = await claude.print(tap.url, prompt, [], kTools.join(','));
  const exchanges = tap.take();
  assert.equal(result.is_error, false, result.result);
  assert.deepEqual(exchanges.filter(({ status }) => status !== 200), []);
  assert.match(result.result, /simulated answer to prompt/);
  assert.deepEqual(toolsCalled(exchanges), kTools, `${kind}: every tool was called, once`);
  assert.equal(readFileSync(summary, 'utf8').trim(), 'A very short summary.');
  assert.deepEqual(result.permission_denials ?? [], []);
}

test(`Claude Code ${version} on every emulated backend`, { concurrency: 3 }, async (t) => {
  const wanted = process.env.KINDS?.split(',');
  const kinds = emulatedKinds().filter(({ kind }) => !wanted || wanted.includes(kind));
  assert.ok(kinds.length > 0);
  await Promise.all(kinds.map((one) => t.test(one.kind, (t2) => oneSession(t2, one))));
});
