function text(words) {
    const syllables = ["ba", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu"];
    let seed = 42;
    let parts = [];
    for (let i = 0; i < words; i++) {
        seed = (seed * 3877 + 29573) % 139968;
        let n = seed % 1000;
        let word = syllables[n % 10];
        while (n >= 10) {
            n = Math.floor(n / 10);
            word = word + syllables[n % 10];
        }
        parts.push(word);
    }
    return parts.join(" ");
}

function main() {
    let input = text(1_000_000);
    let counts = new Map();
    for (let word of input.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
    let best = "";
    let most = 0;
    let checksum = 0;
    for (let [word, count] of counts) {
        checksum += count * word.length;
        if (count > most || (count === most && word < best)) {
            best = word;
            most = count;
        }
    }
    console.log(`${counts.size} words, ${best} ${most} times, ${checksum} letters`);
}

main();
