"""A mail server on loopback for tests/real/aiosmtpd.rs: keeps what it takes, one file a letter.

Arguments: a folder for letters, a port, the most bytes of a letter.
"""
import sys, threading
from pathlib import Path
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

folder, port, size_max = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])


class Handler:
    def __init__(self):
        self.letters = 0
        self.greylisted = set()

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split('@')[0]
        if name == 'nobody':
            return f'550 5.1.1 <{address}> is nobody here'
        if name == 'grey' and address not in self.greylisted:
            self.greylisted.add(address)
            return '451 4.7.1 greylisted, come again'
        envelope.rcpt_tos.append(address)
        return '250 2.1.5 OK'

    async def handle_DATA(self, server, session, envelope):
        self.letters += 1
        head = f'X-From: {envelope.mail_from}\r\nX-Port: {session.peer[1]}\r\n'
        head += ''.join(f'X-To: {one}\r\n' for one in envelope.rcpt_tos)
        part = folder / f'{self.letters}.part'
        part.write_bytes(head.encode() + envelope.content)
        part.rename(folder / f'{self.letters:03}.letter')
        return '250 2.0.0 kept'


def authenticator(server, session, envelope, mechanism, login):
    is_right = (login.login, login.password) == (b'status', b'a-password-of-the-test')
    return AuthResult(success=is_right, handled=False)


controller = Controller(
    Handler(), hostname='127.0.0.1', port=port, data_size_limit=size_max, enable_SMTPUTF8=True,
    authenticator=authenticator, auth_required=True, auth_require_tls=False)
controller.start()
threading.Event().wait()
