def matrix(n, seed):
    rows = []
    for i in range(n):
        row = [0.0] * n
        for j in range(n):
            row[j] = seed * (i - j) * (i + j)
        rows.append(row)
    return rows


def product(a, b):
    n = len(a)
    result = []
    for i in range(n):
        row = [0.0] * n
        for j in range(n):
            sum = 0.0
            for k in range(n):
                sum += a[i][k] * b[k][j]
            row[j] = sum
        result.append(row)
    return result


def main():
    n = 280
    c = product(matrix(n, 1 / 1024), matrix(n, 2 / 1024))
    print("%.6f %.6f" % (c[n // 2][n // 2], c[1][n - 1]))


main()
