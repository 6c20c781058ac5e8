function steps(cx, cy, limit) {
    let x = 0;
    let y = 0;
    for (let i = 0; i < limit; i++) {
        let xx = x * x;
        let yy = y * y;
        if (xx + yy > 4) return i;
        y = 2 * x * y + cy;
        x = xx - yy + cx;
    }
    return limit;
}

function main() {
    const size = 600;
    let total = 0;
    for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
            total += steps(2 * column / size - 1.5, 2 * row / size - 1, 100);
        }
    }
    console.log(total);
}

main();
