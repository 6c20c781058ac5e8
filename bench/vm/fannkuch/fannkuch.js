function fannkuch(n) {
    let p = [];
    let q = [];
    let count = [];
    for (let i = 0; i < n; i++) {
        p.push(i);
        q.push(0);
        count.push(0);
    }
    let checksum = 0;
    let most = 0;
    let even = true;
    let r = n;
    while (true) {
        while (r !== 1) {
            count[r - 1] = r;
            r--;
        }
        let first = p[0];
        if (first !== 0) {
            for (let i = 1; i < n; i++) q[i] = p[i];
            let flips = 1;
            while (true) {
                let next = q[first];
                if (next === 0) break;
                q[first] = first;
                if (first >= 3) {
                    let i = 1;
                    let j = first - 1;
                    while (i < j) {
                        let t = q[i];
                        q[i] = q[j];
                        q[j] = t;
                        i++;
                        j--;
                    }
                }
                first = next;
                flips++;
            }
            if (flips > most) most = flips;
            if (even) checksum += flips;
            else checksum -= flips;
        }
        while (true) {
            if (r === n) return [checksum, most];
            let head = p[0];
            for (let i = 0; i < r; i++) p[i] = p[i + 1];
            p[r] = head;
            count[r]--;
            if (count[r] > 0) break;
            r++;
        }
        even = !even;
    }
}

for (let round = 0; round < 3; round++) {
    let [checksum, most] = fannkuch(9);
    console.log(`${checksum} ${most}`);
}
