"""Servers that answer "hello", each asked by wrk: requests a second. They print the port they listen on."""

import os
import re
import shutil
import statistics
import subprocess

from measure import Failed

CONNECTIONS, SECONDS = 64, 3


class Server:
    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline().decode()
        if not line.strip().isdigit():
            self.stop()
            raise Failed(f"{' '.join(command)} does not say on which port it listens: {line!r}")
        self.port = int(line)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def requests_per_second(self):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", f"http://127.0.0.1:{self.port}/"]
        output = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
        if "Non-2xx" in output or "Socket errors" in output:
            raise Failed(f"wrk met errors:\n{output}")
        return float(re.search(r"Requests/sec:\s*([\d.]+)", output).group(1))


def show(suite, program):
    """Prints the table; the ratio of our time for a request to that of each peer."""
    print(f"\n{program}: requests a second under wrk, {CONNECTIONS} connections (in brackets: our time for a request to theirs)")
    if not shutil.which("wrk"):
        print("  not measured: wrk is not installed, and the distribution has none")
        return {}
    rates = {}
    for _ in range(suite.options.rounds):
        for language in suite.languages(program):
            command, environment = language.start(language.source(suite.options.suite, program), suite.build,
                                                  suite.options.workers, ())
            server = Server(command, environment)
            try:
                rates.setdefault(language.name, []).append(server.requests_per_second())
            finally:
                server.stop()
    medians = {name: statistics.median(each) for name, each in rates.items()}
    ratios = {name: rate / medians["altru"] for name, rate in medians.items() if name != "altru"}
    for name, rate in medians.items():
        print(f"  {name:8}{rate:10.0f}" + (f"  ({ratios[name]:.2f})" if name in ratios else ""))
    return ratios
