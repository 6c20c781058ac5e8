local function steps(cx, cy, limit)
    local x, y, i = 0, 0, 0
    while i < limit do
        local xx = x * x
        local yy = y * y
        if xx + yy > 4 then return i end
        y = 2 * x * y + cy
        x = xx - yy + cx
        i = i + 1
    end
    return limit
end

local size = 600
local total = 0
for row = 0, size - 1 do
    for column = 0, size - 1 do
        total = total + steps(2 * column / size - 1.5, 2 * row / size - 1, 100)
    end
end
print(total)
