function matrix(n, seed) {
    let rows = [];
    for (let i = 0; i < n; i++) {
        let row = new Array(n).fill(0);
        for (let j = 0; j < n; j++) row[j] = seed * (i - j) * (i + j);
        rows.push(row);
    }
    return rows;
}

function product(a, b) {
    let n = a.length;
    let result = [];
    for (let i = 0; i < n; i++) {
        let row = new Array(n).fill(0);
        for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < n; k++) sum += a[i][k] * b[k][j];
            row[j] = sum;
        }
        result.push(row);
    }
    return result;
}

function main() {
    const n = 280;
    let c = product(matrix(n, 1 / 1024), matrix(n, 2 / 1024));
    console.log(`${c[n / 2][n / 2].toFixed(6)} ${c[1][n - 1].toFixed(6)}`);
}

main();
