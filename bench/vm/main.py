"""How fast whole programs run beside other interpreters: the same algorithm in each language, ratios of ours to theirs."""

import argparse
import os
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import measure

PEERS = {
    "lua5.4": (["lua5.4"], "lua"),
    "luajit -joff": (["luajit", "-joff"], "lua"),
    "python3": ([sys.executable], "py"),
    # Without the second option some versions warn on standard output that there is no WebAssembly then.
    "node --jitless": (["node", "--jitless", "--no-expose-wasm"], "js"),
}
BESIDE = {"altru": ["lua5.4", "luajit -joff", "python3"], "velox": ["node --jitless"]}


def arguments():
    programs = sorted(folder.name for folder in HERE.iterdir() if (folder / f"{folder.name}.altru").exists())
    parser = argparse.ArgumentParser(prog="./dev bench vm", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program; medians are shown (default: 5)")
    parser.add_argument("--languages", default=",".join(BESIDE), help="altru, velox or both (default: both)")
    parser.add_argument("--programs", default=",".join(programs), help="some of " + ", ".join(programs))
    options = parser.parse_args()
    options.languages = options.languages.split(",")
    options.programs = options.programs.split(",")
    for names, known in (options.languages, list(BESIDE)), (options.programs, programs):
        for name in names:
            if name not in known:
                parser.error(f"{name} is none of {', '.join(known)}")
    if options.rounds < 1:
        parser.error("one round at least")
    return options


def commands_of(program, languages):
    """Name of the subject to its command line."""
    commands = {}
    for language in languages:
        commands[language] = [os.environ["BRAID"], "run", str(HERE / program / f"{program}.{language}")]
        for peer in BESIDE[language]:
            command, ending = PEERS[peer]
            commands[peer] = [*command, str(HERE / program / f"{program}.{ending}")]
    return commands


def measure_programs(options):
    """Program to subject to the median cost. Subjects take turns, so that a slow minute of the machine is everybody's."""
    costs = {program: {} for program in options.programs}
    for round in range(options.rounds):
        for program in options.programs:
            expected = None
            for subject, command in commands_of(program, options.languages).items():
                output, cost = measure.run(command)
                if expected is None:
                    expected = output
                elif output != expected:
                    raise measure.Failed(f"{' '.join(command)} printed something else than the others:\n{output}")
                costs[program].setdefault(subject, []).append(cost)
            if sys.stderr.isatty():
                print(f"\r\033[Kround {round + 1}: {program}", end="", file=sys.stderr, flush=True)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return {p: {s: measure.Cost.median(c) for s, c in subjects.items()} for p, subjects in costs.items()}


def print_table(language, costs):
    peers = BESIDE[language]
    print(f"\n{language}: processor time of the program, and its ratio to the peer's (wall time in brackets); less is faster\n")
    print(f"{'':14}{'seconds':>8}" + "".join(f"{peer:>18}" for peer in peers))
    for program, subjects in costs.items():
        ours = subjects[language]
        ratios = (f"{ours.user / subjects[p].user:.2f} ({ours.wall / subjects[p].wall:.2f})" for p in peers)
        print(f"{program:14}{ours.user:8.3f}" + "".join(f"{ratio:>18}" for ratio in ratios))
    means = []
    for peer in peers:
        user = measure.geometric_mean([s[language].user / s[peer].user for s in costs.values()])
        wall = measure.geometric_mean([s[language].wall / s[peer].wall for s in costs.values()])
        means.append(f"{user:.2f} ({wall:.2f})")
    print(f"{'geometric mean':22}" + "".join(f"{mean:>18}" for mean in means))


def main():
    options = arguments()
    try:
        costs = measure_programs(options)
    except measure.Failed as error:
        sys.exit(f"bench vm: {error}")
    print(f"medians of {options.rounds}")
    for language in options.languages:
        print_table(language, costs)


main()
