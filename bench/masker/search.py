"""Searches the same bytes for the same needles by Hyperscan: search.py NEEDLES TEXT (one needle in hex a line)."""

import sys
import time

import hyperscan

CHUNK = 65536
MEASUREMENTS = 12
MIN_SECONDS = 0.01

with open(sys.argv[1]) as file:
    needles = [bytes.fromhex(line) for line in file.read().split()]
with open(sys.argv[2], 'rb') as file:
    text = file.read()
chunks = [text[at : at + CHUNK] for at in range(0, len(text) - CHUNK + 1, CHUNK)]
database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
database.compile(
    expressions=[b''.join(b'\\x%02x' % byte for byte in needle) for needle in needles],
    ids=list(range(len(needles))),
    elements=len(needles),
    flags=[0] * len(needles),
)
scratch = hyperscan.Scratch(database)


def found(*_):
    return None


best = 0.0
for _ in range(MEASUREMENTS):
    begin = time.thread_time()
    passes, used = 0, 0.0
    while used < MIN_SECONDS:
        for chunk in chunks:
            database.scan(chunk, match_event_handler=found, scratch=scratch)
        passes += 1
        used = time.thread_time() - begin
    best = max(best, passes * len(chunks) * CHUNK / used / 1e6)
print(best)
