function main() {
    const n = 200_000;
    let squares = new Map();
    for (let i = 0; i < n; i++) squares.set(i * 7919 % 1_000_003, i);
    let sum = 0;
    for (let round = 0; round < 20; round++) {
        for (let key = 0; key < n; key++) {
            let value = squares.get(key);
            if (value !== undefined) sum += value;
            else sum -= 1;
        }
    }
    for (let i = 0; i < n / 2; i++) squares.delete(i * 2 * 7919 % 1_000_003);
    for (let i = 0; i < n; i++) {
        let key = i * 7919 % 1_000_003;
        if (squares.has(key)) squares.set(key, squares.get(key) + 1);
    }
    let rest = 0;
    for (let [key, value] of squares) rest += key % 17 + value;
    console.log(`${squares.size} ${sum} ${rest}`);
}

main();
