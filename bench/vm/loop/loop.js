function run(n) {
    let sum = 0;
    for (let i = 0; i < n; i++) {
        if (i % 3 === 0) sum += i * 2;
        else sum -= i % 7;
    }
    return sum;
}

console.log(run(40_000_000));
