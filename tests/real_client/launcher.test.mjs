// The real client, started by `anyclaude`, which starts the broker and a model server for it and ends them again.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClaudeCode } from './claude.mjs';
import { scratchDirectory } from './programs.mjs';

const bin = process.env.ANYCLAUDE_BIN;
const kAnswer = /simulated answer to prompt ([0-9a-f]{16})/;

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const quote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

function run(directory, home, words) {
  const child = spawn(join(bin, 'anyclaude'), words, {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: `${home}/bin:${process.env.PATH}`, HOME: home, TERM: 'dumb' },
  });
  return new Promise((resolve, reject) => {
    let out = '';
    let complaints = '';
    const timer = setTimeout(() => child.kill('SIGKILL'), 150_000);
    child.stdout.on('data', (chunk) => { out += chunk; });
    child.stderr.on('data', (chunk) => { complaints += chunk; });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, complaints });
    });
  });
}

test('Claude Code through anyclaude', async (t) => {
  const directory = scratchDirectory(t);
  const claude = new ClaudeCode(process.env.CLAUDE_VERSION, directory);
  const port = await freePort();
  mkdirSync(join(claude.home, 'bin'));
  const script = (name, text) => writeFileSync(join(claude.home, name), `#!/bin/sh\n${text}\n`, { mode: 0o700 });
  script('bin/claude', `exec ${claude.command.map(quote).join(' ')} "$@"`);
  script('serve.sh', `echo $$ > ${quote(claude.home)}/server.pid\nexec ${quote(join(bin, 'anyclaude-simserver'))} --port $2`);
  writeFileSync(join(claude.home, '.anyclauderc.json'), JSON.stringify({
    backend: 'llama-cpp',
    backends: { 'llama-cpp': { port, serverScript: 'serve.sh', modelPath: 'any/model' } },
  }), { mode: 0o600 });
  claude.write('notes.txt', 'The kettle is blue.\n');
  const words = ['-p', 'Tell me what you find.\nUSE Bash cat notes.txt', '--allowedTools', 'Bash', '--output-format', 'json'];

  const first = await run(claude.project, claude.home, words);
  assert.equal(first.code, 0, first.out + first.complaints);
  assert.match(JSON.parse(first.out).result, kAnswer);
  const server = Number(readFileSync(join(claude.home, 'server.pid'), 'utf8'));
  const broker = join(claude.home, '.anyclaude', 'store', 'broker.json');
  for (const end = Date.now() + 30_000; (isAlive(server) || existsSync(broker)) && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.ok(!isAlive(server), 'the server ends with its last user');
  assert.ok(!existsSync(broker), 'and so does the broker');

  const again = await run(claude.project, claude.home, ['--mode=llama-cpp', ...words]);
  assert.equal(again.code, 0, again.out + again.complaints);
  assert.equal(JSON.parse(again.out).result, JSON.parse(first.out).result, 'answered from the store');
});
