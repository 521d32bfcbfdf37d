// A matinee server on a data folder, and its accounts: what most tests begin and end with.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts `program` on the folder `data`: the process, and its address once that is printed. */
export async function serve(program, data, listen = '127.0.0.1:0') {
  const child = spawn(program, ['serve', '--data', data, '--listen', listen], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const address = line.match(/https:\/\/127\.0\.0\.1:\d+/);
    if (!address) continue;
    child.stdout.resume();
    return { child, origin: address[0] };
  }
  throw new Error('the server ended before it printed its address');
}

/** Ends one that serve() has started; nothing for undefined. */
export async function stopServer(server) {
  if (!server) return;
  const ended = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  await ended;
}

/** Makes an account in the folder `data`. */
export async function addUser(program, data, name, role, password) {
  const adding = spawn(program, ['user', 'add', name, '--role', role, '--data', data], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  adding.stdin.end(`${password}\n`);
  assert.deepEqual(await once(adding, 'exit'), [0, null]);
}
