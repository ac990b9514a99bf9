// Runs the real Claude Code in print mode, in a home and a project of its own.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const kRunTimeMaxMs = 120_000;

// The command of an installed version: the native program, or the package's own wrapper where npm ran no install scripts.
function commandOf(version) {
  const directory = join(process.env.ANYCLAUDE_REAL_CLIENT, 'node_modules', `claude-${version}`);
  const native = join(directory, 'bin', 'claude.exe');
  const said = existsSync(native) ? spawnSync(native, ['--version'], { encoding: 'utf8' }).stdout : '';
  if (said?.startsWith(version)) return [native];
  return [process.execPath, join(directory, 'cli-wrapper.cjs')];
}

export class ClaudeCode {
  constructor(version, directory) {
    this.command = commandOf(version);
    this.home = join(directory, 'home');
    this.project = join(directory, 'project');
    mkdirSync(this.home, { recursive: true });
    mkdirSync(this.project, { recursive: true });
  }

  write(name, text) {
    const path = join(this.project, name);
    writeFileSync(path, text);
    return path;
  }

  // `claude -p` with the prompt; the parsed JSON result, or an error that holds all the client said.
  print(url, prompt, extra = [], tools = 'Read,Bash') {
    const [program, ...first] = this.command;
    const args = [...first, ...extra, '-p', prompt, '--allowedTools', tools, '--output-format', 'json'];
    const child = spawn(program, args, {
      cwd: this.project,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing of the tester's own environment decides what is sent.
      env: {
        PATH: process.env.PATH, HOME: this.home, TERM: 'dumb', ANTHROPIC_BASE_URL: url,
        ANTHROPIC_API_KEY: 'sk-ant-test', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    });
    return new Promise((resolve, reject) => {
      let out = '';
      let complaints = '';
      const timer = setTimeout(() => child.kill('SIGKILL'), kRunTimeMaxMs);
      child.stdout.on('data', (chunk) => { out += chunk; });
      child.stderr.on('data', (chunk) => { complaints += chunk; });
      child.once('error', reject);
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        try {
          if (code === 0) return resolve(JSON.parse(out));
        } catch { /* What it said is in the error below. */ }
        reject(new Error(`claude ended with ${code ?? signal}\n${out}\n${complaints}`));
      });
    });
  }
}
