// The real client goes on with a conversation while the broker under it is switched from one server to another.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClaudeCode } from './claude.mjs';
import { scratchDirectory, startBrokerWith, startEmulator } from './programs.mjs';
import { startTap } from './tap.mjs';

const version = process.env.CLAUDE_VERSION;
const kModes = ['llama-cpp', 'claude', 'openai', 'llama-cpp'];

test(`Claude Code ${version} while the mode changes between turns`, async (t) => {
  const directory = scratchDirectory(t);
  const store = join(directory, 'store');
  const backends = {};
  for (const mode of new Set(kModes)) backends[mode] = { baseUrl: (await startEmulator(t, mode)).url };
  const config = join(directory, 'config.json');
  writeFileSync(config, JSON.stringify({ backend: kModes[0], backends }), { mode: 0o600 });
  const broker = await startBrokerWith(t, store, ['--config', config]);
  const tap = await startTap(t, () => broker.url);
  const claude = new ClaudeCode(version, directory);
  const notes = claude.write('notes.txt', 'The kettle is blue.\n');
  const authorization = `Bearer ${readFileSync(join(store, 'admin_token'), 'utf8').trim()}`;

  for (const [turn, mode] of kModes.entries()) {
    const switched = await fetch(`${broker.url}/admin/mode`,
      { method: 'POST', headers: { authorization }, body: JSON.stringify({ mode }) });
    assert.equal(switched.status, 200, await switched.text());
    const prompt = `Turn ${turn}.\nSIM-THINK: I think of turn ${turn}.\nUSE Read ${notes}\nUSE Bash echo ${turn}`;
    const result = await claude.print(tap.url, prompt, turn === 0 ? [] : ['--continue']);
    assert.equal(result.is_error, false, result.result);
    assert.equal(result.num_turns, 3, `two tool calls and an answer in ${mode}`);
    assert.deepEqual(tap.take().filter(({ status }) => status !== 200), [], mode);
  }
});
