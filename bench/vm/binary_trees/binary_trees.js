class Tree {
    constructor(left, right) {
        this.left = left;
        this.right = right;
    }

    nodes() {
        if (this.left === null || this.right === null) return 1;
        return 1 + this.left.nodes() + this.right.nodes();
    }
}

function build(depth) {
    if (depth === 0) return new Tree(null, null);
    return new Tree(build(depth - 1), build(depth - 1));
}

function main() {
    const depth = 18;
    let longLived = build(depth);
    for (let d = 4; d <= depth; d += 4) {
        let rounds = 1;
        for (let i = 0; i < depth - d; i++) rounds *= 2;
        let total = 0;
        for (let i = 0; i < rounds; i++) total += build(d).nodes();
        console.log(`${rounds} trees of depth ${d}: ${total} nodes`);
    }
    console.log(`long lived tree of depth ${depth}: ${longLived.nodes()} nodes`);
}

main();
