def quicksort(xs, low, high):
    i = low
    j = high
    pivot = xs[(low + high) // 2]
    while i <= j:
        while xs[i] < pivot:
            i += 1
        while xs[j] > pivot:
            j -= 1
        if i <= j:
            t = xs[i]
            xs[i] = xs[j]
            xs[j] = t
            i += 1
            j -= 1
    if low < j:
        quicksort(xs, low, j)
    if i < high:
        quicksort(xs, i, high)


def main():
    n = 800_000
    seed = 42
    xs = []
    for i in range(n):
        seed = (seed * 16807) % 2147483647
        xs.append(seed)
    quicksort(xs, 0, n - 1)
    checksum = 0
    for i in range(n):
        checksum = (checksum * 31 + xs[i]) % 1_000_003
    print(f"{xs[0]} {xs[n // 2]} {xs[n - 1]} {checksum}")


main()
