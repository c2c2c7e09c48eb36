// A server of its own for the tests: PostgreSQL, nginx and the checker as
// "make run" starts them, in a folder of its own, on a free port.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const repo = new URL('../..', import.meta.url).pathname;

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

export async function until(what, check, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export class Server {
  static async create() {
    const server = new Server();
    server.port = await freePort();
    server.base = `http://127.0.0.1:${server.port}`;
    server.dir = mkdtempSync(join(process.env.TMPDIR ?? tmpdir(), 'uptime-e2e.'));
    await server.start();
    return server;
  }

  async start() {
    const log = openSync(join(this.dir, 'run.log'), 'a');
    this.process = spawn(join(repo, 'tools/run'), {
      env: { ...process.env, PORT: String(this.port), RUN_DIR: this.dir },
      stdio: ['ignore', log, log],
    });
    this.ended = new Promise((resolve) => this.process.on('exit', resolve));

    await until(
      'the server answers',
      async () => {
        if (this.process.exitCode !== null) throw new Error(this.log());
        return fetch(`${this.base}/api/v1/health/ready`, { headers: { Connection: 'close' } }).then(
          (r) => r.ok,
          () => false,
        );
      },
      120,
    );
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.ended;
  }

  async remove() {
    await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Mail can be chosen, and nothing is checked any more: what is seeded stays. */
  async still() {
    const file = join(this.dir, 'conf/nginx.conf');
    const text = readFileSync(file, 'utf8');
    writeFileSync(
      file,
      text.replace(
        /uptime_checker\s+on;/,
        'uptime_checker off; uptime_smtp 127.0.0.1:25 from=uptime@northwind.example;',
      ),
    );
    process.kill(Number(readFileSync(join(this.dir, 'nginx.pid'), 'utf8')), 'SIGHUP');
    await until('the checker has left', () =>
      this.sql('SELECT count(*) = 0 FROM shards WHERE lease_until > now()').startsWith('t'),
    );
  }

  /** What psql prints for the statements, with variables. */
  sql(statements, variables = {}) {
    const elsewhere = join(this.dir, 'socket-dir');
    const host = existsSync(elsewhere)
      ? readFileSync(elsewhere, 'utf8').trim()
      : join(this.dir, 'sock');
    const set = Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
    return execFileSync('psql', ['-XqAt', '-h', host, '-U', 'postgres', ...set, 'uptime'], {
      input: statements,
      encoding: 'utf8',
      env: { ...process.env, PGPASSFILE: join(this.dir, 'pgpass') },
    });
  }

  log() {
    return readFileSync(join(this.dir, 'run.log'), 'utf8');
  }

  /** A page that monitors can watch. */
  target(name) {
    const file = join(this.dir, 'demo', name);
    return {
      url: `${this.base}/demo/${name}`,
      repair: () => writeFileSync(file, 'it works\n', { mode: 0o644 }),
      break: () => rmSync(file),
    };
  }

  /** An account, for requests beside the browser. */
  async account(email, password, way = 'signup') {
    const answer = await this.ask('POST', `/auth/${way}`, { email, password });
    return (method, path, body) => this.ask(method, path, body, answer.access_token);
  }

  async ask(method, path, body, token) {
    const response = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: {
        // a worker that leaves after a reload takes no other request with it
        Connection: 'close',
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      body: body ? JSON.stringify(body) : undefined,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  }
}
