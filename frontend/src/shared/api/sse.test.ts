import { expect, it } from 'vitest';
import { eventParser, type ServerEvent } from './sse';

function parse(...chunks: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const feed = eventParser((event) => events.push(event));
  for (const chunk of chunks) feed(chunk);
  return events;
}

it('events come whole, however they are cut', () => {
  const whole = 'id: 7\nevent: changes\ndata: {"a":\ndata: 1}\n\n';
  const wanted = [{ id: '7', event: 'changes', data: '{"a":\n1}' }];

  expect(parse(whole)).toEqual(wanted);
  expect(parse(...whole)).toEqual(wanted);
  expect(parse(whole.replaceAll('\n', '\r\n'))).toEqual(wanted);
});

it('comments and half events say nothing', () => {
  expect(parse(': ping\n\n', 'data: 1\n')).toEqual([]);
});

it('the id holds until the next, the name does not', () => {
  const [, second] = parse('id: 1\nevent: a\ndata: x\n\ndata: y\n\n');
  expect(second).toEqual({ id: '1', event: 'message', data: 'y' });
});
