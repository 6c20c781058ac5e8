class Tree:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right

    def nodes(self):
        if self.left is None or self.right is None:
            return 1
        return 1 + self.left.nodes() + self.right.nodes()


def build(depth):
    if depth == 0:
        return Tree(None, None)
    return Tree(build(depth - 1), build(depth - 1))


def main():
    depth = 18
    long_lived = build(depth)
    for d in range(4, depth + 1, 4):
        rounds = 1
        for i in range(depth - d):
            rounds *= 2
        total = 0
        for i in range(rounds):
            total += build(d).nodes()
        print(f"{rounds} trees of depth {d}: {total} nodes")
    print(f"long lived tree of depth {depth}: {long_lived.nodes()} nodes")


main()
