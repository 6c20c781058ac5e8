def fannkuch(n):
    p = list(range(n))
    q = [0] * n
    count = [0] * n
    checksum = 0
    most = 0
    even = True
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        first = p[0]
        if first != 0:
            for i in range(1, n):
                q[i] = p[i]
            flips = 1
            while True:
                next = q[first]
                if next == 0:
                    break
                q[first] = first
                if first >= 3:
                    i = 1
                    j = first - 1
                    while i < j:
                        t = q[i]
                        q[i] = q[j]
                        q[j] = t
                        i += 1
                        j -= 1
                first = next
                flips += 1
            if flips > most:
                most = flips
            if even:
                checksum += flips
            else:
                checksum -= flips
        while True:
            if r == n:
                return checksum, most
            head = p[0]
            for i in range(r):
                p[i] = p[i + 1]
            p[r] = head
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        even = not even


for round in range(3):
    checksum, most = fannkuch(9)
    print(f"{checksum} {most}")
