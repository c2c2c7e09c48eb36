# Where messages go in tests: an HTTP server that keeps every request, a fake
# of Telegram's API (a fake: it knows the answers that its documentation
# shows, and no more), and a real mail server, aiosmtpd.
#
#     sink.py DIR [ADDRESS]
#
# Writes DIR/ports (name port, a line each); every hit is a line of JSON in
# DIR/hits, every mail one in DIR/mails.
#
# HTTP paths: /status/N answers N, /retry/S answers 429 with Retry-After,
# /date/S the same as a date, /hang nothing, /to/URL redirects there,
# /text/N answers 500 with N bytes of text, /echo 403 with the request's path
# and header, anything else 200.
#
# Telegram: chat_id says what comes back; see ERRORS.
#
# Mail servers: plain; starttls (with authentication, certificate DIR/cert.pem);
# tls; cut (plain, closes after DIR/cut bytes); quit (plain, never answers
# QUIT).  Recipients: bounce@ is refused with 550,
# later@ with 451 unless there is a file DIR/later; while there is a file DIR/away, everybody with 421.

import asyncio
import email.utils
import json
import os
import socketserver
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

DIR = sys.argv[1]
ADDRESS = sys.argv[2] if len(sys.argv) > 2 else '127.0.0.1'
USER, PASSWORD = b'uptime', b'correct horse'
TOKEN = '123456:fake-token'
LOCK = threading.Lock()

ERRORS = {
    'blocked': (403, {'description': 'Forbidden: bot was blocked by the user'}),
    'nowhere': (400, {'description': 'Bad Request: chat not found'}),
    'slow': (429, {'description': 'Too Many Requests: retry after 7',
                   'parameters': {'retry_after': 7}}),
    'broken': (502, {'description': 'Bad Gateway'}),
    'garbage': (200, None),
}


def keep(name, what):
    with LOCK, open(f'{DIR}/{name}', 'a') as f:
        f.write(json.dumps(what) + '\n')


class Sink(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def reply(self, status, body=b'', **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace('_', '-'), value)
        self.send_header('Content-Length', str(len(body)))
        self.send_header('Connection', 'close')
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def hit(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        keep('hits', {'at': time.time(), 'method': self.command,
                      'path': self.path,
                      'headers': [[k.lower(), v]
                                  for k, v in self.headers.items()],
                      'body': body.decode('utf-8', 'replace')})
        self.answer(body)

    do_GET = do_POST = do_PUT = do_PATCH = hit

    def answer(self, body):
        kind, _, rest = self.path.lstrip('/').partition('/')
        if kind == 'status':
            self.reply(int(rest), b'what the provider says')
        elif kind == 'retry':
            self.reply(429, b'slow down', Retry_After=rest)
        elif kind == 'date':
            self.reply(429, b'', Retry_After=email.utils.formatdate(
                time.time() + int(rest), usegmt=True))
        elif kind == 'echo':
            self.reply(403, f'{self.path}\n{self.headers}'.encode())
        elif kind == 'hang':
            time.sleep(60)
        elif kind == 'to':
            self.reply(302, b'', Location=urllib.parse.unquote(rest))
        elif kind == 'text':
            self.reply(500, b'\x1b[31m\r\nA\xff' + b'x' * int(rest))
        else:
            self.reply(200, b'ok')


class Telegram(Sink):
    def answer(self, body):
        if self.path != f'/bot{TOKEN}/sendMessage':
            return self.say(401, {'description': 'Unauthorized'})
        chat = json.loads(body)['chat_id']
        if chat in ERRORS:
            return self.say(*ERRORS[chat])
        return self.say(200, {'result': {'message_id': 1,
                                         'text': json.loads(body)['text']}})

    def say(self, status, what):
        if what is None:
            return self.reply(status, b'not JSON')
        what = {'ok': status == 200, 'error_code': status, **what}
        return self.reply(status, json.dumps(what).encode(),
                          Content_Type='application/json')


class Mails:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('bounce'):
            return '550 5.1.1 no such user here'
        if os.path.exists(f'{DIR}/away'):
            return '421 4.3.2 this server goes away'
        if address.startswith('later') and not os.path.exists(f'{DIR}/later'):
            return '451 4.2.1 try again later'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        if b'refuse-this' in envelope.content:
            return '554 5.7.1 message refused'
        keep('mails', {'from': envelope.mail_from, 'to': envelope.rcpt_tos,
                       'user': getattr(session.auth_data, 'login',
                                       b'').decode(),
                       'tls': session.ssl is not None,
                       'data': envelope.content.decode('latin-1')})
        return '250 OK queued as 42'


class NoQuit(SMTP):
    async def smtp_QUIT(self, arg):
        await asyncio.sleep(60)


def authenticate(server, session, envelope, mechanism, data):
    good = (isinstance(data, LoginPassword) and data.login == USER
            and data.password == PASSWORD)
    return AuthResult(success=good, handled=good,
                      auth_data=data if good else None)


LOOP = asyncio.new_event_loop()


def mails(cls=SMTP, ssl_context=None, **kw):
    """A mail server in the loop; its port."""
    async def start():
        server = await LOOP.create_server(
            lambda: cls(Mails(), loop=LOOP, hostname='sink.test', **kw),
            ADDRESS, 0, ssl=ssl_context)
        return server.sockets[0].getsockname()[1]

    return asyncio.run_coroutine_threadsafe(start(), LOOP).result()


class Cut(socketserver.BaseRequestHandler):
    """A mail server of ours, far enough to be cut after so many bytes."""

    def handle(self):
        left = int(open(f'{DIR}/cut').read())
        data = b''
        said = b'220 cut\r\n'
        in_data = False
        self.request.settimeout(10)
        try:
            while True:
                piece = said[:left]
                self.request.sendall(piece)
                left -= len(piece)
                if len(piece) < len(said):
                    return
                while b'\r\n' not in data:
                    more = self.request.recv(4096)
                    if not more:
                        return
                    data += more
                line, _, data = data.partition(b'\r\n')
                if in_data:
                    in_data = line != b'.'
                    said = b'' if in_data else b'250 queued\r\n'
                elif line.upper() == b'DATA':
                    in_data = True
                    said = b'354 go on\r\n'
                elif line.upper().startswith(b'EHLO'):
                    said = b'250-cut\r\n250-8BITMIME\r\n250 SIZE 100000\r\n'
                elif line.upper() == b'QUIT':
                    return
                else:
                    said = b'250 ok\r\n'
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f'{DIR}/cert.pem', f'{DIR}/key.pem')
    ports = {}
    for name, handler in (('http', Sink), ('telegram', Telegram)):
        server = ThreadingHTTPServer((ADDRESS, 0), handler)
        server.daemon_threads = True
        ports[name] = serve(server)
    ports['cut'] = serve(Server((ADDRESS, 0), Cut))
    threading.Thread(target=LOOP.run_forever, daemon=True).start()
    ports['plain'] = mails()
    ports['quit'] = mails(NoQuit)
    ports['starttls'] = mails(tls_context=context, require_starttls=True,
                              authenticator=authenticate, auth_required=True)
    ports['tls'] = mails(ssl_context=context)
    with open(f'{DIR}/ports.new', 'w') as f:
        for name, port in ports.items():
            f.write(f'{name} {port}\n')
    os.rename(f'{DIR}/ports.new', f'{DIR}/ports')
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


main()
