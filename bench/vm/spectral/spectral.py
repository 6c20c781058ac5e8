from math import sqrt


def element(i, j):
    return 1 / ((i + j) * (i + j + 1) / 2 + i + 1)


def multiply(v, result):
    n = len(v)
    for i in range(n):
        sum = 0.0
        for j in range(n):
            sum += element(i, j) * v[j]
        result[i] = sum


def multiply_transposed(v, result):
    n = len(v)
    for i in range(n):
        sum = 0.0
        for j in range(n):
            sum += element(j, i) * v[j]
        result[i] = sum


def main():
    n = 480
    u = [1.0] * n
    v = [0.0] * n
    t = [0.0] * n
    for round in range(10):
        multiply(u, t)
        multiply_transposed(t, v)
        multiply(v, t)
        multiply_transposed(t, u)
    vbv = vv = 0.0
    for i in range(n):
        vbv += u[i] * v[i]
        vv += v[i] * v[i]
    print("%.9f" % sqrt(vbv / vv))


main()
