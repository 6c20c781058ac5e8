def main():
    n = 200_000
    squares = {}
    for i in range(n):
        squares[i * 7919 % 1_000_003] = i
    sum = 0
    for round in range(20):
        for key in range(n):
            value = squares.get(key)
            if value is not None:
                sum += value
            else:
                sum -= 1
    for i in range(n // 2):
        del squares[i * 2 * 7919 % 1_000_003]
    for i in range(n):
        key = i * 7919 % 1_000_003
        if key in squares:
            squares[key] += 1
    rest = 0
    for key, value in squares.items():
        rest += key % 17 + value
    print(f"{len(squares)} {sum} {rest}")


main()
