// OpenAI's own SDK parses what the simulated server says, so that the broker is not tested against a dialect of ours.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSimserver } from './programs.mjs';
import { OpenAI, kWeatherSchema } from './sdk_support.mjs';

const tools = [{ type: 'function', function: { name: 'weather', parameters: kWeatherSchema } }];

test('openai', async (t) => {
  const server = await startSimserver(t);
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 });
  const [model] = (await client.models.list()).data;
  const ask = (text, more = {}) => ({ model: model.id, messages: [{ role: 'user', content: text }], ...more });

  await t.test('a whole completion', async () => {
    const completion = await client.chat.completions.create(ask('SIM-SAY: Good morning.'));
    assert.equal(completion.object, 'chat.completion');
    assert.equal(completion.choices[0].message.content, 'Good morning.');
    assert.equal(completion.choices[0].finish_reason, 'stop');
    assert.ok(completion.usage.prompt_tokens > 0 && completion.usage.completion_tokens > 0);
  });

  await t.test('a stream with its usage', async () => {
    const stream = await client.chat.completions.create(
      ask('SIM-WORDS: 30', { stream: true, stream_options: { include_usage: true } }));
    let text = '';
    let usage = null;
    let reason = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? '';
      reason = chunk.choices[0]?.finish_reason ?? reason;
      usage = chunk.usage ?? usage;
    }
    assert.match(text, /^word1 .* word30$/);
    assert.equal(reason, 'stop');
    assert.ok(usage.prompt_tokens_details.cached_tokens >= 0);
  });

  await t.test('a tool call, whole and streamed', async () => {
    const request = ask('What is coming?', { tools, tool_choice: { type: 'function', function: { name: 'weather' } } });
    const whole = await client.chat.completions.create(request);
    const [call] = whole.choices[0].message.tool_calls;
    assert.equal(whole.choices[0].finish_reason, 'tool_calls');
    assert.equal(call.function.name, 'weather');
    assert.equal(typeof JSON.parse(call.function.arguments).city, 'string');

    const streamed = await client.chat.completions.stream(request).finalChatCompletion();
    assert.equal(streamed.choices[0].message.tool_calls[0].function.arguments, call.function.arguments);
  });

  await t.test('errors', async () => {
    await assert.rejects(client.chat.completions.create(ask('SIM-FAULT: status=429')), OpenAI.RateLimitError);
    await assert.rejects(client.chat.completions.create(ask('x', { messages: 'not a list' })), OpenAI.BadRequestError);
  });
});
