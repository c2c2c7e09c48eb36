// Takes what webhooks send, on a free port.

import { createServer } from 'node:http';
import { until } from './server.mjs';

export async function openSink() {
  const got = [];
  const listener = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      got.push(JSON.parse(body));
      response.end('thanks');
    });
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${listener.address().port}/hook`,
    /** The first message that is of this type, if need be when it has come. */
    message: (type) =>
      until(`a message "${type}"`, () => got.find((message) => message.type === type)),
    close: () => listener.close(),
  };
}
