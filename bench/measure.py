"""Runs processes and tells what they cost. Shared by the benchmarks in Python."""

import math
import os
import statistics
import subprocess
import time


class Failed(Exception):
    pass


class Cost:
    """Seconds and bytes of one run, or the medians of several."""

    def __init__(self, wall, user, system, peak):
        self.wall, self.user, self.system, self.peak = wall, user, system, peak

    @staticmethod
    def median(costs):
        of = lambda part: statistics.median(getattr(c, part) for c in costs)
        return Cost(of("wall"), of("user"), of("system"), of("peak"))


def run(command, environment=None):
    """What a command printed, and its cost; its threads and what it waited for count, the children of others do not."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                               env={**os.environ, **(environment or {})})
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"{' '.join(command)} ended with status {process.returncode}")
    return output.decode(), Cost(wall, usage.ru_utime, usage.ru_stime, usage.ru_maxrss * 1024)


def geometric_mean(numbers):
    numbers = list(numbers)
    return math.exp(sum(math.log(n) for n in numbers) / len(numbers))
