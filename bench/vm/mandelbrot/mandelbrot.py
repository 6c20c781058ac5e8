def steps(cx, cy, limit):
    x = 0.0
    y = 0.0
    i = 0
    while i < limit:
        xx = x * x
        yy = y * y
        if xx + yy > 4.0:
            return i
        y = 2.0 * x * y + cy
        x = xx - yy + cx
        i += 1
    return limit


def main():
    size = 600
    total = 0
    for row in range(size):
        for column in range(size):
            total += steps(2.0 * column / size - 1.5, 2.0 * row / size - 1.0, 100)
    print(total)


main()
