// Server-sent events over fetch(): EventSource cannot send a token.

export type ServerEvent = { id: string; event: string; data: string };

/** Takes text as it comes; gives whole events. */
export function eventParser(emit: (event: ServerEvent) => void): (text: string) => void {
  let rest = '';
  let id = '';
  let event = '';
  let lines: string[] = [];

  function line(text: string) {
    if (text === '') {
      if (lines.length > 0) emit({ id, event: event || 'message', data: lines.join('\n') });
      event = '';
      lines = [];
      return;
    }

    const colon = text.indexOf(':');
    if (colon === 0) return;
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '');

    if (name === 'data') lines.push(value);
    else if (name === 'event') event = value;
    else if (name === 'id') id = value;
  }

  return (text) => {
    rest += text;
    const parts = rest.split(/\r\n|\n/);
    rest = parts.pop() ?? '';
    for (const part of parts) line(part);
  };
}

/** Until the stream ends or is aborted; heard() at every byte that comes. */
export async function readEvents(
  response: Response,
  emit: (event: ServerEvent) => void,
  heard: () => void,
): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  const parse = eventParser(emit);

  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    parse(value);
  }
}
