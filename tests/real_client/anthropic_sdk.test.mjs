// Anthropic's own SDK parses what the broker sends: whole and streamed, with tools, and errors of every kind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scratchDirectory, startBroker, startSimserver } from './programs.mjs';
import { Anthropic, kWeatherSchema } from './sdk_support.mjs';

const ask = (text, more = {}) => ({
  model: 'claude-opus-4-8', max_tokens: 200, messages: [{ role: 'user', content: text }], ...more,
});
const tools = [{ name: 'weather', description: 'The weather to come.', input_schema: kWeatherSchema }];
const cacheStatus = (reply) => reply.headers.get('x-anyclaude-cache-status');

for (const lane of ['rewritten', 'verbatim']) {
  test(`@anthropic-ai/sdk, ${lane} lane`, async (t) => {
    const server = await startSimserver(t);
    const broker = await startBroker(t, { lane, server, store: scratchDirectory(t) });
    const client = new Anthropic({ baseURL: broker.url, apiKey: 'sk-ant-test', maxRetries: 0 });

    await t.test('a whole message', async () => {
      const message = await client.messages.create(ask('SIM-SAY: Good morning.'));
      assert.equal(message.type, 'message');
      assert.match(message.id, /^msg_/);
      assert.deepEqual(message.content.map((block) => [block.type, block.text]), [['text', 'Good morning.']]);
      assert.equal(message.stop_reason, 'end_turn');
      assert.ok(message.usage.input_tokens > 0 && message.usage.output_tokens > 0);
    });

    await t.test('the same one as a stream, from the store', async () => {
      const stream = client.messages.stream(ask('SIM-SAY: Good morning.'));
      const { response } = await stream.withResponse();
      const message = await stream.finalMessage();
      assert.equal(cacheStatus(response), 'HIT');
      assert.equal(message.content[0].text, 'Good morning.');
      assert.equal(message.stop_reason, 'end_turn');
      assert.ok(message.usage.input_tokens > 0);
    });

    await t.test('a stream in pieces', async () => {
      const stream = client.messages.stream(ask('SIM-WORDS: 50'));
      const pieces = [];
      stream.on('text', (piece) => pieces.push(piece));
      const message = await stream.finalMessage();
      assert.ok(pieces.length > 1, 'the text must arrive as it is made');
      assert.equal(pieces.join(''), message.content[0].text);
      assert.match(message.content[0].text, /^word1 .* word50$/);
    });

    await t.test('a tool call, whole and streamed, and its result', async () => {
      const request = ask('What is coming?', { tools, tool_choice: { type: 'tool', name: 'weather' } });
      const whole = await client.messages.create(request);
      const streamed = await client.messages.stream({ ...request, max_tokens: 201 }).finalMessage();
      for (const message of [whole, streamed]) {
        assert.equal(message.stop_reason, 'tool_use');
        const call = message.content.find((block) => block.type === 'tool_use');
        assert.match(call.id, /^toolu_|^call_/);
        assert.equal(call.name, 'weather');
        assert.equal(typeof call.input.city, 'string');
        assert.equal(typeof call.input.days, 'number');
      }
      const call = whole.content.find((block) => block.type === 'tool_use');
      const answer = await client.messages.create({
        ...ask('What is coming?', { tools }),
        messages: [
          { role: 'user', content: 'What is coming?' },
          { role: 'assistant', content: whole.content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'Rain.' }] },
        ],
      });
      assert.equal(answer.stop_reason, 'end_turn');
      assert.match(answer.content[0].text, /simulated answer to prompt/);
    });

    await t.test('a request that is wrong', async () => {
      await assert.rejects(client.messages.create({ ...ask('x'), messages: 'not a list' }), (error) => {
        assert.ok(error instanceof Anthropic.BadRequestError, String(error));
        assert.equal(error.error.type, 'error');
        assert.equal(error.error.error.type, 'invalid_request_error');
        return true;
      });
    });

    await t.test('errors of the server', async () => {
      for (const [status, kind] of [[429, Anthropic.RateLimitError], [500, Anthropic.InternalServerError]]) {
        await assert.rejects(client.messages.create(ask(`SIM-FAULT: status=${status}`)), (error) => {
          assert.ok(error instanceof kind, `${status} became ${error}`);
          assert.equal(error.error.type, 'error');
          return true;
        });
      }
    });

    await t.test('a stream that the server drops is an error, never a short answer', async () => {
      const stream = client.messages.stream(ask('SIM-WORDS: 200\nSIM-FAULT: drop-after=20', { max_tokens: 1000 }));
      await assert.rejects(stream.finalMessage(), Anthropic.AnthropicError);
    });

    await t.test('counting tokens, and the list of models', async () => {
      const { input_tokens } = await client.messages.countTokens(
        { model: 'claude-opus-4-8', messages: [{ role: 'user', content: 'one two three four five' }] });
      assert.ok(input_tokens > 0 && input_tokens < 200, `${input_tokens}`);
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      assert.ok(ids.length > 0);
      if (lane === 'rewritten') assert.ok(ids.some((id) => id.startsWith('claude-local-')), ids.join(' '));
    });
  });
}
