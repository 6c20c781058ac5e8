function primesBelow(n) {
    let composite = new Array(n).fill(false);
    let count = 0;
    for (let i = 2; i < n; i++) {
        if (!composite[i]) {
            count++;
            for (let j = i * i; j < n; j += i) composite[j] = true;
        }
    }
    return count;
}

let total = 0;
for (let round = 0; round < 10; round++) total += primesBelow(1_000_000 + round);
console.log(total);
