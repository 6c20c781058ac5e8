"""Runs processes and tells what they cost."""

import os
import statistics
import subprocess
import time


class Failed(Exception):
    pass


class Cost:
    """Seconds of one run, or the medians of several."""

    def __init__(self, user, wall):
        self.user = user
        self.wall = wall

    @staticmethod
    def median(costs):
        return Cost(statistics.median(c.user for c in costs), statistics.median(c.wall for c in costs))


def run(command):
    """What a command printed, and its cost; its threads and what it waited for count, the children of others do not."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with status {process.returncode}")
    return output.decode(), Cost(usage.ru_utime, wall)
