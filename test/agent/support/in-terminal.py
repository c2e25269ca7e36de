"""Runs a command at a terminal of its own, and passes on its output.

Its first argument is JSON: a list of pairs, each what is waited for in the output since the pair before, and what is
then typed; or, as a list of rows and columns, the size that the window gets. What it still waits for after a minute and
a half, it says, and ends everything at the terminal.
"""
import contextlib, fcntl, json, os, pty, select, struct, sys, termios, time

steps, command = json.loads(sys.argv[1]), sys.argv[2:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(command[0], command)
seen = b""
end = time.monotonic() + 90
while True:
    if not select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
        print(f"it does not end; it still waits for {[step[0] for step in steps]}", flush=True)
        for group in {os.tcgetpgrp(terminal), pid}:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, 9)
        sys.exit(99)
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        break
    if not chunk:
        break
    seen += chunk
    os.write(1, chunk)
    while steps and steps[0][0].encode() in seen:
        awaited, action = steps.pop(0)
        seen = seen.split(awaited.encode(), 1)[1]
        if isinstance(action, str):
            os.write(terminal, action.encode())
        else:
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *action, 0, 0))
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
