local function matrix(n, seed)
    local rows = {}
    for i = 0, n - 1 do
        local row = {}
        for j = 0, n - 1 do row[j + 1] = seed * (i - j) * (i + j) end
        rows[i + 1] = row
    end
    return rows
end

local function product(a, b)
    local n = #a
    local result = {}
    for i = 1, n do
        local row = {}
        for j = 1, n do
            local sum = 0.0
            for k = 1, n do sum = sum + a[i][k] * b[k][j] end
            row[j] = sum
        end
        result[i] = row
    end
    return result
end

local n = 280
local c = product(matrix(n, 1 / 1024), matrix(n, 2 / 1024))
print(string.format("%.6f %.6f", c[n / 2 + 1][n / 2 + 1], c[2][n]))
