function adder(n) {
    return x => x + n;
}

function compose(f, g) {
    return x => g(f(x));
}

function fold(xs, first, f) {
    let result = first;
    for (let i = 0; i < xs.length; i++) result = f(result, xs[i]);
    return result;
}

function main() {
    let total = 0;
    for (let i = 0; i < 800_000; i++) {
        let h = compose(adder(i % 10), adder(total % 7));
        total = (total + h(i)) % 1_000_003;
    }
    let xs = [];
    for (let i = 0; i < 1000; i++) xs.push(i * 7 % 100);
    for (let round = 0; round < 4000; round++) {
        total = fold(xs, total, (sum, x) => (sum * 3 + x + round) % 1_000_003);
    }
    console.log(total);
}

main();
