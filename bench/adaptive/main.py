"""Calls at degrees of concurrency that are fixed beside one that the runtime learns: three steady loads, then one after the other."""

import argparse
import os
import pathlib
import statistics
import subprocess

PROGRAM = pathlib.Path(__file__).resolve().parent / "adaptive.altru"
# Calls of each load: the first round is for learning, the second is measured.
LOADS = {"waits": (60_000, 100_000), "works": (20_000, 20_000), "crowds": (6_000, 12_000)}
SEQUENCE = ["waits:60000", "works:20000", "crowds:8000"] * 2


def milliseconds(degree, parts):
    command = [os.environ["BRAID"], "run", str(PROGRAM), str(degree), *parts]
    output = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
    return [int(line) for line in output.split()]


def main():
    parser = argparse.ArgumentParser(prog="./dev bench adaptive", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="runs of each; medians are shown (default: 3)")
    parser.add_argument("--degrees", default="2,4,8,16,32,64,128,256,512,1024", help="the fixed ones")
    options = parser.parse_args()
    degrees = [*options.degrees.split(","), "learned"]
    jobs = {name: [f"{name}:{first}", f"{name}:{then}"] for name, (first, then) in LOADS.items()}
    jobs["sequence"] = SEQUENCE
    print("milliseconds; less is faster\n\n" + " " * 10 + "".join(f"{degree:>9}" for degree in degrees) + "   learned / best")
    for name, parts in jobs.items():
        times = {degree: [] for degree in degrees}
        for _ in range(options.rounds):
            for degree in degrees:
                took = milliseconds(degree, parts)
                times[degree].append(sum(took) if name == "sequence" else took[-1])
        medians = {degree: statistics.median(took) for degree, took in times.items()}
        best = min(medians[degree] for degree in degrees if degree != "learned")
        row = "".join(f"{medians[degree]:9.0f}" for degree in degrees)
        print(f"{name:<10}{row}   {medians['learned'] / best:.2f}", flush=True)


main()
