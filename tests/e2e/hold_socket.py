#!/usr/bin/env python3
"""Holds a listening socket and runs a server on it, as systemd does with a .socket unit.

    hold_socket.py ADDRESS:PORT PROGRAM [ARGUMENT...]

Whenever the program is killed it is started again; connections wait in the socket meanwhile. The
first lines of output are "held PORT" and, each time, "started PID"; SIGTERM is passed on and ends
it, with the program's exit status. So does the program's own end.
"""

import os
import signal
import socket
import sys


def start(command, listener):
    child = os.fork()
    if child > 0:
        return child
    if listener.fileno() != 3:
        os.dup2(listener.fileno(), 3)
    os.set_inheritable(3, True)
    environment = dict(os.environ, LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
    os.execvpe(command[0], command, environment)


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    command = sys.argv[2:]
    listener = socket.create_server((host, int(port)), backlog=1024)
    print("held", listener.getsockname()[1], flush=True)
    child = 0
    signal.signal(signal.SIGTERM, lambda *_: child > 0 and os.kill(child, signal.SIGTERM))
    while True:
        child = start(command, listener)
        print("started", child, flush=True)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status != -signal.SIGKILL:
            return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())
