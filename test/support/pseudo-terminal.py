"""Runs a program on a pseudo terminal and types into it.

usage: pseudo-terminal.py SCRIPT.json
The script: {"argv": [...], "cwd": "...", "env": {...}, "stdin": "tty" | "null", "stdout": "tty" | "null", "steps": [["wait for this text", "then type this"]]}
Prints one JSON object: {"code": exit code, "screen": everything that was shown}.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

script = json.load(open(sys.argv[1]))
pid, master = pty.fork()
if pid == 0:
    # A fresh pseudo terminal is 0 columns wide.
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
    os.chdir(script["cwd"])
    if script.get("stdin") == "null":
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if script.get("stdout") == "null":
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvpe(script["argv"][0], script["argv"], script["env"])

screen = b""
mark = 0
steps = list(script["steps"])
end = time.monotonic() + 30
while time.monotonic() < end:
    ready, _, _ = select.select([master], [], [], 0.2)
    if ready:
        try:
            chunk = os.read(master, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            break
        screen += chunk
    if steps and steps[0][0].encode() in screen[mark:]:
        mark = len(screen)
        time.sleep(0.15)
        os.write(master, steps.pop(0)[1].encode())
else:
    os.kill(pid, signal.SIGKILL)

_, status = os.waitpid(pid, 0)
print(json.dumps({"code": os.waitstatus_to_exitcode(status), "screen": screen.decode("utf8", "replace"), "left": steps}))
