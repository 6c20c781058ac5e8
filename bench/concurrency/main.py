"""How fast concurrent programs run beside Go and Erlang: the same work in each language, whole processes in turn."""

import argparse
import os
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCH))
import http_table
import measure
from measure import Cost, Failed

MEMORY = "parked"  # run for its memory, once with a million tasks and once with one
SCALING = "mandelbrot"  # run with one and with two workers
SERVER = "http_hello"  # measured from outside, see http_table.py
TASKS = 1_000_000


class Language:
    """How programs of one language are made ready, and started on a number of workers."""

    def __init__(self, name, ending):
        self.name, self.ending = name, ending

    def source(self, suite, program):
        return BENCH / suite / program / f"{program}.{self.ending}"


class Altru(Language):
    def prepare(self, source, build):
        pass

    def start(self, source, build, workers, arguments):
        return [os.environ["BRAID"], "run", "--workers", str(workers), str(source), *arguments], None


class Go(Language):
    def prepare(self, source, build):
        subprocess.run(["go", "build", "-o", str(build / source.stem), str(source)], check=True,
                       env={**os.environ, "GOFLAGS": "-mod=mod", "GO111MODULE": "off"})

    def start(self, source, build, workers, arguments):
        return [str(build / source.stem), *arguments], {"GOMAXPROCS": str(workers)}


class Erlang(Language):
    def prepare(self, source, build):
        subprocess.run(["erlc", "-o", str(build), str(source)], check=True)

    def start(self, source, build, workers, arguments):
        extra = ["-extra", *arguments] if arguments else []
        return ["erl", "+S", str(workers), "+P", "4000000", "-noshell", "-pa", str(build), "-s", source.stem, "main",
                *extra], None


LANGUAGES = [Altru("altru", "altru"), Go("go", "go"), Erlang("erlang", "erl")]


def programs_of(suite):
    return sorted(f.name for f in (BENCH / suite).iterdir() if (f / f"{f.name}.altru").exists())


def options_given():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("suite", choices=["scheduler", "concurrency"])
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program; medians are shown (default: 5)")
    parser.add_argument("--programs", help="some of them, with commas between")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="workers of each (default: processors)")
    options = parser.parse_args()
    known = programs_of(options.suite)
    options.programs = options.programs.split(",") if options.programs else known
    for name in options.programs:
        if name not in known:
            parser.error(f"{name} is none of {', '.join(known)}")
    if options.rounds < 1:
        parser.error("one round at least")
    return options


class Suite:
    def __init__(self, options):
        self.options = options
        self.build = BENCH.parent / "build" / f"bench-{options.suite}"
        self.build.mkdir(parents=True, exist_ok=True)
        for program in options.programs:
            for language in self.languages(program):
                language.prepare(language.source(options.suite, program), self.build)

    def languages(self, program):
        return [l for l in LANGUAGES if l.source(self.options.suite, program).exists()]

    def once(self, language, program, workers, arguments=()):
        command, environment = language.start(language.source(self.options.suite, program), self.build, workers, arguments)
        return measure.run(command, environment)

    def costs(self, program, workers, arguments=()):
        """Language to its median cost. Languages take turns, so that a slow minute of the machine is everybody's."""
        costs, expected = {}, None
        for _ in range(self.options.rounds):
            for language in self.languages(program):
                output, cost = self.once(language, program, workers, arguments)
                expected = expected or output
                if output != expected:
                    raise Failed(f"{program} in {language.name} printed something else than in the others:\n{output}")
                costs.setdefault(language.name, []).append(cost)
        return {name: Cost.median(list) for name, list in costs.items()}


def time_table(suite):
    ratios = {"go": [], "erlang": []}
    print(f"{'':14}{'altru, s':>10}{'go, s':>16}{'erlang, s':>16}   (in brackets: our time to theirs)")
    for program in suite.options.programs:
        if program in (MEMORY, SCALING, SERVER):
            continue
        costs = suite.costs(program, suite.options.workers)
        line = f"{program:14}{costs['altru'].wall:10.3f}"
        for peer in "go", "erlang":
            if peer not in costs:
                line += f"{'—':>16}"
                continue
            ratio = costs["altru"].wall / costs[peer].wall
            ratios[peer].append(ratio)
            line += f"{f'{costs[peer].wall:.3f} ({ratio:.2f})':>16}"
        print(line, flush=True)
    return ratios


def print_means(ratios):
    means = {p: measure.geometric_mean(r) for p, r in ratios.items() if r}
    if means:
        print("\ngeometric mean of the ratios: " + ", ".join(f"{m:.2f} to {peer}" for peer, m in means.items()))


def memory_table(suite):
    print("\na parked task: growth of the peak of memory with a million, per task")
    many, few = (suite.costs(MEMORY, suite.options.workers, a) for a in ((), ("1",)))
    for name in many:
        print(f"  {name:8}{(many[name].peak - few[name].peak) / TASKS:8.0f} bytes")


def scaling_table(suite):
    print("\nmandelbrot: time with one worker to time with two")
    one, two = (suite.costs(SCALING, workers) for workers in (1, 2))
    for name in one:
        print(f"  {name:8}{one[name].wall:8.3f} s {two[name].wall:8.3f} s {one[name].wall / two[name].wall:8.2f}")


def main():
    options = options_given()
    try:
        suite = Suite(options)
        print(f"wall time, medians of {options.rounds}, {options.workers} workers")
        ratios = time_table(suite)
        if MEMORY in options.programs:
            memory_table(suite)
        if SCALING in options.programs:
            scaling_table(suite)
        if SERVER in options.programs:
            for peer, ratio in http_table.show(suite, SERVER).items():
                ratios[peer].append(ratio)
        print_means(ratios)
    except Failed as error:
        sys.exit(f"bench {options.suite}: {error}")


main()
