local n = 200000
local squares, size = {}, n
for i = 0, n - 1 do squares[i * 7919 % 1000003] = i end
local sum = 0
for round = 1, 20 do
    for key = 0, n - 1 do
        local value = squares[key]
        if value then
            sum = sum + value
        else
            sum = sum - 1
        end
    end
end
for i = 0, n / 2 - 1 do
    squares[i * 2 * 7919 % 1000003] = nil
    size = size - 1
end
for i = 0, n - 1 do
    local key = i * 7919 % 1000003
    if squares[key] then squares[key] = squares[key] + 1 end
end
local rest = 0
for key, value in pairs(squares) do rest = rest + key % 17 + value end
print(string.format("%d %d %d", size, sum, rest))
