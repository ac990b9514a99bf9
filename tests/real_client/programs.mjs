// Starts our programs on ports the system chooses, and sees to it that they end with the test.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kStartTimeMaxMs = 30_000;
const kStopTimeMaxMs = 20_000;
const bin = process.env.ANYCLAUDE_BIN;

// A directory that is removed when the test `t` ends.
export function scratchDirectory(t) {
  const directory = mkdtempSync(join(tmpdir(), 'anyclaude-real-client-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

class Program {
  constructor(name, child, url, logFile) {
    Object.assign(this, { name, child, url, logFile });
    this.exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  }

  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  async json(path) {
    const reply = await fetch(this.url + path);
    if (!reply.ok) throw new Error(`${this.name} answered ${path} with ${reply.status}`);
    return reply.json();
  }

  // SIGTERM, and the exit code; a program that does not end in time is killed and fails the test.
  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.exited;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), kStopTimeMaxMs);
    const outcome = await this.exited;
    clearTimeout(timer);
    if (outcome.code !== 0) {
      throw new Error(`${this.name} ended with ${outcome.code ?? outcome.signal} on SIGTERM:\n${this.log()}`);
    }
    return outcome;
  }
}

async function start(t, name, args) {
  const logFile = join(scratchDirectory(t), `${name}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(join(bin, name), args, { stdio: ['ignore', 'pipe', log] });
  closeSync(log);
  const url = await new Promise((resolve, reject) => {
    let said = '';
    const give_up = (why) => reject(new Error(`${name} ${why}:\n${said}${readFileSync(logFile, 'utf8')}`));
    const timer = setTimeout(() => give_up('did not say where it listens'), kStartTimeMaxMs);
    child.once('error', (error) => give_up(`could not be started (${error.message})`));
    child.once('exit', (code) => give_up(`ended with ${code} before it listened`));
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const line = said.match(/^listening on (http:\S+)/m);
      if (!line) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(line[1].replace(/\/$/, ''));
    });
  });
  const program = new Program(name, child, url, logFile);
  t.after(() => program.stop());
  return program;
}

// Without speeds it answers at once: what is tested is what is said, not how long it takes.
export function startSimserver(t) {
  return start(t, 'anyclaude-simserver', ['--port', '0']);
}

// An emulated server of the kind; it complains on exit when it was sent what the real one would not take.
export function startEmulator(t, kind) {
  return start(t, 'anyclaude-emulator', ['--kind', kind, '--port', '0']);
}

// Every kind with the mode of the broker that speaks to it.
export function emulatedKinds() {
  const said = spawnSync(join(bin, 'anyclaude-emulator'), ['--list'], { encoding: 'utf8' }).stdout;
  return said.trim().split('\n').map((line) => line.split(' ')).map(([kind, mode]) => ({ kind, mode }));
}

// Starts the broker with any arguments behind those every test needs.
export function startBrokerWith(t, store, args) {
  return start(t, 'anyclaude-broker', ['--listen', '127.0.0.1:0', '--store', store, ...args]);
}

export const modes = { rewritten: 'llama-cpp', verbatim: 'claude' };

export function startBroker(t, { lane, server, store }) {
  return start(t, 'anyclaude-broker',
    ['--listen', '127.0.0.1:0', '--mode', modes[lane], '--backend-url', server.url, '--store', store]);
}
