local Board = {}
Board.__index = Board

local function flags(n)
    local list = {}
    for i = 1, n do list[i] = false end
    return list
end

function Board.new(size)
    return setmetatable({ size = size, columns = flags(size), rising = flags(2 * size - 1),
        falling = flags(2 * size - 1) }, Board)
end

function Board:solutions(row)
    if row > self.size then return 1 end
    local count = 0
    for column = 1, self.size do
        local up = row + column - 1
        local down = row - column + self.size
        if not self.columns[column] and not self.rising[up] and not self.falling[down] then
            self.columns[column] = true
            self.rising[up] = true
            self.falling[down] = true
            count = count + self:solutions(row + 1)
            self.columns[column] = false
            self.rising[up] = false
            self.falling[down] = false
        end
    end
    return count
end

print(Board.new(12):solutions(1))
