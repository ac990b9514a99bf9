// Sits between a client and a server, passes every byte on, and remembers what it saw of each Messages exchange.
import http from 'node:http';

// {url, exchanges, take()}: `take` hands out the finished exchanges since the last call.
export async function startTap(t, target) {
  const exchanges = [];
  const server = http.createServer((request, reply) => pass(request, reply, target, exchanges));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections?.();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    take: () => exchanges.splice(0),
  };
}

function pass(request, reply, target, exchanges) {
  const path = request.url.split('?')[0];
  const to = new URL(target());
  const headers = { ...request.headers, host: to.host };
  const upstream = http.request(
    { hostname: to.hostname, port: to.port, method: request.method, path: request.url, headers },
    (answer) => {
      reply.writeHead(answer.statusCode, answer.headers);
      const pieces = [];
      answer.on('data', (piece) => pieces.push(piece));
      answer.on('end', () => {
        if (request.method !== 'POST' || path !== '/v1/messages') return;
        exchanges.push({
          status: answer.statusCode,
          cache: answer.headers['x-anyclaude-cache-status'],
          key: answer.headers['x-anyclaude-cache-key'],
          text: Buffer.concat(pieces).toString('utf8'),
        });
      });
      answer.pipe(reply);
    });
  upstream.on('error', () => reply.destroy());
  reply.on('close', () => upstream.destroy());
  request.pipe(upstream);
}

// The event names of a stream, in order, deltas and pings left out.
export function frame(text) {
  return [...text.matchAll(/^event: (\w+)$/gm)].map((match) => match[1])
    .filter((name) => !['content_block_delta', 'ping'].includes(name));
}
