local floor = math.floor

local function quicksort(xs, low, high)
    local i, j = low, high
    local pivot = xs[floor((low + high) / 2)]
    while i <= j do
        while xs[i] < pivot do i = i + 1 end
        while xs[j] > pivot do j = j - 1 end
        if i <= j then
            local t = xs[i]
            xs[i] = xs[j]
            xs[j] = t
            i = i + 1
            j = j - 1
        end
    end
    if low < j then quicksort(xs, low, j) end
    if i < high then quicksort(xs, i, high) end
end

local n = 800000
local seed = 42
local xs = {}
for i = 1, n do
    seed = (seed * 16807) % 2147483647
    xs[i] = seed
end
quicksort(xs, 1, n)
local checksum = 0
for i = 1, n do checksum = (checksum * 31 + xs[i]) % 1000003 end
print(string.format("%d %d %d %d", xs[1], xs[n / 2 + 1], xs[n], checksum))
