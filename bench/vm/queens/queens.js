class Board {
    constructor(size) {
        this.size = size;
        this.columns = new Array(size).fill(false);
        this.rising = new Array(2 * size - 1).fill(false);
        this.falling = new Array(2 * size - 1).fill(false);
    }

    solutions(row) {
        if (row === this.size) return 1;
        let count = 0;
        for (let column = 0; column < this.size; column++) {
            let up = row + column;
            let down = row - column + this.size - 1;
            if (!this.columns[column] && !this.rising[up] && !this.falling[down]) {
                this.columns[column] = true;
                this.rising[up] = true;
                this.falling[down] = true;
                count += this.solutions(row + 1);
                this.columns[column] = false;
                this.rising[up] = false;
                this.falling[down] = false;
            }
        }
        return count;
    }
}

console.log(new Board(12).solutions(0));
