class Board:
    __slots__ = ("size", "columns", "rising", "falling")

    def __init__(self, size):
        self.size = size
        self.columns = [False] * size
        self.rising = [False] * (2 * size - 1)
        self.falling = [False] * (2 * size - 1)

    def solutions(self, row):
        if row == self.size:
            return 1
        count = 0
        for column in range(self.size):
            up = row + column
            down = row - column + self.size - 1
            if not self.columns[column] and not self.rising[up] and not self.falling[down]:
                self.columns[column] = True
                self.rising[up] = True
                self.falling[down] = True
                count += self.solutions(row + 1)
                self.columns[column] = False
                self.rising[up] = False
                self.falling[down] = False
        return count


print(Board(12).solutions(0))
