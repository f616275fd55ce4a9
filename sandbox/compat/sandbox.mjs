// A sandbox in a process of its own, in memory, and another author's client that is pointed at it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { createAttioClient } from 'attio-ts-sdk';

const program = process.env.ATTIO_ETL ?? new URL('../../bin/attio-etl', import.meta.url).pathname;
const token = 'compat00'.repeat(8); // any token of 64 characters opens a sandbox

export async function openSandbox() {
  const server = spawn(program, ['sandbox', '--data=', '--rate=off'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'exit');
  const lines = createInterface({ input: server.stdout })[Symbol.asyncIterator]();
  const { value: line = '' } = await lines.next();
  const address = /sandbox on (http:[^;]+);/.exec(line)?.[1];
  if (!address) throw new Error(`${program} did not say where the sandbox is: ${JSON.stringify(line)}`);
  const close = async () => {
    server.kill();
    await ended;
  };
  return { address, close };
}

// What recorded replies of Attio have, and the published description, which the client's checks are made from, does not allow: null
// where something does not apply. A reply of the sandbox is as the recordings; for the client each such null becomes what is given here.
const excused = {
  'config.currency.default_currency_code': 'USD',
  'config.currency.display_type': 'code',
  'config.record_reference.allowed_object_ids': [],
  resolved_by: {}, // of a comment
};

// excuse replaces what is excused in a reply, and counts it.
function excuse(value, path, count) {
  if (value === null) {
    const name = Object.keys(excused).find((ending) => path.endsWith(`.${ending}`));
    if (!name) return value;
    count(`null as ${name}`);
    return excused[name];
  }
  if (Array.isArray(value)) return value.map((element) => excuse(element, path, count));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, excuse(member, path ? `${path}.${key}` : key, count)]));
}

// connect returns the client and a count of what it was answered. The client checks each request before it is sent and each reply by
// schemas of its own, and throws on whatever does not fit and on every status that is not a success. Nothing is tried again.
export function connect(address) {
  const counts = new Map();
  const count = (kind) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const watched = async (request) => {
    const reply = await fetch(request);
    count(`${request.method} ${reply.status}`);
    const body = JSON.stringify(excuse(await reply.json(), '', count));
    return new Response(body, { status: reply.status, headers: reply.headers });
  };
  const client = createAttioClient({
    apiKey: token, baseUrl: address, fetch: watched, throwOnError: true, responseStyle: 'data',
    retry: { maxRetries: 0 }, cache: { enabled: false },
  });
  return { client, counts, unused: () => Object.keys(excused).filter((name) => !counts.has(`null as ${name}`)) };
}
