function quicksort(xs, low, high) {
    let i = low;
    let j = high;
    let pivot = xs[Math.floor((low + high) / 2)];
    while (i <= j) {
        while (xs[i] < pivot) i++;
        while (xs[j] > pivot) j--;
        if (i <= j) {
            let t = xs[i];
            xs[i] = xs[j];
            xs[j] = t;
            i++;
            j--;
        }
    }
    if (low < j) quicksort(xs, low, j);
    if (i < high) quicksort(xs, i, high);
}

function main() {
    const n = 800_000;
    let seed = 42;
    let xs = [];
    for (let i = 0; i < n; i++) {
        seed = (seed * 16807) % 2147483647;
        xs.push(seed);
    }
    quicksort(xs, 0, n - 1);
    let checksum = 0;
    for (let i = 0; i < n; i++) checksum = (checksum * 31 + xs[i]) % 1_000_003;
    console.log(`${xs[0]} ${xs[n / 2]} ${xs[n - 1]} ${checksum}`);
}

main();
