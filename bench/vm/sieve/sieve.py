def primes_below(n):
    composite = [False] * n
    count = 0
    for i in range(2, n):
        if not composite[i]:
            count += 1
            j = i * i
            while j < n:
                composite[j] = True
                j += i
    return count


total = 0
for round in range(10):
    total += primes_below(1_000_000 + round)
print(total)
