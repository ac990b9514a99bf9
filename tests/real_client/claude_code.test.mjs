// The real client through the broker: a tool loop, the same prompt again, a restart between them, and --continue.
// CLAUDE_VERSION and LANE choose which client and which lane.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClaudeCode } from './claude.mjs';
import { scratchDirectory, startBroker, startSimserver } from './programs.mjs';
import { frame, startTap } from './tap.mjs';

const version = process.env.CLAUDE_VERSION;
const lane = process.env.LANE;

// The digest in the simulated model's default answer tells whether the tool results reached it.
const kAnswer = /simulated answer to prompt ([0-9a-f]{16})/;

function assertWellFramed(exchanges) {
  for (const { status, text } of exchanges) {
    assert.equal(status, 200, text);
    const events = frame(text);
    assert.equal(events[0], 'message_start');
    assert.deepEqual(events.slice(-2), ['message_delta', 'message_stop']);
    const blocks = events.slice(1, -2);
    assert.ok(blocks.length >= 2, `no content block in ${text}`);
    blocks.forEach((name, i) => assert.equal(name, i % 2 === 0 ? 'content_block_start' : 'content_block_stop'));
  }
}

const statuses = (exchanges) => exchanges.map((exchange) => exchange.cache);

test(`Claude Code ${version}, ${lane} lane`, async (t) => {
  const directory = scratchDirectory(t);
  const server = await startSimserver(t);
  let broker = await startBroker(t, { lane, server, store: `${directory}/store` });
  const tap = await startTap(t, () => broker.url);
  const claude = new ClaudeCode(version, directory);
  const notes = claude.write('notes.txt', 'The kettle is blue.\n');
  const prompt = `Tell me what you find.\nUSE Read ${notes}\nUSE Bash cat notes.txt | wc -c`;
  const requestsServed = async () => (await server.json('/stats')).requests;

  const first = await claude.print(tap.url, prompt);
  const firstExchanges = tap.take();
  assert.equal(first.is_error, false, first.result);
  assert.match(first.result, kAnswer);
  assert.equal(first.num_turns, 3, 'one turn for each tool call and one for the answer');
  assert.ok(first.usage.input_tokens + first.usage.cache_read_input_tokens > 1000, 'the client must see real usage');
  assert.ok(firstExchanges.length >= 3);
  assertWellFramed(firstExchanges);
  assert.ok(!statuses(firstExchanges).includes('HIT'), 'a new store cannot hit');
  const served = await requestsServed();

  async function assertAnsweredFromStore(circumstance) {
    const again = await claude.print(tap.url, prompt);
    const exchanges = tap.take();
    assert.equal(again.result, first.result, circumstance);
    assert.deepEqual(statuses(exchanges), firstExchanges.map(() => 'HIT'), circumstance);
    assert.deepEqual(exchanges.map((e) => e.key), firstExchanges.map((e) => e.key), circumstance);
    assertWellFramed(exchanges);
    assert.equal(await requestsServed(), served, `${circumstance}: the server must not be asked`);
  }

  await assertAnsweredFromStore('the same prompt again');
  await broker.stop();
  broker = await startBroker(t, { lane, server, store: `${directory}/store` });
  await assertAnsweredFromStore('the same prompt after a restart');

  claude.write('notes.txt', 'The kettle is red.\n');
  const changed = await claude.print(tap.url, prompt);
  const changedExchanges = tap.take();
  assert.notEqual(changed.result.match(kAnswer)[1], first.result.match(kAnswer)[1],
    'another file, another prompt, another answer');
  assert.equal(changedExchanges[0].cache, 'HIT', 'what came before the file is the same');
  assert.ok(changedExchanges.slice(1).every((exchange) => exchange.cache === 'MISS'));

  const continued = await claude.print(tap.url, 'And once more.\nUSE Bash echo done', ['--continue']);
  assert.equal(continued.is_error, false, continued.result);
  assert.match(continued.result, kAnswer);
  assertWellFramed(tap.take());
});
