def text(words):
    syllables = ["ba", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu"]
    seed = 42
    parts = []
    for i in range(words):
        seed = (seed * 3877 + 29573) % 139968
        n = seed % 1000
        word = syllables[n % 10]
        while n >= 10:
            n = n // 10
            word = word + syllables[n % 10]
        parts.append(word)
    return " ".join(parts)


def main():
    input = text(1_000_000)
    counts = {}
    for word in input.split():
        counts[word] = counts.get(word, 0) + 1
    best = ""
    most = 0
    checksum = 0
    for word, count in counts.items():
        checksum += count * len(word)
        if count > most or (count == most and word < best):
            best = word
            most = count
    print(f"{len(counts)} words, {best} {most} times, {checksum} letters")


main()
