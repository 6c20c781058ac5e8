function element(i, j) {
    return 1 / ((i + j) * (i + j + 1) / 2 + i + 1);
}

function multiply(v, result) {
    let n = v.length;
    for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += element(i, j) * v[j];
        result[i] = sum;
    }
}

function multiplyTransposed(v, result) {
    let n = v.length;
    for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += element(j, i) * v[j];
        result[i] = sum;
    }
}

function main() {
    const n = 480;
    let u = new Array(n).fill(1);
    let v = new Array(n).fill(0);
    let t = new Array(n).fill(0);
    for (let round = 0; round < 10; round++) {
        multiply(u, t);
        multiplyTransposed(t, v);
        multiply(v, t);
        multiplyTransposed(t, u);
    }
    let vbv = 0, vv = 0;
    for (let i = 0; i < n; i++) {
        vbv += u[i] * v[i];
        vv += v[i] * v[i];
    }
    console.log(Math.sqrt(vbv / vv).toFixed(9));
}

main();
