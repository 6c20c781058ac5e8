def run(n):
    sum = 0
    for i in range(n):
        if i % 3 == 0:
            sum += i * 2
        else:
            sum -= i % 7
    return sum


print(run(40_000_000))
