def adder(n):
    return lambda x: x + n


def compose(f, g):
    return lambda x: g(f(x))


def fold(xs, first, f):
    result = first
    for i in range(len(xs)):
        result = f(result, xs[i])
    return result


def main():
    total = 0
    for i in range(800_000):
        h = compose(adder(i % 10), adder(total % 7))
        total = (total + h(i)) % 1_000_003
    xs = []
    for i in range(1000):
        xs.append(i * 7 % 100)
    for round in range(4000):
        total = fold(xs, total, lambda sum, x: (sum * 3 + x + round) % 1_000_003)
    print(total)


main()
